#include "tests/e2e/ward.h"

#include <fstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "common/status/testing/status_matchers.h"
#include "tests/e2e/demo_file.h"
#include "tests/harness/day_ahead.h"

namespace onereturn {
namespace {

constexpr char kWard[] = R"(
organisations { code: "X24" display_name: "Body" type: ORGANISATION_TYPE_NATIONAL_BODY }
organisations { code: "Y63" display_name: "Body" type: ORGANISATION_TYPE_NATIONAL_BODY }
organisations { code: "Y60" display_name: "Region" type: ORGANISATION_TYPE_REGION }
organisations {
  code: "RLQ" display_name: "Trust" type: ORGANISATION_TYPE_PROVIDER
  relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_REGION parent: "Y60" from_date: "2020-04-01" lead: true }
}
organisations {
  code: "RWP" display_name: "Trust" type: ORGANISATION_TYPE_PROVIDER
  relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_REGION parent: "Y60" from_date: "2020-04-01" lead: true }
}
items {
  code: "admissions" display_name: "Admissions" concept_text: "Patients who were admitted." unit: "patients"
  additive_over_organisations: true additive_over_time: true essential: true
}
items {
  code: "stays" display_name: "Stays" concept_text: "Nights that patients stayed." unit: "nights"
  additive_over_organisations: true additive_over_time: true
}
items {
  code: "visits" display_name: "Visits" concept_text: "Visits of patients." unit: "visits"
  additive_over_organisations: true additive_over_time: true
}
collections {
  code: "Ward" display_name: "Ward" period_kind: PERIOD_KIND_MONTH items: "admissions" items: "stays"
  layouts { code: "onereturn-long" display_name: "One row a cell" long {} }
  estimated_minutes { gathering: 60 }
  item_minutes { item: "admissions" minutes { gathering: 11 } }
  item_minutes { item: "stays" minutes { transmission: 7 } }
}
collections {
  code: "Timed" display_name: "Timed" period_kind: PERIOD_KIND_MONTH items: "visits"
  estimated_minutes { gathering: 53 }
  item_minutes { item: "visits" minutes { gathering: 3 } }
  frames { organisation: "RLQ" from_period: "2025-05" }
  window {
    calendar: "england" from_period: "2025-05" open_working_day: 1 due_working_day: 2
    due_time_of_day: "17:00:00" refresh_working_day: 5 close_working_day: 8
  }
}
request_rules {
  code: "made-up" near_duplicate_from: 450 challenge_days: 10 review_days: 30 unused_periods: 2
  notice { change_class: CHANGE_CLASS_EXISTING_ITEMS days: 17 }
  pay_bands { lens: "gathering" band: "six" pence_an_hour: 1200 }
  budgets { body: "X24" minutes_a_year: 50 }
  clash_minutes_a_week: 70 capacity_minutes_a_week: 300 source: "made up for tests"
})";

}  // namespace

void WardTest::SetUp() {
  suite_ = Deployment::Create({.submitters = {"RLQ", "RWP"}}).value();
  ASSERT_THAT(suite_->Start("ingestion"), IsOk());
  ASSERT_THAT(As(kSteward, {"apply", SourcePath("deploy/england/calendar.textproto"),
                            Write("ward.textproto", kWard)}),
              ExitedWith(0));
  ASSERT_THAT(Send("RLQ", "2025-04", "40", "4"), ExitedWith(0));
  ASSERT_THAT(Send("RLQ", "2025-05", "50", "5"), ExitedWith(0));
  ASSERT_THAT(Send("RWP", "2025-04", "60", "6"), ExitedWith(0));
}

ClientRun WardTest::As(absl::string_view persona, std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--profile", suite_->ProfileOf(persona).value()});
  return RunClient({std::move(arguments)});
}

ClientRun WardTest::Ask(absl::string_view persona, std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "request");
  return As(persona, std::move(arguments));
}

std::string WardTest::Write(const std::string& name, const std::string& text) const {
  std::ofstream(File(name), std::ios::binary) << text;
  return File(name);
}

ClientRun WardTest::Send(const std::string& organisation, const std::string& period,
                         const std::string& admissions, const std::string& stays,
                         std::vector<std::string> more) const {
  const std::string row = absl::StrCat(organisation, ",", period, ",");
  std::string rows = absl::StrCat("organisation,period,item,value,null_reason\n", row,
                                  "admissions,", admissions, ",\n");
  if (!stays.empty()) absl::StrAppend(&rows, row, "stays,", stays, ",\n");
  more.insert(more.begin(), {"submit", Write("rows.csv", rows), "--collection", "Ward", "--layout",
                             "onereturn-long"});
  return As(Submitter(organisation), std::move(more));
}

std::string WardTest::Draft(const std::vector<std::string>& items, bool standing,
                            const std::string& title) const {
  std::string text = absl::StrCat(R"(
      requesting_body: "X24" sponsor: "Director of wards" title: ")",
                                  title, R"(" product: "Ward review"
      purpose: PURPOSE_EVALUATING_TRENDS legal_basis: "Section 259" planned_use: "to see wards"
      organisations: "RLQ" organisations: "RWP" from_period: "2025-04" to_period: "2025-05"
      due_date: ")",
                                  DayAhead(300), R"(" expiry: ")", DayAhead(600), "\"\n");
  if (standing) absl::StrAppend(&text, "standing: true\n");
  for (const std::string& item : items) absl::StrAppend(&text, "lines { item: \"", item, "\" }\n");
  EXPECT_THAT(
      Ask(kRequester, {"draft", Write("request.textproto", text), "--name-file", File("named")}),
      ExitedWith(0));
  const std::string name(absl::StripAsciiWhitespace(ReadWholeFile(File("named"))));
  return name.substr(name.find('/') + 1);
}

void WardTest::Approve(const std::string& reference) const {
  ASSERT_THAT(Ask(kRequester, {"match", reference}), ExitedWith(0));
  ASSERT_THAT(Ask(kRequester, {"consult", reference, "--close", "--without-all-replies", "--reason",
                               "the season begins"}),
              ExitedWith(0));
  ASSERT_THAT(Ask(kDecider, {"approve", reference, "--reason", "worth its hours"}), ExitedWith(0));
}

std::string WardTest::Issued(const std::vector<std::string>& items, bool standing) const {
  const std::string reference = Draft(items, standing);
  Approve(reference);
  EXPECT_THAT(Ask(kRequester, {"issue", reference}), ExitedWith(0));
  return reference;
}

}  // namespace onereturn
