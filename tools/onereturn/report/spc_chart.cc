#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/report/svg.h"

namespace onereturn::client {
namespace {

constexpr double kWidth = 880;
constexpr double kHeight = 330;
constexpr double kLeft = 64;
constexpr double kRight = 116;  // Room for the names of the lines.
constexpr double kTop = 16;
constexpr double kBottom = 34;
constexpr double kLabelGap = 15;
constexpr int kTicks = 5;
constexpr size_t kMostPeriodLabels = 12;

class SpcChart {
 public:
  explicit SpcChart(const ReportMetric& metric) : metric_(metric) {
    double lowest = metric.points[0].value;
    double highest = lowest;
    const auto take = [&](const std::optional<double>& value) {
      if (!value.has_value()) return;
      lowest = std::min(lowest, *value);
      highest = std::max(highest, *value);
    };
    for (const ReportPoint& point : metric.points) {
      take(point.value);
      take(point.lower_limit);
      take(point.upper_limit);
    }
    take(metric.target);
    if (highest <= lowest) {
      lowest -= 1;
      highest += 1;
    }
    ticks_ = RoundTicks(lowest, highest, kTicks);
  }

  std::string Draw() {
    Axes();
    Lines();
    Points();
    return absl::StrCat(
        absl::StrFormat("<svg class=\"chart\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                        "aria-label=\"%s\">\n",
                        kWidth, kHeight, EscapeXml(Summary())),
        svg_, "</svg>\n");
  }

 private:
  double X(size_t index) const {
    const double room = kWidth - kLeft - kRight;
    const double step = room / static_cast<double>(metric_.points.size());
    return kLeft + step * (static_cast<double>(index) + 0.5);
  }
  double Y(double value) const {
    const double part = (value - ticks_.front()) / (ticks_.back() - ticks_.front());
    return kHeight - kBottom - part * (kHeight - kTop - kBottom);
  }

  void Text(double x, double y, absl::string_view anchor, absl::string_view style,
            absl::string_view text) {
    absl::StrAppendFormat(&svg_,
                          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>\n",
                          x, y, anchor, style, EscapeXml(text));
  }

  void Axes() {
    for (double tick : ticks_) {
      absl::StrAppendFormat(
          &svg_, "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", kLeft,
          Y(tick), kWidth - kRight, Y(tick));
      // Ticks are round: no more digits than needed, at most those of the metric.
      const double step = ticks_[1] - ticks_[0];
      const int digits = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
      Text(kLeft - 10, Y(tick) + 4, "end", "axis", FixedNumber(tick, digits));
    }
    const size_t count = metric_.points.size();
    const size_t every = (count + kMostPeriodLabels - 1) / kMostPeriodLabels;
    // Counted from the newest, which is what the value above the chart is of.
    for (size_t i = 0; i < count; ++i) {
      if ((count - 1 - i) % every != 0) continue;
      Text(X(i), kHeight - 12, "middle", "axis", metric_.points[i].period);
    }
  }

  // A line that may step from point to point, where limits are computed anew.
  void Step(absl::string_view style, const std::vector<std::optional<double>>& values) {
    std::string path;
    const double half = (X(1) - X(0)) / 2;
    bool open = false;
    for (size_t i = 0; i < values.size(); ++i) {
      if (!values[i].has_value()) {
        open = false;
        continue;
      }
      absl::StrAppendFormat(&path, "%s%.1f %.1f H%.1f ", open ? "L" : "M", X(i) - half,
                            Y(*values[i]), X(i) + half);
      open = true;
    }
    if (!path.empty()) {
      path.pop_back();
      absl::StrAppendFormat(&svg_, "<path class=\"%s\" d=\"%s\"/>\n", style, path);
    }
  }

