// Goal: what a backup holds comes back whole, and one that is damaged says so before anybody needs
// it. Method: real files; damage is done to them as a disk would.
#include "common/storage/backup_folder.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/testing/temporary_folder.h"
#include "common/storage/testing_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const BackupFolder::Seal kSealed = [](const Digest&) { return std::string("seal"); };

class BackupFolderTest : public ::testing::Test {
 protected:
  BackupFolderTest() {
    store_ = Store::Create(OptionsAt(folder_.File("store"), nullptr)).value();
    backups_ = BackupFolder::Open(folder_.File("backups")).value();
  }

  void Put(absl::string_view key, absl::string_view value) {
    ASSERT_TRUE(PutOne(*store_, Table::kFacts, key, value).ok());
  }
  Entries Restored(uint32_t number, const std::string& name) {
    const absl::Status restored = backups_->Restore(number, folder_.File(name));
    EXPECT_TRUE(restored.ok()) << restored;
    auto store = Store::Open(OptionsAt(folder_.File(name), nullptr));
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? AllEntries(**store, Table::kFacts) : Entries();
  }
  // Flips a byte in the middle of the newest table file that the backups share.
  void FlipSharedByte(const std::string& name = "backups") {
    std::filesystem::path newest;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder_.File(name))) {
      if (file.path().extension() == ".sst" && (newest.empty() || newest < file.path())) {
        newest = file.path();
      }
    }
    ASSERT_FALSE(newest.empty());
    std::fstream bytes(newest, std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(newest) / 2);
    bytes.seekg(middle);
    const char flipped = static_cast<char>(bytes.get() ^ 0x40);
    bytes.seekp(middle);
    bytes.put(flipped);
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<BackupFolder> backups_;
};

TEST_F(BackupFolderTest, EachBackupComesBackAsItWas) {
  Put("a", "1");
  const auto first = backups_->Add(*store_, "after a", kSealed);
  ASSERT_TRUE(first.ok()) << first.status();
  Put("b", "2");
  const auto second = backups_->Add(*store_, std::string("after\0b", 7), kSealed);
  ASSERT_TRUE(second.ok()) << second.status();
  Put("c", "3");

  const std::vector<StoredBackup> held = backups_->List();
  ASSERT_THAT(held, SizeIs(2));
  EXPECT_EQ(held[0].number, first->number);
  EXPECT_EQ(held[0].note, "after a");
  EXPECT_EQ(held[1].note, std::string("after\0b", 7));
  EXPECT_GT(held[1].bytes, 0u);
  EXPECT_THAT(Restored(first->number, "one"), ElementsAre(Pair("a", "1")));
  EXPECT_THAT(Restored(second->number, "two"), ElementsAre(Pair("a", "1"), Pair("b", "2")));
}

TEST_F(BackupFolderTest, IsFoundAgainByAnotherProcess) {
  for (const char* key : {"a", "b", "c"}) {
    Put(key, "1");
    ASSERT_TRUE(backups_->Add(*store_, key, kSealed).ok());
  }
  backups_.reset();
  backups_ = BackupFolder::Open(folder_.File("backups")).value();
  ASSERT_TRUE(backups_->Remove(backups_->List().at(0).number).ok());
  const std::vector<StoredBackup> held = backups_->List();
  ASSERT_THAT(held, SizeIs(2));
  EXPECT_EQ(held[0].note, "b");
  EXPECT_THAT(Restored(held[0].number, "again"), SizeIs(2));
}

TEST_F(BackupFolderTest, IsListedWhileABackupIsBeingMade) {
  Put("a", "1");
  ASSERT_TRUE(backups_->Add(*store_, "whole", kSealed).ok());
  Put("b", "2");
  std::vector<std::string> during;
  BackupProgress progress;
  progress.verifying = [&] {
    const auto listed = BackupFolder::ListOf(folder_.File("backups")).value();
    for (const StoredBackup& backup : listed) during.push_back(backup.note);
  };
  ASSERT_TRUE(backups_->Add(*store_, "half", kSealed, progress).ok());
  EXPECT_THAT(during, ElementsAre("whole")) << "not what is still being verified";
  EXPECT_THAT(BackupFolder::ListOf(folder_.File("backups")).value(), SizeIs(2));
  EXPECT_THAT(BackupFolder::ListOf(folder_.File("none")).value(), IsEmpty());
}

// A process that ends while it verifies: its folder is what it is at that moment.
TEST_F(BackupFolderTest, WhatWasNotVerifiedToItsEndIsNotListedUntilItIs) {
  Put("a", std::string(5000, 'x'));
  ASSERT_TRUE(backups_->Add(*store_, "whole", kSealed).ok());
  Put("b", std::string(5000, 'y'));
  BackupProgress progress;
  progress.verifying = [&] {
    for (const char* name : {"sound", "damaged"}) {
      std::filesystem::copy(folder_.File("backups"), folder_.File(name),
                            std::filesystem::copy_options::recursive);
    }
  };
  ASSERT_TRUE(backups_->Add(*store_, "half", kSealed, progress).ok());
  EXPECT_EQ(BackupFolder::HasUnverified(folder_.File("backups")).value(), false);
  FlipSharedByte("damaged");
  for (const char* name : {"sound", "damaged"}) {
    const auto listed = [&] { return BackupFolder::ListOf(folder_.File(name)).value(); };
    ASSERT_THAT(listed(), SizeIs(1));
    EXPECT_EQ(listed()[0].note, "whole");
    EXPECT_EQ(BackupFolder::HasUnverified(folder_.File(name)).value(), true);
    backups_ = BackupFolder::Open(folder_.File(name)).value();
    const absl::Status verified = backups_->VerifyUnverified();
    ASSERT_TRUE(verified.ok()) << verified;
    EXPECT_EQ(BackupFolder::HasUnverified(folder_.File(name)).value(), false);
    EXPECT_THAT(listed(), SizeIs(name == std::string("sound") ? 2 : 1));
  }
  // The next one begins where that ended.
  const auto next = backups_->Add(*store_, "next", kSealed);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(BackupFolder::ListOf(folder_.File("damaged")).value(), SizeIs(2));
}

