#include "services/ingestion/app/requests/reuse_of_returns.h"

#include "common/commit/journal.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/organisation.pb.h"
#include "services/ingestion/app/requests/day_of_entry.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/app/requests/reuse_rights.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

// By an ICB or a region under a right of its own: the guard lets it read what is below it alone.
absl::StatusOr<bool> IsOversight(const Reader& reader, const ReturnReader& who) {
  if (who.scope.national()) return false;
  ASSIGN_OR_RETURN(const auto body, FindOrganisation(reader, *who.body, kNewest));
  return body.has_value() && (body->type() == catalogue::v1::ORGANISATION_TYPE_ICB ||
                              body->type() == catalogue::v1::ORGANISATION_TYPE_REGION);
}

absl::StatusOr<bool> IsReuse(const Reader& reader, const ReturnReader& who,
                             const std::string& organisation) {
  if (!who.body.has_value() || *who.body == organisation) return false;
  if (who.role == rights::v1::ROLE_NATIONAL_LOADER) return false;
  ASSIGN_OR_RETURN(const bool oversight, IsOversight(reader, who));
  return !oversight;
}

// From each of which on one of the items is another one, for some period.
absl::StatusOr<std::vector<Period>> FirstDaysOf(const std::vector<std::string>& items,
                                                CatalogueTime* time) {
  std::set<CivilDay> days;
  for (const std::string& item : items) {
    ASSIGN_OR_RETURN(const ItemTimeline* timeline, time->Item(item));
    for (const Stretch& stretch : timeline->stretches) days.insert(stretch.days.from);
  }
  std::vector<Period> first_days;
  for (const CivilDay& day : days) {
    ASSIGN_OR_RETURN(const Period first_day, Period::Day(day));
    first_days.push_back(first_day);
  }
  return first_days;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReuseTermsOfReturn(const Reader& reader,
                                                            const ReturnReader& who,
                                                            const ReturnKey& key,
                                                            std::set<std::string> given) {
  ASSIGN_OR_RETURN(const bool reuse, IsReuse(reader, who, key.organisation));
  if (!reuse) return std::vector<std::string>();
  ASSIGN_OR_RETURN(const Period period, Period::Parse(key.period));
  CatalogueTime time(&reader);
  ASSIGN_OR_RETURN(const CollectionTimeline* timeline, time.Collection(key.collection));
  if (const catalogue::v1::Collection* collection = timeline->On(period.start())) {
    given.insert(collection->items().begin(), collection->items().end());
  }
  return ReuseTermsIn(&time, {given.begin(), given.end()}, *who.body, who.purpose, {period});
}

absl::Status CheckReuseOfFile(const Reader& reader, const ReturnReader& who,
                              const std::string& owner) {
  ASSIGN_OR_RETURN(const bool reuse, IsReuse(reader, who, owner));
  if (!reuse) return absl::OkStatus();
  std::vector<std::string> items;
  RETURN_IF_ERROR(VisitDefinitions(reader, DefinitionKind::kItem, "", kNewest,
                                   [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                                     items.push_back(stored.code);
                                     return true;
                                   }));
  CatalogueTime time(&reader);
  ASSIGN_OR_RETURN(const std::vector<Period> days, FirstDaysOf(items, &time));
  return ReuseTermsIn(&time, items, *who.body, who.purpose, days).status();
}

absl::Status ReuseOfDigests::Check(const ReturnKey& key) {
  ASSIGN_OR_RETURN(const bool reuse, IsReuse(*reader_, who_, key.organisation));
  if (!reuse) return absl::OkStatus();
  const auto known = asked_.find({key.collection, key.period});
  if (known != asked_.end()) return known->second;
  ASSIGN_OR_RETURN(const Period period, Period::Parse(key.period));
  // Also of versions that are for no period any more.
  std::set<std::string> items;
  RETURN_IF_ERROR(VisitVersions(*reader_, DefinitionKind::kCollection, key.collection, kNewest,
                                [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                                  catalogue::v1::Collection version;
                                  if (!version.ParseFromString(stored.bytes)) {
                                    return absl::DataLossError(
                                        "a stored definition cannot be read");
                                  }
                                  items.insert(version.items().begin(), version.items().end());
                                  return true;
                                }));
  absl::Status status =
      ReuseTermsIn(&time_, {items.begin(), items.end()}, *who_.body, who_.purpose, {period})
          .status();
  return asked_[{key.collection, key.period}] = std::move(status);
}

absl::Status ReuseOfDigests::LeaveOut(const ReturnKey& key, returns::v1::Revision* revision) {
  const absl::Status status = Check(key);
  if (status.ok() || ReasonOf(status) != Reason::kReuseRefused) return status;
  revision->clear_cell_digest();
  revision->clear_file_digest();
  // Whoever sends a file may make its id from what is in it.
  revision->clear_request_id();
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
