// Over random histories: what matching prices is what issuing books, and no minute is lost later.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

constexpr int kWorlds = 8;
constexpr int kIssuesEach = 25;

class IssueBookingTest : public ::testing::Test {
 protected:
  std::string MonthUpToJune(uint32_t first = 1) {
    return absl::StrCat("2025-0", first + random_() % (7 - first));
  }
  std::string Provider() { return std::vector<std::string>{"RAE", "RCF", "RLQ"}[random_() % 3]; }

  void SendAny(IssueWorld* world) {
    const auto sent = world->Send("Acute", Provider(), MonthUpToJune(),
                                  {{"admissions", static_cast<int>(random_() % 1'000)},
                                   {"wards", static_cast<int>(random_() % 9)}});
    ASSERT_THAT(sent, IsOk());
  }

  // Of June, whose window is open, and which the frames make RAE owe.
  void SendTimed(IssueWorld* world) {
    ASSERT_THAT(
        world->Send("Timed", "RAE", "2025-06", {{"visits", static_cast<int>(random_() % 1'000)}}),
        IsOk());
  }

  // A version of Timed that has calls, or has them no longer.
  void DefineTimedAnew(IssueWorld* world) {
    catalogue::v1::Collection timed = IssueWorld::Timed();
    timed.set_display_name(absl::StrCat("Timed ", ++versions_));
    if (versions_ % 2 == 1) {
      timed.add_items("calls");
      catalogue::v1::ItemMinutes* of_calls = timed.add_item_minutes();
      of_calls->set_item("calls");
      of_calls->mutable_minutes()->set_gathering(11);
    }
    world->Define(timed);
  }

  requests::v1::DataRequest AnyDraft() {
    std::vector<std::string> items;
    for (const char* item : {"admissions", "wards", "visits", "calls", "beds"}) {
      if (random_() % 2 == 0) items.push_back(item);
    }
    std::vector<std::string> organisations;
    for (const char* code : {"RAE", "RCF", "RLQ"}) {
      if (random_() % 2 == 0) organisations.push_back(code);
    }
    if (items.empty()) items.push_back("wards");
    if (organisations.empty()) organisations.push_back("RCF");
    requests::v1::DataRequest draft = IssueWorld::Asking(items, organisations);
    if (random_() % 4 == 0) {
      // Like no other's words, or a steward would have to say whether it is the same.
      requests::v1::DescribedItem* described = draft.add_lines()->mutable_described();
      described->set_display_name(DigestToHex(Sha256(absl::StrCat("name ", ++described_))));
      described->set_definition_text(DigestToHex(Sha256(absl::StrCat("text ", described_))));
      described->set_unit("patients");
    }
    const std::string first = MonthUpToJune();
    draft.set_from_period(first);
    draft.set_to_period(MonthUpToJune(static_cast<uint32_t>(first.back() - '0')));
    return draft;
  }

  // That the request's accounts are what it was priced at.
  void CheckBooked(IssueWorld* world, const std::string& name, const MatchResult& match) {
    const auto accounts =
        AccountsOfRequest(world->ingestion().store(), DataRequestNumber(name), kNewest);
    ASSERT_THAT(accounts, IsOk());
    for (const auto& [organisation, price] : match.prices) {
      const auto account = accounts->find(organisation);
      ASSERT_NE(account, accounts->end()) << name << " " << organisation;
      EXPECT_EQ(account->second.Asked(), price.avoided + price.outstanding) << organisation;
      EXPECT_EQ(account->second.outstanding, price.outstanding) << name << " " << organisation;
      asked_[name][organisation] = account->second.Asked();
    }
    for (const auto& [organisation, account] : *accounts) {
      if (match.prices.count(organisation) == 0) {
        EXPECT_EQ(account.Asked().Total(), 0u);
      }
    }
  }

  // Whatever happened since, all that was asked is still accounted for.
  void CheckKept(IssueWorld* world) {
    for (const auto& [name, asked] : asked_) {
      const auto accounts =
          AccountsOfRequest(world->ingestion().store(), DataRequestNumber(name), kNewest);
      ASSERT_THAT(accounts, IsOk());
      for (const auto& [organisation, minutes] : asked) {
        EXPECT_EQ(accounts->at(organisation).Asked(), minutes) << name << " " << organisation;
      }
    }
  }

  std::mt19937 random_{20250616};
  int described_ = 0;
  int versions_ = 0;  // Of Timed, beside the first.
  std::map<std::string, std::map<std::string, Minutes>> asked_;
};

TEST_F(IssueBookingTest, WhatIsPricedIsBooked) {
  for (int run = 0; run < kWorlds; ++run) {
    IssueWorld world;
    asked_.clear();
    versions_ = 0;
    catalogue::v1::DataItem calls = SmallItem("calls");
    calls.set_additive_over_organisations(true);
    calls.set_additive_over_time(true);
    world.Define(calls);
    ASSERT_THAT(world.RunAt("2025-07-02T09:00:00Z"), IsOk());
    for (int issue = 0; issue < kIssuesEach; ++issue) {
      if (random_() % 2 == 0) SendAny(&world);
      if (random_() % 8 == 0) DefineTimedAnew(&world);
      if (random_() % 8 == 0) SendTimed(&world);
      if (random_() % 4 == 0 && !asked_.empty()) {
        const auto any = std::next(asked_.begin(), static_cast<long>(random_() % asked_.size()));
        const auto ended = world.End(any->first);
        ASSERT_TRUE(ended.ok() ||
                    world.Now(any->first).state() == requests::v1::REQUEST_STATE_ENDED);
      }
      const std::string name = world.Approved(AnyDraft());
      const Snapshot snapshot = world.ingestion().store().TakeSnapshot();
      const auto matched = world.matching_on_the_store().Read(snapshot, world.Now(name), kNewest);
      ASSERT_THAT(matched, IsOk());
      const MatchResult match = MatchAsk(matched->ask, matched->world);
      const auto issued = world.Issue(name);
      ASSERT_THAT(issued, IsOk());
      CheckBooked(&world, name, match);
      if (issue % 5 == 4) CheckKept(&world);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace onereturn::ingestion
