// What is held of a return, for what is joined to it.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_HELD_CONTENT_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_HELD_CONTENT_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/returns/v1/return.pb.h"
#include "services/ingestion/domain/joining.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

struct HeldOfReturn {
  HeldContent content;
  // UNSPECIFIED where nothing is held, or nothing was asked for.
  returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_UNSPECIFIED;
  std::vector<ReadCheck> read_set;  // That it still is what is held; `head`'s own check apart.
};

// That of the newest accepted revision, `head`; of what waits for signatures, where that is in
// place of it: returns.v1.SubmitMode. Nothing where the joining asks for nothing. DATA_LOSS where
// what is stored cannot be read.
absl::StatusOr<HeldOfReturn> ReadHeld(const Reader& reader, const ReturnKey& key,
                                      const ReturnHeadState& head, const Joining& joining,
                                      Origin origin);

// The status alone, as ReadHeld says it.
absl::StatusOr<returns::v1::RevisionStatus> StatusHeld(const Reader& reader, const ReturnKey& key,
                                                       const ReturnHeadState& head,
                                                       const Joining& joining, Origin origin);

// How firm the return is that results: as is said; unsaid, as what it is joined to; else FINAL.
returns::v1::RevisionStatus StatusThatResults(returns::v1::RevisionStatus given,
                                              returns::v1::RevisionStatus held);

// Reasons as they stand in a fact.
std::vector<ExplanationGiven> ExplanationsOf(const feed::v1::ReturnAccepted& fact);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_HELD_CONTENT_H_
