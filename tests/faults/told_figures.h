// What readers were told while services were disturbed, held against the feeds: every figure must
// be that of the position it was told at. The figures are known from the submissions' ids alone.
#ifndef ONERETURN_TESTS_FAULTS_TOLD_FIGURES_H_
#define ONERETURN_TESTS_FAULTS_TOLD_FIGURES_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "onereturn/metrics/v1/value.pb.h"
#include "tests/crash/feed_audit.h"

namespace onereturn {

inline constexpr char kNation[] = "X24";

// A submission of the load: its id says what its cells are.
struct LoadSubmission {
  int client = 0;
  uint64_t number = 0;  // Of the client, from 1.

  std::string RequestId() const;
  static std::optional<LoadSubmission> FromRequestId(absl::string_view request_id);
  // What all its cells together come to.
  int64_t Figure() const;
};

// Thread safe.
class ToldFigures {
 public:
  // A figure of an organisation, or of the nation: then it is the sum over all organisations.
  // POSITION_INVALID, or an error of the position's form, for a position that says nothing of
  // ingestion.
  absl::Status Told(const metrics::v1::MetricValue& value, const std::string& position);
  // The reason given for an assessment's newest score, empty where it had none.
  absl::Status ToldScore(const std::string& assessment, const std::string& reason,
                         const std::string& position);

  // Compares what was told with the feeds as far as they were read: the first thing that is wrong.
  // What was told of later positions waits for the next call.
  absl::Status Check(const FeedAudit& ingestion, const FeedAudit& assessment);
  uint64_t checked() const { return checked_; }
  uint64_t waiting() const;

  // The newest submission of each return, by organisation and period.
  using Returns = std::map<std::pair<std::string, std::string>, LoadSubmission>;
  Returns newest() const;

 private:
  struct Figure {
    std::string organisation, period;
    uint64_t sequence = 0;
    metrics::v1::ValueState state = metrics::v1::VALUE_STATE_UNSPECIFIED;
    std::string numerator;
  };
  struct Score {
    std::string assessment, reason;
    uint64_t sequence = 0;
  };

  absl::Status ReadOn(const FeedAudit& ingestion, const FeedAudit& assessment);
  std::string ExpectedOf(const Figure& figure) const;
  std::string ExpectedOf(const Score& score) const;

  mutable std::mutex mutex_;
  std::vector<Figure> figures_;  // Guarded by mutex_.
  std::vector<Score> scores_;    // Guarded by mutex_.

  // Only Check() touches these. By sequence.
  std::map<std::pair<std::string, std::string>, std::map<uint64_t, LoadSubmission>> returns_;
  std::map<std::string, std::map<uint64_t, std::string>> reasons_;
  uint64_t ingestion_read_ = 0, assessment_read_ = 0;
  uint64_t checked_ = 0;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_FAULTS_TOLD_FIGURES_H_
