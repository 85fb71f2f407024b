#include "common/token/single_use.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

constexpr Timestamp kStart = Timestamp::FromSeconds(1'750'000'000);

class SingleUseTest : public ::testing::Test {
 protected:
  TokenHolder PersonAt(int64_t seconds, const std::string& id) const {
    TokenHolder person;
    person.issuer = "https://issuer.example";
    person.token_id = id;
    person.issued = Timestamp{kStart.micros + seconds * 1'000'000};
    person.expires = Timestamp{person.issued.micros + 900'000'000};
    return person;
  }

  FakeClock clock_{kStart};
  SingleUse uses_{&clock_, 3};
  const Digest act_ = Sha256("approve grant 1");
  const Digest another_ = Sha256("approve grant 2");
};

TEST_F(SingleUseTest, ATokenServesOneAct) {
  clock_.AdvanceSeconds(10);
  EXPECT_THAT(uses_.Use(PersonAt(10, "a"), act_), IsOk());
  EXPECT_THAT(uses_.Use(PersonAt(10, "a"), act_), IsOk()) << "the same request, sent again";
  EXPECT_THAT(uses_.Use(PersonAt(10, "a"), another_), HasReason(Reason::kTokenReplay));
  EXPECT_THAT(uses_.Use(PersonAt(10, "b"), another_), IsOk());
  TokenHolder namesake = PersonAt(10, "a");
  namesake.issuer = "https://other.example";
  EXPECT_THAT(uses_.Use(namesake, another_), IsOk());
}

TEST_F(SingleUseTest, WhatServedNothingAfterAllIsFreeAgain) {
  clock_.AdvanceSeconds(10);
  const TokenHolder person = PersonAt(10, "a");
  ASSERT_THAT(uses_.Use(person, act_), IsOk());
  uses_.GiveBack(person, another_);
  EXPECT_THAT(uses_.Use(person, another_), HasReason(Reason::kTokenReplay)) << "not what it served";
  uses_.GiveBack(person, act_);
  EXPECT_THAT(uses_.Use(person, another_), IsOk());
  // The request came twice, and one of the two was taken.
  ASSERT_THAT(uses_.Use(person, another_), IsOk());
  uses_.GiveBack(person, another_);
  EXPECT_THAT(uses_.Use(person, act_), HasReason(Reason::kTokenReplay));
  uses_.GiveBack(PersonAt(10, "never used"), act_);
}

TEST_F(SingleUseTest, ARestartForgetsNothingThatItWouldHaveToKnow) {
  // Used before the start, by the issuer's clock up to a second ahead.
  clock_.AdvanceSeconds(60);
  for (const int64_t issued : {-600, -1, 0, 1}) {
    EXPECT_THAT(uses_.Use(PersonAt(issued, absl::StrCat("t", issued)), act_),
                HasReason(Reason::kTokenReplay))
        << issued;
  }
  EXPECT_THAT(uses_.Use(PersonAt(2, "new"), act_), IsOk());
  // One that says it is from later could be from before it: it waits.
  EXPECT_THAT(uses_.Use(PersonAt(62, "ahead"), act_), HasReason(Reason::kTokenNotYet));
  EXPECT_THAT(uses_.Use(PersonAt(61, "hardly ahead"), act_), IsOk());
}

TEST_F(SingleUseTest, ItsMemoryIsBounded) {
  clock_.AdvanceSeconds(10);
  for (const char* id : {"a", "b", "c"}) EXPECT_THAT(uses_.Use(PersonAt(10, id), act_), IsOk());
  EXPECT_THAT(uses_.Use(PersonAt(10, "d"), act_), HasReason(Reason::kOverloaded));
  clock_.AdvanceSeconds(900);  // All three have ended.
  EXPECT_THAT(uses_.Use(PersonAt(900, "d"), act_), IsOk());
}

}  // namespace
}  // namespace onereturn
