// The verdict on one organisation's return: pure, every finding in one pass.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_JUDGEMENT_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_JUDGEMENT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/cells/cell.h"
#include "common/digest/digest.h"
#include "common/period/period.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/explanation.h"
#include "services/ingestion/domain/finding.h"
#include "services/ingestion/domain/rule_history.h"

namespace onereturn::ingestion {

enum class Origin { kSubmitted = 1, kImport = 2 };
enum class Verdict { kValid = 1, kValidWithExplanations = 2, kInvalid = 3 };

// Are cells of desirable items owed? Not in simplified mode.
enum class DesirableItems { kOwed, kSuspended };

// A return as it came.
struct Submission {
  std::string organisation;
  Origin origin = Origin::kSubmitted;
  std::vector<Cell> cells;    // Dimensions sorted; in any order of cells.
  std::vector<Place> places;  // Of each cell, in the same order; or empty.
  std::vector<ExplanationGiven> explanations;
  // False where the answer goes to who is not to see findings of screens.
  bool with_screens = true;
  // The organisation says that there was nothing to count: a rule that asks for cells which are not
  // there has its answer.
  bool nil = false;
  // Cells from this index on were not sent, but are of what is held.
  size_t held_from = SIZE_MAX;
  // A data request asks the organisation for this return, whether the frames name it or not.
  bool owed_for_request = false;
};

// What was found, and the cells as they will be stored.
struct Judgement {
  Verdict verdict = Verdict::kInvalid;
  Findings findings;
  std::vector<std::string> chunks;  // Packed cells; empty when invalid.
  std::vector<Digest> chunk_digests;
  Digest cell_digest = {};
  uint64_t cell_count = 0;
};

// Structural codes: CELL_UNKNOWN_ITEM, CELL_DIMENSION, CELL_DUPLICATE, CELL_MISSING,
// CELL_NOT_COLLECTED, NOT_IN_FRAME, RULE_FAULTY, SIMPLIFIED_MODE; and the codes of the collection's
// rules. An import's numbers in cells that are known not to be collected become nulls
// NOT_COLLECTED; sent by the organisation itself they are an error.
//
// `past` is what the same organisation returned for periods before `period`, and beside the return.
// Only what some rule needs is asked of it: a rule that needs more than is held is not decided,
// which is no finding. Whoever reads it as it is asked for looks at its status afterwards.
//
// Where desirable items are suspended, their cells may be missing: SIMPLIFIED_MODE says how many
// are, and a rule that reads an item of which one is missing is not decided.
Judgement Judge(const Collection& collection, const Period& period, const Submission& submission,
                const PastReturns& past, DesirableItems desirable = DesirableItems::kOwed);
Judgement Judge(const Collection& collection, const Period& period, const Submission& submission,
                const ReturnHistory& history = {},
                DesirableItems desirable = DesirableItems::kOwed);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_JUDGEMENT_H_
