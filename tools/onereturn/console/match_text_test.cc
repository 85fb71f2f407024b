// Goal: what is held, missing and to be looked at stands in words before the tables.
#include "tools/onereturn/console/match_text.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

template <typename Message>
Message Of(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

constexpr char kFortyLines[] = R"(
  summary {
    lines: 40 lines_held: 37 lines_derivable: 2 lines_new: 1
    avoided { gathering: 5000 transmission: 580 } outstanding { gathering: 150 }
    change_class: CHANGE_CLASS_NEW_ITEMS notice_days: 84 last_due_date: "2026-05-14"
  })";

TEST(MatchText, TheSentence) {
  const auto match = Of<requests::v1::Match>(kFortyLines);
  EXPECT_EQ(MatchSentence(match.summary()),
            "37 of 40 items held, 2 derivable, 1 new; 93 h avoided; earliest due date 14 May 2026");
  EXPECT_THAT(MatchSentence(match.summary(), 279'000),
              HasSubstr("; 93 h avoided (about £2,790); "));
}

TEST(MatchText, WhatIsWhollyHeldAsksNobody) {
  const auto match = Of<requests::v1::Match>(
      "summary { lines: 1 lines_held: 1 avoided { gathering: 45 } change_class: CHANGE_CLASS_NONE "
      "}");
  EXPECT_EQ(MatchSentence(match.summary()),
            "1 of 1 item held; 45 min avoided; nothing is asked of anybody");
  EXPECT_EQ(AskedSentence(match), "");
}

// Of an item of which a figure is missing nothing is said to be held, however much of it is.
TEST(MatchText, TheShareOfReturnsStandsBesideTheItems) {
  const auto most = Of<requests::v1::Match>(
      "summary { lines: 5 parts: 5088 parts_held: 4866 last_due_date: '2026-05-14' }");
  EXPECT_EQ(HeldSentence(most.summary()), "0 of 5 items held (4,866 of 5,088 returns)");
  const auto old = Of<requests::v1::Match>(
      "summary { lines: 1 lines_held: 1 fresher: 3 parts: 3 parts_held: 3 }");
  EXPECT_EQ(HeldSentence(old.summary()), "1 of 1 item held, 3 figures too old");
}

// A value that nobody has is a slip of the pen as often as a wish.
TEST(MatchText, WhatAnItemHasInsteadIsSaidOnce) {
  auto match = Of<requests::v1::Match>(R"(
    blocks { line: 1 coverage: COVERAGE_CLASS_EXACT collection: "MSitAE" words: "held" }
    blocks { line: 1 coverage: COVERAGE_CLASS_FINER words: "ae has no value type9" }
    blocks { line: 1 coverage: COVERAGE_CLASS_FINER words: "ae has no value type9" }
    blocks { line: 2 coverage: COVERAGE_CLASS_NEW words: "no item of the catalogue is like it" }
    blocks { line: 3 coverage: COVERAGE_CLASS_NEW collection: "DM01" words: "nothing is held" })");
  constexpr char kWords[] =
      "\nNot held as it is asked:\n"
      "  line 1: ae has no value type9\n"
      "  line 2: no item of the catalogue is like it\n";
  EXPECT_THAT(MatchText(match, {}, {}, {}), HasSubstr(kWords));
  EXPECT_EQ(OpenText(match, {}, {}, 0), kWords);
  for (int line = 3; line <= 13; ++line) {
    *match.add_blocks() = match.blocks(1);
    match.mutable_blocks(match.blocks_size() - 1)->set_line(static_cast<uint32_t>(line));
  }
  EXPECT_THAT(OpenText(match, {}, {}, 0), HasSubstr("  and 3 more: --json has them\n"));
}

TEST(MatchText, WhatIsAskedCountsThoseWhoAreAsked) {
  auto match = Of<requests::v1::Match>(kFortyLines);
  match.add_prices()->mutable_outstanding()->set_gathering(100);
  match.add_prices()->mutable_outstanding()->set_gathering(50);
  match.add_prices()->mutable_avoided()->set_gathering(1);  // Is asked nothing.
  EXPECT_EQ(AskedSentence(match),
            "2 h 30 min would be asked of 2 organisations (new items: 84 days of notice).\n");
  EXPECT_THAT(AskedSentence(match, 7'500), StartsWith("2 h 30 min (about £75) would be asked"));
  match.add_lines()->set_subset(true);
  EXPECT_THAT(AskedSentence(match), StartsWith("1 item held in part. 2 h 30 min would"));
}

TEST(MatchText, TheFirstFewAreNamed) {
  EXPECT_EQ(FirstFew({}), "");
  EXPECT_EQ(FirstFew({"RA4", "RA7", "RA9"}), "RA4, RA7, RA9");
  EXPECT_EQ(FirstFew({"RA4", "RA7", "RA9", "RBA", "RBB"}), "RA4, RA7, RA9 and 2 more");
}

// A line's row ends with whether it is held, and its source.
TEST(MatchText, LinesSayHowTheyAreHeld) {
  const auto match = Of<requests::v1::Match>(R"(
    lines { line: 1 item: "a" exact: 6 source: "MSitAE" }
    lines { line: 2 item: "b" exact: 4 new_triples: 2 subset: true }
    lines { line: 3 new_triples: 6 }
    lines { line: 4 item: "d" fresher: 6 })");
  auto request = Of<requests::v1::DataRequest>("lines { item: 'a' } lines { item: 'b' }");
  request.add_lines()->mutable_described()->set_display_name("Handovers");
  const std::string text = MatchText(match, request, {}, {});
  EXPECT_THAT(text, ContainsRegex("1  a +6 .*yes +MSitAE\n"));
  EXPECT_THAT(text, ContainsRegex("2  b +4 .*2  in part\n"));
  EXPECT_THAT(text, ContainsRegex("3  Handovers +.*6  no\n"));
  EXPECT_THAT(text, ContainsRegex("4  d +.*6 .*too old\n"));
}

TEST(MatchText, ConcernsSayWhatToDo) {
  const auto match = Of<requests::v1::Match>(R"(
    concerns { kind: CONCERN_KIND_NEAR_DUPLICATE line: 3 about: "items/ae" words: "like it" likeness: 874 }
    concerns { kind: CONCERN_KIND_CONFLICT_DATE about: "collections/DM01" words: "due 14 May" })");
  const std::string text = MatchText(match, {}, {}, {});
  EXPECT_THAT(text, HasSubstr("line 3, near duplicate (87.4 % alike), items/ae: like it\n"
                              "    to do: a steward says which"));
  EXPECT_THAT(text, HasSubstr("  conflict date, collections/DM01: due 14 May\n    to do: draft"));
  // Of notice alone an exception mends it; what is not there yet none does.
  EXPECT_THAT(text, Not(HasSubstr("--notice-days")));
}

TEST(MatchText, AConflictOfNoticeNamesTheException) {
  const auto match = Of<requests::v1::Match>(R"(
    concerns { kind: CONCERN_KIND_CONFLICT_DATE about: "collections/DM01"
               words: "asked by 2026-12-14, but only on 2027-01-05: needs 28 days of notice" })");
  EXPECT_THAT(MatchText(match, {}, {}, {}),
              HasSubstr("asked by 14 December 2026, but only on 5 January 2027: needs 28 days of "
                        "notice\n    to do: draft it with a later due date, or have it approved on "
                        "a shorter notice: onereturn request approve --notice-days"));
}

TEST(MatchText, AConflictThatNoNoticeMendsNamesNoException) {
  for (const char* why : {"its window is due on 2026-12-14",
                          "what is asked needs 28 days' notice, and however short it were its "
                          "window is due on 2026-12-14"}) {
    requests::v1::Match match;
    match.add_concerns()->set_kind(requests::v1::CONCERN_KIND_CONFLICT_DATE);
    match.mutable_concerns(0)->set_words(why);
    EXPECT_THAT(MatchText(match, {}, {}, {}),
                HasSubstr("due on 14 December 2026\n    to do: draft it with a later due date\n"));
  }
}

TEST(MatchText, WhatIsJustifiedNeedsNothingMore) {
  const auto match = Of<requests::v1::Match>(
      "concerns { kind: CONCERN_KIND_CONFLICT_DEFINITION line: 1 words: 'another unit' }");
  auto request = Of<requests::v1::DataRequest>("lines { item: 'a' }");
  EXPECT_THAT(MatchText(match, request, {}, {}), HasSubstr("to do: ask for the item as it is"));
  request.mutable_lines(0)->set_justification("the law counts nights");
  EXPECT_THAT(MatchText(match, request, {}, {}), HasSubstr("to do: nothing: whoever decides"));
}

// Two gaps of one collection and period are one row; what is owed already is another.
TEST(MatchText, TheGapStandsByCollectionAndPeriod) {
  const auto match = Of<requests::v1::Match>(R"(
    gaps { collection: "DM01" items: "x" organisations: ["RA4", "RA7"] periods: ["2026-03", "2026-04"]
           due_date: "2026-05-14" }
    gaps { collection: "DM01" items: "y" organisations: ["RA7", "RA9"] periods: "2026-04"
           due_date: "2026-05-14" }
    gaps { items: "line 3" organisations: "RA4" periods: "2026-04" due_date: "2026-05-14"
           awaited: true })");
  const std::string text = MatchText(match, {}, {}, {});
  EXPECT_THAT(text, ContainsRegex("DM01 +2026-03 +2: RA4, RA7 +x +14 May 2026 +anew\n"));
  EXPECT_THAT(text, ContainsRegex("DM01 +2026-04 +3: RA4, RA7, RA9 +x, y +14 May 2026 +anew\n"));
  EXPECT_THAT(text, ContainsRegex("a new collection +2026-04 +1: RA4 +line 3 +.*owed already\n"));
}

// RA4 is named from April on, RA7 until February, RA9 never; whom Ward would name is not said.
TEST(MatchText, WhatTheFramesNeverAskedForIsTold) {
  const auto match = Of<requests::v1::Match>(R"(
    gaps { collection: "DM01" items: "x" organisations: ["RA4", "RA7", "RA9"]
           periods: ["2026-02", "2026-03", "2026-04"] due_date: "2026-05-14" }
    gaps { collection: "DM01" items: "y" organisations: "RA9" periods: "2026-04" }
    gaps { collection: "DM01" organisations: "RA9" periods: "2026-05" awaited: true }
    gaps { collection: "Ward" organisations: "RA9" periods: "2026-05" })");
  MatchTextOptions options;
  options.homes["DM01"] = Of<catalogue::v1::Collection>(R"(
    frames { organisation: "RA4" from_period: "2026-04" }
    frames { organisation: "RA7" from_period: "2025-04" to_period: "2026-02" })");
  options.homes["Ward"] = catalogue::v1::Collection();
  // Not named: RA4 of two months, RA7 of two, RA9 of three.
  EXPECT_THAT(
      MatchText(match, {}, {}, options),
      HasSubstr("\n7 of the 9 returns of DM01 that would be asked anew are not in its frames: "
                "it never asked for them.\n"));
  EXPECT_THAT(MatchText(match, {}, {}, options), Not(HasSubstr("of Ward that")));
  EXPECT_THAT(MatchText(match, {}, {}, {}), Not(HasSubstr("never asked")));
}

TEST(MatchText, HoursAndLensesStandOnlyWhereTheyAreWished) {
  auto match = Of<requests::v1::Match>(kFortyLines);
  auto* price = match.add_prices();
  price->set_organisation("RA4");
  price->mutable_avoided()->set_gathering(125);
  EXPECT_THAT(MatchText(match, {}, {}, {}), Not(HasSubstr("RA4")));
  MatchTextOptions options;
  options.hours = true;
  EXPECT_THAT(MatchText(match, {}, {}, options), ContainsRegex("RA4 +2:05\n"));
  options.lenses = true;
  EXPECT_THAT(MatchText(match, {}, {}, options), ContainsRegex("avoided +5,580 +5,000"));
}

}  // namespace
}  // namespace onereturn::client
