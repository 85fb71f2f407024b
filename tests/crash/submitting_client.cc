#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "tests/crash/calls.h"
#include "tests/crash/kill_clients.h"

namespace onereturn {

using returns::v1::ReturnsService;
using returns::v1::SubmitReturnResponse;

namespace {

// Of the returns that all clients revise.
constexpr char kSharedPeriod[] = "2020-01";

}  // namespace

SubmittingClient::SubmittingClient(KillWorld* world, std::string name, uint64_t seed,
                                   std::vector<std::string> own, std::vector<std::string> shared)
    : world_(world),
      name_(std::move(name)),
      random_(seed),
      own_(std::move(own)),
      shared_(std::move(shared)) {}

void SubmittingClient::Run() {
  while (world_->WaitUntilUp()) {
    const uint64_t dice = Random(100);
    if (accepted_.empty() || dice < 55) {
      SubmitNew();
    } else if (dice < 75) {
      SubmitRevision();
    } else if (dice < 83) {
      RepeatAccepted();
    } else if (dice < 88) {
      ReuseId();
    } else if (dice < 92) {
      SubmitUnchanged();
    } else {
      SubmitShared();
    }
  }
}

SubmittingClient::Submission SubmittingClient::NewSubmission(std::string organisation,
                                                             std::string period) {
  return {std::move(organisation), std::move(period), absl::StrCat(name_, "-", next_id_++),
          random_(), std::nullopt};
}

void SubmittingClient::SubmitNew() {
  const int number = next_month_++;
  SendToTheEnd(NewSubmission(own_[number % own_.size()],
                             MadeUpMonth(number / static_cast<int>(own_.size()))));
}

void SubmittingClient::SubmitRevision() {
  const Submission& earlier = accepted_[Random(accepted_.size())];
  SendToTheEnd(NewSubmission(earlier.organisation, earlier.period));
}

void SubmittingClient::SubmitShared() {
  SendToTheEnd(NewSubmission(shared_[Random(shared_.size())], kSharedPeriod));
}

void SubmittingClient::RepeatAccepted() {
  Submission& earlier = accepted_[Random(accepted_.size())];
  if (Send(&earlier) == Outcome::kAccepted) ++replayed_;
}

void SubmittingClient::ReuseId() {
  Submission other = accepted_[Random(accepted_.size())];
  ++other.seed;
  // Not noted in the oracle: whatever comes back, the store must keep what the id first stood for.
  absl::StatusOr<SubmitReturnResponse> response = Call(other);
  if (response.ok()) {
    world_->Violation(absl::StrCat(other.request_id, " was taken with two contents"));
  } else if (response.status().code() == absl::StatusCode::kAlreadyExists) {
    if (ReasonOf(response.status()) != Reason::kRequestIdReused) {
      world_->Violation("ALREADY_EXISTS has another reason than REQUEST_ID_REUSED");
    }
  } else {
    TakeError(response.status(), other);
  }
}

void SubmittingClient::SubmitUnchanged() {
  // The newest of its return, so that the same cells under a new id change nothing.
  Submission same = accepted_[Random(accepted_.size())];
  const std::optional<Promised> promised = std::exchange(same.promised, std::nullopt);
  same.request_id = absl::StrCat(name_, "-", next_id_++);
  const Outcome outcome = Send(&same);
  if (outcome == Outcome::kAccepted) world_->Violation("an unchanged return made a revision");
  if (outcome == Outcome::kUnchanged && same.promised->sequence != promised->sequence) {
    world_->Violation("an unchanged return was answered with another's receipt");
  }
}

void SubmittingClient::SendToTheEnd(Submission submission) {
  // A return whose newest revision is not known for certain is not revised again.
  for (size_t i = 0; i < accepted_.size(); ++i) {
    if (accepted_[i].organisation == submission.organisation &&
        accepted_[i].period == submission.period) {
      accepted_.erase(accepted_.begin() + static_cast<ptrdiff_t>(i));
      break;
    }
  }
  const bool own = std::find(own_.begin(), own_.end(), submission.organisation) != own_.end();
  while (true) {
    const Outcome outcome = Send(&submission);
    if (outcome == Outcome::kAccepted && own) accepted_.push_back(submission);
    if (outcome != Outcome::kUnknown) return;
    ++unknown_;
    if (Random(4) == 0 || !world_->WaitUntilUp()) return;
  }
}

absl::StatusOr<SubmitReturnResponse> SubmittingClient::Call(const Submission& submission) {
  const uint64_t restarts = world_->restarts();
  if (stub_ == nullptr || restarts != restarts_seen_) {
    stub_ = ReturnsService::NewStub(world_->NewChannel());
    restarts_seen_ = restarts;
  }
  return CallOnce(*stub_, &ReturnsService::Stub::SubmitReturn,
                  MadeUpReturn(world_->collection(), submission.organisation, submission.period,
                               submission.request_id, submission.seed));
}

SubmittingClient::Outcome SubmittingClient::Send(Submission* submission) {
  world_->oracle()->Sent({submission->organisation, submission->request_id},
                         ContentOf(world_->collection(), submission->organisation,
                                   submission->period, submission->seed));
  absl::StatusOr<SubmitReturnResponse> response = Call(*submission);
  return response.ok() ? TakeAnswer(*response, submission)
                       : TakeError(response.status(), *submission);
}

SubmittingClient::Outcome SubmittingClient::TakeAnswer(const SubmitReturnResponse& response,
                                                       Submission* submission) {
  const RequestKeyOf key{submission->organisation, submission->request_id};
  if (response.verdict() != common::v1::VERDICT_VALID || !response.has_receipt()) {
    world_->Violation(
        absl::StrCat(submission->request_id, " was not accepted: ", response.ShortDebugString()));
    return Outcome::kRefused;
  }
  const Promised promised{response.receipt().sequence(),
                          absl::BytesToHexString(response.receipt().leaf_hash())};
  world_->Received(response.receipt());
  if (response.unchanged()) {
    world_->oracle()->Refused(key);
    submission->promised = promised;
    return Outcome::kUnchanged;
  }
  world_->oracle()->Acknowledged(key, promised);
  ++acknowledged_;
  if (submission->promised.has_value()) {
    if (!response.replayed() || submission->promised->sequence != promised.sequence ||
        submission->promised->leaf_hex != promised.leaf_hex) {
      world_->Violation(absl::StrCat(submission->request_id, " was repeated and is another fact"));
    }
  }
  submission->promised = promised;
  return Outcome::kAccepted;
}

SubmittingClient::Outcome SubmittingClient::TakeError(const absl::Status& status,
                                                      const Submission& submission) {
  switch (status.code()) {
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
      ++conflicts_;
      world_->oracle()->Refused({submission.organisation, submission.request_id});
      return Outcome::kRefused;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnknown:
      return Outcome::kUnknown;
    default:
      world_->Violation(absl::StrCat(submission.request_id, ": ", status.ToString()));
      return Outcome::kUnknown;
  }
}

}  // namespace onereturn
