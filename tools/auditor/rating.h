// The rating of an assessment from its scores, as proto/onereturn/assessment/v1 defines it.
#ifndef ONERETURN_TOOLS_AUDITOR_RATING_H_
#define ONERETURN_TOOLS_AUDITOR_RATING_H_

#include <map>
#include <string>

#include "onereturn/assessment/v1/assessment.pb.h"

namespace onereturn::auditor {

// `scores`: the newest of each statement, by code. `limited_by`, which is words, is left empty.
assessment::v1::Rating Rate(const assessment::v1::Framework& framework,
                            const std::map<std::string, assessment::v1::Score>& scores);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_RATING_H_
