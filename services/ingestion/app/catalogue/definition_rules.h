// What a definition must be beside the rest of the catalogue and the figures that are held: one
// home for each item at a time, everything it names defined for its periods, and no code with
// another meaning.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DEFINITION_RULES_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DEFINITION_RULES_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/catalogue/v1/stewardship.pb.h"
#include "onereturn/timetable/v1/timetable.pb.h"

namespace onereturn::ingestion {

// Definitions of the same set that are not stored yet, and are taken as if they were.
struct Supposed {
  std::vector<catalogue::v1::DataItem> items;  // As the newest versions of theirs.
  // In place of those that are stored: codes, types and dates.
  std::vector<catalogue::v1::Organisation> organisations;
  std::optional<timetable::v1::Calendar> calendar;

  bool empty() const { return items.empty() && organisations.empty() && !calendar.has_value(); }
};

// `replaced` is the newest version so far; null: the code is new. What was looked at is added to
// `read_set`.

// DEFINITION_INVALID; CODE_REUSED; HOME_COLLECTION where it is retired for a time in which a
// collection names it.
absl::Status CheckItemInCatalogue(const Reader& reader, const catalogue::v1::DataItem& item,
                                  const catalogue::v1::DataItem* replaced, const Supposed& supposed,
                                  std::vector<ReadCheck>* read_set);

// By item, the collection that is its home in the newest periods for which it has one; nullopt: it
// has none any more.
using Homes = std::map<std::string, std::optional<std::string>>;

// DEFINITION_INVALID, DEFINITION_UNKNOWN, DEFINITION_RETIRED, CODE_REUSED, HOME_COLLECTION. Answers
// the homes of the items that it names, or named.
absl::StatusOr<Homes> CheckCollectionInCatalogue(const Reader& reader,
                                                 const catalogue::v1::Collection& collection,
                                                 const catalogue::v1::Collection* replaced,
                                                 const Supposed& supposed,
                                                 std::vector<ReadCheck>* read_set);

// DEFINITION_INVALID, DEFINITION_UNKNOWN.
absl::Status CheckGuidanceInCatalogue(const Reader& reader,
                                      const catalogue::v1::Guidance& guidance);
// DEFINITION_INVALID, DEFINITION_UNKNOWN, CODE_REUSED.
absl::Status CheckResponsibilityInCatalogue(const Reader& reader,
                                            const catalogue::v1::Responsibility& responsibility,
                                            const catalogue::v1::Responsibility* replaced);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DEFINITION_RULES_H_
