#include "services/ingestion/app/catalogue_time.h"

#include <algorithm>
#include <utility>

#include "common/status/status_macros.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

template <typename Definition>
absl::Status AddVersion(Definition definition, std::vector<Validity>* validities,
                        Timeline<Definition>* timeline) {
  const absl::StatusOr<Validity> validity =
      ReadValidity(definition.valid_from_period(), definition.retired_from_period());
  if (!validity.ok()) return absl::DataLossError("a definition's period cannot be read");
  validities->push_back(*validity);
  timeline->newest_first.push_back(std::move(definition));
  return absl::OkStatus();
}

template <typename Definition>
absl::StatusOr<std::unique_ptr<Timeline<Definition>>> Read(
    const Reader& reader, uint64_t sequence, DefinitionKind kind, const std::string& code,
    const std::optional<Definition>& supposed) {
  auto timeline = std::make_unique<Timeline<Definition>>();
  std::vector<Validity> validities;
  if (supposed.has_value() && supposed->code() == code) {
    RETURN_IF_ERROR(AddVersion(*supposed, &validities, timeline.get()));
  }
  RETURN_IF_ERROR(VisitVersions(
      reader, kind, code, sequence, [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
        Definition definition;
        if (!definition.ParseFromString(stored.bytes)) {
          return absl::DataLossError("a stored definition cannot be read");
        }
        RETURN_IF_ERROR(AddVersion(std::move(definition), &validities, timeline.get()));
        // What came before this one is for no day any more.
        return validities.back().from.has_value();
      }));
  timeline->stretches = StretchesOf(validities);
  return timeline;
}

}  // namespace

bool Names(const catalogue::v1::Collection& collection, const std::string& item) {
  return std::find(collection.items().begin(), collection.items().end(), item) !=
         collection.items().end();
}

absl::StatusOr<const ItemTimeline*> CatalogueTime::Item(const std::string& code) {
  std::unique_ptr<ItemTimeline>& known = items_[code];
  if (known == nullptr) {
    ASSIGN_OR_RETURN(known, Read<catalogue::v1::DataItem>(
                                *reader_, sequence_, DefinitionKind::kItem, code, supposed_item_));
  }
  return known.get();
}

absl::StatusOr<const CollectionTimeline*> CatalogueTime::Collection(const std::string& code) {
  std::unique_ptr<CollectionTimeline>& known = collections_[code];
  if (known == nullptr) {
    ASSIGN_OR_RETURN(
        known, Read<catalogue::v1::Collection>(*reader_, sequence_, DefinitionKind::kCollection,
                                               code, supposed_collection_));
  }
  return known.get();
}

ItemLookup CatalogueTime::ItemsOn(const CivilDay& day) {
  using Found = absl::StatusOr<std::optional<catalogue::v1::DataItem>>;
  return [this, day](const std::string& code) -> Found {
    ASSIGN_OR_RETURN(const ItemTimeline* timeline, Item(code));
    const Stretch* stretch = StretchOn(timeline->stretches, day);
    if (stretch == nullptr) return std::optional<catalogue::v1::DataItem>();
    const std::optional<DayRange> used = stretch->InUse();
    if (!used.has_value() || !used->Covers(day)) return std::optional<catalogue::v1::DataItem>();
    return std::optional<catalogue::v1::DataItem>(timeline->newest_first[stretch->version]);
  };
}

OrganisationLookup CatalogueTime::Organisations() {
  return [this]() -> absl::StatusOr<OrganisationCodes> {
    if (organisations_ != nullptr) return organisations_;
    auto codes = std::make_shared<std::set<std::string>>();
    RETURN_IF_ERROR(
        VisitDefinitions(*reader_, DefinitionKind::kOrganisation, "", sequence_,
                         [&codes](const StoredDefinition& definition) -> absl::StatusOr<bool> {
                           codes->insert(definition.code);
                           return true;
                         }));
    organisations_ = std::move(codes);
    return organisations_;
  };
}

absl::StatusOr<std::vector<CivilDay>> CatalogueTime::DaysOfChange(const std::string& collection,
                                                                  const CivilDay& from) {
  std::set<CivilDay> days;
  ASSIGN_OR_RETURN(const CollectionTimeline* timeline, Collection(collection));
  for (const Stretch& stretch : timeline->stretches) {
    const std::optional<DayRange> used = stretch.InUse();
    if (!used.has_value() || (used->before.has_value() && *used->before <= from)) continue;
    const DayRange part{std::max(used->from, from), used->before};
    days.insert(part.from);
    for (const std::string& code : timeline->newest_first[stretch.version].items()) {
      ASSIGN_OR_RETURN(const ItemTimeline* item, Item(code));
      for (const Stretch& of_item : item->stretches) {
        if (part.Covers(of_item.days.from)) days.insert(of_item.days.from);
        if (of_item.retired_from.has_value() && part.Covers(*of_item.retired_from)) {
          days.insert(*of_item.retired_from);
        }
      }
    }
  }
  return std::vector<CivilDay>(days.begin(), days.end());
}

absl::StatusOr<std::vector<HomeTime>> CatalogueTime::HomesOf(const std::string& item) {
  ASSIGN_OR_RETURN(const std::vector<std::string> named, CollectionsNaming(*reader_, item));
  std::set<std::string> candidates(named.begin(), named.end());
  if (supposed_collection_.has_value()) candidates.insert(supposed_collection_->code());
  std::vector<HomeTime> homes;
  for (const std::string& code : candidates) {
    ASSIGN_OR_RETURN(const CollectionTimeline* timeline, Collection(code));
    for (const Stretch& stretch : timeline->stretches) {
      const std::optional<DayRange> used = stretch.InUse();
      if (!used.has_value() || !Names(timeline->newest_first[stretch.version], item)) continue;
      if (!homes.empty() && homes.back().collection == code &&
          homes.back().days.before == used->from) {
        homes.back().days.before = used->before;  // One home through several versions.
      } else {
        homes.push_back({code, *used});
      }
    }
  }
  return homes;
}

}  // namespace onereturn::ingestion
