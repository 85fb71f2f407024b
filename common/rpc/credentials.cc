#include "common/rpc/credentials.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/support/channel_arguments.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/authority/certificate_reading.h"
#include "common/log/log.h"
#include "common/rpc/connection_quota.h"
#include "common/rpc/limits.h"
#include "common/rpc/people.h"
#include "common/rpc/tls_identity.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

namespace tls = grpc::experimental;

constexpr unsigned kReloadSeconds = 1;
constexpr int kMaxResponseBytes =
    16 * 1024 * 1024;  // Feed pages and lists; requests are far smaller.

// Also one that cannot be read is no longer good.
bool IsRevoked(const Revocations& revocations, tls::TlsCustomVerificationCheckRequest* request) {
  const grpc::string_ref pem = request->peer_cert();
  const absl::StatusOr<CertificateFacts> facts =
      ReadCertificate(absl::string_view(pem.data(), pem.size()), "certificate");
  return !facts.ok() || revocations.Holds(facts->issue);
}

grpc::Status RevokedError() {
  return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "the peer's certificate has been revoked");
}

// Answers only when the server's certificate carries the one SPIFFE id it should, and has not been
// revoked.
class PeerVerifier final : public tls::ExternalCertificateVerifier {
 public:
  PeerVerifier(std::string expected, std::shared_ptr<const Revocations> revocations)
      : expected_(std::move(expected)), revocations_(std::move(revocations)) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    const std::vector<grpc::string_ref> names = request->uri_names();
    if (IsRevoked(*revocations_, request)) {
      *sync_status = RevokedError();
    } else if (names.size() != 1 || std::string(names[0].data(), names[0].size()) != expected_) {
      *sync_status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                                  absl::StrCat("the server is not ", expected_));
    } else {
      *sync_status = grpc::Status::OK;
    }
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const std::string expected_;
  const std::shared_ptr<const Revocations> revocations_;
};

// Says in the log that connections are refused for one reason, a line a second at most: a crowd
// must not drown what else is there. Thread safe.
class RefusalLog {
 public:
  explicit RefusalLog(const char* event) : event_(event) {}

  void Note(const std::vector<grpc::string_ref>& names) {
    refused_.fetch_add(1);
    const int64_t second = std::chrono::duration_cast<std::chrono::seconds>(
                               std::chrono::steady_clock::now().time_since_epoch())
                               .count();
    if (logged_second_.exchange(second) == second) return;
    const std::string caller =
        names.empty() ? std::string() : std::string(names[0].data(), names[0].size());
    // Those since the line before, the newest of which is named.
    LogWarning(event_, {{"caller", caller}, {"refused", refused_.exchange(0)}});
  }

 private:
  const char* const event_;
  std::atomic<uint64_t> refused_{0};
  std::atomic<int64_t> logged_second_{-1};
};

// Lets a certificate that has not been revoked open so many connections at once. Whose it is, and
// what it may do, is for the guard to say at each call.
class ConnectionVerifier final : public tls::ExternalCertificateVerifier {
 public:
  explicit ConnectionVerifier(std::shared_ptr<const Revocations> revocations)
      : revocations_(std::move(revocations)) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    if (IsRevoked(*revocations_, request)) {
      revoked_.Note(request->uri_names());
      *sync_status = RevokedError();
      return true;
    }
    const grpc::string_ref certificate = request->peer_cert();
    if (quota_.Admit(absl::string_view(certificate.data(), certificate.size()))) {
      *sync_status = grpc::Status::OK;
      return true;
    }
    over_quota_.Note(request->uri_names());
    *sync_status = grpc::Status(
        grpc::StatusCode::RESOURCE_EXHAUSTED,
        absl::StrCat("the certificate has ", limits::kConnectionsACertificate, " connections"));
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const std::shared_ptr<const Revocations> revocations_;
  ConnectionQuota quota_{limits::kConnectionsACertificate, CountOpenConnections,
                         std::chrono::steady_clock::now};
  RefusalLog revoked_{"connection.revoked"};
  RefusalLog over_quota_{"connection.quota"};
};

