#include "common/commit/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/commit/testing_committer.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::SizeIs;

uint64_t SequenceIn(const std::string& bytes) {
  feed::v1::Entry entry;
  EXPECT_TRUE(entry.ParseFromString(bytes));
  return entry.sequence();
}

class JournalTest : public ::testing::Test {
 protected:
  // Accepts facts at these seconds after the start.
  void AcceptAt(const std::vector<int>& seconds) {
    for (const int second : seconds) {
      service_.clock().Set(Timestamp{kTestStart.micros + second * int64_t{1'000'000}});
      ASSERT_THAT(service_.Accept(Fact(absl::StrCat("r", ++count_))), IsOk());
    }
  }
  absl::StatusOr<uint64_t> At(int seconds) {
    return SequenceAt(service_.store(),
                      Timestamp{kTestStart.micros + seconds * int64_t{1'000'000}});
  }

  int count_ = 0;
  TestService service_;
};

TEST_F(JournalTest, AnEmptyJournalHasNothing) {
  EXPECT_THAT(LastSequence(service_.store()), IsOkAndHolds(0u));
  EXPECT_THAT(EntriesAfter(service_.store(), 0, 10, 1'000), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(EntryBytes(service_.store(), 1), HasReason(Reason::kNotFound));
  EXPECT_THAT(At(1'000), IsOkAndHolds(0u));
}

TEST_F(JournalTest, KeysAreInOrderOfSequence) {
  EXPECT_EQ(EntryKey(1), std::string("\0\0\0\0\0\0\0\1", 8));
  EXPECT_EQ(EntryKey(0x0102030405060708), std::string("\1\2\3\4\5\6\7\10", 8));
  EXPECT_LT(EntryKey(255), EntryKey(256));
  EXPECT_EQ(NodeKey(NodeId{2, 5}), std::string("\0\0\0\2\0\0\0\0\0\0\0\5", 12));
  EXPECT_NE(RequestKey("RCF", "1"), RequestKey("RCF1", ""));
  EXPECT_NE(RequestKey("", "RCF"), RequestKey("RCF", ""));
}

TEST_F(JournalTest, PagesAreDenseAndBounded) {
  AcceptAt({0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_THAT(LastSequence(service_.store()), IsOkAndHolds(10u));
  const auto page = EntriesAfter(service_.store(), 3, 4, 1 << 20).value();
  ASSERT_THAT(page, SizeIs(4));
  for (size_t i = 0; i < page.size(); ++i) EXPECT_EQ(SequenceIn(page[i]), 4 + i);
  EXPECT_THAT(EntriesAfter(service_.store(), 10, 4, 1 << 20), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(EntriesAfter(service_.store(), 0, 0, 1 << 20), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(EntriesAfter(service_.store(), 0, 10, 1), IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(EntriesAfter(service_.store(), 0, 10, 0), IsOkAndHolds(SizeIs(1)));
  const size_t one = page[0].size();
  EXPECT_THAT(EntriesAfter(service_.store(), 0, 10, 2 * one + 1), IsOkAndHolds(SizeIs(3)));
}

TEST_F(JournalTest, AGapIsNoticed) {
  AcceptAt({0, 0, 0, 0});
  WriteBatch batch;
  batch.Delete(PrimaryFamily::kEntries, EntryKey(2));
  ASSERT_THAT(service_.store().Write(batch, Durability::kSynced), IsOk());
  EXPECT_THAT(EntriesAfter(service_.store(), 0, 10, 1 << 20), HasReason(Reason::kFeedBroken));
  EXPECT_THAT(EntriesAfter(service_.store(), 1, 10, 1 << 20), HasReason(Reason::kFeedBroken));
  EXPECT_THAT(EntriesAfter(service_.store(), 0, 1, 1 << 20), IsOkAndHolds(SizeIs(1)));
}

TEST_F(JournalTest, RequestsAreFoundByOrganisationAndId) {
  AcceptAt({0});
  const auto found = FindRequest(service_.store(), "RCF", "r1").value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->sequence, 1u);
  EXPECT_EQ(found->digest, Sha256("content"));
  EXPECT_THAT(FindRequest(service_.store(), "RAE", "r1"), IsOkAndHolds(Eq(std::nullopt)));
  EXPECT_THAT(FindRequest(service_.store(), "RCF", "r2"), IsOkAndHolds(Eq(std::nullopt)));
}

TEST_F(JournalTest, AMissingNodeIsDataLoss) {
  AcceptAt({0});
  EXPECT_THAT(LedgerNode(service_.store(), NodeId{0, 0}), IsOk());
  EXPECT_THAT(LedgerNode(service_.store(), NodeId{1, 0}), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(JournalTest, ATimeMeansTheLastEntryAtOrBeforeIt) {
  AcceptAt({0, 10, 10, 10, 20});
  EXPECT_THAT(At(-1), IsOkAndHolds(0u));
  EXPECT_THAT(At(0), IsOkAndHolds(1u));
  EXPECT_THAT(At(9), IsOkAndHolds(1u));
  EXPECT_THAT(At(10), IsOkAndHolds(4u));
  EXPECT_THAT(At(19), IsOkAndHolds(4u));
  EXPECT_THAT(At(20), IsOkAndHolds(5u));
  EXPECT_THAT(At(1'000'000), IsOkAndHolds(5u));
}

TEST(JournalPropertyTest, ATimeMeansWhatALinearSearchFinds) {
  EXPECT_TRUE(rc::check([] {
    TestService service;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4));
    std::vector<int64_t> times;
    for (const int step : steps) {
      service.clock().AdvanceMicros(step);
      times.push_back(service.clock().Now().micros);
      RC_ASSERT(service.Accept(Fact(absl::StrCat("r", times.size()))).ok());
    }
    for (int64_t micros = kTestStart.micros - 1; micros <= service.clock().Now().micros + 1;
         ++micros) {
      const auto linear = std::count_if(times.begin(), times.end(),
                                        [micros](int64_t time) { return time <= micros; });
      RC_ASSERT(SequenceAt(service.store(), Timestamp{micros}).value() ==
                static_cast<uint64_t>(linear));
    }
  }));
}

}  // namespace
}  // namespace onereturn
