// Submitting one organisation's return: accepted at once, or kept until it is signed.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_SUBMIT_RETURN_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_SUBMIT_RETURN_H_

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
#include "services/ingestion/app/catalogue/compiled_collections.h"
#include "services/ingestion/app/returns/judge_return.h"
#include "services/ingestion/domain/judgement.h"

namespace onereturn::ingestion {

// The verdict, and the fact if there is one.
struct ReturnAnswer {
  Verdict verdict = Verdict::kInvalid;
  Findings findings;
  std::optional<Accepted> accepted;  // Absent when nothing was stored.
  feed::v1::ReturnAccepted fact;     // Of `accepted`, or what waits there to be signed.
  bool waits = false;                // For signatures: it is not accepted yet.
  bool unchanged = false;            // `fact` is what an earlier request came to.
};

// Errors, besides those of JudgeReturn and FactWriter: NOT_REOPENED, REVISION_REASON. Thread safe.
// Large returns write their cell chunks ahead of the fact, in batches of their own.
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

  // OK where what is held of the return lets one whose cells have this digest be sent, or is the
  // same; NOT_REOPENED, REVISION_REASON. The cells of `submission` are not looked at.
  static absl::Status CheckHeld(const Reader& reader, const Collection& collection,
                                const ReturnKey& key, const ReturnSubmission& submission,
                                const Digest& cell_digest);

  // Judges on the calling thread; `done` runs on the committer's thread, or on this one when there
  // is nothing to commit. `again` as FactWriter::Write.
  void Run(ReturnSubmission submission, Done done, FactWriter::Again again = nullptr) const;

  // As Run asks for it: who asks, under which id.
  static FactRequest RequestOf(const ReturnSubmission& submission);
  // What is to become of it as the snapshot is; `answer` is all but the acceptance. The chunks of
  // its cells go into the fact's batch as far as `room_bytes` has room for them. Waits for the
  // committer for others.
  absl::StatusOr<Decision> Decide(const Snapshot& snapshot, const ReturnSubmission& submission,
                                  size_t* room_bytes, ReturnAnswer* answer) const;

 private:
  struct Work;
  // `void_waiting`: something waits to be signed that will not be.
  absl::StatusOr<Decision> Keep(const ReturnSubmission& submission, JudgedReturn judged,
                                bool void_waiting, size_t* room_bytes, ReturnAnswer* answer) const;

  Committer* const committer_;
  const FactWriter* const writer_;
  CompiledCollections* const collections_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_SUBMIT_RETURN_H_
