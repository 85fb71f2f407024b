// Configurations, proofs, the log; load; a process whose neighbour is down.
#include <google/protobuf/text_format.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/ledger/merkle.h"
#include "common/ledger/receipt.h"
#include "common/ledger/signing.h"
#include "common/rpc/server.h"
#include "common/rpc/status_conversion.h"
#include "common/status/error.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "tests/conformance/bad_inputs.h"

namespace onereturn {
namespace {

constexpr char kMetricsService[] = "metrics";

// Ends by itself: with which code?
Answer RunWith(World& world, const std::string& text) {
  const std::string file = world.suite().File(absl::StrCat(world.FreshId(), ".textproto"));
  std::ofstream(file) << text;
  ProcessOptions options;
  options.binary = ONERETURN_BINARY_FOLDER "/ingestiond";
  options.arguments = {"--config", file};
  options.output_file = absl::StrCat(file, ".log");
  auto process = Process::Start(options).value();
  const auto end = process->Wait(10'000);
  if (!end.ok()) return {"RUNS", ""};
  return {absl::StrCat("EXIT ", end->exit_code.value_or(-1)), ""};
}

std::function<Answer(World&)> Configured(const std::function<std::string(World&)>& text) {
  return [text](World& world) { return RunWith(world, text(world)); };
}

// A configuration that is good, but in a folder of its own: relative paths would lead elsewhere.
config::v1::ServerConfig Config(World& world) {
  config::v1::ServerConfig config;
  ReadTextProto(world.suite().ConfigFileOf(kMetricsService), &config).IgnoreError();
  return config;
}

std::string Text(const config::v1::ServerConfig& config) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(config, &text);
  return text;
}

Cases ConfigurationCases() {
  return {
      {"96.unknown_key", Configured([](World& world) {
         return absl::StrCat(Text(Config(world)), "no_such_key: 1\n");
       })},
      {"96.key_twice", Configured([](World& world) {
         return absl::StrCat(Text(Config(world)), "listen_address: \"127.0.0.1:1\"\n");
       })},
      {"96.missing_key", Configured([](World& world) {
         config::v1::ServerConfig config = Config(world);
         config.clear_rights_file();
         return Text(config);
       })},
      {"96.secret_open_to_everybody", Configured([](World& world) {
         config::v1::ServerConfig config = Config(world);
         const std::string key = world.suite().File("open.signing.key");
         std::ofstream(key) << std::ifstream(world.suite().File("metrics.signing.key")).rdbuf();
         chmod(key.c_str(), 0644);
         config.set_signing_key_file(key);
         return Text(config);
       })},
      {"96.no_key_in_the_file", Configured([](World& world) {
         config::v1::ServerConfig config = Config(world);
         const std::string key = world.suite().File("empty.signing.key");
         std::ofstream(key) << "nothing";
         chmod(key.c_str(), 0600);
         config.set_signing_key_file(key);
         return Text(config);
       })},
  };
}

Answer Verified(const absl::Status& status) {
  return {status.ok() ? "OK" : absl::StatusCodeToString(status.code()), ""};
}

Receipt GoodReceipt(const SigningKey& key) {
  Receipt receipt;
  receipt.entry = "entry";
  receipt.sequence = 1;
  receipt.leaf_hash = HashLeaf(receipt.entry);
  receipt.head.head.service = kIngestion;
  receipt.head.head.epoch = 1;
  receipt.head.head.size = 1;
  receipt.head.head.root = receipt.leaf_hash;
  receipt.head = SignHead(receipt.head.head, key).value();
  return receipt;
}

Cases ProofCases() {
  const Digest leaf = HashLeaf("entry");
  const auto inclusion = [leaf](uint64_t index, uint64_t size, std::vector<Digest> proof) {
    return [=](World&) { return Verified(VerifyInclusion(leaf, index, size, leaf, proof)); };
  };
  const auto receipt = [](const std::function<void(Receipt*)>& change) {
    return [change](World&) {
      const SigningKey key = SigningKey::Generate().value();
      Receipt made = GoodReceipt(key);
      change(&made);
      return Verified(VerifyReceipt(made, key.verifying_key()));
    };
  };
  return {
      {"87.good", receipt([](Receipt*) {})},
      {"87.index_beyond_size", inclusion(1, 1, {})},
      {"87.size_0", inclusion(0, 0, {})},
      {"87.proof_too_long", inclusion(0, 1, {leaf})},
      {"87.proof_too_short", inclusion(0, 2, {})},
      {"87.other_entry", receipt([](Receipt* made) { made->entry = "other"; })},
      {"87.other_key", receipt([](Receipt* made) {
         made->head = SignHead(made->head.head, SigningKey::Generate().value()).value();
       })},
  };
}

// More and more calls at once, until one is refused; each caller asks for the least there is.
Answer FloodUntilRefused(World& world) {
  world.Submit(World::GoodReturn(), Submitter("RX1"));  // Opens the channel.
  std::atomic<bool> done{false};
  Answer refused{"NEVER", ""};
  std::mutex mutex;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int calls = 0; calls < 2'000 && !done; ++calls) {
        std::string response;
        const grpc::Status status =
            world.Exchange(kSubmitPath, World::GoodBytes(), Submitter("RX1"), &response);
        if (status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED) continue;
        const std::optional<ErrorDetails> details = DetailsOf(FromGrpcStatus(status));
        std::lock_guard<std::mutex> lock(mutex);
        refused = AnswerOf(status);
        if (!details.has_value() || !details->retry_after.has_value())
          refused.reason += " NO DELAY";
        done = true;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  return refused;
}

// A service of its own that takes hardly anything at once.
Answer SendToASmallOne(World& /*world*/) {
  DeploymentOptions options;
  options.submitters = {"RCF"};
  options.adjust = [](const std::string&, config::v1::ServerConfig* config) {
    config->set_bytes_in_flight_limit(100);
  };
  auto suite = Deployment::Create(std::move(options)).value();
  if (!suite->Start(kIngestion).ok()) return {"NOT STARTED", ""};
  auto stub = returns::v1::ReturnsService::NewStub(suite->Channel(Submitter("RCF"), kIngestion));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  returns::v1::SubmitReturnResponse response;
  const grpc::Status status = stub->SubmitReturn(&context, World::GoodReturn(), &response);
  const std::optional<ErrorDetails> details = DetailsOf(FromGrpcStatus(status));
  Answer answer = AnswerOf(status);
  if (!details.has_value() || !details->retry_after.has_value()) answer.reason += " NO DELAY";
  return answer;
}

Answer MetricsAlone(World& world) {
  if (!world.suite().Start(kMetricsService).ok()) return {"NOT STARTED", ""};
  world.suite().Kill9(kIngestion);
  auto stub =
      metrics::v1::MetricsService::NewStub(world.suite().Channel(kAnalyst, kMetricsService));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  metrics::v1::ListMetricsResponse response;
  const grpc::Status status =
      stub->ListMetrics(&context, metrics::v1::ListMetricsRequest(), &response);
  world.suite().Kill9(kMetricsService);
  world.Restart();
  return AnswerOf(status);
}

// Nothing that a caller sends makes a line of its own, or one longer than it may be.
Answer LogOfHostileNames(World& world) {
  const std::unique_ptr<Http2Peer> peer = world.Peer();
  peer->Begin();
  peer->Call(1, Http2Peer::CallHeaders(absl::StrCat("/", std::string(2'000, 'x'), "\x1b[31m\n{}")),
             "");
  peer->Ping();
  // A caller's own name is in every line of its calls: as long as one may be, and one that would
  // end a text of the line. One with controls in it the authority does not sign.
  for (const std::string& end : {std::string(1'900, 'x'), std::string("x\"}{\"forged\":1")}) {
    PeerOptions options = world.OptionsOf(Submitter("RCF"));
    const IssueRequest request = IssueRequest::ForClient(Deployment::SpiffeIdOf(end));
    const std::string name = absl::StrCat("hostile-", end.size());
    options.files = world.suite().WriteTlsFiles(name, request, world.suite().authority()).value();
    const auto hostile = Http2Peer::Connect(options);
    if (!hostile.ok()) continue;
    (*hostile)->Begin();
    (*hostile)->Call(1, Http2Peer::CallHeaders(kSubmitPath), Http2Peer::Framed(World::GoodBytes()));
    (*hostile)->Read(1);
  }
  std::ifstream log(world.suite().LogFileOf(kIngestion));
  size_t lines = 0;
  for (std::string line; std::getline(log, line); ++lines) {
    const bool whole = line.size() > 2 && line.front() == '{' && line.back() == '}';
    if (!whole || line.find('\x1b') != std::string::npos || line.size() > 2'000) {
      return {"FORGED", line.substr(0, 80)};
    }
  }
  return {lines > 0 ? "OK" : "NO LINES", ""};
}

}  // namespace

Cases ProcessCases() {
  Cases cases = ConfigurationCases();
  cases.merge(ProofCases());
  cases["90.rate"] = FloodUntilRefused;
  cases["91.bytes_in_flight"] = SendToASmallOne;
  cases["95.source_down"] = MetricsAlone;
  cases["98.log"] = LogOfHostileNames;
  return cases;
}

}  // namespace onereturn
