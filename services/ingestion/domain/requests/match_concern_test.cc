// What somebody should look at before a request is issued.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "absl/strings/match.h"
#include "services/ingestion/domain/requests/testing/request_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// "plain" is the count of attendances within four hours.
RequestWorld Meanings() {
  RequestWorld world = Hospitals();
  KnownItem& plain = world.catalogue.items["plain"][0];
  plain.display_name = "Attendances within four hours";
  plain.definition_text = "Attendances that lasted four hours or less.";
  plain.meaning = ItemMeaning{"attendance", "count", "all-patients", "4-hours"};
  plain.unit = "attendances";
  world.catalogue.items["count"][0].meaning = ItemMeaning{"wait", "count", "all-patients", ""};
  world.catalogue.items["count"][0].unit = "patients";
  world.catalogue.rules.near_duplicate_from = 450;
  return world;
}

AskLine Described(const ItemMeaning& meaning, const std::string& unit,
                  const std::vector<AskedDimension>& dimensions = {}) {
  AskLine line;
  line.described = DescribedItem{"Something else", meaning, unit, dimensions, "It is not like it."};
  return line;
}

TEST(MatchConcern, ADescribedLineThatIsAnItem) {
  const MatchResult match = Meanings().Match(
      AskFor({Described({"attendance", "count", "all-patients", "4-hours"}, "attendances")}, {"RA"},
             {"2025-04"}));
  EXPECT_EQ(match.lines[0].item, "plain");
  EXPECT_TRUE(match.lines[0].is_item);
  EXPECT_EQ(match.blocks[0].coverage, CoverageClass::kExact);
  EXPECT_THAT(match.concerns, IsEmpty());
}

TEST(MatchConcern, ADescribedLineLeavesDimensionsOut) {
  const MatchResult match = Meanings().Match(
      AskFor({Described({"wait", "count", "all-patients", ""}, "patients", {{"standard", {}}})},
             {"RA"}, {"2025-04"}));
  EXPECT_EQ(match.lines[0].item, "count");
  EXPECT_EQ(match.blocks[0].coverage, CoverageClass::kRollup) << match.blocks[0].words;
}

TEST(MatchConcern, ADescribedLineThatIsFiner) {
  const MatchResult match =
      Meanings().Match(AskFor({Described({"attendance", "count", "all-patients", "4-hours"},
                                         "attendances", {{"age", {"old", "young"}}})},
                              {"RA"}, {"2025-04"}));
  EXPECT_EQ(match.lines[0].item, "plain");
  EXPECT_FALSE(match.lines[0].is_item);
  EXPECT_EQ(match.blocks[0].coverage, CoverageClass::kFiner);
  EXPECT_THAT(match.gaps[0].items, ::testing::ElementsAre("line 1"));
}

TEST(MatchConcern, AnotherDefinitionIsANewItem) {
  const MatchResult match = Meanings().Match(
      AskFor({Described({"attendance", "count", "all-patients", "6-hours"}, "attendances")}, {"RA"},
             {"2025-04"}));
  ASSERT_THAT(match.concerns, SizeIs(1));
  EXPECT_EQ(match.concerns[0].kind, ConcernKind::kConflictDefinition);
  EXPECT_EQ(match.concerns[0].line, 0u);
  EXPECT_EQ(match.concerns[0].about, "items/plain");
  EXPECT_THAT(match.concerns[0].words, HasSubstr("4-hours"));
  EXPECT_EQ(match.lines[0].item, "plain");
  EXPECT_FALSE(match.lines[0].is_item);
  EXPECT_EQ(match.blocks[0].coverage, CoverageClass::kNew);
  EXPECT_EQ(match.change_class, ChangeClass::kNewItems);
}

TEST(MatchConcern, AJustifiedConflictQuotesWhy) {
  AskLine line = Described({"attendance", "count", "all-patients", "6-hours"}, "attendances");
  const auto words = [&line] {
    return Meanings().Match(AskFor({line}, {"RA"}, {"2025-04"})).concerns.at(0).words;
  };
  EXPECT_THAT(words(), HasSubstr("or say in the line's justification why another is needed"));
  line.justification = "The pledge says six hours.";
  EXPECT_THAT(words(), HasSubstr("it is justified, for whoever decides to weigh: \"The pledge says "
                                 "six hours.\""));
  EXPECT_THAT(words(), Not(HasSubstr("say in the line's")));
  line.justification = std::string(299, 'a') + "\xC3\xA9 and on";
  EXPECT_THAT(words(), EndsWith("a...\""));
}

