#include "common/ledger/key_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/testing_keys.h"

namespace onereturn {
namespace {

const SigningKey kFirst =
    KeyFromSeed("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
const SigningKey kSecond =
    KeyFromSeed("1112131415161718191a1b1c1d1e1f2021222324252627282930313233343536");
const SigningKey kThird =
    KeyFromSeed("2112131415161718191a1b1c1d1e1f2021222324252627282930313233343536");

KeyChange Change(const SigningKey& from, const SigningKey& to, uint64_t sequence) {
  KeyChange change;
  change.service = "metrics";
  change.epoch = 1;
  change.sequence = sequence;
  EXPECT_TRUE(SignKeyChange(from, to, &change).ok());
  return change;
}

SignedHead HeadBy(const SigningKey& key, uint64_t size, uint64_t epoch = 1) {
  TreeHead head;
  head.service = "metrics";
  head.epoch = epoch;
  head.size = size;
  return SignHead(head, key).value();
}

TEST(KeyChangeTest, TheSignedBytesAreThoseOfTheGrammar) {
  KeyChange change;
  change.service = "metrics";
  change.epoch = 2;
  change.sequence = 0x0102;
  change.old_key = std::string(32, 'o');
  change.new_key = std::string(32, 'n');
  EXPECT_EQ(absl::BytesToHexString(CanonicalKeyChangeBytes(change).value()),
            absl::StrCat("6f6e6572657475726e206b6579206368616e6765203100",  // Domain.
                         "07", "6d657472696373", "0000000000000002", "0000000000000102",
                         "6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f",
                         "6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e6e"));
  change.old_key.pop_back();
  EXPECT_EQ(CanonicalKeyChangeBytes(change).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(KeyChangeTest, EveryPartOfAChangeIsSignedByBoth) {
  const KeyChange good = Change(kFirst, kSecond, 7);
  EXPECT_TRUE(VerifyKeyChange(good).ok());
  KeyChange bad = good;
  bad.service = "ingestion";
  EXPECT_EQ(VerifyKeyChange(bad).code(), absl::StatusCode::kDataLoss);
  bad = good;
  bad.epoch = 2;
  EXPECT_FALSE(VerifyKeyChange(bad).ok());
  bad = good;
  bad.sequence = 8;
  EXPECT_FALSE(VerifyKeyChange(bad).ok());
  bad = good;
  bad.new_key = kThird.verifying_key().raw_bytes();
  EXPECT_FALSE(VerifyKeyChange(bad).ok());
  bad = good;
  bad.old_key_signature = bad.new_key_signature;
  EXPECT_FALSE(VerifyKeyChange(bad).ok());
  bad = good;
  bad.new_key_signature = bad.old_key_signature;
  EXPECT_FALSE(VerifyKeyChange(bad).ok());
  bad = good;
  bad.old_key.clear();
  EXPECT_EQ(VerifyKeyChange(bad).code(), absl::StatusCode::kDataLoss);
}

TEST(KeyHistoryTest, AKeySignsUntilItIsReplaced) {
  KeyHistory history(kFirst.verifying_key());
  EXPECT_TRUE(history.Verify(HeadBy(kFirst, 100)).ok());
  EXPECT_EQ(history.Verify(HeadBy(kSecond, 1)).code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(history.Add(Change(kFirst, kSecond, 50)).ok());
  EXPECT_TRUE(history.Verify(HeadBy(kFirst, 49)).ok());
  EXPECT_EQ(history.Verify(HeadBy(kFirst, 50)).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(history.Verify(HeadBy(kFirst, 10, /*epoch=*/2)).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(history.Verify(HeadBy(kSecond, 50)).ok());
  // A head of an earlier size, signed later.
  EXPECT_TRUE(history.Verify(HeadBy(kSecond, 7)).ok());
  SignedHead forged = HeadBy(kSecond, 60);
  forged.head.size = 61;
  EXPECT_EQ(history.Verify(forged).code(), absl::StatusCode::kDataLoss);
}

TEST(KeyHistoryTest, OnlyTheNextChangeLeadsOn) {
  KeyHistory history(kFirst.verifying_key());
  EXPECT_FALSE(history.Add(Change(kSecond, kThird, 50)).ok());
  EXPECT_FALSE(history.Add(Change(kFirst, kSecond, 0)).ok());
  ASSERT_TRUE(history.Add(Change(kFirst, kSecond, 50)).ok());
  EXPECT_FALSE(history.Add(Change(kFirst, kThird, 60)).ok());
  EXPECT_FALSE(history.Add(Change(kSecond, kThird, 50)).ok());
  // A key that was replaced signs no more, and so none leads back to it.
  EXPECT_FALSE(history.Add(Change(kSecond, kFirst, 60)).ok());
  EXPECT_FALSE(history.Add(Change(kSecond, kSecond, 60)).ok());
  ASSERT_TRUE(history.Add(Change(kSecond, kThird, 60)).ok());
  EXPECT_EQ(history.entries().size(), 3u);
  EXPECT_EQ(history.newest().key_id(), kThird.verifying_key().key_id());
  EXPECT_FALSE(history.Verify(HeadBy(kFirst, 61)).ok());
}

}  // namespace
}  // namespace onereturn
