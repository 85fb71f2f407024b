// Goal: what was said against an obligation stands with it, and what its requester does next.
#include "tools/onereturn/console/challenge_text.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

requests::v1::Obligation Challenged(const std::string& more) {
  requests::v1::Obligation obligation;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      absl::StrCat("name: 'organisations/R0A/obligations/001-00.DM01.2024-03' period: '2024-03' "
                   "requesting_body: 'X24' ",
                   more),
      &obligation));
  return obligation;
}

std::string TextOfOne(const std::string& more) {
  requests::v1::ListObligationsResponse list;
  *list.add_obligations() = Challenged(more);
  return ContestedText(list);
}

// 2026-06-01T12:00:00Z.
constexpr char kWaits[] =
    "challenge { ground: CHALLENGE_GROUND_DUPLICATE text: 'sent in May' "
    "answer_by { seconds: 1780315200 } } ";

TEST(ChallengeText, OneThatWaitsSaysHowItIsAnswered) {
  for (const char* state : {"OUTSTANDING", "AWAITED"}) {
    const std::string more = absl::StrCat("state: OBLIGATION_STATE_", state, " ", kWaits);
    EXPECT_TRUE(ChallengeWaits(Challenged(more)));
    EXPECT_EQ(
        TextOfOne(more),
        "Challenged:\n"
        "  R0A/001-00.DM01.2024-03, duplicate: \"sent in May\"\n"
        "    X24 answers by 2026-06-01 13:00:00 BST, else it lapses:\n"
        "    onereturn request uphold R0A/001-00.DM01.2024-03 --reason TEXT   (it is still to "
        "be sent)\n"
        "    onereturn request drop R0A/001-00.DM01.2024-03 --reason TEXT   (it is owed no "
        "more)\n");
  }
}

TEST(ChallengeText, OneThatWasAnsweredSaysHow) {
  const std::string answered =
      "challenge { ground: CHALLENGE_GROUND_DISPROPORTIONATE upheld: true "
      "answer { time { seconds: 1780315200 } body: 'X24' reason: 'another month' } }";
  EXPECT_THAT(TextOfOne("state: OBLIGATION_STATE_OUTSTANDING " + answered),
              AllOf(HasSubstr("R0A/001-00.DM01.2024-03, disproportionate\n"),
                    HasSubstr("upheld, it is still to be sent: 2026-06-01 13:00:00 BST, X24: "
                              "another month\n"),
                    Not(HasSubstr("request uphold"))));
  EXPECT_THAT(TextOfOne(absl::StrCat("state: OBLIGATION_STATE_RELEASED "
                                     "release_reason: RELEASE_REASON_LAPSED ",
                                     kWaits)),
              HasSubstr("not answered: released: lapsed\n"));
  EXPECT_EQ(TextOfOne("state: OBLIGATION_STATE_OUTSTANDING"), "");
}

TEST(ChallengeText, OfManyTheFirstAreShown) {
  requests::v1::ListObligationsResponse list;
  for (int i = 0; i < 23; ++i) {
    *list.add_obligations() = Challenged(absl::StrCat("state: OBLIGATION_STATE_AWAITED ", kWaits));
  }
  EXPECT_THAT(ContestedText(list), EndsWith("  and 3 more: --json has all of them\n"));
}

// The service gives them by period, the newest first.
TEST(ChallengeText, WhatIsOfTheChallengedPeriodStandsFirst) {
  const auto held = [](const char* of, const char* words) {
    return absl::StrCat("held_items { revision: 'organisations/R0A/returns/", of,
                        "/revisions/1' words: '", words, "' } ");
  };
  EXPECT_EQ(HeldAlreadyText(Challenged(absl::StrCat(
                "challenge { ", held("UEC.2024-05", "May"), held("UEC.2024-03", "March of UEC"),
                held("DM01.2024-03", "March"), held("UEC.2023-03", "a year ago"), "}"))),
            "  held already, of this period: March of UEC\n"
            "  held already, of this period: March\n"
            "  held already: May\n"
            "  held already: a year ago\n");
}

}  // namespace
}  // namespace onereturn::client