// Puts a person's token on each call.
class TokenPlugin final : public grpc::MetadataCredentialsPlugin {
 public:
  explicit TokenPlugin(const std::string& token) : value_(absl::StrCat(kTokenScheme, token)) {}
  bool IsBlocking() const override { return false; }
  grpc::Status GetMetadata(grpc::string_ref /*service*/, grpc::string_ref /*method*/,
                           const grpc::AuthContext& /*peer*/,
                           std::multimap<grpc::string, grpc::string>* metadata) override {
    metadata->emplace(kTokenMetadata, value_);
    return grpc::Status::OK;
  }
  grpc::string DebugString() override { return "a person's token"; }

 private:
  const std::string value_;
};

// The ciphers of TLS 1.2 and 1.3 that are offered and taken: with a key exchange that keeps the
// past secret when a key is stolen, and encryption that notices changes. gRPC reads them from the
// environment, once, so nobody else's environment may say otherwise; TLS below 1.2 it never speaks.
constexpr char kCiphersVariable[] = "GRPC_SSL_CIPHER_SUITES";
constexpr char kCiphers[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305";

// A channel whose calls fail at once, as all do while it reconnects, has no thread that looks at
// its sockets, but for one of gRPC's that comes by each so many milliseconds: 5,000 if it is told
// nothing, the time in which a handshake must be over. So a client that asked a restarted service
// again and again would never connect.
constexpr char kPollVariable[] = "GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS";
constexpr char kPollMs[] = "200";

// gRPC reads them once a process, when it is first used.
void SetVariables() {
  static std::once_flag once;
  std::call_once(once, [] {
    setenv(kCiphersVariable, kCiphers, /*overwrite=*/1);
    setenv(kPollVariable, kPollMs, /*overwrite=*/1);
  });
}

void WatchFiles(tls::TlsCredentialsOptions* options) {
  SetVariables();
  options->watch_root_certs();
  options->watch_identity_key_cert_pairs();
}

std::shared_ptr<tls::CertificateProviderInterface> Provider(const TlsIdentity& identity) {
  return std::make_shared<tls::FileWatcherCertificateProvider>(
      identity.identity_path, identity.identity_path, identity.authority_path, kReloadSeconds);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MutualTlsServerCredentials(
    const config::v1::TlsFiles& files) {
  ASSIGN_OR_RETURN(const TlsIdentity identity, FollowTlsFiles(files));
  tls::TlsServerCredentialsOptions options(Provider(identity));
  WatchFiles(&options);
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.set_certificate_verifier(
      tls::ExternalCertificateVerifier::Create<ConnectionVerifier>(identity.revocations));
  return tls::TlsServerCredentials(options);
}

absl::StatusOr<std::shared_ptr<const Revocations>> FollowRevocations(
    const config::v1::TlsFiles& files) {
  ASSIGN_OR_RETURN(const TlsIdentity identity, FollowTlsFiles(files));
  return identity.revocations;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> MutualTlsChannel(const config::v1::TlsFiles& files,
                                                                const config::v1::Peer& peer) {
  return MutualTlsChannel(files, peer, "");
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> MutualTlsChannel(const config::v1::TlsFiles& files,
                                                                const config::v1::Peer& peer,
                                                                const std::string& token) {
  ASSIGN_OR_RETURN(const TlsIdentity identity, FollowTlsFiles(files));
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Provider(identity));
  WatchFiles(&options);
  options.set_certificate_verifier(tls::ExternalCertificateVerifier::Create<PeerVerifier>(
      peer.spiffe_id(), identity.revocations));
  options.set_verify_server_certs(true);
  options.set_check_call_host(false);
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, limits::kSilenceMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, limits::kSilenceAnswerMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, limits::kConnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  std::shared_ptr<grpc::ChannelCredentials> credentials = tls::TlsCredentials(options);
  if (!token.empty()) {
    credentials = grpc::CompositeChannelCredentials(
        credentials, grpc::MetadataCredentialsFromPlugin(
                         std::unique_ptr<grpc::MetadataCredentialsPlugin>(new TokenPlugin(token))));
  }
  return grpc::CreateCustomChannel(peer.address(), credentials, arguments);
}

}  // namespace onereturn
