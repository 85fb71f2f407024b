// Goal: a restore brings back what the copy held, says so for ever, and loses nothing that is still
// there; and what must not be restored is refused before anything moves. Method: services'
// foundations on real folders, one life after another.
#include "common/service/restore.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "common/commit/journal.h"
#include "common/commit/primary_family.h"
#include "common/service/testing/restore_fixture.h"
#include "common/storage/backup_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

TEST_F(RestoreTest, TheCopyIsServedInANewEpochAndTheOldStoreIsKept) {
  LiveOnce();
  Order(5, NameOfBackup());
  {
    const auto restored = Lay();
    ASSERT_THAT(restored, IsOk());
    ExpectRestored(**restored);
    AcceptFacts(**restored, 9, 9);
  }
  const auto again = Lay();
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ((*again)->committer->epoch(), 2u);
  EXPECT_EQ((*again)->committer->LatestHead().head.size, 7u);
  // What is lost is not gone: it can be looked at.
  StoreOptions options;
  options.path = Aside();
  options.service = "ingestion";
  options.column_families = PrimaryFamilies();
  const auto aside = Store::Open(options);
  ASSERT_THAT(aside, IsOk());
  EXPECT_EQ(LastSequence(**aside).value(), 8u);
}

TEST_F(RestoreTest, ACheckpointCanBeRestored) {
  std::string name;
  {
    const auto foundation = Lay();
    ASSERT_THAT(foundation, IsOk());
    AcceptFacts(**foundation, 1, 5);
    // The one of the start may be of the same second.
    name = (*foundation)->backups->MakeCheckpoint().value().name;
    AcceptFacts(**foundation, 6, 8);
  }
  Order(5, name);
  const auto restored = Lay();
  ASSERT_THAT(restored, IsOk());
  ExpectRestored(**restored);
}

TEST_F(RestoreTest, ALostDiskIsRestored) {
  LiveOnce();
  fs::remove_all(config_.data_folder());
  Order(5, NameOfBackup());
  const auto restored = Lay();
  ASSERT_THAT(restored, IsOk());
  ExpectRestored(**restored);
}

TEST_F(RestoreTest, AServiceIsRestoredThoughItsHighWaterFileIsLostToo) {
  LiveOnce();
  fs::remove_all(config_.data_folder());
  fs::remove(config_.high_water_file());
  Order(5, NameOfBackup());
  {
    const auto restored = Lay();
    ASSERT_THAT(restored, IsOk());
    EXPECT_EQ((*restored)->committer->epoch(), 2u);
  }
  EXPECT_THAT(Lay(), IsOk());
}

// A copy put in the store's place by hand is no restore.
TEST_F(RestoreTest, ACopyWithoutAnOrderIsRefused) {
  LiveOnce();
  fs::remove_all(config_.data_folder());
  ASSERT_THAT(
      BackupFolder::Open(config_.backup_folder())
          .value()
          ->Restore(BackupFolder::Open(config_.backup_folder()).value()->List().back().number,
                    config_.data_folder()),
      IsOk());
  const absl::Status behind = Lay().status();
  EXPECT_THAT(behind, HasReason(Reason::kLedgerBehind));
  EXPECT_THAT(behind.message(), HasSubstr("The newest of "));
}

TEST_F(RestoreTest, LosingMoreThanWasAcceptedIsRefusedAndNothingMoves) {
  LiveOnce();
  Order(6, NameOfBackup());
  EXPECT_THAT(Lay(), HasReason(Reason::kBackupStale));
  EXPECT_FALSE(fs::exists(Aside()));
  fs::remove(RestoreOrderFile(config_.data_folder()));
  const auto foundation = Lay();
  ASSERT_THAT(foundation, IsOk());
  EXPECT_EQ((*foundation)->committer->LatestHead().head.size, 8u);
  EXPECT_EQ((*foundation)->committer->epoch(), 1u);
}

