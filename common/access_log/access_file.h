// The files of the access log: names and records. Private to the library.
#ifndef ONERETURN_COMMON_ACCESS_LOG_ACCESS_FILE_H_
#define ONERETURN_COMMON_ACCESS_LOG_ACCESS_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"

namespace onereturn {

struct AccessFileName {
  std::string day;  // "2025-04-30".
  uint64_t number = 0;
  std::string ToString() const;
};

// Nothing for a name of another form.
std::optional<AccessFileName> ParseAccessFileName(absl::string_view name);

inline constexpr int64_t kDayMicros = int64_t{86'400} * 1'000'000;

// "2025-04-30", UTC.
std::string AccessDayOf(Timestamp time);

// Those in the folder, by number. UNAVAILABLE when it cannot be read.
absl::StatusOr<std::vector<AccessFileName>> ListAccessFiles(const std::string& folder);

inline constexpr size_t kAccessCheckBytes = 8;
inline constexpr size_t kAccessHeadBytes = 4 + kAccessCheckBytes;
// A call's entry has some hundred bytes.
inline constexpr size_t kMaxAccessEntryBytes = 64 * 1024;

// The check of the first record's predecessor.
std::string FirstAccessCheck();
std::string AccessCheck(absl::string_view before, absl::string_view entry);

void AppendU32(uint32_t value, std::string* bytes);
uint32_t ReadU32(absl::string_view bytes);

// Takes records off the front of a file's bytes.
class AccessRecords {
 public:
  // `check` is that of the record before the bytes.
  AccessRecords(absl::string_view bytes, std::string check)
      : bytes_(bytes), check_(std::move(check)) {}

  // The next entry; nothing at the end, and at what is no whole and unaltered record.
  std::optional<absl::string_view> Next();
  // Was all of it records?
  bool AtEnd() const { return bytes_.empty(); }
  size_t taken() const { return taken_; }
  // Of the last record taken.
  const std::string& check() const { return check_; }

 private:
  absl::string_view bytes_;
  std::string check_;
  size_t taken_ = 0;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_ACCESS_LOG_ACCESS_FILE_H_
