#include "services/ingestion/app/timetable/owed_return.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/commit/journal.h"
#include "common/identity/rights.h"
#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {

namespace {

absl::StatusOr<catalogue::v1::Collection> CollectionIn(const StoredDefinition& stored) {
  catalogue::v1::Collection collection;
  if (collection.ParseFromString(stored.bytes)) return collection;
  return absl::DataLossError("a stored collection cannot be read");
}

// By which version of its collection it was judged.
absl::StatusOr<uint32_t> VersionOf(const Reader& reader, const RevisionPlace& revision) {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, revision.sequence));
  feed::v1::Entry entry;
  feed::v1::ReturnAccepted fact;
  if (entry.ParseFromString(bytes) && fact.ParseFromString(entry.fact())) {
    return fact.collection_version();
  }
  return absl::DataLossError("a stored entry is not the return it should be");
}

bool HasAll(const catalogue::v1::Collection& collection,
            const storage::v1::ObligationRecord& record) {
  const std::set<absl::string_view> items(collection.items().begin(), collection.items().end());
  return std::all_of(record.items().begin(), record.items().end(),
                     [&items](const std::string& item) { return items.count(item) > 0; });
}

// The first by number of the requests for which the return was owed at `sequence`.
absl::StatusOr<std::optional<ObligationKey>> FirstOutstanding(const Reader& reader,
                                                              const ReturnKey& key,
                                                              uint64_t sequence) {
  std::optional<ObligationKey> found;
  RETURN_IF_ERROR(VisitObligationsOf(
      reader, key.collection, key.period, key.organisation,
      [&](const ObligationKey& of,
          const storage::v1::ObligationRecord& record) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const bool outstanding, WasOutstanding(reader, of, record, sequence));
        if (outstanding) found = of;
        return !outstanding;
      }));
  return found;
}

}  // namespace

absl::StatusOr<bool> LacksItems(const Reader& reader, const ObligationKey& key,
                                const storage::v1::ObligationRecord& record,
                                const RevisionPlace& revision) {
  const std::string& code = key.key.collection;
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> newest,
                   FindDefinition(reader, DefinitionKind::kCollection, code, kNewest));
  if (!newest.has_value()) return false;
  ASSIGN_OR_RETURN(const catalogue::v1::Collection known, CollectionIn(*newest));
  // Of most there is one version alone: no entry needs to be read.
  if (known.version() <= 1) return false;
  storage::v1::ObligationRecord whole = record;
  RETURN_IF_ERROR(ObligationTerms(&reader).Fill(key.request, &whole));
  ASSIGN_OR_RETURN(const uint32_t judged_by, VersionOf(reader, revision));
  if (judged_by == known.version()) return !HasAll(known, whole);
  bool lacks = false;
  RETURN_IF_ERROR(VisitVersions(reader, DefinitionKind::kCollection, code, kNewest,
                                [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                                  ASSIGN_OR_RETURN(const auto version, CollectionIn(stored));
                                  if (version.version() != judged_by) return true;
                                  lacks = !HasAll(version, whole);
                                  return false;
                                }));
  return lacks;
}

absl::StatusOr<bool> IsMet(const Reader& reader, const ObligationKey& key,
                           const storage::v1::ObligationRecord& record, uint64_t sequence) {
  bool met = false;
  RETURN_IF_ERROR(VisitRevisions(reader, OrganisationScope::National(), key.key, sequence, 0,
                                 [&](const RevisionPlace& place) -> absl::StatusOr<bool> {
                                   if (place.sequence <= record.issue_sequence()) return false;
                                   ASSIGN_OR_RETURN(const bool lacks,
                                                    LacksItems(reader, key, record, place));
                                   met = !lacks;
                                   return lacks;
                                 }));
  return met;
}

absl::StatusOr<bool> WasOutstanding(const Reader& reader, const ObligationKey& key,
                                    const storage::v1::ObligationRecord& record,
                                    uint64_t sequence) {
  const uint64_t released = record.release_sequence();
  if (record.issue_sequence() > sequence || (released != 0 && released <= sequence)) return false;
  ASSIGN_OR_RETURN(const bool met, IsMet(reader, key, record, sequence));
  return !met;
}

absl::StatusOr<bool> WasOwedForRequest(const Reader& reader, const ReturnKey& key,
                                       uint64_t sequence) {
  ASSIGN_OR_RETURN(const auto outstanding, FirstOutstanding(reader, key, sequence));
  return outstanding.has_value();
}

absl::StatusOr<std::optional<ReadCheck>> OwedForRequest(const Reader& reader,
                                                        const ReturnKey& key) {
  std::optional<ReadCheck> owed;
  ASSIGN_OR_RETURN(const auto outstanding, FirstOutstanding(reader, key, kNewest));
  if (!outstanding.has_value()) return owed;
  ASSIGN_OR_RETURN(std::optional<StoredObligation> stored, FindObligation(reader, *outstanding));
  if (!stored.has_value()) return absl::DataLossError("an obligation that is named is gone");
  owed = std::move(stored->check);
  return owed;
}

}  // namespace onereturn::ingestion
