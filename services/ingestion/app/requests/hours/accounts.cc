#include "services/ingestion/app/requests/hours/accounts.h"

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/hours/request_accounts.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {
namespace {

// Claims after which a page ends: less than a second. One organisation is never parted.
constexpr size_t kClaimsAPage = 10'000;

// The numbers of those that were issued by then, by body.
using IssuedRequests = std::map<std::string, std::vector<uint64_t>>;

absl::StatusOr<IssuedRequests> IssuedBy(const Reader& reader,
                                        const requests::v1::ListAccountsRequest& request,
                                        const std::string& from_body, uint64_t sequence) {
  const uint64_t only = DataRequestNumber(request.request());
  if (!request.request().empty() && only == 0) return NotFound(request.request());
  IssuedRequests issued;
  bool found = only == 0;
  RETURN_IF_ERROR(VisitDataRequests(
      reader, only == 0 ? 0 : only - 1, sequence,
      [&](uint64_t number, const requests::v1::DataRequest& row) -> absl::StatusOr<bool> {
        if (only != 0 && number != only) return false;
        found = true;
        const std::string& body = row.requesting_body();
        const bool wanted = request.requesting_body().empty() || request.requesting_body() == body;
        if (row.has_issue() && wanted && body >= from_body) issued[body].push_back(number);
        return true;
      }));
  if (!found) return NotFound(request.request());
  return issued;
}

// Behind everything of the organisation: codes hold no such byte.
std::string BehindAllOf(const std::string& organisation) {
  return ObligationKeyText({{"\xff", "", organisation}, 0});
}

// Adds the first `most` organisations after `after` of which the request asked or avoided
// something.
absl::Status AddOrganisations(const Reader& reader, uint64_t request, const std::string& after,
                              size_t most, std::set<std::string>* organisations) {
  std::string last = after;
  for (size_t found = 0; found < most; ++found) {
    std::optional<std::string> next;
    RETURN_IF_ERROR(VisitObligationsOfRequest(
        reader, request, last.empty() ? "" : BehindAllOf(last),
        [&next](const ObligationKey& key,
                const storage::v1::ObligationRecord&) -> absl::StatusOr<bool> {
          next = key.key.organisation;
          return false;
        }));
    if (!next.has_value()) break;
    last = *next;
    organisations->insert(last);
  }
  size_t found = 0;
  return VisitAvoided(
      reader, request,
      [&](const std::string& code, const storage::v1::AvoidedRecord&) -> absl::StatusOr<bool> {
        if (code <= after) return true;
        organisations->insert(code);
        return ++found < most;
      });
}

requests::v1::Account AccountMessage(const std::string& body, const std::string& organisation,
                                     const Account& account) {
  requests::v1::Account message;
  message.set_requesting_body(body);
  message.set_organisation(organisation);
  *message.mutable_asked() = MessageOf(account.Asked());
  *message.mutable_collected() = MessageOf(account.collected);
  *message.mutable_avoided() = MessageOf(account.avoided);
  *message.mutable_outstanding() = MessageOf(account.outstanding);
  *message.mutable_released() = MessageOf(account.released);
  return message;
}

// One page, while it is put together.
class AccountPage {
 public:
  AccountPage(const Reader* reader, size_t limit, uint64_t sequence)
      : reader_(reader), limit_(limit), sequence_(sequence) {}

  bool ended() const { return !page_.after.empty(); }
  PageOf<requests::v1::Account> Take() { return std::move(page_); }

  // Those of the body after `after`, as far as there is room.
  absl::Status Add(const std::string& body, const std::vector<uint64_t>& requests,
                   const std::string& only, const std::string& after) {
    std::set<std::string> organisations;
    if (!only.empty()) {
      if (only > after) organisations.insert(only);
    } else {
      for (const uint64_t request : requests) {
        RETURN_IF_ERROR(AddOrganisations(*reader_, request, after, limit_ + 1, &organisations));
      }
    }
    for (const std::string& organisation : organisations) {
      if (page_.rows.size() == limit_ || looked_ >= kClaimsAPage) {
        page_.after = last_;
        return absl::OkStatus();
      }
      RETURN_IF_ERROR(AddOrganisation(body, requests, organisation));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status AddOrganisation(const std::string& body, const std::vector<uint64_t>& requests,
                               const std::string& organisation) {
    Account account;
    bool asked = false;
    for (const uint64_t request : requests) {
      ASSIGN_OR_RETURN(const auto one,
                       AccountOf(*reader_, request, organisation, sequence_, &looked_));
      if (one.has_value()) account += *one;
      asked |= one.has_value();
    }
    if (asked) page_.rows.push_back(AccountMessage(body, organisation, account));
    last_ = absl::StrCat(body, " ", organisation);
    return absl::OkStatus();
  }

  const Reader* const reader_;
  const size_t limit_;
  const uint64_t sequence_;
  PageOf<requests::v1::Account> page_;
  size_t looked_ = 0;
  std::string last_;
};

}  // namespace

absl::StatusOr<PageOf<requests::v1::Account>> ListAccounts(
    const Reader& reader, const requests::v1::ListAccountsRequest& request,
    const std::string& after, size_t limit, uint64_t sequence) {
  const std::pair<std::string, std::string> from = absl::StrSplit(after, absl::MaxSplits(' ', 1));
  ASSIGN_OR_RETURN(const IssuedRequests issued, IssuedBy(reader, request, from.first, sequence));
  AccountPage page(&reader, limit, sequence);
  for (const auto& [body, requests] : issued) {
    if (page.ended()) break;
    RETURN_IF_ERROR(page.Add(body, requests, request.organisation(),
                             body == from.first ? from.second : std::string()));
  }
  return page.Take();
}

}  // namespace onereturn::ingestion
