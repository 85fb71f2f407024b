// The returns of a file that was judged: committed one by one, or put together.
#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/request_id.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/files/returns_in_flight.h"
#include "services/ingestion/app/files/submit_file.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/submitted_return.h"

namespace onereturn::ingestion {
namespace {

// Chunks of cells that go into the batch of all; those of further returns are written ahead.
constexpr size_t kChunkBytesTogether = size_t{4} << 20;

// What the same request id must always stand for: the file and how it is read.
Digest DigestOfRows(const StoredUpload& upload, const FileSubmission& submission,
                    const Joining& joining, const std::string& organisation) {
  // What is given with a file is part of it; without, it is as it always was.
  const GivenWithFile& given = submission.given;
  const std::string with_file =
      given.period.has_value() || !given.organisation.empty()
          ? absl::StrCat(absl::string_view("\0", 1),
                         given.period.has_value() ? given.period->ToString() : "",
                         absl::string_view("\0", 1), given.organisation)
          : "";
  std::string how;
  if (submission.mode != SubmitMode::kReplace || submission.all_or_nothing) {
    how = absl::StrCat(absl::string_view("\0", 1), "mode ", static_cast<int>(submission.mode),
                       submission.all_or_nothing ? " all or nothing" : "");
  }
  // Nothing said of a whole return is as if FINAL were.
  const bool is_final =
      !joining.AsksForHeld() && submission.status == returns::v1::REVISION_STATUS_UNSPECIFIED;
  const int status = is_final ? returns::v1::REVISION_STATUS_FINAL : submission.status;
  std::string cost;
  if (submission.declared_minutes.has_value()) {
    cost = absl::StrCat(absl::string_view("\0", 1), "minutes ",
                        submission.declared_minutes->SerializeAsString());
  }
  std::string reason;
  if (submission.reason != returns::v1::REVISION_REASON_UNSPECIFIED) {
    reason = absl::StrCat(submission.reason, " ", submission.reason_text, "\n");
  }
  return Sha256Concatenated({reason, upload.record.digest(), submission.collection,
                             absl::string_view("\0", 1), submission.layout,
                             absl::string_view("\0", 1), absl::StrCat(status),
                             absl::string_view("\0", 1), organisation, with_file, how, cost});
}

// What the return came to, by name.
void NameIn(const ReturnAnswer& one, FileReturnAnswer* target) {
  const ReturnKey key{one.fact.collection(), one.fact.period(), one.fact.organisation()};
  if (one.waits) {
    target->submission = SubmissionName(key);
  } else {
    target->revision = RevisionName(key, one.fact.revision());
  }
  target->unchanged = one.unchanged;
}

// Adds what became of one organisation's return.
absl::Status TakeAnswer(absl::StatusOr<ReturnAnswer> one, FileReturnAnswer* target,
                        Findings* findings) {
  if (RefusesOneReturn(one.status())) {
    target->verdict = Verdict::kInvalid;
    findings->Add(RefusedRow(target->row, target->organisation, one.status(),
                             /*all_or_nothing=*/false));
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(one.status());
  target->verdict = one->verdict;
  if (!one->accepted.has_value()) {
    // The catalogue changed after the first reading, and by it the return is not valid any more.
    findings->Append(std::move(one->findings));
    return absl::OkStatus();
  }
  NameIn(*one, target);
  target->sequence = one->accepted->placement.sequence;
  target->replayed = one->accepted->replayed;
  return absl::OkStatus();
}

// The only return of its file is not taken any more: as it is told when the file is judged.
bool IsRefusalOfAll(const FileAnswer& answer, const absl::Status& status) {
  return answer.returns.size() == 1 && !status.ok() && ReasonOf(status) != Reason::kRequestIdReused;
}

absl::Status TooMuchTogether(size_t organisations) {
  return Error(Reason::kMessageTooLarge,
               absl::StrCat("the facts of the file's first ", organisations,
                            " organisations have more than ", kMostBytesTogether,
                            " bytes, which is all that is kept together: split the file, or have "
                            "each accepted by itself"))
      .With("limit_bytes", static_cast<int64_t>(kMostBytesTogether));
}

}  // namespace

ReturnSubmission SubmitFile::EnvelopeOf(const FileSubmission& file, const std::string& organisation,
                                        std::optional<FigureStatus> status) {
  ReturnSubmission single;
  single.origin.actor = file.origin.actor;
  single.origin.person = file.origin.person;
  single.origin.role = file.origin.role;
  single.origin.validate_only = file.origin.validate_only;
  // The organisation's own ids cannot stand in the way of an import.
  single.origin.request_id =
      DerivedRequestId(file.origin.request_id,
                       RequestScope(file.scope.organisation(), file.origin.actor), organisation);
  single.origin.derived_id = true;
  single.collection = file.collection;
  single.status =
      status.has_value() ? static_cast<returns::v1::RevisionStatus>(*status) : file.status;
  single.reason = file.reason;
  single.reason_text = file.reason_text;
  single.declared_minutes = file.declared_minutes;
  single.submission.organisation = organisation;
  single.submission.origin = file.origin_of_returns();
  return single;
}

absl::Status SubmitFile::VisitValid(
    const Reading& reading, const FileAnswer& answer,
    const std::function<absl::Status(size_t place, ReturnSubmission submission)>& visit) const {
  const FileSubmission& file = reading.submission;
  ASSIGN_OR_RETURN(const Digest digest, DigestFromBytes(reading.upload.record.digest()));
  const SourceFile source{digest, file.upload, reading.upload.check};
  size_t place = 0;
  return ReadRows(
      reading,
      [&](FileReturnRows rows) -> absl::Status {
        const size_t own_place = place++;
        if (answer.returns[own_place].verdict == Verdict::kInvalid) return absl::OkStatus();
        ReturnSubmission single = EnvelopeOf(file, rows.organisation, rows.status);
        single.origin.digest =
            DigestOfRows(reading.upload, file, reading.joining, rows.organisation);
        single.period = rows.period.ToString();
        single.joining = reading.joining;
        single.file = source;
        single.submission = ToSubmission(std::move(rows), file.origin_of_returns());
        return visit(own_place, std::move(single));
      },
      nullptr);
}

absl::Status SubmitFile::CommitRows(const Reading& reading, FileAnswer* answer) const {
  ReturnsInFlight in_flight;
  const absl::Status read =
      VisitValid(reading, *answer, [&](size_t place, ReturnSubmission single) -> absl::Status {
        const size_t cells = single.submission.cells.size();
        in_flight.Begin(cells);
        submit_return_->Run(
            std::move(single),
            [&in_flight, place, cells, run = reading.run](absl::StatusOr<ReturnAnswer> one) {
              if (one.ok() && one->accepted.has_value()) run->Stored(1);
              in_flight.End(place, cells, std::move(one));
            },
            [&in_flight](std::function<void()> work) { return in_flight.Again(std::move(work)); });
        return absl::OkStatus();
      });
  auto answers = in_flight.WaitForAll();
  RETURN_IF_ERROR(read);
  for (auto& [place, one] : answers) {
    if (IsRefusalOfAll(*answer, one.status())) return one.status();
    RETURN_IF_ERROR(TakeAnswer(std::move(one), &answer->returns[place], &answer->findings));
  }
  // Of what an earlier run stored there is the verdict alone.
  answer->verdict = VerdictOf(answer->findings);
  for (const FileReturnAnswer& one : answer->returns) {
    answer->verdict = std::max(answer->verdict, one.verdict);
  }
  return absl::OkStatus();
}

absl::StatusOr<Decision> SubmitFile::PutTogether(const Snapshot& snapshot, const Reading& reading,
                                                 FileAnswer* answer) const {
  FactsTogether together;
  size_t room_bytes = kChunkBytesTogether;
  size_t fact_bytes = 0;  // Of the committer's bound, which it asks for when all are made.
  bool all_valid = true;
  RETURN_IF_ERROR(
      VisitValid(reading, *answer, [&](size_t place, ReturnSubmission single) -> absl::Status {
        ReturnAnswer one;
        ASSIGN_OR_RETURN(Decision decision,
                         submit_return_->Decide(snapshot, single, &room_bytes, &one));
        FileReturnAnswer& target = answer->returns[place];
        PartOfFacts part{SubmitReturn::RequestOf(single), Unchanged{}};
        if (auto* unchanged = std::get_if<Unchanged>(&decision)) {
          part.decision = std::move(*unchanged);
        } else if (auto* fact = std::get_if<NewFact>(&decision)) {
          fact_bytes += fact->fact.size();
          if (fact_bytes > kMostBytesTogether) return TooMuchTogether(place + 1);
          part.decision = std::move(*fact);
        } else {
          target.verdict = one.verdict;
          all_valid = false;
          answer->findings.Append(std::move(one.findings));
          return absl::OkStatus();
        }
        NameIn(one, &target);
        together.parts.push_back(std::move(part));
        return absl::OkStatus();
      }));
  if (!all_valid) {
    for (FileReturnAnswer& one : answer->returns) {
      one.revision.clear();
      one.submission.clear();
      one.unchanged = false;
    }
    answer->verdict = Verdict::kInvalid;
    return NothingToKeep{};
  }
  ASSIGN_OR_RETURN(together.own, FileFact(reading, *answer, together.parts.size()));
  return together;
}

}  // namespace onereturn::ingestion
