// England's published A&E figures, 24 months, from the files as they are published: what the
// projection and the reads answer must equal the published percentages, totals and quartiles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/testing/published_data.h"
#include "common/cells/cell_chunk.h"
#include "common/csv/csv_reader.h"
#include "services/metrics/domain/league.h"
#include "services/metrics/domain/projection.h"
#include "services/metrics/domain/testing/ae_metrics.h"
#include "services/metrics/domain/testing/memory_tables.h"
#include "services/metrics/domain/trend.h"
#include "services/metrics/domain/value.h"

namespace onereturn::metrics {
namespace {

std::vector<std::vector<std::string>> ReadRows(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  std::vector<std::vector<std::string>> rows;
  CsvReader reader(CsvLimits(), [&rows](int64_t, const std::vector<absl::string_view>& fields) {
    rows.emplace_back(fields.begin(), fields.end());
    return absl::OkStatus();
  });
  EXPECT_TRUE(reader.Feed(bytes.str()).ok() && reader.Finish().ok()) << path;
  return rows;
}

Organisation Named(const std::string& code, OrganisationType type) {
  Organisation organisation;
  organisation.code = code;
  organisation.name = code;
  organisation.type = type;
  organisation.open_date = CivilDay{2000, 1, 1};
  return organisation;
}

Cell CellOf(const std::string& item, const char* department, const char* booked,
            const std::string& text, bool collected) {
  Cell cell;
  cell.item = item;
  if (booked != nullptr) cell.dimensions.push_back({"booked", booked});
  if (department != nullptr) cell.dimensions.push_back({"department", department});
  if (collected) cell.value = Decimal::Parse(text).value();
  return cell;
}

// Columns 5 to 22 of the published file.
std::vector<Cell> CellsOf(const std::vector<std::string>& row, bool four_hours_collected) {
  std::vector<Cell> cells;
  size_t column = 4;
  for (const char* item : {"attendances", "over4h"}) {
    for (const char* booked : {"no", "yes"}) {
      for (const char* department : {"type1", "type2", "other"}) {
        const bool collected = four_hours_collected || std::string(item) != "over4h";
        cells.push_back(CellOf(item, department, booked, row[column++], collected));
      }
    }
  }
  cells.push_back(CellOf("waits_4_to_12h", nullptr, nullptr, row[column++], true));
  cells.push_back(CellOf("waits_12h", nullptr, nullptr, row[column++], true));
  for (const char* department : {"type1", "type2", "other"}) {
    cells.push_back(CellOf("admissions_via_ae", department, nullptr, row[column++], true));
  }
  cells.push_back(CellOf("admissions_other", nullptr, nullptr, row[column++], true));
  return cells;
}

class EnglandTest : public PublishedDataTest {
 protected:
  EnglandTest() : PublishedDataTest("ae-monthly-2022-24") {}

  void SetUp() override {
    PublishedDataTest::SetUp();
    if (!HasData()) return;
    const std::string folder = PublishedDataFolder() + "/ae-monthly-2022-24";
    for (const auto& row :
         ReadRows(PublishedDataFolder() + "/reference/ae_four_hour_not_collected.csv")) {
      if (row[0] != "org_code") not_collected_[row[0]].push_back({row[1], row[2]});
    }
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      files.insert(entry.path());
    Add(Named("X24", OrganisationType::kNationalBody));
    Organisation region = Named("Y00", OrganisationType::kRegion);
    region.relationships = {Relationship{"Y00", "X24", RelationshipKind::kRegionToNation,
                                         CivilDay{2000, 1, 1}, std::nullopt, 0, true}};
    Add(region);
    for (const std::string& file : files) AddFile(file);
    auto projection = Projection::Open(&tables_);
    ASSERT_TRUE(projection.ok());
    std::vector<Fact> metrics;
    for (MetricDefinition& definition : std::vector<MetricDefinition>{
             FourHour("all"), FourHour("type1", {{"department", "type1"}}),
             Count("attendances", {"attendances"}),
             Count("admissions", {"admissions_via_ae", "admissions_other"}),
             Count("waits_12h", {"waits_12h"})}) {
      metrics.push_back(Fact{1, metrics.size() + 1, 0, std::move(definition)});
    }
    // Two definitions come after half of the returns, so that backfilled figures are checked as
    // well.
    const CursorNote note{1, 0, "", true};
    ASSERT_TRUE(
        (*projection)->Apply(Feed::kMetrics, absl::MakeSpan(metrics).subspan(0, 3), note).ok());
    const size_t half = facts_.size() / 2;
    ASSERT_TRUE(
        (*projection)->Apply(Feed::kIngestion, absl::MakeSpan(facts_).subspan(0, half), note).ok());
    ASSERT_TRUE(
        (*projection)->Apply(Feed::kMetrics, absl::MakeSpan(metrics).subspan(3), note).ok());
    ASSERT_TRUE(
        (*projection)->Apply(Feed::kIngestion, absl::MakeSpan(facts_).subspan(half), note).ok());
    for (bool more = true; more;) {
      const absl::StatusOr<bool> stepped = (*projection)->BackfillStep(500, 1 << 20);
      ASSERT_TRUE(stepped.ok()) << stepped.status();
      more = *stepped;
    }
    snapshot_ = tables_.Snapshot();
    reader_.emplace(snapshot_.get(), ResolvePosition(*snapshot_, {}).value());
  }

