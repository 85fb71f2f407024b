// Opaque page tokens: bound to the list they came from and to this process by an authentication
// code.
#ifndef ONERETURN_COMMON_RPC_PAGE_TOKEN_H_
#define ONERETURN_COMMON_RPC_PAGE_TOKEN_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/rpc/limits.h"

namespace onereturn {

// Where the next page begins.
struct PagePlace {
  std::string after;     // Last key of the page before; empty at the first page.
  std::string position;  // The position the first page was read at; empty at the first page.
};

// Thread safe.
class PageTokens {
 public:
  // `secret` authenticates the tokens; another secret refuses them.
  explicit PageTokens(std::string secret) : secret_(std::move(secret)) {}
  // With a secret from the operating system's randomness: tokens end with the process.
  static PageTokens Random();

  // The token that goes on after `place` in the list that `request` asks for (its page fields are
  // ignored), for this caller.
  std::string Write(const google::protobuf::Message& request, absl::string_view caller,
                    const PagePlace& place) const;
  // PAGE_TOKEN unless Write() made it for the same request and caller. An empty token is the first
  // page.
  absl::StatusOr<PagePlace> Read(const google::protobuf::Message& request, absl::string_view caller,
                                 absl::string_view token) const;

 private:
  std::string secret_;
};

// The page size to use: `asked`, or `usual` for 0, at most `most`. PAGE_SIZE when negative.
absl::StatusOr<int> PageSize(int32_t asked, int usual = limits::kUsualPage,
                             int most = limits::kLargestPage);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_PAGE_TOKEN_H_
