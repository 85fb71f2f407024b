// What is sent with a file: its period, its organisation; layouts of certain periods, and the
// status that rows of the long form say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/domain/testing/read_file.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Period PeriodOf(const char* text) { return Period::Parse(text).value(); }

Collection Amounts() {
  Collection collection;
  collection.code = "AMOUNTS";
  collection.items["amount"] = ItemSpec{"amount", {}};
  WideLayout bare;
  bare.period_form = PeriodForm::kGiven;
  bare.shapes.resize(1);
  bare.shapes[0].columns = {{"Amount", "amount", {}}};
  WideLayout named = bare;
  named.organisation_header = "Org";
  collection.layouts = {{"bare", bare}, {"named", named}, {"long", LongLayout{}}};
  return collection;
}

TEST(GivenWithFileTest, ALayoutWithoutColumnsForThemNeedsBoth) {
  const Collection collection = Amounts();
  const std::string text = TextOf({{"Amount"}, {"12.5"}});
  const ReadFileResult read =
      ReadReturnFile(collection, "bare", text, 0, {PeriodOf("2024-08"), "RDY"});
  ASSERT_THAT(read.status, IsOk());
  ASSERT_THAT(read.rows, SizeIs(1));
  EXPECT_EQ(read.rows[0].organisation, "RDY");
  EXPECT_EQ(read.rows[0].period, PeriodOf("2024-08"));
  EXPECT_EQ(CellsOf(read.rows[0]), "amount=12.5");

  const absl::Status whose =
      ReadReturnFile(collection, "bare", text, 0, {PeriodOf("2024-08")}).status;
  EXPECT_THAT(whose, HasReason(Reason::kFileLayout));
  EXPECT_THAT(whose.message(), HasSubstr("give it with the call"));
  EXPECT_THAT(ReadReturnFile(collection, "bare", text, 0, {std::nullopt, "RDY"}).status,
              HasReason(Reason::kFilePeriod));
  EXPECT_THAT(ReadReturnFile(collection, "bare", text, 0, {PeriodOf("2024-Q3"), "RDY"}).status,
              HasReason(Reason::kFilePeriod));
}

TEST(GivenWithFileTest, AFileThatNamesItsOrganisationsTakesNoneBesideThem) {
  const Collection collection = Amounts();
  const std::string text = TextOf({{"Org", "Amount"}, {"RDY", "1"}, {"RN5", "2"}});
  EXPECT_THAT(ReadReturnFile(collection, "named", text, 0, {PeriodOf("2024-08")}).rows, SizeIs(2));
  EXPECT_THAT(ReadReturnFile(collection, "named", text, 0, {PeriodOf("2024-08"), "RDY"}).status,
              HasReason(Reason::kFileLayout));
  const std::string rows =
      TextOf({{"organisation", "period", "item", "value"}, {"RDY", "2024-08", "amount", "1"}});
  EXPECT_THAT(ReadReturnFile(collection, "long", rows, 0, {std::nullopt, "RDY"}).status,
              HasReason(Reason::kFileLayout));
}

// Several months in one file, one row a department type; a type without a row had nobody.
Collection MonthsByType() {
  const DimensionSpec department{"department", {"other", "type1", "type2"}};
  Collection collection;
  collection.code = "MONTHS";
  collection.items["attendances"] = ItemSpec{"attendances", {department}};
  collection.items["waits"] = ItemSpec{"waits", {}};
  WideLayout months;
  months.organisation_header = "org_code";
  months.period_header = "period";
  months.period_form = PeriodForm::kFirstDay;
  months.several_periods = true;
  months.row_dimensions = {{"type", "department", {{"1", "type1"}, {"2", "type2"}}}};
  months.row_dimensions[0].missing_row = NoFigure{NoFigure::Meaning::kZero};
  months.shapes.resize(1);
  months.shapes[0].columns = {{"attendances", "attendances", {}}};
  Cell waits;
  waits.item = "waits";
  waits.null_reason = NullReason::kNotCollected;
  months.cells_without_column = {waits};
  collection.layouts = {{"months", months}};
  return collection;
}

