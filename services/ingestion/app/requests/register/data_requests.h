// The steps of data requests, as they are written and answered.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_DATA_REQUESTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_DATA_REQUESTS_H_

#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/requests_service.pb.h"
#include "services/ingestion/app/requests/register/request_decisions.h"
#include "services/ingestion/app/requests/request_matching.h"
#include "services/ingestion/app/rights/grant_rights.h"

namespace onereturn::ingestion {

struct DataRequestAnswer {
  // As its step left it; of a step that changed nothing, as it is now; or as it would be.
  requests::v1::DataRequest request;
  // Of MatchRequest: all of it; of a repeat, which matches nothing anew, the summary alone.
  requests::v1::Match match;
  std::optional<Accepted> accepted;  // Absent when only judged.
  bool unchanged = false;
};

struct LikenessAnswer {
  requests::v1::Likeness likeness;
  Accepted accepted;
};

// Each use case judges on the calling thread and answers on the committer's. Errors are those of
// RequestsService's methods. Thread safe.
class DataRequests {
 public:
  using Done = std::function<void(absl::StatusOr<DataRequestAnswer> answer)>;
  using LikenessDone = std::function<void(absl::StatusOr<LikenessAnswer> answer)>;

  // `store` is what the writer writes to by way of the committer.
  DataRequests(const Reader* store, const FactWriter* writer, const Committer* committer,
               const RequestMatching* matching)
      : store_(store), writer_(writer), committer_(committer), matching_(matching) {}

  void Draft(const OfficerOrigin& origin, const requests::v1::DraftRequestRequest& request,
             Done done) const;
  void Match(const OfficerOrigin& origin, const requests::v1::MatchRequestRequest& request,
             Done done) const;
  void Reply(const OfficerOrigin& origin, const requests::v1::ReplyToRequestRequest& request,
             Done done) const;
  void Close(const OfficerOrigin& origin, const requests::v1::CloseConsultationRequest& request,
             Done done) const;
  // A decision that is taken spends the token, as GrantRights::Decide.
  void Decide(const OfficerOrigin& origin, const requests::v1::DecideRequestRequest& request,
              Done done) const;
  void End(const OfficerOrigin& origin, const requests::v1::EndRequestRequest& request,
           Done done) const;
  void DecideLikeness(const OfficerOrigin& origin,
                      const requests::v1::DecideLikenessRequest& request, LikenessDone done) const;

  // What steps and reads are judged by at this moment.
  RequestWorld World() const;

 private:
  const Reader* const store_;
  const FactWriter* const writer_;
  const Committer* const committer_;
  const RequestMatching* const matching_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_DATA_REQUESTS_H_
