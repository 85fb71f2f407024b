// Assessments and their frameworks, read from the services.
#ifndef ONERETURN_TOOLS_ONERETURN_EVIDENCE_ASSESSMENT_READER_H_
#define ONERETURN_TOOLS_ONERETURN_EVIDENCE_ASSESSMENT_READER_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "onereturn/assessment/v1/assessment.pb.h"
#include "tools/onereturn/connection/session.h"

namespace onereturn::client {

struct AssessmentView {
  assessment::v1::Assessment assessment;
  assessment::v1::Framework framework;
};

// With the version of the framework that it is made by.
absl::StatusOr<AssessmentView> ReadAssessment(const Session& session, const std::string& name);

// What stands for a score on the framework's scale: "3 Good standard".
std::string ScoreText(const assessment::v1::Framework& framework, uint32_t score);
// Title of a band; its code where the framework has none such.
std::string BandTitle(const assessment::v1::Framework& framework, const std::string& code);
// Title of a statement; "" where the framework has none such.
std::string StatementTitle(const assessment::v1::Framework& framework, const std::string& code);
// "Requires improvement, 72 % (Good by percentage, limited ...)", or how many scores are missing.
std::string RatingText(const assessment::v1::Framework& framework,
                       const assessment::v1::Rating& rating);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_EVIDENCE_ASSESSMENT_READER_H_
