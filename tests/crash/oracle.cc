#include "tests/crash/oracle.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr char kSent[] = "SENT";
constexpr char kAcknowledged[] = "ACKNOWLEDGED";
constexpr char kRefused[] = "REFUSED";

std::string SentLine(const RequestKeyOf& key, absl::string_view content) {
  return absl::StrCat(kSent, "\t", key.organisation, "\t", key.request_id, "\t", content, "\n");
}

absl::Status TakeLine(const std::vector<std::string>& fields, Histories* histories) {
  if (fields.size() < 3) return absl::DataLossError("a line has too few fields");
  const RequestKeyOf key{fields[1], fields[2]};
  if (fields[0] == kSent && fields.size() == 4) {
    auto [history, fresh] = histories->try_emplace(key);
    if (!fresh && history->second.content != fields[3]) {
      return absl::DataLossError(absl::StrCat(key.request_id, " was sent with two contents"));
    }
    history->second.content = fields[3];
    history->second.refused = false;
    return absl::OkStatus();
  }
  auto history = histories->find(key);
  if (history == histories->end()) {
    return absl::DataLossError(absl::StrCat(key.request_id, " was answered and never sent"));
  }
  uint64_t sequence = 0;
  if (fields[0] == kAcknowledged && fields.size() == 5 && absl::SimpleAtoi(fields[3], &sequence)) {
    history->second.promised.push_back(Promised{sequence, fields[4]});
    return absl::OkStatus();
  }
  if (fields[0] == kRefused) {
    history->second.refused = true;
    return absl::OkStatus();
  }
  return absl::DataLossError("a line is of no known kind");
}

}  // namespace

Oracle::Oracle(const std::string& file)
    : descriptor_(open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_DSYNC | O_CLOEXEC, 0600)) {
  ONERETURN_CHECK(descriptor_ >= 0);
}

Oracle::~Oracle() { close(descriptor_); }

void Oracle::Append(const std::string& lines) {
  ONERETURN_CHECK(write(descriptor_, lines.data(), lines.size()) ==
                  static_cast<ssize_t>(lines.size()));
}

void Oracle::Sent(const RequestKeyOf& key, absl::string_view content) {
  Append(SentLine(key, content));
}

void Oracle::SentAll(const std::vector<std::pair<RequestKeyOf, std::string>>& requests) {
  std::string lines;
  for (const auto& [key, content] : requests) lines += SentLine(key, content);
  Append(lines);
}

void Oracle::Acknowledged(const RequestKeyOf& key, const Promised& promised) {
  Append(absl::StrCat(kAcknowledged, "\t", key.organisation, "\t", key.request_id, "\t",
                      promised.sequence, "\t", promised.leaf_hex, "\n"));
}

void Oracle::Refused(const RequestKeyOf& key) {
  Append(absl::StrCat(kRefused, "\t", key.organisation, "\t", key.request_id, "\n"));
}

absl::StatusOr<Histories> Oracle::Read(const std::string& file) {
  std::ifstream stream(file);
  Histories histories;
  for (std::string line; std::getline(stream, line);) {
    RETURN_IF_ERROR(TakeLine(absl::StrSplit(line, '\t'), &histories));
  }
  return histories;
}

}  // namespace onereturn
