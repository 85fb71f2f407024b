// Rows of obligations, and what finds them.
#include "services/ingestion/store/obligation_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "common/storage/store.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Timestamp kJuly = Timestamp::FromSeconds(1'751'400'000);
constexpr Timestamp kAugust = Timestamp::FromSeconds(1'754'000'000);

storage::v1::ObligationRecord Issued(uint64_t sequence, Timestamp closes = {}) {
  storage::v1::ObligationRecord record;
  record.set_issue_sequence(sequence);
  record.set_close_micros(closes.micros);
  return record;
}

class ObligationTableTest : public ::testing::Test {
 protected:
  ObligationTableTest() {
    StoreOptions options;
    options.path = "/store";
    options.service = "ingestion";
    options.column_families = Families();
    options.memory_files = MemoryFiles::Create();
    store_ = Store::Create(options).value();
  }
  static ObligationKey Of(const std::string& organisation, const std::string& period,
                          uint64_t request, const std::string& collection = "Beds") {
    return {{collection, period, organisation}, request};
  }
  void Put(const ObligationKey& key, const storage::v1::ObligationRecord& record) {
    WriteBatch batch;
    PutObligation(key, record, &batch);
    ASSERT_THAT(store_->Write(batch, Durability::kSynced), IsOk());
  }
  static storage::v1::ObligationRecord Contested(Timestamp answer_by) {
    storage::v1::ObligationRecord record = Issued(7);
    record.mutable_challenge()->mutable_answer_by()->set_seconds(answer_by.micros / 1'000'000);
    return record;
  }

  static std::string Text(const ObligationKey& key) {
    return absl::StrCat(key.key.organisation, " ", key.key.collection, " ", key.key.period, " ",
                        key.request);
  }
  // Goes on until `most` are there.
  auto Taking(std::vector<std::string>* texts, size_t most = 100) {
    return [texts, most](const ObligationKey& key,
                         const storage::v1::ObligationRecord&) -> absl::StatusOr<bool> {
      texts->push_back(Text(key));
      return texts->size() < most;
    };
  }
  std::vector<std::string> InOrder(const std::string& organisation, const std::string& after = "",
                                   size_t most = 100) {
    std::vector<std::string> texts;
    EXPECT_THAT(VisitObligationsInOrder(*store_, organisation, after, Taking(&texts, most)),
                IsOk());
    return texts;
  }
  std::vector<std::string> OfRequest(uint64_t request, const std::string& after = "") {
    std::vector<std::string> texts;
    EXPECT_THAT(VisitObligationsOfRequest(*store_, request, after, Taking(&texts)), IsOk());
    return texts;
  }
  std::vector<std::string> OfPeriod(const std::string& period, const std::string& organisation) {
    std::vector<std::string> texts;
    EXPECT_THAT(VisitObligationsOf(*store_, "Beds", period, organisation, Taking(&texts)), IsOk());
    return texts;
  }
  std::vector<std::string> Closing(Timestamp after, Timestamp until) {
    std::vector<std::string> texts;
    EXPECT_THAT(VisitClosing(*store_, after, until,
                             [&](Timestamp, const ObligationKey& key) -> absl::StatusOr<bool> {
                               texts.push_back(Text(key));
                               return true;
                             }),
                IsOk());
    return texts;
  }
  std::vector<std::string> Lapsing(Timestamp until, Timestamp after = {}) {
    std::vector<std::string> texts;
    EXPECT_THAT(VisitLapsing(*store_, after, until,
                             [&](Timestamp, const ObligationKey& key) -> absl::StatusOr<bool> {
                               texts.push_back(Text(key));
                               return true;
                             }),
                IsOk());
    return texts;
  }
  static Timestamp Before(Timestamp moment) { return Timestamp{moment.micros - 1}; }

  std::unique_ptr<Store> store_;
};

TEST_F(ObligationTableTest, WhatIsPutIsFound) {
  storage::v1::ObligationRecord record = Issued(9, kJuly);
  record.add_items("beds");
  record.add_item_minutes()->set_gathering(4);
  record.mutable_return_minutes()->set_transmission(3);
  record.set_owed_to_collection(true);
  const ObligationKey key = Of("RCF", "2025-04", 3);
  EXPECT_FALSE(FindObligation(*store_, key)->has_value());
  Put(key, record);
  const auto found = FindObligation(*store_, key);
  ASSERT_THAT(found, IsOk());
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->record.SerializeAsString(), record.SerializeAsString());
  EXPECT_EQ((*found)->check.expected, record.SerializeAsString());
  EXPECT_EQ((*found)->check.key, ObligationIsFree(key).key);
  EXPECT_FALSE(ObligationIsFree(key).expected.has_value());
  for (const ObligationKey& other : {Of("RCF", "2025-04", 4), Of("RCG", "2025-04", 3),
                                     Of("RCF", "2025-05", 3), Of("RCF", "2025-04", 3, "Wards")}) {
    EXPECT_FALSE(FindObligation(*store_, other)->has_value()) << Text(other);
  }
}

