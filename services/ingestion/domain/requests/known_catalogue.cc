#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {
namespace {

template <typename Stretch>
const Stretch* CoveringOne(const std::vector<Stretch>& stretches, const CivilDay& day) {
  for (const Stretch& stretch : stretches) {
    if (stretch.days.Covers(day)) return &stretch;
  }
  return nullptr;
}

}  // namespace

const KnownItem* ItemOn(const std::vector<KnownItem>& versions, const CivilDay& day) {
  return CoveringOne(versions, day);
}

const KnownItem* ItemOn(const KnownCatalogue& catalogue, const std::string& code,
                        const CivilDay& day) {
  const auto found = catalogue.items.find(code);
  return found == catalogue.items.end() ? nullptr : ItemOn(found->second, day);
}

const KnownCollection* CollectionOn(const CollectionOverTime& collection, const CivilDay& day) {
  return CoveringOne(collection.stretches, day);
}

const KnownCollection* CollectionOn(const KnownCatalogue& catalogue, const std::string& code,
                                    const CivilDay& day) {
  const auto found = catalogue.collections.find(code);
  return found == catalogue.collections.end() ? nullptr : CollectionOn(found->second, day);
}

}  // namespace onereturn::ingestion
