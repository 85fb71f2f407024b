// An assessment from a file, and ids for the requests that make one.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_ASSESSMENT_FILE_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_ASSESSMENT_FILE_H_

#include <google/protobuf/message.h>

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "tools/onereturn/connection/session.h"

namespace onereturn::client {

using AssessmentClient = ServiceClient<assessment::v1::AssessmentService>;

// "{prefix}.{digest of the message}": equal content gives an equal id.
std::string ContentId(absl::string_view prefix, const google::protobuf::Message& message);

// Id for scoring: also of the state of the assessment that the scorer saw, because going back to an
// earlier score is a new fact.
std::string ScoreId(const assessment::v1::Assessment& seen, const assessment::v1::Score& score);

// Names all of the statement's evidence in `score`.
void AddAllEvidence(const assessment::v1::Assessment& assessment, assessment::v1::Score* score);

// Reads an Assessment as text protobuf: organisation, framework, title, marking; evidence as
// statement, category, value { metric organisation period }, note; scores as statement, score,
// rationale. A usage error when it cannot be read or sets a field that only the service may set.
absl::StatusOr<assessment::v1::Assessment> ReadAssessmentFile(const std::string& file);

struct LoadedAssessment {
  std::string name;
  uint64_t evidence_added = 0;
  uint64_t scores_written = 0;
  uint64_t unchanged = 0;
};

// Makes `wanted`, or what is missing of it. Every score rests on all evidence of its statement.
// ETAG_MISMATCH when somebody else writes to the assessment while it is being scored.
absl::StatusOr<LoadedAssessment> LoadAssessment(
    const AssessmentClient& client, const assessment::v1::Assessment& wanted,
    const std::function<void(const std::string&)>& on_step);

// Nothing for an empty `file`.
absl::Status WriteNameFile(const std::string& file, const std::string& name);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_ASSESSMENT_FILE_H_
