// The organisations whose data a call may touch, settled when the call is admitted.
#ifndef ONERETURN_COMMON_IDENTITY_ORGANISATION_SCOPE_H_
#define ONERETURN_COMMON_IDENTITY_ORGANISATION_SCOPE_H_

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace onereturn {

// Immutable and cheap to copy. Store reads take one.
class OrganisationScope {
 public:
  static OrganisationScope National() { return OrganisationScope("", nullptr); }
  static OrganisationScope Only(absl::string_view organisation) {
    return Of(std::string(organisation), {std::string(organisation)});
  }
  // `home` must be one of `organisations`, or empty when those are none; they are put in order.
  static OrganisationScope Of(std::string home, std::vector<std::string> organisations) {
    std::sort(organisations.begin(), organisations.end());
    organisations.erase(std::unique(organisations.begin(), organisations.end()),
                        organisations.end());
    return OrganisationScope(std::move(home), std::make_shared<const std::vector<std::string>>(
                                                  std::move(organisations)));
  }

  bool national() const { return organisations_ == nullptr; }
  // The organisation that the caller itself acts for: its request ids and uploads are its own.
  // Empty at national scope.
  const std::string& organisation() const { return home_; }
  // All that are covered, in bytewise order. Must not be asked at national scope.
  const std::vector<std::string>& organisations() const { return *organisations_; }
  bool Covers(absl::string_view organisation) const {
    return national() ||
           std::binary_search(organisations_->begin(), organisations_->end(), organisation);
  }
  // The first covered organisation that is `from` or after it in order; empty when there is none.
  // Must not be asked at national scope.
  std::string FirstFrom(absl::string_view from) const {
    const auto found = std::lower_bound(organisations_->begin(), organisations_->end(), from);
    return found == organisations_->end() ? std::string() : *found;
  }

 private:
  OrganisationScope(std::string home, std::shared_ptr<const std::vector<std::string>> organisations)
      : home_(std::move(home)), organisations_(std::move(organisations)) {}

  std::string home_;
  std::shared_ptr<const std::vector<std::string>> organisations_;  // Null: national.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_IDENTITY_ORGANISATION_SCOPE_H_
