// Goal: a ledger in which a return was accepted without its signatures, or with somebody's twice,
// is a lie. Method: the entries of one return's life, one thing wrong at a time.
#include "tools/auditor/sign_offs.h"

#include <gtest/gtest.h>

namespace onereturn::auditor {
namespace {

constexpr uint32_t kLevels = 2;

class SignOffsTest : public ::testing::Test {
 protected:
  feed::v1::Entry By(const std::string& person,
                     const std::string& system = "spiffe://a.example/d") {
    feed::v1::Entry entry;
    entry.set_sequence(++sequence_);
    entry.set_actor(system);
    entry.set_person(person);
    return entry;
  }
  void Submit(const std::string& person = "i#1") {
    feed::v1::ReturnSubmitted fact;
    FillPlace(fact.mutable_content());
    fact.mutable_content()->set_cell_digest(digest_);
    fact.set_levels(kLevels);
    const feed::v1::Entry entry = By(person);
    Name(entry, 0);
    submission_ = entry.sequence();
    sign_offs_.TakeSubmitted(entry, fact);
  }
  bool Sign(const std::string& person, uint32_t level) {
    feed::v1::ReturnSigned fact;
    FillPlace(&fact);
    fact.set_submission(submission_);
    fact.set_cell_digest(digest_);
    fact.set_level(level);
    const feed::v1::Entry entry = By(person);
    Name(entry, level);
    return !sign_offs_.TakeSigned(entry, fact).has_value();
  }
  bool Accept(const std::string& person) {
    const feed::v1::Entry entry = By(person);
    FillPlace(&accepted_);
    accepted_.set_submission(submission_);
    if (accepted_.cell_digest().empty()) accepted_.set_cell_digest(digest_);
    accepted_.set_origin(returns::v1::ORIGIN_SUBMITTED);
    return !sign_offs_.TakeAccepted(entry, accepted_, kLevels).has_value();
  }
  template <typename Fact>
  static void FillPlace(Fact* fact) {
    fact->set_organisation("RLQ");
    fact->set_collection("MSitAE");
    fact->set_period("2024-03");
  }
  void Name(const feed::v1::Entry& entry, uint32_t level) {
    returns::v1::SignOff* one = accepted_.add_sign_offs();
    one->set_level(level);
    one->set_system(entry.actor());
    one->set_person(entry.person());
    one->set_sequence(entry.sequence());
  }

  SignOffs sign_offs_;
  feed::v1::ReturnAccepted accepted_;
  uint64_t sequence_ = 10;
  uint64_t submission_ = 0;
  std::string digest_ = std::string(32, 'd');
};

TEST_F(SignOffsTest, AWholeLifeIsNoLie) {
  Submit();
  EXPECT_TRUE(Sign("i#2", 1));
  EXPECT_TRUE(Accept("i#3"));
}

TEST_F(SignOffsTest, TheSubmitterCannotSign) {
  Submit();
  EXPECT_FALSE(Sign("i#1", 1));
}

TEST_F(SignOffsTest, NobodySignsTwice) {
  Submit();
  EXPECT_TRUE(Sign("i#2", 1));
  EXPECT_FALSE(Accept("i#2"));
}

TEST_F(SignOffsTest, ASignatureIsMissing) {
  Submit();
  EXPECT_FALSE(Accept("i#3"));
}

TEST_F(SignOffsTest, AcceptedUnsigned) {
  submission_ = 0;
  EXPECT_FALSE(Accept("i#1"));
  accepted_.set_origin(returns::v1::ORIGIN_IMPORT);
  EXPECT_FALSE(sign_offs_.TakeAccepted(By("i#1"), accepted_, kLevels).has_value());
}

TEST_F(SignOffsTest, OtherCellsThanThoseSigned) {
  Submit();
  EXPECT_TRUE(Sign("i#2", 1));
  accepted_.set_cell_digest(std::string(32, 'e'));
  EXPECT_FALSE(Accept("i#3"));
}

TEST_F(SignOffsTest, SignaturesOfTheOneBeforeAreVoid) {
  Submit();
  EXPECT_TRUE(Sign("i#2", 1));
  accepted_.clear_sign_offs();
  Submit();
  EXPECT_FALSE(Accept("i#3"));
}

TEST_F(SignOffsTest, WhatWasSentBackIsNotAccepted) {
  Submit();
  EXPECT_TRUE(Sign("i#2", 1));
  feed::v1::SubmissionEnded ended;
  FillPlace(&ended);
  ended.set_submission(submission_);
  EXPECT_FALSE(sign_offs_.TakeEnded(ended).has_value());
  EXPECT_TRUE(sign_offs_.TakeEnded(ended).has_value());
  EXPECT_FALSE(Accept("i#3"));
}

TEST_F(SignOffsTest, NamesOfOthers) {
  Submit();
  EXPECT_TRUE(Sign("i#2", 1));
  accepted_.mutable_sign_offs(1)->set_person("i#9");
  EXPECT_FALSE(Accept("i#3"));
}

}  // namespace
}  // namespace onereturn::auditor
