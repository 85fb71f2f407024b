#include "services/metrics/app/define_metric.h"

#include <memory>
#include <utility>

#include "common/commit/journal.h"
#include "common/identity/message_text.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/metrics/app/convert.h"
#include "services/metrics/store/metric_heads.h"
#include "services/metrics/store/metrics_family.h"

namespace onereturn::metrics {
namespace {

absl::Status CheckOutputOnly(const v1::Metric& metric) {
  if (metric.version() == 0) return absl::OkStatus();
  return Error(Reason::kOutputOnly, "the version is given by the service")
      .Field("metric.version", "must not be set");
}

absl::StatusOr<v1::Metric> MetricIn(const std::string& entry_bytes) {
  feed::v1::Entry entry;
  feed::v1::MetricDefined fact;
  if (!entry.ParseFromString(entry_bytes) || !fact.ParseFromString(entry.fact())) {
    return absl::DataLossError("a stored entry is not the metric it should be");
  }
  fact.mutable_metric()->set_etag(EtagOf(entry.sequence()));
  return std::move(*fact.mutable_metric());
}

absl::StatusOr<DefinedMetric> AnswerOf(AcceptedFact fact) {
  DefinedMetric defined;
  ASSIGN_OR_RETURN(defined.metric, MetricIn(fact.accepted.receipt.entry));
  defined.accepted = std::move(fact.accepted);
  defined.unchanged = fact.unchanged;
  return defined;
}

}  // namespace

absl::StatusOr<Decision> DefineMetric::Judge(const DefineRequest& request, const Snapshot& snapshot,
                                             v1::Metric* judged) {
  const v1::Metric& asked = request.metric;
  RETURN_IF_ERROR(CheckOutputOnly(asked));
  RETURN_IF_ERROR(CheckNoPersonalData(asked, "metric"));
  ASSIGN_OR_RETURN(const StoredMetricHead before, FindMetricHead(snapshot, asked.code()));
  const MetricHead& head = before.head;
  v1::Metric newest;
  if (head.version > 0) {
    ASSIGN_OR_RETURN(const std::string entry, EntryBytes(snapshot, head.sequence));
    ASSIGN_OR_RETURN(newest, MetricIn(entry));
    // Nobody takes a metric over by naming a collection of his own.
    if (request.check_collection) RETURN_IF_ERROR(request.check_collection(newest.collection()));
  }
  if (!asked.etag().empty() && asked.etag() != EtagOf(head.sequence)) {
    return Error(Reason::kEtagMismatch, "the metric has changed since you read it")
        .With("etag", EtagOf(head.sequence));
  }
  DefinitionRecord record;
  ASSIGN_OR_RETURN(record.definition, DefinitionFromWire(asked));
  record.definition.version = head.version;
  const ReadCheck check{MetricsFamily::kMetricHeads, before.key, before.bytes};
  if (head.version > 0) {
    ASSIGN_OR_RETURN(const MetricDefinition in_force, AcceptedDefinitionFromWire(newest));
    if (in_force == record.definition) return Unchanged{head.sequence, {check}};
  }
  ++record.definition.version;
  *judged = ToWire(record);
  judged->clear_etag();
  feed::v1::MetricDefined fact;
  *fact.mutable_metric() = *judged;
  return NewFact{judged->name(),
                 fact.SerializeAsString(),
                 {check},
                 [code = judged->code(), version = judged->version()](const Placement& placement,
                                                                      WriteBatch* batch) {
                   PutMetricHead(code, MetricHead{version, placement.sequence}, batch);
                 }};
}

void DefineMetric::Run(const DefineRequest& request, Done done) const {
  FactRequest fact{feed::v1::ENTRY_KIND_METRIC_DEFINED,
                   request.actor,
                   "",
                   request.request_id,
                   request.digest,
                   request.validate_only,
                   request.person,
                   request.role};
  auto judged = std::make_shared<v1::Metric>();
  writer_->Write(
      std::move(fact),
      [request, judged](const Snapshot& snapshot) {
        return Judge(request, snapshot, judged.get());
      },
      [judged, done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return done(accepted.status());
        if (accepted->has_value()) return done(AnswerOf(**std::move(accepted)));
        DefinedMetric defined;
        defined.metric = std::move(*judged);
        done(std::move(defined));
      });
}

}  // namespace onereturn::metrics
