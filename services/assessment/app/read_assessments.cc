#include "services/assessment/app/read_assessments.h"

#include <optional>
#include <utility>

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/assessment/app/assessment_view.h"
#include "services/assessment/app/field_faults.h"
#include "services/assessment/app/names.h"
#include "services/assessment/store/assessment_tables.h"
#include "services/assessment/store/facts.h"
#include "services/assessment/store/framework_tables.h"

namespace onereturn::assessment {
namespace {

absl::Status CheckName(const std::string& name) {
  FieldFaults faults;
  if (name.empty()) faults.Add(Reason::kMissing, "name", "is required");
  return faults.ToStatus();
}

absl::StatusOr<v1::Framework> FrameworkAt(const Reader& reader, uint64_t sequence) {
  ASSIGN_OR_RETURN(feed::v1::Entry entry,
                   EntryAt(reader, sequence, feed::v1::ENTRY_KIND_FRAMEWORK_DEFINED));
  return FrameworkOf(entry);
}

// Sequence of a version that was defined at or before `at`; nullopt when there was none.
absl::StatusOr<std::optional<uint64_t>> SequenceOf(const Reader& reader, const std::string& code,
                                                   uint32_t version, uint64_t at) {
  std::optional<uint64_t> sequence;
  if (version > 0) {
    ASSIGN_OR_RETURN(sequence, FrameworkSequence(reader, code, version));
    if (sequence.has_value() && *sequence > at) sequence.reset();
    return sequence;
  }
  ASSIGN_OR_RETURN(std::optional<FrameworkVersion> newest, NewestFramework(reader, code, at));
  if (newest.has_value()) sequence = newest->sequence;
  return sequence;
}

}  // namespace

absl::StatusOr<v1::Framework> ReadAssessments::GetFramework(const std::string& name,
                                                            uint32_t version, uint64_t at) const {
  RETURN_IF_ERROR(CheckName(name));
  const std::optional<std::string> code = FrameworkCodeOf(name);
  if (!code.has_value()) return NotFound();
  const Snapshot snapshot = store_->TakeSnapshot();
  ASSIGN_OR_RETURN(std::optional<uint64_t> sequence, SequenceOf(snapshot, *code, version, at));
  if (!sequence.has_value()) return NotFound();
  return FrameworkAt(snapshot, *sequence);
}

absl::StatusOr<PageOf<v1::Framework>> ReadAssessments::ListFrameworks(const std::string& after,
                                                                      size_t limit,
                                                                      uint64_t at) const {
  const Snapshot snapshot = store_->TakeSnapshot();
  ASSIGN_OR_RETURN(std::vector<NamedFramework> found,
                   FrameworksAfter(snapshot, after, limit + 1, at));
  PageOf<v1::Framework> page;
  if (found.size() > limit) {
    found.pop_back();
    page.after = found.back().code;
  }
  for (const NamedFramework& framework : found) {
    ASSIGN_OR_RETURN(v1::Framework row, FrameworkAt(snapshot, framework.newest.sequence));
    page.rows.push_back(std::move(row));
  }
  return page;
}

absl::StatusOr<v1::Assessment> ReadAssessments::Get(const OrganisationScope& scope,
                                                    const std::string& name, uint64_t at) const {
  RETURN_IF_ERROR(CheckName(name));
  const std::optional<uint64_t> number = AssessmentNumberOf(name);
  if (!number.has_value()) return NotFound();
  const Snapshot snapshot = store_->TakeSnapshot();
  const ScopedAssessments tables(&snapshot, scope, at);
  ASSIGN_OR_RETURN(std::optional<AssessmentRow> row, tables.Find(*number));
  if (!row.has_value()) return NotFound();
  return AssessmentView(tables).Whole(*row);
}

absl::StatusOr<PageOf<v1::Assessment>> ReadAssessments::List(const OrganisationScope& scope,
                                                             const std::string& after, size_t limit,
                                                             uint64_t at) const {
  uint64_t last = 0;
  if (!after.empty()) {
    ASSIGN_OR_RETURN(last, KeyReader(after).U64());
  }
  const Snapshot snapshot = store_->TakeSnapshot();
  const ScopedAssessments tables(&snapshot, scope, at);
  ASSIGN_OR_RETURN(std::vector<AssessmentRow> rows, tables.After(last, limit + 1));
  PageOf<v1::Assessment> page;
  if (rows.size() > limit) {
    rows.pop_back();
    page.after = KeyWriter().U64(rows.back().number).Take();
  }
  AssessmentView view(tables);
  for (const AssessmentRow& row : rows) {
    ASSIGN_OR_RETURN(v1::Assessment summary, view.Summary(row));
    page.rows.push_back(std::move(summary));
  }
  return page;
}

}  // namespace onereturn::assessment
