// Goal: the schema record is exactly the documented bytes, and judges who may open a store.
#include "common/storage/schema_record.h"

#include <rapidcheck.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

constexpr auto kPrimary = ColumnFamilyKind::kPrimary;
constexpr auto kDerived = ColumnFamilyKind::kDerived;

SchemaRecord Example() { return {"metrics", 3, {{"feed", kPrimary}, {"leaves", kDerived}}}; }

TEST(SchemaRecordTest, GoldenBytes) {
  const std::vector<int> expected = {1,                                         // Format.
                                     'm', 'e', 't', 'r', 'i', 'c', 's', 0, 1,   // Service.
                                     0,   0,   0,   3,                          // Version.
                                     0,   0,   0,   2,                          // Count.
                                     'f', 'e', 'e', 'd', 0,   1,   1,           // Primary.
                                     'l', 'e', 'a', 'v', 'e', 's', 0,   1, 2};  // Derived.
  EXPECT_EQ(SerializeSchemaRecord(Example()), std::string(expected.begin(), expected.end()));
}

TEST(SchemaRecordTest, RoundTrip) {
  const std::string bytes = SerializeSchemaRecord(Example());
  EXPECT_EQ(SerializeSchemaRecord(ParseSchemaRecord(bytes).value()), bytes);
}

TEST(SchemaRecordTest, EveryCutAndEveryTailIsDataLoss) {
  const std::string bytes = SerializeSchemaRecord(Example());
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(ParseSchemaRecord(bytes.substr(0, length)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(ParseSchemaRecord(bytes + "x").status().code(), absl::StatusCode::kDataLoss);
  std::string unknown_kind = bytes;
  unknown_kind.back() = 3;
  EXPECT_EQ(ParseSchemaRecord(unknown_kind).status().code(), absl::StatusCode::kDataLoss);
  std::string newer = bytes;
  newer.front() = 2;
  EXPECT_EQ(ParseSchemaRecord(newer).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(SchemaRecordTest, AnyBytesAreParsedOrRefused) {
  EXPECT_TRUE(rc::check([](const std::string& tail) {
    const auto record = ParseSchemaRecord('\1' + tail);
    if (record.ok()) RC_ASSERT(SerializeSchemaRecord(*record) == '\1' + tail);
  }));
}

TEST(SchemaRecordTest, WhoMayOpen) {
  EXPECT_TRUE(CheckSchema(Example(), Example()).ok());
  SchemaRecord wanted = Example();
  wanted.schema_version = 4;
  wanted.column_families.push_back({"cursors", kPrimary});
  EXPECT_TRUE(CheckSchema(Example(), wanted).ok());

  const auto refusal = [](SchemaRecord wanted_record) {
    const absl::Status status = CheckSchema(Example(), wanted_record);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    return std::string(status.message());
  };
  wanted = Example();
  wanted.service = "ingestion";
  EXPECT_THAT(refusal(wanted), HasSubstr("belongs to service \"metrics\""));
  wanted = Example();
  wanted.schema_version = 2;
  EXPECT_THAT(refusal(wanted), HasSubstr("schema version 3"));
  wanted = Example();
  wanted.column_families.pop_back();
  EXPECT_THAT(refusal(wanted), HasSubstr("2 column families"));
  wanted = Example();
  std::swap(wanted.column_families[0], wanted.column_families[1]);
  EXPECT_THAT(refusal(wanted), HasSubstr("Column family 0"));
  wanted = Example();
  wanted.column_families[1].kind = kPrimary;
  EXPECT_THAT(refusal(wanted), HasSubstr("Column family 1"));
}

TEST(SchemaRecordTest, UnsoundSchemas) {
  EXPECT_TRUE(CheckSchemaIsSound(Example()).ok());
  const SchemaRecord unsound[] = {
      {"", 1, {}},
      {"metrics", 0, {}},
      {"metrics", 1, {{"", kPrimary}}},
      {"metrics", 1, {{"default", kPrimary}}},
      {"metrics", 1, {{"feed", kPrimary}, {"feed", kDerived}}},
  };
  for (const SchemaRecord& record : unsound) {
    EXPECT_EQ(CheckSchemaIsSound(record).code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace onereturn
