// Submissions and other changes whose replies get lost on the way: every id is acknowledged at
// last, and has one effect.
//
//   ONERETURN_KILLS=200000 ONERETURN_SEED=7 dropped_replies_test
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/rpc/credentials.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "onereturn/rights/v1/rights_service.grpc.pb.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/demo_load.h"
#include "tests/crash/feed_audit.h"
#include "tests/crash/settings.h"
#include "tests/crash/small_assessment.h"
#include "tests/faults/persistent_call.h"
#include "tests/faults/repeating_client.h"
#include "tests/faults/reply_proxy.h"
#include "tests/faults/tcp_link.h"

namespace onereturn {
namespace {

using assessment::v1::AssessmentService;
using catalogue::v1::CatalogueService;
using returns::v1::ReturnsService;
using rights::v1::RightsService;
using ::testing::IsEmpty;

constexpr char kIngestion[] = "ingestion";
constexpr char kAssessment[] = "assessment";
constexpr int kClients = 64;
// Of these so many reach ingestion itself, through a link that is cut in the middle of answers.
constexpr int kClientsOfLink = 8;
constexpr int kOrganisationsAClient = 2;
constexpr char kFirstMonth[] = "2000-01";
// Of the replies 30 % are lost, one in a hundred of all without a word.
constexpr ReplyLosses kLosses = {.failed = 290, .silent = 10, .before = 30};
constexpr int kCutPerMille = 300;
// Of each kind beside submissions: one for so many of those.
constexpr int kSubmissionsAnOther = 100;
constexpr int64_t kReplyMs = 2'000;

class DroppedRepliesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    seed_ = SeedFromEnvironment();
    suite_ = Deployment::Create().value();
    ASSERT_THAT(suite_->StartAll(), IsOk());
    const config::v1::DefinitionSet definitions =
        DefinitionsOf(collection_, MadeUpOrganisations(kClients * kOrganisationsAClient + 1));
    ASSERT_THAT(ApplyToIngestion(definitions, suite_->Channel(kSteward, kIngestion)), IsOk());
    ASSERT_THAT(ApplyToMetrics(definitions, suite_->Channel(kSteward, "metrics")), IsOk());
    ASSERT_NO_FATAL_FAILURE(PinEvidence());
    // Only evidence needs it.
    ASSERT_THAT(suite_->Stop("metrics"), IsOk());
    const auto observe = [this](const std::string& method, const std::string& request,
                                const std::string& response) {
      book_.SawOnTheWire(method, request, response);
    };
    to_ingestion_ = ReplyProxy::Start(suite_.get(), kIngestion, {kLoader, kSteward, kFirstOfficer},
                                      seed_, kLosses, observe)
                        .value();
    to_assessment_ =
        ReplyProxy::Start(suite_.get(), kAssessment, {kAssessor}, seed_ + 1, kLosses, observe)
            .value();
    link_ = TcpLink::To(suite_->AddressOf(kIngestion)).value();
    link_->CutAnswers(kCutPerMille, seed_);
  }

  // An assessment with evidence, of an organisation that no client submits for.
  void PinEvidence() {
    const std::string organisation =
        MadeUpOrganisations(kClients * kOrganisationsAClient + 1).back();
    auto loader = ReturnsService::NewStub(suite_->Channel(kLoader, kIngestion));
    ASSERT_THAT(CallOnce(*loader, &ReturnsService::Stub::SubmitReturn,
                         MadeUpReturn(collection_, organisation, kFirstMonth, "evidence", 1)),
                IsOk());
    auto steward = AssessmentService::NewStub(suite_->Channel(kSteward, kAssessment));
    ASSERT_THAT(CallOnce(*steward, &AssessmentService::Stub::UpdateFramework, SmallFramework()),
                IsOk());
    auto assessor = AssessmentService::NewStub(suite_->Channel(kAssessor, kAssessment));
    ASSERT_THAT(Persist([&]() -> absl::Status {
                  const auto made = CallOnce(*assessor, &AssessmentService::Stub::CreateAssessment,
                                             SmallAssessment(organisation));
                  if (made.ok()) assessment_ = made->assessment().name();
                  // Assessment has not heard of the organisation yet.
                  if (made.status().code() == absl::StatusCode::kFailedPrecondition) {
                    return absl::UnavailableError(made.status().message());
                  }
                  return made.status();
                }),
                IsOk());
    ASSERT_THAT(Persist([&]() -> absl::Status {
                  const auto added = CallOnce(*assessor, &AssessmentService::Stub::AddEvidence,
                                              SmallEvidence("pinned", assessment_, kMadeUpMetric,
                                                            organisation, kFirstMonth));
                  if (added.ok()) evidence_ = added->evidence().name();
                  // Metrics has not come so far yet.
                  if (added.status().code() == absl::StatusCode::kFailedPrecondition) {
                    return absl::UnavailableError(added.status().message());
                  }
                  return added.status();
                }),
                IsOk());
  }

