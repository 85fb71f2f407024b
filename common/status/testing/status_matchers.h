// Matchers for absl::Status and absl::StatusOr.
//
//   EXPECT_THAT(Parse("1"), IsOkAndHolds(1));
//   EXPECT_THAT(Parse("x"), HasReason(Reason::kRange));
#ifndef ONERETURN_COMMON_STATUS_TESTING_STATUS_MATCHERS_H_
#define ONERETURN_COMMON_STATUS_TESTING_STATUS_MATCHERS_H_

#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/status/error.h"

namespace onereturn {
namespace testing_internal {

inline const absl::Status& StatusIn(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusIn(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

// Matches the value of an absl::StatusOr<T> that is OK.
template <typename StatusOrType, typename InnerMatcher>
class IsOkAndHoldsMatcher : public ::testing::MatcherInterface<StatusOrType> {
 public:
  using Value = typename std::remove_reference_t<StatusOrType>::value_type;

  explicit IsOkAndHoldsMatcher(const InnerMatcher& inner)
      : inner_(::testing::SafeMatcherCast<const Value&>(inner)) {}

  bool MatchAndExplain(StatusOrType actual,
                       ::testing::MatchResultListener* listener) const override {
    if (!actual.ok()) {
      *listener << "which is " << actual.status().ToString();
      return false;
    }
    return inner_.MatchAndExplain(*actual, listener);
  }
  void DescribeTo(std::ostream* out) const override {
    *out << "is OK and holds a value that ";
    inner_.DescribeTo(out);
  }
  void DescribeNegationTo(std::ostream* out) const override {
    *out << "is not OK, or holds a value that ";
    inner_.DescribeNegationTo(out);
  }

 private:
  const ::testing::Matcher<const Value&> inner_;
};

template <typename InnerMatcher>
class IsOkAndHoldsFactory {
 public:
  explicit IsOkAndHoldsFactory(InnerMatcher inner) : inner_(std::move(inner)) {}
  template <typename StatusOrType>
  operator ::testing::Matcher<StatusOrType>() const {  // NOLINT(google-explicit-constructor)
    return ::testing::Matcher<StatusOrType>(
        new IsOkAndHoldsMatcher<const StatusOrType&, InnerMatcher>(inner_));
  }
  template <typename StatusOrType>
  requires std::is_reference_v<StatusOrType>
  operator ::testing::Matcher<StatusOrType>() const {  // NOLINT(google-explicit-constructor)
    return ::testing::Matcher<StatusOrType>(
        new IsOkAndHoldsMatcher<StatusOrType, InnerMatcher>(inner_));
  }

 private:
  InnerMatcher inner_;
};

}  // namespace testing_internal

// An OK status, or an absl::StatusOr with a value.
MATCHER(IsOk, negation ? "is an error" : "is OK") {
  const absl::Status& status = testing_internal::StatusIn(arg);
  if (!status.ok()) *result_listener << "which is " << status.ToString();
  return status.ok();
}

// An error of this canonical code.
MATCHER_P(StatusIs, code,
          std::string(negation ? "does not have" : "has") + " the code " +
              absl::StatusCodeToString(code)) {
  const absl::Status& status = testing_internal::StatusIn(arg);
  *result_listener << "which is " << status.ToString();
  return status.code() == code;
}

// An error that was built with this reason.
MATCHER_P(HasReason, reason,
          std::string(negation ? "does not have" : "has") + " the reason " +
              std::string(NameOf(reason))) {
  const absl::Status& status = testing_internal::StatusIn(arg);
  *result_listener << "which is " << status.ToString();
  const std::optional<ErrorDetails> details = DetailsOf(status);
  if (details.has_value()) *result_listener << " with the reason " << details->reason;
  return details.has_value() && details->reason == reason;
}

// An absl::StatusOr with a value that `inner`, a value or a matcher, accepts.
template <typename InnerMatcher>
testing_internal::IsOkAndHoldsFactory<std::decay_t<InnerMatcher>> IsOkAndHolds(
    InnerMatcher&& inner) {
  return testing_internal::IsOkAndHoldsFactory<std::decay_t<InnerMatcher>>(
      std::forward<InnerMatcher>(inner));
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STATUS_TESTING_STATUS_MATCHERS_H_
