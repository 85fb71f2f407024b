// Real figures of three returns, read by layouts of their own form: the totals of England are those
// that were published.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "absl/strings/str_split.h"
#include "common/base/testing/published_data.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/domain/testing/other_files.h"

namespace onereturn::ingestion {
namespace {

using ::testing::SizeIs;

std::string ReturnsFolder() { return PublishedDataFolder() + "/other-returns/"; }

class OtherReturnsTest : public PublishedDataTest {
 protected:
  OtherReturnsTest() : PublishedDataTest("other-returns/dm01_2024-08.csv") {}

  static std::string BytesOf(const std::string& name) {
    std::ifstream file(ReturnsFolder() + name);
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  }
};

Int128 SumOfFile(const ReadFileResult& result, absl::string_view item,
                 const DimensionValue* at = nullptr) {
  Int128 sum = 0;
  for (const FileReturnRows& rows : result.rows) sum += SumOfItem(rows.cells, item, at);
  return sum;
}

Int128 WholeOf(int64_t whole) { return Int128{whole} * Decimal::kMillion; }

TEST_F(OtherReturnsTest, DiagnosticsOfAugust2024) {
  Collection collection;
  collection.code = "DM01";
  const std::vector<std::string> bands = DiagnosticBands();
  DimensionSpec test{"test", {DiagnosticTests().begin(), DiagnosticTests().end()}};
  collection.items["dm01_waiting"] =
      ItemSpec{"dm01_waiting", {test, {"week_band", {bands.begin(), bands.end()}}}};
  collection.items["dm01_activity"] =
      ItemSpec{"dm01_activity", {{"activity", {"planned", "unscheduled", "waiting_list"}}, test}};
  WideLayout layout;
  layout.organisation_header = "org_code";
  layout.period_header = "period";
  RowDimension by_test{"test_id", "test", {}, TotalRows{"16", "D03"}};
  for (size_t i = 0; i < DiagnosticTests().size(); ++i) {
    by_test.codes[absl::StrCat(i + 1)] = DiagnosticTests()[i];
  }
  layout.row_dimensions = {by_test};
  layout.series = {
      {"bands", "week_band", {FormOf("wk_#_#", "#-#"), FormOf("wk_#_plus", "#+")}, bands}};
  RowShape shape;
  shape.series = {{"bands", "dm01_waiting", {}}};
  shape.columns = {{"act_planned", "dm01_activity", {{"activity", "planned"}}},
                   {"act_unscheduled", "dm01_activity", {{"activity", "unscheduled"}}},
                   {"act_waiting_list", "dm01_activity", {{"activity", "waiting_list"}}}};
  shape.checks = {{"total_wl", {"bands"}, "D01"}};
  layout.shapes = {shape};
  layout.ignored_headers = {"region_code", "org_name", "test_name", "over_6w", "over_13w"};
  collection.layouts = {{"flat", layout}};

  const std::string bytes = BytesOf("dm01_2024-08.csv");
  const ReadFileResult result = ReadReturnFile(collection, "flat", bytes, 4'096);
  ASSERT_THAT(result.status, IsOk()) << WordsOf(result.status);
  EXPECT_EQ(FindingsOf(result), "");
  EXPECT_THAT(result.rows, SizeIs(428));
  EXPECT_TRUE(SumOfFile(result, "dm01_waiting") == WholeOf(1'562'141));
  Int128 over_six_weeks = 0;
  for (size_t band = 6; band < bands.size(); ++band) {
    const DimensionValue at{"week_band", bands[band]};
    over_six_weeks += SumOfFile(result, "dm01_waiting", &at);
  }
  EXPECT_TRUE(over_six_weeks == WholeOf(374'205));
  // All rows of the file add up to twice as many.
  int64_t naive = 0;
  for (const absl::string_view line : absl::StrSplit(bytes, '\n')) {
    const std::vector<std::string> fields = absl::StrSplit(line, ',');
    // A name may hold a comma: the figures are counted from the end.
    if (fields.size() > 19) naive += std::atoll(fields[fields.size() - 20].c_str());
  }
  EXPECT_EQ(naive, 2 * 1'562'141);
}

TEST_F(OtherReturnsTest, BedsOfTheSecondQuarterOf2024) {
  Collection collection;
  collection.code = "KH03";
  collection.period_kind = PeriodKind::kQuarter;
  WideLayout layout;
  layout.organisation_header = "org_code";
  layout.period_header = "period";
  layout.period_form = PeriodForm::kWritten;
  layout.shapes.resize(1);
  for (const char* kind : {"avail", "occ"}) {
    const std::string item = absl::StrCat("kh03_", kind, "_bed_days");
    collection.items[item] =
        ItemSpec{item, {{"sector", {"ga", "ld", "maternity", "mental_illness"}}}};
    for (const char* sector : {"ga", "ld", "maternity", "mental_illness"}) {
      layout.shapes[0].columns.push_back({absl::StrCat(kind, "_", sector),
                                          item,
                                          {{"sector", sector}},
                                          {},
                                          FigureKind::kDailyAverage});
    }
  }
  layout.ignored_headers = {"year",      "period_end",  "region_code",   "org_name",
                            "pct_ga",    "pct_ld",      "pct_maternity", "pct_mental_illness",
                            "pct_total", "avail_total", "occ_total"};
  collection.layouts = {{"flat", layout}};
  const ReadFileResult result =
      ReadReturnFile(collection, "flat", BytesOf("kh03_2024-25_q2.csv"), 1'000);
  ASSERT_THAT(result.status, IsOk()) << WordsOf(result.status);
  EXPECT_EQ(FindingsOf(result), "");
  EXPECT_THAT(result.rows, SizeIs(187));
  EXPECT_EQ(result.period, Period::Parse("2024-Q3").value());
  // 103,656.228261 beds available and 93,664.402174 occupied, of 92 days: 90.360612 %.
  const DimensionValue general{"sector", "ga"};
  EXPECT_TRUE(SumOfFile(result, "kh03_avail_bed_days", &general) == WholeOf(9'536'373));
  EXPECT_TRUE(SumOfFile(result, "kh03_occ_bed_days", &general) == WholeOf(8'617'125));
}

TEST_F(OtherReturnsTest, CancerWaitsOfApril2024) {
  Collection collection;
  collection.code = "CWT";
  WideLayout layout;
  layout.organisation_header = "org_code";
  layout.period_header = "period";
  layout.row_dimensions = {
      {"standard",
       "standard",
       {{"28-day FDS", "28_day"}, {"31-day Combined", "31_day"}, {"62-day Combined", "62_day"}}}};
  RowShape shape;
  shape.columns = {{"total", "cancer_total", {}}, {"within", "cancer_within", {}}};
  shape.checks = {{"total", {"within", "breaches"}, "C01"}};
  layout.shapes = {shape};
  collection.layouts = {{"flat", layout}};
  const std::string bytes = BytesOf("cancer_2024-04.csv");
  // It is sorted by standard: as it comes it is refused, with the remedy.
  const absl::Status as_it_comes = ReadReturnFile(collection, "flat", bytes).status;
  EXPECT_THAT(as_it_comes, HasReason(Reason::kFileRepeatedRow));
  EXPECT_THAT(as_it_comes.message(), ::testing::HasSubstr("sort the file by \"org_code\""));
  std::vector<std::string> lines = absl::StrSplit(bytes, '\n', absl::SkipEmpty());
  std::stable_sort(lines.begin() + 1, lines.end(), [](const std::string& a, const std::string& b) {
    const std::vector<std::string> left = absl::StrSplit(a, ',');
    const std::vector<std::string> right = absl::StrSplit(b, ',');
    return left[2] < right[2];
  });
  const ReadFileResult result = ReadReturnFile(collection, "flat", absl::StrJoin(lines, "\n"));
  ASSERT_THAT(result.status, IsOk()) << WordsOf(result.status);
  EXPECT_EQ(FindingsOf(result), "");
  const DimensionValue first{"standard", "28_day"};
  EXPECT_TRUE(SumOfFile(result, "cancer_total", &first) == WholeOf(269'798));
  EXPECT_TRUE(SumOfFile(result, "cancer_within", &first) == WholeOf(197'882));
}

}  // namespace
}  // namespace onereturn::ingestion
