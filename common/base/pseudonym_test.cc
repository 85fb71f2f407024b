#include "common/base/pseudonym.h"

#include <gtest/gtest.h>

#include <string>

namespace onereturn {
namespace {

TEST(PseudonymTest, WhatSaysNothingOfAPerson) {
  for (const char* subject : {"p-4711", "analyst-1", "123456", "a94347659190", "00u1a2b3c4"}) {
    EXPECT_TRUE(IsPseudonym(subject)) << subject;
  }
  EXPECT_TRUE(IsPseudonym(std::string(63, 'a') + "1"));
}

TEST(PseudonymTest, NamesAddressesAndNumbersOfPeople) {
  for (const char* subject :
       {"", "p-471", "anna", "anna.smith", "AnnaSmith", "anna@trust.nhs.uk", "Anna Smith 1",
        "9434765919", "943-476-5919", "nhs-9434765919", "p943-476-5919", "x_9434765919_y",
        "a943x476y5919", "p-4711\n", "p#4711"}) {
    EXPECT_FALSE(IsPseudonym(subject)) << subject;
  }
  EXPECT_FALSE(IsPseudonym(std::string(64, 'a') + "1"));
}

TEST(PseudonymTest, APersonIsNamedByIssuerAndPseudonym) {
  for (const char* id : {"https://id.example#p-4711", "urn:x#analyst-1"}) {
    EXPECT_TRUE(IsPersonId(id)) << id;
  }
  for (const char* id :
       {"", "#p-4711", "https://id.example", "https://id.example#", "https://id.example#anna",
        "https://id.example#anna.1@trust.nhs.uk", "https://id.example#9434765919",
        "anna@trust.nhs.uk#p-4711", "Anna Smith#p-4711", "https://id.example#x#p-4711"}) {
    EXPECT_FALSE(IsPersonId(id)) << id;
  }
  EXPECT_FALSE(IsPersonId(std::string(512, 'i') + "#p-4711"));
}

}  // namespace
}  // namespace onereturn