  void Lines() {
    std::vector<std::optional<double>> mean;
    std::vector<std::optional<double>> lower;
    std::vector<std::optional<double>> upper;
    for (const ReportPoint& point : metric_.points) {
      mean.emplace_back(point.mean);
      lower.push_back(point.lower_limit);
      upper.push_back(point.upper_limit);
    }
    Step("limit", upper);
    Step("limit", lower);
    Step("mean", mean);
    std::vector<std::pair<std::string, double>> names = {{"Mean", metric_.points.back().mean}};
    if (upper.back().has_value()) names.emplace_back("Upper limit", *upper.back());
    if (lower.back().has_value()) names.emplace_back("Lower limit", *lower.back());
    if (metric_.target.has_value()) {
      absl::StrAppendFormat(
          &svg_, "<line class=\"target\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
          kLeft, Y(*metric_.target), kWidth - kRight, Y(*metric_.target));
      names.emplace_back("Target", *metric_.target);
    }
    std::vector<double> wanted;
    for (const auto& [name, value] : names) wanted.push_back(Y(value) + 4);
    const std::vector<double> places =
        SpreadLabels(wanted, kLabelGap, kTop + 4, kHeight - kBottom + 4);
    for (size_t i = 0; i < names.size(); ++i) {
      const bool target = names[i].first == "Target";
      Text(kWidth - kRight + 8, places[i], "start", target ? "name target-name" : "name",
           absl::StrCat(names[i].first, " ", FixedNumber(names[i].second, metric_.digits)));
    }
  }

  void Points() {
    std::string path;
    for (size_t i = 0; i < metric_.points.size(); ++i) {
      absl::StrAppendFormat(&path, "%s%.1f %.1f ", i == 0 ? "M" : "L", X(i),
                            Y(metric_.points[i].value));
    }
    path.pop_back();
    absl::StrAppendFormat(&svg_, "<path class=\"run\" d=\"%s\"/>\n", path);
    for (size_t i = 0; i < metric_.points.size(); ++i) Point(metric_.points[i], X(i));
  }

  void Point(const ReportPoint& point, double x) {
    const double y = Y(point.value);
    std::string shape;
    if (point.signal > 0) {
      shape = absl::StrFormat("<path d=\"M%.1f %.1fl6.5 6.5l-6.5 6.5l-6.5 -6.5z\" fill=\"%s\">", x,
                              y - 6.5, kImprovementColour);
    } else if (point.signal < 0) {
      shape = absl::StrFormat("<rect x=\"%.1f\" y=\"%.1f\" width=\"10\" height=\"10\" fill=\"%s\">",
                              x - 5, y - 5, kConcernColour);
    } else {
      shape = absl::StrFormat("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" fill=\"%s\">", x, y,
                              point.special ? kNeutralColour : kCommonCauseColour);
    }
    const std::string words =
        absl::StrCat(point.period, ": ", point.display, point.special_cause.empty() ? "" : ", ",
                     point.special_cause);
    const char* tag = point.signal > 0 ? "path" : point.signal < 0 ? "rect" : "circle";
    absl::StrAppend(&svg_, "<g class=\"point\">", shape, "<title>", EscapeXml(words), "</title></",
                    tag, "></g>\n");
  }

  // What a reader who does not see the chart needs to know.
  std::string Summary() const {
    const ReportPoint& first = metric_.points.front();
    const ReportPoint& last = metric_.points.back();
    std::string text = absl::StrCat(
        "XmR chart of ", metric_.title, ", ", metric_.organisation, ", ",
        Count(metric_.points.size(), "point"), " from ", first.period, " (", first.display, ") to ",
        last.period, " (", last.display, "). Mean ", FixedNumber(last.mean, metric_.digits));
    if (last.lower_limit.has_value() && last.upper_limit.has_value()) {
      absl::StrAppend(&text, ", process limits ", FixedNumber(*last.lower_limit, metric_.digits),
                      " to ", FixedNumber(*last.upper_limit, metric_.digits));
    }
    if (metric_.target.has_value()) {
      absl::StrAppend(&text, ", target ", FixedNumber(*metric_.target, metric_.digits));
    }
    const std::string words = VariationWords(metric_.variation);
    if (!words.empty()) absl::StrAppend(&text, ". ", words);
    return absl::StrCat(text, ". The figures stand in the table below.");
  }

  const ReportMetric& metric_;
  std::vector<double> ticks_;
  std::string svg_;
};

}  // namespace

std::string SpcChartSvg(const ReportMetric& metric) {
  return metric.points.empty() ? "" : SpcChart(metric).Draw();
}

}  // namespace onereturn::client
