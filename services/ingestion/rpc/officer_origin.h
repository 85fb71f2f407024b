// Who takes a step that may need a person's token of its own.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_OFFICER_ORIGIN_H_
#define ONERETURN_SERVICES_INGESTION_RPC_OFFICER_ORIGIN_H_

#include "common/digest/digest.h"
#include "common/rpc/guard.h"
#include "services/ingestion/app/rights/grant_rights.h"

namespace onereturn::ingestion {

// The guard must outlive what is answered.
inline OfficerOrigin OfficerOriginOf(const Guard& guard, const CallContext& call,
                                     const Digest& digest) {
  OfficerOrigin origin{Actor{call.caller.spiffe_id, call.caller.person}, call.caller.role,
                       call.caller.scope, digest};
  if (call.signed_in.has_value()) {
    origin.spend_token = [&guard, person = *call.signed_in, digest] {
      return guard.UseTokenOnce(person, digest);
    };
    origin.return_token = [&guard, person = *call.signed_in, digest] {
      guard.GiveTokenBack(person, digest);
    };
  }
  return origin;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_OFFICER_ORIGIN_H_
