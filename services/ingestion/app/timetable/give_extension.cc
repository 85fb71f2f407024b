#include "services/ingestion/app/timetable/give_extension.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/personal_data.h"
#include "common/base/utf8.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/submit_return.h"
#include "services/ingestion/app/timetable/window_lists.h"
#include "services/ingestion/app/timetable/window_reading.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kMostReasonBytes = 1'000;
constexpr int64_t kMostAheadMicros = int64_t{366} * 86'400 * 1'000'000;

void CheckWhy(const std::string& reason, Error* faults) {
  if (reason.empty()) faults->Field("reason", "is missing");
  if (reason.size() > kMostReasonBytes) faults->Field("reason", "is longer than 1,000 bytes");
  if (!IsSafeText(reason)) faults->Field("reason", "holds a character that cannot be shown");
  if (HoldsPersonalData(reason)) {
    faults->Field(Reason::kPersonalData, "reason", "seems to hold an NHS number or a postcode");
  }
}

void CheckEnd(Timestamp end, Timestamp due, Timestamp now, Error* faults) {
  if (end <= due) {
    faults->Field("end_time", absl::StrCat("is not after the due moment, ", FormatTimestamp(due)));
  }
  if (end <= now) faults->Field("end_time", "is past");
  if (end.micros - now.micros > kMostAheadMicros) {
    faults->Field("end_time", "is more than 366 days ahead");
  }
}

std::string GiverOf(const RequestOrigin& origin) {
  return origin.person.empty() ? origin.actor : origin.person;
}

// Every step may change it.
std::vector<ReadCheck> ChecksOf(StoredExtensionHead head, StoredWindow window, uint64_t catalogue) {
  return {std::move(head.check), std::move(window.check), CatalogueCheck(catalogue)};
}

FactRequest FactRequestOf(feed::v1::EntryKind kind, const RequestOrigin& origin) {
  FactRequest request;
  request.kind = kind;
  request.actor = origin.actor;
  request.request_id = origin.request_id;
  request.digest = origin.digest;
  request.person = origin.person;
  request.role = origin.role;
  return request;
}

FactWriter::Respond Answering(GiveExtension::Done done) {
  return [done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
    if (!accepted.ok()) return done(accepted.status());
    ExtensionAnswer answer;
    answer.accepted = std::move((*accepted)->accepted);
    feed::v1::Entry entry;
    timetable::v1::ExtensionGiven given;
    if (!entry.ParseFromString(answer.accepted.receipt.entry)) {
      return done(absl::DataLossError("a stored entry cannot be read"));
    }
    if (entry.kind() == feed::v1::ENTRY_KIND_EXTENSION_GIVEN &&
        given.ParseFromString(entry.fact())) {
      answer.extension = std::move(*given.mutable_extension());
      answer.extension.set_give_sequence(entry.sequence());
    }
    done(std::move(answer));
  };
}

absl::StatusOr<Decision> DecideToRevoke(const Snapshot& snapshot, const RequestOrigin& origin,
                                        const timetable::v1::RevokeExtensionRequest& request) {
  Error faults(Reason::kFieldInvalid, "the revocation cannot be taken as it is");
  CheckWhy(request.reason(), &faults);
  if (faults.fields_total() > 0) return faults.ToStatus();
  ASSIGN_OR_RETURN(const ExtensionName name, ParseExtensionName(request.name()));
  ASSIGN_OR_RETURN(StoredExtensionHead head, FindExtensionHead(snapshot, name.key));
  ASSIGN_OR_RETURN(const std::vector<timetable::v1::Extension> extensions,
                   ExtensionsOf(snapshot, name.key));
  ExtensionHead after{head.head.count, head.head.steps + 1, std::nullopt};
  const timetable::v1::Extension* revoked = nullptr;
  for (const timetable::v1::Extension& extension : extensions) {
    if (extension.number() == name.number) {
      revoked = &extension;
    } else if (InForceAt(extension, kNewest)) {
      ASSIGN_OR_RETURN(const Timestamp end, FromWire(extension.end_time()));
      after.until = std::max(after.until.value_or(end), end);
    }
  }
  if (revoked == nullptr) return NotFound(request.name());
  if (!InForceAt(*revoked, kNewest)) {
    return Error(Reason::kWindowState,
                 absl::StrCat(request.name(), " is not in force: it ",
                              revoked->revoke_sequence() != 0 ? "was revoked" : "has ended"))
        .Precondition(request.name(), "is not in force");
  }
  timetable::v1::ExtensionRevoked fact;
  fact.set_name(request.name());
  fact.set_reason(request.reason());
  fact.set_revoker(GiverOf(origin));
  return NewFact{
      request.name(),
      fact.SerializeAsString(),
      {std::move(head.check)},
      [key = name.key, after, extension = *revoked](const Placement& placement, WriteBatch* batch) {
        timetable::v1::Extension row = extension;
        row.set_revoke_sequence(placement.sequence);
        PutExtension(row, batch);
        PutExtensionHead(key, after, batch);
      }};
}

}  // namespace

