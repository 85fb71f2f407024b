// The accounts of requests: worked by hand, and over random histories of real steps.
#include "services/ingestion/app/requests/hours/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/hours_world.h"
#include "services/ingestion/definitions/minutes_messages.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::ListAccountsRequest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string AllOf(const requests::v1::Account& account) { return account.SerializeAsString(); }

// "X24 RLQ asked=c+a+o+r", of all lenses together.
std::string AccountText(const requests::v1::Account& account) {
  return absl::StrCat(
      account.requesting_body(), " ", account.organisation(), " ",
      MinutesOf(account.asked()).Total(), "=", MinutesOf(account.collected()).Total(), "+",
      MinutesOf(account.avoided()).Total(), "+", MinutesOf(account.outstanding()).Total(), "+",
      MinutesOf(account.released()).Total());
}

// All pages of so many rows.
std::vector<requests::v1::Account> AccountsIn(const Reader& reader, uint64_t sequence,
                                              size_t limit = 100,
                                              const ListAccountsRequest& request = {}) {
  std::vector<requests::v1::Account> all;
  std::string after;
  do {
    auto page = ListAccounts(reader, request, after, limit, sequence);
    EXPECT_THAT(page, IsOk());
    if (!page.ok()) return all;
    EXPECT_LE(page->rows.size(), limit);
    all.insert(all.end(), page->rows.begin(), page->rows.end());
    after = page->after;
  } while (!after.empty());
  return all;
}

class AccountsTest : public ::testing::Test, protected HoursWorld {
 protected:
  std::vector<requests::v1::Account> AccountsAt(uint64_t sequence, size_t limit = 100,
                                                const ListAccountsRequest& request = {}) {
    return AccountsIn(ingestion().store(), sequence, limit, request);
  }
  std::vector<std::string> Texts(const ListAccountsRequest& request = {}, size_t limit = 100) {
    std::vector<std::string> texts;
    for (const auto& one : AccountsAt(ingestion().LastSequence(), limit, request)) {
      texts.push_back(AccountText(one));
    }
    return texts;
  }
};

TEST_F(AccountsTest, FollowWhatIsSentSharedAndWithdrawn) {
  // 101 + 13 + 11 + 7 = 132 of each.
  const std::string first = Issue(Asking({"admissions", "stays"}));
  EXPECT_THAT(Texts(), ElementsAre("X24 RCF 132=0+0+132+0", "X24 RLQ 132=0+0+132+0"));
  Send("RLQ", "2025-04");
  // Held of RLQ, awaited of RCF: 101 + 13 + 11 = 125.
  Issue(Asking({"admissions"}, "X30"));
  const std::vector<std::string> shared = {"X24 RCF 132=0+0+132+0", "X24 RLQ 132=132+0+0+0",
                                           "X30 RCF 125=0+125+0+0", "X30 RLQ 125=0+125+0+0"};
  EXPECT_EQ(Texts(), shared);
  EXPECT_EQ(Texts({}, 1), shared);
  const uint64_t before = ingestion().LastSequence();
  ASSERT_THAT(End(first), IsOk());
  EXPECT_THAT(Texts(), ElementsAre("X24 RCF 132=0+0+0+132", "X24 RLQ 132=132+0+0+0",
                                   "X30 RCF 125=0+0+125+0", "X30 RLQ 125=0+125+0+0"));
  std::vector<std::string> then;
  for (const auto& one : AccountsAt(before)) then.push_back(AccountText(one));
  EXPECT_EQ(then, shared);
}

TEST_F(AccountsTest, KeepTheLenses) {
  Issue(Asking({"admissions", "stays"}));
  const auto accounts = AccountsAt(ingestion().LastSequence());
  ASSERT_EQ(accounts.size(), 2u);
  EXPECT_EQ(accounts[0].outstanding().gathering(), 112u);  // 101 + 11.
  EXPECT_EQ(accounts[0].outstanding().quality_assurance(), 13u);
  EXPECT_EQ(accounts[0].outstanding().transmission(), 7u);
  EXPECT_EQ(accounts[0].asked().transmission(), 7u);
}

TEST_F(AccountsTest, AreOfABodyAnOrganisationOrARequest) {
  const std::string first = Issue(Asking({"admissions"}));
  const std::string second = Issue(Asking({"stays"}));
  Issue(Asking({"stays"}, "X30"));
  ListAccountsRequest request;
  request.set_requesting_body("X30");
  // 101 + 13 + 7 = 121, which the second owes already.
  EXPECT_THAT(Texts(request), ElementsAre("X30 RCF 121=0+121+0+0", "X30 RLQ 121=0+121+0+0"));
  request.set_organisation("RLQ");
  EXPECT_THAT(Texts(request), ElementsAre("X30 RLQ 121=0+121+0+0"));
  request.Clear();
  request.set_request(second);
  request.set_organisation("RCF");
  // The return as a whole is the first's, 114; the stays are the second's.
  EXPECT_THAT(Texts(request), ElementsAre("X24 RCF 121=0+114+7+0"));
  request.set_request("requests/077-00");
  EXPECT_THAT(ListAccounts(ingestion().store(), request, "", 10, ingestion().LastSequence()),
              HasReason(Reason::kNotFound));
  request.Clear();
  request.set_organisation("RVW");
  EXPECT_THAT(Texts(request), IsEmpty());
}

