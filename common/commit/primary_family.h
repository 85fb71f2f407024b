// The column families every service keeps for what it accepts itself. They are the first of each
// service's list; a service's own families go on from kFirstOwnFamily.
//
// clang-format off
//   entries   sequence:u64                           -> an onereturn.feed.v1.Entry, never rewritten
//   nodes     level:u32 index:u64                    -> hash of a complete subtree of the ledger
//   requests  scope:string request_id:string  -> storage.v1.RequestRecord, kept for ever
// clang-format on
#ifndef ONERETURN_COMMON_COMMIT_PRIMARY_FAMILY_H_
#define ONERETURN_COMMON_COMMIT_PRIMARY_FAMILY_H_

#include <cstdint>
#include <vector>

#include "common/storage/column_family.h"

namespace onereturn {

// On-disk format: DO NOT CHANGE THE NUMBERS.
enum class PrimaryFamily : uint32_t { kEntries = 0, kNodes = 1, kRequests = 2 };

inline constexpr uint32_t kFirstOwnFamily = 3;

// The beginning of every service's list of column families.
inline std::vector<ColumnFamilySpec> PrimaryFamilies() {
  return {{"entries", ColumnFamilyKind::kPrimary},
          {"nodes", ColumnFamilyKind::kPrimary},
          {"requests", ColumnFamilyKind::kPrimary}};
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_PRIMARY_FAMILY_H_
