#include "services/ingestion/app/catalogue/derived_rules.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/expression/expression.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/domain/validity.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using catalogue::v1::DataItem;
using catalogue::v1::Dimension;

// From its first period on: a version replaces all before it.
absl::StatusOr<DayRange> DaysOfVersion(const std::string& from, const std::string& retired) {
  ASSIGN_OR_RETURN(const Validity validity, ReadValidity(from, retired));
  DayRange days;
  if (validity.from.has_value()) days.from = validity.from->start();
  if (validity.retired_from.has_value()) days.before = validity.retired_from->start();
  return days;
}

const Dimension* FindDimension(const DataItem& item, const std::string& code) {
  const auto found = std::find_if(item.dimensions().begin(), item.dimensions().end(),
                                  [&code](const Dimension& one) { return one.code() == code; });
  return found == item.dimensions().end() ? nullptr : &*found;
}

bool HasValue(const Dimension& dimension, const std::string& value) {
  return dimension.organisations() ||
         std::any_of(dimension.values().begin(), dimension.values().end(),
                     [&value](const auto& one) { return one.code() == value; });
}

// What keeps the derived item from reading `read` as it is then; nullopt: nothing.
std::optional<std::string> FaultOfReading(const DataItem& derived, const Expression& formula,
                                          const DataItem& read) {
  if (!read.formula().empty()) {
    return absl::StrCat(read.code(), " is a derived item itself: write its formula out");
  }
  for (const Dimension& dimension : derived.dimensions()) {
    if (FindDimension(read, dimension.code()) != nullptr) continue;
    return absl::StrCat(read.code(), " has no dimension \"", dimension.code(), "\"");
  }
  for (const ItemSelection& selection : formula.Selections()) {
    if (selection.item != read.code()) continue;
    const Dimension* dimension = FindDimension(read, selection.dimension);
    if (dimension == nullptr) {
      return absl::StrCat(read.code(), " has no dimension \"", selection.dimension, "\"");
    }
    for (const std::string& value : selection.values) {
      if (HasValue(*dimension, value)) continue;
      return absl::StrCat("\"", selection.dimension, "\" of ", read.code(), " has no value \"",
                          value, "\"");
    }
  }
  return std::nullopt;
}

// The same of every version of an item that is for some of the days.
absl::StatusOr<std::optional<std::string>> FaultOver(CatalogueTime* time, const DataItem& derived,
                                                     const Expression& formula,
                                                     const DayRange& days,
                                                     const std::string& item) {
  ASSIGN_OR_RETURN(const ItemTimeline* timeline, time->Item(item));
  for (const Stretch& stretch : timeline->stretches) {
    if (!stretch.days.Overlaps(days)) continue;
    std::optional<std::string> fault =
        FaultOfReading(derived, formula, timeline->newest_first[stretch.version]);
    if (fault.has_value()) return fault;
  }
  return std::optional<std::string>();
}

absl::Status CheckReads(CatalogueTime* time, const DataItem& item, const DayRange& days) {
  ASSIGN_OR_RETURN(const Expression formula, Expression::Parse(item.formula()));
  Error unknown(Reason::kDefinitionUnknown,
                "the formula reads items that are not defined: define them first");
  Error invalid(Reason::kDefinitionInvalid,
                absl::StrCat("the formula of item ", item.code(), " cannot be made up"));
  for (const std::string& code : formula.Items()) {
    ASSIGN_OR_RETURN(const ItemTimeline* read, time->Item(code));
    if (read->newest_first.empty()) {
      unknown.Field("item.formula", absl::StrCat(code, " is not defined"));
      continue;
    }
    ASSIGN_OR_RETURN(const auto fault, FaultOver(time, item, formula, days, code));
    if (fault.has_value()) invalid.Field("item.formula", *fault);
  }
  if (unknown.fields_total() > 0) return unknown;
  if (invalid.fields_total() > 0) return invalid;
  return absl::OkStatus();
}

absl::Status CheckNoHome(const Reader& reader, CatalogueTime* time, const DataItem& item,
                         const DayRange& days) {
  ASSIGN_OR_RETURN(const std::vector<HomeTime> homes, time->HomesOf(item.code()));
  for (const HomeTime& home : homes) {
    if (!home.days.Overlaps(days)) continue;
    return Error(Reason::kHomeCollection,
                 absl::StrCat("item ", item.code(),
                              " cannot be made by a formula while collection ", home.collection,
                              " asks for it: define the collection without it from then on"))
        .With("item", item.code())
        .With("home", home.collection)
        .Field("item.formula", absl::StrCat("the home of ", item.code(), " is ", home.collection,
                                            ", ", TextOf(home.days)));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> naming, CollectionsNaming(reader, item.code()));
  for (const std::string& code : naming) {
    ASSIGN_OR_RETURN(const CollectionTimeline* timeline, time->Collection(code));
    for (const Stretch& stretch : timeline->stretches) {
      const std::optional<DayRange> used = stretch.InUse();
      if (!used.has_value() || !used->Overlaps(days)) continue;
      if (!ReadsBeside(timeline->newest_first[stretch.version], item.code())) continue;
      return Error(Reason::kDefinitionInvalid,
                   absl::StrCat("collection ", code, " reads ", item.code(),
                                " beside its own returns: change the collection first"))
          .Field("item.formula", absl::StrCat(code, " reads the item"));
    }
  }
  return absl::OkStatus();
}