TEST_F(ObligationTableTest, EachOrderHasAllOfItsOwn) {
  // No code is the beginning of another's key: RC and RCF, Bed and Beds.
  for (const ObligationKey& key :
       {Of("RCF", "2025-05", 2), Of("RCF", "2025-04", 2), Of("RC", "2025-04", 300),
        Of("RCF", "2025-04", 1), Of("RLQ", "2025-04", 2), Of("RCF", "2025-04", 2, "Bed")}) {
    Put(key, Issued(7));
  }
  EXPECT_THAT(InOrder(""),
              ElementsAre("RC Beds 2025-04 300", "RCF Bed 2025-04 2", "RCF Beds 2025-04 1",
                          "RCF Beds 2025-04 2", "RCF Beds 2025-05 2", "RLQ Beds 2025-04 2"));
  EXPECT_THAT(InOrder("RCF"), ElementsAre("RCF Bed 2025-04 2", "RCF Beds 2025-04 1",
                                          "RCF Beds 2025-04 2", "RCF Beds 2025-05 2"));
  EXPECT_THAT(InOrder("RC"), ElementsAre("RC Beds 2025-04 300"));
  EXPECT_THAT(OfRequest(2), ElementsAre("RCF Bed 2025-04 2", "RCF Beds 2025-04 2",
                                        "RCF Beds 2025-05 2", "RLQ Beds 2025-04 2"));
  EXPECT_THAT(OfPeriod("2025-04", ""), ElementsAre("RC Beds 2025-04 300", "RCF Beds 2025-04 1",
                                                   "RCF Beds 2025-04 2", "RLQ Beds 2025-04 2"));
  EXPECT_THAT(OfPeriod("2025-04", "RCF"), ElementsAre("RCF Beds 2025-04 1", "RCF Beds 2025-04 2"));
  EXPECT_THAT(OfPeriod("2025-06", ""), IsEmpty());
}

TEST_F(ObligationTableTest, AVisitGoesOnBehindAnEarlierOne) {
  for (const char* code : {"RAE", "RCF", "RLQ"}) Put(Of(code, "2025-04", 2), Issued(7));
  Put(Of("RCF", "2025-05", 2), Issued(7));
  Put(Of("RCF", "2025-04", 3), Issued(7));
  EXPECT_THAT(InOrder("", "", 2), ElementsAre("RAE Beds 2025-04 2", "RCF Beds 2025-04 2"));
  const std::string after = ObligationKeyText(Of("RCF", "2025-04", 2));
  EXPECT_THAT(InOrder("", after),
              ElementsAre("RCF Beds 2025-04 3", "RCF Beds 2025-05 2", "RLQ Beds 2025-04 2"));
  EXPECT_THAT(InOrder("RCF", after), ElementsAre("RCF Beds 2025-04 3", "RCF Beds 2025-05 2"));
  EXPECT_THAT(OfRequest(2, after), ElementsAre("RCF Beds 2025-05 2", "RLQ Beds 2025-04 2"));
  EXPECT_THAT(OfRequest(2, ObligationKeyText(Of("RLQ", "2025-04", 2))), IsEmpty());
}

TEST_F(ObligationTableTest, AWindowClosesUntilItsObligationIsReleased) {
  Put(Of("RLQ", "2025-05", 2), Issued(7, kAugust));
  Put(Of("RCF", "2025-04", 2), Issued(7, kJuly));
  Put(Of("RAE", "2025-04", 2), Issued(7));  // Of no window.
  EXPECT_THAT(Closing({}, Before(kJuly)), IsEmpty());
  EXPECT_THAT(Closing({}, kJuly), ElementsAre("RCF Beds 2025-04 2"));
  EXPECT_THAT(Closing(Before(kJuly), kAugust),
              ElementsAre("RCF Beds 2025-04 2", "RLQ Beds 2025-05 2"));
  EXPECT_THAT(Closing(kJuly, kAugust), ElementsAre("RLQ Beds 2025-05 2"));
  storage::v1::ObligationRecord released = Issued(7, kJuly);
  released.set_release_sequence(9);
  Put(Of("RCF", "2025-04", 2), released);
  EXPECT_THAT(Closing({}, kAugust), ElementsAre("RLQ Beds 2025-05 2"));
  // It stays to be found where it was.
  EXPECT_THAT(InOrder("RCF"), ElementsAre("RCF Beds 2025-04 2"));
  EXPECT_EQ(FindObligation(*store_, Of("RCF", "2025-04", 2)).value()->record.release_sequence(),
            9u);
}

