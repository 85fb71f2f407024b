// The files of a TLS identity, followed as they change: what gRPC is given is always a certificate
// with its own key, and an authority. Private to the library.
#ifndef ONERETURN_COMMON_RPC_TLS_IDENTITY_H_
#define ONERETURN_COMMON_RPC_TLS_IDENTITY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/revocations.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn {

// Where gRPC reads from: files of the process alone, in memory, each replaced whole. Certificate
// and key lie in one.
struct TlsIdentity {
  std::string identity_path;
  std::string authority_path;
  std::shared_ptr<const Revocations> revocations;
};

// From the first time they are asked for, the files are looked at once a second for as long as the
// process lives, and whenever they are asked for again. Certificate, key and authority are taken
// when all three are good and belong together; until then what was last good stays in force, which
// is said once in the log. So a renewal need not be atomic: between the first file and the last
// nothing breaks. The revocation list is taken by itself, when it is good under the authorities in
// force, or under those and the file's, and what it held of an authority stays until the file has a
// list of that one again (RevocationList::FromPem): whatever becomes of a renewal, a certificate
// that was taken back opens nothing more. Other authorities wait until the list is good under them.
// FIELD_INVALID when not all is good at the first time: the file, and what it holds. Thread safe.
absl::StatusOr<TlsIdentity> FollowTlsFiles(const config::v1::TlsFiles& files);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_TLS_IDENTITY_H_
