#include "services/ingestion/domain/requests/testing/naive_match.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/period/london_day.h"

namespace onereturn::ingestion {

const KnownItem* NaiveMatch::ItemOn(const std::string& item, const CivilDay& day) const {
  const auto found = world_.catalogue->items.find(item);
  if (found == world_.catalogue->items.end()) return nullptr;
  for (const KnownItem& version : found->second) {
    if (version.days.Covers(day)) return &version;
  }
  return nullptr;
}

const HeldRevision* NaiveMatch::Held(const NaivePart& part) const {
  const auto& [key, item] = part;
  const HeldRevision* held = world_.coverage->Find(key.collection, key.period, key.organisation);
  if (held == nullptr) return nullptr;
  const auto& versions = world_.catalogue->collections.at(key.collection).items_of_version;
  const auto version = versions.find(held->collection_version);
  return version != versions.end() && version->second.count(item) > 0 ? held : nullptr;
}

bool NaiveMatch::IsFresh(const NaivePart& part) const {
  const HeldRevision* held = Held(part);
  return held != nullptr && held->accepted_on >= ask_.accepted_from.value_or(held->accepted_on) &&
         (held->is_final || !ask_.final_only);
}

bool NaiveMatch::Reports(const std::string& collection, const std::string& organisation,
                         const Period& period) const {
  const CollectionOverTime& of = world_.catalogue->collections.at(collection);
  for (const KnownFrame& frame : of.frames) {
    if (frame.organisation == organisation && frame.first.start() <= period.start() &&
        (!frame.last.has_value() || period.end() <= frame.last->end())) {
      return true;
    }
  }
  if (!of.frames.empty()) return false;
  const std::optional<Period> first = world_.coverage->FirstPeriod(collection, organisation);
  if (!first.has_value() || first->start() > period.start()) return false;
  const auto known = world_.catalogue->organisations.find(organisation);
  if (known == world_.catalogue->organisations.end()) return true;
  return !known->second.open.before.has_value() || *known->second.open.before > period.start();
}

bool NaiveMatch::IsAwaited(const NaivePart& part) const {
  const auto& [key, item] = part;
  const CollectionOverTime& of = world_.catalogue->collections.at(key.collection);
  bool has_windows = false;
  bool open = false;
  for (const KnownCollection& stretch : of.stretches) {
    if (!stretch.window.has_value()) continue;
    has_windows = true;
    if (!stretch.days.Covers(key.period.start()) || !stretch.window->Covers(key.period)) continue;
    const auto moments = MomentsOf(*stretch.window, *stretch.calendar, key.period);
    open = moments.has_value() && LondonDay(moments->closes) >= world_.today;
  }
  if (world_.opened_window != nullptr) {
    if (const auto opened = world_.opened_window(key.collection, key.period)) {
      has_windows = true;
      open = !opened->closed && LondonDay(opened->moments.closes) >= world_.today;
    }
  }
  const bool framed = !of.frames.empty() && Reports(key.collection, key.organisation, key.period);
  // Frames ask for a return once, whatever items it came without.
  const bool came = world_.coverage->Find(key.collection, key.period, key.organisation) != nullptr;
  if (framed && (open || !has_windows) && !came) return true;
  return world_.due_for_earlier != nullptr && world_.due_for_earlier(key, item).has_value();
}

std::optional<std::pair<std::string, PeriodKind>> NaiveMatch::HomeOn(const std::string& item,
                                                                     const CivilDay& day) const {
  for (const auto& [code, collection] : world_.catalogue->collections) {
    for (const KnownCollection& stretch : collection.stretches) {
      if (stretch.days.Covers(day) && stretch.items.count(item) > 0) {
        return std::make_pair(code, stretch.period_kind);
      }
    }
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, Period>> NaiveMatch::Whole(const std::string& item,
                                                              const Period& period,
                                                              bool additive) const {
  const auto first = HomeOn(item, period.start());
  if (!first.has_value()) return {};
  if (first->second == period.kind()) return {{first->first, period}};
  if (!additive) return {};
  std::vector<std::pair<std::string, Period>> parts;
  for (CivilDay day = period.start(); day <= period.end();) {
    const auto home = HomeOn(item, day);
    if (!home.has_value()) return {};
    const std::optional<Period> part = Period::Containing(home->second, day);
    const bool whole = part->start() == day && part->end() <= period.end();
    if (home->second == PeriodKind::kWeek || !whole) return {};
    parts.push_back({home->first, *part});
    day = *part->end().PlusDays(1);
  }
  return parts;
}

std::optional<std::string> NaiveMatch::Parent(const std::string& child, RelationshipKind kind,
                                              const CivilDay& day) const {
  const auto known = world_.catalogue->organisations.find(child);
  if (known == world_.catalogue->organisations.end()) return std::nullopt;
  std::vector<std::tuple<int, int64_t, std::string>> ties;
  for (const Relationship& tie : known->second.relationships) {
    if (tie.kind == kind && tie.from <= day && day <= tie.to.value_or(day)) {
      ties.push_back({tie.lead ? 0 : 1, -tie.share_millionths, tie.parent});
    }
  }
  if (ties.empty()) return std::nullopt;
  return std::get<2>(*std::min_element(ties.begin(), ties.end()));
}

bool NaiveMatch::IsBelow(const std::string& provider, const std::string& organisation,
                         const CivilDay& day) const {
  const auto known = world_.catalogue->organisations.find(organisation);
  if (known == world_.catalogue->organisations.end()) return false;
  const auto region = Parent(provider, RelationshipKind::kProviderToRegion, day);
  switch (known->second.type) {
    case OrganisationType::kIcb:
      return Parent(provider, RelationshipKind::kProviderToIcb, day) == organisation;
    case OrganisationType::kRegion:
      return region == organisation;
    case OrganisationType::kNationalBody:
      return Parent(provider, RelationshipKind::kProviderToNation, day) == organisation ||
             (region.has_value() &&
              Parent(*region, RelationshipKind::kRegionToNation, day) == organisation);
    default:
      return false;
  }
}

std::set<std::string> NaiveMatch::Above(const std::string& organisation,
                                        const CivilDay& day) const {
  std::set<std::string> above;
  for (int kind = 1; kind <= static_cast<int>(kRelationshipKindCount); ++kind) {
    const auto parent = Parent(organisation, static_cast<RelationshipKind>(kind), day);
    if (!parent.has_value()) continue;
    above.insert(*parent);
    for (const std::string& higher : Above(*parent, day)) above.insert(higher);
  }
  return above;
}

std::pair<std::set<std::string>, bool> NaiveMatch::Reporters(
    const std::string& collection, const Period& period, bool additive,
    const std::string& organisation) const {
  if (Reports(collection, organisation, period)) return {{organisation}, true};
  std::set<std::string> below;
  for (const auto& [code, known] : world_.catalogue->organisations) {
    if (additive && CountsAsProvider(known.type) && Reports(collection, code, period) &&
        IsBelow(code, organisation, period.end())) {
      below.insert(code);
    }
  }
  if (!below.empty()) return {below, true};
  return {{organisation}, false};
}

bool NaiveMatch::Lacks(const KnownItem& item, const std::vector<AskedDimension>& asked) const {
  return std::any_of(asked.begin(), asked.end(), [&](const AskedDimension& dimension) {
    for (const KnownDimension& known : item.dimensions) {
      if (known.code != dimension.code) continue;
      return !std::all_of(dimension.values.begin(), dimension.values.end(),
                          [&](const std::string& value) { return known.values.count(value) > 0; });
    }
    return true;
  });
}

bool NaiveMatch::AddsUp(const Reading& reading) const {
  return std::all_of(
      reading.known->dimensions.begin(), reading.known->dimensions.end(),
      [&](const KnownDimension& known) {
        return known.adds_up ||
               std::any_of(reading.dimensions.begin(), reading.dimensions.end(),
                           [&](const AskedDimension& asked) { return asked.code == known.code; });
      });
}

bool NaiveMatch::SomethingIsHeld(const Reading& reading, const std::string& organisation,
                                 const Period& period, bool* coarser) const {
  if (reading.known == nullptr || !AddsUp(reading)) return false;
  const bool over = reading.known->additive_over_organisations;
  const auto whole = Whole(reading.item, period, reading.known->additive_over_time);
  const auto held_by = [&](const std::set<std::string>& organisations,
                           const std::string& collection, const Period& of) {
    return std::any_of(organisations.begin(), organisations.end(), [&](const std::string& code) {
      return Held({PartKey{collection, of, code}, reading.item}) != nullptr;
    });
  };
  bool reported = false;
  for (const auto& [collection, part] : whole) {
    const auto reporters = Reporters(collection, part, over, organisation);
    if (held_by(reporters.first, collection, part)) return true;
    reported |= reporters.second;
  }
  *coarser = true;
  for (const auto& [collection, part] : whole) {
    if (!reported && held_by(Above(organisation, part.end()), collection, part)) return true;
  }
  if (!whole.empty()) return false;
  for (const auto& [code, collection] : world_.catalogue->collections) {
    const auto* periods = world_.coverage->PeriodsOf(code);
    if (periods == nullptr || collection.stretches[0].items.count(reading.item) == 0) continue;
    for (const auto& [longer, returns] : *periods) {
      if (longer.DayCount() <= period.DayCount() || longer.end() < period.start() ||
          longer.start() > period.end()) {
        continue;
      }
      if (held_by(Reporters(code, longer, over, organisation).first, code, longer) ||
          held_by(Above(organisation, longer.end()), code, longer)) {
        return true;
      }
    }
  }
  return false;
}

NaiveTriple NaiveMatch::Made(const std::vector<Reading>& readings, bool formula,
                             const std::string& organisation, const Period& period) const {
  NaiveTriple triple;
  bool reported = true;
  bool exact = !formula;
  for (const Reading& reading : readings) {
    bool of_item = false;
    for (const auto& [collection, part] :
         Whole(reading.item, period, reading.known->additive_over_time)) {
      const auto [codes, somebody] =
          Reporters(collection, part, reading.known->additive_over_organisations, organisation);
      of_item |= somebody;
      exact &= part == period && codes == std::set<std::string>{organisation};
      for (const std::string& code : codes) {
        triple.parts.insert({PartKey{collection, part, code}, reading.item});
      }
    }
    reported &= of_item;
    exact &= reading.dimensions.size() >= reading.known->dimensions.size();
  }
  bool held = false;
  bool fresh = true;
  for (const NaivePart& part : triple.parts) {
    held |= Held(part) != nullptr;
    fresh &= Held(part) == nullptr || IsFresh(part);
  }
  if (held) {
    triple.coverage = formula ? CoverageClass::kDerivable
                      : exact ? CoverageClass::kExact
                              : CoverageClass::kRollup;
    if (!fresh) triple.coverage = CoverageClass::kFresher;
    return triple;
  }
  bool all = !reported;
  bool coarser = false;
  for (const Reading& reading : readings) {
    all &= SomethingIsHeld(reading, organisation, period, &coarser);
  }
  if (all) return NaiveTriple{CoverageClass::kFiner, {}, true};
  return triple;
}

bool NaiveMatch::GivesAll(const std::string& item, const std::string& named,
                          const AskLine& line) const {
  for (const Period& period : ask_.periods) {
    const KnownItem* known = ItemOn(item, period.start());
    const KnownItem* of_line = ItemOn(named, period.start());
    if (known == nullptr || of_line == nullptr) return false;
    std::map<std::string, std::vector<std::string>> asked;
    for (const AskedDimension& one : line.dimensions) asked[one.code] = one.values;
    for (const KnownDimension& one : of_line->dimensions) {
      if (line.as_held) asked[one.code] = {};
    }
    std::map<std::string, const KnownDimension*> has;
    for (const KnownDimension& one : known->dimensions) has[one.code] = &one;
    for (const auto& [dimension, values] : asked) {
      if (has.count(dimension) == 0) return false;
      for (const std::string& value : values) {
        if (has[dimension]->values.count(value) == 0) return false;
      }
    }
    for (const auto& [dimension, of_known] : has) {
      if (asked.count(dimension) == 0 && !of_known->adds_up) return false;
      if (asked.count(dimension) > 0 && !asked[dimension].empty()) continue;
      for (const KnownDimension& one : of_line->dimensions) {
        for (const std::string& value : one.values) {
          if (one.code == dimension && of_known->values.count(value) == 0) return false;
        }
      }
    }
    if (Whole(item, period, known->additive_over_time).empty()) return false;
  }
  return true;
}

// Formulas have no views here.
AskLine NaiveMatch::AsView(const AskLine& line) const {
  for (const auto& [code, versions] : world_.catalogue->items) {
    if (versions[0].refines != line.item || line.item.empty()) continue;
    if (GivesAll(line.item, line.item, line)) return line;
    if (!GivesAll(code, line.item, line)) continue;
    AskLine view = line;
    view.item = code;
    if (line.as_held) {
      for (const KnownDimension& one : world_.catalogue->items.at(line.item)[0].dimensions) {
        view.dimensions.push_back({one.code, {}});
      }
    }
    view.as_held = false;
    return view;
  }
  return line;
}

NaiveTriple NaiveMatch::TripleOf(const AskLine& line, const std::string& organisation,
                                 const Period& period) const {
  const NaiveTriple triple = TripleOfItem(AsView(line), organisation, period);
  if (triple.coverage < CoverageClass::kFiner) return triple;
  const auto known = world_.catalogue->organisations.find(organisation);
  const bool opened =
      known == world_.catalogue->organisations.end() || known->second.open.from <= period.end();
  return opened ? triple : NaiveTriple{};
}

NaiveTriple NaiveMatch::TripleOfItem(const AskLine& line, const std::string& organisation,
                                     const Period& period) const {
  const KnownItem* known = ItemOn(line.item, period.start());
  if (known == nullptr) return NaiveTriple{CoverageClass::kNew, {}, true};
  std::vector<AskedDimension> dimensions = line.dimensions;
  if (line.as_held) {
    for (const KnownDimension& one : known->dimensions) dimensions.push_back({one.code, {}});
  }
  const bool finer = Lacks(*known, dimensions);
  std::vector<Reading> readings = {{line.item, known, dimensions}};
  bool made = !finer;
  if (known->formula.has_value()) {
    readings.clear();
    for (const std::string& item : known->formula->Items()) {
      Reading reading{item, ItemOn(item, period.start()), {}};
      if (!finer) reading.dimensions = dimensions;
      if (reading.known != nullptr && Lacks(*reading.known, reading.dimensions)) {
        reading.known = nullptr;
      }
      // How many of the references take one value of a dimension.
      size_t references = 0;
      std::map<std::string, size_t> by_one_value;
      for (const ItemReference& reference : known->formula->References()) {
        if (reference.item != item) continue;
        ++references;
        for (const ItemSelection& one : reference.selections) {
          by_one_value[one.dimension] += one.values.size() == 1 ? 1 : 0;
        }
      }
      for (const auto& [dimension, count] : by_one_value) {
        if (count == references) reading.dimensions.push_back({dimension, {}});
      }
      readings.push_back(reading);
    }
  }
  for (const Reading& reading : readings) {
    made &= reading.known != nullptr && AddsUp(reading) &&
            !Whole(reading.item, period, reading.known->additive_over_time).empty();
  }
  if (made) return Made(readings, known->formula.has_value(), organisation, period);
  bool all = true;
  bool coarser = finer;
  for (const Reading& reading : readings) {
    all &= SomethingIsHeld(reading, organisation, period, &coarser);
  }
  return NaiveTriple{all && coarser ? CoverageClass::kFiner : CoverageClass::kNew, {}, true};
}

std::vector<std::string> NaiveMatch::NewNames() const {
  std::vector<std::string> names(ask_.lines.size());
  for (uint32_t line = 0; line < names.size(); ++line) {
    const AskLine asked = AsView(ask_.lines[line]);
    bool without_home = false;
    bool known = false;
    bool lacks = false;
    for (const Period& period : ask_.periods) {
      for (const std::string& organisation : ask_.organisations) {
        without_home |= TripleOfItem(asked, organisation, period).without_home;
      }
      const KnownItem* item = ItemOn(asked.item, period.start());
      known |= item != nullptr;
      lacks |= item != nullptr && !asked.as_held && Lacks(*item, asked.dimensions);
    }
    if (!without_home) continue;
    names[line] = absl::StrCat("line ", line + 1);
    if (!known || lacks) continue;
    bool first = true;
    for (uint32_t other = 0; other < line; ++other) {
      const AskLine before = AsView(ask_.lines[other]);
      if (before.item != asked.item || names[other].empty()) continue;
      const bool same = before.as_held == asked.as_held && before.dimensions == asked.dimensions;
      if (names[other] == asked.item) first = false;
      if (same) names[line] = names[other];
      if (same) first = false;
    }
    if (first) names[line] = asked.item;
  }
  return names;
}

}  // namespace onereturn::ingestion
