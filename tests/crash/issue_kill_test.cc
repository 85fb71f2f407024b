// Ingestion ends at each failpoint of a commit while it issues a data request that makes a
// collection and obligations: afterwards all of the issue is there, or nothing, and the request
// sent again makes it whole, once, with one receipt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/failpoint.h"
#include "common/status/status_macros.h"
#include "common/status/testing/status_matchers.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/request_world.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using requests::v1::RequestsService;

constexpr char kIssuingService[] = "ingestion";
// So many that the obligations are more than one fact holds.
constexpr int kAskedOrganisations = 60;
constexpr int kAskedMonths = 48;
constexpr uint64_t kObligationsOfIssue = 2 * kAskedOrganisations * kAskedMonths;
constexpr int64_t kIssueKilledWithin_ms = 30'000;
constexpr int64_t kIssueTakes_ms = 30'000;

class IssueKillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(suite_->Start(kIssuingService), IsOk());
    const auto steward = suite_->Channel(kSteward, kIssuingService);
    ASSERT_THAT(ApplyToIngestion(DefinitionsOf({"HELD", 1, {2}}, organisations_), steward), IsOk());
    ASSERT_THAT(DefineRequesters(steward), IsOk());
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Step(absl::string_view persona,
                                grpc::Status (RequestsService::Stub::*method)(grpc::ClientContext*,
                                                                              const Request&,
                                                                              Response*),
                                Request request) {
    const auto stub = RequestsService::NewStub(suite_->Channel(persona, kIssuingService));
    if (request.request_id().empty()) request.set_request_id(absl::StrCat("step-", ++steps_));
    return CallOnce(*stub, method, request, kIssueTakes_ms);
  }

  // A request that only waits for its issue; its name.
  absl::StatusOr<std::string> Approved() {
    requests::v1::DraftRequestRequest draft;
    *draft.mutable_data_request() = MadeUpAsk(++asks_, organisations_, kAskedMonths);
    ASSIGN_OR_RETURN(const auto drafted,
                     Step(kRequester, &RequestsService::Stub::DraftRequest, draft));
    const std::string& name = drafted.data_request().name();
    requests::v1::MatchRequestRequest match;
    match.set_name(name);
    RETURN_IF_ERROR(Step(kRequester, &RequestsService::Stub::MatchRequest, match).status());
    requests::v1::CloseConsultationRequest close;
    close.set_name(name);
    RETURN_IF_ERROR(Step(kRequester, &RequestsService::Stub::CloseConsultation, close).status());
    requests::v1::DecideRequestRequest decide;
    decide.set_name(name);
    decide.set_approve(true);
    decide.set_reason("a test");
    RETURN_IF_ERROR(Step(kDecider, &RequestsService::Stub::DecideRequest, decide).status());
    return name;
  }

  absl::StatusOr<requests::v1::IssueRequestResponse> Issue(const std::string& name) {
    requests::v1::IssueRequestRequest issue;
    issue.set_name(name);
    issue.set_request_id(absl::StrCat("issue-", name));
    return Step(kRequester, &RequestsService::Stub::IssueRequest, issue);
  }

  void StartIssuing(std::vector<std::string> environment) {
    suite_->SetEnvironment(kIssuingService, std::move(environment));
    ASSERT_THAT(suite_->Start(kIssuingService), IsOk());
  }

  // Read anew, and checked entry by entry.
  IssueLeft Left(const std::string& name, const ledger::v1::Receipt* receipt = nullptr) {
    FeedAudit audit(suite_->verifying_key(kIssuingService));
    EXPECT_THAT(audit.ReadOn(suite_->Channel(kAuditor, kIssuingService)), IsOk());
    if (receipt != nullptr) {
      EXPECT_THAT(audit.CheckReceipt(*receipt), IsOk());
    }
    const auto left = LeftOf(name, audit, suite_->Channel(kAnalyst, kIssuingService));
    EXPECT_THAT(left, IsOk());
    return left.value_or(IssueLeft());
  }

  const std::vector<std::string> organisations_ = MadeUpOrganisations(kAskedOrganisations);
  const std::unique_ptr<Deployment> suite_ = Deployment::Create().value();
  int steps_ = 0, asks_ = 0;
};

TEST_F(IssueKillTest, AllOfAnIssueIsThereOrNothing) {
  // Whether the batch was synced when the process ends there.
  const std::map<std::string, bool> is_there = {
      {"commit.before_queue", false}, {"commit.group_formed", false},
      {"commit.before_write", false}, {"commit.after_write", true},
      {"commit.before_sign", true},   {"commit.before_reply", true}};
  for (const auto& [failpoint, there] : is_there) {
    const absl::StatusOr<std::string> name = Approved();
    ASSERT_THAT(name, IsOk()) << failpoint;
    ASSERT_THAT(suite_->Stop(kIssuingService), IsOk());
    // The issue is the first that this life of the service commits.
    StartIssuing({absl::StrCat(kFailpointVariable, "=", failpoint, ":1")});
    if (HasFatalFailure()) return;
    EXPECT_FALSE(Issue(*name).ok());
    const auto end = suite_->process(kIssuingService)->Wait(kIssueKilledWithin_ms);
    ASSERT_TRUE(end.ok()) << failpoint << " was not reached";
    EXPECT_EQ(end->exit_code, kFailpointExitCode) << failpoint;
    suite_->Kill9(kIssuingService);
    StartIssuing({});
    if (HasFatalFailure()) return;
    const IssueLeft left = Left(*name);
    if (!there) {
      EXPECT_EQ(left, IssueLeft()) << failpoint;
    }

    const auto first = Issue(*name);
    ASSERT_THAT(first, IsOk()) << failpoint;
    EXPECT_EQ(first->replayed(), there) << failpoint;
    const IssueLeft whole = WholeOf(first->data_request().issue());
    EXPECT_EQ(whole.obligations, kObligationsOfIssue);
    EXPECT_GT(whole.obligation_parts, 1);
    EXPECT_EQ(whole.definitions, 2);
    if (there) {
      EXPECT_EQ(left, whole) << failpoint;
    }
    const auto again = Issue(*name);
    ASSERT_THAT(again, IsOk()) << failpoint;
    EXPECT_TRUE(again->replayed()) << failpoint;
    EXPECT_EQ(again->receipt().sequence(), first->receipt().sequence());
    EXPECT_EQ(again->receipt().leaf_hash(), first->receipt().leaf_hash());
    EXPECT_EQ(Left(*name, &again->receipt()), whole) << failpoint;
  }
}

}  // namespace
}  // namespace onereturn
