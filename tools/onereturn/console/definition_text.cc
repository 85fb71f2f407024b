#include "tools/onereturn/console/definition_text.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using catalogue::v1::Collection;
using catalogue::v1::DataItem;
using catalogue::v1::Dimension;
constexpr TextTable::Align kToTheLeft = TextTable::Align::kLeft;
constexpr char kAnyOrganisation[] = "(any organisation of the catalogue)";

// "label    text", wrapped; nothing where there is no text.
void AddFact(absl::string_view label, absl::string_view text, size_t width, std::string* all) {
  constexpr size_t kLabelWidth = 16;
  if (text.empty()) return;
  size_t left = DisplayWidth(text) + 1;
  if (width > 0) left = width > 2 * kLabelWidth ? width - kLabelWidth : kLabelWidth;
  std::string before = absl::StrCat("  ", label);
  for (const std::string& line : Wrapped(Printable(text), left)) {
    before.resize(kLabelWidth, ' ');
    absl::StrAppend(all, before, line, "\n");
    before.clear();
  }
}

std::string PeriodsText(absl::string_view from, absl::string_view to) {
  if (from.empty() && to.empty()) return "all periods";
  return absl::StrCat(from.empty() ? "" : absl::StrCat("from ", from),
                      from.empty() || to.empty() ? "" : " ",
                      to.empty() ? "" : absl::StrCat("to ", to));
}

template <typename Definition>
std::string UseText(const Definition& definition) {
  std::string text =
      absl::StrCat(definition.version(), ", for ",
                   definition.valid_from_period().empty() ? "all periods" : "periods from ",
                   definition.valid_from_period());
  if (!definition.retired_from_period().empty()) {
    absl::StrAppend(&text, "; retired from ", definition.retired_from_period(), ": ",
                    definition.retirement_reason());
  }
  return text;
}

std::string OrdinalText(uint32_t day) { return absl::StrCat("working day ", day); }

std::string WindowText(const timetable::v1::CollectionWindow& window) {
  std::string text = absl::StrCat(
      "opens on ", OrdinalText(window.open_working_day()), " after the period, due on ",
      OrdinalText(window.due_working_day()), " before ", window.due_time_of_day(), " in London");
  if (window.refresh_working_day() > 0) {
    absl::StrAppend(&text, ", refresh until ", OrdinalText(window.refresh_working_day()));
  }
  return absl::StrCat(text, ", closes on ", OrdinalText(window.close_working_day()), " (calendar ",
                      window.calendar(), ", from ", window.from_period(), ")");
}

// "department (3), commissioner (organisations)".
std::string DimensionsText(const DataItem& item) {
  std::vector<std::string> texts;
  for (const Dimension& dimension : item.dimensions()) {
    texts.push_back(absl::StrCat(
        dimension.code(), " (",
        dimension.organisations() ? "organisations" : absl::StrCat(dimension.values_size()),
        dimension.sparse() ? ", as they occur)" : ")"));
  }
  return absl::StrJoin(texts, ", ");
}

std::string ShapeText(const catalogue::v1::Layout& layout) {
  if (layout.has_long_()) return "a row a figure; takes null reasons, explanations";
  return layout.wide().null_reasons_written() ? "columns; takes null reasons" : "columns";
}

std::string FramesText(const Collection& collection) {
  if (collection.frames().empty()) return "any organisation";
  std::map<std::string, bool> owing;  // Without an end.
  for (const auto& frame : collection.frames()) {
    owing[frame.organisation()] |= frame.to_period().empty();
  }
  const auto still =
      std::count_if(owing.begin(), owing.end(), [](const auto& one) { return one.second; });
  return absl::StrCat(Count(owing.size(), "organisation"), ", ", still, " of them still");
}

std::string PeriodKindText(catalogue::v1::PeriodKind kind) {
  absl::string_view name = catalogue::v1::PeriodKind_Name(kind);
  absl::ConsumePrefix(&name, "PERIOD_KIND_");
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", " "}}));
}

}  // namespace

