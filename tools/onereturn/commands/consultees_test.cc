#include "tools/onereturn/commands/consultees.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ConsulteesTest, AsManyAsCanBeAskedAreKeptAndTheOthersNamed) {
  std::vector<std::string> codes;
  for (int i = 0; i < 64; ++i) codes.push_back(absl::StrCat("R", i));
  EXPECT_THAT(TakeBeyondMost(&codes), IsEmpty());
  EXPECT_EQ(LeftOutWords({}), "");
  codes.push_back("X24");
  codes.push_back("Y60");
  const std::vector<std::string> left_out = TakeBeyondMost(&codes);
  EXPECT_THAT(codes, SizeIs(64));
  EXPECT_EQ(codes.back(), "R63");
  EXPECT_THAT(left_out, ElementsAre("X24", "Y60"));
  EXPECT_EQ(LeftOutWords(left_out), "Only 64 can be asked. Left out: X24, Y60.\n");
}

}  // namespace
}  // namespace onereturn::client
