#include "services/ingestion/app/rights/load_rights.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/rights/v1/rights.pb.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/grant_table.h"

namespace onereturn::ingestion {
namespace {

absl::Status NotLedgered(absl::string_view name) {
  return absl::DataLossError(
      absl::StrCat(name, " is not what the ledger says: keep the folder, and restore"));
}

template <typename Fact>
std::optional<rights::v1::Grant> GrantIn(const feed::v1::Entry& entry,
                                         rights::v1::GrantStep* (rights::v1::Grant::*step)()) {
  Fact fact;
  if (!fact.ParseFromString(entry.fact())) return std::nullopt;
  rights::v1::Grant grant = fact.grant();
  *(grant.*step)()->mutable_time() = ToWire(Timestamp{entry.time_micros()});
  grant.set_etag(EtagOf(entry.sequence()));
  return grant;
}

// The row that an entry made; nullopt when it is no step of a grant.
std::optional<rights::v1::Grant> RowOf(const feed::v1::Entry& entry) {
  using rights::v1::Grant;
  switch (entry.kind()) {
    case feed::v1::ENTRY_KIND_GRANT_PROPOSED:
      return GrantIn<rights::v1::GrantProposed>(entry, &Grant::mutable_proposed);
    case feed::v1::ENTRY_KIND_GRANT_DECIDED:
      return GrantIn<rights::v1::GrantDecided>(entry, &Grant::mutable_decided);
    case feed::v1::ENTRY_KIND_GRANT_REVOKED:
      return GrantIn<rights::v1::GrantRevoked>(entry, &Grant::mutable_revoked);
    default:
      return std::nullopt;
  }
}

// The entry that made a row, or one that made nothing.
absl::StatusOr<feed::v1::Entry> EntryAt(const Reader& reader, uint64_t sequence) {
  feed::v1::Entry entry;
  const absl::StatusOr<std::string> bytes = EntryBytes(reader, sequence);
  if (bytes.status().code() == absl::StatusCode::kNotFound) return entry;
  RETURN_IF_ERROR(bytes.status());
  if (!entry.ParseFromString(*bytes)) entry.Clear();
  return entry;
}

absl::Status LoadOrganisation(const Reader& reader, const StoredDefinition& stored,
                              RightsSource* rights) {
  ASSIGN_OR_RETURN(const feed::v1::Entry entry, EntryAt(reader, stored.sequence));
  feed::v1::OrganisationDefined fact;
  catalogue::v1::Organisation row;
  if (!row.ParseFromString(stored.bytes) ||
      entry.kind() != feed::v1::ENTRY_KIND_ORGANISATION_DEFINED ||
      !fact.ParseFromString(entry.fact()) || row.code() != stored.code ||
      fact.organisation().SerializeAsString() != row.SerializeAsString()) {
    return NotLedgered(absl::StrCat("organisations/", stored.code));
  }
  return rights->PutOrganisation(row, stored.sequence);
}

absl::Status LoadGrant(const Reader& reader, uint64_t number, const rights::v1::Grant& row,
                       RightsSource* rights) {
  uint64_t sequence = 0;
  const std::string& etag = row.etag();
  if (etag.size() < 2 || !absl::SimpleAtoi(etag.substr(1, etag.size() - 2), &sequence)) {
    return NotLedgered(GrantName(number));
  }
  ASSIGN_OR_RETURN(const feed::v1::Entry entry, EntryAt(reader, sequence));
  const std::optional<rights::v1::Grant> made = RowOf(entry);
  if (!made.has_value() || made->name() != GrantName(number) ||
      made->SerializeAsString() != row.SerializeAsString()) {
    return NotLedgered(GrantName(number));
  }
  return rights->PutGrant(row, sequence);
}

}  // namespace

absl::Status LoadRights(const Reader& reader, RightsSource* rights) {
  RETURN_IF_ERROR(VisitDefinitions(reader, DefinitionKind::kOrganisation, "", kNewest,
                                   [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                                     RETURN_IF_ERROR(LoadOrganisation(reader, stored, rights));
                                     return true;
                                   }));
  uint64_t seen = 0;
  RETURN_IF_ERROR(VisitGrants(
      reader, 0, [&](uint64_t number, const rights::v1::Grant& row) -> absl::StatusOr<bool> {
        if (number != ++seen) return NotLedgered(GrantName(seen));
        RETURN_IF_ERROR(LoadGrant(reader, number, row, rights));
        return true;
      }));
  ASSIGN_OR_RETURN(const GrantCount count, CountGrants(reader));
  if (count.value != seen) return NotLedgered(GrantName(seen + 1));
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
