// What was expected of a worked request and what came of it, as lines that a person compares.
#ifndef ONERETURN_TESTS_GOLDEN_REQUESTS_WORKED_DIFFERENCE_H_
#define ONERETURN_TESTS_GOLDEN_REQUESTS_WORKED_DIFFERENCE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worked_world.h"

namespace onereturn::ingestion {

// Each fact once, in order: one line a triple, line, concern, missing return, figure, organisation.
using Facts = std::vector<std::string>;

Facts ExpectedFacts(const testing::v1::WorkedRequest& worked);
// Of the same detail: likenesses, and parts of figures, where they are expected.
absl::StatusOr<Facts> FoundFacts(const testing::v1::WorkedRequest& worked,
                                 const WorkedWorld& world);

// "- what was expected and did not come", "+ what came and was not expected"; empty: equal.
std::string DifferenceOf(const Facts& expected, const Facts& found);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_TESTS_GOLDEN_REQUESTS_WORKED_DIFFERENCE_H_
