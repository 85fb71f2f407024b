// The queue of likenesses, the rules in force, and reading the register.
#include "services/ingestion/app/requests/register/likenesses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/matching/stored_matching.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/app/requests/rules_in_force.h"
#include "services/ingestion/app/requests/testing/requests_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kAlike[] = R"(
  concerns { kind: CONCERN_KIND_NEAR_DUPLICATE line: 1 about: "items/beds" likeness: 870 })";

absl::StatusOr<LikenessAnswer> DecideOnLikenessIn(RequestsWorld* world, const std::string& name,
                                                  bool same, const std::string& id,
                                                  const std::string& body = "X30",
                                                  bool replace = false,
                                                  const std::string& system = kStewards) {
  requests::v1::DecideLikenessRequest request;
  request.set_request_id(id);
  request.set_name(name);
  request.set_same(same);
  request.set_reason("both count beds at midnight");
  request.set_replace(replace);
  OfficerOrigin origin = world->By(body, system);
  origin.digest = Sha256(request.SerializeAsString());
  std::promise<absl::StatusOr<LikenessAnswer>> promise;
  world->data_requests().DecideLikeness(
      origin, request,
      [&promise](absl::StatusOr<LikenessAnswer> answer) { promise.set_value(std::move(answer)); });
  return promise.get_future().get();
}

class LikenessesTest : public ::testing::Test, protected RequestsWorld {
 protected:
  static requests::v1::DataRequest Described(const std::string& words) {
    requests::v1::DataRequest draft = RequestsWorld::Draft();
    auto* described = draft.mutable_lines(0)->mutable_described();
    described->set_display_name("Beds at night");
    described->set_unit("beds");
    described->set_definition_text(words);
    return draft;
  }
  std::string MatchedAs(const std::string& words) {
    matching().Tell(kAlike);
    const std::string name = Draft(Described(words))->request.name();
    EXPECT_THAT(Match(name), IsOk());
    return name;
  }
  std::vector<requests::v1::Likeness> Queue(bool decided = false, const std::string& after = "",
                                            size_t limit = 100) {
    return ListLikenesses(ingestion().store(), decided, after, limit)->rows;
  }
  // What was decided of all likenesses, as matching reads it.
  std::vector<bool> SameAt(uint64_t sequence) {
    const auto said = ReadSaidForMatching(ingestion().store(), sequence);
    EXPECT_THAT(said, IsOk());
    std::vector<bool> same;
    for (const auto& [description, items] : said->likenesses) {
      for (const auto& [item, decision] : items) same.push_back(decision.same);
    }
    return same;
  }
  absl::StatusOr<LikenessAnswer> DecideOn(const std::string& name, bool same, const std::string& id,
                                          const std::string& body = "X30", bool replace = false,
                                          const std::string& system = kStewards) {
    return DecideOnLikenessIn(this, name, same, id, body, replace, system);
  }
  using RequestsWorld::Draft;
};

TEST_F(LikenessesTest, WhatIsAlikeWaitsOnceForASteward) {
  const std::string first = MatchedAs("beds that are open at night");
  MatchedAs("beds that are open at night");
  MatchedAs("beds in wards");
  EXPECT_THAT(Queue(), SizeIs(2));
  for (const requests::v1::Likeness& likeness : Queue()) {
    EXPECT_EQ(likeness.item(), "beds");
    EXPECT_EQ(likeness.likeness(), 870u);
    EXPECT_EQ(likeness.line(), 1u);
    EXPECT_FALSE(likeness.has_decided());
  }
  const auto page = ListLikenesses(ingestion().store(), false, "", 1);
  ASSERT_THAT(page->rows, SizeIs(1));
  EXPECT_THAT(Queue(false, page->after), SizeIs(1));
}

