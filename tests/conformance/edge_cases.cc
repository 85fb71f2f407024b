// What deploy/edge/nghttpx.conf stops, sent through that very file to a metrics service.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/check.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "tests/conformance/bad_inputs.h"
#include "tests/conformance/silent_connection.h"

namespace onereturn {
namespace {

constexpr char kMetrics[] = "metrics";
constexpr char kListPath[] = "/onereturn.metrics.v1.MetricsService/ListMetrics";
constexpr uint64_t kMostResidentBytes = uint64_t{512} << 20;

int FreePort() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ONERETURN_CHECK(bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0);
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  close(descriptor);
  return ntohs(address.sin_port);
}

// A metrics service, and nghttpx before it.
class Edge {
 public:
  static Edge& Instance() {
    static Edge edge;
    return edge;
  }

  // No certificate: the public has none.
  std::unique_ptr<Http2Peer> Peer(bool polite = true) const {
    PeerOptions options;
    options.address = address_;
    options.polite = polite;
    absl::StatusOr<std::unique_ptr<Http2Peer>> peer = Http2Peer::Connect(options);
    return peer.ok() ? *std::move(peer) : nullptr;
  }
  Answer Call(const std::string& path) const {
    const auto peer = Peer();
    if (peer == nullptr) return {"CLOSED", ""};
    peer->Begin();
    peer->Call(1, Http2Peer::CallHeaders(path), Http2Peer::Framed(""));
    return AnswerOf(peer->Read(1));
  }
  // The answer of a flood, if others are still served and the service's memory is bounded.
  Answer After(const Answer& flood) {
    // All of the public have the edge's one share: for a moment the flood may have used it up.
    Answer served = Call(kListPath);
    for (int i = 0; i < 50 && served.code == "RESOURCE_EXHAUSTED"; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      served = Call(kListPath);
    }
    if (served != (Answer{"OK", ""})) return {"OTHERS ARE NOT SERVED", served.code};
    auto stub = operations::v1::OperationsService::NewStub(suite_->Channel(kOperator, kMetrics));
    grpc::ClientContext context;
    operations::v1::GetStatusResponse status;
    if (!stub->GetStatus(&context, operations::v1::GetStatusRequest(), &status).ok() ||
        status.peak_resident_bytes() > kMostResidentBytes) {
      return {"TOO MUCH MEMORY", ""};
    }
    return flood;
  }
  const std::string& address() const { return address_; }

