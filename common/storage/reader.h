// Reading a store: the newest state (Store) or a fixed one (Snapshot), with the same functions.
#ifndef ONERETURN_COMMON_STORAGE_READER_H_
#define ONERETURN_COMMON_STORAGE_READER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/digest/digest.h"
#include "common/storage/column_family.h"

namespace onereturn {

class Database;  // Private to the library.

struct StoredEntry {
  std::string key;
  std::string value;
};

// A walk through a range of one column family, in one consistent state. The only way to the next
// entry is through an answer that must be looked at, so that a damaged block can never pass for the
// end of the range. Movable; one thread at a time. Keeps the database open as long as it lives, so
// it should be short-lived.
class [[nodiscard]] Cursor {
 public:
  ~Cursor();
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;

  // True: key() and value() are the next entry (the first one, on the first call). False: there are
  // no more, also on every later call. An error: DATA_LOSS for damaged data, UNAVAILABLE for a
  // failed read; later calls repeat it.
  [[nodiscard]] absl::StatusOr<bool> Next();

  // Valid after a Next() that answered true, until the next call or the end of the cursor; empty
  // otherwise.
  absl::string_view key() const;
  absl::string_view value() const;

 private:
  friend class Reader;
  struct State;
  explicit Cursor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Thread safe. Ranges are [lower, upper) in bytewise order; an empty `upper` means no upper bound.
// Errors of every function: DATA_LOSS for damaged data, UNAVAILABLE for a failed read.
class Reader {
 public:
  // What visitors answer: true to go on, false to stop, or an error, which ForEach() then answers.
  using Visitor =
      absl::FunctionRef<absl::StatusOr<bool>(absl::string_view key, absl::string_view value)>;

  // The value, or nullopt if the key is absent.
  absl::StatusOr<std::optional<std::string>> Get(ColumnFamily column_family,
                                                 absl::string_view key) const;
  // The same of a large value that is not read again soon: it takes no room in the cache from
  // others.
  absl::StatusOr<std::optional<std::string>> GetOnce(ColumnFamily column_family,
                                                     absl::string_view key) const;

  // The values, in the order of the keys.
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      ColumnFamily column_family, const std::vector<std::string>& keys) const;

  Cursor Scan(ColumnFamily column_family, absl::string_view lower, absl::string_view upper) const;
  // The same range from its last entry to its first.
  Cursor ScanReverse(ColumnFamily column_family, absl::string_view lower,
                     absl::string_view upper) const;

  absl::Status ForEach(ColumnFamily column_family, absl::string_view lower, absl::string_view upper,
                       Visitor visitor) const;

  // The first or last entry of the range; nullopt if the range is empty.
  absl::StatusOr<std::optional<StoredEntry>> SeekFirst(ColumnFamily column_family,
                                                       absl::string_view lower,
                                                       absl::string_view upper) const;
  absl::StatusOr<std::optional<StoredEntry>> SeekLast(ColumnFamily column_family,
                                                      absl::string_view lower,
                                                      absl::string_view upper) const;

  // SHA-256 over all entries in the order (column family name, key), where each entry is
  //   name key value, each as a u64 big-endian length and the bytes.
  // It depends on the logical content alone: not on the order of writes, on what has been flushed
  // or compacted, or on the order of the list. Reads everything.
  absl::StatusOr<Digest> ContentHash(const std::vector<ColumnFamily>& column_families) const;

 protected:
  struct View;  // The database, and the snapshot if there is one.
  explicit Reader(std::shared_ptr<const View> view);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

 private:
  friend class Cursor;
  friend class Store;

  absl::StatusOr<std::optional<std::string>> Find(ColumnFamily column_family, absl::string_view key,
                                                  bool fill_cache) const;

  std::shared_ptr<const View> view_;
};

// One fixed state of a store. Movable, thread safe. It keeps the database open and old versions on
// disk as long as it lives, so it should be short-lived. A moved-from snapshot may only be
// destroyed or assigned to.
class Snapshot : public Reader {
 public:
  ~Snapshot();
  Snapshot(Snapshot&&) noexcept;
  Snapshot& operator=(Snapshot&&) noexcept;

 private:
  friend class Store;
  friend class Reader;
  explicit Snapshot(std::shared_ptr<const View> view);
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_READER_H_
