// Goal: each kind of engine failure has the code on which the caller acts.
#include "common/storage/engine_status.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

TEST(EngineStatusTest, CodesByKindOfFailure) {
  const struct {
    rocksdb::Status engine;
    absl::StatusCode code;
  } cases[] = {
      {rocksdb::Status::OK(), absl::StatusCode::kOk},
      {rocksdb::Status::Corruption("block checksum mismatch"), absl::StatusCode::kDataLoss},
      {rocksdb::Status::NoSpace("No space left on device"), absl::StatusCode::kResourceExhausted},
      {rocksdb::Status::IOError("Unable to persist options",
                                rocksdb::Status::NoSpace("While appending to file").ToString()),
       absl::StatusCode::kResourceExhausted},
      {rocksdb::Status::Incomplete(rocksdb::Status::NoSpace("While appending to file").ToString()),
       absl::StatusCode::kResourceExhausted},
      {rocksdb::Status::Incomplete("Write stall"), absl::StatusCode::kInternal},
      {rocksdb::Status::SpaceLimit(), absl::StatusCode::kResourceExhausted},
      {rocksdb::Status::IOError("File too large"), absl::StatusCode::kUnavailable},
      {rocksdb::Status::IOError("lock hold by current process", "LOCK"),
       absl::StatusCode::kFailedPrecondition},
      {rocksdb::Status::ShutdownInProgress(), absl::StatusCode::kUnavailable},
      {rocksdb::Status::NotSupported("x"), absl::StatusCode::kUnimplemented},
      {rocksdb::Status::InvalidArgument("x"), absl::StatusCode::kInternal},
  };
  for (const auto& example : cases) {
    EXPECT_EQ(FromEngine(example.engine, "write").code(), example.code)
        << example.engine.ToString();
  }
}

TEST(EngineStatusTest, TextSaysWhatAndWhatNext) {
  const absl::Status status =
      FromEngine(rocksdb::Status::Corruption("block checksum mismatch"), "read the store");
  EXPECT_THAT(std::string(status.message()), HasSubstr("Could not read the store: "));
  EXPECT_THAT(std::string(status.message()), HasSubstr("block checksum mismatch"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("restore"));
}

}  // namespace
}  // namespace onereturn
