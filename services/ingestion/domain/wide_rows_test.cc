// Published files whose organisations have several rows: referral to treatment, diagnostics, beds
// and cancer waits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/domain/testing/ae_files.h"
#include "services/ingestion/domain/testing/other_files.h"
#include "services/ingestion/domain/testing/rtt_files.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Int128 Millions(int64_t whole) { return Int128{whole} * Decimal::kMillion; }

// The sum of a column over all rows, as somebody adds it up who does not know of the totals.
int64_t NaiveSum(const Records& records, size_t column) {
  int64_t sum = 0;
  for (size_t i = 1; i < records.size(); ++i) sum += std::atoll(records[i][column].c_str());
  return sum;
}

ReadFileResult ReadRtt(const Records& records, size_t piece_bytes = 0) {
  return ReadReturnFile(RttCollection(), "published", TextOf(records), piece_bytes);
}

ReadFileResult ReadDiagnostics(const Records& records) {
  return ReadReturnFile(DiagnosticsCollection(), "published", TextOf(records));
}

TEST(WideRowsTest, TheDiagnosticsOfRdyAreWhatWasPublished) {
  const Records records = DiagnosticsRecords();
  const ReadFileResult result = ReadDiagnostics(records);
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(FindingsOf(result), "");
  EXPECT_EQ(result.period, Period::Parse("2026-03").value());
  ASSERT_THAT(result.rows, SizeIs(1));
  EXPECT_EQ(result.rows[0].organisation, "RDY");
  const std::vector<Cell>& cells = result.rows[0].cells;
  EXPECT_THAT(cells, SizeIs(15 * (14 + 3)));
  const DimensionValue audiology{"test", "AUDIOLOGY_ASSESSMENTS"};
  const DimensionValue ultrasound{"test", "ULTRASOUND"};  // By the layout's own code.
  EXPECT_TRUE(SumOfItem(cells, "dm01_waiting", &audiology) == Millions(2'306));
  EXPECT_TRUE(SumOfItem(cells, "dm01_activity", &audiology) == Millions(1'451));
  EXPECT_TRUE(SumOfItem(cells, "dm01_waiting", &ultrasound) == Millions(55));
  EXPECT_TRUE(SumOfItem(cells, "dm01_activity", &ultrasound) == Millions(425));
  // The total is counted once, not twice.
  EXPECT_TRUE(SumOfItem(cells, "dm01_waiting") == Millions(2'361));
  EXPECT_TRUE(SumOfItem(cells, "dm01_activity") == Millions(1'876));
  EXPECT_EQ(NaiveSum(records, kTotalWaiting), 2 * 2'361);
  EXPECT_EQ(NaiveSum(records, kTotalActivity), 2 * 1'876);
  const auto found = std::find_if(cells.begin(), cells.end(), [](const Cell& cell) {
    return DescribeCell(cell) ==
           "dm01_waiting [commissioner=11A, test=AUDIOLOGY_ASSESSMENTS, week_band=13+]";
  });
  ASSERT_NE(found, cells.end());
  EXPECT_EQ(found->value, Decimal::FromWhole(6));
  const Place& place = result.rows[0].places[static_cast<size_t>(found - cells.begin())];
  EXPECT_EQ(place.row, 7u);
  EXPECT_EQ(place.column, 25u);
  EXPECT_EQ(place.field, "13+ Weeks");
}

// The cells of a file as somebody reads them who looks at each row by itself.
std::string ExpectedRttCells(const Records& records, const std::string& organisation) {
  static const auto* items =
      new std::map<std::string, std::string>{{"Part_1A", "rtt_admitted"},
                                             {"Part_1B", "rtt_non_admitted"},
                                             {"Part_2", "rtt_incomplete"},
                                             {"Part_2A", "rtt_incomplete_with_decision"}};
  std::vector<std::string> cells;
  for (size_t i = 1; i < records.size(); ++i) {
    const std::vector<std::string>& row = records[i];
    if (row[3] != organisation || row[kRttFunction] == "C_999") continue;
    const std::string at = absl::StrCat("commissioner=", row[7], ", treatment_function=", row[11]);
    if (row[kRttSelector] == "Part_3") {
      cells.push_back(absl::StrCat("rtt_new_clock_starts [", at, "]=", row[kRttTotal + 2]));
      continue;
    }
    const std::string& item = items->at(row[kRttSelector]);
    for (size_t band = 0; band < kRttBands; ++band) {
      const std::string& figure = row[kRttFirstBand + band];
      if (figure.empty()) continue;
      cells.push_back(absl::StrCat(item, " [", at, ", week_band=", RttBands()[band], "]=", figure));
    }
    const std::string& unknown = row[kRttTotal + 1];
    if (!unknown.empty())
      cells.push_back(absl::StrCat(item, "_unknown_start [", at, "]=", unknown));
  }
  std::sort(cells.begin(), cells.end());
  return absl::StrJoin(cells, "\n");
}

TEST(WideRowsTest, WaitingTimesAreReadCellByCell) {
  const Records records = RttRecords();
  for (const std::vector<std::string>& record : records) ASSERT_THAT(record, SizeIs(121));
  const ReadFileResult result = ReadRtt(records);
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(FindingsOf(result), "");
  EXPECT_EQ(result.period, Period::Parse("2026-06").value());
  ASSERT_THAT(result.rows, SizeIs(2));
  EXPECT_EQ(result.rows[0].organisation, "RDY");
  EXPECT_EQ(result.rows[1].organisation, "RN5");
  EXPECT_EQ(result.rows[1].row, 42u);
  for (const FileReturnRows& rows : result.rows) {
    EXPECT_EQ(CellsOf(rows), ExpectedRttCells(records, rows.organisation));
  }
}

TEST(WideRowsTest, ATotalOverAllRowsDoublesAndTheCellsDoNot) {
  const Records records = RttRecords();
  Records incomplete = {records[0]};
  for (const auto& record : records) {
    if (record[kRttSelector] == "Part_2") incomplete.push_back(record);
  }
  const ReadFileResult result = ReadRtt(records);
  Int128 sum = 0;
  for (const FileReturnRows& rows : result.rows) sum += SumOfItem(rows.cells, "rtt_incomplete");
  int64_t of_details = 0;
  for (size_t i = 1; i < incomplete.size(); ++i) {
    if (incomplete[i][kRttFunction] == "C_999") continue;
    for (size_t band = 0; band < kRttBands; ++band) {
      of_details += std::atoll(incomplete[i][kRttFirstBand + band].c_str());
    }
  }
  ASSERT_GT(of_details, 0);
  EXPECT_TRUE(sum == Millions(of_details));
  EXPECT_EQ(NaiveSum(incomplete, kRttTotal + 2), 2 * of_details);
}

TEST(WideRowsTest, BedsAreKeptAsBedDaysOfTheQuarter) {
  const Collection beds = BedsCollection();
  struct Case {
    const char* last_day;
    const char* beds;
    const char* period;
    int64_t bed_days;
  };
  for (const Case& one : {Case{"2012-12-31", "215.445652", "2012-Q4", 19'821},
                          Case{"30/06/2012", "176.846154", "2012-Q2", 16'093},
                          Case{"2024-06-30", "176.846154", "2024-Q2", 16'093}}) {
    const ReadFileResult result =
        ReadReturnFile(beds, "published", TextOf(BedsRecords(one.last_day, one.beds)));
    ASSERT_THAT(result.status, IsOk()) << one.last_day;
    EXPECT_EQ(result.period, Period::Parse(one.period).value());
    ASSERT_THAT(result.rows, SizeIs(1));
    EXPECT_EQ(CellsOf(result.rows[0]),
              absl::StrCat("kh03_available_bed_days [sector=ld]=0\n",
                           "kh03_available_bed_days [sector=mh]=", one.bed_days));
  }
  Records mixed = BedsRecords("30/06/2012", "1");
  mixed[2][3] = "2012-06-30";  // The same day.
  EXPECT_THAT(ReadReturnFile(beds, "published", TextOf(mixed)).status, IsOk());
  for (const char* bad : {"2012-06-29", "2012-Q2", "30 June", ""}) {
    const absl::Status status =
        ReadReturnFile(beds, "published", TextOf(BedsRecords(bad, "1"))).status;
    EXPECT_THAT(status, HasReason(Reason::kFilePeriod)) << bad;
    EXPECT_THAT(status.message(), HasSubstr("row 2"));
  }
}

TEST(WideRowsTest, OfMetricsInThreeRowsTheRateIsNotKept) {
  const ReadFileResult result =
      ReadReturnFile(CancerCollection(), "metrics", TextOf(CancerRecords()));
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(FindingsOf(result), "");
  ASSERT_THAT(result.rows, SizeIs(2));
  for (const FileReturnRows& rows : result.rows) {
    EXPECT_EQ(CellsOf(rows),
              "cancer_total [standard=28_day]=200\ncancer_total [standard=31_day]=200\n"
              "cancer_total [standard=62_day]=40.5\ncancer_within [standard=28_day]=150\n"
              "cancer_within [standard=31_day]=150\ncancer_within [standard=62_day]=27.5");
  }
}

// The form of A&E files before appointments were counted: 16 columns.
TEST(WideRowsTest, WhatAnOlderFormLacksIsANullNotCollected) {
  Collection collection = AeCollection();
  WideLayout older = std::get<WideLayout>(collection.FindLayout("published")->shape);
  std::vector<CellColumn>* columns = &older.shapes[0].columns;
  for (const CellColumn& column : *columns) {
    if (column.header.find("Booked") == std::string::npos) continue;
    older.cells_without_column.push_back(
        Cell{column.item, column.dimensions, std::nullopt, NullReason::kNotCollected});
  }
  columns->erase(std::remove_if(columns->begin(), columns->end(),
                                [](const CellColumn& column) {
                                  return column.header.find("Booked") != std::string::npos;
                                }),
                 columns->end());
  collection.layouts.push_back({"older", older});
  Records records = SoundRecords();
  for (auto& record : records) {
    record.erase(record.begin() + 13, record.begin() + 16);
    record.erase(record.begin() + 7, record.begin() + 10);
    ASSERT_THAT(record, SizeIs(16));
    record.insert(record.end(), 3, "");  // As some of them come.
  }
  const ReadFileResult result = ReadReturnFile(collection, "older", TextOf(records));
  ASSERT_THAT(result.status, IsOk());
  ASSERT_THAT(result.rows, SizeIs(3));
  for (const FileReturnRows& rows : result.rows) {
    EXPECT_THAT(rows.cells, SizeIs(18));
    EXPECT_EQ(std::count_if(rows.cells.begin(), rows.cells.end(),
                            [](const Cell& cell) { return !cell.value.has_value(); }),
              6);
    const Judgement judgement =
        Judge(collection, rows.period,
              Submission{rows.organisation, Origin::kImport, rows.cells, rows.places, {}});
    EXPECT_EQ(judgement.verdict, Verdict::kValid) << rows.organisation;
  }
}

struct Fault {
  const char* name;
  std::function<void(Records&)> spoil;
  const char* findings;  // Code, row and column of each.
};

class RttFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(RttFaultTest, GivesItsFindingsAndNoOther) {
  Records records = RttRecords();
  GetParam().spoil(records);
  for (const size_t piece_bytes : {size_t{0}, size_t{17}}) {
    const ReadFileResult result = ReadRtt(records, piece_bytes);
    ASSERT_THAT(result.status, IsOk()) << WordsOf(result.status);
    EXPECT_EQ(FindingsOf(result), GetParam().findings);
    ASSERT_THAT(result.rows, SizeIs(2));
    EXPECT_THAT(result.rows[1].findings.kept(), IsEmpty());
    for (const Finding& finding : result.rows[0].findings.kept()) {
      EXPECT_EQ(finding.severity, Severity::kError);
      EXPECT_EQ(finding.organisation, "RDY");
      EXPECT_EQ(finding.place.field, records[0][finding.place.column - 1]);
      EXPECT_FALSE(finding.message.empty());
      EXPECT_FALSE(finding.suggestion.empty());
      EXPECT_EQ(finding.rule_version, finding.code[0] == 'R' && finding.code[1] == '0' ? 2u : 0u);
    }
  }
}

std::string OneMore(const std::string& figure) { return absl::StrCat(std::stoi(figure) + 1); }

INSTANTIATE_TEST_SUITE_P(
    Rtt, RttFaultTest,
    ::testing::Values(
        Fault{"none", [](Records&) {}, ""},
        Fault{"a total one too great", [](Records& r) { r[4][13] = OneMore(r[4][13]); },
              "R04 5 14"},
        Fault{"the total of all one too great", [](Records& r) { r[4][120] = OneMore(r[4][120]); },
              "R04 5 121"},
        Fault{"no total", [](Records& r) { r.erase(r.begin() + 4); }, "R04 2 12"},
        Fault{"a second total", [](Records& r) { r.insert(r.begin() + 4, r[4]); }, "R04 6 12"},
        Fault{"a row left out", [](Records& r) { r[17][120] = OneMore(r[17][120]); }, "R04 21 121"},
        Fault{"a sum one too great", [](Records& r) { r[1][118] = OneMore(r[1][118]); },
              "R03 2 119"},
        Fault{"a sum of sums one too great", [](Records& r) { r[2][120] = OneMore(r[2][120]); },
              "R03 3 121"},
        Fault{"a sum of an incomplete part", [](Records& r) { r[9][120] = OneMore(r[9][120]); },
              "R03 10 121"},
        // It is in the sum of its row and in the total of its column.
        Fault{"a figure one too great", [](Records& r) { r[1][13] = OneMore(r[1][13]); },
              "R03 2 119\nR04 5 14"},
        Fault{"an unknown treatment function", [](Records& r) { r[1][11] = "C_998"; },
              "CELL_DIMENSION 2 12"},
        Fault{"an unknown commissioner", [](Records& r) { r[1][7] = "15F"; }, "CELL_DIMENSION 2 8"},
        Fault{"an unknown part", [](Records& r) { r[1][9] = "Part_1C"; }, "ROW_KIND 2 10"},
        Fault{"all three",
              [](Records& r) {
                r[1][9] = "";
                r[1][7] = "";
                r[1][11] = "";
              },
              "ROW_KIND 2 10\nCELL_DIMENSION 2 8\nCELL_DIMENSION 2 12"},
        Fault{"a separator", [](Records& r) { r[1][13] = "1,000"; }, "CELL_VALUE 2 14"},
        Fault{"a separator in a total", [](Records& r) { r[4][13] = "1,000"; }, "CELL_VALUE 5 14"},
        Fault{"a blank sum", [](Records& r) { r[1][118] = ""; }, "CELL_VALUE 2 119"},
        Fault{"a blank figure of new clock starts", [](Records& r) { r[17][120] = ""; },
              "CELL_VALUE 18 121"},
        Fault{"a band in new clock starts", [](Records& r) { r[17][13] = "0"; },
              "COLUMN_NOT_BLANK 18 14"},
        Fault{"a Total in an incomplete part", [](Records& r) { r[9][118] = "5"; },
              "COLUMN_NOT_BLANK 10 119"}));

// A figure that is there and not given may be in a sum or not; one that is not collected is in
// none.
TEST(WideRowsTest, SumsWithAFigureThatIsWithheldAreNotChecked) {
  struct Case {
    const char* figure;
    const char* findings;
  };
  for (const Case& one : {Case{"WITHHELD", ""}, Case{"SUPPRESSED_AT_SOURCE", ""},
                          Case{"NOT_COLLECTED", "R03 2 119\nR04 5 14"},
                          Case{"NOT_APPLICABLE", "R03 2 119\nR04 5 14"}}) {
    Collection collection = RttCollection();
    std::get<WideLayout>(collection.layouts[0].shape).null_reasons_written = true;
    Records records = RttRecords();
    records[1][13] = one.figure;
    const ReadFileResult result = ReadReturnFile(collection, "published", TextOf(records));
    ASSERT_THAT(result.status, IsOk());
    EXPECT_EQ(FindingsOf(result), one.findings) << one.figure;
    EXPECT_FALSE(result.rows[0].cells[0].value.has_value());
  }
}

TEST(WideRowsTest, EachFaultOfAHeaderIsNamed) {
  struct Case {
    const char* name;
    std::function<void(Records&)> spoil;
    std::vector<std::string> words;
    uint64_t faults;
  };
  const auto rename = [](size_t column, std::string header) {
    return [column, header](Records& r) { r[0][column] = header; };
  };
  for (const Case& bad : std::vector<Case>{
           {"a band missing",
            [](Records& r) {
              for (auto& record : r) record.erase(record.begin() + 18);
            },
            {"no column gives week_band 05-06: it is missing"},
            1},
           {"a band swapped",
            [](Records& r) { std::swap(r[0][18], r[0][19]); },
            {"column 19: \"Gt 06 To 07 Weeks SUM 1\" stands out of order: it belongs to the right "
             "of \"Gt 05 To 06 Weeks SUM 1\""},
            1},
           {"a band twice",
            rename(18, "Gt 04 To 05 Weeks SUM 1"),
            {"column 19: \"Gt 04 To 05 Weeks SUM 1\" stands twice", "week_band 05-06"},
            2},
           {"a new band",
            [](Records& r) {
              for (auto& record : r) record.insert(record.begin() + 118, "0");
              r[0][117] = "Gt 104 To 105 Weeks SUM 1";
              r[0][118] = "Gt 105 Weeks SUM 1";
            },
            {"\"Gt 104 To 105 Weeks SUM 1\" is week_band 104-105, which the layout does not have",
             "\"Gt 105 Weeks SUM 1\" is week_band 105+", "no column gives week_band 104+"},
            3},
           {"a band of another width",
            rename(18, "Gt 5 To 6 Weeks SUM 1"),
            {"is week_band 5-6, which", "week_band 05-06"},
            2},
           {"no selector",
            rename(9, "Part"),
            {"\"Part\" is not a column", "\"RTT Part Type\" is"},
            2},
           {"no commissioner",
            rename(7, "Commissioner"),
            {"\"Commissioner Org Code\" is missing"},
            2},
           {"no total", rename(118, "Sum"), {"column \"Total\" is missing"}, 2},
       }) {
    Records records = RttRecords();
    bad.spoil(records);
    const absl::Status status = ReadRtt(records).status;
    EXPECT_THAT(status, HasReason(Reason::kFileLayout)) << bad.name;
    for (const std::string& words : bad.words) {
      EXPECT_THAT(WordsOf(status), HasSubstr(words)) << bad.name;
    }
    EXPECT_EQ(DetailsOf(status)->fields_total, bad.faults) << bad.name << WordsOf(status);
  }
}

TEST(WideRowsTest, RowsOfAnOrganisationStandTogether) {
  Records records = RttRecords();
  std::swap(records[1], records[50]);
  const absl::Status status = ReadRtt(records).status;
  EXPECT_THAT(status, HasReason(Reason::kFileRepeatedRow));
  EXPECT_THAT(status.message(), HasSubstr("row 42: the rows of RN5 do not stand together: sort the "
                                          "file by \"Provider Org Code\""));
}

TEST(WideRowsTest, FaultsOfDiagnosticsAreFound) {
  const std::vector<Fault> faults = {
      {"a sum of waits", [](Records& r) { r[6][25] = "2307"; }, "D01 7 26"},
      {"a sum of tests made", [](Records& r) { r[6][29] = "1450"; }, "D02 7 30"},
      {"the total of waits", [](Records& r) { r[16][25] = "2362"; }, "D03 17 26"},
      {"a band of the total", [](Records& r) { r[16][11] = "0"; }, "D03 17 12"},
      {"no total", [](Records& r) { r.pop_back(); }, "D03 2 11"},
      {"a blank that is no zero", [](Records& r) { r[6][11] = ""; }, "CELL_VALUE 7 12"},
      {"a separator", [](Records& r) { r[6][11] = "2,310"; }, "CELL_VALUE 7 12"},
      {"an unknown test", [](Records& r) { r[6][10] = "AUDIOLOGY"; }, "CELL_DIMENSION 7 11"},
  };
  for (const Fault& fault : faults) {
    Records records = DiagnosticsRecords();
    fault.spoil(records);
    const ReadFileResult result = ReadDiagnostics(records);
    ASSERT_THAT(result.status, IsOk()) << fault.name;
    EXPECT_EQ(FindingsOf(result), fault.findings) << fault.name;
  }
}

TEST(WideRowsTest, APeriodCanBeGivenWithTheFile) {
  Collection collection = DiagnosticsCollection();
  WideLayout& layout = std::get<WideLayout>(collection.layouts[0].shape);
  const Period march = Period::Parse("2026-03").value();
  const std::string text = TextOf(DiagnosticsRecords());
  EXPECT_THAT(ReadReturnFile(collection, "published", text, 0, {march}).status, IsOk());
  const absl::Status other =
      ReadReturnFile(collection, "published", text, 0, {Period::Parse("2026-02").value()}).status;
  EXPECT_THAT(other, HasReason(Reason::kFilePeriod));
  EXPECT_THAT(other.message(), HasSubstr("row 2 is of 2026-03, the file was sent for 2026-02"));
  layout.period_header.clear();
  layout.ignored_headers.insert("Period");
  EXPECT_THAT(ReadReturnFile(collection, "published", text).status, HasReason(Reason::kFilePeriod));
  EXPECT_THAT(
      ReadReturnFile(collection, "published", text, 0, {Period::Parse("2026-Q1").value()}).status,
      HasReason(Reason::kFilePeriod));
  const ReadFileResult given = ReadReturnFile(collection, "published", text, 0, {march});
  ASSERT_THAT(given.status, IsOk());
  EXPECT_EQ(given.rows[0].period, march);
}

}  // namespace
}  // namespace onereturn::ingestion
