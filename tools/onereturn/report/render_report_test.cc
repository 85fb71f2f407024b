// Goal: a report is whole, escaped, marked on every section, and needs nothing outside itself; its
// pictures stand where arithmetic by hand puts them.
#include "tools/onereturn/report/render_report.h"

#include <regex>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/onereturn/report/svg.h"
#include "tools/onereturn/report/testing/example_report.h"

namespace onereturn::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Rendered(const ReportModel& model) { return RenderReport(model).value(); }

size_t Occurrences(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Every start tag has its end tag, in order; what is wrong otherwise.
std::string TagFault(const std::string& html) {
  static const std::set<std::string> kVoid = {"meta", "link", "br", "!DOCTYPE"};
  static const std::regex kTag("<(/?)([A-Za-z!][A-Za-z0-9]*)([^>]*)>");
  std::vector<std::string> open;
  for (std::sregex_iterator tag(html.begin(), html.end(), kTag), end; tag != end; ++tag) {
    const std::string name = (*tag)[2];
    const std::string rest = (*tag)[3];
    if (kVoid.count(name) > 0 || absl::EndsWith(rest, "/")) continue;
    if ((*tag)[1].length() == 0) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      return absl::StrCat("</", name, "> closes ", open.empty() ? "nothing" : open.back());
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : absl::StrCat("<", open.back(), "> stays open");
}

TEST(RenderReport, IsWellFormedAndTheSameEachTime) {
  const std::string html = Rendered(ExampleReport());
  EXPECT_EQ(TagFault(html), "");
  EXPECT_EQ(html, Rendered(ExampleReport()));
  EXPECT_THAT(html, Not(HasSubstr("{{")));
}

TEST(RenderReport, NeedsNothingOutsideItself) {
  const std::string html = Rendered(ExampleReport());
  for (const char* outside :
       {"http://", "https://", "//cdn", "<script", "<link", "<img", "url(", "@import", "src="}) {
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  }
}

TEST(RenderReport, IsMarkedOnEverySection) {
  ReportModel model = ExampleReport();
  const std::string html = Rendered(model);
  const size_t sections = Occurrences(html, "<section");
  EXPECT_EQ(sections, 7u);  // Rating, contents, two themes, two metrics, how to read.
  // And on the page's head and foot.
  EXPECT_EQ(Occurrences(html, "ILLUSTRATIVE: scores invented for demonstration"), sections + 2);
  model.marking = "";
  EXPECT_THAT(Rendered(model), Not(HasSubstr("class=\"marking\"")));
}

TEST(RenderReport, SaysEverything) {
  const std::string html = Rendered(ExampleReport());
  for (const char* said :
       {"Requires improvement", "67 %, 8 of 12 points over 3 statements", "every statement above 1",
        "Equity in access", "Third Example Trust (RX3)", "Fourth Example Trust (RX4)",
        "100 × 17,285 / 26,145", "10,185 / 15,145", "4,871",
        "c51ce410c124a10e0db5e4b97fc2af39f2d1e0b5a0e3f2b4d8a7c6e5f4031221",
        "Concern: 7 Points Below CL", "Mar 23: not applicable", "Trial limits", "QS5, QS7"}) {
    EXPECT_THAT(html, HasSubstr(said));
  }
}

TEST(RenderReport, EscapesEveryText) {
  constexpr char kAttack[] = "<script>alert('x')</script>\"&";
  ReportModel model = ExampleReport();
  for (std::string* text :
       {&model.title, &model.organisation, &model.framework, &model.marking, &model.position,
        &model.rating.rating, &model.rating.limited_by, &model.bands[0].title,
        &model.themes[0].title, &model.themes[0].statements[0].rationale,
        &model.themes[0].statements[1].evidence[0].note, &model.metrics[0].title,
        &model.metrics[0].points[2].display, &model.metrics[0].points[8].special_cause,
        &model.metrics[0].missing[0], &model.metrics[0].parts[0].name,
        &model.metrics[0].parts[0].revision, &model.metrics[0].unit}) {
    *text = kAttack;
  }
  const std::string html = Rendered(model);
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
  EXPECT_EQ(TagFault(html), "");
}

TEST(RenderReport, WorksWithoutRatingOrEvidence) {
  ReportModel model = ExampleReport();
  model.rating.complete = false;
  model.rating.scored = 2;
  model.metrics.clear();
  const std::string html = Rendered(model);
  EXPECT_THAT(html, HasSubstr("2 of 3 statements are scored"));
  EXPECT_THAT(html, HasSubstr("No evidence is pinned"));
  EXPECT_EQ(TagFault(html), "");
}

TEST(SpcChart, PointsAreWhereTheirValuesAre) {
  ReportMetric metric;
  metric.title = "m";
  metric.digits = 0;
  metric.points = {{"Jan 24", "0", 0, 50, std::nullopt, std::nullopt, 0, false, ""},
                   {"Feb 24", "100", 100, 50, std::nullopt, std::nullopt, -1, true, "High"}};
  const std::string svg = SpcChartSvg(metric);
  // 880 wide, 64 left, 116 right: 700 for two points, at a quarter and three quarters. 330 high, 16
  // above, 34 below: 0 stands at 296, 100 at 16.
  EXPECT_THAT(svg, HasSubstr("<circle cx=\"239.0\" cy=\"296.0\" r=\"4.5\" fill=\"#a6a6a6\">"));
  EXPECT_THAT(svg, HasSubstr("<rect x=\"584.0\" y=\"11.0\" width=\"10\" height=\"10\" "
                             "fill=\"#e46c0a\"><title>Feb 24: 100, High</title></rect>"));
  EXPECT_THAT(svg, HasSubstr("role=\"img\" aria-label=\"XmR chart of m"));
  EXPECT_EQ(SpcChartSvg(ReportMetric()), "");
}

TEST(SpcChart, GreatNumbersGetRoom) {
  ReportMetric metric;
  metric.digits = 0;
  metric.points = {{"Jan 24", "2000000", 2e6, 2e6, 1e6, 3e6, 0, false, ""},
                   {"Feb 24", "3000000", 3e6, 2e6, 1e6, 3e6, 0, false, ""}};
  const std::string svg = SpcChartSvg(metric);
  // "Upper limit 3,000,000" has 21 characters of at most 7: the edge is 12 + 147 wide, and names
  // begin 8 from it, at 880 - 159 + 8. "3,000,000" needs 14 + 63 on the left.
  EXPECT_THAT(svg, HasSubstr("<text x=\"729.0\""));
  EXPECT_THAT(svg, HasSubstr("<line class=\"grid\" x1=\"77.0\""));
}

TEST(RoundTicks, AreRoundAndSpan) {
  EXPECT_THAT(RoundTicks(0, 100, 5), ElementsAre(0, 20, 40, 60, 80, 100));
  EXPECT_THAT(RoundTicks(61, 95, 5), ElementsAre(60, 70, 80, 90, 100));
  EXPECT_THAT(RoundTicks(-3, 3, 3), ElementsAre(-4, -2, 0, 2, 4));
}

TEST(SpreadLabels, MovesApartWithinBounds) {
  EXPECT_THAT(SpreadLabels({50, 52, 10}, 10, 0, 100), ElementsAre(50, 60, 10));
  EXPECT_THAT(SpreadLabels({99, 98}, 10, 0, 100), ElementsAre(100, 90));
}

TEST(BandBar, MarkerStandsAtThePercentage) {
  ReportModel model = ExampleReport();
  model.rating.percent = 100;
  // 880 wide with an edge of 4: 100 % stands at 876, 42 below the top.
  EXPECT_THAT(BandBarSvg(model.rating, model.bands), HasSubstr("M876.0 42.0l-8 -11h16z"));
  model.rating.percent = 25;
  EXPECT_THAT(BandBarSvg(model.rating, model.bands), HasSubstr("M4.0 42.0l-8 -11h16z"));
  model.rating.complete = false;
  EXPECT_EQ(BandBarSvg(model.rating, model.bands), "");
}

}  // namespace
}  // namespace onereturn::client