// A formula that begins, changes or ends for all time would make other figures of what was given.
absl::Status CheckFormulaStays(const DataItem& item, const DataItem& replaced,
                               HoldsFiguresOf holds_figures) {
  if (item.formula() == replaced.formula() || !item.valid_from_period().empty()) {
    return absl::OkStatus();
  }
  std::set<std::string> concerned = {item.code()};
  for (const std::string& formula : {item.formula(), replaced.formula()}) {
    const absl::StatusOr<Expression> parsed = Expression::Parse(formula);
    if (parsed.ok()) concerned.insert(parsed->Items().begin(), parsed->Items().end());
  }
  for (const std::string& code : concerned) {
    ASSIGN_OR_RETURN(const bool held, holds_figures(code));
    if (!held) continue;
    return Error(Reason::kCodeReused,
                 absl::StrCat("figures of ", code, " are held, so item ", item.code(),
                              " cannot be made in another way for all periods: give the version a "
                              "first period, or define a new item"))
        .Field("item.formula", replaced.formula().empty()
                                   ? "begins with a valid_from_period alone"
                                   : absl::StrCat("stays as it is: ", replaced.formula()));
  }
  return absl::OkStatus();
}

// Did the item lose what a formula may read of it?
bool LostSomething(const DataItem& item, const DataItem& replaced) {
  if (!item.formula().empty() && replaced.formula().empty()) return true;
  return std::any_of(
      replaced.dimensions().begin(), replaced.dimensions().end(), [&item](const Dimension& was) {
        const Dimension* now = FindDimension(item, was.code());
        return now == nullptr || (was.organisations() && !now->organisations()) ||
               std::any_of(was.values().begin(), was.values().end(),
                           [now](const auto& value) { return !HasValue(*now, value.code()); });
      });
}

// Derived items that read the item, as they are defined newest.
absl::Status CheckReadersOf(const Reader& reader, CatalogueTime* time, const DataItem& item,
                            const DayRange& days) {
  Error invalid(Reason::kDefinitionInvalid,
                "derived items could no longer be made up: change these first");
  RETURN_IF_ERROR(VisitDefinitions(
      reader, DefinitionKind::kItem, "", kNewest,
      [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const ItemTimeline* timeline, time->Item(stored.code));
        for (const Stretch& stretch : timeline->stretches) {
          const DataItem& derived = timeline->newest_first[stretch.version];
          if (derived.formula().empty() || !stretch.days.Overlaps(days)) continue;
          ASSIGN_OR_RETURN(const Expression formula, Expression::Parse(derived.formula()));
          const std::vector<std::string>& items = formula.Items();
          if (std::find(items.begin(), items.end(), item.code()) == items.end()) continue;
          const auto fault = FaultOfReading(derived, formula, item);
          if (fault.has_value()) {
            invalid.Field("item", absl::StrCat("item ", derived.code(), " reads it: ", *fault));
          }
        }
        return true;
      }));
  if (invalid.fields_total() > 0) return invalid;
  return absl::OkStatus();
}

absl::Status CheckBodies(const Reader& reader, const DataItem& item) {
  Error unknown(Reason::kDefinitionUnknown, "the item gives rights to bodies that are not defined");
  for (int i = 0; i < item.reuse_rights_size(); ++i) {
    const std::string& body = item.reuse_rights(i).body();
    if (body.empty()) continue;
    ASSIGN_OR_RETURN(const auto found,
                     FindDefinition(reader, DefinitionKind::kOrganisation, body, kNewest));
    if (found.has_value()) continue;
    unknown.Field(absl::StrCat("item.reuse_rights[", i, "].body"),
                  absl::StrCat(body, " is not defined"));
  }
  if (unknown.fields_total() > 0) return unknown;
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckDerived(const Reader& reader, CatalogueTime* time, const DataItem& item,
                          const DataItem* replaced, HoldsFiguresOf holds_figures) {
  RETURN_IF_ERROR(CheckBodies(reader, item));
  ASSIGN_OR_RETURN(const DayRange days,
                   DaysOfVersion(item.valid_from_period(), item.retired_from_period()));
  if (!item.formula().empty()) {
    RETURN_IF_ERROR(CheckNoHome(reader, time, item, days));
    RETURN_IF_ERROR(CheckReads(time, item, days));
  }
  if (replaced == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(CheckFormulaStays(item, *replaced, holds_figures));
  if (!LostSomething(item, *replaced)) return absl::OkStatus();
  return CheckReadersOf(reader, time, item, days);
}

absl::Status CheckNothingDerived(CatalogueTime* time, const catalogue::v1::Collection& collection) {
  ASSIGN_OR_RETURN(const DayRange days,
                   DaysOfVersion(collection.valid_from_period(), collection.retired_from_period()));
  Error invalid(Reason::kDefinitionInvalid,
                absl::StrCat("collection ", collection.code(),
                             " asks for what is made by a formula, and collected by nobody"));
  const auto check = [&](const std::string& item, const std::string& path) -> absl::Status {
    ASSIGN_OR_RETURN(const ItemTimeline* timeline, time->Item(item));
    for (const Stretch& stretch : timeline->stretches) {
      const std::string& formula = timeline->newest_first[stretch.version].formula();
      if (formula.empty() || !stretch.days.Overlaps(days)) continue;
      invalid.Field(path, absl::StrCat(item, " is derived: ", formula));
      break;
    }
    return absl::OkStatus();
  };
  for (int i = 0; i < collection.items_size(); ++i) {
    RETURN_IF_ERROR(check(collection.items(i), absl::StrCat("collection.items[", i, "]")));
  }
  for (int i = 0; i < collection.beside_size(); ++i) {
    for (const std::string& item : collection.beside(i).items()) {
      RETURN_IF_ERROR(check(item, absl::StrCat("collection.beside[", i, "].items")));
    }
  }
  if (invalid.fields_total() > 0) return invalid;
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
