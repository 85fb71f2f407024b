#include "tests/harness/deployment.h"

#include <google/protobuf/text_format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/base/read_file.h"
#include "common/commit/service_store.h"
#include "common/rpc/credentials.h"
#include "common/status/new_file.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr char kTrustDomain[] = "spiffe://onereturn.example/";
constexpr char kSubmitterPrefix[] = "submitter-";

absl::Status WriteProto(const google::protobuf::Message& message, const std::string& file) {
  std::string text;
  ONERETURN_CHECK(google::protobuf::TextFormat::PrintToString(message, &text));
  return WriteNewFile(file, text, 0600);
}

rights::v1::Role RoleOf(absl::string_view persona) {
  if (persona == kLoader) return rights::v1::ROLE_NATIONAL_LOADER;
  if (persona == kSteward || persona == kDecider) return rights::v1::ROLE_STEWARD;
  if (persona == kAnalyst) return rights::v1::ROLE_ANALYST;
  if (persona == kAssessor) return rights::v1::ROLE_ASSESSOR;
  if (persona == kOperator) return rights::v1::ROLE_OPERATOR;
  if (persona == kAuditor) return rights::v1::ROLE_AUDITOR;
  if (persona == kFirstOfficer || persona == kSecondOfficer) return rights::v1::ROLE_RIGHTS_OFFICER;
  if (persona == kRequester) return rights::v1::ROLE_REQUESTER;
  if (absl::StartsWith(persona, kSubmitterPrefix)) return rights::v1::ROLE_SUBMITTER;
  return rights::v1::ROLE_SERVICE;
}

// The organisation that a persona acts for; empty: it is national.
std::string OrganisationOf(absl::string_view persona) {
  if (persona == kRequester) return "X24";
  if (persona == kDecider) return "Y63";
  return absl::ConsumePrefix(&persona, kSubmitterPrefix) ? std::string(persona) : std::string();
}

}  // namespace

std::string Submitter(absl::string_view organisation) {
  return absl::StrCat(kSubmitterPrefix, organisation);
}

const std::vector<std::string>& Deployment::Services() {
  static const auto& services = *new std::vector<std::string>{"ingestion", "metrics", "assessment"};
  return services;
}

std::string Deployment::SpiffeIdOf(absl::string_view name) {
  return absl::StrCat(kTrustDomain, name);
}

absl::StatusOr<std::unique_ptr<Deployment>> Deployment::Create(DeploymentOptions options) {
  ASSIGN_OR_RETURN(Authority authority, Authority::Create("Test authority"));
  std::unique_ptr<Deployment> deployment(new Deployment(std::move(options), std::move(authority)));
  RETURN_IF_ERROR(deployment->WriteFiles());
  return deployment;
}

Deployment::~Deployment() {
  for (auto& [name, service] : services_) {
    service.process.reset();
    if (service.port.socket >= 0) close(service.port.socket);
  }
}

std::vector<std::string> Deployment::Personas() const {
  std::vector<std::string> personas = {kLoader,       kSteward,       kAnalyst,   kAssessor,
                                       kOperator,     kAuditor,       kStranger,  kNewcomer,
                                       kFirstOfficer, kSecondOfficer, kRequester, kDecider};
  for (const std::string& organisation : options_.submitters) {
    personas.push_back(Submitter(organisation));
  }
  return personas;
}

absl::Status Deployment::WriteFiles() {
  RETURN_IF_ERROR(WriteNewFile(File("authority.pem"), authority_.certificate_pem(), 0644));
  RETURN_IF_ERROR(WriteRights());
  for (const std::string& persona : Personas()) {
    RETURN_IF_ERROR(
        WriteTlsFiles(persona, IssueRequest::ForClient(SpiffeIdOf(persona)), authority_).status());
  }
  // Every port first: each configuration names the others'.
  for (const std::string& service : Services()) {
    ASSIGN_OR_RETURN(Port port, TakePort());
    absl::StatusOr<SigningKey> key = SigningKey::Generate();
    if (!key.ok()) {
      close(port.socket);
      return key.status();
    }
    services_.emplace(service, Service{port, *std::move(key), nullptr, {}, {}});
  }
  for (const std::string& service : Services()) RETURN_IF_ERROR(WriteService(service));
  return absl::OkStatus();
}