TEST_F(RestoreTest, AnotherServicesOrDeploymentsCopyIsRefused) {
  LiveOnce();
  Order(5, NameOfBackup());
  EXPECT_THAT(Lay("metrics"), HasReason(Reason::kBackupIdentity));
  const std::string other_key =
      KeyFromSeed("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
          .ToPem()
          .value();
  WriteFile(config_.signing_key_file(), other_key);
  EXPECT_THAT(Lay(), HasReason(Reason::kBackupIdentity));
  EXPECT_FALSE(fs::exists(Aside()));
}

TEST_F(RestoreTest, ADamagedOrMissingCopyIsRefusedBeforeAnythingMoves) {
  LiveOnce();
  for (const auto& file : fs::recursive_directory_iterator(config_.backup_folder())) {
    if (file.path().extension() != ".sst") continue;
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(fs::file_size(file.path()) / 2));
    bytes.put('~');
  }
  Order(5, NameOfBackup());
  EXPECT_THAT(Lay(), StatusIs(absl::StatusCode::kDataLoss));
  Order(5, "backup-99");
  EXPECT_THAT(Lay(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_FALSE(fs::exists(Aside()));
}

// Whoever can write to the folder of the backups has no key, but can make a backup whose checksums
// all fit: with a fact behind the signed head, or with a row that follows from facts altered.
TEST_F(RestoreTest, ABackupThatTheServiceDidNotSealIsNotRestored) {
  LiveOnce();
  const std::string name = NameOfBackup();
  const uint32_t number = static_cast<uint32_t>(std::stoul(name.substr(name.find('-') + 1)));
  feed::v1::Entry forged;
  forged.set_sequence(6);
  WriteBatch fact;
  fact.Put(PrimaryFamily::kEntries, EntryKey(6), forged.SerializeAsString());
  WriteBatch row;
  row.Put(PrimaryFamily::kRequests, RequestKey("RCF", "r1"), "another");
  for (const WriteBatch* batch : {&fact, &row}) {
    const auto backups = BackupFolder::Open(config_.backup_folder()).value();
    const auto stored = backups->List();
    const auto genuine =
        std::find_if(stored.begin(), stored.end(),
                     [number](const StoredBackup& backup) { return backup.number == number; });
    ASSERT_NE(genuine, stored.end());
    fs::remove_all(folder_.File("theirs"));
    ASSERT_THAT(backups->Restore(number, folder_.File("theirs")), IsOk());
    StoreOptions options;
    options.path = folder_.File("theirs");
    options.service = "ingestion";
    options.column_families = PrimaryFamilies();
    const auto store = Store::Open(options).value();
    ASSERT_THAT(store->Write(*batch, Durability::kSynced), IsOk());
    const auto no_seal = [](const Digest&) { return std::string(); };
    const uint32_t theirs = backups->Add(*store, genuine->note, no_seal).value().number;
    Order(5, absl::StrCat("backup-", theirs));
    EXPECT_THAT(Lay(), StatusIs(absl::StatusCode::kNotFound)) << "it has no seal";
    const fs::path seals = fs::path(config_.backup_folder()) / "seals";
    fs::copy(seals / std::to_string(number), seals / std::to_string(theirs),
             fs::copy_options::overwrite_existing);
    EXPECT_THAT(Lay(), StatusIs(absl::StatusCode::kDataLoss)) << "it has another one's";
    EXPECT_FALSE(fs::exists(Aside()));
  }
  Order(5, name);
  EXPECT_THAT(Lay(), IsOk());
}

TEST_F(RestoreTest, AnOrderWhoseIdLeadsElsewhereIsRefused) {
  LiveOnce();
  for (const std::string id : {"a/../../other", "/", "with blank", ""}) {
    WriteFile(RestoreOrderFile(config_.data_folder()),
              absl::StrCat("id: \"", id, "\" copy: \"", NameOfBackup(), "\" reason: \"x\""));
    EXPECT_THAT(Lay(), HasReason(Reason::kFieldInvalid)) << id;
  }
  EXPECT_TRUE(fs::exists(config_.data_folder()));
}

// Who leaves it once more expects a restore, and must learn that there is none.
TEST_F(RestoreTest, AnOrderThatWasCarriedOutIsRefusedWhenItComesAgain) {
  LiveOnce();
  Order(5, NameOfBackup());
  ASSERT_THAT(Lay(), IsOk());
  const std::string order = RestoreOrderFile(config_.data_folder());
  const std::string done = config_.data_folder() + ".restored-7f3a";
  fs::copy_file(done, order);
  EXPECT_THAT(Lay(), HasReason(Reason::kFieldInvalid));
  fs::remove(order);
  {
    const auto foundation = Lay();
    ASSERT_THAT(foundation, IsOk());
    AcceptFacts(**foundation, 9, 9);
  }
  fs::rename(done, order);
  EXPECT_THAT(Lay(), HasReason(Reason::kFieldInvalid));
  EXPECT_TRUE(fs::exists(order));
  fs::rename(order, done);
  {
    const auto foundation = Lay();
    ASSERT_THAT(foundation, IsOk());
    EXPECT_EQ((*foundation)->committer->LatestHead().head.size, 7u);
  }
  // Nor after another, of an earlier copy, though nobody kept what the first one put aside.
  Order(5, NameOfBackup(), "other");
  ASSERT_THAT(Lay(), IsOk());
  fs::remove_all(Aside());
  Order(5, NameOfBackup());
  EXPECT_THAT(Lay(), HasReason(Reason::kFieldInvalid));
}

TEST_F(RestoreTest, AnOrderThatIsNoFileHoldsNothingUp) {
  LiveOnce();
  const std::string order = RestoreOrderFile(config_.data_folder());
  ASSERT_EQ(mkfifo(order.c_str(), 0600), 0);
  EXPECT_THAT(Lay(), HasReason(Reason::kFieldInvalid));
  fs::remove(order);
  fs::create_directory(order);
  EXPECT_THAT(Lay(), HasReason(Reason::kFieldInvalid));
}

TEST_F(RestoreTest, AReasonThatMayNotStandInTheLedgerIsRefused) {
  LiveOnce();
  const auto lay = [&](const std::string& reason) {
    WriteFile(RestoreOrderFile(config_.data_folder()),
              absl::StrCat("id: \"one\" copy: \"", NameOfBackup(), "\" reason: \"", reason, "\""));
    return Lay();
  };
  EXPECT_THAT(lay("asked for by 943 476 5919"), HasReason(Reason::kPersonalData));
  EXPECT_THAT(lay("two\\nlines"), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(lay(std::string(1'001, 'x')), HasReason(Reason::kFieldInvalid));
  EXPECT_FALSE(fs::exists(config_.data_folder() + ".restoring"));
}

}  // namespace
}  // namespace onereturn
