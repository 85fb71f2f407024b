// An item is retired to its end: first its collection leaves it out, then it is no more.
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/testing/temporary_folder.h"
#include "common/status/testing/status_matchers.h"
#include "tests/e2e/client_run.h"
#include "tests/e2e/demo_file.h"
#include "tests/e2e/ward.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kEyes[] = R"text(
items { code: "eyes_tested" display_name: "Eyes tested" concept_text: "Eyes that were tested." unit: "eyes" additive_over_organisations: true additive_over_time: true }
items { code: "eyes_lost" display_name: "Eyes lost" concept_text: "Eyes that were lost." unit: "eyes" additive_over_organisations: true additive_over_time: true }
collections {
  code: "Eyes" display_name: "Eyes" period_kind: PERIOD_KIND_MONTH items: "eyes_tested" items: "eyes_lost"
  rules {
    code: "E1" severity: SEVERITY_ERROR message: "A whole number of eyes." suggestion: "Count anew."
    expression: "is_whole(eyes_lost)"
  }
  layouts { code: "wide" display_name: "A row an organisation" wide {
    organisation_header: "organisation" period_header: "period" period_format: PERIOD_FORMAT_CANONICAL
    columns { header: "tested" cell { item: "eyes_tested" } }
    columns { header: "lost" cell { item: "eyes_lost" } }
  } }
})text";

// England's definitions without a return, and a small collection beside them.
class RetireTest : public ::testing::Test {
 protected:
  void SetUp() override {
    DeploymentOptions options{.submitters = {"RLQ"}};
    // A second steward, who decides what the first proposes.
    options.adjust_rights = [](config::v1::RightsFile* rights) {
      config::v1::Principal* steward = rights->add_principals();
      steward->set_spiffe_id(Deployment::SpiffeIdOf(kNewcomer));
      steward->set_role(rights::v1::ROLE_STEWARD);
    };
    suite_ = Deployment::Create(std::move(options)).value();
    ASSERT_THAT(suite_->StartAll(), IsOk());
    ASSERT_THAT(
        As(kSteward, {"apply", SourcePath("deploy/england"), Write("eyes.textproto", kEyes)}),
        ExitedWith(0));
  }

  ClientRun As(absl::string_view persona, std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--profile", suite_->ProfileOf(persona).value()});
    return RunClient({std::move(arguments)});
  }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.File(name), std::ios::binary) << text;
    return folder_.File(name);
  }
  ClientRun Retire(const std::string& item, std::vector<std::string> more) const {
    more.insert(more.begin(),
                {"usage", "retire", item, "--from", "2030-04", "--reason", "nobody reads it"});
    return As(kSteward, std::move(more));
  }
  // Both who are asked agree, and the second steward approves.
  void Approve(const std::string& change) const {
    ASSERT_THAT(As(kRequester,
                   {"catalogue", "reply", change, "--organisation", "X24", "--opinion", "agree"}),
                ExitedWith(0));
    ASSERT_THAT(As(Submitter("RLQ"),
                   {"catalogue", "reply", change, "--organisation", "RLQ", "--opinion", "agree"}),
                ExitedWith(0));
    ASSERT_THAT(As(kNewcomer, {"catalogue", "decide", change, "--reason", "it has cost enough"}),
                AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("approved"))));
  }
  // Of eyes_lost: proposed once, it is proposed no second time, in whatever words.
  void ExpectOnlyThatIsPending(const std::string& change) const {
    EXPECT_THAT(Retire("eyes_lost", {"--consult", "X24,RLQ"}),
                AllOf(ExitedWith(0),
                      Field(&ClientRun::out,
                            HasSubstr(change + " (the same request was taken before): proposed"))));
    EXPECT_THAT(
        As(kSteward, {"usage", "retire", "eyes_lost", "--from", "2031-04", "--reason", "too dear",
                      "--consult", "X24,RLQ"}),
        AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr(change + " proposes it already, from "
                                                                       "2030-04"))));
    EXPECT_THAT(As(kSteward, {"catalogue", "changes", "--state", "proposed"}).out,
                AllOf(HasSubstr(change), Not(HasSubstr("changes/2"))));
  }
  // A request for the item in a month.
  ClientRun Ask(const std::string& item, const std::string& period) const {
    return As(kRequester,
              {"request", "draft", "--validate-only",
               Write("request.textproto",
                     absl::StrCat(R"(
      requesting_body: "X24" sponsor: "Director" title: "Later" product: "Review"
      purpose: PURPOSE_EVALUATING_TRENDS legal_basis: "Section 259" planned_use: "to see"
      organisations: "RLQ" from_period: ")",
                                  period, R"(" to_period: ")", period, R"(" due_date: ")",
                                  DayAhead(1800), R"(" expiry: ")", DayAhead(2000),
                                  R"(" lines { item: ")", item, "\" }\n"))});
  }

  std::unique_ptr<Deployment> suite_;
  TemporaryFolder folder_;
};

