// Changes that are made together: proposed, answered, decided.
#include "services/ingestion/app/catalogue/change_definitions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr char kOffice[] = "spiffe://onereturn.example/stewards";
constexpr char kMoss[] = "https://id.example#p-0001";
constexpr char kReed[] = "https://id.example#p-0002";
constexpr char kTrust[] = "https://id.example#p-0003";

class ChangeDefinitionsTest : public ::testing::Test {
 protected:
  ChangeDefinitionsTest() {
    for (const char* code : {"RLQ", "RCF", "RVW"}) Must(SmallProvider(code));
    Must(SmallItem("beds"));
    catalogue::v1::Collection collection = SmallCollection("SitRep", {"beds"});
    collection.set_co_produced(true);
    Must(collection);
  }

  template <typename Definition>
  void Must(const Definition& definition) {
    ASSERT_THAT(ingestion_.DefineOne(definition).status(), IsOk());
  }

  OfficerOrigin By(const std::string& person) {
    return OfficerOrigin{Actor{kOffice, person}, rights::v1::ROLE_STEWARD,
                         OrganisationScope::National(), Sha256(std::to_string(++requests_))};
  }
  template <typename Request>
  Request With(Request request) {
    request.set_request_id("r" + std::to_string(++requests_));
    return request;
  }
  using Answer = absl::StatusOr<ChangeAnswer>;
  template <typename Request>
  Answer Run(void (ChangeDefinitions::*step)(const OfficerOrigin&, const Request&,
                                             ChangeDefinitions::Done) const,
             const OfficerOrigin& origin, const Request& request) {
    std::promise<Answer> promise;
    (changes_.*step)(origin, request,
                     [&promise](Answer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }

  static catalogue::v1::Collection Better() {
    catalogue::v1::Collection collection = SmallCollection("SitRep", {"beds"});
    collection.set_co_produced(true);
    *collection.add_rules() = SmallRule("S1", "beds <= 10");
    return collection;
  }
  catalogue::v1::ProposeChangeRequest Proposal() {
    catalogue::v1::ProposeChangeRequest request;
    *request.mutable_change()->mutable_collection() = Better();
    request.mutable_change()->add_consultees("RLQ");
    request.mutable_change()->add_consultees("RCF");
    request.set_reason("too many beds were returned");
    return With(request);
  }
  Answer Propose(const std::string& person = kMoss) {
    return Run(&ChangeDefinitions::Propose, By(person), Proposal());
  }
  Answer Reply(const std::string& name, const std::string& organisation,
               catalogue::v1::Opinion opinion, const std::string& text = "") {
    catalogue::v1::ReplyToChangeRequest request;
    request.set_name(name);
    request.set_organisation(organisation);
    request.set_opinion(opinion);
    request.set_text(text);
    return Run(&ChangeDefinitions::Reply, By(kTrust), With(request));
  }
  catalogue::v1::DecideChangeRequest Decision(const std::string& name, bool approve) {
    catalogue::v1::DecideChangeRequest request;
    request.set_name(name);
    request.set_approve(approve);
    request.set_reason("agreed at the reference group");
    return With(request);
  }
  Answer Decide(const std::string& name, bool approve, const std::string& person = kReed) {
    return Run(&ChangeDefinitions::Decide, By(person), Decision(name, approve));
  }

  int requests_ = 0;
  TestIngestion ingestion_;
  FactWriter writer_{&ingestion_.store(), &ingestion_.committer(),
                     [](std::function<void()>) { return false; }};
  ChangeDefinitions changes_{&ingestion_.store(), &writer_};
};

TEST_F(ChangeDefinitionsTest, AChangeComesIntoForceByTheHandOfASecondPerson) {
  const Answer proposed = Propose();
  ASSERT_THAT(proposed, IsOk());
  const std::string name = proposed->change.name();
  EXPECT_EQ(name, "collections/SitRep/changes/1");
  EXPECT_EQ(proposed->change.state(), catalogue::v1::CHANGE_STATE_PROPOSED);
  EXPECT_EQ(proposed->change.proposed().person(), kMoss);
  EXPECT_TRUE(proposed->change.proposed().has_time());
  ASSERT_THAT(Reply(name, "RLQ", catalogue::v1::OPINION_AGREE), IsOk());
  const Answer objected = Reply(name, "RCF", catalogue::v1::OPINION_OBJECT, "we have twelve");
  ASSERT_THAT(objected, IsOk());
  EXPECT_THAT(objected->change.replies(), SizeIs(2));
  EXPECT_THAT(Decide(name, true, kMoss), HasReason(Reason::kSelfApproval));
  const Answer approved = Decide(name, true);
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->change.state(), catalogue::v1::CHANGE_STATE_APPROVED);
  EXPECT_EQ(approved->change.decided().reason(), "agreed at the reference group");
  // The definition is a fact of its usual kind, which names the change.
  feed::v1::Entry entry;
  feed::v1::CollectionDefined fact;
  ASSERT_TRUE(entry.ParseFromString(approved->accepted->receipt.entry));
  EXPECT_EQ(entry.kind(), feed::v1::ENTRY_KIND_COLLECTION_DEFINED);
  EXPECT_EQ(entry.name(), "collections/SitRep");
  EXPECT_EQ(entry.person(), kReed);
  ASSERT_TRUE(fact.ParseFromString(entry.fact()));
  EXPECT_EQ(fact.change(), name);
  EXPECT_EQ(fact.collection().version(), 2u);
  EXPECT_EQ(fact.collection().rules_size(), 1);
  // And it is what returns are judged by.
  const auto refused =
      ingestion_.Submit(SmallReturn(&ingestion_, "SitRep", "RLQ", "2027-03", {{"beds", 12}}));
  EXPECT_EQ(refused->verdict, Verdict::kInvalid);
}

TEST_F(ChangeDefinitionsTest, WhatIsCoProducedIsNotDefinedByOneSteward) {
  const absl::Status refused = ingestion_.DefineOne(Better()).status();
  EXPECT_THAT(refused, HasReason(Reason::kCoProduced));
  // What is in force may be sent again: applying a folder twice changes nothing.
  catalogue::v1::Collection same = SmallCollection("SitRep", {"beds"});
  same.set_co_produced(true);
  EXPECT_TRUE(ingestion_.DefineOne(same)->unchanged);
  // An item that is not may still be changed at once, or proposed.
  catalogue::v1::DataItem item = SmallItem("beds");
  item.set_display_name("Beds");
  item.set_co_produced(true);
  Must(item);
  item.set_display_name("Beds open");
  EXPECT_THAT(ingestion_.DefineOne(item).status(), HasReason(Reason::kCoProduced));
}

TEST_F(ChangeDefinitionsTest, WhoHasNotAnsweredIsNamed) {
  const std::string name = Propose()->change.name();
  ASSERT_THAT(Reply(name, "RLQ", catalogue::v1::OPINION_COMMENT, "by when?"), IsOk());
  const Answer early = Decide(name, true);
  EXPECT_THAT(early, HasReason(Reason::kChangeState));
  EXPECT_EQ(DetailsOf(early.status())->preconditions.at(0).subject, "organisations/RCF");
  catalogue::v1::DecideChangeRequest without = Decision(name, true);
  without.set_without_all_replies(true);
  EXPECT_THAT(Run(&ChangeDefinitions::Decide, By(kReed), without), IsOk());
  EXPECT_THAT(Reply(name, "RCF", catalogue::v1::OPINION_AGREE), HasReason(Reason::kChangeState));
  EXPECT_THAT(Decide(name, false), HasReason(Reason::kChangeState));
}

TEST_F(ChangeDefinitionsTest, AProposalIsJudgedAsADefinitionIs) {
  catalogue::v1::ProposeChangeRequest request = Proposal();
  request.mutable_change()->mutable_collection()->add_items("unheard_of");
  EXPECT_THAT(Run(&ChangeDefinitions::Propose, By(kMoss), request),
              HasReason(Reason::kDefinitionUnknown));
  request = Proposal();
  request.mutable_change()->mutable_collection()->clear_rules();
  EXPECT_THAT(Run(&ChangeDefinitions::Propose, By(kMoss), request),
              HasReason(Reason::kFieldInvalid));
  request = Proposal();
  request.mutable_change()->add_consultees("XXX");
  request.mutable_change()->add_consultees("RLQ");
  const Answer nobody = Run(&ChangeDefinitions::Propose, By(kMoss), request);
  EXPECT_THAT(nobody, HasReason(Reason::kFieldInvalid));
  EXPECT_EQ(DetailsOf(nobody.status())->fields_total, 2u);
  request = Proposal();
  request.set_reason("for 943 476 5919");
  EXPECT_THAT(Run(&ChangeDefinitions::Propose, By(kMoss), request),
              HasReason(Reason::kPersonalData));
  request = Proposal();
  request.mutable_change()->set_name("collections/SitRep/changes/9");
  EXPECT_THAT(Run(&ChangeDefinitions::Propose, By(kMoss), request), HasReason(Reason::kOutputOnly));
  request = Proposal();
  request.set_validate_only(true);
  const Answer judged = Run(&ChangeDefinitions::Propose, By(kMoss), request);
  ASSERT_THAT(judged, IsOk());
  EXPECT_FALSE(judged->accepted.has_value());
  EXPECT_EQ(Propose()->change.name(), "collections/SitRep/changes/1");
}

TEST_F(ChangeDefinitionsTest, OnlyThoseConsultedAnswerAndTheyAreUnderstood) {
  const std::string name = Propose()->change.name();
  EXPECT_THAT(Reply(name, "RVW", catalogue::v1::OPINION_AGREE), HasReason(Reason::kChangeState));
  EXPECT_THAT(Reply(name, "RLQ", catalogue::v1::OPINION_UNSPECIFIED, "yes"),
              HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Reply(name, "RLQ", catalogue::v1::OPINION_OBJECT), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Reply("collections/SitRep/changes/2", "RLQ", catalogue::v1::OPINION_AGREE),
              HasReason(Reason::kNotFound));
  EXPECT_THAT(Reply("items/x", "RLQ", catalogue::v1::OPINION_AGREE), HasReason(Reason::kNotFound));
}

TEST_F(ChangeDefinitionsTest, OfTwoChangesTheSecondIsOfAnOldState) {
  const std::string first = Propose()->change.name();
  const std::string second = Propose()->change.name();
  EXPECT_EQ(second, "collections/SitRep/changes/2");
  catalogue::v1::DecideChangeRequest decision = Decision(first, true);
  decision.set_without_all_replies(true);
  ASSERT_THAT(Run(&ChangeDefinitions::Decide, By(kReed), decision), IsOk());
  decision = Decision(second, true);
  decision.set_without_all_replies(true);
  EXPECT_THAT(Run(&ChangeDefinitions::Decide, By(kReed), decision),
              HasReason(Reason::kEtagMismatch));
  EXPECT_EQ(Decide(second, false)->change.state(), catalogue::v1::CHANGE_STATE_REFUSED);
}

TEST_F(ChangeDefinitionsTest, WhoeverProposedWithdraws) {
  const Answer proposed = Propose();
  catalogue::v1::WithdrawChangeRequest request;
  request.set_name(proposed->change.name());
  request.set_reason("not this year");
  EXPECT_THAT(Run(&ChangeDefinitions::Withdraw, By(kReed), With(request)),
              HasReason(Reason::kPermission));
  request.set_etag("\"1\"");
  EXPECT_THAT(Run(&ChangeDefinitions::Withdraw, By(kMoss), With(request)),
              HasReason(Reason::kEtagMismatch));
  request.set_etag(proposed->change.etag());
  EXPECT_EQ(Run(&ChangeDefinitions::Withdraw, By(kMoss), With(request))->change.state(),
            catalogue::v1::CHANGE_STATE_WITHDRAWN);
}

TEST_F(ChangeDefinitionsTest, ARepeatIsAnsweredAgainAndWrittenOnce) {
  const OfficerOrigin origin = By(kMoss);
  const catalogue::v1::ProposeChangeRequest request = Proposal();
  const Answer first = Run(&ChangeDefinitions::Propose, origin, request);
  const Answer again = Run(&ChangeDefinitions::Propose, origin, request);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->accepted->replayed);
  EXPECT_EQ(again->change.name(), first->change.name());
  const uint64_t before = ingestion_.LastSequence();
  const OfficerOrigin decider = By(kReed);
  const catalogue::v1::DecideChangeRequest decision = Decision(first->change.name(), false);
  ASSERT_THAT(Run(&ChangeDefinitions::Decide, decider, decision), IsOk());
  EXPECT_TRUE(Run(&ChangeDefinitions::Decide, decider, decision)->accepted->replayed);
  EXPECT_EQ(ingestion_.LastSequence(), before + 1);
}

