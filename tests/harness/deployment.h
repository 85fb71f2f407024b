// The suite in a folder of a test's own: authority, certificates, rights, keys, configurations and
// data folders, and the services as processes that a test starts, kills and starts again.
//
//   auto suite = Deployment::Create({.submitters = {"RCF"}}).value();
//   ASSERT_THAT(suite->Start("ingestion"), IsOk());
//   auto stub = ReturnsService::NewStub(suite->Channel(Submitter("RCF"), "ingestion"));
//   suite->Kill9("ingestion");
//   ASSERT_THAT(suite->Start("ingestion"), IsOk());  // The same port, the same data.
#ifndef ONERETURN_TESTS_HARNESS_DEPLOYMENT_H_
#define ONERETURN_TESTS_HARNESS_DEPLOYMENT_H_

#include <grpcpp/channel.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/authority/authority.h"
#include "common/base/testing/temporary_folder.h"
#include "common/ledger/signing.h"
#include "onereturn/config/v1/config.pb.h"
#include "tests/harness/process.h"

namespace onereturn {

// Who calls. Each has a certificate of its own and a line in the rights file; the persona of a
// national role is named as below, that of an organisation's system by Submitter().
inline constexpr char kLoader[] = "loader";
inline constexpr char kSteward[] = "steward";
inline constexpr char kAnalyst[] = "analyst";
inline constexpr char kAssessor[] = "assessor";
inline constexpr char kOperator[] = "operator";
inline constexpr char kAuditor[] = "auditor";
// Has a good certificate, and stands in no rights file.
inline constexpr char kStranger[] = "stranger";
inline constexpr char kFirstOfficer[] = "rights-officer-1";
inline constexpr char kSecondOfficer[] = "rights-officer-2";
// Has a certificate, and no right until one is granted.
inline constexpr char kNewcomer[] = "newcomer";
// Ask for data for the national body, and decide for another one.
inline constexpr char kRequester[] = "requester-X24";
inline constexpr char kDecider[] = "steward-Y63";
std::string Submitter(absl::string_view organisation);  // "submitter-RCF"

struct DeploymentOptions {
  // ODS codes of the organisations that have a system of their own.
  std::vector<std::string> submitters;
  // Where the servers are; empty: the folder of this build's binaries.
  std::string binary_folder = {};
  // Name of a service's binary where it is not "{service}d".
  std::map<std::string, std::string> binaries = {};
  // A last word on each service's configuration before it is written.
  std::function<void(const std::string& service, config::v1::ServerConfig* config)> adjust = {};
  // The same on the rights file that all of them share.
  std::function<void(config::v1::RightsFile* rights)> adjust_rights = {};
};

// Thread-compatible. Running services are killed on destruction and the folder is removed.
class Deployment {
 public:
  // "ingestion", "metrics" and "assessment".
  static const std::vector<std::string>& Services();

  static absl::StatusOr<std::unique_ptr<Deployment>> Create(DeploymentOptions options = {});
  ~Deployment();

  // Starts the service and waits until it answers. Its port stays the same for the life of the
  // deployment. FAILED_PRECONDITION when it runs already, or ends before it answers.
  absl::Status Start(const std::string& service, int64_t deadline_ms = 30'000);
  // All three.
  absl::Status StartAll();
  // "NAME=value" each: what the service's next starts have in their environment besides the test's.
  void SetEnvironment(const std::string& service, std::vector<std::string> environment);
  // SIGKILL. Nothing when it does not run.
  void Kill9(const std::string& service);
  // SIGTERM; an error unless it ends with code 0 in time.
  absl::Status Stop(const std::string& service, int64_t deadline_ms = 30'000);
  // How the process ended whose Start() failed last; nullopt when it was killed for being slow.
  std::optional<ProcessEnd> FailedStart(const std::string& service) const;
  // The running process; null when it was not started or has been killed or stopped.
  Process* process(const std::string& service);

  // A new channel for each call: a test that restarts a service takes a new one to skip the
  // reconnection's delay.
  std::shared_ptr<grpc::Channel> Channel(absl::string_view persona, const std::string& service);
  // A channel with any certificate: for identities a service must refuse.
  std::shared_ptr<grpc::Channel> ChannelWith(const config::v1::TlsFiles& files,
                                             const std::string& service);
  // The files of a persona or of a service.
  config::v1::TlsFiles TlsFilesOf(absl::string_view name) const;
  // Writes a certificate of the deployment's authority, or of another, and says where.
  absl::StatusOr<config::v1::TlsFiles> WriteTlsFiles(absl::string_view name,
                                                     const IssueRequest& request,
                                                     const Authority& authority);

  // The profile file that the command-line client takes for this persona.
  absl::StatusOr<std::string> ProfileOf(absl::string_view persona);

  static std::string SpiffeIdOf(absl::string_view name);
  std::string AddressOf(const std::string& service) const;
  const VerifyingKey& verifying_key(const std::string& service) const;
  const Authority& authority() const { return authority_; }
  std::string File(absl::string_view name) const { return folder_.File(name); }
  std::string ConfigFileOf(const std::string& service) const;
  std::string RightsFile() const { return File("rights.textproto"); }
  std::string DataFolderOf(const std::string& service) const;
  std::string HighWaterFileOf(const std::string& service) const;
  std::string LogFileOf(const std::string& service) const;

 private:
  // A port kept from everybody else while its service is down.
  struct Port {
    int number = 0;
    int socket = -1;
  };
  struct Service {
    Port port;
    SigningKey key;
    std::unique_ptr<Process> process;
    std::vector<std::string> environment = {};
    std::optional<ProcessEnd> failed_start = {};
  };

  Deployment(DeploymentOptions options, Authority authority)
      : options_(std::move(options)), authority_(std::move(authority)) {}

  absl::Status WriteFiles();
  absl::Status WriteRights() const;
  absl::Status WriteService(const std::string& service);
  static absl::StatusOr<Port> TakePort();
  std::vector<std::string> Personas() const;

  const DeploymentOptions options_;
  const Authority authority_;
  TemporaryFolder folder_;
  std::map<std::string, Service> services_;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_HARNESS_DEPLOYMENT_H_
