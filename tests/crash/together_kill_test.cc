// Ingestion ends at each failpoint of a commit while it takes a file all or nothing: afterwards
// every return of the file is there, or none, and the file sent again makes it whole, once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/failpoint.h"
#include "common/rpc/status_conversion.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/feed_audit.h"
#include "tests/crash/made_up_returns.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using returns::v1::ReturnsService;

constexpr char kFileService[] = "ingestion";
constexpr int kFileOrganisations = 40;
constexpr int64_t kFileKilledWithin_ms = 30'000;

MadeUpCollection SmallOfMany() { return {"SMALL", 2, {5}}; }

class TogetherKillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(suite_->Start(kFileService), IsOk());
    ASSERT_THAT(
        ApplyToIngestion(DefinitionsOf(SmallOfMany(), MadeUpOrganisations(kFileOrganisations)),
                         suite_->Channel(kSteward, kFileService)),
        IsOk());
  }

  std::unique_ptr<ReturnsService::Stub> Stub() {
    return ReturnsService::NewStub(suite_->Channel(kLoader, kFileService));
  }

  // A file of a month, all of it held by the service; its upload's name.
  absl::StatusOr<std::string> Upload(const std::string& month) {
    std::vector<std::pair<std::string, uint64_t>> organisations;
    for (const std::string& code : MadeUpOrganisations(kFileOrganisations)) {
      organisations.emplace_back(code, organisations.size());
    }
    const std::string file = MadeUpFile(SmallOfMany(), month, organisations);
    const auto stub = Stub();
    returns::v1::CreateUploadRequest create;
    create.set_request_id(absl::StrCat("upload-", month));
    create.set_size_bytes(file.size());
    const Digest digest = Sha256(file);
    create.set_digest(std::string(DigestBytes(digest)));
    ASSIGN_OR_RETURN(const auto created,
                     CallOnce(*stub, &ReturnsService::Stub::CreateUpload, create));
    constexpr size_t kPieceBytes = 64 * 1024;
    for (size_t at = 0; at < file.size(); at += kPieceBytes) {
      returns::v1::WriteUploadRequest write;
      write.set_name(created.name());
      write.set_offset(at);
      write.set_data(file.substr(at, kPieceBytes));
      RETURN_IF_ERROR(CallOnce(*stub, &ReturnsService::Stub::WriteUpload, write).status());
    }
    return created.name();
  }

  absl::StatusOr<returns::v1::SubmitReturnFileResponse> Submit(const std::string& upload,
                                                               const std::string& month) {
    returns::v1::SubmitReturnFileRequest request;
    request.set_request_id(absl::StrCat("file-", month));
    request.set_upload(upload);
    request.set_collection(SmallOfMany().code);
    request.set_layout(kMadeUpLayout);
    request.set_acceptance(returns::v1::ACCEPTANCE_ALL_OR_NOTHING);
    return CallOnce(*Stub(), &ReturnsService::Stub::SubmitReturnFile, request, 30'000);
  }

  void StartWith(const std::string& failpoint) {
    suite_->SetEnvironment(kFileService, {failpoint});
    ASSERT_THAT(suite_->Start(kFileService), IsOk());
  }

  // How many of the month's returns are held; read anew and checked, entry by entry.
  int Held(const std::string& month) {
    FeedAudit audit(suite_->verifying_key(kFileService));
    EXPECT_THAT(audit.ReadOn(suite_->Channel(kAuditor, kFileService)), IsOk());
    int held = 0;
    for (const AuditedEntry& entry : audit.entries()) {
      if (entry.kind != feed::v1::ENTRY_KIND_RETURN_ACCEPTED) continue;
      held += absl::StrContains(entry.name, absl::StrCat(".", month, "/")) ? 1 : 0;
    }
    return held;
  }

  const std::unique_ptr<Deployment> suite_ = Deployment::Create().value();
};

TEST_F(TogetherKillTest, AllOfAFileIsThereOrNothing) {
  // What stands before the batch is synced, and what after it.
  const std::map<std::string, int> held_after = {{"commit.before_queue", 0},
                                                 {"commit.group_formed", 0},
                                                 {"commit.before_write", 0},
                                                 {"commit.after_write", kFileOrganisations},
                                                 {"commit.before_sign", kFileOrganisations},
                                                 {"commit.before_reply", kFileOrganisations}};
  int number = 0;
  for (const auto& [name, held] : held_after) {
    const std::string month = MadeUpMonth(number++);
    const absl::StatusOr<std::string> upload = Upload(month);
    ASSERT_THAT(upload, IsOk());
    ASSERT_THAT(suite_->Stop(kFileService), IsOk());
    // The file is the first that this life of the service commits.
    StartWith(absl::StrCat(kFailpointVariable, "=", name, ":1"));
    if (HasFatalFailure()) return;
    EXPECT_FALSE(Submit(*upload, month).ok());
    const auto end = suite_->process(kFileService)->Wait(kFileKilledWithin_ms);
    ASSERT_TRUE(end.ok()) << name << " was not reached";
    EXPECT_EQ(end->exit_code, kFailpointExitCode) << name;
    suite_->Kill9(kFileService);
    suite_->SetEnvironment(kFileService, {});
    ASSERT_THAT(suite_->Start(kFileService), IsOk());
    EXPECT_EQ(Held(month), held) << name;
    for (const bool replayed : {held > 0, true}) {
      const auto again = Submit(*upload, month);
      ASSERT_THAT(again, IsOk()) << name;
      EXPECT_EQ(again->replayed(), replayed) << name;
      EXPECT_EQ(again->verdict(), common::v1::VERDICT_VALID);
      EXPECT_EQ(Held(month), kFileOrganisations) << name;
    }
  }
}

// The watch comes when all is over; in this life of the service, and in the next.
TEST_F(TogetherKillTest, WhoWatchesAFileThatWasTakenIsToldSo) {
  const std::string month = MadeUpMonth(0);
  const absl::StatusOr<std::string> upload = Upload(month);
  ASSERT_THAT(upload, IsOk());
  const auto watch = [&](const std::string& name) -> absl::StatusOr<returns::v1::FileStage> {
    const auto stub = Stub();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    returns::v1::WatchUploadRequest request;
    request.set_name(name);
    const auto reader = stub->WatchUpload(&context, request);
    returns::v1::WatchUploadResponse state;
    while (reader->Read(&state)) {
    }
    RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
    return state.stage();
  };
  ASSERT_THAT(Submit(*upload, month), IsOk());
  const absl::StatusOr<returns::v1::FileStage> told = watch(*upload);
  ASSERT_THAT(told, IsOk());
  EXPECT_EQ(*told, returns::v1::FILE_STAGE_ENDED);
  ASSERT_THAT(suite_->Stop(kFileService), IsOk());
  ASSERT_THAT(suite_->Start(kFileService), IsOk());
  const absl::StatusOr<returns::v1::FileStage> told_after = watch(*upload);
  ASSERT_THAT(told_after, IsOk());
  EXPECT_EQ(*told_after, returns::v1::FILE_STAGE_ENDED);
  const absl::Status nameless = watch("").status();
  EXPECT_TRUE(absl::IsInvalidArgument(nameless)) << nameless;
  EXPECT_THAT(nameless, HasReason(Reason::kMissing));
}

}  // namespace
}  // namespace onereturn
