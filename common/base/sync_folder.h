// Names that survive a loss of power: syncing a file keeps what is in it, not that it is there.
#ifndef ONERETURN_COMMON_BASE_SYNC_FOLDER_H_
#define ONERETURN_COMMON_BASE_SYNC_FOLDER_H_

#include <string>

namespace onereturn {

// Makes durable which names the folder holds: what was made, renamed or removed in it. False, with
// errno, when it cannot.
bool SyncFolder(const std::string& folder);

// The folder in which a file or folder of that path stands; "." for a bare name. A slash at the end
// is passed over.
std::string FolderOf(const std::string& path);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_BASE_SYNC_FOLDER_H_
