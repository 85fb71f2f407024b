#include "common/rpc/wire_scan.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "common/base/check.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/returns/v1/returns_service.pb.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

// A message with one field of each kind, so that every branch has its bytes.
constexpr char kFile[] = R"(
  name: "example.proto" package: "example" syntax: "proto3"
  enum_type { name: "Colour"
    value { name: "NONE" number: 0 } value { name: "RED" number: 1 }
    value { name: "BLUE" number: 200 } }
  message_type { name: "Everything"
    field { name: "d" number: 1 type: TYPE_DOUBLE label: LABEL_OPTIONAL }
    field { name: "f" number: 2 type: TYPE_FIXED32 label: LABEL_OPTIONAL }
    field { name: "ds" number: 3 type: TYPE_DOUBLE label: LABEL_REPEATED }
    field { name: "cs" number: 4 type: TYPE_ENUM type_name: ".example.Colour" label: LABEL_REPEATED }
    field { name: "u" number: 5 type: TYPE_UINT32 label: LABEL_OPTIONAL }
    field { name: "i" number: 6 type: TYPE_INT32 label: LABEL_OPTIONAL }
    field { name: "b" number: 7 type: TYPE_BOOL label: LABEL_OPTIONAL }
    field { name: "s" number: 8 type: TYPE_SINT32 label: LABEL_OPTIONAL }
    field { name: "t" number: 9 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "y" number: 10 type: TYPE_BYTES label: LABEL_OPTIONAL }
    field { name: "m" number: 11 type: TYPE_MESSAGE type_name: ".example.Everything" label: LABEL_OPTIONAL }
    field { name: "x" number: 12 type: TYPE_INT64 label: LABEL_OPTIONAL oneof_index: 0 }
    field { name: "z" number: 13 type: TYPE_STRING label: LABEL_OPTIONAL oneof_index: 0 }
    field { name: "ms" number: 14 type: TYPE_MESSAGE type_name: ".example.Everything" label: LABEL_REPEATED }
    field { name: "c" number: 15 type: TYPE_ENUM type_name: ".example.Colour" label: LABEL_OPTIONAL }
    field { name: "us" number: 16 type: TYPE_UINT64 label: LABEL_REPEATED }
    field { name: "p" number: 17 type: TYPE_INT64 label: LABEL_OPTIONAL oneof_index: 1 proto3_optional: true }
    field { name: "q" number: 18 type: TYPE_INT64 label: LABEL_OPTIONAL oneof_index: 2 proto3_optional: true }
    oneof_decl { name: "choice" } oneof_decl { name: "_p" } oneof_decl { name: "_q" } }
)";

const google::protobuf::Descriptor& Everything() {
  static auto& pool = *new google::protobuf::DescriptorPool();
  static const google::protobuf::Descriptor* const descriptor = [] {
    google::protobuf::FileDescriptorProto file;
    ONERETURN_CHECK(google::protobuf::TextFormat::ParseFromString(kFile, &file));
    const auto* built = pool.BuildFile(file);
    ONERETURN_CHECK(built != nullptr);
    return built->message_type(0);
  }();
  return *descriptor;
}

absl::Status Scan(const std::string& bytes, const WireLimits& limits = {}) {
  return ScanWire(Everything(), bytes, limits);
}

// Tags of the fields above, written by hand: number * 8 + wire type.
std::string Bytes(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text.push_back(static_cast<char>(byte));
  return text;
}

std::string Nested(int levels) {
  std::string bytes;
  for (int i = 0; i < levels; ++i) {
    std::string outer = Bytes({11 * 8 + 2});
    for (size_t size = bytes.size();; size >>= 7) {
      outer.push_back(static_cast<char>(size < 0x80 ? size : (size & 0x7f) | 0x80));
      if (size < 0x80) break;
    }
    bytes = outer + bytes;
  }
  return bytes;
}

struct Row {
  const char* what;
  std::string bytes;
};

