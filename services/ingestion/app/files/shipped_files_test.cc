// Files in exactly the forms that are published, through the shipped layouts: what is stored is
// what the file says once, and never a total beside its parts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/commit/journal.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/shipped_world.h"
#include "services/ingestion/domain/testing/ae_files.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ShippedFilesTest = ShippedWorld;

const std::map<std::string, std::string>& ItemOfPart() {
  static const auto* items =
      new std::map<std::string, std::string>{{"Part_1A", "rtt_admitted"},
                                             {"Part_1B", "rtt_non_admitted"},
                                             {"Part_2", "rtt_incomplete"},
                                             {"Part_2A", "rtt_incomplete_with_decision"},
                                             {"Part_3", "rtt_new_clock_starts"}};
  return *items;
}

// Cell to figure, of one provider: what the file says, read by the columns of the published form.
std::map<std::string, std::string> FiguresOfRtt(const Records& records,
                                                const std::string& provider) {
  std::map<std::string, std::string> figures;
  const std::vector<std::string> bands = RttBands();
  for (size_t row = 1; row < records.size(); ++row) {
    const std::vector<std::string>& fields = records[row];
    if (fields[3] != provider || fields[11] == "C_999") continue;
    const std::string& item = ItemOfPart().at(fields[9]);
    Cell cell;
    cell.dimensions = {{"commissioner", fields[7]}, {"treatment_function", fields[11]}};
    const auto add = [&](const std::string& name, const std::string& figure) {
      cell.item = name;
      if (!figure.empty()) figures[DescribeCell(cell)] = figure;
    };
    if (fields[9] == "Part_3") add(item, fields[kRttTotal + 2]);
    add(item + "_unknown_start", fields[kRttTotal + 1]);
    cell.dimensions.push_back({"week_band", ""});
    for (size_t band = 0; band < bands.size(); ++band) {
      cell.dimensions.back().value = bands[band];
      add(item, fields[kRttFirstBand + band]);
    }
  }
  return figures;
}

TEST_F(ShippedFilesTest, WaitingTimesRoundTrip) {
  const Records records = SoundRtt("RTT-June-2026");
  const absl::StatusOr<FileAnswer> answer = Send("RTT", "published-104", records);
  ASSERT_THAT(answer, IsOk()) << WordsOf(answer.status());
  EXPECT_EQ(answer->period, "2026-06");
  EXPECT_NE(answer->verdict, Verdict::kInvalid);
  ASSERT_THAT(answer->returns, SizeIs(2));
  for (const FileReturnAnswer& one : answer->returns) {
    const std::vector<Cell> cells = CellsOf(one);
    std::map<std::string, std::string> stored;
    for (const Cell& cell : cells) stored[DescribeCell(cell)] = cell.value->ToString();
    EXPECT_EQ(stored, FiguresOfRtt(records, one.organisation)) << one.organisation;
    // The rows of a provider: four parts of 105 bands and three functions, of two commissioners.
    EXPECT_EQ(cells.size(), 2u * 3u * (4u * kRttBands + 1u) + 2u * 2u * 2u);
  }
}

// All rows of Part_2 and Part_2A added up, as a reader might who knows no better.
TEST_F(ShippedFilesTest, ANaiveTotalOfWaitingTimesWouldDouble) {
  const Records records = SoundRtt("RTT-June-2026");
  int64_t naive = 0;
  int64_t waiting = 0;
  int64_t outside_england = 0;
  for (size_t row = 1; row < records.size(); ++row) {
    const std::vector<std::string>& fields = records[row];
    if (fields[3] != "RDY") continue;
    const int64_t total = std::stoll(fields[kRttTotal + 2]);
    if (fields[9] == "Part_2" || fields[9] == "Part_2A") naive += total;
    if (fields[9] != "Part_2" || fields[11] == "C_999") continue;
    waiting += total;
    if (fields[7] == "NONC") outside_england += total;
  }
  const absl::StatusOr<FileAnswer> answer = Send("RTT", "published-104", records);
  ASSERT_THAT(answer, IsOk());
  const std::vector<Cell> cells = CellsOf(answer->returns[0]);
  const DimensionValue nonc{"commissioner", "NONC"};
  EXPECT_TRUE(SumOfItem(cells, "rtt_incomplete") == Whole(waiting));
  EXPECT_TRUE(SumOfItem(cells, "rtt_incomplete", &nonc) == Whole(outside_england));
  EXPECT_GT(naive, 2 * waiting);
}

