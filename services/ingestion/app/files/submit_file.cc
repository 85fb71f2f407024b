#include "services/ingestion/app/files/submit_file.h"

#include <future>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/request_id.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/files/awaited.h"
#include "services/ingestion/app/files/collection_of_file.h"
#include "services/ingestion/app/returns/earlier_returns.h"
#include "services/ingestion/app/returns/held_content.h"
#include "services/ingestion/app/timetable/owed_return.h"
#include "services/ingestion/definitions/relationships.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

// The file's id with a mark of its scope and an ODS code must fit a request id.
constexpr size_t kMaxFileRequestIdBytes = 100;

absl::StatusOr<feed::v1::FileImported> FileOfEntry(const std::string& entry_bytes) {
  feed::v1::Entry entry;
  feed::v1::FileImported fact;
  if (!entry.ParseFromString(entry_bytes) || !fact.ParseFromString(entry.fact())) {
    return absl::DataLossError("a stored entry is not the file it should be");
  }
  return fact;
}

GivenWithFile GivenWith(const FileSubmission& file) {
  GivenWithFile given = file.given;
  given.mode = file.mode;
  return given;
}

absl::Status TooManyTogether(size_t organisations) {
  return Error(Reason::kTooManyItems,
               absl::StrCat("the file has ", organisations, " organisations; at most ",
                            kMostFactsTogether,
                            " are accepted all or nothing: split it, or have each accepted by "
                            "itself"))
      .Field("acceptance", absl::StrCat("at most ", kMostFactsTogether, " organisations"));
}

absl::Status MinutesOfSeveral(size_t organisations) {
  return Error(Reason::kFieldInvalid,
               absl::StrCat("the file has ", organisations,
                            " organisations, and minutes are those of one return: leave them out, "
                            "or send each organisation's return by itself"))
      .Field("declared_minutes", "stand with a file of one organisation alone");
}

}  // namespace

absl::StatusOr<FileAnswer> SubmitFile::Run(const FileSubmission& submission, FileRun* run) const {
  RETURN_IF_ERROR(CheckRequestId(submission.origin.request_id, kMaxFileRequestIdBytes));
  FactRequest request{feed::v1::ENTRY_KIND_FILE_IMPORTED, submission.origin.actor,
                      submission.scope.organisation(),    submission.origin.request_id,
                      submission.origin.digest,           submission.origin.validate_only,
                      submission.origin.person,           submission.origin.role};
  request.organisation_of_caller = true;
  FileRun unwatched;
  Work work{submission, run == nullptr ? &unwatched : run, {}};
  using Outcome = absl::StatusOr<std::optional<AcceptedFact>>;
  const auto awaited = std::make_shared<Awaited<Outcome>>();
  writer_->Write(
      std::move(request), [&](const Snapshot& snapshot) { return Take(snapshot, &work); },
      [awaited](Outcome accepted) { awaited->Set(std::move(accepted)); },
      [awaited](std::function<void()> again) { return awaited->Again(std::move(again)); });
  ASSIGN_OR_RETURN(std::optional<AcceptedFact> accepted, awaited->Wait());
  FileAnswer answer = std::move(work.answer);
  if (!accepted.has_value()) return answer;
  answer.accepted = std::move(accepted->accepted);
  if (answer.accepted->replayed) {
    ASSIGN_OR_RETURN(const feed::v1::FileImported fact,
                     FileOfEntry(answer.accepted->receipt.entry));
    answer.verdict = static_cast<Verdict>(fact.verdict());
    answer.period = fact.period();
    // Another copy of the request was quicker: these were put together in vain.
    if (submission.all_or_nothing) answer.returns.clear();
  }
  for (size_t i = 0; i < accepted->parts.size(); ++i) {
    answer.returns[i].sequence = accepted->parts[i];
  }
  work.run->Stored(accepted->parts.size());
  return answer;
}

