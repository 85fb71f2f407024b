// Mutual TLS, always: files are watched, so that a renewed certificate is used without a restart.
#ifndef ONERETURN_COMMON_RPC_CREDENTIALS_H_
#define ONERETURN_COMMON_RPC_CREDENTIALS_H_

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn {

// Takes only clients whose certificate the authority signed. FIELD_INVALID when a file cannot be
// read.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MutualTlsServerCredentials(
    const config::v1::TlsFiles& files);

// A channel to `peer`, which must show a certificate of the authority with the peer's SPIFFE id.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MutualTlsChannel(const config::v1::TlsFiles& files,
                                                                const config::v1::Peer& peer);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_CREDENTIALS_H_
