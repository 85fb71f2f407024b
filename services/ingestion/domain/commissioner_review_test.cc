// Goal: what counts for a commissioner is summed and compared as the header says, and the digest
// and the keys that the ledger holds are made as written there.
// Method: tables by hand; digests computed from the grammar by another program.
#include "services/ingestion/domain/commissioner_review.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/finding_key.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A cell of item "waits" at a commissioner and a test; `millionths` absent: a null.
struct OneCell {
  OneCell(const std::string& commissioner, const std::string& test,
          std::optional<int64_t> millionths, NullReason reason = NullReason::kNotCollected)
      : commissioner(commissioner), test(test), reason(reason) {
    if (millionths.has_value()) value = Decimal::FromMillionths(*millionths);
  }
  CellView View() {
    dimensions = {{"commissioner", commissioner}, {"test", test}};
    return CellView{"waits", dimensions, value, reason};
  }

  std::string commissioner, test;
  std::optional<Decimal> value;
  NullReason reason;
  std::vector<DimensionView> dimensions;
};

ReviewSums SumsOf(std::vector<OneCell> cells) {
  ReviewSums sums;
  for (OneCell& cell : cells) AddTo(&sums, "RAA", cell.View());
  return sums;
}

std::string SideText(const ReviewSum* sum) {
  if (sum == nullptr) return "-";
  if (sum->numbers == 0) return absl::StrCat("null", static_cast<int>(sum->null_reason));
  return absl::StrCat(static_cast<int64_t>(sum->millionths), "/", sum->numbers, "+", sum->nulls);
}

std::vector<std::string> Differences(const ReviewSums& providers, const ReviewSums& compared) {
  std::vector<std::string> texts;
  for (const ReviewDifferenceOf& one : ReviewDifferences(providers, compared)) {
    const std::optional<Int128> by = one.Difference();
    texts.push_back(absl::StrCat(one.cell->dimensions[1].value, " ", SideText(one.providers), " ",
                                 SideText(one.compared), " ",
                                 by.has_value() ? absl::StrCat(static_cast<int64_t>(*by)) : "?"));
  }
  return texts;
}

TEST(CommissionerReviewTest, ACellCountsWhereItNamesTheCommissionerOrItsProviderBelongsToIt) {
  ReviewRule rule;
  rule.codes = {"QE1", "00L"};
  rule.dimension_of_item = {{"waits", "commissioner"}};
  EXPECT_TRUE(rule.NamesOrganisations());
  for (const bool belongs : {false, true}) {
    EXPECT_TRUE(rule.Counts(OneCell("00L", "MRI", 1).View(), belongs));
    EXPECT_TRUE(rule.Counts(OneCell("QE1", "MRI", 1).View(), belongs));
    EXPECT_FALSE(rule.Counts(OneCell("01A", "MRI", 1).View(), belongs));
    // The code in another dimension names nobody.
    EXPECT_FALSE(rule.Counts(OneCell("01A", "00L", 1).View(), belongs));
  }
  rule.dimension_of_item = {{"waits", ""}};
  EXPECT_FALSE(rule.NamesOrganisations());
  EXPECT_TRUE(rule.Counts(OneCell("01A", "MRI", 1).View(), true));
  EXPECT_FALSE(rule.Counts(OneCell("00L", "MRI", 1).View(), false));
  rule.dimension_of_item = {{"other", ""}};
  EXPECT_FALSE(rule.Counts(OneCell("00L", "MRI", 1).View(), true)) << "it is not summed";
}

