#include "common/rpc/caller_identity.h"

#include "common/status/status_macros.h"

namespace onereturn {

absl::StatusOr<CallerIdentity> CallerIdentities::Of(const grpc::ServerContextBase& context) const {
  ASSIGN_OR_RETURN(const CallerCertificate certificate, certificates_.Of(context));
  CallerIdentity identity;
  identity.principal.spiffe_id = certificate.spiffe_id;
  ASSIGN_OR_RETURN(identity.signed_in, people_->Of(context, certificate));
  if (identity.signed_in.has_value()) {
    identity.principal.person =
        Person{identity.signed_in->holder.name(), identity.signed_in->holder.organisation};
  }
  return identity;
}

absl::StatusOr<std::string> CallerIdentities::SystemOf(
    const grpc::ServerContextBase& context) const {
  ASSIGN_OR_RETURN(CallerCertificate certificate, certificates_.Of(context));
  return std::move(certificate.spiffe_id);
}

}  // namespace onereturn