TEST(WireScanTest, TakesWhatTheMessageSays) {
  const Row rows[] = {
      {"nothing", ""},
      {"a double", Bytes({1 * 8 + 1, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f})},
      {"a fixed32", Bytes({2 * 8 + 5, 1, 2, 3, 4})},
      {"packed doubles", Bytes({3 * 8 + 2, 8, 0, 0, 0, 0, 0, 0, 0, 0})},
      {"no packed doubles", Bytes({3 * 8 + 2, 0})},
      {"doubles one by one",
       Bytes({3 * 8 + 1, 0, 0, 0, 0, 0, 0, 0, 0, 3 * 8 + 1, 0, 0, 0, 0, 0, 0, 0, 0})},
      {"packed enums", Bytes({4 * 8 + 2, 3, 1, 0xc8, 1})},
      {"enums one by one", Bytes({4 * 8, 1, 4 * 8, 0xc8, 1})},
      {"the largest uint32", Bytes({5 * 8, 0xff, 0xff, 0xff, 0xff, 0x0f})},
      {"minus one as int32",
       Bytes({6 * 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})},
      {"true", Bytes({7 * 8, 1})},
      {"a sint32", Bytes({8 * 8, 0xff, 0xff, 0xff, 0xff, 0x0f})},
      {"a text", Bytes({9 * 8 + 2, 3, 0xe2, 0x82, 0xac})},
      {"bytes that are no text", Bytes({10 * 8 + 2, 2, 0xff, 0xfe})},
      {"an empty message", Bytes({11 * 8 + 2, 0})},
      {"one of a choice", Bytes({13 * 8 + 2, 1, 'z'})},
      {"messages", Bytes({14 * 8 + 2, 0, 14 * 8 + 2, 0})},
      {"two-byte tags", Bytes({0x80, 1, 5, 0x82, 1, 2, 6, 7})},
      {"two optional fields", Bytes({0x88, 1, 5, 0x90, 1, 5})},
      {"fields in any order", Bytes({7 * 8, 1, 5 * 8, 1})},
  };
  for (const Row& row : rows) EXPECT_THAT(Scan(row.bytes), IsOk()) << row.what;
}

TEST(WireScanTest, BytesThatAreNoMessageAreMalformed) {
  const Row rows[] = {
      {"a tag that ends early", Bytes({0x80})},
      {"a tag longer than needed", Bytes({0x88, 0x80, 0})},
      {"a tag of eleven bytes", std::string(11, '\x80')},
      {"the wrong type", Bytes({9 * 8, 1})},
      {"a group", Bytes({11 * 8 + 3, 11 * 8 + 4})},
      {"wire type 6", Bytes({5 * 8 + 6, 1})},
      {"a double that ends early", Bytes({1 * 8 + 1, 0, 0, 0})},
      {"a fixed32 that ends early", Bytes({2 * 8 + 5, 1})},
      {"a number that ends early", Bytes({5 * 8, 0x80})},
      {"a number that is missing", Bytes({5 * 8})},
      {"a number longer than needed", Bytes({5 * 8, 0x81, 0})},
      {"a uint32 too large", Bytes({5 * 8, 0x80, 0x80, 0x80, 0x80, 0x10})},
      {"an int32 too large", Bytes({6 * 8, 0x80, 0x80, 0x80, 0x80, 0x08})},
      {"a truth value of 2", Bytes({7 * 8, 2})},
      {"a sint32 too large", Bytes({8 * 8, 0x80, 0x80, 0x80, 0x80, 0x10})},
      {"a text that ends early", Bytes({9 * 8 + 2, 2, 'a'})},
      {"a text without its length", Bytes({9 * 8 + 2})},
      {"a length of 2^64 - 1",
       Bytes({9 * 8 + 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})},
      {"packed doubles that end early", Bytes({3 * 8 + 2, 7, 0, 0, 0, 0, 0, 0, 0})},
      {"packed numbers that end early", Bytes({0x82, 1, 1, 0x80})},
      {"a fault inside a message", Bytes({11 * 8 + 2, 1, 0x80})},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(Scan(row.bytes), HasReason(Reason::kMalformed)) << row.what;
  }
}

TEST(WireScanTest, UnknownFieldsAreRefusedAtEveryDepth) {
  for (const std::string& bytes :
       {Bytes({0x98, 1, 1}), Bytes({0, 0}), Bytes({0xf8, 0xff, 0xff, 0xff, 0x0f, 1}),
        Bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 1}), Bytes({14 * 8 + 2, 2, 0, 0}),
        Bytes({11 * 8 + 2, 4, 14 * 8 + 2, 2, 0, 0})}) {
    EXPECT_THAT(Scan(bytes), HasReason(Reason::kUnknownField));
  }
}

