// A month of one returns officer, beside three services: a template, faults, a return that comes
// late by an extension, the second person's signature, a refresh, what it changed, and what was
// held before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/clock/clock.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/returns/v1/returns_service.pb.h"
#include "onereturn/returns/v1/sign_off_service.pb.h"
#include "tests/e2e/client_run.h"
#include "tests/e2e/demo_file.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kApprover = kNewcomer;

// The window of August 2026 is over, whenever this is read.
constexpr char kClinic[] = R"(
organisations { code: "RLQ" display_name: "Wye Valley" type: ORGANISATION_TYPE_PROVIDER }
items {
  code: "clinic_seen" display_name: "Seen" concept_text: "Patients seen" unit: "patients"
  additive_over_organisations: true additive_over_time: true
}
items {
  code: "clinic_late" display_name: "Seen late" concept_text: "Patients seen late" unit: "patients"
  additive_over_organisations: true additive_over_time: true
}
collections {
  code: "CLINIC" display_name: "Clinics, monthly" period_kind: PERIOD_KIND_MONTH
  items: "clinic_seen" items: "clinic_late"
  frames { organisation: "RLQ" from_period: "2026-08" }
  sign_off_levels: 1
  asks_revision_reason: true
  rules {
    code: "CL1" severity: SEVERITY_ERROR expression: "clinic_late <= clinic_seen"
    message: "More were seen late than were seen." suggestion: "Count again."
  }
  layouts { code: "long" display_name: "One row a figure" long { } }
  window {
    calendar: "england" from_period: "2026-08" open_working_day: 1
    due_working_day: 2 due_time_of_day: "17:00:00" close_working_day: 3
  }
}
)";

class DayInTheLifeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    DeploymentOptions options;
    options.submitters = {"RLQ"};
    options.adjust_rights = [](config::v1::RightsFile* rights) {
      config::v1::Principal* approver = rights->add_principals();
      approver->set_spiffe_id(Deployment::SpiffeIdOf(kApprover));
      approver->set_role(rights::v1::ROLE_APPROVER);
      approver->set_organisation("RLQ");
    };
    suite_ = Deployment::Create(std::move(options)).value();
    for (const std::string& service : Deployment::Services()) {
      ASSERT_THAT(suite_->Start(service), IsOk());
    }
    const std::string file = suite_->File("clinic.textproto");
    std::ofstream(file) << kClinic;
    const std::string days =
        absl::StrCat(ONERETURN_SOURCE_FOLDER, "/deploy/england/calendar.textproto");
    ASSERT_THAT(As(kSteward, {"apply", days, file}), ExitedWith(0));
  }

  ClientRun As(const std::string& persona, std::vector<std::string> arguments) {
    return RunClient({std::move(arguments), suite_->ProfileOf(persona).value()});
  }
  ClientRun Officer(std::vector<std::string> arguments) {
    return As(Submitter("RLQ"), std::move(arguments));
  }
  // Of the one return this is about.
  static std::vector<std::string> About(std::vector<std::string> command,
                                        const std::vector<std::string>& more = {}) {
    command.insert(command.end(), {"RLQ", "--collection", "CLINIC", "--period", "2026-08"});
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }
  ClientRun Submit(const std::string& file, const std::vector<std::string>& more = {}) {
    std::vector<std::string> command = {"submit", file,       "--collection",
                                        "CLINIC", "--layout", "long"};
    command.insert(command.end(), more.begin(), more.end());
    return Officer(std::move(command));
  }
  // The template with these two figures.
  std::string Filled(const std::string& name, const std::string& seen, const std::string& late) {
    const std::string path = suite_->File(name);
    std::ofstream(path) << absl::StrReplaceAll(
        template_, {{"clinic_seen,,,", absl::StrCat("clinic_seen,", seen, ",,")},
                    {"clinic_late,,,", absl::StrCat("clinic_late,", late, ",,")}});
    return path;
  }
  // The approver reads what waits, and signs exactly that.
  ClientRun SignWhatWaits() {
    const ClientRun shown = As(kApprover, About({"sign"}));
    EXPECT_THAT(shown, ExitedWith(0));
    const size_t at = shown.out.find("--hash ");
    EXPECT_NE(at, std::string::npos) << shown.out;
    const std::string hash =
        shown.out.substr(at + 7, shown.out.find_first_of(" \n", at + 7) - (at + 7));
    EXPECT_THAT(Officer(About({"sign"}, {"--hash", hash})), Not(ExitedWith(0)))
        << "who submitted does not sign";
    return As(kApprover, About({"sign"}, {"--hash", hash}));
  }
  // The scheduler looks each second.
  void WaitUntilMissing() {
    constexpr int kTurns = 150;
    for (int turn = 0; turn < kTurns; ++turn) {
      if (As(kAnalyst, {"completeness", "CLINIC", "2026-08"}).out.find("MISSING") !=
          std::string::npos) {
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    FAIL() << "the window never closed";
  }

  std::unique_ptr<Deployment> suite_;
  std::string template_;
};

TEST_F(DayInTheLifeTest, FromTheTemplateToWhatWasHeldBefore) {
  const std::string path = suite_->File("template.csv");
  const std::string rules = suite_->File("rules.pack");
  ASSERT_THAT(Officer(About({"template"}, {"--out", path, "--rules", rules})), ExitedWith(0));
  template_ = ReadWholeFile(path);

  // Faults, seen before anything is sent.
  EXPECT_THAT(Officer({"check", Filled("faulty.csv", "10", "12"), "--rules", rules}),
              AllOf(ExitedWith(1),
                    Field(&ClientRun::out, AllOf(HasSubstr("CL1"), HasSubstr("Count again.")))));
  const std::string mended = Filled("mended.csv", "10", "4");
  EXPECT_THAT(Officer({"check", mended, "--rules", rules}), ExitedWith(0));

  // Too late, until there is an extension.
  WaitUntilMissing();
  EXPECT_THAT(Submit(mended),
              AllOf(Not(ExitedWith(0)), Field(&ClientRun::err, HasSubstr("PERIOD_CLOSED"))));
  constexpr int64_t kDayMicros = int64_t{86'400} * 1'000'000;
  ASSERT_THAT(
      As(kSteward, {"extend", "RLQ", "CLINIC", "2026-08", "--reason", "a new system", "--until",
                    FormatTimestamp(Timestamp{SystemClock().Now().micros + kDayMicros})}),
      ExitedWith(0));
  EXPECT_THAT(Submit(mended),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("1 to be signed"))));
  EXPECT_THAT(As(kAnalyst, {"returns", "--collection", "CLINIC"}),
              Field(&ClientRun::out, HasSubstr("No returns are held")))
      << "nobody else sees what is not signed";

  // Signed by another, and then held.
  EXPECT_THAT(SignWhatWaits(),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("Signed and accepted"))));
  EXPECT_THAT(As(kAnalyst, {"completeness", "CLINIC", "2026-08"}).out, Not(HasSubstr("MISSING")));
  const auto receipt = FromJson<returns::v1::GetReceiptResponse>(
      Officer(About({"returns"}, {"--receipt", "--json"})).out);
  ASSERT_FALSE(receipt.receipt().position().empty());

  // A refresh: opened with a reason, sent with one, signed again.
  const std::string refreshed = Filled("refreshed.csv", "10", "5");
  EXPECT_THAT(Submit(refreshed, {"--reason", "refresh"}),
              AllOf(Not(ExitedWith(0)), Field(&ClientRun::err, HasSubstr("NOT_REOPENED"))));
  ASSERT_THAT(Officer(About({"reopen"}, {"--reason", "late records"})), ExitedWith(0));
  EXPECT_THAT(Submit(refreshed),
              AllOf(Not(ExitedWith(0)), Field(&ClientRun::err, HasSubstr("REVISION_REASON"))));
  ASSERT_THAT(Submit(refreshed, {"--reason", "refresh"}), ExitedWith(0));
  ASSERT_THAT(SignWhatWaits(), ExitedWith(0));

  // What it changed, and what was held before.
  EXPECT_THAT(Officer(About({"diff"})).out, AllOf(HasSubstr("clinic_late"), HasSubstr("4"),
                                                  HasSubstr("5"), Not(HasSubstr("clinic_seen"))));
  const auto late = [&](const std::vector<std::string>& more) {
    std::vector<std::string> wish = {"--cells", "--json"};
    wish.insert(wish.end(), more.begin(), more.end());
    const auto cells =
        FromJson<returns::v1::ListCellsResponse>(Officer(About({"returns"}, wish)).out);
    int64_t found = 0;
    for (const auto& cell : cells.cells()) {
      if (cell.reference().item() == "clinic_late") found = cell.millionths();
    }
    return found / 1'000'000;
  };
  EXPECT_EQ(late({}), 5);
  EXPECT_EQ(late({"--as-of", receipt.receipt().position()}), 4);
}

}  // namespace
}  // namespace onereturn
