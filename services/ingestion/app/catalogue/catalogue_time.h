// The catalogue over time: which version of a definition a period goes by, and where an item has
// its home when.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_CATALOGUE_TIME_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_CATALOGUE_TIME_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/domain/validity.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {

// All versions of one definition, and when each is for.
template <typename Definition>
struct Timeline {
  std::vector<Definition> newest_first;
  std::vector<Stretch> stretches;  // In order of time; Stretch::version is a place in the list.

  // The version for a period that begins on `day`; nullptr where none is.
  const Definition* On(const CivilDay& day) const {
    const Stretch* stretch = StretchOn(stretches, day);
    return stretch == nullptr ? nullptr : &newest_first[stretch->version];
  }
};
using ItemTimeline = Timeline<catalogue::v1::DataItem>;
using CollectionTimeline = Timeline<catalogue::v1::Collection>;

// A collection that is an item's home, and when.
struct HomeTime {
  std::string collection;
  DayRange days;
};

// An organisation that is defined.
struct DefinedOrganisation {
  std::string code;
  catalogue::v1::OrganisationType type = catalogue::v1::ORGANISATION_TYPE_UNSPECIFIED;
  DayRange open;  // What is not known has no bound.
};

// Items and collections as `reader` had them at `sequence` - with what is being judged beside
// them. Each is read once. Not thread safe; the reader must outlive it.
class CatalogueTime {
 public:
  explicit CatalogueTime(const Reader* reader, uint64_t sequence = kNewest)
      : reader_(reader), sequence_(sequence) {}
  // As if this were the newest version, newer than those supposed before.
  void Suppose(const catalogue::v1::DataItem& item) {
    supposed_items_[item.code()].push_back(item);
  }
  void Suppose(const catalogue::v1::Collection& collection) {
    supposed_collections_ = {collection};
  }
  // As if they were defined so, whatever is stored of them.
  void SupposeOrganisations(const std::vector<catalogue::v1::Organisation>& organisations) {
    for (const auto& one : organisations) supposed_organisations_[one.code()] = one;
  }

  // Empty where the code was never defined. DATA_LOSS where a version cannot be read.
  absl::StatusOr<const ItemTimeline*> Item(const std::string& code);
  absl::StatusOr<const CollectionTimeline*> Collection(const std::string& code);

  // The items as they are on the day; those that are retired by then are not there.
  ItemLookup ItemsOn(const CivilDay& day);

  // The organisations as they are on the day, and which there ever are.
  OrganisationLookup OrganisationsOn(const CivilDay& day);
  // Those that are open on the day, in order of code.
  absl::StatusOr<std::vector<DefinedOrganisation>> OpenOn(const CivilDay& day);

  // From `from` on, every day on which the collection, or an item that it names or reads beside its
  // own, becomes another one, or organisations of a type that an item asks for open or close:
  // between two of them nothing changes. The first is `from` itself, or the collection's first day.
  // Only days on which the collection is in use.
  absl::StatusOr<std::vector<CivilDay>> DaysOfChange(const std::string& collection,
                                                     const CivilDay& from);

  // Where the item has its home, in order of the collections' codes, then of time.
  absl::StatusOr<std::vector<HomeTime>> HomesOf(const std::string& item);

 private:
  const Reader* const reader_;
  const uint64_t sequence_;
  std::map<std::string, std::vector<catalogue::v1::DataItem>> supposed_items_;  // Newest last.
  std::map<std::string, catalogue::v1::Organisation> supposed_organisations_;
  std::vector<catalogue::v1::Collection> supposed_collections_;  // At most one.
  std::map<std::string, std::unique_ptr<ItemTimeline>> items_;
  std::map<std::string, std::unique_ptr<CollectionTimeline>> collections_;
  absl::StatusOr<const std::vector<DefinedOrganisation>*> Organisations();
  // Adds the days of `part` on which the organisations of the item's dimensions become others.
  absl::Status AddOrganisationDays(const catalogue::v1::DataItem& item, const DayRange& part,
                                   std::set<CivilDay>* days);

  std::optional<std::vector<DefinedOrganisation>> organisations_;  // Absent until asked for.
};

// Does the definition name the item?
bool Names(const catalogue::v1::Collection& collection, const std::string& item);
// Do its rules read the item beside its own?
bool ReadsBeside(const catalogue::v1::Collection& collection, const std::string& item);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_CATALOGUE_TIME_H_