TEST(WireScanTest, WhatMayStandOnceIsRefusedTwice) {
  EXPECT_THAT(Scan(Bytes({5 * 8, 1, 5 * 8, 1})), HasReason(Reason::kDuplicateField));
  EXPECT_THAT(Scan(Bytes({11 * 8 + 2, 0, 11 * 8 + 2, 0})), HasReason(Reason::kDuplicateField));
  EXPECT_THAT(Scan(Bytes({0x88, 1, 5, 0x88, 1, 5})), HasReason(Reason::kDuplicateField));
  EXPECT_THAT(Scan(Bytes({12 * 8, 1, 13 * 8 + 2, 0})), HasReason(Reason::kOneofConflict));
  EXPECT_THAT(Scan(Bytes({14 * 8 + 2, 4, 5 * 8, 1, 5 * 8, 1})), HasReason(Reason::kDuplicateField));
  // The same field in two messages is not twice in one.
  EXPECT_THAT(Scan(Bytes({14 * 8 + 2, 2, 5 * 8, 1, 14 * 8 + 2, 2, 5 * 8, 1})), IsOk());
}

TEST(WireScanTest, ANumberThatIsNoEnumeratorIsRefused) {
  EXPECT_THAT(Scan(Bytes({15 * 8, 1})), IsOk());
  for (const std::string& bytes :
       {Bytes({15 * 8, 2}), Bytes({4 * 8, 2}), Bytes({4 * 8 + 2, 2, 1, 2}),
        Bytes({15 * 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}),
        Bytes({15 * 8, 0x81, 0x80, 0x80, 0x80, 0x10})}) {
    EXPECT_THAT(Scan(bytes), HasReason(Reason::kEnumValue));
  }
}

TEST(WireScanTest, TextsMustBeUtf8) {
  for (const std::string& bytes : {Bytes({9 * 8 + 2, 1, 0xff}), Bytes({9 * 8 + 2, 2, 0xc0, 0x80}),
                                   Bytes({9 * 8 + 2, 3, 0xed, 0xa0, 0x80})}) {
    EXPECT_THAT(Scan(bytes), HasReason(Reason::kNotUtf8));
  }
}

TEST(WireScanTest, TextsHideNothing) {
  EXPECT_THAT(Scan(Bytes({9 * 8 + 2, 3, 'a', '\n', '\t'})), IsOk());
  EXPECT_THAT(Scan(Bytes({9 * 8 + 2, 1, 0})), HasReason(Reason::kCharset));
  EXPECT_THAT(Scan(Bytes({9 * 8 + 2, 3, 0xe2, 0x80, 0xae})), HasReason(Reason::kCharset));
  EXPECT_THAT(Scan(Bytes({11 * 8 + 2, 3, 9 * 8 + 2, 1, 0x1b})), HasReason(Reason::kCharset));
  EXPECT_THAT(Scan(Bytes({9 * 8 + 2, 2, 0xc3, 0xa9})), IsOk());
  EXPECT_THAT(Scan(Bytes({9 * 8 + 2, 3, 'e', 0xcc, 0x81})), HasReason(Reason::kNotNfc));
}

TEST(WireScanTest, ListsAreBounded) {
  WireLimits limits;
  limits.max_items = 3;
  std::string bytes;
  for (int i = 0; i < 3; ++i) bytes += Bytes({14 * 8 + 2, 0});
  EXPECT_THAT(Scan(bytes, limits), IsOk());
  // Another list begins anew.
  EXPECT_THAT(Scan(bytes + Bytes({0x80, 1, 5, 0x80, 1, 5}), limits), IsOk());
  EXPECT_THAT(Scan(bytes + Bytes({14 * 8 + 2, 0}), limits), HasReason(Reason::kTooManyItems));
}

