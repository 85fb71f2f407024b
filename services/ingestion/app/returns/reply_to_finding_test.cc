// Goal: an organisation's reply to a finding of a screen is kept and goes with that finding, and
// with no other.
#include "services/ingestion/app/returns/reply_to_finding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/returns/judge_held.h"
#include "services/ingestion/app/testing/small_catalogue.h"
#include "services/ingestion/domain/finding_key.h"

namespace onereturn::ingestion {
namespace {

// Exactly 95 is looked at; so is anything above 100, and beds above 50 are asked about.
class ReplyToFindingTest : public ::testing::Test {
 protected:
  ReplyToFindingTest() : replies_(&ingestion_.writer()) {
    Define(SmallProvider("RAA"));
    Define(SmallItem("seen"));
    Define(SmallItem("beds"));
    catalogue::v1::Collection collection = SmallCollection("Small", {"seen", "beds"});
    for (const auto& [code, expression] : std::vector<std::pair<std::string, std::string>>{
             {"S01", "seen != 95"}, {"S02", "seen <= 100"}}) {
      catalogue::v1::Rule* rule = collection.add_rules();
      *rule = SmallRule(code, expression, common::v1::SEVERITY_INFO);
      rule->set_suggestion("Look again.");
      rule->set_screen(true);
    }
    *collection.add_rules() = SmallRule("I01", "beds <= 50", common::v1::SEVERITY_INFO);
    collection.mutable_rules(2)->set_suggestion("Look again.");
    Define(collection);
  }
  template <typename Definition>
  void Define(const Definition& definition) {
    const absl::Status status = ingestion_.DefineOne(definition).status();
    if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
    ONERETURN_CHECK(status.ok());
  }
  // The next revision of the one return.
  void Send(int seen, int beds) {
    const auto answer = ingestion_.Submit(
        SmallReturn(&ingestion_, "Small", "RAA", "2025-03", {{"seen", seen}, {"beds", beds}}));
    ASSERT_TRUE(answer.ok() && answer->accepted.has_value()) << answer.status();
  }
  // Of the finding with this code.
  std::string KeyOf(const std::string& code, uint32_t revision) {
    RevisionPlace place;
    ONERETURN_CHECK(VisitRevisions(ingestion_.store(), OrganisationScope::National(), key_, kNewest,
                                   0,
                                   [&](const RevisionPlace& one) -> absl::StatusOr<bool> {
                                     if (one.number == revision) place = one;
                                     return true;
                                   })
                        .ok());
    const Judgement judgement = JudgeHeld(ingestion_.store(), key_, place, true).value();
    for (const Finding& finding : judgement.findings.kept()) {
      if (finding.code == code) return FindingKey(finding);
    }
    return "none";
  }
  absl::StatusOr<RepliedAnswer> Reply(uint32_t revision, const std::string& finding,
                                      const std::string& text, const RequestOrigin& origin) {
    returns::v1::ReplyToFindingRequest request;
    request.set_name(absl::StrCat("organisations/RAA/returns/Small.2025-03/revisions/", revision));
    request.set_finding(finding);
    request.set_text(text);
    std::promise<absl::StatusOr<RepliedAnswer>> promise;
    replies_.Reply(origin, request, [&promise](absl::StatusOr<RepliedAnswer> answer) {
      promise.set_value(std::move(answer));
    });
    return promise.get_future().get();
  }
  absl::StatusOr<RepliedAnswer> Reply(uint32_t revision, const std::string& finding,
                                      const std::string& text) {
    return Reply(revision, finding, text, ingestion_.FreshOrigin());
  }
  // What stands beside the finding with this code; "" nothing.
  std::string Shown(const std::string& code, uint32_t revision, uint64_t sequence = kNewest) {
    const auto reply =
        ReplyOf(ingestion_.store(), key_, KeyOf(code, revision), revision, sequence).value();
    return reply.has_value() ? absl::StrCat(reply->text(), " @", reply->revision()) : "";
  }

