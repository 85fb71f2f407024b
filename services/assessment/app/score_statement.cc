#include "services/assessment/app/score_statement.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/app/assessment_view.h"
#include "services/assessment/app/etag.h"
#include "services/assessment/app/field_faults.h"
#include "services/assessment/app/names.h"
#include "services/assessment/store/assessment_tables.h"

namespace onereturn::assessment {
namespace {

std::string EvidencePath(int index) { return absl::StrCat("score.evidence[", index, "]"); }

FieldFaults CheckFields(const v1::ScoreStatementRequest& request) {
  FieldFaults faults;
  faults.CheckRequestId(request.request_id());
  if (!request.has_score()) {
    faults.Add(Reason::kMissing, "score", "is required");
    return faults;
  }
  const v1::Score& score = request.score();
  if (score.assessment().empty()) faults.Add(Reason::kMissing, "score.assessment", "is required");
  faults.CheckOutputOnly("score.marking", !score.marking().empty());
  faults.CheckLine("score.statement", score.statement(), /*required=*/true, kMaxCodeBytes);
  if (score.score() == 0) faults.Add(Reason::kMissing, "score.score", "is required");
  faults.CheckNarrative("score.rationale", score.rationale(), /*required=*/true);
  if (score.evidence_size() > kMaxEvidenceOfScore) {
    faults.Add(
        Reason::kTooManyItems, "score.evidence",
        absl::StrCat("has ", score.evidence_size(), " names: at most ", kMaxEvidenceOfScore));
  }
  std::set<std::string> seen;
  for (int i = 0; i < score.evidence_size(); ++i) {
    if (!seen.insert(score.evidence(i)).second) {
      faults.Add(Reason::kFieldInvalid, EvidencePath(i), "stands twice");
    }
  }
  return faults;
}

// What the framework and the assessment's evidence say of the score.
void CheckAgainst(const OpenAssessment& assessment, const std::vector<EvidenceRow>& held,
                  const v1::Score& score, FieldFaults* faults) {
  if (!score.statement().empty() && !assessment.framework.HasStatement(score.statement())) {
    faults->Add(Reason::kFieldInvalid, "score.statement", "is none of the framework's statements");
  }
  if (score.score() != 0 && !assessment.framework.HasScore(score.score())) {
    faults->Add(Reason::kRange, "score.score", "is not on the framework's scale");
  }
  for (int i = 0; i < std::min(score.evidence_size(), kMaxEvidenceOfScore); ++i) {
    const std::optional<EvidenceId> id = EvidenceIdOf(score.evidence(i));
    if (!id.has_value() || id->assessment != assessment.row.number || id->number > held.size()) {
      faults->Add(Reason::kFieldInvalid, EvidencePath(i), "is no evidence of this assessment");
    }
  }
}

// That the score rests on evidence, and on evidence of its own statement.
absl::Status CheckEvidence(const std::vector<EvidenceRow>& held, const v1::Score& score) {
  Error error(Reason::kEvidenceState, "a score must rest on evidence of its own statement");
  bool stray = false;
  for (const std::string& name : score.evidence()) {
    const EvidenceRow& row = held[EvidenceIdOf(name)->number - 1];
    if (row.statement == score.statement()) continue;
    error.Precondition(name, absl::StrCat("bears on statement ", row.statement));
    stray = true;
  }
  if (stray) return error;
  if (!score.evidence().empty()) return absl::OkStatus();
  const bool any = std::any_of(held.begin(), held.end(), [&score](const EvidenceRow& row) {
    return row.statement == score.statement();
  });
  if (any) {
    FieldFaults faults;
    faults.Add(Reason::kMissing, "score.evidence", "is required: name what the score rests on");
    return faults.ToStatus();
  }
  return error.Precondition(
      score.assessment(),
      absl::StrCat("holds no evidence of statement ", score.statement(), " yet: add some first"));
}

absl::StatusOr<Judged<v1::Score>> Judge(const Reader& reader, const OrganisationScope& scope,
                                        const v1::ScoreStatementRequest& request) {
  FieldFaults faults = CheckFields(request);
  const v1::Score& score = request.score();
  const ScopedAssessments tables(&reader, scope, kNewest);
  absl::StatusOr<OpenAssessment> assessment = FindAssessment(tables, score.assessment());
  std::vector<EvidenceRow> held;
  if (assessment.ok()) {
    ASSIGN_OR_RETURN(held, tables.Evidence(assessment->row.number));
    CheckAgainst(*assessment, held, score, &faults);
  }
  RETURN_IF_ERROR(faults.ToStatus());
  RETURN_IF_ERROR(assessment.status());
  ASSIGN_OR_RETURN(std::optional<ReadCheck> seen,
                   CheckAssessmentEtag(request.etag(), tables, assessment->row));
  RETURN_IF_ERROR(CheckEvidence(held, score));

  Judged<v1::Score> judged;
  judged.resource = score;
  judged.resource.set_marking(assessment->created.marking());
  feed::v1::StatementScored fact;
  *fact.mutable_score() = judged.resource;
  NewFact decision;
  decision.name = score.assessment();
  decision.fact = fact.SerializeAsString();
  // Nothing else it was judged on can change: evidence and the pinned framework are only ever added
  // to.
  if (seen.has_value()) decision.read_set = {*std::move(seen)};
  decision.write = [number = assessment->row.number, statement = score.statement(),
                    points = score.score()](const Placement& placement, WriteBatch* batch) {
    PutScore(number, ScoreRow{statement, placement.sequence, points}, batch);
  };
  judged.decision = std::move(decision);
  return judged;
}

}  // namespace

void ScoreStatement::Run(const WriteOrigin& origin, v1::ScoreStatementRequest request,
                         Respond<v1::Score> respond) const {
  auto asked = std::make_shared<const v1::ScoreStatementRequest>(std::move(request));
  WriteFact<v1::Score>(
      writer_, feed::v1::ENTRY_KIND_STATEMENT_SCORED, origin, *asked,
      [asked, scope = origin.scope](const Reader& reader) { return Judge(reader, scope, *asked); },
      ScoreOf, std::move(respond));
}

}  // namespace onereturn::assessment
