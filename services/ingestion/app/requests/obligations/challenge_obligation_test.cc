// Contesting an obligation, and what is answered.
#include "services/ingestion/app/requests/obligations/challenge_obligation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/feed/wire.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kApril[] = "organisations/RLQ/obligations/001-00.Acute.2025-04";
constexpr char kMay[] = "organisations/RLQ/obligations/001-00.Acute.2025-05";

class ChallengeObligationTest : public ::testing::Test, protected IssueWorld {
 protected:
  ChallengeObligationTest() {
    for (const char* month : {"2024-12", "2025-01"}) {
      EXPECT_THAT(Send("Acute", "RLQ", month, {{"admissions", 40}, {"wards", 3}}), IsOk());
    }
    EXPECT_THAT(Send("Acute", "RCF", "2025-02", {{"admissions", 40}, {"wards", 3}}), IsOk());
    name_ = Issued(Asking({"admissions"}, {"RLQ"}));
  }
  std::string name_;
};

TEST_F(ChallengeObligationTest, WhatIsHeldOfItIsAttached) {
  const auto challenged = Challenge(kApril);
  ASSERT_THAT(challenged, IsOk());
  const requests::v1::Challenge& challenge = challenged->obligation.challenge();
  EXPECT_THAT(challenge.held(), ElementsAre("organisations/RLQ/returns/Acute.2025-01",
                                            "organisations/RLQ/returns/Acute.2024-12"));
  EXPECT_EQ(challenge.text(), "sent last month");
  EXPECT_EQ(challenge.step().body(), "RLQ");
  EXPECT_GT(challenge.step().sequence(), challenged->obligation.issue_sequence());
  EXPECT_FALSE(challenge.has_answer());
  // It is owed still.
  EXPECT_EQ(challenged->obligation.state(), requests::v1::OBLIGATION_STATE_OUTSTANDING);
  // Whoever is asked is told by whom, and what for, without reading the request.
  EXPECT_EQ(challenged->obligation.requesting_body(), "X24");
  EXPECT_EQ(challenged->obligation.title(), "Beds");
  EXPECT_EQ(MessagesAt(name_)[1].title(), "Beds");
  EXPECT_FALSE(MessagesAt(name_, challenge.step().sequence() - 1)[0].has_challenge());
}

