#include "services/ingestion/app/submit_file.h"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/accepted_at.h"
#include "services/ingestion/app/accepted_return.h"
#include "services/ingestion/app/definition_checks.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

// The file's id, a point and an ODS code must fit a request id.
constexpr size_t kMaxFileRequestIdBytes = 100;
// Returns of one file that wait for the committer together: enough to fill a group, and a bound on
// memory.
constexpr size_t kMostInFlight = 128;

// What the same request id must always stand for: the file and how it is read.
Digest DigestOfRows(const StoredUpload& upload, const FileSubmission& submission,
                    const std::string& organisation) {
  return Sha256Concatenated({upload.record.digest(), submission.collection,
                             absl::string_view("\0", 1), submission.layout,
                             absl::string_view("\0", 1), absl::StrCat(submission.status),
                             absl::string_view("\0", 1), organisation});
}

// What a file writes where a code should stand, as answers show it: whatever it is, not much of it.
std::string ShownCode(absl::string_view organisation) {
  return std::string(CutAtCharacter(organisation, 12));
}

// What the findings say of the whole.
Verdict VerdictOf(const Findings& findings) {
  if (findings.has_error()) return Verdict::kInvalid;
  return findings.has_explain() ? Verdict::kValidWithExplanations : Verdict::kValid;
}

// A refusal that concerns one row and none of the others.
Finding RefusedRow(uint32_t row, absl::string_view organisation, const absl::Status& why,
                   absl::string_view suggestion) {
  Finding finding;
  finding.code = std::string(NameOf(ReasonOf(why)));
  finding.message = absl::StrCat("Row ", row, ": ", why.message(), ".");
  finding.place = Place{row, 0, ""};
  finding.organisation = ShownCode(organisation);
  finding.suggestion = std::string(suggestion);
  return finding;
}

// Adds what became of one organisation's return.
absl::Status TakeAnswer(absl::StatusOr<ReturnAnswer> one, FileReturnAnswer* target,
                        Findings* findings) {
  if (!one.ok() && ReasonOf(one.status()) == Reason::kRequestIdReused) {
    target->verdict = Verdict::kInvalid;
    findings->Add(RefusedRow(target->row, target->organisation, one.status(),
                             "Send this organisation's figures again in a file with a request_id "
                             "of its own; the other rows are not held up."));
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(one.status());
  target->verdict = one->verdict;
  if (!one->accepted.has_value()) {
    // The catalogue changed after the first reading, and by it the return is not valid any more.
    findings->Append(std::move(one->findings));
    return absl::OkStatus();
  }
  target->revision =
      RevisionName(ReturnKey{one->fact.collection(), one->fact.period(), one->fact.organisation()},
                   one->fact.revision());
  target->sequence = one->accepted->placement.sequence;
  target->replayed = one->accepted->replayed;
  target->unchanged = one->unchanged;
  return absl::OkStatus();
}

// Counts returns on their way and gathers their answers by row.
class InFlight {
 public:
  void Begin() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return count_ < kMostInFlight; });
    ++count_;
  }
  void End(size_t place, absl::StatusOr<ReturnAnswer> answer) {
    std::lock_guard<std::mutex> lock(mutex_);
    answers_.emplace(place, std::move(answer));
    --count_;
    changed_.notify_all();
  }
  std::map<size_t, absl::StatusOr<ReturnAnswer>> WaitForAll() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return count_ == 0; });
    return std::move(answers_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t count_ = 0;
  std::map<size_t, absl::StatusOr<ReturnAnswer>> answers_;
};

absl::StatusOr<feed::v1::FileImported> FileOfEntry(const std::string& entry_bytes) {
  feed::v1::Entry entry;
  feed::v1::FileImported fact;
  if (!entry.ParseFromString(entry_bytes) || entry.kind() != feed::v1::ENTRY_KIND_FILE_IMPORTED ||
      !fact.ParseFromString(entry.fact())) {
    return absl::DataLossError("a stored entry is not the file it should be");
  }
  return fact;
}

Submission ToSubmission(const FileSubmission& file, FileReturnRows rows) {
  return Submission{std::move(rows.organisation),
                    file.may_import ? Origin::kImport : Origin::kSubmitted,
                    std::move(rows.cells),
                    std::move(rows.places),
                    {}};
}

}  // namespace