// The form before April 2021: bands to 52 weeks.
Records EarlierRtt(const std::string& period) {
  Records records = SoundRtt(period);
  for (std::vector<std::string>& fields : records) {
    const auto first = fields.begin() + kRttFirstBand + 53;
    fields.erase(first, first + (kRttBands - 53));
  }
  records[0][kRttFirstBand + 52] = "Gt 52 Weeks SUM 1";
  // The sums of the bands that are left.
  for (size_t row = 1; row < records.size(); ++row) {
    std::vector<std::string>& fields = records[row];
    if (fields[9] == "Part_3") continue;
    int64_t sum = 0;
    for (size_t band = 0; band < 53; ++band) sum += std::stoll(fields[kRttFirstBand + band]);
    const size_t total = kRttFirstBand + 53;
    if (!fields[total].empty()) fields[total] = absl::StrCat(sum);
    const int64_t unknown = fields[total + 1].empty() ? 0 : std::stoll(fields[total + 1]);
    fields[total + 2] = absl::StrCat(sum + unknown);
  }
  return records;
}

TEST_F(ShippedFilesTest, TheLayoutOfWaitingTimesFollowsThePeriod) {
  EXPECT_EQ(EarlierRtt("RTT-March-2021")[0].size(), 69u);
  const absl::StatusOr<FileAnswer> earlier =
      Send("RTT", "published-52", EarlierRtt("RTT-March-2021"));
  ASSERT_THAT(earlier, IsOk()) << WordsOf(earlier.status());
  EXPECT_NE(earlier->verdict, Verdict::kInvalid);
  const DimensionValue open{"week_band", "52+"};
  int64_t expected = 0;
  for (size_t function = 0; function < 3; ++function) {
    expected += 2 * PathwaysIn("Part_2", function, 52);
  }
  EXPECT_TRUE(SumOfItem(CellsOf(earlier->returns[0]), "rtt_incomplete", &open) == Whole(expected));

  const absl::Status too_late = Send("RTT", "published-52", EarlierRtt("RTT-April-2021")).status();
  EXPECT_THAT(too_late, HasReason(Reason::kFilePeriod));
  EXPECT_THAT(too_late.message(), AllOf(HasSubstr("2021-04"), HasSubstr("published-52"),
                                        HasSubstr("to 2021-03"), HasSubstr("published-104")));
  const absl::Status too_early = Send("RTT", "published-104", SoundRtt("RTT-March-2021")).status();
  EXPECT_THAT(too_early, HasReason(Reason::kFilePeriod));
  EXPECT_THAT(Send("RTT", "published-52", SoundRtt("RTT-March-2021")).status(),
              HasReason(Reason::kFileLayout));
}

