#include "services/ingestion/app/requests/obligations/obligation_message.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/clock/clock.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/cost_in_pence.h"
#include "services/ingestion/app/requests/day_of_entry.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/app/requests/rules_in_force.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {
namespace {

// Obligations that one page looks at: some 20 ms.
constexpr size_t kLookedAtAPage = 2'000;
// The same of obligations of which the record alone is read.
constexpr size_t kPassedOverAPage = 50'000;

// The steps that had been taken by then: a later one has not happened.
requests::v1::Challenge ChallengeAt(const requests::v1::Challenge& challenge, uint64_t sequence) {
  requests::v1::Challenge at = challenge;
  if (at.has_answer() && at.answer().sequence() > sequence) {
    at.clear_answer();
    at.clear_upheld();
  }
  return at;
}

// Who asks, and what for: read once a request, and nothing else of it kept.
class Askers {
 public:
  Askers(const Reader* reader, const CivilDay& day) : reader_(reader), day_(day) {}
  absl::StatusOr<const requests::v1::DataRequest*> Of(uint64_t request) {
    const auto known = askers_.find(request);
    if (known != askers_.end()) return &known->second;
    ASSIGN_OR_RETURN(const auto stored, FindDataRequest(*reader_, request));
    if (!stored.has_value()) return absl::DataLossError("an obligation's request is gone");
    requests::v1::DataRequest& asker = askers_[request];
    asker.set_requesting_body(stored->request.requesting_body());
    asker.set_title(stored->request.title());
    return &asker;
  }
  absl::StatusOr<bool> ActsFor(uint64_t request, const std::string& organisation) {
    ASSIGN_OR_RETURN(const requests::v1::DataRequest* asker, Of(request));
    ASSIGN_OR_RETURN(const std::set<std::string> acting,
                     BodiesActingFor(*reader_, asker->requesting_body(), day_));
    return acting.count(organisation) > 0;
  }

 private:
  const Reader* const reader_;
  const CivilDay day_;
  std::map<uint64_t, requests::v1::DataRequest> askers_;
};

bool ChallengeWaits(const storage::v1::ObligationRecord& record, uint64_t sequence) {
  const requests::v1::Challenge& challenge = record.challenge();
  const bool answered = challenge.has_answer() && challenge.answer().sequence() <= sequence;
  const bool released = record.release_sequence() != 0 && record.release_sequence() <= sequence;
  return record.has_challenge() && challenge.step().sequence() <= sequence && !answered &&
         !released;
}

// As all reads of a position: who was below whom, and who acted for whom, on its day.
absl::StatusOr<CivilDay> DayOfPlace(const Reader& reader, uint64_t sequence) {
  uint64_t at = sequence;
  if (at == kNewest) {
    ASSIGN_OR_RETURN(at, LastSequence(reader));
  }
  return DayOf(reader, at);
}

// NOT_FOUND for one that is not known.
absl::StatusOr<std::set<std::string>> AtAndBelow(const Reader& reader,
                                                 const std::string& organisation,
                                                 const CivilDay& day, uint64_t sequence) {
  RETURN_IF_ERROR(CheckOrganisationIsThere(reader, organisation));
  return WithThoseBelow(reader, organisation, day, sequence);
}

// What a listing asks for.
struct Wanted {
  bool of_all = false;         // Organisations.
  std::set<std::string> whom;  // Else these.
  uint64_t request = 0;        // 0: of all.
  requests::v1::ObligationState state = requests::v1::OBLIGATION_STATE_UNSPECIFIED;
  bool waiting = false;  // For an answer by `body`.
  std::string body;

  // Does the record alone rule it out?
  bool Passes(const ObligationKey& key, const storage::v1::ObligationRecord& record,
              uint64_t sequence) const {
    return (of_all || whom.count(key.key.organisation) > 0) &&
           (request == 0 || key.request == request) &&
           (!waiting || ChallengeWaits(record, sequence));
  }
  bool Has(const ClaimState& claim) const {
    return (!waiting || claim.outcome.met == 0) &&
           (state == requests::v1::OBLIGATION_STATE_UNSPECIFIED ||
            static_cast<int>(state) == static_cast<int>(claim.outcome.state));
  }
};

absl::StatusOr<Wanted> WantedOf(const Reader& reader, const OrganisationScope& mine,
                                const requests::v1::ListObligationsRequest& request,
                                const CivilDay& day, uint64_t sequence) {
  absl::string_view organisation = request.parent();
  if (!absl::ConsumePrefix(&organisation, "organisations/") || organisation.empty() ||
      absl::StrContains(organisation, '/')) {
    return NotFound(request.parent());
  }
  Wanted wanted;
  wanted.of_all = organisation == "-";
  wanted.request = DataRequestNumber(request.request());
  if (!request.request().empty()) {
    ASSIGN_OR_RETURN(const auto known, FindDataRequest(reader, wanted.request));
    if (!known.has_value()) return NotFound(request.request());
  }
  if (!wanted.of_all) {
    ASSIGN_OR_RETURN(wanted.whom, AtAndBelow(reader, std::string(organisation), day, sequence));
  }
  wanted.state = request.state();
  wanted.waiting = request.waiting_for_me();
  if (!mine.national()) wanted.body = mine.organisation();
  return wanted;
}

}  // namespace

