// What befalls the three services at once: each runs, is stopped, paused or cut off, for a while of
// its own.
#ifndef ONERETURN_TESTS_FAULTS_DISTURBANCE_H_
#define ONERETURN_TESTS_FAULTS_DISTURBANCE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "tests/faults/linked_suite.h"

namespace onereturn {

enum class Fate { kRuns, kStopped, kPaused, kCutOff };
inline constexpr int kFates = 4;

// Of one service.
struct Trouble {
  Fate fate = Fate::kRuns;
  int64_t from_ms = 0, to_ms = 0;
  bool in_order = false;     // Stopped by SIGTERM rather than SIGKILL.
  bool clients_too = false;  // Cut off from clients as well as from the services.
  AfterDark after = AfterDark::kGoOn;
};

struct Disturbance {
  std::map<std::string, Trouble> troubles;  // Of each service.

  // Number 1 to 63 says what befalls whom; the seed says how and when. No trouble lasts longer than
  // `length_ms`, and each begins within its first fifth and ends in its last.
  static Disturbance Of(int number, uint64_t seed, int64_t length_ms);
  static int Count();

  // "ingestion stopped, metrics cut off (stays dead)"
  std::string ToString() const;

  // Lets it happen, and returns when the last of it is over; `midway` is called once, after the
  // last has begun and before the first ends. An error of a service that does not end in order or
  // does not start again.
  absl::Status Happen(LinkedSuite* suite, const std::function<void()>& midway) const;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_FAULTS_DISTURBANCE_H_
