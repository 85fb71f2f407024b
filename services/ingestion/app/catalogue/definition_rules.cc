#include "services/ingestion/app/catalogue/definition_rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/primary_family.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/beside_rules.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/app/catalogue/derived_rules.h"
#include "services/ingestion/app/timetable/window_reading.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/domain/definition_meaning.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {
namespace {

using catalogue::v1::DataItem;
using WireCollection = catalogue::v1::Collection;

CivilDay FirstDayOf(const std::string& valid_from_period) {
  const absl::StatusOr<Period> from = Period::Parse(valid_from_period);
  return from.ok() ? from->start() : CivilDay::Earliest();
}

// Nothing at all was accepted meanwhile: for what no single row can tell, such as that no figure is
// held.
absl::StatusOr<ReadCheck> NothingSince(const Reader& reader) {
  ASSIGN_OR_RETURN(const uint64_t last, LastSequence(reader));
  return ReadCheck{PrimaryFamily::kEntries, EntryKey(last + 1), std::nullopt};
}

// Was one of its versions retired?
template <typename Definition>
absl::StatusOr<bool> WasRetired(const Reader& reader, DefinitionKind kind,
                                const std::string& code) {
  bool retired = false;
  RETURN_IF_ERROR(VisitVersions(
      reader, kind, code, kNewest, [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
        Definition version;
        if (!version.ParseFromString(stored.bytes)) {
          return absl::DataLossError("a stored definition cannot be read");
        }
        retired = !version.retired_from_period().empty();
        return !retired;
      }));
  return retired;
}

// The period of the collection's kind in which the day lies, as HoldsReturns takes it.
std::string PeriodTextOn(const WireCollection& collection, const CivilDay& day) {
  if (day == CivilDay::Earliest()) return "";
  const std::optional<Period> period = Period::Containing(KindOf(collection.period_kind()), day);
  return period.has_value() ? period->ToString() : "";
}

// Is a return held of a period in which a collection names the item?
absl::StatusOr<bool> HoldsFigures(const Reader& reader, CatalogueTime* time,
                                  const std::string& item) {
  ASSIGN_OR_RETURN(const std::vector<HomeTime> homes, time->HomesOf(item));
  for (const HomeTime& home : homes) {
    ASSIGN_OR_RETURN(const CollectionTimeline* timeline, time->Collection(home.collection));
    const WireCollection& collection = timeline->newest_first.front();
    const std::string from = PeriodTextOn(collection, home.days.from);
    const std::string before =
        home.days.before.has_value() ? PeriodTextOn(collection, *home.days.before) : "";
    ASSIGN_OR_RETURN(const bool held, HoldsReturns(reader, home.collection, from, before));
    if (held) return true;
  }
  return false;
}

CodeMeaning MeaningOf(const DataItem& item) {
  CodeMeaning meaning{item.concept_text(),       item.unit(), item.additive_over_organisations(),
                      item.additive_over_time(), {},          {}};
  if (item.has_meaning()) {
    meaning.codes = {item.meaning().concept_code(), item.meaning().measure(),
                     item.meaning().population(), item.meaning().cut_off()};
  }
  for (const catalogue::v1::Dimension& dimension : item.dimensions()) {
    std::set<std::string>& values = meaning.dimensions[dimension.code()];
    for (const catalogue::v1::DimensionCode& value : dimension.values()) {
      values.insert(value.code());
    }
  }
  return meaning;
}

absl::Status CheckMeaning(const Reader& reader, CatalogueTime* time, const DataItem& item,
                          const DataItem& replaced, std::vector<ReadCheck>* read_set) {
  const std::vector<MeaningFault> faults =
      FaultsOfNewMeaning(MeaningOf(replaced), MeaningOf(item), !item.valid_from_period().empty());
  if (faults.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool held, HoldsFigures(reader, time, item.code()));
  ASSIGN_OR_RETURN(const bool retired,
                   WasRetired<DataItem>(reader, DefinitionKind::kItem, item.code()));
  if (!held && !retired) {
    ASSIGN_OR_RETURN(ReadCheck check, NothingSince(reader));
    read_set->push_back(std::move(check));
    return absl::OkStatus();
  }
  Error error(Reason::kCodeReused,
              absl::StrCat("item ", item.code(), held ? " holds figures" : " was retired",
                           ", so it cannot stand for something else: define a new item"));
  for (const MeaningFault& fault : faults) {
    error.Field(absl::StrCat("item.", fault.field), fault.words);
  }
  return error;
}

// Its home collections can still be read with it, on every day from its first on.
absl::Status CheckHomesOf(const Reader& reader, CatalogueTime* time, const DataItem& item) {
  ASSIGN_OR_RETURN(const std::vector<HomeTime> homes, time->HomesOf(item.code()));
  const CivilDay first = FirstDayOf(item.valid_from_period());
  std::set<std::string> collections;
  for (const HomeTime& home : homes) {
    if (home.days.Overlaps(DayRange{first, std::nullopt})) collections.insert(home.collection);
  }
  if (!item.retired_from_period().empty()) {
    const DayRange retired{FirstDayOf(item.retired_from_period()), std::nullopt};
    for (const HomeTime& home : homes) {
      if (!home.days.Overlaps(retired)) continue;
      return Error(Reason::kHomeCollection,
                   absl::StrCat("item ", item.code(), " cannot be retired from ",
                                item.retired_from_period(), " while collection ", home.collection,
                                " asks for it: define the collection without it from then on"))
          .With("item", item.code())
          .With("home", home.collection)
          .Field("item.retired_from_period",
                 absl::StrCat("the home of ", item.code(), " is ", home.collection, ", ",
                              TextOf(home.days)));
    }
  }
  // Others may read it beside their own.
  ASSIGN_OR_RETURN(const std::vector<std::string> naming, CollectionsNaming(reader, item.code()));
  collections.insert(naming.begin(), naming.end());
  for (const std::string& code : collections) {
    ASSIGN_OR_RETURN(const std::vector<CivilDay> days, time->DaysOfChange(code, first));
    ASSIGN_OR_RETURN(const CollectionTimeline* timeline, time->Collection(code));
    for (const CivilDay& day : days) {
      const WireCollection* collection = timeline->On(day);
      if (collection == nullptr) continue;
      if (!Names(*collection, item.code()) && !ReadsBeside(*collection, item.code())) continue;
      const absl::Status built =
          BuildCollection(*collection, time->ItemsOn(day), time->OrganisationsOn(day)).status();
      const std::optional<ErrorDetails> details = DetailsOf(built);
      if (built.ok()) continue;
      if (!details.has_value()) return built;
      Error faults(Reason::kDefinitionInvalid,
                   absl::StrCat("collection ", code, " could not be read with item ", item.code(),
                                " so changed: change the collection first"));
      faults.With("collection", code);
      for (const FieldViolation& fault : details->fields) {
        faults.Field(fault.field, fault.description);
      }
      return faults;
    }
  }
  return absl::OkStatus();
}

// The collection with what it names, on every day from its first on.
absl::Status CheckBuilds(CatalogueTime* time, const WireCollection& collection) {
  const CivilDay first = FirstDayOf(collection.valid_from_period());
  RETURN_IF_ERROR(
      BuildCollection(collection, time->ItemsOn(first), time->OrganisationsOn(first)).status());
  ASSIGN_OR_RETURN(const std::vector<CivilDay> days, time->DaysOfChange(collection.code(), first));
  for (const CivilDay& day : days) {
    if (day == first) continue;
    const absl::Status built =
        BuildCollection(collection, time->ItemsOn(day), time->OrganisationsOn(day)).status();
    if (built.ok()) continue;
    const std::optional<ErrorDetails> details = DetailsOf(built);
    if (!details.has_value()) return built;
    Error faults(details->reason, absl::StrCat("from ", day.ToString(), " on: ", built.message()));
    for (const FieldViolation& fault : details->fields) {
      faults.Field(fault.field, fault.description);
    }
    return faults;
  }
  return absl::OkStatus();
}

// Items that are retired while the collection asks for them.
absl::Status CheckNothingRetired(CatalogueTime* time, const WireCollection& collection) {
  std::optional<Error> error;
  const DayRange asked{FirstDayOf(collection.valid_from_period()),
                       collection.retired_from_period().empty()
                           ? std::nullopt
                           : std::optional(FirstDayOf(collection.retired_from_period()))};
  for (int i = 0; i < collection.items_size(); ++i) {
    ASSIGN_OR_RETURN(const ItemTimeline* item, time->Item(collection.items(i)));
    for (const Stretch& stretch : item->stretches) {
      if (!stretch.retired_from.has_value()) continue;
      const DayRange gone{std::max(*stretch.retired_from, stretch.days.from), stretch.days.before};
      if ((gone.before.has_value() && *gone.before <= gone.from) || !gone.Overlaps(asked)) continue;
      if (!error.has_value()) {
        error = Error(
            Reason::kDefinitionRetired,
            absl::StrCat("collection ", collection.code(), " asks for item ", collection.items(i),
                         ", which is retired ", TextOf(gone), ": leave it out from then on"));
        error->With("item", collection.items(i));
      }
      error->Field(absl::StrCat("collection.items[", i, "]"),
                   absl::StrCat(collection.items(i), " is retired ", TextOf(gone)));
    }
  }
  if (error.has_value()) return *error;
  return absl::OkStatus();
}

// Every item has one home at a time.
absl::Status CheckHomes(CatalogueTime* time, const WireCollection& collection) {
  std::optional<Error> elsewhere;
  for (int i = 0; i < collection.items_size(); ++i) {
    const std::string& item = collection.items(i);
    ASSIGN_OR_RETURN(const std::vector<HomeTime> homes, time->HomesOf(item));
    const HomeTime* other = nullptr;
    for (const HomeTime& own : homes) {
      if (own.collection != collection.code()) continue;
      for (const HomeTime& one : homes) {
        if (one.collection != own.collection && one.days.Overlaps(own.days)) other = &one;
      }
    }
    if (other == nullptr) continue;
    const std::string when =
        other->days == DayRange{} ? "" : absl::StrCat(", ", TextOf(other->days));
    if (!elsewhere.has_value()) {
      elsewhere = Error(
          Reason::kHomeCollection,
          absl::StrCat("item ", item, " has its home in collection ", other->collection, when,
                       " and cannot have another in ", collection.code(), ": take it from there"));
      elsewhere->With("item", item).With("home", other->collection);
    }
    elsewhere->Field(absl::StrCat("collection.items[", i, "]"),
                     absl::StrCat("the home of ", item, " is ", other->collection, when));
  }
  if (elsewhere.has_value()) return *elsewhere;
  return absl::OkStatus();
}

absl::StatusOr<bool> IsDefined(const Reader& reader, DefinitionKind kind, const std::string& code) {
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> found,
                   FindDefinition(reader, kind, code, kNewest));
  return found.has_value();
}

