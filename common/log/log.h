// Structured logging: one JSON object a line (folded here), on stderr.
//
//   LogInfo("commit.synced", {{"sequence", sequence}, {"members", group.size()}});
//   {"time":"2025-04-30T23:59:59.000000Z","severity":"INFO","event":"commit.synced",
//    "sequence":41,"members":7}
#ifndef ONERETURN_COMMON_LOG_LOG_H_
#define ONERETURN_COMMON_LOG_LOG_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"

namespace onereturn {

// Of a longer value the first bytes are written, then "...".
inline constexpr size_t kMaxLogValueBytes = 256;

enum class LogSeverity { kDebug, kInfo, kWarning, kError };

// A text, a number or a truth value, converted from what the caller has (so that no constructor is
// explicit). A text is not owned: it must live until the call returns.
class LogValue {
 public:
  using Variant = std::variant<absl::string_view, bool, double, int64_t, uint64_t>;

  // NOLINTBEGIN(google-explicit-constructor)
  LogValue(absl::string_view text) : value_(text) {}
  LogValue(const std::string& text) : value_(absl::string_view(text)) {}
  LogValue(const char* text) : value_(absl::string_view(text)) {}
  LogValue(bool truth) : value_(truth) {}
  LogValue(double number) : value_(number) {}
  template <std::signed_integral T>
  LogValue(T number) : value_(static_cast<int64_t>(number)) {}
  template <std::unsigned_integral T>
  LogValue(T number) : value_(static_cast<uint64_t>(number)) {}
  // NOLINTEND(google-explicit-constructor)

  const Variant& value() const { return value_; }

 private:
  Variant value_;
};

struct LogField {
  absl::string_view key;  // lower_snake; not "time", "severity" or "event".
  LogValue value;
};

// Writes one line if `severity` is at or above the threshold. `event` is a dotted lower_snake name.
// Texts are escaped, so that no value can forge a line or move a terminal's cursor: controls,
// invisible and direction-changing characters become \uXXXX, bytes that are no UTF-8 become U+FFFD.
// Values must hold no personal data. Never throws and never fails. Thread-safe; lines are never
// mixed.
//
// A line is written and synced within a second, by a thread of its own: a kill may take the last
// second's lines, and a reader who stalls costs lines, which are then counted, and no caller's
// time. An error is waited for as FlushLog() does, so that what ends a process is said before.
void Log(LogSeverity severity, absl::string_view event,
         std::initializer_list<LogField> fields = {}) noexcept;

inline void LogDebug(absl::string_view event,
                     std::initializer_list<LogField> fields = {}) noexcept {
  Log(LogSeverity::kDebug, event, fields);
}
inline void LogInfo(absl::string_view event, std::initializer_list<LogField> fields = {}) noexcept {
  Log(LogSeverity::kInfo, event, fields);
}
inline void LogWarning(absl::string_view event,
                       std::initializer_list<LogField> fields = {}) noexcept {
  Log(LogSeverity::kWarning, event, fields);
}
inline void LogError(absl::string_view event,
                     std::initializer_list<LogField> fields = {}) noexcept {
  Log(LogSeverity::kError, event, fields);
}

// Waits until all lines so far are written, a second at most; false when they are not. Also done
// when the process exits in order.
bool FlushLog() noexcept;

// Lines below the threshold are dropped; kInfo at start. For the whole process. Thread-safe.
void SetLogThreshold(LogSeverity threshold) noexcept;
// False when a line of this severity would be dropped: to save the work of building its values.
bool IsLogged(LogSeverity severity) noexcept;

}  // namespace onereturn

#endif  // ONERETURN_COMMON_LOG_LOG_H_