  std::shared_ptr<grpc::Channel> ThroughLink() {
    config::v1::Peer peer;
    peer.set_address(link_->address());
    peer.set_spiffe_id(Deployment::SpiffeIdOf(kIngestion));
    return MutualTlsChannel(suite_->TlsFilesOf(kLoader), peer).value();
  }

  void Submit(int count) {
    const std::vector<std::string> all = MadeUpOrganisations(kClients * kOrganisationsAClient);
    const auto through_proxy = to_ingestion_->Channel(kLoader);
    const auto through_link = ThroughLink();
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i) {
      const auto first = all.begin() + i * kOrganisationsAClient;
      auto client = std::make_shared<RepeatingClient>(
          absl::StrCat("submission-", i), i < kClientsOfLink ? through_link : through_proxy,
          collection_, std::vector<std::string>(first, first + kOrganisationsAClient),
          seed_ * kClients + static_cast<uint64_t>(i), &book_, &counts_);
      const int ids = count / kClients + (i < count % kClients ? 1 : 0);
      threads.emplace_back([client, ids] { client->Run(ids); });
    }
    for (std::thread& thread : threads) thread.join();
  }

  // A change of another kind under the id, until it is answered.
  template <typename Stub, typename Request, typename Response>
  void Change(Stub& stub,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request) {
    const auto response = CallUntilAnswered(stub, method, request, kReplyMs,
                                            [this](const absl::Status&) { ++counts_.repeats; });
    if (!response.ok() || !response->has_receipt()) {
      return book_.Violation(
          absl::StrCat(request.request_id(), ": ", response.status().ToString()));
    }
    book_.Acknowledged(request.request_id(), response->receipt());
  }

  void Define(int count) {
    auto stub = CatalogueService::NewStub(to_ingestion_->Channel(kSteward));
    for (int i = 0; i < count; ++i) {
      catalogue::v1::UpdateOrganisationRequest request;
      request.set_request_id(absl::StrCat("definition-", i));
      request.mutable_organisation()->set_code(absl::StrCat("NEW", i));
      request.mutable_organisation()->set_display_name("New");
      request.mutable_organisation()->set_type(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
      Change(*stub, &CatalogueService::Stub::UpdateOrganisation, request);
    }
  }
  void Propose(int count) {
    auto stub = RightsService::NewStub(to_ingestion_->Channel(kFirstOfficer));
    for (int i = 0; i < count; ++i) {
      rights::v1::ProposeGrantRequest request;
      request.set_request_id(absl::StrCat("proposal-", i));
      request.mutable_grant()->set_principal(Deployment::SpiffeIdOf(absl::StrCat("system-", i)));
      request.mutable_grant()->set_role(rights::v1::ROLE_ANALYST);
      request.set_reason("reads figures");
      Change(*stub, &RightsService::Stub::ProposeGrant, request);
    }
  }
  void Score(int count) {
    auto stub = AssessmentService::NewStub(to_assessment_->Channel(kAssessor));
    for (int i = 0; i < count; ++i) {
      Change(*stub, &AssessmentService::Stub::ScoreStatement,
             SmallScore(absl::StrCat("score-", i), assessment_, evidence_,
                        static_cast<uint32_t>(1 + i % 4), "invented"));
    }
  }

  // That each id of the book is one fact of one of the feeds, and is where every answer said;
  // counts the facts of each kind.
  void CheckEffects() {
    std::map<std::string, AnswerBook::Answered> answered = book_.answered();
    for (const std::string service : {kIngestion, kAssessment}) {
      FeedAudit audit(suite_->verifying_key(service));
      ASSERT_THAT(audit.ReadOn(suite_->Channel(kAuditor, service)), IsOk());
      uint64_t sequence = 0;
      for (const AuditedEntry& entry : audit.entries()) {
        ++sequence;
        ++effects_[entry.kind];
        const auto found = answered.find(entry.request.request_id);
        if (found == answered.end()) continue;
        EXPECT_TRUE(found->second.acknowledged) << found->first;
        EXPECT_EQ(found->second.sequence, sequence) << found->first;
        EXPECT_EQ(found->second.leaf_hash, DigestBytes(entry.leaf)) << found->first;
        answered.erase(found);
      }
    }
    EXPECT_TRUE(answered.empty()) << answered.begin()->first << " has no effect";
  }

  const MadeUpCollection collection_{"REPLIES", 1, {8}};
  uint64_t seed_ = 0;
  AnswerBook book_;
  RepeatingCounts counts_;
  std::unique_ptr<Deployment> suite_;
  std::unique_ptr<ReplyProxy> to_ingestion_, to_assessment_;
  std::unique_ptr<TcpLink> link_;
  std::string assessment_, evidence_;
  std::map<feed::v1::EntryKind, size_t> effects_;  // All facts of both feeds.
};