TEST_F(LikenessesTest, ADecisionHoldsUntilItIsReplaced) {
  MatchedAs("beds that are open at night");
  const std::string name = Queue().at(0).name();
  const auto decided = DecideOn(name, true, "likeness-1");
  ASSERT_THAT(decided, IsOk());
  const uint64_t first = ingestion().LastSequence();
  EXPECT_TRUE(decided->likeness.same());
  EXPECT_EQ(decided->likeness.decided().body(), "X30");
  EXPECT_EQ(decided->likeness.decided().sequence(), first);
  EXPECT_THAT(Queue(), IsEmpty());
  EXPECT_THAT(Queue(true), SizeIs(1));
  EXPECT_THAT(DecideOn(name, false, "likeness-2"), HasReason(Reason::kRequestState));
  EXPECT_THAT(DecideOn(name, true, "likeness-3", "X30", true), HasReason(Reason::kRequestState));
  ASSERT_THAT(DecideOn(name, false, "likeness-4", "X30", true), IsOk());
  const uint64_t second = ingestion().LastSequence();
  const requests::v1::Likeness now = Queue(true).at(0);
  EXPECT_FALSE(now.same());
  EXPECT_EQ(now.decided().sequence(), second);
  ASSERT_THAT(now.earlier(), SizeIs(1));
  EXPECT_TRUE(now.earlier(0).same());
  EXPECT_EQ(now.earlier(0).decided().sequence(), first);
  // Matching goes by what was decided at its position.
  Define(Parse<requests::v1::RequestRules>(
      "code: 'rules' near_duplicate_from: 450 challenge_days: 10 review_days: 28 source: 'test'"));
  EXPECT_THAT(SameAt(ingestion().LastSequence()), ElementsAre(false));
  EXPECT_FALSE(LikenessAt(now, second).same());
  EXPECT_TRUE(LikenessAt(now, second - 1).same());
  EXPECT_TRUE(LikenessAt(now, first).same());
  EXPECT_FALSE(LikenessAt(now, first - 1).has_decided());
  // A repeat is answered as it was.
  const auto repeat = DecideOn(name, true, "likeness-1");
  EXPECT_TRUE(repeat->accepted.replayed);
  EXPECT_TRUE(repeat->likeness.same());
  // It is found again, and waits no more.
  MatchedAs("beds that are open at night");
  EXPECT_THAT(Queue(), IsEmpty());
}

TEST_F(LikenessesTest, ALikenessThatIsNoneIsNotDecided) {
  EXPECT_THAT(DecideOn("likenesses/x.beds", true, "likeness-1"), HasReason(Reason::kNotFound));
  EXPECT_THAT(DecideOn(LikenessName({std::string(64, '0'), "beds"}), true, "likeness-2"),
              HasReason(Reason::kNotFound));
}

// X26 merged into X24, which asks, and X25 into X26.
TEST_F(LikenessesTest, WhoAsksForTheFigureDoesNotDecide) {
  MatchedAs("beds that are open at night");
  const std::string name = Queue().at(0).name();
  for (const char* body : {"X24", "X26", "X25", ""}) {
    EXPECT_THAT(DecideOn(name, false, absl::StrCat("by-", body, "-"), body),
                HasReason(Reason::kSelfApproval))
        << body;
  }
  EXPECT_THAT(DecideOn(name, false, "by-the-drafter", "X30", false, kDesk),
              HasReason(Reason::kSelfApproval));
  // Another request that describes the same figure, though it was found in the first.
  requests::v1::DataRequest other = Described("beds that are open at night");
  other.set_requesting_body("X30");
  ASSERT_THAT(Draft(other, "X30"), IsOk());
  EXPECT_THAT(DecideOn(name, false, "by-another-asker"), HasReason(Reason::kSelfApproval));
  EXPECT_THAT(DecideOn(name, false, "by-a-third", "X31"), IsOk());
}