TEST_F(BackupFolderTest, IsStoppedInCopyingAndInVerifying) {
  Put("a", std::string(5000, 'x'));
  BackupProgress progress;
  progress.verifying = [&] { backups_->Stop(); };
  EXPECT_FALSE(backups_->Add(*store_, "verifying", kSealed, progress).ok());
  EXPECT_FALSE(backups_->Add(*store_, "copying", kSealed).ok());
  backups_.reset();
  EXPECT_THAT(BackupFolder::ListOf(folder_.File("backups")).value(), IsEmpty());
  backups_ = BackupFolder::Open(folder_.File("backups")).value();
  EXPECT_TRUE(backups_->Add(*store_, "again", kSealed).ok());
  EXPECT_THAT(BackupFolder::ListOf(folder_.File("backups")).value(), SizeIs(2))
      << "what was sealed is verified, what was not copied to its end is gone";
}

// A process that ends while it seals: its folder is what it is at that moment.
TEST_F(BackupFolderTest, WhatWasNotSealedIsRemoved) {
  Put("a", "1");
  ASSERT_TRUE(backups_->Add(*store_, "whole", kSealed).ok());
  Put("b", "2");
  const BackupFolder::Seal ending = [&](const Digest&) {
    std::filesystem::copy(folder_.File("backups"), folder_.File("ended"),
                          std::filesystem::copy_options::recursive);
    return std::string("seal");
  };
  ASSERT_TRUE(backups_->Add(*store_, "half", ending).ok());
  backups_ = BackupFolder::Open(folder_.File("ended")).value();
  ASSERT_THAT(backups_->List(), SizeIs(2));
  ASSERT_TRUE(backups_->VerifyUnverified().ok());
  ASSERT_THAT(backups_->List(), SizeIs(1));
  EXPECT_EQ(backups_->List()[0].note, "whole");

  const absl::Status why = absl::UnavailableError("there is no key");
  EXPECT_EQ(backups_->Add(*store_, "next", [&](const Digest&) { return why; }).status(), why);
  EXPECT_THAT(backups_->List(), SizeIs(1));
  EXPECT_EQ(BackupFolder::HasUnverified(folder_.File("ended")).value(), false);
}

// A shared table that was altered in the folder is not copied anew: the seal of the next backup
// must not be of what lies there.
TEST_F(BackupFolderTest, ASealIsOfWhatTheStoreHolds) {
  Digest sealed = {};
  const BackupFolder::Seal seal = [&sealed](const Digest& content) {
    sealed = content;
    return std::string("seal of the backup");
  };
  Put("a", std::string(5000, 'x'));
  const auto first = backups_->Add(*store_, "", seal);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->seal, "seal of the backup");
  ASSERT_TRUE(backups_->Restore(first->number, folder_.File("first")).ok());
  EXPECT_EQ(ContentOfRestored(folder_.File("first")).value(), sealed);

  Put("b", "y");
  const Digest of_first = sealed;
  const auto second = backups_->Add(*store_, "", seal);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(sealed, of_first);
  ASSERT_TRUE(backups_->Restore(second->number, folder_.File("second")).ok());
  EXPECT_EQ(ContentOfRestored(folder_.File("second")).value(), sealed);

  // What a later backup shares is read from the store.
  FlipSharedByte();
  const Digest of_second = std::exchange(sealed, {});
  EXPECT_FALSE(backups_->Add(*store_, "", seal).ok()) << "its checksum does not fit";
  EXPECT_EQ(sealed, of_second);
  EXPECT_EQ(backups_->List()[0].seal, "seal of the backup");
  ASSERT_TRUE(backups_->Remove(first->number).ok());
  EXPECT_FALSE(std::filesystem::exists(folder_.File("backups") + "/seals/1"));

  for (const auto& file : std::filesystem::directory_iterator(folder_.File("second"))) {
    if (file.path().extension() != ".sst") continue;
    std::filesystem::rename(file.path(), file.path().string() + ".sst");
    break;
  }
  EXPECT_NE(ContentOfRestored(folder_.File("second")).value(), of_second) << "another name";
}

TEST_F(BackupFolderTest, DamageIsFound) {
  Put("a", std::string(5000, 'x'));
  const auto backup = backups_->Add(*store_, "", kSealed);
  ASSERT_TRUE(backup.ok()) << backup.status();
  FlipSharedByte();
  EXPECT_EQ(backups_->Verify(backup->number).code(), absl::StatusCode::kDataLoss);
  // A restore reads the same checksums: what comes back damaged is refused.
  EXPECT_EQ(backups_->Restore(backup->number, folder_.File("store2")).code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(BackupFolderTest, RefusesWhatItCannotDo) {
  EXPECT_THAT(backups_->List(), IsEmpty());
  EXPECT_EQ(backups_->Verify(7).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(backups_->Restore(7, folder_.File("store7")).code(), absl::StatusCode::kNotFound);
  Put("a", "1");
  const auto backup = backups_->Add(*store_, "", kSealed);
  ASSERT_TRUE(backup.ok()) << backup.status();
  // A store is never written over.
  EXPECT_EQ(backups_->Restore(backup->number, folder_.File("store")).code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace onereturn
