#include "tools/onereturn/evidence/trace_reader.h"

#include <functional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/proof_text.h"
#include "tools/onereturn/evidence/leaf_check.h"

namespace onereturn::client {
namespace {

constexpr int kCellPageSize = 5'000;

using ReturnsClient = ServiceClient<returns::v1::ReturnsService>;
using AssessmentClient = ServiceClient<assessment::v1::AssessmentService>;

std::string Prefixed(absl::string_view prefix, absl::string_view text) {
  return absl::StartsWith(text, prefix) ? std::string(text) : absl::StrCat(prefix, text);
}

void Take(const assessment::v1::TraceResponse& step, Trace* trace) {
  trace->position = step.position();
  if (step.has_rating()) trace->rating = step.rating();
  if (step.has_score()) trace->scores.push_back(step.score());
  if (step.has_evidence()) trace->evidence.push_back({step.evidence(), {}});
  if (!step.has_leaf()) return;
  for (TracedEvidence& traced : trace->evidence) {
    if (traced.evidence.name() == step.evidence_name()) traced.leaves.push_back(step.leaf());
  }
}

}  // namespace

std::string AssessmentName(absl::string_view text) { return Prefixed("assessments/", text); }
std::string FrameworkName(absl::string_view text) { return Prefixed("frameworks/", text); }

absl::StatusOr<Trace> ReadTrace(const Session& session, const std::string& assessment,
                                const std::string& statement) {
  ASSIGN_OR_RETURN(const auto client, session.To<assessment::v1::AssessmentService>(kAssessment));
  assessment::v1::TraceRequest request;
  request.set_name(AssessmentName(assessment));
  request.set_statement(statement);
  Trace trace;
  const std::function<bool(const assessment::v1::TraceResponse&)> take =
      [&trace](const assessment::v1::TraceResponse& step) {
        Take(step, &trace);
        return true;
      };
  RETURN_IF_ERROR(client.Stream(&AssessmentClient::Stub::Trace, request, /*endless=*/false, take));
  return trace;
}

absl::StatusOr<std::map<std::string, RevisionProof>> ReadProofs(const Session& session,
                                                                const Trace& trace) {
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::ReturnsService>(kIngestion));
  std::map<std::string, RevisionProof> proofs;
  for (const TracedEvidence& traced : trace.evidence) {
    for (const metrics::v1::TraceLeaf& leaf : traced.leaves) {
      if (leaf.revision().empty() || proofs.count(leaf.revision()) > 0) continue;
      RevisionProof proof;
      proof.revision = leaf.revision();
      returns::v1::GetReceiptRequest receipt;
      receipt.set_name(leaf.revision());
      ASSIGN_OR_RETURN(const auto answer, client.Call(&ReturnsClient::Stub::GetReceipt, receipt));
      proof.receipt = answer.receipt();
      returns::v1::ListCellsRequest cells;
      cells.set_parent(leaf.revision());
      cells.set_page_size(kCellPageSize);
      ASSIGN_OR_RETURN(const auto list, AllPages(client, &ReturnsClient::Stub::ListCells, cells));
      proof.cells = list.cells();
      proofs.emplace(leaf.revision(), std::move(proof));
    }
  }
  return proofs;
}

absl::StatusOr<std::map<std::string, metrics::v1::Metric>> ReadMetrics(const Session& session) {
  using MetricsClient = ServiceClient<metrics::v1::MetricsService>;
  ASSIGN_OR_RETURN(const auto client, session.To<metrics::v1::MetricsService>(kMetrics));
  metrics::v1::ListMetricsRequest request;
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &MetricsClient::Stub::ListMetrics, request));
  std::map<std::string, metrics::v1::Metric> metrics;
  for (const auto& metric : list.metrics()) metrics[metric.code()] = metric;
  return metrics;
}

absl::StatusOr<std::vector<Check>> VerifyTrace(const Session& session, const Trace& trace,
                                               const std::map<std::string, RevisionProof>& proofs) {
  std::vector<Check> checks;
  for (const auto& [name, proof] : proofs) {
    ASSIGN_OR_RETURN(const VerifyingKey key,
                     PublicKeyOf(session.profile(), proof.receipt.service()));
    const absl::StatusOr<KeyHistory> keys = KeysFor(session, proof.receipt, key);
    if (!WasChecked(keys.status())) return keys.status();
    absl::Status receipt = keys.ok() ? CheckReceipt(proof.receipt, *keys) : keys.status();
    const bool held = receipt.ok();
    checks.push_back(
        {absl::StrCat("receipt of ", name, ", by key ", key.key_id()), std::move(receipt)});
    if (held) {
      checks.push_back({absl::StrCat(proof.cells.size(), " cells of ", name, ", by the receipt"),
                        CheckCells(proof.receipt, name, proof.cells)});
    }
  }
  ASSIGN_OR_RETURN(const auto metrics, ReadMetrics(session));
  std::set<std::string> done;
  for (const TracedEvidence& traced : trace.evidence) {
    const metrics::v1::MetricValue& value = traced.evidence.value();
    // The same value pinned for several statements is checked once.
    if (!done.insert(absl::StrCat(value.name(), "@", traced.evidence.position())).second) continue;
    const std::string what =
        absl::StrCat(value.metric(), " of ", value.organisation(), " in ", value.period());
    const auto metric = metrics.find(value.metric());
    if (metric == metrics.end() || metric->second.version() != value.metric_version()) {
      checks.push_back({absl::StrCat(what, ": its definition has changed since, not computed"),
                        absl::OkStatus()});
      continue;
    }
    for (const metrics::v1::TraceLeaf& leaf : traced.leaves) {
      const auto proof = proofs.find(leaf.revision());
      if (proof == proofs.end() || leaf.state() != metrics::v1::VALUE_STATE_VALUE) continue;
      checks.push_back({absl::StrCat(what, ", part of ", leaf.organisation(), ", by its cells"),
                        CheckLeaf(metric->second, leaf, proof->second.cells)});
    }
    checks.push_back({absl::StrCat(what, ", by its parts"), CheckValue(value, traced.leaves)});
  }
  return checks;
}

}  // namespace onereturn::client
