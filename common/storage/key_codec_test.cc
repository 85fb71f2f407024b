// Goal: the encoding is exactly the documented one, goes there and back, orders keys as tuples, and
// a reader meets any bytes without harm.
#include "common/storage/key_codec.h"

#include <rapidcheck.h>

#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

std::string Bytes(const std::vector<int>& bytes) { return std::string(bytes.begin(), bytes.end()); }

// Written by hand from the grammar in the header.
TEST(KeyCodecTest, GoldenBytes) {
  EXPECT_EQ(KeyWriter().U8(0x7f).Take(), Bytes({0x7f}));
  EXPECT_EQ(KeyWriter().U32(0x01020304).Take(), Bytes({1, 2, 3, 4}));
  EXPECT_EQ(KeyWriter().U64(0x0102030405060708).Take(), Bytes({1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(KeyWriter().I64(0).Take(), Bytes({0x80, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(KeyWriter().I64(-1).Take(), Bytes({0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
  EXPECT_EQ(KeyWriter().I64(std::numeric_limits<int64_t>::min()).Take(),
            Bytes({0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(KeyWriter().DescendingU64(0).Take(),
            Bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
  EXPECT_EQ(KeyWriter().DescendingU64(2).Take(),
            Bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfd}));
  EXPECT_EQ(KeyWriter().String("").Take(), Bytes({0, 1}));
  EXPECT_EQ(KeyWriter().String("QE1").Take(), Bytes({'Q', 'E', '1', 0, 1}));
  EXPECT_EQ(KeyWriter().String(absl::string_view("a\0b", 3)).Take(),
            Bytes({'a', 0, 0xff, 'b', 0, 1}));
  EXPECT_EQ(KeyWriter().Fixed(absl::string_view("\0\xff", 2)).Take(), Bytes({0, 0xff}));
  EXPECT_EQ(KeyWriter().U8(5).String("R1H").DescendingU64(1).Take(),
            Bytes({5, 'R', '1', 'H', 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}));
}

TEST(KeyCodecTest, TakeLeavesTheWriterEmpty) {
  KeyWriter writer;
  writer.U8(1);
  EXPECT_EQ(writer.key(), Bytes({1}));
  EXPECT_EQ(writer.Take(), Bytes({1}));
  EXPECT_EQ(writer.Take(), "");
}

// Strings in which the bytes that matter to the escape are frequent.
rc::Gen<std::string> AwkwardString() {
  return rc::gen::container<std::string>(rc::gen::weightedOneOf<char>(
      {{3, rc::gen::element('\x00', '\x01', '\xff')}, {1, rc::gen::arbitrary<char>()}}));
}

using Tuple = std::tuple<uint8_t, std::string, int64_t, std::string, uint64_t, uint32_t>;

rc::Gen<Tuple> AnyTuple() {
  // Few distinct values in front, so that later components often decide.
  return rc::gen::tuple(
      rc::gen::element<uint8_t>(0, 1, 255), AwkwardString(),
      rc::gen::oneOf(rc::gen::arbitrary<int64_t>(), rc::gen::inRange<int64_t>(-2, 3)),
      AwkwardString(), rc::gen::arbitrary<uint64_t>(), rc::gen::arbitrary<uint32_t>());
}

std::string Encode(const Tuple& tuple) {
  const auto& [tag, first, number, second, sequence, index] = tuple;
  return KeyWriter()
      .U8(tag)
      .String(first)
      .I64(number)
      .String(second)
      .U64(sequence)
      .U32(index)
      .Take();
}

TEST(KeyCodecTest, RoundTrip) {
  EXPECT_TRUE(rc::check([] {
    const Tuple tuple = *AnyTuple();
    const std::string key = Encode(tuple);
    KeyReader reader(key);
    const auto tag = reader.U8();
    const auto first = reader.String();
    const auto number = reader.I64();
    const auto second = reader.String();
    const auto sequence = reader.U64();
    const auto index = reader.U32();
    RC_ASSERT(reader.Finish().ok());
    RC_ASSERT((Tuple{tag.value(), first.value(), number.value(), second.value(), sequence.value(),
                     index.value()}) == tuple);
  }));
}

TEST(KeyCodecTest, OrderOfKeysIsOrderOfTuples) {
  EXPECT_TRUE(rc::check([] {
    const Tuple a = *AnyTuple();
    Tuple b = *AnyTuple();
    if (*rc::gen::arbitrary<bool>()) {  // Often share a beginning.
      std::get<0>(b) = std::get<0>(a);
      std::get<1>(b) = std::get<1>(a);
      if (*rc::gen::arbitrary<bool>()) std::get<2>(b) = std::get<2>(a);
    }
    RC_ASSERT((Encode(a) < Encode(b)) == (a < b));
    RC_ASSERT((Encode(a) == Encode(b)) == (a == b));
  }));
}

TEST(KeyCodecTest, StringsOrderAsStringsWhateverFollows) {
  EXPECT_TRUE(rc::check([] {
    const std::string a = *AwkwardString();
    const std::string b = *AwkwardString();
    RC_PRE(a != b);
    const std::string key_a = KeyWriter().String(a).U64(*rc::gen::arbitrary<uint64_t>()).Take();
    const std::string key_b = KeyWriter().String(b).U64(*rc::gen::arbitrary<uint64_t>()).Take();
    RC_ASSERT((key_a < key_b) == (a < b));
  }));
}

TEST(KeyCodecTest, DescendingTurnsTheOrderRound) {
  EXPECT_TRUE(rc::check([](uint64_t a, uint64_t b) {
    const std::string key_a = KeyWriter().DescendingU64(a).Take();
    RC_ASSERT((key_a < KeyWriter().DescendingU64(b).Take()) == (a > b));
    RC_ASSERT(KeyReader(key_a).DescendingU64().value() == a);
  }));
}

TEST(KeyCodecTest, MalformedKeysAreDataLoss) {
  const std::vector<std::string> bad_strings = {"",
                                                "abc",
                                                Bytes({'a', 0}),
                                                Bytes({'a', 0, 2}),
                                                Bytes({0}),
                                                Bytes({0, 0}),
                                                Bytes({0, 0xff}),
                                                Bytes({0, 0xff, 0}),
                                                Bytes({0, 0xfe, 0, 1})};
  for (const std::string& bad : bad_strings) {
    EXPECT_EQ(KeyReader(bad).String().status().code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(KeyReader("").U8().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(KeyReader("123").U32().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(KeyReader("1234567").U64().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(KeyReader("1234567").I64().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(KeyReader("1234567").DescendingU64().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(KeyReader("12").Fixed(3).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(KeyReader("1").Finish().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(KeyReader("").Finish().ok());
}

// Whatever the bytes: an error or values that encode to exactly the bytes read.
TEST(KeyCodecTest, ReaderMeetsAnyBytes) {
  EXPECT_TRUE(rc::check([] {
    const std::string bytes = *AwkwardString();
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 7));
    KeyReader reader(bytes);
    KeyWriter writer;
    absl::Status status;
    const auto note = [&status](const auto& result) {
      status = result.status();
      return result.ok();
    };
    for (int step : steps) {
      if (step == 0) {
        if (auto v = reader.U8(); note(v)) writer.U8(*v);
      } else if (step == 1) {
        if (auto v = reader.U32(); note(v)) writer.U32(*v);
      } else if (step == 2) {
        if (auto v = reader.U64(); note(v)) writer.U64(*v);
      } else if (step == 3) {
        if (auto v = reader.I64(); note(v)) writer.I64(*v);
      } else if (step == 4) {
        if (auto v = reader.DescendingU64(); note(v)) writer.DescendingU64(*v);
      } else if (step == 5) {
        if (auto v = reader.String(); note(v)) writer.String(*v);
      } else {
        if (auto v = reader.Fixed(3); note(v)) writer.Fixed(*v);
      }
      if (!status.ok()) break;
    }
    if (!status.ok()) {
      RC_ASSERT(absl::IsDataLoss(status));
      return;
    }
    RC_ASSERT(writer.Take() + std::string(reader.rest()) == bytes);
  }));
}

TEST(KeyCodecTest, PrefixUpperBoundExamples) {
  EXPECT_EQ(PrefixUpperBound("ab"), "ac");
  EXPECT_EQ(PrefixUpperBound(Bytes({'a', 0xff, 0xff})), "b");
  EXPECT_EQ(PrefixUpperBound(Bytes({'a', 0x7f})), Bytes({'a', 0x80}));
  EXPECT_EQ(PrefixUpperBound(Bytes({0xff, 0xff})), "");
  EXPECT_EQ(PrefixUpperBound(""), "");
}

TEST(KeyCodecTest, PrefixUpperBoundHoldsExactlyThePrefixed) {
  EXPECT_TRUE(rc::check([] {
    const std::string prefix = *AwkwardString();
    const std::string key = *rc::gen::oneOf(
        AwkwardString(),
        rc::gen::map(AwkwardString(), [&](const std::string& tail) { return prefix + tail; }));
    const std::string upper = PrefixUpperBound(prefix);
    const bool in_range = key >= prefix && (upper.empty() || key < upper);
    RC_ASSERT(in_range == (key.compare(0, prefix.size(), prefix) == 0));
  }));
}

}  // namespace
}  // namespace onereturn
