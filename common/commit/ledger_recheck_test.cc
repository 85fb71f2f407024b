#include "common/commit/ledger_recheck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/testing_committer.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

class LedgerRecheckTest : public ::testing::Test {
 protected:
  LedgerRecheckTest() {
    for (int i = 1; i <= 300; ++i) {
      EXPECT_THAT(service_.Accept(Fact(absl::StrCat("r", i))), IsOk());
    }
  }
  absl::Status Run() { return recheck_.Run(); }
  void Write(ColumnFamily family, const std::string& key, const std::string& value) {
    WriteBatch batch;
    batch.Put(family, key, value);
    ASSERT_THAT(service_.store().Write(batch, Durability::kSynced), IsOk());
  }
  void ExpectFound(const std::string& words) {
    const absl::Status found = Run();
    EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss) << found;
    EXPECT_THAT(std::string(found.message()), HasSubstr(words));
    EXPECT_FALSE(recheck_.progress().finished.has_value());
  }

  std::map<Digest, std::string> chunks_;
  TestService service_;
  LedgerRecheck recheck_{&service_.store(), &service_.committer(), &service_.clock(),
                         [this](const Digest& digest) -> absl::StatusOr<std::string> {
                           auto found = chunks_.find(digest);
                           if (found == chunks_.end()) return NotFound();
                           return found->second;
                         }};
};

TEST_F(LedgerRecheckTest, AnUntouchedLedgerIsReadToItsEnd) {
  EXPECT_THAT(Run(), IsOk());
  const LedgerRecheck::Progress progress = recheck_.progress();
  EXPECT_EQ(progress.checked, 300u);
  EXPECT_EQ(progress.size, 300u);
  EXPECT_EQ(progress.finished, service_.clock().Now());
}

TEST_F(LedgerRecheckTest, AnAlteredEntryIsFoundWhereverItStands) {
  for (const uint64_t sequence : {1u, 150u, 300u}) {
    const std::string bytes = EntryBytes(service_.store(), sequence).value();
    feed::v1::Entry entry;
    ASSERT_TRUE(entry.ParseFromString(bytes));
    entry.set_fact("altered");
    Write(PrimaryFamily::kEntries, EntryKey(sequence), entry.SerializeAsString());
    ExpectFound(absl::StrCat("entry ", sequence, " is not what was ledgered"));
    Write(PrimaryFamily::kEntries, EntryKey(sequence), bytes);
  }
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(LedgerRecheckTest, AMissingEntryIsFound) {
  WriteBatch batch;
  batch.Delete(PrimaryFamily::kEntries, EntryKey(77));
  ASSERT_THAT(service_.store().Write(batch, Durability::kSynced), IsOk());
  ExpectFound("entry 77 is missing");
}

TEST_F(LedgerRecheckTest, AnAlteredNodeIsFoundAtEveryLevel) {
  for (const NodeId node : {NodeId{0, 5}, NodeId{1, 2}, NodeId{7, 1}}) {
    const Digest good = LedgerNode(service_.store(), node).value();
    Digest bad = good;
    bad[9] ^= 1;
    Write(PrimaryFamily::kNodes, NodeKey(node), std::string(DigestBytes(bad)));
    EXPECT_EQ(Run().code(), absl::StatusCode::kDataLoss);
    Write(PrimaryFamily::kNodes, NodeKey(node), std::string(DigestBytes(good)));
  }
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(LedgerRecheckTest, AnEntryAlteredTogetherWithItsNodesIsFoundByTheSignedRoot) {
  feed::v1::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(EntryBytes(service_.store(), 10).value()));
  entry.set_fact("altered");
  Frontier frontier;
  WriteBatch batch;
  batch.Put(PrimaryFamily::kEntries, EntryKey(10), entry.SerializeAsString());
  for (uint64_t i = 1; i <= 300; ++i) {
    const std::string bytes =
        i == 10 ? entry.SerializeAsString() : EntryBytes(service_.store(), i).value();
    frontier.Append(HashLeaf(bytes), [&batch](const NodeId& node, const Digest& hash) {
      batch.Put(PrimaryFamily::kNodes, NodeKey(node), DigestBytes(hash));
    });
  }
  ASSERT_THAT(service_.store().Write(batch, Durability::kSynced), IsOk());
  ExpectFound("do not make the root that was signed");
}

TEST_F(LedgerRecheckTest, AlteredOrLostCellsAreFound) {
  feed::v1::ReturnAccepted accepted;
  const Digest digest = Sha256("cells");
  accepted.add_chunk_digests(std::string(DigestBytes(digest)));
  Proposal proposal = Fact("return", accepted.SerializeAsString());
  proposal.entry.set_kind(feed::v1::ENTRY_KIND_RETURN_ACCEPTED);
  ASSERT_THAT(service_.Accept(std::move(proposal)), IsOk());
  ExpectFound("the cells of entry 301");
  chunks_[digest] = "other cells";
  ExpectFound("the cells of entry 301");
  chunks_[digest] = "cells";
  EXPECT_THAT(Run(), IsOk());
}

// The cells of what is not accepted yet are looked at too.
TEST_F(LedgerRecheckTest, LostCellsOfSubmissionsAndDraftsAreFound) {
  const Digest digest = Sha256("cells");
  feed::v1::ReturnSubmitted submitted;
  submitted.mutable_content()->add_chunk_digests(std::string(DigestBytes(digest)));
  Proposal proposal = Fact("submission", submitted.SerializeAsString());
  proposal.entry.set_kind(feed::v1::ENTRY_KIND_RETURN_SUBMITTED);
  ASSERT_THAT(service_.Accept(std::move(proposal)), IsOk());
  ExpectFound("the cells of entry 301");
  chunks_[digest] = "cells";
  const Digest drafted_digest = Sha256("draft");
  feed::v1::ReturnDrafted drafted;
  drafted.add_chunk_digests(std::string(DigestBytes(drafted_digest)));
  Proposal draft = Fact("draft", drafted.SerializeAsString());
  draft.entry.set_kind(feed::v1::ENTRY_KIND_RETURN_DRAFTED);
  ASSERT_THAT(service_.Accept(std::move(draft)), IsOk());
  ExpectFound("the cells of entry 302");
  chunks_[drafted_digest] = "draft";
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(LedgerRecheckTest, StopEndsARun) {
  recheck_.Stop();
  EXPECT_THAT(Run(), IsOk());
  EXPECT_LT(recheck_.progress().checked, 300u);
  EXPECT_FALSE(recheck_.progress().finished.has_value());
}

}  // namespace
}  // namespace onereturn
