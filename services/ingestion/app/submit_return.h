// Submitting one organisation's return.
#ifndef ONERETURN_SERVICES_INGESTION_APP_SUBMIT_RETURN_H_
#define ONERETURN_SERVICES_INGESTION_APP_SUBMIT_RETURN_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/digest/digest.h"
#include "common/storage/store.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/returns/v1/return.pb.h"
#include "services/ingestion/app/compiled_collections.h"
#include "services/ingestion/app/define.h"
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
  returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_FINAL;
  std::string etag;                // Empty: whatever is held.
  std::optional<SourceFile> file;  // Absent when it came in a call.
  Submission submission;           // `period` is filled in from the text.
};

// The verdict, and the fact if there is one.
struct ReturnAnswer {
  Verdict verdict = Verdict::kInvalid;
  Findings findings;
  std::optional<Accepted> accepted;  // Absent when nothing was stored.
  feed::v1::ReturnAccepted fact;     // Of `accepted`.
  bool unchanged = false;
};

// Thread safe. Large returns write their cell chunks ahead of the fact, in batches of their own.
class SubmitReturn {
 public:
  using Done = std::function<void(absl::StatusOr<ReturnAnswer> answer)>;

  SubmitReturn(Committer* committer, const FactWriter* writer, CompiledCollections* collections)
      : committer_(committer), writer_(writer), collections_(collections) {}

  // As AdmitToWindow, at the time of what is committed next; nothing for an import, which windows
  // do not concern.
  absl::StatusOr<std::vector<ReadCheck>> Admit(const Reader& reader, const Collection& collection,
                                               const Period& period, Origin origin,
                                               const std::string& organisation) const;

  // Judges on the calling thread; `done` runs on the committer's thread, or on this one when there
  // is nothing to commit. `again` as FactWriter::Write.
  void Run(ReturnSubmission submission, Done done, FactWriter::Again again = nullptr) const;

 private:
  struct Work;
  absl::StatusOr<Decision> Decide(const Snapshot& snapshot, Work* work) const;
  // Puts the chunks of a large return into the store.
  absl::Status WriteChunksAhead(const Judgement& judgement) const;

  Committer* const committer_;
  const FactWriter* const writer_;
  CompiledCollections* const collections_;
};

// The period of a return as a caller writes it. PERIOD when it is none, or of another kind than the
// collection takes.
absl::StatusOr<Period> PeriodOfReturn(const std::string& text, PeriodKind kind);

// ODS_UNKNOWN or ODS_FORMAT unless the organisation is defined.
absl::Status CheckOrganisationKnown(const Reader& reader, const std::string& organisation);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_SUBMIT_RETURN_H_
