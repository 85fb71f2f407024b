#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/matching/draft_checks.h"
#include "services/ingestion/app/requests/register/request_decisions.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;

// Whoever acts for the request may hand it to a body that acts for it, such as a successor.
absl::Status CheckBodyOfDraft(const Reader& reader, const OfficerOrigin& origin,
                              const DataRequest& before, const DataRequest& after,
                              const CivilDay& today) {
  RETURN_IF_ERROR(CheckActsFor(reader, origin.scope, before.requesting_body(), today));
  if (before.requesting_body() == after.requesting_body()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::set<std::string> acting,
                   BodiesActingFor(reader, before.requesting_body(), today));
  if (acting.count(after.requesting_body()) > 0) return absl::OkStatus();
  return Error(Reason::kFieldInvalid, "a request stays with its body")
      .Field("data_request.requesting_body",
             absl::StrCat("must be ", before.requesting_body(), ", or a successor of it"));
}

// FIELD_INVALID where it is larger than a fact may be.
absl::StatusOr<std::string> FactOfDraft(const DataRequest& row) {
  requests::v1::RequestDrafted fact;
  *fact.mutable_request() = AskedPartOf(row);
  fact.mutable_request()->set_name(row.name());
  fact.mutable_request()->set_reference(row.reference());
  std::string bytes = fact.SerializeAsString();
  if (bytes.size() <= kMaxFactBytes) return bytes;
  return Error(Reason::kFieldInvalid, "the request is too large to be kept")
      .Field("data_request.lines",
             absl::StrCat("make a request of ", bytes.size(), " bytes, of at most ", kMaxFactBytes,
                          ": shorten descriptions and values, or ask in several requests"))
      .ToStatus();
}

}  // namespace

absl::StatusOr<Decision> DecideDraft(const Reader& reader, const RequestWorld& world,
                                     const OfficerOrigin& origin,
                                     const requests::v1::DraftRequestRequest& request,
                                     JudgedRequest* judged) {
  const DataRequest& given = request.data_request();
  RETURN_IF_ERROR(CheckOutputLeftEmpty(given));
  DataRequest row = AskedPartOf(given);
  std::vector<ReadCheck> read_set;
  uint64_t number = DataRequestNumber(given.name());
  const bool is_new = given.name().empty();
  if (is_new) {
    ASSIGN_OR_RETURN(RequestCount count, CountDataRequests(reader));
    number = count.value + 1;
    read_set.push_back(std::move(count.check));
    RETURN_IF_ERROR(CheckDraftFields(row));
  } else {
    ASSIGN_OR_RETURN(StoredRequest stored,
                     FindForStep(reader, given.name(), given.etag(), RequestAction::kDraft));
    RETURN_IF_ERROR(CheckDraftFields(row));
    RETURN_IF_ERROR(CheckBodyOfDraft(reader, origin, stored.request, row, world.today()));
    const bool same = AskedPartOf(stored.request).SerializeAsString() == row.SerializeAsString();
    // One that was approved, and cannot be issued, begins again by being drafted as it is.
    if (same && stored.request.state() != requests::v1::REQUEST_STATE_APPROVED) {
      judged->request = stored.request;
      return Unchanged{stored.request.drafted().sequence(), {std::move(stored.check)}};
    }
    *row.mutable_replies() = stored.request.replies();
    row.set_notice_exceptions(stored.request.notice_exceptions());
    read_set.push_back(std::move(stored.check));
  }
  row.set_name(DataRequestName(number));
  row.set_reference(RequestReference(number));
  RETURN_IF_ERROR(CheckDraftReferences(reader, *world.matching, row, world.today(), kNewest));
  RETURN_IF_ERROR(world.matching->MatchAt(reader, row, kNewest, nullptr).status());
  ASSIGN_OR_RETURN(const uint64_t catalogue, CatalogueSequence(reader));
  read_set.push_back(CatalogueCheck(catalogue));
  ASSIGN_OR_RETURN(std::string fact, FactOfDraft(row));
  row.set_state(requests::v1::REQUEST_STATE_DRAFT);
  *row.mutable_drafted() = RequestStepOf(origin, row.requesting_body(), "");
  judged->request = row;
  return FactOfRequestStep(
      number, row, std::move(fact), std::move(read_set),
      [](DataRequest* drafted) { return drafted->mutable_drafted(); },
      [number, is_new](const Placement&, WriteBatch* batch) {
        if (is_new) PutDataRequestCount(number, batch);
      });
}

}  // namespace onereturn::ingestion
