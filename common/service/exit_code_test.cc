// Goal: what is wrong with the configuration is told from a fault of the program.
#include <gtest/gtest.h>

#include "common/service/foundation.h"
#include "common/status/error.h"

namespace onereturn {
namespace {

TEST(ExitCodeOfTest, IsThatOfItsCause) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), kExitInOrder);
  EXPECT_EQ(ExitCodeOf(Error(Reason::kFieldInvalid, "")), kExitConfiguration);
  EXPECT_EQ(ExitCodeOf(Error(Reason::kSvidInvalid, "")), kExitConfiguration)
      << "an authority's certificate as the service's own";
  EXPECT_EQ(ExitCodeOf(Error(Reason::kLedgerBehind, "")), kExitStoreDamaged);
  EXPECT_EQ(ExitCodeOf(Error(Reason::kInternal, "")), kExitInternal);
}

}  // namespace
}  // namespace onereturn