absl::Status Deployment::WriteRights() const {
  config::v1::RightsFile rights;
  std::vector<std::string> names = Personas();
  names.insert(names.end(), Services().begin(), Services().end());
  for (const std::string& name : names) {
    if (name == kStranger || name == kNewcomer) continue;
    config::v1::Principal* principal = rights.add_principals();
    principal->set_spiffe_id(SpiffeIdOf(name));
    principal->set_role(RoleOf(name));
    principal->set_organisation(OrganisationOf(name));
  }
  if (options_.adjust_rights) options_.adjust_rights(&rights);
  return WriteProto(rights, RightsFile());
}

absl::Status Deployment::WriteService(const std::string& service) {
  std::error_code error;
  std::filesystem::create_directories(DataFolderOf(service), error);
  if (!error) std::filesystem::create_directories(File("high-water"), error);
  if (error) return absl::UnavailableError(error.message());
  RETURN_IF_ERROR(
      WriteNewFile(absl::StrCat(DataFolderOf(service), "/", kInitialiseMarker), "", 0644));
  RETURN_IF_ERROR(
      WriteTlsFiles(service, IssueRequest::ForServer(SpiffeIdOf(service)), authority_).status());
  const SigningKey& key = services_.at(service).key;
  ASSIGN_OR_RETURN(std::string key_pem, key.ToPem());
  RETURN_IF_ERROR(WriteNewFile(File(absl::StrCat(service, ".signing.key")), key_pem, 0600));
  RETURN_IF_ERROR(
      WriteNewFile(File(absl::StrCat(service, ".signing.pem")), key.verifying_key().ToPem(), 0644));
  // To which RotateSigningKey turns.
  ASSIGN_OR_RETURN(const SigningKey next_key, SigningKey::Generate());
  ASSIGN_OR_RETURN(const std::string next_pem, next_key.ToPem());
  RETURN_IF_ERROR(WriteNewFile(File(absl::StrCat(service, ".next.key")), next_pem, 0600));

  // Relative paths, as an operator writes them.
  config::v1::ServerConfig config;
  config.set_data_folder(absl::StrCat("data/", service));
  config.set_listen_address(AddressOf(service));
  config.set_ready_file(absl::StrCat(service, ".ready"));
  config.mutable_tls()->set_certificate_file(absl::StrCat(service, ".pem"));
  config.mutable_tls()->set_key_file(absl::StrCat(service, ".key"));
  config.mutable_tls()->set_authority_file("authority.pem");
  config.set_signing_key_file(absl::StrCat(service, ".signing.key"));
  config.set_next_signing_key_file(absl::StrCat(service, ".next.key"));
  config.set_high_water_file(absl::StrCat("high-water/", service));
  config.set_rights_file("rights.textproto");
  for (const std::string& other : Services()) {
    if (other == service) continue;
    config::v1::Peer* peer = config.add_peers();
    peer->set_service(other);
    peer->set_address(AddressOf(other));
    peer->set_spiffe_id(SpiffeIdOf(other));
  }
  if (options_.adjust) options_.adjust(service, &config);
  return WriteProto(config, ConfigFileOf(service));
}

absl::StatusOr<Deployment::Port> Deployment::TakePort() {
  // Bound but never listening: with SO_REUSEADDR on both sides the service can bind the same port,
  // and nobody is given it for an outgoing connection while the service is down.
  Port port;
  port.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (port.socket < 0) return absl::UnavailableError("no socket can be had");
  const int yes = 1;
  setsockopt(port.socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(port.socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(port.socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    close(port.socket);
    return absl::UnavailableError("no port can be had on 127.0.0.1");
  }
  port.number = ntohs(address.sin_port);
  return port;
}

absl::Status Deployment::Start(const std::string& service, int64_t deadline_ms) {
  Service& entry = services_.at(service);
  if (entry.process != nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(service, " runs already"));
  }
  const std::string ready_file = File(absl::StrCat(service, ".ready"));
  std::filesystem::remove(ready_file);
  auto named = options_.binaries.find(service);
  const std::string binary =
      named == options_.binaries.end() ? absl::StrCat(service, "d") : named->second;
  const std::string folder =
      options_.binary_folder.empty() ? ONERETURN_BINARY_FOLDER : options_.binary_folder;
  ProcessOptions process;
  process.binary = absl::StrCat(folder, "/", binary);
  process.arguments = {"--config", ConfigFileOf(service)};
  process.environment = entry.environment;
  process.output_file = LogFileOf(service);
  ASSIGN_OR_RETURN(entry.process, Process::Start(process));
  absl::Status ready = entry.process->WaitForFile(ready_file, deadline_ms);
  entry.failed_start.reset();
  if (!ready.ok()) {
    if (const auto end = entry.process->Wait(/*deadline_ms=*/0); end.ok())
      entry.failed_start = *end;
    entry.process.reset();
  }
  return ready;
}

absl::Status Deployment::StartAll() {
  for (const std::string& service : Services()) RETURN_IF_ERROR(Start(service));
  return absl::OkStatus();
}

void Deployment::SetEnvironment(const std::string& service, std::vector<std::string> environment) {
  services_.at(service).environment = std::move(environment);
}

void Deployment::Kill9(const std::string& service) { services_.at(service).process.reset(); }

absl::Status Deployment::Stop(const std::string& service, int64_t deadline_ms) {
  std::unique_ptr<Process> process = std::move(services_.at(service).process);
  if (process == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(service, " does not run"));
  }
  ASSIGN_OR_RETURN(ProcessEnd end, process->Terminate(deadline_ms));
  if (end.exit_code == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(service, " did not end in order (code ",
                                          end.exit_code.value_or(-1), ", signal ",
                                          end.signal.value_or(0), "):\n", process->OutputTail()));
}

