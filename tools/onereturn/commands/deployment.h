// What `onereturn init` lays out: everything three services and their callers need on one machine.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_DEPLOYMENT_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_DEPLOYMENT_H_

#include <array>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn::client {

// Of people's tokens, in a development deployment: the claim `iss`.
inline constexpr char kDevelopmentIssuer[] = "https://issuer.onereturn.local";

struct Persona {
  std::string name;  // Of its profile, key and certificate: "analyst".
  rights::v1::Role role = rights::v1::ROLE_UNSPECIFIED;
  std::string organisation;  // ODS code of a submitter or an approver; else empty.
};

struct DeploymentOptions {
  std::string folder;
  // Ingestion, metrics, assessment. 0: a port that is free now.
  std::array<int, 3> ports = {7401, 7402, 7403};
  std::vector<std::string> organisations;  // ODS codes: a submitter and an approver for each.
};

// Every persona of a deployment, in order: the national ones, then those of each organisation.
std::vector<Persona> PersonasOf(const std::vector<std::string>& organisations);

std::string SpiffeIdOfService(absl::string_view service);
std::string SpiffeIdOfPersona(const Persona& persona);
// The subject of a made-up person with the persona's role: "analyst-1".
std::string PersonOfPersona(const Persona& persona);

// Writes the deployment into `folder`, which must not exist or must be empty (a usage error
// otherwise). Keys are readable for their owner alone. A failure leaves what was written so far.
absl::Status WriteDeployment(const DeploymentOptions& options);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_DEPLOYMENT_H_
