// ONERETURN_CHECK: the end of a process whose own code has broken a promise.
#ifndef ONERETURN_COMMON_BASE_CHECK_H_
#define ONERETURN_COMMON_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

// Aborts, with file, line and the text of the condition on stderr, unless `condition` holds. It
// stays on in release builds. For programmer errors alone: what the world can cause is an
// absl::Status.
#define ONERETURN_CHECK(condition)                                        \
  do {                                                                    \
    if (__builtin_expect(!(condition), 0)) {                              \
      ::onereturn::internal::CheckFailed(__FILE__, __LINE__, #condition); \
    }                                                                     \
  } while (false)

namespace onereturn::internal {

[[noreturn, gnu::cold, gnu::noinline]] inline void CheckFailed(const char* file, int line,
                                                               const char* condition) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::fflush(stderr);
  std::abort();
}

}  // namespace onereturn::internal

#endif  // ONERETURN_COMMON_BASE_CHECK_H_
