#include "common/base/failpoint.h"

#ifdef ONERETURN_FAILPOINTS

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace onereturn::internal {
namespace {

constexpr const char* kNames[] = {
#define ONERETURN_FAILPOINT_NAME(enumerator, name, meaning) name,
    ONERETURN_FAILPOINT_TABLE(ONERETURN_FAILPOINT_NAME)
#undef ONERETURN_FAILPOINT_NAME
};
constexpr size_t kNone = sizeof(kNames) / sizeof(kNames[0]);

struct Armed {
  size_t id = kNone;
  uint64_t nth = 1;
};

Armed FromEnvironment() {
  const char* const text = std::getenv(kFailpointVariable);
  if (text == nullptr || *text == '\0') return {};
  const char* const colon = std::strchr(text, ':');
  const std::string name = colon == nullptr ? text : std::string(text, colon);
  Armed armed;
  if (colon != nullptr) {
    char* end = nullptr;
    armed.nth = std::strtoull(colon + 1, &end, 10);
    if (*end != '\0') armed.nth = 0;
  }
  for (size_t id = 0; id < kNone; ++id) {
    if (name == kNames[id] && armed.nth > 0) {
      armed.id = id;
      return armed;
    }
  }
  std::fprintf(stderr, "%s: there is no failpoint \"%s\"\n", kFailpointVariable, text);
  std::abort();
}

}  // namespace

void ReachFailpoint(FailpointId id) {
  static const Armed armed = FromEnvironment();
  static std::atomic<uint64_t> reached = 0;
  if (static_cast<size_t>(id) != armed.id) return;
  if (reached.fetch_add(1) + 1 == armed.nth) _exit(kFailpointExitCode);
}

}  // namespace onereturn::internal

#endif  // ONERETURN_FAILPOINTS