absl::Status CheckOrganisationsNamed(const Reader& reader, const WireCollection& collection,
                                     const std::vector<catalogue::v1::Organisation>& supposed) {
  Error unknown(Reason::kDefinitionUnknown,
                "the collection names organisations that are not defined");
  const auto check = [&](const std::string& code, const std::string& path) -> absl::Status {
    ASSIGN_OR_RETURN(bool known, IsDefined(reader, DefinitionKind::kOrganisation, code));
    known = known || std::any_of(supposed.begin(), supposed.end(),
                                 [&code](const auto& one) { return one.code() == code; });
    if (!known) unknown.Field(path, absl::StrCat(code, " is not defined"));
    return absl::OkStatus();
  };
  for (int i = 0; i < collection.frames_size(); ++i) {
    RETURN_IF_ERROR(
        check(collection.frames(i).organisation(), absl::StrCat("collection.frames[", i, "]")));
  }
  for (int i = 0; i < collection.not_collected_size(); ++i) {
    RETURN_IF_ERROR(check(collection.not_collected(i).organisation(),
                          absl::StrCat("collection.not_collected[", i, "]")));
  }
  for (int i = 0; i < collection.lists_size(); ++i) {
    const catalogue::v1::OrganisationList& list = collection.lists(i);
    for (int j = 0; j < list.members_size(); ++j) {
      RETURN_IF_ERROR(check(list.members(j).organisation(),
                            absl::StrCat("collection.lists[", i, "].members[", j, "]")));
    }
  }
  if (unknown.fields_total() > 0) return unknown;
  return absl::OkStatus();
}

