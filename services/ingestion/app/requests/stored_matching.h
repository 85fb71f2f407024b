// Matching on what the store holds.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_STORED_MATCHING_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_STORED_MATCHING_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/match.pb.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/requests/catalogue_picture.h"
#include "services/ingestion/app/requests/claim_reading.h"
#include "services/ingestion/app/requests/held_coverage.h"
#include "services/ingestion/app/requests/request_matching.h"
#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

// What a request asks, and all that its match rests on, at one position. Movable; stays valid as
// long as the reader that it was read from.
struct MatchedRequest {
  std::shared_ptr<const KnownCatalogue> catalogue;
  std::shared_ptr<const Coverage> coverage;
  std::shared_ptr<OwedForRequests> owed;
  Ask ask;
  MatchWorld world;
  uint64_t sequence = 0;
};

// Thread safe. Errors of every function: as AskOf (definitions/request_ask.h), of all but
// OrganisationsOf as CheckAskedIsKnown, and of the store.
class StoredMatching final : public RequestMatching {
 public:
  // Both must outlive it.
  StoredMatching(CataloguePicture* picture, HeldCoverage* coverage)
      : picture_(picture), coverage_(coverage) {}

  // `reader` must outlive what it answers.
  absl::StatusOr<MatchedRequest> Read(const Reader& reader,
                                      const requests::v1::DataRequest& request,
                                      uint64_t sequence) const;

  absl::Status CheckDraft(const Reader& reader, const requests::v1::DataRequest& request,
                          uint64_t sequence) const override;
  absl::StatusOr<std::vector<std::string>> OrganisationsOf(const Reader& reader,
                                                           const requests::v1::DataRequest& request,
                                                           uint64_t sequence) const override;
  absl::StatusOr<requests::v1::Match> MatchAt(const Reader& reader,
                                              const requests::v1::DataRequest& request,
                                              uint64_t sequence) const override;
  std::string DescriptionKeyOf(const requests::v1::DescribedItem& described) const override;

 private:
  CataloguePicture* const picture_;
  HeldCoverage* const coverage_;
};

// The day of the entry at `sequence`, in London: nothing is matched, or counted, by a clock.
absl::StatusOr<CivilDay> DayOf(const Reader& reader, uint64_t sequence);

// What stewards said for matching, as it was at `sequence`: for CataloguePicture.
absl::StatusOr<SaidForMatching> ReadSaidForMatching(const Reader& reader, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_STORED_MATCHING_H_
