// Goal: equality with the reference's answers on every point and every series held in the golden
// data. Method: read series and options from the golden files, chart them, compare flags and labels
// exactly and limits to 1e-9 of max(|limit|, mean moving range). Values that the files print
// rounded (England's proportions) and all of ae_2016_2019 are computed from the attendances
// instead.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/testing/published_data.h"
#include "common/spc/xmr.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using Row = std::map<std::string, std::string>;

// The golden files quote text and hold no comma inside quotes.
std::vector<Row> ReadCsv(const std::string& name) {
  std::ifstream file(PublishedDataFolder() + "/" + name);
  EXPECT_TRUE(file.good()) << "cannot read " << name << " under " << PublishedDataFolder();
  std::vector<std::string> header;
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> fields;
    for (absl::string_view field : absl::StrSplit(line, ',')) {
      field = absl::StripSuffix(field, "\r");
      absl::ConsumePrefix(&field, "\"");
      absl::ConsumeSuffix(&field, "\"");
      fields.emplace_back(field);
    }
    if (header.empty()) {
      header = fields;
      continue;
    }
    EXPECT_EQ(fields.size(), header.size()) << name << ": " << line;
    Row row;
    for (size_t i = 0; i < std::min(fields.size(), header.size()); ++i) row[header[i]] = fields[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

double Number(const std::string& text) {
  double value = std::nan("");
  EXPECT_TRUE(absl::SimpleAtod(text, &value)) << "'" << text << "'";
  return value;
}

std::optional<double> OptionalNumber(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return Number(text);
}

// Sums over the departments of one organisation (or of all) in one month.
struct Month {
  int64_t attendances = 0, breaches = 0;
  int64_t attendances_type1 = 0, breaches_type1 = 0;
  bool has_type1 = false;
};
using Months = std::map<std::string, Month>;

// "ENG" is the whole of England.
std::map<std::string, Months> ReadAttendances() {
  std::map<std::string, Months> organisations;
  for (const Row& row : ReadCsv("ae_attendances.csv")) {
    const int64_t attendances = std::llround(Number(row.at("attendances")));
    const int64_t breaches = std::llround(Number(row.at("breaches")));
    for (const std::string& code : {row.at("org_code"), std::string("ENG")}) {
      Month& month = organisations[code][row.at("period")];
      month.attendances += attendances;
      month.breaches += breaches;
      if (row.at("type") == "1") {
        month.attendances_type1 += attendances;
        month.breaches_type1 += breaches;
        month.has_type1 = true;
      }
    }
  }
  return organisations;
}

std::vector<XmrPoint> MeasureSeries(const Months& months, absl::string_view measure) {
  std::vector<XmrPoint> points;
  for (const auto& [period, month] : months) {
    if (measure == "perf_all") {
      points.push_back({period, 1 - static_cast<double>(month.breaches) /
                                        static_cast<double>(month.attendances)});
    } else if (measure == "attendances") {
      points.push_back({period, static_cast<double>(month.attendances)});
    } else if (measure == "breaches_type1" && month.has_type1) {
      points.push_back({period, static_cast<double>(month.breaches_type1)});
    } else if (measure == "attendances_type1" && month.has_type1) {
      points.push_back({period, static_cast<double>(month.attendances_type1)});
    }
  }
  return points;
}

XmrOptions OptionsOf(const Row& summary) {
  XmrOptions options;
  const std::string& direction = summary.at("direction");
  options.direction = direction == "increase"   ? ImprovementDirection::kIncrease
                      : direction == "decrease" ? ImprovementDirection::kDecrease
                                                : ImprovementDirection::kNeutral;
  options.target = OptionalNumber(summary.at("target"));
  options.screen_moving_ranges = summary.at("screen") == "TRUE";
  if (!summary.at("fix").empty()) {
    options.fix_after_points = static_cast<size_t>(Number(summary.at("fix")));
  }
  return options;
}

void ExpectNear(double got, double want, double average_moving_range, absl::string_view what) {
  EXPECT_LE(std::fabs(got - want), 1e-9 * std::max(std::fabs(want), average_moving_range))
      << what << ": got " << got << ", want " << want;
}

void ExpectSegment(const XmrSegment& segment, const Row& row) {
  const double range = segment.average_moving_range.value_or(0);
  ExpectNear(segment.mean, Number(row.at("mean")), range, "mean");
  ASSERT_EQ(segment.limits.has_value(), !row.at("lpl").empty());
  if (!segment.limits.has_value()) return;
  ExpectNear(segment.limits->lower, Number(row.at("lpl")), range, "lower limit");
  ExpectNear(segment.limits->upper, Number(row.at("upl")), range, "upper limit");
}

void ExpectPoint(const XmrPointResult& point, const XmrSegment& segment, const Row& row) {
  EXPECT_EQ(absl::StrCat(point.segment), row.at("group"));
  EXPECT_EQ(absl::StrCat(point.relative), row.at("rel"));
  // The reference leaves these empty where there are no limits.
  const auto flag = [&](bool value) {
    return segment.limits.has_value() ? std::string(value ? "1" : "0") : std::string();
  };
  EXPECT_EQ(flag(point.outside), row.at("outside"));
  EXPECT_EQ(flag(point.close), row.at("close"));
  EXPECT_EQ(SpecialCauseLabel(point.special_cause, XmrParameters{}), row.at("special_cause"));
  EXPECT_EQ(XmrPointTypeName(point.type), absl::string_view(row.at("point_type")));
  EXPECT_EQ(segment.trial_limits ? "1" : "0", row.at("short_group"));
}

// One row of a summary file, which covers one segment.
void ExpectSummary(const XmrChart& chart, const Row& row) {
  const auto index = static_cast<size_t>(Number(row.at("group")));
  ASSERT_LT(index, chart.segments.size());
  const XmrSegment& segment = chart.segments[index];
  ExpectSegment(segment, row);
  EXPECT_EQ(absl::StrCat(segment.size), row.at("n"));
  std::map<XmrPointType, int> counts;
  for (size_t i = segment.first; i < segment.first + segment.size; ++i) {
    ++counts[chart.points[i].type];
  }
  EXPECT_EQ(absl::StrCat(counts[XmrPointType::kImprovement]), row.at("n_improvement"));
  EXPECT_EQ(absl::StrCat(counts[XmrPointType::kConcern]), row.at("n_concern"));
  EXPECT_EQ(absl::StrCat(counts[XmrPointType::kCommonCause]), row.at("n_common"));
  const XmrPointResult& last = chart.points[segment.first + segment.size - 1];
  EXPECT_EQ(XmrPointTypeName(last.type), absl::string_view(row.at("latest_point_type")));
  EXPECT_EQ(SpecialCauseLabel(last.special_cause, XmrParameters{}), row.at("latest_special_cause"));
  // The assurance icon belongs to the last segment alone.
  const bool is_last = index + 1 == chart.segments.size();
  const bool has_icon = is_last && chart.assurance.has_value();
  EXPECT_EQ(has_icon ? std::string(AssuranceIconName(*chart.assurance)) : std::string(),
            row.at("assurance"));
}

class XmrGoldenTest : public PublishedDataTest {
 protected:
  XmrGoldenTest() : PublishedDataTest("spc-golden") {}

  // Compares every point and every summary row of one set.
  void CompareSet(const std::string& set, size_t points_expected, size_t rows_expected) {
    std::map<std::string, std::vector<Row>> series;
    for (Row& row : ReadCsv("spc-golden/spc_" + set + "_points.csv")) {
      series[row.at("series")].push_back(std::move(row));
    }
    std::map<std::string, std::vector<Row>> summaries;
    for (Row& row : ReadCsv("spc-golden/spc_" + set + "_summary.csv")) {
      summaries[row.at("series")].push_back(std::move(row));
    }
    ASSERT_EQ(series.size(), summaries.size());
    const Months england = ReadAttendances().at("ENG");
    size_t points_compared = 0, rows_compared = 0, recomputed = 0;
    for (const auto& [name, rows] : series) {
      SCOPED_TRACE(name);
      ASSERT_TRUE(summaries.count(name));
      XmrOptions options = OptionsOf(summaries.at(name).front());
      std::vector<XmrPoint> points;
      for (const Row& row : rows) {
        if (!points.empty() && row.at("group") != rows[points.size() - 1].at("group")) {
          options.rebase_indexes.push_back(points.size());
        }
        points.push_back({row.at("period"), Number(row.at("y"))});
      }
      const std::vector<std::string> parts = absl::StrSplit(name, '|');
      if (parts[0] == "ENG") {
        const std::vector<XmrPoint> exact = MeasureSeries(england, parts.at(1));
        ASSERT_EQ(exact.size(), points.size());
        for (size_t i = 0; i < points.size(); ++i) {
          EXPECT_EQ(exact[i].period, points[i].period);
          // Twelve significant digits are printed.
          EXPECT_LE(std::fabs(exact[i].value - points[i].value), 1e-11 * points[i].value);
        }
        points = exact;
        ++recomputed;
      }
      const auto chart = ComputeXmr(points, options);
      ASSERT_TRUE(chart.ok()) << chart.status();
      for (size_t i = 0; i < rows.size(); ++i) {
        SCOPED_TRACE(rows[i].at("period"));
        const XmrSegment& segment = chart->segments.at(chart->points[i].segment);
        ExpectSegment(segment, rows[i]);
        ExpectPoint(chart->points[i], segment, rows[i]);
        ++points_compared;
      }
      EXPECT_EQ(chart->segments.size(), summaries.at(name).size());
      for (const Row& row : summaries.at(name)) {
        ExpectSummary(*chart, row);
        ++rows_compared;
      }
    }
    std::printf("%s: %zu points and %zu summary rows of %zu series compared (%zu recomputed)\n",
                set.c_str(), points_compared, rows_compared, series.size(), recomputed);
    EXPECT_EQ(points_compared, points_expected);
    EXPECT_EQ(rows_compared, rows_expected);
  }
};

TEST_F(XmrGoldenTest, Variants) { CompareSet("variants", 324, 17); }

TEST_F(XmrGoldenTest, Edges) { CompareSet("edge", 834, 48); }

TEST_F(XmrGoldenTest, Attendances2016To2019) {
  const auto organisations = ReadAttendances();
  size_t compared = 0, points_compared = 0;
  for (const Row& row : ReadCsv("spc-golden/spc_ae_2016_2019_summary.csv")) {
    SCOPED_TRACE(row.at("series"));
    const std::vector<std::string> parts = absl::StrSplit(row.at("series"), '|');
    ASSERT_EQ(parts.size(), 2u);
    const std::vector<XmrPoint> points = MeasureSeries(organisations.at(parts[0]), parts[1]);
    ASSERT_EQ(points.size(), 36u);
    const auto chart = ComputeXmr(points, OptionsOf(row));
    ASSERT_TRUE(chart.ok()) << chart.status();
    ASSERT_EQ(chart->segments.size(), 1u);
    ExpectSummary(*chart, row);
    ++compared;
    points_compared += points.size();
  }
  std::printf("ae_2016_2019: %zu series of %zu points compared\n", compared, points_compared);
  EXPECT_EQ(compared, 391u);
}

}  // namespace
}  // namespace onereturn
