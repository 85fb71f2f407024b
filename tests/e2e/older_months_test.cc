// A national loader takes in 36 older months that one open file holds: first the organisations that
// it names, then its figures; the answers are the published ones.
//
// The expected figures were computed from the file and the lists of organisations apart from the
// project, in exact integers.
#include <cstdio>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/testing/published_data.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/metrics/v1/metrics_service.pb.h"
#include "onereturn/returns/v1/returns_service.pb.h"
#include "tests/e2e/client_run.h"
#include "tests/e2e/demo_file.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using metrics::v1::GetLeagueTableResponse;
using metrics::v1::GetMetricValueResponse;
using metrics::v1::GetTrendResponse;
using metrics::v1::ListMetricValuesResponse;
using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;

constexpr char kMarch[] = "2019-03";
constexpr char kEngland[] = "X24";

class OlderMonthsTest : public PublishedDataTest {
 protected:
  OlderMonthsTest() : PublishedDataTest("ae_attendances.csv") {}

  void SetUp() override {
    PublishedDataTest::SetUp();
    if (!HasData()) return;
    ASSERT_THAT(suite_->Start("ingestion"), IsOk());
    ASSERT_THAT(suite_->Start("metrics"), IsOk());
    std::vector<std::string> apply = {"apply"};
    for (const char* name : {"calendar", "organisations", "items", "msitae", "metrics"}) {
      apply.push_back(SourcePath(absl::StrCat("deploy/england/", name, ".textproto")));
    }
    ASSERT_THAT(As(kSteward, apply), ExitedWith(0));
  }

  ClientRun As(const char* persona, std::vector<std::string> arguments) {
    return RunClient({std::move(arguments), suite_->ProfileOf(persona).value()});
  }
  // With --json, at or after the load.
  template <typename Message>
  Message Ask(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "--at-least", loaded_});
    const ClientRun run = As(kAnalyst, std::move(arguments));
    EXPECT_THAT(run, ExitedWith(0));
    return FromJson<Message>(run.out);
  }

  std::vector<std::string> Submit(const std::vector<std::string>& options) const {
    std::vector<std::string> arguments = {"submit", file_,      "--collection",
                                          "MSitAE", "--layout", "months-by-type"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return arguments;
  }
  std::vector<std::string> OrganisationsTo(const std::string& out) const {
    return {"catalogue",
            "organisations-of",
            file_,
            "--collection",
            "MSitAE",
            "--layout",
            "months-by-type",
            "--nation",
            "X24",
            "--from",
            "2016-04-01",
            "--out",
            out};
  }
  void LoadOrganisations();
  void LoadFigures();
  void ExpectWhatIsMissingIsNoZero();
  void ExpectEnglandAsPublished();
  void ExpectTheQuartilesOfAllTypes();
  void ExpectIcbsAndRegionsOnlyRestated();

  metrics::v1::MetricValue Value(const std::string& metric, const std::string& organisation,
                                 const std::string& period,
                                 const std::vector<std::string>& more = {}) {
    std::vector<std::string> question = {"metrics",    metric,     "--organisation",
                                         organisation, "--period", period};
    question.insert(question.end(), more.begin(), more.end());
    return Ask<GetMetricValueResponse>(std::move(question)).value();
  }
  std::set<metrics::v1::ValueState> StatesOf(const std::string& type,
                                             const std::vector<std::string>& more = {}) {
    std::vector<std::string> question = {"metrics", "ae_four_hour_all", "--type",
                                         type,      "--period",         kMarch};
    question.insert(question.end(), more.begin(), more.end());
    std::set<metrics::v1::ValueState> states;
    const auto list = Ask<ListMetricValuesResponse>(std::move(question));
    for (const auto& value : list.values()) states.insert(value.state());
    return states;
  }

  const std::unique_ptr<Deployment> suite_ = Deployment::Create().value();
  const std::string file_ = PublishedDataFolder() + "/ae_attendances.csv";
  std::string loaded_;  // Position.
};

