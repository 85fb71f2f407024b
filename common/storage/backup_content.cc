#include "common/storage/backup_content.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/storage/backup_folder.h"
#include "common/storage/engine_status.h"

namespace onereturn {
namespace {

constexpr char kCurrent[] = "CURRENT";
constexpr char kManifestPrefix[] = "MANIFEST-";
constexpr size_t kPieceBytes = size_t{1} << 20;

// The name that a file of a backup has in its store: "shared_checksum/000012_sKEY_1071.sst" is
// "000012.sst".
std::string NameInStore(absl::string_view name_in_backup) {
  std::string name = std::filesystem::path(std::string(name_in_backup)).filename().string();
  if (absl::StartsWith(name_in_backup, "shared_checksum/")) {
    const size_t from = name.find('_');
    const size_t to = name.rfind('.');
    if (from != std::string::npos && to != std::string::npos && from < to) {
      name.erase(from, to - from);
    }
  }
  return name;
}

// The first `size` bytes, or as many as there are.
absl::StatusOr<Digest> DigestOfFile(rocksdb::Env* env, const std::string& path, uint64_t size,
                                    const std::atomic<bool>& stopped) {
  const std::string doing = absl::StrCat("read ", path);
  std::unique_ptr<rocksdb::SequentialFile> file;
  RETURN_IF_ERROR(FromEngine(env->NewSequentialFile(path, &file, rocksdb::EnvOptions()), doing));
  const auto piece = std::make_unique<char[]>(kPieceBytes);
  Sha256Stream digest;
  while (size > 0) {
    if (stopped) return absl::UnavailableError("The reading was stopped.");
    rocksdb::Slice read;
    const size_t wanted = static_cast<size_t>(std::min<uint64_t>(size, kPieceBytes));
    RETURN_IF_ERROR(FromEngine(file->Read(wanted, &read, piece.get()), doing));
    if (read.empty()) break;
    digest.Update(absl::string_view(read.data(), read.size()));
    size -= read.size();
  }
  return digest.Finish();
}

Digest DigestOfAll(const std::map<std::string, Digest>& files) {
  Sha256Stream all;
  for (const auto& [name, digest] : files) {
    all.Update(name);
    all.Update(absl::string_view("\0", 1));
    all.Update(DigestBytes(digest));
  }
  return all.Finish();
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeptFiles>> KeptFiles::Of(rocksdb::DB* engine) {
  RETURN_IF_ERROR(FromEngine(engine->DisableFileDeletions(), "keep the store's files"));
  return std::unique_ptr<KeptFiles>(new KeptFiles(engine));
}

KeptFiles::~KeptFiles() { engine_->EnableFileDeletions(/*force=*/false).PermitUncheckedError(); }

absl::StatusOr<Digest> ContentInStore(const rocksdb::DB& engine,
                                      const std::vector<rocksdb::BackupFileInfo>& files,
                                      const std::atomic<bool>& stopped) {
  std::map<std::string, Digest> digests;
  std::string manifest;
  for (const rocksdb::BackupFileInfo& file : files) {
    const std::string name = NameInStore(file.relative_filename);
    if (absl::StartsWith(name, kManifestPrefix)) manifest = name;
    if (name == kCurrent) continue;
    // Logs grow while they are copied, and go on to: what the backup has of one is its beginning.
    ASSIGN_OR_RETURN(digests[name],
                     DigestOfFile(engine.GetEnv(), absl::StrCat(engine.GetName(), "/", name),
                                  file.size, stopped));
  }
  // The store's own may name a later manifest by now.
  digests[kCurrent] = Sha256(absl::StrCat(manifest, "\n"));
  return DigestOfAll(digests);
}

absl::StatusOr<Digest> ContentOfRestored(const std::string& folder) {
  std::map<std::string, Digest> digests;
  const std::atomic<bool> stopped{false};
  std::error_code error;
  for (auto file = std::filesystem::directory_iterator(folder, error);
       !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
    const std::string path = file->path().string();
    ASSIGN_OR_RETURN(
        digests[file->path().filename().string()],
        DigestOfFile(rocksdb::Env::Default(), path, std::numeric_limits<uint64_t>::max(), stopped));
  }
  if (!error) return DigestOfAll(digests);
  return absl::UnavailableError(
      absl::StrCat("Could not look into ", folder, ": ", error.message(), "."));
}

}  // namespace onereturn
