// The column families every service keeps for what it accepts itself. They are the first of each
// service's list; a service's own families go on from kFirstOwnFamily.
//
// clang-format off
//   entries   sequence:u64                           -> an onereturn.feed.v1.Entry, never rewritten
//   nodes     level:u32 index:u64                    -> hash of a complete subtree of the ledger
//   requests  scope:string request_id:string  -> storage.v1.RequestRecord, kept for ever
// clang-format on
//
// and, somewhere in each service's list, because it came later, the family "ledger":
//
// clang-format off
//   ledger    01                                  -> nothing: a high-water file is kept
//             02 from_size:u64                    -> storage.v1.SigningKeyRecord: own keys
//             03 service:string                   -> storage.v1.PeerLedgerRecord
//             04 service:string epoch:u64 size:u64 -> a stored-head of common/ledger/signed_head.h,
//                                                    of another service, seen and checked
// clang-format on
#ifndef ONERETURN_COMMON_COMMIT_PRIMARY_FAMILY_H_
#define ONERETURN_COMMON_COMMIT_PRIMARY_FAMILY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "common/storage/column_family.h"
#include "common/storage/store.h"

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

// The family "ledger", to be appended once to each service's list.
inline ColumnFamilySpec LedgerFamilySpec() { return {"ledger", ColumnFamilyKind::kPrimary}; }

// Tags of the layouts in it. On-disk format: DO NOT CHANGE THE NUMBERS.
enum class LedgerTag : uint8_t {
  kHighWaterKept = 1,
  kSigningKey = 2,
  kPeerLedger = 3,
  kWitnessedHead = 4,
};

// Where it lies in this store; nullopt where the store's list has none, as in some tests.
inline std::optional<ColumnFamily> LedgerFamilyOf(const Store& store) {
  const std::vector<ColumnFamilySpec>& families = store.column_families();
  for (size_t i = 0; i < families.size(); ++i) {
    if (families[i].name == LedgerFamilySpec().name) {
      return ColumnFamily(static_cast<PrimaryFamily>(i));
    }
  }
  return std::nullopt;
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_PRIMARY_FAMILY_H_
