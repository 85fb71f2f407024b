// Opening a service's store as a server does at its start.
#ifndef ONERETURN_COMMON_COMMIT_SERVICE_STORE_H_
#define ONERETURN_COMMON_COMMIT_SERVICE_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/storage/store.h"

namespace onereturn {

// Name of the marker file that allows a new store to be made in a folder that holds nothing else.
// An operator's set-up leaves it; so a folder that has vanished never comes back as an empty store.
inline constexpr char kInitialiseMarker[] = "initialise";

// Opens the store in `data_folder`, or makes it where only the marker lies. Errors as Store::Open
// and Create. A failure of the engine that it cannot recover from ends the process.
absl::StatusOr<std::unique_ptr<Store>> OpenServiceStore(const std::string& data_folder,
                                                        const std::string& service,
                                                        std::vector<ColumnFamilySpec> families);

// Logs and ends the process at once, without another write to the store: what a failed sync leaves
// behind is unknown, and only a restart finds the truth on disk. By kExitStoreDamaged for
// DATA_LOSS, which a restart does not mend, else by kExitStorageFault.
[[noreturn]] void StopForStorageFault(const absl::Status& status);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_SERVICE_STORE_H_
