#include "services/ingestion/app/held_content.h"

#include <utility>

#include "common/commit/journal.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/accepted_return.h"
#include "services/ingestion/app/stored_cells.h"
#include "services/ingestion/app/submitted_return.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/store/unsigned_table.h"

namespace onereturn::ingestion {
namespace {

absl::StatusOr<HeldContent> ContentOf(const Reader& reader, const feed::v1::ReturnAccepted& fact) {
  HeldContent content;
  content.explanations = ExplanationsOf(fact);
  ASSIGN_OR_RETURN(content.cells, StoredCells(reader, fact.chunk_digests()));
  return content;
}

}  // namespace

std::vector<ExplanationGiven> ExplanationsOf(const feed::v1::ReturnAccepted& fact) {
  std::vector<ExplanationGiven> explanations;
  for (const common::v1::Explanation& given : fact.explanations()) {
    ExplanationGiven explanation{given.rule(), std::nullopt, given.text()};
    if (given.has_cell()) explanation.cell = CellAt(given.cell());
    explanations.push_back(std::move(explanation));
  }
  return explanations;
}

absl::StatusOr<HeldOfReturn> ReadHeld(const Reader& reader, const ReturnKey& key,
                                      const ReturnHeadState& head, const Joining& joining,
                                      Origin origin) {
  HeldOfReturn held;
  if (!joining.AsksForHeld()) return held;
  if (origin == Origin::kSubmitted) {
    ASSIGN_OR_RETURN(const HeldSubmission waiting, SubmissionOf(reader, key));
    held.read_set.push_back(waiting.check);
    if (waiting.waits()) {
      ASSIGN_OR_RETURN(const auto submitted, SubmittedAt(reader, waiting.record.sequence()));
      // What another revision has overtaken cannot be signed any more.
      if (submitted.fact.content().revision() == head.newest.number + 1) {
        ASSIGN_OR_RETURN(held.content, ContentOf(reader, submitted.fact.content()));
        return held;
      }
    }
  }
  if (head.newest.number == 0) return held;
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, head.newest.sequence));
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(bytes));
  ASSIGN_OR_RETURN(held.content, ContentOf(reader, fact));
  return held;
}

}  // namespace onereturn::ingestion
