#include "services/ingestion/app/returns/undo_revision.h"

#include <cstdint>
#include <utility>

#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/reason_text.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/held_content.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/app/returns/stored_cells.h"

namespace onereturn::ingestion {

absl::StatusOr<ReturnSubmission> UndoOf(const Reader& reader, const OrganisationScope& scope,
                                        const returns::v1::UndoRevisionRequest& request,
                                        RequestOrigin origin, Origin sent_by) {
  Error faults(Reason::kFieldInvalid, "the revision cannot be undone like that");
  CheckReason(request.reason_text(), "reason_text", &faults);
  if (faults.fields_total() > 0) return faults.ToStatus();
  ASSIGN_OR_RETURN(ParsedName name, ParseReturnName(request.name()));
  ASSIGN_OR_RETURN(const RevisionPlace place,
                   PlaceOfRevision(reader, scope, name.key, name.revision, UINT64_MAX));
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, place.sequence));
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(bytes));
  ReturnSubmission undo;
  undo.origin = std::move(origin);
  undo.collection = name.key.collection;
  undo.period = name.key.period;
  undo.status = fact.status();
  undo.etag = request.etag();
  undo.reason = returns::v1::REVISION_REASON_UNDO;
  undo.reason_text = request.reason_text();
  undo.restored_revision = name.revision;
  undo.submission.organisation = name.key.organisation;
  undo.submission.origin = sent_by;
  undo.submission.with_screens = sent_by == Origin::kSubmitted;
  undo.nil = fact.nil();
  undo.submission.explanations = ExplanationsOf(fact);
  ASSIGN_OR_RETURN(undo.submission.cells, StoredCells(reader, fact.chunk_digests()));
  undo.submission.held_from = 0;
  return undo;
}

}  // namespace onereturn::ingestion
