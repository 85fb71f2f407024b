// Goal: enumerations, cells, coverage, findings, charts and JSON read as documented.
#include "tools/onereturn/console/labels.h"

#include "common/clock/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/onereturn/console/findings_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/trend_chart.h"

namespace onereturn::client {
namespace {

using ::testing::HasSubstr;

TEST(Labels, Words) {
  EXPECT_EQ(Label(common::v1::VERDICT_VALID_WITH_EXPLANATIONS), "valid with explanations");
  EXPECT_EQ(Label(returns::v1::ORIGIN_IMPORT), "import");
  EXPECT_EQ(Label(returns::v1::ORIGIN_UNSPECIFIED), "");
  EXPECT_EQ(Label(metrics::v1::VARIATION_ICON_CONCERN_LOW), "▼ concern, low");
  EXPECT_EQ(OrganisationTypeOf("icb"), catalogue::v1::ORGANISATION_TYPE_ICB);
  EXPECT_EQ(OrganisationTypeOf("National-Body"), catalogue::v1::ORGANISATION_TYPE_NATIONAL_BODY);
  EXPECT_EQ(OrganisationTypeOf("unspecified"), std::nullopt);
  EXPECT_EQ(OrganisationTypeOf("ward"), std::nullopt);
  EXPECT_EQ(PeriodText("2024-03"), "March 2024");
  EXPECT_EQ(PeriodText("never"), "never");
}

// A return that is due when 30 June ends in London is due at 23:00 UTC.
TEST(Labels, TimesAreThoseOfLondon) {
  const auto text = [](const char* instant) {
    google::protobuf::Timestamp time;
    time.set_seconds(ParseTimestamp(instant)->micros / 1'000'000);
    return TimeText(time);
  };
  EXPECT_EQ(text("2025-06-30T23:00:00Z"), "2025-07-01 00:00:00 BST");
  EXPECT_EQ(text("2025-12-31T23:59:59Z"), "2025-12-31 23:59:59 GMT");
  EXPECT_EQ(text("2025-03-30T00:59:59Z"), "2025-03-30 00:59:59 GMT");
  EXPECT_EQ(text("2025-03-30T01:00:00Z"), "2025-03-30 02:00:00 BST");
  EXPECT_EQ(text("2025-10-26T01:00:00Z"), "2025-10-26 01:00:00 GMT");
  EXPECT_EQ(TimeText({}), "");
}

TEST(Labels, Coverage) {
  metrics::v1::Coverage coverage;
  coverage.set_included(3);
  coverage.set_expected(3);
  EXPECT_EQ(CoverageText(coverage, 2), "all 3 providers");
  coverage.set_expected(7);
  for (const char* code : {"RA1", "RA2", "RA3"}) coverage.add_missing(code);
  coverage.add_not_collected("RB1");
  EXPECT_EQ(CoverageText(coverage, 2),
            "3 of 7 providers (missing: RA1, RA2, 1 more; not collected: RB1)");
}

TEST(Findings, TableShowsTheGravestAndSaysWhatIsLeftOut) {
  Findings findings;
  common::v1::Finding* error = findings.Add();
  error->set_code("AE02");
  error->set_severity(common::v1::SEVERITY_ERROR);
  error->set_message("More over four hours than attendances.");
  error->mutable_place()->set_row(7);
  error->set_got("9");
  error->set_suggestion("Correct the figure.");
  common::v1::Finding* info = findings.Add();
  info->set_code("AE03");
  info->set_severity(common::v1::SEVERITY_INFO);
  EXPECT_EQ(FindingCounts(findings), "AE02 error 1, AE03 info 1");
  EXPECT_EQ(
      FindingsText(findings, 2, common::v1::SEVERITY_EXPLAIN, 20, 0),
      "row  code  severity  what is wrong                                   what to do\n"
      "───  ────  ────────  ──────────────────────────────────────────────  ───────────────────\n"
      "  7  AE02  error     More over four hours than attendances. Got: 9.  Correct the figure.\n"
      "1 of 2 findings shown.\n");
  EXPECT_EQ(FindingsText(findings, 2, common::v1::SEVERITY_INFO, 0, 0), "");
}

TEST(TrendChart, PointsStandWhereTheirValuesAre) {
  std::vector<ChartPoint> points = {{"2024-01", 10, 15, std::nullopt, std::nullopt, 0, false},
                                    {"2024-02", 20, 15, std::nullopt, std::nullopt, 1, true},
                                    {"2024-03", 10, 15, std::nullopt, std::nullopt, -1, true}};
  ChartOptions options;
  options.digits = 0;
  options.width = 0;
  EXPECT_EQ(TrendChart(points, options),
            "20 ┤    ▲\n"
            "   │\n   │\n   │\n   │\n   │\n   │\n"
            "15 ┤─────────\n"
            "   │\n   │\n   │\n   │\n   │\n   │\n"
            "10 ┤ ●     ▼\n"
            "   └─────────\n"
            "    2024-01\n"
            "    ● common cause  ▲ improvement  ▼ concern  ─ mean  ┄ process limits\n");
}

TEST(TrendChart, ANarrowTerminalGetsTheNewest) {
  std::vector<ChartPoint> points(40, {"2024-01", 1, 1, std::nullopt, std::nullopt, 0, false});
  points.back().period = "2027-04";
  ChartOptions options;
  options.width = 40;
  EXPECT_THAT(TrendChart(points, options), HasSubstr("2027-04"));
  EXPECT_EQ(TrendChart({}, options), "");
}

TEST(JsonWriter, EscapesAndSeparates) {
  JsonWriter json;
  json.BeginObject().Key("a\"b").Text("x\n\xFF").Key("list").BeginArray();
  json.Number(1).Truth(true).BeginObject().EndObject().EndArray().EndObject();
  EXPECT_EQ(json.Take(), "{\"a\\\"b\":\"x\\u000a\\ufffd\",\"list\":[1,true,{}]}\n");
}

}  // namespace
}  // namespace onereturn::client