TEST(MatchConcern, ANearDuplicateIsNewUntilASteward) {
  AskLine line = Described({}, "attendances");
  line.described->display_name = "Attendances within four hours";
  line.described->definition_text = "Attendances that lasted four hours or less.";
  RequestWorld world = Meanings();
  const MatchResult match = world.Match(AskFor({line}, {"RA"}, {"2025-04"}));
  ASSERT_THAT(match.concerns, SizeIs(1));
  EXPECT_EQ(match.concerns[0].kind, ConcernKind::kNearDuplicate);
  EXPECT_EQ(match.concerns[0].likeness, 1000u);
  EXPECT_EQ(match.blocks[0].coverage, CoverageClass::kNew);
}

struct GuidanceCase {
  const char* name;
  const char* item;
  const char* guidance;
  const char* edition;
  const char* words;  // Empty: no concern.
};

TEST(MatchConcern, Guidance) {
  RequestWorld world = Hospitals();
  KnownGuidance first{"rules", "1", {}, {"plain"}, {}};
  first.days.before = DayOf("2025-04-30");
  KnownGuidance second{"rules", "2", {}, {"plain"}, {}};
  second.days.from = DayOf("2025-04-30");
  KnownGuidance old{"notes", "1", {}, {}, {"MON"}};
  old.days.before = DayOf("2020-01-01");
  world.catalogue.guidance = {old, first, second};
  const std::vector<GuidanceCase> cases = {
      {"in force on the last day", "plain", "rules", "2", ""},
      {"another is in force", "plain", "rules", "1",
       "edition 2 of rules is in force on 2025-04-30"},
      {"not about the item", "stock", "rules", "2", "no guidance rules is known about stock"},
      {"unknown", "plain", "songs", "1", "no guidance songs is known about plain"},
      {"about its collection, no other is in force", "stock", "notes", "1", ""},
      {"an edition that is none", "stock", "notes", "9", "notes has no edition 9"},
      {"a line that is no item", "unknown", "rules", "2", ""},
  };
  for (const GuidanceCase& one : cases) {
    SCOPED_TRACE(one.name);
    AskLine line = LineOf(one.item);
    line.guidance = one.guidance;
    line.guidance_edition = one.edition;
    const std::vector<Concern> concerns =
        world.Match(AskFor({LineOf("mean"), line}, {"RA"}, {"2025-04"})).concerns;
    ASSERT_THAT(concerns, SizeIs(*one.words == '\0' ? 0 : 1));
    if (concerns.empty()) continue;
    EXPECT_EQ(concerns[0].kind, ConcernKind::kConflictGuidance);
    EXPECT_EQ(concerns[0].line, 1u);
    EXPECT_EQ(concerns[0].about, std::string("guidance/") + one.guidance);
    EXPECT_THAT(concerns[0].words, HasSubstr(one.words));
  }
}

struct DateCase {
  const char* name;
  const char* item;
  const char* period;
  const char* due_date;
  const char* about;
  const char* words;  // Empty: no concern.
};

