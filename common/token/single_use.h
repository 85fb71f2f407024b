// Tokens that serve one act: an approval takes a fresh sign-in.
#ifndef ONERETURN_COMMON_TOKEN_SINGLE_USE_H_
#define ONERETURN_COMMON_TOKEN_SINGLE_USE_H_

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/digest/digest.h"
#include "common/token/token_holder.h"

namespace onereturn {

// Remembers which token served which act until the token ends. It is not kept on disk: instead, a
// token from before the memory began serves no act at all, so that a restart forgets nothing that
// it would have to know. Each service has its own: an act is of one service. Thread safe.
class SingleUse {
 public:
  // `clock` must outlive it. At most `limit` tokens are remembered at once; a token lives 15
  // minutes.
  SingleUse(const Clock* clock, size_t limit);

  // OK when the token served no act before, or this very one: `act` is the SHA-256 of the request,
  // which a client sends again when an answer was lost, and its request id sees to the rest.
  //   TOKEN_REPLAY   it served another act, or is from before the service's start
  //   TOKEN_NOT_YET  from more than a second ahead: then its age at a restart could not be told
  //   OVERLOADED     as many tokens as are remembered have not ended yet
  absl::Status Use(const TokenHolder& person, const Digest& act);

  // Undoes one Use() that was OK, for an act that did not happen. The token is free again once each
  // of its uses is undone: of a request that came twice, one may have happened.
  void GiveBack(const TokenHolder& person, const Digest& act);

 private:
  const Clock* const clock_;
  const size_t limit_;
  const Timestamp began_;
  std::mutex mutex_;
  struct Used {
    Digest act;
    Timestamp expires;
    size_t times = 1;
  };
  std::map<std::pair<std::string, std::string>, Used> used_;  // By issuer and token id.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_TOKEN_SINGLE_USE_H_
