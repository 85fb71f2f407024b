#include "services/assessment/app/etag.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::assessment {

absl::Status CheckEtag(absl::string_view etag, uint64_t newest, absl::string_view what) {
  if (etag.empty() || etag == EtagOf(newest)) return absl::OkStatus();
  return Error(Reason::kEtagMismatch, absl::StrCat(what, " has changed since it was read"))
      .With("etag", EtagOf(newest));
}

absl::StatusOr<std::optional<ReadCheck>> CheckAssessmentEtag(absl::string_view etag,
                                                             const ScopedAssessments& tables,
                                                             const AssessmentRow& row) {
  if (etag.empty()) return std::optional<ReadCheck>();
  ASSIGN_OR_RETURN(ReadCheck check, AssessmentCheck(tables.reader(), row.number));
  ASSIGN_OR_RETURN(uint64_t newest, tables.NewestSequence(row));
  RETURN_IF_ERROR(CheckEtag(etag, newest, "the assessment"));
  return std::optional<ReadCheck>(std::move(check));
}

}  // namespace onereturn::assessment
