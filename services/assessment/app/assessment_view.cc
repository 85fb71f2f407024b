#include "services/assessment/app/assessment_view.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/app/convert.h"
#include "services/assessment/app/names.h"
#include "services/assessment/domain/rating.h"
#include "services/assessment/store/facts.h"
#include "services/assessment/store/framework_tables.h"

namespace onereturn::assessment {
namespace {

StatementScores ScoresOf(const std::vector<ScoreRow>& rows) {
  StatementScores scores;
  for (const ScoreRow& row : rows) scores[row.statement] = row.score;
  return scores;
}

}  // namespace

absl::StatusOr<Framework> LoadFramework(const Reader& reader, absl::string_view code,
                                        uint32_t version) {
  ASSIGN_OR_RETURN(std::optional<uint64_t> sequence, FrameworkSequence(reader, code, version));
  if (!sequence.has_value()) {
    return absl::DataLossError(
        absl::StrCat("version ", version, " of framework ", code, " is missing from the store"));
  }
  ASSIGN_OR_RETURN(feed::v1::Entry entry,
                   EntryAt(reader, *sequence, feed::v1::ENTRY_KIND_FRAMEWORK_DEFINED));
  ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::FrameworkDefined>(entry));
  // Checked when it was taken, by the rules of that day.
  Framework framework = FromWire(fact.framework());
  if (framework.CanRate()) return framework;
  return absl::DataLossError(absl::StrCat("entry ", *sequence, " holds no whole framework"));
}

absl::StatusOr<v1::Framework> FrameworkOf(const feed::v1::Entry& entry) {
  ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::FrameworkDefined>(entry));
  v1::Framework framework = std::move(*fact.mutable_framework());
  framework.set_etag(EtagOf(entry.sequence()));
  return framework;
}

absl::StatusOr<v1::Assessment> AssessmentOf(const feed::v1::Entry& entry) {
  ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::AssessmentCreated>(entry));
  v1::Assessment assessment = std::move(*fact.mutable_assessment());
  *assessment.mutable_create_time() = onereturn::ToWire(Timestamp{entry.time_micros()});
  assessment.set_etag(EtagOf(entry.sequence()));
  return assessment;
}

absl::StatusOr<v1::Evidence> EvidenceOf(const feed::v1::Entry& entry) {
  ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::EvidenceAdded>(entry));
  return std::move(*fact.mutable_evidence());
}

absl::StatusOr<v1::Score> ScoreOf(const feed::v1::Entry& entry) {
  ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::StatementScored>(entry));
  return std::move(*fact.mutable_score());
}

absl::StatusOr<OpenAssessment> FindAssessment(const ScopedAssessments& tables,
                                              absl::string_view name) {
  const std::optional<uint64_t> number = AssessmentNumberOf(name);
  if (!number.has_value()) return NotFound();
  ASSIGN_OR_RETURN(std::optional<AssessmentRow> row, tables.Find(*number));
  if (!row.has_value()) return NotFound();
  OpenAssessment open;
  ASSIGN_OR_RETURN(feed::v1::Entry entry, EntryAt(tables.reader(), row->sequence,
                                                  feed::v1::ENTRY_KIND_ASSESSMENT_CREATED));
  ASSIGN_OR_RETURN(open.created, AssessmentOf(entry));
  ASSIGN_OR_RETURN(open.framework, LoadFramework(tables.reader(), open.created.framework(),
                                                 open.created.framework_version()));
  open.row = *std::move(row);
  return open;
}

absl::StatusOr<const Framework*> AssessmentView::FrameworkFor(const v1::Assessment& assessment) {
  const auto key = std::make_pair(assessment.framework(), assessment.framework_version());
  auto known = frameworks_.find(key);
  if (known == frameworks_.end()) {
    ASSIGN_OR_RETURN(Framework framework, LoadFramework(tables_.reader(), key.first, key.second));
    known = frameworks_.emplace(key, std::move(framework)).first;
  }
  return &known->second;
}

absl::StatusOr<v1::Assessment> AssessmentView::Summary(const AssessmentRow& row) {
  ASSIGN_OR_RETURN(feed::v1::Entry entry, EntryAt(tables_.reader(), row.sequence,
                                                  feed::v1::ENTRY_KIND_ASSESSMENT_CREATED));
  ASSIGN_OR_RETURN(v1::Assessment assessment, AssessmentOf(entry));
  ASSIGN_OR_RETURN(const Framework* framework, FrameworkFor(assessment));
  ASSIGN_OR_RETURN(std::vector<ScoreRow> scores, tables_.NewestScores(row.number));
  *assessment.mutable_rating() = ToWire(RatingOf(*framework, ScoresOf(scores)));
  ASSIGN_OR_RETURN(uint64_t newest, tables_.NewestSequence(row));
  assessment.set_etag(EtagOf(newest));
  return assessment;
}

absl::StatusOr<v1::Assessment> AssessmentView::Whole(const AssessmentRow& row) {
  ASSIGN_OR_RETURN(v1::Assessment assessment, Summary(row));
  ASSIGN_OR_RETURN(const Framework* framework, FrameworkFor(assessment));
  ASSIGN_OR_RETURN(std::vector<EvidenceRow> evidence, tables_.Evidence(row.number));
  for (const EvidenceRow& piece : evidence) {
    ASSIGN_OR_RETURN(feed::v1::Entry entry, EntryAt(tables_.reader(), piece.sequence,
                                                    feed::v1::ENTRY_KIND_EVIDENCE_ADDED));
    ASSIGN_OR_RETURN(*assessment.add_evidence(), EvidenceOf(entry));
  }
  ASSIGN_OR_RETURN(std::vector<ScoreRow> scores, tables_.NewestScores(row.number));
  std::map<std::string, uint64_t> sequences;
  for (const ScoreRow& score : scores) sequences[score.statement] = score.sequence;
  for (const std::string& statement : framework->StatementCodes()) {
    auto scored = sequences.find(statement);
    if (scored == sequences.end()) continue;
    ASSIGN_OR_RETURN(feed::v1::Entry entry, EntryAt(tables_.reader(), scored->second,
                                                    feed::v1::ENTRY_KIND_STATEMENT_SCORED));
    ASSIGN_OR_RETURN(*assessment.add_scores(), ScoreOf(entry));
  }
  return assessment;
}

}  // namespace onereturn::assessment