void OlderMonthsTest::LoadOrganisations() {
  const ClientRun unknown = As(kLoader, Submit({"--period", kMarch, "--validate-only"}));
  EXPECT_THAT(unknown, AllOf(ExitedWith(1), Field(&ClientRun::out, HasSubstr("ODS_UNKNOWN"))));
  const std::string file = suite_->File("older.textproto");
  const ClientRun written = As(kSteward, OrganisationsTo(file));
  EXPECT_THAT(written,
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("274 organisations in ")),
                    Field(&ClientRun::out, HasSubstr("185 known already, 89 written"))));
  EXPECT_THAT(ReadWholeFile(file),
              AllOf(HasSubstr("type: ORGANISATION_TYPE_UNKNOWN"), HasSubstr("no ICB recorded")));
  ASSERT_THAT(As(kSteward, {"apply", file}), ExitedWith(0));
  EXPECT_THAT(As(kSteward, OrganisationsTo(suite_->File("none.textproto"))).out,
              HasSubstr("274 known already, 0 written"));
}

void OlderMonthsTest::LoadFigures() {
  EXPECT_THAT(As(kLoader, Submit({})).err, HasSubstr("FILE_PERIOD"));
  const std::string position = suite_->File("position");
  const ClientRun run =
      As(kLoader, Submit({"--period", "2016-04..2019-03", "--position-file", position}));
  ASSERT_THAT(run, ExitedWith(0));
  const size_t summary = run.out.find("36 periods in ");
  ASSERT_NE(summary, std::string::npos) << run.out;
  std::printf("%s\n", run.out.substr(summary, run.out.find('\n', summary) - summary).c_str());
  EXPECT_THAT(run.out.substr(summary), HasSubstr("8,298 returns stored, 0 as held, 0 refused"));
  loaded_ = std::string(absl::StripAsciiWhitespace(ReadWholeFile(position)));
}

// What the file lacks is not collected, and a department type without a row had nobody.
void OlderMonthsTest::ExpectWhatIsMissingIsNoZero() {
  const auto cells = Ask<returns::v1::ListCellsResponse>(
      {"returns", "RVW", "--collection", "MSitAE", "--period", kMarch, "--cells"});
  EXPECT_EQ(cells.cells_size(), 18);
  int not_collected = 0;
  std::map<std::string, int64_t> attendances;  // By department.
  for (const auto& cell : cells.cells()) {
    not_collected += cell.null_reason() == common::v1::NULL_REASON_NOT_COLLECTED ? 1 : 0;
    if (cell.reference().item() != "ae_attendances" || cell.has_null_reason()) continue;
    for (const auto& one : cell.reference().dimensions()) {
      if (one.dimension() == "department") attendances[one.value()] = cell.millionths() / 1'000'000;
    }
  }
  EXPECT_EQ(not_collected, 9);
  EXPECT_EQ(attendances,
            (std::map<std::string, int64_t>{{"other", 11'138}, {"type1", 3'784}, {"type2", 0}}));
}

void OlderMonthsTest::ExpectEnglandAsPublished() {
  struct Row {
    const char* metric;
    const char* period;
    const char* numerator;
    const char* denominator;
    double percent;
  };
  for (const Row& row :
       std::vector<Row>{{"ae_four_hour_all", kMarch, "1877191", "2167550", 86.604277},
                        {"ae_four_hour_type1", kMarch, "1091394", "1373060", 79.486257},
                        {"ae_four_hour_all", "2017-12", "1703061", "2003954", 84.985035},
                        {"ae_four_hour_all", "2016-04", "1681659", "1867781", 90.035127}}) {
    SCOPED_TRACE(absl::StrCat(row.metric, " ", row.period));
    const metrics::v1::MetricValue value = Value(row.metric, kEngland, row.period);
    EXPECT_EQ(value.numerator(), row.numerator);
    EXPECT_EQ(value.denominator(), row.denominator);
    EXPECT_NEAR(value.value(), row.percent, 5e-7);
    EXPECT_EQ(value.hierarchy_date(), "");
  }
}

