// `calendar`, `completeness`, `extend`, `extensions`, `revoke-extension` and `watch reminders`,
// beside a service of their own: its scheduler closes the first quarter of 2026 once the collection
// is defined.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/status/testing/status_matchers.h"
#include "tests/e2e/client_run.h"
#include "tests/e2e/demo_file.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kBeds[] = R"(
organisations { code: "RLQ" display_name: "Wye Valley" type: ORGANISATION_TYPE_PROVIDER }
items {
  code: "beds" display_name: "Beds" concept_text: "Beds" unit: "beds"
  additive_over_organisations: true
}
collections {
  code: "BEDS" display_name: "Beds, quarterly" period_kind: PERIOD_KIND_QUARTER items: "beds"
  frames { organisation: "RLQ" from_period: "2026-Q1" }
  window {
    calendar: "england" from_period: "2026-Q1" open_working_day: 1
    due_working_day: 10 due_time_of_day: "17:00:00" close_working_day: 20
  }
  estimated_minutes { gathering: 80 transmission: 10 }
}
)";

class TimetableE2eTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(suite_->Start("ingestion"), IsOk()); }

  ClientRun As(const char* persona, std::vector<std::string> arguments) {
    return RunClient({std::move(arguments), suite_->ProfileOf(persona).value()});
  }

  const std::unique_ptr<Deployment> suite_ = Deployment::Create({.submitters = {"RLQ"}}).value();
};

TEST_F(TimetableE2eTest, AMissingReturnIsExtendedAndTakenBack) {
  const std::string file = suite_->File("beds.textproto");
  std::ofstream(file) << kBeds;
  const std::string days =
      absl::StrCat(ONERETURN_SOURCE_FOLDER, "/deploy/england/calendar.textproto");
  const ClientRun applied = As(kSteward, {"apply", days, file});
  ASSERT_THAT(applied, ExitedWith(0));
  EXPECT_THAT(applied.out, HasSubstr("1 calendar"));
  EXPECT_THAT(
      As(kAnalyst, {"watch", "reminders", "--organisation", "RLQ", "--after", "0", "--limit", "3"})
          .out,
      AllOf(HasSubstr("2026-Q1  open, due"), HasSubstr("2026-Q1  LATE since"),
            HasSubstr("2026-Q1  MISSING, closed")));
  EXPECT_THAT(As(kAnalyst, {"completeness", "BEDS", "2026-Q1"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("MISSING")),
                    Field(&ClientRun::out, HasSubstr("0 of 1")),
                    Field(&ClientRun::out, HasSubstr("1 missing"))));

  std::vector<std::string> extend = {"extend",   "RLQ",        "BEDS",   "2026-Q1",
                                     "--reason", "a new ward", "--until"};
  auto local = extend;
  local.push_back("2026-10-25T01:30:00");
  EXPECT_THAT(
      As(kSteward, local),
      AllOf(Not(ExitedWith(0)), Field(&ClientRun::err, HasSubstr("neither Z nor an offset"))));
  constexpr int64_t kThreeDaysMicros = int64_t{3} * 86'400 * 1'000'000;
  extend.push_back(FormatTimestamp(Timestamp{SystemClock().Now().micros + kThreeDaysMicros}));
  EXPECT_THAT(As(kAnalyst, extend),
              AllOf(Not(ExitedWith(0)), Field(&ClientRun::err, HasSubstr("CATALOGUE_WRITE"))));
  const std::string name = "organisations/RLQ/returns/BEDS.2026-Q1/extensions/1";
  EXPECT_THAT(As(kSteward, extend), AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(name))));
  EXPECT_THAT(As(kAnalyst, {"completeness", "BEDS", "2026-Q1"}).out,
              AllOf(HasSubstr("extended"), Not(HasSubstr("MISSING"))));
  EXPECT_THAT(As(kAnalyst, {"extensions", "BEDS", "2026-Q1"}).out,
              AllOf(HasSubstr("in force"), HasSubstr("a new ward")));
  EXPECT_THAT(As(kAnalyst, {"calendar", "RLQ", "--weeks", "4"}).out,
              AllOf(HasSubstr("2026-Q1"), HasSubstr("(extended)"), HasSubstr("1:30")));

  EXPECT_THAT(As(kSteward, {"revoke-extension", name, "--reason", "opened late"}), ExitedWith(0));
  EXPECT_THAT(As(kAnalyst, {"completeness", "BEDS", "2026-Q1"}).out, HasSubstr("MISSING"));
  EXPECT_THAT(As(kAnalyst, {"completeness", "BEDS", "2026-Q1", "--json"}).out,
              HasSubstr("STANDING_MISSING"));
}

// A month whose returns were due weeks ago, and are still taken.
TEST_F(TimetableE2eTest, AReturnThatComesLateIsToldSo) {
  const absl::CivilMonth now = absl::ToCivilMonth(absl::Now(), absl::UTCTimeZone());
  const std::string period = absl::FormatCivilTime(now - 2);
  const std::string day = "-01";
  const std::string file = suite_->File("late.textproto");
  std::ofstream(file) << absl::StrCat(
      R"(
calendars {
  code: "weekdays" display_name: "Weekdays" source: "none"
  from_date: ")",
      absl::FormatCivilTime(now - 12), day, R"(" to_date: ")", absl::FormatCivilTime(now + 12), day,
      R"("
}
organisations { code: "RLQ" display_name: "Wye Valley" type: ORGANISATION_TYPE_PROVIDER }
items {
  code: "seen" display_name: "Seen" concept_text: "Seen" unit: "patients"
  additive_over_organisations: true
}
collections {
  code: "SEEN" display_name: "Seen, monthly" period_kind: PERIOD_KIND_MONTH items: "seen"
  frames { organisation: "RLQ" from_period: ")",
      period, R"(" }
  layouts { code: "long" display_name: "Long" long { } }
  window {
    calendar: "weekdays" from_period: ")",
      period, R"(" open_working_day: 1
    due_working_day: 2 due_time_of_day: "17:00:00" close_working_day: 60
  }
}
)");
  ASSERT_THAT(As(kSteward, {"apply", file}), ExitedWith(0));
  EXPECT_THAT(
      As(kAnalyst, {"watch", "reminders", "--organisation", "RLQ", "--after", "0", "--limit", "2"})
          .out,
      HasSubstr("LATE since"));
  const auto send = [&](const char* figure) {
    const std::string path = suite_->File("seen.csv");
    std::ofstream(path) << "organisation,period,item,value\nRLQ," << period << ",seen," << figure
                        << "\n";
    return RunClient({{"submit", path, "--collection", "SEEN", "--layout", "long"},
                      suite_->ProfileOf(Submitter("RLQ")).value()});
  };
  EXPECT_THAT(send("7"), AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("1 stored")),
                               Field(&ClientRun::out, HasSubstr("late: it was due before "))));
  // What changes nothing comes at no time.
  EXPECT_THAT(send("7"), AllOf(ExitedWith(0), Field(&ClientRun::out, Not(HasSubstr("late:")))));
}

}  // namespace
}  // namespace onereturn
