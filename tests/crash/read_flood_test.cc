// Requests that were made to grow: as large as the server takes, of elements that have two bytes on
// the wire and some seventy once parsed, many at once. The server's memory stays bounded,
// and somebody else's reads are answered meanwhile.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/server.h"
#include "common/rpc/status_conversion.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr char kService[] = "ingestion";
constexpr uint64_t kMostResidentBytes = uint64_t{512} << 20;
constexpr int kFloodSeconds = 5;
constexpr int kServedAtLeast = 4;
constexpr int kChannels = 8;
constexpr int kCallsAChannel = 100;

// Of a process, as the kernel tells; 0 where it does not.
uint64_t PeakResidentBytes(pid_t process) {
  std::ifstream status(absl::StrCat("/proc/", process, "/status"));
  std::string name;
  uint64_t kibibytes = 0;
  for (std::string line; status >> name; std::getline(status, line)) {
    if (name == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

// ONERETURN_FLOOD_SECONDS makes a longer run.
std::chrono::seconds FloodTime() {
  int seconds = 0;
  const char* const wished = std::getenv("ONERETURN_FLOOD_SECONDS");
  return std::chrono::seconds(
      wished != nullptr && absl::SimpleAtoi(wished, &seconds) ? seconds : kFloodSeconds);
}

std::string Repeated(const std::string& unit, size_t bytes) {
  std::string text;
  while (text.size() + unit.size() <= bytes) text += unit;
  return text;
}

// Keeps `kCallsAChannel` calls of one kind going until it is stopped.
class Flood {
 public:
  Flood(std::shared_ptr<grpc::Channel> channel, std::string path, const std::string& request)
      : stub_(std::move(channel)), path_(std::move(path)) {
    grpc::Slice slice(request);
    request_ = grpc::ByteBuffer(&slice, 1);
    running_ = kCallsAChannel;
    for (int i = 0; i < kCallsAChannel; ++i) Begin(new Call());
  }
  // Waits for the calls that run.
  void Stop() {
    stopping_ = true;
    std::unique_lock<std::mutex> lock(mutex_);
    ended_.wait(lock, [this] { return running_ == 0; });
  }
  int answered() const { return answered_; }

 private:
  struct Call {
    std::unique_ptr<grpc::ClientContext> context;
    grpc::ByteBuffer response;
  };

  void Begin(Call* call) {
    call->context = std::make_unique<grpc::ClientContext>();
    call->context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    stub_.UnaryCall(call->context.get(), path_, grpc::StubOptions(), &request_, &call->response,
                    [this, call](grpc::Status) {
                      ++answered_;
                      if (!stopping_) return Begin(call);
                      delete call;
                      std::lock_guard<std::mutex> lock(mutex_);
                      --running_;
                      ended_.notify_all();
                    });
  }

  grpc::GenericStub stub_;
  const std::string path_;
  grpc::ByteBuffer request_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> answered_{0};
  std::mutex mutex_;
  std::condition_variable ended_;
  int running_ = 0;  // Guarded by mutex_.
};

// What a client that reads now and then sees.
struct Service {
  int asked = 0;
  int refused = 0;  // RESOURCE_EXHAUSTED, and asked again.
  int failed = 0;
  Clock::duration longest = {};
};

Service AskMeanwhile(Deployment* suite, Clock::time_point until) {
  Service service;
  const auto stub = ledger::v1::LedgerService::NewStub(suite->Channel(kOperator, kService));
  // However slow the machine is, the good client comes through more than once.
  const Clock::time_point latest = until + std::chrono::seconds(60);
  while (Clock::now() < until || (service.asked < kServedAtLeast && Clock::now() < latest)) {
    const Clock::time_point began = Clock::now();
    ++service.asked;
    while (true) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
      ledger::v1::GetHeadResponse response;
      const grpc::Status status = stub->GetHead(&context, ledger::v1::GetHeadRequest(), &response);
      if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
        ++service.refused;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        continue;
      }
      if (!status.ok()) ++service.failed;
      break;
    }
    service.longest = std::max(service.longest, Clock::now() - began);
  }
  return service;
}

struct FloodKind {
  const char* name;
  const char* persona;
  const char* path;
  char tag;  // Of the field without bytes that the request repeats.
  int bytes;
};

class ReadFloodTest : public ::testing::TestWithParam<FloodKind> {};

TEST_P(ReadFloodTest, MemoryStaysBoundedAndOthersAreServed) {
  auto suite = Deployment::Create().value();
  ASSERT_THAT(suite->Start(kService), IsOk());
  // gRPC's own few bytes about a message stand beside it.
  const std::string request = Repeated({GetParam().tag, '\0'}, GetParam().bytes);
  std::vector<std::unique_ptr<Flood>> floods;
  for (int i = 0; i < kChannels; ++i) {
    floods.push_back(std::make_unique<Flood>(suite->Channel(GetParam().persona, kService),
                                             GetParam().path, request));
  }
  const Service service = AskMeanwhile(suite.get(), Clock::now() + FloodTime());
  int answered = 0;
  for (auto& flood : floods) flood->Stop();
  for (auto& flood : floods) answered += flood->answered();
  const uint64_t peak = PeakResidentBytes(suite->process(kService)->id());
  std::printf(
      "%s: %d hostile reads answered; a good client asked %d times, %d refused, %d failed, "
      "longest %.0f ms; peak %.0f MiB\n",
      GetParam().name, answered, service.asked, service.refused, service.failed,
      std::chrono::duration<double, std::milli>(service.longest).count(),
      static_cast<double>(peak) / (1 << 20));
  EXPECT_GT(answered, 1'000);
  EXPECT_LT(peak, kMostResidentBytes);
  EXPECT_GE(service.asked, kServedAtLeast);
  EXPECT_EQ(service.failed, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ReadFloodTest,
    ::testing::Values(
        FloodKind{"EmptyDigests", kAuditor, "/onereturn.feed.v1.FeedService/GetChunks", '\x0a',
                  limits::kReadBytes},
        FloodKind{"UnknownTexts", kAnalyst, "/onereturn.returns.v1.ReturnsService/GetReturn",
                  '\x7a', limits::kReadBytes},
        FloodKind{"BeyondTheBound", kAuditor, "/onereturn.feed.v1.FeedService/GetChunks", '\x0a',
                  limits::kReceiveBytes},
        FloodKind{"Stranger", kStranger, "/onereturn.feed.v1.FeedService/GetChunks", '\x0a',
                  limits::kReadBytes},
        FloodKind{"EmptyCells", kLoader, "/onereturn.returns.v1.ReturnsService/SubmitReturn",
                  '\x32', limits::kReceiveBytes}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace onereturn
