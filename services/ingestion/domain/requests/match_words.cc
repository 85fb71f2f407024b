#include "services/ingestion/domain/requests/match_words.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace onereturn::ingestion {
namespace {

const char* PluralOf(PeriodKind kind) {
  switch (kind) {
    case PeriodKind::kDay:
      return "days";
    case PeriodKind::kWeek:
      return "weeks";
    case PeriodKind::kMonth:
      return "months";
    case PeriodKind::kQuarter:
      return "quarters";
    case PeriodKind::kCalendarYear:
    case PeriodKind::kFinancialYear:
      return "years";
    default:
      return "periods";
  }
}

// "April to June 2025": the year is said once.
std::string RangeOf(const Period& first, const Period& last) {
  std::string from = first.Display();
  const std::string to = last.Display();
  const size_t blank = to.rfind(' ');
  const std::string year = blank == std::string::npos ? "" : to.substr(blank);
  if (!year.empty() && from.size() > year.size() &&
      from.compare(from.size() - year.size(), year.size(), year) == 0) {
    from.resize(from.size() - year.size());
  }
  return absl::StrCat(from, " to ", to);
}

std::string Listed(const std::vector<std::string>& texts) {
  if (texts.size() < 2) return absl::StrJoin(texts, "");
  return absl::StrCat(absl::StrJoin(texts.begin(), texts.end() - 1, ", "), " and ", texts.back());
}

bool SumsTime(const LinePlan& plan) {
  return std::any_of(plan.items.begin(), plan.items.end(), [](const ItemPlan& item) {
    return item.home != nullptr && !item.home->very_period;
  });
}

const std::vector<ItemReturns*>& PartsOfFirst(const LinePlan& plan) {
  return plan.items.front().home->returns;
}

// Of the dimensions that are left out: "department and booked".
std::string DimensionsLeftOut(const LinePlan& plan) {
  std::vector<std::string> left_out;
  for (const KnownDimension& dimension : plan.items.front().known->dimensions) {
    const bool asked =
        std::any_of(plan.dimensions.begin(), plan.dimensions.end(),
                    [&](const AskedDimension& one) { return one.code == dimension.code; });
    if (!asked) left_out.push_back(dimension.code);
  }
  return Listed(left_out);
}

// "the sum of April to June 2025 of the providers below, over booked".
std::string SumOf(const BlockFacts& facts) {
  const LinePlan& plan = *facts.plan;
  std::vector<std::string> of;
  if (SumsTime(plan)) {
    const std::vector<ItemReturns*>& parts = PartsOfFirst(plan);
    of.push_back(
        facts.block->periods.size() == 1
            ? RangeOf(parts.front()->of->period, parts.back()->of->period)
            : absl::StrCat("the ", PluralOf(parts.front()->of->period.kind()), " of each period"));
  }
  if (facts.cover.over_organisations) of.push_back("the providers below");
  if (plan.items.front().sums_dimensions) of.push_back(DimensionsLeftOut(plan));
  return absl::StrCat("the sum of ", absl::StrJoin(of, ", of "));
}

std::string HowMade(const BlockFacts& facts) {
  if (facts.plan->is_formula) {
    return absl::StrCat("computed as ", facts.plan->known->formula->ToString());
  }
  if (facts.cover.as_if_fresh == CoverageClass::kExact) return "as it is asked";
  return SumOf(facts);
}

std::string UnitOf(const BlockFacts& facts) {
  const bool one_period = facts.block->periods.size() == 1;
  const bool one_organisation = facts.block->organisations.size() == 1;
  const bool over_time = SumsTime(*facts.plan);
  if (over_time && one_organisation && !facts.cover.over_organisations) {
    return PluralOf(PartsOfFirst(*facts.plan).front()->of->period.kind());
  }
  if (!over_time && one_period && facts.cover.over_organisations) return "providers";
  return "returns";
}

std::string OfCollection(const BlockFacts& facts) {
  if (!facts.block->collection.empty()) return absl::StrCat("of ", facts.block->collection);
  std::set<std::string> collections;
  for (const ItemPlan& item : facts.plan->items) {
    for (const ItemReturns* part : item.home->returns) collections.insert(*part->of->collection);
  }
  return absl::StrCat("of ",
                      Listed(std::vector<std::string>(collections.begin(), collections.end())));
}

// "11 of 12 providers held; RXX 2026-03 is not".
std::string HowMuchHeld(const BlockFacts& facts) {
  const uint64_t missing = facts.block->parts - facts.block->parts_held;
  std::vector<std::string> named = facts.missing;
  if (missing > named.size()) named.push_back(absl::StrCat(missing - named.size(), " more"));
  return absl::StrCat(facts.block->parts_held, " of ", facts.block->parts, " ", UnitOf(facts),
                      " held; ", Listed(named), missing == 1 ? " is not" : " are not");
}

std::string HeldWords(const BlockFacts& facts) {
  const std::string made = HowMade(facts);
  if (facts.block->parts_held < facts.block->parts) {
    return absl::StrCat(made, ", ", OfCollection(facts), ": ", HowMuchHeld(facts));
  }
  if (facts.cover.as_if_fresh == CoverageClass::kExact) {
    return absl::StrCat("held ", OfCollection(facts), " ", made);
  }
  if (facts.block->parts == 1) return absl::StrCat(made, ", held ", OfCollection(facts));
  return absl::StrCat(made, ", held ", OfCollection(facts), " from all ", facts.block->parts, " ",
                      UnitOf(facts));
}

std::string FreshWords(const Ask& ask) {
  std::vector<std::string> asked;
  if (ask.accepted_from.has_value()) {
    asked.push_back(absl::StrCat("accepted on ", ask.accepted_from->ToString(), " or later"));
  }
  if (ask.final_only) asked.push_back("final");
  return absl::StrCat("not all of it is ", Listed(asked),
                      ask.ask_anew ? ": that is asked anew" : ": it is given as it is, marked");
}

// "a, b, c and 4 more".
std::string FirstOf(const std::vector<std::string>& codes) {
  constexpr size_t kNamed = 6;
  std::vector<std::string> named(codes.begin(), codes.begin() + std::min(kNamed, codes.size()));
  if (codes.size() > kNamed) named.push_back(absl::StrCat(codes.size() - kNamed, " more"));
  return Listed(named);
}

// What may be a slip of the pen is named beside what the item has.
std::string WhatItLacks(const BlockFacts& facts) {
  const LinePlan& plan = *facts.plan;
  const std::string& item = facts.subject->item;
  std::vector<std::string> has;
  if (plan.lacks_values.empty()) {
    for (const KnownDimension& dimension : plan.known->dimensions) has.push_back(dimension.code);
    return absl::StrCat(item, " has no dimension ", plan.lacks, ": ",
                        has.empty() ? "it has none" : absl::StrCat("it has ", FirstOf(has)));
  }
  bool organisations = false;
  for (const KnownDimension& dimension : plan.known->dimensions) {
    if (dimension.code != plan.lacks) continue;
    has.assign(dimension.values.begin(), dimension.values.end());
    organisations = dimension.organisations;
  }
  if (organisations) has.push_back("codes of organisations");
  return absl::StrCat(item, " has no value ", FirstOf(plan.lacks_values), " of ", plan.lacks,
                      ": it has ", FirstOf(has));
}

std::string NoItemWords(const BlockFacts& facts) {
  const FoundLikeness& found = facts.subject->found;
  switch (found.kind) {
    case LikenessKind::kConflict:
      return absl::StrCat("another definition than that of ", found.item, ", by ",
                          absl::StrJoin(found.differs, "; "));
    case LikenessKind::kNearDuplicate:
      return absl::StrCat("its words are like those of ", found.item,
                          ", and nobody has said that it is the same");
    default:
      break;
  }
  if (facts.plan->meaning == LineMeaning::kFinerView) {
    return absl::StrCat("nothing is held of ", facts.subject->item, "; ", WhatItLacks(facts));
  }
  return "no item of the catalogue is like it";
}

std::string FinerWords(const BlockFacts& facts) {
  const std::string& item = facts.subject->item;
  switch (facts.cover.because) {
    case Because::kLongerHeld:
      return absl::StrCat("of ", item, " only longer periods are held");
    case Because::kAboveHeld:
      return absl::StrCat("of ", item, " only figures of organisations above are held");
    default:
      // Of a dimension that it has, more than the whole may be held.
      if (!facts.plan->lacks_values.empty()) return WhatItLacks(facts);
      return absl::StrCat("of ", item, " only the whole is held; ", WhatItLacks(facts));
  }
}

std::string InputWords(const LinePlan& plan) {
  for (const ItemPlan& item : plan.items) {
    if (item.CanBeMade()) continue;
    return absl::StrCat("to be computed as ", plan.known->formula->ToString(), ", but ", item.code,
                        " is not collected so that it can be summed to what is asked");
  }
  return "its formula reads no item";
}

std::string NewWords(const BlockFacts& facts) {
  const std::string& item = facts.subject->item;
  switch (facts.cover.because) {
    case Because::kNothingHeld:
      return absl::StrCat("nothing is held; ", facts.block->parts,
                          facts.block->parts == 1 ? " return " : " returns ", OfCollection(facts),
                          " would have it");
    case Because::kNotForPeriod:
      return absl::StrCat(item, " is not for ",
                          facts.block->periods.size() == 1 ? "this period" : "these periods");
    case Because::kNotOpen:
      return "nothing is asked: not open yet when the period ended";
    case Because::kNoHome:
      return absl::StrCat("no collection has ", item, " for ",
                          PluralOf(facts.block->periods.front().kind()), " like these");
    case Because::kNotOverTime:
      return absl::StrCat(*facts.plan->items.front().home->may_not_be_summed, " has ", item,
                          ", but for shorter periods, and it may not be summed over time");
    case Because::kNotOverDimension:
      return absl::StrCat(item, " may not be summed over ", facts.plan->items.front().may_not_sum);
    case Because::kInputNotMade:
      return InputWords(*facts.plan);
    default:
      return NoItemWords(facts);
  }
}

}  // namespace

std::string WordsOf(const BlockFacts& facts) {
  switch (facts.cover.coverage) {
    case CoverageClass::kFresher:
      return absl::StrCat(HeldWords(facts), "; ", FreshWords(*facts.ask));
    case CoverageClass::kFiner:
      return FinerWords(facts);
    case CoverageClass::kNew:
      return NewWords(facts);
    default:
      return HeldWords(facts);
  }
}

}  // namespace onereturn::ingestion
