#include "tools/onereturn/commands/deployment.h"

#include <arpa/inet.h>
#include <google/protobuf/text_format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/authority/authority.h"
#include "common/commit/service_store.h"
#include "common/ledger/signing.h"
#include "common/status/new_file.h"
#include "common/status/status_macros.h"
#include "common/token/token_signer.h"
#include "tools/onereturn/commands/deployment_files.h"
#include "tools/onereturn/connection/session.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

namespace fs = std::filesystem;

constexpr char kTrustDomain[] = "spiffe://onereturn.local";
constexpr unsigned kPrivateMode = 0600;

const std::array<std::string, 3> kServices = {kIngestion, kMetrics, kAssessment};

// Names of files, from the deployment's folder.
std::string KeyFile(absl::string_view name) {
  return absl::StrCat("certificates/", name, ".key.pem");
}
std::string PublicKeyFile(absl::string_view service) {
  return absl::StrCat("keys/", service, ".public.pem");
}
std::string SigningKeyFile(absl::string_view service) {
  return absl::StrCat("keys/", service, ".signing.pem");
}
constexpr char kRightsFile[] = "rights.textproto";
// A development issuer of people's tokens: `onereturn login` signs with the first, services read
// the second.
constexpr char kIssuerKeyFile[] = "keys/issuer.signing.pem";
constexpr char kIssuerSetFile[] = "keys/issuer.jwks.json";
constexpr char kAnybodysPeople[] = "*";
// NHS England asks for data; a steward who acts for another body, one of its regions, decides.
constexpr char kNationalBody[] = "X24";
constexpr char kDecidingBody[] = "Y63";

// A port that nobody listens on now. Another process may take it before the service does; that
// service then says so at its start.
absl::StatusOr<int> FreePort() {
  const int socket_descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  const bool found = socket_descriptor >= 0 && bind(socket_descriptor, plain, size) == 0 &&
                     getsockname(socket_descriptor, plain, &size) == 0;
  if (socket_descriptor >= 0) close(socket_descriptor);
  if (!found) return absl::UnavailableError("no free port can be found on 127.0.0.1");
  return ntohs(address.sin_port);
}

class DeploymentWriter {
 public:
  explicit DeploymentWriter(const DeploymentOptions& options)
      : options_(options), folder_(options.folder) {}

  absl::Status Write() {
    RETURN_IF_ERROR(MakeFolders());
    RETURN_IF_ERROR(ChooseAddresses());
    ASSIGN_OR_RETURN(const Authority authority, Authority::Create("Onereturn development"));
    ASSIGN_OR_RETURN(const CertifiedKey pem, authority.ToPem());
    RETURN_IF_ERROR(WriteCertifiedKey(pem, Path(kAuthorityFile), Path(kAuthorityKeyFile)));
    ASSIGN_OR_RETURN(const std::string nothing, authority.Revoke({}, SystemClock().Now()));
    RETURN_IF_ERROR(WriteNewFile(Path(kRevocationFile), nothing, kPublicMode));
    RETURN_IF_ERROR(WriteIssuer());
    config::v1::RightsFile rights;
    for (size_t i = 0; i < kServices.size(); ++i) {
      RETURN_IF_ERROR(WriteService(authority, i));
      Register(SpiffeIdOfService(kServices[i]), rights::v1::ROLE_SERVICE, "", &rights);
    }
    for (const Persona& persona : PersonasOf(options_.organisations)) {
      RETURN_IF_ERROR(WritePersona(authority, persona));
      Register(SpiffeIdOfPersona(persona), persona.role, persona.organisation, &rights);
      RegisterPerson(persona, &rights);
    }
    return WriteMessage(kRightsFile, rights, "Who may call: read by every service at its start.",
                        "onereturn.config.v1.RightsFile");
  }

 private:
  std::string Path(absl::string_view name) const { return (folder_ / std::string(name)).string(); }

  absl::Status MakeFolders() {
    std::error_code error;
    if (fs::exists(folder_, error) &&
        !(fs::is_directory(folder_, error) && fs::is_empty(folder_, error) && !error)) {
      return UsageError(absl::StrCat("\"", options_.folder, "\" exists and is not an empty folder"),
                        "Choose a new folder: what is there is never overwritten.");
    }
    for (const char* name : {"backups", kRevokedFolder, "high-water", "keys", "run", "tokens"}) {
      fs::create_directories(folder_ / name, error);
      if (error) return CannotMake(error);
    }
    for (const std::string& service : kServices) {
      fs::create_directories(folder_ / "data" / service, error);
      if (error) return CannotMake(error);
    }
    return absl::OkStatus();
  }

