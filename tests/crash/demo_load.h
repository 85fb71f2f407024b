// The load of the demonstration's 24 months into a suite, by a client that repeats whatever fails.
#ifndef ONERETURN_TESTS_CRASH_DEMO_LOAD_H_
#define ONERETURN_TESTS_CRASH_DEMO_LOAD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "onereturn/config/v1/definitions.pb.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tests/crash/oracle.h"
#include "tests/harness/deployment.h"

namespace onereturn {

inline constexpr int kDemoReturns = 4'866;

// A month's file of deploy/demo.
struct DemoFile {
  std::string period;
  std::string bytes;
  std::vector<std::string> organisations;  // In order of row.
};

// In order of month. NOT_FOUND when the folder is not there.
absl::StatusOr<std::vector<DemoFile>> ReadDemoFiles();
// Organisations, items, metrics and monthly A&E of deploy/england, without its window.
absl::StatusOr<config::v1::DefinitionSet> ReadEngland();
// England's sum of some columns of each month, from deploy/demo/expected.csv: by period.
absl::StatusOr<std::map<std::string, int64_t>> ExpectedSums(const std::string& item);

// Runs `attempt` until it succeeds or fails for good: a service that is down or busy is asked
// again, for at most two minutes.
absl::Status Persist(const std::function<absl::Status()>& attempt);

// Loads files one by one. One thread.
class DemoLoader {
 public:
  DemoLoader(Deployment* suite, Oracle* oracle) : suite_(suite), oracle_(oracle) {}

  // Until every return of the file is accepted.
  absl::Status Load(const DemoFile& file);

  // The position that includes everything loaded so far.
  const std::string& position() const { return position_; }

 private:
  absl::Status LoadOnce(const DemoFile& file);
  absl::Status TakeAnswer(const DemoFile& file,
                          const returns::v1::SubmitReturnFileResponse& response);

  Deployment* const suite_;
  Oracle* const oracle_;
  std::string position_;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_DEMO_LOAD_H_