  void Add(FactContent content) {
    facts_.push_back(Fact{1, facts_.size() + 1, 0, std::move(content)});
  }

  void AddFile(const std::string& path) {
    // The file's name begins with the month.
    const std::string month = std::filesystem::path(path).filename().string().substr(0, 7);
    const Period period = Period::Parse(month).value();
    for (const std::vector<std::string>& row : ReadRows(path)) {
      const std::string code = row[1];
      if (code == "Org Code" ||
          absl::AsciiStrToLower(absl::StripAsciiWhitespace(row[0])) == "total") {
        continue;
      }
      if (providers_.insert(code).second) {
        Organisation provider = Named(code, OrganisationType::kProvider);
        provider.relationships = {Relationship{code, "Y00", RelationshipKind::kProviderToRegion,
                                               CivilDay{2000, 1, 1}, std::nullopt, 0, true}};
        Add(provider);
      }
      bool collected = true;
      for (const auto& [from, to] : not_collected_[code]) {
        if (from <= month && month <= to) collected = false;
      }
      Add(AcceptedReturn{code, kAeCollection, period, 1,
                         PackCells(CellsOf(row, collected)).value()});
      ++returns_;
    }
  }

  MetricValue England(const std::string& metric, const std::string& period) {
    const auto definition = reader_->Definition(metric, 0);
    EXPECT_TRUE(definition.ok()) << definition.status();
    return reader_->Value(definition->definition, "X24", Period::Parse(period).value()).value();
  }

  std::map<std::string, std::vector<std::pair<std::string, std::string>>> not_collected_;
  std::set<std::string> providers_;
  std::vector<Fact> facts_;
  size_t returns_ = 0;
  MemoryTables tables_;
  std::unique_ptr<DerivedReader> snapshot_;
  std::optional<MetricReader> reader_;
};

TEST_F(EnglandTest, PublishedFiguresTotalsAndQuartiles) {
  EXPECT_EQ(returns_, 4'866u);
  EXPECT_EQ(providers_.size(), 212u);
  struct Row {
    const char* metric;
    const char* period;
    const char* expected;  // To six places, or the count.
  };
  for (const Row& row : std::vector<Row>{{"all", "2024-03", "74.345261"},
                                         {"all", "2024-01", "70.364910"},
                                         {"all", "2023-06", "73.380776"},
                                         {"all", "2023-05", "74.007924"},
                                         {"all", "2023-04", "74.607573"},
                                         {"all", "2022-12", "65.202721"},
                                         {"type1", "2024-03", "60.899884"},
                                         {"type1", "2023-04", "60.914812"},
                                         {"type1", "2022-12", "49.636835"},
                                         {"waits_12h", "2024-03", "42972.000000"},
                                         {"waits_12h", "2022-12", "54573.000000"},
                                         {"attendances", "2024-03", "2370221.000000"},
                                         {"admissions", "2024-03", "567456.000000"}}) {
    const MetricValue value = England(row.metric, row.period);
    EXPECT_EQ(value.state, ValueState::kValue);
    EXPECT_EQ(value.ratio.Display(6), row.expected) << row.metric << " " << row.period;
  }
  const MetricValue april = England("all", "2023-04");
  EXPECT_EQ(MillionthsToString(april.ratio.denominator_millionths()), "1814667");
  EXPECT_EQ(
      MillionthsToString(april.ratio.denominator_millionths() - april.ratio.numerator_millionths()),
      "460788");
  EXPECT_THAT(april.coverage.not_collected, ::testing::Contains("RVW"));
}

TEST_F(EnglandTest, Quartiles) {
  struct Row {
    const char* period;
    size_t count;
    double first, median, third;
  };
  for (const Row& row : std::vector<Row>{{"2024-03", 122, 66.981, 72.844, 77.149},
                                         {"2023-04", 109, 66.201, 71.420, 76.198},
                                         {"2022-12", 110, 53.503, 60.458, 67.958}}) {
    const auto definition = reader_->Definition("all", 0);
    ASSERT_TRUE(definition.ok());
    const auto league =
        ComputeLeague(&*reader_, definition->definition, Period::Parse(row.period).value());
    ASSERT_TRUE(league.ok());
    EXPECT_EQ(league->entries.size(), row.count) << row.period;
    EXPECT_NEAR(league->quartiles->first, row.first, 0.0005) << row.period;
    EXPECT_NEAR(league->quartiles->median, row.median, 0.0005) << row.period;
    EXPECT_NEAR(league->quartiles->third, row.third, 0.0005) << row.period;
  }
}

TEST_F(EnglandTest, TrendHasEveryMonth) {
  const auto definition = reader_->Definition("all", 0);
  ASSERT_TRUE(definition.ok());
  const auto trend = ComputeTrend(&*reader_, definition->definition, "X24", {}, false);
  ASSERT_TRUE(trend.ok()) << trend.status();
  EXPECT_EQ(trend->values.size(), 24u);
  EXPECT_TRUE(trend->missing.empty());
  EXPECT_FALSE(trend->chart.segments.back().trial_limits);
  EXPECT_EQ(trend->chart.assurance, AssuranceIcon::kConsistentlyFails);
}

}  // namespace
}  // namespace onereturn::metrics
