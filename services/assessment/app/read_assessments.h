// Reading frameworks and assessments.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_READ_ASSESSMENTS_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_READ_ASSESSMENTS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/rpc/guard.h"
#include "common/rpc/page_token.h"
#include "common/storage/store.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"

namespace onereturn::assessment {

// Thread safe. Every answer is one state of the store and says its position.
class ReadAssessments {
 public:
  ReadAssessments(const Store* store, const Committer* committer, PageTokens tokens)
      : store_(store), committer_(committer), tokens_(std::move(tokens)) {}

  absl::Status GetFramework(const v1::GetFrameworkRequest& request,
                            v1::GetFrameworkResponse* response) const;
  absl::Status Get(const CallContext& call, const v1::GetAssessmentRequest& request,
                   v1::GetAssessmentResponse* response) const;
  // Later pages answer as of the first: what was accepted in between is on none of them.
  absl::Status List(const CallContext& call, const v1::ListAssessmentsRequest& request,
                    v1::ListAssessmentsResponse* response) const;

  // An assessment as it is now, whole. As NotFound() when there is none in the caller's scope.
  absl::StatusOr<v1::GetAssessmentResponse> Whole(const CallContext& call,
                                                  const std::string& name) const;

 private:
  std::string PositionAt(uint64_t sequence) const;
  // Where the list that a token belongs to stands.
  absl::StatusOr<uint64_t> SequenceOf(const PagePlace& place) const;

  const Store* const store_;
  const Committer* const committer_;
  const PageTokens tokens_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_READ_ASSESSMENTS_H_
