#include "services/ingestion/app/files/upload_shares.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/status/error.h"
#include "services/ingestion/app/files/uploads.h"
#include "services/ingestion/store/upload_table.h"

namespace onereturn::ingestion {
namespace {

constexpr int64_t kDayMicros = 24ll * 3600 * 1'000'000;

int64_t DayOf(int64_t micros) { return micros / kDayMicros; }

}  // namespace

absl::Status UploadShares::Load(const Store& store) {
  const int64_t now = clock_->Now().micros;
  std::lock_guard<std::mutex> lock(mutex_);
  return VisitUploads(
      store,
      [&](const std::string& id, const storage::v1::UploadRecord& record) -> absl::StatusOr<bool> {
        const int64_t written = record.last_write_micros();
        Owner& owner = owners_[record.organisation()];
        if (DayOf(written) == DayOf(now)) {
          owner.day = DayOf(now);
          owner.bytes += record.held_bytes();
        }
        const bool open = record.held_bytes() < record.size_bytes();
        if (open && now - written <= kUploadLifeMicros)
          owner.open[id] = {record.size_bytes(), written};
        return true;
      });
}

absl::Status UploadShares::Begin(const std::string& owner, const std::string& id,
                                 uint64_t size_bytes, const UploadShare& share) {
  const int64_t now = clock_->Now().micros;
  std::lock_guard<std::mutex> lock(mutex_);
  std::map<std::string, Session>& open = owners_[owner].open;
  for (auto session = open.begin(); session != open.end();) {
    const bool expired = now - session->second.written_micros > kUploadLifeMicros;
    session = expired ? open.erase(session) : std::next(session);
  }
  if (const auto session = open.find(id); session != open.end()) {
    ++session->second.beginning;
    return absl::OkStatus();
  }
  if (open.size() >= share.at_once) {
    return Error(Reason::kOrgQuota,
                 absl::StrCat(open.size(), " files are being uploaded: finish one of them first"))
        .With("quota", "uploads at once")
        .RetryAfter(absl::Seconds(60));
  }
  open[id] = {size_bytes, now, /*beginning=*/1, /*is_there=*/false};
  return absl::OkStatus();
}

void UploadShares::Begun(const std::string& owner, const std::string& id, uint64_t size_bytes,
                         uint64_t held_bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  std::map<std::string, Session>& open = owners_[owner].open;
  const auto session = open.find(id);
  if (session == open.end()) return;  // Written whole, or dropped, before this was known.
  session->second.beginning = std::max(session->second.beginning - 1, 0);
  session->second.is_there = true;
  session->second.size_bytes = size_bytes;
  session->second.written_micros = clock_->Now().micros;
  if (held_bytes >= size_bytes) open.erase(session);
}

void UploadShares::NotBegun(const std::string& owner, const std::string& id) {
  std::lock_guard<std::mutex> lock(mutex_);
  std::map<std::string, Session>& open = owners_[owner].open;
  const auto session = open.find(id);
  if (session == open.end()) return;
  session->second.beginning = std::max(session->second.beginning - 1, 0);
  if (session->second.beginning == 0 && !session->second.is_there) open.erase(session);
}

absl::Status UploadShares::Write(const std::string& owner, uint64_t bytes,
                                 const UploadShare& share) {
  const int64_t now = clock_->Now().micros;
  std::lock_guard<std::mutex> lock(mutex_);
  Owner& state = owners_[owner];
  if (state.day != DayOf(now)) {
    state.day = DayOf(now);
    state.bytes = 0;
  }
  if (state.bytes + bytes > share.bytes_a_day) {
    return Error(Reason::kOrgQuota,
                 absl::StrCat("the ", share.bytes_a_day, " bytes of the day are used up"))
        .With("quota", "uploaded bytes a day")
        .RetryAfter(absl::Microseconds((DayOf(now) + 1) * kDayMicros - now));
  }
  state.bytes += bytes;
  return absl::OkStatus();
}

void UploadShares::Wrote(const std::string& owner, const std::string& id, uint64_t held_bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  std::map<std::string, Session>& open = owners_[owner].open;
  const auto session = open.find(id);
  if (session == open.end()) return;
  session->second.written_micros = clock_->Now().micros;
  if (held_bytes >= session->second.size_bytes) open.erase(session);
}

void UploadShares::End(const std::string& owner, const std::string& id) {
  std::lock_guard<std::mutex> lock(mutex_);
  owners_[owner].open.erase(id);
}

}  // namespace onereturn::ingestion
