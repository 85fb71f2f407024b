// What an audit finds.
#ifndef ONERETURN_TOOLS_AUDITOR_LIE_H_
#define ONERETURN_TOOLS_AUDITOR_LIE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace onereturn::auditor {

// What was done to the facts, as far as the evidence tells. docs/auditor.md says each in words.
enum class LieKind {
  kHeadNotSigned,     // A head, or a receipt's, that the key in force did not sign.
  kKeyChanged,        // Another key than the one pinned, and no signed change leads to it.
  kForgedHead,        // A signed root that the entries served do not have.
  kForkedLedger,      // Two signed heads of one size with different roots.
  kRolledBack,        // Entries that a signed head covers are no longer there.
  kHistoryReplaced,   // From an entry on, all are others than before.
  kEntryAltered,      // An entry has other bytes than before.
  kEntryDeleted,      // An entry is gone and the later ones have moved up.
  kEntryInserted,     // An entry stands where none was, and the later ones have moved down.
  kEntriesSwapped,    // Two entries stand in each other's place.
  kEntryImpossible,   // An entry that no honest service writes: its place, time, id, kind, format.
  kProofWrong,        // A proof that does not prove what it was asked for.
  kChunkAltered,      // Cells that do not have their digest, or are not in canonical form.
  kFileAltered,       // A stored file without the digest its entry names.
  kReturnMissing,     // A return the ledger holds is not served.
  kServedDiffers,     // What is served is not what the ledger holds.
  kServedUnrecorded,  // What is served stands in no entry.
  kRatingDiffers,     // A rating that its scores do not give.
  kFigureDiffers,     // A figure that the cells do not give.
  kReceiptAltered,    // A receipt that says other than its own entry.
};

// "ENTRY_DELETED".
absl::string_view NameOf(LieKind kind);
// In words, for people.
absl::string_view MeaningOf(LieKind kind);

struct Lie {
  LieKind kind;
  std::string service;
  std::string place;  // Which entry, file, resource.
  std::string expected;
  std::string seen;
};

// What was looked at, for one service.
struct Examined {
  std::string service;
  uint64_t epoch = 0;
  uint64_t size = 0;
  std::string root;  // In hex.
  uint64_t entries = 0;
  uint64_t chunks = 0;
  uint64_t files = 0;
  uint64_t heads = 0;   // Held before, or shown by witnesses, and compared.
  uint64_t served = 0;  // Resources compared with what the ledger holds.
};

struct Report {
  std::vector<Lie> lies;  // The first one first.
  std::vector<std::string>
      unchecked;  // What could not be looked at, and why: the audit is not whole.
  std::vector<std::string> notes;
  std::vector<Examined> examined;

  void Add(LieKind kind, absl::string_view service, absl::string_view place,
           absl::string_view expected, absl::string_view seen);
  // 0: all holds. 1: a lie. 3: something could not be checked.
  int ExitCode() const;
};

// For people: every lie, the first one first, then what was looked at.
std::string ReportText(const Report& report);
// One JSON object on one line.
std::string ReportJson(const Report& report);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_LIE_H_
