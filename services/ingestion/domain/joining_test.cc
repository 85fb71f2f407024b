// What is sent and what is held, joined: expectations are written out cell by cell.
#include "services/ingestion/domain/joining.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Cell CellOf(const std::string& item, const std::string& type, int64_t value) {
  Cell cell;
  cell.item = item;
  if (!type.empty()) cell.dimensions = {{"type", type}};
  cell.value = Decimal::FromMillionths(value * 1'000'000);
  return cell;
}

std::vector<std::string> Text(const std::vector<Cell>& cells) {
  std::vector<std::string> texts;
  for (const Cell& cell : cells) {
    texts.push_back(absl::StrCat(DescribeCell(cell), "=",
                                 cell.value.has_value() ? cell.value->ToString() : ""));
  }
  return texts;
}

std::vector<std::string> Text(const Submission& submission) {
  std::vector<std::string> texts;
  for (const ExplanationGiven& one : submission.explanations) {
    texts.push_back(absl::StrCat(one.rule, "/", one.cell.has_value() ? DescribeCell(*one.cell) : "",
                                 ": ", one.text));
  }
  return texts;
}

class JoiningTest : public ::testing::Test {
 protected:
  JoiningTest() {
    held_.cells = {CellOf("A", "1", 10), CellOf("A", "2", 20), CellOf("B", "", 30)};
    held_.explanations = {{"R1", CellOf("A", "1", 0), "of A 1"},
                          {"R1", CellOf("A", "2", 0), "of A 2"},
                          {"R2", std::nullopt, "of the rule"},
                          {"R3", std::nullopt, "of the other"}};
    sent_.organisation = "RLQ";
  }

  void Send(std::vector<Cell> cells) {
    sent_.cells = std::move(cells);
    for (size_t i = 0; i < sent_.cells.size(); ++i) {
      sent_.places.push_back(Place{static_cast<uint32_t>(i + 2), 5, "value"});
    }
  }

  HeldContent held_;
  Submission sent_;
};

TEST_F(JoiningTest, ReplacingLeavesNothingOfWhatWasHeld) {
  Send({CellOf("A", "1", 11)});
  EXPECT_EQ(Join(Joining{}, held_, &sent_).count(), 0u);
  EXPECT_THAT(Text(sent_.cells), ElementsAre("A [type=1]=11"));
  EXPECT_THAT(Text(sent_), IsEmpty());
}

TEST_F(JoiningTest, ReplacingAPartLeavesTheOtherItems) {
  Send({CellOf("A", "1", 11)});
  EXPECT_EQ(Join(Joining{SubmitMode::kReplace, std::set<std::string>{"A"}}, held_, &sent_).count(),
            0u);
  EXPECT_THAT(Text(sent_.cells), ElementsAre("A [type=1]=11", "B=30"));
}

// Reasons beside the part's figures go with them; others stay, and so does one for a rule as a
// whole until another is given.
TEST_F(JoiningTest, ReplacingAPartLeavesTheReasonsBesideTheOtherItems) {
  held_.explanations.push_back({"R1", CellOf("B", "", 0), "of B"});
  held_.explanations.push_back({"", CellOf("B", "", 0), "of B, whoever asks"});
  Send({CellOf("A", "1", 11)});
  sent_.explanations = {{"R1", CellOf("A", "1", 0), "of A 1, anew"},
                        {"R2", std::nullopt, "of the rule, anew"}};
  EXPECT_EQ(Join(Joining{SubmitMode::kReplace, std::set<std::string>{"A"}}, held_, &sent_).count(),
            0u);
  EXPECT_THAT(Text(sent_),
              ElementsAre("R1/A [type=1]: of A 1, anew", "R2/: of the rule, anew",
                          "R3/: of the other", "R1/B: of B", "/B: of B, whoever asks"));
}