absl::StatusOr<FileAnswer> SubmitFile::Run(const FileSubmission& submission) const {
  RETURN_IF_ERROR(CheckRequestId(submission.origin.request_id, kMaxFileRequestIdBytes));
  ASSIGN_OR_RETURN(std::optional<FileAnswer> repeat, FindRepeat(submission));
  if (repeat.has_value()) return *std::move(repeat);
  ASSIGN_OR_RETURN(StoredUpload upload, uploads_->Complete(submission.owner, submission.upload));
  ASSIGN_OR_RETURN(CompiledCollection compiled, collections_->Get(submission.collection));
  FileAnswer answer;
  std::map<std::string, uint32_t> first_rows;
  RETURN_IF_ERROR(ReadRows(
      upload, submission, compiled,
      [&](FileReturnRows rows) -> absl::Status {
        if (!submission.scope.Covers(rows.organisation)) {
          return Error(Reason::kOrgScope,
                       absl::StrCat("row ", rows.row, " names ", ShownCode(rows.organisation),
                                    ", which the caller does not act for"));
        }
        FileReturnAnswer judged;
        judged.organisation = ShownCode(rows.organisation);
        judged.row = rows.row;
        auto [first, fresh] = first_rows.emplace(rows.organisation, rows.row);
        if (!fresh) {
          return Error(Reason::kFileLayout,
                       absl::StrCat(ShownCode(rows.organisation), " stands in rows ", first->second,
                                    " and ", rows.row, ": give each organisation once"))
              .With("row", rows.row);
        }
        ASSIGN_OR_RETURN(Findings findings, JudgeRows(submission, compiled, std::move(rows)));
        judged.verdict = VerdictOf(findings);
        answer.findings.Append(std::move(findings));
        answer.returns.push_back(std::move(judged));
        return absl::OkStatus();
      },
      &answer.period));
  answer.verdict = VerdictOf(answer.findings);
  if (submission.origin.validate_only) return answer;
  RETURN_IF_ERROR(CommitRows(upload, submission, compiled, &answer));
  bool any = false;
  for (const FileReturnAnswer& one : answer.returns) any = any || one.sequence > 0;
  if (any) RETURN_IF_ERROR(CommitFile(upload, submission, compiled, &answer));
  return answer;
}

absl::StatusOr<std::optional<FileAnswer>> SubmitFile::FindRepeat(
    const FileSubmission& submission) const {
  ASSIGN_OR_RETURN(
      std::optional<AcceptedRequest> known,
      FindRequest(*store_, submission.scope.organisation(), submission.origin.request_id));
  if (!known.has_value()) return std::optional<FileAnswer>();
  if (known->digest != submission.origin.digest) {
    return Error(Reason::kRequestIdReused,
                 "a request with this request_id was accepted with other content");
  }
  FileAnswer answer;
  ASSIGN_OR_RETURN(Accepted accepted, AcceptedAt(*committer_, known->sequence));
  accepted.replayed = true;
  ASSIGN_OR_RETURN(const feed::v1::FileImported fact, FileOfEntry(accepted.receipt.entry));
  answer.verdict = static_cast<Verdict>(fact.verdict());
  answer.period = fact.period();
  answer.accepted = std::move(accepted);
  return std::optional<FileAnswer>(std::move(answer));
}

absl::Status SubmitFile::ReadRows(const StoredUpload& upload, const FileSubmission& submission,
                                  const CompiledCollection& compiled, ReturnFileReader::Taker taker,
                                  std::string* period) const {
  const LayoutSpec* layout = compiled.collection->FindLayout(submission.layout);
  if (layout == nullptr) {
    return Error(Reason::kFileLayout,
                 absl::StrCat("collection ", submission.collection, " has no layout \"",
                              CutAtCharacter(submission.layout, 64), "\""))
        .Field("layout", "is not one of the collection's layouts");
  }
  std::unique_ptr<ReturnFileReader> reader =
      MakeReturnFileReader(*compiled.collection, *layout, std::move(taker));
  RETURN_IF_ERROR(ReadFile(*store_, submission.upload, upload.record.size_bytes(),
                           [&](absl::string_view bytes) { return reader->Feed(bytes); }));
  RETURN_IF_ERROR(reader->Finish());
  if (reader->period().has_value()) *period = reader->period()->ToString();
  return absl::OkStatus();
}

absl::StatusOr<Findings> SubmitFile::JudgeRows(const FileSubmission& submission,
                                               const CompiledCollection& compiled,
                                               FileReturnRows rows) const {
  Findings findings;
  const absl::Status known = CheckOrganisationKnown(*store_, rows.organisation);
  if (!known.ok()) {
    const Reason reason = ReasonOf(known);
    if (reason != Reason::kOdsUnknown && reason != Reason::kOdsFormat) return known;
    findings.Add(RefusedRow(rows.row, rows.organisation, known,
                            "Check the code, or have the organisation added to the catalogue; the "
                            "other rows are not held up."));
    return findings;
  }
  findings.Append(rows.findings);
  if (findings.has_error()) return findings;
  const Period period = rows.period;
  findings.Append(
      Judge(*compiled.collection, period, ToSubmission(submission, std::move(rows))).findings);
  return findings;
}

