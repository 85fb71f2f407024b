// Giving and taking rights, by two officers.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RIGHTS_GRANT_RIGHTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_RIGHTS_GRANT_RIGHTS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/identity/organisation_scope.h"
#include "common/identity/rights_source.h"
#include "common/identity/two_persons.h"
#include "common/storage/reader.h"
#include "onereturn/rights/v1/rights_service.pb.h"
#include "services/ingestion/app/returns/read_returns.h"

namespace onereturn::ingestion {

// Which officer asks, and how the request came.
struct OfficerOrigin {
  Actor actor;
  rights::v1::Role role = rights::v1::ROLE_UNSPECIFIED;
  OrganisationScope scope = OrganisationScope::National();
  Digest digest = {};  // Of the received bytes.
  // Spends the token of the person who is signed in on this request, and on no other:
  // Guard::UseTokenOnce. Null: nobody is, and the system acts for itself.
  std::function<absl::Status()> spend_token = nullptr;
  // Undoes one that was OK, for a decision that was not taken after all: Guard::GiveTokenBack.
  std::function<void()> return_token = nullptr;
};

struct GrantAnswer {
  rights::v1::Grant grant;           // As it is, or would be.
  std::optional<Accepted> accepted;  // Absent when only judged.
};

// Each use case judges on the calling thread and answers on the committer's. When the answer comes,
// `rights` knows of it. Errors are those of RightsService's methods. Thread safe.
class GrantRights {
 public:
  using Done = std::function<void(absl::StatusOr<GrantAnswer> answer)>;

  GrantRights(const FactWriter* writer, RightsSource* rights) : writer_(writer), rights_(rights) {}

  void Propose(const OfficerOrigin& origin, const rights::v1::ProposeGrantRequest& request,
               Done done) const;
  // A decision that is taken spends the token; one that came too late does not. One that was taken
  // is answered again whatever became of the token, for its request id is known; validate_only
  // spends nothing.
  void Decide(const OfficerOrigin& origin, const rights::v1::DecideGrantRequest& request,
              Done done) const;
  void Revoke(const OfficerOrigin& origin, const rights::v1::RevokeGrantRequest& request,
              Done done) const;

 private:
  const FactWriter* const writer_;
  RightsSource* const rights_;
};

// Grants within the scope that `request` asks for, after number `after` (a text; empty: all), at
// most `limit`.
absl::StatusOr<PageOf<rights::v1::Grant>> ListGrants(const Reader& reader,
                                                     const OrganisationScope& scope,
                                                     const rights::v1::ListGrantsRequest& request,
                                                     const std::string& after, size_t limit);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RIGHTS_GRANT_RIGHTS_H_
