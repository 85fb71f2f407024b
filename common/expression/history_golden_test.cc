// Goal: outside_limits uses the limits that the reference gives. Method: every unscreened series of
// the golden data of a length that it takes, as a history; a value just inside and one just outside
// each of its limits.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/testing/published_data.h"
#include "common/expression/evaluation.h"
#include "common/expression/testing/periods_held.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

std::string GoldenFolder() { return PublishedDataFolder() + "/spc-golden"; }

using GoldenRow = std::map<std::string, std::string>;

// The golden files quote text and hold no comma inside quotes.
std::vector<GoldenRow> ReadGolden(const std::string& name) {
  std::ifstream file(GoldenFolder() + "/" + name);
  EXPECT_TRUE(file.good()) << "cannot read " << name << " in " << GoldenFolder();
  std::vector<std::string> header;
  std::vector<GoldenRow> rows;
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> fields =
        absl::StrSplit(absl::StrReplaceAll(line, {{"\"", ""}, {"\r", ""}}), ',');
    if (header.empty()) {
      header = fields;
      continue;
    }
    GoldenRow row;
    for (size_t i = 0; i < header.size() && i < fields.size(); ++i) row[header[i]] = fields[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

EvaluationOutcome OutcomeOf(double current, const CellHistory& history, bool* outside) {
  static const Expression& expression = *new Expression(*Expression::Parse("outside_limits(y)"));
  CellTable now;
  now.Add("y", {}, Decimal::FromMillionths(std::llround(current * 1e6)));
  const Evaluation evaluation = Evaluate(expression, now, {}, &history);
  *outside = evaluation.boolean;
  return evaluation.outcome;
}

class HistoryGoldenTest : public PublishedDataTest {
 protected:
  HistoryGoldenTest() : PublishedDataTest("spc-golden") {}
};

TEST_F(HistoryGoldenTest, LimitsAreTheReferences) {
  std::map<std::string, std::vector<GoldenRow>> series;
  for (GoldenRow& row : ReadGolden("spc_edge_points.csv")) {
    series[row.at("series")].push_back(std::move(row));
  }
  size_t compared = 0, too_short = 0;
  for (const GoldenRow& summary : ReadGolden("spc_edge_summary.csv")) {
    const std::string& name = summary.at("series");
    SCOPED_TRACE(name);
    const std::vector<GoldenRow>& points = series.at(name);
    if (!absl::EndsWith(name, "|unscreened") || points.size() > kLimitsPeriodsMax) continue;
    PeriodsHeld history;
    for (size_t i = 0; i < points.size(); ++i) {
      const auto before = static_cast<uint32_t>(points.size() - i);
      history.Hold(before).Add("y", {}, Decimal::Parse(points[i].at("y")).value());
    }
    bool outside = false;
    if (points.size() < kLimitsValuesMin) {
      EXPECT_EQ(OutcomeOf(1e6, history, &outside), EvaluationOutcome::kNull);
      ++too_short;
      continue;
    }
    double lower = 0, upper = 0;
    ASSERT_TRUE(absl::SimpleAtod(summary.at("lpl"), &lower));
    ASSERT_TRUE(absl::SimpleAtod(summary.at("upl"), &upper));
    for (const auto& [current, expected] : std::map<double, bool>{{lower - 2e-6, true},
                                                                  {lower + 2e-6, lower == upper},
                                                                  {upper - 2e-6, lower == upper},
                                                                  {upper + 2e-6, true}}) {
      EXPECT_EQ(OutcomeOf(current, history, &outside), EvaluationOutcome::kBoolean);
      EXPECT_EQ(outside, expected) << current;
    }
    ++compared;
  }
  std::printf("%zu series compared, %zu too short\n", compared, too_short);
  EXPECT_EQ(compared, 16u);
  EXPECT_EQ(too_short, 3u);
}

}  // namespace
}  // namespace onereturn
