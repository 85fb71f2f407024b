#include "services/ingestion/app/requests/obligations/touched_requests.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "common/commit/journal.h"
#include "common/status/status_macros.h"
#include "onereturn/requests/v1/obligation.pb.h"
#include "services/ingestion/app/requests/obligations/obligation_message.h"
#include "services/ingestion/store/obligation_table.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kTouchingEntriesAPage = 512;
constexpr size_t kTouchingBytesAPage = 1 << 20;

absl::Status AddOfReturn(const Reader& reader, const ReturnKey& key, std::set<uint64_t>* requests) {
  return VisitObligationsOf(
      reader, key.collection, key.period, key.organisation,
      [requests](const ObligationKey& of,
                 const storage::v1::ObligationRecord&) -> absl::StatusOr<bool> {
        requests->insert(of.request);
        return true;
      });
}

absl::Status AddOfObligation(const Reader& reader, const std::string& name,
                             std::set<uint64_t>* requests) {
  const std::optional<ObligationKey> key = ParseObligationName(name);
  if (!key.has_value()) return absl::DataLossError("an obligation's name cannot be read");
  return AddOfReturn(reader, key->key, requests);
}

template <typename Fact>
absl::StatusOr<Fact> FactIn(const feed::v1::Entry& entry) {
  Fact fact;
  if (fact.ParseFromString(entry.fact())) return fact;
  return absl::DataLossError("a stored fact cannot be read");
}

}  // namespace

absl::Status VisitEntries(const Reader& reader, uint64_t after, uint64_t until,
                          absl::FunctionRef<absl::Status(const feed::v1::Entry& entry)> visit) {
  while (after < until) {
    ASSIGN_OR_RETURN(
        const std::vector<std::string> entries,
        EntriesAfter(reader, after, std::min<uint64_t>(kTouchingEntriesAPage, until - after),
                     kTouchingBytesAPage));
    if (entries.empty()) return absl::DataLossError("the journal ends before its newest entry");
    for (const std::string& bytes : entries) {
      feed::v1::Entry entry;
      if (!entry.ParseFromString(bytes)) {
        return absl::DataLossError("a stored entry cannot be read");
      }
      after = entry.sequence();
      RETURN_IF_ERROR(visit(entry));
    }
  }
  return absl::OkStatus();
}

absl::Status AddTouched(const Reader& reader, const feed::v1::Entry& entry,
                        std::set<uint64_t>* requests) {
  switch (entry.kind()) {
    case feed::v1::ENTRY_KIND_RETURN_ACCEPTED: {
      ASSIGN_OR_RETURN(const auto fact, FactIn<feed::v1::ReturnAccepted>(entry));
      return AddOfReturn(reader, {fact.collection(), fact.period(), fact.organisation()}, requests);
    }
    case feed::v1::ENTRY_KIND_CHALLENGE_ANSWERED:
      return AddOfObligation(reader, entry.name(), requests);
    case feed::v1::ENTRY_KIND_OBLIGATIONS_RELEASED: {
      ASSIGN_OR_RETURN(const auto fact, FactIn<requests::v1::ObligationsReleased>(entry));
      for (const std::string& name : fact.obligations()) {
        RETURN_IF_ERROR(AddOfObligation(reader, name, requests));
      }
      return absl::OkStatus();
    }
    default:
      if (const uint64_t number = DataRequestNumber(entry.name()); number != 0) {
        requests->insert(number);
      }
      return absl::OkStatus();
  }
}

absl::Status AddSharing(const Reader& reader, uint64_t request, std::set<uint64_t>* requests) {
  return VisitObligationsOfRequest(
      reader, request, "",
      [&](const ObligationKey& key, const storage::v1::ObligationRecord&) -> absl::StatusOr<bool> {
        RETURN_IF_ERROR(AddOfReturn(reader, key.key, requests));
        return true;
      });
}

}  // namespace onereturn::ingestion
