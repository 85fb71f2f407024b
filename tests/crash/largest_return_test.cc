// The largest return: 300,000 cells of one organisation in one file, uploaded, taken and read by a
// consumer of the feed while the service is killed again and again; in bounded memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/cells/cell_chunk.h"
#include "common/feed/feed_consumer.h"
#include "common/status/status_macros.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/feed_audit.h"
#include "tests/crash/made_up_returns.h"
#include "tests/crash/settings.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using returns::v1::ReturnsService;

constexpr char kService[] = "ingestion";
constexpr char kOrganisation[] = "ORG001";
constexpr char kPeriod[] = "2024-03";
constexpr size_t kPieceBytes = 64 * 1024;
// What the process may need at its highest, the store's own buffers included.
constexpr uint64_t kMostResidentBytes = uint64_t{256} << 20;
constexpr int kKillsOfUpload = 4;
constexpr int kKillsOfImport = 5;

// 3 items of 250 x 400 cells: definitions stay below what a feed entry holds.
MadeUpCollection Largest() { return {"LARGEST", 3, {250, 400}}; }

// Keeps the cells of the one return that a feed brings.
class CellTaker final : public FeedTaker {
 public:
  absl::StatusOr<FeedProgress> Progress() override {
    std::lock_guard<std::mutex> lock(mutex_);
    return progress_;
  }

  absl::Status Take(const FeedPage& page) override {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const FeedFact& fact : page.facts) {
      if (fact.entry.kind() == feed::v1::ENTRY_KIND_FILE_IMPORTED) file_seen_ = true;
      if (fact.entry.kind() != feed::v1::ENTRY_KIND_RETURN_ACCEPTED) continue;
      ++returns_;
      for (const std::string& chunk : fact.chunks) {
        ASSIGN_OR_RETURN(std::vector<Cell> cells, DecodeChunk(chunk));
        for (Cell& cell : cells) cells_.push_back(std::move(cell));
      }
    }
    progress_ = page.progress;
    changed_.notify_all();
    return absl::OkStatus();
  }

  absl::Status StartAgain() override { return absl::InternalError("nothing was restored"); }

  bool WaitForFile(std::chrono::seconds most) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, most, [this] { return file_seen_; });
  }
  int returns() const { return returns_; }
  const std::vector<Cell>& cells() const { return cells_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  FeedProgress progress_;  // Guarded by mutex_, as all below.
  bool file_seen_ = false;
  int returns_ = 0;
  std::vector<Cell> cells_;
};

// Highest resident memory of any of the service's lives.
class Memory {
 public:
  void Look(Deployment* suite) {
    auto stub = operations::v1::OperationsService::NewStub(suite->Channel(kOperator, kService));
    auto status = CallOnce(*stub, &operations::v1::OperationsService::Stub::GetStatus,
                           operations::v1::GetStatusRequest());
    if (status.ok()) peak_ = std::max(peak_, status->peak_resident_bytes());
  }
  uint64_t peak() const { return peak_; }

 private:
  uint64_t peak_ = 0;
};

class LargestReturnTest : public ::testing::Test {
 protected:
  LargestReturnTest()
      : seed_(SeedFromEnvironment()),
        random_(seed_),
        file_(MadeUpFile(Largest(), kPeriod, {{kOrganisation, seed_}})) {}

  void SetUp() override {
    suite_ = Deployment::Create().value();
    ASSERT_THAT(suite_->Start(kService), IsOk());
    ASSERT_THAT(ApplyToIngestion(DefinitionsOf(Largest(), {kOrganisation}),
                                 suite_->Channel(kSteward, kService)),
                IsOk());
    Connect();
  }

  void Connect() { stub_ = ReturnsService::NewStub(suite_->Channel(kLoader, kService)); }

  void Restart() {
    ASSERT_THAT(suite_->Start(kService), IsOk());
    Connect();
  }

  absl::StatusOr<returns::v1::CreateUploadResponse> CreateUpload() {
    returns::v1::CreateUploadRequest request;
    request.set_request_id("largest-upload");
    request.set_size_bytes(file_.size());
    const Digest digest = Sha256(file_);
    request.set_digest(std::string(DigestBytes(digest)));
    return CallOnce(*stub_, &ReturnsService::Stub::CreateUpload, request);
  }

  // Up to `bytes`, or the first error.
  absl::Status WriteUpTo(const std::string& name, uint64_t* held, uint64_t bytes) {
    while (*held < std::min<uint64_t>(bytes, file_.size())) {
      returns::v1::WriteUploadRequest request;
      request.set_name(name);
      request.set_offset(*held);
      request.set_data(file_.substr(*held, kPieceBytes));
      ASSIGN_OR_RETURN(auto written, CallOnce(*stub_, &ReturnsService::Stub::WriteUpload, request));
      *held = written.held_bytes();
    }
    return absl::OkStatus();
  }