TEST(SeveralPeriodsTest, TheRowsOfTheOneThatIsNamedAreTaken) {
  Collection collection = MonthsByType();
  const std::string text = TextOf({{"period", "org_code", "type", "attendances"},
                                   {"2019-02-01", "RDY", "1", "7"},
                                   {"2019-03-01", "RDY", "1", "12"},
                                   {"01/03/2019", "RDY", "other", "3"},
                                   {"2019-03-01", "RN5", "2", "5"},
                                   {"2019-02-01", "RN5", "2", "8"}});
  const ReadFileResult march = ReadReturnFile(collection, "months", text, 0, {PeriodOf("2019-03")});
  ASSERT_THAT(march.status, IsOk());
  EXPECT_EQ(march.period, PeriodOf("2019-03"));
  ASSERT_THAT(march.rows, SizeIs(2));
  EXPECT_EQ(march.rows[0].row, 3u);
  EXPECT_EQ(CellsOf(march.rows[0]),
            "attendances [department=other]=3\nattendances [department=type1]=12\n"
            "attendances [department=type2]=0\nwaits=null 1");
  EXPECT_EQ(CellsOf(march.rows[1]),
            "attendances [department=other]=0\nattendances [department=type1]=0\n"
            "attendances [department=type2]=5\nwaits=null 1");
  const ReadFileResult february =
      ReadReturnFile(collection, "months", text, 3, {PeriodOf("2019-02")});
  ASSERT_THAT(february.status, IsOk());
  ASSERT_THAT(february.rows, SizeIs(2));
  EXPECT_EQ(february.rows[1].row, 6u);

  // As a null, and as nothing.
  auto& wide = std::get<WideLayout>(collection.layouts[0].shape);
  wide.row_dimensions[0].missing_row =
      NoFigure{NoFigure::Meaning::kNull, NullReason::kNotApplicable};
  EXPECT_THAT(CellsOf(ReadReturnFile(collection, "months", text, 0, {PeriodOf("2019-03")}).rows[1]),
              HasSubstr("attendances [department=type1]=null 2"));
  wide.row_dimensions[0].missing_row = NoFigure{};
  EXPECT_THAT(ReadReturnFile(collection, "months", text, 0, {PeriodOf("2019-03")}).rows[1].cells,
              SizeIs(2));
}

// What is merged into a return, or taken out of it, is what the file gives and nothing else.
TEST(SeveralPeriodsTest, OnlyAWholeReturnIsFilledIn) {
  const Collection collection = MonthsByType();
  const std::string text =
      TextOf({{"period", "org_code", "type", "attendances"}, {"2019-03-01", "RDY", "1", "12"}});
  for (const SubmitMode mode : {SubmitMode::kMerge, SubmitMode::kDelete}) {
    const ReadFileResult read =
        ReadReturnFile(collection, "months", text, 0, {PeriodOf("2019-03"), "", mode});
    ASSERT_THAT(read.rows, SizeIs(1));
    EXPECT_EQ(CellsOf(read.rows[0]), "attendances [department=type1]=12");
  }
}

TEST(GivenWithFileTest, WhatIsTakenOutNeedsNoValue) {
  Collection collection = Amounts();
  DimensionSpec place{"place", {"a", "b"}};
  place.sparse = true;
  collection.items["seen"] = ItemSpec{"seen", {place}};
  collection.layouts.push_back({"sparse", LongLayout{{"place"}}});
  const std::string text = TextOf({{"organisation", "period", "item", "place", "value"},
                                   {"RDY", "2024-08", "seen", "a", ""},
                                   {"RDY", "2024-08", "amount", "", ""}});
  const ReadFileResult taken_out =
      ReadReturnFile(collection, "sparse", text, 0, {std::nullopt, "", SubmitMode::kDelete});
  ASSERT_THAT(taken_out.rows, SizeIs(1));
  EXPECT_THAT(taken_out.rows[0].cells, SizeIs(2));
  EXPECT_EQ(taken_out.rows[0].findings.count(), 0u);
  const ReadFileResult merged =
      ReadReturnFile(collection, "sparse", text, 0, {std::nullopt, "", SubmitMode::kMerge});
  ASSERT_THAT(merged.rows, SizeIs(1));
  EXPECT_THAT(merged.rows[0].cells, SizeIs(1)) << "a blank of a sparse item is nothing";
  EXPECT_EQ(merged.rows[0].findings.count(), 1u) << "a blank is no figure";
}

