#include "services/ingestion/app/requests/obligations/challenge_obligation.h"

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/personal_data.h"
#include "common/base/utf8.h"
#include "common/feed/wire.h"
#include "common/identity/rights.h"
#include "common/period/london_day.h"
#include "common/status/enum_words.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/requests/matching/claim_reading.h"
#include "services/ingestion/app/requests/obligations/held_of_obligation.h"
#include "services/ingestion/app/requests/obligations/obligation_message.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/app/requests/request_steps.h"
#include "services/ingestion/app/requests/rules_in_force.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/request_table.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kMostTextBytes = 4'000;
constexpr int64_t kDayMicros = int64_t{86'400} * 1'000'000;

struct Found {
  ObligationKey key;
  StoredObligation stored;
  ReadCheck not_sent;  // That nothing came since.
};

absl::Status StateError(const std::string& name, const std::string& why) {
  return Error(Reason::kObligationState, absl::StrCat(name, " ", why))
      .Precondition(name, why)
      .Remedy("See how each stands, and what is left to do: onereturn request obligations.");
}

absl::StatusOr<Found> FindOpen(const Reader& reader, const std::string& name) {
  const std::optional<ObligationKey> key = ParseObligationName(name);
  if (!key.has_value()) return NotFound(name);
  ASSIGN_OR_RETURN(std::optional<StoredObligation> stored, FindObligation(reader, *key));
  if (!stored.has_value()) return NotFound(name);
  ASSIGN_OR_RETURN(const std::optional<ClaimState> claim, ClaimOf(reader, *key, kNewest));
  if (!claim.has_value()) return absl::DataLossError("a stored obligation has no claim");
  ASSIGN_OR_RETURN(ReturnHeadState head, HeadOf(reader, key->key));
  switch (claim->outcome.state) {
    case ObligationState::kReleased:
      return StateError(name,
                        absl::StrCat("was released: ", EnumWords(stored->record.release_reason())));
    case ObligationState::kCollected:
    case ObligationState::kShared:
      return StateError(name, "is met: the return was sent");
    default:
      return Found{*key, *std::move(stored), std::move(head.check)};
  }
}

void CheckText(const std::string& text, absl::string_view field, Error* faults) {
  if (text.empty()) faults->Field(field, "is missing");
  if (text.size() > kMostTextBytes) faults->Field(field, "is longer than 4,000 bytes");
  if (!IsSafeText(text)) faults->Field(field, "holds a character that cannot be shown");
  if (HoldsPersonalData(text)) {
    faults->Field(Reason::kPersonalData, field, "seems to hold an NHS number or a postcode");
  }
}

// What is held of the obligation's items, in the order of HeldOfItems.
using ReadHeld =
    std::function<absl::StatusOr<std::vector<requests::v1::HeldOfObligation>>(const Found& found)>;

// Its returns by name, and what each of them holds.
absl::Status Attach(const std::vector<requests::v1::HeldOfObligation>& held,
                    requests::v1::Challenge* challenge) {
  for (const requests::v1::HeldOfObligation& one : held) {
    ASSIGN_OR_RETURN(const ParsedName name, ParseReturnName(one.revision()));
    challenge->add_held(ReturnName(name.key));
    *challenge->add_held_items() = one;
  }
  return absl::OkStatus();
}

absl::StatusOr<Decision> DecideChallenge(const Reader& reader, const OfficerOrigin& origin,
                                         Timestamp now,
                                         const requests::v1::ChallengeObligationRequest& request,
                                         const ReadHeld& read_held) {
  ASSIGN_OR_RETURN(Found found, FindOpen(reader, request.name()));
  if (found.stored.record.has_challenge()) {
    return StateError(request.name(), "was challenged before");
  }
  Error faults(Reason::kFieldInvalid, "the challenge cannot be taken as it is");
  if (request.ground() == requests::v1::CHALLENGE_GROUND_UNSPECIFIED ||
      !requests::v1::ChallengeGround_IsValid(request.ground())) {
    faults.Field(Reason::kEnumValue, "ground", "is duplicate or disproportionate");
  }
  CheckText(request.text(), "text", &faults);
  if (faults.fields_total() > 0) return faults;
  ASSIGN_OR_RETURN(const requests::v1::RequestRules rules, RequestRulesAt(reader, kNewest));
  requests::v1::Challenge challenge;
  challenge.set_ground(request.ground());
  challenge.set_text(request.text());
  ASSIGN_OR_RETURN(const auto held, read_held(found));
  RETURN_IF_ERROR(Attach(held, &challenge));
  *challenge.mutable_answer_by() =
      ToWire(Timestamp{now.micros + int64_t{rules.challenge_days()} * kDayMicros});
  *challenge.mutable_step() = RequestStepOf(origin, found.key.key.organisation, "");
  requests::v1::ObligationChallenged fact;
  fact.set_obligation(request.name());
  *fact.mutable_challenge() = challenge;
  return NewFact{request.name(),
                 fact.SerializeAsString(),
                 {std::move(found.stored.check), std::move(found.not_sent)},
                 [key = found.key, record = found.stored.record, challenge](
                     const Placement& placement, WriteBatch* batch) {
                   storage::v1::ObligationRecord after = record;
                   *after.mutable_challenge() = challenge;
                   requests::v1::RequestStep* step = after.mutable_challenge()->mutable_step();
                   *step->mutable_time() = ToWire(placement.time);
                   step->set_sequence(placement.sequence);
                   PutObligation(key, after, batch);
                 }};
}

absl::StatusOr<Decision> DecideAnswer(const Reader& reader, const OfficerOrigin& origin,
                                      Timestamp now,
                                      const requests::v1::AnswerChallengeRequest& request) {
  const std::optional<ObligationKey> key = ParseObligationName(request.name());
  if (!key.has_value()) return NotFound(request.name());
  ASSIGN_OR_RETURN(const std::optional<StoredRequest> asked, FindDataRequest(reader, key->request));
  if (!asked.has_value()) return NotFound(request.name());
  RETURN_IF_ERROR(
      CheckActsFor(reader, origin.scope, asked->request.requesting_body(), LondonDay(now)));
  ASSIGN_OR_RETURN(Found found, FindOpen(reader, request.name()));
  const storage::v1::ObligationRecord& record = found.stored.record;
  if (!record.has_challenge()) return StateError(request.name(), "was not challenged");
  if (record.challenge().has_answer()) return StateError(request.name(), "was answered before");
  ASSIGN_OR_RETURN(const Timestamp answer_by, FromWire(record.challenge().answer_by()));
  if (answer_by < now) {
    return StateError(request.name(), "was not answered in time: it lapses");
  }
  RETURN_IF_ERROR(CheckStepReason(request.reason(), true));
  requests::v1::ChallengeAnswered fact;
  fact.set_obligation(request.name());
  fact.set_upheld(request.uphold());
  *fact.mutable_step() = RequestStepOf(origin, origin.scope.organisation(), request.reason());
  return NewFact{request.name(),
                 fact.SerializeAsString(),
                 {std::move(found.stored.check), std::move(found.not_sent)},
                 [key = found.key, record, fact](const Placement& placement, WriteBatch* batch) {
                   storage::v1::ObligationRecord after = record;
                   after.mutable_challenge()->set_upheld(fact.upheld());
                   requests::v1::RequestStep* step = after.mutable_challenge()->mutable_answer();
                   *step = fact.step();
                   *step->mutable_time() = ToWire(placement.time);
                   step->set_sequence(placement.sequence);
                   if (!fact.upheld()) {
                     after.set_release_sequence(placement.sequence);
                     after.set_release_reason(requests::v1::RELEASE_REASON_CHALLENGED);
                   }
                   PutObligation(key, after, batch);
                 }};
}

// As it stood after the fact.
absl::StatusOr<ObligationAnswer> AnswerTo(const Reader& store, AcceptedFact fact) {
  feed::v1::Entry entry;
  if (!entry.ParseFromString(fact.accepted.receipt.entry)) {
    return absl::DataLossError("a stored entry cannot be read");
  }
  const std::optional<ObligationKey> key = ParseObligationName(entry.name());
  if (!key.has_value()) return absl::DataLossError("a stored entry names no obligation");
  ASSIGN_OR_RETURN(const auto claim, ClaimOf(store, *key, entry.sequence()));
  ASSIGN_OR_RETURN(const auto request, FindDataRequest(store, key->request));
  if (!claim.has_value() || !request.has_value()) {
    return absl::DataLossError("a stored obligation is missing");
  }
  ASSIGN_OR_RETURN(const requests::v1::RequestRules rules, RulesForHours(store, entry.sequence()));
  return ObligationAnswer{MessageOf(*claim, request->request, rules, entry.sequence()),
                          std::move(fact.accepted)};
}

FactWriter::Respond Answering(const Store* store, ChallengeObligation::Done done) {
  return [store, done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
    if (!accepted.ok()) return done(accepted.status());
    done(AnswerTo(*store, **std::move(accepted)));
  };
}

}  // namespace

