// Real figures of three returns through the long form of the shipped collections: England's totals
// are those that were published, and estimates are never plain values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include "common/base/testing/published_data.h"
#include "common/commit/journal.h"
#include "common/csv/csv_reader.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/shipped_returns.h"

namespace onereturn::ingestion {
namespace {

using ::testing::SizeIs;

std::string ReturnsFolder() { return PublishedDataFolder() + "/other-returns/"; }

using Row = std::map<std::string, std::string>;

// The rows of a file by header, in order of organisation.
std::vector<Row> RowsOf(const std::string& name) {
  std::vector<std::string> header;
  std::vector<Row> rows;
  CsvReader reader(CsvLimits(), [&](int64_t, const std::vector<absl::string_view>& fields) {
    if (header.empty()) {
      header = std::vector<std::string>(fields.begin(), fields.end());
      return absl::OkStatus();
    }
    Row& row = rows.emplace_back();
    for (size_t i = 0; i < fields.size(); ++i) row[header[i]] = std::string(fields[i]);
    return absl::OkStatus();
  });
  ONERETURN_CHECK(reader.Feed(FileText(ReturnsFolder() + name)).ok() && reader.Finish().ok());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.at("org_code") < b.at("org_code"); });
  return rows;
}

class EnglandReturnsTest : public PublishedDataTest {
 protected:
  EnglandReturnsTest() : PublishedDataTest("other-returns/dm01_2024-08.csv") {}

  // Defines the collection with all organisations of the file, and sends it.
  FileAnswer Send(const std::string& collection, const Records& records) {
    config::v1::DefinitionSet set;
    std::set<std::string> codes;
    for (size_t i = 1; i < records.size(); ++i) codes.insert(records[i][0]);
    for (const std::string& code : codes) {
      auto* organisation = set.add_organisations();
      organisation->set_code(code);
      organisation->set_display_name(code);
      organisation->set_type(catalogue::v1::ORGANISATION_TYPE_OTHER);
    }
    const config::v1::DefinitionSet shipped = ShippedReturns();
    *set.mutable_calendars() = shipped.calendars();
    for (const catalogue::v1::Collection& one : shipped.collections()) {
      if (one.code() != collection) continue;
      const std::set<std::string> items(one.items().begin(), one.items().end());
      for (const catalogue::v1::DataItem& item : shipped.items()) {
        if (items.count(item.code()) > 0) *set.add_items() = item;
      }
      *set.add_collections() = one;
    }
    ingestion_.Apply(set);
    FileSubmission file = ingestion_.AeFile(ingestion_.Upload(TextOf(records)), "onereturn-long");
    file.collection = collection;
    absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(file);
    if (!answer.ok()) std::fprintf(stderr, "%s\n", WordsOf(answer.status()).c_str());
    ONERETURN_CHECK(answer.ok());
    for (const FileReturnAnswer& one : answer->returns) {
      EXPECT_GT(one.sequence, 0u) << one.organisation;
      facts_.push_back(ReturnOfEntry(EntryBytes(ingestion_.store(), one.sequence).value()).value());
      cells_.push_back(ingestion_.CellsOf(facts_.back()));
    }
    return *std::move(answer);
  }

  // In whole figures or halves: millionths.
  Int128 SumOf(absl::string_view item, const DimensionValue* at = nullptr) const {
    Int128 sum = 0;
    for (const std::vector<Cell>& cells : cells_) sum += SumOfItem(cells, item, at);
    return sum;
  }

  TestIngestion ingestion_;
  std::vector<feed::v1::ReturnAccepted> facts_;
  std::vector<std::vector<Cell>> cells_;
};

std::map<std::string, size_t> CodesOf(const FileAnswer& answer) {
  std::map<std::string, size_t> codes;
  for (const Finding& finding : answer.findings.kept()) ++codes[finding.code];
  return codes;
}

Int128 Whole(int64_t whole) { return Int128{whole} * Decimal::kMillion; }