TEST(SeveralPeriodsTest, WithoutANameOrRowsOrDaysItIsRefused) {
  const Collection collection = MonthsByType();
  const auto status = [&](const Records& rows, const GivenWithFile& given) {
    Records records = {{"period", "org_code", "type", "attendances"}};
    records.insert(records.end(), rows.begin(), rows.end());
    const absl::Status read =
        ReadReturnFile(collection, "months", TextOf(records), 0, given).status;
    EXPECT_THAT(read, HasReason(Reason::kFilePeriod));
    return std::string(read.message());
  };
  const Records good = {{"2019-03-01", "RDY", "1", "12"}};
  EXPECT_THAT(status(good, {}), HasSubstr("name the one"));
  EXPECT_THAT(status(good, {PeriodOf("2019-04")}), HasSubstr("no row of 2019-04"));
  EXPECT_THAT(status(good, {PeriodOf("2019-Q1")}), HasSubstr("no row of 2019-Q1"));
  EXPECT_THAT(status({{"2019-03-31", "RDY", "1", "12"}}, {PeriodOf("2019-03")}),
              HasSubstr("not the first day"));
  EXPECT_THAT(status({{"2019-03", "RDY", "1", "12"}}, {PeriodOf("2019-03")}),
              HasSubstr("first day, as"));
  // The rows of an organisation still stand together.
  const Records apart = {{"period", "org_code", "type", "attendances"},
                         {"2019-03-01", "RDY", "1", "12"},
                         {"2019-03-01", "RN5", "1", "12"},
                         {"2019-03-01", "RDY", "2", "12"}};
  EXPECT_THAT(ReadReturnFile(collection, "months", TextOf(apart), 0, {PeriodOf("2019-03")}).status,
              HasReason(Reason::kFileRepeatedRow));
}

TEST(LayoutPeriodTest, FilesOfOtherPeriodsAreRefusedWithTheLayoutsThatFit) {
  Collection collection = Amounts();
  collection.layouts[1].to = PeriodOf("2021-03");
  LayoutSpec later = collection.layouts[1];
  later.code = "named-2";
  later.from = PeriodOf("2021-04");
  later.to = std::nullopt;
  collection.layouts.push_back(later);
  collection.layouts.erase(collection.layouts.begin() + 2);  // The long one fits all.
  collection.layouts.erase(collection.layouts.begin());
  const std::string text = TextOf({{"Org", "Amount"}, {"RDY", "1"}});
  for (const auto& [layout, period, fits] :
       {std::tuple("named", "2021-03", true), std::tuple("named", "1999-01", true),
        std::tuple("named", "2021-04", false), std::tuple("named-2", "2021-04", true),
        std::tuple("named-2", "2021-03", false)}) {
    const absl::Status status =
        ReadReturnFile(collection, layout, text, 0, {PeriodOf(period)}).status;
    EXPECT_EQ(status.ok(), fits) << layout << " " << period;
    if (fits) continue;
    EXPECT_THAT(status, HasReason(Reason::kFilePeriod));
    EXPECT_THAT(status.message(),
                HasSubstr(std::string(layout) == "named" ? "send it in one of named-2"
                                                         : "send it in one of named"));
  }
}

Records LongRows(const std::vector<std::string>& statuses) {
  Records records = {{"organisation", "period", "item", "status", "value"}};
  for (const std::string& status : statuses) {
    records.push_back({"RDY", "2024-08", "amount", status, "1"});
  }
  return records;
}

TEST(RowStatusTest, OfAnOrganisationIsThatOfItsFirstRowInAll) {
  const Collection collection = Amounts();
  struct Case {
    std::vector<std::string> statuses;
    std::optional<FigureStatus> read;
    std::string findings;
  };
  for (const Case& one : std::vector<Case>{
           {{"ESTIMATED", "ESTIMATED"}, FigureStatus::kEstimated, ""},
           {{"PROVISIONAL"}, FigureStatus::kProvisional, ""},
           {{"FINAL"}, FigureStatus::kFinal, ""},
           {{"", ""}, std::nullopt, ""},
           {{"firm"}, std::nullopt, "ROW_STATUS 2 4"},
           {{"estimated"}, FigureStatus::kEstimated, ""},
           {{"ESTIMATED", ""}, FigureStatus::kEstimated, ""},
           {{"", "ESTIMATED"}, FigureStatus::kEstimated, ""},
           {{"FINAL", "ESTIMATED"}, FigureStatus::kFinal, "ROW_STATUS 3 4"},
       }) {
    const ReadFileResult read = ReadReturnFile(collection, "long", TextOf(LongRows(one.statuses)));
    ASSERT_THAT(read.status, IsOk());
    ASSERT_THAT(read.rows, SizeIs(1));
    EXPECT_EQ(read.rows[0].status, one.read);
    EXPECT_EQ(FindingsOf(read), one.findings);
  }
  // Each organisation has its own.
  Records two = LongRows({"ESTIMATED"});
  two.push_back({"RN5", "2024-08", "amount", "FINAL", "1"});
  const ReadFileResult read = ReadReturnFile(collection, "long", TextOf(two));
  EXPECT_EQ(read.rows.at(0).status, FigureStatus::kEstimated);
  EXPECT_EQ(read.rows.at(1).status, FigureStatus::kFinal);
  EXPECT_EQ(FindingsOf(read), "");
}

}  // namespace
}  // namespace onereturn::ingestion
