#include "tests/faults/repeating_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "tests/faults/persistent_call.h"

namespace onereturn {
namespace {

using returns::v1::ReturnsService;

// Far above what an answer takes: whoever waits so long has lost it.
constexpr int64_t kReplyDeadlineMs = 2'000;
// Revisions of a return; then the client goes on to the next month.
constexpr size_t kRevisions = 8;
// One in so many submissions is followed by such a one.
constexpr uint64_t kLateRepeatEvery = 16;
constexpr uint64_t kReuseEvery = 32;

}  // namespace

RepeatingClient::RepeatingClient(std::string name, std::shared_ptr<grpc::Channel> channel,
                                 MadeUpCollection collection,
                                 std::vector<std::string> organisations, uint64_t seed,
                                 AnswerBook* book, RepeatingCounts* counts)
    : name_(std::move(name)),
      stub_(ReturnsService::NewStub(std::move(channel))),
      collection_(std::move(collection)),
      organisations_(std::move(organisations)),
      random_(seed),
      book_(book),
      counts_(counts) {}

void RepeatingClient::Run(int ids) {
  for (int i = 0; i < ids; ++i) {
    const Submission submission = Next();
    if (!Submit(submission, /*answered_before=*/false)) return;
    answered_.push_back(submission);
    if (random_() % kLateRepeatEvery == 0 && !RepeatLate()) return;
    if (random_() % kReuseEvery == 0 && !ReuseId()) return;
  }
}

// So that a request that takes effect twice cannot hide: between the two its return has changed.
RepeatingClient::Submission RepeatingClient::Next() {
  const size_t number = answered_.size();
  const size_t series = number / kRevisions;
  return {organisations_[series % organisations_.size()],
          MadeUpMonth(static_cast<int>(series / organisations_.size())),
          absl::StrCat(name_, "-", number), random_(),
          static_cast<uint32_t>(number % kRevisions + 1)};
}

returns::v1::SubmitReturnRequest RepeatingClient::RequestOf(const Submission& submission) const {
  return MadeUpReturn(collection_, submission.organisation, submission.period,
                      submission.request_id, submission.seed);
}

bool RepeatingClient::Submit(const Submission& submission, bool answered_before) {
  auto response =
      CallUntilAnswered(*stub_, &ReturnsService::Stub::SubmitReturn, RequestOf(submission),
                        kReplyDeadlineMs, [this](const absl::Status&) { ++counts_->repeats; });
  if (!response.ok()) return Wrong(submission, response.status().ToString());
  if (response->verdict() != common::v1::VERDICT_VALID || !response->has_receipt() ||
      response->unchanged()) {
    return Wrong(submission, response->ShortDebugString());
  }
  if (answered_before && !response->replayed()) return Wrong(submission, "is taken for a new one");
  const std::string name =
      absl::StrCat("organisations/", submission.organisation, "/returns/", collection_.code, ".",
                   submission.period, "/revisions/", submission.revision);
  if (response->receipt().name() != name) {
    return Wrong(submission, absl::StrCat("became ", response->receipt().name(), ", not ", name));
  }
  book_->Acknowledged(submission.request_id, response->receipt());
  return true;
}

bool RepeatingClient::RepeatLate() {
  ++counts_->late_repeats;
  return Submit(answered_[random_() % answered_.size()], /*answered_before=*/true);
}

bool RepeatingClient::ReuseId() {
  Submission other = answered_[random_() % answered_.size()];
  ++other.seed;
  const auto response =
      CallUntilAnswered(*stub_, &ReturnsService::Stub::SubmitReturn, RequestOf(other),
                        kReplyDeadlineMs, [this](const absl::Status&) { ++counts_->repeats; });
  if (response.ok()) return Wrong(other, "was taken with two contents");
  if (response.status().code() != absl::StatusCode::kAlreadyExists ||
      ReasonOf(response.status()) != Reason::kRequestIdReused) {
    return Wrong(other, absl::StrCat("with other bytes: ", response.status().ToString()));
  }
  ++counts_->reuses;
  return true;
}

bool RepeatingClient::Wrong(const Submission& submission, const std::string& what) {
  book_->Violation(absl::StrCat(submission.request_id, " (", submission.organisation, ", ",
                                submission.period, "): ", what));
  return false;
}

}  // namespace onereturn
