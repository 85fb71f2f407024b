// The catalogue as matching needs it: a plain picture of it at one position. Lists are in order of
// code; what is dated is in order of time.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_KNOWN_CATALOGUE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_KNOWN_CATALOGUE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/expression/expression.h"
#include "common/hierarchy/organisation.h"
#include "common/period/civil_day.h"
#include "common/period/period.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/minutes.h"
#include "services/ingestion/domain/return_window.h"
#include "services/ingestion/domain/validity.h"
#include "services/ingestion/domain/working_calendar.h"

namespace onereturn::ingestion {

struct KnownDimension {
  std::string code;
  std::set<std::string> values;
  bool organisations = false;  // Besides `values`, codes of organisations.
  bool adds_up = false;
  bool sparse = false;  // Not every value is owed: a return that has no cell of one has none of it.
};

// An item as it is for the periods that begin on `days`.
struct KnownItem {
  DayRange days;
  std::string display_name;
  std::string definition_text;
  std::optional<ItemMeaning> meaning;
  std::string unit;
  bool additive_over_organisations = false;
  bool additive_over_time = false;
  std::vector<KnownDimension> dimensions;  // In order of code.
  std::optional<Expression> formula;       // A derived item.
  bool essential = false;
  std::string refines;  // Code of the item of which it is a finer view; empty: of none.
};

// A collection as it is for the periods that begin on `days`.
struct KnownCollection {
  DayRange days;
  PeriodKind period_kind = PeriodKind::kMonth;
  std::set<std::string> items;
  std::optional<WindowSpec> window;
  std::shared_ptr<const WorkingCalendar> calendar;  // Null: none, or not defined.
  Minutes return_minutes;
  std::map<std::string, Minutes> item_minutes;  // By item.
};

// One organisation that a collection's frame names, for the periods from first to last, inclusive.
struct KnownFrame {
  std::string organisation;
  Period first;
  std::optional<Period> last;
};

struct CollectionOverTime {
  std::vector<KnownCollection> stretches;
  // Of the newest version; empty: it names nobody.
  std::vector<KnownFrame> frames;
  // Which items each version of the collection has, by the number of the version.
  std::map<uint32_t, std::set<std::string>> items_of_version;
};

struct KnownOrganisation {
  OrganisationType type = OrganisationType::kOther;
  DayRange open;
  std::vector<Relationship> relationships;  // Those in which it is the child.
};

// An edition of guidance, in force on `days`.
struct KnownGuidance {
  std::string code;
  std::string edition;
  DayRange days;
  std::set<std::string> items;        // Codes.
  std::set<std::string> collections;  // Codes.
};

// What a steward said of a description and an item.
struct LikenessDecision {
  bool same = false;
  uint64_t sequence = 0;  // When: of several that say "same", the last counts.
  friend bool operator==(const LikenessDecision&, const LikenessDecision&) = default;
};
// By DescriptionKey(description) of likeness.h, then item.
using LikenessDecisions = std::map<std::string, std::map<std::string, LikenessDecision>>;

struct MatchingRules {
  uint32_t notice_days_existing = 0;
  uint32_t notice_days_detail = 0;
  uint32_t notice_days_new = 0;
  std::vector<std::vector<std::string>> synonyms;  // Each list is read as its first.
  uint32_t near_duplicate_from = 1001;             // In thousandths; beyond 1,000: never.
  Minutes new_item_minutes;
  Minutes new_collection_minutes;
  friend bool operator==(const MatchingRules&, const MatchingRules&) = default;
};

struct KnownCatalogue {
  std::map<std::string, std::vector<KnownItem>> items;
  std::map<std::string, CollectionOverTime> collections;
  std::map<std::string, KnownOrganisation> organisations;
  std::vector<KnownGuidance> guidance;
  LikenessDecisions likenesses;
  MatchingRules rules;
};

// As it is for periods that begin on the day; null: it is not.
const KnownItem* ItemOn(const std::vector<KnownItem>& versions, const CivilDay& day);
const KnownItem* ItemOn(const KnownCatalogue& catalogue, const std::string& code,
                        const CivilDay& day);
const KnownCollection* CollectionOn(const CollectionOverTime& collection, const CivilDay& day);
const KnownCollection* CollectionOn(const KnownCatalogue& catalogue, const std::string& code,
                                    const CivilDay& day);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_KNOWN_CATALOGUE_H_