TEST_F(ObligationTableTest, AChallengeLapsesUntilItIsAnsweredOrReleased) {
  const ObligationKey answered = Of("RCF", "2025-04", 2);
  const ObligationKey released = Of("RLQ", "2025-04", 2);
  Put(answered, Contested(kJuly));
  Put(released, Contested(kAugust));
  EXPECT_THAT(Lapsing(Before(kJuly)), IsEmpty());
  EXPECT_THAT(Lapsing(kJuly), ElementsAre("RCF Beds 2025-04 2"));
  EXPECT_THAT(Lapsing(kAugust), ElementsAre("RCF Beds 2025-04 2", "RLQ Beds 2025-04 2"));
  EXPECT_THAT(Lapsing(kAugust, kJuly), ElementsAre("RLQ Beds 2025-04 2"));
  storage::v1::ObligationRecord upheld = Contested(kJuly);
  upheld.mutable_challenge()->mutable_answer()->set_sequence(8);
  Put(answered, upheld);
  EXPECT_THAT(Lapsing(kAugust), ElementsAre("RLQ Beds 2025-04 2"));
  storage::v1::ObligationRecord gone = Contested(kAugust);
  gone.set_release_sequence(9);
  Put(released, gone);
  EXPECT_THAT(Lapsing(kAugust), IsEmpty());
}

TEST_F(ObligationTableTest, WhatIsAvoidedIsOfARequestAndAnOrganisation) {
  WriteBatch batch;
  storage::v1::AvoidedRecord record;
  for (const auto& [request, organisation, minutes] :
       {std::tuple(2, "RLQ", 30), std::tuple(2, "RCF", 20), std::tuple(3, "RCF", 7)}) {
    record.set_issue_sequence(5);
    record.mutable_minutes()->set_gathering(minutes);
    PutAvoided(request, organisation, record, &batch);
  }
  ASSERT_THAT(store_->Write(batch, Durability::kSynced), IsOk());
  std::vector<std::string> seen;
  EXPECT_THAT(
      VisitAvoided(*store_, 2,
                   [&](const std::string& organisation,
                       const storage::v1::AvoidedRecord& one) -> absl::StatusOr<bool> {
                     seen.push_back(absl::StrCat(organisation, " ", one.minutes().gathering(), " ",
                                                 one.issue_sequence()));
                     return true;
                   }),
      IsOk());
  EXPECT_THAT(seen, ElementsAre("RCF 20 5", "RLQ 30 5"));
}

TEST_F(ObligationTableTest, WhatAGroupSharesIsKeptOnce) {
  storage::v1::ObligationTermsRecord terms;
  for (int item = 0; item < 200; ++item) {
    terms.add_items(absl::StrCat("item_", item));
    terms.add_item_minutes()->set_gathering(5);
  }
  terms.mutable_return_minutes()->set_gathering(30);
  storage::v1::ObligationRecord record = Issued(7);
  record.set_group(3);
  WriteBatch batch;
  PutObligationTerms(2, 3, terms, &batch);
  for (int i = 0; i < 100; ++i) {
    PutObligation(Of(absl::StrCat("R", 100 + i), "2025-04", 2), record, &batch);
  }
  ASSERT_THAT(store_->Write(batch, Durability::kSynced), IsOk());

  ObligationTerms of_groups(&*store_);
  const ObligationKey key = Of("R107", "2025-04", 2);
  storage::v1::ObligationRecord found = FindObligation(*store_, key).value()->record;
  EXPECT_LT(found.ByteSizeLong(), 20u);
  ASSERT_THAT(of_groups.Fill(2, &found), IsOk());
  EXPECT_EQ(found.items_size(), 200);
  EXPECT_EQ(found.item_minutes(199).gathering(), 5u);
  EXPECT_EQ(found.return_minutes().gathering(), 30u);
  // What was filled in is not copied into the row when it is put back.
  found.set_release_sequence(9);
  Put(key, found);
  found = FindObligation(*store_, key).value()->record;
  EXPECT_EQ(found.items_size(), 0);
  EXPECT_EQ(found.release_sequence(), 9u);
  found.set_group(4);
  EXPECT_EQ(of_groups.Fill(2, &found).code(), absl::StatusCode::kDataLoss);
}

TEST_F(ObligationTableTest, OneIssueFollowsAnother) {
  const ReadCheck none = NewestIssueCheck(*store_).value();
  EXPECT_FALSE(none.expected.has_value());
  WriteBatch batch;
  PutNewestIssue(5, &batch);
  ASSERT_THAT(store_->Write(batch, Durability::kSynced), IsOk());
  const ReadCheck five = NewestIssueCheck(*store_).value();
  EXPECT_EQ(five.key, none.key);
  EXPECT_EQ(five.expected, std::string("\0\0\0\0\0\0\0\5", 8));
}

}  // namespace
}  // namespace onereturn::ingestion
