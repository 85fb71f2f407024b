// Private to the library: what the files of a backup hold, as the store they were copied from says
// it.
//
// clang-format off
//   content = SHA-256 of: { name %x00 SHA-256 of the file }   ; by ascending name
// clang-format on
#ifndef ONERETURN_COMMON_STORAGE_BACKUP_CONTENT_H_
#define ONERETURN_COMMON_STORAGE_BACKUP_CONTENT_H_

#include <rocksdb/db.h>
#include <rocksdb/utilities/backup_engine.h>

#include <atomic>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/digest/digest.h"

namespace onereturn {

// While it lives, the engine deletes no file.
class KeptFiles {
 public:
  static absl::StatusOr<std::unique_ptr<KeptFiles>> Of(rocksdb::DB* engine);
  ~KeptFiles();
  KeptFiles(const KeptFiles&) = delete;
  KeptFiles& operator=(const KeptFiles&) = delete;

 private:
  explicit KeptFiles(rocksdb::DB* engine) : engine_(engine) {}
  rocksdb::DB* const engine_;
};

// Of a backup with these files that was made while the store's files were kept. The store's own are
// read, not the backup's: those may lie where others can write. UNAVAILABLE once `stopped`.
absl::StatusOr<Digest> ContentInStore(const rocksdb::DB& engine,
                                      const std::vector<rocksdb::BackupFileInfo>& files,
                                      const std::atomic<bool>& stopped);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_BACKUP_CONTENT_H_
