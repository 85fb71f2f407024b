#include "services/ingestion/app/submit_file.h"

#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/request_id.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/accepted_return.h"
#include "services/ingestion/app/earlier_returns.h"
#include "services/ingestion/app/returns_in_flight.h"
#include "services/ingestion/app/submitted_return.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

// The file's id with a mark of its scope and an ODS code must fit a request id.
constexpr size_t kMaxFileRequestIdBytes = 100;

// What the same request id must always stand for: the file and how it is read.
Digest DigestOfRows(const StoredUpload& upload, const FileSubmission& submission,
                    const std::string& organisation) {
  // What is given with a file is part of it; without, it is as it always was.
  const GivenWithFile& given = submission.given;
  const std::string with_file =
      given.period.has_value() || !given.organisation.empty()
          ? absl::StrCat(absl::string_view("\0", 1),
                         given.period.has_value() ? given.period->ToString() : "",
                         absl::string_view("\0", 1), given.organisation)
          : "";
  std::string reason;
  if (submission.reason != returns::v1::REVISION_REASON_UNSPECIFIED) {
    reason = absl::StrCat(submission.reason, " ", submission.reason_text, "\n");
  }
  return Sha256Concatenated({reason, upload.record.digest(), submission.collection,
                             absl::string_view("\0", 1), submission.layout,
                             absl::string_view("\0", 1), absl::StrCat(submission.status),
                             absl::string_view("\0", 1), organisation, with_file});
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
  const ReturnKey key{one->fact.collection(), one->fact.period(), one->fact.organisation()};
  if (one->waits) {
    target->submission = SubmissionName(key);
  } else {
    target->revision = RevisionName(key, one->fact.revision());
  }
  target->sequence = one->accepted->placement.sequence;
  target->replayed = one->accepted->replayed;
  target->unchanged = one->unchanged;
  return absl::OkStatus();
}

absl::StatusOr<feed::v1::FileImported> FileOfEntry(const std::string& entry_bytes) {
  feed::v1::Entry entry;
  feed::v1::FileImported fact;
  if (!entry.ParseFromString(entry_bytes) || !fact.ParseFromString(entry.fact())) {
    return absl::DataLossError("a stored entry is not the file it should be");
  }
  return fact;
}

Origin OriginOf(const FileSubmission& file) {
  return file.may_import ? Origin::kImport : Origin::kSubmitted;
}

absl::StatusOr<std::vector<Cell>> HeldCells(const Reader& reader, const ReturnHeadState& head) {
  if (head.newest.number == 0) return std::vector<Cell>();
  return CellsOfReturn(reader, head.newest.sequence);
}

}  // namespace

absl::StatusOr<FileAnswer> SubmitFile::Run(const FileSubmission& submission) const {
  RETURN_IF_ERROR(CheckRequestId(submission.origin.request_id, kMaxFileRequestIdBytes));
  FactRequest request{feed::v1::ENTRY_KIND_FILE_IMPORTED, submission.origin.actor,
                      submission.scope.organisation(),    submission.origin.request_id,
                      submission.origin.digest,           submission.origin.validate_only,
                      submission.origin.person,           submission.origin.role};
  request.organisation_of_caller = true;
  FileAnswer answer;
  std::promise<absl::StatusOr<std::optional<AcceptedFact>>> promise;
  writer_->Write(
      std::move(request),
      [&](const Snapshot& snapshot) { return Take(snapshot, submission, &answer); },
      [&promise](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        promise.set_value(std::move(accepted));
      });
  ASSIGN_OR_RETURN(std::optional<AcceptedFact> accepted, promise.get_future().get());
  if (!accepted.has_value()) return answer;
  answer.accepted = std::move(accepted->accepted);
  if (answer.accepted->replayed) {
    ASSIGN_OR_RETURN(const feed::v1::FileImported fact,
                     FileOfEntry(answer.accepted->receipt.entry));
    answer.verdict = static_cast<Verdict>(fact.verdict());
    answer.period = fact.period();
  }
  return answer;
}

