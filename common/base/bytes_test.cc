#include "common/base/bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>
#include <string>
#include <vector>

namespace onereturn {
namespace {

using Limits64 = std::numeric_limits<int64_t>;

struct Golden {
  uint64_t value;
  std::string bytes;
};

// Written by hand from the definition of a varint.
const std::vector<Golden>& Goldens() {
  static const auto& goldens = *new std::vector<Golden>{
      {0, std::string("\x00", 1)},
      {1, "\x01"},
      {127, "\x7f"},
      {128, "\x80\x01"},
      {300, "\xac\x02"},
      {16'383, "\xff\x7f"},
      {16'384, "\x80\x80\x01"},
      {uint64_t{1} << 63, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"},
      {std::numeric_limits<uint64_t>::max(), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
  };
  return goldens;
}

TEST(ByteWriterTest, WritesVarintsAsDefined) {
  for (const Golden& golden : Goldens()) {
    ByteWriter writer;
    writer.Varint(golden.value);
    EXPECT_EQ(writer.size(), VarintSize(golden.value));
    EXPECT_EQ(writer.Take(), golden.bytes) << golden.value;
    EXPECT_EQ(writer.size(), 0u);
  }
}

TEST(ByteReaderTest, ReadsVarintsAsDefined) {
  for (const Golden& golden : Goldens()) {
    ByteReader reader(golden.bytes);
    uint64_t value = 7;
    EXPECT_TRUE(reader.Varint(&value)) << golden.value;
    EXPECT_EQ(value, golden.value);
    EXPECT_TRUE(reader.AtEnd());
  }
}

TEST(ZigZagTest, IsAsDefined) {
  EXPECT_EQ(ZigZagEncode(0), 0u);
  EXPECT_EQ(ZigZagEncode(-1), 1u);
  EXPECT_EQ(ZigZagEncode(1), 2u);
  EXPECT_EQ(ZigZagEncode(-2), 3u);
  EXPECT_EQ(ZigZagEncode(Limits64::max()), std::numeric_limits<uint64_t>::max() - 1);
  EXPECT_EQ(ZigZagEncode(Limits64::min()), std::numeric_limits<uint64_t>::max());
  for (const int64_t value :
       {int64_t{0}, int64_t{-1}, int64_t{1}, Limits64::max(), Limits64::min()}) {
    EXPECT_EQ(ZigZagDecode(ZigZagEncode(value)), value);
  }
}

TEST(ByteReaderTest, RefusesVarintsThatAreNotCanonical) {
  const struct {
    std::string bytes;
    absl::string_view problem;
  } cases[] = {
      {"", "the bytes end too early"},
      {"\x80", "the bytes end too early"},
      {std::string("\x80\x00", 2), "a varint is longer than it needs to be"},
      {std::string("\xff\x80\x00", 3), "a varint is longer than it needs to be"},
      {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "a varint exceeds 64 bits"},
      {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x81\x01", "a varint exceeds 64 bits"},
      {std::string("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 10),
       "a varint is longer than it needs to be"},
  };
  for (const auto& test : cases) {
    ByteReader reader(test.bytes);
    uint64_t value = 7;
    EXPECT_FALSE(reader.Varint(&value)) << test.problem;
    EXPECT_EQ(reader.problem(), test.problem);
    EXPECT_EQ(value, 7u);
    EXPECT_EQ(reader.position(), 0u);
  }
}

TEST(ByteReaderTest, RefusesTextsThatAreTooLongOrCutOff) {
  absl::string_view text = "before";
  ByteReader too_long(
      "\x04"
      "abcd");
  EXPECT_FALSE(too_long.Text(3, &text));
  EXPECT_EQ(too_long.problem(), "a text is longer than allowed");
  EXPECT_EQ(too_long.position(), 0u);

  ByteReader cut_off(
      "\x04"
      "abc");
  EXPECT_FALSE(cut_off.Text(100, &text));
  EXPECT_EQ(cut_off.problem(), "the bytes end too early");
  EXPECT_EQ(text, "before");

  ByteReader huge(
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
      "abc");
  EXPECT_FALSE(huge.Text(std::numeric_limits<size_t>::max(), &text));
}

TEST(ByteReaderTest, FailsForGoodAfterAFailure) {
  ByteReader reader(
      "\x05"
      "a");
  absl::string_view text;
  uint8_t byte = 0;
  uint64_t number = 0;
  ASSERT_FALSE(reader.Text(10, &text));
  EXPECT_FALSE(reader.Byte(&byte));
  EXPECT_FALSE(reader.Varint(&number));
  EXPECT_FALSE(reader.Raw(0, &text));
}

TEST(BytesPropertyTest, WhatIsWrittenIsRead) {
  EXPECT_TRUE(rc::check([](const std::vector<uint64_t>& numbers, const std::vector<int64_t>& signs,
                           const std::string& text) {
    ByteWriter writer;
    for (const uint64_t number : numbers) writer.Varint(number);
    for (const int64_t number : signs) writer.ZigZag(number);
    writer.Text(text);
    const std::string bytes = writer.Take();

    ByteReader reader(bytes);
    for (const uint64_t number : numbers) {
      uint64_t read = 0;
      RC_ASSERT(reader.Varint(&read));
      RC_ASSERT(read == number);
    }
    for (const int64_t number : signs) {
      int64_t read = 0;
      RC_ASSERT(reader.ZigZag(&read));
      RC_ASSERT(read == number);
    }
    absl::string_view read;
    RC_ASSERT(reader.Text(text.size(), &read));
    RC_ASSERT(read == text);
    RC_ASSERT(reader.AtEnd());
  }));
}

TEST(BytesPropertyTest, AnAcceptedVarintIsTheOneThatIsWritten) {
  EXPECT_TRUE(rc::check([](const std::vector<uint8_t>& bytes) {
    const std::string text(bytes.begin(), bytes.end());
    ByteReader reader(text);
    uint64_t value = 0;
    if (!reader.Varint(&value)) return;
    ByteWriter writer;
    writer.Varint(value);
    RC_ASSERT(writer.Take() == text.substr(0, reader.position()));
  }));
}

}  // namespace
}  // namespace onereturn
