// Judging a whole file of returns: pure, so that the service and whoever checks a file without it
// say the same.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_FILE_EXAMINATION_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_FILE_EXAMINATION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/digest/digest.h"
#include "common/period/period.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/finding.h"
#include "services/ingestion/domain/joining.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/domain/return_file.h"

namespace onereturn::ingestion {

// A return of a file that no rule refuses.
struct ValidRows {
  const std::string& organisation;
  const Period& period;
  std::optional<FigureStatus> status;                 // As the file says it.
  const std::vector<ExplanationGiven>& explanations;  // Of the file alone.
  const Digest& cell_digest;                          // Of the whole that results.
};

// What the judging of a file asks of what is held. Each may be called often, for each organisation
// of the file.
struct FileSetting {
  Origin origin = Origin::kSubmitted;
  // May the sender send returns of the organisation?
  std::function<bool(absl::string_view organisation)> covers;
  // OK; ODS_UNKNOWN or ODS_FORMAT, which are findings. Here and below, an error for which
  // RefusesOneReturn() refuses these rows and no others; any other ends the file.
  std::function<absl::Status(const std::string& organisation)> check_known;
  // Did an earlier run of the same request store the organisation's return? It is taken again, and
  // not judged on what is held since. Absent: it did not.
  std::function<absl::StatusOr<bool>(const std::string& organisation)> stored = nullptr;
  // OK where the organisation's return for the period is taken now.
  std::function<absl::Status(const std::string& organisation, const Period& period)> admit;
  // OK where what is held of the return lets it be sent. Absent: that is not looked at.
  std::function<absl::Status(const ValidRows& rows)> accept = nullptr;
  // What is held of the organisation's return, which what is sent is joined to. Asked for only
  // where the joining asks for it.
  std::function<absl::StatusOr<HeldContent>(const std::string& organisation, const Period& period)>
      held;
  SubmitMode mode = SubmitMode::kReplace;
  // One faulty row keeps all others out.
  bool all_or_nothing = false;
  DesirableItems desirable = DesirableItems::kOwed;
  // Does the organisation owe the return for a data request? Asked where the collection's frames do
  // not name it.
  std::function<absl::StatusOr<bool>(const std::string& organisation, const Period& period)>
      owed_for_request;
  // What the organisation returned before the period, and beside the return. An error ends the
  // file.
  std::function<absl::StatusOr<std::unique_ptr<PastReturns>>(const std::string& organisation,
                                                             const Period& period)>
      past;
  // The organisation's parents by relationships of this kind, numbered as in the catalogue, that
  // are in force on the period's last day. Absent: what a file says of parents is not looked at.
  std::function<absl::StatusOr<std::vector<std::string>>(const std::string& organisation, int kind,
                                                         const Period& period)>
      parents = nullptr;
};

// What was judged of one organisation's rows.
struct JudgedRows {
  std::string organisation;  // ShownCode of what the file writes.
  uint32_t row = 0;          // Its first.
  Verdict verdict = Verdict::kInvalid;
};

// How a file in the layout is joined to what is held.
Joining JoiningOf(const LayoutSpec& layout, SubmitMode mode);

// Takes a file's returns one after the other, in order of row. Not thread safe.
class FileExamination {
 public:
  // `collection` must outlive it.
  FileExamination(const Collection& collection, const LayoutSpec& layout, FileSetting setting)
      : collection_(collection),
        setting_(std::move(setting)),
        joining_(JoiningOf(layout, setting_.mode)) {}

  // An error ends the file: ORG_SCOPE for an organisation that the sender does not act for;
  // TOO_MANY_ITEMS beyond 10,000 organisations; FILE_REPEATED_ROW for one that stands twice; those
  // of the setting.
  absl::Status Take(FileReturnRows rows);
  // To be asked after the last. Of a file of one organisation, what `admit` or `accept` refused it
  // for: there are no others to go on with.
  absl::Status Finish() const;

  // Of all that was taken.
  Verdict verdict() const;
  Findings& findings() { return findings_; }
  std::vector<JudgedRows>& returns() { return returns_; }

 private:
  absl::StatusOr<Findings> JudgeRows(FileReturnRows rows);
  // What is left of the findings of rows that are refused.
  absl::StatusOr<Findings> Refuse(uint32_t row, absl::string_view organisation, absl::Status why,
                                  Findings findings);
  absl::Status CheckParents(const FileReturnRows& rows, Findings* findings) const;

  const Collection& collection_;
  const FileSetting setting_;
  const Joining joining_;
  std::map<std::string, uint32_t> first_rows_;
  absl::Status refusal_;  // The first of `admit` and `accept`.
  Findings findings_;
  std::vector<JudgedRows> returns_;
};

// What the findings say of the whole.
Verdict VerdictOf(const Findings& findings);

// What a file writes where a code should stand, as answers show it: whatever it is, not much of it,
// and nothing that looks like a person's.
std::string ShownCode(absl::string_view organisation);

// Is it an error that concerns the rows of one organisation and none of the others? ODS_UNKNOWN,
// ODS_FORMAT, ODS_CLOSED, PERIOD_NOT_OPEN, PERIOD_CLOSED, NOT_REOPENED, REVISION_REASON,
// REQUEST_ID_REUSED.
bool RefusesOneReturn(const absl::Status& status);

// Such an error as a finding, with what to do about it.
Finding RefusedRow(uint32_t row, absl::string_view organisation, const absl::Status& why,
                   bool all_or_nothing);

// The rows as Judge takes them.
Submission ToSubmission(FileReturnRows rows, Origin origin);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_FILE_EXAMINATION_H_
