// Mutual TLS, always: version 1.3, or 1.2 with ciphers that authenticate what they encrypt.
//
// The files are followed: new connections show a renewed certificate, and trust the authorities of
// a changed file alone, some two seconds after the last of the files was written. Connections that
// stand go on, until their age (limits::kConnectionAgeMs), or until their certificate has ended or
// is revoked: then the next call is refused. Files that are not good, or do not belong together,
// change nothing (tls_identity.h).
#ifndef ONERETURN_COMMON_RPC_CREDENTIALS_H_
#define ONERETURN_COMMON_RPC_CREDENTIALS_H_

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/revocations.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn {

// Takes only clients whose certificate the authority signed. FIELD_INVALID names a file that cannot
// be read or does not hold what it should.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MutualTlsServerCredentials(
    const config::v1::TlsFiles& files);

// What the authorities of `files` took back, for refusing calls on connections that stand; new ones
// are refused by the credentials. Errors as above.
absl::StatusOr<std::shared_ptr<const Revocations>> FollowRevocations(
    const config::v1::TlsFiles& files);

// A channel to `peer`, which must show a certificate of the authority with the peer's SPIFFE id.
// Errors as above.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MutualTlsChannel(const config::v1::TlsFiles& files,
                                                                const config::v1::Peer& peer);
// One whose every call is made by the person whom `token` names; empty: by the system alone.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MutualTlsChannel(const config::v1::TlsFiles& files,
                                                                const config::v1::Peer& peer,
                                                                const std::string& token);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_CREDENTIALS_H_
