#include "common/rpc/status_conversion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr size_t kMaxDetailBytes = 4'096;
// What gRPC takes of trailers: 8 KiB, less what it adds itself.
constexpr size_t kMaxTrailerBytes = 7'800;

// As gRPC sends them: details in base64, the message percent-encoded.
size_t TrailerBytes(const grpc::Status& status) {
  size_t bytes = (status.error_details().size() + 2) / 3 * 4;
  for (const char c : status.error_message()) bytes += c >= 0x20 && c <= 0x7e && c != '%' ? 1 : 3;
  return bytes;
}

std::string Repeat(const std::string& text, size_t times) {
  std::string repeated;
  for (size_t i = 0; i < times; ++i) repeated += text;
  return repeated;
}

TEST(StatusConversionTest, OkIsOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_THAT(FromGrpcStatus(grpc::Status::OK), IsOk());
}

TEST(StatusConversionTest, TheWireHoldsTheWellKnownDetails) {
  const absl::Status status = Error(Reason::kQueueFull, "more wait than can be held")
                                  .With("limit", int64_t{64})
                                  .RetryAfter(absl::Milliseconds(1'250));
  const grpc::Status wire_status = ToGrpcStatus(status);
  EXPECT_EQ(wire_status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(wire_status.error_message(), "more wait than can be held");
  google::rpc::Status wire;
  ASSERT_TRUE(wire.ParseFromString(wire_status.error_details()));
  EXPECT_EQ(wire.code(), 8);
  ASSERT_EQ(wire.details_size(), 2);
  EXPECT_EQ(wire.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(wire.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "QUEUE_FULL");
  EXPECT_EQ(info.domain(), "onereturn");
  EXPECT_EQ(info.metadata().at("limit"), "64");
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(wire.details(1).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 250'000'000);
}

TEST(StatusConversionTest, EveryReasonGoesThereAndBack) {
  for (const ReasonRow& row : AllReasons()) {
    const absl::Status status = Error(row.reason, "words")
                                    .With("key", "value")
                                    .Field("cells[3].value", "is wrong")
                                    .Precondition("returns/RCF", "is closed")
                                    .RetryAfter(absl::Seconds(2));
    const absl::Status back = FromGrpcStatus(ToGrpcStatus(status));
    EXPECT_EQ(back.code(), row.code);
    EXPECT_EQ(back.message(), "words");
    ASSERT_TRUE(DetailsOf(back).has_value()) << row.name;
    EXPECT_EQ(*DetailsOf(back), *DetailsOf(status)) << row.name;
  }
}

TEST(StatusConversionTest, DetailsStayUnderFourKilobytesAndSayWhatIsLeftOut) {
  Error error(Reason::kFieldInvalid, "many cells cannot be read");
  for (int i = 0; i < 5'000; ++i) {
    error.Field(absl::StrCat("cells[", i, "].value"), "\"1,000\" has a separator: write 1000");
  }
  const grpc::Status wire = ToGrpcStatus(error.ToStatus());
  EXPECT_LE(wire.error_details().size(), kMaxDetailBytes);
  const ErrorDetails details = *DetailsOf(FromGrpcStatus(wire));
  EXPECT_GE(details.fields.size(), 20u);
  EXPECT_EQ(details.fields[0].field, "cells[0].value");
  EXPECT_THAT(details.metadata, testing::Contains(testing::Pair("field_violations_total", "5000")));
}

TEST(StatusConversionTest, NoErrorIsTooLargeForTheTrailers) {
  const std::vector<std::string> texts = {"x",    "\xe2\x82\xac", "%",
                                          "\xff", "\n",           "\xf0\x9f\x8f\xa5"};
  for (const std::string& text : texts) {
    for (const size_t length : {100, 341, 1'024, 5'000, 50'000}) {
      Error error(Reason::kFieldInvalid, Repeat(text, length));
      for (int i = 0; i < 40; ++i) {
        error.With(absl::StrCat("key", i, text), Repeat(text, length));
        error.Field(Repeat(text, length), Repeat(text, length));
        error.Precondition(Repeat(text, length), Repeat(text, length));
      }
      error.RetryAfter(absl::Hours(8'760));
      const grpc::Status wire = ToGrpcStatus(error.ToStatus());
      EXPECT_LE(wire.error_details().size(), kMaxDetailBytes) << length << text;
      EXPECT_LE(TrailerBytes(wire), kMaxTrailerBytes) << length << text;
      const absl::Status back = FromGrpcStatus(wire);
      EXPECT_THAT(back, HasReason(Reason::kFieldInvalid)) << length << text;
      const ErrorDetails details = *DetailsOf(back);
      EXPECT_THAT(details.metadata,
                  testing::Contains(testing::Pair("precondition_violations_total", "40")));
      EXPECT_THAT(details.metadata, testing::Contains(testing::Pair("metadata_total", "40")));
      EXPECT_EQ(details.retry_after, absl::Hours(8'760));
    }
  }
}

TEST(StatusConversionTest, ACutMessageStaysReadable) {
  const std::string euros = Repeat("\xe2\x82\xac", 1'000);
  const grpc::Status wire = ToGrpcStatus(Error(Reason::kLength, "a" + euros).ToStatus());
  EXPECT_EQ(wire.error_message().size() % 3, 1u);
  EXPECT_THAT(FromGrpcStatus(wire), HasReason(Reason::kLength));
}

TEST(StatusConversionTest, WhatIsNotOursTellsNothingOfTheInside) {
  struct Row {
    absl::Status status;
    Reason reason;
  };
  const Row rows[] = {
      {absl::InternalError("/var/lib/secret"), Reason::kInternal},
      {absl::InvalidArgumentError("/var/lib/secret"), Reason::kInternal},
      {absl::UnknownError("/var/lib/secret"), Reason::kInternal},
      {absl::NotFoundError("/var/lib/secret"), Reason::kInternal},
      {absl::DataLossError("/var/lib/secret"), Reason::kStorageFault},
      {absl::UnavailableError("/var/lib/secret"), Reason::kStorageFault},
      {absl::ResourceExhaustedError("/var/lib/secret"), Reason::kStorageLow},
  };
  for (const Row& row : rows) {
    const grpc::Status wire = ToGrpcStatus(row.status);
    EXPECT_THAT(wire.error_message(), Not(HasSubstr("secret")));
    EXPECT_THAT(wire.error_details(), Not(HasSubstr("secret")));
    EXPECT_THAT(FromGrpcStatus(wire), HasReason(row.reason)) << row.status;
  }
}

TEST(StatusConversionTest, AForeignStatusKeepsItsCodeAndWords) {
  const absl::Status plain =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection refused"));
  EXPECT_EQ(plain, absl::UnavailableError("connection refused"));
  EXPECT_EQ(FromGrpcStatus(grpc::Status(grpc::StatusCode::ABORTED, "words", "no proto \xff")),
            absl::AbortedError("words"));
  google::rpc::Status wire;
  wire.set_message("words");
  google::rpc::ErrorInfo info;
  info.set_reason("NOT_FOUND");
  info.set_domain("elsewhere");
  wire.add_details()->PackFrom(info);
  EXPECT_EQ(
      FromGrpcStatus(grpc::Status(grpc::StatusCode::ABORTED, "words", wire.SerializeAsString())),
      absl::AbortedError("words"));
  // A reason of a newer server.
  wire.Clear();
  wire.set_message("words");
  info.set_reason("NOT_YET_INVENTED");
  info.set_domain("onereturn");
  wire.add_details()->PackFrom(info);
  EXPECT_EQ(
      FromGrpcStatus(grpc::Status(grpc::StatusCode::ABORTED, "words", wire.SerializeAsString())),
      absl::AbortedError("words"));
}

}  // namespace
}  // namespace onereturn
