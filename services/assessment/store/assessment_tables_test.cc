#include "services/assessment/store/assessment_tables.h"

#include <string>

#include "common/status/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/assessment/store/families.h"
#include "services/assessment/store/testing/memory_store.h"

namespace onereturn::assessment {
namespace {

using std::string_literals::operator""s;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kLast = 1'000;

std::vector<uint64_t> Numbers(const absl::StatusOr<std::vector<AssessmentRow>>& rows) {
  EXPECT_THAT(rows, IsOk());
  std::vector<uint64_t> numbers;
  for (const AssessmentRow& row : *rows) numbers.push_back(row.number);
  return numbers;
}

class AssessmentTablesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    WriteBatch batch;
    PutAssessment({1, 10, "QHL"}, &batch);
    PutAssessment({2, 20, "QOP"}, &batch);
    PutAssessment({3, 30, "QHL"}, &batch);
    PutEvidence(1, {1, 11, "QS1"}, &batch);
    PutEvidence(1, {2, 13, "QS2"}, &batch);
    PutEvidence(2, {1, 21, "QS1"}, &batch);
    PutScore(1, {"QS1", 12, 2}, &batch);
    PutScore(1, {"QS1", 14, 3}, &batch);
    PutScore(1, {"QS10", 15, 4}, &batch);
    PutScore(2, {"QS1", 22, 1}, &batch);
    ASSERT_THAT(store_->Write(batch, Durability::kSynced), IsOk());
  }
  ScopedAssessments National(uint64_t at = kLast) const {
    return ScopedAssessments(store_.get(), OrganisationScope::National(), at);
  }
  ScopedAssessments Only(const std::string& organisation) const {
    return ScopedAssessments(store_.get(), OrganisationScope::Only(organisation), kLast);
  }
  std::unique_ptr<Store> store_ = MemoryStore();
};

TEST_F(AssessmentTablesTest, CountsAreTheLastNumbers) {
  EXPECT_EQ(AssessmentCount(*store_)->value, 3u);
  EXPECT_EQ(EvidenceCount(*store_, 1)->value, 2u);
  EXPECT_EQ(EvidenceCount(*store_, 3)->value, 0u);
  EXPECT_EQ(EvidenceCount(*store_, 3)->check.expected, std::nullopt);
  EXPECT_EQ(AssessmentCount(*MemoryStore())->value, 0u);
}

TEST_F(AssessmentTablesTest, ListsInOrderFromAnyPlace) {
  EXPECT_THAT(Numbers(National().After(0, 10)), ElementsAre(1, 2, 3));
  EXPECT_THAT(Numbers(National().After(1, 1)), ElementsAre(2));
  EXPECT_THAT(Numbers(National().After(3, 10)), IsEmpty());
}

TEST_F(AssessmentTablesTest, AScopeHidesWhatIsOutsideIt) {
  EXPECT_THAT(Numbers(Only("QHL").After(0, 10)), ElementsAre(1, 3));
  EXPECT_THAT(Numbers(Only("QHL").After(0, 1)), ElementsAre(1));
  EXPECT_THAT(Numbers(Only("QXX").After(0, 10)), IsEmpty());
  EXPECT_TRUE(Only("QHL").Find(1)->has_value());
  EXPECT_FALSE(Only("QHL").Find(2)->has_value());
  EXPECT_FALSE(National().Find(4)->has_value());
  EXPECT_EQ(National().Find(2)->value().organisation, "QOP");
}

TEST_F(AssessmentTablesTest, AnswersAsItWasAtASequence) {
  EXPECT_FALSE(National(9).Find(1)->has_value());
  EXPECT_THAT(Numbers(National(29).After(0, 10)), ElementsAre(1, 2));
  EXPECT_EQ(National(12).Evidence(1)->size(), 1u);
  EXPECT_EQ(National(13).Evidence(1)->size(), 2u);
  EXPECT_THAT(*National(11).NewestScores(1), IsEmpty());

  const auto earlier = National(13).NewestScores(1);
  ASSERT_EQ(earlier->size(), 1u);
  EXPECT_EQ(earlier->at(0).score, 2u);
  EXPECT_EQ(earlier->at(0).sequence, 12u);

  const auto newest = National().NewestScores(1);
  ASSERT_EQ(newest->size(), 2u);
  EXPECT_EQ(newest->at(0).statement, "QS1");
  EXPECT_EQ(newest->at(0).score, 3u);
  EXPECT_EQ(newest->at(1).statement, "QS10");
  EXPECT_EQ(newest->at(1).score, 4u);
}

