// What a line asks for in one period, whatever the organisation: which item it is there, and of
// which returns it would be made.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_LINE_PLAN_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_LINE_PLAN_H_

#include <string>
#include <vector>

#include "services/ingestion/domain/requests/held_returns.h"
#include "services/ingestion/domain/requests/likeness.h"

namespace onereturn::ingestion {

// Which item a line is, or stands nearest to.
struct LineSubject {
  FoundLikeness found;  // kNone with an item: the item is asked by its code.
  std::string item;     // Empty: none.
  const std::vector<KnownItem>* versions = nullptr;  // Null: none.
  bool is_item = false;  // Lacks nothing that is asked in any of the periods it is for.
  // Where the item is a finer view of the one that was named by its code: that one, whose
  // dimensions are asked. Null: `item` was named itself.
  const std::vector<KnownItem>* named = nullptr;
};

// One item that is read: the line's own, or one of its formula.
struct ItemPlan {
  const KnownItem* known = nullptr;  // As it is for the period. Null: it is not.
  std::string code;
  HomeParts* home = nullptr;  // Null without `known`.
  bool sums_dimensions = false;
  std::string may_not_sum;  // The first dimension that is left out and does not add up.

  bool CanBeMade() const {
    return known != nullptr && !home->returns.empty() && may_not_sum.empty();
  }
};

enum class LineMeaning : uint8_t {
  kNoItem,        // Unknown, or of another definition, or like an item by words.
  kNotForPeriod,  // The item is not for this period.
  kFinerView,     // Of the item, by a dimension or value that it lacks.
  kItem,
};

struct LinePlan {
  LineMeaning meaning = LineMeaning::kNoItem;
  const KnownItem* known = nullptr;
  bool is_formula = false;
  std::vector<ItemPlan> items;
  bool can_be_made = false;                // Of all of them, and there is one.
  std::vector<AskedDimension> dimensions;  // In which it is asked.
  std::string lacks;                       // Of a finer view: the dimension.
  std::vector<std::string> lacks_values;   // Of that dimension; empty: all of it.
};

// Of each line the item by its code, or as ItemFinder finds it on the first day of the last period;
// or the finer view of it that the line asks for.
std::vector<LineSubject> SubjectsOf(const Ask& ask, const KnownCatalogue& catalogue);

LinePlan PlanOf(const AskLine& line, const LineSubject& subject, const Period& period,
                const KnownCatalogue& catalogue, HeldReturns& returns);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_LINE_PLAN_H_
