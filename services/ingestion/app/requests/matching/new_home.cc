#include "services/ingestion/app/requests/matching/new_home.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/domain/requests/line_plan.h"

namespace onereturn::ingestion {
namespace {

using catalogue::v1::DataItem;

constexpr char kLongLayout[] = "onereturn-long";

// "001-00" in codes of items: "r001_00".
std::string ItemPrefix(const std::string& reference) {
  return absl::StrCat("r", absl::StrReplaceAll(reference, {{"-", "_"}}));
}

// A dimension as it is asked: the values that were named; none named: those of `known`.
void SetDimension(const AskedDimension& asked, const catalogue::v1::Dimension* known,
                  DataItem* item) {
  catalogue::v1::Dimension* dimension = item->add_dimensions();
  if (known != nullptr) *dimension = *known;
  dimension->set_code(asked.code);
  if (dimension->display_name().empty()) dimension->set_display_name(asked.code);
  if (asked.values.empty()) return;
  std::map<std::string, std::string> names;
  for (const auto& value : dimension->values()) names[value.code()] = value.display_name();
  dimension->clear_values();
  for (const std::string& value : asked.values) {
    catalogue::v1::DimensionCode* code = dimension->add_values();
    code->set_code(value);
    const std::string& name = names[value];
    code->set_display_name(name.empty() ? value : name);
  }
}

const catalogue::v1::Dimension* DimensionIn(const DataItem* item, const std::string& code) {
  if (item == nullptr) return nullptr;
  for (const auto& dimension : item->dimensions()) {
    if (dimension.code() == code) return &dimension;
  }
  return nullptr;
}

DataItem Described(const requests::v1::DescribedItem& described) {
  DataItem item;
  item.set_display_name(described.display_name());
  item.set_concept_text(described.definition_text());
  item.set_unit(described.unit());
  item.set_additive_over_organisations(described.additive_over_organisations());
  item.set_additive_over_time(described.additive_over_time());
  item.set_essential(described.essential());
  if (!described.concept_code().empty() && !described.measure().empty()) {
    catalogue::v1::ItemMeaning* meaning = item.mutable_meaning();
    meaning->set_concept_code(described.concept_code());
    meaning->set_measure(described.measure());
    meaning->set_population(described.population());
    meaning->set_cut_off(described.cut_off());
  }
  return item;
}

// A finer view: what the item is, under another code and in the detail that is asked.
DataItem Finer(const DataItem& item, const requests::v1::DataRequest& request) {
  DataItem finer = item;
  finer.clear_name();
  finer.clear_version();
  finer.clear_etag();
  finer.clear_formula();
  finer.clear_meaning();
  finer.clear_valid_from_period();
  finer.clear_co_produced();
  finer.clear_dimensions();
  std::string name =
      absl::StrCat(item.display_name(), ", as asked by request ", request.reference());
  if (name.size() <= kMaxNameBytes) finer.set_display_name(std::move(name));
  return finer;
}

// The code of the item that is made of a line, where one is.
std::string NewItemOfLine(const requests::v1::DataRequest& request, uint32_t line) {
  const std::string& wished = request.lines(static_cast<int>(line)).new_item();
  if (!wished.empty()) return wished;
  return absl::StrCat(ItemPrefix(request.reference()), "_", line + 1);
}

// The item as it is for the first of the periods for which it is; null: for none.
absl::StatusOr<const DataItem*> FirstVersionIn(const std::vector<Period>& periods,
                                               const std::string& code, CatalogueTime* time) {
  ASSIGN_OR_RETURN(const ItemTimeline* timeline, time->Item(code));
  for (const Period& period : periods) {
    const DataItem* version = timeline->On(period.start());
    if (version != nullptr) return version;
  }
  return nullptr;
}

// What the new item of a line is a finer view of: the item, or the one of which that is a view.
// Empty: of none, as of another definition than the item's.
std::string RefinedBy(const AskLine& line, const LineSubject& nearest) {
  const bool is_view = !line.described.has_value() || nearest.found.kind == LikenessKind::kSame ||
                       nearest.found.kind == LikenessKind::kFiner;
  if (!is_view || nearest.versions == nullptr) return "";
  const std::string& refines = nearest.versions->front().refines;
  return refines.empty() ? nearest.item : refines;
}

absl::StatusOr<DataItem> ItemOf(const requests::v1::DataRequest& request, const Ask& ask,
                                uint32_t line, const LineSubject& nearest, CatalogueTime* time) {
  const AskLine& asked = ask.lines[line];
  const requests::v1::RequestLine& wire = request.lines(static_cast<int>(line));
  const DataItem* known = nullptr;
  if (!nearest.item.empty()) {
    ASSIGN_OR_RETURN(known, FirstVersionIn(ask.periods, nearest.item, time));
  }
  DataItem item;
  const std::vector<AskedDimension>* dimensions = &asked.dimensions;
  if (asked.described.has_value()) {
    item = Described(wire.described());
    dimensions = &asked.described->dimensions;
    if (known != nullptr) {
      // A finer view of it shows no more, and to nobody else.
      if (known->has_disclosure()) *item.mutable_disclosure() = known->disclosure();
      *item.mutable_reuse_rights() = known->reuse_rights();
    }
  } else if (known != nullptr) {
    item = Finer(*known, request);
  }
  if (known != nullptr && !asked.described.has_value() && asked.as_held) {
    *item.mutable_dimensions() = known->dimensions();
  } else {
    for (const AskedDimension& one : *dimensions) {
      SetDimension(one, DimensionIn(known, one.code), &item);
    }
  }
  item.set_code(NewItemOfLine(request, line));
  item.set_refines(RefinedBy(asked, nearest));
  item.set_owner(request.requesting_body());
  item.set_purpose(request.planned_use());
  item.set_legal_basis(request.legal_basis());
  item.set_review_date(request.expiry());
  return item;
}

catalogue::v1::PeriodKind KindOf(PeriodKind kind) {
  switch (kind) {
    case PeriodKind::kDay:
      return catalogue::v1::PERIOD_KIND_DAY;
    case PeriodKind::kWeek:
      return catalogue::v1::PERIOD_KIND_WEEK;
    case PeriodKind::kMonth:
      return catalogue::v1::PERIOD_KIND_MONTH;
    case PeriodKind::kQuarter:
      return catalogue::v1::PERIOD_KIND_QUARTER;
    case PeriodKind::kCalendarYear:
      return catalogue::v1::PERIOD_KIND_CALENDAR_YEAR;
    case PeriodKind::kFinancialYear:
      return catalogue::v1::PERIOD_KIND_FINANCIAL_YEAR;
    default:
      return catalogue::v1::PERIOD_KIND_UNSPECIFIED;
  }
}

// For the asked periods alone. It has no frames: who owes it is who has an obligation.
catalogue::v1::Collection CollectionOf(const requests::v1::DataRequest& request, const Ask& ask,
                                       const MatchingRules& rules) {
  catalogue::v1::Collection collection;
  collection.set_code(absl::StrCat("R", request.reference()));
  collection.set_display_name(request.title());
  collection.set_period_kind(KindOf(ask.periods.front().kind()));
  collection.set_valid_from_period(ask.periods.front().ToString());
  if (const std::optional<Period> after = ask.periods.back().Next(); after.has_value()) {
    collection.set_retired_from_period(after->ToString());
    collection.set_retirement_reason(
        absl::StrCat("Request ", request.reference(), " asks for no later period."));
  }
  collection.set_owner(request.requesting_body());
  collection.set_legal_basis(request.legal_basis());
  collection.set_request(request.name());
  *collection.mutable_estimated_minutes() = MessageOf(rules.new_collection_minutes);
  return collection;
}

// Whoever owes it can send it as a file: a row for each cell, as of England's own collections.
void AddLayout(const std::vector<DataItem>& items, catalogue::v1::Collection* collection) {
  std::set<std::string> dimensions;
  for (const DataItem& item : items) {
    for (const auto& dimension : item.dimensions()) dimensions.insert(dimension.code());
  }
  catalogue::v1::Layout* layout = collection->add_layouts();
  layout->set_code(kLongLayout);
  layout->set_display_name("One row a cell");
  layout->mutable_long_();
  for (const std::string& code : dimensions) layout->mutable_long_()->add_dimensions(code);
}

// One item of the home, and the lines that ask for it, in order.
struct NewFigure {
  std::string name;
  std::vector<uint32_t> lines;
};

// As matching prices it: what the dearest of the lines estimates.
Minutes MinutesOfLines(const std::vector<uint32_t>& lines, const Ask& ask,
                       const MatchingRules& rules) {
  Minutes dearest;
  for (const uint32_t line : lines) {
    const Minutes minutes = ask.lines[line].estimated_minutes.value_or(rules.new_item_minutes);
    const bool dearer = minutes.Total() != dearest.Total() ? minutes.Total() > dearest.Total()
                                                           : minutes.by_lens > dearest.by_lens;
    if (dearer) dearest = minutes;
  }
  return dearest;
}

// `nearest`: by line, the item that it stands nearest to.
absl::StatusOr<std::optional<NewHome>> HomeOf(const std::vector<NewFigure>& figures,
                                              const std::vector<LineSubject>& nearest,
                                              const requests::v1::DataRequest& request,
                                              const Ask& ask, const MatchingRules& rules,
                                              CatalogueTime* time) {
  std::optional<NewHome> home;
  if (figures.empty()) return home;
  home = NewHome{CollectionOf(request, ask, rules), {}, {}, {}};
  for (const NewFigure& figure : figures) {
    const uint32_t line = figure.lines.front();
    ASSIGN_OR_RETURN(DataItem item, ItemOf(request, ask, line, nearest[line], time));
    home->collection.add_items(item.code());
    catalogue::v1::ItemMinutes* minutes = home->collection.add_item_minutes();
    minutes->set_item(item.code());
    *minutes->mutable_minutes() = MessageOf(MinutesOfLines(figure.lines, ask, rules));
    home->code_of[figure.name] = item.code();
    home->items.push_back(std::move(item));
    home->lines.push_back(line);
  }
  AddLayout(home->items, &home->collection);
  return home;
}

}  // namespace

absl::StatusOr<std::optional<NewHome>> NewHomeOf(const requests::v1::DataRequest& request,
                                                 const Ask& ask, const MatchResult& match,
                                                 const KnownCatalogue& catalogue,
                                                 CatalogueTime* time) {
  std::vector<NewFigure> figures;
  std::map<std::string, size_t> places;
  for (uint32_t line = 0; line < match.lines.size(); ++line) {
    const std::string& name = match.lines[line].new_figure;
    if (name.empty()) continue;
    const auto [place, is_first] = places.emplace(name, figures.size());
    if (is_first) figures.push_back({name, {}});
    figures[place->second].lines.push_back(line);
  }
  return HomeOf(figures, SubjectsOf(ask, catalogue), request, ask, catalogue.rules, time);
}

absl::StatusOr<std::optional<NewHome>> SureHomeOf(const requests::v1::DataRequest& request,
                                                  const Ask& ask, const KnownCatalogue& catalogue,
                                                  CatalogueTime* time) {
  std::vector<NewFigure> figures;
  const std::vector<LineSubject> nearest = SubjectsOf(ask, catalogue);
  for (uint32_t line = 0; line < ask.lines.size(); ++line) {
    if (!nearest[line].is_item) figures.push_back({absl::StrCat("line ", line + 1), {line}});
  }
  return HomeOf(figures, nearest, request, ask, catalogue.rules, time);
}

}  // namespace onereturn::ingestion