  std::string UploadUnderKills() {
    std::string name;
    uint64_t held = 0;
    for (int part = 1; part <= kKillsOfUpload + 1; ++part) {
      auto created = CreateUpload();
      EXPECT_THAT(created, IsOk());
      if (!created.ok()) return name;
      EXPECT_GE(created->held_bytes(), held) << "an acknowledged piece is lost";
      name = created->name();
      held = created->held_bytes();
      if (part > kKillsOfUpload) {
        EXPECT_THAT(WriteUpTo(name, &held, file_.size()), IsOk());
      } else {
        // The kill comes while pieces are on their way.
        std::thread killer([this] {
          std::this_thread::sleep_for(std::chrono::milliseconds(10 + random_() % 60));
          suite_->Kill9(kService);
        });
        while (WriteUpTo(name, &held, file_.size() * part / (kKillsOfUpload + 1)).ok() &&
               CreateUpload().ok()) {
        }
        killer.join();
        Restart();
      }
    }
    return name;
  }

  returns::v1::SubmitReturnFileRequest FileRequest(const std::string& upload) {
    returns::v1::SubmitReturnFileRequest request;
    request.set_request_id("largest-file");
    request.set_upload(upload);
    request.set_collection(Largest().code);
    request.set_layout(kMadeUpLayout);
    return request;
  }

  // The kills come later and later into the import; the same request is sent until it is answered.
  void ImportUnderKills(const std::string& upload) {
    const auto request = FileRequest(upload);
    for (int kill = 1; kill <= kKillsOfImport; ++kill) {
      std::thread killer([this, kill] {
        std::this_thread::sleep_for(std::chrono::milliseconds(kill * 150 + random_() % 150));
        memory_.Look(suite_.get());
        suite_->Kill9(kService);
      });
      const auto response =
          CallOnce(*stub_, &ReturnsService::Stub::SubmitReturnFile, request, 60'000);
      killer.join();
      if (response.ok()) ++imports_before_the_kill_;
      Restart();
    }
    const auto begin = std::chrono::steady_clock::now();
    const auto response =
        CallOnce(*stub_, &ReturnsService::Stub::SubmitReturnFile, request, 120'000);
    import_seconds_ =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    ASSERT_THAT(response, IsOk());
    EXPECT_EQ(response->verdict(), common::v1::VERDICT_VALID);
    EXPECT_TRUE(response->has_receipt());
    memory_.Look(suite_.get());
  }

  std::vector<Cell> ListedCells() {
    std::vector<Cell> cells;
    returns::v1::ListCellsRequest request;
    request.set_parent(absl::StrCat("organisations/", kOrganisation, "/returns/", Largest().code,
                                    ".", kPeriod, "/revisions/1"));
    request.set_page_size(5'000);
    do {
      auto page = CallOnce(*stub_, &ReturnsService::Stub::ListCells, request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return cells;
      for (const common::v1::Cell& wire : page->cells()) {
        Cell cell;
        cell.item = wire.reference().item();
        for (const common::v1::DimensionValue& dimension : wire.reference().dimensions()) {
          cell.dimensions.push_back({dimension.dimension(), dimension.value()});
        }
        if (wire.has_millionths()) cell.value = Decimal::FromMillionths(wire.millionths());
        if (wire.has_null_reason()) cell.null_reason = static_cast<NullReason>(wire.null_reason());
        cells.push_back(std::move(cell));
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return cells;
  }

  const uint64_t seed_;
  std::mt19937_64 random_;
  const std::string file_;
  std::unique_ptr<Deployment> suite_;
  std::unique_ptr<ReturnsService::Stub> stub_;
  Memory memory_;
  int imports_before_the_kill_ = 0;
  double import_seconds_ = 0;
};

TEST_F(LargestReturnTest, SurvivesKillsWholeAndInBoundedMemory) {
  std::printf("seed %llu, a file of %zu bytes\n", static_cast<unsigned long long>(seed_),
              file_.size());
  CellTaker taker;
  FeedConsumer consumer(kService, suite_->Channel("metrics", kService), &taker);

  const std::string upload = UploadUnderKills();
  ASSERT_FALSE(HasFailure());
  ImportUnderKills(upload);
  ASSERT_FALSE(HasFailure());

  const std::vector<Cell> expected = CellsOf(Largest(), seed_);
  ASSERT_EQ(expected.size(), 300'000u);
  EXPECT_TRUE(ListedCells() == expected);
  ASSERT_TRUE(taker.WaitForFile(std::chrono::seconds(60))) << consumer.fault();
  consumer.Stop();
  EXPECT_EQ(taker.returns(), 1);
  EXPECT_TRUE(taker.cells() == expected);
  FeedAudit audit(suite_->verifying_key(kService));
  ASSERT_THAT(audit.ReadOn(suite_->Channel(kAuditor, kService)), IsOk());
  EXPECT_EQ(audit.entries().back().kind, feed::v1::ENTRY_KIND_FILE_IMPORTED);

  memory_.Look(suite_.get());
  EXPECT_LE(memory_.peak(), kMostResidentBytes);
  std::printf(
      "300,000 cells: %d kills during the upload, %d during the import (%d of them after its "
      "answer), last call %.2f s, highest resident memory %.0f MiB\n",
      kKillsOfUpload, kKillsOfImport, imports_before_the_kill_, import_seconds_,
      static_cast<double>(memory_.peak()) / (1 << 20));
}

}  // namespace
}  // namespace onereturn
