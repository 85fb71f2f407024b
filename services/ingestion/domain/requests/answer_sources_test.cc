// Goal: the digest of an answer's sources is what docs/collect-once.md says, so that somebody else
// can compute it. Method: the bytes by hand.
#include <gtest/gtest.h>

#include <string>

#include "services/ingestion/domain/requests/answer.h"

namespace onereturn::ingestion {
namespace {

AnswerSource SourceFor(const std::string& collection, const char* period,
                       const std::string& organisation, uint32_t revision) {
  return {{collection, Period::Parse(period).value(), organisation}, revision};
}

TEST(SourcesDigestTest, OfNothingIsThatOfTheHead) {
  EXPECT_EQ(SourcesDigest({}), Sha256(std::string("onereturn answer 1\0", 19)));
}

TEST(SourcesDigestTest, IsOfTheBytesThatTheGrammarSays) {
  std::string bytes = "onereturn answer 1";
  bytes += '\0';
  bytes += std::string("\x00\x00\x00\x04KH03", 8);
  bytes += std::string(
      "\x00\x00\x00\x07"
      "2024-Q3",
      11);
  bytes += std::string("\x00\x00\x00\x03RWX", 7);
  bytes += std::string("\x00\x00\x00\x01", 4);
  bytes += std::string("\x00\x00\x00\x06MSitAE", 10);
  bytes += std::string(
      "\x00\x00\x00\x07"
      "2023-04",
      11);
  bytes += std::string("\x00\x00\x00\x03RWY", 7);
  bytes += std::string("\x00\x00\x01\x02", 4);
  bytes += std::string("\x00\x00\x00\x06MSitAE", 10);
  bytes += std::string(
      "\x00\x00\x00\x07"
      "2023-05",
      11);
  bytes += std::string("\x00\x00\x00\x03RCF", 7);
  bytes += std::string("\x00\x00\x00\x02", 4);
  ASSERT_EQ(bytes.size(), 19u + 30 + 32 + 32);

  const AnswerSource beds = SourceFor("KH03", "2024-Q3", "RWX", 1);
  const AnswerSource april = SourceFor("MSitAE", "2023-04", "RWY", 258);
  const AnswerSource may = SourceFor("MSitAE", "2023-05", "RCF", 2);
  EXPECT_EQ(SourcesDigest({beds, april, may}), Sha256(bytes));
  EXPECT_EQ(SourcesDigest({may, beds, april}), Sha256(bytes)) << "the order given does not matter";
}

}  // namespace
}  // namespace onereturn::ingestion
