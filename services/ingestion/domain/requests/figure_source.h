// How one figure is covered, and from which returns it is made.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURE_SOURCE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURE_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "services/ingestion/domain/requests/line_plan.h"

namespace onereturn::ingestion {

// Why a figure is covered as it is, for the words.
enum class Because : uint8_t {
  kHeld,
  kNothingHeld,  // It has a home, which would be asked.
  kNoItem,
  kNotForPeriod,
  kNoHome,
  kNotOverTime,       // Shorter periods are held, and may not be summed.
  kNotOverDimension,  // A dimension that is left out does not add up.
  kInputNotMade,      // An item of its formula cannot be made.
  kLongerHeld,
  kWholeHeld,
  kAboveHeld,
};

// How one triple is covered.
struct Cover {
  CoverageClass coverage = CoverageClass::kNew;
  // As `coverage`, whatever its freshness.
  CoverageClass as_if_fresh = CoverageClass::kNew;
  Because because = Because::kNoItem;
  // Made of returns of homes, all or some of which are held or would be asked. Else the
  // organisation itself would be asked, in a collection that issuing makes.
  bool at_home = false;
  bool over_organisations = false;
  bool complete = false;  // No part is missing.

  friend bool operator==(const Cover&, const Cover&) = default;
};

Cover CoverOf(const LinePlan& plan, uint32_t organisation, const Period& period,
              HeldReturns& returns);

// Visits every return of which an item is made for the organisation: visit(ItemReturns&, number of
// the organisation that reports).
template <typename Visit>
void VisitParts(const ItemPlan& item, uint32_t organisation, HeldReturns& returns, Visit visit) {
  for (ItemReturns* part : item.home->returns) {
    const Level level =
        returns.LevelOf(*part->of, item.known->additive_over_organisations, organisation);
    for (const uint32_t reporting : level.organisations) visit(*part, reporting);
  }
}

// Counts returns, each once.
class PartCount {
 public:
  // `number`: another one for every count, from 1.
  explicit PartCount(uint32_t number) : number_(number) {}

  // Was it not missing before, and is now?
  bool Add(const ItemReturns& part, uint32_t organisation) {
    CollectionReturns& returns = *part.of;
    if (returns.counted[organisation] != number_) {
      returns.counted[organisation] = number_;
      ++needed_;
    }
    const bool missing = part.states[organisation] == PartState::kMissing;
    if (!missing || returns.counted_missing[organisation] == number_) return false;
    returns.counted_missing[organisation] = number_;
    ++missing_;
    return true;
  }
  // Of returns of a collection that issuing would make.
  void AddNew(uint64_t count) {
    needed_ += count;
    missing_ += count;
  }

  uint64_t needed() const { return needed_; }
  uint64_t held() const { return needed_ - missing_; }

 private:
  uint32_t number_;
  uint64_t needed_ = 0;
  uint64_t missing_ = 0;
};

// Answers many questions about one request. Refers to what it is made of; not for several threads.
class FigureSources {
 public:
  // `organisations`: those asked about; `ask` names them or not.
  FigureSources(const Ask& ask, const MatchWorld& world,
                const std::vector<std::string>& organisations);

  // As SourceOf.
  std::optional<FigureSource> Of(uint32_t line, const std::string& organisation,
                                 const Period& period);

 private:
  const Ask& ask_;
  const MatchWorld& world_;
  OrganisationIndex index_;
  HeldReturns returns_;
  std::vector<LineSubject> subjects_;
  std::map<std::pair<uint32_t, Period>, LinePlan> plans_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURE_SOURCE_H_