TEST_F(LikenessesTest, TheRulesInForceAreThoseDefinedLast) {
  EXPECT_THAT(RequestRulesAt(ingestion().store(), kNewest), HasReason(Reason::kNotFound));
  // Who asks is told what is missing, and not that what he asks for is not there.
  EXPECT_THAT(ReadSaidForMatching(ingestion().store(), kNewest).status(),
              HasReason(Reason::kDefinitionUnknown));
  const auto rules = [](const std::string& code, int from) {
    return Parse<requests::v1::RequestRules>(
        absl::StrCat("code: '", code, "' near_duplicate_from: ", from,
                     " challenge_days: 10 review_days: 28 source: 'DAPB0002'"));
  };
  const auto first = ingestion().DefineOne(rules("b-rules", 800));
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->definition.name(), "requestRules/b-rules");
  EXPECT_EQ(first->definition.version(), 1u);
  const uint64_t then = ingestion().LastSequence();
  ASSERT_THAT(ingestion().DefineOne(rules("a-rules", 900)), IsOk());
  EXPECT_EQ(RequestRulesAt(ingestion().store(), kNewest)->code(), "a-rules");
  EXPECT_EQ(RequestRulesAt(ingestion().store(), then)->code(), "b-rules");
  EXPECT_TRUE(ingestion().DefineOne(rules("b-rules", 800))->unchanged);
  ASSERT_THAT(ingestion().DefineOne(rules("b-rules", 850)), IsOk());
  EXPECT_EQ(RequestRulesAt(ingestion().store(), kNewest)->version(), 2u);
  requests::v1::RequestRules wrong = rules("c", 800);
  wrong.add_budgets()->set_body("X99");
  EXPECT_THAT(ingestion().DefineOne(wrong), HasReason(Reason::kDefinitionUnknown));
}

TEST_F(LikenessesTest, TheRegisterIsListed) {
  const auto list = [this](const std::string& text, const std::string& after = "",
                           size_t limit = 100, uint64_t sequence = kNewest) {
    const auto page =
        ListDataRequests(ingestion().store(), data_requests().World(),
                         Parse<requests::v1::ListRequestsRequest>(text), sequence, after, limit);
    std::vector<std::string> references;
    for (const auto& row : page->rows) references.push_back(row.reference());
    return references;
  };
  const std::string first = InState(requests::v1::REQUEST_STATE_DRAFT);
  const uint64_t then = ingestion().LastSequence();
  requests::v1::DataRequest other = Draft();
  other.set_requesting_body("X30");
  other.clear_organisations();
  other.add_organisations("RCF");
  ASSERT_THAT(Draft(other, "X30"), IsOk());
  InState(requests::v1::REQUEST_STATE_MATCHED);
  EXPECT_THAT(list(""), ElementsAre("001-00", "002-00", "003-00"));
  EXPECT_THAT(list("", "1", 1), ElementsAre("002-00"));
  EXPECT_THAT(list("", "", 100, then), ElementsAre("001-00"));
  EXPECT_THAT(list("requesting_body: 'X30'"), ElementsAre("002-00"));
  EXPECT_THAT(list("state: REQUEST_STATE_MATCHED"), ElementsAre("003-00"));
  // RLQ is in Y63, and RCF in Y62.
  EXPECT_THAT(list("asked_of: 'RLQ'"), ElementsAre("001-00", "003-00"));
  EXPECT_THAT(list("asked_of: 'Y63'"), ElementsAre("001-00", "003-00"));
  EXPECT_THAT(list("asked_of: 'Y62'"), ElementsAre("001-00", "002-00", "003-00"));
  EXPECT_THAT(list("asked_of: 'X30'"), IsEmpty());
}

// RLQ goes from Y63 to Y62 on 1 July: as of June it was asked as one of Y63.
TEST_F(LikenessesTest, TheRegisterIsListedByTheTiesOfThePositionsDay) {
  Define(Parse<catalogue::v1::Organisation>(
      R"(code: "RLQ" display_name: "Trust" type: ORGANISATION_TYPE_PROVIDER
         relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_REGION parent: "Y63"
                         from_date: "2020-04-01" to_date: "2025-06-30" lead: true }
         relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_REGION parent: "Y62"
                         from_date: "2025-07-01" lead: true })"));
  InState(requests::v1::REQUEST_STATE_DRAFT);
  const uint64_t june = ingestion().LastSequence();
  const auto asked_of_y63 = [this](uint64_t sequence) {
    requests::v1::ListRequestsRequest request;
    request.set_asked_of("Y63");
    return ListDataRequests(ingestion().store(), data_requests().World(), request, sequence, "",
                            100)
        ->rows.size();
  };
  EXPECT_EQ(asked_of_y63(june), 1u);
  ingestion().clock().Set(ParseTimestamp("2025-08-01T12:00:00Z").value());
  InState(requests::v1::REQUEST_STATE_DRAFT);
  EXPECT_EQ(asked_of_y63(june), 1u);
  EXPECT_EQ(asked_of_y63(ingestion().LastSequence()), 0u);
  EXPECT_EQ(asked_of_y63(kNewest), 0u);
}

