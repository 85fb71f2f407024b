#include "common/storage/fault_files.h"

#ifdef ONERETURN_FAILPOINTS

#include <cerrno>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/failpoint.h"
#include "common/storage/fault_file_system.h"

namespace onereturn {
namespace {

using Debug = rocksdb::IODebugContext;
using Options = rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// An operation that changes something.
using Change = std::shared_lock<std::shared_mutex>;

IOStatus ErrorOf(const FaultOrder& order, const std::string& path) {
  if (order.error == ENOSPC) return IOStatus::NoSpace("injected: no space left", path);
  if (order.error == EFBIG) return IOStatus::IOError("injected: file too large", path);
  return IOStatus::IOError("injected: input/output error", path);
}

class FaultWritableFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultWritableFile(std::unique_ptr<rocksdb::FSWritableFile> file, std::string path,
                    std::shared_ptr<FaultJournal> journal)
      : FSWritableFileOwnerWrapper(std::move(file)),
        path_(std::move(path)),
        journal_(std::move(journal)) {}

  IOStatus Append(const Slice& data, const Options& options, Debug* debug) override {
    const Change change(journal_->frozen());
    if (const auto order = journal_->Fails(FaultOperation::kAppend, path_); order.has_value()) {
      if (order->torn) AppendPart(data, data.size() / 2, options, debug);
      return ErrorOf(*order, path_);
    }
    if (const auto room = journal_->Room(); room.has_value() && *room < data.size()) {
      AppendPart(data, *room, options, debug);
      return IOStatus::NoSpace("made up: no space left on the disk", path_);
    }
    IOStatus status = target()->Append(data, options, debug);
    if (status.ok()) bytes_ += data.size();
    return status;
  }
  IOStatus Append(const Slice& data, const Options& options,
                  const rocksdb::DataVerificationInfo& /*verification*/, Debug* debug) override {
    return Append(data, options, debug);
  }

  IOStatus Sync(const Options& options, Debug* debug) override {
    return Synced([&] { return target()->Sync(options, debug); });
  }
  IOStatus Fsync(const Options& options, Debug* debug) override {
    return Synced([&] { return target()->Fsync(options, debug); });
  }
  IOStatus Truncate(uint64_t size, const Options& options, Debug* debug) override {
    const Change change(journal_->frozen());
    IOStatus status = target()->Truncate(size, options, debug);
    if (status.ok()) bytes_ = size;
    return status;
  }

 private:
  void AppendPart(const Slice& data, size_t bytes, const Options& options, Debug* debug) {
    IOStatus status = target()->Append(Slice(data.data(), bytes), options, debug);
    if (status.ok()) bytes_ += bytes;
    status.PermitUncheckedError();
  }

  template <typename Function>
  IOStatus Synced(Function sync) {
    const Change change(journal_->frozen());
    if (const auto order = journal_->Fails(FaultOperation::kSync, path_); order.has_value()) {
      return ErrorOf(*order, path_);
    }
    const uint64_t bytes = bytes_;  // More may come while the disk works.
    IOStatus status = sync();
    if (status.ok()) journal_->Note(absl::StrCat("S\t", path_, "\t", bytes));
    return status;
  }

  const std::string path_;
  const std::shared_ptr<FaultJournal> journal_;
  std::atomic<uint64_t> bytes_ = 0;
};

class FaultRandomAccessFile : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  FaultRandomAccessFile(std::unique_ptr<rocksdb::FSRandomAccessFile> file, std::string path,
                        std::shared_ptr<FaultJournal> journal)
      : FSRandomAccessFileOwnerWrapper(std::move(file)),
        path_(std::move(path)),
        journal_(std::move(journal)) {}

  IOStatus Read(uint64_t offset, size_t bytes, const Options& options, Slice* result, char* scratch,
                Debug* debug) const override {
    if (const auto order = journal_->Fails(FaultOperation::kRead, path_); order.has_value()) {
      return ErrorOf(*order, path_);
    }
    return target()->Read(offset, bytes, options, result, scratch, debug);
  }
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, size_t count, const Options& options,
                     Debug* debug) override {
    if (const auto order = journal_->Fails(FaultOperation::kRead, path_); order.has_value()) {
      for (size_t i = 0; i < count; ++i) requests[i].status = ErrorOf(*order, path_);
      return IOStatus::OK();
    }
    return target()->MultiRead(requests, count, options, debug);
  }

 private:
  const std::string path_;
  const std::shared_ptr<FaultJournal> journal_;
};

class FaultSequentialFile : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  FaultSequentialFile(std::unique_ptr<rocksdb::FSSequentialFile> file, std::string path,
                      std::shared_ptr<FaultJournal> journal)
      : FSSequentialFileOwnerWrapper(std::move(file)),
        path_(std::move(path)),
        journal_(std::move(journal)) {}

  IOStatus Read(size_t bytes, const Options& options, Slice* result, char* scratch,
                Debug* debug) override {
    if (const auto order = journal_->Fails(FaultOperation::kRead, path_); order.has_value()) {
      return ErrorOf(*order, path_);
    }
    return target()->Read(bytes, options, result, scratch, debug);
  }

 private:
  const std::string path_;
  const std::shared_ptr<FaultJournal> journal_;
};

