// Goal: whatever a ledger, its keys or its witnesses show that is not as it should be is named, and
// never taken into memory. Method: a ledger in memory that lies in one way at a time.
#include "tools/auditor/ledger_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "tools/auditor/testing/fake_ledger.h"

namespace onereturn::auditor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LedgerAuditTest : public ::testing::Test {
 protected:
  LedgerAuditTest() {
    std::string name = "/tmp/onereturn_ledger_audit_XXXXXX";
    folder_ = mkdtemp(name.data());
    ledger_.Grow(9);
    Reopen();
  }
  ~LedgerAuditTest() override { std::filesystem::remove_all(folder_); }

  void Reopen() {
    memory_.reset();
    memory_ = Memory::Open(folder_).value();
  }
  // An auditor that has seen nothing yet.
  void Forget() {
    memory_.reset();
    std::filesystem::remove_all(folder_);
    memory_ = Memory::Open(folder_).value();
  }
  // The classes of the lies, the first one first.
  std::vector<std::string> Audit(bool full = false) {
    LedgerAuditOptions options;
    options.full = full;
    options.witnessed = witnessed_;
    report_ = Report();
    AuditLedger(ledger_, options, memory_.get(), &report_);
    std::vector<std::string> kinds;
    for (const Lie& lie : report_.lies) kinds.emplace_back(NameOf(lie.kind));
    return kinds;
  }
  // What it finds after one look at the ledger as it was.
  std::vector<std::string> AuditAfter(const std::function<void()>& change, bool full = false) {
    EXPECT_THAT(Audit(), IsEmpty());
    change();
    return Audit(full);
  }

  std::string folder_;
  FakeLedger ledger_;
  std::unique_ptr<Memory> memory_;
  std::vector<WitnessedHead> witnessed_;
  Report report_;
};

TEST_F(LedgerAuditTest, TheFirstLookPinsTheKeyAndSaysSo) {
  EXPECT_THAT(Audit(), IsEmpty());
  EXPECT_EQ(report_.ExitCode(), 0);
  ASSERT_EQ(report_.notes.size(), 1u);
  EXPECT_THAT(report_.notes[0], HasSubstr(ledger_.key.public_key().id()));
  EXPECT_EQ(memory_->marks().size(), 9u);
  Reopen();
  EXPECT_THAT(Audit(), IsEmpty());
  EXPECT_THAT(report_.notes, IsEmpty());
}

TEST_F(LedgerAuditTest, OnlyWhatIsNewIsReadUnlessAllIsAskedFor) {
  EXPECT_THAT(AuditAfter([&] { ledger_.Grow(5); }), IsEmpty());
  EXPECT_EQ(ledger_.read_from, 9u);
  EXPECT_EQ(memory_->marks().size(), 14u);
  EXPECT_THAT(Audit(true), IsEmpty());
  EXPECT_EQ(ledger_.read_from, 0u);
  EXPECT_EQ(memory_->heads().size(), 2u);
}

TEST_F(LedgerAuditTest, AnotherKeyThanThePinnedOneIsNotBelieved) {
  EXPECT_THAT(AuditAfter([&] { ledger_.key = TestKey(std::string(32, 'b')); }),
              ElementsAre("KEY_CHANGED"));
}

TEST_F(LedgerAuditTest, ASignatureThatDoesNotHoldIsNamed) {
  EXPECT_THAT(AuditAfter([&] {
                ledger_.Grow(1);
                ledger_.head = ledger_.HeadOf(10);
                (*ledger_.head->mutable_signature())[3] ^= 1;
              }),
              ElementsAre("HEAD_NOT_SIGNED"));
}

TEST_F(LedgerAuditTest, AChangeOfKeysThatBothSignedIsFollowed) {
  const TestKey next(std::string(32, 'n'));
  EXPECT_THAT(AuditAfter([&] {
                ledger_.Add(feed::v1::ENTRY_KIND_SIGNING_KEY_CHANGED,
                            ChangeOfKeys(ledger_.key, next, "metrics", 1, 10));
                ledger_.Grow(3);
                ledger_.key = next;
              }),
              IsEmpty());
  EXPECT_EQ(memory_->keys().size(), 2u);
  Reopen();
  ledger_.Grow(1);
  EXPECT_THAT(Audit(), IsEmpty());
  EXPECT_THAT(Audit(true), IsEmpty());
  // The key that was replaced signs nothing any more.
  ledger_.key = TestKey::OfRfc8032();
  ledger_.Grow(1);
  EXPECT_THAT(Audit(), ElementsAre("KEY_CHANGED"));
}