void ChallengeObligation::Challenge(const OfficerOrigin& origin,
                                    const requests::v1::ChallengeObligationRequest& request,
                                    Done done) const {
  writer_->Write(
      FactAskedBy(origin, feed::v1::ENTRY_KIND_OBLIGATION_CHALLENGED, request.request_id()),
      [this, origin, request](const Snapshot& snapshot) {
        const auto held =
            [this, &snapshot](
                const Found& found) -> absl::StatusOr<std::vector<requests::v1::HeldOfObligation>> {
          ASSIGN_OR_RETURN(const auto catalogue, picture_->At(snapshot));
          ASSIGN_OR_RETURN(const auto coverage, coverage_->At(snapshot));
          storage::v1::ObligationRecord whole = found.stored.record;
          RETURN_IF_ERROR(ObligationTerms(&snapshot).Fill(found.key.request, &whole));
          const auto& items = whole.items();
          return HeldOfItems(*catalogue, *coverage, found.key.key.organisation,
                             {items.begin(), items.end()});
        };
        return DecideChallenge(snapshot, origin, committer_->LatestPromise().through_time, request,
                               held);
      },
      Answering(store_, std::move(done)));
}

void ChallengeObligation::Answer(const OfficerOrigin& origin,
                                 const requests::v1::AnswerChallengeRequest& request,
                                 Done done) const {
  writer_->Write(
      FactAskedBy(origin, feed::v1::ENTRY_KIND_CHALLENGE_ANSWERED, request.request_id()),
      [this, origin, request](const Snapshot& snapshot) {
        return DecideAnswer(snapshot, origin, committer_->LatestPromise().through_time, request);
      },
      Answering(store_, std::move(done)));
}

}  // namespace onereturn::ingestion