TEST_F(RetireTest, ACollectionLeavesTheItemOutAndThenItIsNoMore) {
  const std::vector<std::string> consult = {"--consult", "X24,RLQ"};
  const ClientRun looked = Retire("eyes_lost", {"--consult", "X24,RLQ", "--validate-only"});
  EXPECT_THAT(looked, AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("could be proposed"))));
  EXPECT_THAT(As(kSteward, {"catalogue", "changes"}),
              Field(&ClientRun::out, HasSubstr("No changes.")));
  const ClientRun first = Retire("eyes_lost", consult);
  EXPECT_THAT(first, AllOf(ExitedWith(0),
                           Field(&ClientRun::out, HasSubstr("collections/Eyes/changes/1: proposed; "
                                                            "asked: X24, RLQ")),
                           Field(&ClientRun::err, HasSubstr("layout wide, column \"lost\"")),
                           Field(&ClientRun::err, HasSubstr("rule E1: A whole number of eyes.")),
                           Field(&ClientRun::err, HasSubstr("is not in review"))));
  ExpectOnlyThatIsPending("collections/Eyes/changes/1");
  Approve("collections/Eyes/changes/1");
  EXPECT_THAT(Retire("eyes_lost", consult),
              AllOf(ExitedWith(0),
                    Field(&ClientRun::out, HasSubstr("items/eyes_lost/changes/1: proposed"))));
  ExpectOnlyThatIsPending("items/eyes_lost/changes/1");
  EXPECT_THAT(Ask("eyes_lost", "2030-04"), ExitedWith(0));
  Approve("items/eyes_lost/changes/1");
  EXPECT_THAT(Ask("eyes_lost", "2030-04"),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("DEFINITION_RETIRED"))));
  EXPECT_THAT(Ask("eyes_lost", "2030-03"), ExitedWith(0));
  EXPECT_THAT(Ask("eyes_tested", "2030-04"), ExitedWith(0));
}

// AE08 reads admissions and attendances as well: whether it may go is for a person to say.
TEST_F(RetireTest, WhatReadsOthersTooIsListedUntilAPersonSaysThatItGoes) {
  const std::string item = "ae_other_emergency_admissions";
  EXPECT_THAT(Retire(item, {"--consult", "X24,RLQ"}),
              AllOf(ExitedWith(1),
                    Field(&ClientRun::err,
                          AllOf(HasSubstr("rule AE08"), Not(HasSubstr("rule AE03")),
                                HasSubstr("--without-rule"), HasSubstr("catalogue propose")))));
  EXPECT_THAT(As(kSteward, {"catalogue", "changes"}),
              Field(&ClientRun::out, HasSubstr("No changes.")));
  const std::vector<std::string> without = {"--consult", "X24,RLQ", "--without-rule", "AE08"};
  EXPECT_THAT(
      Retire(item, without),
      AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("collections/MSitAE/changes/1")),
            Field(&ClientRun::err,
                  AllOf(HasSubstr("layout published-22, column \"Other emergency admissions\""),
                        HasSubstr("layout months-by-type, 1 of its cells without a column")))));
  Approve("collections/MSitAE/changes/1");
  EXPECT_THAT(Retire(item, without), AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(item))));
  Approve(absl::StrCat("items/", item, "/changes/1"));
  EXPECT_THAT(Ask(item, "2030-04"),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("DEFINITION_RETIRED"))));
}

TEST_F(RetireTest, AnItemThatIsNotThereIsNotFound) {
  EXPECT_THAT(Retire("ears_lost", {"--consult", "RLQ"}),
              AllOf(ExitedWith(4), Field(&ClientRun::err, HasSubstr("NOT_FOUND"))));
  EXPECT_THAT(Retire("eyes_lost", {}),
              AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("--consult"))));
}

}  // namespace
}  // namespace onereturn
