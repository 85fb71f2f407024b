// `metrics`, `league` and `trend`: figures equal to the published ones, and to what is computed
// here from the submitted files; now and as they were.
#include <google/protobuf/util/time_util.h>

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/feed/position.h"
#include "onereturn/metrics/v1/metrics_service.pb.h"
#include "onereturn/returns/v1/returns_service.pb.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

using metrics::v1::GetLeagueTableResponse;
using metrics::v1::GetMetricValueResponse;
using metrics::v1::GetTrendResponse;
using metrics::v1::ListMetricValuesResponse;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::Field;
using ::testing::HasSubstr;

class MetricsTest : public DemonstrationTest {
 protected:
  // Asks for all as it was loaded, whatever other tests do.
  std::vector<std::string> Loaded(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--as-of", demo_.loaded()});
    return arguments;
  }
  static std::vector<std::string> Value(const std::string& metric, const std::string& organisation,
                                        const std::string& period) {
    return {"metrics", metric, "--organisation", organisation, "--period", period};
  }
};

TEST_F(MetricsTest, TheDefinedOnes) {
  const ClientRun run = demo_.As(kAnalyst, {"metrics"});
  EXPECT_THAT(run, ExitedWith(0));
  EXPECT_THAT(run.out, ContainsRegex("ae_four_hour_all +1 .* % +higher is better +95  MSitAE"));
  EXPECT_EQ(demo_.Ask<metrics::v1::ListMetricsResponse>(kAnalyst, {"metrics"}).metrics_size(), 5);
}