TEST(WireScanTest, DepthIsBounded) {
  WireLimits limits;
  limits.max_depth = 4;
  EXPECT_THAT(Scan(Nested(3), limits), IsOk());
  EXPECT_THAT(Scan(Nested(4), limits), HasReason(Reason::kTooDeep));
  EXPECT_THAT(Scan(Nested(2'000)), HasReason(Reason::kTooDeep));
}

TEST(WireScanTest, ElementsAreBounded) {
  WireLimits limits;
  limits.max_elements = 10;
  std::string bytes;
  for (int i = 0; i < 10; ++i) bytes += Bytes({14 * 8 + 2, 0});
  EXPECT_THAT(Scan(bytes, limits), IsOk());
  EXPECT_THAT(Scan(bytes + Bytes({14 * 8 + 2, 0}), limits), HasReason(Reason::kTooManyItems));
  // Packed numbers are elements as well, and so are fields at a depth.
  const std::string packed = Bytes({4 * 8 + 2, 10}) + std::string(10, '\1');
  EXPECT_THAT(Scan(packed, limits), HasReason(Reason::kTooManyItems));
  const std::string doubles = Bytes({3 * 8 + 2, 80}) + std::string(80, '\0');
  EXPECT_THAT(Scan(doubles, limits), HasReason(Reason::kTooManyItems));
  std::string deep;
  for (int i = 0; i < 6; ++i) deep += Bytes({14 * 8 + 2, 2, 5 * 8, 1});
  EXPECT_THAT(Scan(deep, limits), HasReason(Reason::kTooManyItems));
}

TEST(WireScanTest, AFaultSaysWhereItIs) {
  const absl::Status status = Scan(Bytes({11 * 8 + 2, 3, 9 * 8 + 2, 1, 0xff}));
  EXPECT_THAT(status, HasReason(Reason::kNotUtf8));
  EXPECT_THAT(DetailsOf(status)->fields[0].field, HasSubstr("example.Everything.t"));
}

// What passes the scan is parsed without loss; and nothing, whatever it is, does harm.
void CheckAgainstParser(const google::protobuf::Descriptor& descriptor,
                        google::protobuf::Message* message, const std::string& bytes) {
  if (!ScanWire(descriptor, bytes).ok()) return;
  ASSERT_TRUE(message->ParseFromString(bytes));
  EXPECT_EQ(message->GetReflection()->GetUnknownFields(*message).field_count(), 0);
}

TEST(WireScanTest, RandomBytesDoNoHarm) {
  std::mt19937_64 random(20'250'401);
  google::protobuf::DynamicMessageFactory factory;
  std::unique_ptr<google::protobuf::Message> message(factory.GetPrototype(&Everything())->New());
  int passed = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string bytes(random() % 24, '\0');
    // Half of the bytes are tags of known fields, so that the scan gets below the surface.
    for (char& byte : bytes) {
      byte = static_cast<char>(random() % 2 == 0 ? random()
                                                 : ((random() % 15 + 1) << 3) | random() % 6);
    }
    passed += Scan(bytes).ok();
    CheckAgainstParser(Everything(), message.get(), bytes);
  }
  EXPECT_GT(passed, 1'000);
}

TEST(WireScanTest, ChangedSubmissionsAreParsedWithoutLossOrRefused) {
  returns::v1::SubmitReturnRequest request;
  request.set_request_id("r1");
  request.set_organisation("RCF");
  request.set_collection("AE");
  request.set_period("2025-04");
  request.set_status(returns::v1::REVISION_STATUS_FINAL);
  for (int i = 0; i < 5; ++i) {
    auto* cell = request.add_cells();
    cell->mutable_reference()->set_item("A1");
    auto* dimension = cell->mutable_reference()->add_dimensions();
    dimension->set_dimension("department");
    dimension->set_value("type1");
    cell->set_millionths(-5'536'000'000);
  }
  request.set_validate_only(true);
  const std::string good = request.SerializeAsString();
  ASSERT_THAT(ScanWire(*request.GetDescriptor(), good), IsOk());
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    std::string bytes = good;
    for (uint64_t changes = random() % 3 + 1; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    returns::v1::SubmitReturnRequest parsed;
    CheckAgainstParser(*request.GetDescriptor(), &parsed, bytes);
  }
}

}  // namespace
}  // namespace onereturn
