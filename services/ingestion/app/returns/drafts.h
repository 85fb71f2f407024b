// An officer's work in progress on a return.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_DRAFTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_DRAFTS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "onereturn/returns/v1/sign_off_service.pb.h"
#include "services/ingestion/app/returns/judge_return.h"

namespace onereturn::ingestion {

struct DraftAnswer {
  std::optional<returns::v1::Draft> draft;  // Absent when it was dropped.
  // What submitting it would answer; of a repeat nothing.
  std::optional<Verdict> verdict;
  Findings findings;
  std::optional<Accepted> accepted;
};

// Judges on the calling thread and answers on the committer's. The caller's scope has been checked.
// Errors are those of SignOffService's methods. Thread safe.
class Drafts {
 public:
  using Done = std::function<void(absl::StatusOr<DraftAnswer> answer)>;

  Drafts(Committer* committer, const FactWriter* writer, CompiledCollections* collections)
      : committer_(committer), writer_(writer), collections_(collections) {}

  // `draft.etag` is that of the draft before.
  void Save(const ReturnSubmission& draft, Done done) const;
  void Drop(const RequestOrigin& origin, const returns::v1::DropDraftRequest& request,
            Done done) const;

 private:
  absl::StatusOr<Decision> DecideSave(const Snapshot& snapshot, const ReturnSubmission& draft,
                                      DraftAnswer* answer) const;

  Committer* const committer_;
  const FactWriter* const writer_;
  CompiledCollections* const collections_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_DRAFTS_H_
