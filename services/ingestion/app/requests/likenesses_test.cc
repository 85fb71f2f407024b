// The queue of likenesses, the rules in force, and reading the register.
#include "services/ingestion/app/requests/likenesses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/read_requests.h"
#include "services/ingestion/app/requests/stored_matching.h"
#include "services/ingestion/app/requests/testing/requests_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kAlike[] = R"(
  concerns { kind: CONCERN_KIND_NEAR_DUPLICATE line: 1 about: "items/beds" likeness: 870 })";

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
  absl::StatusOr<LikenessAnswer> DecideOn(const std::string& name, bool same,
                                          const std::string& id) {
    requests::v1::DecideLikenessRequest request;
    request.set_request_id(id);
    request.set_name(name);
    request.set_same(same);
    request.set_reason("both count beds at midnight");
    OfficerOrigin origin = By("X30", kStewards);
    origin.digest = Sha256(request.SerializeAsString());
    std::promise<absl::StatusOr<LikenessAnswer>> promise;
    data_requests().DecideLikeness(origin, request,
                                   [&promise](absl::StatusOr<LikenessAnswer> answer) {
                                     promise.set_value(std::move(answer));
                                   });
    return promise.get_future().get();
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

TEST_F(LikenessesTest, ADecisionHoldsForEver) {
  MatchedAs("beds that are open at night");
  const std::string name = Queue().at(0).name();
  const auto decided = DecideOn(name, true, "likeness-1");
  ASSERT_THAT(decided, IsOk());
  EXPECT_TRUE(decided->likeness.same());
  EXPECT_EQ(decided->likeness.decided().body(), "X30");
  EXPECT_EQ(decided->likeness.decided().sequence(), ingestion().LastSequence());
  EXPECT_THAT(Queue(), IsEmpty());
  EXPECT_THAT(Queue(true), SizeIs(1));
  EXPECT_THAT(DecideOn(name, false, "likeness-2"), HasReason(Reason::kRequestState));
  EXPECT_TRUE(DecideOn(name, true, "likeness-1")->accepted.replayed);
  EXPECT_THAT(DecideOn("likenesses/x.beds", true, "likeness-3"), HasReason(Reason::kNotFound));
  EXPECT_THAT(DecideOn(LikenessName({std::string(64, '0'), "beds"}), true, "likeness-4"),
              HasReason(Reason::kNotFound));
  // It is found again, and waits no more.
  MatchedAs("beds that are open at night");
  EXPECT_THAT(Queue(), IsEmpty());
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

}  // namespace
}  // namespace onereturn::ingestion