TEST(CommissionerReviewTest, OnlyWhatDiffersIsShown) {
  const ReviewSums providers = SumsOf({{"00L", "A", 3'000'000},
                                       {"00L", "A", 4'500'000},
                                       {"00L", "B", 1'000'000},
                                       {"00L", "B", std::nullopt},
                                       {"00L", "C", 0},
                                       {"00L", "D", std::nullopt, NullReason::kWithheld},
                                       {"00L", "E", std::nullopt},
                                       {"00L", "F", 9},
                                       {"00L", "H", std::nullopt}});
  const ReviewSums compared = SumsOf({{"00L", "A", 7'000'000},
                                      {"00L", "B", 1'000'000},
                                      {"00L", "D", std::nullopt, NullReason::kNotApplicable},
                                      {"00L", "E", 0},
                                      {"00L", "G", -2},
                                      {"00L", "I", 0}});
  EXPECT_THAT(Differences(providers, compared),
              ElementsAre("A 7500000/2+0 7000000/1+0 500000", "E null1 0/1+0 ?", "F 9/1+0 - 9",
                          "G - -2/1+0 2"));
  EXPECT_THAT(Differences(providers, providers), IsEmpty());
  EXPECT_THAT(Differences(providers, {}),
              ElementsAre("A 7500000/2+0 - 7500000", "B 1000000/1+1 - 1000000", "F 9/1+0 - 9"));
}

// Six providers with the greatest figure that a cell can hold: no overflow on the way.
TEST(CommissionerReviewTest, SumsAreExactBeyondWhatACellHolds) {
  constexpr int64_t kGreatest = 9'199'999'999'999'999'999;
  const ReviewSums sums = SumsOf(std::vector<OneCell>(6, OneCell("00L", "A", kGreatest)));
  EXPECT_TRUE(sums.begin()->second.millionths == Int128{kGreatest} * 6);
}

TEST(CommissionerReviewTest, TheDigestIsOfTheWrittenForm) {
  const auto hex = [](ReviewDigest* digest) {
    const Digest finished = digest->Finish();
    return DigestToHex(finished);
  };
  const auto add = [](ReviewDigest* digest, const std::string& test, std::optional<int64_t> value,
                      NullReason reason) {
    const std::vector<DimensionView> dimensions = {{"c", "00L"}, {"t", test}};
    CellView cell{"w", dimensions, std::nullopt, reason};
    if (value.has_value()) cell.value = Decimal::FromMillionths(*value);
    digest->Add(cell);
  };
  ReviewDigest digest;
  digest.BeginProvider("RAA");
  add(&digest, "MRI", 12'500'000, NullReason::kNotCollected);
  add(&digest, "XT", std::nullopt, NullReason::kNotApplicable);
  digest.BeginProvider("RBB");  // None of its cells counts.
  digest.BeginOwn("QE1");
  add(&digest, "MRI", -1, NullReason::kNotCollected);
  EXPECT_EQ(hex(&digest), "07015cdfdc0bc22db5c5bb363c983d5ee7b0b29600df72367708e4a5a3b66b96");
  ReviewDigest nothing;
  nothing.BeginProvider("RBB");
  EXPECT_EQ(hex(&nothing), "43a9695a5dd1fab888057feb28c63448967f57fba32a7b81b6fa032fe3b93deb");
}

TEST(FindingKeyTest, NamesTheWordsAndTheFigure) {
  Finding finding;
  finding.code = "S01";
  finding.message = "Exactly the standard. [d=1]";
  finding.got = "20";
  finding.cell = Cell{"ae", {{"d", "1"}}, std::nullopt};
  EXPECT_EQ(FindingKey(finding), "48c53c0625c75514");
  Finding other = finding;
  other.suggestion = "Look again.";
  other.rule_version = 7;
  EXPECT_EQ(FindingKey(other), FindingKey(finding));
  other.words_bytes = other.message.size();
  other.message += " (ae = 20; prior(ae) = 30)";
  EXPECT_EQ(FindingKey(other), FindingKey(finding)) << "what it was compared with may be revised";
  other.got = "21";
  EXPECT_NE(FindingKey(other), FindingKey(finding));
  other = finding;
  other.cell.reset();
  EXPECT_NE(FindingKey(other), FindingKey(finding));
}

}  // namespace
}  // namespace onereturn::ingestion