std::string NameOfExtension(const ExtensionName& name) {
  return absl::StrCat("organisations/", name.key.organisation, "/returns/", name.key.collection,
                      ".", name.key.period, "/extensions/", name.number);
}

absl::StatusOr<ExtensionName> ParseExtensionName(absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() != 6 || parts[0] != "organisations" || parts[2] != "returns" ||
      parts[4] != "extensions") {
    return NotFound(name);
  }
  const std::pair<std::string, std::string> id = absl::StrSplit(parts[3], absl::MaxSplits('.', 1));
  ExtensionName parsed{{id.first, id.second, parts[1]}, 0};
  if (!absl::SimpleAtoi(parts[5], &parsed.number) || parsed.number == 0) {
    return NotFound(name);
  }
  return parsed;
}

void GiveExtension::Give(const RequestOrigin& origin,
                         const timetable::v1::GiveExtensionRequest& request, Done done) const {
  writer_->Write(
      FactRequestOf(feed::v1::ENTRY_KIND_EXTENSION_GIVEN, origin),
      [this, origin, request](const Snapshot& snapshot) {
        return DecideToGive(snapshot, origin, request);
      },
      Answering(std::move(done)));
}

void GiveExtension::Revoke(const RequestOrigin& origin,
                           const timetable::v1::RevokeExtensionRequest& request, Done done) const {
  writer_->Write(
      FactRequestOf(feed::v1::ENTRY_KIND_EXTENSION_REVOKED, origin),
      [origin, request](const Snapshot& snapshot) {
        return DecideToRevoke(snapshot, origin, request);
      },
      Answering(std::move(done)));
}

absl::StatusOr<Decision> GiveExtension::DecideToGive(
    const Snapshot& snapshot, const RequestOrigin& origin,
    const timetable::v1::GiveExtensionRequest& request) const {
  RETURN_IF_ERROR(CheckOrganisationKnown(snapshot, request.organisation()));
  ASSIGN_OR_RETURN(const uint64_t catalogue, CatalogueSequence(snapshot));
  const absl::StatusOr<WindowReader> windows =
      WindowReader::Make(&snapshot, request.collection(), kNewest);
  if (!windows.ok()) {
    return Error(Reason::kDefinitionUnknown, "there is no such collection")
        .Field("collection", "is not defined");
  }
  const absl::StatusOr<Period> period = Period::Parse(request.period());
  if (!period.ok()) {
    return Error(Reason::kPeriod,
                 absl::StrCat("the period cannot be read: ", period.status().message()))
        .Field("period", period.status().message());
  }
  const ReturnKey key{request.collection(), period->ToString(), request.organisation()};
  ASSIGN_OR_RETURN(const WindowView view, windows->At(*period));
  const std::string window_name = WindowName({key.collection, key.period});
  if (!view.moments.has_value()) {
    return Error(Reason::kWindowState,
                 absl::StrCat(key.collection, " ", key.period, " has no window, so nothing is due"))
        .Precondition(window_name, "has no due moment")
        .Remedy(
            "Send the return: without a window it is taken at any time once its period has "
            "begun. Else correct collection or period.");
  }
  Error faults(Reason::kFieldInvalid, "the extension cannot be given as it is");
  CheckWhy(request.reason(), &faults);
  if (!Owes(*windows, key.organisation, *period)) {
    faults.Field("organisation", absl::StrCat("does not owe ", key.collection, " ", key.period));
  }
  ASSIGN_OR_RETURN(const Timestamp end, FromWire(request.end_time()));
  CheckEnd(end, view.moments->due, committer_->LatestPromise().through_time, &faults);
  if (faults.fields_total() > 0) return faults.ToStatus();
  ASSIGN_OR_RETURN(StoredExtensionHead head, FindExtensionHead(snapshot, key));
  ASSIGN_OR_RETURN(StoredWindow window, FindWindow(snapshot, {key.collection, key.period}));
  const ExtensionHead after{head.head.count + 1, head.head.steps + 1,
                            std::max(head.head.until.value_or(end), end)};
  timetable::v1::Extension extension;
  extension.set_name(NameOfExtension({key, after.count}));
  extension.set_number(after.count);
  extension.set_organisation(key.organisation);
  extension.set_collection(key.collection);
  extension.set_period(key.period);
  extension.set_reason(request.reason());
  *extension.mutable_end_time() = ToWire(end);
  extension.set_giver(GiverOf(origin));
  timetable::v1::ExtensionGiven fact;
  *fact.mutable_extension() = extension;
  return NewFact{extension.name(), fact.SerializeAsString(),
                 ChecksOf(std::move(head), std::move(window), catalogue),
                 [key, after, extension](const Placement& placement, WriteBatch* batch) {
                   timetable::v1::Extension row = extension;
                   row.set_give_sequence(placement.sequence);
                   PutExtension(row, batch);
                   PutExtensionHead(key, after, batch);
                 }};
}

}  // namespace onereturn::ingestion
