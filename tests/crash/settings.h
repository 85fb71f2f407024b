// What the long runs change: ONERETURN_KILLS and ONERETURN_SEED.
#ifndef ONERETURN_TESTS_CRASH_SETTINGS_H_
#define ONERETURN_TESTS_CRASH_SETTINGS_H_

#include <cstdint>
#include <cstdlib>
#include <random>

#include "absl/strings/numbers.h"

namespace onereturn {

inline int KillsFromEnvironment(int usual = 20) {
  const char* text = std::getenv("ONERETURN_KILLS");
  int kills = 0;
  return text != nullptr && absl::SimpleAtoi(text, &kills) && kills > 0 ? kills : usual;
}

// Another one each run unless it is given: print it, so that a failure can be run again.
inline uint64_t SeedFromEnvironment() {
  const char* text = std::getenv("ONERETURN_SEED");
  uint64_t seed = 0;
  return text != nullptr && absl::SimpleAtoi(text, &seed) ? seed : std::random_device()();
}

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_SETTINGS_H_
