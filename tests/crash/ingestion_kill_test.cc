// kill -9 of the ingestion service while clients submit, many times, and what it promised held
// against what it has.
//
//   ONERETURN_KILLS=1000 ONERETURN_SEED=7 ingestion_kill_test
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/feed_audit.h"
#include "tests/crash/kill_clients.h"
#include "tests/crash/settings.h"

namespace onereturn {
namespace {

using ::testing::IsEmpty;

constexpr char kService[] = "ingestion";
constexpr int kClients = 4;
constexpr int kSharedOrganisations = 4;
constexpr int kUploadOrganisations = 200;
constexpr int kReceiptsAsked = 20;

class IngestionKillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    seed_ = SeedFromEnvironment();
    random_.seed(seed_);
    suite_ = Deployment::Create().value();
    oracle_ = std::make_unique<Oracle>(suite_->File("oracle.tsv"));
    world_ = std::make_unique<KillWorld>(suite_.get(), oracle_.get(),
                                         MadeUpCollection{"KILLS", 1, {20}});
    audit_ = std::make_unique<FeedAudit>(suite_->verifying_key(kService));
    ASSERT_THAT(suite_->Start(kService), IsOk());
    const std::vector<std::string> all =
        MadeUpOrganisations(kClients * 10 + kSharedOrganisations + kUploadOrganisations);
    ASSERT_THAT(ApplyToIngestion(DefinitionsOf(world_->collection(), all),
                                 suite_->Channel(kSteward, kService)),
                IsOk());
    auto part = [&all](int from, int count) {
      return std::vector<std::string>(all.begin() + from, all.begin() + from + count);
    };
    const std::vector<std::string> shared = part(kClients * 10, kSharedOrganisations);
    for (int i = 0; i < kClients; ++i) {
      clients_.push_back(std::make_unique<SubmittingClient>(world_.get(), absl::StrCat("client", i),
                                                            random_(), part(i * 10, 10), shared));
    }
    uploader_ = std::make_unique<UploadingClient>(
        world_.get(), random_() >> 1,
        part(kClients * 10 + kSharedOrganisations, kUploadOrganisations));
  }

  void StartClients() {
    for (auto& client : clients_) threads_.emplace_back([&client] { client->Run(); });
    threads_.emplace_back([this] { uploader_->Run(); });
  }

