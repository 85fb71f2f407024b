// Goal: a restore brings back what the copy held, says so for ever, loses nothing that is still
// there, and comes to the same end wherever it is killed. Method: services' foundations on real
// folders, one life after another.
#include "common/service/restore.h"

#include <google/protobuf/text_format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/testing/temporary_folder.h"
#include "common/commit/journal.h"
#include "common/commit/primary_family.h"
#include "common/commit/testing_committer.h"
#include "common/service/foundation.h"
#include "common/status/testing/status_matchers.h"
#include "common/storage/backup_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

namespace fs = std::filesystem;

class RestoreTest : public ::testing::Test {
 protected:
  RestoreTest() {
    config_.set_data_folder(folder_.File("data"));
    config_.set_backup_folder(folder_.File("backups"));
    config_.set_signing_key_file(folder_.File("key.pem"));
    config_.set_high_water_file(folder_.File("high-water"));
    WriteFile(config_.signing_key_file(), KeyFromSeed(kTestSeed).ToPem().value());
    fs::create_directory(config_.data_folder());
    WriteFile(config_.data_folder() + "/initialise", "");
  }

  static void WriteFile(const std::string& file, const std::string& text) {
    std::ofstream(file) << text;
  }
  absl::StatusOr<std::unique_ptr<Foundation>> Lay(const std::string& service = "ingestion") {
    return LayFoundation(config_, service, PrimaryFamilies());
  }
  static void AcceptFacts(Foundation& foundation, int first, int last) {
    for (int i = first; i <= last; ++i) {
      auto answered = std::make_shared<std::promise<absl::Status>>();
      Proposal proposal = Fact(absl::StrCat("r", i));
      proposal.done = [answered](absl::StatusOr<Accepted> accepted) {
        answered->set_value(accepted.status());
      };
      ASSERT_THAT(foundation.committer->Propose(std::move(proposal)), IsOk());
      ASSERT_THAT(answered->get_future().get(), IsOk());
    }
  }
  // A store of eight facts, whose backup holds five.
  void LiveOnce() {
    const auto foundation = Lay();
    ASSERT_THAT(foundation, IsOk());
    AcceptFacts(**foundation, 1, 5);
    ASSERT_THAT((*foundation)->backups->BackUp(), IsOk());
    AcceptFacts(**foundation, 6, 8);
  }
  // That of LiveOnce(). One that the schedule makes meanwhile may hold more than its head says.
  std::string NameOfBackup() const {
    const auto copies = ListCopies(config_.data_folder(), config_.backup_folder());
    EXPECT_THAT(copies, IsOk());
    std::string name;
    for (const HeldCopy& copy : *copies) {
      if (copy.by_hand && copy.head.head.size == 5) name = copy.name;
    }
    return name;
  }
  void Order(uint64_t accept_loss_after, const std::string& copy, const std::string& id = "7f3a") {
    config::v1::RestoreOrder order;
    order.set_id(id);
    order.set_copy(copy);
    order.set_accept_loss_after(accept_loss_after);
    order.set_reason("disk 2 failed");
    std::string text;
    google::protobuf::TextFormat::PrintToString(order, &text);
    WriteFile(RestoreOrderFile(config_.data_folder()), text);
  }
  std::string Aside() const { return config_.data_folder() + ".before-7f3a"; }

  // Epoch 2, which begins at entry 6 and says what was lost; nothing is left to be done.
  void ExpectRestored(Foundation& foundation) {
    EXPECT_EQ(foundation.committer->epoch(), 2u);
    ASSERT_EQ(foundation.committer->LatestHead().head.size, 6u);
    EXPECT_EQ(foundation.committer->LatestHead().head.epoch, 2u);
    feed::v1::Entry entry;
    ASSERT_TRUE(entry.ParseFromString(EntryBytes(*foundation.store, 6).value()));
    EXPECT_EQ(entry.kind(), feed::v1::ENTRY_KIND_EPOCH_BEGUN);
    EXPECT_EQ(entry.epoch(), 2u);
    feed::v1::EpochBegun begun;
    ASSERT_TRUE(begun.ParseFromString(entry.fact()));
    EXPECT_EQ(begun.earlier_epoch(), 1u);
    EXPECT_EQ(begun.kept_sequence(), 5u);
    EXPECT_EQ(begun.reason(), "disk 2 failed");
    // What was known to be accepted stands there for ever.
    EXPECT_EQ(ParseSignedHead(begun.known_head()).value().head.size, 8u);
    EXPECT_FALSE(fs::exists(RestoreOrderFile(config_.data_folder())));
    EXPECT_FALSE(fs::exists(config_.data_folder() + ".restoring"));
  }

