#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/onereturn/report/svg.h"

namespace onereturn::client {
namespace {

constexpr double kPictureWidth = 880;
constexpr double kPictureHeight = 118;
constexpr double kEdge = 4;
constexpr double kBarTop = 44;
constexpr double kBarHeight = 34;

class BandBar {
 public:
  BandBar(const ReportRating& rating, const std::vector<ReportBand>& bands)
      : rating_(rating), bands_(bands), lowest_(bands.front().from_percent) {}

  std::string Draw() {
    for (size_t i = 0; i < bands_.size(); ++i) Band(i);
    Marker();
    return absl::StrCat(
        absl::StrFormat("<svg class=\"bands\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                        "aria-label=\"%s\">\n",
                        kPictureWidth, kPictureHeight, EscapeXml(Summary())),
        svg_, "</svg>\n");
  }

 private:
  double X(double percent) const {
    constexpr double kWhole = 100;
    const double part = (percent - lowest_) / (kWhole - lowest_);
    return kEdge + part * (kPictureWidth - 2 * kEdge);
  }

  void Band(size_t index) {
    const ReportBand& band = bands_[index];
    const bool last = index + 1 == bands_.size();
    const uint32_t end = last ? 100 : bands_[index + 1].from_percent;
    const double left = X(band.from_percent);
    const double width = X(end) - left;
    const bool rated = rating_.rated && band.title == rating_.rating;
    const bool by_percent = band.title == rating_.band;
    const char* style = rated ? "band rated" : by_percent ? "band by-percent" : "band";
    absl::StrAppendFormat(
        &svg_,
        "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"3\"/>\n"
        "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n"
        "<text class=\"edge\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
        style, left + 1.5, kBarTop, width - 3, kBarHeight,
        rated ? "band-name on-dark" : "band-name", left + width / 2, kBarTop + 22,
        EscapeXml(band.title), left + 3, kBarTop + kBarHeight + 17,
        last ? absl::StrCat(band.from_percent, "–100 %")
             : absl::StrCat(band.from_percent, "–", end - 1, " %"));
  }

  void Marker() {
    const double x = X(std::max<double>(lowest_, rating_.percent));
    // The number stays inside the picture at both ends.
    const double text_x = std::clamp(x, 34.0, kPictureWidth - 34.0);
    absl::StrAppendFormat(&svg_,
                          "<path class=\"marker\" d=\"M%.1f %.1fl-8 -11h16z\"/>\n"
                          "<line class=\"marker-line\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
                          "y2=\"%.1f\"/>\n"
                          "<text class=\"marker-name\" x=\"%.1f\" y=\"%.1f\" "
                          "text-anchor=\"middle\">%d %%</text>\n",
                          x, kBarTop - 2, x, kBarTop - 2, x, kBarTop + kBarHeight + 2, text_x,
                          kBarTop - 19, rating_.percent);
  }

  std::string Summary() const {
    std::string text =
        absl::StrCat("Scale of the bands from ", lowest_, " to 100 %. At ", rating_.percent,
                     " % the scores lie in the band ", rating_.band);
    if (rating_.rated && rating_.rating != rating_.band) {
      absl::StrAppend(&text, "; the rating is ", rating_.rating);
    }
    return text + ".";
  }

  const ReportRating& rating_;
  const std::vector<ReportBand>& bands_;
  const double lowest_;
  std::string svg_;
};

}  // namespace

std::string BandBarSvg(const ReportRating& rating, const std::vector<ReportBand>& bands) {
  const bool drawable = rating.complete && !bands.empty() && bands.front().from_percent < 100;
  return drawable ? BandBar(rating, bands).Draw() : "";
}

}  // namespace onereturn::client
