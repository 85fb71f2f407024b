// A decision takes a token of its own, and gives it back when it was not taken after all.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TOKEN_USE_H_
#define ONERETURN_SERVICES_INGESTION_APP_TOKEN_USE_H_

#include <functional>

#include "absl/status/status.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/rights/grant_rights.h"

namespace onereturn::ingestion {

// One use of a token, by one request, which may be judged twice. Thread-compatible: one thread at a
// time judges or answers.
class TokenUse {
 public:
  explicit TokenUse(const OfficerOrigin& origin)
      : spend_(origin.spend_token), return_(origin.return_token) {}

  // As OfficerOrigin::spend_token; once it was OK, nothing more.
  absl::Status Spend() {
    if (!spend_ || spent_) return absl::OkStatus();
    RETURN_IF_ERROR(spend_());
    spent_ = true;
    return absl::OkStatus();
  }
  // Nothing was decided: another officer was quicker, or it could not be written.
  void Return() {
    if (spent_ && return_) return_();
    spent_ = false;
  }

 private:
  const std::function<absl::Status()> spend_;
  const std::function<void()> return_;
  bool spent_ = false;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TOKEN_USE_H_
