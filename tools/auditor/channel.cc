#include "tools/auditor/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/auditor/whole_file.h"

namespace onereturn::auditor {
namespace {

namespace tls = grpc::experimental;

class OneName final : public tls::ExternalCertificateVerifier {
 public:
  explicit OneName(std::string spiffe_id) : spiffe_id_(std::move(spiffe_id)) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*done*/, grpc::Status* status) override {
    const auto names = request->uri_names();
    const bool good =
        names.size() == 1 && std::string(names[0].data(), names[0].size()) == spiffe_id_;
    *status = good ? grpc::Status::OK
                   : grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                                  absl::StrCat("the peer is not ", spiffe_id_));
    return true;  // Decided here and now.
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const std::string spiffe_id_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectTo(const config::v1::TlsFiles& files,
                                                         const config::v1::Peer& peer) {
  const absl::StatusOr<std::string> authority = WholeFile(files.authority_file());
  const absl::StatusOr<std::string> certificate = WholeFile(files.certificate_file());
  const absl::StatusOr<std::string> key = WholeFile(files.key_file());
  for (const auto* part : {&authority, &certificate, &key}) {
    if (!part->ok()) return part->status();
  }
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(std::make_shared<tls::StaticDataCertificateProvider>(
      *authority, std::vector<tls::IdentityKeyCertPair>{{*key, *certificate}}));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(true);
  options.set_check_call_host(false);
  options.set_certificate_verifier(
      tls::ExternalCertificateVerifier::Create<OneName>(peer.spiffe_id()));
  grpc::ChannelArguments arguments;
  constexpr int kMostBytes = 16 * 1024 * 1024;
  arguments.SetMaxReceiveMessageSize(kMostBytes);
  return grpc::CreateCustomChannel(peer.address(), tls::TlsCredentials(options), arguments);
}

}  // namespace onereturn::auditor
