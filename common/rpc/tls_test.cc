// What is spoken on the port itself: versions and ciphers of TLS, renewed files, silent peers. A
// plain TLS client sees what gRPC's own would hide.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <thread>

#include "absl/strings/str_split.h"
#include "common/authority/authority.h"
#include "common/authority/certificate_reading.h"
#include "common/base/read_file.h"
#include "common/base/testing/temporary_folder.h"
#include "common/rpc/credentials.h"
#include "common/rpc/server.h"
#include "common/rpc/tls_identity.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;
using ::testing::Optional;

constexpr char kTlsServer[] = "spiffe://onereturn.example/ingestion";
constexpr char kClientId[] = "spiffe://onereturn.example/submitter";
constexpr auto kPatience = seconds(20);

// What came of one connection.
struct Handshake {
  bool taken = false;  // The server went on to speak HTTP/2.
  std::string version;
  Digest server = {};
};

struct TlsWish {
  int version = 0;      // TLS1_2_VERSION, ...; 0: any.
  std::string ciphers;  // Of TLS 1.2; empty: the library's.
};

int ConnectTo(const std::string& address) {
  const std::vector<std::string> parts = absl::StrSplit(address, ':');
  sockaddr_in place = {};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  place.sin_port = htons(static_cast<uint16_t>(std::atoi(parts[1].c_str())));
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(descriptor, reinterpret_cast<sockaddr*>(&place), sizeof(place)), 0);
  const timeval patience = {20, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  return descriptor;
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    Put("authority.pem", old_.certificate_pem());
    Renew("server", old_, IssueRequest::ForServer(kTlsServer));
    Renew("client", old_, IssueRequest::ForClient(kClientId));
    config_.set_listen_address("127.0.0.1:0");
    *config_.mutable_tls() = FilesOf("server");
  }
  ~TlsTest() override {
    if (server_ != nullptr) server_->Drain([] {});
  }

  void Put(const std::string& name, const std::string& text) {
    std::ofstream(folder_.File(name + ".new")) << text;
    ASSERT_EQ(std::rename(folder_.File(name + ".new").c_str(), folder_.File(name).c_str()), 0);
  }
  CertifiedKey Renew(const std::string& name, const Authority& authority,
                     const IssueRequest& request) {
    const CertifiedKey pem = authority.Issue(request).value();
    Put(name + ".pem", pem.certificate_pem);
    Put(name + ".key", pem.key_pem);
    return pem;
  }
  config::v1::TlsFiles FilesOf(const std::string& name) const {
    config::v1::TlsFiles files;
    files.set_certificate_file(folder_.File(name + ".pem"));
    files.set_key_file(folder_.File(name + ".key"));
    files.set_authority_file(folder_.File("authority.pem"));
    return files;
  }
  CertifiedKey ReadPair(const std::string& name) const {
    return {ReadFile(folder_.File(name + ".pem")).value_or(""),
            ReadFile(folder_.File(name + ".key")).value_or("")};
  }
  // What gRPC is given, once the server's files have been looked at as they are now.
  TlsIdentity Look() const { return FollowTlsFiles(config_.tls()).value(); }
  void StartServer() { server_ = Server::Start(config_, {}).value(); }

  Handshake Shake(const std::string& name, const TlsWish& wish = {}) const {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);
    if (wish.version != 0) {
      SSL_CTX_set_min_proto_version(context, wish.version);
      SSL_CTX_set_max_proto_version(context, wish.version);
    }
    if (!wish.ciphers.empty()) {
      EXPECT_EQ(SSL_CTX_set_cipher_list(context, wish.ciphers.c_str()), 1);
    }
    SSL_CTX_use_certificate_chain_file(context, folder_.File(name + ".pem").c_str());
    SSL_CTX_use_PrivateKey_file(context, folder_.File(name + ".key").c_str(), SSL_FILETYPE_PEM);
    const unsigned char http2[] = {2, 'h', '2'};
    SSL_CTX_set_alpn_protos(context, http2, sizeof(http2));
    SSL* tls = SSL_new(context);
    const int descriptor = ConnectTo(server_->address());
    SSL_set_fd(tls, descriptor);
    Handshake outcome;
    char byte = 0;
    // In TLS 1.3 a refusal comes only after the client has finished; the server's first frame does
    // not come before.
    outcome.taken = SSL_connect(tls) == 1 && SSL_read(tls, &byte, 1) == 1;
    outcome.version = SSL_get_version(tls);
    if (X509* shown = SSL_get1_peer_certificate(tls); shown != nullptr) {
      unsigned size = 0;
      X509_digest(shown, EVP_sha256(), outcome.server.data(), &size);
      X509_free(shown);
    }
    SSL_free(tls);
    SSL_CTX_free(context);
    close(descriptor);
    return outcome;
  }
  // Shakes hands until `done` likes the outcome; false when it never does.
  bool ShakeUntil(const std::function<bool(const Handshake&)>& done) const {
    for (const auto end = steady_clock::now() + kPatience; steady_clock::now() < end;) {
      if (done(Shake("client"))) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }
  static Digest DigestOf(const CertifiedKey& pem) {
    return ReadCertificate(pem.certificate_pem, "x").value().sha256;
  }
  // Is a call over the channel answered, whatever the answer?
  static bool IsAnswered(const std::shared_ptr<grpc::Channel>& channel) {
    return channel->WaitForConnected(std::chrono::system_clock::now() + seconds(2));
  }

  const Authority old_ = Authority::Create("Old").value();
  const Authority new_ = Authority::Create("New").value();
  TemporaryFolder folder_;
  config::v1::ServerConfig config_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsTest, OnlyVersionsAndCiphersThatAuthenticateWhatTheyEncrypt) {
  StartServer();
  EXPECT_EQ(Shake("client").version, "TLSv1.3");
  EXPECT_TRUE(Shake("client").taken);
  for (const char* good : {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"}) {
    const Handshake outcome = Shake("client", {TLS1_2_VERSION, good});
    EXPECT_TRUE(outcome.taken) << good;
    EXPECT_EQ(outcome.version, "TLSv1.2");
  }
  for (const char* bad : {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384",
                          "AES128-GCM-SHA256", "NULL", "ECDHE-ECDSA-AES128-CCM8"}) {
    EXPECT_FALSE(Shake("client", {TLS1_2_VERSION, bad}).taken) << bad;
  }
  EXPECT_FALSE(Shake("client", {TLS1_1_VERSION, ""}).taken);
  EXPECT_FALSE(Shake("client", {TLS1_VERSION, ""}).taken);
  EXPECT_THAT(std::getenv("GRPC_SSL_CIPHER_SUITES"), HasSubstr("GCM"));
  // Nobody without a certificate, or with another authority's.
  EXPECT_FALSE(Shake("nobody").taken);
  Renew("stranger", new_, IssueRequest::ForClient(kClientId));
  EXPECT_FALSE(Shake("stranger").taken);
}

TEST_F(TlsTest, ARenewedCertificateIsShownOnceItsKeyIsThere) {
  StartServer();
  const Digest first = Shake("client").server;
  const CertifiedKey before = ReadPair("server");
  const CertifiedKey renewed = old_.Issue(IssueRequest::ForServer(kTlsServer)).value();
  Put("server.pem", renewed.certificate_pem);
  // Half of a renewal has been looked at: what gRPC reads is still the old one, and shown well.
  const std::optional<std::string> held = ReadFile(Look().identity_path);
  EXPECT_THAT(held, Optional(HasSubstr(before.certificate_pem)));
  const Handshake half = Shake("client");
  EXPECT_TRUE(half.taken);
  EXPECT_EQ(half.server, first);
  Put("server.key", renewed.key_pem);
  EXPECT_TRUE(ShakeUntil([&](const Handshake& outcome) {
    EXPECT_TRUE(outcome.taken) << "no connection fails while files change over";
    return outcome.server == DigestOf(renewed);
  }));
}

TEST_F(TlsTest, AnAuthorityThatWasTakenOutIsTrustedNoMore) {
  StartServer();
  ASSERT_TRUE(Shake("client").taken);
  Renew("new client", new_, IssueRequest::ForClient(kClientId));
  ASSERT_FALSE(Shake("new client").taken);
  Put("authority.pem", old_.certificate_pem() + new_.certificate_pem());
  ASSERT_TRUE(ShakeUntil([&](const Handshake&) { return Shake("new client").taken; }));
  EXPECT_TRUE(Shake("client").taken) << "while authorities change over both are good";
  Put("authority.pem", new_.certificate_pem());
  EXPECT_TRUE(ShakeUntil([](const Handshake& outcome) { return !outcome.taken; }));
  EXPECT_TRUE(Shake("new client").taken);
  // What is no authority changes nothing.
  Put("authority.pem", "not an authority");
  EXPECT_EQ(ReadFile(Look().authority_path), new_.certificate_pem());
  EXPECT_TRUE(Shake("new client").taken);
}

TEST_F(TlsTest, AChannelFollowsItsOwnFilesToo) {
  // The server is of the new authority; client and channel are still of the old.
  Put("new.pem", new_.certificate_pem());
  Renew("server", new_, IssueRequest::ForServer(kTlsServer));
  config_.mutable_tls()->set_authority_file(folder_.File("new.pem"));
  StartServer();
  config::v1::Peer peer;
  peer.set_address(server_->address());
  peer.set_spiffe_id(kTlsServer);
  const auto channel = MutualTlsChannel(FilesOf("client"), peer).value();
  EXPECT_FALSE(IsAnswered(channel));
  Renew("client", new_, IssueRequest::ForClient(kClientId));
  Put("authority.pem", new_.certificate_pem());
  bool answered = false;
  for (const auto end = steady_clock::now() + kPatience; !answered && steady_clock::now() < end;) {
    answered = IsAnswered(channel);
  }
  EXPECT_TRUE(answered);
}

// Whatever is wrong with the other files.
TEST_F(TlsTest, AListOfWhatWasTakenBackIsTakenByItself) {
  Put("revoked.pem", old_.Revoke({}, SystemClock().Now()).value());
  config_.mutable_tls()->set_revocation_file(folder_.File("revoked.pem"));
  const std::string certificate = ReadPair("server").certificate_pem;
  const CertifiedKey stolen = old_.Issue(IssueRequest::ForClient(kClientId)).value();
  const CertifiedKey lost = old_.Issue(IssueRequest::ForClient(kClientId)).value();
  const auto holds = [this](const CertifiedKey& one) {
    return Look().revocations->Holds(ReadCertificate(one.certificate_pem, "x").value().issue);
  };
  ASSERT_FALSE(holds(stolen));
  for (const char* botched : {"server.pem", "server.key", "authority.pem"}) {
    const std::string good = ReadFile(folder_.File(botched)).value();
    Put("revoked.pem", old_.Revoke({}, SystemClock().Now()).value());
    ASSERT_FALSE(holds(stolen));
    Put(botched, "half of a rene");
    Put("revoked.pem",
        old_.Revoke({stolen.certificate_pem, lost.certificate_pem}, SystemClock().Now()).value());
    EXPECT_TRUE(holds(stolen)) << botched;
    EXPECT_TRUE(holds(lost)) << botched;
    EXPECT_THAT(ReadFile(Look().identity_path), Optional(HasSubstr(certificate))) << botched;
    EXPECT_EQ(ReadFile(Look().authority_path), old_.certificate_pem()) << botched;
    Put(botched, good);
  }
  // Also where a renewal that brings another authority stands half done.
  Put("authority.pem", old_.certificate_pem() + new_.certificate_pem());
  Put("server.key", "half of a rene");
  Put("revoked.pem", old_.Revoke({lost.certificate_pem}, SystemClock().Now()).value() +
                         new_.Revoke({}, SystemClock().Now()).value());
  EXPECT_FALSE(holds(stolen));
  EXPECT_TRUE(holds(lost));
  EXPECT_EQ(ReadFile(Look().authority_path), old_.certificate_pem());
  Put("authority.pem", old_.certificate_pem());
  Put("revoked.pem", old_.Revoke({stolen.certificate_pem}, SystemClock().Now()).value());
  EXPECT_TRUE(holds(stolen));
  // Nor does a damaged list hold up a renewal; the list before stays in force.
  Put("revoked.pem", "half of a li");
  const CertifiedKey renewed = Renew("server", old_, IssueRequest::ForServer(kTlsServer));
  EXPECT_TRUE(holds(stolen));
  EXPECT_THAT(ReadFile(Look().identity_path), Optional(HasSubstr(renewed.certificate_pem)));
}

// Neither while the renewal stands half done nor after it: a connection may stand for long.
TEST_F(TlsTest, AListOfAnotherAuthorityTakesNothingOffThisOnes) {
  const CertifiedKey stolen = old_.Issue(IssueRequest::ForClient(kClientId)).value();
  const CertifiedKey lost = new_.Issue(IssueRequest::ForClient(kClientId)).value();
  const auto holds = [this](const CertifiedKey& one) {
    return Look().revocations->Holds(ReadCertificate(one.certificate_pem, "x").value().issue);
  };
  Put("revoked.pem", old_.Revoke({stolen.certificate_pem}, SystemClock().Now()).value());
  config_.mutable_tls()->set_revocation_file(folder_.File("revoked.pem"));
  ASSERT_TRUE(holds(stolen));
  const std::string key = ReadFile(folder_.File("server.key")).value();
  Put("server.key", "half of a rene");
  for (const std::string& authorities :
       {new_.certificate_pem(), old_.certificate_pem() + new_.certificate_pem()}) {
    Put("authority.pem", authorities);
    Put("revoked.pem", new_.Revoke({lost.certificate_pem}, SystemClock().Now()).value());
    EXPECT_TRUE(holds(stolen));
    EXPECT_TRUE(holds(lost));
    EXPECT_EQ(ReadFile(Look().authority_path), old_.certificate_pem());
    Put("revoked.pem", new_.Revoke({}, SystemClock().Now()).value());
    EXPECT_TRUE(holds(stolen));
    EXPECT_FALSE(holds(lost));
  }
  // The renewal comes to its end.
  Put("server.key", key);
  Put("authority.pem", new_.certificate_pem());
  Renew("server", new_, IssueRequest::ForServer(kTlsServer));
  EXPECT_EQ(ReadFile(Look().authority_path), new_.certificate_pem());
  EXPECT_TRUE(holds(stolen));
  // And is undone, for a while.
  Put("authority.pem", old_.certificate_pem() + new_.certificate_pem());
  EXPECT_TRUE(holds(stolen));
  Put("revoked.pem", old_.Revoke({}, SystemClock().Now()).value());
  EXPECT_FALSE(holds(stolen)) << "the authority's own word";
}

TEST_F(TlsTest, OtherAuthoritiesWaitForAListThatIsGoodUnderThem) {
  Put("revoked.pem", old_.Revoke({}, SystemClock().Now()).value());
  config_.mutable_tls()->set_revocation_file(folder_.File("revoked.pem"));
  EXPECT_EQ(ReadFile(Look().authority_path), old_.certificate_pem());
  Put("authority.pem", new_.certificate_pem());
  EXPECT_EQ(ReadFile(Look().authority_path), old_.certificate_pem());
  const CertifiedKey stolen = new_.Issue(IssueRequest::ForClient(kClientId)).value();
  Put("revoked.pem", new_.Revoke({stolen.certificate_pem}, SystemClock().Now()).value());
  EXPECT_EQ(ReadFile(Look().authority_path), new_.certificate_pem());
  EXPECT_TRUE(
      Look().revocations->Holds(ReadCertificate(stolen.certificate_pem, "x").value().issue));
}

TEST_F(TlsTest, ASilentPeerIsCutOff) {
  StartServer();
  const int descriptor = ConnectTo(server_->address());
  const auto began = steady_clock::now();
  char byte = 0;
  EXPECT_EQ(recv(descriptor, &byte, 1, 0), 0);
  const auto took = steady_clock::now() - began;
  EXPECT_GE(took, std::chrono::milliseconds(limits::kHandshakeMs - 500));
  EXPECT_LT(took, std::chrono::milliseconds(8'000));
  close(descriptor);
}

TEST_F(TlsTest, FilesThatDoNotBelongTogetherStartNoServer) {
  config_.mutable_tls()->set_key_file(folder_.File("server.pem"));
  const absl::Status swapped = Server::Start(config_, {}).status();
  EXPECT_THAT(swapped, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(std::string(swapped.message()),
              testing::AllOf(HasSubstr("server.pem"), HasSubstr("it holds a certificate")));
  config_.mutable_tls()->set_key_file(folder_.File("client.key"));
  EXPECT_THAT(std::string(Server::Start(config_, {}).status().message()),
              HasSubstr("the key of another certificate"));
  config_.mutable_tls()->set_key_file(folder_.File("missing.key"));
  EXPECT_THAT(std::string(Server::Start(config_, {}).status().message()),
              HasSubstr("cannot be read"));
  IssueRequest two = IssueRequest::ForServer(kTlsServer);
  two.spiffe_ids.push_back("spiffe://onereturn.example/other");
  Renew("two", old_, two);
  *config_.mutable_tls() = FilesOf("two");
  EXPECT_THAT(std::string(Server::Start(config_, {}).status().message()),
              HasSubstr("exactly one, its SPIFFE id"));
}

}  // namespace
}  // namespace onereturn
