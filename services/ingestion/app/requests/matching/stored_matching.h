// Matching on what the store holds.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_STORED_MATCHING_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_STORED_MATCHING_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/match.pb.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/requests/matching/catalogue_picture.h"
#include "services/ingestion/app/requests/matching/claim_reading.h"
#include "services/ingestion/app/requests/matching/held_coverage.h"
#include "services/ingestion/app/requests/request_matching.h"
#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

// Windows that were opened by a fact, each read once. `reader` must outlive it; thread-compatible.
class WindowsOfMatch {
 public:
  WindowsOfMatch(const Reader* reader, uint64_t sequence) : reader_(reader), sequence_(sequence) {}

  // nullopt: it was not opened.
  std::optional<OpenedWindow> Of(const std::string& collection, const Period& period);
  // OK, or why something could not be read; then Of answered nullopt.
  const absl::Status& status() const { return status_; }

 private:
  const Reader* const reader_;
  const uint64_t sequence_;
  std::map<std::pair<std::string, Period>, std::optional<OpenedWindow>> windows_;
  absl::Status status_;
};

// What a request asks, and all that its match rests on, at one position. Movable; stays valid as
// long as the reader that it was read from.
struct MatchedRequest {
  std::shared_ptr<const KnownCatalogue> catalogue;
  std::shared_ptr<const Coverage> coverage;
  std::shared_ptr<OwedForRequests> owed;
  std::shared_ptr<WindowsOfMatch> windows;
  Ask ask;
  MatchWorld world;
  uint64_t sequence = 0;

  // To be asked after each match: OK, or why something that it looked at could not be read.
  absl::Status status() const;
};

// Thread safe. Errors of every function: as AskOf (definitions/request_ask.h), of all but
// OrganisationsAt as CheckAskedIsKnown, and of the store.
class StoredMatching final : public RequestMatching {
 public:
  // Both must outlive it. `promised`: the time that the committer's newest promise goes to; it must
  // be thread safe. `bounds`: of what one issue may make owed.
  StoredMatching(CataloguePicture* picture, HeldCoverage* coverage,
                 std::function<Timestamp()> promised, IssueBounds bounds = {})
      : picture_(picture), coverage_(coverage), promised_(std::move(promised)), bounds_(bounds) {}

  // `reader` must outlive what it answers. The day of the match, from which notice counts, is that
  // of the newest entry at `sequence`; while nothing has been accepted since, it is today.
  absl::StatusOr<MatchedRequest> Read(const Reader& reader,
                                      const requests::v1::DataRequest& request,
                                      uint64_t sequence) const;

  absl::Status CheckDraft(const Reader& reader, const requests::v1::DataRequest& request,
                          uint64_t sequence) const override;
  absl::StatusOr<AskedOrganisations> OrganisationsAt(const Reader& reader,
                                                     uint64_t sequence) const override;
  absl::StatusOr<requests::v1::Match> MatchAt(const Reader& reader,
                                              const requests::v1::DataRequest& request,
                                              uint64_t sequence, DueMinutes* due) const override;
  std::string DescriptionKeyOf(const requests::v1::DescribedItem& described) const override;

 private:
  absl::StatusOr<CivilDay> DayOfMatch(const Reader& reader, uint64_t sequence) const;

  CataloguePicture* const picture_;
  HeldCoverage* const coverage_;
  const std::function<Timestamp()> promised_;
  const IssueBounds bounds_;
};

// What stewards said for matching, as it was at `sequence`: for CataloguePicture.
absl::StatusOr<SaidForMatching> ReadSaidForMatching(const Reader& reader, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_STORED_MATCHING_H_
