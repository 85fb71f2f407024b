#include <algorithm>

#include "services/ingestion/domain/requests/testing/naive_match.h"

namespace onereturn::ingestion {

const KnownCollection* NaiveMatch::DefinitionOf(const PartKey& part) const {
  for (const KnownCollection& stretch :
       world_.catalogue->collections.at(part.collection).stretches) {
    if (stretch.days.Covers(part.period.start())) return &stretch;
  }
  return nullptr;
}

bool NaiveMatch::IsAsked(const NaivePart& part) const {
  return Held(part) == nullptr || (ask_.ask_anew && !IsFresh(part));
}

std::set<PartKey> NaiveMatch::OwedReturns() const {
  std::set<PartKey> owed;
  for (const AskLine& line : ask_.lines) {
    for (const std::string& organisation : ask_.organisations) {
      for (const Period& period : ask_.periods) {
        for (const NaivePart& part : TripleOf(line, organisation, period).parts) {
          if (IsAsked(part) && IsAwaited(part)) owed.insert(part.first);
        }
      }
    }
  }
  return owed;
}

OrganisationPrice NaiveMatch::PriceOf(const PricedItems& items, const std::set<PartKey>& owed,
                                      std::set<NaivePart>* charged) const {
  OrganisationPrice price;
  std::set<PartKey> sent;
  std::optional<PartKey> first;
  const auto minutes_of = [&](const PartKey& part, const std::string& item) {
    const KnownCollection* definition = DefinitionOf(part);
    return definition == nullptr ? Minutes{} : definition->item_minutes.at(item);
  };
  for (const auto& [item, parts] : items) {
    if (!first.has_value() || parts.begin()->period < first->period) first = *parts.begin();
    bool asked = false;
    for (const PartKey& part : parts) {
      const NaivePart one{part, item};
      if (!IsAsked(one) || !charged->insert(one).second) continue;
      asked = true;
      sent.insert(part);
      (IsAwaited(one) ? price.avoided : price.outstanding) += minutes_of(part, item);
    }
    if (!asked) price.avoided += minutes_of(*parts.begin(), item);
  }
  const auto whole_of = [&](const PartKey& part) {
    const KnownCollection* definition = DefinitionOf(part);
    return definition == nullptr ? Minutes{} : definition->return_minutes;
  };
  if (sent.empty()) price.avoided += whole_of(*first);
  for (const PartKey& part : sent) {
    const bool spared = owed.count(part) > 0 || (world_.due_for_earlier != nullptr &&
                                                 world_.due_for_earlier(part, "").has_value());
    (spared ? price.avoided : price.outstanding) += whole_of(part);
  }
  return price;
}

OrganisationPrice NaiveMatch::PriceOfNew(
    const std::map<std::string, uint64_t>& minutes_of_names) const {
  OrganisationPrice price;
  price.outstanding = world_.catalogue->rules.new_collection_minutes;
  for (const auto& [name, minutes] : minutes_of_names)
    price.outstanding[Lens::kGathering] += minutes;
  return price;
}

std::map<std::string, uint64_t> NaiveMatch::DearestNew() const {
  std::map<std::string, uint64_t> dearest;
  const std::vector<std::string> names = NewNames();
  for (uint32_t line = 0; line < ask_.lines.size(); ++line) {
    const Minutes minutes =
        ask_.lines[line].estimated_minutes.value_or(world_.catalogue->rules.new_item_minutes);
    for (const std::string& organisation : ask_.organisations) {
      for (const Period& period : ask_.periods) {
        if (!TripleOf(ask_.lines[line], organisation, period).without_home) continue;
        uint64_t& of_name = dearest[names[line]];
        of_name = std::max(of_name, minutes.Total());
      }
    }
  }
  return dearest;
}

std::map<std::string, OrganisationPrice> NaiveMatch::Prices() const {
  std::map<std::string, OrganisationPrice> prices;
  std::set<NaivePart> charged;
  const std::set<PartKey> owed = OwedReturns();
  const std::map<std::string, uint64_t> dearest = DearestNew();
  const std::vector<std::string> names = NewNames();
  for (const Period& period : ask_.periods) {
    std::map<std::pair<std::string, std::string>, PricedItems> of_homes;
    std::map<std::string, std::map<std::string, uint64_t>> without_home;
    for (uint32_t line = 0; line < ask_.lines.size(); ++line) {
      for (const std::string& organisation : ask_.organisations) {
        const NaiveTriple triple = TripleOf(ask_.lines[line], organisation, period);
        if (triple.without_home) {
          without_home[organisation][names[line]] = dearest.at(names[line]);
        }
        for (const auto& [part, item] : triple.parts) {
          of_homes[{part.collection, part.organisation}][item].insert(part);
        }
      }
    }
    const auto add = [&](const std::string& organisation, const OrganisationPrice& price) {
      prices[organisation].avoided += price.avoided;
      prices[organisation].outstanding += price.outstanding;
    };
    for (const auto& [key, items] : of_homes) add(key.second, PriceOf(items, owed, &charged));
    for (const auto& [organisation, minutes] : without_home) add(organisation, PriceOfNew(minutes));
  }
  return prices;
}

}  // namespace onereturn::ingestion
