// What happens to a submitted return before it is accepted, and to an accepted one before it is
// submitted again.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_SIGN_RETURN_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_SIGN_RETURN_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "onereturn/returns/v1/sign_off_service.pb.h"
#include "services/ingestion/app/catalogue/compiled_collections.h"
#include "services/ingestion/app/catalogue/define.h"

namespace onereturn::ingestion {

struct SignedAnswer {
  // With the signature given, while more are wanted; absent of a repeat.
  std::optional<returns::v1::Submission> submission;
  std::optional<returns::v1::Return> accepted_return;  // By the last signature.
  std::optional<Accepted> accepted;                    // Absent when only judged.
};

// Each use case judges on the calling thread and answers on the committer's. The caller's scope has
// been checked. Errors are those of SignOffService's methods. Thread safe.
class SignReturn {
 public:
  using Done = std::function<void(absl::StatusOr<SignedAnswer> answer)>;

  SignReturn(const FactWriter* writer, CompiledCollections* collections)
      : writer_(writer), collections_(collections) {}

  void Sign(const RequestOrigin& origin, const returns::v1::SignReturnRequest& request,
            Done done) const;
  void SendBack(const RequestOrigin& origin, const returns::v1::SendReturnBackRequest& request,
                Done done) const;
  void Withdraw(const RequestOrigin& origin, const returns::v1::WithdrawSubmissionRequest& request,
                Done done) const;
  void Reopen(const RequestOrigin& origin, const returns::v1::ReopenReturnRequest& request,
              Done done) const;

 private:
  const FactWriter* const writer_;
  CompiledCollections* const collections_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_SIGN_RETURN_H_
