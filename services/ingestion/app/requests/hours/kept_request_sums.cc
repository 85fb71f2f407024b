#include "services/ingestion/app/requests/hours/kept_request_sums.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/obligations/touched_requests.h"
#include "services/ingestion/store/obligation_table.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {
namespace {

// What is asked of an organisation counts by what it is.
absl::Status AddAsking(const Reader& reader, absl::string_view name, std::set<uint64_t>* requests) {
  if (!absl::ConsumePrefix(&name, "organisations/")) return absl::OkStatus();
  return VisitObligationsInOrder(
      reader, name, "",
      [requests](const ObligationKey& key,
                 const storage::v1::ObligationRecord&) -> absl::StatusOr<bool> {
        requests->insert(key.request);
        return true;
      });
}

// Of all requests that a fact after `after` and up to `until` bears on; sets `all` where one bears
// on every request.
absl::StatusOr<std::set<uint64_t>> TouchedBetween(const Reader& reader, uint64_t after,
                                                  uint64_t until, bool* all) {
  std::set<uint64_t> touched;
  RETURN_IF_ERROR(
      VisitEntries(reader, after, until, [&](const feed::v1::Entry& entry) -> absl::Status {
        if (entry.kind() == feed::v1::ENTRY_KIND_GUIDANCE_DEFINED) *all = true;
        if (entry.kind() == feed::v1::ENTRY_KIND_ORGANISATION_DEFINED) {
          return AddAsking(reader, entry.name(), &touched);
        }
        // What ends is charged to the next claim.
        if (entry.kind() == feed::v1::ENTRY_KIND_REQUEST_ENDED) {
          RETURN_IF_ERROR(AddSharing(reader, DataRequestNumber(entry.name()), &touched));
        }
        return AddTouched(reader, entry, &touched);
      }));
  return touched;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const RequestSumsByNumber>> KeptRequestSums::At(const Reader& reader,
                                                                               uint64_t sequence) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (sums_ == nullptr || sequence >= at_) {
      RETURN_IF_ERROR(CatchUp(reader, sequence));
      return sums_;
    }
  }
  ASSIGN_OR_RETURN(RequestSumsByNumber sums, SumsOfRequests(reader, sequence));
  return std::make_shared<const RequestSumsByNumber>(std::move(sums));
}

absl::Status KeptRequestSums::CatchUp(const Reader& reader, uint64_t sequence) {
  bool all = sums_ == nullptr;
  std::set<uint64_t> touched;
  if (!all) {
    ASSIGN_OR_RETURN(touched, TouchedBetween(reader, at_, sequence, &all));
  }
  if (all) {
    ASSIGN_OR_RETURN(RequestSumsByNumber sums, SumsOfRequests(reader, sequence));
    sums_ = std::make_shared<const RequestSumsByNumber>(std::move(sums));
  } else if (!touched.empty()) {
    auto changed = std::make_shared<RequestSumsByNumber>(*sums_);
    ASSIGN_OR_RETURN(RequestSummer summer, RequestSummer::Make(&reader, sequence));
    for (const uint64_t number : touched) {
      ASSIGN_OR_RETURN((*changed)[number], summer.Sum(number));
    }
    sums_ = std::move(changed);
  }
  at_ = sequence;
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