absl::StatusOr<Decision> SubmitFile::Take(const Snapshot& snapshot, Work* work) const {
  const FileSubmission& submission = work->submission;
  FileAnswer& answer = work->answer;
  answer = FileAnswer();
  ASSIGN_OR_RETURN(const StoredUpload upload,
                   uploads_->Complete(submission.owner, submission.upload));
  const uint64_t bytes = upload.record.size_bytes();
  work->run->Begin(FileStage::kJudging, bytes, 0);
  ASSIGN_OR_RETURN(const CompiledCollection compiled,
                   CollectionOfFile(snapshot, collections_, submission.collection,
                                    submission.layout, GivenWith(submission),
                                    [&](std::function<absl::Status(absl::string_view)> take) {
                                      return ReadFile(*store_, submission.upload, bytes,
                                                      std::move(take));
                                    }));
  ASSIGN_OR_RETURN(const LayoutSpec* layout, LayoutNamed(*compiled.collection, submission.layout));
  const Reading reading{submission, upload, compiled, *layout, JoiningOf(*layout, submission.mode),
                        work->run};
  RETURN_IF_ERROR(JudgeFile(snapshot, reading, &answer));
  const size_t organisations = answer.returns.size();
  if (submission.declared_minutes.has_value() && organisations > 1) {
    return MinutesOfSeveral(organisations);
  }
  if (submission.all_or_nothing && organisations > kMostFactsTogether) {
    return TooManyTogether(organisations);
  }
  if (submission.origin.validate_only) return NothingToKeep{};
  size_t valid = 0;
  for (const FileReturnAnswer& one : answer.returns) valid += one.verdict != Verdict::kInvalid;
  if (submission.all_or_nothing && valid < organisations) return NothingToKeep{};
  work->run->Begin(FileStage::kStoring, bytes, valid);
  if (submission.all_or_nothing) return PutTogether(snapshot, reading, &answer);
  RETURN_IF_ERROR(CommitRows(reading, &answer));
  size_t accepted = 0;
  for (const FileReturnAnswer& one : answer.returns) accepted += one.sequence > 0;
  if (accepted == 0) return NothingToKeep{};
  return FileFact(reading, answer, accepted);
}

absl::StatusOr<FileSetting> SubmitFile::SettingOf(const Snapshot& snapshot,
                                                  const Reading& reading) const {
  const FileSubmission& submission = reading.submission;
  const Collection& collection = *reading.compiled.collection;
  FileSetting setting;
  setting.origin = submission.origin_of_returns();
  setting.mode = submission.mode;
  setting.all_or_nothing = submission.all_or_nothing;
  // Each return is judged once more when it is accepted, with what it was judged on.
  std::vector<ReadCheck> read_set;
  ASSIGN_OR_RETURN(setting.desirable, DesirableNow(snapshot, collection, &read_set));
  setting.covers = [&submission](absl::string_view organisation) {
    return submission.scope.Covers(organisation);
  };
  setting.check_known = [&snapshot](const std::string& organisation) {
    return CheckOrganisationKnown(snapshot, organisation);
  };
  if (!submission.all_or_nothing && !submission.origin.validate_only) {
    setting.stored = [&snapshot,
                      &submission](const std::string& organisation) -> absl::StatusOr<bool> {
      const ReturnSubmission sent = EnvelopeOf(submission, organisation, std::nullopt);
      ASSIGN_OR_RETURN(const std::optional<AcceptedRequest> stored,
                       FindRequest(snapshot, organisation, sent.origin.request_id));
      return stored.has_value();
    };
  }
  SetAdmission(snapshot, reading, &setting);
  setting.held = [&snapshot, &collection, joining = reading.joining, origin = setting.origin](
                     const std::string& organisation,
                     const Period& period) -> absl::StatusOr<HeldContent> {
    const ReturnKey key{collection.code, period.ToString(), organisation};
    ASSIGN_OR_RETURN(const ReturnHeadState head, HeadOf(snapshot, key));
    ASSIGN_OR_RETURN(HeldOfReturn held, ReadHeld(snapshot, key, head, joining, origin));
    return std::move(held.content);
  };
  setting.owed_for_request = [&snapshot, &collection](const std::string& organisation,
                                                      const Period& period) {
    return WasOwedForRequest(snapshot, {collection.code, period.ToString(), organisation}, kNewest);
  };
  setting.past = [&snapshot, &collection](
                     const std::string& organisation,
                     const Period& period) -> absl::StatusOr<std::unique_ptr<PastReturns>> {
    return std::make_unique<StoredReturns>(&snapshot, &collection, period, organisation);
  };
  setting.parents = [&snapshot](const std::string& organisation, int kind,
                                const Period& period) -> absl::StatusOr<std::vector<std::string>> {
    ASSIGN_OR_RETURN(
        const std::optional<StoredDefinition> stored,
        FindDefinition(snapshot, DefinitionKind::kOrganisation, organisation, kNewest));
    catalogue::v1::Organisation known;
    if (!stored.has_value() || !known.ParseFromString(stored->bytes)) {
      return absl::DataLossError("a stored organisation cannot be read");
    }
    return ParentsOn(known.relationships(), kind, period.end());
  };
  return setting;
}

