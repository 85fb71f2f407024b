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
#include "common/digest/digest.h"
#include "common/identity/rights.h"
#include "common/status/status_macros.h"
#include "common/storage/store.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "services/assessment/app/convert.h"
#include "services/assessment/app/fact_writer.h"

namespace onereturn::assessment {

// Who asks, and how the request came.
struct WriteOrigin {
  std::string actor;  // SPIFFE id.
  // What the caller may touch; request ids are unique within it.
  OrganisationScope scope = OrganisationScope::National();
  Digest digest = {};  // Of the received bytes.
  Timestamp started;   // When the call came, and
  Timestamp deadline;  // until when its caller waits.
};

// What a request leads to.
template <typename Resource>
struct Judged {
  Resource resource;                 // As it would be, without what only acceptance gives.
  std::optional<Decision> decision;  // nullopt: it is so already.
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

// Judges `request`, whose judge reads the state it is given, and writes what that decides; with
// validate_only it writes nothing and uses no request id. `resource_of` takes the resource out of
// the entry. Errors as FactWriter::Write. `store` and `writer` must outlive the write.
template <typename Resource, typename Request>
void WriteFact(const Store* store, const FactWriter* writer, feed::v1::EntryKind kind,
               const WriteOrigin& origin, const Request& request,
               std::function<absl::StatusOr<Judged<Resource>>(const Reader& reader)> judge,
               absl::StatusOr<Resource> (*resource_of)(const feed::v1::Entry& entry),
               Respond<Resource> respond) {
  if (request.validate_only()) {
    absl::StatusOr<Judged<Resource>> judged = judge(store->TakeSnapshot());
    if (!judged.ok()) return respond(judged.status());
    Answer<Resource> answer;
    answer.resource = std::move(judged->resource);
    answer.unchanged = !judged->decision.has_value();
    return respond(std::move(answer));
  }
  auto unchanged = std::make_shared<Resource>();
  writer->Write(
      WriteRequest{kind, origin.actor, origin.scope.organisation(), request.request_id(),
                   origin.digest},
      [store, judge = std::move(judge), unchanged]() -> absl::StatusOr<std::optional<Decision>> {
        ASSIGN_OR_RETURN(Judged<Resource> judged, judge(store->TakeSnapshot()));
        if (!judged.decision.has_value()) *unchanged = std::move(judged.resource);
        return std::move(judged.decision);
      },
      [respond = std::move(respond), resource_of,
       unchanged](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return respond(accepted.status());
        Answer<Resource> answer;
        answer.unchanged = !accepted->has_value();
        if (answer.unchanged) {
          answer.resource = std::move(*unchanged);
          return respond(std::move(answer));
        }
        AcceptedFact& fact = **accepted;
        absl::StatusOr<Resource> resource = resource_of(fact.entry);
        if (!resource.ok()) return respond(resource.status());
        answer.resource = *std::move(resource);
        answer.etag = EtagOf(fact.entry.sequence());
        answer.receipt = std::move(fact.receipt);
        answer.replayed = fact.replayed;
        respond(std::move(answer));
      });
}

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_WRITE_FACT_H_
