// Everything the metrics service answers about the demonstration's data, as text that two runs can
// be compared by.
#ifndef ONERETURN_TESTS_CRASH_SUITE_ANSWERS_H_
#define ONERETURN_TESTS_CRASH_SUITE_ANSWERS_H_

#include <grpcpp/channel.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace onereturn {

// By question. Without positions and etags, which tell when something was accepted and not what.
using Answers = std::map<std::string, std::string>;

// Values of every metric in every period for England, regions, ICBs and providers; league tables;
// trends of all of them. `at_least`: a position that must be included.
absl::StatusOr<Answers> AskEverything(const std::shared_ptr<grpc::Channel>& analyst,
                                      const std::vector<std::string>& metrics,
                                      const std::vector<std::string>& periods,
                                      const std::string& at_least);

// The first few questions to which the two have other answers, with both answers; empty when there
// is none.
std::string Difference(const Answers& expected, const Answers& actual);

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_SUITE_ANSWERS_H_
