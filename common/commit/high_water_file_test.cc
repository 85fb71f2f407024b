#include "common/commit/high_water_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "common/base/read_file.h"
#include "common/base/testing/temporary_folder.h"
#include "common/digest/digest.h"
#include "common/ledger/testing_keys.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

constexpr char kSeed[] = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

SignedHead HeadOf(uint64_t size) {
  TreeHead head;
  head.service = "ingestion";
  head.epoch = 1;
  head.size = size;
  return SignHead(head, KeyFromSeed(kSeed)).value();
}

class HighWaterFileTest : public ::testing::Test {
 protected:
  std::unique_ptr<HighWaterFile> Open() { return HighWaterFile::Open(path_, {}).value(); }
  uint64_t ReadSize() { return HighWaterFile::Read(path_).value().head.size; }
  void Damage(std::streamoff offset) {
    std::fstream stream(path_, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(offset);
    stream << '\xff';
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.File("high-water");
};

TEST_F(HighWaterFileTest, ItsBytesAreThoseOfTheGrammar) {
  ASSERT_THAT(HighWaterFile::Make(path_, HeadOf(5)), IsOk());
  const std::string bytes = ReadFile(path_).value();
  ASSERT_EQ(bytes.size(), 8192u);
  const std::string stored = SerializeSignedHead(HeadOf(5)).value();
  std::string slot = absl::HexStringToBytes("6f6e6572657475726e2068696768207761746572203100") +
                     std::string(8, '\0') + '\0' + static_cast<char>(stored.size()) + stored;
  slot.resize(480, '\0');
  const Digest checksum = Sha256(slot);
  EXPECT_EQ(bytes.substr(0, 512), slot + std::string(DigestBytes(checksum)));
  EXPECT_EQ(bytes.substr(512), std::string(8192 - 512, '\0'));
}

TEST_F(HighWaterFileTest, WhatWasPutIsReadWithoutClosing) {
  EXPECT_THAT(HighWaterFile::Read(path_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(HighWaterFile::Open(path_, {}), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(HighWaterFile::Make(path_, HeadOf(0)), IsOk());
  const auto file = Open();
  for (uint64_t size = 1; size <= 5; ++size) {
    ASSERT_THAT(file->Put(HeadOf(size)), IsOk());
    EXPECT_THAT(HighWaterFile::Read(path_), IsOkAndHolds(HeadOf(size)));
  }
}

TEST_F(HighWaterFileTest, ItGoesOnWhereItEnded) {
  ASSERT_THAT(HighWaterFile::Make(path_, HeadOf(0)), IsOk());
  for (uint64_t size = 1; size <= 3; ++size) ASSERT_THAT(Open()->Put(HeadOf(size)), IsOk());
  EXPECT_EQ(ReadSize(), 3u);
}

TEST_F(HighWaterFileTest, ATornRecordLeavesTheOneBefore) {
  ASSERT_THAT(HighWaterFile::Make(path_, HeadOf(0)), IsOk());
  {
    const auto file = Open();
    for (uint64_t size = 1; size <= 3; ++size) ASSERT_THAT(file->Put(HeadOf(size)), IsOk());
  }
  Damage(4096 + 300);  // The third record; the second lies at 0.
  EXPECT_EQ(ReadSize(), 2u);
  ASSERT_THAT(Open()->Put(HeadOf(4)), IsOk());
  EXPECT_EQ(ReadSize(), 4u);
}

TEST_F(HighWaterFileTest, DamageOfBothRecordsIsNoticedWhereverItIs) {
  for (const std::streamoff offset : {0, 25, 31, 60, 400, 500}) {
    ASSERT_THAT(HighWaterFile::Make(path_, HeadOf(0)), IsOk());
    ASSERT_THAT(Open()->Put(HeadOf(1)), IsOk());
    Damage(offset);
    Damage(4096 + offset);
    EXPECT_THAT(HighWaterFile::Read(path_), StatusIs(absl::StatusCode::kDataLoss)) << offset;
  }
  std::filesystem::resize_file(path_, 100);
  EXPECT_THAT(HighWaterFile::Read(path_), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(HighWaterFile::Open(path_, {}), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(HighWaterFileTest, AFrozenFileKeepsItsLastHeadInBothRecords) {
  ASSERT_THAT(HighWaterFile::Make(path_, HeadOf(0)), IsOk());
  const auto file = Open();
  ASSERT_THAT(file->Put(HeadOf(3)), IsOk());
  ASSERT_THAT(file->Freeze(HeadOf(9), Error(Reason::kLedgerBehind, "behind")), IsOk());
  EXPECT_THAT(file->Put(HeadOf(4)), HasReason(Reason::kLedgerBehind));
  EXPECT_EQ(ReadSize(), 9u);
  Damage(300);
  EXPECT_EQ(ReadSize(), 9u);
}

}  // namespace
}  // namespace onereturn