void SubmitFile::SetAdmission(const Snapshot& snapshot, const Reading& reading,
                              FileSetting* setting) const {
  const FileSubmission& file = reading.submission;
  const Collection& collection = *reading.compiled.collection;
  setting->admit = [this, &snapshot, &file, &collection](const std::string& organisation,
                                                         const Period& period) {
    const Origin origin = file.origin_of_returns();
    RETURN_IF_ERROR(CheckOrganisationOpen(snapshot, organisation, origin, period));
    return submit_return_->Admit(snapshot, collection, period, origin, organisation).status();
  };
  // What is held stands in the way of no import.
  if (file.may_import) return;
  setting->accept = [&snapshot, &file, &collection,
                     joining = reading.joining](const ValidRows& rows) {
    ReturnSubmission sent = EnvelopeOf(file, rows.organisation, rows.status);
    sent.joining = joining;
    sent.submission.explanations = rows.explanations;
    const ReturnKey key{collection.code, rows.period.ToString(), rows.organisation};
    return SubmitReturn::CheckHeld(snapshot, collection, key, sent, rows.cell_digest);
  };
}

absl::Status SubmitFile::JudgeFile(const Snapshot& snapshot, const Reading& reading,
                                   FileAnswer* answer) const {
  ASSIGN_OR_RETURN(FileSetting setting, SettingOf(snapshot, reading));
  FileExamination examination(*reading.compiled.collection, reading.layout, std::move(setting));
  RETURN_IF_ERROR(ReadRows(
      reading,
      [&](FileReturnRows rows) -> absl::Status {
        RETURN_IF_ERROR(examination.Take(std::move(rows)));
        reading.run->Judged();
        return absl::OkStatus();
      },
      &answer->period));
  RETURN_IF_ERROR(examination.Finish());
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

absl::Status SubmitFile::ReadRows(const Reading& reading, ReturnFileReader::Taker taker,
                                  std::string* period) const {
  std::unique_ptr<ReturnFileReader> reader =
      MakeReturnFileReader(*reading.compiled.collection, reading.layout, std::move(taker),
                           GivenWith(reading.submission));
  RETURN_IF_ERROR(ReadFile(*store_, reading.submission.upload, reading.upload.record.size_bytes(),
                           [&](absl::string_view bytes) {
                             reading.run->Read(bytes.size());
                             return reader->Feed(bytes);
                           }));
  RETURN_IF_ERROR(reader->Finish());
  if (period != nullptr && reader->period().has_value()) *period = reader->period()->ToString();
  return absl::OkStatus();
}

absl::StatusOr<NewFact> SubmitFile::FileFact(const Reading& reading, const FileAnswer& answer,
                                             size_t accepted) {
  const FileSubmission& submission = reading.submission;
  const StoredUpload& upload = reading.upload;
  feed::v1::FileImported fact;
  fact.set_collection(submission.collection);
  fact.set_collection_version(reading.compiled.collection->version);
  fact.set_layout(submission.layout);
  fact.set_period(answer.period);
  fact.set_file_digest(upload.record.digest());
  fact.set_file_bytes(upload.record.size_bytes());
  fact.set_accepted_rows(static_cast<uint32_t>(accepted));
  fact.set_refused_rows(static_cast<uint32_t>(answer.returns.size() - accepted));
  if (submission.mode != SubmitMode::kReplace) {
    fact.set_mode(static_cast<returns::v1::SubmitMode>(submission.mode));
  }
  if (submission.all_or_nothing) fact.set_acceptance(returns::v1::ACCEPTANCE_ALL_OR_NOTHING);
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
