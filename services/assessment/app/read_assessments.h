// Reading frameworks and assessments.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_READ_ASSESSMENTS_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_READ_ASSESSMENTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/identity/rights.h"
#include "common/storage/store.h"
#include "onereturn/assessment/v1/assessment.pb.h"

namespace onereturn::assessment {

// What a page holds, and what it ends with.
template <typename Row>
struct PageOf {
  std::vector<Row> rows;
  std::string after;  // Where the next page goes on; empty: this was the last.
};

// Thread safe. Every answer is of the state after fact `at`, which must have been accepted. Names
// that lead to nothing then, or to nothing within the scope: as NotFound(); empty ones: MISSING.
class ReadAssessments {
 public:
  explicit ReadAssessments(const Store* store) : store_(store) {}

  // `version` 0: the newest.
  absl::StatusOr<v1::Framework> GetFramework(const std::string& name, uint32_t version,
                                             uint64_t at) const;
  // The newest versions, in order of code. `after` is empty or of the page before.
  absl::StatusOr<PageOf<v1::Framework>> ListFrameworks(const std::string& after, size_t limit,
                                                       uint64_t at) const;
  // With evidence and scores.
  absl::StatusOr<v1::Assessment> Get(const OrganisationScope& scope, const std::string& name,
                                     uint64_t at) const;
  // In order of number, without evidence and scores.
  absl::StatusOr<PageOf<v1::Assessment>> List(const OrganisationScope& scope,
                                              const std::string& after, size_t limit,
                                              uint64_t at) const;

 private:
  const Store* const store_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_READ_ASSESSMENTS_H_
