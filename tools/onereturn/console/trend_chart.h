// An XmR chart on a terminal.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_TREND_CHART_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_TREND_CHART_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace onereturn::client {

struct ChartPoint {
  std::string period;  // Canonical text.
  double value = 0;
  double mean = 0;
  std::optional<double> lower_limit;
  std::optional<double> upper_limit;
  int signal = 0;        // 1 improvement, -1 concern, 0 neither.
  bool special = false;  // Special cause, of whichever direction.
};

struct ChartOptions {
  std::optional<double> target;
  int digits = 1;      // After the point, on the axis.
  size_t width = 100;  // Places at most; 0: as wide as it needs.
  bool colours = false;
};

// Lines, each ended by a line feed: values with an axis on the left, the first and last period
// below, then a legend. Points: "●" common cause, "▲" improvement, "▼" concern, "◆" neutral special
// cause; "─" mean, "┄" limits, "═" target. "" without points. Where the terminal is too narrow for
// all points the newest are drawn.
std::string TrendChart(const std::vector<ChartPoint>& points, const ChartOptions& options);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_TREND_CHART_H_
