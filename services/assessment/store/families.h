// The column families of the assessment service after those every service has. All are indexes into
// the ledgered entries: a row holds the sequence of the fact it stands for, and what is cheap to
// need without reading it.
//
// clang-format off
//   frameworks   code:string version:u32                        -> sequence:u64
//   heads        01 code:string                                 -> version:u32 sequence:u64 newest
//                02                                             -> count:u64 of assessments
//                03 assessment:u64                              -> count:u64 of its evidence
//                04 assessment:u64                              -> sequence:u64 of its newest fact
//   assessments  assessment:u64                                 -> sequence:u64 organisation:string
//   evidence     assessment:u64 evidence:u64                    -> sequence:u64 statement:string
//   scores       assessment:u64 statement:string ~sequence:u64  -> score:u32
//   rights       see common/feed/rights_follower.h
// clang-format on
//
// Components are written as common/storage/key_codec.h says, values too. Only heads are ever
// rewritten. A store of before head 04 has none of an assessment that nothing was added to since.
#ifndef ONERETURN_SERVICES_ASSESSMENT_STORE_FAMILIES_H_
#define ONERETURN_SERVICES_ASSESSMENT_STORE_FAMILIES_H_

#include <cstdint>
#include <vector>

#include "common/commit/primary_family.h"
#include "common/storage/column_family.h"

namespace onereturn::assessment {

// On-disk format: DO NOT CHANGE THE NUMBERS.
enum class Family : uint32_t {
  kFrameworks = kFirstOwnFamily,
  kHeads = kFirstOwnFamily + 1,
  kAssessments = kFirstOwnFamily + 2,
  kEvidence = kFirstOwnFamily + 3,
  kScores = kFirstOwnFamily + 4,
  kLedger = kFirstOwnFamily + 5,  // See common/commit/primary_family.h.
  kRights = kFirstOwnFamily + 6,
};

// Tags of the layouts in heads. On-disk format: DO NOT CHANGE THE NUMBERS.
enum class HeadTag : uint8_t {
  kFramework = 1,
  kAssessmentCount = 2,
  kEvidenceCount = 3,
  kAssessment = 4,
};

// All families of the service's store, in their order.
inline std::vector<ColumnFamilySpec> AllFamilies() {
  std::vector<ColumnFamilySpec> families = PrimaryFamilies();
  for (const char* name : {"frameworks", "heads", "assessments", "evidence", "scores"}) {
    families.push_back({name, ColumnFamilyKind::kPrimary});
  }
  families.push_back(LedgerFamilySpec());
  families.push_back({"rights", ColumnFamilyKind::kDerived});
  return families;
}

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_STORE_FAMILIES_H_
