// The faults of a set of organisation records.
#ifndef ONERETURN_COMMON_HIERARCHY_HIERARCHY_CHECK_H_
#define ONERETURN_COMMON_HIERARCHY_HIERARCHY_CHECK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/hierarchy/organisation.h"

namespace onereturn {

enum class HierarchyFaultKind {
  kInvalidCode,            // The code of an organisation is no ODS code.
  kDuplicateOrganisation,  // A code has more than one record.
  kNoName,
  kInvalidDay,         // A day that does not exist.
  kCloseBeforeOpen,    // An organisation closes before it opens.
  kForeignRecord,      // A relationship or succession stands under another organisation's record.
  kUnknownParent,      // The parent of a relationship has no record.
  kWrongType,          // The child or the parent is not of the type that the kind demands.
  kEndBeforeStart,     // A relationship ends before it begins.
  kNeverInForce,       // Its organisations are never both open on its days.
  kInvalidShare,       // A share is negative or above the whole.
  kOverlap,            // The same relationship is recorded twice for some days.
  kShareTotal,         // On some days the shares do not total the whole, and no one parent leads.
  kCycle,              // Organisations belong to each other in a circle.
  kInvalidSuccession,  // The new code has no record, or is the old one.
};

// "INVALID_CODE", "SHARE_TOTAL", and so on.
absl::string_view HierarchyFaultKindName(HierarchyFaultKind kind);

struct HierarchyFault {
  HierarchyFaultKind kind = HierarchyFaultKind::kInvalidCode;
  std::string organisation;  // The code whose record is at fault; of a circle, the least.
  std::string message;       // For people: what is wrong, on which days, what to do.
};

// Every fault: of the records in their order, then of relationships and successions in that order,
// then overlaps and share totals by code, then circles by day. Types and kinds must be named values
// of their enums (checked, aborts).
std::vector<HierarchyFault> CheckOrganisations(absl::Span<const Organisation> organisations);

// Days since 1970-01-01, both inclusive.
struct DaysInForce {
  int32_t from = 0;
  int32_t to = 0;
};
// Stands for "until further notice": later than every day.
inline constexpr int32_t kOpenEnd = INT32_MAX;

// The days of a relationship on which both organisations are open; nullopt if there are none. The
// days of all three must be valid.
std::optional<DaysInForce> DaysOf(const Relationship& relationship, const Organisation& child,
                                  const Organisation& parent);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_HIERARCHY_HIERARCHY_CHECK_H_