TEST_F(ShippedFilesTest, DiagnosticsRoundTripWithTheKnownRows) {
  const absl::StatusOr<FileAnswer> answer = Send("DM01", "published-30", DiagnosticsRecords());
  ASSERT_THAT(answer, IsOk()) << WordsOf(answer.status());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  const std::vector<Cell> cells = CellsOf(answer->returns.at(0));
  EXPECT_THAT(cells, SizeIs(15 * (14 + 3)));
  const DimensionValue audiology{"test", "AUDIOLOGY_ASSESSMENTS"};
  EXPECT_TRUE(SumOfItem(cells, "dm01_waiting", &audiology) == Whole(2'306));
  EXPECT_TRUE(SumOfItem(cells, "dm01_activity", &audiology) == Whole(1'451));
  // The row TOTAL says as much as all tests: with it, it would be 4,722 and 3,752.
  EXPECT_TRUE(SumOfItem(cells, "dm01_waiting") == Whole(2'361));
  EXPECT_TRUE(SumOfItem(cells, "dm01_activity") == Whole(1'876));
  Int128 over_six_weeks = 0;
  for (const std::string& band : DiagnosticBands()) {
    const DimensionValue at{"week_band", band};
    if (band >= "06") over_six_weeks += SumOfItem(cells, "dm01_waiting", &at);
  }
  EXPECT_TRUE(over_six_weeks == Whole(655));
}

// 215.445652 beds a day over 92 days, 176.846154 over 91.
TEST_F(ShippedFilesTest, BedsBecomeBedDays) {
  for (const auto& [last_day, beds, days] : {std::tuple("2024-09-30", "215.445652", 19'821),
                                             std::tuple("30/06/2012", "176.846154", 16'093)}) {
    const absl::StatusOr<FileAnswer> answer =
        Send("KH03", "published-available-overnight", BedsRecords(last_day, beds));
    ASSERT_THAT(answer, IsOk()) << WordsOf(answer.status());
    const DimensionValue sector{"sector", "mental_illness"};
    EXPECT_TRUE(SumOfItem(CellsOf(answer->returns.at(0)), "kh03_available_overnight", &sector) ==
                Whole(days))
        << last_day;
  }
}

// Each published file gives one item; the others stay as they are held.
TEST_F(ShippedFilesTest, AFileOfAPartLeavesTheOtherItemsAsTheyAre) {
  const std::string day = "2024-06-30";
  ASSERT_THAT(Send("KH03", "published-available-overnight", BedsRecords(day, "176.846154")),
              IsOk());
  const Records by_specialty = {
      {"Organisation_Code", "Specialty", "Number_Of_Beds", "Effective_Snapshot_Date"},
      {"RDY", "Adult Mental Illness", "100", day},
      {"RDY", "715", "50", day}};
  const auto second = Send("KH03", "published-occupied-overnight-by-specialty", by_specialty);
  ASSERT_THAT(second, IsOk()) << WordsOf(second.status());
  const std::vector<Cell> both = CellsOf(second->returns.at(0));
  EXPECT_TRUE(SumOfItem(both, "kh03_available_overnight") == Whole(16'093));
  EXPECT_TRUE(SumOfItem(both, "kh03_occupied_overnight_by_specialty") == Whole(150 * 91));
  // The item itself is replaced as a whole.
  const auto third =
      Send("KH03", "published-available-overnight",
           {{"Organisation_Code", "Sector", "Number_Of_Beds", "Effective_Snapshot_Date"},
            {"RDY", "Maternity", "1", day}});
  ASSERT_THAT(third, IsOk());
  const std::vector<Cell> replaced = CellsOf(third->returns.at(0));
  EXPECT_TRUE(SumOfItem(replaced, "kh03_available_overnight") == Whole(91));
  EXPECT_TRUE(SumOfItem(replaced, "kh03_occupied_overnight_by_specialty") == Whole(150 * 91));
  // A part that contradicts what is held is refused, and nothing is lost.
  const auto refused =
      Send("KH03", "published-occupied-overnight",
           {{"Organisation_Code", "Sector", "Number_Of_Beds", "Effective_Snapshot_Date"},
            {"RDY", "Mental Illness", "149", day}});
  ASSERT_THAT(refused, IsOk());
  EXPECT_EQ(refused->findings.kept().at(0).code, "K02");
  EXPECT_EQ(refused->verdict, Verdict::kInvalid);
}

TEST_F(ShippedFilesTest, CancerWaitsRoundTrip) {
  const absl::StatusOr<FileAnswer> answer = Send("CWT", "metrics", CancerRecords());
  ASSERT_THAT(answer, IsOk()) << WordsOf(answer.status());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  ASSERT_THAT(answer->returns, SizeIs(2));
  const std::vector<Cell> cells = CellsOf(answer->returns[0]);
  const DimensionValue shared{"standard", "62_day"};
  EXPECT_TRUE(SumOfItem(cells, "cancer_total", &shared) == Int128{40'500'000});
  EXPECT_TRUE(SumOfItem(cells, "cancer_within", &shared) == Int128{27'500'000});
  EXPECT_TRUE(SumOfItem(cells, "cancer_within") == Int128{327'500'000});  // No rate in it.
}

TEST_F(ShippedFilesTest, ThreeColumnsOfFinanceAreWhoseAndWhenTheCallSays) {
  const Records records = {{"subcode", "main_code", "value"},
                           {"INC010", "YTD_ACTUAL", "1250.5"},
                           {"EFF010", "YTD_ACTUAL", "10"},
                           {"EFF020", "YTD_ACTUAL", "7"},
                           {"EFF030", "YTD_ACTUAL", "3"}};
  FileSubmission file = FileOf("PFR", "three-columns", records);
  EXPECT_THAT(ingestion_.submit_file().Run(file).status(), HasReason(Reason::kFileLayout));
  file.given.organisation = "RDY";
  EXPECT_THAT(ingestion_.submit_file().Run(file).status(), HasReason(Reason::kFilePeriod));
  file.given.period = Period::Parse("2024-08").value();
  const absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(file);
  ASSERT_THAT(answer, IsOk()) << WordsOf(answer.status());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  EXPECT_EQ(answer->period, "2024-08");
  ASSERT_THAT(answer->returns, SizeIs(1));
  EXPECT_EQ(answer->returns[0].organisation, "RDY");
  const DimensionValue income{"subcode", "INC010"};
  const std::vector<Cell> cells = CellsOf(answer->returns[0]);
  EXPECT_TRUE(SumOfItem(cells, "finance_amount", &income) == Int128{1'250'500'000});
  EXPECT_TRUE(SumOfItem(cells, "finance_efficiency_recurrent") == Whole(7));
  // The same file for another organisation is another request; one that names its organisations
  // takes none beside them.
  FileSubmission both = FileOf("CWT", "metrics", CancerRecords());
  both.given.organisation = "RDY";
  EXPECT_THAT(ingestion_.submit_file().Run(both).status(), HasReason(Reason::kFileLayout));
}

TEST_F(ShippedFilesTest, ACouncilSendsOneRow) {
  const auto answer = Send("COUNCIL-CARE", "one-row",
                           {{"Council", "Month", "Waiting 18 to 64", "Waiting 65 and over",
                             "Assessed 18 to 64", "Assessed 65 and over", "Home care hours"},
                            {"E10000009", "2024-08", "12", "30", "8", "25", "41000"}});
  ASSERT_THAT(answer, IsOk()) << WordsOf(answer.status());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  EXPECT_THAT(CellsOf(answer->returns.at(0)), SizeIs(5));
}

// 16 columns, and three more without a name or a figure.
TEST_F(ShippedFilesTest, TheOlderFormOfAttendancesHasNoBookedOnes) {
  Records records = {PublishedHeader(), PublishedRow("RDY", 100, "MSitAE-MARCH-2018"),
                     PublishedRow("RN5", 200, "MSitAE-MARCH-2018")};
  records.push_back(TotalOf(records));
  for (std::vector<std::string>& fields : records) {
    fields.erase(fields.begin() + 13, fields.begin() + 16);
    fields.erase(fields.begin() + 7, fields.begin() + 10);
    EXPECT_THAT(fields, SizeIs(16));
    fields.insert(fields.end(), 3, "");
  }
  EXPECT_THAT(Send("MSitAE", "published-22", records).status(), HasReason(Reason::kFileLayout));
  const absl::StatusOr<FileAnswer> answer = Send("MSitAE", "published-16", records);
  ASSERT_THAT(answer, IsOk()) << WordsOf(answer.status());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  const std::vector<Cell> cells = CellsOf(answer->returns.at(0));
  EXPECT_THAT(cells, SizeIs(18));
  size_t not_collected = 0;
  for (const Cell& cell : cells) {
    const bool booked = std::count(cell.dimensions.begin(), cell.dimensions.end(),
                                   DimensionValue{"booked", "yes"}) > 0;
    EXPECT_EQ(cell.value.has_value(), !booked) << DescribeCell(cell);
    not_collected += !cell.value.has_value() && cell.null_reason == NullReason::kNotCollected;
  }
  EXPECT_EQ(not_collected, 6u);
  const DimensionValue type1{"department", "type1"};
  EXPECT_TRUE(SumOfItem(cells, "ae_attendances", &type1) == Whole(100));
}

}  // namespace
}  // namespace onereturn::ingestion
