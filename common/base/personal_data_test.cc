#include "common/base/personal_data.h"

#include <gtest/gtest.h>

namespace onereturn {
namespace {

TEST(PersonalDataTest, NumbersWithTheRightCheckDigit) {
  // The data dictionary's own example, 943 476 5919; check digits worked out by hand.
  for (const char* text : {"9434765919", "943 476 5919", "943-476-5919", "see 943 476 5919.",
                           "(9434765919)", "4010232137"}) {
    EXPECT_TRUE(HoldsPersonalData(text)) << text;
  }
  for (const char* text :
       {"", "9434765918", "943 476 591", "94347659190", "x9434765919", "943  476 5919",
        "943 4765 919", "9434765919th", "1,054 attendances in 2022-04", "943.476.5919"}) {
    EXPECT_FALSE(HoldsPersonalData(text)) << text;
  }
}

TEST(PersonalDataTest, FullPostcodes) {
  for (const char* text : {"LS1 3EX", "at SW1A 2AA, London", "M1 1AE", "EC1A 1BB", "B33 8TH"}) {
    EXPECT_TRUE(HoldsPersonalData(text)) << text;
  }
  for (const char* text : {"LS1", "RCF 2023", "Type 1 3EX", "ls1 3ex", "LS1  3EX", "LS1 3CO",
                           "LS1 3EXX", "A1 2022", "Q1 2025/26", "AE02 holds"}) {
    EXPECT_FALSE(HoldsPersonalData(text)) << text;
  }
}

TEST(PersonalDataTest, NumbersAmongLettersOfAName) {
  for (const char* name : {"spiffe://x.nhs.uk/person/943-476-5919", "spiffe://x/p9434765919x",
                           "spiffe://x/9434765919", "9434765919", "a943x476y5919",
                           "spiffe://x/943/476/5919", "943_476-5919", "x943 476 5919"}) {
    EXPECT_TRUE(HoldsNhsNumberAmongLetters(name)) << name;
  }
  for (const char* name :
       {"", "spiffe://x/9434765918", "spiffe://x/19434765919", "a943x476y5918", "a943xx476y5919",
        "a9434x76y5919", "a943-_476-5919", "spiffe://x/LS1 3EX"}) {
    EXPECT_FALSE(HoldsNhsNumberAmongLetters(name)) << name;
  }
}

}  // namespace
}  // namespace onereturn
