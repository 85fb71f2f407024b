#include "services/assessment/app/check_evidence.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/app/add_evidence.h"
#include "services/assessment/app/same_value.h"

namespace onereturn::assessment {
namespace {

constexpr char kAllAssessments[] = "assessments/-";
constexpr size_t kAssessmentsAPage = 50;
constexpr int kMostRevised = 100;

// Of one value: by whose return, the name of its revision.
using Revisions = std::map<std::string, std::pair<std::string, std::string>>;

// "organisations/RLQ/returns/MSitAE.2024-03" of a revision's name: a value may rest on several
// returns of one organisation.
std::string ReturnOf(const std::string& revision) {
  return revision.substr(0, revision.find("/revisions/"));
}

absl::Status ReadRevisions(MetricsSource* metrics, const MetricQuestion& question,
                           Revisions* revisions) {
  return metrics->Trace(
      question, kMetricsWaitMicros,
      [&](const metrics::v1::TraceMetricValueResponse& part) -> absl::StatusOr<bool> {
        if (!part.has_leaf() || part.leaf().revision().empty()) return true;
        const metrics::v1::TraceLeaf& leaf = part.leaf();
        (*revisions)[ReturnOf(leaf.revision())] = {leaf.organisation(), leaf.revision()};
        return true;
      });
}

void AddRevised(const Revisions& pinned, const Revisions& now, v1::CheckEvidenceResponse* part) {
  // By organisation, then return.
  std::set<std::pair<std::string, std::string>> all;
  for (const Revisions* side : {&pinned, &now}) {
    for (const auto& [name, one] : *side) all.insert({one.first, name});
  }
  const auto in = [](const Revisions& side, const std::string& name) {
    const auto found = side.find(name);
    return found == side.end() ? std::string() : found->second.second;
  };
  uint64_t count = 0;
  for (const auto& [organisation, name] : all) {
    const std::string before = in(pinned, name);
    const std::string after = in(now, name);
    if (before == after) continue;
    ++count;
    if (part->revised_size() == kMostRevised) continue;
    v1::RevisedReturn* revised = part->add_revised();
    revised->set_organisation(organisation);
    revised->set_pinned_revision(before);
    revised->set_revision(after);
  }
  part->set_revised_count(count);
}

// What a piece of evidence asks metrics, for which statement.
auto QuestionOf(const v1::Evidence& evidence) {
  const metrics::v1::MetricValue& value = evidence.value();
  return std::make_tuple(evidence.statement(), value.metric(), value.organisation(),
                         value.period());
}

// Faults that every piece would have: none of the others could be compared either.
bool IsOfEveryPiece(Reason reason) {
  switch (reason) {
    case Reason::kDependency:
    case Reason::kPermission:
    case Reason::kTokenExpired:
    case Reason::kRightsStale:
    case Reason::kRoleAmbiguous:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<bool> CheckEvidence::CompareOrSay(const TraceCaller& caller,
                                                 const v1::Evidence& evidence,
                                                 v1::CheckEvidenceResponse* part) const {
  *part->mutable_evidence() = evidence;
  const absl::StatusOr<bool> changed = Compare(caller, evidence, part);
  if (changed.ok()) return changed;
  const std::optional<ErrorDetails> fault = DetailsOf(changed.status());
  if (!fault.has_value() || IsOfEveryPiece(fault->reason)) return changed;
  part->mutable_not_compared()->set_reason(std::string(NameOf(fault->reason)));
  part->mutable_not_compared()->set_message(std::string(changed.status().message()));
  return true;
}

absl::StatusOr<bool> CheckEvidence::Compare(const TraceCaller& caller, const v1::Evidence& evidence,
                                            v1::CheckEvidenceResponse* part) const {
  const metrics::v1::MetricValue& pinned = evidence.value();
  MetricQuestion question{
      pinned.metric(),    pinned.metric_version(), pinned.organisation(), pinned.period(), "",
      caller.person_token};
  ASSIGN_OR_RETURN(PinnedValue now, metrics_->Value(question, kMetricsWaitMicros));
  if (SameValue(now.value, pinned)) return false;
  *part->mutable_value() = std::move(now.value);
  part->set_value_position(now.position);
  Revisions before;
  Revisions after;
  question.position = now.position;
  RETURN_IF_ERROR(ReadRevisions(metrics_, question, &after));
  question.position = evidence.position();
  RETURN_IF_ERROR(ReadRevisions(metrics_, question, &before));
  AddRevised(before, after, part);
  return true;
}

absl::StatusOr<bool> CheckEvidence::CheckAssessment(const TraceCaller& caller,
                                                    const std::string& name, uint64_t* checked,
                                                    const Listener& listener) const {
  if (!listener.is_there()) return false;
  ASSIGN_OR_RETURN(const v1::Assessment assessment,
                   reading_->Get(caller.scope, name, caller.place.sequence));
  std::set<std::string> cited;
  for (const v1::Score& score : assessment.scores()) {
    cited.insert(score.evidence().begin(), score.evidence().end());
  }
  std::map<decltype(QuestionOf(v1::Evidence())), std::string> newest;
  for (const v1::Evidence& evidence : assessment.evidence()) {
    newest[QuestionOf(evidence)] = evidence.name();
  }
  for (const v1::Evidence& evidence : assessment.evidence()) {
    const bool scored = cited.count(evidence.name()) > 0;
    if (!scored && newest[QuestionOf(evidence)] != evidence.name()) continue;
    if (!listener.is_there()) return false;
    ++*checked;
    v1::CheckEvidenceResponse part;
    ASSIGN_OR_RETURN(const bool worth_saying, CompareOrSay(caller, evidence, &part));
    if (!worth_saying) continue;
    part.set_scored(scored);
    part.set_organisation(assessment.organisation());
    part.set_title(assessment.title());
    part.set_position(caller.place.position);
    part.set_marking(assessment.marking());
    if (!listener.take(part)) return false;
  }
  return true;
}

absl::Status CheckEvidence::Run(const TraceCaller& caller, const v1::CheckEvidenceRequest& request,
                                const Listener& listener) const {
  uint64_t checked = 0;
  if (request.name() != kAllAssessments) {
    ASSIGN_OR_RETURN(const bool listening,
                     CheckAssessment(caller, request.name(), &checked, listener));
    if (!listening) return absl::OkStatus();
  } else {
    std::string after;
    do {
      ASSIGN_OR_RETURN(const auto page, reading_->List(caller.scope, after, kAssessmentsAPage,
                                                       caller.place.sequence));
      for (const v1::Assessment& one : page.rows) {
        ASSIGN_OR_RETURN(const bool listening,
                         CheckAssessment(caller, one.name(), &checked, listener));
        if (!listening) return absl::OkStatus();
      }
      after = page.after;
    } while (!after.empty());
  }
  v1::CheckEvidenceResponse last;
  last.set_position(caller.place.position);
  last.set_checked(checked);
  listener.take(last);
  return absl::OkStatus();
}

}  // namespace onereturn::assessment