TEST(MatchConcern, DatesOnceForEachCollection) {
  RequestWorld world = Shares();
  RequestWorld::Window(world.catalogue.collections["MON"]);
  const std::vector<DateCase> cases = {
      {"held", "plain", "2025-04", "2025-09-02", "", ""},
      {"on the day", "plain", "2025-09", "2025-10-14", "", ""},
      {"a day too soon", "plain", "2025-09", "2025-10-13", "collections/MON",
       "only on 2025-10-14: returns for September 2025 are due on 2025-10-14"},
      {"the period has not ended", "plain", "2025-09", "2025-09-20", "collections/MON",
       "September 2025 ends on 2025-09-30"},
      {"notice", "plain", "2025-07", "2025-09-20", "collections/MON",
       "needs 28 days of notice, or an exception when it is approved"},
      {"a window that is due too late, however short the notice", "plain", "2025-07", "2025-09-05",
       "collections/MON",
       "only on 2025-10-14: what is asked needs 28 days' notice, and however short it were its "
       "window is due on 2025-09-12"},
      {"notice, without a window", "over", "2025-07", "2025-09-20", "collections/SHARE",
       "only on 2025-09-29: what is asked needs 28 days of notice"},
      {"a new item", "unknown", "2025-07", "2025-09-20", "",
       "the new collection can be there only on 2026-03-02"},
  };
  for (const DateCase& one : cases) {
    SCOPED_TRACE(one.name);
    Ask ask = AskFor({LineOf(one.item)}, {"RA", "RB"}, {one.period});
    ask.due_date = DayOf(one.due_date);
    const std::vector<Concern> concerns = world.Match(ask).concerns;
    ASSERT_THAT(concerns, SizeIs(*one.words == '\0' ? 0 : 1));
    if (concerns.empty()) continue;
    EXPECT_EQ(concerns[0].kind, ConcernKind::kConflictDate);
    EXPECT_EQ(concerns[0].line, std::nullopt);
    EXPECT_EQ(concerns[0].about, one.about);
    EXPECT_THAT(concerns[0].words, HasSubstr(one.words));
    // No exception brings figures that are not there yet.
    EXPECT_EQ(absl::StrContains(concerns[0].words, "exception"),
              absl::StrContains(concerns[0].words, "of notice"));
  }
}

TEST(MatchConcern, ADateNamesTheDaysOfTheException) {
  Ask ask = AskFor({LineOf("over")}, {"RC"}, {"2025-07"});
  ask.due_date = DayOf("2025-09-05");
  ask.excepted_notice_days = 5;
  const MatchResult match = Shares().Match(ask);
  ASSERT_THAT(match.concerns, SizeIs(1));
  EXPECT_THAT(match.concerns[0].words,
              EndsWith("only on 2025-09-06: what is asked needs 5 days of notice, as the exception "
                       "gives"));
}

TEST(MatchConcern, ADateThatNoShorterNoticeMendsNamesTheWindow) {
  RequestWorld world = Shares();
  RequestWorld::Window(world.catalogue.collections["MON"]);
  Ask ask = AskFor({LineOf("plain")}, {"RA"}, {"2025-07"});  // Its own window is past.
  ask.due_date = DayOf("2025-09-05");
  for (const uint32_t days : {1, 11}) {
    ask.excepted_notice_days = days;
    const MatchResult match = world.Match(ask);
    ASSERT_THAT(match.concerns, SizeIs(1));
    EXPECT_THAT(match.concerns[0].words,
                EndsWith("only on 2025-09-12: its window is due on 2025-09-12"));
  }
}

TEST(MatchConcern, OneDayIsOneDay) {
  Ask ask = AskFor({LineOf("over")}, {"RC"}, {"2025-07"});
  ask.due_date = DayOf("2025-09-01");
  ask.excepted_notice_days = 1;
  const MatchResult match = Shares().Match(ask);
  ASSERT_THAT(match.concerns, SizeIs(1));
  EXPECT_THAT(match.concerns[0].words,
              EndsWith("only on 2025-09-02: what is asked needs 1 day of notice, as the exception "
                       "gives"));
}

// Two organisations, two periods, of two items at one home: four returns, with eight figures.
TEST(MatchConcern, MoreThanOneIssueMayMakeOwed) {
  struct SizeCase {
    uint64_t returns, figures;
    const char* words;
  };
  for (const SizeCase& one : {SizeCase{4, 8, nullptr}, SizeCase{3, 8, "at most 3 returns missing"},
                              SizeCase{4, 7, "has more figures: ask in several requests"}}) {
    RequestWorld world = Hospitals();
    world.bounds = {one.returns, one.figures};
    const MatchResult match = world.Match(
        AskFor({LineOf("plain"), LineOf("count")}, {"RA", "RB"}, {"2025-07", "2025-08"}));
    ASSERT_EQ(match.concerns.size(), one.words == nullptr ? 0u : 1u);
    if (one.words == nullptr) continue;
    EXPECT_EQ(match.concerns[0].kind, ConcernKind::kTooLarge);
    EXPECT_EQ(match.concerns[0].line, std::nullopt);
    EXPECT_THAT(match.concerns[0].words, HasSubstr(one.words));
  }
}

}  // namespace
}  // namespace onereturn::ingestion