TEST_F(AccountsTest, ADraftAsksNobodyYet) {
  ASSERT_THAT(RequestsWorld::Draft(Asking({"admissions"})), IsOk());
  EXPECT_THAT(Texts(), IsEmpty());
}

// Steps as they come: requests of two bodies for some items, organisations and months, some of them
// anew where nothing final is held; returns; withdrawals.
class RandomHistory : public HoursWorld {
 public:
  explicit RandomHistory(uint32_t seed) : random_(seed) {}

  void Step() {
    const uint32_t what = random_() % 10;
    const std::string organisation = random_() % 2 == 0 ? "RLQ" : "RCF";
    const std::string month = absl::StrCat("2025-0", 1 + random_() % 3);
    if (what < 4) return Ask(month);
    if (what < 8) {
      return Send(organisation, month,
                  random_() % 2 == 0 ? returns::v1::REVISION_STATUS_FINAL
                                     : returns::v1::REVISION_STATUS_PROVISIONAL);
    }
    if (open_.empty()) return;
    const auto one = open_.begin() + static_cast<int64_t>(random_() % open_.size());
    EXPECT_THAT(End(one->first, one->second), IsOk());
    open_.erase(one);
  }

  // Of each body, what its statements say that was asked by then.
  std::map<std::string, Minutes> AskedByStatements(uint64_t sequence) {
    std::map<std::string, Minutes> asked;
    EXPECT_THAT(VisitDataRequests(
                    ingestion().store(), 0, sequence,
                    [&](uint64_t, const requests::v1::DataRequest& row) -> absl::StatusOr<bool> {
                      if (!row.has_issue()) return true;
                      asked[row.requesting_body()] +=
                          MinutesOf(row.issue().avoided()) + MinutesOf(row.issue().outstanding());
                      return true;
                    }),
                IsOk());
    return asked;
  }

 private:
  void Ask(const std::string& month) {
    const std::string body = random_() % 2 == 0 ? "X24" : "X30";
    std::vector<std::string> items = {"admissions", "stays", "visits"};
    items.erase(items.begin() + static_cast<int64_t>(random_() % items.size()));
    if (random_() % 2 == 0) items.pop_back();
    requests::v1::DataRequest request = Asking(items, body);
    if (random_() % 2 == 0) request.mutable_organisations()->RemoveLast();
    request.set_from_period(month);
    request.set_to_period(random_() % 2 == 0 ? month : "2025-03");
    request.mutable_freshness()->set_final_only(random_() % 2 == 0);
    request.set_ask_anew(request.freshness().final_only());
    open_.emplace_back(Issue(request), body);
  }

  std::mt19937 random_;
  std::vector<std::pair<std::string, std::string>> open_;  // Requests, and whose.
};

struct AccountsSeen {
  uint64_t collected = 0;
  uint64_t avoided = 0;
  uint64_t outstanding = 0;
  uint64_t released = 0;
};

void CheckHistory(uint32_t seed, AccountsSeen* seen) {
  RandomHistory history(seed);
  const Reader& reader = history.ingestion().store();
  std::map<uint64_t, std::vector<std::string>> texts_at;
  for (int step = 0; step < 14; ++step) {
    history.Step();
    const uint64_t now = history.ingestion().LastSequence();
    texts_at[now].clear();
    for (const auto& one : AccountsIn(reader, now)) texts_at[now].push_back(AllOf(one));
  }
  for (const auto& [sequence, texts] : texts_at) {
    std::vector<std::string> again;
    std::map<std::string, Minutes> asked;
    for (const requests::v1::Account& one : AccountsIn(reader, sequence, 1)) {
      again.push_back(AllOf(one));
      const Minutes parts = MinutesOf(one.collected()) + MinutesOf(one.avoided()) +
                            MinutesOf(one.outstanding()) + MinutesOf(one.released());
      EXPECT_EQ(MinutesOf(one.asked()), parts);
      asked[one.requesting_body()] += parts;
      seen->collected += MinutesOf(one.collected()).Total();
      seen->avoided += MinutesOf(one.avoided()).Total();
      seen->outstanding += MinutesOf(one.outstanding()).Total();
      seen->released += MinutesOf(one.released()).Total();
    }
    // What came later changes nothing of what was, and nothing of what was asked is lost.
    EXPECT_EQ(again, texts) << "at " << sequence << " of seed " << seed;
    EXPECT_EQ(asked, history.AskedByStatements(sequence)) << "at " << sequence << " of " << seed;
  }
}

TEST(RandomAccountsTest, WhatWasAskedIsCollectedAvoidedOutstandingOrReleased) {
  AccountsSeen seen;
  for (uint32_t seed = 1; seed <= 12; ++seed) CheckHistory(seed, &seen);
  EXPECT_GT(seen.collected, 10'000u);
  EXPECT_GT(seen.avoided, 10'000u);
  EXPECT_GT(seen.outstanding, 10'000u);
  EXPECT_GT(seen.released, 10'000u);
}

}  // namespace
}  // namespace onereturn::ingestion
