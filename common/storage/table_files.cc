#include "common/storage/table_files.h"

#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/metadata.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/storage/engine_status.h"

namespace onereturn {
namespace {

constexpr size_t kScratchBytes = size_t{1} << 20;

using Table = rocksdb::LiveFileMetaData;

std::string PathOf(const Table& table) { return absl::StrCat(table.db_path, table.name); }

bool IsLive(rocksdb::DB& engine, const Table& table) {
  std::vector<Table> tables;
  engine.GetLiveFilesMetaData(&tables);
  return std::any_of(tables.begin(), tables.end(),
                     [&table](const Table& other) { return PathOf(other) == PathOf(table); });
}

absl::Status Damaged(const Table& table, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("The table file ", PathOf(table), " ", what,
                   ". The stored data is damaged. Keep the folder, and restore."));
}

// True: read to its end. False: `go_on` ended the work.
absl::StatusOr<bool> VerifyOne(rocksdb::DB& engine, const Table& table,
                               absl::FunctionRef<bool(uint64_t)> go_on, uint64_t* bytes_read) {
  const std::string doing = absl::StrCat("verify ", PathOf(table));
  std::unique_ptr<rocksdb::SequentialFile> file;
  const rocksdb::Status opened =
      engine.GetEnv()->NewSequentialFile(PathOf(table), &file, rocksdb::EnvOptions());
  if (!opened.ok()) {
    // A compaction may have done with it since it was listed.
    if (!IsLive(engine, table)) return true;
    if (opened.IsNotFound() || opened.IsPathNotFound()) return Damaged(table, "is missing");
    return FromEngine(opened, doing);
  }
  // What the disk holds, not what memory still has of it.
  file->InvalidateCache(0, 0).PermitUncheckedError();
  const std::unique_ptr<rocksdb::FileChecksumGenerator> checksum =
      rocksdb::GetFileChecksumGenCrc32cFactory()->CreateFileChecksumGenerator({});
  std::string scratch(kScratchBytes, '\0');
  uint64_t bytes = 0;
  while (true) {
    rocksdb::Slice piece;
    RETURN_IF_ERROR(FromEngine(file->Read(kScratchBytes, &piece, scratch.data()), doing));
    if (piece.empty()) break;
    checksum->Update(piece.data(), piece.size());
    bytes += piece.size();
    *bytes_read += piece.size();
    if (!go_on(piece.size())) return false;
  }
  checksum->Finalize();
  if (bytes != table.size)
    return Damaged(table, absl::StrCat("has ", bytes, " bytes of ", table.size));
  if (checksum->GetChecksum() != table.file_checksum) {
    return Damaged(table, "is not what was written: its checksum differs");
  }
  return true;
}

}  // namespace

absl::StatusOr<uint64_t> VerifyTableFiles(rocksdb::DB& engine,
                                          absl::FunctionRef<bool(uint64_t)> go_on) {
  std::vector<Table> tables;
  engine.GetLiveFilesMetaData(&tables);
  uint64_t bytes_read = 0;
  for (const Table& table : tables) {
    ASSIGN_OR_RETURN(const bool whole, VerifyOne(engine, table, go_on, &bytes_read));
    if (!whole) break;
  }
  return bytes_read;
}

}  // namespace onereturn
