#include "services/ingestion/app/catalogue/beside_rules.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/domain/validity.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using catalogue::v1::ReadBeside;
using WireCollection = catalogue::v1::Collection;

struct BesideFault {
  std::string item;  // Empty: the fault is the other collection's period kind.
  std::string words;
};

std::string KindText(const WireCollection& collection) {
  return absl::StrCat(collection.code(), " is of period kind ",
                      PeriodKindName(KindOf(collection.period_kind())));
}

// What keeps `reading`, in use on these days, from reading this.
absl::StatusOr<std::vector<BesideFault>> FaultsOf(CatalogueTime* time,
                                                  const WireCollection& reading,
                                                  const DayRange& days, const ReadBeside& beside) {
  std::vector<BesideFault> faults;
  ASSIGN_OR_RETURN(const CollectionTimeline* other, time->Collection(beside.collection()));
  if (!other->newest_first.empty() &&
      other->newest_first.front().period_kind() != reading.period_kind()) {
    faults.push_back(
        {"", absl::StrCat(KindText(other->newest_first.front()), ", and ", KindText(reading))});
  }
  for (const std::string& item : beside.items()) {
    ASSIGN_OR_RETURN(std::vector<HomeTime> homes, time->HomesOf(item));
    std::erase_if(homes, [&days](const HomeTime& home) { return !home.days.Overlaps(days); });
    if (homes.empty()) continue;
    const bool there = std::any_of(homes.begin(), homes.end(), [&beside](const HomeTime& home) {
      return home.collection == beside.collection();
    });
    if (there) continue;
    faults.push_back({item, absl::StrCat(item, " is an item of ", homes.front().collection,
                                         ", not of ", beside.collection())});
  }
  return faults;
}

absl::Status CheckItemsKnown(CatalogueTime* time, const WireCollection& collection) {
  Error unknown(Reason::kDefinitionUnknown,
                "the collection reads items of others that are not defined: define them first");
  for (int i = 0; i < collection.beside_size(); ++i) {
    for (const std::string& item : collection.beside(i).items()) {
      ASSIGN_OR_RETURN(const ItemTimeline* known, time->Item(item));
      if (!known->newest_first.empty()) continue;
      unknown.Field(absl::StrCat("collection.beside[", i, "].items"),
                    absl::StrCat(item, " is not defined"));
    }
  }
  if (unknown.fields_total() > 0) return unknown;
  return absl::OkStatus();
}

// What it reads itself, on the days on which it is in use.
absl::Status CheckRead(CatalogueTime* time, const WireCollection& collection,
                       const DayRange& days) {
  Error invalid(Reason::kDefinitionInvalid,
                "the collection reads beside its own returns what is not there to be read: correct "
                "what it says of the other collection, or define that one first");
  for (int i = 0; i < collection.beside_size(); ++i) {
    ASSIGN_OR_RETURN(const std::vector<BesideFault> faults,
                     FaultsOf(time, collection, days, collection.beside(i)));
    for (const BesideFault& fault : faults) {
      invalid.Field(
          absl::StrCat("collection.beside[", i, fault.item.empty() ? "].collection" : "].items"),
          fault.words);
    }
  }
  if (invalid.fields_total() > 0) return invalid;
  return absl::OkStatus();
}

// Where in `collection` the fault of another one's reading lies; nullopt: not in it.
std::optional<std::string> PlaceIn(const WireCollection& collection, const ReadBeside& beside,
                                   const BesideFault& fault) {
  if (fault.item.empty()) {
    if (beside.collection() != collection.code()) return std::nullopt;
    return "collection.period_kind";
  }
  const auto found = std::find(collection.items().begin(), collection.items().end(), fault.item);
  if (found == collection.items().end()) return std::nullopt;
  return absl::StrCat("collection.items[", found - collection.items().begin(), "]");
}

// What `reader_code` reads, where `collection` is what stands against it.
absl::Status AddFaultsOfReader(CatalogueTime* time, const WireCollection& collection,
                               const std::string& reader_code, Error* invalid) {
  ASSIGN_OR_RETURN(const CollectionTimeline* timeline, time->Collection(reader_code));
  for (const Stretch& stretch : timeline->stretches) {
    const std::optional<DayRange> used = stretch.InUse();
    if (!used.has_value()) continue;
    const WireCollection& reading = timeline->newest_first[stretch.version];
    for (const ReadBeside& beside : reading.beside()) {
      ASSIGN_OR_RETURN(const std::vector<BesideFault> faults,
                       FaultsOf(time, reading, *used, beside));
      for (const BesideFault& fault : faults) {
        const std::optional<std::string> place = PlaceIn(collection, beside, fault);
        if (!place.has_value()) continue;
        invalid->Field(*place, absl::StrCat(reader_code, " reads ", beside.collection(),
                                            " beside its own returns: ", fault.words));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckReaders(const Reader& reader, CatalogueTime* time,
                          const WireCollection& collection) {
  Error invalid(Reason::kDefinitionInvalid,
                "another collection could no longer read what it reads beside its own returns: "
                "change that one first");
  RETURN_IF_ERROR(VisitDefinitions(reader, DefinitionKind::kCollection, "", kNewest,
                                   [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                                     if (stored.code == collection.code()) return true;
                                     RETURN_IF_ERROR(AddFaultsOfReader(time, collection,
                                                                       stored.code, &invalid));
                                     return true;
                                   }));
  if (invalid.fields_total() > 0) return invalid;
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckBeside(const Reader& reader, CatalogueTime* time,
                         const WireCollection& collection) {
  RETURN_IF_ERROR(CheckItemsKnown(time, collection));
  ASSIGN_OR_RETURN(const CollectionTimeline* timeline, time->Collection(collection.code()));
  // It is the newest version, so its stretch is the last one.
  const std::optional<DayRange> used =
      timeline->stretches.empty() ? std::nullopt : timeline->stretches.back().InUse();
  if (used.has_value()) RETURN_IF_ERROR(CheckRead(time, collection, *used));
  return CheckReaders(reader, time, collection);
}

}  // namespace onereturn::ingestion