void OlderMonthsTest::ExpectTheQuartilesOfAllTypes() {
  const auto league =
      Ask<GetLeagueTableResponse>({"league", "ae_four_hour_all", "--period", kMarch});
  EXPECT_EQ(league.count(), 134u);
  EXPECT_NEAR(league.first_quartile(), 80.449, 0.0005);
  EXPECT_NEAR(league.median(), 84.359, 0.0005);
  EXPECT_NEAR(league.third_quartile(), 89.386, 0.0005);
  ASSERT_EQ(league.rows_size(), 134);
  EXPECT_EQ(league.rows(0).value().organisation(), "RVW");
  EXPECT_NEAR(league.rows(0).value().value(), 97.768, 0.0005);
  EXPECT_EQ(league.rows(133).value().organisation(), "RX1");
  EXPECT_NEAR(league.rows(133).value().value(), 64.220, 0.0005);
}

// There were neither these regions nor ICBs: their figures are those of a day that is named. That
// of the lists that the map was made of is March 2024.
void OlderMonthsTest::ExpectIcbsAndRegionsOnlyRestated() {
  const std::set<metrics::v1::ValueState> none = {metrics::v1::VALUE_STATE_NOT_APPLICABLE};
  const std::set<metrics::v1::ValueState> values = {metrics::v1::VALUE_STATE_VALUE};
  EXPECT_EQ(StatesOf("icb"), none);
  EXPECT_EQ(StatesOf("region"), none);
  EXPECT_EQ(StatesOf("icb", {"--hierarchy-date", "2022-06-30"}), none);
  EXPECT_EQ(StatesOf("region", {"--hierarchy-date", "2022-06-30"}), values);
  const std::vector<std::string> restated = {"--hierarchy-date", "2024-03-31"};
  struct Row {
    const char* organisation;
    const char* numerator;
    const char* denominator;
  };
  for (const Row& row : std::vector<Row>{{"Y56", "383278", "439266"},
                                         {"Y58", "122757", "141440"},
                                         {"QGH", "17560", "22103"},
                                         {"QWO", "64714", "74474"},
                                         {kEngland, "1877191", "2167550"}}) {
    SCOPED_TRACE(row.organisation);
    const metrics::v1::MetricValue value =
        Value("ae_four_hour_all", row.organisation, kMarch, restated);
    EXPECT_EQ(value.numerator(), row.numerator);
    EXPECT_EQ(value.denominator(), row.denominator);
    EXPECT_EQ(value.hierarchy_date(), "2024-03-31");
  }
  EXPECT_EQ(Value("ae_four_hour_all", "RVW", kMarch, restated).hierarchy_date(), "");

  std::vector<std::string> trend = {"trend", "ae_four_hour_all", "--organisation", "QGH"};
  EXPECT_EQ(Ask<GetTrendResponse>(trend).points_size(), 0);
  trend.insert(trend.end(), restated.begin(), restated.end());
  const auto chart = Ask<GetTrendResponse>(trend);
  EXPECT_EQ(chart.points_size(), 36);
  EXPECT_EQ(chart.hierarchy_date(), "2024-03-31");

  std::vector<std::string> regions = {"metrics", "ae_four_hour_all", "--type", "region", "--period",
                                      kMarch,    "--hierarchy-date"};
  regions.push_back("2024-03-31");
  EXPECT_THAT(As(kAnalyst, regions).out, HasSubstr("restated by the hierarchy of 2024-03-31"));
  regions.back() = "31 March";
  EXPECT_THAT(As(kAnalyst, regions).err, HasSubstr("hierarchy_date"));
}

TEST_F(OlderMonthsTest, AreEnglandsAndTheirProvidersAndNobodyElses) {
  ASSERT_NO_FATAL_FAILURE(LoadOrganisations());
  ASSERT_NO_FATAL_FAILURE(LoadFigures());
  ExpectWhatIsMissingIsNoZero();
  ExpectEnglandAsPublished();
  ExpectTheQuartilesOfAllTypes();
  ExpectIcbsAndRegionsOnlyRestated();
}

}  // namespace
}  // namespace onereturn