  TemporaryFolder folder_;
  config::v1::ServerConfig config_;
};

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

// The copy knows nothing of the epochs that were begun after it was made; another service that held
// a head of one would take its second beginning for a ledger that was altered.
TEST_F(RestoreTest, NoEpochIsGivenTwiceHoweverOftenTheSameCopyIsRestored) {
  LiveOnce();
  const std::string copy = NameOfBackup();
  std::vector<SignedHead> shown;
  const auto restore = [&](const std::string& id, uint64_t epoch, uint64_t known_epoch) {
    SCOPED_TRACE(id);
    Order(5, copy, id);
    const auto restored = Lay();
    ASSERT_THAT(restored, IsOk());
    EXPECT_EQ((*restored)->committer->epoch(), epoch);
    feed::v1::Entry entry;
    ASSERT_TRUE(entry.ParseFromString(EntryBytes(*(*restored)->store, 6).value()));
    feed::v1::EpochBegun begun;
    ASSERT_TRUE(begun.ParseFromString(entry.fact()));
    EXPECT_EQ(begun.earlier_epoch(), 1u);
    EXPECT_EQ(begun.kept_sequence(), 5u);
    if (known_epoch > 0) {
      EXPECT_EQ(ParseSignedHead(begun.known_head()).value().head.epoch, known_epoch);
    }
    AcceptFacts(**restored, 10 * static_cast<int>(epoch), 10 * static_cast<int>(epoch) + 3);
    // Whoever holds a head from before shows it.
    for (const SignedHead& head : shown) {
      EXPECT_THAT((*restored)->standing->Judge(head), IsOk());
    }
    shown.push_back((*restored)->committer->LatestHead());
  };
  restore("first", 2, 1);
  restore("second", 3, 2);
  fs::remove(config_.high_water_file());  // The store that is put aside says it.
  restore("third", 4, 0);
  fs::remove(config_.high_water_file());
  {
    const auto again = Lay();
    EXPECT_THAT(again, HasReason(Reason::kLedgerBehind));
  }
  config_.clear_high_water_file();
  {
    const auto last = Lay();
    ASSERT_THAT(last, IsOk());
    ASSERT_THAT((*last)->backups->BackUp(), IsOk());
  }
  fs::remove_all(config_.data_folder());  // A later copy says it.
  restore("fourth", 5, 0);
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
  EXPECT_THAT(Lay(), HasReason(Reason::kLedgerBehind));
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
    const uint32_t theirs = backups->Add(*store, genuine->note).value().number;
    Order(5, absl::StrCat("backup-", theirs));
    EXPECT_THAT(Lay(), StatusIs(absl::StatusCode::kNotFound)) << "it has no seal";
    const fs::path seals = fs::path(config_.backup_folder()) / "seals";
    fs::copy(seals / std::to_string(number), seals / std::to_string(theirs));
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
  const std::string done = config_.data_folder() + ".restored";
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
  fs::remove(order);
  const auto foundation = Lay();
  ASSERT_THAT(foundation, IsOk());
  EXPECT_EQ((*foundation)->committer->LatestHead().head.size, 7u);
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

// The states that a kill can leave, each made by hand.
TEST_F(RestoreTest, WhereverItIsKilledItEndsTheSame) {
  using Kill = std::function<void()>;
  const std::string data = config_.data_folder();
  const std::vector<std::pair<std::string, Kill>> kills = {
      {"in the midst of copying",
       [&] {
         fs::create_directory(data + ".restoring");
         WriteFile(data + ".restoring/CURRENT", "MANIFEST-9");
       }},
      {"after the store was put aside", [&] { fs::rename(data, Aside()); }},
      {"after the exchange",
       [&] {
         const auto order = FindRestoreOrder(data).value();
         ASSERT_THAT(ReplaceStore(config_, "ingestion", PrimaryFamilies(), *order,
                                  {KeyFromSeed(kTestSeed)}),
                     IsOk());
       }},
      {"after the epoch began",
       [&] {
         ASSERT_THAT(Lay(), IsOk());
         fs::rename(data + ".restored", RestoreOrderFile(data));
       }},
  };
  for (const auto& [when, kill] : kills) {
    SCOPED_TRACE(when);
    for (const auto& file : fs::directory_iterator(folder_.path())) {
      if (file.path().filename() != "key.pem") fs::remove_all(file.path());
    }
    fs::create_directory(data);
    WriteFile(data + "/initialise", "");
    LiveOnce();
    Order(5, NameOfBackup());
    kill();
    const auto restored = Lay();
    ASSERT_THAT(restored, IsOk());
    ExpectRestored(**restored);
  }
}

}  // namespace
}  // namespace onereturn
