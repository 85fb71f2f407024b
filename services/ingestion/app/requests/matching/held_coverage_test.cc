#include "services/ingestion/app/requests/matching/held_coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {
namespace {

Period MonthOf(const std::string& text) { return Period::Parse(text).value(); }

class HeldCoverageTest : public ::testing::Test {
 protected:
  HeldCoverageTest() {
    for (const char* code : {"RCF", "RLQ"}) Must(ingestion_.DefineOne(SmallProvider(code)));
    Must(ingestion_.DefineOne(SmallItem("beds")));
    Must(ingestion_.DefineOne(SmallCollection("Beds", {"beds"})));
  }

  template <typename Answer>
  static void Must(const Answer& answer) {
    ASSERT_THAT(answer, IsOk());
  }
  void Send(const std::string& organisation, const std::string& period, int beds,
            returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_FINAL) {
    ReturnSubmission sent =
        SmallReturn(&ingestion_, "Beds", organisation, period, {{"beds", beds}});
    sent.status = status;
    const auto answer = ingestion_.Submit(std::move(sent));
    ASSERT_THAT(answer, IsOk());
    ASSERT_TRUE(answer->accepted.has_value());
  }
  // The number of the revision that is held; 0: none.
  uint32_t HeldAt(uint64_t sequence, const std::string& organisation, const std::string& period) {
    const auto coverage = coverage_.At(ingestion_.store(), sequence);
    if (!coverage.ok()) return 999;
    const HeldRevision* held = (*coverage)->Find("Beds", MonthOf(period), organisation);
    return held == nullptr ? 0 : held->number;
  }

  TestIngestion ingestion_;
  HeldCoverage coverage_;
};

TEST_F(HeldCoverageTest, SaysOfAReturnWhatItsFactSays) {
  Send("RCF", "2025-04", 5, returns::v1::REVISION_STATUS_PROVISIONAL);
  Send("RCF", "2025-04", 6);
  const auto coverage = coverage_.At(ingestion_.store().TakeSnapshot());
  ASSERT_THAT(coverage, IsOk());
  const HeldRevision* held = (*coverage)->Find("Beds", MonthOf("2025-04"), "RCF");
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->number, 2u);
  EXPECT_EQ(held->sequence, ingestion_.LastSequence());
  EXPECT_EQ(held->collection_version, 1u);
  EXPECT_TRUE(held->is_final);
  EXPECT_EQ(held->accepted_on.ToString(), "2030-01-01");
  EXPECT_EQ((*coverage)->Find("Beds", MonthOf("2025-04"), "RLQ"), nullptr);
}

TEST_F(HeldCoverageTest, CatchesUpByTheJournalAndLeavesWhatItGave) {
  Send("RCF", "2025-04", 5, returns::v1::REVISION_STATUS_PROVISIONAL);
  const auto before = coverage_.At(ingestion_.store()).value();
  EXPECT_FALSE(before->Find("Beds", MonthOf("2025-04"), "RCF")->is_final);
  // What is no return changes nothing of it.
  Must(ingestion_.DefineOne(SmallProvider("RAE")));
  EXPECT_EQ(coverage_.At(ingestion_.store()).value(), before);
  Send("RCF", "2025-04", 5);
  Send("RLQ", "2025-03", 7);
  EXPECT_THAT(coverage_.Tick(ingestion_.store()), IsOk());
  const auto after = coverage_.At(ingestion_.store()).value();
  EXPECT_TRUE(after->Find("Beds", MonthOf("2025-04"), "RCF")->is_final);
  EXPECT_EQ(after->FirstPeriod("Beds", "RLQ"), MonthOf("2025-03"));
  EXPECT_FALSE(before->Find("Beds", MonthOf("2025-04"), "RCF")->is_final);
  EXPECT_EQ(before->Find("Beds", MonthOf("2025-03"), "RLQ"), nullptr);
}

TEST_F(HeldCoverageTest, AnswersForExactlyTheSequenceThatIsAsked) {
  const uint64_t none = ingestion_.LastSequence();
  Send("RCF", "2025-04", 5);
  const uint64_t one = ingestion_.LastSequence();
  Must(ingestion_.DefineOne(SmallProvider("RAE")));
  const Snapshot old = ingestion_.store().TakeSnapshot();
  Send("RLQ", "2025-04", 5);
  Send("RCF", "2025-04", 6);
  const uint64_t all = ingestion_.LastSequence();
  // In every order of asking: what came later, then what was before it, then again.
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(HeldAt(all, "RCF", "2025-04"), 2u);
    EXPECT_EQ(HeldAt(all, "RLQ", "2025-04"), 1u);
    EXPECT_EQ(HeldAt(all - 1, "RCF", "2025-04"), 1u);
    EXPECT_EQ(HeldAt(all - 1, "RLQ", "2025-04"), 1u);
    EXPECT_EQ(HeldAt(one + 1, "RCF", "2025-04"), 1u);
    EXPECT_EQ(HeldAt(one + 1, "RLQ", "2025-04"), 0u);
    EXPECT_EQ(HeldAt(none, "RCF", "2025-04"), 0u);
    // A snapshot that was taken before another caught up.
    const auto then = coverage_.At(old);
    ASSERT_THAT(then, IsOk());
    EXPECT_EQ((*then)->Find("Beds", MonthOf("2025-04"), "RLQ"), nullptr);
  }
}

TEST_F(HeldCoverageTest, ReadsTheJournalPageByPage) {
  EXPECT_THAT(coverage_.Tick(ingestion_.store()), IsOk());
  std::vector<std::string> sent;
  Period period = MonthOf("1960-01");
  for (int i = 0; i < 600; ++i) {  // A page has 512 entries.
    Send("RCF", period.ToString(), i);
    sent.push_back(period.ToString());
    period = *period.Next();
  }
  const auto coverage = coverage_.At(ingestion_.store()).value();
  const auto anew = HeldCoverage().At(ingestion_.store()).value();
  for (const std::string& one : sent) {
    const HeldRevision* held = coverage->Find("Beds", MonthOf(one), "RCF");
    const HeldRevision* same = anew->Find("Beds", MonthOf(one), "RCF");
    ASSERT_NE(held, nullptr) << one;
    ASSERT_NE(same, nullptr) << one;
    EXPECT_EQ(held->sequence, same->sequence);
  }
}

TEST_F(HeldCoverageTest, ManyReadWhileReturnsCome) {
  const uint64_t before = ingestion_.LastSequence();
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([this, before] {
      for (int round = 0; round < 50; ++round) {
        const Snapshot snapshot = ingestion_.store().TakeSnapshot();
        const uint64_t sequence = LastSequence(snapshot).value();
        const auto coverage = coverage_.At(snapshot);
        ASSERT_THAT(coverage, IsOk());
        // Each return is one revision of one month: as many as there are entries.
        uint64_t held = 0;
        Period period = MonthOf("2001-01");
        for (int month = 0; month < 100; ++month, period = *period.Next()) {
          held += (*coverage)->Find("Beds", period, "RCF") != nullptr ? 1 : 0;
        }
        EXPECT_EQ(held, sequence - before);
      }
    });
  }
  Period period = MonthOf("2001-01");
  for (int month = 0; month < 100; ++month, period = *period.Next()) {
    Send("RCF", period.ToString(), month);
  }
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace onereturn::ingestion
