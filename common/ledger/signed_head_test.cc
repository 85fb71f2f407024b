// Goal: the signed bytes are exactly the documented ones, and a head that differs in anything from
// what was signed is refused.
#include "common/ledger/signed_head.h"

#include <rapidcheck.h>

#include <functional>
#include <string>
#include <vector>

#include "common/ledger/merkle.h"
#include "common/ledger/testing_keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

const SigningKey& HeadKey() {
  static const SigningKey key = KeyFromSeed(std::string(64, '1'));
  return key;
}

TreeHead ExampleHead() {
  TreeHead head;
  head.service = "metrics-2";
  head.epoch = 1;
  head.size = 0x0102;
  head.root.fill(0xab);
  head.time_micros = -2;
  return head;
}

// By hand from the grammar in the header.
std::string ExampleBytes() {
  std::string bytes = std::string("onereturn tree head 1") + '\0' + '\x09' + "metrics-2";
  bytes += std::string("\0\0\0\0\0\0\0\x01", 8);
  bytes += std::string("\0\0\0\0\0\0\x01\x02", 8);
  bytes += std::string(32, '\xab');
  bytes += std::string("\xff\xff\xff\xff\xff\xff\xff\xfe", 8);
  return bytes;
}

TEST(SignedHeadTest, GoldenBytes) {
  EXPECT_EQ(CanonicalHeadBytes(ExampleHead()).value(), ExampleBytes());
  SignedHead signed_head;
  signed_head.head = ExampleHead();
  signed_head.key_id = "00112233445566ff";
  signed_head.signature.fill(0x5a);
  EXPECT_EQ(SerializeSignedHead(signed_head).value(),
            ExampleBytes() + std::string("\x00\x11\x22\x33\x44\x55\x66\xff", 8) +
                std::string(64, '\x5a'));
}

TEST(SignedHeadTest, SignAndVerify) {
  const SignedHead signed_head = SignHead(ExampleHead(), HeadKey()).value();
  EXPECT_TRUE(VerifyHead(signed_head, HeadKey().verifying_key()).ok());
  EXPECT_EQ(signed_head.key_id, HeadKey().verifying_key().key_id());
  const SigningKey stranger = KeyFromSeed(std::string(64, '2'));
  EXPECT_EQ(VerifyHead(signed_head, stranger.verifying_key()).code(),
            absl::StatusCode::kFailedPrecondition);
  SignedHead forged = signed_head;
  forged.key_id = stranger.verifying_key().key_id();
  EXPECT_EQ(VerifyHead(forged, stranger.verifying_key()).code(), absl::StatusCode::kDataLoss);
}

TEST(SignedHeadTest, AnyChangeIsNoticed) {
  const SignedHead signed_head = SignHead(ExampleHead(), HeadKey()).value();
  const std::vector<std::function<void(SignedHead&)>> changes = {
      [](SignedHead& changed) { changed.head.service = "metrics-3"; },
      [](SignedHead& changed) { changed.head.epoch = 2; },
      [](SignedHead& changed) { changed.head.size -= 1; },
      [](SignedHead& changed) { changed.head.root[31] ^= 1; },
      [](SignedHead& changed) { changed.head.time_micros += 1; },
      [](SignedHead& changed) { changed.signature[0] ^= 1; },
  };
  for (const auto& change : changes) {
    SignedHead changed = signed_head;
    change(changed);
    EXPECT_EQ(VerifyHead(changed, HeadKey().verifying_key()).code(), absl::StatusCode::kDataLoss);
  }
}

TEST(SignedHeadTest, HeadsThatCannotBe) {
  for (const std::string& service :
       {std::string(), std::string("Metrics"), std::string("a b"), std::string("a\0", 2),
        std::string("\xc3\xa9"), std::string(65, 'a')}) {
    TreeHead head = ExampleHead();
    head.service = service;
    EXPECT_EQ(CanonicalHeadBytes(head).status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_FALSE(SignHead(head, HeadKey()).ok());
  }
  TreeHead head = ExampleHead();
  head.service = std::string(64, 'a');
  EXPECT_TRUE(SignHead(head, HeadKey()).ok());
  head.size = kTreeSizeLimit;
  EXPECT_EQ(CanonicalHeadBytes(head).status().code(), absl::StatusCode::kInvalidArgument);
  SignedHead signed_head = SignHead(ExampleHead(), HeadKey()).value();
  for (const char* key_id : {"", "00112233445566FF", "00112233445566f", "00112233445566fg"}) {
    signed_head.key_id = key_id;
    EXPECT_FALSE(SerializeSignedHead(signed_head).ok());
  }
}

TEST(SignedHeadTest, StoredFormRoundTrips) {
  EXPECT_TRUE(
      rc::check([](uint64_t epoch, uint32_t size, int64_t time_micros, const std::string& content) {
        TreeHead head;
        head.service = *rc::gen::nonEmpty(
            rc::gen::container<std::string>(rc::gen::element('a', 'z', '0', '9', '-')));
        if (head.service.size() > 64) head.service.resize(64);
        head.epoch = epoch;
        head.size = size;
        head.root = Sha256(content);
        head.time_micros = time_micros;
        const SignedHead signed_head = SignHead(head, HeadKey()).value();
        const auto parsed = ParseSignedHead(SerializeSignedHead(signed_head).value());
        RC_ASSERT(parsed.ok());
        RC_ASSERT(*parsed == signed_head);
      }));
}

TEST(SignedHeadTest, MalformedStoredHeadsAreDataLoss) {
  const std::string bytes = SerializeSignedHead(SignHead(ExampleHead(), HeadKey()).value()).value();
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(ParseSignedHead(bytes.substr(0, length)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(ParseSignedHead(bytes + "x").status().code(), absl::StatusCode::kDataLoss);
}

// Every flipped bit is refused when parsing or when verifying.
TEST(SignedHeadTest, EveryFlippedBitOfTheStoredFormIsNoticed) {
  const std::string bytes = SerializeSignedHead(SignHead(ExampleHead(), HeadKey()).value()).value();
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const auto parsed = ParseSignedHead(flipped);
    EXPECT_FALSE(parsed.ok() && VerifyHead(*parsed, HeadKey().verifying_key()).ok()) << bit;
  }
}

TEST(SignedHeadTest, ParserMeetsAnyBytes) {
  const std::string beginning = ExampleBytes().substr(0, 22);
  EXPECT_TRUE(rc::check([&beginning](const std::string& tail) {
    const auto parsed = ParseSignedHead(beginning + tail);
    if (parsed.ok()) RC_ASSERT(SerializeSignedHead(*parsed).value() == beginning + tail);
    RC_ASSERT(parsed.ok() || absl::IsDataLoss(parsed.status()));
  }));
}

}  // namespace
}  // namespace onereturn
