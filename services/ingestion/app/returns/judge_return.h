// Judging one organisation's return on one state of the store.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_JUDGE_RETURN_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_JUDGE_RETURN_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/digest/digest.h"
#include "onereturn/returns/v1/return.pb.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/app/catalogue/compiled_collections.h"
#include "services/ingestion/app/catalogue/define.h"
#include "services/ingestion/domain/joining.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// The stored file a return came in. Accepting the return keeps the upload for ever.
struct SourceFile {
  Digest digest = {};
  std::string upload;  // Id.
  ReadCheck held;      // That the upload is still there.
};

// A return to be judged and accepted.
struct ReturnSubmission {
  RequestOrigin origin;
  std::string collection;
  std::string period;  // As the caller wrote it.
  // UNSPECIFIED: StatusThatResults says which.
  returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_FINAL;
  std::string etag;                // Empty: whatever is held.
  std::optional<SourceFile> file;  // Absent when it came in a call.
  Submission submission;           // `period` is filled in from the text.
  // Why it is sent again.
  returns::v1::RevisionReason reason = returns::v1::REVISION_REASON_UNSPECIFIED;
  std::string reason_text;
  bool nil = false;  // Its cells are those of NilCells, whatever `submission` has.
  // What making it up cost, as its sender says; absent: nothing was said.
  std::optional<timetable::v1::EstimatedMinutes> declared_minutes;
  uint32_t restored_revision = 0;  // Whose cells they are, of an UNDO.
  Joining joining;                 // To what is held.
};

// A return as one state of the store judges it.
struct JudgedReturn {
  CompiledCollection compiled;
  Period period;
  ReturnKey key;  // The period in its canonical form.
  ReturnHeadState head;
  Judgement judgement;
  std::vector<ExplanationGiven> explanations;  // Those given, and those kept of what is held.
  returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_FINAL;  // StatusThatResults.
  std::vector<ReadCheck> read_set;                                          // All it was judged on.
};

// ODS_UNKNOWN, ODS_FORMAT, ODS_CLOSED, DEFINITION_UNKNOWN, PERIOD; ETAG_MISMATCH where the
// submission names an etag of the return that is not the newest.
absl::StatusOr<JudgedReturn> JudgeReturn(const Snapshot& snapshot, CompiledCollections* collections,
                                         const ReturnSubmission& submission);

// Whether cells of desirable items are owed by the newest facts. Adds to the read set that it stays
// so, where the collection has such items.
absl::StatusOr<DesirableItems> DesirableNow(const Reader& reader, const Collection& collection,
                                            std::vector<ReadCheck>* read_set);

// ETAG_MISMATCH where the etag, unless empty, is not that of the newest revision.
absl::Status CheckEtag(const std::string& etag, const ReturnHeadState& head);

// The period of a return as a caller writes it. PERIOD when it is none, or of another kind than the
// collection takes.
absl::StatusOr<Period> PeriodOfReturn(const std::string& text, PeriodKind kind);

// ODS_CLOSED where the organisation, which must be defined, had closed before the period began: it
// cannot report for a time after its end. OK for an import: what a national body publishes may
// carry the old code.
absl::Status CheckOrganisationOpen(const Reader& reader, const std::string& organisation,
                                   Origin origin, const Period& period);

// ODS_UNKNOWN or ODS_FORMAT unless the organisation is defined.
absl::Status CheckOrganisationKnown(const Reader& reader, const std::string& organisation);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_JUDGE_RETURN_H_
