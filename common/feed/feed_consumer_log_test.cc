// Goal: a log that stalls holds up nobody who asks how following stands. Method: standard error as
// a pipe that is full.
#include <fcntl.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "common/feed/feed_consumer.h"
#include "common/ledger/testing_keys.h"
#include "common/log/log.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"

namespace onereturn {
namespace {

constexpr char kLoggedSeed[] = "1112131415161718191a1b1c1d1e1f2021222324252627282930313233343536";

class LedgerWithAKey final : public ledger::v1::LedgerService::Service {
 public:
  grpc::Status GetHead(grpc::ServerContext*, const ledger::v1::GetHeadRequest*,
                       ledger::v1::GetHeadResponse* response) override {
    response->set_public_key_pem(KeyFromSeed(kLoggedSeed).verifying_key().ToPem());
    return grpc::Status::OK;
  }
};

// Its store has failed, which ends following.
class FailedTaker final : public FeedTaker {
 public:
  absl::StatusOr<FeedProgress> Progress() override {
    return absl::UnavailableError("the disk has failed");
  }
  absl::Status Take(const FeedPage&) override { return absl::OkStatus(); }
  absl::Status StartAgain() override { return absl::OkStatus(); }
};

// Standard error as a pipe that is full and that nobody reads: an error is waited for there, for a
// second.
class StalledLog {
 public:
  StalledLog() : before_(dup(STDERR_FILENO)) {
    FlushLog();
    EXPECT_EQ(pipe2(ends_, O_NONBLOCK), 0);
    const std::string piece(4'096, '\n');
    while (write(ends_[1], piece.data(), piece.size()) > 0) {
    }
    dup2(ends_[1], STDERR_FILENO);
  }
  ~StalledLog() {
    dup2(before_, STDERR_FILENO);
    for (const int end : {ends_[0], ends_[1], before_}) close(end);
  }

 private:
  const int before_;
  int ends_[2] = {};
};

TEST(FeedConsumerLogTest, NobodyWaitsForTheLogToLearnOfAFault) {
  LedgerWithAKey ledger;
  grpc::ServerBuilder builder;
  builder.RegisterService(&ledger);
  const auto server = builder.BuildAndStart();
  FailedTaker taker;
  const StalledLog stalled;
  const FeedConsumer consumer("ingestion", server->InProcessChannel(grpc::ChannelArguments()),
                              &taker);
  auto longest = std::chrono::steady_clock::duration::zero();
  for (std::string fault; fault.empty();) {
    const auto begin = std::chrono::steady_clock::now();
    fault = consumer.fault();
    longest = std::max(longest, std::chrono::steady_clock::now() - begin);
    std::this_thread::yield();
  }
  EXPECT_LT(longest, std::chrono::milliseconds(700));
}

}  // namespace
}  // namespace onereturn
