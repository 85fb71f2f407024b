#include "services/ingestion/rpc/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/feed/position.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn::ingestion {
namespace {

using ::testing::UnorderedElementsAre;

CallContext CallOf(rights::v1::Role role, OrganisationScope scope) {
  CallContext call;
  call.caller = Caller{"spiffe://onereturn.example/rlq", role, std::move(scope)};
  call.deadline = Timestamp::FromSeconds(1);
  return call;
}
CallContext Submitter() {
  return CallOf(rights::v1::ROLE_SUBMITTER, OrganisationScope::Only("RLQ"));
}

returns::v1::SubmitReturnRequest Request() {
  returns::v1::SubmitReturnRequest request;
  request.set_request_id("r1");
  request.set_organisation("RLQ");
  request.set_collection("MSitAE");
  request.set_period("2023-06");
  common::v1::Cell* cell = request.add_cells();
  cell->mutable_reference()->set_item("ae_attendances");
  for (const auto& [dimension, value] :
       {std::pair("department", "type1"), std::pair("booked", "no")}) {
    auto* added = cell->mutable_reference()->add_dimensions();
    added->set_dimension(dimension);
    added->set_value(value);
  }
  cell->set_millionths(5'536'000'000);
  cell = request.add_cells();
  cell->mutable_reference()->set_item("ae_waits_over_twelve_hours");
  cell->set_null_reason(common::v1::NULL_REASON_WITHHELD);
  return request;
}

std::vector<std::string> PathsOf(const absl::Status& status) {
  std::vector<std::string> paths;
  if (std::optional<ErrorDetails> details = DetailsOf(status); details.has_value()) {
    for (const FieldViolation& field : details->fields) paths.push_back(field.field);
  }
  return paths;
}

// What is wrong with it is no fault, but nobody may be found by it.
TEST(ToSubmissionTest, ADraftNamesNobody) {
  returns::v1::SaveDraftRequest request;
  request.set_request_id("r1");
  request.set_organisation("RLQ");
  request.set_collection("MSitAE");
  request.set_period("2023-06");
  request.add_cells()->mutable_reference()->set_item("not_an_item");
  request.mutable_cells(0)->set_millionths(1);
  EXPECT_THAT(ToSubmission(request, Submitter(), Sha256("bytes")), IsOk());
  auto* dimension = request.mutable_cells(0)->mutable_reference()->add_dimensions();
  dimension->set_dimension("patient");
  dimension->set_value("943 476 5919");
  const absl::Status refused = ToSubmission(request, Submitter(), Sha256("bytes")).status();
  EXPECT_THAT(refused, HasReason(Reason::kPersonalData));
  EXPECT_THAT(PathsOf(refused), UnorderedElementsAre("cells[0].reference"));
  EXPECT_EQ(refused.ToString().find("5919"), std::string::npos);
}

TEST(ToSubmissionTest, WhyAReturnIsSentAgain) {
  returns::v1::SubmitReturnRequest request = Request();
  request.set_reason(returns::v1::REVISION_REASON_LATE_DATA);
  request.set_reason_text("a ward was late");
  const ReturnSubmission made = ToSubmission(request, Submitter(), Sha256("bytes")).value();
  EXPECT_EQ(made.reason, returns::v1::REVISION_REASON_LATE_DATA);
  EXPECT_EQ(made.reason_text, "a ward was late");
  EXPECT_FALSE(made.nil);
  request.set_reason(returns::v1::REVISION_REASON_UNDO);  // UndoRevision says so, and nobody else.
  request.set_reason_text("one\nline too many");
  request.set_nil(true);  // And cells.
  EXPECT_THAT(PathsOf(ToSubmission(request, Submitter(), Sha256("bytes")).status()),
              UnorderedElementsAre("reason", "reason_text", "cells"));
  request = Request();
  request.set_reason_text("asked by 943 476 5919");
  EXPECT_THAT(ToSubmission(request, Submitter(), Sha256("bytes")),
              HasReason(Reason::kPersonalData));
  request.clear_reason_text();
  request.clear_cells();
  request.set_nil(true);
  EXPECT_TRUE(ToSubmission(request, Submitter(), Sha256("bytes"))->nil);
}

TEST(ToSubmissionTest, WhatAReturnCostIsKeptWithinBounds) {
  returns::v1::SubmitReturnRequest request = Request();
  EXPECT_FALSE(ToSubmission(request, Submitter(), Sha256("bytes"))->declared_minutes.has_value());
  request.mutable_declared_minutes()->set_gathering(100'000);
  EXPECT_EQ(ToSubmission(request, Submitter(), Sha256("bytes"))->declared_minutes->gathering(),
            100'000u);
  request.mutable_declared_minutes()->set_transmission(100'001);
  EXPECT_THAT(PathsOf(ToSubmission(request, Submitter(), Sha256("bytes")).status()),
              UnorderedElementsAre("declared_minutes.transmission"));
  returns::v1::SubmitReturnFileRequest file;
  file.set_upload("uploads/1");
  file.mutable_declared_minutes()->set_gathering(30);
  EXPECT_EQ(ToSubmission(file, Submitter(), Sha256("bytes"))->declared_minutes->gathering(), 30u);
  file.mutable_declared_minutes()->set_gathering(100'001);
  EXPECT_THAT(PathsOf(ToSubmission(file, Submitter(), Sha256("bytes")).status()),
              UnorderedElementsAre("declared_minutes.gathering"));
}

TEST(ToSubmissionTest, ADraftNamesItsReturn) {
  returns::v1::SaveDraftRequest request;
  request.set_request_id("d1");
  EXPECT_THAT(PathsOf(ToSubmission(request, Submitter(), Sha256("bytes")).status()),
              UnorderedElementsAre("organisation", "collection", "period"));
  request.set_organisation("RLQ");
  request.set_collection("MSitAE");
  request.set_period("2023-06");
  request.set_etag("\"4\"");
  *request.mutable_cells() = Request().cells();
  const ReturnSubmission draft = ToSubmission(request, Submitter(), Sha256("bytes")).value();
  EXPECT_EQ(draft.submission.cells.size(), 2u);
  EXPECT_EQ(draft.etag, "\"4\"");
  EXPECT_FALSE(draft.origin.validate_only);
}

TEST(ToSubmissionTest, ACallBecomesASubmission) {
  returns::v1::SubmitReturnRequest request = Request();
  request.set_etag("\"4\"");
  request.set_validate_only(true);
  auto* explanation = request.add_explanations();
  explanation->set_rule("AE03");
  explanation->set_text("A new department.");
  const Digest digest = Sha256("bytes");
  const ReturnSubmission made = ToSubmission(request, Submitter(), digest).value();
  EXPECT_EQ(made.origin.actor, "spiffe://onereturn.example/rlq");
  EXPECT_EQ(made.origin.request_id, "r1");
  EXPECT_EQ(made.origin.digest, digest);
  EXPECT_TRUE(made.origin.validate_only);
  EXPECT_EQ(made.etag, "\"4\"");
  EXPECT_EQ(made.status, returns::v1::REVISION_STATUS_UNSPECIFIED) << "what is held decides";
  EXPECT_EQ(made.submission.origin, Origin::kSubmitted);
  ASSERT_EQ(made.submission.cells.size(), 2u);
  EXPECT_EQ(DescribeCell(made.submission.cells[0]), "ae_attendances [booked=no, department=type1]");
  EXPECT_EQ(made.submission.cells[0].value, Decimal::FromWhole(5'536));
  EXPECT_FALSE(made.submission.cells[1].value.has_value());
  EXPECT_EQ(made.submission.cells[1].null_reason, NullReason::kWithheld);
  EXPECT_EQ(made.submission.places[1].field, "cells[1]");
  EXPECT_EQ(made.submission.explanations[0].text, "A new department.");
}

TEST(ToSubmissionTest, EveryFaultOfTheShapeAtOnce) {
  returns::v1::SubmitReturnRequest request = Request();
  request.clear_collection();
  request.clear_period();
  request.mutable_cells(0)->mutable_reference()->clear_item();
  request.mutable_cells(0)->set_millionths(Decimal::kLimitMillionths);
  request.mutable_cells(1)->clear_content();
  request.add_cells()->mutable_reference()->set_item("x");
  request.add_cells()->set_null_reason(common::v1::NULL_REASON_UNSPECIFIED);
  request.add_explanations();
  auto* hidden = request.add_explanations();
  hidden->set_rule(std::string(33, 'R'));
  hidden->set_text("turned \xE2\x80\xAE round");
  request.add_explanations()->set_text(std::string(2'001, 'x'));
  const absl::Status status = ToSubmission(request, Submitter(), {}).status();
  EXPECT_THAT(status, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(PathsOf(status),
              UnorderedElementsAre(
                  "collection", "period", "cells[0].reference.item", "cells[0].millionths",
                  "cells[1]", "cells[2]", "cells[3].reference.item", "cells[3].null_reason",
                  "explanations[0].rule", "explanations[0].text", "explanations[1].rule",
                  "explanations[1].text", "explanations[2].rule", "explanations[2].text"));
}

TEST(ToSubmissionTest, TooManyAreNotLookedAt) {
  returns::v1::SubmitReturnRequest request = Request();
  for (int i = request.cells_size(); i < 20'001; ++i) request.add_cells();
  EXPECT_THAT(ToSubmission(request, Submitter(), {}).status(), HasReason(Reason::kTooManyItems));
  request = Request();
  for (int i = 0; i < 101; ++i) request.add_explanations();
  EXPECT_THAT(ToSubmission(request, Submitter(), {}).status(), HasReason(Reason::kTooManyItems));
  request = Request();
  for (int i = 0; i < 20; ++i) {
    auto* explanation = request.add_explanations();
    explanation->set_rule("AE03");
    explanation->set_text(std::string(2'000, 'x'));
  }
  EXPECT_THAT(PathsOf(ToSubmission(request, Submitter(), {}).status()),
              UnorderedElementsAre("explanations"));
}

TEST(ToSubmissionTest, AFileIsTheCallersOwnOrANationalLoaders) {
  returns::v1::SubmitReturnFileRequest request;
  request.set_request_id("f1");
  request.set_upload("uploads/abc");
  FileSubmission made = ToSubmission(request, Submitter(), {}).value();
  EXPECT_EQ(made.upload, "abc");
  EXPECT_FALSE(made.may_import);
  EXPECT_EQ(made.owner, "RLQ");
  EXPECT_EQ(made.scope.organisation(), "RLQ");
  made = ToSubmission(request,
                      CallOf(rights::v1::ROLE_NATIONAL_LOADER, OrganisationScope::National()), {})
             .value();
  EXPECT_TRUE(made.may_import);
  EXPECT_EQ(made.owner, "spiffe://onereturn.example/rlq");
  EXPECT_FALSE(made.given.period.has_value());
  EXPECT_EQ(made.given.organisation, "");
  request.set_period("2024-08");
  request.set_organisation("RLQ");
  made = ToSubmission(request, Submitter(), {}).value();
  EXPECT_EQ(made.given.period, Period::Parse("2024-08").value());
  EXPECT_EQ(made.given.organisation, "RLQ");
  request.set_period("August");
  EXPECT_THAT(ToSubmission(request, Submitter(), {}).status(), HasReason(Reason::kPeriod));
  request.clear_period();
  request.clear_upload();
  const absl::Status without = ToSubmission(request, Submitter(), {}).status();
  EXPECT_THAT(without, HasReason(Reason::kMissing));
  EXPECT_TRUE(absl::IsInvalidArgument(without));
  EXPECT_THAT(PathsOf(without), UnorderedElementsAre("upload"));
  for (const std::string& bad :
       {std::string("uploads/"), std::string("files/abc"), "uploads/" + std::string(65, 'x')}) {
    request.set_upload(bad);
    EXPECT_THAT(ToSubmission(request, Submitter(), {}).status(), HasReason(Reason::kNotFound))
        << bad;
  }
}

TEST(ToWireTest, AVerdictWithoutAFactHasFindingsOnly) {
  ReturnAnswer answer;
  answer.verdict = Verdict::kInvalid;
  Finding finding;
  finding.code = "AE02";
  finding.severity = Severity::kError;
  finding.rule_version = 3;
  finding.message = "More.";
  finding.place = Place{7, 9, "Header"};
  finding.organisation = "RLQ";
  finding.cell = Cell{"ae_attendances", {{"booked", "no"}}, std::nullopt, NullReason::kWithheld};
  finding.got = "6";
  answer.findings.Add(finding);
  const returns::v1::SubmitReturnResponse wire =
      ToResponse<returns::v1::SubmitReturnResponse>(answer).value();
  EXPECT_EQ(wire.verdict(), common::v1::VERDICT_INVALID);
  EXPECT_EQ(wire.finding_count(), 1u);
  EXPECT_FALSE(wire.has_return_());
  EXPECT_FALSE(wire.has_receipt());
  EXPECT_EQ(wire.findings(0).severity(), common::v1::SEVERITY_ERROR);
  EXPECT_EQ(wire.findings(0).place().column(), 9u);
  EXPECT_EQ(wire.findings(0).cell().dimensions(0).value(), "no");
  EXPECT_EQ(wire.findings(0).rule_version(), 3u);
}

// A thousand of the longest findings still fit the four megabytes that a client takes.
TEST(ToWireTest, TheMostFindingsFitAnAnswer) {
  ReturnAnswer answer;
  for (int i = 0; i < 2'000; ++i) {
    Finding finding;
    finding.code = "CELL_UNKNOWN_ITEM";
    for (std::string* text : {&finding.message, &finding.got, &finding.expected,
                              &finding.suggestion, &finding.organisation, &finding.place.field}) {
      *text = std::string(30'000, 'x');
    }
    finding.cell = Cell{std::string(30'000, 'i'), {}, std::nullopt, NullReason::kWithheld};
    for (int d = 0; d < 40; ++d) {
      finding.cell->dimensions.push_back({std::string(3'000, 'd'), std::string(3'000, 'v')});
    }
    answer.findings.Add(std::move(finding));
  }
  const returns::v1::SubmitReturnResponse wire =
      ToResponse<returns::v1::SubmitReturnResponse>(answer).value();
  EXPECT_EQ(wire.findings_size(), 1'000);
  EXPECT_EQ(wire.finding_count(), 2'000u);
  EXPECT_LT(wire.ByteSizeLong(), 4u << 20);
}

TEST(ToWishTest, TimesAreRead) {
  common::v1::ReadAt read;
  read.mutable_as_of_time()->set_seconds(5);
  EXPECT_EQ(ToWish(read, Submitter())->as_of_time, Timestamp::FromSeconds(5));
  read.mutable_as_of_time()->set_nanos(-1);
  EXPECT_FALSE(ToWish(read, Submitter()).ok());
}

TEST(ToSubmissionTest, OneKindOfFaultIsToldByItsOwnReason) {
  const auto reason_of = [](const returns::v1::SubmitReturnRequest& request) {
    return ReasonOf(ToSubmission(request, Submitter(), {}).status());
  };
  const auto explained = [&](const std::string& text) {
    returns::v1::SubmitReturnRequest request = Request();
    request.add_explanations()->set_rule("AE03");
    request.mutable_explanations(0)->set_text(text);
    return reason_of(request);
  };
  returns::v1::SubmitReturnRequest request = Request();
  request.clear_period();
  EXPECT_EQ(reason_of(request), Reason::kMissing);
  request.mutable_cells(0)->clear_content();
  EXPECT_EQ(reason_of(request), Reason::kFieldInvalid);
  request.set_period("2023-06");
  EXPECT_EQ(reason_of(request), Reason::kNullReason);
  request.mutable_cells(0)->set_millionths(INT64_MAX);
  EXPECT_EQ(reason_of(request), Reason::kRange);
  EXPECT_EQ(explained("\t \n"), Reason::kLength);
  EXPECT_EQ(explained(std::string(2'001, 'x')), Reason::kLength);
  EXPECT_EQ(explained("Line one.\nLine two."), Reason::kCharset);
  EXPECT_EQ(explained("the patient 943 476 5919"), Reason::kPersonalData);
}

TEST(CheckFromPositionTest, APositionOfOtherServicesAloneIsNoPlaceToBeginAt) {
  Position both;
  both.Set("metrics", ServicePosition{7, 30});
  EXPECT_THAT(CheckFromPosition(both.ToString(), "ingestion"), HasReason(Reason::kPositionInvalid));
  both.Set("ingestion", ServicePosition{5, 20});
  EXPECT_THAT(CheckFromPosition(both.ToString(), "ingestion"), IsOk());
  EXPECT_THAT(CheckFromPosition("7", "ingestion"), HasReason(Reason::kPositionInvalid));
}

}  // namespace
}  // namespace onereturn::ingestion
