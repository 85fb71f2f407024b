#include "services/ingestion/app/requests/obligations/keep_requests.h"

#include <algorithm>
#include <future>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/commit/journal.h"
#include "common/commit/request_id.h"
#include "common/feed/wire.h"
#include "common/period/civil_day.h"
#include "common/period/london_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/obligations/obligation_message.h"
#include "services/ingestion/app/requests/obligations/release_obligations.h"
#include "services/ingestion/app/requests/obligations/simplified_mode.h"
#include "services/ingestion/app/requests/obligations/suspended_obligations.h"
#include "services/ingestion/app/requests/request_steps.h"
#include "services/ingestion/app/requests/rules_in_force.h"
#include "services/ingestion/app/timetable/owed_return.h"
#include "services/ingestion/store/request_table.h"
#include "services/ingestion/store/return_table.h"
#include "services/ingestion/store/simplified_mode_table.h"
#include "services/ingestion/store/timetable_table.h"

namespace onereturn::ingestion {
namespace {

constexpr char kRequest[] = "requests";
// Of one fact: their names stay well within an entry.
constexpr size_t kMostReleased = 500;
constexpr int64_t kMinuteMicros = int64_t{60} * 1'000'000;
constexpr int64_t kLookBackMicros = int64_t{86'400} * 1'000'000;

// Nothing more may be written.
bool IsLedgerBehind(const absl::Status& fault) {
  return !fault.ok() && ReasonOf(fault) == Reason::kLedgerBehind;
}

// That the return may come no longer: with the check that no extension was given meanwhile.
absl::StatusOr<std::optional<ReadCheck>> NotExtended(const Reader& reader, const ReturnKey& key,
                                                     Timestamp now) {
  ASSIGN_OR_RETURN(StoredExtensionHead extension, FindExtensionHead(reader, key));
  if (extension.head.until.has_value() && *extension.head.until > now) {
    return std::optional<ReadCheck>();
  }
  return std::optional<ReadCheck>(std::move(extension.check));
}

bool IsIn(requests::v1::RequestState state, const std::vector<requests::v1::RequestState>& of) {
  return std::find(of.begin(), of.end(), state) != of.end();
}

}  // namespace

absl::Status KeepRequests::Run() {
  const Timestamp now = clock_->Now();
  ASSIGN_OR_RETURN(const uint64_t newest, LastSequence(*store_));
  const Timestamp minute{now.micros - now.micros % kMinuteMicros};
  if (newest == looked_at_ && minute == looked_when_) return absl::OkStatus();
  absl::Status fault = Lapse(now);
  if (IsLedgerBehind(fault)) return fault;
  fault.Update(live_.CatchUp(*store_));
  fault.Update(LookBackForIssues());
  fault.Update(CloseWindows(now));
  fault.Update(EndSimplifiedMode(now));
  // With what was released just now.
  fault.Update(live_.CatchUp(*store_));
  fault.Update(SuspendAll());
  if (IsLedgerBehind(fault)) return fault;
  fault.Update(live_.CatchUp(*store_));
  absl::StatusOr<uint32_t> review_days = uint32_t{0};
  if (!live_.all().empty()) review_days = ReviewDays();
  for (const auto& [number, request] : live_.all()) {
    if (IsLedgerBehind(fault)) return fault;
    fault.Update(KeepRequest(number, request, now, review_days));
  }
  ASSIGN_OR_RETURN(const uint64_t after, LastSequence(*store_));
  looked_at_ = fault.ok() && after == newest ? newest : UINT64_MAX;
  looked_when_ = minute;
  return fault;
}

absl::Status KeepRequests::Lapse(Timestamp now) {
  std::vector<ObligationKey> lapsing;
  RETURN_IF_ERROR(VisitLapsing(*store_, lapsed_until_, now,
                               [&](Timestamp, const ObligationKey& key) -> absl::StatusOr<bool> {
                                 // What came meanwhile needs no answer any more.
                                 ASSIGN_OR_RETURN(const auto stored, FindObligation(*store_, key));
                                 if (!stored.has_value()) return true;
                                 ASSIGN_OR_RETURN(const bool met,
                                                  IsMet(*store_, key, stored->record));
                                 if (!met) lapsing.push_back(key);
                                 return true;
                               }));
  for (const ObligationKey& key : lapsing) {
    RETURN_IF_ERROR(Release({key}, requests::v1::RELEASE_REASON_LAPSED,
                            absl::StrCat("lapse.", ObligationName(key))));
  }
  // A day is looked back: a challenge waits from when it was judged, and is written after that.
  lapsed_until_ = std::max(lapsed_until_, Timestamp{now.micros - kLookBackMicros});
  return absl::OkStatus();
}

// A request is matched on the day of the newest entry. So one that was issued since may have made a
// return owed in a window that was closed by the clock and looked at already.
absl::Status KeepRequests::LookBackForIssues() {
  uint64_t newest = issues_seen_;
  Timestamp earliest = closed_until_;
  for (const auto& [number, request] : live_.all()) {
    if (request.issue_sequence <= issues_seen_) continue;
    newest = std::max(newest, request.issue_sequence);
    RETURN_IF_ERROR(VisitObligationsOfRequest(
        *store_, number, "",
        [&](const ObligationKey&, const storage::v1::ObligationRecord& record) {
          if (record.close_micros() == 0) return true;
          earliest = std::min(earliest, Timestamp{record.close_micros() - 1});
          return true;
        }));
  }
  issues_seen_ = newest;
  closed_until_ = earliest;
  return absl::OkStatus();
}

absl::Status KeepRequests::CloseWindows(Timestamp now) {
  std::vector<ObligationKey> missing;
  Timestamp until = now;
  RETURN_IF_ERROR(
      VisitClosing(*store_, closed_until_, now,
                   [&](Timestamp closes, const ObligationKey& key) -> absl::StatusOr<bool> {
                     ASSIGN_OR_RETURN(const auto not_extended, NotExtended(*store_, key.key, now));
                     if (!not_extended.has_value()) {
                       // It is looked at again, with all that close then or later.
                       until = std::min(until, Timestamp{closes.micros - 1});
                       return true;
                     }
                     ASSIGN_OR_RETURN(const auto stored, FindObligation(*store_, key));
                     if (!stored.has_value()) return true;
                     ASSIGN_OR_RETURN(const bool met, IsMet(*store_, key, stored->record));
                     if (!met) missing.push_back(key);
                     return true;
                   }));
  RETURN_IF_ERROR(ReleaseInParts(missing, requests::v1::RELEASE_REASON_MISSING, "missing"));
  for (const ObligationKey& key : missing) {
    // An extension was given meanwhile: all of these are looked at again.
    ASSIGN_OR_RETURN(const auto not_extended, NotExtended(*store_, key.key, now));
    if (!not_extended.has_value()) return absl::OkStatus();
  }
  closed_until_ = until;
  return absl::OkStatus();
}

absl::Status KeepRequests::EndSimplifiedMode(Timestamp now) {
  ASSIGN_OR_RETURN(const StoredSimplifiedMode stored, FindSimplifiedMode(*store_));
  if (!stored.mode.on()) return absl::OkStatus();
  return Write(feed::v1::ENTRY_KIND_SIMPLIFIED_MODE_SET,
               absl::StrCat("simplified.end.", stored.mode.sequence()),
               [now](const Snapshot& snapshot) { return DecideEndOfMode(snapshot, now); });
}

absl::Status KeepRequests::SuspendAll() {
  ASSIGN_OR_RETURN(const StoredSimplifiedMode stored, FindSimplifiedMode(*store_));
  if (stored.mode.sequence() != suspended_by_) suspended_.clear();
  suspended_by_ = stored.mode.sequence();
  if (!stored.mode.on()) return absl::OkStatus();
  absl::Status fault;
  for (const auto& [number, request] : live_.all()) {
    // What is owed for a request is all made by its issue.
    const bool issued = IsIn(
        request.state, {requests::v1::REQUEST_STATE_ISSUED, requests::v1::REQUEST_STATE_ANSWERED,
                        requests::v1::REQUEST_STATE_REVIEW});
    if (!issued || suspended_.count(number) > 0) continue;
    fault.Update(Suspend(number));
    if (IsLedgerBehind(fault)) return fault;
  }
  return fault;
}

absl::Status KeepRequests::Suspend(uint64_t number) {
  ASSIGN_OR_RETURN(const std::vector<ObligationKey> desirable,
                   DesirableObligationsOf(*store_, number));
  RETURN_IF_ERROR(ReleaseInParts(desirable, requests::v1::RELEASE_REASON_SUSPENDED,
                                 absl::StrCat("suspended.", suspended_by_)));
  suspended_.insert(number);
  return absl::OkStatus();
}

absl::Status KeepRequests::ReleaseInParts(const std::vector<ObligationKey>& keys,
                                          requests::v1::ReleaseReason reason,
                                          const std::string& what) {
  for (size_t first = 0; first < keys.size(); first += kMostReleased) {
    const size_t count = std::min(kMostReleased, keys.size() - first);
    const std::vector<ObligationKey> some(keys.begin() + static_cast<ptrdiff_t>(first),
                                          keys.begin() + static_cast<ptrdiff_t>(first + count));
    const std::string names = absl::StrJoin(
        some, " ",
        [](std::string* out, const ObligationKey& key) { out->append(ObligationName(key)); });
    RETURN_IF_ERROR(Release(some, reason, absl::StrCat(what, ".", DigestToHex(Sha256(names)))));
  }
  return absl::OkStatus();
}

absl::Status KeepRequests::Release(const std::vector<ObligationKey>& keys,
                                   requests::v1::ReleaseReason reason, const std::string& part) {
  const Timestamp now = clock_->Now();
  return Write(feed::v1::ENTRY_KIND_OBLIGATIONS_RELEASED, part,
               [&](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
                 Releases releases;
                 if (reason == requests::v1::RELEASE_REASON_SUSPENDED) {
                   ASSIGN_OR_RETURN(StoredSimplifiedMode mode, FindSimplifiedMode(snapshot));
                   if (!mode.mode.on()) return NothingToKeep{};
                   releases.read_set.push_back(std::move(mode.check));
                 }
                 requests::v1::ObligationsReleased fact;
                 fact.set_reason(reason);
                 for (const ObligationKey& key : keys) {
                   ASSIGN_OR_RETURN(auto stored, FindObligation(snapshot, key));
                   if (!stored.has_value() || stored->record.release_sequence() != 0) continue;
                   const bool answered = stored->record.challenge().has_answer();
                   if (reason == requests::v1::RELEASE_REASON_LAPSED && answered) continue;
                   if (reason == requests::v1::RELEASE_REASON_MISSING) {
                     ASSIGN_OR_RETURN(auto not_extended, NotExtended(snapshot, key.key, now));
                     if (!not_extended.has_value()) continue;
                     releases.read_set.push_back(*std::move(not_extended));
                   }
                   // It may have come since it was looked at, or come before this is written.
                   ASSIGN_OR_RETURN(const bool met, IsMet(snapshot, key, stored->record));
                   if (met) continue;
                   ASSIGN_OR_RETURN(ReturnHeadState head, HeadOf(snapshot, key.key));
                   releases.read_set.push_back(std::move(head.check));
                   fact.add_obligations(ObligationName(key));
                   releases.rows.emplace_back(key, stored->record);
                   releases.read_set.push_back(std::move(stored->check));
                 }
                 if (releases.rows.empty()) return NothingToKeep{};
                 return NewFact{fact.obligations(0), fact.SerializeAsString(), releases.read_set,
                                [releases, reason](const Placement& placement, WriteBatch* batch) {
                                  releases.Write(placement.sequence, reason, batch);
                                }};
               });
}

absl::StatusOr<uint32_t> KeepRequests::ReviewDays() const {
  ASSIGN_OR_RETURN(const requests::v1::RequestRules rules, RequestRulesAt(*store_, kNewest));
  return rules.review_days();
}

absl::Status KeepRequests::KeepRequest(uint64_t number, const LiveRequest& request, Timestamp now,
                                       const absl::StatusOr<uint32_t>& review_days) {
  const CivilDay today = LondonDay(now);
  if (today > request.expiry) return Expire(number, now);
  RETURN_IF_ERROR(review_days.status());
  const bool issued = IsIn(
      request.state, {requests::v1::REQUEST_STATE_ISSUED, requests::v1::REQUEST_STATE_ANSWERED});
  if (issued &&
      request.expiry.EpochDays() - today.EpochDays() <= static_cast<int64_t>(*review_days)) {
    return Step(number, feed::v1::ENTRY_KIND_REQUEST_REVIEWED,
                {requests::v1::REQUEST_STATE_ISSUED, requests::v1::REQUEST_STATE_ANSWERED});
  }
  if (live_.changed().count(number) == 0) return absl::OkStatus();
  if (request.state == requests::v1::REQUEST_STATE_ISSUED) {
    ASSIGN_OR_RETURN(const bool open, HasOpen(*store_, number, &passed_[number]));
    if (!open) {
      passed_.erase(number);
      RETURN_IF_ERROR(Step(number, feed::v1::ENTRY_KIND_REQUEST_ANSWERED,
                           {requests::v1::REQUEST_STATE_ISSUED}));
    }
  }
  live_.Settle(number);
  return absl::OkStatus();
}

absl::Status KeepRequests::Expire(uint64_t number, Timestamp now) {
  return Write(
      feed::v1::ENTRY_KIND_REQUEST_ENDED, absl::StrCat("expire.", RequestReference(number)),
      [&](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
        ASSIGN_OR_RETURN(std::optional<StoredRequest> stored, FindDataRequest(snapshot, number));
        if (!stored.has_value() || IsOver(stored->request.state())) return NothingToKeep{};
        ASSIGN_OR_RETURN(const CivilDay expiry, CivilDay::Parse(stored->request.expiry()));
        if (LondonDay(now) <= expiry) return NothingToKeep{};
        ASSIGN_OR_RETURN(Releases releases, OpenObligationsOf(snapshot, number));
        requests::v1::RequestEnded fact;
        fact.set_request(stored->request.name());
        fact.set_expired(true);
        std::vector<ReadCheck> read_set = releases.read_set;
        read_set.push_back(stored->check);
        requests::v1::DataRequest after = stored->request;
        after.set_state(requests::v1::REQUEST_STATE_ENDED);
        after.mutable_ended()->set_system(actor_);
        return FactOfRequestStep(
            number, after, fact.SerializeAsString(), std::move(read_set),
            [](requests::v1::DataRequest* row) { return row->mutable_ended(); },
            [releases = std::move(releases)](const Placement& placement, WriteBatch* batch) {
              releases.Write(placement.sequence, requests::v1::RELEASE_REASON_EXPIRED, batch);
            });
      });
}

absl::Status KeepRequests::Step(uint64_t number, feed::v1::EntryKind kind,
                                const std::vector<requests::v1::RequestState>& from) {
  const bool answered = kind == feed::v1::ENTRY_KIND_REQUEST_ANSWERED;
  return Write(
      kind, absl::StrCat(answered ? "answered." : "reviewed.", RequestReference(number)),
      [&](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
        ASSIGN_OR_RETURN(std::optional<StoredRequest> stored, FindDataRequest(snapshot, number));
        if (!stored.has_value() || !IsIn(stored->request.state(), from)) return NothingToKeep{};
        requests::v1::RequestAnswered fact;  // RequestReviewed has the same form.
        fact.set_request(stored->request.name());
        requests::v1::DataRequest after = stored->request;
        const auto step = [answered](requests::v1::DataRequest* row) {
          return answered ? row->mutable_answered() : row->mutable_reviewed();
        };
        after.set_state(answered ? requests::v1::REQUEST_STATE_ANSWERED
                                 : requests::v1::REQUEST_STATE_REVIEW);
        step(&after)->set_system(actor_);
        return FactOfRequestStep(number, after, fact.SerializeAsString(), {stored->check}, step);
      });
}

absl::Status KeepRequests::Write(feed::v1::EntryKind kind, const std::string& part,
                                 FactWriter::Judge judge) {
  FactRequest request;
  request.kind = kind;
  request.actor = actor_;
  request.request_id = DerivedRequestId(kRequest, actor_, DigestToHex(Sha256(part)));
  request.digest = Sha256(request.request_id);
  request.role = rights::v1::ROLE_SERVICE;
  request.derived_id = true;
  std::promise<absl::Status> written;
  writer_->Write(std::move(request), std::move(judge),
                 [&written](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
                   written.set_value(accepted.status());
                 });
  return written.get_future().get();
}

}  // namespace onereturn::ingestion
