// Goal: restores that are killed, or made again and again, come to the same end, and give no epoch
// twice. Method: services' foundations on real folders, one life after another.
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/commit/ledger_standing.h"
#include "common/commit/service_store.h"
#include "common/service/restore.h"
#include "common/service/testing/restore_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

namespace fs = std::filesystem;

using RestoreAgainTest = RestoreTest;

// The copy knows nothing of the epochs that were begun after it was made; another service that held
// a head of one would take its second beginning for a ledger that was altered.
TEST_F(RestoreAgainTest, NoEpochIsGivenTwiceHoweverOftenTheSameCopyIsRestored) {
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

// Without the file, of epoch 2 only the store that is put aside knows. A try that was killed before
// the epoch began has made the file anew, from a copy of epoch 1.
TEST_F(RestoreAgainTest, NoEpochIsGivenTwiceWhereATryWasKilled) {
  LiveOnce();
  const std::string copy = NameOfBackup();
  fs::copy(config_.backup_folder(), folder_.File("of epoch 1"), fs::copy_options::recursive);
  Order(5, copy, "first");
  ASSERT_THAT(Lay(), IsOk());
  fs::remove_all(CheckpointFolder(config_.data_folder()));
  fs::remove_all(config_.backup_folder());
  fs::rename(folder_.File("of epoch 1"), config_.backup_folder());
  fs::remove(config_.high_water_file());
  Order(5, copy);
  const std::vector<SigningKey> keys = {KeyFromSeed(kTestSeed)};
  const auto order = FindRestoreOrder(config_.data_folder()).value();
  ASSERT_THAT(ReplaceStore(config_, "ingestion", PrimaryFamilies(), *order, keys), IsOk());
  {
    const auto store = OpenServiceStore(config_.data_folder(), "ingestion", PrimaryFamilies());
    ASSERT_THAT(store, IsOk());
    ASSERT_THAT(MakeHighWater(store->get(), {config_.high_water_file(), "ingestion", keys}),
                IsOk());
  }
  const auto restored = Lay();
  ASSERT_THAT(restored, IsOk());
  EXPECT_EQ((*restored)->committer->epoch(), 3u);
}

// It may be good, and is not made anew.
TEST_F(RestoreAgainTest, AHighWaterFileThatCannotBeReadHoldsTheRestoreUp) {
  LiveOnce();
  Order(5, NameOfBackup());
  fs::rename(config_.high_water_file(), folder_.File("elsewhere"));
  fs::create_directory(config_.high_water_file());  // Whoever opens it cannot read.
  EXPECT_THAT(Lay(), StatusIs(absl::StatusCode::kUnavailable));
  fs::remove(config_.high_water_file());
  fs::rename(folder_.File("elsewhere"), config_.high_water_file());
  const auto restored = Lay();
  ASSERT_THAT(restored, IsOk());
  ExpectRestored(**restored);
}

// The states that a kill can leave, each made by hand.
TEST_F(RestoreAgainTest, WhereverItIsKilledItEndsTheSame) {
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
         fs::rename(data + ".restored-7f3a", RestoreOrderFile(data));
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