 private:
  Edge() : suite_(Deployment::Create().value()) {
    ONERETURN_CHECK(suite_->Start(kMetrics).ok());
    address_ = absl::StrCat("127.0.0.1:", FreePort());
    const config::v1::TlsFiles outside =
        suite_
            ->WriteTlsFiles("edge-public",
                            IssueRequest::ForServer(Deployment::SpiffeIdOf("edge-public")),
                            suite_->authority())
            .value();
    const config::v1::TlsFiles inside = suite_->TlsFilesOf(kAnalyst);
    std::ifstream source(ONERETURN_SOURCE_FOLDER "/deploy/edge/nghttpx.conf");
    std::stringstream text;
    text << source.rdbuf();
    const auto with_comma = [](const std::string& address) {
      return absl::StrReplaceAll(address, {{":", ","}});
    };
    std::ofstream(suite_->File("edge.conf")) << absl::StrReplaceAll(
        text.str(), {{"0.0.0.0,8443", with_comma(address_)},
                     {"127.0.0.1,7402", with_comma(suite_->AddressOf(kMetrics))},
                     {"=edge.public.pem", "=" + outside.certificate_file()},
                     {"=edge.public.key", "=" + outside.key_file()},
                     {"=edge.pem", "=" + inside.certificate_file()},
                     {"=edge.key", "=" + inside.key_file()},
                     {"=authority.pem", "=" + inside.authority_file()}});
    ProcessOptions options;
    options.binary = ONERETURN_NGHTTPX;
    options.arguments = {"--conf=" + suite_->File("edge.conf"), "--single-process"};
    options.output_file = suite_->File("edge.log");
    process_ = Process::Start(options).value();
    for (int i = 0; i < 100 && !SilentConnection(address_).connected(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  const std::unique_ptr<Deployment> suite_;
  std::string address_;
  std::unique_ptr<Process> process_;
};

// Far more than an edge lets a connection have.
constexpr uint32_t kResetsAConnection = 5'000;

// ONERETURN_RESETS makes a longer run.
int ResetsWished() {
  int resets = 0;
  const char* const wished = std::getenv("ONERETURN_RESETS");
  return wished != nullptr && absl::SimpleAtoi(wished, &resets) ? resets : 5'000;
}

// Connections of resets until so many were sent; whether each was ended. A connection is never left
// with only a few: those are nothing to end it for.
Answer Reset(int resets) {
  const std::string headers = Http2Peer::Pack(Http2Peer::CallHeaders(kListPath));
  for (int sent = 0; sent < resets;) {
    const auto peer = Edge::Instance().Peer();
    if (peer == nullptr) return {"REFUSED", ""};
    peer->Begin();
    uint32_t stream = 1;
    while (stream < 2 * kResetsAConnection &&
           peer->WriteFrame(kHeadersFrame, kEndHeaders | kEndStream, stream, headers) &&
           peer->WriteFrame(kResetFrame, 0, stream, std::string("\0\0\0\x08", 4))) {
      stream += 2;
      ++sent;
    }
    if (!peer->ReadToEnd(30'000).closed) return {"STAYS OPEN", ""};
  }
  return {"CLOSED", ""};
}

}  // namespace

Cases EdgeCases() {
  return {
      {"9.rapid_reset", [](World&) { return Edge::Instance().After(Reset(ResetsWished())); }},
      {"10.never_acknowledge",
       [](World&) {
         const auto peer = Edge::Instance().Peer(/*polite=*/false);
         peer->Begin();
         const std::string headers = Http2Peer::Pack(Http2Peer::CallHeaders(kListPath));
         for (uint32_t i = 0; i < 5'000; ++i) {
           if (!peer->WriteFrame(kHeadersFrame, kEndHeaders, 2 * i + 1, headers)) break;
         }
         const PeerReply last = peer->Read(9'999, 30'000);
         const PeerReply end = peer->ReadToEnd(30'000);
         if (last.reset != 7u || !end.closed) return Answer{"TAKEN", ""};
         return Edge::Instance().After({"CLOSED", ""});
       }},
      {"11.continuation",
       [](World&) {
         const auto peer = Edge::Instance().Peer();
         peer->Begin();
         peer->WriteFrame(kHeadersFrame, 0, 1, Http2Peer::Pack(Http2Peer::CallHeaders(kListPath)));
         const std::string more = Http2Peer::Pack({{"more", std::string(15'000, 'x')}});
         int sent = 0;
         while (sent < 5'000 && peer->WriteFrame(kContinuationFrame, 0, 1, more)) ++sent;
         const PeerReply end = peer->ReadToEnd(30'000);
         return Edge::Instance().After({end.closed && sent < 5'000 ? "CLOSED" : "TAKEN", ""});
       }},
      {"13.drip",
       [](World&) {
         const auto peer = Edge::Instance().Peer();
         peer->Begin();
         // A frame that is announced and never comes whole.
         int seconds = 0;
         const std::string frame("\0\0\x40\x01\x05\0\0\0\x01", 9);
         for (; seconds < 60; ++seconds) {
           if (!peer->Write(seconds < 9 ? frame.substr(static_cast<size_t>(seconds), 1) : "x"))
             break;
           const PeerReply reply = peer->ReadToEnd(1'000);
           if (reply.closed) break;
         }
         return Edge::Instance().After({seconds < 45 ? "CLOSED" : "OPEN", ""});
       }},
      {"18.write_at_the_edge",
       [](World&) {
         return Edge::Instance().Call("/onereturn.metrics.v1.MetricsService/UpdateMetric");
       }},
  };
}

}  // namespace onereturn
