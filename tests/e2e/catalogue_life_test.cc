// The life of the catalogue as stewards and those who are asked see it, with the client.
#include "absl/strings/str_cat.h"
#include "onereturn/catalogue/v1/stewardship_service.pb.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;

class CatalogueLifeTest : public DemonstrationTest {};

TEST_F(CatalogueLifeTest, WhatIsHeldAboutAdmissions) {
  const auto found = demo_.Ask<catalogue::v1::SearchCatalogueResponse>(
      kAnalyst, {"catalogue", "search", "emergency admissions", "--as-of", demo_.loaded()});
  ASSERT_GT(found.results_size(), 0);
  for (const auto& result : found.results()) EXPECT_EQ(result.collection(), "MSitAE");
  // 24 months; the newest is that of the last file, with as many organisations as it has rows.
  ASSERT_EQ(found.results(0).held_size(), 24);
  EXPECT_EQ(found.results(0).held(0).period(), "2024-03");
  EXPECT_EQ(found.results(0).held(0).organisations(), 197u);
  EXPECT_THAT(demo_.As(kAnalyst, {"catalogue", "search", "trolleys"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("Nothing is held"))));
}

TEST_F(CatalogueLifeTest, ARuleIsTriedOnAllThatWasPublished) {
  const auto tried = demo_.Ask<catalogue::v1::BacktestRuleResponse>(
      kSteward, {"catalogue", "backtest", "MSitAE", "--rule", "AE03", "--severity", "error"});
  EXPECT_GE(tried.returns_examined(), 4'866u);
  EXPECT_EQ(tried.outcome().returns_not_fitting(), 0u);
  // March 2024, counted in the published file.
  const auto march = demo_.Ask<catalogue::v1::BacktestRuleResponse>(
      kSteward, {"catalogue", "backtest", "MSitAE", "--rule", "AE03", "--from", "2024-03", "--to",
                 "2024-03"});
  EXPECT_EQ(march.returns_examined(), 197u);
  std::vector<std::string> found;
  for (const auto& row : march.outcome().organisations()) {
    if (row.found() > 0) found.push_back(row.organisation());
  }
  EXPECT_THAT(found, ::testing::ElementsAre("R0D", "RD1", "RDY", "RJ8", "RYG"));
  EXPECT_THAT(demo_.As(kAnalyst, {"catalogue", "backtest", "MSitAE", "--rule", "AE03"}),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("RULES_BACKTEST"))));
}

// What is shown for machines is a file of definitions: as it is, it changes nothing, and what is
// edited in it is a proposal.
TEST_F(CatalogueLifeTest, WhatIsShownAsTextIsTakenAsAFile) {
  for (const char* name : {"items/ae_attendances", "collections/MSitAE", "collections/DM01"}) {
    const ClientRun shown = demo_.As(kSteward, {"catalogue", "show", name, "--textproto"});
    ASSERT_THAT(shown, ExitedWith(0)) << name;
    const std::string file = Write("shown.textproto", shown.out);
    EXPECT_THAT(demo_.As(kSteward, {"apply", file, "--validate-only"}),
                AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("1 unchanged"))))
        << name;
    const std::vector<std::string> propose = {"catalogue",  "propose",  file,      "--consult",
                                              kIcbProvider, "--reason", "is asked"};
    EXPECT_THAT(demo_.As(kSteward, propose),
                AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("changes nothing"))));
    std::string edited = shown.out;
    const std::string key = "display_name: \"";
    edited.insert(edited.find(key) + key.size(), "New: ");
    Write("shown.textproto", edited);
    const auto proposed = demo_.Ask<catalogue::v1::ProposeChangeResponse>(kSteward, propose);
    EXPECT_THAT(proposed.change().name(), HasSubstr(name));
    EXPECT_THAT(demo_.As(kSteward, {"catalogue", "withdraw", proposed.change().name(), "--reason",
                                    "was a trial"}),
                ExitedWith(0));
  }
}

TEST_F(CatalogueLifeTest, AChangeIsProposedAnsweredAndNotDecidedByItsProposer) {
  const std::string file =
      Write("item.textproto",
            "items {\n  code: \"ambulance_waits\"\n  display_name: \"Waits\"\n"
            "  concept_text: \"Ambulances that wait\"\n  unit: \"hours\"\n}\n");
  const auto proposed = demo_.Ask<catalogue::v1::ProposeChangeResponse>(
      kSteward, {"catalogue", "propose", file, "--consult", kIcbProvider, "--reason", "is asked"});
  const std::string name = proposed.change().name();
  EXPECT_EQ(name, "items/ambulance_waits/changes/1");
  EXPECT_THAT(demo_.As(Submitter(kIcbProvider), {"catalogue", "reply", name, "--organisation",
                                                 kIcbProvider, "--opinion", "agree"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("RLQ agree"))));
  EXPECT_THAT(demo_.As(Submitter(kOtherIcbProvider), {"catalogue", "reply", name, "--organisation",
                                                      kIcbProvider, "--opinion", "agree"}),
              ExitedWith(3));
  EXPECT_THAT(demo_.As(kSteward, {"catalogue", "decide", name, "--reason", "mine"}),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("another person"))));
  EXPECT_THAT(demo_.As(kSteward, {"catalogue", "withdraw", name, "--reason", "not this year"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("withdrawn"))));
  EXPECT_THAT(demo_.As(kAnalyst, {"catalogue", "changes", name}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("RLQ agree"))));
  EXPECT_THAT(demo_.As(kAnalyst, {"catalogue", "diff", "collections/MSitAE"}), ExitedWith(0));
}

}  // namespace
}  // namespace onereturn
