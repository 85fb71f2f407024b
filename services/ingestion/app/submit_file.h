// Taking an uploaded file: each organisation's return is a fact of its own, the file's own fact
// comes last.
#ifndef ONERETURN_SERVICES_INGESTION_APP_SUBMIT_FILE_H_
#define ONERETURN_SERVICES_INGESTION_APP_SUBMIT_FILE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/identity/rights.h"
#include "services/ingestion/app/submit_return.h"
#include "services/ingestion/app/uploads.h"
#include "services/ingestion/domain/file_examination.h"
#include "services/ingestion/domain/return_file.h"

namespace onereturn::ingestion {

struct FileSubmission {
  RequestOrigin origin;
  OrganisationScope scope = OrganisationScope::National();
  bool may_import = false;  // Many organisations, origin IMPORT.
  std::string owner;        // Of the upload.
  std::string upload;       // Id.
  std::string collection;
  std::string layout;
  GivenWithFile given;
  returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_FINAL;
  returns::v1::RevisionReason reason = returns::v1::REVISION_REASON_UNSPECIFIED;
  std::string reason_text;
};

// What became of one organisation's rows.
struct FileReturnAnswer {
  std::string organisation;
  uint32_t row = 0;  // Its first.
  Verdict verdict = Verdict::kInvalid;
  std::string revision;    // Name; empty when nothing was accepted.
  std::string submission;  // Name; empty unless it waits to be signed.
  uint64_t sequence = 0;
  bool replayed = false;
  bool unchanged = false;
};

struct FileAnswer {
  Verdict verdict = Verdict::kInvalid;
  Findings findings;
  std::vector<FileReturnAnswer> returns;  // In order of row.
  std::optional<Accepted> accepted;       // The file's own fact.
  std::string period;
};

// Thread safe. Blocks the calling thread until all is committed: it has a small pool of its own.
class SubmitFile {
 public:
  SubmitFile(const Store* store, const FactWriter* writer, CompiledCollections* collections,
             const Uploads* uploads, const SubmitReturn* submit_return)
      : store_(store),
        writer_(writer),
        collections_(collections),
        uploads_(uploads),
        submit_return_(submit_return) {}

  // Reads the file twice: first to judge all of it, then, if the file as a whole is sound, to
  // commit it return by return. A faulty row keeps its own return out and no other's. Envelope
  // errors and the errors of ReturnFileReader; ORG_SCOPE when a caller without the import
  // permission names another organisation.
  absl::StatusOr<FileAnswer> Run(const FileSubmission& submission) const;

 private:
  // Commits the file's returns; what is left to write is the file's own fact.
  absl::StatusOr<Decision> Take(const Snapshot& snapshot, const FileSubmission& submission,
                                FileAnswer* answer) const;
  // The collection as it is for the file's period, which stands in the file.
  absl::StatusOr<CompiledCollection> CollectionFor(const Snapshot& snapshot,
                                                   const StoredUpload& upload,
                                                   const FileSubmission& submission) const;
  absl::Status JudgeFile(const StoredUpload& upload, const FileSubmission& submission,
                         const CompiledCollection& compiled, FileAnswer* answer) const;
  absl::Status ReadRows(const StoredUpload& upload, const FileSubmission& submission,
                        const CompiledCollection& compiled, ReturnFileReader::Taker taker,
                        std::string* period) const;  // `period` may be null.
  // What a file of a part leaves as it is goes to the rows; the answer is the etag of the revision
  // that it comes from. Empty for a file of the whole.
  absl::StatusOr<std::string> KeepOtherCells(const LayoutSpec& layout, const Collection& collection,
                                             FileReturnRows* rows) const;
  absl::Status CommitRows(const StoredUpload& upload, const FileSubmission& submission,
                          const CompiledCollection& compiled, FileAnswer* answer) const;
  static absl::StatusOr<NewFact> FileFact(const StoredUpload& upload,
                                          const FileSubmission& submission,
                                          const CompiledCollection& compiled,
                                          const FileAnswer& answer);

  const Store* const store_;
  const FactWriter* const writer_;
  CompiledCollections* const collections_;
  const Uploads* const uploads_;
  const SubmitReturn* const submit_return_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_SUBMIT_FILE_H_
