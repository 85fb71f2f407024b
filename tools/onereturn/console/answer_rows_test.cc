// Goal: each figure of an answer is a row that a spreadsheet or a program reads without loss.
#include "tools/onereturn/console/answer_rows.h"

#include <map>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

std::map<std::string, std::string> RowOf(const char* text) {
  requests::v1::AnswerCell cell;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &cell));
  const std::vector<std::string> header = AnswerHeader();
  const std::vector<std::string> row = AnswerRow(cell);
  EXPECT_EQ(header.size(), row.size());
  std::map<std::string, std::string> named;
  for (size_t i = 0; i < header.size() && i < row.size(); ++i) named[header[i]] = row[i];
  return named;
}

TEST(AnswerRows, AFigureAsItWasSent) {
  auto row = RowOf(R"(
    line: 2 organisation: "RLQ" period: "2024-03" millionths: 12345500000
    reference { item: "ae_attendances"
                dimensions { dimension: "department" value: "type1" }
                dimensions { dimension: "booked" value: "no" } }
    coverage: COVERAGE_CLASS_EXACT parts: 1 parts_held: 1 status: REVISION_STATUS_FINAL
    sources { return: "organisations/RLQ/returns/MSitAE.2024-03" revision: 4 })");
  EXPECT_EQ(row["line"], "2");
  EXPECT_EQ(row["item"], "ae_attendances");
  EXPECT_EQ(row["organisation"], "RLQ");
  EXPECT_EQ(row["period"], "2024-03");
  EXPECT_EQ(row["dimensions"], "department=type1 booked=no");
  EXPECT_EQ(row["value"], "12345.5");
  EXPECT_EQ(row["reason"], "");
  EXPECT_EQ(row["status"], "final");
  EXPECT_EQ(row["coverage"], "exact");
  EXPECT_EQ(row["parts"], "1");
  EXPECT_EQ(row["parts_held"], "1");
  EXPECT_EQ(row["revision"], "organisations/RLQ/returns/MSitAE.2024-03/revisions/4");
}

TEST(AnswerRows, ASumOfReturns) {
  auto row = RowOf(R"(
    millionths: -1000000 coverage: COVERAGE_CLASS_ROLLUP parts: 3 parts_held: 2 derivation: "sum"
    sources { return: "organisations/A/returns/C.P" revision: 1 }
    sources { return: "organisations/B/returns/C.P" revision: 2 })");
  EXPECT_EQ(row["value"], "-1");
  EXPECT_EQ(row["coverage"], "rollup");
  EXPECT_EQ(row["parts_held"], "2");
  EXPECT_EQ(row["revision"],
            "organisations/A/returns/C.P/revisions/1 organisations/B/returns/C.P/revisions/2");
  EXPECT_EQ(row["derivation"], "sum");
}

// The service names some of the returns, and how many there are.
TEST(AnswerRows, WhatIsNotNamedIsCounted) {
  auto row = RowOf(R"(
    millionths: 1000000 parts: 200 parts_held: 179
    sources { return: "organisations/A/returns/C.P" revision: 1 }
    sources { return: "organisations/B/returns/C.P" revision: 2 })");
  EXPECT_EQ(row["revision"],
            "organisations/A/returns/C.P/revisions/1 organisations/B/returns/C.P/revisions/2 and "
            "177 more");
}

// 2/3 = 0.6666666..., which six digits round up.
TEST(AnswerRows, ARatioIsExactBesideItsQuotient) {
  auto row = RowOf("ratio { numerator: 2000000 denominator: 3000000 }");
  EXPECT_EQ(row["value"], "0.666667");
  EXPECT_EQ(row["numerator"], "2");
  EXPECT_EQ(row["denominator"], "3");
  EXPECT_EQ(row["reason"], "");
  row = RowOf("ratio { numerator: 5000000 denominator: 0 }");
  EXPECT_EQ(row["value"], "");
  EXPECT_EQ(row["reason"], "ZERO_DENOMINATOR");
}

TEST(AnswerRows, WhereThereIsNoNumberAReasonStands) {
  EXPECT_EQ(RowOf("null_reason: NULL_REASON_NOT_COLLECTED")["reason"], "NOT_COLLECTED");
  EXPECT_EQ(RowOf("coverage: COVERAGE_CLASS_NEW")["reason"], "NOT_HELD");
  EXPECT_EQ(RowOf("coverage: COVERAGE_CLASS_NEW")["value"], "");
}

TEST(AnswerRows, ASuppressedValueStandsInNoColumn) {
  for (auto& [column, text] : RowOf("millionths: 777000000 suppressed_by: 'fewer-than-5'")) {
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("777"))) << column;
  }
  EXPECT_EQ(RowOf("millionths: 777000000 suppressed_by: 'fewer-than-5'")["reason"],
            "SUPPRESSED fewer-than-5");
  EXPECT_EQ(RowOf("ratio { numerator: 777000000 denominator: 1 } suppressed_by: 'r'")["numerator"],
            "");
}

TEST(AnswerRows, TheEndInWords) {
  requests::v1::AnswerEnd end;
  end.set_cells(4'866);
  end.set_sources(1);
  end.mutable_receipt()->set_sequence(5'012);
  EXPECT_EQ(AnswerSentence(end, absl::OkStatus()),
            "provider hours: 0; 4,866 figures from 1 return; receipt sequence 5,012, verified");
  end.set_provider_minutes(90);
  EXPECT_EQ(AnswerSentence(end, absl::DataLossError("the receipt is of another request")),
            "provider hours: 0 for what was held, 1 h 30 min collected for this request; 4,866 "
            "figures from 1 return; receipt sequence 5,012, NOT VERIFIED: the receipt is of "
            "another request");
  EXPECT_THAT(AnswerSentence(end, absl::UnavailableError("ingestion does not answer")),
              testing::EndsWith("5,012, not checked: ingestion does not answer"));
}

}  // namespace
}  // namespace onereturn::client
