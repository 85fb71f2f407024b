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
constexpr double kLeft = 64;      // Room for the axis, and
constexpr double kRight = 116;    // for the names of the lines: at least.
constexpr double kCharacter = 7;  // No character of a label is wider.
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
    NameLines();
    MakeRoom();
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
    const double room = kWidth - left_ - right_;
    const double step = room / static_cast<double>(metric_.points.size());
    return left_ + step * (static_cast<double>(index) + 0.5);
  }
  double Y(double value) const {
    const double part = (value - ticks_.front()) / (ticks_.back() - ticks_.front());
    return kHeight - kBottom - part * (kHeight - kTop - kBottom);
  }

  // A line's name and value, written beside it.
  struct Name {
    std::string text;
    double value = 0;
    bool is_target = false;
  };

  void AddName(absl::string_view name, double value, bool is_target) {
    names_.push_back(
        {absl::StrCat(name, " ", FixedNumber(value, metric_.digits)), value, is_target});
  }

  void NameLines() {
    const ReportPoint& last = metric_.points.back();
    AddName("Mean", last.mean, false);
    if (last.upper_limit.has_value()) AddName("Upper limit", *last.upper_limit, false);
    if (last.lower_limit.has_value()) AddName("Lower limit", *last.lower_limit, false);
    if (metric_.target.has_value()) AddName("Target", *metric_.target, true);
  }

  // Great numbers need wider edges.
  void MakeRoom() {
    for (const Name& name : names_) {
      right_ = std::max(right_, 12 + kCharacter * static_cast<double>(name.text.size()));
    }
    for (double tick : ticks_) {
      left_ = std::max(left_, 14 + kCharacter * static_cast<double>(TickText(tick).size()));
    }
  }

  // Ticks are round: no more digits than their distance needs.
  std::string TickText(double tick) const {
    const double step = ticks_[1] - ticks_[0];
    return FixedNumber(tick, step >= 1 ? 0 : step >= 0.1 ? 1 : 2);
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
          &svg_, "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", left_,
          Y(tick), kWidth - right_, Y(tick));
      Text(left_ - 10, Y(tick) + 4, "end", "axis", TickText(tick));
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
    if (metric_.target.has_value()) {
      absl::StrAppendFormat(
          &svg_, "<line class=\"target\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
          left_, Y(*metric_.target), kWidth - right_, Y(*metric_.target));
    }
    std::vector<double> wanted;
    for (const Name& name : names_) wanted.push_back(Y(name.value) + 4);
    const std::vector<double> places =
        SpreadLabels(wanted, kLabelGap, kTop + 4, kHeight - kBottom + 4);
    for (size_t i = 0; i < names_.size(); ++i) {
      Text(kWidth - right_ + 8, places[i], "start",
           names_[i].is_target ? "name target-name" : "name", names_[i].text);
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
  std::vector<Name> names_;
  double left_ = kLeft;
  double right_ = kRight;
  std::string svg_;
};

}  // namespace

std::string SpcChartSvg(const ReportMetric& metric) {
  return metric.points.empty() ? "" : SpcChart(metric).Draw();
}

}  // namespace onereturn::client
