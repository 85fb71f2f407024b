#include "services/ingestion/rpc/convert.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/personal_data.h"
#include "common/base/utf8.h"
#include "common/feed/position.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/reason_text.h"
#include "services/ingestion/app/returns/return_uses.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/definitions/minutes_messages.h"

namespace onereturn::ingestion {
namespace {

constexpr int kMaxCells = 20'000;

void CheckPresent(const std::string& value, absl::string_view field, Error* faults) {
  if (value.empty()) faults->Field(Reason::kMissing, field, "is missing");
}

template <typename Request>
void ReadCells(const Request& request, Submission* submission, Error* faults) {
  submission->cells.reserve(request.cells_size());
  submission->places.reserve(request.cells_size());
  for (int i = 0; i < request.cells_size(); ++i) {
    const common::v1::Cell& wire = request.cells(i);
    std::string path = absl::StrCat("cells[", i, "]");
    Cell cell = CellAt(wire.reference());
    CheckPresent(cell.item, absl::StrCat(path, ".reference.item"), faults);
    switch (wire.content_case()) {
      case common::v1::Cell::kMillionths: {
        absl::StatusOr<Decimal> value = Decimal::FromWideMillionths(wire.millionths());
        if (value.ok()) {
          cell.value = *value;
        } else {
          faults->Field(Reason::kRange, absl::StrCat(path, ".millionths"),
                        value.status().message());
        }
        break;
      }
      case common::v1::Cell::kNullReason:
        if (wire.null_reason() == common::v1::NULL_REASON_UNSPECIFIED) {
          faults->Field(Reason::kEnumValue, absl::StrCat(path, ".null_reason"), "is missing");
        }
        cell.null_reason = static_cast<NullReason>(wire.null_reason());
        break;
      default:
        faults->Field(Reason::kNullReason, path,
                      "holds neither a number nor a null reason; a blank is no zero");
    }
    submission->cells.push_back(std::move(cell));
    submission->places.push_back(Place{0, 0, std::move(path)});
  }
}

absl::Status CheckCellCount(int count) {
  if (count <= kMaxCells) return absl::OkStatus();
  return Error(Reason::kTooManyItems,
               absl::StrCat("a call takes ", kMaxCells, " cells; send more as a file"))
      .Field("cells", absl::StrCat("at most ", kMaxCells));
}

// The reason why a return is sent again, in a request that has one.
template <typename Request>
void CheckRevisionReason(const Request& request, Error* faults) {
  if (request.reason() == returns::v1::REVISION_REASON_UNDO) {
    faults->Field(Reason::kEnumValue, "reason", "UNDO is what UndoRevision gives: call it");
  }
  CheckReasonText(request.reason_text(), "reason_text", faults);
}

// What the return cost, in a request that may say so.
template <typename Request>
std::optional<timetable::v1::EstimatedMinutes> MinutesDeclared(const Request& request,
                                                               Error* faults) {
  if (!request.has_declared_minutes()) return std::nullopt;
  CheckMinutes(request.declared_minutes(), "declared_minutes", faults);
  return request.declared_minutes();
}

// A draft is kept whatever is wrong with it, but for what a person could be found by.
void CheckNamesNobody(const std::vector<Cell>& cells, Error* faults) {
  for (size_t i = 0; i < cells.size(); ++i) {
    bool named = HoldsPersonalData(cells[i].item);
    for (const DimensionValue& dimension : cells[i].dimensions) {
      named = named || HoldsPersonalData(dimension.dimension) || HoldsPersonalData(dimension.value);
    }
    if (named) {
      faults->Field(Reason::kPersonalData, absl::StrCat("cells[", i, "].reference"),
                    "seems to hold an NHS number or a postcode");
    }
  }
}

// Its value is never repeated.
void CheckExplanation(const std::string& path, absl::string_view text, Error* faults) {
  const std::optional<ExplanationFault> fault = FaultOfExplanation(text);
  if (!fault.has_value()) return;
  const Reason reason = *fault == ExplanationFault::kLength    ? Reason::kLength
                        : *fault == ExplanationFault::kCharset ? Reason::kCharset
                                                               : Reason::kPersonalData;
  faults->Field(reason, path, WordsOf(*fault));
}

void ReadExplanations(const returns::v1::SubmitReturnRequest& request, Submission* submission,
                      Error* faults) {
  size_t bytes = 0;
  for (int i = 0; i < request.explanations_size(); ++i) {
    const common::v1::Explanation& wire = request.explanations(i);
    const std::string path = absl::StrCat("explanations[", i, "]");
    if (wire.rule().empty() || wire.rule().size() > 32)
      faults->Field(absl::StrCat(path, ".rule"), "must be a rule's code");
    CheckExplanation(absl::StrCat(path, ".text"), wire.text(), faults);
    bytes += wire.ByteSizeLong();
    ExplanationGiven given{wire.rule(), std::nullopt, wire.text()};
    if (wire.has_cell()) given.cell = CellAt(wire.cell());
    submission->explanations.push_back(std::move(given));
  }
  if (bytes > kMaxExplanationsBytes) {
    faults->Field(Reason::kLength, "explanations", "together may have 32 KiB");
  }
}

SubmitMode ModeOf(returns::v1::SubmitMode mode) {
  return mode == returns::v1::SUBMIT_MODE_UNSPECIFIED ? SubmitMode::kReplace
                                                      : static_cast<SubmitMode>(mode);
}

}  // namespace

Origin SentBy(const CallContext& call) {
  return Holds(call.caller.role, options::v1::PERMISSION_RETURNS_IMPORT) ? Origin::kImport
                                                                         : Origin::kSubmitted;
}

absl::StatusOr<ReturnSubmission> ToSubmission(const returns::v1::SubmitReturnRequest& request,
                                              const CallContext& call, const Digest& digest) {
  RETURN_IF_ERROR(CheckCellCount(request.cells_size()));
  if (request.explanations_size() > static_cast<int>(kMaxExplanations)) {
    return Error(Reason::kTooManyItems, "a return takes 100 explanations")
        .Field("explanations", "at most 100");
  }
  Error faults(Reason::kFieldInvalid, "the request is wrong in the fields listed");
  ReturnSubmission submission;
  submission.origin = RequestOriginOf(call, request, digest, request.validate_only());
  submission.collection = request.collection();
  submission.period = request.period();
  submission.status = request.status();
  submission.etag = request.etag();
  submission.reason = request.reason();
  submission.reason_text = request.reason_text();
  submission.nil = request.nil();
  submission.joining.mode = ModeOf(request.mode());
  submission.submission.organisation = request.organisation();
  submission.submission.origin = SentBy(call);
  submission.submission.with_screens = submission.submission.origin == Origin::kSubmitted;
  submission.declared_minutes = MinutesDeclared(request, &faults);
  CheckPresent(request.organisation(), "organisation", &faults);
  CheckPresent(request.collection(), "collection", &faults);
  CheckPresent(request.period(), "period", &faults);
  ReadCells(request, &submission.submission, &faults);
  ReadExplanations(request, &submission.submission, &faults);
  CheckRevisionReason(request, &faults);
  if (request.nil() && request.cells_size() > 0) {
    faults.Field("cells", "must be empty: a nil return has zeros alone");
  }
  if (request.nil() && submission.joining.mode != SubmitMode::kReplace) {
    faults.Field("mode", "must be REPLACE: a nil return is a whole one");
  }
  if (faults.fields_total() > 0) return faults;
  return submission;
}

absl::StatusOr<ReturnSubmission> ToSubmission(const returns::v1::SaveDraftRequest& request,
                                              const CallContext& call, const Digest& digest) {
  RETURN_IF_ERROR(CheckCellCount(request.cells_size()));
  Error faults(Reason::kFieldInvalid, "the request is wrong in the fields listed");
  ReturnSubmission draft;
  draft.origin = RequestOriginOf(call, request, digest);
  draft.collection = request.collection();
  draft.period = request.period();
  draft.etag = request.etag();
  draft.submission.organisation = request.organisation();
  CheckPresent(request.organisation(), "organisation", &faults);
  CheckPresent(request.collection(), "collection", &faults);
  CheckPresent(request.period(), "period", &faults);
  ReadCells(request, &draft.submission, &faults);
  CheckNamesNobody(draft.submission.cells, &faults);
  if (faults.fields_total() > 0) return faults;
  return draft;
}

absl::StatusOr<FileSubmission> ToSubmission(const returns::v1::SubmitReturnFileRequest& request,
                                            const CallContext& call, const Digest& digest) {
  Error faults(Reason::kFieldInvalid, "the request is wrong in the fields listed");
  CheckRevisionReason(request, &faults);
  FileSubmission submission;
  submission.declared_minutes = MinutesDeclared(request, &faults);
  submission.mode = ModeOf(request.mode());
  submission.all_or_nothing = request.acceptance() == returns::v1::ACCEPTANCE_ALL_OR_NOTHING;
  if (faults.fields_total() > 0) return faults;
  submission.origin = RequestOriginOf(call, request, digest, request.validate_only());
  submission.reason = request.reason();
  submission.reason_text = request.reason_text();
  submission.scope = call.caller.scope;
  submission.may_import = Holds(call.caller.role, options::v1::PERMISSION_RETURNS_IMPORT);
  submission.owner = OwnerOf(call);
  ASSIGN_OR_RETURN(submission.upload, UploadIdOf(request.upload(), "upload"));
  submission.collection = request.collection();
  submission.layout = request.layout();
  submission.status = request.status();
  submission.given.organisation = request.organisation();
  if (!request.period().empty()) {
    absl::StatusOr<Period> period = Period::Parse(request.period());
    if (!period.ok()) {
      return Error(Reason::kPeriod,
                   absl::StrCat("the period cannot be read: ", period.status().message()))
          .Field("period", period.status().message());
    }
    submission.given.period = *period;
  }
  return submission;
}

returns::v1::SubmitReturnFileResponse ToWire(const FileAnswer& answer) {
  returns::v1::SubmitReturnFileResponse wire;
  FillFindings(answer.verdict, answer.findings, &wire);
  for (const FileReturnAnswer& one : answer.returns) {
    returns::v1::FileReturn* added = wire.add_returns();
    added->set_organisation(one.organisation);
    added->set_verdict(static_cast<common::v1::Verdict>(one.verdict));
    added->set_revision(one.revision);
    added->set_submission(one.submission);
    added->set_sequence(one.sequence);
    added->set_replayed(one.replayed);
    added->set_unchanged(one.unchanged);
  }
  FillReceipt(answer.accepted, &wire);
  wire.set_period(answer.period);
  return wire;
}

returns::v1::WatchUploadResponse ToWire(const FileState& state) {
  returns::v1::WatchUploadResponse wire;
  wire.set_stage(static_cast<returns::v1::FileStage>(state.stage));
  wire.set_file_bytes(state.file_bytes);
  wire.set_read_bytes(state.read_bytes);
  wire.set_judged_returns(state.judged_returns);
  wire.set_returns_to_store(state.returns_to_store);
  wire.set_stored_returns(state.stored_returns);
  return wire;
}

absl::StatusOr<OrganisationScope> ScopeOfParent(const std::string& parent,
                                                const CallContext& call) {
  if (!absl::StartsWith(parent, "organisations/")) return NotFound(parent);
  const std::string code = parent.substr(std::string("organisations/").size());
  if (code == "-") return call.caller.scope;
  if (code.empty() || absl::StrContains(code, '/') || !call.caller.scope.Covers(code))
    return NotFound(absl::StrCat("organisation ", code));
  return OrganisationScope::Only(code);
}

absl::StatusOr<ReadWish> ToWish(const common::v1::ReadAt& read, const CallContext& call) {
  ReadWish wish;
  wish.at_least = read.at_least();
  wish.as_of_position = read.as_of_position();
  if (read.has_as_of_time()) {
    ASSIGN_OR_RETURN(wish.as_of_time, FromWire(read.as_of_time()));
  }
  wish.deadline = call.deadline;
  return wish;
}

std::string OwnerOf(const CallContext& call) {
  return call.caller.scope.national() ? call.caller.spiffe_id : call.caller.scope.organisation();
}

std::optional<std::string> BodyOf(const CallContext& call) {
  return BodyOf(call.caller,
                call.signed_in.has_value() ? call.signed_in->holder.organisation : std::string());
}

ReturnReader ReuserOf(const CallContext& call, common::v1::Purpose purpose) {
  return ReturnReader{BodyOf(call), call.caller.role, call.caller.scope, purpose};
}

absl::StatusOr<std::string> UploadIdOf(const std::string& name, absl::string_view field) {
  if (name.empty()) {
    return Error(Reason::kMissing, "which upload? Give the name that CreateUpload answered")
        .Field(field, "is missing");
  }
  absl::string_view id = name;
  if (!absl::ConsumePrefix(&id, "uploads/") || id.empty() || id.size() > 64) return NotFound(name);
  return std::string(id);
}

absl::Status CheckFromPosition(const std::string& position, const std::string& service) {
  ASSIGN_OR_RETURN(const Position parsed, Position::Parse(position));
  if (parsed.Of(service).has_value()) return absl::OkStatus();
  return Error(Reason::kPositionInvalid, "the position has no place in this ledger")
      .Field("from_position", absl::StrCat("give a position from an answer of ", service));
}

}  // namespace onereturn::ingestion