TEST_F(ChallengeObligationTest, TheSameItemsInAnyCollectionAndVersionAreAttachedInWords) {
  const auto meaning = [](const std::string& code, const std::string& name) {
    catalogue::v1::DataItem item = SmallItem(code);
    item.set_display_name(name);
    item.set_additive_over_organisations(true);
    item.set_additive_over_time(true);
    item.mutable_meaning()->set_concept_code("admission");
    item.mutable_meaning()->set_measure("count");
    return item;
  };
  Define(meaning("admissions", "Admissions"));
  catalogue::v1::DataItem alike = meaning("stays_begun", "Stays begun");
  // Equal after trimming and in lower case.
  alike.set_unit(absl::StrCat(" ", absl::AsciiStrToUpper(alike.unit())));
  Define(alike);
  Define(SmallCollection("Weekly", {"stays_begun"}));
  ASSERT_THAT(Send("Weekly", "RLQ", "2025-03", {{"stays_begun", 41}}), IsOk());
  ASSERT_THAT(Send("Weekly", "RCF", "2025-03", {{"stays_begun", 41}}), IsOk());
  // Nothing of it: wards, and visits.
  ASSERT_THAT(Send("Timed", "RLQ", "2025-04", {{"visits", 4}}), IsOk());
  Define(Parse<catalogue::v1::Collection>(R"(
      code: "Acute" display_name: "Acute" period_kind: PERIOD_KIND_MONTH items: "wards"
      valid_from_period: "2025-02")"));
  ASSERT_THAT(Send("Acute", "RLQ", "2025-02", {{"wards", 3}}), IsOk());
  const auto challenged = Challenge(kApril);
  ASSERT_THAT(challenged, IsOk());
  const requests::v1::Challenge& challenge = challenged->obligation.challenge();
  EXPECT_THAT(challenge.held(), ElementsAre("organisations/RLQ/returns/Weekly.2025-03",
                                            "organisations/RLQ/returns/Acute.2025-01",
                                            "organisations/RLQ/returns/Acute.2024-12"));
  ASSERT_EQ(challenge.held_items_size(), 3);
  EXPECT_EQ(challenge.held_items(0).revision(),
            "organisations/RLQ/returns/Weekly.2025-03/revisions/1");
  EXPECT_THAT(challenge.held_items(0).items(), ElementsAre("stays_begun"));
  EXPECT_EQ(
      challenge.held_items(0).words(),
      "Revision 1 of Weekly for 2025-03 holds Stays begun (stays_begun), which means the same "
      "as Admissions (admissions)");
  EXPECT_EQ(challenge.held_items(1).words(),
            "Revision 1 of Acute for 2025-01 holds Admissions (admissions)");
}

TEST_F(ChallengeObligationTest, UpheldItStaysOwed) {
  ASSERT_THAT(Challenge(kApril), IsOk());
  const auto answered = AnswerChallenge(kApril, true);
  ASSERT_THAT(answered, IsOk());
  EXPECT_TRUE(answered->obligation.challenge().upheld());
  EXPECT_EQ(answered->obligation.challenge().answer().reason(), "it is needed by ward");
  EXPECT_EQ(answered->obligation.state(), requests::v1::OBLIGATION_STATE_OUTSTANDING);
  EXPECT_EQ(AccountAt(name_, "RLQ"), "0 0 260 0");
  EXPECT_THAT(Challenge(kApril), HasReason(Reason::kObligationState));
  EXPECT_THAT(AnswerChallenge(kApril, false), HasReason(Reason::kObligationState));
}

TEST_F(ChallengeObligationTest, AgreedToItIsReleased) {
  ASSERT_THAT(Challenge(kApril), IsOk());
  const auto answered = AnswerChallenge(kApril, false);
  ASSERT_THAT(answered, IsOk());
  EXPECT_EQ(answered->obligation.state(), requests::v1::OBLIGATION_STATE_RELEASED);
  EXPECT_EQ(answered->obligation.release_reason(), requests::v1::RELEASE_REASON_CHALLENGED);
  EXPECT_EQ(AccountAt(name_, "RLQ"), "0 0 130 130");
  const uint64_t answer = answered->obligation.challenge().answer().sequence();
  EXPECT_EQ(answered->obligation.release_sequence(), answer);
  const requests::v1::Obligation before = MessagesAt(name_, answer - 1)[0];
  EXPECT_EQ(before.state(), requests::v1::OBLIGATION_STATE_OUTSTANDING);
  EXPECT_TRUE(before.has_challenge());
  EXPECT_FALSE(before.challenge().has_answer());
  EXPECT_EQ(before.release_sequence(), 0u);
  EXPECT_EQ(AccountAt(name_, "RLQ", answer - 1), "0 0 260 0");
  const auto again = Challenge(kApril);
  EXPECT_THAT(again, HasReason(Reason::kObligationState));
  EXPECT_THAT(DetailsOf(again.status())->preconditions,
              ElementsAre(PreconditionViolation{kApril, "was released: challenged"}));
}

TEST_F(ChallengeObligationTest, WhatIsOverIsNotContested) {
  EXPECT_THAT(AnswerChallenge(kApril, true), HasReason(Reason::kObligationState));
  ASSERT_THAT(Challenge(kMay), IsOk());
  for (const char* month : {"2025-04", "2025-05"}) {
    ASSERT_THAT(Send("Acute", "RLQ", month, {{"admissions", 40}, {"wards", 3}}), IsOk());
  }
  const auto met = Challenge(kApril);
  EXPECT_THAT(met, HasReason(Reason::kObligationState));
  EXPECT_THAT(DetailsOf(met.status())->preconditions,
              ElementsAre(PreconditionViolation{kApril, "is met: the return was sent"}));
  EXPECT_THAT(AnswerChallenge(kMay, false), HasReason(Reason::kObligationState));
}

TEST_F(ChallengeObligationTest, WhatEndedWithItsRequestIsNotContested) {
  ASSERT_THAT(Challenge(kMay), IsOk());
  ASSERT_THAT(End(name_), IsOk());
  EXPECT_THAT(Challenge(kApril), HasReason(Reason::kObligationState));
  EXPECT_THAT(AnswerChallenge(kMay, true), HasReason(Reason::kObligationState));
}

TEST_F(ChallengeObligationTest, UntilItIsAnsweredItWaitsForTheRequestersBody) {
  const auto waiting = [&](const OrganisationScope& mine) {
    requests::v1::ListObligationsRequest list;
    list.set_parent("organisations/-");
    list.set_waiting_for_me(true);
    const auto page =
        ListObligations(ingestion().store(), mine, list, "", 10, ingestion().LastSequence());
    EXPECT_THAT(page, IsOk());
    std::vector<std::string> names;
    for (const auto& row : page->rows) names.push_back(row.name());
    return names;
  };
  const OrganisationScope x24 = OrganisationScope::Only("X24");
  EXPECT_THAT(waiting(x24), IsEmpty());
  ASSERT_THAT(Challenge(kApril), IsOk());
  ASSERT_THAT(Challenge(kMay), IsOk());
  EXPECT_THAT(waiting(x24), ElementsAre(kApril, kMay));
  EXPECT_THAT(waiting(OrganisationScope::Only("RLQ")), IsEmpty());
  EXPECT_THAT(waiting(OrganisationScope::National()), IsEmpty()) << "acts for no body";
  ASSERT_THAT(AnswerChallenge(kApril, true), IsOk());
  EXPECT_THAT(waiting(x24), ElementsAre(kMay));
  ASSERT_THAT(Send("Acute", "RLQ", "2025-05", {{"admissions", 40}, {"wards", 3}}), IsOk());
  EXPECT_THAT(waiting(x24), IsEmpty()) << "it was met";
}

TEST_F(ChallengeObligationTest, AfterItsMomentAnAnswerComesTooLate) {
  const auto challenged = Challenge(kApril);
  ASSERT_THAT(challenged, IsOk());
  const Timestamp by = FromWire(challenged->obligation.challenge().answer_by()).value();
  ingestion().clock().Set(Timestamp{by.micros + 1});
  // The scheduler has not looked yet.
  EXPECT_THAT(AnswerChallenge(kApril, true), HasReason(Reason::kObligationState));
  EXPECT_THAT(Keep(), IsOk());
  EXPECT_EQ(MessagesAt(name_)[0].release_reason(), requests::v1::RELEASE_REASON_LAPSED);
}

TEST_F(ChallengeObligationTest, TheRequestersBodyAlone) {
  ASSERT_THAT(Challenge(kApril), IsOk());
  EXPECT_THAT(AnswerChallenge(kApril, true, "X30"), HasReason(Reason::kOrgScope));
}

TEST_F(ChallengeObligationTest, WordsAreCheckedAndNamesAreKnown) {
  for (const std::string& text :
       {std::string(), std::string(4'001, 'a'), std::string("a\nb\x01")}) {
    EXPECT_THAT(Challenge(kApril, text), HasReason(Reason::kFieldInvalid));
  }
  EXPECT_THAT(Challenge(kApril, "of 943 476 5919"), HasReason(Reason::kPersonalData));
  const auto ground = Challenge(kApril, "no", requests::v1::CHALLENGE_GROUND_UNSPECIFIED);
  EXPECT_FALSE(ground.ok());
  EXPECT_THAT(DetailsOf(ground.status())->fields, SizeIs(1));
  for (const char* name :
       {"organisations/RLQ/obligations/001-00.Acute.2025-06",
        "organisations/RLQ/obligations/001-00", "organisations//obligations/001-00.Acute.2025-04",
        "obligations/1", "organisations/RLQ/obligations/1.Acute.2025-04"}) {
    EXPECT_THAT(Challenge(name), HasReason(Reason::kNotFound)) << name;
    EXPECT_THAT(AnswerChallenge(name, true), HasReason(Reason::kNotFound)) << name;
  }
  EXPECT_THAT(Challenge(kApril, std::string(4'000, 'a')), IsOk());
}

TEST_F(ChallengeObligationTest, NoMoreThanTwentyReturnsAreAttached) {
  for (int month = 1; month <= 12; ++month) {
    for (const int year : {2022, 2023}) {
      ASSERT_THAT(Send("Acute", "RLQ", absl::StrCat(year, month < 10 ? "-0" : "-", month),
                       {{"admissions", 40}, {"wards", 3}}),
                  IsOk());
    }
  }
  const auto challenged = Challenge(kApril);
  ASSERT_THAT(challenged, IsOk());
  EXPECT_THAT(challenged->obligation.challenge().held(), SizeIs(20));
  EXPECT_EQ(challenged->obligation.challenge().held(0), "organisations/RLQ/returns/Acute.2025-01");
  EXPECT_EQ(challenged->obligation.challenge().held(19), "organisations/RLQ/returns/Acute.2022-07");
}

}  // namespace
}  // namespace onereturn::ingestion
