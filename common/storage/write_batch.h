// A group of changes that a Store makes together or not at all.
#ifndef ONERETURN_COMMON_STORAGE_WRITE_BATCH_H_
#define ONERETURN_COMMON_STORAGE_WRITE_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "common/storage/column_family.h"

namespace onereturn {

// Plain data, bound to no store: it can be built by pure code, copied, and joined to another. The
// changes take effect in the order given. One thread at a time.
class WriteBatch {
 public:
  enum class Operation : uint8_t { kPut, kDelete, kDeleteRange };

  void Put(ColumnFamily column_family, absl::string_view key, absl::string_view value);
  void Delete(ColumnFamily column_family, absl::string_view key);
  // Deletes every key in [lower, upper). Both bounds are wanted: an empty `upper` deletes nothing.
  void DeleteRange(ColumnFamily column_family, absl::string_view lower, absl::string_view upper);

  // Adds all changes of `other` after those already here.
  void Append(const WriteBatch& other);

  void Clear();
  bool empty() const { return count_ == 0; }
  // False: nothing is added, so that it makes room sooner or later.
  bool has_puts() const { return has_puts_; }
  // Number of changes.
  size_t count() const { return count_; }
  // Size of the keys and values with their framing; about what reaches the write-ahead log.
  size_t size_bytes() const { return encoded_.size(); }

  // Visits the changes in order. `second` is the value of a put, the upper bound of a range, and
  // empty for a delete. The views are valid during the call.
  void ForEach(absl::FunctionRef<void(Operation operation, ColumnFamily column_family,
                                      absl::string_view key, absl::string_view second)>
                   visitor) const;

 private:
  void Add(Operation operation, ColumnFamily column_family, absl::string_view key,
           absl::string_view second);

  std::string encoded_;
  size_t count_ = 0;
  bool has_puts_ = false;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_WRITE_BATCH_H_
