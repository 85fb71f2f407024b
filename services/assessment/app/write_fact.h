// The way of every write of the service, from a request to its answer.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_WRITE_FACT_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_WRITE_FACT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/fact_writer.h"
#include "common/digest/digest.h"
#include "common/feed/wire.h"
#include "common/identity/rights.h"
#include "common/status/status_macros.h"
#include "common/storage/reader.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "services/assessment/store/facts.h"

namespace onereturn::assessment {

// Who asks, and how the request came.
struct WriteOrigin {
  std::string actor;  // SPIFFE id.
  // What the caller may touch; request ids are unique within it.
  OrganisationScope scope = OrganisationScope::National();
  Digest digest = {};       // Of the received bytes.
  Timestamp started;        // When the call came, and
  Timestamp deadline;       // until when its caller waits.
  std::string person = {};  // "{issuer}#{subject}"; empty when the system acts for itself.
  rights::v1::Role role = rights::v1::ROLE_UNSPECIFIED;
  std::string person_token = {};  // As MetricQuestion::person_token.
};

// What a request leads to.
template <typename Resource>
struct Judged {
  Resource resource;  // As it would be, without what only acceptance gives.
  Decision decision;
};

// What became of a request.
template <typename Resource>
struct Answer {
  Resource resource;
  std::optional<ledger::v1::Receipt> receipt;  // nullopt: nothing was written.
  std::string etag;  // Of what the fact left; empty when nothing was written.
  bool replayed = false;
  bool unchanged = false;
};

// Called once, on any thread; must not block.
template <typename Resource>
using Respond = std::function<void(absl::StatusOr<Answer<Resource>> answer)>;

// The answer that an accepted entry stands for.
template <typename Resource>
absl::StatusOr<Answer<Resource>> AnswerOf(
    const AcceptedFact& fact,
    absl::StatusOr<Resource> (*resource_of)(const feed::v1::Entry& entry)) {
  ASSIGN_OR_RETURN(const feed::v1::Entry entry, ParseEntry(fact.accepted.receipt.entry));
  Answer<Resource> answer;
  ASSIGN_OR_RETURN(answer.resource, resource_of(entry));
  answer.etag = EtagOf(entry.sequence());
  answer.receipt = ToWire(fact.accepted);
  answer.replayed = fact.accepted.replayed;
  answer.unchanged = fact.unchanged;
  return answer;
}

// Judges `request`, whose judge reads the state it is given, and writes what that decides; with
// validate_only it writes nothing and uses no request id. `resource_of` takes the resource out of
// the entry. Errors as FactWriter::Write. `writer` must outlive the write.
template <typename Resource, typename Request>
void WriteFact(const FactWriter* writer, feed::v1::EntryKind kind, const WriteOrigin& origin,
               const Request& request,
               std::function<absl::StatusOr<Judged<Resource>>(const Reader& reader)> judge,
               absl::StatusOr<Resource> (*resource_of)(const feed::v1::Entry& entry),
               Respond<Resource> respond) {
  auto resource = std::make_shared<Resource>();
  FactRequest fact{kind,
                   origin.actor,
                   origin.scope.organisation(),
                   request.request_id(),
                   origin.digest,
                   request.validate_only(),
                   origin.person,
                   origin.role};
  fact.organisation_of_caller = true;
  writer->Write(
      std::move(fact),
      [judge = std::move(judge), resource](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
        ASSIGN_OR_RETURN(Judged<Resource> judged, judge(snapshot));
        *resource = std::move(judged.resource);
        return std::move(judged.decision);
      },
      [respond = std::move(respond), resource_of,
       resource](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return respond(accepted.status());
        if (accepted->has_value()) return respond(AnswerOf(**accepted, resource_of));
        Answer<Resource> answer;
        answer.resource = std::move(*resource);
        respond(std::move(answer));
      });
}

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_WRITE_FACT_H_
