// TCP, TLS and HTTP/2, on the partner port.
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/authority/authority.h"
#include "common/base/check.h"
#include "common/clock/clock.h"
#include "onereturn/feed/v1/feed.pb.h"
#include "tests/conformance/bad_inputs.h"
#include "tests/conformance/silent_connection.h"

namespace onereturn {
namespace {

constexpr char kWatchPath[] = "/onereturn.feed.v1.FeedService/Watch";
// ONERETURN_CONNECTIONS makes it more.
constexpr int kConnections = 130;
constexpr size_t kConnectionsTaken = 100;
constexpr uint16_t kInitialWindow = 4;  // A setting, RFC 9113 section 6.5.2.

Answer CallWithCertificate(World& world, absl::string_view name, const IssueRequest& request) {
  const Authority other = Authority::Create("Another authority").value();
  const Authority& authority = name == "other-authority" ? other : world.suite().authority();
  PeerOptions options = world.OptionsOf(Submitter("RCF"));
  options.files = world.suite().WriteTlsFiles(name, request, authority).value();
  return CallWith(options);
}

IssueRequest Good() { return IssueRequest::ForClient(Deployment::SpiffeIdOf(Submitter("RCF"))); }

Timestamp SecondsFromNow(int64_t seconds) {
  return Timestamp{SystemClock().Now().micros + seconds * 1'000'000};
}

// Opens `count` connections of one certificate, each with a good call: how many were let in.
std::vector<std::unique_ptr<Http2Peer>> OpenMany(World& world, const std::string& persona,
                                                 int count) {
  std::vector<std::unique_ptr<Http2Peer>> open;
  for (int i = 0; i < count; ++i) {
    std::unique_ptr<Http2Peer> peer = world.Peer(persona);
    if (peer == nullptr) continue;
    peer->Begin();
    peer->Call(1, Http2Peer::CallHeaders(kSubmitPath), Http2Peer::Framed(World::GoodBytes()));
    if (AnswerOf(peer->Read(1)).code != "CLOSED") open.push_back(std::move(peer));
  }
  return open;
}

// Those of a certificate beyond its hundred are closed, while another's are not; and once it has
// closed its own, it is served again.
Answer ConnectionsOfOneCertificate(World& world) {
  const std::string persona = Submitter("RFW");
  int count = kConnections;
  if (const char* text = std::getenv("ONERETURN_CONNECTIONS"); text != nullptr) {
    ONERETURN_CHECK(absl::SimpleAtoi(text, &count));
  }
  auto open = OpenMany(world, persona, count);
  if (open.size() != kConnectionsTaken) return {absl::StrCat(open.size(), " OPEN"), ""};
  const Answer refused = CallWith(world.OptionsOf(persona));
  if (CallWith(world.OptionsOf(Submitter("RCF"))).code != "OK") return {"OTHERS REFUSED", ""};
  open.clear();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (CallWith(world.OptionsOf(persona)).code == "CLOSED") {
    if (std::chrono::steady_clock::now() > end) return {"NEVER AGAIN", ""};
  }
  return refused;
}

Cases CertificateCases() {
  return {
      {"3.no_certificate",
       [](World& world) {
         PeerOptions options = world.OptionsOf(Submitter("RCF"));
         options.files.Clear();
         return CallWith(options);
       }},
      {"4.expired",
       [](World& world) {
         IssueRequest request = Good();
         request.not_before = SecondsFromNow(-7'200);
         request.not_after = SecondsFromNow(-3'600);
         return CallWithCertificate(world, "expired", request);
       }},
      {"4.not_yet_valid",
       [](World& world) {
         IssueRequest request = Good();
         request.not_before = SecondsFromNow(3'600);
         return CallWithCertificate(world, "not-yet", request);
       }},
      {"5.other_authority",
       [](World& world) { return CallWithCertificate(world, "other-authority", Good()); }},
      {"6.two_names",
       [](World& world) {
         IssueRequest request = Good();
         request.spiffe_ids.push_back(Deployment::SpiffeIdOf(kOperator));
         return CallWithCertificate(world, "two-names", request);
       }},
      {"6.no_name",
       [](World& world) {
         IssueRequest request = Good();
         request.spiffe_ids.clear();
         request.dns_names = {"localhost"};
         return CallWithCertificate(world, "no-name", request);
       }},
      {"6.unknown_name",
       [](World& world) {
         PeerOptions options = world.OptionsOf(kStranger);
         return CallWith(options);
       }},
  };
}

Cases TlsCases() {
  return {
      {"2.connections", ConnectionsOfOneCertificate},
      {"1.silence",
       [](World& world) -> Answer {
         return {
             SilentConnection(world.OptionsOf("").address).ClosedWithin(15'000) ? "CLOSED" : "OPEN",
             ""};
       }},
      {"7.tls_1_1",
       [](World& world) {
         PeerOptions options = world.OptionsOf(Submitter("RCF"));
         options.max_version = TLS1_1_VERSION;
         options.ciphers = "ALL:@SECLEVEL=0";
         return CallWith(options);
       }},
      {"7.no_encryption",
       [](World& world) {
         PeerOptions options = world.OptionsOf(Submitter("RCF"));
         options.max_version = TLS1_2_VERSION;
         options.ciphers = "eNULL:@SECLEVEL=0";
         return CallWith(options);
       }},
      {"7.renegotiation",
       [](World& world) -> Answer {
         PeerOptions options = world.OptionsOf(Submitter("RCF"));
         options.max_version = TLS1_2_VERSION;
         absl::StatusOr<std::unique_ptr<Http2Peer>> peer = Http2Peer::Connect(options);
         if (!peer.ok()) return {"REFUSED AT FIRST", ""};
         (*peer)->Begin();
         SSL_renegotiate((*peer)->ssl());
         SSL_do_handshake((*peer)->ssl());
         return AnswerOf((*peer)->ReadToEnd());
       }},
  };
}

HeaderList Oversized() {
  return Http2Peer::CallHeaders(kSubmitPath, {{"more", std::string(9'000, 'x')}});
}

Cases FrameCases() {
  return {
      {"8.bad_preface",
       [](World& world) {
         const auto peer = world.Peer();
         peer->Write("PRI * HTTP/3.0\r\n\r\nSM\r\n\r\n");
         return AnswerOf(peer->ReadToEnd());
       }},
      {"8.http_1_1",
       [](World& world) {
         const auto peer = world.Peer();
         peer->Write("GET / HTTP/1.1\r\nHost: onereturn\r\n\r\n");
         return AnswerOf(peer->ReadToEnd());
       }},
      {"12.pings",
       [](World& world) {
         const auto peer = world.Peer();
         peer->Begin();
         // In bursts: a reset that meets what is still being written would take the answer with it.
         PeerReply reply;
         for (int burst = 0; burst < 100 && !reply.go_away && !reply.closed; ++burst) {
           for (int i = 0; i < 10; ++i) peer->WriteFrame(kPingFrame, 0, 0, "12345678");
           reply = peer->Read(1, 100);
         }
         return AnswerOf(reply.closed ? reply : peer->ReadToEnd());
       }},
      {"14.metadata",
       [](World& world) {
         const auto peer = world.Peer();
         peer->Begin();
         if (!peer->Ping()) return Answer{"CLOSED", ""};  // The settings are acknowledged by now.
         peer->Call(1, Oversized(), Http2Peer::Framed(World::GoodBytes()));
         return AnswerOf(peer->Read(1));
       }},
      {"14.metadata_unacknowledged",
       [](World& world) {
         return world.RawCall(Oversized(), Http2Peer::Framed(World::GoodBytes()));
       }},
  };
}

Cases ReaderCases() {
  return {
      {"15.slow_consumer",
       [](World& world) {
         const auto peer = world.Peer(kAuditor);
         peer->Begin({{kInitialWindow, 0}});
         peer->Call(1, Http2Peer::CallHeaders(kWatchPath),
                    Http2Peer::Framed(feed::v1::WatchRequest().SerializeAsString()));
         return AnswerOf(peer->Read(1, 45'000));
       }},
      {"15.answers_never_read",
       [](World& world) -> Answer {
         // More calls than the server has threads, none of whose answers is ever let through.
         returns::v1::GetReturnRequest request;
         request.set_name(kKnownReturn);
         std::vector<std::unique_ptr<Http2Peer>> peers;
         for (int i = 0; i < 3; ++i) {
           peers.push_back(world.Peer(kAnalyst));
           peers.back()->Begin({{kInitialWindow, 0}});
           for (uint32_t call = 0; call < 64; ++call) {
             peers.back()->Call(2 * call + 1, Http2Peer::CallHeaders(kGetPath),
                                Http2Peer::Framed(request.SerializeAsString()));
           }
         }
         for (const auto& peer : peers) {
           if (!peer->Ping()) return {"CLOSED", ""};
         }
         // While all of them are being answered, every thread may be taken for a moment.
         Answer answer = world.Send(kGetPath, request);
         const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
         while (answer.code == "RESOURCE_EXHAUSTED" && std::chrono::steady_clock::now() < end) {
           answer = world.Send(kGetPath, request);
         }
         return answer;
       }},
  };
}

Cases HeaderCases() {
  return {
      {"16.method_get",
       [](World& world) {
         return world.RawCall(Http2Peer::CallHeaders(kSubmitPath, {{":method", "GET"}}),
                              Http2Peer::Framed(World::GoodBytes()));
       }},
      {"16.scheme",
       [](World& world) {
         return world.RawCall(Http2Peer::CallHeaders(kSubmitPath, {{":scheme", "gopher"}}),
                              Http2Peer::Framed(World::GoodBytes()));
       }},
      {"16.te",
       [](World& world) {
         return world.RawCall(Http2Peer::CallHeaders(kSubmitPath, {{"te", "gzip"}}),
                              Http2Peer::Framed(World::GoodBytes()));
       }},
      {"17.content_type",
       [](World& world) {
         return world.RawCall(
             Http2Peer::CallHeaders(kSubmitPath, {{"content-type", "application/json"}}),
             Http2Peer::Framed(World::GoodBytes()));
       }},
      {"18.unknown_method",
       [](World& world) {
         return world.Send("/onereturn.returns.v1.ReturnsService/DeleteEverything", "");
       }},
      {"18.unknown_service", [](World& world) { return world.Send("/onereturn.None/Submit", ""); }},
  };
}

Cases LengthCases() {
  return {
      {"20.length_beyond_data",
       [](World& world) {
         const std::string framed = Http2Peer::Framed(World::GoodBytes());
         return world.RawCall(Http2Peer::CallHeaders(kSubmitPath),
                              framed.substr(0, framed.size() - 1));
       }},
      {"20.length_beyond_data_of_a_read",
       [](World& world) {
         const std::string framed = Http2Peer::Framed("\x0a\x01x");
         return world.RawCall(Http2Peer::CallHeaders(kGetPath),
                              framed.substr(0, framed.size() - 1));
       }},
      {"20.no_message",
       [](World& world) { return world.RawCall(Http2Peer::CallHeaders(kSubmitPath), ""); }},
      {"21.compressed_without_encoding",
       [](World& world) {
         return world.RawCall(Http2Peer::CallHeaders(kSubmitPath),
                              Http2Peer::Framed(World::GoodBytes(), 1));
       }},
      {"21.flag_of_7",
       [](World& world) {
         return world.RawCall(Http2Peer::CallHeaders(kSubmitPath),
                              Http2Peer::Framed(World::GoodBytes(), 7));
       }},
      {"22.compressed",
       [](World& world) {
         return world.RawCall(Http2Peer::CallHeaders(kSubmitPath, {{"grpc-encoding", "gzip"}}),
                              Http2Peer::Framed(World::GoodBytes(), 1));
       }},
  };
}

Cases CallCases() {
  return {
      {"23.timeout_that_is_none",
       [](World& world) {
         return world.RawCall(Http2Peer::CallHeaders(kSubmitPath, {{"grpc-timeout", "zzz"}}),
                              Http2Peer::Framed(World::GoodBytes()));
       }},
      {"23.timeout_of_1_ns",
       [](World& world) {
         // The message never comes: nothing but the time can end the call.
         const auto peer = world.Peer();
         if (peer == nullptr) return Answer{"CLOSED", ""};
         peer->Begin();
         constexpr uint8_t kHeadersFrame = 1;
         constexpr uint8_t kEndOfHeaders = 4;
         peer->WriteFrame(
             kHeadersFrame, kEndOfHeaders, 1,
             Http2Peer::Pack(Http2Peer::CallHeaders(kSubmitPath, {{"grpc-timeout", "1n"}})));
         return AnswerOf(peer->Read(1));
       }},
      {"23.no_timeout",
       [](World& world) {
         return world.RawCall(Http2Peer::CallHeaders(kSubmitPath),
                              Http2Peer::Framed(World::GoodBytes()));
       }},
      {"24.two_messages",
       [](World& world) {
         const std::string framed = Http2Peer::Framed(World::GoodBytes());
         return world.RawCall(Http2Peer::CallHeaders(kSubmitPath), framed + framed);
       }},
  };
}

}  // namespace

Cases ConnectionCases() {
  Cases cases = CertificateCases();
  for (const auto& more :
       {TlsCases, FrameCases, ReaderCases, HeaderCases, LengthCases, CallCases}) {
    cases.merge(more());
  }
  return cases;
}

}  // namespace onereturn
