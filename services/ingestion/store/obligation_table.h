// What requests make organisations owe, and what they avoided. Numbers in keys are hexadecimal in
// families.h.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_OBLIGATION_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_OBLIGATION_TABLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// Which obligation: a request's, of one return.
struct ObligationKey {
  ReturnKey key;
  uint64_t request = 0;  // Its number.
};

// Rows of a group come without what they share, items and minutes: ObligationTerms gives it.
struct StoredObligation {
  storage::v1::ObligationRecord record;
  ReadCheck check;  // That it is still so.
};
// nullopt where there is none.
absl::StatusOr<std::optional<StoredObligation>> FindObligation(const Reader& reader,
                                                               const ObligationKey& key);
// The check that the request has none of this return yet.
ReadCheck ObligationIsFree(const ObligationKey& key);

using ObligationVisitor = absl::FunctionRef<absl::StatusOr<bool>(
    const ObligationKey& key, const storage::v1::ObligationRecord& record)>;

// Each goes on until `visit` answers false.

// Of one collection and period (of one organisation, unless it is empty), in order of organisation
// and request.
absl::Status VisitObligationsOf(const Reader& reader, absl::string_view collection,
                                absl::string_view period, absl::string_view organisation,
                                ObligationVisitor visit);
// Of one organisation (empty: of all), in order of organisation, collection, period, request, after
// `after` (an earlier key's text from ObligationKeyText; empty: from the first).
absl::Status VisitObligationsInOrder(const Reader& reader, absl::string_view organisation,
                                     absl::string_view after, ObligationVisitor visit);
// Of one request, in order of organisation, collection, period, after `after`.
absl::Status VisitObligationsOfRequest(const Reader& reader, uint64_t request,
                                       absl::string_view after, ObligationVisitor visit);
std::string ObligationKeyText(const ObligationKey& key);

// Those whose window closes after `after` and at or before `until`, in order of that moment.
absl::Status VisitClosing(
    const Reader& reader, Timestamp after, Timestamp until,
    absl::FunctionRef<absl::StatusOr<bool>(Timestamp closes, const ObligationKey& key)> visit);
// Those that were contested, are not answered, and wait for an answer until a moment after `after`,
// and `until` at most, in order of that moment. One whose return came stays among them.
absl::Status VisitLapsing(
    const Reader& reader, Timestamp after, Timestamp until,
    absl::FunctionRef<absl::StatusOr<bool>(Timestamp answer_by, const ObligationKey& key)> visit);

// What the obligations of a group share, each group read once. `reader` must outlive it;
// thread-compatible.
class ObligationTerms {
 public:
  explicit ObligationTerms(const Reader* reader) : reader_(reader) {}

  // Sets items and minutes of a row of the request. One without a group has its own.
  absl::Status Fill(uint64_t request, storage::v1::ObligationRecord* record);

 private:
  const Reader* reader_;
  std::map<std::pair<uint64_t, uint32_t>, storage::v1::ObligationTermsRecord> known_;
};
// `group` from 1.
void PutObligationTerms(uint64_t request, uint32_t group,
                        const storage::v1::ObligationTermsRecord& terms, WriteBatch* batch);

// As it is now, with what finds it; of a group without what that shares.
void PutObligation(const ObligationKey& key, const storage::v1::ObligationRecord& record,
                   WriteBatch* batch);

// That no request was issued since: what is owed by whom would be another.
absl::StatusOr<ReadCheck> NewestIssueCheck(const Reader& reader);
void PutNewestIssue(uint64_t sequence, WriteBatch* batch);

// What the request avoided for each organisation, in order of code.
absl::Status VisitAvoided(
    const Reader& reader, uint64_t request,
    absl::FunctionRef<absl::StatusOr<bool>(const std::string& organisation,
                                           const storage::v1::AvoidedRecord& record)>
        visit);
// nullopt where it avoided nothing for this one.
absl::StatusOr<std::optional<storage::v1::AvoidedRecord>> FindAvoided(
    const Reader& reader, uint64_t request, absl::string_view organisation);
void PutAvoided(uint64_t request, absl::string_view organisation,
                const storage::v1::AvoidedRecord& record, WriteBatch* batch);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_OBLIGATION_TABLE_H_
