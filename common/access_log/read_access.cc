#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/access_log/access_file.h"
#include "common/access_log/access_log.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

bool Concerns(const access::v1::AccessEntry& entry, const std::string& organisation) {
  if (organisation.empty() || entry.caller_organisation() == organisation ||
      entry.person_organisation() == organisation) {
    return true;
  }
  return std::find(entry.organisations().begin(), entry.organisations().end(), organisation) !=
         entry.organisations().end();
}

Timestamp TimeOf(const access::v1::AccessEntry& entry) {
  return Timestamp{entry.time().seconds() * 1'000'000 + entry.time().nanos() / 1'000};
}

// At most `most` bytes of a file from `offset`; whether they reach its end. One that is gone is
// empty.
struct Piece {
  std::string bytes;
  bool to_end = false;
};
absl::StatusOr<Piece> ReadPiece(const std::string& path, uint64_t offset, size_t most) {
  std::ifstream stream(path, std::ios::binary | std::ios::ate);
  // A file is removed when it is old, or was given up before it held anything.
  if (std::error_code error; !stream.is_open() && !std::filesystem::exists(path, error) && !error) {
    return Piece{"", true};
  }
  const auto end = stream.tellg();
  if (!stream.is_open() || end < 0) {
    return absl::UnavailableError(absl::StrCat("the access log \"", path, "\" cannot be read"));
  }
  const uint64_t size = static_cast<uint64_t>(end);
  Piece piece;
  if (offset >= size) return Piece{"", true};
  piece.bytes.resize(std::min<uint64_t>(most, size - offset));
  piece.to_end = offset + piece.bytes.size() == size;
  stream.seekg(static_cast<std::streamoff>(offset));
  if (!stream.read(piece.bytes.data(), static_cast<std::streamsize>(piece.bytes.size()))) {
    return absl::UnavailableError(absl::StrCat("the access log \"", path, "\" cannot be read"));
  }
  return piece;
}

class Reading {
 public:
  Reading(const std::string& folder, const AccessQuestion& question, AccessPlace place)
      : folder_(folder), question_(question), place_(std::move(place)) {}

  absl::StatusOr<AccessPage> Run() {
    ASSIGN_OR_RETURN(const std::vector<AccessFileName> files, ListAccessFiles(folder_));
    const std::string first = AccessDayOf(question_.from);
    // An entry is written after its time: on its day, or later when the disk failed.
    const std::string last = AccessDayOf(Timestamp{
        std::min(question_.until.micros, kMaxTimestamp.micros - kDayMicros) + kDayMicros});
    for (const AccessFileName& file : files) {
      if (file.number < place_.file || file.day < first || file.day > last) continue;
      if (file.number != place_.file) {
        place_ = AccessPlace{file.number, 0, place_.number, FirstAccessCheck()};
      }
      ASSIGN_OR_RETURN(const bool through, ReadOne(file, file.number == files.back().number));
      if (through) continue;
      page_.more = true;
      page_.next = place_;
      break;
    }
    return std::move(page_);
  }

 private:
  // False when the page is full.
  absl::StatusOr<bool> ReadOne(const AccessFileName& file, bool newest) {
    for (;;) {
      if (page_.entries.size() >= question_.most_entries) return false;
      const size_t left = question_.most_bytes - std::min(question_.most_bytes, looked_at_);
      if (left < kAccessHeadBytes + kMaxAccessEntryBytes) return false;
      ASSIGN_OR_RETURN(const Piece piece,
                       ReadPiece(absl::StrCat(folder_, "/", file.ToString()), place_.offset, left));
      AccessRecords records(piece.bytes, place_.check);
      while (page_.entries.size() < question_.most_entries) {
        const std::optional<absl::string_view> record = records.Next();
        if (!record.has_value()) break;
        Take(*record);
      }
      place_.offset += records.taken();
      place_.check = records.check();
      looked_at_ += records.taken();
      if (page_.entries.size() >= question_.most_entries) return false;
      const bool stuck = records.taken() == 0;
      if (!piece.to_end && !stuck) continue;
      // The newest file may be written just now: its end is no fault.
      if (!records.AtEnd() && !newest) page_.incomplete.push_back(file.ToString());
      return true;
    }
  }

  void Take(absl::string_view record) {
    access::v1::AccessEntry entry;
    if (!entry.ParseFromArray(record.data(), static_cast<int>(record.size()))) return;
    if (entry.number() <= place_.number) return;
    place_.number = entry.number();
    const Timestamp time = TimeOf(entry);
    if (time < question_.from || time >= question_.until) return;
    if (Concerns(entry, question_.organisation)) page_.entries.push_back(std::move(entry));
  }

  const std::string& folder_;
  const AccessQuestion& question_;
  AccessPlace place_;
  AccessPage page_;
  size_t looked_at_ = 0;
};

}  // namespace

absl::StatusOr<AccessPage> ReadAccess(const std::string& folder, const AccessQuestion& question,
                                      AccessPlace place) {
  return Reading(folder, question, std::move(place)).Run();
}

}  // namespace onereturn
