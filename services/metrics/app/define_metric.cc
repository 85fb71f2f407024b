#include "services/metrics/app/define_metric.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/metrics/app/convert.h"
#include "services/metrics/store/metric_heads.h"
#include "services/metrics/store/metrics_family.h"

namespace onereturn::metrics {
namespace {

constexpr size_t kMaxRequestIdBytes = 128;
// A fact must fit a feed entry of 64 KiB; the rest of the entry takes less than 4 KiB.
constexpr size_t kMaxFactBytes = 60 * 1024;

absl::Status CheckRequestId(const std::string& id) {
  const bool visible =
      std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (visible && !id.empty() && id.size() <= kMaxRequestIdBytes) return absl::OkStatus();
  return Error(Reason::kRequestId, "the request id cannot be used")
      .Field("request_id", "has 1 to 128 visible ASCII characters");
}

absl::Status CheckOutputOnly(const v1::Metric& metric) {
  if (metric.version() == 0) return absl::OkStatus();
  return Error(Reason::kOutputOnly, "the version is given by the service")
      .Field("metric.version", "must not be set");
}

}  // namespace

// The definition to be accepted, and what it was judged on.
struct DefineMetric::Judged {
  DefinitionRecord record;  // Of an unchanged one: that in force.
  StoredMetricHead before;
  bool unchanged = false;
};

absl::StatusOr<v1::Metric> DefineMetric::MetricAt(uint64_t sequence) const {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(*store_, sequence));
  feed::v1::Entry entry;
  feed::v1::MetricDefined fact;
  if (!entry.ParseFromString(bytes) || !fact.ParseFromString(entry.fact())) {
    return absl::DataLossError(absl::StrCat("entry ", sequence, " cannot be read"));
  }
  return fact.metric();
}

absl::StatusOr<DefineMetric::Judged> DefineMetric::Judge(const v1::Metric& asked) const {
  RETURN_IF_ERROR(CheckOutputOnly(asked));
  Judged judged;
  ASSIGN_OR_RETURN(judged.before, FindMetricHead(*store_, asked.code()));
  const MetricHead& head = judged.before.head;
  if (!asked.etag().empty() && asked.etag() != EtagOf(head.sequence)) {
    return Error(Reason::kEtagMismatch, "the metric has changed since you read it")
        .With("etag", EtagOf(head.sequence));
  }
  ASSIGN_OR_RETURN(judged.record.definition, DefinitionFromWire(asked));
  judged.record.definition.version = head.version;
  if (head.version > 0) {
    ASSIGN_OR_RETURN(const v1::Metric wire, MetricAt(head.sequence));
    ASSIGN_OR_RETURN(const MetricDefinition in_force, DefinitionFromWire(wire));
    judged.record.sequence = head.sequence;
    judged.unchanged = in_force == judged.record.definition;
  }
  if (!judged.unchanged) ++judged.record.definition.version;
  return judged;
}

void DefineMetric::Propose(const DefineRequest& request, bool second_try, Done done) const {
  absl::StatusOr<Judged> judged = Judge(request.metric);
  if (!judged.ok()) return done(judged.status());
  DefinedMetric defined;
  defined.metric = ToWire(judged->record);
  if (judged->unchanged) {
    absl::StatusOr<Accepted> accepted = committer_->ReceiptOf(judged->record.sequence);
    if (!accepted.ok()) return done(accepted.status());
    defined.accepted = *std::move(accepted);
    defined.unchanged = true;
    return done(std::move(defined));
  }
  defined.metric.clear_etag();
  if (request.validate_only) return done(std::move(defined));

  feed::v1::MetricDefined fact;
  *fact.mutable_metric() = defined.metric;
  if (fact.ByteSizeLong() > kMaxFactBytes) {
    return done(Error(Reason::kDefinitionInvalid,
                      absl::StrCat("the definition has ", fact.ByteSizeLong(), " bytes; at most ",
                                   kMaxFactBytes, " can be kept")));
  }
  Proposal proposal;
  proposal.entry.set_kind(feed::v1::ENTRY_KIND_METRIC_DEFINED);
  proposal.entry.set_format(1);
  proposal.entry.set_actor(request.actor);
  proposal.entry.set_request_id(request.request_id);
  proposal.entry.set_request_digest(std::string(DigestBytes(request.digest)));
  proposal.entry.set_name(defined.metric.name());
  proposal.entry.set_fact(fact.SerializeAsString());
  proposal.read_set = {
      ReadCheck{MetricsFamily::kMetricHeads, judged->before.key, judged->before.bytes}};
  proposal.write = [code = defined.metric.code(), version = defined.metric.version()](
                       const Placement& placement, WriteBatch* batch) {
    PutMetricHead(code, MetricHead{version, placement.sequence}, batch);
  };
  proposal.done = [this, request, second_try, defined = std::move(defined),
                   done](absl::StatusOr<Accepted> accepted) mutable {
    if (!accepted.ok()) {
      const bool conflict = ReasonOf(accepted.status()) == Reason::kCommitConflict;
      if (!conflict || second_try) return done(accepted.status());
      // Definitions are few and small: judging again on the committer's thread holds nobody up.
      return Propose(request, true, std::move(done));
    }
    defined.metric.set_etag(EtagOf(accepted->placement.sequence));
    defined.accepted = *std::move(accepted);
    done(std::move(defined));
  };
  if (absl::Status queued = committer_->Propose(std::move(proposal)); !queued.ok()) done(queued);
}

bool DefineMetric::AnswerRepeat(const DefineRequest& request, const Done& done) const {
  const auto known = FindRequest(*store_, "", request.request_id);
  if (!known.ok()) {
    done(known.status());
    return true;
  }
  if (!known->has_value()) return false;
  if ((*known)->digest != request.digest) {
    done(Error(Reason::kRequestIdReused,
               "a request with this request_id was accepted with other content"));
    return true;
  }
  absl::StatusOr<Accepted> accepted = committer_->ReceiptOf((*known)->sequence);
  absl::StatusOr<v1::Metric> metric = MetricAt((*known)->sequence);
  if (!accepted.ok() || !metric.ok()) {
    done(accepted.ok() ? metric.status() : accepted.status());
    return true;
  }
  DefinedMetric defined;
  defined.metric = *std::move(metric);
  defined.metric.set_etag(EtagOf((*known)->sequence));
  accepted->replayed = true;
  defined.accepted = *std::move(accepted);
  done(std::move(defined));
  return true;
}

void DefineMetric::Run(const DefineRequest& request, Done done) const {
  if (absl::Status id = CheckRequestId(request.request_id); !id.ok()) return done(id);
  if (AnswerRepeat(request, done)) return;
  Propose(request, false, std::move(done));
}

}  // namespace onereturn::metrics
