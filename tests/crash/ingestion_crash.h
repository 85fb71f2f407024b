// What the tests that end the ingestion service have in common: clients that submit to it, somebody
// who ends and starts it again, and what was promised held against what is there.
#ifndef ONERETURN_TESTS_CRASH_INGESTION_CRASH_H_
#define ONERETURN_TESTS_CRASH_INGESTION_CRASH_H_

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/crash/feed_audit.h"
#include "tests/crash/kill_clients.h"

namespace onereturn {

class IngestionCrashTest : public ::testing::Test {
 protected:
  static constexpr char kService[] = "ingestion";

  // With this in its environment ingestion runs; nothing unless a test says so before SetUp().
  virtual std::vector<std::string> Environment() const { return {}; }
  virtual DeploymentOptions Options() const { return {}; }

  void SetUp() override;

  void StartClients();
  void StopClients();
  // Starts ingestion, with something more in its environment, and lets the clients on.
  void StartAgain(const std::vector<std::string>& more = {});
  // Everything that was given out must follow from what is there now.
  void CheckPromises();
  // And everything that the oracle holds, at the end.
  void CheckOracle();
  // Reads the whole feed anew, every entry and cell: what is on disk, not what was read before.
  void ReadAllAnew();
  // What the clients saw and the checks counted, as the end of a line of figures.
  std::string Figures() const;
  // What the service itself said last, and whether it still runs.
  std::string Log();

  uint64_t seed_ = 0;
  std::mt19937_64 random_;
  std::unique_ptr<Deployment> suite_;
  std::unique_ptr<Oracle> oracle_;
  std::unique_ptr<KillWorld> world_;
  std::unique_ptr<FeedAudit> audit_;
  std::vector<std::unique_ptr<SubmittingClient>> clients_;
  std::unique_ptr<UploadingClient> uploader_;
  std::vector<std::thread> threads_;
  uint64_t receipts_checked_ = 0, acknowledged_ = 0, unknown_stored_ = 0, unknown_absent_ = 0;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_INGESTION_CRASH_H_
