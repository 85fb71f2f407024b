#include "services/ingestion/app/files/uploads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/files/shared_uploads.h"
#include "services/ingestion/app/files/upload_shares.h"
#include "services/ingestion/app/testing/test_ingestion.h"
#include "services/ingestion/domain/testing/ae_files.h"

namespace onereturn::ingestion {
namespace {

std::string DigestText(absl::string_view bytes) {
  const Digest digest = Sha256(bytes);
  return std::string(DigestBytes(digest));
}

std::string Bytes(size_t size) {
  std::string bytes(size, 'a');
  for (size_t i = 0; i < size; i += 97) bytes[i] = static_cast<char>('a' + i % 26);
  return bytes;
}

class UploadsTest : public ::testing::Test {
 protected:
  absl::StatusOr<UploadState> Create(absl::string_view bytes, const std::string& request_id = "u1",
                                     const std::string& owner = "RLQ") {
    return ingestion_.CreateUpload(owner, request_id, bytes.size(), DigestText(bytes));
  }
  absl::StatusOr<UploadState> Write(const std::string& id, uint64_t offset, absl::string_view data,
                                    const std::string& owner = "RLQ") {
    return ingestion_.WriteUpload(owner, id, offset, data);
  }
  std::string Held(const std::string& id, uint64_t size_bytes) {
    std::string held;
    EXPECT_THAT(ReadFile(ingestion_.store(), id, size_bytes,
                         [&held](absl::string_view piece) {
                           absl::StrAppend(&held, piece);
                           return absl::OkStatus();
                         }),
                IsOk());
    return held;
  }