// The window's calendar must be known, and early enough for the first period with a window.
absl::Status CheckWindowCalendar(const Reader& reader, const WireCollection& collection,
                                 const std::optional<timetable::v1::Calendar>& supposed) {
  if (!collection.has_window()) return absl::OkStatus();
  const std::string& code = collection.window().calendar();
  ASSIGN_OR_RETURN(std::optional<FoundCalendar> calendar, FindCalendar(reader, code, kNewest));
  if (supposed.has_value() && supposed->code() == code) {
    RETURN_IF_ERROR(CheckCalendar(*supposed));
    ASSIGN_OR_RETURN(WorkingCalendar days, CalendarOf(*supposed));
    calendar = FoundCalendar{std::move(days), 0};
  }
  if (!calendar.has_value()) {
    return Error(Reason::kDefinitionUnknown,
                 absl::StrCat("the window's calendar ", code, " is not defined: define it first"))
        .Field("collection.window.calendar", absl::StrCat(code, " is not defined"));
  }
  const CollectionStretch version{
      DayRange{FirstDayOf(collection.valid_from_period()), std::nullopt},
      {},
      SpecOf(collection),
      {}};
  const std::optional<Period> first = version.FirstWithWindow();
  if (!first.has_value() || !BeginsAfter(calendar->calendar, *first)) return absl::OkStatus();
  const std::string begins = calendar->calendar.first().ToString();
  return Error(Reason::kDefinitionInvalid,
               absl::StrCat("the window of ", first->ToString(), " cannot be planned: calendar ",
                            code, " begins on ", begins,
                            ": let the windows begin with a later period, or add the earlier days "
                            "and their holidays to the calendar first"))
      .Field("collection.window.from_period",
             absl::StrCat("lies before the first day of calendar ", code, ", ", begins));
}

