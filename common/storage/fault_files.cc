#include "common/storage/fault_files.h"

#ifdef ONERETURN_FAILPOINTS

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/storage/fault_file_system.h"

namespace onereturn {
namespace {

uint64_t BytesIn(const std::string& folder) {
  uint64_t bytes = 0;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
    struct stat facts = {};
    if (stat(file.path().c_str(), &facts) == 0 && S_ISREG(facts.st_mode)) bytes += facts.st_size;
  }
  return bytes;
}

}  // namespace

FaultJournal::FaultJournal(std::string store_path, std::string side_folder)
    : store_path_(std::move(store_path)), side_folder_(std::move(side_folder)) {
  std::filesystem::create_directories(side_folder_);
  journal_ =
      open((side_folder_ + "/journal").c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  ONERETURN_CHECK(journal_ >= 0);
  Note("F\t" + store_path_);
}

FaultJournal::~FaultJournal() { close(journal_); }

void FaultJournal::Note(const std::string& line) {
  const std::string whole = line + "\n";
  // One call: a kill leaves a line or none.
  ONERETURN_CHECK(write(journal_, whole.data(), whole.size()) ==
                  static_cast<ssize_t>(whole.size()));
}

std::string FaultJournal::Keep(const std::string& path) {
  static std::atomic<uint64_t> number = 0;
  while (true) {
    const std::string kept = absl::StrCat(side_folder_, "/kept.", getpid(), ".", ++number);
    if (link(path.c_str(), kept.c_str()) == 0) return kept;
    if (errno == EEXIST) continue;
    return "-";
  }
}

std::optional<uint64_t> FaultJournal::Room() const {
  std::ifstream stream(side_folder_ + "/capacity");
  uint64_t capacity = 0;
  if (!(stream >> capacity)) return std::nullopt;
  const uint64_t used = BytesIn(store_path_);
  return used < capacity ? capacity - used : 0;
}

absl::StatusOr<DiskSpace> FaultJournal::Space() const {
  std::ifstream stream(side_folder_ + "/capacity");
  DiskSpace space;
  if (!(stream >> space.total_bytes)) return MeasureDiskSpace(store_path_);
  space.free_bytes = Room().value_or(0);
  return space;
}

void FaultJournal::TakeOrder() {
  const std::string path = side_folder_ + "/order";
  if (access(path.c_str(), F_OK) != 0) return;
  std::lock_guard<std::mutex> lock(mutex_);
  std::ifstream stream(path);
  if (!stream) return;  // Another thread took it.
  std::string operation, kind, error, word;
  FaultOrder order;
  stream >> operation >> kind >> order.nth >> error;
  if (operation.empty()) return;
  order.operation = operation == "append" ? FaultOperation::kAppend
                    : operation == "sync" ? FaultOperation::kSync
                                          : FaultOperation::kRead;
  order.kind = kind;
  order.error = error == "ENOSPC" ? ENOSPC : error == "EFBIG" ? EFBIG : EIO;
  while (stream >> word) (word == "torn" ? order.torn : order.once) = true;
  std::filesystem::remove(path);
  order_ = order;
  matched_ = 0;
}

std::optional<FaultOrder> FaultJournal::Fails(FaultOperation operation, const std::string& path) {
  TakeOrder();
  std::lock_guard<std::mutex> lock(mutex_);
  if (!order_.has_value() || order_->operation != operation) return std::nullopt;
  if (order_->kind != "any" && order_->kind != KindOf(path)) return std::nullopt;
  if (++matched_ < order_->nth) return std::nullopt;
  const FaultOrder order = *order_;
  if (order.once) order_.reset();
  return order;
}

std::string FaultJournal::KindOf(const std::string& path) {
  const std::filesystem::path file(path);
  if (file.extension() == ".log") return "log";
  if (file.extension() == ".sst") return "table";
  if (file.filename().string().rfind("MANIFEST-", 0) == 0) return "manifest";
  return "other";
}

FaultFiles::FaultFiles(const std::string& store_path) : state_(std::make_unique<State>()) {
  auto journal = std::make_shared<FaultJournal>(store_path, SideFolderOf(store_path));
  state_->journal = journal;
  state_->env = rocksdb::NewCompositeEnv(
      std::make_shared<FaultFileSystem>(rocksdb::FileSystem::Default(), std::move(journal)));
}

FaultFiles::~FaultFiles() = default;

std::shared_ptr<FaultFiles> FaultFiles::FromEnvironment(const std::string& store_path,
                                                        bool* small_buffers) {
  const char* const asked = std::getenv(kFaultFilesVariable);
  if (asked == nullptr || *asked == '\0') return nullptr;
  if (std::strcmp(asked, "small") == 0) *small_buffers = true;
  return std::make_shared<FaultFiles>(store_path);
}

std::unique_lock<std::shared_mutex> FaultFiles::Freeze() {
  return std::unique_lock<std::shared_mutex>(state_->journal->frozen());
}

absl::StatusOr<DiskSpace> FaultFiles::Space() const { return state_->journal->Space(); }

}  // namespace onereturn

#endif  // ONERETURN_FAILPOINTS
