// What the register asks of matching.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REQUEST_MATCHING_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REQUEST_MATCHING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/match.pb.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

// ODS codes of those who are asked, in order, each once: those that are named, else those that the
// selector chooses: EMPTY_SELECTOR where it chooses nobody. Stays valid without what it was made
// from.
using AskedOrganisations = std::function<absl::StatusOr<std::vector<std::string>>(
    const requests::v1::DataRequest& request)>;

// Thread safe. `sequence`: as the catalogue, the returns and what is owed were then; kNewest: are.
class RequestMatching {
 public:
  virtual ~RequestMatching() = default;

  // Of a draft whose fields are right: EMPTY_SELECTOR where the selector chooses nobody;
  // TOO_MANY_ITEMS; what is not known or had closed, and what issuing would refuse whatever is held
  // (CheckAskedIsKnown, CheckNewHome).
  virtual absl::Status CheckDraft(const Reader& reader, const requests::v1::DataRequest& request,
                                  uint64_t sequence) const = 0;
  // What says of each request whom it asks: for many requests at one position.
  virtual absl::StatusOr<AskedOrganisations> OrganisationsAt(const Reader& reader,
                                                             uint64_t sequence) const = 0;
  // docs/collect-once.md. All of it but the summary's sequence and digest. `due`: also when what is
  // outstanding is due; may be null. FIELD_INVALID where a line would be split, unless it was
  // issued (CheckNoLineIsSplit).
  virtual absl::StatusOr<requests::v1::Match> MatchAt(const Reader& reader,
                                                      const requests::v1::DataRequest& request,
                                                      uint64_t sequence, DueMinutes* due) const = 0;
  // As in domain/requests/likeness.h.
  virtual std::string DescriptionKeyOf(const requests::v1::DescribedItem& described) const = 0;
};

// The match with its sequence and digest; `due` as MatchAt.
absl::StatusOr<requests::v1::Match> MatchOf(const RequestMatching& matching, const Reader& reader,
                                            const requests::v1::DataRequest& request,
                                            uint64_t sequence, DueMinutes* due = nullptr);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REQUEST_MATCHING_H_
