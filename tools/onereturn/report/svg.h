// The pictures of a report, as inline SVG: each has a text alternative and needs nothing outside.
#ifndef ONERETURN_TOOLS_ONERETURN_REPORT_SVG_H_
#define ONERETURN_TOOLS_ONERETURN_REPORT_SVG_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/onereturn/report/report_model.h"

namespace onereturn::client {

// Colours of Making Data Count.
inline constexpr char kImprovementColour[] = "#00b0f0";
inline constexpr char kConcernColour[] = "#e46c0a";
inline constexpr char kCommonCauseColour[] = "#a6a6a6";
inline constexpr char kNeutralColour[] = "#490092";
inline constexpr char kTargetColour[] = "#de1b1b";

// `text` for element content and quoted attributes.
std::string EscapeXml(absl::string_view text);

// Tick marks at round numbers (1, 2 or 5 times a power of ten) that span [lowest, highest], about
// `wanted` of them, in rising order. `lowest` must be below `highest`.
std::vector<double> RoundTicks(double lowest, double highest, int wanted);

// Places for labels that wish to stand at `wanted`, in any order, and are moved apart until each is
// `gap` from the next, all within [lowest, highest] where there is room. In the order given.
std::vector<double> SpreadLabels(const std::vector<double>& wanted, double gap, double lowest,
                                 double highest);

// The XmR chart: points in their colour and shape (circle common cause, diamond improvement, square
// concern), mean, limits, target. "" without points.
std::string SpcChartSvg(const ReportMetric& metric);

// In words, for text alternatives: "Concerning special cause, the values run low".
std::string VariationWords(Variation variation);
std::string AssuranceWords(Assurance assurance);
// "" for kNone.
std::string VariationIconSvg(Variation variation);
std::string AssuranceIconSvg(Assurance assurance);

// The bands from the lowest to 100 %, with the place of the percentage, the band it falls in and
// the rating. "" while the rating is not complete or there are no bands.
std::string BandBarSvg(const ReportRating& rating, const std::vector<ReportBand>& bands);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_REPORT_SVG_H_
