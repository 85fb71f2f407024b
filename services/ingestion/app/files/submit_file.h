// Taking an uploaded file: each organisation's return is a fact of its own, the file's own fact
// comes last; one by one, or all of them in one step.
#ifndef ONERETURN_SERVICES_INGESTION_APP_FILES_SUBMIT_FILE_H_
#define ONERETURN_SERVICES_INGESTION_APP_FILES_SUBMIT_FILE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/identity/rights.h"
#include "services/ingestion/app/files/file_progress.h"
#include "services/ingestion/app/files/uploads.h"
#include "services/ingestion/app/returns/submit_return.h"
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
  // Of rows that say none; UNSPECIFIED: StatusThatResults says which.
  returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_FINAL;
  returns::v1::RevisionReason reason = returns::v1::REVISION_REASON_UNSPECIFIED;
  std::string reason_text;
  SubmitMode mode = SubmitMode::kReplace;
  bool all_or_nothing = false;
  // Of the only return of a file; absent: nothing was said.
  std::optional<timetable::v1::EstimatedMinutes> declared_minutes;

  Origin origin_of_returns() const { return may_import ? Origin::kImport : Origin::kSubmitted; }
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
  // commit it: return by return, where a faulty row keeps its own return out and no other's; or
  // all_or_nothing, all in one batch, which what is judged is held to be true for: where it changed
  // meanwhile the file is judged once more. What refuses one organisation's return
  // (RefusesOneReturn) is a finding in a file of several, and its error in a file of one; what an
  // earlier run of the request stored is taken again, and not judged. Envelope errors and the
  // errors of ReturnFileReader; ORG_SCOPE when a caller without the import permission names another
  // organisation; of all or nothing also TOO_MANY_ITEMS, and what FactsTogether is refused for.
  // `run` is told how far it is; may be null.
  absl::StatusOr<FileAnswer> Run(const FileSubmission& submission, FileRun* run = nullptr) const;

 private:
  // A file that is being taken.
  struct Work {
    const FileSubmission& submission;
    FileRun* run;
    FileAnswer answer;
  };
  // The same, read from one state of the store.
  struct Reading {
    const FileSubmission& submission;
    const StoredUpload& upload;
    const CompiledCollection& compiled;
    const LayoutSpec& layout;
    Joining joining;
    FileRun* run;
  };

  // Judges the file, and commits its returns or puts them together; what is left to write is what
  // is answered.
  absl::StatusOr<Decision> Take(const Snapshot& snapshot, Work* work) const;
  absl::StatusOr<FileSetting> SettingOf(const Snapshot& snapshot, const Reading& reading) const;
  // Of the setting: what tells whether a return is taken now.
  void SetAdmission(const Snapshot& snapshot, const Reading& reading, FileSetting* setting) const;
  absl::Status JudgeFile(const Snapshot& snapshot, const Reading& reading,
                         FileAnswer* answer) const;
  // `period` may be null.
  absl::Status ReadRows(const Reading& reading, ReturnFileReader::Taker taker,
                        std::string* period) const;
  // The organisation's return without what stands in its rows.
  static ReturnSubmission EnvelopeOf(const FileSubmission& file, const std::string& organisation,
                                     std::optional<FigureStatus> status);
  // Each of the returns that were judged to be valid, in order, ready to be submitted.
  absl::Status VisitValid(
      const Reading& reading, const FileAnswer& answer,
      const std::function<absl::Status(size_t place, ReturnSubmission submission)>& visit) const;
  absl::Status CommitRows(const Reading& reading, FileAnswer* answer) const;
  absl::StatusOr<Decision> PutTogether(const Snapshot& snapshot, const Reading& reading,
                                       FileAnswer* answer) const;
  static absl::StatusOr<NewFact> FileFact(const Reading& reading, const FileAnswer& answer,
                                          size_t accepted);

  const Store* const store_;
  const FactWriter* const writer_;
  CompiledCollections* const collections_;
  const Uploads* const uploads_;
  const SubmitReturn* const submit_return_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_FILES_SUBMIT_FILE_H_
