#include "services/assessment/store/assessment_tables.h"

#include <algorithm>

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/assessment/store/families.h"

namespace onereturn::assessment {
namespace {

std::string AssessmentKey(uint64_t assessment) { return KeyWriter().U64(assessment).Take(); }

std::string AssessmentCountKey() {
  return KeyWriter().U8(static_cast<uint8_t>(HeadTag::kAssessmentCount)).Take();
}

std::string EvidenceCountKey(uint64_t assessment) {
  return KeyWriter().U8(static_cast<uint8_t>(HeadTag::kEvidenceCount)).U64(assessment).Take();
}

std::string AssessmentHeadKey(uint64_t assessment) {
  return KeyWriter().U8(static_cast<uint8_t>(HeadTag::kAssessment)).U64(assessment).Take();
}

void PutAssessmentHead(uint64_t assessment, uint64_t sequence, WriteBatch* batch) {
  batch->Put(Family::kHeads, AssessmentHeadKey(assessment), KeyWriter().U64(sequence).key());
}

std::string EvidenceKey(uint64_t assessment, uint64_t number) {
  return KeyWriter().U64(assessment).U64(number).Take();
}

std::string ScoreKey(uint64_t assessment, absl::string_view statement, uint64_t sequence) {
  return KeyWriter().U64(assessment).String(statement).DescendingU64(sequence).Take();
}

absl::StatusOr<Count> ReadCount(const Reader& reader, const std::string& key) {
  ASSIGN_OR_RETURN(std::optional<std::string> value, reader.Get(Family::kHeads, key));
  Count count{0, ReadCheck{Family::kHeads, key, value}};
  if (value.has_value()) {
    ASSIGN_OR_RETURN(count.value, KeyReader(*value).U64());
  }
  return count;
}

absl::StatusOr<AssessmentRow> ReadAssessment(uint64_t number, absl::string_view value) {
  AssessmentRow row;
  row.number = number;
  KeyReader reader(value);
  ASSIGN_OR_RETURN(row.sequence, reader.U64());
  ASSIGN_OR_RETURN(row.organisation, reader.String());
  RETURN_IF_ERROR(reader.Finish());
  return row;
}

absl::StatusOr<EvidenceRow> ReadEvidence(absl::string_view key, absl::string_view value) {
  EvidenceRow row;
  KeyReader key_reader(key);
  RETURN_IF_ERROR(key_reader.U64().status());
  ASSIGN_OR_RETURN(row.number, key_reader.U64());
  KeyReader reader(value);
  ASSIGN_OR_RETURN(row.sequence, reader.U64());
  ASSIGN_OR_RETURN(row.statement, reader.String());
  RETURN_IF_ERROR(reader.Finish());
  return row;
}

absl::StatusOr<ScoreRow> ReadScore(absl::string_view key, absl::string_view value) {
  ScoreRow row;
  KeyReader key_reader(key);
  RETURN_IF_ERROR(key_reader.U64().status());
  ASSIGN_OR_RETURN(row.statement, key_reader.String());
  ASSIGN_OR_RETURN(row.sequence, key_reader.DescendingU64());
  ASSIGN_OR_RETURN(row.score, KeyReader(value).U32());
  return row;
}

}  // namespace

absl::StatusOr<Count> AssessmentCount(const Reader& reader) {
  return ReadCount(reader, AssessmentCountKey());
}

absl::StatusOr<Count> EvidenceCount(const Reader& reader, uint64_t assessment) {
  return ReadCount(reader, EvidenceCountKey(assessment));
}

absl::StatusOr<ReadCheck> AssessmentCheck(const Reader& reader, uint64_t assessment) {
  const std::string key = AssessmentHeadKey(assessment);
  ASSIGN_OR_RETURN(std::optional<std::string> value, reader.Get(Family::kHeads, key));
  return ReadCheck{Family::kHeads, key, std::move(value)};
}

void PutAssessment(const AssessmentRow& row, WriteBatch* batch) {
  batch->Put(Family::kAssessments, AssessmentKey(row.number),
             KeyWriter().U64(row.sequence).String(row.organisation).key());
  batch->Put(Family::kHeads, AssessmentCountKey(), KeyWriter().U64(row.number).key());
  PutAssessmentHead(row.number, row.sequence, batch);
}

void PutEvidence(uint64_t assessment, const EvidenceRow& row, WriteBatch* batch) {
  batch->Put(Family::kEvidence, EvidenceKey(assessment, row.number),
             KeyWriter().U64(row.sequence).String(row.statement).key());
  batch->Put(Family::kHeads, EvidenceCountKey(assessment), KeyWriter().U64(row.number).key());
  PutAssessmentHead(assessment, row.sequence, batch);
}

void PutScore(uint64_t assessment, const ScoreRow& row, WriteBatch* batch) {
  batch->Put(Family::kScores, ScoreKey(assessment, row.statement, row.sequence),
             KeyWriter().U32(row.score).key());
  PutAssessmentHead(assessment, row.sequence, batch);
}

absl::StatusOr<std::optional<AssessmentRow>> ScopedAssessments::Find(uint64_t assessment) const {
  ASSIGN_OR_RETURN(std::optional<std::string> value,
                   reader_->Get(Family::kAssessments, AssessmentKey(assessment)));
  if (!value.has_value()) return std::optional<AssessmentRow>();
  ASSIGN_OR_RETURN(AssessmentRow row, ReadAssessment(assessment, *value));
  if (row.sequence > at_ || !scope_.Covers(row.organisation)) {
    return std::optional<AssessmentRow>();
  }
  return std::optional<AssessmentRow>(std::move(row));
}

absl::StatusOr<std::vector<AssessmentRow>> ScopedAssessments::After(uint64_t after,
                                                                    size_t limit) const {
  std::vector<AssessmentRow> rows;
  Cursor cursor = reader_->Scan(Family::kAssessments, AssessmentKey(after + 1), "");
  while (rows.size() < limit) {
    ASSIGN_OR_RETURN(bool more, cursor.Next());
    if (!more) break;
    ASSIGN_OR_RETURN(uint64_t number, KeyReader(cursor.key()).U64());
    ASSIGN_OR_RETURN(AssessmentRow row, ReadAssessment(number, cursor.value()));
    if (row.sequence > at_) break;  // Numbers and sequences rise together.
    if (scope_.Covers(row.organisation)) rows.push_back(std::move(row));
  }
  return rows;
}

absl::StatusOr<std::vector<EvidenceRow>> ScopedAssessments::Evidence(uint64_t assessment) const {
  std::vector<EvidenceRow> rows;
  const std::string prefix = AssessmentKey(assessment);
  Cursor cursor = reader_->Scan(Family::kEvidence, prefix, PrefixUpperBound(prefix));
  while (true) {
    ASSIGN_OR_RETURN(bool more, cursor.Next());
    if (!more) return rows;
    ASSIGN_OR_RETURN(EvidenceRow row, ReadEvidence(cursor.key(), cursor.value()));
    if (row.sequence > at_) return rows;
    rows.push_back(std::move(row));
  }
}

absl::StatusOr<std::vector<ScoreRow>> ScopedAssessments::NewestScores(uint64_t assessment) const {
  std::vector<ScoreRow> rows;
  const std::string prefix = AssessmentKey(assessment);
  Cursor cursor = reader_->Scan(Family::kScores, prefix, PrefixUpperBound(prefix));
  while (true) {
    ASSIGN_OR_RETURN(bool more, cursor.Next());
    if (!more) return rows;
    ASSIGN_OR_RETURN(ScoreRow row, ReadScore(cursor.key(), cursor.value()));
    // The newest of a statement comes first; what came after `at_`, and what it replaced, is passed
    // over.
    const bool older = !rows.empty() && rows.back().statement == row.statement;
    if (row.sequence <= at_ && !older) rows.push_back(std::move(row));
  }
}

absl::StatusOr<uint64_t> ScopedAssessments::NewestSequence(const AssessmentRow& row) const {
  uint64_t newest = row.sequence;
  ASSIGN_OR_RETURN(const std::vector<EvidenceRow> evidence, Evidence(row.number));
  if (!evidence.empty()) newest = std::max(newest, evidence.back().sequence);
  ASSIGN_OR_RETURN(const std::vector<ScoreRow> scores, NewestScores(row.number));
  for (const ScoreRow& score : scores) newest = std::max(newest, score.sequence);
  return newest;
}

}  // namespace onereturn::assessment
