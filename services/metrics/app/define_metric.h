// Defining a metric, or a new version of it.
#ifndef ONERETURN_SERVICES_METRICS_APP_DEFINE_METRIC_H_
#define ONERETURN_SERVICES_METRICS_APP_DEFINE_METRIC_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
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
  std::string person = {};  // "{issuer}#{subject}"; empty when the system acts for itself.
  rights::v1::Role role = rights::v1::ROLE_UNSPECIFIED;
  // May the caller define metrics of this collection? Asked of the one that the metric has so far;
  // the one that `metric` names was looked at before. Null: of any.
  std::function<absl::Status(const std::string& collection)> check_collection = nullptr;
};

struct DefinedMetric {
  v1::Metric metric;                 // As it is, or would be, in force; with its output fields.
  std::optional<Accepted> accepted;  // Absent when only judged.
  bool unchanged = false;            // The newest version is equal: nothing was written.
};

// Judges on the calling thread and answers, exactly once, there or on the committer's. Whether
// items and the collection are known to ingestion is not asked: what a definition means does not
// depend on when it arrives. Errors: DEFINITION_INVALID, OUTPUT_ONLY, REQUEST_ID,
// REQUEST_ID_REUSED, what `check_collection` answers, ETAG_MISMATCH, COMMIT_CONFLICT and those of
// the committer. Thread safe.
class DefineMetric {
 public:
  using Done = std::function<void(absl::StatusOr<DefinedMetric> defined)>;

  explicit DefineMetric(const FactWriter* writer) : writer_(writer) {}

  void Run(const DefineRequest& request, Done done) const;

 private:
  // `judged` becomes the metric as it would be in force.
  static absl::StatusOr<Decision> Judge(const DefineRequest& request, const Snapshot& snapshot,
                                        v1::Metric* judged);

  const FactWriter* const writer_;
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_APP_DEFINE_METRIC_H_
