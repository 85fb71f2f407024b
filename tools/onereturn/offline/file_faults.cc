#include "tools/onereturn/offline/file_faults.h"

#include <algorithm>
#include <numeric>
#include <regex>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

using google::protobuf::Descriptor;

constexpr size_t kMostSlips = 2;

// How many letters are to be put in, taken out or changed.
size_t Slips(absl::string_view from, absl::string_view to) {
  std::vector<size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < from.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < to.size(); ++j) {
      const size_t changed = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

struct Nearest {
  std::string field;
  size_t slips = kMostSlips + 1;
};

void LookFor(absl::string_view written, const Descriptor& message,
             std::set<const Descriptor*>* seen, Nearest* nearest) {
  if (!seen->insert(&message).second) return;
  for (int i = 0; i < message.field_count(); ++i) {
    const size_t slips = std::min(Slips(written, message.field(i)->name()),
                                  Slips(written, message.field(i)->json_name()));
    // The very name elsewhere in the message is not what is missing here.
    if (slips > 0 && slips < nearest->slips) *nearest = {message.field(i)->name(), slips};
  }
  for (int i = 0; i < message.field_count(); ++i) {
    const Descriptor* below = message.field(i)->message_type();
    if (below != nullptr) LookFor(written, *below, seen, nearest);
  }
}

bool IsTable(const std::string& file, absl::string_view bytes) {
  const absl::string_view first = bytes.substr(0, bytes.find('\n'));
  return absl::EndsWithIgnoreCase(file, ".csv") ||
         (absl::StrContains(first, ',') && first.find_first_of(":{<#") == absl::string_view::npos);
}

uint64_t LineAt(absl::string_view text, size_t place) {
  return 1 + static_cast<uint64_t>(
                 std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(place), '\n'));
}

}  // namespace

absl::Status CheckIsMessageText(const std::string& file, absl::string_view bytes) {
  constexpr char kRemedy[] =
      "Save it as UTF-8 text; onereturn request template shows how a request is written.";
  if (absl::StartsWith(bytes, "\xFF\xFE") || absl::StartsWith(bytes, "\xFE\xFF")) {
    return UsageError(absl::StrCat("\"", file, "\" is UTF-16, not UTF-8"), kRemedy);
  }
  if (absl::StrContains(bytes, '\0')) {
    return UsageError(absl::StrCat("\"", file, "\" is no text file"), kRemedy);
  }
  if (IsTable(file, bytes)) {
    return UsageError(absl::StrCat("\"", file, "\" is a table (CSV), not text protobuf or JSON"),
                      "onereturn request template shows how a request is written; figures are "
                      "sent with onereturn submit.");
  }
  return absl::OkStatus();
}

std::string PlaceInJson(absl::string_view json, absl::string_view message) {
  // Of what it cannot parse it quotes what stands around it, with a mark below.
  const size_t quoted = message.find('\n');
  const size_t mark = message.rfind('\n');
  if (quoted != absl::string_view::npos && mark > quoted) {
    const size_t found = json.find(message.substr(quoted + 1, mark - quoted - 1));
    const size_t place = found + (message.size() - mark - 2);
    if (found == absl::string_view::npos || place > json.size()) return "";
    return absl::StrCat("line ", LineAt(json, place), ": ");
  }
  // Of a field that there is not it gives the path.
  const std::vector<absl::string_view> path =
      absl::StrSplit(message.substr(0, message.find(':')), '.');
  const size_t found = json.find(absl::StrCat("\"", path.back(), "\""));
  return found == absl::string_view::npos ? "" : absl::StrCat("line ", LineAt(json, found), ": ");
}

absl::Status InWordsOfWriter(const absl::Status& status, const Descriptor& message) {
  static const std::regex& unknown = *new std::regex(
      "^([^]*?)(?:Message type \"[^\"]*\" has no field named \"([A-Za-z0-9_]+)\"|"
      "([A-Za-z0-9_.\\[\\]]+): Cannot find field)");
  if (status.ok()) return status;
  const std::string words(status.message());
  std::smatch parts;
  static const std::regex& foreign =
      *new std::regex("^([^]*?)Interpreting non ascii codepoint [0-9]+\\.?");
  if (std::regex_search(words, parts, foreign)) {
    return UsageError(absl::StrCat(parts.str(1), "a character that may stand in quotes alone"),
                      "Put texts in quotes, and save the file as UTF-8 text.");
  }
  if (!std::regex_search(words, parts, unknown)) return AsUsageError(status);
  std::string written = parts[2].matched ? parts.str(2) : parts.str(3);
  written.erase(0, written.rfind('.') + 1);
  Nearest nearest;
  std::set<const Descriptor*> seen;
  LookFor(written, message, &seen, &nearest);
  return UsageError(
      absl::StrCat(parts.str(1), "there is no field \"", written, "\""),
      absl::StrCat(nearest.field.empty() ? std::string()
                                         : absl::StrCat("Perhaps ", nearest.field, " is meant. "),
                   "Its fields are those of ", message.full_name(), "."));
}

}  // namespace onereturn::client
