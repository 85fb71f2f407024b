// Simplified mode: one switch for an emergency, which suspends what is desirable alone.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_SIMPLIFIED_MODE_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_SIMPLIFIED_MODE_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/fact_writer.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/obligations_service.pb.h"
#include "services/ingestion/app/rights/grant_rights.h"

namespace onereturn::ingestion {

// Of the mode, as entries name it.
inline constexpr char kSimplifiedModeName[] = "simplifiedMode";

struct SimplifiedModeAnswer {
  requests::v1::SimplifiedMode mode;  // As its fact set it.
  Accepted accepted;
};

// Thread safe.
class SetSimplifiedMode {
 public:
  using Done = std::function<void(absl::StatusOr<SimplifiedModeAnswer> answer)>;

  // Everything must outlive it.
  SetSimplifiedMode(const Reader* store, const FactWriter* writer, const Committer* committer)
      : store_(store), writer_(writer), committer_(committer) {}

  // Judges on the calling thread and answers on the committer's. Setting it as it is changes
  // nothing, and the answer is the fact that set it so. FIELD_INVALID, PERSONAL_DATA; REQUEST_STATE
  // for switching off what is off. What is decided spends the token, as GrantRights::Decide.
  void Set(const OfficerOrigin& origin, const requests::v1::SetSimplifiedModeRequest& request,
           Done done) const;

 private:
  const Reader* const store_;
  const FactWriter* const writer_;
  const Committer* const committer_;
};

// As it was at `sequence`; off where it was never set.
absl::StatusOr<requests::v1::SimplifiedMode> GetSimplifiedMode(const Reader& reader,
                                                               uint64_t sequence);

// What ends a mode whose end time has come; NothingToKeep where none is on, or not yet.
absl::StatusOr<Decision> DecideEndOfMode(const Reader& reader, Timestamp now);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_SIMPLIFIED_MODE_H_
