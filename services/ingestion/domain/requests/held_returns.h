// Who reports what, and what is held of it, for each collection and period and each item of it.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_HELD_RETURNS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_HELD_RETURNS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/coverage.h"
#include "services/ingestion/domain/requests/known_catalogue.h"
#include "services/ingestion/domain/requests/lineage.h"
#include "services/ingestion/domain/requests/match.h"
#include "services/ingestion/domain/requests/organisation_index.h"
#include "services/ingestion/domain/requests/organisation_set.h"

namespace onereturn::ingestion {

// A plan is no figure of its year, and a comparison is none of its periods.
bool StandsAlone(const Period& period);
// The whole period of the kind that begins on the day and lies within `period`. Weeks fit none.
std::optional<Period> WholePeriodFrom(PeriodKind kind, const CivilDay& day, const Period& period);

// The lower organisations that report, of one that does not.
struct ReportingBelow {
  bool known = false;
  std::vector<uint32_t> in_order;
  OrganisationSet set;
};

// The returns of one collection and period. Vectors are by number of organisation.
struct CollectionReturns {
  const std::string* collection = nullptr;
  const CollectionOverTime* over_time = nullptr;
  // As it is for the period; null where it is not.
  const KnownCollection* definition = nullptr;
  Period period;
  OrganisationSet reports = {};
  OrganisationSet named_by_frames = {};
  std::vector<const HeldRevision*> held = {};
  std::vector<ReportingBelow> below = {};
  // Of those that are asked for something: the return as a whole is owed already.
  OrganisationSet owed_already = {};
};

enum class PartState : uint8_t { kMissing, kFresh, kNotFresh };
// What becomes of an item of a return that is needed.
enum class PartAsk : uint8_t { kNone, kOutstanding, kOwedByFrames, kOwedToRequest };
inline bool IsAwaited(PartAsk ask) {
  return ask == PartAsk::kOwedByFrames || ask == PartAsk::kOwedToRequest;
}

// One item of these returns.
struct ItemReturns {
  uint32_t item = 0;  // Its number.
  CollectionReturns* of = nullptr;
  std::vector<PartState> states;
  OrganisationSet held;
  OrganisationSet not_fresh;       // Of those that are held.
  std::vector<PartAsk> asks;       // Empty until something is asked.
  std::vector<uint16_t> asked_in;  // 1 + the asked period with which it is priced; empty as asks.
  // By number of organisation: when what is kOwedToRequest is due for the earlier request.
  std::map<uint32_t, Timestamp> due_for_earlier;
};

// What is known of all parts of one organisation's figure.
struct PartsSeen {
  bool known = false;
  bool missing = false;
  bool held = false;
  bool not_fresh = false;
  bool reported = false;
  bool lower = false;
};

// What an item is made of for an asked period.
struct HomeParts {
  // The home's own period is the one asked for.
  bool very_period = false;
  // The item is additive over organisations.
  bool over_organisations = false;
  // Empty: the item has no home of whose periods this one is made up.
  std::vector<ItemReturns*> returns = {};
  // Where empty: a home of shorter periods, whose figures may not be summed.
  const std::string* may_not_be_summed = nullptr;
  std::vector<PartsSeen> seen = {};  // By organisation.
};

// The returns from which one organisation's figure is made, of one collection and period.
struct Level {
  absl::Span<const uint32_t> organisations;
  bool reported = false;  // Else nobody reports, and it is the organisation's own.
  bool lower = false;
};

// Keeps what was asked for: not for several threads. Refers to what it is made of. What it answers
// stays where it is as long as it lives.
class HeldReturns {
 public:
  HeldReturns(const Ask& ask, const MatchWorld& world, const OrganisationIndex& index);

  uint32_t NumberOfItem(const std::string& item);
  const std::string& ItemOf(uint32_t number) const { return items_[number]->first; }

  HomeParts& PartsOf(const std::string& item, const KnownItem& known, const Period& period);
  // Returns of the item for longer periods of which some day is one of the period's, and of which
  // something is held.
  const std::vector<ItemReturns*>& Longer(const std::string& item, const Period& period);
  Level LevelOf(CollectionReturns& returns, bool additive, uint32_t organisation);
  // Adds the organisations of the levels of all of `asked`.
  void AddLevels(CollectionReturns& returns, bool additive, const OrganisationSet& asked,
                 OrganisationSet* reporting);
  const PartsSeen& SeenOf(HomeParts& parts, uint32_t organisation);
  const std::vector<uint32_t>& Above(uint32_t organisation, const CivilDay& day) {
    return lineage_.Above(organisation, day);
  }

  const OrganisationIndex& index() const { return index_; }

 private:
  struct Home {
    const std::string* collection;
    const CollectionOverTime* over_time;
    const KnownCollection* definition;
  };
  struct OfItem {
    uint32_t number = 0;
    std::vector<Home> homes;  // In order of collection, then time.
    std::map<Period, HomeParts> parts;
    std::map<Period, std::vector<ItemReturns*>> longer;
    std::map<std::pair<const std::string*, Period>, std::unique_ptr<ItemReturns>> returns;
  };
  // Who reports a collection, and from when to when.
  struct Reporter {
    uint32_t organisation;
    CivilDay first;
    std::optional<CivilDay> last_end;
  };

  OfItem& Item(const std::string& item);
  static const Home* HomeOn(const OfItem& item, const CivilDay& day);
  HomeParts MakeParts(OfItem& item, const KnownItem& known, const Period& period);
  ItemReturns* Returns(OfItem& item, const std::string& collection, const Period& period);
  CollectionReturns* ReturnsOf(const std::string& collection, const Period& period);
  const std::vector<Reporter>& ReportersOf(const std::string& collection);
  void FillReporters(CollectionReturns* returns);
  const ReportingBelow& BelowOf(CollectionReturns& returns, uint32_t organisation);

  const Ask& ask_;
  const MatchWorld& world_;
  const OrganisationIndex& index_;
  Lineage lineage_;
  std::vector<uint32_t> itself_;  // Each organisation's number.
  std::map<std::string, OfItem> of_items_;
  std::vector<const std::map<std::string, OfItem>::value_type*> items_;  // By number.
  std::map<std::string, std::vector<Reporter>> reporters_;
  std::map<std::pair<const std::string*, Period>, std::unique_ptr<CollectionReturns>> returns_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_HELD_RETURNS_H_
