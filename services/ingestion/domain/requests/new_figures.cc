#include "services/ingestion/domain/requests/new_figures.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/requests/finer_views.h"

namespace onereturn::ingestion {
namespace {

// So that the order of lines does not matter.
void RaiseTo(const Minutes& minutes, Minutes* dearest) {
  const bool dearer = minutes.Total() != dearest->Total() ? minutes.Total() > dearest->Total()
                                                          : minutes.by_lens > dearest->by_lens;
  if (dearer) *dearest = minutes;
}

}  // namespace

const std::string& NewFigures::NameOf(uint32_t line, const AskLine& asked,
                                      const LineSubject& subject, const MatchingRules& rules) {
  const auto known = named_.find(line);
  if (known != named_.end()) return known->second.name;
  Named named;
  named.line = line;
  if (subject.is_item) {
    named.item = subject.item;
    named.as_held = !asked.described.has_value() && asked.as_held && subject.named == nullptr;
    if (!named.as_held) {
      named.dimensions = asked.described.has_value() ? subject.found.dimensions : asked.dimensions;
      // Of a finer view, those of the item that was named.
      if (subject.named != nullptr && asked.as_held) {
        named.dimensions = AllDimensions(subject.named->front());
      }
    }
  }
  Name(&named);
  RaiseTo(asked.estimated_minutes.value_or(rules.new_item_minutes), &minutes_[named.name]);
  return named_.emplace(line, std::move(named)).first->second.name;
}

void NewFigures::Name(Named* named) const {
  named->name = named->item.empty() ? absl::StrCat("line ", named->line + 1) : named->item;
  if (named->item.empty()) return;
  for (const auto& [line, other] : named_) {
    if (other.item != named->item) continue;
    if (other.as_held == named->as_held && other.dimensions == named->dimensions) {
      named->name = other.name;
      return;
    }
    named->name = absl::StrCat("line ", named->line + 1);
  }
}

std::string NewFigures::NameOf(uint32_t line) const {
  const auto known = named_.find(line);
  return known == named_.end() ? "" : known->second.name;
}

}  // namespace onereturn::ingestion