std::string CollectionText(const Collection& collection, const std::vector<DataItem>& items,
                           size_t width) {
  std::string text =
      absl::StrCat(collection.code(), ": ", Printable(collection.display_name()), "\n");
  AddFact("version", UseText(collection), width, &text);
  AddFact("period", PeriodKindText(collection.period_kind()), width, &text);
  AddFact("owed by", FramesText(collection), width, &text);
  AddFact("window",
          collection.has_window() ? WindowText(collection.window()) : "none: taken at any time",
          width, &text);
  AddFact(
      "signed by",
      collection.sign_off_levels() == 0 ? "nobody" : Count(collection.sign_off_levels(), "person"),
      width, &text);
  AddFact("owner", collection.owner(), width, &text);
  AddFact("legal basis", collection.legal_basis(), width, &text);
  AddFact("changes", collection.co_produced() ? "made together with those they concern" : "", width,
          &text);
  TextTable item_table(
      {{"item"}, {"what is counted", kToTheLeft, true}, {"unit"}, {"by", kToTheLeft, true}});
  for (const DataItem& item : items) {
    item_table.Row({item.code(), item.display_name(), item.unit(), DimensionsText(item)});
  }
  TextTable rule_table({{"rule"}, {"severity"}, {"what it says", kToTheLeft, true}});
  for (const auto& rule : collection.rules()) {
    rule_table.Row({rule.code(), Label(rule.severity()), rule.message()});
  }
  TextTable layout_table({{"layout"},
                          {"files", kToTheLeft, true},
                          {"form", kToTheLeft, true},
                          {"periods", kToTheLeft, true}});
  for (const auto& layout : collection.layouts()) {
    layout_table.Row({layout.code(), layout.display_name(), ShapeText(layout),
                      PeriodsText(layout.from_period(), layout.to_period())});
  }
  for (const TextTable* table : {&item_table, &rule_table, &layout_table}) {
    if (!table->empty()) absl::StrAppend(&text, "\n", table->Render(width));
  }
  return absl::StrCat(text, "\nAll valid codes: onereturn catalogue codes ", collection.code(),
                      "\nFor machines: --json, --textproto\n");
}

std::string ItemText(const DataItem& item, size_t width) {
  std::string text = absl::StrCat(item.code(), ": ", Printable(item.display_name()), "\n");
  AddFact("version", UseText(item), width, &text);
  AddFact("counted", item.concept_text(), width, &text);
  AddFact("unit", item.unit(), width, &text);
  AddFact("may be added",
          item.additive_over_organisations()
              ? item.additive_over_time() ? "over organisations and periods" : "over organisations"
              : (item.additive_over_time() ? "over periods" : "not at all"),
          width, &text);
  AddFact("owner", item.owner(), width, &text);
  AddFact("purpose", item.purpose(), width, &text);
  AddFact("legal basis", item.legal_basis(), width, &text);
  AddFact("review", item.review_date(), width, &text);
  if (!item.dimensions().empty()) absl::StrAppend(&text, "\n", CodesText({item}, width));
  return text;
}

std::string CodesText(const std::vector<DataItem>& items, size_t width) {
  // In the order of the definitions: by dimension, then as its values stand there.
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> codes;
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> takers;
  for (const DataItem& item : items) {
    for (const Dimension& dimension : item.dimensions()) {
      if (codes.count(dimension.code()) == 0) order.push_back(dimension.code());
      auto& known = codes[dimension.code()];
      const auto take = [&](const std::string& code, const std::string& name) {
        std::vector<std::string>& of = takers[{dimension.code(), code}];
        if (of.empty()) known.emplace_back(code, name);
        of.push_back(item.code());
      };
      for (const auto& value : dimension.values()) take(value.code(), value.display_name());
      if (dimension.organisations()) take(kAnyOrganisation, "");
    }
  }
  TextTable table(
      {{"dimension"}, {"code"}, {"meaning", kToTheLeft, true}, {"items", kToTheLeft, true}});
  for (const std::string& dimension : order) {
    for (const auto& [code, name] : codes[dimension]) {
      const std::vector<std::string>& of = takers[{dimension, code}];
      const bool all = of.size() == items.size();
      table.Row({dimension, code, name,
                 items.size() == 1 ? "" : (all ? "all" : absl::StrJoin(of, ", "))});
    }
  }
  return table.empty() ? "The items have no dimensions.\n" : table.Render(width);
}

}  // namespace onereturn::client
