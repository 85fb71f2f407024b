#include "services/ingestion/app/requests/obligations/simplified_mode.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/request_id.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/reason_text.h"
#include "services/ingestion/app/requests/request_steps.h"
#include "services/ingestion/app/token_use.h"
#include "services/ingestion/store/simplified_mode_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::SimplifiedMode;

constexpr int64_t kLongestModeMicros = int64_t{366} * 86'400 * 1'000'000;

void CheckEndOfMode(const SimplifiedMode& mode, Timestamp now, Error* faults) {
  constexpr char kField[] = "mode.end_time";
  if (!mode.on()) {
    if (mode.has_end_time()) faults->Field(kField, "stands only where it is switched on");
    return;
  }
  const absl::StatusOr<Timestamp> end = FromWire(mode.end_time());
  if (!mode.has_end_time()) {
    faults->Field(kField, "is missing: it ends by itself, at a time that is given");
  } else if (!end.ok()) {
    faults->Field(kField, end.status().message());
  } else if (*end <= now) {
    faults->Field(kField, "is past");
  } else if (end->micros - now.micros > kLongestModeMicros) {
    faults->Field(kField, "is more than 366 days ahead");
  }
}

absl::Status CheckMode(const SimplifiedMode& mode, Timestamp now) {
  Error faults(Reason::kFieldInvalid, "simplified mode cannot be set so");
  CheckReason(mode.reason(), "mode.reason", &faults);
  CheckEndOfMode(mode, now, &faults);
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

bool SaysTheSame(const SimplifiedMode& a, const SimplifiedMode& b) {
  return a.on() == b.on() && a.reason() == b.reason() &&
         a.end_time().seconds() == b.end_time().seconds() &&
         a.end_time().nanos() == b.end_time().nanos();
}

NewFact FactOfMode(const SimplifiedMode& mode, ReadCheck check) {
  return NewFact{kSimplifiedModeName,
                 mode.SerializeAsString(),
                 {std::move(check)},
                 [mode](const Placement& placement, WriteBatch* batch) {
                   PutSimplifiedMode(placement.sequence, mode, batch);
                 }};
}

absl::StatusOr<Decision> DecideMode(const Reader& reader, Timestamp now,
                                    const requests::v1::SetSimplifiedModeRequest& request,
                                    TokenUse* token) {
  SimplifiedMode mode = request.mode();
  mode.clear_sequence();
  ASSIGN_OR_RETURN(StoredSimplifiedMode stored, FindSimplifiedMode(reader));
  RETURN_IF_ERROR(CheckMode(mode, now));
  RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  if (stored.mode.sequence() != 0 && SaysTheSame(stored.mode, mode)) {
    return Unchanged{stored.mode.sequence(), {std::move(stored.check)}};
  }
  if (!mode.on() && !stored.mode.on()) {
    return Error(Reason::kRequestState, "simplified mode is off")
        .Precondition(kSimplifiedModeName, "is off: nothing is suspended")
        .Remedy("Nothing is left to do: onereturn simplified show says so too.");
  }
  RETURN_IF_ERROR(token->Spend());
  return FactOfMode(mode, std::move(stored.check));
}

absl::StatusOr<SimplifiedModeAnswer> AnswerOfMode(const Reader& store, Accepted accepted) {
  feed::v1::Entry entry;
  if (!entry.ParseFromString(accepted.receipt.entry)) {
    return absl::DataLossError("a stored entry cannot be read");
  }
  ASSIGN_OR_RETURN(SimplifiedMode mode, SimplifiedModeAt(store, entry.sequence()));
  return SimplifiedModeAnswer{std::move(mode), std::move(accepted)};
}

}  // namespace

void SetSimplifiedMode::Set(const OfficerOrigin& origin,
                            const requests::v1::SetSimplifiedModeRequest& request,
                            Done done) const {
  auto token = std::make_shared<TokenUse>(origin);
  writer_->Write(
      FactAskedBy(origin, feed::v1::ENTRY_KIND_SIMPLIFIED_MODE_SET, request.request_id()),
      [this, request, token](const Snapshot& snapshot) {
        return DecideMode(snapshot, committer_->LatestPromise().through_time, request, token.get());
      },
      [store = store_, token,
       done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) {
          token->Return();
          return done(accepted.status());
        }
        done(AnswerOfMode(*store, std::move((*accepted)->accepted)));
      });
}

absl::StatusOr<SimplifiedMode> GetSimplifiedMode(const Reader& reader, uint64_t sequence) {
  return SimplifiedModeAt(reader, sequence);
}

absl::StatusOr<Decision> DecideEndOfMode(const Reader& reader, Timestamp now) {
  ASSIGN_OR_RETURN(StoredSimplifiedMode stored, FindSimplifiedMode(reader));
  if (!stored.mode.on()) return NothingToKeep{};
  ASSIGN_OR_RETURN(const Timestamp end, FromWire(stored.mode.end_time()));
  if (now < end) return NothingToKeep{};
  SimplifiedMode off;
  off.set_reason("its end time has come");
  return FactOfMode(off, std::move(stored.check));
}

}  // namespace onereturn::ingestion
