// Whose data a call is about: for the access log.
#ifndef ONERETURN_COMMON_RPC_CONCERNED_H_
#define ONERETURN_COMMON_RPC_CONCERNED_H_

#include <cstddef>
#include <iterator>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/personal_data.h"
#include "common/hierarchy/ods_code.h"

namespace onereturn {

// An entry is for reading: of a call that concerns more, the first in order are kept.
inline constexpr size_t kMostConcerned = 64;

// Thread safe.
class Concerned {
 public:
  // What is no organisation's code is passed over: nothing else of a request gets into a log. An
  // NHS number that is sent where a code should stand has the form of one.
  void Add(absl::string_view code) {
    if (!CheckOdsCode(code).ok() || HoldsPersonalData(code)) return;
    std::lock_guard<std::mutex> lock(mutex_);
    codes_.insert(std::string(code));
    if (codes_.size() > kMostConcerned) codes_.erase(std::prev(codes_.end()));
  }
  std::vector<std::string> All() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return {codes_.begin(), codes_.end()};
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> codes_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_CONCERNED_H_
