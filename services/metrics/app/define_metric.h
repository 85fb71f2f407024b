// Defining a metric, or a new version of it.
#ifndef ONERETURN_SERVICES_METRICS_APP_DEFINE_METRIC_H_
#define ONERETURN_SERVICES_METRICS_APP_DEFINE_METRIC_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/digest/digest.h"
#include "common/storage/store.h"
#include "onereturn/metrics/v1/metric.pb.h"

namespace onereturn::metrics {

struct DefineRequest {
  std::string actor;  // SPIFFE id.
  std::string request_id;
  Digest digest = {};  // Of the received bytes.
  bool validate_only = false;
  v1::Metric metric;
};

struct DefinedMetric {
  v1::Metric metric;                 // As it is, or would be, in force; with its output fields.
  std::optional<Accepted> accepted;  // Absent when only judged.
  bool unchanged = false;            // The newest version is equal: nothing was written.
};

// Judges on the calling thread and answers, exactly once, there or on the committer's. Whether
// items and the collection are known to ingestion is not asked: what a definition means does not
// depend on when it arrives. Errors: DEFINITION_INVALID, OUTPUT_ONLY, REQUEST_ID,
// REQUEST_ID_REUSED, ETAG_MISMATCH, COMMIT_CONFLICT and those of the committer. Thread safe.
class DefineMetric {
 public:
  using Done = std::function<void(absl::StatusOr<DefinedMetric> defined)>;

  DefineMetric(const Store* store, Committer* committer) : store_(store), committer_(committer) {}

  void Run(const DefineRequest& request, Done done) const;

 private:
  struct Judged;
  absl::StatusOr<Judged> Judge(const v1::Metric& asked) const;
  absl::StatusOr<v1::Metric> MetricAt(uint64_t sequence) const;
  // True when the request had been accepted before, and was answered.
  bool AnswerRepeat(const DefineRequest& request, const Done& done) const;
  void Propose(const DefineRequest& request, bool second_try, Done done) const;

  const Store* const store_;
  Committer* const committer_;
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_APP_DEFINE_METRIC_H_
