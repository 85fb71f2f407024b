#include "services/ingestion/domain/requests/price.h"

#include <algorithm>

namespace onereturn::ingestion {
namespace {

// One item of a collection for an asked period, and the returns in which it is needed.
struct PricedItem {
  std::vector<const HomeNeed*> needs;
  std::vector<Minutes> minutes;  // As `needs`.
};
// By item; periods in order.
using PricedCollection = std::map<uint32_t, PricedItem>;

Minutes MinutesOfItem(const CollectionReturns& returns, const std::string& item) {
  if (returns.definition == nullptr) return {};
  const auto found = returns.definition->item_minutes.find(item);
  return found == returns.definition->item_minutes.end() ? Minutes{} : found->second;
}

Minutes MinutesOfReturn(const CollectionReturns& returns) {
  return returns.definition == nullptr ? Minutes{} : returns.definition->return_minutes;
}

std::map<std::string, PricedCollection> ByCollection(const PeriodNeeds& needs,
                                                     const HeldReturns& returns) {
  std::map<std::string, PricedCollection> collections;
  for (const auto& need : needs.home()) {
    collections[*need->returns->of->collection][need->returns->item].needs.push_back(need.get());
  }
  for (auto& [collection, items] : collections) {
    for (auto& [item, priced] : items) {
      std::sort(priced.needs.begin(), priced.needs.end(),
                [](const HomeNeed* left, const HomeNeed* right) {
                  return left->returns->of->period < right->returns->of->period;
                });
      for (const HomeNeed* need : priced.needs) {
        priced.minutes.push_back(MinutesOfItem(*need->returns->of, returns.ItemOf(item)));
      }
    }
  }
  return collections;
}

// The price of one organisation for one collection and asked period.
class PriceOfPeriod {
 public:
  // `asked_period`: from 1.
  PriceOfPeriod(uint32_t organisation, uint16_t asked_period)
      : organisation_(organisation), asked_period_(asked_period) {}

  void Add(const PricedItem& item) {
    bool needed = false;
    bool asked = false;
    for (size_t place = 0; place < item.needs.size(); ++place) {
      if (!item.needs[place]->organisations.Has(organisation_)) continue;
      ItemReturns& part = *item.needs[place]->returns;
      if (!needed) {
        first_item_minutes_ = item.minutes[place];
        if (first_ == nullptr || part.of->period < first_->period) first_ = part.of;
      }
      needed = true;
      if (!IsAskedHere(part)) continue;
      asked = true;
      SentReturn& sent = SentOf(part.of);
      const bool awaited = IsAwaited(part.asks[organisation_]);
      (awaited ? avoided_ : sent.outstanding) += item.minutes[place];
    }
    if (needed && !asked) avoided_ += first_item_minutes_;
  }

  OrganisationPrice Price() const {
    OrganisationPrice price{avoided_, {}};
    if (sent_.empty() && first_ != nullptr) price.avoided += MinutesOfReturn(*first_);
    for (const SentReturn& sent : sent_) price.outstanding += sent.outstanding;
    return price;
  }

  // A return that is asked, and what of it nobody owes yet.
  struct SentReturn {
    const CollectionReturns* of = nullptr;
    Minutes outstanding = {};
  };
  const std::vector<SentReturn>& sent() const { return sent_; }

 private:
  // The return as a whole counts when it is first asked for.
  SentReturn& SentOf(const CollectionReturns* of) {
    const auto found = std::find_if(sent_.begin(), sent_.end(),
                                    [of](const SentReturn& sent) { return sent.of == of; });
    if (found != sent_.end()) return *found;
    SentReturn& sent = sent_.emplace_back(SentReturn{of});
    const bool owed = of->owed_already.Has(organisation_);
    (owed ? avoided_ : sent.outstanding) += MinutesOfReturn(*of);
    return sent;
  }

  // What an earlier asked period was charged with costs nothing more.
  bool IsAskedHere(ItemReturns& part) const {
    if (part.asks.empty() || part.asks[organisation_] == PartAsk::kNone) return false;
    uint16_t& asked_in = part.asked_in[organisation_];
    if (asked_in == 0) asked_in = asked_period_;
    return asked_in == asked_period_;
  }

  uint32_t organisation_;
  uint16_t asked_period_;
  Minutes avoided_;
  Minutes first_item_minutes_;
  const CollectionReturns* first_ = nullptr;
  std::vector<SentReturn> sent_;
};

void AddDue(const PriceByDue& by_due, const std::string& organisation,
            const std::string& collection, const Period& period, const Minutes& minutes) {
  if (minutes.Total() == 0) return;
  const Timestamp due = by_due.moments->DueOf(collection, period, by_due.notice_days);
  (*by_due.minutes)[organisation][due] += minutes;
}

void AddHome(const PeriodNeeds& needs, uint16_t asked_period, const HeldReturns& returns,
             const PriceByDue* by_due, std::vector<OrganisationPrice>* prices) {
  for (const auto& [collection, items] : ByCollection(needs, returns)) {
    OrganisationSet needed(static_cast<uint32_t>(prices->size()));
    for (const auto& [item, priced] : items) {
      for (const HomeNeed* need : priced.needs) needed.Add(need->organisations);
    }
    needed.ForEach([&, &of_collection = items](uint32_t organisation) {
      PriceOfPeriod price(organisation, asked_period);
      for (const auto& [item, priced] : of_collection) price.Add(priced);
      const OrganisationPrice of_period = price.Price();
      (*prices)[organisation].avoided += of_period.avoided;
      (*prices)[organisation].outstanding += of_period.outstanding;
      if (by_due == nullptr) return;
      for (const auto& sent : price.sent()) {
        AddDue(*by_due, returns.index().CodeOf(organisation), *sent.of->collection, sent.of->period,
               sent.outstanding);
      }
    });
  }
}

void AddNew(const PeriodNeeds& needs, const MatchingRules& rules, const NewFigureMinutes& minutes,
            const OrganisationIndex& index, const PriceByDue* by_due,
            std::vector<OrganisationPrice>* prices) {
  for (uint32_t organisation = 0; organisation < prices->size(); ++organisation) {
    Minutes outstanding;
    bool asked = false;
    for (const auto& [name, organisations] : needs.without_home()) {
      if (!organisations.Has(organisation)) continue;
      if (!asked) outstanding += rules.new_collection_minutes;
      asked = true;
      outstanding += minutes.at(name);
    }
    (*prices)[organisation].outstanding += outstanding;
    if (by_due != nullptr) {
      AddDue(*by_due, index.CodeOf(organisation), "", needs.period(), outstanding);
    }
  }
}

}  // namespace

std::map<std::string, OrganisationPrice> PricesOf(const MatchingRules& rules,
                                                  const std::vector<PeriodNeeds>& needs,
                                                  const NewFigureMinutes& new_figures,
                                                  const HeldReturns& returns,
                                                  const PriceByDue* by_due) {
  const OrganisationIndex& index = returns.index();
  std::vector<OrganisationPrice> prices(index.count());
  uint16_t asked_period = 0;
  for (const PeriodNeeds& of_period : needs) {
    AddHome(of_period, ++asked_period, returns, by_due, &prices);
    AddNew(of_period, rules, new_figures, index, by_due, &prices);
  }
  std::map<std::string, OrganisationPrice> by_code;
  for (uint32_t organisation = 0; organisation < prices.size(); ++organisation) {
    const OrganisationPrice& price = prices[organisation];
    if (price.avoided.Total() == 0 && price.outstanding.Total() == 0) continue;
    by_code.emplace(index.CodeOf(organisation), price);
  }
  return by_code;
}

}  // namespace onereturn::ingestion
