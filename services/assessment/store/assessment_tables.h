// Assessments, their evidence and scores, as of any sequence of the service's own feed.
#ifndef ONERETURN_SERVICES_ASSESSMENT_STORE_ASSESSMENT_TABLES_H_
#define ONERETURN_SERVICES_ASSESSMENT_STORE_ASSESSMENT_TABLES_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "common/identity/rights.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"

namespace onereturn::assessment {

// Assessments and their evidence are numbered from 1; sequences are of the facts that made them.
struct AssessmentRow {
  uint64_t number = 0;
  uint64_t sequence = 0;
  std::string organisation;
};

struct EvidenceRow {
  uint64_t number = 0;
  uint64_t sequence = 0;
  std::string statement;
};

struct ScoreRow {
  std::string statement;
  uint64_t sequence = 0;
  uint32_t score = 0;
};

// How many there are, and what a write that gives the next number must check.
struct Count {
  uint64_t value = 0;
  ReadCheck check;
};

absl::StatusOr<Count> AssessmentCount(const Reader& reader);
absl::StatusOr<Count> EvidenceCount(const Reader& reader, uint64_t assessment);

// What a write that rests on an assessment as it is must check: it changes with every fact about
// the assessment. To be read before what the write is judged on, or from the same snapshot.
absl::StatusOr<ReadCheck> AssessmentCheck(const Reader& reader, uint64_t assessment);

// The rows of new facts; with the numbers that follow the counts.
void PutAssessment(const AssessmentRow& row, WriteBatch* batch);
void PutEvidence(uint64_t assessment, const EvidenceRow& row, WriteBatch* batch);
void PutScore(uint64_t assessment, const ScoreRow& row, WriteBatch* batch);

// As they are now.
inline constexpr uint64_t kNewest = std::numeric_limits<uint64_t>::max();

// What a caller may see of the assessments in `reader`, as it was after fact `at`. Rows of an
// assessment may only be asked for once Find() has shown that it is within the scope. Does not own
// `reader`. Thread safe.
class ScopedAssessments {
 public:
  ScopedAssessments(const Reader* reader, OrganisationScope scope, uint64_t at)
      : reader_(reader), scope_(std::move(scope)), at_(at) {}

  const Reader& reader() const { return *reader_; }
  uint64_t at() const { return at_; }

  // nullopt when there is none, or it is outside the scope.
  absl::StatusOr<std::optional<AssessmentRow>> Find(uint64_t assessment) const;
  // Up to `limit` after number `after`, in order.
  absl::StatusOr<std::vector<AssessmentRow>> After(uint64_t after, size_t limit) const;

  // In order of number.
  absl::StatusOr<std::vector<EvidenceRow>> Evidence(uint64_t assessment) const;
  // Sequence of the newest fact about an assessment that Find() has given.
  absl::StatusOr<uint64_t> NewestSequence(const AssessmentRow& row) const;
  // The newest of each statement, in bytewise order of statement.
  absl::StatusOr<std::vector<ScoreRow>> NewestScores(uint64_t assessment) const;

 private:
  const Reader* reader_;
  OrganisationScope scope_;
  uint64_t at_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_STORE_ASSESSMENT_TABLES_H_