TEST_F(ChangeDefinitionsTest, ADecisionSpendsATokenAndGivesItBackWhereItIsNotTaken) {
  const std::string name = Propose()->change.name();
  int spent = 0;
  OfficerOrigin origin = By(kReed);
  origin.spend_token = [&spent] {
    ++spent;
    return absl::OkStatus();
  };
  EXPECT_FALSE(Run(&ChangeDefinitions::Decide, origin, Decision(name, true)).ok());
  EXPECT_EQ(spent, 0);
  ASSERT_THAT(Run(&ChangeDefinitions::Decide, origin, Decision(name, false)), IsOk());
  EXPECT_EQ(spent, 1);
}

TEST_F(ChangeDefinitionsTest, ChangesAreListedByWhatIsAsked) {
  const std::string first = Propose()->change.name();
  const std::string second = Propose()->change.name();
  ASSERT_THAT(Decide(second, false), IsOk());
  const auto list = [this](const catalogue::v1::ListChangesRequest& request, size_t limit = 10,
                           const std::string& after = "") {
    const auto page = ListChanges(ingestion_.store(), request, after, limit).value();
    std::vector<std::string> names;
    for (const auto& change : page.rows) names.push_back(change.name());
    if (!page.after.empty()) names.push_back("more");
    return names;
  };
  catalogue::v1::ListChangesRequest request;
  EXPECT_THAT(list(request), ElementsAre(first, second));
  EXPECT_THAT(list(request, 1), ElementsAre(first, "more"));
  const std::string after = ListChanges(ingestion_.store(), request, "", 1)->after;
  EXPECT_THAT(list(request, 1, after), ElementsAre(second));
  request.set_state(catalogue::v1::CHANGE_STATE_PROPOSED);
  EXPECT_THAT(list(request), ElementsAre(first));
  request.set_consultee("RVW");
  EXPECT_THAT(list(request), ElementsAre());
  request.Clear();
  request.set_of("collections/SitRep");
  EXPECT_THAT(list(request), SizeIs(2));
  request.set_of("collections/Sit");
  EXPECT_THAT(list(request), SizeIs(0));
  request.set_of(second);
  EXPECT_THAT(list(request), ElementsAre(second));
}

}  // namespace
}  // namespace onereturn::ingestion