TEST_F(DroppedRepliesTest, EveryIdHasOneEffect) {
  const int submissions = KillsFromEnvironment(2'000);
  const int others = 1 + submissions / kSubmissionsAnOther;
  std::printf("seed %llu, %d submissions\n", static_cast<unsigned long long>(seed_), submissions);
  const auto begin = std::chrono::steady_clock::now();
  std::thread defines([&] { Define(others); });
  std::thread proposes([&] { Propose(others); });
  std::thread scores([&] { Score(others); });
  Submit(submissions);
  for (std::thread* thread : {&defines, &proposes, &scores}) thread->join();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  ASSERT_THAT(book_.violations(), IsEmpty());

  const auto ids = static_cast<size_t>(submissions), other_ids = static_cast<size_t>(others);
  EXPECT_EQ(book_.answered().size(), ids + 3 * other_ids);
  ASSERT_NO_FATAL_FAILURE(CheckEffects());
  // Beside what was made ready: the return below the evidence, and the organisations.
  EXPECT_EQ(effects_[feed::v1::ENTRY_KIND_RETURN_ACCEPTED], ids + 1);
  EXPECT_EQ(effects_[feed::v1::ENTRY_KIND_ORGANISATION_DEFINED],
            other_ids + kClients * kOrganisationsAClient + 1);
  EXPECT_EQ(effects_[feed::v1::ENTRY_KIND_GRANT_PROPOSED], other_ids);
  EXPECT_EQ(effects_[feed::v1::ENTRY_KIND_STATEMENT_SCORED], other_ids);

  const ReplyCounts one = to_ingestion_->counts(), other = to_assessment_->counts();
  const uint64_t replies = one.replies + other.replies, lost = one.lost + other.lost;
  // A fair die: 30 % give or take a few standard deviations.
  EXPECT_GT(lost * 1'000, replies * 250);
  EXPECT_GT(link_->cuts(), 0u);
  EXPECT_GT(counts_.late_repeats, 0u);
  EXPECT_GT(counts_.reuses, 0u);
  std::printf(
      "%d submissions, seed %llu: %zu effects; %d other changes: %d effects; %llu of %llu replies "
      "lost, %llu connections cut, %llu repeats, %llu late, %llu ids used again refused; %.0f s\n",
      submissions, static_cast<unsigned long long>(seed_), ids, 3 * others, 3 * others,
      static_cast<unsigned long long>(lost), static_cast<unsigned long long>(replies),
      static_cast<unsigned long long>(link_->cuts()),
      static_cast<unsigned long long>(counts_.repeats),
      static_cast<unsigned long long>(counts_.late_repeats),
      static_cast<unsigned long long>(counts_.reuses), seconds);
}

}  // namespace
}  // namespace onereturn