TEST_F(LikenessesTest, WhatIsShownIsMatchedAndNotKept) {
  const auto preview = [this](const requests::v1::PreviewMatchRequest& request) {
    return PreviewMatchOf(ingestion().store(), data_requests().World(), request, kNewest);
  };
  matching().Tell(kSomeAsked);
  const uint64_t before = ingestion().LastSequence();
  requests::v1::PreviewMatchRequest request;
  EXPECT_THAT(preview(request), HasReason(Reason::kFieldInvalid));
  *request.mutable_data_request() = Draft();
  EXPECT_EQ(preview(request)->match().gaps_size(), 2);
  EXPECT_EQ(preview(request)->match().summary().sequence(), before);
  EXPECT_EQ(ingestion().LastSequence(), before);
  request.mutable_data_request()->mutable_lines(0)->set_item("wards");
  EXPECT_THAT(preview(request), HasReason(Reason::kDefinitionUnknown));
  request.set_name("requests/001-00");
  EXPECT_THAT(preview(request), HasReason(Reason::kFieldInvalid));
  request.clear_data_request();
  EXPECT_THAT(preview(request), HasReason(Reason::kNotFound));
  ASSERT_THAT(Draft(Draft()), IsOk());
  EXPECT_EQ(preview(request)->match().gaps_size(), 2);
}

// Matches as it is told, after something else has happened.
class MatchingAfterAnother final : public RequestMatching {
 public:
  void Tell(const std::string& match) { told_.Tell(match); }
  // `happens` within the next match, which has looked at the store before.
  void Before(std::function<void()> happens) { happens_ = std::move(happens); }

  absl::Status CheckDraft(const Reader& reader, const requests::v1::DataRequest& request,
                          uint64_t sequence) const override {
    return told_.CheckDraft(reader, request, sequence);
  }
  absl::StatusOr<AskedOrganisations> OrganisationsAt(const Reader& reader,
                                                     uint64_t sequence) const override {
    return told_.OrganisationsAt(reader, sequence);
  }
  absl::StatusOr<requests::v1::Match> MatchAt(const Reader& reader,
                                              const requests::v1::DataRequest& request,
                                              uint64_t sequence, DueMinutes* due) const override {
    if (const auto happens = std::exchange(happens_, nullptr)) happens();
    return told_.MatchAt(reader, request, sequence, due);
  }
  std::string DescriptionKeyOf(const requests::v1::DescribedItem& described) const override {
    return told_.DescriptionKeyOf(described);
  }

 private:
  ToldMatching told_;
  mutable std::function<void()> happens_;
};

TEST(RacingLikenessTest, ADecisionIsNotOverwrittenByAMatchThatLookedBefore) {
  MatchingAfterAnother matching;
  RequestsWorld world(&matching);
  matching.Tell(kAlike);
  requests::v1::DataRequest draft = RequestsWorld::Draft();
  *draft.mutable_lines(0)->mutable_described() = RequestsWorld::Parse<requests::v1::DescribedItem>(
      R"(display_name: "Beds at night" unit: "beds" definition_text: "beds at night")");
  const std::string slow = world.Draft(draft)->request.name();
  draft.set_title("The same beds");
  const std::string quick = world.Draft(draft)->request.name();
  std::string name;
  matching.Before([&] {
    ASSERT_THAT(world.Match(quick), IsOk());
    name = ListLikenesses(world.ingestion().store(), false, "", 10)->rows.at(0).name();
    ASSERT_THAT(DecideOnLikenessIn(&world, name, true, "likeness-1"), IsOk());
  });
  ASSERT_THAT(world.Match(slow), IsOk());
  EXPECT_THAT(ListLikenesses(world.ingestion().store(), false, "", 10)->rows, IsEmpty());
  const auto all = ListLikenesses(world.ingestion().store(), true, "", 10)->rows;
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].name(), name);
  EXPECT_TRUE(all[0].same());
  EXPECT_EQ(all[0].request(), quick);
}

}  // namespace
}  // namespace onereturn::ingestion
