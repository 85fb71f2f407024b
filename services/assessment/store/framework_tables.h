// Versions of frameworks.
#ifndef ONERETURN_SERVICES_ASSESSMENT_STORE_FRAMEWORK_TABLES_H_
#define ONERETURN_SERVICES_ASSESSMENT_STORE_FRAMEWORK_TABLES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"

namespace onereturn::assessment {

struct FrameworkVersion {
  uint32_t version = 0;
  uint64_t sequence = 0;  // Of the fact that defined it.
};

// The newest version, and what a write that rests on it must check.
struct FrameworkHead {
  std::optional<FrameworkVersion> newest;  // nullopt: no such framework.
  ReadCheck check;
};

absl::StatusOr<FrameworkHead> ReadFrameworkHead(const Reader& reader, absl::string_view code);

// The newest version as it was after fact `at`; nullopt when there was none.
absl::StatusOr<std::optional<FrameworkVersion>> NewestFramework(const Reader& reader,
                                                                absl::string_view code,
                                                                uint64_t at);

struct NamedFramework {
  std::string code;
  FrameworkVersion newest;
};

// As NewestFramework, of up to `limit` frameworks whose code is after `after`, in bytewise order.
absl::StatusOr<std::vector<NamedFramework>> FrameworksAfter(const Reader& reader,
                                                            absl::string_view after, size_t limit,
                                                            uint64_t at);

// Sequence of the fact that defined a version; nullopt when there is none.
absl::StatusOr<std::optional<uint64_t>> FrameworkSequence(const Reader& reader,
                                                          absl::string_view code, uint32_t version);

// The rows of a newly defined version.
void PutFramework(absl::string_view code, FrameworkVersion version, WriteBatch* batch);

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_STORE_FRAMEWORK_TABLES_H_
