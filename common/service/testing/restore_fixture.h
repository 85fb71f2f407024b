// For tests of restores: a service that lived once, and whose store is laid again and again.
#ifndef ONERETURN_COMMON_SERVICE_TESTING_RESTORE_FIXTURE_H_
#define ONERETURN_COMMON_SERVICE_TESTING_RESTORE_FIXTURE_H_

#include <google/protobuf/text_format.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "common/base/testing/temporary_folder.h"
#include "common/commit/journal.h"
#include "common/commit/primary_family.h"
#include "common/commit/testing_committer.h"
#include "common/service/foundation.h"
#include "common/service/restore.h"
#include "common/status/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace onereturn {

class RestoreTest : public ::testing::Test {
 protected:
  RestoreTest() {
    config_.set_data_folder(folder_.File("data"));
    config_.set_backup_folder(folder_.File("backups"));
    config_.set_signing_key_file(folder_.File("key.pem"));
    config_.set_high_water_file(folder_.File("high-water"));
    WriteFile(config_.signing_key_file(), KeyFromSeed(kTestSeed).ToPem().value());
    std::filesystem::create_directory(config_.data_folder());
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
    EXPECT_FALSE(std::filesystem::exists(RestoreOrderFile(config_.data_folder())));
    EXPECT_FALSE(std::filesystem::exists(config_.data_folder() + ".restoring"));
  }

  TemporaryFolder folder_;
  config::v1::ServerConfig config_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SERVICE_TESTING_RESTORE_FIXTURE_H_
