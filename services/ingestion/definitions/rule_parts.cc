#include "services/ingestion/definitions/rule_parts.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/hierarchy/ods_code.h"
#include "services/ingestion/definitions/definition_checks.h"

namespace onereturn::ingestion {
namespace {

bool IsBeside(const Collection& collection, const std::string& item) {
  return std::any_of(collection.beside.begin(), collection.beside.end(),
                     [&](const BesideSpec& beside) { return beside.items.count(item) > 0; });
}

void CheckSelection(const std::string& path, const ItemSelection& selection, const ItemSpec& item,
                    Error* faults) {
  const auto dimension =
      std::find_if(item.dimensions.begin(), item.dimensions.end(),
                   [&](const DimensionSpec& spec) { return spec.code == selection.dimension; });
  if (dimension == item.dimensions.end()) {
    faults->Field(path, absl::StrCat("column ", selection.column, ": ", item.code,
                                     " has no dimension \"", selection.dimension, "\""));
    return;
  }
  for (const std::string& value : selection.values) {
    if (dimension->HasEver(value)) continue;
    faults->Field(path, absl::StrCat("column ", selection.column, ": \"", value,
                                     "\" is no value of ", selection.dimension, " of ", item.code));
  }
}

}  // namespace

std::optional<PeriodSpan> ReadSpan(const std::string& path, const std::string& from,
                                   const std::string& to, Error* faults) {
  absl::StatusOr<Period> first = Period::Parse(from);
  if (!first.ok()) {
    faults->Field(absl::StrCat(path, ".from_period"), first.status().message());
    return std::nullopt;
  }
  PeriodSpan span{*first, std::nullopt};
  if (to.empty()) return span;
  absl::StatusOr<Period> last = Period::Parse(to);
  if (!last.ok()) {
    faults->Field(absl::StrCat(path, ".to_period"), last.status().message());
    return std::nullopt;
  }
  if (last->end() < first->start()) {
    faults->Field(absl::StrCat(path, ".to_period"), "lies before from_period");
    return std::nullopt;
  }
  span.to = *last;
  return span;
}

std::map<std::string, OrganisationListSpec> BuildLists(const catalogue::v1::Collection& definition,
                                                       Error* faults) {
  std::map<std::string, OrganisationListSpec> lists;
  for (int i = 0; i < definition.lists_size(); ++i) {
    const catalogue::v1::OrganisationList& list = definition.lists(i);
    const std::string path = absl::StrCat("lists[", i, "]");
    if (!IsCode(list.code(), CodeStyle::kItem)) {
      faults->Field(absl::StrCat(path, ".code"), CodeRule(CodeStyle::kItem));
    }
    CheckName(list.display_name(), absl::StrCat(path, ".display_name"), faults);
    if (list.members().empty()) faults->Field(absl::StrCat(path, ".members"), "is empty");
    const auto [made, is_new] = lists.try_emplace(list.code());
    if (!is_new) faults->Field(absl::StrCat(path, ".code"), "stands twice");
    for (int j = 0; j < list.members_size(); ++j) {
      const catalogue::v1::Frame& member = list.members(j);
      const std::string member_path = absl::StrCat(path, ".members[", j, "]");
      if (absl::Status code = CheckOdsCode(member.organisation()); !code.ok()) {
        faults->Field(absl::StrCat(member_path, ".organisation"), code.message());
      }
      const std::optional<PeriodSpan> span =
          ReadSpan(member_path, member.from_period(), member.to_period(), faults);
      if (span.has_value()) made->second.members[member.organisation()].push_back(*span);
    }
  }
  return lists;
}

std::vector<BesideSpec> BuildBeside(const catalogue::v1::Collection& definition,
                                    const ItemSpecs& own_items, Error* faults) {
  std::vector<BesideSpec> made;
  std::set<std::string> collections = {definition.code()};
  std::set<std::string> items;
  for (int i = 0; i < definition.beside_size(); ++i) {
    const catalogue::v1::ReadBeside& beside = definition.beside(i);
    const std::string path = absl::StrCat("beside[", i, "]");
    if (!IsCode(beside.collection(), CodeStyle::kCollection)) {
      faults->Field(absl::StrCat(path, ".collection"), CodeRule(CodeStyle::kCollection));
    }
    if (!collections.insert(beside.collection()).second) {
      faults->Field(absl::StrCat(path, ".collection"), "is this collection, or stands twice");
    }
    if (beside.items().empty()) faults->Field(absl::StrCat(path, ".items"), "is empty");
    BesideSpec spec{beside.collection(), {beside.items().begin(), beside.items().end()}};
    for (const std::string& item : beside.items()) {
      if (own_items.count(item) > 0 || !items.insert(item).second) {
        faults->Field(
            absl::StrCat(path, ".items"),
            absl::StrCat("\"", item, "\" is an item of this collection, or stands twice"));
      }
    }
    made.push_back(std::move(spec));
  }
  return made;
}

void CheckReferences(const std::string& path, const Expression& expression, const ItemSpecs& items,
                     const Collection& collection, Error* faults) {
  for (const ItemSelection& selection : expression.Selections()) {
    const auto item = items.find(selection.item);
    if (item != items.end()) CheckSelection(path, selection, item->second, faults);
  }
  for (const std::string& list : expression.Lists()) {
    if (collection.lists.count(list) > 0) continue;
    faults->Field(path, absl::StrCat("there is no list \"", list, "\" in the collection"));
  }
  for (const std::string& item : expression.PriorItems()) {
    if (!IsBeside(collection, item)) continue;
    faults->Field(path, absl::StrCat("\"", item,
                                     "\" is another collection's: it is read for the "
                                     "return's own period, not for earlier ones"));
  }
}

}  // namespace onereturn::ingestion
