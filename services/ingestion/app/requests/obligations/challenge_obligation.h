// Contesting an obligation, and answering that.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_CHALLENGE_OBLIGATION_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_CHALLENGE_OBLIGATION_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/storage/store.h"
#include "onereturn/requests/v1/obligations_service.pb.h"
#include "services/ingestion/app/requests/matching/catalogue_picture.h"
#include "services/ingestion/app/requests/matching/held_coverage.h"
#include "services/ingestion/app/rights/grant_rights.h"

namespace onereturn::ingestion {

struct ObligationAnswer {
  requests::v1::Obligation obligation;  // As its step left it.
  Accepted accepted;
};

// Each use case judges on the calling thread and answers on the committer's. Errors are those of
// ObligationsService's methods. Thread safe.
class ChallengeObligation {
 public:
  using Done = std::function<void(absl::StatusOr<ObligationAnswer> answer)>;

  // Everything must outlive it.
  ChallengeObligation(const Store* store, const FactWriter* writer, const Committer* committer,
                      CataloguePicture* picture, HeldCoverage* coverage)
      : store_(store),
        writer_(writer),
        committer_(committer),
        picture_(picture),
        coverage_(coverage) {}

  void Challenge(const OfficerOrigin& origin,
                 const requests::v1::ChallengeObligationRequest& request, Done done) const;
  void Answer(const OfficerOrigin& origin, const requests::v1::AnswerChallengeRequest& request,
              Done done) const;

 private:
  const Store* const store_;
  const FactWriter* const writer_;
  const Committer* const committer_;
  CataloguePicture* const picture_;
  HeldCoverage* const coverage_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_CHALLENGE_OBLIGATION_H_
