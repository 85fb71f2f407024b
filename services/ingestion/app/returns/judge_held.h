// Judging a held revision again: by the rules and the history it was judged by.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_JUDGE_HELD_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_JUDGE_HELD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/identity/rights.h"
#include "common/identity/roles.h"
#include "common/storage/reader.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// Every finding of the revision that was accepted at `place`, those of screens among them only
// `with_screens`. The same for ever: nothing that came after the revision counts. DATA_LOSS when
// what is stored cannot be read.
absl::StatusOr<Judgement> JudgeHeld(const Reader& reader, const ReturnKey& key,
                                    const RevisionPlace& place, bool with_screens);

// Are findings of screens for this caller? Only for an organisation's own people, and those of its
// ICB and region: not at national scope, not for whoever acts for a national body, and not for
// roles that the organisation does not give itself (assessors, auditors, loaders).
absl::StatusOr<bool> SeesScreens(const Reader& reader, rights::v1::Role role,
                                 const OrganisationScope& scope);

// A revision that owes reasons.
struct OwedOf {
  ReturnKey key;
  RevisionPlace place;
  std::vector<Finding> findings;
};

// Of the returns that ListReturns gives for the same arguments, those that owe a reason: at most
// `limit`, of at most 200 returns looked at - so that a page may be empty before the last - and
// until about 1,000 findings. An empty `collection` means all, one after the other.
absl::StatusOr<PageOf<OwedOf>> ListOwed(const Reader& reader, const OrganisationScope& scope,
                                        const std::string& collection, const std::string& period,
                                        uint64_t sequence, const std::string& after, size_t limit);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_JUDGE_HELD_H_
