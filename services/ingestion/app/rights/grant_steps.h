// What the steps of grants share: how they are checked, written and answered.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RIGHTS_GRANT_STEPS_H_
#define ONERETURN_SERVICES_INGESTION_APP_RIGHTS_GRANT_STEPS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/commit/fact_writer.h"
#include "common/commit/journal.h"
#include "common/identity/rights_source.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/storage/reader.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/rights/v1/rights.pb.h"
#include "services/ingestion/app/rights/grant_rights.h"
#include "services/ingestion/store/grant_table.h"

namespace onereturn::ingestion {

// A SPIFFE id, or "{issuer}#{subject}" with a pseudonym.
bool IsPrincipal(const std::string& principal);
// Adds to `faults` that there are too many collections, or one twice.
void CheckCollections(const rights::v1::Grant& grant, absl::string_view field, Error* faults);
// That what the grant names is defined: ODS_UNKNOWN, DEFINITION_UNKNOWN.
absl::Status CheckKnown(const Reader& reader, const rights::v1::Grant& grant);

void FillStep(const OfficerOrigin& origin, const std::string& reason, rights::v1::GrantStep* step);

using StepOf = rights::v1::GrantStep* (rights::v1::Grant::*)();

// How a kind of step is written: its fact, and which step of the grant it is.
template <typename Fact>
struct Step {
  feed::v1::EntryKind kind;
  StepOf step;
};
inline const Step<rights::v1::GrantProposed> kProposed = {feed::v1::ENTRY_KIND_GRANT_PROPOSED,
                                                          &rights::v1::Grant::mutable_proposed};
inline const Step<rights::v1::GrantDecided> kDecided = {feed::v1::ENTRY_KIND_GRANT_DECIDED,
                                                        &rights::v1::Grant::mutable_decided};
inline const Step<rights::v1::GrantRevoked> kRevoked = {feed::v1::ENTRY_KIND_GRANT_REVOKED,
                                                        &rights::v1::Grant::mutable_revoked};

void SetOutput(StepOf step, Timestamp time, uint64_t sequence, rights::v1::Grant* grant);

template <typename Fact>
Decision FactFor(const Step<Fact>& step, uint64_t number, const rights::v1::Grant& grant,
                 std::vector<ReadCheck> read_set) {
  Fact fact;
  *fact.mutable_grant() = grant;
  fact.mutable_grant()->clear_etag();
  return NewFact{grant.name(), fact.SerializeAsString(), std::move(read_set),
                 [step = step.step, number, grant](const Placement& placement, WriteBatch* batch) {
                   rights::v1::Grant row = grant;
                   SetOutput(step, placement.time, placement.sequence, &row);
                   PutGrant(number, row, batch);
                 }};
}

template <typename Fact>
absl::StatusOr<GrantAnswer> AnswerOfStep(const Step<Fact>& step, Accepted accepted) {
  feed::v1::Entry entry;
  Fact fact;
  if (!entry.ParseFromString(accepted.receipt.entry) || !fact.ParseFromString(entry.fact())) {
    return absl::DataLossError("a stored entry is not the grant it should be");
  }
  GrantAnswer answer{fact.grant(), std::move(accepted)};
  SetOutput(step.step, Timestamp{entry.time_micros()}, entry.sequence(), &answer.grant);
  return answer;
}

// `judge` fills the grant as it would be and answers the decision. `not_taken` hears of a step that
// was not written, before `done` does.
template <typename Fact, typename Request>
void WriteGrantStep(
    const FactWriter& writer, RightsSource* rights, const OfficerOrigin& origin,
    const Step<Fact>& step, const Request& request,
    std::function<absl::StatusOr<Decision>(const Reader& reader, rights::v1::Grant* judged)> judge,
    GrantRights::Done done, std::function<void()> not_taken = nullptr) {
  auto judged = std::make_shared<rights::v1::Grant>();
  FactRequest fact{
      step.kind,     origin.actor.spiffe_id,  origin.scope.organisation(), request.request_id(),
      origin.digest, request.validate_only(), origin.actor.person,         origin.role};
  fact.organisation_of_caller = true;
  writer.Write(
      std::move(fact),
      [judge = std::move(judge), judged](const Snapshot& snapshot) {
        judged->Clear();
        return judge(snapshot, judged.get());
      },
      [&step, rights, judged, done = std::move(done),
       not_taken = std::move(not_taken)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) {
          if (not_taken) not_taken();
          return done(accepted.status());
        }
        if (!accepted->has_value()) return done(GrantAnswer{*judged, std::nullopt});
        absl::StatusOr<GrantAnswer> answer = AnswerOfStep(step, std::move((*accepted)->accepted));
        if (answer.ok()) {
          const absl::Status put =
              rights->PutGrant(answer->grant, answer->accepted->placement.sequence);
          if (!put.ok()) return done(put);
        }
        done(std::move(answer));
      });
}

// The fact that makes a grant that there was not: names it, and counts it. Its first step, in
// `proposed`, is filled in.
absl::StatusOr<Decision> NewGrant(const Reader& reader, rights::v1::Grant* grant);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RIGHTS_GRANT_STEPS_H_