// The services' own verifiers believe no head of a key that was replaced.
TEST_F(LedgerAuditTest, AChangeBackToAReplacedKeyIsALie) {
  const TestKey first = TestKey::OfRfc8032();
  const TestKey next(std::string(32, 'n'));
  EXPECT_THAT(AuditAfter([&] {
                ledger_.Add(feed::v1::ENTRY_KIND_SIGNING_KEY_CHANGED,
                            ChangeOfKeys(first, next, "metrics", 1, 10));
                ledger_.Add(feed::v1::ENTRY_KIND_SIGNING_KEY_CHANGED,
                            ChangeOfKeys(next, first, "metrics", 1, 11));
              }),
              testing::Contains("KEY_CHANGED"));
}

TEST_F(LedgerAuditTest, AChangeOfKeysThatOnlyAThiefSignedIsNone) {
  const TestKey thief(std::string(32, 't'));
  EXPECT_THAT(AuditAfter([&] {
                auto change = ChangeOfKeys(ledger_.key, thief, "metrics", 1, 10);
                change.set_old_key_signature(change.new_key_signature());
                ledger_.Add(feed::v1::ENTRY_KIND_SIGNING_KEY_CHANGED, change);
                ledger_.key = thief;
              }),
              ElementsAre("KEY_CHANGED", "KEY_CHANGED", "HEAD_NOT_SIGNED"));
}

TEST_F(LedgerAuditTest, AWitnessOfAnotherHeadOfTheSameSizeShowsTheFork) {
  FakeLedger shown_to_others = ledger_;
  shown_to_others.entries[4].set_salt("another salt 123");
  witnessed_ = {{"assessment", shown_to_others.HeadOf(9)}};
  // Also for an auditor that has never looked before.
  EXPECT_THAT(Audit(), ElementsAre("FORKED_LEDGER"));
  EXPECT_THAT(report_.lies[0].place, HasSubstr("assessment"));
  EXPECT_THAT(memory_->heads(), IsEmpty());
  witnessed_.clear();
  EXPECT_THAT(Audit(), IsEmpty());
  witnessed_ = {{"assessment", shown_to_others.HeadOf(9)}};
  EXPECT_EQ(Audit().at(0), "FORKED_LEDGER");
  // Even when the service itself says nothing more.
  ledger_.reachable = absl::UnavailableError("gone");
  EXPECT_THAT(Audit(), ElementsAre("FORKED_LEDGER"));
}

TEST_F(LedgerAuditTest, AWitnessOfAGreaterHeadShowsTheRollBack) {
  witnessed_ = {{"assessment", ledger_.HeadOf(9)}};
  ledger_.entries.resize(6);
  EXPECT_THAT(Audit(), ElementsAre("ROLLED_BACK"));
}

// A service that was put back to what it was before a restore; nothing of it is remembered.
TEST_F(LedgerAuditTest, AWitnessOfALaterEpochShowsTheRollBack) {
  FakeLedger later = ledger_;
  later.epoch = 2;
  witnessed_ = {{"assessment", later.HeadOf(7)}};
  EXPECT_THAT(Audit(), ElementsAre("ROLLED_BACK"));
  Reopen();
  EXPECT_THAT(memory_->heads(), IsEmpty());
}

TEST_F(LedgerAuditTest, AWitnessOfWhatNobodySignedShowsNothing) {
  ledger::v1::SignedHead head = ledger_.HeadOf(9);
  head.set_root(std::string(32, 'x'));
  witnessed_ = {{"assessment", head}};
  EXPECT_THAT(Audit(), IsEmpty());
  EXPECT_EQ(report_.notes.size(), 2u);
  EXPECT_EQ(memory_->heads().size(), 1u);
}

TEST_F(LedgerAuditTest, WhatAWitnessHoldsIsRememberedToo) {
  witnessed_ = {{"assessment", ledger_.HeadOf(4)}, {"assessment", ledger_.HeadOf(7)}};
  EXPECT_THAT(Audit(), IsEmpty());
  EXPECT_THAT(Audit(), IsEmpty());
  EXPECT_EQ(memory_->heads().size(), 3u);
}

TEST_F(LedgerAuditTest, ALieIsFoundAgainAndNeverRemembered) {
  EXPECT_THAT(AuditAfter([&] { ledger_.entries[2].set_salt("another salt 123"); }),
              ElementsAre("ENTRY_ALTERED", "FORKED_LEDGER"));
  ledger_.Grow(3);
  EXPECT_THAT(Audit(), ElementsAre("ENTRY_ALTERED"));
  EXPECT_THAT(Audit(true), ElementsAre("ENTRY_ALTERED"));
  EXPECT_EQ(memory_->marks().size(), 9u);
}

TEST_F(LedgerAuditTest, ProofsThatProveNothingAreNamed) {
  EXPECT_THAT(AuditAfter([&] {
                ledger_.Grow(1);
                ledger_.proofs_wrong = true;
              }),
              ElementsAre("PROOF_WRONG", "PROOF_WRONG", "PROOF_WRONG", "PROOF_WRONG"));
}

