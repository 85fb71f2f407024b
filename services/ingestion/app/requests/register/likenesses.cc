#include "services/ingestion/app/requests/register/likenesses.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/request_id.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/app/requests/page_rows.h"
#include "services/ingestion/app/requests/register/second_body.h"
#include "services/ingestion/app/requests/request_steps.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::Likeness;

// A row stays small; who needs more does not know what the figure is.
constexpr int kMostReplaced = 100;

Error StateOf(const Likeness& likeness, const std::string& words) {
  return Error(Reason::kRequestState, words)
      .Precondition(likeness.name(), likeness.same() ? "is the same" : "is another figure");
}

// What was decided stands among the earlier decisions from here on.
absl::Status PutAside(const requests::v1::DecideLikenessRequest& request, Likeness* likeness) {
  if (!likeness->has_decided()) return absl::OkStatus();
  if (!request.replace()) {
    return StateOf(*likeness, "the likeness was decided")
        .Remedy("Give --replace where what was decided before was wrong.");
  }
  if (likeness->same() == request.same()) {
    return StateOf(*likeness, "the likeness was decided so already")
        .Remedy("Nothing is left to do.");
  }
  if (likeness->earlier_size() == kMostReplaced) {
    return StateOf(*likeness, "the decision was replaced 100 times")
        .Remedy("Describe the figure in other words.");
  }
  requests::v1::LikenessVerdict* verdict = likeness->add_earlier();
  verdict->set_same(likeness->same());
  *verdict->mutable_decided() = std::move(*likeness->mutable_decided());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PageOf<requests::v1::Likeness>> ListLikenesses(const Reader& reader, bool decided,
                                                              const std::string& after,
                                                              size_t limit) {
  PageRows<requests::v1::Likeness> rows(limit);
  RETURN_IF_ERROR(VisitLikenesses(
      reader, after,
      [&](const LikenessKey& key, const requests::v1::Likeness& likeness) -> absl::StatusOr<bool> {
        if (likeness.has_decided() && !decided) return true;
        return rows.Add(LikenessKeyText(key), likeness);
      }));
  return rows.Take();
}

absl::StatusOr<Decision> DecideOnLikeness(const Reader& reader, const RequestMatching& matching,
                                          const OfficerOrigin& origin,
                                          const requests::v1::DecideLikenessRequest& request,
                                          TokenUse* token, requests::v1::Likeness* judged) {
  const std::optional<LikenessKey> key = ParseLikenessName(request.name());
  if (!key.has_value()) return NotFound(request.name());
  ASSIGN_OR_RETURN(std::optional<StoredLikeness> stored, FindStoredLikeness(reader, *key));
  if (!stored.has_value()) return NotFound(request.name());
  *judged = stored->likeness;
  RETURN_IF_ERROR(CheckSecondBodyOfAll(reader, matching, origin, *key, judged->request()));
  RETURN_IF_ERROR(PutAside(request, judged));
  RETURN_IF_ERROR(CheckStepReason(request.reason(), true));
  RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  judged->set_same(request.same());
  *judged->mutable_decided() = RequestStepOf(origin, origin.scope.organisation(), request.reason());
  requests::v1::LikenessDecided fact;
  *fact.mutable_likeness() = *judged;
  fact.mutable_likeness()->clear_earlier();  // They are facts of their own.
  ASSIGN_OR_RETURN(const uint64_t catalogue, CatalogueSequence(reader));
  RETURN_IF_ERROR(token->Spend());
  return NewFact{request.name(),
                 fact.SerializeAsString(),
                 {std::move(stored->check), CatalogueCheck(catalogue)},
                 [key = *key, likeness = *judged](const Placement& placement, WriteBatch* batch) {
                   requests::v1::Likeness row = likeness;
                   *row.mutable_decided()->mutable_time() = ToWire(placement.time);
                   row.mutable_decided()->set_sequence(placement.sequence);
                   PutLikeness(key, row, batch);
                 }};
}

}  // namespace onereturn::ingestion
