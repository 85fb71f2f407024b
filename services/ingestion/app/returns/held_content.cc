#include "services/ingestion/app/returns/held_content.h"

#include <optional>
#include <utility>

#include "common/commit/journal.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/stored_cells.h"
#include "services/ingestion/app/returns/submitted_return.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/store/unsigned_table.h"

namespace onereturn::ingestion {
namespace {

// What is held, as ReadHeld says it; nullopt where nothing is. `waiting`: where the organisation
// itself sends.
absl::StatusOr<std::optional<feed::v1::ReturnAccepted>> FactHeld(
    const Reader& reader, const ReturnHeadState& head,
    const std::optional<HeldSubmission>& waiting) {
  if (waiting.has_value() && waiting->waits()) {
    ASSIGN_OR_RETURN(const auto submitted, SubmittedAt(reader, waiting->record.sequence()));
    // What another revision has overtaken cannot be signed any more.
    if (submitted.fact.content().revision() == head.newest.number + 1) {
      return submitted.fact.content();
    }
  }
  if (head.newest.number == 0) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, head.newest.sequence));
  return ReturnOfEntry(bytes);
}

absl::StatusOr<HeldContent> ContentOf(const Reader& reader, const feed::v1::ReturnAccepted& fact) {
  HeldContent content;
  content.explanations = ExplanationsOf(fact);
  ASSIGN_OR_RETURN(content.cells, StoredCells(reader, fact.chunk_digests()));
  return content;
}

}  // namespace

returns::v1::RevisionStatus StatusThatResults(returns::v1::RevisionStatus given,
                                              returns::v1::RevisionStatus held) {
  if (given != returns::v1::REVISION_STATUS_UNSPECIFIED) return given;
  return held != returns::v1::REVISION_STATUS_UNSPECIFIED ? held
                                                          : returns::v1::REVISION_STATUS_FINAL;
}

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
  std::optional<HeldSubmission> waiting;
  if (origin == Origin::kSubmitted) {
    ASSIGN_OR_RETURN(waiting, SubmissionOf(reader, key));
    held.read_set.push_back(waiting->check);
  }
  ASSIGN_OR_RETURN(const std::optional<feed::v1::ReturnAccepted> fact,
                   FactHeld(reader, head, waiting));
  if (!fact.has_value()) return held;
  held.status = fact->status();
  ASSIGN_OR_RETURN(held.content, ContentOf(reader, *fact));
  return held;
}

absl::StatusOr<returns::v1::RevisionStatus> StatusHeld(const Reader& reader, const ReturnKey& key,
                                                       const ReturnHeadState& head,
                                                       const Joining& joining, Origin origin) {
  if (!joining.AsksForHeld()) return returns::v1::REVISION_STATUS_UNSPECIFIED;
  std::optional<HeldSubmission> waiting;
  if (origin == Origin::kSubmitted) {
    ASSIGN_OR_RETURN(waiting, SubmissionOf(reader, key));
  }
  ASSIGN_OR_RETURN(const std::optional<feed::v1::ReturnAccepted> fact,
                   FactHeld(reader, head, waiting));
  return fact.has_value() ? fact->status() : returns::v1::REVISION_STATUS_UNSPECIFIED;
}

}  // namespace onereturn::ingestion