TEST_F(LedgerAuditTest, AHeadOfMoreThanIsServedIsAdmittedLoss) {
  EXPECT_THAT(AuditAfter([&] {
                ledger_.Grow(4);
                ledger_.head = ledger_.HeadOf(13);
                ledger_.entries.resize(11);
              }),
              ElementsAre("ROLLED_BACK"));
}

TEST_F(LedgerAuditTest, ARestoreThatSaysWhatItGaveUpIsNoLie) {
  EXPECT_THAT(AuditAfter([&] {
                ledger_.entries.resize(6);
                ledger_.epoch = 2;
                feed::v1::EpochBegun begun;
                begun.set_earlier_epoch(1);
                begun.set_kept_sequence(6);
                begun.set_reason("the disk was lost");
                ledger_.Add(feed::v1::ENTRY_KIND_EPOCH_BEGUN, begun);
                ledger_.Grow(1);
              }),
              IsEmpty());
  ASSERT_EQ(report_.notes.size(), 1u);
  EXPECT_THAT(report_.notes[0], HasSubstr("entries 7 to 9 of epoch 1 were given up"));
  Reopen();
  EXPECT_EQ(memory_->marks().size(), 8u);
  ledger_.Grow(1);
  EXPECT_THAT(Audit(), IsEmpty());
}

TEST_F(LedgerAuditTest, ANewEpochIsNoLeaveToAlterWhatWasKept) {
  EXPECT_THAT(AuditAfter([&] {
                ledger_.entries.resize(6);
                ledger_.entries[1].set_salt("another salt 123");
                ledger_.epoch = 2;
                feed::v1::EpochBegun begun;
                begun.set_kept_sequence(6);
                ledger_.Add(feed::v1::ENTRY_KIND_EPOCH_BEGUN, begun);
              }),
              ElementsAre("ENTRY_ALTERED"));
  ledger_.entries.pop_back();
  EXPECT_EQ(Audit().at(0), "ROLLED_BACK") << "an epoch that no entry begins";
}

TEST_F(LedgerAuditTest, EntriesThatNoHonestServiceWritesAreNamed) {
  const std::function<void(feed::v1::Entry*)> kChanges[] = {
      [](auto* entry) { entry->set_sequence(77); },
      [](auto* entry) { entry->set_epoch(0); },
      [](auto* entry) { entry->set_time_micros(-1); },
      [](auto* entry) { entry->set_salt("short"); },
      [](auto* entry) { entry->set_request_id("request 1"); },
      [](auto* entry) { entry->set_request_digest(""); },
      [](auto* entry) { entry->set_actor("somebody"); },
      [](auto* entry) { entry->set_format(0); },
      [](auto* entry) { entry->set_kind(feed::v1::ENTRY_KIND_UNSPECIFIED); },
      [](auto* entry) { entry->set_kind(feed::v1::ENTRY_KIND_ITEM_DEFINED); },
      [](auto* entry) { entry->set_fact("\xff\xff"); },
  };
  const FakeLedger sound = ledger_;
  for (const auto& change : kChanges) {
    Forget();
    ledger_.entries = sound.entries;
    change(&ledger_.entries[5]);
    const std::vector<std::string> kinds = Audit();
    ASSERT_FALSE(kinds.empty()) << ledger_.entries[5].ShortDebugString();
    EXPECT_EQ(kinds[0], "ENTRY_IMPOSSIBLE");
    EXPECT_THAT(report_.lies[0].place, HasSubstr("entry 6"));
  }
}

TEST_F(LedgerAuditTest, AKindOfANewerVersionIsNotCheckedAndNoLie) {
  ledger_.entries[5].set_kind(static_cast<feed::v1::EntryKind>(999));
  EXPECT_THAT(Audit(), IsEmpty());
  EXPECT_EQ(report_.ExitCode(), 3);
}

TEST_F(LedgerAuditTest, WhatCannotBeReachedIsNotChecked) {
  ledger_.reachable = absl::UnavailableError("UNAVAILABLE: nobody there");
  EXPECT_THAT(Audit(), IsEmpty());
  EXPECT_EQ(report_.ExitCode(), 3);
  ledger_.reachable = absl::DataLossError("LEDGER_BEHIND: facts were lost");
  EXPECT_THAT(Audit(), ElementsAre("ROLLED_BACK"));
}

TEST_F(LedgerAuditTest, TheHighestHeadIsShownAndAnAdmissionIsALie) {
  EXPECT_THAT(Audit(), IsEmpty());
  Report report;
  ShowHighestHead(ledger_, *memory_, &report);
  EXPECT_EQ(report.ExitCode(), 0);
  ledger_.answer_to_known = absl::DataLossError("LEDGER_BEHIND: facts were lost");
  ShowHighestHead(ledger_, *memory_, &report);
  ASSERT_EQ(report.lies.size(), 1u);
  EXPECT_EQ(report.lies[0].kind, LieKind::kRolledBack);
}

}  // namespace
}  // namespace onereturn::auditor
