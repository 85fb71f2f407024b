#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/matching/draft_checks.h"
#include "services/ingestion/app/requests/register/request_decisions.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;
using FoundLikenesses = std::vector<std::pair<LikenessKey, requests::v1::Likeness>>;

// Near duplicates that nobody has found before: they wait for a steward.
absl::StatusOr<FoundLikenesses> NewLikenesses(const Reader& reader, const RequestMatching& matching,
                                              const DataRequest& request,
                                              const requests::v1::Match& match) {
  FoundLikenesses found;
  for (const requests::v1::Concern& concern : match.concerns()) {
    const auto line = static_cast<int>(concern.line());
    absl::string_view item = concern.about();
    if (concern.kind() != requests::v1::CONCERN_KIND_NEAR_DUPLICATE || line < 1 ||
        line > request.lines_size() || !request.lines(line - 1).has_described() ||
        !absl::ConsumePrefix(&item, "items/")) {
      continue;
    }
    const requests::v1::DescribedItem& described = request.lines(line - 1).described();
    LikenessKey key{matching.DescriptionKeyOf(described), std::string(item)};
    ASSIGN_OR_RETURN(const auto stored, FindStoredLikeness(reader, key));
    if (stored.has_value()) continue;
    requests::v1::Likeness likeness;
    likeness.set_name(LikenessName(key));
    *likeness.mutable_described() = described;
    likeness.set_item(key.item);
    likeness.set_likeness(concern.likeness());
    likeness.set_request(request.name());
    likeness.set_line(concern.line());
    found.emplace_back(std::move(key), std::move(likeness));
  }
  return found;
}

// What came of the steps after the draft counts no more.
void BeginConsultation(DataRequest* row) {
  row->clear_consulted();
  row->clear_decided();
  row->clear_notice_exception();
  row->set_state(requests::v1::REQUEST_STATE_MATCHED);
}

}  // namespace

absl::StatusOr<Decision> DecideMatch(const Reader& reader, const RequestWorld& world,
                                     const OfficerOrigin& origin,
                                     const requests::v1::MatchRequestRequest& request,
                                     JudgedRequest* judged) {
  ASSIGN_OR_RETURN(StoredRequest stored,
                   FindForStep(reader, request.name(), request.etag(), RequestAction::kMatch));
  DataRequest& row = stored.request;
  RETURN_IF_ERROR(CheckActsFor(reader, origin.scope, row.requesting_body(), world.today()));
  RETURN_IF_ERROR(CheckNotExpired(row, world.today()));
  ASSIGN_OR_RETURN(judged->match, MatchOf(*world.matching, reader, row, kNewest));
  ASSIGN_OR_RETURN(const uint64_t catalogue, CatalogueSequence(reader));
  std::vector<ReadCheck> read_set = {std::move(stored.check), CatalogueCheck(catalogue)};
  const requests::v1::MatchSummary& summary = judged->match.summary();
  if (row.has_match() && row.match().digest() == summary.digest()) {
    judged->request = row;
    return Unchanged{row.matched().sequence(), std::move(read_set)};
  }
  ASSIGN_OR_RETURN(const FoundLikenesses likenesses,
                   NewLikenesses(reader, *world.matching, row, judged->match));
  // That nobody found them meanwhile, whom a steward may have answered.
  for (const auto& [key, likeness] : likenesses) read_set.push_back(LikenessIsFree(key));
  requests::v1::RequestMatched fact;
  fact.set_request(row.name());
  *fact.mutable_match() = summary;
  *row.mutable_match() = summary;
  *row.mutable_matched() = RequestStepOf(origin, origin.scope.organisation(), "");
  BeginConsultation(&row);
  judged->request = row;
  return FactOfRequestStep(
      stored.number, row, fact.SerializeAsString(), std::move(read_set),
      [](DataRequest* matched) { return matched->mutable_matched(); },
      [likenesses](const Placement&, WriteBatch* batch) {
        for (const auto& [key, likeness] : likenesses) PutLikeness(key, likeness, batch);
      });
}

}  // namespace onereturn::ingestion