absl::StatusOr<Decision> SubmitFile::Take(const Snapshot& snapshot,
                                          const FileSubmission& submission,
                                          FileAnswer* answer) const {
  *answer = FileAnswer();
  ASSIGN_OR_RETURN(const StoredUpload upload,
                   uploads_->Complete(submission.owner, submission.upload));
  ASSIGN_OR_RETURN(const CompiledCollection compiled, CollectionFor(snapshot, upload, submission));
  RETURN_IF_ERROR(JudgeFile(upload, submission, compiled, answer));
  if (submission.origin.validate_only) return NothingToKeep{};
  RETURN_IF_ERROR(CommitRows(upload, submission, compiled, answer));
  const bool any = std::any_of(answer->returns.begin(), answer->returns.end(),
                               [](const FileReturnAnswer& one) { return one.sequence > 0; });
  if (!any) return NothingToKeep{};
  return FileFact(upload, submission, compiled, *answer);
}

absl::StatusOr<CompiledCollection> SubmitFile::CollectionFor(
    const Snapshot& snapshot, const StoredUpload& upload, const FileSubmission& submission) const {
  ASSIGN_OR_RETURN(std::vector<CompiledCollection> all,
                   collections_->All(snapshot, submission.collection));
  for (const CompiledCollection& one : all) {
    // The period stands in the file, and how to read the file in the collection: each of its states
    // is tried until one finds a period. The first organisation is enough.
    std::optional<Period> period;
    const absl::Status read = ReadRows(
        upload, submission, one,
        [&period](const FileReturnRows& rows) -> absl::Status {
          period = rows.period;
          return absl::CancelledError("the period is known");
        },
        nullptr);
    if (period.has_value()) return collections_->Get(snapshot, submission.collection, period);
    if (!read.ok() && !DetailsOf(read).has_value()) return read;
  }
  // Its faults are told of as those of a file of today.
  return collections_->Get(snapshot, submission.collection);
}

absl::Status SubmitFile::JudgeFile(const StoredUpload& upload, const FileSubmission& submission,
                                   const CompiledCollection& compiled, FileAnswer* answer) const {
  const Origin origin = OriginOf(submission);
  FileSetting setting;
  setting.origin = origin;
  setting.covers = [&](absl::string_view organisation) {
    return submission.scope.Covers(organisation);
  };
  setting.check_known = [this](const std::string& organisation) {
    return CheckOrganisationKnown(*store_, organisation);
  };
  setting.admit = [&](const std::string& organisation, const Period& period) {
    return submit_return_->Admit(*store_, *compiled.collection, period, origin, organisation)
        .status();
  };
  setting.held = [&](const std::string& organisation,
                     const Period& period) -> absl::StatusOr<std::vector<Cell>> {
    const ReturnKey key{compiled.collection->code, period.ToString(), organisation};
    ASSIGN_OR_RETURN(const ReturnHeadState head, HeadOf(*store_, key));
    return HeldCells(*store_, head);
  };
  setting.history = [&](const std::string& organisation,
                        const Period& period) -> absl::StatusOr<ReturnHistory> {
    ASSIGN_OR_RETURN(EarlierReturns earlier,
                     ReadEarlierReturns(*store_, *compiled.collection, period, organisation));
    return std::move(earlier.history);
  };
  ASSIGN_OR_RETURN(const LayoutSpec* layout, LayoutNamed(*compiled.collection, submission.layout));
  FileExamination examination(*compiled.collection, *layout, std::move(setting));
  RETURN_IF_ERROR(ReadRows(
      upload, submission, compiled,
      [&](FileReturnRows rows) { return examination.Take(std::move(rows)); }, &answer->period));
  answer->verdict = examination.verdict();
  answer->findings = std::move(examination.findings());
  for (JudgedRows& judged : examination.returns()) {
    FileReturnAnswer one;
    one.organisation = std::move(judged.organisation);
    one.row = judged.row;
    one.verdict = judged.verdict;
    answer->returns.push_back(std::move(one));
  }
  return absl::OkStatus();
}

absl::Status SubmitFile::ReadRows(const StoredUpload& upload, const FileSubmission& submission,
                                  const CompiledCollection& compiled, ReturnFileReader::Taker taker,
                                  std::string* period) const {
  ASSIGN_OR_RETURN(const LayoutSpec* layout, LayoutNamed(*compiled.collection, submission.layout));
  std::unique_ptr<ReturnFileReader> reader =
      MakeReturnFileReader(*compiled.collection, *layout, std::move(taker), submission.given);
  RETURN_IF_ERROR(ReadFile(*store_, submission.upload, upload.record.size_bytes(),
                           [&](absl::string_view bytes) { return reader->Feed(bytes); }));
  RETURN_IF_ERROR(reader->Finish());
  if (period != nullptr && reader->period().has_value()) *period = reader->period()->ToString();
  return absl::OkStatus();
}