TEST_F(AssessmentTablesTest, KeepsAssessmentsApart) {
  EXPECT_EQ(National().Evidence(2)->size(), 1u);
  EXPECT_THAT(*National().Evidence(3), IsEmpty());
  ASSERT_EQ(National().NewestScores(2)->size(), 1u);
  EXPECT_EQ(National().NewestScores(2)->at(0).sequence, 22u);
}

TEST_F(AssessmentTablesTest, EveryFactAboutAnAssessmentChangesItsCheck) {
  const std::string before = AssessmentCheck(*store_, 1)->expected.value();
  const std::string other = AssessmentCheck(*store_, 2)->expected.value();
  WriteBatch evidence;
  PutEvidence(1, {3, 40, "QS1"}, &evidence);
  ASSERT_THAT(store_->Write(evidence, Durability::kSynced), IsOk());
  const std::string after = AssessmentCheck(*store_, 1)->expected.value();
  EXPECT_NE(before, after);
  WriteBatch score;
  PutScore(1, {"QS1", 41, 3}, &score);
  ASSERT_THAT(store_->Write(score, Durability::kSynced), IsOk());
  EXPECT_NE(AssessmentCheck(*store_, 1)->expected.value(), after);
  EXPECT_EQ(AssessmentCheck(*store_, 2)->expected, other);
  EXPECT_EQ(AssessmentCheck(*store_, 9)->expected, std::nullopt);
}

TEST_F(AssessmentTablesTest, TheNewestSequenceIsOfTheNewestFactAboutIt) {
  EXPECT_THAT(National().NewestSequence({1, 10, "QHL"}), IsOkAndHolds(15u));
  EXPECT_THAT(National(14).NewestSequence({1, 10, "QHL"}), IsOkAndHolds(14u));
  EXPECT_THAT(National(11).NewestSequence({1, 10, "QHL"}), IsOkAndHolds(11u));
  EXPECT_THAT(National().NewestSequence({3, 30, "QHL"}), IsOkAndHolds(30u));
}

TEST_F(AssessmentTablesTest, WritesTheDocumentedBytes) {
  const std::string one = "\0\0\0\0\0\0\0\x01"s;
  EXPECT_THAT(store_->Get(Family::kAssessments, one),
              IsOkAndHolds(std::optional<std::string>("\0\0\0\0\0\0\0\x0a"s
                                                      "QHL\0\x01"s)));
  EXPECT_THAT(store_->Get(Family::kHeads, "\x02"s),
              IsOkAndHolds(std::optional<std::string>("\0\0\0\0\0\0\0\x03"s)));
  EXPECT_THAT(store_->Get(Family::kHeads, "\x03"s + one),
              IsOkAndHolds(std::optional<std::string>("\0\0\0\0\0\0\0\x02"s)));
  EXPECT_THAT(store_->Get(Family::kHeads, "\x04"s + one),
              IsOkAndHolds(std::optional<std::string>("\0\0\0\0\0\0\0\x0f"s)));
  EXPECT_THAT(store_->Get(Family::kEvidence, one + one),
              IsOkAndHolds(std::optional<std::string>("\0\0\0\0\0\0\0\x0b"s
                                                      "QS1\0\x01"s)));
  EXPECT_THAT(
      store_->Get(Family::kScores, one + "QS1\0\x01"s + "\xff\xff\xff\xff\xff\xff\xff\xf1"s),
      IsOkAndHolds(std::optional<std::string>("\0\0\0\x03"s)));
}

}  // namespace
}  // namespace onereturn::assessment