absl::Status SubmitFile::CommitRows(const StoredUpload& upload, const FileSubmission& submission,
                                    const CompiledCollection& compiled, FileAnswer* answer) const {
  ASSIGN_OR_RETURN(const Digest digest, DigestFromBytes(upload.record.digest()));
  const SourceFile file{digest, submission.upload};
  InFlight in_flight;
  size_t place = 0;
  std::string period;
  absl::Status read = ReadRows(
      upload, submission, compiled,
      [&](FileReturnRows rows) -> absl::Status {
        const size_t own_place = place++;
        if (answer->returns[own_place].verdict == Verdict::kInvalid) return absl::OkStatus();
        ReturnSubmission single;
        single.origin.actor = submission.origin.actor;
        single.origin.request_id =
            absl::StrCat(submission.origin.request_id, ".", rows.organisation);
        single.origin.digest = DigestOfRows(upload, submission, rows.organisation);
        single.collection = submission.collection;
        single.period = rows.period.ToString();
        single.status = submission.status;
        single.file = file;
        single.submission = ToSubmission(submission, std::move(rows));
        in_flight.Begin();
        submit_return_->Run(
            std::move(single),
            [](std::function<void()> work) {
              // Rare, and this import waits for it: a thread of its own, so that the committer is
              // not held up.
              std::thread(std::move(work)).detach();
              return true;
            },
            [&in_flight, own_place](absl::StatusOr<ReturnAnswer> one) {
              in_flight.End(own_place, std::move(one));
            });
        return absl::OkStatus();
      },
      &period);
  auto answers = in_flight.WaitForAll();
  RETURN_IF_ERROR(read);
  for (auto& [own_place, one] : answers) {
    RETURN_IF_ERROR(TakeAnswer(std::move(one), &answer->returns[own_place], &answer->findings));
  }
  answer->verdict = VerdictOf(answer->findings);
  return absl::OkStatus();
}

absl::Status SubmitFile::CommitFile(const StoredUpload& upload, const FileSubmission& submission,
                                    const CompiledCollection& compiled, FileAnswer* answer) const {
  feed::v1::FileImported fact;
  fact.set_collection(submission.collection);
  fact.set_collection_version(compiled.collection->version);
  fact.set_layout(submission.layout);
  fact.set_period(answer->period);
  fact.set_file_digest(upload.record.digest());
  fact.set_file_bytes(upload.record.size_bytes());
  for (const FileReturnAnswer& one : answer->returns) {
    one.sequence > 0 ? fact.set_accepted_rows(fact.accepted_rows() + 1)
                     : fact.set_refused_rows(fact.refused_rows() + 1);
  }
  fact.set_verdict(static_cast<common::v1::Verdict>(answer->verdict));
  ASSIGN_OR_RETURN(const Digest digest, DigestFromBytes(upload.record.digest()));
  Proposal proposal;
  proposal.entry.set_kind(feed::v1::ENTRY_KIND_FILE_IMPORTED);
  proposal.entry.set_format(1);
  proposal.entry.set_actor(submission.origin.actor);
  proposal.entry.set_organisation(submission.scope.organisation());
  proposal.entry.set_request_id(submission.origin.request_id);
  proposal.entry.set_request_digest(std::string(DigestBytes(submission.origin.digest)));
  proposal.entry.set_name(absl::StrCat("files/", DigestToHex(digest)));
  proposal.entry.set_fact(fact.SerializeAsString());
  // Its returns keep the upload already, unless all of them were held before.
  proposal.write = [digest, id = submission.upload](const Placement& /*placement*/,
                                                    WriteBatch* batch) {
    PutFileOf(digest, id, batch);
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<absl::StatusOr<Accepted>> accepted;
  proposal.done = [&](absl::StatusOr<Accepted> result) {
    std::lock_guard<std::mutex> lock(mutex);
    accepted = std::move(result);
    changed.notify_one();
  };
  RETURN_IF_ERROR(committer_->Propose(std::move(proposal)));
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait(lock, [&] { return accepted.has_value(); });
  RETURN_IF_ERROR(accepted->status());
  answer->accepted = *std::move(*accepted);
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