class FaultFolder : public rocksdb::FSDirectoryWrapper {
 public:
  FaultFolder(std::unique_ptr<rocksdb::FSDirectory> folder, std::string path,
              std::shared_ptr<FaultJournal> journal)
      : FSDirectoryWrapper(std::move(folder)),
        path_(std::move(path)),
        journal_(std::move(journal)) {}

  IOStatus Fsync(const Options& options, Debug* debug) override {
    const Change change(journal_->frozen());
    return Noted(FSDirectoryWrapper::Fsync(options, debug));
  }
  IOStatus FsyncWithDirOptions(const Options& options, Debug* debug,
                               const rocksdb::DirFsyncOptions& how) override {
    const Change change(journal_->frozen());
    return Noted(FSDirectoryWrapper::FsyncWithDirOptions(options, debug, how));
  }

 private:
  IOStatus Noted(IOStatus status) {
    if (status.ok()) journal_->Note(absl::StrCat("Y\t", path_));
    return status;
  }

  const std::string path_;
  const std::shared_ptr<FaultJournal> journal_;
};

// Wraps what `made` answered into `Wrapper`.
template <typename Wrapper, typename File>
IOStatus Wrap(IOStatus made, const std::string& path, const std::shared_ptr<FaultJournal>& journal,
              std::unique_ptr<File>* file) {
  if (made.ok()) *file = std::make_unique<Wrapper>(std::move(*file), path, journal);
  return made;
}

}  // namespace

IOStatus FaultFileSystem::NewSequentialFile(const std::string& path,
                                            const rocksdb::FileOptions& options,
                                            std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                            Debug* debug) {
  return Wrap<FaultSequentialFile>(target()->NewSequentialFile(path, options, file, debug), path,
                                   journal_, file);
}

IOStatus FaultFileSystem::NewRandomAccessFile(const std::string& path,
                                              const rocksdb::FileOptions& options,
                                              std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                              Debug* debug) {
  return Wrap<FaultRandomAccessFile>(target()->NewRandomAccessFile(path, options, file, debug),
                                     path, journal_, file);
}

IOStatus FaultFileSystem::NewWritableFile(const std::string& path,
                                          const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* file,
                                          Debug* debug) {
  const Change change(journal_->frozen());
  journal_->Note(absl::StrCat("C\t", path));
  return Wrap<FaultWritableFile>(target()->NewWritableFile(path, options, file, debug), path,
                                 journal_, file);
}

IOStatus FaultFileSystem::ReopenWritableFile(const std::string& path, const rocksdb::FileOptions&,
                                             std::unique_ptr<rocksdb::FSWritableFile>*, Debug*) {
  return IOStatus::NotSupported("a file is never written on", path);
}

IOStatus FaultFileSystem::ReuseWritableFile(const std::string& path, const std::string&,
                                            const rocksdb::FileOptions&,
                                            std::unique_ptr<rocksdb::FSWritableFile>*, Debug*) {
  return IOStatus::NotSupported("a file is never used again", path);
}

IOStatus FaultFileSystem::NewDirectory(const std::string& path, const Options& options,
                                       std::unique_ptr<rocksdb::FSDirectory>* folder,
                                       Debug* debug) {
  return Wrap<FaultFolder>(target()->NewDirectory(path, options, folder, debug), path, journal_,
                           folder);
}

IOStatus FaultFileSystem::DeleteFile(const std::string& path, const Options& options,
                                     Debug* debug) {
  const Change change(journal_->frozen());
  journal_->Note(absl::StrCat("D\t", path, "\t", journal_->Keep(path)));
  return target()->DeleteFile(path, options, debug);
}

IOStatus FaultFileSystem::RenameFile(const std::string& path, const std::string& to,
                                     const Options& options, Debug* debug) {
  const Change change(journal_->frozen());
  journal_->Note(absl::StrCat("R\t", path, "\t", to, "\t", journal_->Keep(to)));
  return target()->RenameFile(path, to, options, debug);
}

IOStatus FaultFileSystem::LinkFile(const std::string& path, const std::string& copy,
                                   const Options& options, Debug* debug) {
  const Change change(journal_->frozen());
  journal_->Note(absl::StrCat("L\t", path, "\t", copy));
  IOStatus status = target()->LinkFile(path, copy, options, debug);
  ONERETURN_FAILPOINT(kStorageCheckpoint);  // The engine links files for nothing else.
  return status;
}

IOStatus FaultFileSystem::GetFreeSpace(const std::string& path, const Options& options,
                                       uint64_t* bytes, Debug* debug) {
  if (const auto room = journal_->Room(); room.has_value()) {
    *bytes = *room;
    return IOStatus::OK();
  }
  return target()->GetFreeSpace(path, options, bytes, debug);
}

}  // namespace onereturn

#endif  // ONERETURN_FAILPOINTS