// A collection's code stands for the periods it is returned for, and for what it asked.
absl::Status CheckCollectionMeaning(const Reader& reader, const WireCollection& collection,
                                    const WireCollection& replaced,
                                    std::vector<ReadCheck>* read_set) {
  const bool other_kind = replaced.period_kind() != collection.period_kind();
  const bool other_items =
      std::none_of(collection.items().begin(), collection.items().end(),
                   [&replaced](const std::string& item) { return Names(replaced, item); });
  if (!other_kind && !other_items) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool held, HoldsReturns(reader, collection.code(), "", ""));
  ASSIGN_OR_RETURN(const bool retired, WasRetired<WireCollection>(
                                           reader, DefinitionKind::kCollection, collection.code()));
  if (retired || (held && other_kind)) {
    Error error(
        Reason::kCodeReused,
        absl::StrCat("collection ", collection.code(), held ? " holds returns" : " was retired",
                     ", so it cannot become another: define a new collection"));
    if (other_kind) error.Field("collection.period_kind", "stays as it is");
    if (other_items) error.Field("collection.items", "has none of the items that it had");
    return error;
  }
  if (!other_kind) return absl::OkStatus();
  ASSIGN_OR_RETURN(ReadCheck check, NothingSince(reader));
  read_set->push_back(std::move(check));
  return absl::OkStatus();
}

