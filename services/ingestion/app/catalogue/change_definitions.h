// Changes of definitions that are made together with those they concern: proposed, answered by whom
// it concerns, and decided by a second person.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_CHANGE_DEFINITIONS_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_CHANGE_DEFINITIONS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/stewardship_service.pb.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/app/rights/grant_rights.h"

namespace onereturn::ingestion {

struct ChangeAnswer {
  catalogue::v1::Change change;      // As it is now, or would be.
  std::optional<Accepted> accepted;  // Absent when only judged.
};

// Each use case judges on the calling thread and answers on the committer's. Errors are those of
// StewardshipService's methods. Thread safe.
class ChangeDefinitions {
 public:
  using Done = std::function<void(absl::StatusOr<ChangeAnswer> answer)>;

  // `store` is what the writer writes to. `accepted` sees the entry of each definition that a
  // change made, as Define's does.
  ChangeDefinitions(const Reader* store, const FactWriter* writer,
                    std::function<void(const std::string& entry)> accepted = nullptr)
      : store_(store), writer_(writer), accepted_(std::move(accepted)) {}

  void Propose(const OfficerOrigin& origin, const catalogue::v1::ProposeChangeRequest& request,
               Done done) const;
  void Reply(const OfficerOrigin& origin, const catalogue::v1::ReplyToChangeRequest& request,
             Done done) const;
  // A decision that is taken spends the token, as GrantRights::Decide.
  void Decide(const OfficerOrigin& origin, const catalogue::v1::DecideChangeRequest& request,
              Done done) const;
  void Withdraw(const OfficerOrigin& origin, const catalogue::v1::WithdrawChangeRequest& request,
                Done done) const;

 private:
  const Reader* const store_;
  const FactWriter* const writer_;
  const std::function<void(const std::string& entry)> accepted_;
};

// Those that `request` asks for, after `after` (where the page before ended; empty: all), at most
// `limit`. As they are now.
absl::StatusOr<PageOf<catalogue::v1::Change>> ListChanges(
    const Reader& reader, const catalogue::v1::ListChangesRequest& request,
    const std::string& after, size_t limit);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_CHANGE_DEFINITIONS_H_