  void StopClients() {
    world_->Stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  // At a moment of its own, sometimes again while the service reads its store.
  void KillAndRestart() {
    std::this_thread::sleep_for(std::chrono::microseconds(1'000 + random_() % 300'000));
    world_->ServiceIsDown();
    suite_->Kill9(kService);
    ++kills_;
    while (random_() % 4 == 0) {
      // Given a moment only, it is killed before it is ready.
      if (suite_->Start(kService, static_cast<int64_t>(random_() % 60)).ok())
        suite_->Kill9(kService);
      ++kills_;
      ++kills_at_start_;
    }
    ASSERT_THAT(suite_->Start(kService), IsOk()) << Log();
    world_->ServiceIsUp();
  }

  // Everything that was given out must follow from what is there now.
  void CheckPromises() {
    const auto auditor = suite_->Channel(kAuditor, kService);
    // Those that came before the feed is read: it must hold them all.
    const std::vector<ledger::v1::Receipt> receipts = world_->TakeReceipts();
    ASSERT_THAT(audit_->ReadOn(auditor), IsOk()) << Log();
    for (const ledger::v1::Receipt& receipt : receipts) {
      ASSERT_THAT(audit_->CheckReceipt(receipt), IsOk());
    }
    receipts_checked_ += receipts.size();
    auto stub = returns::v1::ReturnsService::NewStub(auditor);
    for (int i = 0; i < kReceiptsAsked; ++i) {
      const AuditedEntry& entry = audit_->entries()[random_() % audit_->entries().size()];
      if (entry.kind != feed::v1::ENTRY_KIND_RETURN_ACCEPTED) continue;
      returns::v1::GetReceiptRequest request;
      request.set_name(entry.name);
      auto response = CallOnce(*stub, &returns::v1::ReturnsService::Stub::GetReceipt, request);
      ASSERT_THAT(response, IsOk()) << Log();
      // Against the newest head, which may be newer than what was read.
      if (response->receipt().head().size() > audit_->entries().size()) {
        ASSERT_THAT(audit_->ReadOn(auditor), IsOk());
      }
      ASSERT_THAT(audit_->CheckReceipt(response->receipt()), IsOk());
      ++receipts_checked_;
    }
  }

  void CheckOracle() {
    const absl::StatusOr<Histories> read = Oracle::Read(suite_->File("oracle.tsv"));
    ASSERT_THAT(read, IsOk());
    std::map<std::string, uint32_t> file_rows;
    for (const auto& [key, history] : *read) {
      uint64_t sequence = 0;
      const AuditedEntry* entry = audit_->Find(key, &sequence);
      for (const Promised& promised : history.promised) {
        ASSERT_NE(entry, nullptr) << key.request_id << " was acknowledged and is lost";
        ASSERT_EQ(sequence, promised.sequence) << key.request_id;
        if (!promised.leaf_hex.empty()) {
          ASSERT_EQ(absl::BytesToHexString(DigestBytes(entry->leaf)), promised.leaf_hex);
        }
      }
      acknowledged_ += history.promised.empty() ? 0 : 1;
      if (history.promised.empty() && !history.refused) {
        ++(entry == nullptr ? unknown_absent_ : unknown_stored_);
      }
      if (history.promised.empty() && history.refused) {
        ASSERT_EQ(entry, nullptr) << key.request_id << " was refused and is stored";
      }
    }
    // What is stored was sent, and is what was sent.
    for (const AuditedEntry& entry : audit_->entries()) {
      if (entry.kind == feed::v1::ENTRY_KIND_RETURN_ACCEPTED) {
        auto history = read->find(entry.request);
        ASSERT_NE(history, read->end()) << entry.name << " was never sent";
        ASSERT_EQ(ContentOf(entry.accepted), history->second.content);
        const size_t point = entry.request.request_id.find('.');
        if (point != std::string::npos) ++file_rows[entry.request.request_id.substr(0, point)];
      } else if (entry.kind == feed::v1::ENTRY_KIND_FILE_IMPORTED) {
        ASSERT_EQ(file_rows[entry.request.request_id], uint32_t{kUploadOrganisations})
            << "a file's own fact came before all its returns";
      }
    }
  }

  // What the service itself said last, and whether it still runs.
  std::string Log() {
    Process* process = suite_->process(kService);
    if (process == nullptr) return "the service does not run";
    const absl::StatusOr<ProcessEnd> end = process->Wait(/*deadline_ms=*/100);
    std::string text = "the service runs";
    if (end.ok()) {
      text = absl::StrCat("the service ended, code ", end->exit_code.value_or(-1), ", signal ",
                          end->signal.value_or(0));
    }
    return absl::StrCat(text, "; its last lines:\n", process->OutputTail(4'000));
  }

  uint64_t seed_ = 0;
  std::mt19937_64 random_;
  std::unique_ptr<Deployment> suite_;
  std::unique_ptr<Oracle> oracle_;
  std::unique_ptr<KillWorld> world_;
  std::unique_ptr<FeedAudit> audit_;
  std::vector<std::unique_ptr<SubmittingClient>> clients_;
  std::unique_ptr<UploadingClient> uploader_;
  std::vector<std::thread> threads_;
  int kills_ = 0, kills_at_start_ = 0;
  uint64_t receipts_checked_ = 0, acknowledged_ = 0, unknown_stored_ = 0, unknown_absent_ = 0;
};

TEST_F(IngestionKillTest, NothingAcknowledgedIsLostAndNothingIsTakenTwice) {
  const int kills = KillsFromEnvironment();
  std::printf("seed %llu, %d kills\n", static_cast<unsigned long long>(seed_), kills);
  world_->ServiceIsUp();
  StartClients();
  while (kills_ < kills && !HasFatalFailure()) {
    KillAndRestart();
    if (!HasFatalFailure()) CheckPromises();
    if (kills_ % 50 == 0) {
      std::printf("%d kills, %zu entries\n", kills_, audit_->entries().size());
      std::fflush(stdout);
    }
    if (!world_->violations().empty()) break;
  }
  StopClients();
  if (HasFatalFailure()) return;
  CheckPromises();
  CheckOracle();
  EXPECT_THAT(world_->violations(), IsEmpty());
  uint64_t replayed = 0, conflicts = 0, unknown = 0;
  for (const auto& client : clients_) {
    replayed += client->replayed();
    conflicts += client->conflicts();
    unknown += client->unknown();
  }
  EXPECT_GT(acknowledged_, 0u);
  std::printf(
      "%d kills (%d before the service was ready), seed %llu: %zu entries, %llu requests "
      "acknowledged, 0 lost, 0 twice; %llu outcomes unknown, of those left so %llu stored and %llu "
      "not; %llu repeats replayed; %llu conflicts; %llu files, %llu uploads resumed; %llu receipts "
      "verified\n",
      kills_, kills_at_start_, static_cast<unsigned long long>(seed_), audit_->entries().size(),
      static_cast<unsigned long long>(acknowledged_), static_cast<unsigned long long>(unknown),
      static_cast<unsigned long long>(unknown_stored_),
      static_cast<unsigned long long>(unknown_absent_), static_cast<unsigned long long>(replayed),
      static_cast<unsigned long long>(conflicts),
      static_cast<unsigned long long>(uploader_->files()),
      static_cast<unsigned long long>(uploader_->resumed()),
      static_cast<unsigned long long>(receipts_checked_));
}

}  // namespace
}  // namespace onereturn
