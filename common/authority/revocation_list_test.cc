#include "common/authority/revocation_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/authority/authority.h"
#include "common/authority/certificate_reading.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

constexpr char kListed[] = "spiffe://onereturn.example/system/RCF";
constexpr Timestamp kListedAt = Timestamp::FromSeconds(1'750'000'000);
constexpr int64_t kListDays = 30;

class RevocationListTest : public ::testing::Test {
 protected:
  static std::string Issue(const Authority& authority) {
    return authority.Issue(IssueRequest::ForClient(kListed)).value().certificate_pem;
  }
  static std::string IssueOf(const std::string& pem) {
    return ReadCertificate(pem, "x").value().issue;
  }

  const Authority authority_ = Authority::Create("Test authority").value();
  const Authority other_ = Authority::Create("Another authority").value();
  // The name of the first, and a key of its own.
  const Authority namesake_ = Authority::Create("Test authority").value();
  const std::string root_ = authority_.certificate_pem();
};

TEST_F(RevocationListTest, HoldsWhatWasTakenBackAndNothingElse) {
  const std::string first = Issue(authority_);
  const std::string second = Issue(authority_);
  const std::string kept = Issue(authority_);
  const auto list =
      RevocationList::FromPem(authority_.Revoke({first, second}, kListedAt).value(), root_);
  ASSERT_THAT(list, IsOk());
  EXPECT_TRUE(list->Holds(IssueOf(first)));
  EXPECT_TRUE(list->Holds(IssueOf(second)));
  EXPECT_FALSE(list->Holds(IssueOf(kept)));
  EXPECT_FALSE(list->Holds(IssueOf(Issue(other_))));
  EXPECT_EQ(list->size(), 2u);
  EXPECT_FALSE(RevocationList().Holds(IssueOf(first)));
  EXPECT_EQ(list->next_update(),
            Timestamp::FromSeconds(kListedAt.micros / 1'000'000 + kListDays * 86'400));
}

TEST_F(RevocationListTest, TakesSeveralListsOfSeveralAuthorities) {
  const std::string ours = Issue(authority_);
  const std::string theirs = Issue(other_);
  const std::string lists = absl::StrCat(
      "what an authority's tool writes above\n", authority_.Revoke({ours}, kListedAt).value(),
      other_.Revoke({theirs}, Timestamp{kListedAt.micros + 1'000'000}).value());
  const auto list = RevocationList::FromPem(lists, absl::StrCat(root_, other_.certificate_pem()));
  ASSERT_THAT(list, IsOk());
  EXPECT_TRUE(list->Holds(IssueOf(ours)));
  EXPECT_TRUE(list->Holds(IssueOf(theirs)));
  EXPECT_EQ(list->next_update(),  // The first that ends.
            Timestamp::FromSeconds(kListedAt.micros / 1'000'000 + kListDays * 86'400));
}

TEST_F(RevocationListTest, AnAuthorityIsTakenAtItsNewestWord) {
  const std::string ours = Issue(authority_);
  const std::string theirs = Issue(other_);
  const std::string namesakes = Issue(namesake_);
  const std::string both = absl::StrCat(root_, other_.certificate_pem());
  const RevocationList first =
      RevocationList::FromPem(absl::StrCat(authority_.Revoke({ours}, kListedAt).value(),
                                           namesake_.Revoke({namesakes}, kListedAt).value()),
                              absl::StrCat(root_, namesake_.certificate_pem()))
          .value();
  const Timestamp later{kListedAt.micros + 86'400 * int64_t{1'000'000}};
  const RevocationList second =
      RevocationList::FromPem(other_.Revoke({theirs}, later).value(), both, first).value();
  for (const std::string& one : {ours, theirs, namesakes}) EXPECT_TRUE(second.Holds(IssueOf(one)));
  EXPECT_EQ(second.next_update(),  // Of the lists that were given.
            Timestamp::FromSeconds(later.micros / 1'000'000 + kListDays * 86'400));
  const RevocationList third =
      RevocationList::FromPem(authority_.Revoke({}, later).value(), root_, second).value();
  EXPECT_FALSE(third.Holds(IssueOf(ours)));
  EXPECT_TRUE(third.Holds(IssueOf(theirs)));
  EXPECT_TRUE(third.Holds(IssueOf(namesakes))) << "of another key, so another authority";
}

TEST_F(RevocationListTest, OfTheAuthoritiesThatAreGoneTheLongestGoneIsForgottenFirst) {
  constexpr int kKept = 64;
  const std::string trusted = Issue(other_);
  RevocationList list =
      RevocationList::FromPem(other_.Revoke({trusted}, kListedAt).value(), other_.certificate_pem())
          .value();
  std::vector<std::string> gone;
  for (int i = 0; i < kKept + 2; ++i) {
    const Authority authority = Authority::Create(absl::StrCat("Authority ", i)).value();
    gone.push_back(Issue(authority));
    list = RevocationList::FromPem(
               authority.Revoke({gone.back()}, kListedAt).value(),
               absl::StrCat(other_.certificate_pem(), authority.certificate_pem()), list)
               .value();
  }
  EXPECT_TRUE(list.Holds(IssueOf(trusted))) << "never one that is trusted";
  EXPECT_FALSE(list.Holds(IssueOf(gone[0])));
  for (int i = 1; i < kKept + 2; ++i) EXPECT_TRUE(list.Holds(IssueOf(gone[i]))) << i;
}

TEST_F(RevocationListTest, AnEmptyListTakesNothingBack) {
  const auto list = RevocationList::FromPem(authority_.Revoke({}, kListedAt).value(), root_);
  ASSERT_THAT(list, IsOk());
  EXPECT_FALSE(list->Holds(IssueOf(Issue(authority_))));
}

TEST_F(RevocationListTest, RefusesWhatNoAuthoritySigned) {
  const std::string leaf = Issue(authority_);
  const std::string good = authority_.Revoke({leaf}, kListedAt).value();
  std::string damaged = good;
  damaged[damaged.size() / 2] = damaged[damaged.size() / 2] == 'A' ? 'B' : 'A';
  for (const std::string& bad :
       {std::string(), std::string("no list"), leaf, other_.Revoke({leaf}, kListedAt).value(),
        namesake_.Revoke({leaf}, kListedAt).value(), damaged, good.substr(0, good.size() / 2),
        absl::StrCat(good, other_.Revoke({}, kListedAt).value())}) {
    EXPECT_THAT(RevocationList::FromPem(bad, root_), HasReason(Reason::kFieldInvalid)) << bad;
  }
}

}  // namespace
}  // namespace onereturn