TEST_F(EnglandReturnsTest, DiagnosticsOfAugust2024) {
  Records records = {
      {"organisation", "period", "item", "commissioner", "test", "week_band", "activity", "value"}};
  for (const Row& row : RowsOf("dm01_2024-08.csv")) {
    const size_t test = static_cast<size_t>(std::stoul(row.at("test_id")));
    if (test == 16) continue;  // The total.
    const auto add = [&](const char* item, const std::string& band, const std::string& activity,
                         const std::string& value) {
      records.push_back({row.at("org_code"), "2024-08", item, "NOT_STATED",
                         DiagnosticTests()[test - 1], band, activity, value});
    };
    for (int week = 0; week < 13; ++week) {
      add("dm01_waiting", absl::StrFormat("%02d-%02d", week, week + 1), "",
          row.at(absl::StrFormat("wk_%02d_%02d", week, week + 1)));
    }
    add("dm01_waiting", "13+", "", row.at("wk_13_plus"));
    for (const char* activity : {"planned", "unscheduled", "waiting_list"}) {
      add("dm01_activity", "", activity, row.at(absl::StrCat("act_", activity)));
    }
  }
  const FileAnswer answer = Send("DM01", records);
  EXPECT_EQ(answer.verdict, Verdict::kValidWithExplanations);
  EXPECT_THAT(answer.returns, SizeIs(428));
  EXPECT_TRUE(SumOf("dm01_waiting") == Whole(1'562'141));
  Int128 over_six_weeks = 0;
  const std::vector<std::string> bands = DiagnosticBands();
  for (size_t band = 6; band < bands.size(); ++band) {
    const DimensionValue at{"week_band", bands[band]};
    over_six_weeks += SumOf("dm01_waiting", &at);
  }
  EXPECT_TRUE(over_six_weeks == Whole(374'205));
  // 15 tests for each of 428, of which the file has 2,683: D04 asks about the others.
  EXPECT_EQ(answer.findings.count(), 15u * 428u - 2'683u);
  EXPECT_EQ(CodesOf(answer), (std::map<std::string, size_t>{{"D04", Findings::kKept}}));
}

TEST_F(EnglandReturnsTest, BedsOfTheSecondQuarterOf2024) {
  std::set<std::string> estimated;
  for (const Row& row : RowsOf("kh03_2024-25_q2_not_submitted.csv")) {
    estimated.insert(row.at("org_code"));
  }
  ASSERT_THAT(estimated, SizeIs(8));
  Records records = {{"organisation", "period", "item", "sector", "specialty", "value", "status"}};
  for (const Row& row : RowsOf("kh03_2024-25_q2.csv")) {
    for (const auto& [kind, item] : {std::pair("avail_", "kh03_available_overnight"),
                                     std::pair("occ_", "kh03_occupied_overnight")}) {
      for (const auto& [column, sector] :
           {std::pair("ga", "general_acute"), std::pair("ld", "learning_disabilities"),
            std::pair("maternity", "maternity"), std::pair("mental_illness", "mental_illness")}) {
        // The file gives averages of a day; the quarter has 92.
        const double average = std::stod(row.at(std::string(kind) + column));
        records.push_back({row.at("org_code"), "2024-Q3", item, sector, "",
                           absl::StrCat(std::llround(average * 92)),
                           estimated.count(row.at("org_code")) > 0 ? "ESTIMATED" : "FINAL"});
      }
    }
  }
  const FileAnswer answer = Send("KH03", records);
  EXPECT_EQ(answer.verdict, Verdict::kValidWithExplanations);
  EXPECT_THAT(answer.returns, SizeIs(187));
  const DimensionValue general{"sector", "general_acute"};
  const Int128 available = SumOf("kh03_available_overnight", &general);
  const Int128 occupied = SumOf("kh03_occupied_overnight", &general);
  EXPECT_NEAR(static_cast<double>(available) / 1e6 / 92, 103'656.228261, 5e-7);
  EXPECT_NEAR(static_cast<double>(occupied) / 1e6 / 92, 93'664.402174, 5e-7);
  EXPECT_NEAR(100.0 * static_cast<double>(occupied) / static_cast<double>(available), 90.360612,
              5e-7);
  for (const feed::v1::ReturnAccepted& fact : facts_) {
    EXPECT_EQ(fact.status(), estimated.count(fact.organisation()) > 0
                                 ? returns::v1::REVISION_STATUS_ESTIMATED
                                 : returns::v1::REVISION_STATUS_FINAL)
        << fact.organisation();
  }
  // One sector above what was available, fifteen over 98 % of it; counted from the file by hand.
  EXPECT_EQ(CodesOf(answer), (std::map<std::string, size_t>{{"K01", 1}, {"K05", 15}}));
}

TEST_F(EnglandReturnsTest, CancerWaitsOfApril2024) {
  Records records = {{"organisation", "period", "item", "standard", "value"}};
  for (const Row& row : RowsOf("cancer_2024-04.csv")) {
    const std::string standard = absl::StrCat(row.at("standard").substr(0, 2), "_day");
    for (const char* column : {"total", "within"}) {
      records.push_back({row.at("org_code"), "2024-04", absl::StrCat("cancer_", column), standard,
                         row.at(column)});
    }
  }
  const FileAnswer answer = Send("CWT", records);
  EXPECT_EQ(answer.verdict, Verdict::kValid);
  EXPECT_EQ(answer.findings.count(), 0u);
  const DimensionValue first{"standard", "28_day"};
  EXPECT_TRUE(SumOf("cancer_total", &first) == Whole(269'798));
  EXPECT_TRUE(SumOf("cancer_within", &first) == Whole(197'882));
  size_t organisations = 0;
  for (const std::vector<Cell>& cells : cells_) {
    organisations += SumOfItem(cells, "cancer_total", &first) > 0 ? 1 : 0;
  }
  EXPECT_EQ(organisations, 145u);
  const DimensionValue shared{"standard", "62_day"};
  EXPECT_TRUE(SumOf("cancer_total", &shared) == Whole(27'199));
}

}  // namespace
}  // namespace onereturn::ingestion
