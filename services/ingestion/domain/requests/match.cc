#include "services/ingestion/domain/requests/match.h"

#include <algorithm>

#include "services/ingestion/domain/requests/blocks.h"
#include "services/ingestion/domain/requests/concerns.h"
#include "services/ingestion/domain/requests/due_moment.h"
#include "services/ingestion/domain/requests/gap.h"
#include "services/ingestion/domain/requests/new_figures.h"
#include "services/ingestion/domain/requests/price.h"

namespace onereturn::ingestion {
namespace {

bool IsHeld(CoverageClass coverage) {
  return coverage != CoverageClass::kFiner && coverage != CoverageClass::kNew;
}

// Whatever order somebody gives them in, the match is the same.
Ask InOrder(Ask ask) {
  std::sort(ask.organisations.begin(), ask.organisations.end());
  ask.organisations.erase(std::unique(ask.organisations.begin(), ask.organisations.end()),
                          ask.organisations.end());
  std::sort(ask.periods.begin(), ask.periods.end());
  ask.periods.erase(std::unique(ask.periods.begin(), ask.periods.end()), ask.periods.end());
  return ask;
}

// One match, step by step.
class Matcher {
 public:
  Matcher(const Ask& ask, const MatchWorld& world)
      : ask_(ask),
        world_(world),
        index_(*world.catalogue, *world.coverage, ask.organisations),
        returns_(ask, world, index_) {
    for (const std::string& code : ask.organisations) {
      organisations_.push_back(*index_.NumberOf(code));
    }
    for (const Period& period : ask.periods) needs_.emplace_back(index_.count(), period);
    subjects_ = SubjectsOf(ask, *world.catalogue);
  }

  MatchResult Match() {
    for (uint32_t line = 0; line < ask_.lines.size(); ++line) MatchLine(line);
    const bool outstanding = MarkAsks(ask_, world_, needs_, returns_);
    result_.change_class = ClassOf(outstanding);
    result_.notice_days = NoticeOf(result_.change_class);
    DueMoments due(ask_, world_);
    const uint32_t notice_days = ask_.excepted_notice_days.value_or(result_.notice_days);
    result_.gaps = GapsOf(needs_, notice_days, returns_, due);
    for (const Gap& gap : result_.gaps) {
      result_.last_due = std::max(result_.last_due, std::optional(DueDayOf(gap.due)));
    }
    const PriceByDue by_due{&due, notice_days, &result_.due};
    result_.prices = PricesOf(world_.catalogue->rules, needs_, new_figures_.minutes(), returns_,
                              world_.by_due ? &by_due : nullptr);
    result_.concerns = LineConcerns(ask_, subjects_, *world_.catalogue);
    for (Concern& concern : DateConcerns(ask_, world_, result_)) {
      result_.concerns.push_back(std::move(concern));
    }
    if (std::optional<Concern> size = SizeConcern(result_.gaps, world_.bounds)) {
      result_.concerns.push_back(std::move(*size));
    }
    return std::move(result_);
  }

 private:
  void MatchLine(uint32_t line) {
    LineMatch match;
    match.item = subjects_[line].item;
    match.is_item = subjects_[line].is_item;
    PartCount count(index_.count());
    std::vector<LinePeriod> periods;
    for (size_t place = 0; place < ask_.periods.size(); ++place) {
      const Period& period = ask_.periods[place];
      LinePeriod of_period{
          period,
          PlanOf(ask_.lines[line], subjects_[line], period, *world_.catalogue, returns_),
          {}};
      of_period.covers.reserve(organisations_.size());
      for (const uint32_t organisation : organisations_) {
        of_period.covers.push_back(CoverOf(of_period.plan, organisation, period, returns_));
        ++match.triples[static_cast<size_t>(of_period.covers.back().coverage)];
      }
      AddNeeds(line, of_period, &needs_[place], &count);
      periods.push_back(std::move(of_period));
    }
    match.new_figure = new_figures_.NameOf(line);
    match.split = IsSplit(periods);
    match.subset = IsSubset(periods);
    match.source = SourceOfAll(periods);
    result_.parts += count.Needed();
    result_.parts_held += count.Held();
    result_.lines.push_back(std::move(match));
    for (MatchBlock& block :
         BlocksOf(ask_, line, subjects_[line], organisations_, periods, returns_)) {
      result_.blocks.push_back(std::move(block));
    }
  }

