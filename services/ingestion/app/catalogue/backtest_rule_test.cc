#include "services/ingestion/app/catalogue/backtest_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

class BacktestRuleTest : public ::testing::Test {
 protected:
  BacktestRuleTest() {
    for (const char* code : {"RLQ", "RCF"}) Must(SmallProvider(code));
    for (const char* item : {"beds", "wards"}) Must(SmallItem(item));
    Must(SmallCollection("SitRep", {"beds"}));
    // RLQ doubles each month; RCF stays.
    int beds = 1;
    for (const char* period : {"2027-01", "2027-02", "2027-03"}) {
      Return("RLQ", period, beds *= 2);
      Return("RCF", period, 3);
    }
  }

  template <typename Definition>
  void Must(const Definition& definition) {
    ASSERT_THAT(ingestion_.DefineOne(definition).status(), IsOk());
  }
  void Return(const std::string& organisation, const std::string& period, int beds) {
    ASSERT_THAT(
        ingestion_
            .Submit(SmallReturn(&ingestion_, "SitRep", organisation, period, {{"beds", beds}}))
            .status(),
        IsOk());
  }
  absl::StatusOr<BacktestResult> Run(const BacktestWish& wish) {
    return BacktestRule(ingestion_.store(), wish, [this](uint32_t examined, uint32_t total) {
      progress_.emplace_back(examined, total);
      return absl::OkStatus();
    });
  }
  static BacktestWish Wish(const std::string& expression,
                           common::v1::Severity severity = common::v1::SEVERITY_ERROR) {
    BacktestWish wish;
    wish.collection = "SitRep";
    wish.rule = SmallRule("T1", expression, severity);
    return wish;
  }
  static std::vector<std::string> ExamplesOf(const BacktestResult& result) {
    std::vector<std::string> examples;
    for (const BacktestExampleFound& one : result.examples) {
      EXPECT_EQ(one.finding.code, "T1");
      examples.push_back(one.key.organisation + " " + one.key.period);
    }
    return examples;
  }

  TestIngestion ingestion_;
  std::vector<std::pair<uint32_t, uint32_t>> progress_;
};

TEST_F(BacktestRuleTest, WhatARuleWouldHaveStoppedIsCountedByOrganisation) {
  const uint64_t before = ingestion_.LastSequence();
  const auto result = Run(Wish("beds < 4"));
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->examined, 6u);
  EXPECT_EQ(result->found, 2u);
  EXPECT_EQ(result->not_fitting, 0u);
  EXPECT_EQ(result->organisations.at("RLQ").returns, 3u);
  EXPECT_EQ(result->organisations.at("RLQ").found, 2u);
  EXPECT_EQ(result->organisations.at("RCF").found, 0u);
  EXPECT_THAT(ExamplesOf(*result), ElementsAre("RLQ 2027-03", "RLQ 2027-02"));
  EXPECT_FALSE(result->incomplete);
  EXPECT_THAT(progress_, ElementsAre(std::pair(0u, 6u)));
  EXPECT_EQ(ingestion_.LastSequence(), before);
}

TEST_F(BacktestRuleTest, EarlierPeriodsAreReadAsASubmissionReadsThem) {
  const auto result = Run(Wish("beds <= prior(beds, 1)", common::v1::SEVERITY_EXPLAIN));
  ASSERT_THAT(result, IsOk());
  EXPECT_THAT(ExamplesOf(*result), ElementsAre("RLQ 2027-03", "RLQ 2027-02"));
}

TEST_F(BacktestRuleTest, OnlyTheNewestRevisionAndTheWantedPeriodsCount) {
  Return("RLQ", "2027-03", 1);
  EXPECT_THAT(ExamplesOf(*Run(Wish("beds < 4"))), ElementsAre("RLQ 2027-02"));
  BacktestWish wish = Wish("beds < 1");
  wish.from = Period::Parse("2027-02").value();
  wish.to = wish.from;
  EXPECT_EQ(Run(wish)->examined, 2u);
  wish = Wish("beds < 1");
  wish.most_returns = 4;
  wish.most_examples = 1;
  const auto bounded = Run(wish);
  EXPECT_EQ(bounded->examined, 4u);
  EXPECT_EQ(bounded->found, 4u);
  EXPECT_TRUE(bounded->incomplete);
  EXPECT_THAT(ExamplesOf(*bounded), ElementsAre("RCF 2027-03"));
}

TEST_F(BacktestRuleTest, ARuleOfNewItemsDoesNotFitOldPeriods) {
  Must(SmallCollection("SitRep", {"beds", "wards"}, "2027-03"));
  const auto result = Run(Wish("wards <= beds"));
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->examined, 6u);
  EXPECT_EQ(result->not_fitting, 4u);
}

TEST_F(BacktestRuleTest, WhatCannotBeTriedIsRefused) {
  const absl::Status faulty = Run(Wish("beds <")).status();
  EXPECT_THAT(faulty, HasReason(Reason::kDefinitionInvalid));
  EXPECT_EQ(DetailsOf(faulty)->fields.at(0).field, "rule.expression");
  BacktestWish wish = Wish("beds < 4");
  wish.collection = "Other";
  EXPECT_THAT(Run(wish).status(), HasReason(Reason::kDefinitionUnknown));
  BacktestWish reversed = Wish("beds < 4");
  reversed.from = Period::Parse("2027-03").value();
  reversed.to = Period::Parse("2027-02").value();
  const absl::Status range = Run(reversed).status();
  EXPECT_THAT(range, HasReason(Reason::kRange));
  EXPECT_THAT(DetailsOf(range)->metadata, ::testing::Contains(::testing::Pair(
                                              "remedy", ::testing::HasSubstr("earlier period"))));
  EXPECT_EQ(DetailsOf(range)->fields.at(0).field, "to_period");
  const auto stopped = BacktestRule(ingestion_.store(), Wish("beds < 4"), [](uint32_t, uint32_t) {
    return absl::CancelledError("the reader left");
  });
  EXPECT_EQ(stopped.status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace onereturn::ingestion
