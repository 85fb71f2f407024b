// Writes that rest on what their caller saw.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_ETAG_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_ETAG_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "services/assessment/store/assessment_tables.h"

namespace onereturn::assessment {

// ETAG_MISMATCH, with the etag in force, unless `etag` is empty or the one of what the fact at
// `newest` left; 0: there is nothing, whose etag is "\"0\"". `what` is in words: "the framework".
absl::Status CheckEtag(absl::string_view etag, uint64_t newest, absl::string_view what);

// The same for an assessment as `tables` show it, and what its write must check besides; nullopt
// for an empty etag: then the write rests on nothing that it saw.
absl::StatusOr<std::optional<ReadCheck>> CheckAssessmentEtag(absl::string_view etag,
                                                             const ScopedAssessments& tables,
                                                             const AssessmentRow& row);

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_ETAG_H_