absl::StatusOr<std::string> SubmitFile::KeepOtherCells(const LayoutSpec& layout,
                                                       const Collection& collection,
                                                       FileReturnRows* rows) const {
  if (!GivesAPart(layout)) return std::string();
  const ReturnKey key{collection.code, rows->period.ToString(), rows->organisation};
  ASSIGN_OR_RETURN(const ReturnHeadState head, HeadOf(*store_, key));
  ASSIGN_OR_RETURN(std::vector<Cell> held, HeldCells(*store_, head));
  AddKeptCells(layout, std::move(held), rows);
  return EtagOf(head.newest.sequence);
}

absl::Status SubmitFile::CommitRows(const StoredUpload& upload, const FileSubmission& submission,
                                    const CompiledCollection& compiled, FileAnswer* answer) const {
  ASSIGN_OR_RETURN(const Digest digest, DigestFromBytes(upload.record.digest()));
  const SourceFile file{digest, submission.upload, upload.check};
  const std::string scope = RequestScope(submission.scope.organisation(), submission.origin.actor);
  ASSIGN_OR_RETURN(const LayoutSpec* layout, LayoutNamed(*compiled.collection, submission.layout));
  ReturnsInFlight in_flight;
  size_t place = 0;
  std::string period;
  absl::Status read = ReadRows(
      upload, submission, compiled,
      [&](FileReturnRows rows) -> absl::Status {
        const size_t own_place = place++;
        if (answer->returns[own_place].verdict == Verdict::kInvalid) return absl::OkStatus();
        ReturnSubmission single;
        single.origin.actor = submission.origin.actor;
        single.origin.person = submission.origin.person;
        single.origin.role = submission.origin.role;
        // The organisation's own ids cannot stand in the way of an import.
        single.origin.request_id =
            DerivedRequestId(submission.origin.request_id, scope, rows.organisation);
        single.origin.derived_id = true;
        single.origin.digest = DigestOfRows(upload, submission, rows.organisation);
        single.collection = submission.collection;
        single.period = rows.period.ToString();
        single.status = rows.status.has_value()
                            ? static_cast<returns::v1::RevisionStatus>(*rows.status)
                            : submission.status;
        ASSIGN_OR_RETURN(single.etag, KeepOtherCells(*layout, *compiled.collection, &rows));
        single.reason = submission.reason;
        single.reason_text = submission.reason_text;
        single.file = file;
        single.submission = ToSubmission(std::move(rows), OriginOf(submission));
        in_flight.Begin();
        submit_return_->Run(
            std::move(single),
            [&in_flight, own_place](absl::StatusOr<ReturnAnswer> one) {
              in_flight.End(own_place, std::move(one));
            },
            [&in_flight](std::function<void()> work) { return in_flight.Again(std::move(work)); });
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

absl::StatusOr<NewFact> SubmitFile::FileFact(const StoredUpload& upload,
                                             const FileSubmission& submission,
                                             const CompiledCollection& compiled,
                                             const FileAnswer& answer) {
  feed::v1::FileImported fact;
  fact.set_collection(submission.collection);
  fact.set_collection_version(compiled.collection->version);
  fact.set_layout(submission.layout);
  fact.set_period(answer.period);
  fact.set_file_digest(upload.record.digest());
  fact.set_file_bytes(upload.record.size_bytes());
  for (const FileReturnAnswer& one : answer.returns) {
    one.sequence > 0 ? fact.set_accepted_rows(fact.accepted_rows() + 1)
                     : fact.set_refused_rows(fact.refused_rows() + 1);
  }
  fact.set_verdict(static_cast<common::v1::Verdict>(answer.verdict));
  ASSIGN_OR_RETURN(const Digest digest, DigestFromBytes(upload.record.digest()));
  // Its returns keep the upload already, unless all of them were held before.
  return NewFact{
      absl::StrCat("files/", DigestToHex(digest)),
      fact.SerializeAsString(),
      {},
      [digest, id = submission.upload](const Placement& /*placement*/, WriteBatch* batch) {
        PutFileOf(digest, id, batch);
      }};
}

}  // namespace onereturn::ingestion
