// How what is sent meets what is held: pure, so that a file and a call are joined alike.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_JOINING_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_JOINING_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/cells/cell.h"
#include "services/ingestion/domain/explanation.h"
#include "services/ingestion/domain/finding.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/domain/submit_mode.h"

namespace onereturn::ingestion {

struct Joining {
  SubmitMode mode = SubmitMode::kReplace;
  // Of what is sent in a layout that gives a part of a return: the items that it speaks for.
  // Replacing leaves the cells of all others as they are held.
  std::optional<std::set<std::string>> part = std::nullopt;

  bool AsksForHeld() const { return mode != SubmitMode::kReplace || part.has_value(); }
};

// What is held of a return: none of both when nothing is.
struct HeldContent {
  std::vector<Cell> cells;  // Each once.
  std::vector<ExplanationGiven> explanations;
};

// Makes of what was sent the whole return that results; kept cells come last and have no place.
// Kept reasons are those beside kept cells, and of a rule as a whole where none is given for that
// rule: also where the rule reads what was sent, for such a reason names no figure. Where the whole
// return is replaced nothing is kept. Findings, all of them errors:
//   CELL_NOT_HELD  a cell that is to be taken out is not held
//   EXPLANATION    with the kept ones there are more reasons than a return takes
Findings Join(const Joining& joining, HeldContent held, Submission* sent);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_JOINING_H_