  TestIngestion ingestion_;
};

TEST_F(UploadsTest, AFileComesInPiecesAndIsHeldWhole) {
  const std::string bytes = Bytes(2 * kFilePieceBytes + 5);
  const UploadState state = Create(bytes).value();
  EXPECT_EQ(state.held_bytes, 0u);
  EXPECT_THAT(ingestion_.uploads().Complete("RLQ", state.id).status(),
              HasReason(Reason::kUploadIncomplete));
  for (uint64_t offset = 0; offset < bytes.size(); offset += kFilePieceBytes) {
    const absl::string_view piece = absl::string_view(bytes).substr(offset, kFilePieceBytes);
    EXPECT_EQ(Write(state.id, offset, piece)->held_bytes, offset + piece.size());
  }
  const StoredUpload upload = ingestion_.uploads().Complete("RLQ", state.id).value();
  EXPECT_EQ(upload.record.size_bytes(), bytes.size());
  EXPECT_EQ(Held(state.id, bytes.size()), bytes);
  EXPECT_EQ(ingestion_.LastSequence(), 0u) << "an upload is no fact";
}

TEST_F(UploadsTest, ARepeatGivesTheSameUploadAndWhereToGoOn) {
  const std::string bytes = Bytes(kFilePieceBytes + 1);
  const UploadState first = Create(bytes).value();
  ASSERT_THAT(Write(first.id, 0, bytes.substr(0, kFilePieceBytes)), IsOk());
  const UploadState second = Create(bytes).value();
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.held_bytes, kFilePieceBytes);
  EXPECT_THAT(Create("another file").status(), HasReason(Reason::kRequestIdReused));
  EXPECT_NE(Create(bytes, "u2")->id, first.id);
  EXPECT_NE(Create(bytes, "u1", "RVW")->id, first.id) << "another owner's id is another upload";
}

TEST_F(UploadsTest, APieceThatIsHeldIsTakenAsDoneAndAnyOtherOffsetNamesWhereToGoOn) {
  const std::string bytes = Bytes(2 * kFilePieceBytes + 5);
  const std::string id = Create(bytes)->id;
  const std::string piece = bytes.substr(0, kFilePieceBytes);
  const absl::Status early = Write(id, kFilePieceBytes, piece).status();
  EXPECT_THAT(early, HasReason(Reason::kChunkOffset));
  EXPECT_EQ(DetailsOf(early)->metadata[0].second, "0");
  ASSERT_THAT(Write(id, 0, piece), IsOk());
  EXPECT_EQ(Write(id, 0, piece)->held_bytes, kFilePieceBytes);
  EXPECT_THAT(Write(id, 1, piece).status(), HasReason(Reason::kChunkOffset));
  EXPECT_THAT(Write(id, 2 * kFilePieceBytes, bytes.substr(2 * kFilePieceBytes)).status(),
              HasReason(Reason::kChunkOffset));
  // Offsets whose end does not fit 64 bits are beyond the end, not before it.
  EXPECT_THAT(Write(id, UINT64_MAX - 10, std::string(20, 'x')).status(),
              HasReason(Reason::kChunkOffset));
}

TEST_F(UploadsTest, APieceHasTheSizeOfAPiece) {
  const std::string bytes = Bytes(kFilePieceBytes + 5);
  const std::string id = Create(bytes)->id;
  EXPECT_THAT(Write(id, 0, bytes.substr(0, 100)).status(), HasReason(Reason::kLength));
  EXPECT_THAT(Write(id, 0, bytes).status(), HasReason(Reason::kLength));
  ASSERT_THAT(Write(id, 0, bytes.substr(0, kFilePieceBytes)), IsOk());
  EXPECT_THAT(Write(id, kFilePieceBytes, "123456").status(), HasReason(Reason::kLength));
  EXPECT_THAT(Write(id, kFilePieceBytes, bytes.substr(kFilePieceBytes)), IsOk());
}

TEST_F(UploadsTest, BytesThatAreNotThoseOfTheDigestAreNotKept) {
  const std::string bytes = Bytes(kFilePieceBytes + 5);
  const std::string id = Create(bytes)->id;
  ASSERT_THAT(Write(id, 0, Bytes(kFilePieceBytes)), IsOk());
  const absl::Status status = Write(id, kFilePieceBytes, "XXXXX").status();
  EXPECT_THAT(status, HasReason(Reason::kDigestMismatch));
  EXPECT_THAT(ingestion_.uploads().Complete("RLQ", id).status(), HasReason(Reason::kNotFound));
  EXPECT_FALSE(FindUpload(ingestion_.store(), id)->has_value());
  EXPECT_THAT(
      ReadFile(ingestion_.store(), id, 1, [](absl::string_view) { return absl::OkStatus(); }),
      StatusIs(absl::StatusCode::kDataLoss))
      << "no piece may be left";
  // And it can be sent again under the same id.
  ASSERT_EQ(Create(bytes)->held_bytes, 0u);
}

TEST_F(UploadsTest, OnlyTheOwnerSeesAnUpload) {
  const std::string id = Create("abc")->id;
  EXPECT_THAT(Write(id, 0, "abc", "RVW").status(), HasReason(Reason::kNotFound));
  EXPECT_THAT(ingestion_.uploads().Complete("RVW", id).status(), HasReason(Reason::kNotFound));
  EXPECT_EQ(Write("nothing", 0, "abc").status(), Write(id, 0, "abc", "RVW").status());
  ASSERT_THAT(Write(id, 0, "abc"), IsOk());
}

TEST_F(UploadsTest, WhatCannotBeAFileIsRefused) {
  EXPECT_THAT(ingestion_.CreateUpload("RLQ", "u", 0, DigestText("")).status(),
              HasReason(Reason::kRange));
  EXPECT_THAT(ingestion_.CreateUpload("RLQ", "u", kMaxFileBytes + 1, DigestText("")).status(),
              HasReason(Reason::kRange));
  EXPECT_THAT(ingestion_.CreateUpload("RLQ", "u", kMaxFileBytes, DigestText("")), IsOk());
  EXPECT_THAT(ingestion_.CreateUpload("RLQ", "v", 1, "short").status(),
              HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(ingestion_.CreateUpload("RLQ", "", 1, DigestText("")).status(),
              HasReason(Reason::kRequestId));
}

TEST_F(UploadsTest, ASessionEndsADayAfterItsLastWrite) {
  const std::string bytes = Bytes(kFilePieceBytes + 5);
  const std::string id = Create(bytes)->id;
  ingestion_.clock().AdvanceMicros(kUploadLifeMicros);
  ASSERT_THAT(Write(id, 0, bytes.substr(0, kFilePieceBytes)), IsOk()) << "a day is not over a day";
  ingestion_.clock().AdvanceMicros(kUploadLifeMicros + 1);
  EXPECT_THAT(Write(id, kFilePieceBytes, bytes.substr(kFilePieceBytes)).status(),
              HasReason(Reason::kUploadExpired));
  EXPECT_THAT(ingestion_.uploads().Complete("RLQ", id).status(), HasReason(Reason::kUploadExpired));
}

TEST_F(UploadsTest, TheSweepTakesWhatExpiredAndLeavesAcceptedFiles) {
  ingestion_.Apply(EnglandOf({"RLQ", "RVW", "RCF"}));
  const std::string bytes = TextOf(SoundRecords());
  const std::string accepted = ingestion_.Upload(bytes);
  ASSERT_THAT(ingestion_.submit_file().Run(ingestion_.AeFile(accepted)), IsOk());
  const std::string old = Create("old", "old")->id;
  ingestion_.clock().AdvanceMicros(kUploadLifeMicros + 1);
  const std::string fresh = Create("new", "new")->id;
  ASSERT_THAT(ingestion_.uploads().Sweep(), IsOk());
  ingestion_.committer().Stop();  // All that was asked for is done.
  EXPECT_FALSE(FindUpload(ingestion_.store(), old)->has_value());
  EXPECT_TRUE(FindUpload(ingestion_.store(), fresh)->has_value());
  EXPECT_TRUE(FindUpload(ingestion_.store(), accepted)->has_value());
  EXPECT_EQ(Held(accepted, bytes.size()), bytes);
  EXPECT_TRUE(ingestion_.uploads().WasTaken(kLoader, accepted).value());
  EXPECT_FALSE(ingestion_.uploads().WasTaken("RLQ", fresh).value());
  EXPECT_THAT(ingestion_.uploads().WasTaken("RLQ", accepted), HasReason(Reason::kNotFound));
}

// A crash between a file's returns and its own fact: the returns name the file, so it stays.
TEST_F(UploadsTest, TheSweepLeavesAFileThatOneAcceptedReturnNames) {
  ingestion_.Apply(EnglandOf({"RLQ"}));
  const std::string bytes = "a file";
  const std::string id = ingestion_.Upload(bytes);
  ReturnSubmission named = ingestion_.AeReturn("RLQ", "2023-06");
  named.file = SourceFile{Sha256(bytes), id, FindUpload(ingestion_.store(), id).value()->check};
  ASSERT_THAT(ingestion_.Submit(named), IsOk());
  ingestion_.clock().AdvanceMicros(kUploadLifeMicros + 1);
  ASSERT_THAT(ingestion_.uploads().Sweep(), IsOk());
  ingestion_.committer().Stop();
  EXPECT_TRUE(FindUpload(ingestion_.store(), id)->has_value());
  EXPECT_EQ(Held(id, bytes.size()), bytes);
}

// The file's other rows may be mended in the catalogue days later.
TEST_F(UploadsTest, AnAcceptedFileCanBeUsedForEver) {
  ingestion_.Apply(EnglandOf({"RLQ", "RVW"}));
  const std::string bytes = TextOf(SoundRecords());
  const std::string id = Create(bytes)->id;
  ASSERT_THAT(Write(id, 0, bytes), IsOk());
  FileSubmission file = ingestion_.AeFile(id);
  file.owner = "RLQ";
  ASSERT_TRUE(ingestion_.submit_file().Run(file)->accepted.has_value());
  ingestion_.clock().AdvanceMicros(2 * kUploadLifeMicros);
  EXPECT_EQ(Create(bytes)->held_bytes, bytes.size());
  ingestion_.Apply(EnglandOf({"RLQ", "RVW", "RCF"}));
  FileSubmission again = ingestion_.AeFile(id);
  again.owner = "RLQ";
  const absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(again);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
}

TEST_F(UploadsTest, AnExpiredSessionBeginsAgain) {
  const std::string bytes = Bytes(2 * kFilePieceBytes);
  const std::string id = Create(bytes)->id;
  ASSERT_THAT(Write(id, 0, absl::string_view(bytes).substr(0, kFilePieceBytes)), IsOk());
  ingestion_.clock().AdvanceMicros(kUploadLifeMicros + 1);
  const UploadState again = Create(bytes).value();
  EXPECT_EQ(again.id, id);
  EXPECT_EQ(again.held_bytes, 0u);
  for (uint64_t offset = 0; offset < bytes.size(); offset += kFilePieceBytes) {
    ASSERT_THAT(Write(id, offset, absl::string_view(bytes).substr(offset, kFilePieceBytes)),
                IsOk());
  }
  EXPECT_EQ(Held(id, bytes.size()), bytes);
}

// A piece that comes while the sweep decides: the session is in use again.
TEST_F(UploadsTest, TheSweepLosesAgainstAWrite) {
  const std::string bytes = Bytes(kFilePieceBytes + 5);
  const std::string id = Create(bytes)->id;
  std::future<absl::StatusOr<UploadState>> written;
  {
    CommitterHold hold(&ingestion_.committer());
    auto promise = std::make_shared<std::promise<absl::StatusOr<UploadState>>>();
    written = promise->get_future();
    ingestion_.uploads().Write(
        "RLQ", id, 0, absl::string_view(bytes).substr(0, kFilePieceBytes),
        [promise](absl::StatusOr<UploadState> state) { promise->set_value(std::move(state)); });
    ingestion_.clock().AdvanceMicros(kUploadLifeMicros + 1);
    ASSERT_THAT(ingestion_.uploads().Sweep(), IsOk());
  }
  ASSERT_THAT(written.get(), IsOk());
  ingestion_.committer().Stop();
  EXPECT_TRUE(FindUpload(ingestion_.store(), id)->has_value());
}

TEST_F(UploadsTest, TwoWritersOfOnePieceAreOneWriter) {
  const std::string bytes = Bytes(kFilePieceBytes + 5);
  const std::string id = Create(bytes)->id;
  std::vector<std::future<absl::StatusOr<UploadState>>> answers;
  for (int i = 0; i < 8; ++i) {
    answers.push_back(std::async(std::launch::async, [&] {
      return Write(id, 0, absl::string_view(bytes).substr(0, kFilePieceBytes));
    }));
  }
  int done = 0;
  for (auto& future : answers) {
    const absl::StatusOr<UploadState> state = future.get();
    if (state.ok()) {
      ++done;
      EXPECT_EQ(state->held_bytes, kFilePieceBytes);
    } else {
      EXPECT_THAT(state.status(), HasReason(Reason::kCommitConflict));
    }
  }
  EXPECT_GE(done, 1);
  ASSERT_THAT(Write(id, kFilePieceBytes, bytes.substr(kFilePieceBytes)), IsOk());
  EXPECT_EQ(Held(id, bytes.size()), bytes);
}

TEST(UploadSharesTest, FilesAtOnce) {
  FakeClock clock{Timestamp::FromSeconds(1'000'000)};
  UploadShares shares(&clock);
  const UploadShare two{2, 1'000};
  EXPECT_THAT(shares.Begin("RCF", "a", 10, two), IsOk());
  EXPECT_THAT(shares.Begin("RCF", "b", 10, two), IsOk());
  EXPECT_THAT(shares.Begin("RCF", "c", 10, two), HasReason(Reason::kOrgQuota));
  shares.Begun("RCF", "a", 10, 0);
  EXPECT_THAT(shares.Begin("RCF", "a", 5, two), IsOk());
  shares.NotBegun("RCF", "a");  // Of another size: it goes on as it is.
  EXPECT_THAT(shares.Begin("RAE", "c", 10, two), IsOk());
  shares.Wrote("RCF", "a", 9);
  EXPECT_THAT(shares.Begin("RCF", "c", 10, two), HasReason(Reason::kOrgQuota));
  shares.Wrote("RCF", "a", 10);
  EXPECT_THAT(shares.Begin("RCF", "c", 10, two), IsOk());
  clock.AdvanceMicros(kUploadLifeMicros + 1);
  EXPECT_THAT(shares.Begin("RCF", "d", 10, two), IsOk());
}

// One is refused, as when a queue is full, and the other taken, in whatever order it is known.
TEST(UploadSharesTest, OneFileBegunTwiceAtOnceIsOpenOnce) {
  FakeClock clock{Timestamp::FromSeconds(1'000'000)};
  const UploadShare one{1, 1'000};
  for (const bool refused_first : {true, false}) {
    UploadShares shares(&clock);
    EXPECT_THAT(shares.Begin("RCF", "a", 10, one), IsOk());
    EXPECT_THAT(shares.Begin("RCF", "a", 10, one), IsOk());
    if (refused_first) shares.NotBegun("RCF", "a");
    EXPECT_THAT(shares.Begin("RCF", "b", 10, one), HasReason(Reason::kOrgQuota));
    shares.Begun("RCF", "a", 10, 0);
    if (!refused_first) shares.NotBegun("RCF", "a");
    EXPECT_THAT(shares.Begin("RCF", "b", 10, one), HasReason(Reason::kOrgQuota));
    shares.Wrote("RCF", "a", 10);
    EXPECT_THAT(shares.Begin("RCF", "b", 10, one), IsOk());
  }
  UploadShares shares(&clock);
  for (int i = 0; i < 2; ++i) EXPECT_THAT(shares.Begin("RCF", "a", 10, one), IsOk());
  for (int i = 0; i < 2; ++i) shares.NotBegun("RCF", "a");
  EXPECT_THAT(shares.Begin("RCF", "b", 10, one), IsOk()) << "neither was taken";
}

TEST(UploadSharesTest, BytesADay) {
  FakeClock clock{Timestamp::FromSeconds(10 * 86'400 - 60)};
  UploadShares shares(&clock);
  const UploadShare share{2, 1'000};
  EXPECT_THAT(shares.Write("RCF", 900, share), IsOk());
  const absl::Status refused = shares.Write("RCF", 101, share);
  EXPECT_THAT(refused, HasReason(Reason::kOrgQuota));
  EXPECT_EQ(DetailsOf(refused)->retry_after, absl::Seconds(60));
  EXPECT_THAT(shares.Write("RCF", 100, share), IsOk());
  clock.AdvanceSeconds(60);
  EXPECT_THAT(shares.Write("RCF", 1'000, share), IsOk());
}

TEST_F(UploadsTest, AnUploadTakesItsOwnersShareAndGivesItBack) {
  SharedUploads uploads(&ingestion_.uploads(), &ingestion_.clock());
  const Uploader trust{"RLQ", OrganisationScope::Only("RLQ")};
  const auto wait = [](auto begin) {
    std::promise<absl::StatusOr<UploadState>> promise;
    begin([&promise](absl::StatusOr<UploadState> state) { promise.set_value(std::move(state)); });
    return promise.get_future().get();
  };
  const std::string wrong(kDigestBytes, 'x');
  const auto create = [&](const std::string& id, const std::string& digest) {
    return wait([&](UploadDone done) { uploads.Create(trust, id, 4, digest, std::move(done)); });
  };
  std::string last;
  for (size_t i = 0; i < limits::kUploadsAtOnce; ++i) {
    const auto begun = create(absl::StrCat("r", i), wrong);
    ASSERT_THAT(begun, IsOk());
    last = begun->id;
  }
  EXPECT_THAT(create("more", wrong), HasReason(Reason::kOrgQuota));
  // The bytes are not those of the digest: the session is dropped, and its place is free.
  EXPECT_THAT(
      wait([&](UploadDone done) { uploads.Write(trust, last, 0, "text", std::move(done)); }),
      HasReason(Reason::kDigestMismatch));
  // What is not begun holds no place.
  EXPECT_THAT(create("more", "no digest"), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(create("more", wrong), IsOk());
  EXPECT_THAT(create("another", wrong), HasReason(Reason::kOrgQuota));
  // A refused repeat frees no place: the session it names lives on.
  EXPECT_THAT(create("more", std::string(kDigestBytes, 'y')), HasReason(Reason::kRequestIdReused));
  EXPECT_THAT(create("another", wrong), HasReason(Reason::kOrgQuota));
  // A national caller's share is another, and larger.
  const Uploader loader{kLoader, OrganisationScope::National()};
  for (size_t i = 0; i <= limits::kUploadsAtOnce; ++i) {
    EXPECT_THAT(wait([&](UploadDone done) {
                  uploads.Create(loader, absl::StrCat("r", i), 4, wrong, std::move(done));
                }),
                IsOk());
  }
}

TEST_F(UploadsTest, SharesAreKnownAgainAfterARestart) {
  const std::string text(100'000, 'x');
  const UploadState begun =
      ingestion_.CreateUpload("RLQ", "u", text.size(), DigestText(text)).value();
  ASSERT_THAT(ingestion_.WriteUpload("RLQ", begun.id, 0, text.substr(0, 65'536)), IsOk());
  UploadShares shares(&ingestion_.clock());
  ASSERT_THAT(shares.Load(ingestion_.store()), IsOk());
  const UploadShare share{1, 100'000};
  EXPECT_THAT(shares.Begin("RLQ", "another", 10, share), HasReason(Reason::kOrgQuota));
  EXPECT_THAT(shares.Begin("RLQ", begun.id, 10, share), IsOk());
  EXPECT_THAT(shares.Write("RLQ", 100'000 - 65'536 + 1, share), HasReason(Reason::kOrgQuota));
  EXPECT_THAT(shares.Write("RLQ", 100'000 - 65'536, share), IsOk());
}

}  // namespace
}  // namespace onereturn::ingestion
