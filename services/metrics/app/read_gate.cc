#include "services/metrics/app/read_gate.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "common/feed/position.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::metrics {
namespace {

constexpr size_t kMaxKeptTrees = 4;
// The longest sleep between two looks at the deadline, which lies on another clock than the sleep.
constexpr int64_t kMaxSleepMicros = 50'000;

bool IsNotCaughtUp(const absl::Status& status) {
  return !status.ok() && DetailsOf(status).has_value() && ReasonOf(status) == Reason::kNotCaughtUp;
}

std::optional<FeedPosition> PartOf(const onereturn::Position& position, absl::string_view service) {
  const std::optional<ServicePosition> part = position.Of(service);
  if (!part.has_value()) return std::nullopt;
  return FeedPosition{part->epoch, part->sequence};
}

// Nothing has an epoch yet where all was dropped.
bool IsBehind(const FeedPosition& now, const FeedPosition& stood) {
  return now.sequence < stood.sequence && (now.epoch == stood.epoch || now.epoch == 0);
}

FeedPosition Later(const FeedPosition& a, const FeedPosition& b) { return IsBehind(a, b) ? b : a; }

}  // namespace

std::string PositionText(const Position& position) {
  onereturn::Position parts;
  parts.Set(kIngestionService, {position.ingestion.epoch, position.ingestion.sequence});
  parts.Set(kMetricsService, {position.metrics.epoch, position.metrics.sequence});
  return parts.ToString();
}

absl::StatusOr<RequestedPosition> ParsePosition(absl::string_view text) {
  ASSIGN_OR_RETURN(const onereturn::Position parts, onereturn::Position::Parse(text));
  return RequestedPosition{PartOf(parts, kIngestionService), PartOf(parts, kMetricsService)};
}

absl::StatusOr<std::shared_ptr<const OrganisationTree>> ReadGate::TreeAt(
    const DerivedReader& reader, const Position& position) {
  const uint64_t epoch = position.ingestion.epoch;
  ASSIGN_OR_RETURN(const uint64_t change,
                   reader.LastOrganisationChange(position.ingestion.sequence));
  uint64_t generation = 0;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    generation = generation_;
    const auto kept =
        std::find_if(trees_.begin(), trees_.end(), [epoch, change](const KeptTree& candidate) {
          return candidate.epoch == epoch && candidate.change == change;
        });
    if (kept != trees_.end()) {
      std::rotate(kept, kept + 1, trees_.end());
      return trees_.back().tree;
    }
  }
  ASSIGN_OR_RETURN(std::vector<Organisation> organisations,
                   reader.Organisations(position.ingestion.sequence));
  auto tree = std::make_shared<const OrganisationTree>(std::move(organisations));
  std::lock_guard<std::mutex> lock(mutex_);
  if (generation != generation_) return tree;
  if (trees_.size() == kMaxKeptTrees) trees_.erase(trees_.begin());
  trees_.push_back(KeptTree{epoch, change, tree});
  return tree;
}

absl::Status ReadGate::Attempt(const ReadWish& wish,
                               absl::FunctionRef<absl::Status(MetricReader*)> body) {
  const std::unique_ptr<DerivedReader> reader = tables_->Snapshot();
  ASSIGN_OR_RETURN(const RequestedPosition at_least, ParsePosition(wish.at_least));
  RETURN_IF_ERROR(CheckReached(*reader, at_least));
  ASSIGN_OR_RETURN(const RequestedPosition as_of, ParsePosition(wish.as_of_position));
  Position position;
  if (wish.as_of_time.has_value()) {
    ASSIGN_OR_RETURN(position, ResolveTime(*reader, wish.as_of_time->micros));
  } else {
    ASSIGN_OR_RETURN(position, ResolvePosition(*reader, as_of));
    const bool latest = !as_of.ingestion.has_value() || !as_of.metrics.has_value();
    if (latest) RETURN_IF_ERROR(CheckStandsAgain(position));
  }
  ASSIGN_OR_RETURN(std::shared_ptr<const OrganisationTree> tree, TreeAt(*reader, position));
  MetricReader metric_reader(reader.get(), position, std::move(tree));
  return body(&metric_reader);
}

absl::Status ReadGate::Read(const ReadWish& wish,
                            absl::FunctionRef<absl::Status(MetricReader*)> body) {
  const uint64_t seen = Progress();
  absl::Status status = Attempt(wish, body);
  if (wish.at_least.empty() || !IsNotCaughtUp(status)) return status;
  ASSIGN_OR_RETURN(const std::shared_ptr<void> place, take_place_(wish.caller));
  return Wait(wish, seen, body);
}

absl::Status ReadGate::Wait(const ReadWish& wish, uint64_t seen,
                            absl::FunctionRef<absl::Status(MetricReader*)> body) {
  while (true) {
    const int64_t left_micros = wish.deadline.micros - clock_->Now().micros;
    const bool last = left_micros <= 0 || draining();
    if (!last) WaitForProgress(seen, std::min(left_micros, kMaxSleepMicros));
    seen = Progress();
    absl::Status status = Attempt(wish, body);
    if (last || !IsNotCaughtUp(status)) return status;
  }
}

uint64_t ReadGate::Progress() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return progress_;
}

void ReadGate::NoteProgress() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ++progress_;
  }
  changed_.notify_all();
}

uint64_t ReadGate::WaitForProgress(uint64_t seen, int64_t micros) const {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, std::chrono::microseconds(micros),
                    [this, seen] { return draining_ || progress_ != seen; });
  return progress_;
}

void ReadGate::Drain() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    draining_ = true;
  }
  changed_.notify_all();
}

bool ReadGate::draining() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return draining_;
}

void ReadGate::Forget() {
  std::lock_guard<std::mutex> lock(mutex_);
  ++generation_;
  trees_.clear();
}

void ReadGate::ExpectAgain(const Position& stood) {
  std::lock_guard<std::mutex> lock(mutex_);
  // A second rebuild in the middle of the first goes back no further.
  const Position before = stood_.value_or(stood);
  stood_ = Position{Later(stood.ingestion, before.ingestion), Later(stood.metrics, before.metrics)};
}

absl::Status ReadGate::CheckStandsAgain(const Position& latest) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!stood_.has_value()) return absl::OkStatus();
  if (IsBehind(latest.ingestion, stood_->ingestion) || IsBehind(latest.metrics, stood_->metrics)) {
    return Error(Reason::kNotCaughtUp,
                 absl::StrCat("what is derived is being built anew: ", latest.ingestion.sequence,
                              " of ", stood_->ingestion.sequence, " entries are done"));
  }
  stood_.reset();
  return absl::OkStatus();
}

}  // namespace onereturn::metrics
