// A return that is accepted while an obligation is being released or contested: what was met stays
// met. And what came is not looked at for ever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kAprilOwed[] = "organisations/RLQ/obligations/001-00.Acute.2025-04";
constexpr char kMayOwed[] = "organisations/RLQ/obligations/001-00.Acute.2025-05";

std::future<absl::StatusOr<ReturnAnswer>> BeginSending(IssueWorld* world, const char* collection,
                                                       const char* organisation, const char* period,
                                                       const std::vector<std::string>& items) {
  ReturnSubmission sent;
  sent.origin = world->ingestion().FreshOrigin();
  sent.collection = collection;
  sent.period = period;
  sent.status = returns::v1::REVISION_STATUS_FINAL;
  sent.submission.organisation = organisation;
  for (const std::string& item : items) {
    Cell cell;
    cell.item = item;
    cell.value = Decimal::Parse("3").value();
    sent.submission.cells.push_back(std::move(cell));
  }
  return world->ingestion().BeginSubmit(std::move(sent));
}

// The obligations that facts say were released.
std::vector<std::string> Released(IssueWorld* world) {
  std::vector<std::string> names;
  for (const feed::v1::Entry& entry : world->EntriesOf(feed::v1::ENTRY_KIND_OBLIGATIONS_RELEASED)) {
    requests::v1::ObligationsReleased fact;
    EXPECT_TRUE(fact.ParseFromString(entry.fact()));
    names.insert(names.end(), fact.obligations().begin(), fact.obligations().end());
  }
  return names;
}

// What happens between the first fact that is written after `when` is set and what follows it.
struct Meanwhile {
  std::function<void()> happens;
  CommitterOptions Options() {
    CommitterOptions options;
    options.on_head = [this](const SignedHead&) {
      if (const auto once = std::exchange(happens, nullptr); once != nullptr) once();
      return absl::OkStatus();
    };
    return options;
  }
};

// May's return comes while April's challenge lapses, before May's does.
TEST(MetMeanwhileTest, WhatCameDoesNotLapse) {
  Meanwhile meanwhile;
  IssueWorld world(meanwhile.Options());
  const std::string name = world.Issued(IssueWorld::Asking({"admissions"}, {"RLQ"}));
  ASSERT_THAT(world.Challenge(kAprilOwed), IsOk());
  const auto challenged = world.Challenge(kMayOwed);
  ASSERT_THAT(challenged, IsOk());
  world.ingestion().clock().Set(FromWire(challenged->obligation.challenge().answer_by()).value());
  std::future<absl::StatusOr<ReturnAnswer>> sent;
  meanwhile.happens = [&] {
    sent = BeginSending(&world, "Acute", "RLQ", "2025-05", {"admissions", "wards"});
  };
  ASSERT_THAT(world.Keep(), IsOk());
  ASSERT_THAT(sent.get(), IsOk());
  EXPECT_THAT(world.ObligationsAt(name),
              ElementsAre("RLQ Acute 2025-04 RELEASED", "RLQ Acute 2025-05 COLLECTED"));
  EXPECT_THAT(Released(&world), ElementsAre(kAprilOwed));
}

// As above, while others are released because their windows closed.
TEST(MetMeanwhileTest, WhatCameIsNotMissing) {
  Meanwhile meanwhile;
  IssueWorld world(meanwhile.Options());
  requests::v1::DataRequest june = IssueWorld::Asking({"visits"}, {"RAE"});
  june.set_from_period("2025-06");
  june.set_to_period("2025-06");
  const ObligationKey owed{{"Timed", "2025-06", "RAE"}, DataRequestNumber(world.Issued(june))};
  world.OweLike(owed, 500);
  ASSERT_THAT(world.RunAt("2025-07-02T12:00:00Z"), IsOk());
  world.ingestion().clock().Set(ParseTimestamp("2025-07-12T00:00:00Z").value());
  std::future<absl::StatusOr<ReturnAnswer>> sent;
  meanwhile.happens = [&] { sent = BeginSending(&world, "Timed", "RAE", "2025-06", {"visits"}); };
  ASSERT_THAT(world.Keep(), IsOk());
  ASSERT_THAT(sent.get(), IsOk());
  EXPECT_EQ(FindObligation(world.ingestion().store(), owed).value()->record.release_sequence(), 0u);
  const std::vector<std::string> released = Released(&world);
  EXPECT_THAT(released, SizeIs(500));
  EXPECT_THAT(released, Not(Contains(ObligationName(owed))));
}

// Both are decided while the return is being written.
TEST(MetMeanwhileTest, WhatCameIsNeitherContestedNorAnswered) {
  IssueWorld world;
  const std::string name = world.Issued(IssueWorld::Asking({"admissions"}, {"RLQ"}));
  ASSERT_THAT(world.Challenge(kMayOwed), IsOk());
  CommitterHold hold(&world.ingestion().committer());
  auto april = BeginSending(&world, "Acute", "RLQ", "2025-04", {"admissions", "wards"});
  auto may = BeginSending(&world, "Acute", "RLQ", "2025-05", {"admissions", "wards"});
  auto challenged = world.BeginChallenge(kAprilOwed);
  auto answered = world.BeginAnswer(kMayOwed, false);
  hold.Release();
  ASSERT_THAT(april.get(), IsOk());
  ASSERT_THAT(may.get(), IsOk());
  EXPECT_THAT(challenged.get(), HasReason(Reason::kObligationState));
  EXPECT_THAT(answered.get(), HasReason(Reason::kObligationState));
  EXPECT_THAT(world.ObligationsAt(name),
              ElementsAre("RLQ Acute 2025-04 COLLECTED", "RLQ Acute 2025-05 COLLECTED"));
}

// A row that could not be read stands for one that is not read.
TEST(MetMeanwhileTest, AChallengeWhoseReturnCameIsNotLookedAtForEver) {
  IssueWorld world;
  world.Issued(IssueWorld::Asking({"admissions"}, {"RLQ"}));
  ASSERT_THAT(world.Challenge(kMayOwed), IsOk());  // Until 25 June.
  ASSERT_THAT(world.Send("Acute", "RLQ", "2025-05", {{"admissions", 40}, {"wards", 3}}), IsOk());
  ASSERT_THAT(world.RunAt("2025-07-15T12:00:00Z"), IsOk());
  const auto stored =
      FindObligation(world.ingestion().store(), ParseObligationName(kMayOwed).value());
  PlainWrite damage;
  damage.batch.Put((*stored)->check.family, (*stored)->check.key, "\xff");
  std::promise<absl::Status> written;
  damage.done = [&written](absl::Status status) { written.set_value(std::move(status)); };
  ASSERT_THAT(world.ingestion().committer().Write(std::move(damage)), IsOk());
  ASSERT_THAT(written.get_future().get(), IsOk());
  EXPECT_THAT(world.RunAt("2025-07-15T12:02:00Z"), IsOk());
  world.Restart();
  EXPECT_FALSE(world.RunAt("2025-07-15T12:04:00Z").ok());
}

}  // namespace
}  // namespace onereturn::ingestion
