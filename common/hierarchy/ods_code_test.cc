// Goal: exactly the codes of 3 to 12 upper-case letters and digits pass, and a fault is named.
#include "common/hierarchy/ods_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onereturn {
namespace {

using ::testing::HasSubstr;

TEST(OdsCodeTest, AcceptsCodesInUse) {
  for (const char* code : {"RRV", "QMJ", "93C", "Y56", "RRV03", "S1Y5D", "C82009", "Y02428",
                           "NTV0B", "E54000028", "ABCDEFGHIJ12"}) {
    EXPECT_TRUE(CheckOdsCode(code).ok()) << code;
  }
}

TEST(OdsCodeTest, NamesTheFault) {
  struct Case {
    std::string code;
    const char* words;
  };
  const std::vector<Case> cases = {
      {"", "is empty"},
      {"RR", "has 2 characters"},
      {"ABCDEFGHIJ123", "has 13 characters"},
      {std::string(5000, 'A'), "has 5000 characters"},
      {"NTV0b", "character 5 of the organisation code is a lower-case letter"},
      {"RRV ", "character 4 of the organisation code is a blank"},
      {" RRV", "character 1 of the organisation code is a blank"},
      {"X-1", "character 2 of the organisation code is neither"},
      {"RR\xC3\x89", "character 3 of the organisation code is neither"},
      {std::string("RR\0V", 4), "character 3 of the organisation code is neither"},
  };
  for (const Case& c : cases) {
    const absl::Status status = CheckOdsCode(c.code);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.code;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.words)) << c.code;
  }
}

}  // namespace
}  // namespace onereturn