  absl::Status CannotMake(const std::error_code& error) const {
    return UsageError(
        absl::StrCat("folders cannot be made in \"", options_.folder, "\": ", error.message()),
        "Choose a folder that you may write to.");
  }

  absl::Status ChooseAddresses() {
    for (size_t i = 0; i < kServices.size(); ++i) {
      int port = options_.ports[i];
      for (bool taken = port == 0; taken;) {
        ASSIGN_OR_RETURN(port, FreePort());
        taken = false;
        for (const config::v1::Peer& peer : peers_) {
          taken = taken || peer.address() == absl::StrCat("127.0.0.1:", port);
        }
      }
      config::v1::Peer peer;
      peer.set_service(kServices[i]);
      peer.set_address(absl::StrCat("127.0.0.1:", port));
      peer.set_spiffe_id(SpiffeIdOfService(kServices[i]));
      peers_.push_back(std::move(peer));
    }
    return absl::OkStatus();
  }

  static config::v1::TlsFiles TlsFilesOf(absl::string_view name) {
    config::v1::TlsFiles files;
    files.set_certificate_file(CertificateFile(name));
    files.set_key_file(KeyFile(name));
    files.set_authority_file(kAuthorityFile);
    return files;
  }

  absl::Status WriteIssuer() {
    ASSIGN_OR_RETURN(const TokenSigner signer, TokenSigner::Generate(TokenAlgorithm::kEs256));
    ASSIGN_OR_RETURN(const std::string key, signer.ToPem());
    RETURN_IF_ERROR(WriteNewFile(Path(kIssuerKeyFile), key, kPrivateMode));
    return WriteNewFile(Path(kIssuerSetFile), signer.ToKeySet(), kPublicMode);
  }

  absl::Status WriteService(const Authority& authority, size_t index) {
    const std::string& service = kServices[index];
    ASSIGN_OR_RETURN(const CertifiedKey pem,
                     authority.Issue(IssueRequest::ForServer(SpiffeIdOfService(service))));
    RETURN_IF_ERROR(WriteCertifiedKey(pem, Path(CertificateFile(service)), Path(KeyFile(service))));
    ASSIGN_OR_RETURN(const SigningKey key, SigningKey::Generate());
    ASSIGN_OR_RETURN(const std::string key_pem, key.ToPem());
    RETURN_IF_ERROR(WriteNewFile(Path(SigningKeyFile(service)), key_pem, kPrivateMode));
    RETURN_IF_ERROR(
        WriteNewFile(Path(PublicKeyFile(service)), key.verifying_key().ToPem(), kPublicMode));
    const std::string data_folder = absl::StrCat("data/", service);
    RETURN_IF_ERROR(
        WriteNewFile(Path(absl::StrCat(data_folder, "/", kInitialiseMarker)), "", kPublicMode));

    config::v1::ServerConfig config;
    config.set_data_folder(data_folder);
    config.set_backup_folder(absl::StrCat("backups/", service));
    config.set_listen_address(peers_[index].address());
    config.set_ready_file(absl::StrCat("run/", service, ".ready"));
    *config.mutable_tls() = TlsFilesOf(service);
    config.mutable_tls()->set_revocation_file(kRevocationFile);
    config.set_signing_key_file(SigningKeyFile(service));
    config.set_high_water_file(absl::StrCat("high-water/", service));
    config.set_rights_file(kRightsFile);
    config::v1::TokenIssuer* issuer = config.add_token_issuers();
    issuer->set_issuer(kDevelopmentIssuer);
    issuer->set_keys_file(kIssuerSetFile);
    issuer->set_algorithm(std::string(NameOf(TokenAlgorithm::kEs256)));
    config.set_access_log_folder(absl::StrCat("access/", service));
    // Each service follows those before it: ingestion none, assessment both.
    for (size_t i = 0; i < index; ++i) *config.add_peers() = peers_[i];
    return WriteMessage(absl::StrCat(service, ".textproto"), config,
                        absl::StrCat("Start: ", service, "d --config ", service, ".textproto"),
                        "onereturn.config.v1.ServerConfig");
  }

