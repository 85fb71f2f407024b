// What one issue can hold: at the bound it is taken, beyond it the draft is refused.
#include "services/ingestion/app/requests/matching/issue_bounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/commit/fact_writer.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/matching/issue_plan.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class IssueBoundsTest : public ::testing::Test, protected IssueWorld {
 protected:
  static std::vector<std::string> FieldsOf(const absl::Status& status) {
    std::vector<std::string> fields;
    const std::optional<ErrorDetails> details = DetailsOf(status);
    if (!details.has_value()) return fields;
    for (const FieldViolation& fault : details->fields) fields.push_back(fault.field);
    return fields;
  }
  // Items "i000" on, each under 192 bytes of terms of its own.
  std::vector<std::string> WithTerms(int count) {
    std::vector<std::string> codes;
    for (int i = 0; i < count; ++i) {
      catalogue::v1::DataItem item = SmallItem(absl::StrCat("i", 100 + i));
      item.add_reuse_rights()->set_terms(absl::StrCat(std::string(189, 't'), 100 + i));
      Define(item);
      codes.push_back(item.code());
    }
    Define(SmallCollection("Terms", codes));
    return codes;
  }
};

// 21 times 192 bytes are 4,032 of the 4,096.
TEST_F(IssueBoundsTest, TermsOfReuseFitTheStatement) {
  std::vector<std::string> codes = WithTerms(22);
  const absl::Status drafted = Draft(Asking(codes, {"RLQ"})).status();
  EXPECT_THAT(drafted, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(FieldsOf(drafted), ElementsAre("data_request.lines"));
  codes.pop_back();
  const std::string name = Issued(Asking(codes, {"RLQ"}));
  EXPECT_THAT(Now(name).issue().reuse_terms(), SizeIs(21));
}

// 200 lines, and formulas that read 401 items between them.
TEST_F(IssueBoundsTest, ItemsOfFormulasFitAnObligation) {
  const auto derived = [this](const std::string& code, int first, int count) {
    std::vector<std::string> inputs;
    for (int i = first; i < first + count; ++i) {
      inputs.push_back(absl::StrCat("i", 1'000 + i));
      Define(SmallItem(inputs.back()));
    }
    catalogue::v1::DataItem item = SmallItem(code);
    item.set_formula(absl::StrJoin(inputs, " + "));
    Define(item);
  };
  std::vector<std::string> sums;
  for (int i = 0; i < 20; ++i) {
    sums.push_back(absl::StrCat("sum", i));
    derived(sums.back(), 19 * i, 19);
  }
  EXPECT_THAT(Draft(Asking(sums, {"RLQ"})), IsOk());  // 20 and 380.
  sums.push_back("wards");
  const absl::Status drafted = Draft(Asking(sums, {"RLQ"})).status();
  EXPECT_THAT(drafted, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(FieldsOf(drafted), ElementsAre("data_request.lines"));
}

TEST_F(IssueBoundsTest, ADraftOfAsManyBytesAsAFactMayHaveIsTaken) {
  requests::v1::DataRequest draft = Asking({}, {"RLQ"});
  for (int i = 0; i < 31; ++i) {
    *draft.add_lines() = Parse<requests::v1::RequestLine>(
        R"(described { display_name: "Umbrellas" unit: "umbrellas" })");
    draft.mutable_lines(i)->mutable_described()->set_definition_text(std::string(1'920, 'u'));
  }
  requests::v1::RequestDrafted fact;
  *fact.mutable_request() = draft;
  fact.mutable_request()->set_name("requests/001-00");
  fact.mutable_request()->set_reference("001-00");
  // place_impact has a tag of two bytes and a length of two.
  const size_t rest = kMaxFactBytes - fact.ByteSizeLong() - 4;
  ASSERT_GT(rest, 200u);
  ASSERT_LT(rest, 1'000u);
  requests::v1::DataRequest most = draft;
  most.set_place_impact(std::string(rest, 'p'));
  *fact.mutable_request() = most;
  fact.mutable_request()->set_name("requests/001-00");
  fact.mutable_request()->set_reference("001-00");
  ASSERT_EQ(fact.ByteSizeLong(), kMaxFactBytes);
  most.set_place_impact(std::string(rest + 1, 'p'));
  const absl::Status more = Draft(most).status();
  EXPECT_THAT(more, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(FieldsOf(more), ElementsAre("data_request.lines"));
  most.set_place_impact(std::string(rest, 'p'));
  EXPECT_THAT(Draft(most), IsOk());
}

// Codes as long as they may be: one group of 400 items and 2,000 organisations.
TEST(IssuePlanTest, AGroupThatHasNoRoomInAFactIsSplitByOrganisations) {
  MatchResult match;
  Gap gap;
  gap.collection = "Large";
  KnownCatalogue catalogue;
  KnownCollection stretch;
  for (size_t i = 0; i < kMostItemsOfIssue; ++i) {
    gap.items.push_back(absl::StrCat(std::string(61, 'i'), 100 + i));
    stretch.items.insert(gap.items.back());
    for (uint64_t& minutes : stretch.item_minutes[gap.items.back()].by_lens) minutes = 100'000;
  }
  catalogue.collections["Large"].stretches.push_back(stretch);
  for (int i = 0; i < 2'000; ++i) gap.organisations.push_back(absl::StrCat("ABCDEFGH", 1'000 + i));
  gap.periods.push_back(Period::Parse("2025-04").value());
  match.gaps.push_back(gap);
  MatchWorld world;
  world.catalogue = &catalogue;
  const IssuePlan plan = PlanIssue(match, world, nullptr);
  EXPECT_EQ(plan.obligations, 2'000u);
  std::set<std::string> owing;
  for (const requests::v1::ObligationsCreated& part : plan.parts) {
    EXPECT_LT(part.ByteSizeLong(), kMaxFactBytes - 1'024);
    for (const requests::v1::ObligationGroup& group : part.groups()) {
      EXPECT_EQ(group.items_size(), static_cast<int>(kMostItemsOfIssue));
      EXPECT_EQ(group.item_minutes_size(), group.items_size());
      for (const std::string& one : group.organisations()) {
        EXPECT_TRUE(owing.insert(one).second) << one;
      }
    }
  }
  EXPECT_EQ(owing.size(), 2'000u);
}

}  // namespace
}  // namespace onereturn::ingestion
