// The access log: an entry for each call, and one at a stream's start, on stable storage within
// about a second.
//
// No entry is dropped while the process lives, and no call is taken that the log would miss: when
// entries cannot be written, calls that change something or open what is privileged are refused at
// once, and others once a bound of entries waits. What the suite itself lives by is always taken,
// and from that bound on counted. Calls that are refused before they are admitted have no bound,
// for anybody may send them: those alike within a second are one entry with their number. A kill
// may take the last second's entries; the ledger holds every change besides. Nothing switches the
// log off.
//
// On disk it is files that are only ever appended to, of one day (UTC) at most, named
// "2025-04-30.000017.access" and numbered without end. A process never goes on with another's file,
// so a torn end is never written over.
//
// clang-format off
//   file   := record*
//   record := length:u32le check:byte{8} entry   ; entry: a serialised access.v1.AccessEntry
//   check  := the first 8 bytes of SHA-256(check of the record before, or 8 zero bytes; entry)
// clang-format on
#ifndef ONERETURN_COMMON_ACCESS_LOG_ACCESS_LOG_H_
#define ONERETURN_COMMON_ACCESS_LOG_ACCESS_LOG_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "onereturn/access/v1/access.pb.h"

namespace onereturn {

struct AccessLogOptions {
  std::string folder;  // Made if it is not there; its parent must be.
  int64_t days = 400;  // Files of earlier days are removed.
  size_t most_waiting_bytes = size_t{16} << 20;
  size_t most_file_bytes = size_t{64} << 20;
  std::chrono::milliseconds interval{1'000};  // Of writing and syncing.
};

// What is to become of a call when entries cannot be written.
enum class AccessKind {
  kPlain,       // Refused once the bound waits.
  kPrivileged,  // Refused at once.
  kSuite,       // Taken all the same: an operator's status, feeds, heads.
};

// Thread safe.
class AccessLog {
 public:
  // FIELD_INVALID when the folder cannot be made or written to; DATA_LOSS when what is there cannot
  // be continued. `clock` must outlive it.
  static absl::StatusOr<std::unique_ptr<AccessLog>> Open(AccessLogOptions options,
                                                         const Clock* clock);
  // Writes what waits.
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  // May a call be taken? ACCESS_LOG when its entry might not be written.
  absl::Status Admits(AccessKind kind) const;

  // Takes the entry of a call that was admitted and has ended, or of a stream that begins; `number`
  // and `time` are given here. Never waits for a disk.
  void Append(access::v1::AccessEntry entry, AccessKind kind = AccessKind::kPlain);
  // The same of a call that was refused before it was admitted: it is counted with those like it.
  // However many come, they take a bounded part of memory.
  void AppendRefused(access::v1::AccessEntry entry);

  // Waits until all that was taken before is on stable storage; false when that took longer.
  bool Flush(std::chrono::milliseconds most);

  const std::string& folder() const { return options_.folder; }

 private:
  struct Waiting {
    std::string records;  // Lengths and entries, without checks.
    uint64_t last_number = 0;
  };

  AccessLog(AccessLogOptions options, const Clock* clock)
      : options_(std::move(options)), clock_(clock) {}

  // Finds the number after the last file's, and after the last entry's.
  absl::Status FindPlace();
  void Run();
  // Writes and syncs; on failure the file is given up, and all of `waiting` will go into another.
  absl::Status Write(const Waiting& waiting);
  absl::Status OpenFile(const std::string& day);
  // Gives the file up, and removes it where it holds no whole record.
  void GiveUpFile();
  void Reserve(size_t bytes);
  void CloseFile();
  void RemoveOld(const std::string& today);

  const AccessLogOptions options_;
  const Clock* const clock_;

  // Calls alike, an entry each, in the order of their first; and where each kind stands in it.
  struct Counted {
    std::vector<access::v1::AccessEntry> entries;
    std::map<std::string, size_t> places;
  };
  static void Count(access::v1::AccessEntry entry, Counted* counted);

  // The three below want mutex_ held.
  bool Full() const;
  void AddRecord(access::v1::AccessEntry entry);
  // Lets what was counted wait as entries; false when there is no room for it.
  bool Settle();

  // Of the writing thread alone.
  int descriptor_ = -1;
  std::string path_;  // Of the file that is open.
  std::string day_;
  uint64_t next_file_ = 1;
  size_t file_bytes_ = 0;
  size_t reserved_bytes_ = 0;
  std::string check_;

  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable written_;
  Waiting waiting_;  // Guarded by mutex_, as all below.
  size_t writing_bytes_ = 0;
  Counted refused_;
  Counted suite_;  // Admitted: no crowd of refused calls takes their places.
  uint64_t next_number_ = 1;
  uint64_t synced_number_ = 0;
  bool failing_ = false;
  bool flush_wanted_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

// Where a reading goes on.
struct AccessPlace {
  uint64_t file = 0;    // Number of the file; 0: from the first.
  uint64_t offset = 0;  // In it.
  uint64_t number = 0;  // Of the last entry that was read.
  std::string check;    // Of the record before `offset`; empty at a file's beginning.
};

struct AccessQuestion {
  std::string organisation;  // Empty: all.
  Timestamp from;
  Timestamp until;  // Exclusive.
  size_t most_entries = 200;
  size_t most_bytes = size_t{8} << 20;  // Looked at for one answer.
};

struct AccessPage {
  std::vector<access::v1::AccessEntry> entries;
  bool more = false;
  AccessPlace next;  // Where `more`.
  // Names of files that could not be read to their end.
  std::vector<std::string> incomplete;
};

// Reads the log in `folder`, also while it is written. An entry that was written twice, because the
// first time failed half-way, is given once. A file that is removed meanwhile is passed over.
// UNAVAILABLE when the folder cannot be read.
absl::StatusOr<AccessPage> ReadAccess(const std::string& folder, const AccessQuestion& question,
                                      AccessPlace place);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_ACCESS_LOG_ACCESS_LOG_H_
