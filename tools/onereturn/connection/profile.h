// Who the client is, and which services it talks to.
#ifndef ONERETURN_TOOLS_ONERETURN_CONNECTION_PROFILE_H_
#define ONERETURN_TOOLS_ONERETURN_CONNECTION_PROFILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn::client {

// Does the option, or the environment variable ONERETURN_PROFILE, name one?
bool IsProfileGiven(const std::string& file);

// Reads a profile; relative paths in it become paths from its folder. With an empty `file` the
// environment variable ONERETURN_PROFILE names it. A usage error says what is missing.
absl::StatusOr<config::v1::ClientProfile> ReadProfile(const std::string& file);

// The peer for "ingestion", "metrics" or "assessment"; a usage error when the profile names none.
absl::StatusOr<config::v1::Peer> PeerOf(const config::v1::ClientProfile& profile,
                                        absl::string_view service);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONNECTION_PROFILE_H_
