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
