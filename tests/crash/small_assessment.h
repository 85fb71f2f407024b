// An assessment as small as can be: one theme, a few statements, a piece of evidence. For tests
// that want facts of the assessment service, and know what they must be.
#ifndef ONERETURN_TESTS_CRASH_SMALL_ASSESSMENT_H_
#define ONERETURN_TESTS_CRASH_SMALL_ASSESSMENT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"

namespace onereturn {

inline constexpr char kSmallStatement[] = "S1";

// With scores from 1 to 4.
assessment::v1::UpdateFrameworkRequest SmallFramework();
assessment::v1::CreateAssessmentRequest SmallAssessment(absl::string_view organisation);
// Of the statement, by the metric's value for the organisation that is assessed.
assessment::v1::AddEvidenceRequest SmallEvidence(absl::string_view request_id,
                                                 absl::string_view assessment,
                                                 absl::string_view metric,
                                                 absl::string_view organisation,
                                                 absl::string_view period);
assessment::v1::ScoreStatementRequest SmallScore(absl::string_view request_id,
                                                 absl::string_view assessment,
                                                 absl::string_view evidence, uint32_t score,
                                                 absl::string_view rationale);

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_SMALL_ASSESSMENT_H_
