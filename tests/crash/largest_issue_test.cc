// The largest issue that is allowed: 50,000 returns with 500,000 figures, killed while it is
// committed, made whole by its repeat, and released again at once when the request ends; in bounded
// time and memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/request_world.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using requests::v1::RequestsService;

constexpr char kIngestion[] = "ingestion";
// Of as many organisations and months, two returns: one with what is collected, one with what is
// new, of as many items each.
constexpr int kOrganisations = 250;
constexpr int kMonths = 100;
constexpr int kItemsEach = 10;
constexpr uint64_t kObligations = 2 * kOrganisations * kMonths;
// What the process may need at its highest, the store's own buffers included.
constexpr uint64_t kMostResidentBytes = uint64_t{512} << 20;
constexpr int64_t kCallTakes_ms = 60'000;

// Small writes, some twenty a second as a caller has no more, on a thread of its own, until it is
// destroyed: what others wait for while a large one is taken.
class SmallWrites {
 public:
  explicit SmallWrites(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(RequestsService::NewStub(channel)), thread_([this] { Write(); }) {}
  ~SmallWrites() {
    stop_ = true;
    thread_.join();
  }
  // In seconds.
  double LongestWait() const { return longest_; }
  int written() const { return written_; }

 private:
  void Write() {
    requests::v1::DraftRequestRequest draft;
    *draft.mutable_data_request() = MadeUpAsk(2, MadeUpOrganisations(1), 1);
    while (!stop_) {
      draft.set_request_id(absl::StrCat("small-", ++written_));
      const auto begin = std::chrono::steady_clock::now();
      const auto answer =
          CallOnce(*stub_, &RequestsService::Stub::DraftRequest, draft, kCallTakes_ms);
      EXPECT_THAT(answer, IsOk());
      const double waited =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      longest_ = std::max(longest_.load(), waited);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  const std::unique_ptr<RequestsService::Stub> stub_;
  std::atomic<bool> stop_{false};
  std::atomic<double> longest_{0};
  std::atomic<int> written_{0};
  std::thread thread_;
};

class LargestIssueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(suite_->Start(kIngestion), IsOk());
    const auto steward = suite_->Channel(kSteward, kIngestion);
    ASSERT_THAT(ApplyToIngestion(DefinitionsOf({"HELD", kItemsEach, {2}}, organisations_), steward),
                IsOk());
    ASSERT_THAT(DefineRequesters(steward), IsOk());
  }

  // One line more of what is new: of every month, one too much.
  requests::v1::DataRequest Ask(bool too_large) const {
    requests::v1::DataRequest ask = MadeUpAsk(1, organisations_, kMonths);
    const requests::v1::RequestLine described = ask.lines(1);
    ask.clear_lines();
    for (int i = 1; i <= kItemsEach; ++i) {
      ask.add_lines()->set_item(absl::StrCat("figure_", i < 10 ? "0" : "", i));
    }
    for (int i = 1; i <= kItemsEach + (too_large ? 1 : 0); ++i) {
      requests::v1::RequestLine* line = ask.add_lines();
      *line = described;
      line->mutable_described()->set_display_name(absl::StrCat("Handovers of ward ", i));
      line->mutable_described()->set_definition_text(
          absl::StrCat("Handovers of ward ", i, " that took longer than an hour"));
    }
    return ask;
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Step(const char* what, absl::string_view persona,
                                grpc::Status (RequestsService::Stub::*method)(grpc::ClientContext*,
                                                                              const Request&,
                                                                              Response*),
                                Request request) {
    const auto stub = RequestsService::NewStub(suite_->Channel(persona, kIngestion));
    if (request.request_id().empty()) request.set_request_id(absl::StrCat("step-", ++steps_));
    const auto begin = std::chrono::steady_clock::now();
    auto answer = CallOnce(*stub, method, request, kCallTakes_ms);
    std::printf("  %s: %.2f s\n", what,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    return answer;
  }

  absl::StatusOr<requests::v1::MatchRequestResponse> Matched(const requests::v1::DataRequest& ask) {
    requests::v1::DraftRequestRequest draft;
    *draft.mutable_data_request() = ask;
    ASSIGN_OR_RETURN(const auto drafted,
                     Step("draft", kRequester, &RequestsService::Stub::DraftRequest, draft));
    requests::v1::MatchRequestRequest match;
    match.set_name(drafted.data_request().name());
    return Step("match", kRequester, &RequestsService::Stub::MatchRequest, match);
  }

  // Of one that was matched.
  absl::StatusOr<requests::v1::DecideRequestResponse> Approve(const std::string& name) {
    requests::v1::CloseConsultationRequest close;
    close.set_name(name);
    RETURN_IF_ERROR(
        Step("close", kRequester, &RequestsService::Stub::CloseConsultation, close).status());
    requests::v1::DecideRequestRequest decide;
    decide.set_name(name);
    decide.set_approve(true);
    decide.set_reason("a test");
    return Step("decide", kDecider, &RequestsService::Stub::DecideRequest, decide);
  }

  absl::StatusOr<requests::v1::IssueRequestResponse> Issue(const std::string& name) {
    requests::v1::IssueRequestRequest issue;
    issue.set_name(name);
    issue.set_request_id("largest-issue");
    return Step("issue", kRequester, &RequestsService::Stub::IssueRequest, issue);
  }

  uint64_t PeakBytes() {
    auto stub = operations::v1::OperationsService::NewStub(suite_->Channel(kOperator, kIngestion));
    auto status = CallOnce(*stub, &operations::v1::OperationsService::Stub::GetStatus,
                           operations::v1::GetStatusRequest());
    EXPECT_THAT(status, IsOk());
    return status.ok() ? status->peak_resident_bytes() : 0;
  }

  // Read anew, and checked entry by entry.
  IssueLeft Left(const std::string& name) {
    FeedAudit audit(suite_->verifying_key(kIngestion));
    EXPECT_THAT(audit.ReadOn(suite_->Channel(kAuditor, kIngestion)), IsOk());
    const auto left = LeftOf(name, audit, suite_->Channel(kAnalyst, kIngestion));
    EXPECT_THAT(left, IsOk());
    return left.value_or(IssueLeft());
  }

  const std::vector<std::string> organisations_ = MadeUpOrganisations(kOrganisations);
  const std::unique_ptr<Deployment> suite_ = Deployment::Create().value();
  int steps_ = 0;
};

TEST_F(LargestIssueTest, IsWholeOnceAndInBoundedMemory) {
  const auto too_large = Matched(Ask(true));
  ASSERT_THAT(too_large, IsOk());
  EXPECT_THAT(too_large->data_request().match().concerns(),
              ::testing::Contains(requests::v1::CONCERN_KIND_TOO_LARGE));
  EXPECT_THAT(Approve(too_large->data_request().name()), HasReason(Reason::kConcernsOpen));

  const auto matched = Matched(Ask(false));
  ASSERT_THAT(matched, IsOk());
  const std::string name = matched->data_request().name();
  ASSERT_THAT(Approve(name), IsOk());
  const uint64_t before = PeakBytes();
  // Killed somewhere in its midst: what is there afterwards is all of it, or nothing.
  std::thread killer([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    suite_->Kill9(kIngestion);
  });
  const bool answered = Issue(name).ok();
  killer.join();
  ASSERT_THAT(suite_->Start(kIngestion), IsOk());
  const IssueLeft left = Left(name);

  const auto issued = Issue(name);
  ASSERT_THAT(issued, IsOk());
  const IssueLeft whole = WholeOf(issued->data_request().issue());
  EXPECT_EQ(whole.obligations, kObligations);
  EXPECT_EQ(Left(name), whole);
  EXPECT_EQ(issued->replayed(), left.issues == 1);
  EXPECT_EQ(left, issued->replayed() ? whole : IssueLeft());
  if (answered) {
    EXPECT_TRUE(issued->replayed());
  }
  const uint64_t after_issue = PeakBytes();

  requests::v1::EndRequestRequest end;
  end.set_name(name);
  end.set_reason("a test");
  SmallWrites others(suite_->Channel(kRequester, kIngestion));
  ASSERT_THAT(Step("end", kRequester, &RequestsService::Stub::EndRequest, end), IsOk());
  const double longest = others.LongestWait();
  const uint64_t after_end = PeakBytes();
  EXPECT_LE(after_end, kMostResidentBytes);
  EXPECT_GT(others.written(), 0);
  std::printf("longest of %d small writes while it ended: %.0f ms\n", others.written(),
              1e3 * longest);
  std::printf("highest resident memory: %.0f MiB before (another life), %.0f issued, %.0f ended\n",
              static_cast<double>(before) / (1 << 20), static_cast<double>(after_issue) / (1 << 20),
              static_cast<double>(after_end) / (1 << 20));
}

}  // namespace
}  // namespace onereturn