  const ReturnKey key_{"Small", "2025-03", "RAA"};
  TestIngestion ingestion_;
  ReplyToFinding replies_;
};

TEST_F(ReplyToFindingTest, AReplyStaysWithItsFindingAndIsReplacedByTheNext) {
  Send(95, 10);
  EXPECT_EQ(Shown("S01", 1), "");
  const std::string finding = KeyOf("S01", 1);
  const auto first = Reply(1, finding, "counted twice over, it is so");
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->reply.revision(), 1u);
  EXPECT_EQ(Shown("S01", 1), "counted twice over, it is so @1");
  const uint64_t before = ingestion_.LastSequence();
  ASSERT_THAT(Reply(1, finding, "a small site"), IsOk());
  EXPECT_EQ(Shown("S01", 1), "a small site @1");
  EXPECT_EQ(Shown("S01", 1, before), "counted twice over, it is so @1");
  EXPECT_EQ(Shown("S01", 1, before - 1), "");
}

// The same figure again: nobody has to say it twice. Another figure, or another screen, is another
// finding; and a reply to a later revision is none to an earlier one.
TEST_F(ReplyToFindingTest, ALaterRevisionKeepsTheReplyWhileTheFindingIsTheSame) {
  Send(95, 10);
  ASSERT_THAT(Reply(1, KeyOf("S01", 1), "a small site"), IsOk());
  Send(95, 11);
  EXPECT_EQ(KeyOf("S01", 2), KeyOf("S01", 1));
  EXPECT_EQ(Shown("S01", 2), "a small site @1");
  Send(101, 11);
  EXPECT_EQ(KeyOf("S01", 3), "none");
  EXPECT_EQ(Shown("S02", 3), "");
  ASSERT_THAT(Reply(3, KeyOf("S02", 3), "an open day"), IsOk());
  Send(102, 11);
  EXPECT_NE(KeyOf("S02", 4), KeyOf("S02", 3));
  EXPECT_EQ(Shown("S02", 4), "");
  Send(95, 12);
  ASSERT_THAT(Reply(5, KeyOf("S01", 5), "still small"), IsOk());
  EXPECT_EQ(Shown("S01", 5), "still small @5");
  EXPECT_EQ(Shown("S01", 2), "a small site @1");
}

TEST_F(ReplyToFindingTest, WhatIsNoFindingOfAScreenTakesNoReply) {
  Send(95, 60);
  Send(94, 60);
  const std::string finding = KeyOf("S01", 1);
  EXPECT_THAT(Reply(2, finding, "it is so"), HasReason(Reason::kFieldInvalid)) << "not there now";
  EXPECT_THAT(Reply(1, "0000000000000000", "it is so"), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Reply(1, KeyOf("I01", 1), "it is so"), HasReason(Reason::kFieldInvalid))
      << "no screen: it informs everybody";
  EXPECT_THAT(Reply(3, finding, "it is so"), HasReason(Reason::kNotFound));
  EXPECT_THAT(Reply(1, "", "it is so"), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Reply(1, finding, ""), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Reply(1, finding, "two\nlines"), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Reply(1, finding, std::string(1'001, 'a')), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Reply(1, finding, "patient 943 476 5919"), HasReason(Reason::kPersonalData));
  EXPECT_EQ(Shown("S01", 1), "");
  EXPECT_THAT(Reply(1, finding, std::string(1'000, 'a')), IsOk());
}

TEST_F(ReplyToFindingTest, ARepeatIsOneReply) {
  Send(95, 10);
  const RequestOrigin origin = ingestion_.FreshOrigin();
  const auto first = Reply(1, KeyOf("S01", 1), "a small site", origin);
  ASSERT_THAT(first, IsOk());
  const uint64_t last = ingestion_.LastSequence();
  const auto repeat = Reply(1, KeyOf("S01", 1), "a small site", origin);
  ASSERT_THAT(repeat, IsOk());
  EXPECT_TRUE(repeat->accepted->replayed);
  EXPECT_EQ(repeat->reply.SerializeAsString(), first->reply.SerializeAsString());
  EXPECT_EQ(ingestion_.LastSequence(), last);
}

}  // namespace
}  // namespace onereturn::ingestion