// Whatever the layout, merging replaces the cells that are named and no others.
TEST_F(JoiningTest, MergingReplacesWhatIsNamedAndBringsWhatIsNew) {
  for (const auto& part : {std::optional<std::set<std::string>>(),
                           std::optional<std::set<std::string>>(std::set<std::string>{"A"})}) {
    sent_ = Submission();
    Send({CellOf("C", "", 40), CellOf("A", "2", 21)});
    sent_.explanations = {{"R2", std::nullopt, "of the rule, anew"}};
    EXPECT_EQ(Join(Joining{SubmitMode::kMerge, part}, held_, &sent_).count(), 0u);
    EXPECT_THAT(Text(sent_.cells), ElementsAre("C=40", "A [type=2]=21", "A [type=1]=10", "B=30"));
    ASSERT_EQ(sent_.places.size(), 4u);
    EXPECT_EQ(sent_.places[1].row, 3u);
    EXPECT_EQ(sent_.places[2].row, 0u);
    // The reason beside the figure that is another now went with the old one.
    EXPECT_THAT(Text(sent_), ElementsAre("R2/: of the rule, anew", "R1/A [type=1]: of A 1",
                                         "R3/: of the other"));
  }
}

TEST_F(JoiningTest, MergingWithNothingIsSendingIt) {
  Send({CellOf("A", "2", 21)});
  EXPECT_EQ(Join(Joining{SubmitMode::kMerge}, {}, &sent_).count(), 0u);
  EXPECT_THAT(Text(sent_.cells), ElementsAre("A [type=2]=21"));
}

// Judge grades what stands twice: merging takes none of them away.
TEST_F(JoiningTest, WhatIsSentTwiceStaysTwice) {
  Send({CellOf("B", "", 31), CellOf("B", "", 32)});
  EXPECT_EQ(Join(Joining{SubmitMode::kMerge}, held_, &sent_).count(), 0u);
  EXPECT_THAT(Text(sent_.cells), ElementsAre("B=31", "B=32", "A [type=1]=10", "A [type=2]=20"));
}

TEST_F(JoiningTest, DeletingTakesOutWhatIsNamedWhateverItsValue) {
  Send({CellOf("B", "", 99), CellOf("A", "1", 10)});
  EXPECT_EQ(Join(Joining{SubmitMode::kDelete}, held_, &sent_).count(), 0u);
  EXPECT_THAT(Text(sent_.cells), ElementsAre("A [type=2]=20"));
  EXPECT_THAT(sent_.places, IsEmpty());
  EXPECT_THAT(Text(sent_),
              ElementsAre("R1/A [type=2]: of A 2", "R2/: of the rule", "R3/: of the other"));
}

TEST_F(JoiningTest, WhatIsNotHeldCannotBeTakenOut) {
  Send({CellOf("A", "1", 1), CellOf("A", "3", 1), CellOf("B", "1", 1)});
  const Findings findings = Join(Joining{SubmitMode::kDelete}, held_, &sent_);
  ASSERT_EQ(findings.count(), 2u);
  EXPECT_TRUE(findings.has_error());
  for (size_t i : {0u, 1u}) {
    EXPECT_EQ(findings.kept()[i].code, "CELL_NOT_HELD");
    EXPECT_EQ(findings.kept()[i].organisation, "RLQ");
    EXPECT_EQ(findings.kept()[i].place.row, i + 3);
    EXPECT_FALSE(findings.kept()[i].suggestion.empty());
  }
  EXPECT_EQ(DescribeCell(*findings.kept()[0].cell), "A [type=3]");
  EXPECT_EQ(DescribeCell(*findings.kept()[1].cell), "B [type=1]");
}

TEST_F(JoiningTest, MoreReasonsThanAReturnTakesAreAFinding) {
  Send({CellOf("B", "", 31)});
  for (int i = 0; i < 97; ++i) sent_.explanations.push_back({"R9", CellOf("B", "", 0), "why"});
  Submission with_100 = sent_;
  held_.explanations.pop_back();
  EXPECT_EQ(Join(Joining{SubmitMode::kMerge}, held_, &with_100).count(), 0u);
  EXPECT_EQ(with_100.explanations.size(), 100u);
  sent_.explanations.push_back({"R9", CellOf("B", "", 0), "why"});
  const Findings findings = Join(Joining{SubmitMode::kMerge}, held_, &sent_);
  ASSERT_EQ(findings.count(), 1u);
  EXPECT_EQ(findings.kept()[0].code, "EXPLANATION");
  EXPECT_TRUE(findings.has_error());
}

}  // namespace
}  // namespace onereturn::ingestion