absl::StatusOr<Homes> HomesAfter(const Reader& reader, CatalogueTime* time,
                                 const WireCollection& collection) {
  std::set<std::string> items(collection.items().begin(), collection.items().end());
  CatalogueTime before(&reader);
  ASSIGN_OR_RETURN(const CollectionTimeline* earlier, before.Collection(collection.code()));
  for (const WireCollection& version : earlier->newest_first) {
    items.insert(version.items().begin(), version.items().end());
  }
  Homes homes;
  for (const std::string& item : items) {
    ASSIGN_OR_RETURN(const std::vector<HomeTime> all, time->HomesOf(item));
    const auto newest = std::max_element(
        all.begin(), all.end(),
        [](const HomeTime& a, const HomeTime& b) { return a.days.from < b.days.from; });
    homes[item] = newest == all.end() ? std::nullopt : std::optional(newest->collection);
  }
  return homes;
}

}  // namespace

absl::Status CheckItemInCatalogue(const Reader& reader, const DataItem& item,
                                  const DataItem* replaced, const Supposed& supposed,
                                  std::vector<ReadCheck>* read_set) {
  RETURN_IF_ERROR(CheckItem(item));
  CatalogueTime time(&reader);
  for (const DataItem& one : supposed.items) time.Suppose(one);
  time.Suppose(item);
  if (replaced != nullptr) {
    RETURN_IF_ERROR(CheckMeaning(reader, &time, item, *replaced, read_set));
  }
  const auto holds = [&](const std::string& code) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(ReadCheck check, NothingSince(reader));
    ASSIGN_OR_RETURN(const bool held, HoldsFigures(reader, &time, code));
    if (!held) read_set->push_back(std::move(check));
    return held;
  };
  RETURN_IF_ERROR(CheckDerived(reader, &time, item, replaced, holds));
  RETURN_IF_ERROR(CheckHomesOf(reader, &time, item));
  // A new item without a home or a formula stands for itself, so that many can be defined at once.
  ASSIGN_OR_RETURN(std::optional<std::string> home, HomeOf(reader, item.code()));
  if (home.has_value() || replaced != nullptr || !item.formula().empty()) {
    ASSIGN_OR_RETURN(const uint64_t sequence, CatalogueSequence(reader));
    read_set->push_back(CatalogueCheck(sequence));
  }
  read_set->push_back(HomeCheck(item.code(), std::move(home)));
  return absl::OkStatus();
}

absl::StatusOr<Homes> CheckCollectionInCatalogue(const Reader& reader,
                                                 const WireCollection& collection,
                                                 const WireCollection* replaced,
                                                 const Supposed& supposed,
                                                 std::vector<ReadCheck>* read_set) {
  RETURN_IF_ERROR(CheckCollectionDates(collection));
  RETURN_IF_ERROR(CheckCollectionMinutes(collection));
  CatalogueTime time(&reader);
  time.Suppose(collection);
  for (const DataItem& item : supposed.items) time.Suppose(item);
  time.SupposeOrganisations(supposed.organisations);
  if (replaced != nullptr) {
    RETURN_IF_ERROR(CheckCollectionMeaning(reader, collection, *replaced, read_set));
  }
  RETURN_IF_ERROR(CheckBeside(reader, &time, collection));
  RETURN_IF_ERROR(CheckNothingRetired(&time, collection));
  RETURN_IF_ERROR(CheckNothingDerived(&time, collection));
  RETURN_IF_ERROR(CheckBuilds(&time, collection));
  RETURN_IF_ERROR(CheckHomes(&time, collection));
  RETURN_IF_ERROR(CheckOrganisationsNamed(reader, collection, supposed.organisations));
  RETURN_IF_ERROR(CheckWindowCalendar(reader, collection, supposed.calendar));
  ASSIGN_OR_RETURN(const uint64_t sequence, CatalogueSequence(reader));
  read_set->push_back(CatalogueCheck(sequence));
  return HomesAfter(reader, &time, collection);
}

}  // namespace onereturn::ingestion
