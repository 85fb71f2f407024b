// Clients that submit to an ingestion service while somebody kills it, and note in the oracle what
// they send and what they are promised.
#ifndef ONERETURN_TESTS_CRASH_KILL_CLIENTS_H_
#define ONERETURN_TESTS_CRASH_KILL_CLIENTS_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tests/crash/made_up_returns.h"
#include "tests/crash/oracle.h"
#include "tests/harness/deployment.h"

namespace onereturn {

// What the clients and the one who kills share. Thread safe.
class KillWorld {
 public:
  KillWorld(Deployment* suite, Oracle* oracle, MadeUpCollection collection)
      : suite_(suite), oracle_(oracle), collection_(std::move(collection)) {}

  const MadeUpCollection& collection() const { return collection_; }
  Oracle* oracle() { return oracle_; }

  // The one who kills: before the kill, after the restart, at the end.
  void ServiceIsDown();
  void ServiceIsUp();
  void Stop();

  // The clients: waits until the service runs; a new channel after every restart. False: stop.
  bool WaitUntilUp();
  bool stopping() const;
  uint64_t restarts() const;
  std::shared_ptr<grpc::Channel> NewChannel();

  // Something that must never be. Ends the test when it is over.
  void Violation(const std::string& text);
  std::vector<std::string> violations() const;

  // Receipts as they came, to be held against the feed; takes what has gathered.
  void Received(const ledger::v1::Receipt& receipt);
  std::vector<ledger::v1::Receipt> TakeReceipts();
  // Waits until so many have gathered; false when they do not come within half a minute.
  bool WaitForReceipts(size_t count);

 private:
  Deployment* const suite_;
  Oracle* const oracle_;
  const MadeUpCollection collection_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool up_ = false;  // Guarded by mutex_, as all below.
  bool stopping_ = false;
  uint64_t restarts_ = 0;
  std::vector<std::string> violations_;
  std::vector<ledger::v1::Receipt> receipts_;
};

// Submits returns one after the other: new ones, revisions, repeats of what was accepted, used ids
// with other content, unchanged ones, and some to returns that other clients revise too. One
// thread.
class SubmittingClient {
 public:
  // Of `own` organisations nobody else submits anything; `shared` belong to all clients.
  SubmittingClient(KillWorld* world, std::string name, uint64_t seed, std::vector<std::string> own,
                   std::vector<std::string> shared);
  void Run();  // Until the world stops.

  uint64_t acknowledged() const { return acknowledged_; }
  uint64_t replayed() const { return replayed_; }
  uint64_t conflicts() const { return conflicts_; }
  uint64_t unknown() const { return unknown_; }

 private:
  struct Submission {
    std::string organisation;
    std::string period;
    std::string request_id;
    uint64_t seed = 0;
    std::optional<Promised> promised;  // Of its first acknowledgement.
  };
  enum class Outcome { kAccepted, kUnchanged, kRefused, kUnknown };

  uint64_t Random(uint64_t below) { return random_() % below; }
  Submission NewSubmission(std::string organisation, std::string period);
  void SubmitNew();
  void SubmitRevision();
  void SubmitShared();
  void RepeatAccepted();
  void ReuseId();
  void SubmitUnchanged();
  // Sends until the outcome is known, or with some luck leaves it unknown; keeps what was accepted.
  void SendToTheEnd(Submission submission);
  Outcome Send(Submission* submission);
  Outcome TakeAnswer(const returns::v1::SubmitReturnResponse& response, Submission* submission);
  Outcome TakeError(const absl::Status& status, const Submission& submission);
  absl::StatusOr<returns::v1::SubmitReturnResponse> Call(const Submission& submission);

  KillWorld* const world_;
  const std::string name_;
  std::mt19937_64 random_;
  const std::vector<std::string> own_;
  const std::vector<std::string> shared_;
  std::unique_ptr<returns::v1::ReturnsService::Stub> stub_;
  uint64_t restarts_seen_ = 0;
  uint64_t next_id_ = 0;
  int next_month_ = 0;
  std::vector<Submission> accepted_;  // Only of own organisations; each the newest of its return.
  uint64_t acknowledged_ = 0, replayed_ = 0, conflicts_ = 0, unknown_ = 0;
};

// Uploads a file of many organisations' returns and has it taken, again and again. One thread.
class UploadingClient {
 public:
  UploadingClient(KillWorld* world, uint64_t seed, std::vector<std::string> organisations)
      : world_(world), seed_(seed), organisations_(std::move(organisations)) {}
  void Run();

  uint64_t files() const { return files_; }
  // Uploads that went on from the middle after a kill.
  uint64_t resumed() const { return resumed_; }

 private:
  // False: stopped before the end.
  bool TakeFile(int number);
  bool Upload(const std::string& request_id, const std::string& file, std::string* upload);
  absl::Status UploadOnce(const std::string& request_id, const std::string& file,
                          std::string* upload, uint64_t* held);
  bool SubmitFile(const returns::v1::SubmitReturnFileRequest& request);

  KillWorld* const world_;
  const uint64_t seed_;
  const std::vector<std::string> organisations_;
  std::unique_ptr<returns::v1::ReturnsService::Stub> stub_;
  uint64_t files_ = 0;
  uint64_t resumed_ = 0;
};

// What the oracle keeps of a return's content.
std::string ContentOf(const MadeUpCollection& collection, const std::string& organisation,
                      const std::string& period, uint64_t seed);
// The content that a stored return has.
std::string ContentOf(const feed::v1::ReturnAccepted& accepted);

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_KILL_CLIENTS_H_
