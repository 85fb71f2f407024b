#include "services/ingestion/definitions/known_catalogue_builder.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/definitions/window_checks.h"

namespace onereturn::ingestion {
namespace {

template <typename Definition>
using ByCode = std::map<std::string, std::vector<const Definition*>>;

template <typename Definition>
ByCode<Definition> GroupedByCode(const std::vector<Definition>& definitions) {
  ByCode<Definition> grouped;
  for (const Definition& one : definitions) grouped[one.code()].push_back(&one);
  return grouped;
}

absl::Status Unreadable(absl::string_view what, const absl::Status& why) {
  return absl::InvalidArgumentError(
      absl::StrCat("the definition of ", what, " cannot be read: ", why.message()));
}

// Calls visit(version, days) for each stretch in which a version is in use, in order of time.
template <typename Definition, typename Visit>
absl::Status VisitStretches(const std::vector<const Definition*>& newest_first, Visit visit) {
  std::vector<Validity> validities;
  for (const Definition* version : newest_first) {
    ASSIGN_OR_RETURN(validities.emplace_back(),
                     ReadValidity(version->valid_from_period(), version->retired_from_period()));
  }
  for (const Stretch& stretch : StretchesOf(validities)) {
    const std::optional<DayRange> used = stretch.InUse();
    if (used.has_value()) RETURN_IF_ERROR(visit(*newest_first[stretch.version], *used));
  }
  return absl::OkStatus();
}

// Both texts may be empty, and both days are included.
absl::StatusOr<DayRange> DaysBetween(const std::string& first, const std::string& last) {
  DayRange days;
  if (!first.empty()) {
    ASSIGN_OR_RETURN(days.from, CivilDay::Parse(first));
  }
  if (!last.empty()) {
    ASSIGN_OR_RETURN(const CivilDay day, CivilDay::Parse(last));
    days.before = day.PlusDays(1);
  }
  return days;
}

absl::StatusOr<KnownItem> KnownItemOf(const catalogue::v1::DataItem& item, const DayRange& days) {
  KnownItem known;
  known.days = days;
  known.display_name = item.display_name();
  known.definition_text = item.concept_text();
  if (item.has_meaning()) {
    known.meaning = ItemMeaning{item.meaning().concept_code(), item.meaning().measure(),
                                item.meaning().population(), item.meaning().cut_off()};
  }
  known.unit = item.unit();
  known.additive_over_organisations = item.additive_over_organisations();
  known.additive_over_time = item.additive_over_time();
  for (const catalogue::v1::Dimension& dimension : item.dimensions()) {
    KnownDimension& one = known.dimensions.emplace_back();
    one.code = dimension.code();
    for (const catalogue::v1::DimensionCode& value : dimension.values()) {
      one.values.insert(value.code());
    }
    one.organisations = dimension.organisations();
    one.adds_up = dimension.adds_up();
    one.sparse = dimension.sparse();
  }
  std::sort(known.dimensions.begin(), known.dimensions.end(),
            [](const KnownDimension& a, const KnownDimension& b) { return a.code < b.code; });
  if (!item.formula().empty()) {
    ASSIGN_OR_RETURN(known.formula, Expression::Parse(item.formula()));
  }
  known.essential = item.essential();
  known.refines = item.refines();
  return known;
}

using Calendars = std::map<std::string, std::shared_ptr<const WorkingCalendar>>;

KnownCollection KnownCollectionOf(const catalogue::v1::Collection& collection, const DayRange& days,
                                  const Calendars& calendars) {
  KnownCollection known;
  known.days = days;
  known.period_kind = KindOf(collection.period_kind());
  known.items.insert(collection.items().begin(), collection.items().end());
  known.window = SpecOf(collection);
  if (known.window.has_value()) {
    const auto calendar = calendars.find(known.window->calendar);
    if (calendar != calendars.end()) known.calendar = calendar->second;
  }
  known.return_minutes = MinutesOf(collection.estimated_minutes());
  for (const catalogue::v1::ItemMinutes& one : collection.item_minutes()) {
    known.item_minutes[one.item()] = MinutesOf(one.minutes());
  }
  return known;
}

absl::StatusOr<CollectionOverTime> OverTime(
    const std::vector<const catalogue::v1::Collection*>& newest_first, const Calendars& calendars) {
  CollectionOverTime over_time;
  RETURN_IF_ERROR(VisitStretches(
      newest_first, [&](const catalogue::v1::Collection& version, const DayRange& days) {
        over_time.stretches.push_back(KnownCollectionOf(version, days, calendars));
        return absl::OkStatus();
      }));
  for (const catalogue::v1::Frame& frame : newest_first.front()->frames()) {
    ASSIGN_OR_RETURN(Period first, Period::Parse(frame.from_period()));
    KnownFrame known{frame.organisation(), std::move(first), std::nullopt};
    if (!frame.to_period().empty()) {
      ASSIGN_OR_RETURN(known.last, Period::Parse(frame.to_period()));
    }
    over_time.frames.push_back(std::move(known));
  }
  std::sort(over_time.frames.begin(), over_time.frames.end(),
            [](const KnownFrame& a, const KnownFrame& b) {
              return std::tie(a.organisation, a.first) < std::tie(b.organisation, b.first);
            });
  for (const catalogue::v1::Collection* version : newest_first) {
    over_time.items_of_version[version->version()].insert(version->items().begin(),
                                                          version->items().end());
  }
  return over_time;
}

// The numbers of types and kinds are the same in both.
absl::StatusOr<KnownOrganisation> KnownOrganisationOf(
    const catalogue::v1::Organisation& organisation) {
  KnownOrganisation known;
  known.type = static_cast<OrganisationType>(organisation.type());
  ASSIGN_OR_RETURN(known.open, DaysBetween(organisation.open_date(), organisation.close_date()));
  for (const catalogue::v1::Relationship& one : organisation.relationships()) {
    Relationship relationship;
    relationship.child = organisation.code();
    relationship.parent = one.parent();
    relationship.kind = static_cast<RelationshipKind>(one.kind());
    ASSIGN_OR_RETURN(relationship.from, CivilDay::Parse(one.from_date()));
    if (!one.to_date().empty()) {
      ASSIGN_OR_RETURN(relationship.to, CivilDay::Parse(one.to_date()));
    }
    relationship.share_millionths = one.share_millionths();
    relationship.lead = one.lead();
    known.relationships.push_back(std::move(relationship));
  }
  std::stable_sort(known.relationships.begin(), known.relationships.end(),
                   [](const Relationship& a, const Relationship& b) { return a.from < b.from; });
  return known;
}

// Every edition; a later version of the same edition takes its place. An edition is in force until
// its own end or the first day of the next one, whichever is earlier.
absl::Status AddGuidance(const std::vector<const catalogue::v1::Guidance*>& newest_first,
                         std::vector<KnownGuidance>* known) {
  std::set<std::string> seen;
  std::vector<KnownGuidance> editions;
  for (const catalogue::v1::Guidance* version : newest_first) {
    if (!seen.insert(version->edition()).second) continue;
    KnownGuidance& one = editions.emplace_back();
    one.code = version->code();
    one.edition = version->edition();
    ASSIGN_OR_RETURN(one.days, DaysBetween(version->valid_from(), version->valid_until()));
    one.items.insert(version->items().begin(), version->items().end());
    one.collections.insert(version->collections().begin(), version->collections().end());
  }
  // Of two that begin on one day the newer comes last.
  std::reverse(editions.begin(), editions.end());
  std::stable_sort(
      editions.begin(), editions.end(),
      [](const KnownGuidance& a, const KnownGuidance& b) { return a.days.from < b.days.from; });
  for (size_t i = 0; i + 1 < editions.size(); ++i) {
    std::optional<CivilDay>& before = editions[i].days.before;
    const CivilDay& next = editions[i + 1].days.from;
    if (!before.has_value() || next < *before) before = next;
  }
  std::move(editions.begin(), editions.end(), std::back_inserter(*known));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<KnownCatalogue> BuildKnownCatalogue(const CatalogueMessages& messages) {
  KnownCatalogue known;
  Calendars calendars;
  for (const timetable::v1::Calendar& calendar : messages.calendars) {
    absl::StatusOr<WorkingCalendar> days = CalendarOf(calendar);
    if (!days.ok()) return Unreadable(absl::StrCat("calendar ", calendar.code()), days.status());
    calendars[calendar.code()] = std::make_shared<const WorkingCalendar>(*std::move(days));
  }
  for (const auto& [code, newest_first] : GroupedByCode(messages.items)) {
    const absl::Status read =
        VisitStretches(newest_first,
                       [&, items = &known.items[code]](const catalogue::v1::DataItem& version,
                                                       const DayRange& days) -> absl::Status {
                         ASSIGN_OR_RETURN(items->emplace_back(), KnownItemOf(version, days));
                         return absl::OkStatus();
                       });
    if (!read.ok()) return Unreadable(absl::StrCat("item ", code), read);
    if (known.items[code].empty()) known.items.erase(code);  // Retired before it began.
  }
  for (const auto& [code, newest_first] : GroupedByCode(messages.collections)) {
    absl::StatusOr<CollectionOverTime> read = OverTime(newest_first, calendars);
    if (!read.ok()) return Unreadable(absl::StrCat("collection ", code), read.status());
    known.collections[code] = *std::move(read);
  }
  for (const catalogue::v1::Organisation& organisation : messages.organisations) {
    absl::StatusOr<KnownOrganisation> read = KnownOrganisationOf(organisation);
    if (!read.ok()) {
      return Unreadable(absl::StrCat("organisation ", organisation.code()), read.status());
    }
    known.organisations[organisation.code()] = *std::move(read);
  }
  for (const auto& [code, newest_first] : GroupedByCode(messages.guidance)) {
    const absl::Status read = AddGuidance(newest_first, &known.guidance);
    if (!read.ok()) return Unreadable(absl::StrCat("guidance ", code), read);
  }
  return known;
}

MatchingRules MatchingRulesOf(const requests::v1::RequestRules& rules) {
  MatchingRules matching;
  for (const requests::v1::NoticeRule& notice : rules.notice()) {
    if (notice.change_class() == requests::v1::CHANGE_CLASS_EXISTING_ITEMS) {
      matching.notice_days_existing = notice.days();
    } else if (notice.change_class() == requests::v1::CHANGE_CLASS_NEW_DETAIL) {
      matching.notice_days_detail = notice.days();
    } else if (notice.change_class() == requests::v1::CHANGE_CLASS_NEW_ITEMS) {
      matching.notice_days_new = notice.days();
    }
  }
  for (const requests::v1::Synonyms& synonyms : rules.synonyms()) {
    matching.synonyms.emplace_back(synonyms.words().begin(), synonyms.words().end());
  }
  if (rules.near_duplicate_from() > 0) matching.near_duplicate_from = rules.near_duplicate_from();
  matching.new_item_minutes = MinutesOf(rules.new_item_minutes());
  matching.new_collection_minutes = MinutesOf(rules.new_collection_minutes());
  return matching;
}

}  // namespace onereturn::ingestion
