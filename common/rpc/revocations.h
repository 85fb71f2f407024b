// The certificates that their authorities took back, as the configured file says by now.
#ifndef ONERETURN_COMMON_RPC_REVOCATIONS_H_
#define ONERETURN_COMMON_RPC_REVOCATIONS_H_

#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/authority/revocation_list.h"

namespace onereturn {

// Thread safe.
class Revocations {
 public:
  // `issue`: CertificateFacts::issue.
  bool Holds(absl::string_view issue) const { return Current()->Holds(issue); }
  std::shared_ptr<const RevocationList> Current() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return list_;
  }
  void Replace(RevocationList list) {
    auto replacement = std::make_shared<const RevocationList>(std::move(list));
    std::lock_guard<std::mutex> lock(mutex_);
    list_ = std::move(replacement);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const RevocationList> list_ = std::make_shared<const RevocationList>();
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_REVOCATIONS_H_
