#include "common/access_log/access_file.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/digest/digest.h"

namespace onereturn {
namespace {

constexpr char kSuffix[] = "access";
constexpr size_t kDayBytes = 10;

}  // namespace

std::string AccessFileName::ToString() const {
  return absl::StrFormat("%s.%06d.%s", day, number, kSuffix);
}

std::optional<AccessFileName> ParseAccessFileName(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '.');
  AccessFileName read;
  if (parts.size() != 3 || parts[0].size() != kDayBytes || parts[2] != kSuffix ||
      !absl::SimpleAtoi(parts[1], &read.number)) {
    return std::nullopt;
  }
  read.day = std::string(parts[0]);
  if (read.ToString() != name) return std::nullopt;
  return read;
}

std::string AccessDayOf(Timestamp time) { return FormatTimestamp(time).substr(0, kDayBytes); }

absl::StatusOr<std::vector<AccessFileName>> ListAccessFiles(const std::string& folder) {
  std::vector<AccessFileName> files;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (auto name = ParseAccessFileName(entry->path().filename().string()); name.has_value()) {
      files.push_back(*std::move(name));
    }
  }
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("the access log's folder \"", folder, "\" cannot be read: ", error.message()));
  }
  std::sort(files.begin(), files.end(),
            [](const AccessFileName& a, const AccessFileName& b) { return a.number < b.number; });
  return files;
}

std::string FirstAccessCheck() { return std::string(kAccessCheckBytes, '\0'); }

std::string AccessCheck(absl::string_view before, absl::string_view entry) {
  const Digest digest = Sha256Concatenated({before, entry});
  return std::string(DigestBytes(digest).substr(0, kAccessCheckBytes));
}

void AppendU32(uint32_t value, std::string* bytes) {
  for (int shift = 0; shift < 32; shift += 8) bytes->push_back(static_cast<char>(value >> shift));
}

uint32_t ReadU32(absl::string_view bytes) {
  uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

std::optional<absl::string_view> AccessRecords::Next() {
  if (bytes_.size() < kAccessHeadBytes) return std::nullopt;
  const size_t size = ReadU32(bytes_);
  if (size > kMaxAccessEntryBytes || bytes_.size() - kAccessHeadBytes < size) return std::nullopt;
  const absl::string_view entry = bytes_.substr(kAccessHeadBytes, size);
  std::string check = AccessCheck(check_, entry);
  if (bytes_.substr(4, kAccessCheckBytes) != check) return std::nullopt;
  check_ = std::move(check);
  bytes_.remove_prefix(kAccessHeadBytes + size);
  taken_ += kAccessHeadBytes + size;
  return entry;
}

}  // namespace onereturn
