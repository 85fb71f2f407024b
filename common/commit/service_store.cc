#include "common/commit/service_store.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/exit_code.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/storage/disk_space.h"

namespace onereturn {
namespace {

bool HoldsOnlyMarker(const std::filesystem::path& folder) {
  std::error_code error;
  size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
    if (file.path().filename() != kInitialiseMarker) return false;
    ++files;
  }
  return !error && files == 1;
}

// Where there is none, also how a new one is made.
absl::StatusOr<std::unique_ptr<Store>> OpenStore(StoreOptions options) {
  absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(std::move(options));
  if (!absl::IsNotFound(store.status())) return store;
  return absl::NotFoundError(
      absl::StrCat(store.status().message(),
                   " A start makes a new one where that folder holds an empty "
                   "file \"",
                   kInitialiseMarker, "\" and nothing else."));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenServiceStore(const std::string& data_folder,
                                                        const std::string& service,
                                                        std::vector<ColumnFamilySpec> families) {
  StoreOptions options;
  options.path = data_folder;
  options.service = service;
  options.column_families = std::move(families);
  options.ballast_bytes = kBallastBytes;
  options.on_background_error = [](const BackgroundError& error) {
    if (error.fatal) StopForStorageFault(error.status);
    LogError("store.read_only", {{"status", TextOf(error.status)}});
  };
  if (!HoldsOnlyMarker(data_folder)) return OpenStore(std::move(options));
  std::error_code error;
  std::filesystem::remove(std::filesystem::path(data_folder) / kInitialiseMarker, error);
  if (error)
    return absl::UnavailableError(absl::StrCat("cannot remove the marker file: ", error.message()));
  return Store::Create(std::move(options));
}

void StopForStorageFault(const absl::Status& status) {
  LogError("store.fault", {{"status", TextOf(status)}});
  std::_Exit(absl::IsDataLoss(status) ? kExitStoreDamaged : kExitStorageFault);
}

}  // namespace onereturn
