#include "common/rpc/credentials.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/support/channel_arguments.h>

#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

namespace tls = grpc::experimental;

constexpr unsigned kReloadSeconds = 1;
constexpr int kMaxResponseBytes =
    16 * 1024 * 1024;  // Feed pages and lists; requests are far smaller.

// Answers only when the peer's certificate carries the one SPIFFE id it should.
class SpiffeVerifier final : public tls::ExternalCertificateVerifier {
 public:
  explicit SpiffeVerifier(std::string expected) : expected_(std::move(expected)) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    const std::vector<grpc::string_ref> names = request->uri_names();
    if (names.size() == 1 && std::string(names[0].data(), names[0].size()) == expected_) {
      *sync_status = grpc::Status::OK;
    } else {
      *sync_status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                                  absl::StrCat("the server is not ", expected_));
    }
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const std::string expected_;
};

absl::StatusOr<std::shared_ptr<tls::CertificateProviderInterface>> Provider(
    const config::v1::TlsFiles& files) {
  for (const std::string& file :
       {files.certificate_file(), files.key_file(), files.authority_file()}) {
    if (!std::ifstream(file).good()) {
      return Error(Reason::kFieldInvalid,
                   absl::StrCat("the TLS file \"", file, "\" cannot be read"))
          .Field("tls", file);
    }
  }
  return std::shared_ptr<tls::CertificateProviderInterface>(
      std::make_shared<tls::FileWatcherCertificateProvider>(
          files.key_file(), files.certificate_file(), files.authority_file(), kReloadSeconds));
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MutualTlsServerCredentials(
    const config::v1::TlsFiles& files) {
  ASSIGN_OR_RETURN(auto provider, Provider(files));
  tls::TlsServerCredentialsOptions options(provider);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return tls::TlsServerCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> MutualTlsChannel(const config::v1::TlsFiles& files,
                                                                const config::v1::Peer& peer) {
  ASSIGN_OR_RETURN(auto provider, Provider(files));
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(provider);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(true);
  options.set_check_call_host(false);
  options.set_certificate_verifier(
      tls::ExternalCertificateVerifier::Create<SpiffeVerifier>(peer.spiffe_id()));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  return grpc::CreateCustomChannel(peer.address(), tls::TlsCredentials(options), arguments);
}

}  // namespace onereturn
