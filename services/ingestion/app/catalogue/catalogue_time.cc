#include "services/ingestion/app/catalogue/catalogue_time.h"

#include <algorithm>
#include <iterator>
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
    const std::vector<Definition>& supposed) {
  auto timeline = std::make_unique<Timeline<Definition>>();
  std::vector<Validity> validities;
  for (auto one = supposed.rbegin(); one != supposed.rend(); ++one) {
    if (one->code() == code) RETURN_IF_ERROR(AddVersion(*one, &validities, timeline.get()));
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

// As it counts here. What cannot be read as a date bounds nothing.
DefinedOrganisation DefinedAs(const catalogue::v1::Organisation& organisation) {
  DefinedOrganisation one{organisation.code(), organisation.type(), {}};
  if (const auto opens = CivilDay::Parse(organisation.open_date()); opens.ok()) {
    one.open.from = *opens;
  }
  if (const auto closes = CivilDay::Parse(organisation.close_date()); closes.ok()) {
    one.open.before = closes->PlusDays(1);
  }
  return one;
}

}  // namespace

bool Names(const catalogue::v1::Collection& collection, const std::string& item) {
  return std::find(collection.items().begin(), collection.items().end(), item) !=
         collection.items().end();
}

bool ReadsBeside(const catalogue::v1::Collection& collection, const std::string& item) {
  return std::any_of(collection.beside().begin(), collection.beside().end(),
                     [&item](const catalogue::v1::ReadBeside& beside) {
                       return std::find(beside.items().begin(), beside.items().end(), item) !=
                              beside.items().end();
                     });
}

absl::StatusOr<const ItemTimeline*> CatalogueTime::Item(const std::string& code) {
  std::unique_ptr<ItemTimeline>& known = items_[code];
  if (known == nullptr) {
    const auto supposed = supposed_items_.find(code);
    ASSIGN_OR_RETURN(known,
                     Read(*reader_, sequence_, DefinitionKind::kItem, code,
                          supposed == supposed_items_.end() ? std::vector<catalogue::v1::DataItem>()
                                                            : supposed->second));
  }
  return known.get();
}

absl::StatusOr<const CollectionTimeline*> CatalogueTime::Collection(const std::string& code) {
  std::unique_ptr<CollectionTimeline>& known = collections_[code];
  if (known == nullptr) {
    ASSIGN_OR_RETURN(
        known, Read(*reader_, sequence_, DefinitionKind::kCollection, code, supposed_collections_));
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

absl::StatusOr<const std::vector<DefinedOrganisation>*> CatalogueTime::Organisations() {
  if (organisations_.has_value()) return &*organisations_;
  std::vector<DefinedOrganisation> all;
  RETURN_IF_ERROR(
      VisitDefinitions(*reader_, DefinitionKind::kOrganisation, "", sequence_,
                       [this, &all](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                         catalogue::v1::Organisation organisation;
                         if (!organisation.ParseFromString(stored.bytes)) {
                           return absl::DataLossError("a stored organisation cannot be read");
                         }
                         if (supposed_organisations_.count(stored.code) == 0) {
                           all.push_back(DefinedAs(organisation));
                         }
                         return true;
                       }));
  for (const auto& [code, one] : supposed_organisations_) all.push_back(DefinedAs(one));
  std::sort(all.begin(), all.end(), [](const DefinedOrganisation& a, const DefinedOrganisation& b) {
    return a.code < b.code;
  });
  organisations_ = std::move(all);
  return &*organisations_;
}

absl::StatusOr<std::vector<DefinedOrganisation>> CatalogueTime::OpenOn(const CivilDay& day) {
  ASSIGN_OR_RETURN(const std::vector<DefinedOrganisation>* all, Organisations());
  std::vector<DefinedOrganisation> open;
  std::copy_if(all->begin(), all->end(), std::back_inserter(open),
               [&day](const DefinedOrganisation& one) { return one.open.Covers(day); });
  return open;
}

OrganisationLookup CatalogueTime::OrganisationsOn(const CivilDay& day) {
  return [this, day](const OrganisationTypes& types) -> absl::StatusOr<OrganisationValues> {
    ASSIGN_OR_RETURN(const std::vector<DefinedOrganisation>* all, Organisations());
    auto now = std::make_shared<std::set<std::string>>();
    auto ever = std::make_shared<std::set<std::string>>();
    for (const DefinedOrganisation& one : *all) {
      if (!types.empty() && types.count(one.type) == 0) continue;
      ever->insert(one.code);
      if (types.empty() || one.open.Covers(day)) now->insert(one.code);
    }
    return OrganisationValues{std::move(now), std::move(ever)};
  };
}

absl::Status CatalogueTime::AddOrganisationDays(const catalogue::v1::DataItem& item,
                                                const DayRange& part, std::set<CivilDay>* days) {
  for (const catalogue::v1::Dimension& dimension : item.dimensions()) {
    if (dimension.organisation_types().empty()) continue;
    ASSIGN_OR_RETURN(const std::vector<DefinedOrganisation>* all, Organisations());
    for (const DefinedOrganisation& one : *all) {
      const auto& types = dimension.organisation_types();
      if (std::find(types.begin(), types.end(), one.type) == types.end()) continue;
      if (part.Covers(one.open.from)) days->insert(one.open.from);
      if (one.open.before.has_value() && part.Covers(*one.open.before)) {
        days->insert(*one.open.before);
      }
    }
  }
  return absl::OkStatus();
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
    const catalogue::v1::Collection& version = timeline->newest_first[stretch.version];
    std::set<std::string> codes(version.items().begin(), version.items().end());
    for (const catalogue::v1::ReadBeside& beside : version.beside()) {
      codes.insert(beside.items().begin(), beside.items().end());
    }
    for (const std::string& code : codes) {
      ASSIGN_OR_RETURN(const ItemTimeline* item, Item(code));
      for (const catalogue::v1::DataItem& of_item : item->newest_first) {
        RETURN_IF_ERROR(AddOrganisationDays(of_item, part, &days));
      }
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
  for (const auto& supposed : supposed_collections_) candidates.insert(supposed.code());
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
