// What was done to a feed, told from the marks of its entries before and now.
#ifndef ONERETURN_TOOLS_AUDITOR_DIAGNOSIS_H_
#define ONERETURN_TOOLS_AUDITOR_DIAGNOSIS_H_

#include <optional>
#include <string>
#include <vector>

#include "tools/auditor/lie.h"
#include "tools/auditor/memory.h"

namespace onereturn::auditor {

// The first difference that is no growth: an entry altered, deleted, inserted, swapped with
// another; all from one on replaced; the last ones gone. nullopt when `now` only continues
// `before`. `names` are those of the entries of now, for people.
std::optional<Lie> FirstTamper(const std::string& service, const std::vector<Mark>& before,
                               const std::vector<Mark>& now, const std::vector<std::string>& names);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_DIAGNOSIS_H_
