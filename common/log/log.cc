#include "common/log/log.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/clock/clock.h"
#include "common/log/line_writer.h"

namespace onereturn {
namespace {

std::atomic<LogSeverity> threshold{LogSeverity::kInfo};

absl::string_view NameOfSeverity(LogSeverity severity) {
  switch (severity) {
    case LogSeverity::kDebug:
      return "DEBUG";
    case LogSeverity::kInfo:
      return "INFO";
    case LogSeverity::kWarning:
      return "WARNING";
    case LogSeverity::kError:
      break;
  }
  return "ERROR";
}

void AppendUnicodeEscape(uint32_t unit, std::string& line) {
  absl::StrAppend(&line, "\\u", absl::Hex(unit, absl::kZeroPad4));
}

void AppendEscaped(const CodePoint& point, absl::string_view bytes, std::string& line) {
  if (point.value == '"' || point.value == '\\') {
    absl::StrAppend(&line, "\\", bytes);
  } else if (!IsUnsafeCodePoint(point.value)) {
    absl::StrAppend(&line, bytes);
  } else if (point.value <= 0xFFFF) {
    AppendUnicodeEscape(point.value, line);
  } else {  // JSON has no other way for these than two UTF-16 surrogates.
    AppendUnicodeEscape(0xD800 + ((point.value - 0x10000) >> 10), line);
    AppendUnicodeEscape(0xDC00 + ((point.value - 0x10000) & 0x3FF), line);
  }
}

void AppendText(absl::string_view text, std::string& line) {
  absl::string_view rest = CutAtCharacter(text, kMaxLogValueBytes);
  const bool is_cut = rest.size() < text.size();
  line.push_back('"');
  while (!rest.empty()) {
    const CodePoint point = FirstCodePoint(rest);
    if (point.size == 0) {
      absl::StrAppend(&line, "\\ufffd");
      rest.remove_prefix(1);
      continue;
    }
    AppendEscaped(point, rest.substr(0, point.size), line);
    rest.remove_prefix(point.size);
  }
  absl::StrAppend(&line, is_cut ? "...\"" : "\"");
}

struct ValueAppender {
  std::string& line;

  void operator()(absl::string_view text) const { AppendText(text, line); }
  void operator()(bool truth) const { absl::StrAppend(&line, truth ? "true" : "false"); }
  void operator()(int64_t number) const { absl::StrAppend(&line, number); }
  void operator()(uint64_t number) const { absl::StrAppend(&line, number); }
  void operator()(double number) const {
    // JSON has no word for infinity or not-a-number.
    if (std::isfinite(number)) {
      absl::StrAppend(&line, number);
    } else {
      absl::StrAppend(&line, "null");
    }
  }
};

std::string FormatLine(LogSeverity severity, absl::string_view event,
                       std::initializer_list<LogField> fields) {
  std::string line = absl::StrCat("{\"time\":\"", FormatTimestamp(SystemClock().Now()),
                                  "\",\"severity\":\"", NameOfSeverity(severity), "\",\"event\":");
  AppendText(event, line);
  for (const LogField& field : fields) {
    line.push_back(',');
    AppendText(field.key, line);
    line.push_back(':');
    std::visit(ValueAppender{line}, field.value.value());
  }
  line.push_back('}');
  return line;
}

// Some two thousand lines of the longest kind.
constexpr size_t kMostHeldBytes = 1 << 20;
constexpr auto kFlushTime = std::chrono::seconds(1);

// Never destroyed: threads may log while the process ends.
LineWriter& StderrWriter() {
  static LineWriter& writer = *[] {
    auto* made = new LineWriter(STDERR_FILENO, kMostHeldBytes);
    std::atexit([] { FlushLog(); });
    return made;
  }();
  return writer;
}

}  // namespace

void Log(LogSeverity severity, absl::string_view event,
         std::initializer_list<LogField> fields) noexcept {
  if (!IsLogged(severity)) return;
  try {
    StderrWriter().Add(FormatLine(severity, event, fields));
    if (severity == LogSeverity::kError) FlushLog();
  } catch (...) {
    // Nobody is served by failing a request over its log line.
  }
}

bool FlushLog() noexcept {
  try {
    return StderrWriter().Flush(kFlushTime);
  } catch (...) {
    return false;
  }
}

void SetLogThreshold(LogSeverity new_threshold) noexcept { threshold.store(new_threshold); }

bool IsLogged(LogSeverity severity) noexcept { return severity >= threshold.load(); }

}  // namespace onereturn
