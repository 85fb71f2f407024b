// Putting an assessment together from its facts.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_ASSESSMENT_VIEW_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_ASSESSMENT_VIEW_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/assessment/v1/assessment.pb.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/assessment/domain/framework.h"
#include "services/assessment/store/assessment_tables.h"

namespace onereturn::assessment {

// The definition of a framework's version, as it was accepted: today's rules are not asked.
// DATA_LOSS when it is not held, for what names a version was accepted after it, or when no rating
// can be computed from it.
absl::StatusOr<Framework> LoadFramework(const Reader& reader, absl::string_view code,
                                        uint32_t version);

// As given out: the fact alone, with what the entry adds to it.
absl::StatusOr<v1::Framework> FrameworkOf(const feed::v1::Entry& entry);
absl::StatusOr<v1::Assessment> AssessmentOf(const feed::v1::Entry& entry);
absl::StatusOr<v1::Evidence> EvidenceOf(const feed::v1::Entry& entry);
absl::StatusOr<v1::Score> ScoreOf(const feed::v1::Entry& entry);

// An assessment within the caller's scope, and what it is judged by.
struct OpenAssessment {
  AssessmentRow row;
  v1::Assessment created;
  Framework framework;
};

// As NotFound() for a name that leads to none, or to none the caller may see.
absl::StatusOr<OpenAssessment> FindAssessment(const ScopedAssessments& tables,
                                              absl::string_view name);

// Assessments as of the tables' place. Keeps frameworks, for many assessments share one. One thread
// at a time.
class AssessmentView {
 public:
  explicit AssessmentView(ScopedAssessments tables) : tables_(std::move(tables)) {}

  // Title, marking, rating and etag, without evidence and scores.
  absl::StatusOr<v1::Assessment> Summary(const AssessmentRow& row);
  // With evidence in the order of its numbers, and the newest score of each statement in the
  // framework's order.
  absl::StatusOr<v1::Assessment> Whole(const AssessmentRow& row);

 private:
  absl::StatusOr<const Framework*> FrameworkFor(const v1::Assessment& assessment);

  const ScopedAssessments tables_;
  std::map<std::pair<std::string, uint32_t>, Framework> frameworks_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_ASSESSMENT_VIEW_H_
