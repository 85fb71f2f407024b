#include "services/ingestion/domain/requests/held_returns.h"

#include <algorithm>
#include <numeric>

namespace onereturn::ingestion {
namespace {

bool IsFresh(const HeldRevision& revision, const Ask& ask) {
  return (!ask.accepted_from.has_value() || revision.accepted_on >= *ask.accepted_from) &&
         (!ask.final_only || revision.is_final);
}

}  // namespace

bool StandsAlone(const Period& period) {
  return period.kind() == PeriodKind::kPlan || period.kind() == PeriodKind::kComparison;
}

std::optional<Period> WholePeriodFrom(PeriodKind kind, const CivilDay& day, const Period& period) {
  if (kind == PeriodKind::kWeek || StandsAlone(period)) return std::nullopt;
  const std::optional<Period> part = Period::Containing(kind, day);
  if (!part.has_value() || part->start() != day || part->end() > period.end()) return std::nullopt;
  return part;
}

HeldReturns::HeldReturns(const Ask& ask, const MatchWorld& world, const OrganisationIndex& index)
    : ask_(ask), world_(world), index_(index), lineage_(index), itself_(index.count()) {
  std::iota(itself_.begin(), itself_.end(), 0);
}

HeldReturns::OfItem& HeldReturns::Item(const std::string& item) {
  const auto [entry, is_new] = of_items_.try_emplace(item);
  if (!is_new) return entry->second;
  entry->second.number = static_cast<uint32_t>(items_.size());
  items_.push_back(&*entry);
  for (const auto& [code, collection] : world_.catalogue->collections) {
    for (const KnownCollection& stretch : collection.stretches) {
      if (stretch.items.count(item) == 0) continue;
      entry->second.homes.push_back(Home{&code, &collection, &stretch});
    }
  }
  return entry->second;
}

uint32_t HeldReturns::NumberOfItem(const std::string& item) { return Item(item).number; }

const HeldReturns::Home* HeldReturns::HomeOn(const OfItem& item, const CivilDay& day) {
  for (const Home& home : item.homes) {
    if (home.definition->days.Covers(day)) return &home;
  }
  return nullptr;
}

HomeParts& HeldReturns::PartsOf(const std::string& item, const KnownItem& known,
                                const Period& period) {
  OfItem& of_item = Item(item);
  const auto found = of_item.parts.find(period);
  if (found != of_item.parts.end()) return found->second;
  return of_item.parts.emplace(period, MakeParts(of_item, known, period)).first->second;
}

HomeParts HeldReturns::MakeParts(OfItem& item, const KnownItem& known, const Period& period) {
  HomeParts parts;
  parts.over_organisations = known.additive_over_organisations;
  parts.seen.resize(index_.count());
  const Home* home = HomeOn(item, period.start());
  if (home == nullptr) return parts;
  if (home->definition->period_kind == period.kind()) {
    parts.very_period = true;
    parts.returns.push_back(Returns(item, *home->collection, period));
    return parts;
  }
  // The home may change within the period.
  std::vector<std::pair<const std::string*, Period>> whole;
  std::optional<CivilDay> day = period.start();
  while (day.has_value() && *day <= period.end()) {
    const Home* of_day = HomeOn(item, *day);
    if (of_day == nullptr) return parts;
    const std::optional<Period> part =
        WholePeriodFrom(of_day->definition->period_kind, *day, period);
    if (!part.has_value()) return parts;
    whole.emplace_back(of_day->collection, *part);
    day = part->end().PlusDays(1);
  }
  if (!known.additive_over_time) {
    parts.may_not_be_summed = home->collection;
    return parts;
  }
  for (const auto& [collection, part] : whole) {
    parts.returns.push_back(Returns(item, *collection, part));
  }
  return parts;
}

const std::vector<ItemReturns*>& HeldReturns::Longer(const std::string& item,
                                                     const Period& period) {
  OfItem& of_item = Item(item);
  const auto [entry, is_new] = of_item.longer.try_emplace(period);
  if (!is_new || StandsAlone(period)) return entry->second;
  const std::string* before = nullptr;
  for (const Home& home : of_item.homes) {
    if (home.collection == before) continue;
    before = home.collection;
    const auto* held = world_.coverage->PeriodsOf(*home.collection);
    if (held == nullptr) continue;
    for (const auto& [other, returns] : *held) {
      const bool overlaps = other.start() <= period.end() && period.start() <= other.end();
      if (!overlaps || StandsAlone(other) || other.DayCount() <= period.DayCount()) continue;
      entry->second.push_back(Returns(of_item, *home.collection, other));
    }
  }
  return entry->second;
}

ItemReturns* HeldReturns::Returns(OfItem& item, const std::string& collection,
                                  const Period& period) {
  std::unique_ptr<ItemReturns>& returns = item.returns[{&collection, period}];
  if (returns != nullptr) return returns.get();
  CollectionReturns* of = ReturnsOf(collection, period);
  returns = std::make_unique<ItemReturns>();
  returns->item = item.number;
  returns->of = of;
  returns->states.resize(index_.count(), PartState::kMissing);
  returns->held = returns->not_fresh = OrganisationSet(index_.count());
  const std::string& code = ItemOf(item.number);
  // Returns of one period were mostly judged by one version.
  std::optional<uint32_t> version;
  bool version_has_item = false;
  for (uint32_t organisation = 0; organisation < index_.count(); ++organisation) {
    const HeldRevision* held = of->held[organisation];
    if (held == nullptr) continue;
    if (version != held->collection_version) {
      version = held->collection_version;
      const auto found = of->over_time->items_of_version.find(*version);
      version_has_item =
          found != of->over_time->items_of_version.end() && found->second.count(code) > 0;
    }
    if (!version_has_item) continue;
    const bool fresh = IsFresh(*held, ask_);
    returns->states[organisation] = fresh ? PartState::kFresh : PartState::kNotFresh;
    returns->held.Insert(organisation);
    if (!fresh) returns->not_fresh.Insert(organisation);
  }
  return returns.get();
}

CollectionReturns* HeldReturns::ReturnsOf(const std::string& collection, const Period& period) {
  std::unique_ptr<CollectionReturns>& returns = returns_[{&collection, period}];
  if (returns != nullptr) return returns.get();
  const CollectionOverTime& over_time = world_.catalogue->collections.at(collection);
  returns.reset(new CollectionReturns{&collection, &over_time,
                                      CollectionOn(over_time, period.start()), period});
  const uint32_t count = index_.count();
  returns->held.resize(count, nullptr);
  returns->below.resize(count);
  const PeriodCoverage* coverage = world_.coverage->Of(collection, period);
  for (size_t word = 0; coverage != nullptr && word < coverage->held().size(); ++word) {
    for (uint64_t bits = coverage->held()[word]; bits != 0; bits &= bits - 1) {
      const uint32_t number = static_cast<uint32_t>(word * 64 + __builtin_ctzll(bits));
      returns->held[index_.OfCoverage(number)] = coverage->Find(number);
    }
  }
  FillReporters(returns.get());
  return returns.get();
}

const std::vector<HeldReturns::Reporter>& HeldReturns::ReportersOf(const std::string& collection) {
  const auto [entry, is_new] = reporters_.try_emplace(collection);
  std::vector<Reporter>& reporters = entry->second;
  if (!is_new) return reporters;
  const CollectionOverTime& over_time = world_.catalogue->collections.at(collection);
  for (const KnownFrame& frame : over_time.frames) {
    const std::optional<uint32_t> organisation = index_.NumberOf(frame.organisation);
    if (!organisation.has_value()) continue;
    std::optional<CivilDay> last_end;
    if (frame.last.has_value()) last_end = frame.last->end();
    reporters.push_back(Reporter{*organisation, frame.first.start(), last_end});
  }
  if (!over_time.frames.empty()) return reporters;
  const auto* senders = world_.coverage->SendersOf(collection);
  if (senders == nullptr) return reporters;
  for (const auto& [code, first] : *senders) {
    reporters.push_back(Reporter{*index_.NumberOf(code), first.start(), std::nullopt});
  }
  return reporters;
}

void HeldReturns::FillReporters(CollectionReturns* returns) {
  returns->reports = returns->named_by_frames = OrganisationSet(index_.count());
  const bool by_frames = !returns->over_time->frames.empty();
  const CivilDay start = returns->period.start();
  const CivilDay end = returns->period.end();
  for (const Reporter& reporter : ReportersOf(*returns->collection)) {
    if (start < reporter.first || (reporter.last_end.has_value() && end > *reporter.last_end)) {
      continue;
    }
    if (by_frames) {
      returns->named_by_frames.Insert(reporter.organisation);
      returns->reports.Insert(reporter.organisation);
      continue;
    }
    const KnownOrganisation* known = index_.KnownOf(reporter.organisation);
    const bool had_closed =
        known != nullptr && known->open.before.has_value() && *known->open.before <= start;
    if (!had_closed) returns->reports.Insert(reporter.organisation);
  }
}

const ReportingBelow& HeldReturns::BelowOf(CollectionReturns& returns, uint32_t organisation) {
  ReportingBelow& reporting = returns.below[organisation];
  if (reporting.known) return reporting;
  reporting.known = true;
  for (const uint32_t below : lineage_.Below(organisation, returns.period.end())) {
    if (returns.reports.Has(below)) reporting.in_order.push_back(below);
  }
  if (reporting.in_order.empty()) return reporting;
  reporting.set = OrganisationSet(index_.count());
  for (const uint32_t below : reporting.in_order) reporting.set.Insert(below);
  return reporting;
}

Level HeldReturns::LevelOf(CollectionReturns& returns, bool additive, uint32_t organisation) {
  const absl::Span<const uint32_t> itself(&itself_[organisation], 1);
  if (returns.reports.Has(organisation)) return Level{itself, true, false};
  if (!additive) return Level{itself, false, false};
  const ReportingBelow& below = BelowOf(returns, organisation);
  if (below.in_order.empty()) return Level{itself, false, false};
  return Level{below.in_order, true, true};
}

void HeldReturns::AddLevels(CollectionReturns& returns, bool additive, const OrganisationSet& asked,
                            OrganisationSet* reporting) {
  if (!additive) {
    reporting->Add(asked);
    return;
  }
  reporting->Add(asked.Of(returns.reports));
  asked.Without(returns.reports).ForEach([&](uint32_t organisation) {
    const ReportingBelow& below = BelowOf(returns, organisation);
    if (below.in_order.empty()) {
      reporting->Insert(organisation);
    } else {
      reporting->Add(below.set);
    }
  });
}

const PartsSeen& HeldReturns::SeenOf(HomeParts& parts, uint32_t organisation) {
  PartsSeen& seen = parts.seen[organisation];
  if (seen.known) return seen;
  seen.known = true;
  for (const ItemReturns* part : parts.returns) {
    const Level level = LevelOf(*part->of, parts.over_organisations, organisation);
    seen.reported |= level.reported;
    seen.lower |= level.lower;
    for (const uint32_t reporting : level.organisations) {
      const PartState state = part->states[reporting];
      seen.missing |= state == PartState::kMissing;
      seen.held |= state != PartState::kMissing;
      seen.not_fresh |= state == PartState::kNotFresh;
    }
  }
  return seen;
}

}  // namespace onereturn::ingestion
