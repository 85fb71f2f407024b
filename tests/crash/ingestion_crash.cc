#include "tests/crash/ingestion_crash.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/settings.h"

namespace onereturn {
namespace {

constexpr int kClients = 4;
constexpr int kSharedOrganisations = 4;
constexpr int kUploadOrganisations = 200;
constexpr int kReceiptsAsked = 20;

}  // namespace

void IngestionCrashTest::SetUp() {
  seed_ = SeedFromEnvironment();
  random_.seed(seed_);
  suite_ = Deployment::Create(Options()).value();
  suite_->SetEnvironment(kService, Environment());
  oracle_ = std::make_unique<Oracle>(suite_->File("oracle.tsv"));
  world_ =
      std::make_unique<KillWorld>(suite_.get(), oracle_.get(), MadeUpCollection{"KILLS", 1, {20}});
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

void IngestionCrashTest::StartClients() {
  for (auto& client : clients_) threads_.emplace_back([&client] { client->Run(); });
  threads_.emplace_back([this] { uploader_->Run(); });
}

void IngestionCrashTest::StopClients() {
  world_->Stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void IngestionCrashTest::CheckPromises() {
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

void IngestionCrashTest::CheckOracle() {
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

void IngestionCrashTest::StartAgain(const std::vector<std::string>& more) {
  std::vector<std::string> environment = Environment();
  environment.insert(environment.end(), more.begin(), more.end());
  suite_->SetEnvironment(kService, std::move(environment));
  ASSERT_THAT(suite_->Start(kService), IsOk()) << Log();
  world_->ServiceIsUp();
}

void IngestionCrashTest::ReadAllAnew() {
  audit_ = std::make_unique<FeedAudit>(suite_->verifying_key(kService));
  ASSERT_THAT(audit_->ReadOn(suite_->Channel(kAuditor, kService)), IsOk()) << Log();
}

std::string IngestionCrashTest::Figures() const {
  uint64_t replayed = 0, conflicts = 0, unknown = 0;
  for (const auto& client : clients_) {
    replayed += client->replayed();
    conflicts += client->conflicts();
    unknown += client->unknown();
  }
  return absl::StrCat(audit_->entries().size(), " entries, ", acknowledged_,
                      " requests acknowledged, 0 lost, 0 twice; ", unknown,
                      " outcomes unknown, of those left so ", unknown_stored_, " stored and ",
                      unknown_absent_, " not; ", replayed, " repeats replayed; ", conflicts,
                      " conflicts; ", uploader_->files(), " files, ", uploader_->resumed(),
                      " uploads resumed; ", receipts_checked_, " receipts verified");
}

std::string IngestionCrashTest::Log() {
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

}  // namespace onereturn
