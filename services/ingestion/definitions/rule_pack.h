// What a rule pack holds, as files are judged by it.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_RULE_PACK_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_RULE_PACK_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/ledger/signing.h"
#include "common/period/period.h"
#include "onereturn/returns/v1/rule_pack.pb.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/explanation.h"
#include "services/ingestion/domain/file_examination.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/domain/rule_history.h"

namespace onereturn::ingestion {

// What the service signs of a serialised RulePack; nothing else is signed that begins so.
std::string SignedBytesOf(absl::string_view pack);

// OK when `trusted`, or a key that it was handed over to, signed the pack. FAILED_PRECONDITION when
// it says that another key did; DATA_LOSS when it is not what was signed, or a handover is not.
absl::Status VerifyRulePack(const returns::v1::SignedRulePack& signed_pack,
                            const VerifyingKey& trusted);

// A pack, compiled. Immutable.
struct RulePack {
  std::string organisation;
  Period period;
  Collection collection;
  ReturnHistory history;
  std::vector<Cell> held;  // Empty where nothing is held.
  // With blanks for their words, which the pack does not tell: as many as there are bytes of them.
  std::vector<ExplanationGiven> held_explanations;
  returns::v1::RulePack source;

  DesirableItems desirable() const {
    return source.simplified_mode() ? DesirableItems::kSuspended : DesirableItems::kOwed;
  }
  bool owed_for_request() const { return source.owed_for_request(); }
};

// The collection of a pack, compiled with the pack's items. Errors of BuildCollection.
absl::StatusOr<Collection> CompileCollection(const returns::v1::RulePack& source);

// DATA_LOSS when the bytes are no pack. Whoever got them from elsewhere verifies them first.
absl::StatusOr<RulePack> ReadRulePack(absl::string_view pack);

// What was judged of a file.
struct CheckedFile {
  Verdict verdict = Verdict::kInvalid;
  Findings findings;
  std::vector<JudgedRows> returns;
};

// Judges a file of the pack's organisation and period as the service does for that organisation.
// `read` gives all bytes of the file in order to what it is given, and passes on its errors. Errors
// of ReturnFileReader and FileExamination; FILE_LAYOUT for a layout that the collection does not
// have; PERIOD for a file of another period. Where the file's first row begins later than the
// service looks for it (app/files/collection_of_file.h), the service alone refuses the file.
absl::StatusOr<CheckedFile> CheckFile(
    const RulePack& pack, const std::string& layout,
    const std::function<absl::Status(std::function<absl::Status(absl::string_view bytes)> take)>&
        read);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_RULE_PACK_H_
