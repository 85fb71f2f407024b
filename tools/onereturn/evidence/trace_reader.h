// The way from a rating to the submitted cells, read from the services.
#ifndef ONERETURN_TOOLS_ONERETURN_EVIDENCE_TRACE_READER_H_
#define ONERETURN_TOOLS_ONERETURN_EVIDENCE_TRACE_READER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/assessment/v1/assessment.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "onereturn/metrics/v1/metric.pb.h"
#include "onereturn/metrics/v1/value.pb.h"
#include "tools/onereturn/connection/session.h"
#include "tools/onereturn/evidence/receipt_check.h"

namespace onereturn::client {

struct TracedEvidence {
  assessment::v1::Evidence evidence;
  std::vector<metrics::v1::TraceLeaf> leaves;
};

struct Trace {
  assessment::v1::Rating rating;
  std::vector<assessment::v1::Score> scores;
  std::vector<TracedEvidence> evidence;
  std::string position;
};

// What one revision of a return rests on.
struct RevisionProof {
  std::string revision;  // Its name.
  ledger::v1::Receipt receipt;
  Cells cells;
};

// "assessments/a7" for "a7", and for itself.
std::string AssessmentName(absl::string_view text);
// "frameworks/x" for "x", and for itself.
std::string FrameworkName(absl::string_view text);

// `statement` empty: all. NOT_FOUND when there is no such assessment.
absl::StatusOr<Trace> ReadTrace(const Session& session, const std::string& assessment,
                                const std::string& statement);

// Receipt and cells of every revision that the trace's leaves come from, by name of the revision.
// Each is read once.
absl::StatusOr<std::map<std::string, RevisionProof>> ReadProofs(const Session& session,
                                                                const Trace& trace);

// The newest definition of every metric, by code.
absl::StatusOr<std::map<std::string, metrics::v1::Metric>> ReadMetrics(const Session& session);

// One step of a verification.
struct Check {
  std::string what;
  absl::Status outcome;
};

// Every promise that the trace makes, checked on this machine: each receipt by the profile's public
// key, the cells by the digests that the receipts name, each leaf and each value by the cells. A
// metric whose definition has changed since cannot be computed again: its check says so and passes.
absl::StatusOr<std::vector<Check>> VerifyTrace(const Session& session, const Trace& trace,
                                               const std::map<std::string, RevisionProof>& proofs);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_EVIDENCE_TRACE_READER_H_