std::optional<ProcessEnd> Deployment::FailedStart(const std::string& service) const {
  return services_.at(service).failed_start;
}

Process* Deployment::process(const std::string& service) {
  return services_.at(service).process.get();
}

std::shared_ptr<grpc::Channel> Deployment::Channel(absl::string_view persona,
                                                   const std::string& service) {
  config::v1::Peer peer;
  peer.set_service(service);
  peer.set_address(AddressOf(service));
  peer.set_spiffe_id(SpiffeIdOf(service));
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel =
      MutualTlsChannel(TlsFilesOf(persona), peer);
  ONERETURN_CHECK(channel.ok());
  return *channel;
}

std::shared_ptr<grpc::Channel> Deployment::ChannelWith(const config::v1::TlsFiles& files,
                                                       const std::string& service) {
  // gRPC's own credentials: ours would not take a certificate that no service takes.
  grpc::SslCredentialsOptions options;
  options.pem_cert_chain = ReadFile(files.certificate_file()).value_or("");
  options.pem_private_key = ReadFile(files.key_file()).value_or("");
  options.pem_root_certs = ReadFile(files.authority_file()).value_or("");
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(AddressOf(service), grpc::SslCredentials(options), arguments);
}

config::v1::TlsFiles Deployment::TlsFilesOf(absl::string_view name) const {
  config::v1::TlsFiles files;
  files.set_certificate_file(File(absl::StrCat(name, ".pem")));
  files.set_key_file(File(absl::StrCat(name, ".key")));
  files.set_authority_file(File("authority.pem"));
  return files;
}

absl::StatusOr<config::v1::TlsFiles> Deployment::WriteTlsFiles(absl::string_view name,
                                                               const IssueRequest& request,
                                                               const Authority& authority) {
  ASSIGN_OR_RETURN(CertifiedKey issued, authority.Issue(request));
  config::v1::TlsFiles files = TlsFilesOf(name);
  RETURN_IF_ERROR(WriteCertifiedKey(issued, files.certificate_file(), files.key_file()));
  return files;
}

absl::StatusOr<std::string> Deployment::ProfileOf(absl::string_view persona) {
  const std::string file = File(absl::StrCat(persona, ".profile.textproto"));
  if (std::filesystem::exists(file)) return file;
  config::v1::ClientProfile profile;
  *profile.mutable_tls() = TlsFilesOf(persona);
  for (const std::string& service : Services()) {
    config::v1::Peer* peer = profile.add_services();
    peer->set_service(service);
    peer->set_address(AddressOf(service));
    peer->set_spiffe_id(SpiffeIdOf(service));
    (*profile.mutable_public_key_files())[service] = File(absl::StrCat(service, ".signing.pem"));
  }
  RETURN_IF_ERROR(WriteProto(profile, file));
  return file;
}

std::string Deployment::AddressOf(const std::string& service) const {
  return absl::StrCat("127.0.0.1:", services_.at(service).port.number);
}

const VerifyingKey& Deployment::verifying_key(const std::string& service) const {
  return services_.at(service).key.verifying_key();
}

std::string Deployment::ConfigFileOf(const std::string& service) const {
  return File(absl::StrCat(service, ".config.textproto"));
}

std::string Deployment::DataFolderOf(const std::string& service) const {
  return File(absl::StrCat("data/", service));
}

std::string Deployment::HighWaterFileOf(const std::string& service) const {
  return File(absl::StrCat("high-water/", service));
}

std::string Deployment::LogFileOf(const std::string& service) const {
  return File(absl::StrCat(service, ".log"));
}

}  // namespace onereturn
