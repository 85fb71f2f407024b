// Goal: SHA-256 equals the published vectors however the bytes arrive, and its text forms round
// trip.
#include "common/digest/digest.h"

#include <rapidcheck.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

struct Vector {
  std::string message;
  std::string hex;
};

// FIPS 180-4 examples and the NIST long message of a million letters.
const Vector kVectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {std::string(1000000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

TEST(DigestTest, MatchesPublishedVectors) {
  for (const Vector& vector : kVectors) {
    EXPECT_EQ(DigestToHex(Sha256(vector.message)), vector.hex);
  }
}

TEST(DigestTest, PiecesAndWholeAreTheSame) {
  EXPECT_TRUE(rc::check([](const std::string& a, const std::string& b, const std::string& c) {
    Sha256Stream stream;
    stream.Update(a);
    stream.Update(b);
    stream.Update(c);
    const Digest whole = Sha256(a + b + c);
    RC_ASSERT(stream.Finish() == whole);
    RC_ASSERT(Sha256Concatenated({a, b, c}) == whole);
  }));
}

TEST(DigestTest, StreamIsEmptyAfterFinishAndSurvivesMoves) {
  Sha256Stream stream;
  stream.Update("ab");
  Sha256Stream moved = std::move(stream);
  moved.Update("c");
  EXPECT_EQ(moved.Finish(), Sha256("abc"));
  EXPECT_EQ(moved.Finish(), Sha256(""));
}

TEST(DigestTest, TextAndBytesRoundTrip) {
  const Digest digest = Sha256("abc");
  EXPECT_EQ(DigestFromHex(DigestToHex(digest)).value(), digest);
  EXPECT_EQ(
      DigestFromHex("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD").value(),
      digest);
  EXPECT_EQ(DigestFromBytes(DigestBytes(digest)).value(), digest);
}

TEST(DigestTest, RefusesWhatIsNoDigest) {
  const std::string hex(64, 'a');
  for (const std::string& bad : {std::string(), hex.substr(1), hex + "a", hex.substr(1) + "g",
                                 hex.substr(1) + " ", hex.substr(2) + "0x"}) {
    EXPECT_EQ(DigestFromHex(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_EQ(DigestFromBytes(std::string(31, 'x')).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DigestFromBytes(std::string(33, 'x')).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace onereturn
