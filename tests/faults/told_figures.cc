#include "tests/faults/told_figures.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/feed/position.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr char kMissing[] = "missing";
constexpr int64_t kMostSubmissions = 1'000'000;

absl::StatusOr<uint64_t> SequenceOf(const std::string& position, absl::string_view service) {
  ASSIGN_OR_RETURN(const Position parsed, Position::Parse(position));
  const std::optional<ServicePosition> of = parsed.Of(service);
  if (!of.has_value()) {
    return absl::InternalError(absl::StrCat("an answer's position says nothing of ", service));
  }
  return of->sequence;
}

// The last at or before `sequence`; null when there is none.
template <typename Value>
const Value* NewestAt(const std::map<uint64_t, Value>& history, uint64_t sequence) {
  auto after = history.upper_bound(sequence);
  return after == history.begin() ? nullptr : &std::prev(after)->second;
}

}  // namespace

std::string LoadSubmission::RequestId() const { return absl::StrCat("load-", client, "-", number); }

std::optional<LoadSubmission> LoadSubmission::FromRequestId(absl::string_view request_id) {
  const std::vector<absl::string_view> parts = absl::StrSplit(request_id, '-');
  LoadSubmission submission;
  if (parts.size() != 3 || parts[0] != "load" || !absl::SimpleAtoi(parts[1], &submission.client) ||
      !absl::SimpleAtoi(parts[2], &submission.number)) {
    return std::nullopt;
  }
  return submission;
}

int64_t LoadSubmission::Figure() const {
  return client * kMostSubmissions + static_cast<int64_t>(number);
}

absl::Status ToldFigures::Told(const metrics::v1::MetricValue& value, const std::string& position) {
  ASSIGN_OR_RETURN(const uint64_t sequence, SequenceOf(position, "ingestion"));
  std::lock_guard<std::mutex> lock(mutex_);
  figures_.push_back(
      {value.organisation(), value.period(), sequence, value.state(), value.numerator()});
  return absl::OkStatus();
}

absl::Status ToldFigures::ToldScore(const std::string& assessment, const std::string& reason,
                                    const std::string& position) {
  ASSIGN_OR_RETURN(const uint64_t sequence, SequenceOf(position, "assessment"));
  std::lock_guard<std::mutex> lock(mutex_);
  scores_.push_back({assessment, reason, sequence});
  return absl::OkStatus();
}

absl::Status ToldFigures::Check(const FeedAudit& ingestion, const FeedAudit& assessment) {
  std::vector<Figure> figures;
  std::vector<Score> scores;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    figures.swap(figures_);
    scores.swap(scores_);
  }
  RETURN_IF_ERROR(ReadOn(ingestion, assessment));
  for (const Figure& figure : figures) {
    if (figure.sequence > ingestion_read_) {
      std::lock_guard<std::mutex> lock(mutex_);
      figures_.push_back(figure);
      continue;
    }
    const std::string expected = ExpectedOf(figure);
    const bool missing = figure.state == metrics::v1::VALUE_STATE_MISSING;
    const std::string told = missing ? kMissing : figure.numerator;
    if (told != expected || (!missing && figure.state != metrics::v1::VALUE_STATE_VALUE)) {
      return absl::DataLossError(absl::StrCat(figure.organisation, " in ", figure.period, " at ",
                                              figure.sequence, ": told ", told, ", is ", expected));
    }
    ++checked_;
  }
  for (const Score& score : scores) {
    if (score.sequence > assessment_read_) {
      std::lock_guard<std::mutex> lock(mutex_);
      scores_.push_back(score);
      continue;
    }
    const std::string expected = ExpectedOf(score);
    if (score.reason != expected) {
      return absl::DataLossError(absl::StrCat(score.assessment, " at ", score.sequence, ": told ",
                                              score.reason, ", is ", expected));
    }
    ++checked_;
  }
  return absl::OkStatus();
}

uint64_t ToldFigures::waiting() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return figures_.size() + scores_.size();
}

absl::Status ToldFigures::ReadOn(const FeedAudit& ingestion, const FeedAudit& assessment) {
  for (; ingestion_read_ < ingestion.entries().size(); ++ingestion_read_) {
    const AuditedEntry& entry = ingestion.entries()[ingestion_read_];
    if (entry.kind != feed::v1::ENTRY_KIND_RETURN_ACCEPTED) continue;
    const auto submission = LoadSubmission::FromRequestId(entry.request.request_id);
    if (!submission.has_value()) return absl::DataLossError("a return that nobody submitted");
    returns_[{entry.accepted.organisation(), entry.accepted.period()}][ingestion_read_ + 1] =
        *submission;
  }
  for (; assessment_read_ < assessment.entries().size(); ++assessment_read_) {
    const AuditedEntry& entry = assessment.entries()[assessment_read_];
    if (entry.kind != feed::v1::ENTRY_KIND_STATEMENT_SCORED) continue;
    // "assessments/a1/..." of "assessments/a1".
    const std::vector<absl::string_view> parts = absl::StrSplit(entry.name, '/');
    if (parts.size() < 2) return absl::DataLossError(absl::StrCat("a score named ", entry.name));
    reasons_[absl::StrCat(parts[0], "/", parts[1])][assessment_read_ + 1] =
        entry.request.request_id;
  }
  return absl::OkStatus();
}

std::string ToldFigures::ExpectedOf(const Figure& figure) const {
  int64_t sum = 0;
  bool missing = true;
  for (const auto& [key, history] : returns_) {
    if (key.second != figure.period) continue;
    if (figure.organisation != kNation && figure.organisation != key.first) continue;
    const LoadSubmission* newest = NewestAt(history, figure.sequence);
    if (newest == nullptr) continue;
    missing = false;
    sum += newest->Figure();
  }
  return missing ? kMissing : absl::StrCat(sum);
}

std::string ToldFigures::ExpectedOf(const Score& score) const {
  const auto found = reasons_.find(score.assessment);
  if (found == reasons_.end()) return "";
  const std::string* reason = NewestAt(found->second, score.sequence);
  return reason == nullptr ? "" : *reason;
}

ToldFigures::Returns ToldFigures::newest() const {
  Returns newest;
  for (const auto& [key, history] : returns_) newest[key] = history.rbegin()->second;
  return newest;
}

}  // namespace onereturn
