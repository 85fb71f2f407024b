// Items that nobody used for long: a review is opened once, with those it concerns; it is kept, or
// its item is retired.
#include "services/ingestion/app/requests/hours/item_reviews.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "common/period/london_day.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/answers/item_uses.h"
#include "services/ingestion/app/requests/hours/item_usage.h"
#include "services/ingestion/app/requests/hours/open_item_reviews.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::ItemReview;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Three periods without a use lead to a review, once three months have gone by: the figures of all
// tests first come on 15 June, so that July, August and September have on 1 October.
class ReviewWorld : public IssueWorld {
 public:
  explicit ReviewWorld(CommitterOptions options = {}) : IssueWorld(std::move(options)) {
    requests::v1::RequestRules rules = Rules();
    rules.set_unused_periods(3);
    Define(rules);
    RestartReviews(ingestion().writer());
  }

  void RestartReviews(const FactWriter& writer) {
    opener_ = std::make_unique<OpenItemReviews>(&ingestion().store(), &writer, &ingestion().clock(),
                                                &picture_, &coverage_, kScheduler);
  }
  absl::Status Look() { return opener_->Run(); }
  absl::Status LookOn(const std::string& day) {
    ingestion().clock().Set(ParseTimestamp(absl::StrCat(day, "T12:00:00Z")).value());
    return Look();
  }
  void SendAcute(const std::vector<std::string>& months) {
    for (const std::string& month : months) {
      Say(Send("Acute", "RLQ", month, {{"admissions", 40}, {"wards", 3}}));
    }
  }
  void Use(const std::string& item, const std::string& body) {
    ItemUses uses(&ingestion().store(), &ingestion().committer(), &ingestion().clock());
    uses.Used({item, body, "Weekly", common::v1::PURPOSE_FUNDING});
    ONERETURN_CHECK(uses.Flush().ok());
  }
  absl::StatusOr<ItemReviewAnswer> Keep(const std::string& name,
                                        const std::string& reason = "the winter plan needs it") {
    requests::v1::KeepItemRequest request;
    request.set_request_id(absl::StrCat("keep-", ++kept_));
    request.set_name(name);
    request.set_reason(reason);
    OfficerOrigin origin = By("", kStewards);
    origin.digest = Sha256(request.SerializeAsString());
    std::promise<absl::StatusOr<ItemReviewAnswer>> promise;
    keep_items_.Keep(origin, request,
                     [&promise](auto answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  std::vector<ItemReview> Reviews(const requests::v1::ListItemReviewsRequest& request = {},
                                  uint64_t sequence = kNewest,
                                  const std::optional<std::string>& body = std::nullopt) {
    auto page = ListItemReviews(ingestion().store(), request, body, "", 100, sequence);
    Say(page);
    return page->rows;
  }
  requests::v1::ItemUsage UsageOf(const std::string& item) {
    const uint64_t sequence = ingestion().LastSequence();
    const auto catalogue = picture_.At(ingestion().store(), sequence).value();
    const auto held = coverage_.At(ingestion().store(), sequence).value();
    const auto page = ListItemUsage(
        ingestion().store(),
        {catalogue.get(), held.get(), sequence, LondonDay(ingestion().clock().Now())}, {}, "", 100);
    Say(page);
    for (const requests::v1::ItemUsage& row : page->rows) {
      if (row.item() == item) return row;
    }
    return {};
  }
  // "items/wards/reviews/1 OPEN since 2025-06-15 3 X24 X30"
  std::vector<std::string> Texts(uint64_t sequence = kNewest) {
    std::vector<std::string> texts;
    for (const ItemReview& one : Reviews({}, sequence)) {
      std::string text =
          absl::StrCat(one.name(), " ", requests::v1::ItemReviewState_Name(one.state()).substr(18),
                       " since ", one.unused_since(), " ", one.periods_unused());
      for (const std::string& user : one.users()) absl::StrAppend(&text, " ", user);
      texts.push_back(std::move(text));
    }
    return texts;
  }

 private:
  CataloguePicture picture_{ReadSaidForMatching};
  HeldCoverage coverage_;
  std::unique_ptr<OpenItemReviews> opener_;
  const KeepItems keep_items_{&ingestion().store(), &ingestion().writer()};
  int kept_ = 0;
};

class ItemReviewsTest : public ::testing::Test, protected ReviewWorld {};

constexpr char kWards[] = "items/wards/reviews/1";

TEST_F(ItemReviewsTest, WhatNobodyUsedForLongIsReviewedOnceWithItsUsers) {
  SendAcute({"2025-01", "2025-02"});
  ASSERT_THAT(LookOn("2025-06-16"), IsOk());
  EXPECT_THAT(Texts(), IsEmpty());
  Issued(Asking({"admissions"}, {"RLQ"}));
  Use("wards", "X30");
  Use("wards", "spiffe://example.nhs.uk/desk");
  ingestion().clock().Set(ParseTimestamp("2025-06-17T12:00:00Z").value());
  SendAcute({"2025-03"});
  ASSERT_THAT(LookOn("2025-09-30"), IsOk());
  EXPECT_THAT(Texts(), IsEmpty());
  ASSERT_THAT(LookOn("2025-10-01"), IsOk());
  EXPECT_THAT(Texts(), ElementsAre("items/admissions/reviews/1 OPEN since 2025-06-15 3 X24"));
  // Two more after the day of its use: wards were read on the 16th. On the same day it is not
  // looked at again.
  SendAcute({"2025-04", "2025-05"});
  ASSERT_THAT(Look(), IsOk());
  EXPECT_THAT(Texts(), SizeIs(1));
  ASSERT_THAT(LookOn("2025-10-02"), IsOk());
  EXPECT_THAT(Texts(), ElementsAre("items/admissions/reviews/1 OPEN since 2025-06-15 3 X24",
                                   "items/wards/reviews/1 OPEN since 2025-06-16 3 X30"));
  RestartReviews(ingestion().writer());
  ASSERT_THAT(Look(), IsOk());
  const std::vector<feed::v1::Entry> opened = EntriesOf(feed::v1::ENTRY_KIND_ITEM_REVIEW_OPENED);
  ASSERT_THAT(opened, SizeIs(2));
  EXPECT_EQ(opened[1].actor(), kScheduler);
  EXPECT_EQ(Reviews()[1].opened_sequence(), opened[1].sequence());
  EXPECT_THAT(Texts(opened[1].sequence() - 1), SizeIs(1));
}

TEST_F(ItemReviewsTest, WhoAskedByADescriptionIsNamedToo) {
  catalogue::v1::DataItem wards = SmallItem("wards");
  wards.set_additive_over_organisations(true);
  wards.set_additive_over_time(true);
  wards.mutable_meaning()->set_concept_code("ward");
  wards.mutable_meaning()->set_measure("count");
  Define(wards);
  SendAcute({"2025-01", "2025-02", "2025-03"});
  requests::v1::DataRequest request = Asking({"admissions"}, {"RLQ"});
  auto* described = request.add_lines()->mutable_described();
  described->set_display_name("Wards that are open");
  described->set_definition_text("Wards with a patient.");
  described->set_unit(wards.unit());
  described->set_concept_code("ward");
  described->set_measure("count");
  ASSERT_THAT(Now(Issued(request)).issue().line_items(), ElementsAre("admissions", "wards"));
  ASSERT_THAT(LookOn("2025-10-01"), IsOk());
  EXPECT_THAT(Texts(), ElementsAre("items/admissions/reviews/1 OPEN since 2025-06-15 3 X24",
                                   "items/wards/reviews/1 OPEN since 2025-06-15 3 X24"));
}

// Two years that are loaded on one day were nobody's to use before: they are not unused for years.
TEST_F(ItemReviewsTest, HistoryThatIsLoadedCountsFromTheDayOnWhichItCame) {
  std::vector<std::string> months;
  for (const char* year : {"2023-", "2024-"}) {
    for (const char* month :
         {"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"}) {
      months.push_back(absl::StrCat(year, month));
    }
  }
  SendAcute(months);
  ASSERT_THAT(LookOn("2025-06-16"), IsOk());
  EXPECT_THAT(Texts(), IsEmpty());
  EXPECT_EQ(UsageOf("wards").periods_unused(), 0u);
  EXPECT_FALSE(UsageOf("wards").review());
  ASSERT_THAT(LookOn("2025-08-31"), IsOk());
  EXPECT_EQ(UsageOf("wards").periods_unused(), 1u);
  ASSERT_THAT(LookOn("2025-10-01"), IsOk());
  EXPECT_THAT(Texts(), ElementsAre("items/admissions/reviews/1 OPEN since 2025-06-15 3",
                                   "items/wards/reviews/1 OPEN since 2025-06-15 3"));
}

TEST_F(ItemReviewsTest, WhoIsNamedFindsItself) {
  SendAcute({"2025-01", "2025-02", "2025-03"});
  Issued(Asking({"admissions"}, {"RLQ"}));
  ASSERT_THAT(LookOn("2025-10-01"), IsOk());
  ASSERT_THAT(Reviews(), SizeIs(2));
  requests::v1::ListItemReviewsRequest request;
  request.set_body("X24");
  ASSERT_THAT(Reviews(request), SizeIs(1));
  EXPECT_EQ(Reviews(request)[0].item(), "admissions");
  request.set_body("X30");
  EXPECT_THAT(Reviews(request), IsEmpty());
  request.clear_body();
  request.set_mine(true);
  EXPECT_THAT(Reviews(request, kNewest, "X24"), SizeIs(1));
  EXPECT_THAT(Reviews(request, kNewest, "X30"), IsEmpty());
  EXPECT_THAT(Reviews(request, kNewest, std::nullopt), IsEmpty());
}

TEST_F(ItemReviewsTest, WhatIsKeptGoesToReviewAnewAfterAsManyPeriods) {
  SendAcute({"2025-01", "2025-02", "2025-03"});
  ASSERT_THAT(LookOn("2025-10-01"), IsOk());
  EXPECT_THAT(Keep("items/wards/reviews/2"), HasReason(Reason::kNotFound));
  EXPECT_THAT(Keep("items/wards"), HasReason(Reason::kNotFound));
  EXPECT_THAT(Keep(kWards, ""), HasReason(Reason::kFieldInvalid));
  const auto kept = Keep(kWards);
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->review.state(), requests::v1::ITEM_REVIEW_STATE_KEPT);
  EXPECT_EQ(kept->review.kept().reason(), "the winter plan needs it");
  EXPECT_EQ(kept->review.kept().system(), kStewards);
  EXPECT_THAT(Keep(kWards), HasReason(Reason::kRequestState));
  const uint64_t keeping = kept->review.kept().sequence();
  EXPECT_EQ(Texts(keeping - 1)[1], "items/wards/reviews/1 OPEN since 2025-06-15 3");
  ASSERT_THAT(LookOn("2025-10-02"), IsOk());
  EXPECT_EQ(Texts()[1], "items/wards/reviews/1 KEPT since 2025-06-15 3");
  SendAcute({"2024-10", "2024-11"});
  ASSERT_THAT(LookOn("2026-02-01"), IsOk());
  EXPECT_EQ(Texts()[1], "items/wards/reviews/1 KEPT since 2025-06-15 3");
  SendAcute({"2024-12"});
  ASSERT_THAT(LookOn("2026-02-02"), IsOk());
  EXPECT_EQ(Texts()[1], "items/wards/reviews/2 OPEN since 2025-10-01 3");
}

TEST_F(ItemReviewsTest, WhatIsRetiredIsSaidSoAndReviewedNoMore) {
  SendAcute({"2025-01", "2025-02", "2025-03"});
  ASSERT_THAT(LookOn("2025-10-01"), IsOk());
  const uint64_t before = ingestion().LastSequence();
  Define(Parse<catalogue::v1::Collection>(R"(
      code: "Acute" display_name: "Acute" period_kind: PERIOD_KIND_MONTH items: "admissions"
      valid_from_period: "2025-12")"));
  catalogue::v1::DataItem wards = SmallItem("wards");
  wards.set_additive_over_organisations(true);
  wards.set_additive_over_time(true);
  wards.set_retired_from_period("2025-12");
  wards.set_retirement_reason("nobody reads it");
  Define(wards);
  const ItemReview review = Reviews()[1];
  EXPECT_EQ(review.state(), requests::v1::ITEM_REVIEW_STATE_RETIRED);
  EXPECT_EQ(review.retired_from_period(), "2025-12");
  EXPECT_EQ(Reviews({}, before)[1].state(), requests::v1::ITEM_REVIEW_STATE_OPEN);
  EXPECT_THAT(Keep(kWards), HasReason(Reason::kRequestState));
  SendAcute({"2024-10", "2024-11", "2024-12"});
  ASSERT_THAT(LookOn("2025-10-02"), IsOk());
  EXPECT_THAT(EntriesOf(feed::v1::ENTRY_KIND_ITEM_REVIEW_OPENED), SizeIs(2));
}

TEST_F(ItemReviewsTest, OtherRulesAreLookedAtAtOnceAndNoneIsNoReview) {
  SendAcute({"2025-01", "2025-02"});
  ASSERT_THAT(LookOn("2025-09-01"), IsOk());
  EXPECT_THAT(Texts(), IsEmpty());
  requests::v1::RequestRules rules = Rules();
  rules.set_unused_periods(0);
  Define(rules);
  ASSERT_THAT(Look(), IsOk());
  EXPECT_THAT(Texts(), IsEmpty());
  rules.set_unused_periods(2);
  Define(rules);
  ASSERT_THAT(Look(), IsOk());
  EXPECT_THAT(Texts(), SizeIs(2));
}

// Three returns, of admissions 10 minutes of gathering each, at 61 pence an hour: 30.5 pence.
TEST_F(ItemReviewsTest, CostIsOfFiguresInPenceAndRoundedOnce) {
  requests::v1::RequestRules rules = Rules();
  auto* band = rules.add_pay_bands();
  band->set_lens("gathering");
  band->set_band("six");
  band->set_pence_an_hour(61);
  Define(rules);
  SendAcute({"2025-01", "2025-02", "2025-03"});
  EXPECT_EQ(UsageOf("admissions").minutes(), 30u);
  EXPECT_EQ(UsageOf("admissions").cost_pence(), 31u);
  EXPECT_EQ(UsageOf("admissions").pence_a_use(), 0u);
  // Of 30.5, not of 31: 15.25 each, 10.16..., 6.1.
  Use("admissions", "X24");
  EXPECT_EQ(UsageOf("admissions").pence_a_use(), 31u);
  Use("admissions", "X24");
  EXPECT_EQ(UsageOf("admissions").pence_a_use(), 15u);
  Use("admissions", "X30");
  EXPECT_EQ(UsageOf("admissions").pence_a_use(), 10u);
  // A lens without a band costs nothing.
  EXPECT_EQ(UsageOf("wards").minutes(), 15u);
  EXPECT_EQ(UsageOf("wards").cost_pence(), 0u);
}

// Each commit is on disk, and its writer is never told: as a kill between the sync and the answer.
TEST_F(ItemReviewsTest, AfterAnyKillTheRestFollowsOnce) {
  for (size_t kill = 1; kill <= 2; ++kill) {
    std::atomic<bool> armed{false};
    std::atomic<size_t> commits{0};
    CommitterOptions options;
    options.on_head = [&](const SignedHead&) -> absl::Status {
      if (!armed || ++commits != kill) return absl::OkStatus();
      return Error(Reason::kLedgerBehind, "killed");
    };
    ReviewWorld world(std::move(options));
    world.SendAcute({"2025-01", "2025-02", "2025-03"});
    armed = true;
    EXPECT_THAT(world.LookOn("2025-10-01"), HasReason(Reason::kLedgerBehind)) << kill;
    CommitterOptions plain;
    plain.service = "ingestion";
    plain.on_fatal = [](const absl::Status&) { ONERETURN_CHECK(false); };
    const auto committer = Committer::Start(&world.ingestion().store(), &world.ingestion().clock(),
                                            KeyFromSeed(std::string(64, '7')), std::move(plain))
                               .value();
    const FactWriter writer(&world.ingestion().store(), committer.get(), nullptr);
    world.RestartReviews(writer);
    ASSERT_THAT(world.Look(), IsOk()) << kill;
    world.RestartReviews(writer);
    ASSERT_THAT(world.Look(), IsOk()) << kill;
    EXPECT_THAT(world.EntriesOf(feed::v1::ENTRY_KIND_ITEM_REVIEW_OPENED), SizeIs(2)) << kill;
  }
}

}  // namespace
}  // namespace onereturn::ingestion
