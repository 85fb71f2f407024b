// A month of one returns officer, beside three services: a template, faults, a return that comes
// late by an extension, the second person's signature, a refresh, the notice to who used the old
// figure, what it changed, and what was held before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/clock/clock.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "onereturn/returns/v1/findings_service.pb.h"
#include "onereturn/returns/v1/notice_service.pb.h"
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
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kApprover = kNewcomer;

// The window of August 2026 is over, whenever this is read.
constexpr char kClinic[] = R"(
organisations { code: "QGH" display_name: "Herefordshire" type: ORGANISATION_TYPE_ICB }
organisations {
  code: "RLQ" display_name: "Wye Valley" type: ORGANISATION_TYPE_PROVIDER
  relationships {
    kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: "QGH" from_date: "2022-07-01" lead: true
  }
}
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
  rules {
    code: "CL9" severity: SEVERITY_INFO screen: true expression: "2 * clinic_late != clinic_seen"
    message: "Exactly half were late." suggestion: "Look again."
  }
  layouts { code: "long" display_name: "One row a figure" long { } }
  window {
    calendar: "england" from_period: "2026-08" open_working_day: 1
    due_working_day: 2 due_time_of_day: "17:00:00" close_working_day: 3
  }
}
)";

// What an assessor rests on the figure: the patients seen late, of the seen.
constexpr char kClinicMetric[] = R"(
metrics {
  code: "clinic_late_share" display_name: "Seen late" description: "100 x seen late / seen"
  unit: "%" direction: DIRECTION_LOWER_IS_BETTER collection: "CLINIC" factor: 100 display_digits: 1
  numerator { item: "clinic_late" sign: 1 }
  denominator { item: "clinic_seen" sign: 1 }
}
frameworks {
  code: "clinics" title: "Clinics" rated: true source: "Made up for this test."
  themes { code: "T1" title: "Access" statements { code: "QS1" title: "Seen in time" } }
  evidence_categories: "Outcomes"
  scale { score: 1 title: "Low" }
  scale { score: 2 title: "High" }
  bands { code: "low" title: "Low" from_percent: 0 }
  bands { code: "high" title: "High" from_percent: 75 }
}
)";
constexpr char kClinicAssessment[] = R"(
organisation: "RLQ" framework: "clinics" title: "Clinics, August"
evidence {
  statement: "QS1" category: "Outcomes"
  value { metric: "clinic_late_share" organisation: "RLQ" period: "2026-08" }
}
scores { statement: "QS1" score: 2 rationale: "Few are seen late." }
)";

class DayInTheLifeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    DeploymentOptions options;
    options.submitters = {"RLQ", "QGH"};
    options.adjust_rights = [](config::v1::RightsFile* rights) {
      config::v1::Principal* approver = rights->add_principals();
      approver->set_spiffe_id(Deployment::SpiffeIdOf(kApprover));
      approver->set_role(rights::v1::ROLE_APPROVER);
      approver->set_organisation("RLQ");
      for (config::v1::Principal& one : *rights->mutable_principals()) {
        if (one.organisation() == "QGH") one.set_role(rights::v1::ROLE_APPROVER);
      }
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
  // 5 of 10 were late: the trust says why, its ICB reads it, and nobody else is told.
  void ReplyToWhatLooksUnusual() {
    const auto findings =
        FromJson<returns::v1::ListFindingsResponse>(Officer(About({"findings"}, {"--json"})).out);
    ASSERT_EQ(findings.findings_size(), 1);
    EXPECT_EQ(findings.findings(0).code(), "CL9");
    const std::vector<std::string> reply = {"--reply", findings.findings(0).key(), "--text",
                                            "one clinic a week"};
    EXPECT_THAT(As(kApprover, About({"findings"}, reply)), Not(ExitedWith(0)));
    EXPECT_THAT(As(Submitter("QGH"), About({"findings"}, reply)), Not(ExitedWith(0)));
    ASSERT_THAT(Officer(About({"findings"}, reply)), ExitedWith(0));
    // Said again, as after a lost answer, it is one reply.
    EXPECT_THAT(Officer(About({"findings"}, reply)),
                AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("replied before"))));
    EXPECT_THAT(As(Submitter("QGH"), About({"findings"})),
                AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("one clinic a week"))));
    EXPECT_THAT(As(kAnalyst, About({"findings"})),
                AllOf(ExitedWith(0), Field(&ClientRun::out, Not(HasSubstr("CL9")))));
  }
  // The ICB's approver reads the sums, asks about them, and sees the answer.
  void BeReviewed() {
    const auto review = [](const std::string& step, const std::vector<std::string>& more = {}) {
      std::vector<std::string> command = {"review", step,       "QGH",    "--collection",
                                          "CLINIC", "--period", "2026-08"};
      command.insert(command.end(), more.begin(), more.end());
      return command;
    };
    const std::string commissioner = Submitter("QGH");
    const ClientRun shown = As(commissioner, review("show"));
    EXPECT_THAT(shown, AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("RLQ 10"))));
    const size_t at = shown.out.find("--hash ");
    ASSERT_NE(at, std::string::npos) << shown.out;
    const std::string hash = shown.out.substr(at + 7, 16);
    EXPECT_THAT(Officer({"uses", "RLQ", "--collection", "CLINIC", "--period", "2026-08"}).out,
                HasSubstr("QGH"))
        << "who read the review";
    EXPECT_THAT(As(kAnalyst, review("show")), Not(ExitedWith(0)));
    EXPECT_THAT(Officer(review("show")), Not(ExitedWith(0)));
    const auto query = review("query", {"--hash", hash, "--reason", "more were late", "--ask",
                                        "RLQ=is the evening clinic in it?"});
    ASSERT_THAT(As(commissioner, query), ExitedWith(0));
    // Said again, as after a lost answer, it is one review, and one answer.
    EXPECT_THAT(As(commissioner, query),
                AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("said before"))));
    const ClientRun asked = Officer({"review", "queries", "RLQ", "--unanswered"});
    EXPECT_THAT(asked.out, HasSubstr("is the evening clinic in it?"));
    const std::vector<std::string> answer = {
        "review", "answer", "organisations/RLQ/returns/CLINIC.2026-08/queries/QGH.1", "--text",
        "it is"};
    ASSERT_THAT(Officer(answer), ExitedWith(0));
    EXPECT_THAT(Officer(answer),
                AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("said before"))));
    EXPECT_THAT(As(commissioner, review("show")).out,
                AllOf(HasSubstr("queried"), HasSubstr("it is")));
    EXPECT_THAT(As(commissioner, {"review", "list", "QGH"}).out, HasSubstr("1 of 1"));
    EXPECT_THAT(As(commissioner, review("agree", {"--hash", hash})),
                AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("Review 2"))));
    // Anew it is another step, where that is meant.
    EXPECT_THAT(As(commissioner, review("agree", {"--hash", hash, "--request-id", "again"})),
                AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("Review 3"))));
  }
  // The scheduler opens, cuts and closes the window, in this order.
  void WaitUntilMissing() {
    const ClientRun told = Officer({"watch", "reminders", "--after", "1", "--limit", "3"});
    EXPECT_THAT(told, ExitedWith(0));
    EXPECT_THAT(told.out, HasSubstr("2026-08  MISSING, closed"));
    EXPECT_THAT(As(kAnalyst, {"completeness", "CLINIC", "2026-08"}).out, HasSubstr("MISSING"));
  }
  // The assessor pins the share of the clinic's late patients, and scores it.
  void Assess(const std::string& position) {
    const std::string metric = suite_->File("clinic_metric.textproto");
    std::ofstream(metric) << kClinicMetric;
    ASSERT_THAT(As(kSteward, {"apply", metric}), ExitedWith(0));
    EXPECT_THAT(As(kAssessor, {"metrics", "clinic_late_share", "--organisation", "RLQ", "--period",
                               "2026-08", "--at-least", position}),
                AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("40"))));
    const std::string file = suite_->File("assessment.txtpb");
    std::ofstream(file) << kClinicAssessment;
    ASSERT_THAT(As(kAssessor, {"assess", "load", file}), ExitedWith(0));
  }
  returns::v1::GetReceiptResponse NewestReceipt() {
    return FromJson<returns::v1::GetReceiptResponse>(
        Officer(About({"returns"}, {"--receipt", "--json"})).out);
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
  ASSERT_THAT(Officer(About({"template"}, {"--out", path, "--rules", rules, "--force"})),
              ExitedWith(0));
  EXPECT_THAT(Officer({"check", mended, "--rules", rules}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("by an extension"))));
  EXPECT_THAT(Submit(mended),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("1 to be signed"))));
  EXPECT_THAT(Officer(About({"nil"})),
              AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("wait to be signed"))))
      << "figures that wait are not replaced by zeros unasked";
  EXPECT_THAT(As(kAnalyst, {"returns", "--collection", "CLINIC"}),
              Field(&ClientRun::out, HasSubstr("No returns are held")))
      << "nobody else sees what is not signed";

  // Signed by another, and then held.
  EXPECT_THAT(SignWhatWaits(),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("Signed and accepted"))));
  EXPECT_THAT(As(kAnalyst, {"completeness", "CLINIC", "2026-08"}).out, Not(HasSubstr("MISSING")));
  const auto receipt = NewestReceipt();
  ASSERT_FALSE(receipt.receipt().position().empty());

  // A national body uses the figure, and an assessment rests on it. That is kept at once when the
  // service is stopped.
  EXPECT_THAT(As(kAnalyst, About({"returns"}, {"--cells"})).out, HasSubstr("clinic_late"));
  ASSERT_THAT(suite_->Stop("ingestion"), IsOk());
  ASSERT_THAT(suite_->Start("ingestion"), IsOk());
  Assess(receipt.receipt().position());
  EXPECT_THAT(As(kAnalyst, {"notices"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("was revised since"))));
  RunningClient watch({{"watch", "notices", "--limit", "1"}, suite_->ProfileOf(kAnalyst).value()});

  // A refresh: opened with a reason, sent with one, signed again.
  const std::string refreshed = Filled("refreshed.csv", "10", "5");
  EXPECT_THAT(Submit(refreshed, {"--reason", "refresh"}),
              AllOf(Not(ExitedWith(0)), Field(&ClientRun::err, HasSubstr("NOT_REOPENED"))));
  ASSERT_THAT(Officer(About({"reopen"}, {"--reason", "late records"})), ExitedWith(0));
  EXPECT_THAT(Submit(refreshed),
              AllOf(Not(ExitedWith(0)), Field(&ClientRun::err, HasSubstr("REVISION_REASON"))));
  ASSERT_THAT(Submit(refreshed, {"--reason", "refresh"}), ExitedWith(0));
  ASSERT_THAT(SignWhatWaits(), ExitedWith(0));

  // Who used the old figure is told what and why; nobody else is.
  EXPECT_THAT(
      watch.Finish(),
      AllOf(ExitedWith(0),
            Field(&ClientRun::out, AllOf(HasSubstr("revision 1 was used, 2 was accepted"),
                                         HasSubstr("refresh"), HasSubstr("1 cell changed")))));
  EXPECT_THAT(As(kAnalyst, {"notices"}).out, HasSubstr("diff RLQ --collection CLINIC"));
  const auto notice = JsonMessage<returns::v1::Notice>(
      FromJson<google::protobuf::Struct>(As(kAnalyst, {"notices", "--json"}).out),
      {"notices", "0"});
  EXPECT_EQ(notice.return_(), "organisations/RLQ/returns/CLINIC.2026-08");
  EXPECT_EQ(notice.used_revision(), 1);
  EXPECT_EQ(notice.used_sequence(), receipt.receipt().sequence());
  EXPECT_EQ(notice.revision(), 2);
  EXPECT_EQ(notice.reason(), returns::v1::REVISION_REASON_REFRESH);
  EXPECT_EQ(notice.changed_cells(), 1);
  EXPECT_TRUE(notice.has_told_time()) << "before, at the latest by the line above";
  const std::string none = "Nothing that you used was revised since.";
  EXPECT_THAT(Officer({"notices"}).out, HasSubstr(none)) << "the organisation itself";
  const auto uses = [&] { return Officer(About({"uses"}, {"--json"})).out; };
  const auto used = FromJson<returns::v1::ListUsesResponse>(uses());
  ASSERT_EQ(used.uses_size(), 1);
  EXPECT_EQ(used.uses(0).body(), Deployment::SpiffeIdOf(kAnalyst));
  EXPECT_EQ(used.uses(0).revision(), 1);
  EXPECT_EQ(used.uses(0).told_revision(), 2);
  EXPECT_TRUE(used.uses(0).outdated());

  // The assessor never read the return: what was pinned is what changed.
  EXPECT_THAT(As(kAssessor, {"metrics", "clinic_late_share", "--organisation", "RLQ", "--period",
                             "2026-08", "--at-least", NewestReceipt().receipt().position()}),
              ExitedWith(0));
  const auto told = FromJson<google::protobuf::Struct>(As(kAssessor, {"notices", "--json"}).out);
  EXPECT_THAT(JsonList(told, {"notices"}), IsEmpty());
  const auto evidence = JsonMessage<assessment::v1::CheckEvidenceResponse>(told, {"evidence", "0"});
  EXPECT_EQ(evidence.evidence().value().value(), 40);
  EXPECT_EQ(evidence.value().value(), 50);
  EXPECT_TRUE(evidence.scored());
  ASSERT_EQ(evidence.revised_size(), 1);
  EXPECT_EQ(evidence.revised(0).pinned_revision(),
            "organisations/RLQ/returns/CLINIC.2026-08/revisions/1");
  EXPECT_EQ(evidence.revised(0).revision(), "organisations/RLQ/returns/CLINIC.2026-08/revisions/2");

  // What it changed, which settles the notice; and what was held before.
  EXPECT_THAT(As(kAnalyst, About({"diff"}, {"--base", "1"})).out,
              AllOf(HasSubstr("clinic_late"), HasSubstr("4"), HasSubstr("5")));
  EXPECT_THAT(As(kAnalyst, {"notices"}).out, HasSubstr(none));
  EXPECT_FALSE(FromJson<returns::v1::ListUsesResponse>(uses()).uses(0).outdated());
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
  ReplyToWhatLooksUnusual();
  BeReviewed();
}

}  // namespace
}  // namespace onereturn
