// Private to the library: what the engine leaves undone about the folder it lies in.
#ifndef ONERETURN_COMMON_STORAGE_FOLDER_H_
#define ONERETURN_COMMON_STORAGE_FOLDER_H_

#include <rocksdb/env.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace onereturn {

enum class FolderContent {
  kMissing,
  kEmpty,
  kStore,  // An engine's files.
  kOther,  // Something, but not the file that every database has.
};

absl::StatusOr<FolderContent> LookInto(const std::string& path, rocksdb::Env* env);

// Makes the name of a new file or folder durable. The engine syncs what is in its folder, but
// nobody syncs the entry that makes the folder reachable: a power loss could take the whole new
// store.
absl::Status SyncParentFolder(const std::string& path);

// Makes every file in the folder, whose files have no folders beside them, and the folder's own
// entries durable.
absl::Status SyncFiles(const std::string& folder);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_FOLDER_H_
