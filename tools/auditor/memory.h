// What an auditor remembers of one service between its runs: the key it pinned, every head it ever
// saw, and a mark of every entry. It lies in a folder that the audited cannot reach, and is only
// ever appended to.
//
//   keys    a line a key: "from_epoch from_sequence public-key-hex"; the first is the pinned one
//   heads   a line a head: the serialised SignedHead in hex, "." and its SHA-256 in hex
//   marks.N of epoch N, from sequence 1: a record an entry, 84 bytes: leaf hash (32), salt (16),
//           SHA-256 of the entry without place and time (32), kind (u32 big-endian)
//
// Written in the order marks, keys, heads, each synced: a head stands for marks that are there.
#ifndef ONERETURN_TOOLS_AUDITOR_MEMORY_H_
#define ONERETURN_TOOLS_AUDITOR_MEMORY_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "tools/auditor/hashing.h"
#include "tools/auditor/signed_word.h"
#include "tools/auditor/tree.h"

namespace onereturn::auditor {

// What tells an entry from another, also when it stands in another place.
struct Mark {
  Hash leaf = {};
  std::array<char, 16> salt = {};
  Hash content = {};  // Of the entry without epoch, sequence and time.
  uint32_t kind = 0;

  friend bool operator==(const Mark& a, const Mark& b) { return a.leaf == b.leaf; }
  // The same fact, perhaps at another place.
  bool SameFact(const Mark& other) const { return content == other.content; }
};

// `bytes` are the entry's own, as served.
Mark MarkOf(absl::string_view bytes, const feed::v1::Entry& entry);

// A key, and the first place of the ledger whose heads it signs.
struct PinnedKey {
  uint64_t from_epoch = 0;
  uint64_t from_sequence = 0;
  PublicKey key;
};

// Thread-compatible; one process at a time (a lock on the folder is held).
class Memory {
 public:
  // Opens or makes the folder of one service. UNAVAILABLE when it cannot be read or written or is
  // in use; DATA_LOSS when what it holds is damaged: nobody may believe it then.
  static absl::StatusOr<std::unique_ptr<Memory>> Open(const std::string& folder);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  const std::vector<PinnedKey>& keys() const { return keys_; }
  // In order of being seen.
  const std::vector<ledger::v1::SignedHead>& heads() const { return heads_; }
  // Marks of the entries that the highest head covers, and the tree over them.
  const std::vector<Mark>& marks() const { return marks_; }
  const Tree& tree() const { return tree_; }
  // The highest head: of the last epoch the one with the greatest size.
  std::optional<ledger::v1::SignedHead> Highest() const;

  absl::Status Pin(const PinnedKey& key);
  // New entries behind those held, and the head that covers all of them. The caller has verified
  // everything.
  absl::Status Grow(const std::vector<Mark>& marks, const ledger::v1::SignedHead& head);
  // A head that tells nothing new about the size, such as a witness's.
  absl::Status Keep(const ledger::v1::SignedHead& head);
  // An epoch begins behind `kept` entries: the marks after them are those of the epoch before, and
  // counted no more. What is held of that epoch stays in its file.
  absl::Status BeginEpoch(uint64_t epoch, uint64_t kept);

 private:
  explicit Memory(std::string folder) : folder_(std::move(folder)) {}
  absl::Status Lock();
  absl::Status LoadKeys();
  absl::Status LoadHeads();
  absl::Status LoadMarks();
  std::string File(const char* name) const { return folder_ + "/" + name; }
  std::string MarksFile() const;

  const std::string folder_;
  int lock_ = -1;
  std::vector<PinnedKey> keys_;
  std::vector<ledger::v1::SignedHead> heads_;
  uint64_t epoch_ = 0;  // Of marks_; 0 before the first head.
  std::vector<Mark> marks_;
  Tree tree_;
};

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_MEMORY_H_
