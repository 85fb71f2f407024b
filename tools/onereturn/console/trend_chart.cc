#include "tools/onereturn/console/trend_chart.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

constexpr int kRows = 15;
constexpr size_t kPlacesPerPoint = 3;
constexpr char kBlue[] = "\x1b[36m";
constexpr char kOrange[] = "\x1b[33m";
constexpr char kPlain[] = "\x1b[0m";

// Which row, from the top, stands for a value.
class Scale {
 public:
  Scale(double lowest, double highest) : lowest_(lowest), highest_(highest) {
    if (highest_ <= lowest_) {
      lowest_ -= 1;
      highest_ += 1;
    }
  }
  int Row(double value) const {
    const double part = (highest_ - value) / (highest_ - lowest_);
    const long row = std::lround(part * (kRows - 1));
    return static_cast<int>(std::clamp<long>(row, 0, kRows - 1));
  }
  double Value(int row) const { return highest_ - (highest_ - lowest_) * row / (kRows - 1); }

 private:
  double lowest_;
  double highest_;
};

Scale ScaleOf(const std::vector<ChartPoint>& points, const std::optional<double>& target) {
  double lowest = points[0].value;
  double highest = points[0].value;
  const auto take = [&](const std::optional<double>& value) {
    if (!value.has_value()) return;
    lowest = std::min(lowest, *value);
    highest = std::max(highest, *value);
  };
  for (const ChartPoint& point : points) {
    take(point.value);
    take(point.lower_limit);
    take(point.upper_limit);
  }
  take(target);
  return Scale(lowest, highest);
}

std::string Mark(const ChartPoint& point, bool colours) {
  const char* mark = "●";
  const char* colour = nullptr;
  if (point.signal > 0) {
    mark = "▲";
    colour = kBlue;
  } else if (point.signal < 0) {
    mark = "▼";
    colour = kOrange;
  } else if (point.special) {
    mark = "◆";
  }
  return colours && colour != nullptr ? absl::StrCat(colour, mark, kPlain) : mark;
}

// What stands behind the points: one place a string.
std::string Background(const ChartPoint& point, const Scale& scale,
                       const std::optional<double>& target, int row) {
  if (scale.Row(point.mean) == row) return "─";
  if (point.lower_limit.has_value() && scale.Row(*point.lower_limit) == row) return "┄";
  if (point.upper_limit.has_value() && scale.Row(*point.upper_limit) == row) return "┄";
  if (target.has_value() && scale.Row(*target) == row) return "═";
  return " ";
}

std::string RightAligned(const std::string& text, size_t width) {
  const size_t places = DisplayWidth(text);
  return std::string(places < width ? width - places : 0, ' ') + text;
}

}  // namespace

std::string TrendChart(const std::vector<ChartPoint>& all, const ChartOptions& options) {
  if (all.empty()) return "";
  const Scale scale = ScaleOf(all, options.target);
  size_t axis = 0;
  for (int row : {0, kRows - 1}) {
    axis = std::max(axis, DisplayWidth(FixedNumber(scale.Value(row), options.digits)));
  }
  std::vector<ChartPoint> points = all;
  const size_t room = options.width > axis + 2 ? (options.width - axis - 2) / kPlacesPerPoint : 1;
  if (options.width > 0 && points.size() > room) {
    points.erase(points.begin(), points.end() - static_cast<ptrdiff_t>(room));
  }
  std::string chart;
  for (int row = 0; row < kRows; ++row) {
    const bool labelled = row % 7 == 0;
    absl::StrAppend(
        &chart, RightAligned(labelled ? FixedNumber(scale.Value(row), options.digits) : "", axis),
        labelled ? " ┤" : " │");
    std::string line;
    for (const ChartPoint& point : points) {
      const std::string behind = Background(point, scale, options.target, row);
      const bool here = scale.Row(point.value) == row;
      absl::StrAppend(&line, behind, here ? Mark(point, options.colours) : behind, behind);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&chart, line, "\n");
  }
  const size_t places = points.size() * kPlacesPerPoint;
  absl::StrAppend(&chart, std::string(axis + 1, ' '), "└");
  for (size_t i = 0; i < places; ++i) chart += "─";
  const std::string& first = points.front().period;
  const std::string& last = points.back().period;
  absl::StrAppend(&chart, "\n", std::string(axis + 2, ' '), first);
  if (points.size() > 1 && places > first.size() + last.size()) {
    absl::StrAppend(&chart, std::string(places - first.size() - last.size(), ' '), last);
  }
  absl::StrAppend(&chart, "\n", std::string(axis + 2, ' '),
                  "● common cause  ▲ improvement  ▼ concern  ─ mean  ┄ process limits",
                  options.target.has_value() ? "  ═ target" : "", "\n");
  return chart;
}

}  // namespace onereturn::client