std::string ObligationName(const ObligationKey& key) {
  return absl::StrCat("organisations/", key.key.organisation, "/obligations/",
                      RequestReference(key.request), ".", key.key.collection, ".", key.key.period);
}

std::optional<ObligationKey> ParseObligationName(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, absl::MaxSplits('/', 3));
  if (parts.size() != 4 || parts[0] != "organisations" || parts[2] != "obligations") {
    return std::nullopt;
  }
  const std::vector<std::string> of = absl::StrSplit(parts[3], absl::MaxSplits('.', 2));
  if (of.size() != 3 || parts[1].empty() || of[1].empty() || of[2].empty()) return std::nullopt;
  ObligationKey key{{of[1], of[2], std::string(parts[1])}, 0};
  key.request = DataRequestNumber(absl::StrCat("requests/", of[0]));
  if (key.request == 0) return std::nullopt;
  return key;
}

requests::v1::Obligation MessageOf(const ClaimState& claim,
                                   const requests::v1::DataRequest& request,
                                   const requests::v1::RequestRules& rules, uint64_t sequence) {
  const storage::v1::ObligationRecord& record = claim.record;
  requests::v1::Obligation obligation;
  obligation.set_name(ObligationName(claim.key));
  obligation.set_organisation(claim.key.key.organisation);
  obligation.set_request(DataRequestName(claim.key.request));
  obligation.set_requesting_body(request.requesting_body());
  obligation.set_title(request.title());
  obligation.set_collection(claim.key.key.collection);
  obligation.set_period(claim.key.key.period);
  *obligation.mutable_items() = record.items();
  *obligation.mutable_due_time() = ToWire(Timestamp{record.due_micros()});
  obligation.set_state(static_cast<requests::v1::ObligationState>(claim.outcome.state));
  if (claim.outcome.state == ObligationState::kReleased) {
    obligation.set_release_reason(record.release_reason());
    obligation.set_release_sequence(record.release_sequence());
  }
  if (record.has_challenge() && record.challenge().step().sequence() <= sequence) {
    *obligation.mutable_challenge() = ChallengeAt(record.challenge(), sequence);
  }
  *obligation.mutable_return_minutes() = record.return_minutes();
  Minutes items;
  for (const auto& minutes : record.item_minutes()) items += MinutesOf(minutes);
  *obligation.mutable_item_minutes() = MessageOf(items);
  obligation.set_cost_pence(CostInPence(MinutesOf(record.return_minutes()) + items, rules));
  const Minutes charged = claim.outcome.account.collected + claim.outcome.account.outstanding;
  *obligation.mutable_charged_minutes() = MessageOf(charged);
  obligation.set_charged_pence(CostInPence(charged, rules));
  obligation.set_issue_sequence(record.issue_sequence());
  obligation.set_met_sequence(claim.outcome.met);
  return obligation;
}

absl::StatusOr<PageOf<requests::v1::Obligation>> ListObligations(
    const Reader& reader, const OrganisationScope& mine,
    const requests::v1::ListObligationsRequest& request, const std::string& after, size_t limit,
    uint64_t sequence) {
  ASSIGN_OR_RETURN(const CivilDay day, DayOfPlace(reader, sequence));
  ASSIGN_OR_RETURN(const Wanted wanted, WantedOf(reader, mine, request, day, sequence));
  // Of one alone only its own are looked at.
  const std::string only = wanted.whom.size() == 1 ? *wanted.whom.begin() : "";
  ASSIGN_OR_RETURN(const requests::v1::RequestRules rules, RulesForHours(reader, sequence));
  PageOf<requests::v1::Obligation> page;
  Askers askers(&reader, day);
  size_t looked = 0;
  size_t passed_over = 0;
  size_t bytes = 0;
  std::string last;
  const auto visit = [&](const ObligationKey& key,
                         const storage::v1::ObligationRecord& record) -> absl::StatusOr<bool> {
    if (page.rows.size() == limit || looked == kLookedAtAPage || passed_over == kPassedOverAPage ||
        bytes >= kMaxCataloguePageBytes) {
      page.after = last;
      return false;
    }
    last = ObligationKeyText(key);
    if (!wanted.Passes(key, record, sequence)) {
      ++passed_over;
      return true;
    }
    ++looked;
    if (wanted.waiting) {
      ASSIGN_OR_RETURN(const bool acts, askers.ActsFor(key.request, wanted.body));
      if (!acts) return true;
    }
    ASSIGN_OR_RETURN(const std::optional<ClaimState> claim, ClaimOf(reader, key, sequence));
    if (!claim.has_value() || !wanted.Has(*claim)) return true;
    ASSIGN_OR_RETURN(const requests::v1::DataRequest* asker, askers.Of(key.request));
    page.rows.push_back(MessageOf(*claim, *asker, rules, sequence));
    bytes += page.rows.back().ByteSizeLong();
    return true;
  };
  if (wanted.request != 0 && only.empty()) {
    RETURN_IF_ERROR(VisitObligationsOfRequest(reader, wanted.request, after, visit));
  } else {
    RETURN_IF_ERROR(VisitObligationsInOrder(reader, only, after, visit));
  }
  return page;
}

}  // namespace onereturn::ingestion