  void AddNeeds(uint32_t line, const LinePeriod& of_period, PeriodNeeds* needs, PartCount* count) {
    const auto& covers = of_period.covers;
    OrganisationSet* without_home = nullptr;
    OrganisationSet at_home(index_.count());
    for (size_t place = 0; place < covers.size(); ++place) {
      if (covers[place].because == Because::kNotOpen) continue;
      if (covers[place].at_home) {
        at_home.Insert(organisations_[place]);
        continue;
      }
      if (without_home == nullptr) {
        without_home = &needs->OfNew(
            new_figures_.NameOf(line, ask_.lines[line], subjects_[line], world_.catalogue->rules));
      }
      without_home->Insert(organisations_[place]);
      count->AddNew(1);
      finer_ |= covers[place].coverage == CoverageClass::kFiner;
      new_ |= covers[place].coverage == CoverageClass::kNew;
    }
    if (at_home.Empty()) return;
    for (const ItemPlan& item : of_period.plan.items) {
      for (ItemReturns* part : item.home->returns) {
        OrganisationSet reporting(index_.count());
        returns_.AddLevels(*part->of, item.home->over_organisations, at_home, &reporting);
        needs->OfHome(part).organisations.Add(reporting);
        count->Add(*part, reporting);
      }
    }
  }

  static bool IsSubset(const std::vector<LinePeriod>& periods) {
    bool held = false;
    bool not_held = false;
    for (const LinePeriod& of_period : periods) {
      for (const Cover& cover : of_period.covers) {
        held |= IsHeld(cover.coverage);
        not_held |= !cover.complete;
      }
    }
    return held && not_held;
  }

  static bool IsSplit(const std::vector<LinePeriod>& periods) {
    bool at_home = false;
    bool without_home = false;
    for (const LinePeriod& of_period : periods) {
      for (const Cover& cover : of_period.covers) {
        if (cover.because == Because::kNotOpen) continue;
        (cover.at_home ? at_home : without_home) = true;
      }
    }
    return at_home && without_home;
  }

  static std::string SourceOfAll(const std::vector<LinePeriod>& periods) {
    std::string source;
    for (const LinePeriod& of_period : periods) {
      if (of_period.covers.empty()) continue;
      const std::string collection = CollectionOf(of_period.plan);
      const bool at_home = std::all_of(
          of_period.covers.begin(), of_period.covers.end(),
          [](const Cover& cover) { return cover.at_home || cover.because == Because::kNotOpen; });
      if (!at_home || collection.empty() || (!source.empty() && source != collection)) return "";
      source = collection;
    }
    return source;
  }

  ChangeClass ClassOf(bool outstanding) const {
    if (new_) return ChangeClass::kNewItems;
    if (finer_) return ChangeClass::kNewDetail;
    return outstanding ? ChangeClass::kExistingItems : ChangeClass::kNone;
  }

  uint32_t NoticeOf(ChangeClass change) const {
    const MatchingRules& rules = world_.catalogue->rules;
    switch (change) {
      case ChangeClass::kNone:
        return 0;
      case ChangeClass::kExistingItems:
        return rules.notice_days_existing;
      case ChangeClass::kNewDetail:
        return rules.notice_days_detail;
      case ChangeClass::kNewItems:
        return rules.notice_days_new;
    }
    return 0;
  }

  const Ask& ask_;
  const MatchWorld& world_;
  OrganisationIndex index_;
  HeldReturns returns_;
  std::vector<uint32_t> organisations_;  // Those asked, in their order.
  std::vector<LineSubject> subjects_;
  std::vector<PeriodNeeds> needs_;  // By asked period.
  NewFigures new_figures_;
  bool finer_ = false;
  bool new_ = false;
  MatchResult result_;
};

}  // namespace

MatchResult MatchAsk(const Ask& ask, const MatchWorld& world) {
  const Ask in_order = InOrder(ask);
  return Matcher(in_order, world).Match();
}

}  // namespace onereturn::ingestion