// Published by NHS England: rates computed from its own files, counts as it prints them.
TEST_F(MetricsTest, EnglandsFiguresAreThePublishedOnes) {
  struct Row {
    const char* metric;
    const char* period;
    double value;
    const char* words;
  };
  for (const Row& row :
       std::vector<Row>{{"ae_four_hour_all", "2024-03", 74.345261, "74.3 %"},
                        {"ae_four_hour_all", "2022-12", 65.202721, "65.2 %"},
                        {"ae_four_hour_type1", "2024-03", 60.899884, "60.9 %"},
                        {"ae_twelve_hour_waits", "2024-03", 42'972, "42,972 patients"},
                        {"ae_attendances_total", "2024-03", 2'370'221, "2,370,221 attendances"},
                        {"ae_emergency_admissions", "2024-03", 567'456, "567,456 admissions"}}) {
    const auto question = Loaded(Value(row.metric, kNation, row.period));
    const auto answer = demo_.Ask<GetMetricValueResponse>(kAnalyst, question);
    EXPECT_NEAR(answer.value().value(), row.value, 5e-7) << row.metric << " " << row.period;
    EXPECT_THAT(demo_.As(kAnalyst, question),
                AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(row.words))));
  }
}

TEST_F(MetricsTest, ValuesAreExactSumsOfTheFilesFigures) {
  const DemoFile file = DemoFile::Of("2024-03");
  FourHours icb = FourHoursOf(file, kIcbProvider);
  const FourHours other = FourHoursOf(file, kOtherIcbProvider);
  icb.within += other.within;
  icb.all += other.all;
  struct Row {
    const char* organisation;
    FourHours expected;
  };
  for (const Row& row : std::vector<Row>{{kIcbProvider, FourHoursOf(file, kIcbProvider)},
                                         {kIcb, icb},
                                         {kNation, FourHoursOfEngland(file)}}) {
    const auto value =
        demo_.Ask<GetMetricValueResponse>(kAnalyst, Value(kFourHours, row.organisation, "2024-03"))
            .value();
    EXPECT_EQ(value.numerator(), absl::StrCat(row.expected.within)) << row.organisation;
    EXPECT_EQ(value.denominator(), absl::StrCat(row.expected.all)) << row.organisation;
    EXPECT_DOUBLE_EQ(value.value(), row.expected.percent());
    EXPECT_EQ(value.display(), absl::StrFormat("%.1f %%", row.expected.percent()));
  }
}

TEST_F(MetricsTest, AllOrganisationsOfAType) {
  // 42 ICBs began on 1 July 2022; regions were there before. Their figures add up to England's.
  struct Row {
    const char* type;
    const char* period;
    int count, with_value;
  };
  for (const Row& row : std::vector<Row>{{"icb", "2024-03", 42, 42},
                                         {"icb", "2022-06", 42, 0},
                                         {"region", "2022-06", 7, 7},
                                         {"Region", "2024-03", 7, 7}}) {
    const auto question =
        Loaded({"metrics", kFourHours, "--type", row.type, "--period", row.period});
    const auto list = demo_.Ask<ListMetricValuesResponse>(kAnalyst, question);
    EXPECT_EQ(list.values_size(), row.count);
    int with_value = 0;
    int64_t all = 0;
    for (const auto& value : list.values()) {
      with_value += value.state() == metrics::v1::VALUE_STATE_VALUE ? 1 : 0;
      int64_t part = 0;
      if (absl::SimpleAtoi(value.denominator(), &part)) all += part;
    }
    EXPECT_EQ(with_value, row.with_value) << row.type << " " << row.period;
    const int64_t england = FourHoursOfEngland(DemoFile::Of(row.period)).all;
    if (row.count == 7) {
      EXPECT_EQ(all, england);
    }
    EXPECT_THAT(demo_.As(kAnalyst, question).out,
                AllOf(HasSubstr(absl::StrCat("\n", row.count, " organisations. Position: ")),
                      HasSubstr(row.with_value > 0 ? " providers" : "not applicable")));
  }
}

TEST_F(MetricsTest, LeagueTablesAreThoseOfTheFiles) {
  struct Row {
    const char* period;
    uint32_t count;
    double first, median, third;  // From the published files, at three decimals.
  };
  for (const Row& row : std::vector<Row>{{"2024-03", 122, 66.981, 72.844, 77.149},
                                         {"2023-04", 109, 66.201, 71.420, 76.198},
                                         {"2022-12", 110, 53.503, 60.458, 67.958}}) {
    const auto question = Loaded({"league", kFourHours, "--period", row.period});
    const auto league = demo_.Ask<GetLeagueTableResponse>(kAnalyst, question);
    EXPECT_EQ(league.count(), row.count);
    EXPECT_NEAR(league.first_quartile(), row.first, 0.0005);
    EXPECT_NEAR(league.median(), row.median, 0.0005);
    EXPECT_NEAR(league.third_quartile(), row.third, 0.0005);
    const DemoFile file = DemoFile::Of(row.period);
    const std::vector<Ranked> own = LeagueOf(file);
    ASSERT_EQ(own.size(), row.count);
    ASSERT_EQ(league.rows_size(), static_cast<int>(row.count));
    std::vector<double> values;
    for (size_t i = 0; i < own.size(); ++i) {
      const auto& ranked = league.rows(static_cast<int>(i));
      EXPECT_EQ(ranked.value().organisation(), own[i].organisation) << row.period << " " << i;
      EXPECT_DOUBLE_EQ(ranked.value().value(), own[i].percent);
      const bool tie = i > 0 && own[i].percent == own[i - 1].percent;
      if (!tie) {
        EXPECT_EQ(ranked.rank(), i + 1);
      }
      values.push_back(own[i].percent);
    }
    EXPECT_NEAR(league.first_quartile(), QuantileOf(values, 0.25), 1e-9);
    EXPECT_NEAR(league.third_quartile(), QuantileOf(values, 0.75), 1e-9);
    // Nobody is left out without a reason.
    std::set<std::string> named;
    for (const Ranked& ranked : own) named.insert(ranked.organisation);
    for (const auto& exclusion : league.exclusions()) {
      EXPECT_TRUE(named.insert(exclusion.organisation()).second) << exclusion.organisation();
      EXPECT_NE(exclusion.reason(), "") << exclusion.organisation();
    }
    for (const DemoFile::Row& sent : file.rows()) {
      EXPECT_EQ(named.count(sent.front()), 1u) << sent.front();
    }
    const ClientRun words = demo_.As(kAnalyst, question);
    EXPECT_THAT(words, ExitedWith(0));
    EXPECT_THAT(words.out, HasSubstr(absl::StrFormat(
                               "%d providers ranked; first quartile %.3f, median %.3f, third "
                               "quartile %.3f %%; national standard 95 %%",
                               row.count, row.first, row.median, row.third)));
    EXPECT_THAT(words.out, ContainsRegex(absl::StrCat("\n +1  ", own[0].organisation, " ")));
    EXPECT_THAT(words.out, ContainsRegex(absl::StrCat("\n +", own.size(), "  ",
                                                      own.back().organisation, " ")));
  }
}

TEST_F(MetricsTest, OnlyTheBestOfALeagueTable) {
  const ClientRun run =
      demo_.As(kAnalyst, Loaded({"league", kFourHours, "--period", "2024-03", "--top", "3"}));
  const std::vector<Ranked> own = LeagueOf(DemoFile::Of("2024-03"));
  EXPECT_THAT(run.out,
              AllOf(HasSubstr(own[2].organisation + "  "), HasSubstr("The best 3 of 122 shown.")));
  EXPECT_THAT(run.out, ::testing::Not(ContainsRegex(absl::StrCat("\n +4  "))));
}

TEST_F(MetricsTest, ATrendHasItsLimitsAndIcons) {
  std::vector<double> values;
  for (const std::string& period : DemoPeriods()) {
    values.push_back(FourHoursOfEngland(DemoFile::Of(period)).percent());
  }
  const Limits limits = LimitsOf(values);
  const auto question = Loaded({"trend", kFourHours, "--organisation", kNation});
  const auto trend = demo_.Ask<GetTrendResponse>(kAnalyst, question);
  ASSERT_EQ(trend.points_size(), 24);
  for (size_t i = 0; i < values.size(); ++i) {
    const auto& point = trend.points(static_cast<int>(i));
    EXPECT_EQ(point.period(), DemoPeriods()[i]);
    EXPECT_DOUBLE_EQ(point.value(), values[i]);
    EXPECT_NEAR(point.mean(), limits.mean, 1e-9);
    EXPECT_NEAR(point.lower_limit(), limits.lower, 1e-9);
    EXPECT_NEAR(point.upper_limit(), limits.upper, 1e-9);
  }
  EXPECT_FALSE(trend.trial_limits());
  // The standard of 95 % lies above the upper limit, so it is never met.
  ASSERT_LT(limits.upper, 95);
  EXPECT_EQ(trend.assurance(), metrics::v1::ASSURANCE_ICON_CONSISTENTLY_FAILS);
  // December 2022 lies below the lower limit.
  ASSERT_LT(values[8], limits.lower);
  EXPECT_EQ(trend.points(8).signal(), -1);
  const ClientRun words = demo_.As(kAnalyst, question);
  EXPECT_THAT(words, ExitedWith(0));
  EXPECT_THAT(words.out,
              AllOf(HasSubstr("┄ process limits"), HasSubstr("F consistently fails"),
                    HasSubstr("Variation: "), ContainsRegex("2022-12 .*▼ concern"),
                    ContainsRegex(absl::StrFormat("2024-03 +74.3 %% +%.1f +%.1f +%.1f",
                                                  limits.lower, limits.mean, limits.upper))));
}

TEST_F(MetricsTest, AShortTrendHasTrialLimits) {
  const auto question = Loaded({"trend", kFourHours, "--organisation", kIcbProvider, "--from",
                                "2023-04", "--to", "2024-03"});
  EXPECT_TRUE(demo_.Ask<GetTrendResponse>(kAnalyst, question).trial_limits());
  EXPECT_THAT(demo_.As(kAnalyst, question).out, HasSubstr("fewer than 13 points"));
}

TEST_F(MetricsTest, ReadsWhatWasJustWrittenAndWhatWasBefore) {
  DemoFile file = DemoFile::Of("2022-04").Only({kOtherIcbProvider});
  const FourHours before = FourHoursOf(file, kOtherIcbProvider);
  file.Add(kOtherIcbProvider, "ae_attendances|type1|no", 40);
  file.WriteTo(File("revised.csv"));
  const ClientRun submit =
      demo_.As(kLoader, demo_.Submit({File("revised.csv")}, {"--position-file", File("position")}));
  ASSERT_THAT(submit, ExitedWith(0));
  const std::string position(absl::StripAsciiWhitespace(ReadWholeFile(File("position"))));
  // The moment of the load's last fact.
  const auto load = JsonMessage<returns::v1::SubmitReturnFileResponse>(
      FromJson<google::protobuf::Struct>(demo_.first_submit().out), {"files", "23", "answer"});
  const std::string moment = google::protobuf::util::TimeUtil::ToString(load.receipt().time());
  struct Row {
    std::vector<std::string> options;
    int64_t within;
  };
  for (const Row& row : std::vector<Row>{{{"--at-least", position}, before.within + 40},
                                         {{"--as-of", position}, before.within + 40},
                                         {{"--as-of", demo_.loaded()}, before.within},
                                         {{"--as-of", moment}, before.within}}) {
    auto question = Value(kFourHours, kOtherIcbProvider, "2022-04");
    question.insert(question.end(), row.options.begin(), row.options.end());
    EXPECT_EQ(demo_.Ask<GetMetricValueResponse>(kAnalyst, question).value().numerator(),
              absl::StrCat(row.within))
        << absl::StrJoin(row.options, " ");
  }
}

TEST_F(MetricsTest, WhatCannotBeAnswered) {
  Position ahead;
  ahead.Set("ingestion", {1, 1'000'000'000});
  struct Row {
    std::vector<std::string> arguments;
    int exit_code;
    std::vector<std::string> words;
  };
  const auto value = Value(kFourHours, kNation, "2024-03");
  const auto with = [](std::vector<std::string> arguments, const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  for (const Row& row :
       std::vector<Row>{{{"metrics", kFourHours}, 2, {"--organisation X24 --period 2024-03"}},
                        {with(value, {"--type", "icb"}), 2, {"either an organisation or a type"}},
                        {{"metrics", kFourHours, "--type", "shire", "--period", "2024-03"},
                         2,
                         {"\"shire\" is no type", "provider, icb, region"}},
                        {Value("nothing", kNation, "2024-03"), 4, {"no metric \"nothing\""}},
                        {Value(kFourHours, "ZZZ99", "2024-03"), 4, {"no organisation \"ZZZ99\""}},
                        {Value(kFourHours, kNation, "2024-13"), 1, {"month 13 does not exist"}},
                        {Value(kFourHours, kNation, "2024-3"),
                         1,
                         {"\"period\" cannot be read: not a period: after the year"}},
                        {with(value, {"--as-of", "yesterday"}),
                         2,
                         {"\"yesterday\" is no position", "2024-05-01T09:00:00Z"}},
                        {with(value, {"--at-least", "now"}), 2, {"\"now\" is no position"}},
                        {{"watch", "metrics", "nothing"}, 4, {"no metric \"nothing\""}},
                        {with(value, {"--as-of", "2024-03-01T25:00:00Z"}),
                         2,
                         {"--as-of", "2024-05-01T09:00:00Z"}},
                        {with(value, {"--as-of", "2020-01-01T00:00:00Z"}), 4, {"at this position"}},
                        {with(value, {"--as-of", ahead.ToString()}), 1, {"POSITION_AHEAD"}},
                        {with(value, {"--at-least", ahead.ToString(), "--timeout", "0.3"}),
                         3,
                         {"what to do: "}}}) {
    const ClientRun run = demo_.As(kAnalyst, row.arguments);
    EXPECT_THAT(run, ExitedWith(row.exit_code)) << absl::StrJoin(row.arguments, " ");
    for (const std::string& words : row.words) EXPECT_THAT(run.err, HasSubstr(words));
  }
}

}  // namespace
}  // namespace onereturn
