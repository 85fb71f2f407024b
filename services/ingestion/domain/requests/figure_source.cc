#include "services/ingestion/domain/requests/figure_source.h"

#include <algorithm>

namespace onereturn::ingestion {
namespace {

bool AnyHeld(const std::vector<ItemReturns*>& parts, const ItemPlan& item, uint32_t organisation,
             HeldReturns& returns) {
  for (const ItemReturns* part : parts) {
    if (part->held.Empty()) continue;
    const Level level =
        returns.LevelOf(*part->of, item.known->additive_over_organisations, organisation);
    for (const uint32_t reporting : level.organisations) {
      if (part->states[reporting] != PartState::kMissing) return true;
    }
  }
  return false;
}

bool HeldAbove(const std::vector<ItemReturns*>& parts, uint32_t organisation,
               HeldReturns& returns) {
  for (const ItemReturns* part : parts) {
    if (part->held.Empty()) continue;
    for (const uint32_t above : returns.Above(organisation, part->of->period.end())) {
      if (part->states[above] != PartState::kMissing) return true;
    }
  }
  return false;
}

// What coarser figure of the item is held; nullopt: none.
std::optional<Because> Coarser(const ItemPlan& item, uint32_t organisation, const Period& period,
                               HeldReturns& returns) {
  if (item.known == nullptr || !item.may_not_sum.empty()) return std::nullopt;
  if (item.home->returns.empty()) {
    const std::vector<ItemReturns*>& longer = returns.Longer(item.code, period);
    if (AnyHeld(longer, item, organisation, returns)) return Because::kLongerHeld;
    if (HeldAbove(longer, organisation, returns)) return Because::kAboveHeld;
    return std::nullopt;
  }
  const bool nobody_reports = !returns.SeenOf(*item.home, organisation).reported;
  if (nobody_reports && HeldAbove(item.home->returns, organisation, returns)) {
    return Because::kAboveHeld;
  }
  return std::nullopt;
}

// Of all items, something that is held, and of one at least only something coarser (`or_whole`: of
// none need it be coarser, as what is asked is finer by itself).
std::optional<Because> CoarserOfAll(const LinePlan& plan, bool or_whole, uint32_t organisation,
                                    const Period& period, HeldReturns& returns) {
  std::optional<Because> because;
  if (or_whole) because = Because::kWholeHeld;
  for (const ItemPlan& item : plan.items) {
    const std::optional<Because> coarser = Coarser(item, organisation, period, returns);
    if (coarser.has_value()) {
      because = because.value_or(*coarser);
      continue;
    }
    const bool serves = item.known != nullptr && item.may_not_sum.empty() &&
                        returns.SeenOf(*item.home, organisation).held;
    if (!serves) return std::nullopt;
  }
  return plan.items.empty() ? std::nullopt : because;
}

Because WhyNotMade(const LinePlan& plan) {
  if (plan.is_formula) return Because::kInputNotMade;
  const ItemPlan& item = plan.items.front();
  if (item.home->may_not_be_summed != nullptr) return Because::kNotOverTime;
  return item.home->returns.empty() ? Because::kNoHome : Because::kNotOverDimension;
}

CoverageClass ClassOfHeld(const LinePlan& plan, bool lower) {
  if (plan.is_formula) return CoverageClass::kDerivable;
  const ItemPlan& item = plan.items.front();
  const bool as_asked = item.home->very_period && !item.sums_dimensions && !lower;
  return as_asked ? CoverageClass::kExact : CoverageClass::kRollup;
}

Cover CoverAtHome(const LinePlan& plan, uint32_t organisation, const Period& period,
                  HeldReturns& returns) {
  PartsSeen seen;
  for (const ItemPlan& item : plan.items) {
    const PartsSeen& of_item = returns.SeenOf(*item.home, organisation);
    seen.missing |= of_item.missing;
    seen.held |= of_item.held;
    seen.not_fresh |= of_item.not_fresh;
    seen.lower |= of_item.lower;
  }
  Cover cover;
  if (!seen.held) {
    const std::optional<Because> coarser = CoarserOfAll(plan, false, organisation, period, returns);
    if (coarser.has_value()) {
      cover.coverage = cover.as_if_fresh = CoverageClass::kFiner;
      cover.because = *coarser;
      return cover;
    }
  }
  cover.at_home = true;
  cover.over_organisations = seen.lower;
  cover.because = !seen.held ? Because::kNothingHeld : Because::kHeld;
  if (!seen.held) return cover;
  cover.complete = !seen.missing;
  cover.as_if_fresh = ClassOfHeld(plan, seen.lower);
  cover.coverage = seen.not_fresh ? CoverageClass::kFresher : cover.as_if_fresh;
  return cover;
}

Cover CoverWhenOpen(const LinePlan& plan, uint32_t organisation, const Period& period,
                    HeldReturns& returns) {
  if (plan.can_be_made) return CoverAtHome(plan, organisation, period, returns);
  Cover cover;
  if (plan.meaning == LineMeaning::kNotForPeriod) cover.because = Because::kNotForPeriod;
  if (plan.meaning == LineMeaning::kNotForPeriod || plan.meaning == LineMeaning::kNoItem) {
    return cover;
  }
  const bool finer_view = plan.meaning == LineMeaning::kFinerView;
  const std::optional<Because> coarser =
      CoarserOfAll(plan, finer_view, organisation, period, returns);
  if (coarser.has_value()) {
    cover.coverage = cover.as_if_fresh = CoverageClass::kFiner;
    cover.because = *coarser;
    return cover;
  }
  cover.because = finer_view ? Because::kNoItem : WhyNotMade(plan);
  return cover;
}

bool HadOpenedBy(const CivilDay& day, uint32_t organisation, const HeldReturns& returns) {
  const KnownOrganisation* known = returns.index().KnownOf(organisation);
  return known == nullptr || known->open.from <= day;
}

}  // namespace

Cover CoverOf(const LinePlan& plan, uint32_t organisation, const Period& period,
              HeldReturns& returns) {
  Cover cover = CoverWhenOpen(plan, organisation, period, returns);
  const bool held = cover.because == Because::kHeld;
  if (held || HadOpenedBy(period.end(), organisation, returns)) return cover;
  Cover not_open;
  not_open.because = Because::kNotOpen;
  return not_open;
}

void PartCount::Add(const ItemReturns& part, const OrganisationSet& organisations) {
  Counted& counted = counted_[{*part.of->collection, part.of->period}];
  if (counted.of == nullptr) {
    counted.of = part.of;
    counted.needed = counted.missing = OrganisationSet(organisations_);
  }
  counted.needed.Add(organisations);
  counted.missing.Add(organisations.Without(part.held));
}

uint64_t PartCount::Needed() const {
  uint64_t needed = new_;
  for (const auto& [key, returns] : counted_) needed += returns.needed.Count();
  return needed;
}

uint64_t PartCount::Held() const {
  uint64_t held = 0;
  for (const auto& [key, returns] : counted_) {
    held += returns.needed.Count() - returns.missing.Count();
  }
  return held;
}

FigureSources::FigureSources(const Ask& ask, const MatchWorld& world,
                             const std::vector<std::string>& organisations)
    : ask_(ask),
      world_(world),
      index_(*world.catalogue, *world.coverage, organisations),
      returns_(ask, world, index_),
      subjects_(SubjectsOf(ask, *world.catalogue)) {}

std::optional<FigureSource> FigureSources::Of(uint32_t line, const std::string& organisation,
                                              const Period& period) {
  const std::optional<uint32_t> number = index_.NumberOf(organisation);
  if (line >= ask_.lines.size() || !number.has_value()) return std::nullopt;
  auto plan = plans_.find({line, period});
  if (plan == plans_.end()) {
    plan = plans_
               .emplace(std::make_pair(line, period), PlanOf(ask_.lines[line], subjects_[line],
                                                             period, *world_.catalogue, returns_))
               .first;
  }
  const Cover cover = CoverOf(plan->second, *number, period, returns_);
  if (cover.because != Because::kHeld) return std::nullopt;
  FigureSource source;
  source.coverage = cover.as_if_fresh;
  source.fresh = cover.coverage != CoverageClass::kFresher;
  source.dimensions = plan->second.dimensions;
  for (const ItemPlan& item : plan->second.items) {
    std::vector<FigureSource::Part>& parts = source.parts_of_item[item.code];
    VisitParts(item, *number, returns_, [&](const ItemReturns& part, uint32_t reporting) {
      const bool held = part.states[reporting] != PartState::kMissing;
      parts.push_back({PartKey{*part.of->collection, part.of->period, index_.CodeOf(reporting)},
                       held ? part.of->held[reporting] : nullptr});
    });
  }
  return source;
}

std::optional<FigureSource> SourceOf(const Ask& ask, uint32_t line, const std::string& organisation,
                                     const Period& period, const MatchWorld& world) {
  return FigureSources(ask, world, {organisation}).Of(line, organisation, period);
}

}  // namespace onereturn::ingestion
