#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/crash/kill_clients.h"

namespace onereturn {

std::string ContentOf(const MadeUpCollection& collection, const std::string& organisation,
                      const std::string& period, uint64_t seed) {
  return absl::StrCat(organisation, "/", collection.code, "/", period, "/",
                      DigestToHex(CellDigestOf(CellsOf(collection, seed))));
}

std::string ContentOf(const feed::v1::ReturnAccepted& accepted) {
  return absl::StrCat(accepted.organisation(), "/", accepted.collection(), "/", accepted.period(),
                      "/", absl::BytesToHexString(accepted.cell_digest()));
}

void KillWorld::ServiceIsDown() {
  std::lock_guard<std::mutex> lock(mutex_);
  up_ = false;
}

void KillWorld::ServiceIsUp() {
  std::lock_guard<std::mutex> lock(mutex_);
  up_ = true;
  ++restarts_;
  changed_.notify_all();
}

void KillWorld::Stop() {
  std::lock_guard<std::mutex> lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

bool KillWorld::WaitUntilUp() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return up_ || stopping_; });
  return !stopping_;
}

bool KillWorld::stopping() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return stopping_;
}

uint64_t KillWorld::restarts() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return restarts_;
}

std::shared_ptr<grpc::Channel> KillWorld::NewChannel() {
  return suite_->Channel(kLoader, "ingestion");
}

void KillWorld::Violation(const std::string& text) {
  std::lock_guard<std::mutex> lock(mutex_);
  violations_.push_back(text);
}

std::vector<std::string> KillWorld::violations() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return violations_;
}

void KillWorld::Received(const ledger::v1::Receipt& receipt) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    receipts_.push_back(receipt);
  }
  changed_.notify_all();
}

bool KillWorld::WaitForReceipts(size_t count) {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(30),
                           [&] { return receipts_.size() >= count; });
}

std::vector<ledger::v1::Receipt> KillWorld::TakeReceipts() {
  std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(receipts_, {});
}

}  // namespace onereturn
