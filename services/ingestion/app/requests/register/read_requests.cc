#include "services/ingestion/app/requests/register/read_requests.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/app/requests/day_of_entry.h"
#include "services/ingestion/app/requests/hours/appraise_request.h"
#include "services/ingestion/app/requests/matching/draft_checks.h"
#include "services/ingestion/app/requests/page_rows.h"
#include "services/ingestion/app/requests/request_bodies.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;

// Requests that one page looks at, whatever it shows of them: at most some 50 ms.
constexpr size_t kRequestsLookedAtAPage = 200;

// Once it is issued, those it was issued to; before, those it would be.
absl::StatusOr<bool> IsAskedOf(const AskedOrganisations& organisations, const DataRequest& request,
                               const std::set<std::string>& whom) {
  const auto is_one = [&whom](const std::string& code) { return whom.count(code) > 0; };
  if (request.has_issue()) {
    const auto& asked = request.issue().organisations();
    return std::any_of(asked.begin(), asked.end(), is_one);
  }
  const absl::StatusOr<std::vector<std::string>> asked = organisations(request);
  // What cannot be asked any more, because it chooses nobody or too many, is asked of nobody.
  if (absl::IsFailedPrecondition(asked.status()) || absl::IsInvalidArgument(asked.status())) {
    return false;
  }
  RETURN_IF_ERROR(asked.status());
  return std::any_of(asked->begin(), asked->end(), is_one);
}

absl::StatusOr<requests::v1::PreviewMatchResponse> ShownMatch(const Reader& reader,
                                                              const RequestWorld& world,
                                                              const DataRequest& request,
                                                              uint64_t sequence) {
  requests::v1::PreviewMatchResponse shown;
  DueMinutes due;
  ASSIGN_OR_RETURN(*shown.mutable_match(),
                   MatchOf(*world.matching, reader, request, sequence, &due));
  ASSIGN_OR_RETURN(*shown.mutable_appraisal(),
                   AppraiseMatch(reader, request, shown.match().summary(), due, sequence));
  return shown;
}

}  // namespace

absl::StatusOr<DataRequest> GetDataRequest(const Reader& reader, const std::string& name,
                                           uint64_t sequence) {
  const uint64_t number = DataRequestNumber(name);
  if (number == 0) return NotFound(name);
  ASSIGN_OR_RETURN(std::optional<DataRequest> request, DataRequestAt(reader, number, sequence));
  if (!request.has_value()) return NotFound(name);
  return *std::move(request);
}

absl::StatusOr<PageOf<DataRequest>> ListDataRequests(
    const Reader& reader, const RequestWorld& world,
    const requests::v1::ListRequestsRequest& request, uint64_t sequence, const std::string& after,
    size_t limit) {
  uint64_t after_number = 0;
  if (!after.empty() && !absl::SimpleAtoi(after, &after_number)) {
    return absl::InternalError("a page ends with no number");
  }
  std::set<std::string> whom;
  AskedOrganisations organisations;
  if (!request.asked_of().empty()) {
    uint64_t at = sequence;
    if (at == kNewest) {
      ASSIGN_OR_RETURN(at, LastSequence(reader));
    }
    // As all reads of a position: who was below whom on its day.
    ASSIGN_OR_RETURN(const CivilDay day, DayOf(reader, at));
    ASSIGN_OR_RETURN(whom, WithThoseBelow(reader, request.asked_of(), day, sequence));
    ASSIGN_OR_RETURN(organisations, world.matching->OrganisationsAt(reader, sequence));
  }
  PageRows<DataRequest> rows(limit, kRequestsLookedAtAPage);
  RETURN_IF_ERROR(
      VisitDataRequests(reader, after_number, sequence,
                        [&](uint64_t number, const DataRequest& row) -> absl::StatusOr<bool> {
                          const std::string key = absl::StrCat(number);
                          if (!request.requesting_body().empty() &&
                              request.requesting_body() != row.requesting_body()) {
                            return rows.Skip(key);
                          }
                          if (request.state() != requests::v1::REQUEST_STATE_UNSPECIFIED &&
                              request.state() != row.state()) {
                            return rows.Skip(key);
                          }
                          if (!whom.empty()) {
                            ASSIGN_OR_RETURN(const bool asked, IsAskedOf(organisations, row, whom));
                            if (!asked) return rows.Skip(key);
                          }
                          return rows.Add(key, row);
                        }));
  return rows.Take();
}

absl::StatusOr<requests::v1::PreviewMatchResponse> PreviewMatchOf(
    const Reader& reader, const RequestWorld& world,
    const requests::v1::PreviewMatchRequest& request, uint64_t sequence) {
  if (request.name().empty() != request.has_data_request()) {
    return Error(Reason::kFieldInvalid, "what is to be matched?")
        .Field("name", "give the name of a request, or a request to look at, and not both");
  }
  if (!request.name().empty()) {
    ASSIGN_OR_RETURN(const DataRequest known, GetDataRequest(reader, request.name(), sequence));
    return ShownMatch(reader, world, known, sequence);
  }
  RETURN_IF_ERROR(CheckOutputLeftEmpty(request.data_request()));
  const DataRequest shown = AskedPartOf(request.data_request());
  RETURN_IF_ERROR(CheckDraftFields(shown));
  RETURN_IF_ERROR(CheckDraftReferences(reader, *world.matching, shown, world.today(), sequence));
  return ShownMatch(reader, world, shown, sequence);
}

}  // namespace onereturn::ingestion