  absl::Status WritePersona(const Authority& authority, const Persona& persona) {
    ASSIGN_OR_RETURN(const CertifiedKey pem,
                     authority.Issue(IssueRequest::ForClient(SpiffeIdOfPersona(persona))));
    RETURN_IF_ERROR(
        WriteCertifiedKey(pem, Path(CertificateFile(persona.name)), Path(KeyFile(persona.name))));
    config::v1::ClientProfile profile;
    *profile.mutable_tls() = TlsFilesOf(persona.name);
    profile.set_token_file(absl::StrCat("tokens/", persona.name, ".token"));
    profile.set_issuer_key_file(kIssuerKeyFile);
    profile.set_issuer(kDevelopmentIssuer);
    for (const config::v1::Peer& peer : peers_) {
      *profile.add_services() = peer;
      (*profile.mutable_public_key_files())[peer.service()] = PublicKeyFile(peer.service());
    }
    const std::string file = absl::StrCat(persona.name, ".profile.textproto");
    return WriteMessage(file, profile, absl::StrCat("Use: onereturn --profile ", file, " ..."),
                        "onereturn.config.v1.ClientProfile");
  }

  absl::Status WriteMessage(absl::string_view file, const google::protobuf::Message& message,
                            absl::string_view remark, absl::string_view type) {
    std::string text;
    if (!google::protobuf::TextFormat::PrintToString(message, &text)) {
      return absl::InternalError(absl::StrCat(file, " cannot be written as text"));
    }
    return WriteNewFile(Path(file),
                        absl::StrCat("# proto-message: ", type, "\n# ", remark, "\n\n", text),
                        kPublicMode);
  }

  static void Register(const std::string& spiffe_id, rights::v1::Role role,
                       const std::string& organisation, config::v1::RightsFile* rights) {
    config::v1::Principal* principal = rights->add_principals();
    principal->set_spiffe_id(spiffe_id);
    principal->set_role(role);
    principal->set_organisation(organisation);
  }

  // Somebody to sign in as at the persona's system, with the same role. National personas' systems
  // carry people of whatever organisation.
  static void RegisterPerson(const Persona& persona, config::v1::RightsFile* rights) {
    if (persona.organisation.empty()) {
      rights->mutable_principals()->rbegin()->set_people_of(kAnybodysPeople);
    }
    config::v1::Principal* person = rights->add_principals();
    person->set_person(absl::StrCat(kDevelopmentIssuer, "#", PersonOfPersona(persona)));
    person->set_role(persona.role);
    person->set_organisation(persona.organisation);
  }

  const DeploymentOptions& options_;
  const fs::path folder_;
  std::vector<config::v1::Peer> peers_;
};

}  // namespace

std::vector<Persona> PersonasOf(const std::vector<std::string>& organisations) {
  std::vector<Persona> personas = {
      {"loader", rights::v1::ROLE_NATIONAL_LOADER, ""},
      {"steward", rights::v1::ROLE_STEWARD, ""},
      {"analyst", rights::v1::ROLE_ANALYST, ""},
      {"assessor", rights::v1::ROLE_ASSESSOR, ""},
      {"operator", rights::v1::ROLE_OPERATOR, ""},
      {"auditor", rights::v1::ROLE_AUDITOR, ""},
      {"rights-officer-1", rights::v1::ROLE_RIGHTS_OFFICER, ""},
      {"rights-officer-2", rights::v1::ROLE_RIGHTS_OFFICER, ""},
      {"scrutiny-reader", rights::v1::ROLE_SCRUTINY_READER, ""},
      {absl::StrCat("requester-", kNationalBody), rights::v1::ROLE_REQUESTER, kNationalBody},
      {absl::StrCat("steward-", kDecidingBody), rights::v1::ROLE_STEWARD, kDecidingBody}};
  for (const std::string& organisation : organisations) {
    personas.push_back(
        {absl::StrCat("submitter-", organisation), rights::v1::ROLE_SUBMITTER, organisation});
    personas.push_back(
        {absl::StrCat("approver-", organisation), rights::v1::ROLE_APPROVER, organisation});
  }
  return personas;
}

std::string SpiffeIdOfService(absl::string_view service) {
  return absl::StrCat(kTrustDomain, "/service/", service);
}

std::string SpiffeIdOfPersona(const Persona& persona) {
  if (persona.organisation.empty()) return absl::StrCat(kTrustDomain, "/system/", persona.name);
  const std::string id = absl::StrCat(kTrustDomain, "/organisation/", persona.organisation);
  return persona.role == rights::v1::ROLE_SUBMITTER ? id : absl::StrCat(id, "/", persona.name);
}

std::string PersonOfPersona(const Persona& persona) { return absl::StrCat(persona.name, "-1"); }

absl::Status WriteDeployment(const DeploymentOptions& options) {
  return DeploymentWriter(options).Write();
}

}  // namespace onereturn::client
