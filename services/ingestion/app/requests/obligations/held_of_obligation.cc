#include "services/ingestion/app/requests/obligations/held_of_obligation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ingestion/app/returns/accepted_return.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kMostHeldReturns = 20;
constexpr int kMostHeldItems = 20;
constexpr int kMostItemsInWords = 5;

// As it is compared: docs/collect-once.md, "Which item a line is".
std::string Compared(absl::string_view text) {
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
}

using MeaningText = std::tuple<std::string, std::string, std::string, std::string, std::string>;

std::set<MeaningText> MeaningsOf(const std::vector<KnownItem>& stretches) {
  std::set<MeaningText> meanings;
  for (const KnownItem& item : stretches) {
    if (!item.meaning.has_value()) continue;
    const ItemMeaning& meaning = *item.meaning;
    meanings.emplace(Compared(meaning.concept_code), Compared(meaning.measure), Compared(item.unit),
                     Compared(meaning.population), Compared(meaning.cut_off));
  }
  return meanings;
}

// Which item of the obligation each item is, or means the same as.
std::map<std::string, std::string> SameByMeaning(const KnownCatalogue& catalogue,
                                                 const std::set<std::string>& items) {
  std::map<std::string, std::string> alike;
  std::map<MeaningText, std::string> asked;
  for (const std::string& item : items) {
    alike[item] = item;
    const auto found = catalogue.items.find(item);
    if (found == catalogue.items.end()) continue;
    for (const MeaningText& meaning : MeaningsOf(found->second)) asked.emplace(meaning, item);
  }
  for (const auto& [code, stretches] : catalogue.items) {
    for (const MeaningText& meaning : MeaningsOf(stretches)) {
      const auto found = asked.find(meaning);
      if (found != asked.end()) alike.emplace(code, found->second);
    }
  }
  return alike;
}

struct ReturnWithItems {
  ReturnKey key;
  Period period;
  uint32_t revision = 0;
  std::set<std::string> items;
};

std::vector<ReturnWithItems> ReturnsWith(const KnownCatalogue& catalogue, const Coverage& coverage,
                                         const std::string& organisation,
                                         const std::map<std::string, std::string>& alike) {
  std::vector<ReturnWithItems> returns;
  const std::optional<uint32_t> number = coverage.NumberOf(organisation);
  if (!number.has_value()) return returns;
  for (const auto& [code, collection] : catalogue.collections) {
    const std::map<Period, PeriodCoverage>* periods = coverage.PeriodsOf(code);
    if (periods == nullptr) continue;
    for (const auto& [period, of_period] : *periods) {
      const HeldRevision* held = of_period.Find(*number);
      if (held == nullptr) continue;
      const auto version = collection.items_of_version.find(held->collection_version);
      if (version == collection.items_of_version.end()) continue;
      ReturnWithItems one{{code, period.ToString(), organisation}, period, held->number, {}};
      for (const std::string& item : version->second) {
        if (alike.count(item) > 0) one.items.insert(item);
      }
      if (!one.items.empty()) returns.push_back(std::move(one));
    }
  }
  std::stable_sort(returns.begin(), returns.end(),
                   [](const ReturnWithItems& a, const ReturnWithItems& b) {
                     return std::make_tuple(b.period.end(), b.period.start()) <
                            std::make_tuple(a.period.end(), a.period.start());
                   });
  return returns;
}

std::string NameOf(const KnownCatalogue& catalogue, const std::string& code) {
  const auto found = catalogue.items.find(code);
  if (found == catalogue.items.end() || found->second.empty()) return code;
  return absl::StrCat(found->second.back().display_name, " (", code, ")");
}

// "Revision 2 of Acute for 2025-01 holds Beds (beds); Wards (wards), which means the same as
// Rooms (rooms)".
std::string WordsOf(const KnownCatalogue& catalogue, const ReturnWithItems& held,
                    const std::map<std::string, std::string>& alike) {
  std::vector<std::string> parts;
  for (const std::string& item : held.items) {
    if (static_cast<int>(parts.size()) == kMostItemsInWords) break;
    const std::string& asked = alike.at(item);
    parts.push_back(asked == item
                        ? NameOf(catalogue, item)
                        : absl::StrCat(NameOf(catalogue, item), ", which means the same as ",
                                       NameOf(catalogue, asked)));
  }
  const size_t more = held.items.size() - parts.size();
  return absl::StrCat("Revision ", held.revision, " of ", held.key.collection, " for ",
                      held.key.period, " holds ", absl::StrJoin(parts, "; "),
                      more > 0 ? absl::StrCat("; and ", more, " more") : "");
}

}  // namespace

std::vector<requests::v1::HeldOfObligation> HeldOfItems(const KnownCatalogue& catalogue,
                                                        const Coverage& coverage,
                                                        const std::string& organisation,
                                                        const std::set<std::string>& items) {
  const std::map<std::string, std::string> alike = SameByMeaning(catalogue, items);
  std::vector<requests::v1::HeldOfObligation> rows;
  for (const ReturnWithItems& held : ReturnsWith(catalogue, coverage, organisation, alike)) {
    if (rows.size() == kMostHeldReturns) break;
    requests::v1::HeldOfObligation& row = rows.emplace_back();
    row.set_revision(RevisionName(held.key, held.revision));
    for (const std::string& item : held.items) {
      if (row.items_size() < kMostHeldItems) row.add_items(item);
    }
    row.set_words(WordsOf(catalogue, held, alike));
  }
  return rows;
}

}  // namespace onereturn::ingestion
