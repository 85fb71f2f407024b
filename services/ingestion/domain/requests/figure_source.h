// How one figure is covered, and from which returns it is made.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURE_SOURCE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURE_SOURCE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
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
  kNotOpen,  // The organisation had not opened by the end of the period: it is asked for nothing.
};

// How one triple is covered.
struct Cover {
  CoverageClass coverage = CoverageClass::kNew;
  // As `coverage`, whatever its freshness.
  CoverageClass as_if_fresh = CoverageClass::kNew;
  Because because = Because::kNoItem;
  // Made of returns of homes, all or some of which are held or would be asked. Else the
  // organisation itself would be asked, in a collection that issuing makes (unless kNotOpen).
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

// Counts returns, each once however many items are read of it. One that lacks an item is not held.
class PartCount {
 public:
  explicit PartCount(uint32_t organisations) : organisations_(organisations) {}

  // Returns of the part by these organisations are needed.
  void Add(const ItemReturns& part, const OrganisationSet& organisations);
  // Of returns of a collection that issuing would make.
  void AddNew(uint64_t count) { new_ += count; }

  uint64_t Needed() const;
  uint64_t Held() const;
  // Visits those that are not held, in order of collection, period and organisation.
  template <typename Visit>
  void ForEachMissing(Visit visit) const {
    for (const auto& [key, returns] : counted_) {
      returns.missing.ForEach([&](uint32_t organisation) { visit(*returns.of, organisation); });
    }
  }

 private:
  struct Counted {
    const CollectionReturns* of = nullptr;
    OrganisationSet needed;
    OrganisationSet missing;
  };

  uint32_t organisations_;
  uint64_t new_ = 0;
  std::map<std::pair<absl::string_view, Period>, Counted> counted_;
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
