#include "services/assessment/app/fact_writer.h"

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/base/check.h"
#include "common/base/thread_pool.h"
#include "common/clock/clock.h"
#include "common/ledger/signing.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/assessment/store/assessment_tables.h"
#include "services/assessment/store/testing/memory_store.h"

namespace onereturn::assessment {
namespace {

using Answer = absl::StatusOr<std::optional<AcceptedFact>>;

class FactWriterTest : public ::testing::Test {
 protected:
  ~FactWriterTest() override {
    pool_.Shutdown();
    committer_->Stop();
  }

  static std::unique_ptr<Committer> StartCommitter(Store* store, const Clock* clock) {
    CommitterOptions options;
    options.service = "assessment";
    options.on_fatal = [](const absl::Status& status) { ONERETURN_CHECK(status.ok()); };
    return Committer::Start(store, clock, SigningKey::Generate().value(), std::move(options))
        .value();
  }

  static WriteRequest Request(const std::string& request_id, const std::string& content) {
    WriteRequest request;
    request.kind = feed::v1::ENTRY_KIND_ASSESSMENT_CREATED;
    request.actor = "spiffe://onereturn.test/assessor";
    request.request_id = request_id;
    request.digest = Sha256(content);
    return request;
  }

  // A decision to make the next assessment; judged on a count of long ago when `stale`.
  std::optional<Decision> Decide(bool stale) {
    ++judged_;
    Count count = AssessmentCount(*store_).value();
    if (stale) count.check.expected = "long ago";
    Decision decision;
    decision.name = "assessments/a1";
    decision.fact = feed::v1::AssessmentCreated().SerializeAsString();
    decision.read_set = {count.check};
    decision.write = [number = count.value + 1](const Placement& placement, WriteBatch* batch) {
      PutAssessment(AssessmentRow{number, placement.sequence, "QHL"}, batch);
    };
    return decision;
  }

  Answer Write(const WriteRequest& request, FactWriter::Judge judge) {
    std::promise<Answer> promise;
    writer_.Write(request, std::move(judge),
                  [&promise](Answer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  Answer WriteFresh(const WriteRequest& request) {
    return Write(request, [this] { return Decide(/*stale=*/false); });
  }

  const std::unique_ptr<Store> store_ = MemoryStore();
  const SystemClock clock_;
  const std::unique_ptr<Committer> committer_ = StartCommitter(store_.get(), &clock_);
  BoundedPool pool_{1, 4};
  bool pool_full_ = false;
  std::atomic<int> judged_{0};
  const FactWriter writer_{store_.get(), committer_.get(), [this](std::function<void()> work) {
                             return !pool_full_ && pool_.TrySubmit(std::move(work));
                           }};
};

TEST_F(FactWriterTest, WritesTheFactWithItsRows) {
  const Answer answer = WriteFresh(Request("r1", "content"));
  ASSERT_THAT(answer, IsOk());
  ASSERT_TRUE(answer->has_value());
  EXPECT_FALSE((*answer)->replayed);
  EXPECT_EQ((*answer)->receipt.sequence(), 1u);
  EXPECT_EQ((*answer)->entry.request_id(), "r1");
  EXPECT_EQ((*answer)->entry.actor(), "spiffe://onereturn.test/assessor");
  EXPECT_EQ((*answer)->entry.format(), 1u);
  EXPECT_EQ(AssessmentCount(*store_)->value, 1u);
}

TEST_F(FactWriterTest, ARepeatIsNotJudged) {
  ASSERT_THAT(WriteFresh(Request("r1", "content")), IsOk());
  const Answer again = WriteFresh(Request("r1", "content"));
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE((*again)->replayed);
  EXPECT_EQ((*again)->receipt.sequence(), 1u);
  EXPECT_THAT(WriteFresh(Request("r1", "other")), HasReason(Reason::kRequestIdReused));
  WriteRequest other_kind = Request("r1", "content");
  other_kind.kind = feed::v1::ENTRY_KIND_STATEMENT_SCORED;
  EXPECT_THAT(WriteFresh(other_kind), HasReason(Reason::kRequestIdReused));
  EXPECT_EQ(judged_, 1);
}

TEST_F(FactWriterTest, AConflictIsJudgedOnceMore) {
  const Answer answer =
      Write(Request("r1", "content"), [this] { return Decide(/*stale=*/judged_ == 0); });
  EXPECT_THAT(answer, IsOk());
  EXPECT_EQ(judged_, 2);
  EXPECT_EQ(AssessmentCount(*store_)->value, 1u);
}

TEST_F(FactWriterTest, ASecondConflictIsTheCallers) {
  const Answer answer = Write(Request("r1", "content"), [this] { return Decide(/*stale=*/true); });
  EXPECT_THAT(answer, HasReason(Reason::kCommitConflict));
  EXPECT_THAT(answer, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(judged_, 2);
  EXPECT_EQ(AssessmentCount(*store_)->value, 0u);
  EXPECT_THAT(WriteFresh(Request("r1", "content")), IsOk());  // The id is still free.
}

TEST_F(FactWriterTest, WithoutRoomToJudgeAgainAConflictIsTheCallers) {
  pool_full_ = true;
  const Answer answer =
      Write(Request("r1", "content"), [this] { return Decide(/*stale=*/judged_ == 0); });
  EXPECT_THAT(answer, HasReason(Reason::kCommitConflict));
  EXPECT_EQ(judged_, 1);
}

TEST_F(FactWriterTest, NothingToWriteAndRefusalsStoreNothing) {
  const Answer nothing = Write(Request("r1", "content"), [] { return std::optional<Decision>(); });
  ASSERT_THAT(nothing, IsOk());
  EXPECT_FALSE(nothing->has_value());
  EXPECT_THAT(Write(Request("r2", "content"),
                    []() -> absl::StatusOr<std::optional<Decision>> {
                      return Error(Reason::kMissing, "is missing");
                    }),
              HasReason(Reason::kMissing));
  EXPECT_THAT(Write(Request("r3", "content"),
                    [this] {
                      std::optional<Decision> decision = Decide(/*stale=*/false);
                      decision->fact.assign(60 * 1024 + 1, 'x');
                      return decision;
                    }),
              HasReason(Reason::kMessageTooLarge));
  EXPECT_EQ(committer_->LatestHead().head.size, 0u);
}

TEST_F(FactWriterTest, AStoppedCommitterTakesNothing) {
  committer_->Stop();
  EXPECT_THAT(WriteFresh(Request("r1", "content")), HasReason(Reason::kDraining));
}

}  // namespace
}  // namespace onereturn::assessment
