// A store against its high-water file, and against heads that others show.
#include "common/commit/ledger_standing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/testing/temporary_folder.h"
#include "common/commit/journal.h"
#include "common/commit/signing_keys.h"
#include "common/commit/testing_committer.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kOtherSeed[] = "2112131415161718191a1b1c1d1e1f2021222324252627282930313233343536";

class LedgerStandingTest : public ::testing::Test {
 protected:
  void Accept(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_THAT(service_.Accept(Fact(absl::StrCat("r", ++accepted_))), IsOk());
    }
  }
  SignedHead Head() { return service_.committer().LatestHead(); }
  static SignedHead SignedBy(const char* seed, TreeHead head) {
    return SignHead(head, KeyFromSeed(seed)).value();
  }
  absl::Status Check() {
    return CheckHighWater(&service_.store(), {path_, "ingestion", {KeyFromSeed(kTestSeed)}});
  }
  void AcceptStore(const std::string& text) { std::ofstream(AcceptFileOf(path_)) << text; }

  TemporaryFolder folder_;
  const std::string path_ = folder_.File("high-water");
  TestService service_;
  int accepted_ = 0;
};

TEST_F(LedgerStandingTest, ANewStoreMakesItsFileAndAStoreAheadOfItGoesOn) {
  ASSERT_THAT(Check(), IsOk());
  EXPECT_EQ(HighWaterFile::Read(path_).value().head.size, 0u);
  Accept(3);
  EXPECT_THAT(Check(), IsOk());
  ASSERT_THAT(HighWaterFile::Make(path_, Head()), IsOk());
  Accept(2);
  EXPECT_THAT(Check(), IsOk());
}

TEST_F(LedgerStandingTest, AStoreBehindItsFileIsRefusedWithPlaceAndRemedy) {
  Accept(3);
  TreeHead ahead = Head().head;
  ahead.size = 5;
  ASSERT_THAT(HighWaterFile::Make(path_, SignedBy(kTestSeed, ahead)), IsOk());
  const absl::Status refused = Check();
  EXPECT_THAT(refused, HasReason(Reason::kLedgerBehind));
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refused.message()),
              AllOf(HasSubstr("holds 3 entries, and 5"), HasSubstr(path_), HasSubstr("Restore"),
                    HasSubstr(AcceptFileOf(path_))));
}

TEST_F(LedgerStandingTest, AStoreThatIsAnotherIsRefused) {
  Accept(3);
  for (const uint64_t size : {uint64_t{2}, uint64_t{3}}) {
    TreeHead other = service_.committer().HeadOfSize(size).value().head;
    other.root[0] ^= 1;
    ASSERT_THAT(HighWaterFile::Make(path_, SignedBy(kTestSeed, other)), IsOk());
    EXPECT_THAT(Check(), HasReason(Reason::kLedgerBehind));
  }
  TreeHead other = Head().head;
  other.epoch = 2;
  ASSERT_THAT(HighWaterFile::Make(path_, SignedBy(kTestSeed, other)), IsOk());
  EXPECT_THAT(Check(), HasReason(Reason::kLedgerBehind));
  other = Head().head;
  other.service = "metrics";
  ASSERT_THAT(HighWaterFile::Make(path_, SignedBy(kTestSeed, other)), IsOk());
  EXPECT_THAT(Check(), HasReason(Reason::kLedgerBehind));
}

TEST_F(LedgerStandingTest, AFileOfAForeignKeyOrDamagedIsRefused) {
  Accept(3);
  ASSERT_THAT(HighWaterFile::Make(path_, SignedBy(kOtherSeed, Head().head)), IsOk());
  EXPECT_THAT(std::string(Check().message()), HasSubstr("no key of this service"));
  std::ofstream(path_) << "damage";
  EXPECT_THAT(Check(), HasReason(Reason::kLedgerBehind));
  EXPECT_THAT(std::string(Check().message()), HasSubstr("damaged"));
}

TEST_F(LedgerStandingTest, AMissingFileIsRefusedOnceThereAreFactsOrThereWasAFile) {
  ASSERT_THAT(Check(), IsOk());
  std::filesystem::remove(path_);
  EXPECT_THAT(std::string(Check().message()), HasSubstr("the store has had one"));
  Accept(1);
  EXPECT_THAT(Check(), HasReason(Reason::kLedgerBehind));
}

TEST_F(LedgerStandingTest, AStoreOfBeforeTheFileIsTakenByTheOperatorsWordAlone) {
  Accept(4);
  EXPECT_THAT(std::string(Check().message()), HasSubstr("holds facts"));
  AcceptStore("3\n");
  EXPECT_THAT(Check(), HasReason(Reason::kFieldInvalid));
  AcceptStore("4\n");
  EXPECT_THAT(Check(), IsOk());
  EXPECT_EQ(HighWaterFile::Read(path_).value().head.size, 4u);
  EXPECT_FALSE(std::filesystem::exists(AcceptFileOf(path_)));
  EXPECT_THAT(Check(), IsOk());
}

TEST_F(LedgerStandingTest, AHeadOfItsOwnPastChangesNothing) {
  Accept(5);
  LedgerStanding standing(&service_.store(), &service_.committer(), nullptr);
  for (uint64_t size = 0; size <= 5; ++size) {
    EXPECT_THAT(standing.Judge(service_.committer().HeadOfSize(size).value()), IsOk());
  }
  EXPECT_THAT(standing.status(), IsOk());
}

TEST_F(LedgerStandingTest, AHeadThatItCannotVerifyChangesNothing) {
  Accept(2);
  LedgerStanding standing(&service_.store(), &service_.committer(), nullptr);
  TreeHead ahead = Head().head;
  ahead.size = 9;
  EXPECT_THAT(standing.Judge(SignedBy(kOtherSeed, ahead)), HasReason(Reason::kFieldInvalid));
  SignedHead altered = Head();
  altered.head.size = 9;
  EXPECT_THAT(standing.Judge(altered), HasReason(Reason::kFieldInvalid));
  ahead.service = "metrics";
  EXPECT_THAT(standing.Judge(SignedBy(kTestSeed, ahead)), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(standing.status(), IsOk());
  Accept(1);
}

TEST_F(LedgerStandingTest, AHeadItIsBehindEndsItForGood) {
  ASSERT_THAT(Check(), IsOk());
  const auto file = HighWaterFile::Open(path_, {}).value();
  Accept(2);
  LedgerStanding standing(&service_.store(), &service_.committer(), file.get());
  int told = 0;
  standing.OnLost([&told](const absl::Status& why) {
    EXPECT_THAT(why, HasReason(Reason::kLedgerBehind));
    ++told;
  });
  TreeHead ahead = Head().head;
  ahead.size = 3;
  EXPECT_THAT(standing.Judge(SignedBy(kTestSeed, ahead)), HasReason(Reason::kLedgerBehind));
  EXPECT_EQ(told, 1);
  EXPECT_THAT(standing.status(), HasReason(Reason::kLedgerBehind));
  EXPECT_THAT(standing.Judge(Head()), HasReason(Reason::kLedgerBehind));
  EXPECT_THAT(service_.Accept(Fact("later")), HasReason(Reason::kLedgerBehind));
  // The next start is refused by the file.
  EXPECT_THAT(std::string(Check().message()), HasSubstr("holds 2 entries, and 3"));
}

TEST_F(LedgerStandingTest, AForkOfAnEarlierSizeOrALaterEpochEndsItToo) {
  Accept(4);
  for (const bool later_epoch : {false, true}) {
    LedgerStanding standing(&service_.store(), &service_.committer(), nullptr);
    TreeHead fork = service_.committer().HeadOfSize(2).value().head;
    if (later_epoch) {
      fork.epoch = 2;
    } else {
      fork.root[31] ^= 1;
    }
    EXPECT_THAT(standing.Judge(SignedBy(kTestSeed, fork)), HasReason(Reason::kLedgerBehind));
    absl::Status lost;
    standing.OnLost([&lost](const absl::Status& why) { lost = why; });
    EXPECT_THAT(lost, HasReason(Reason::kLedgerBehind));
  }
}

TEST_F(LedgerStandingTest, TheStoreRemembersWhichKeySigns) {
  const SigningKey first = KeyFromSeed(kTestSeed);
  const SigningKey second = KeyFromSeed(kOtherSeed);
  const auto choose = [&](const std::vector<SigningKey>& given) {
    return ChooseSigningKey(&service_.store(), "ingestion", given);
  };
  ASSERT_THAT(choose({first, second}), IsOk());
  EXPECT_THAT(choose({second}), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(choose({second, first}).value().verifying_key().key_id(),
            first.verifying_key().key_id());
}

TEST_F(LedgerStandingTest, AChangeOfKeysIsAnEntryAndLaterHeadsAreTheNewKeys) {
  const SigningKey first = KeyFromSeed(kTestSeed);
  const SigningKey second = KeyFromSeed(kOtherSeed);
  ASSERT_THAT(ChooseSigningKey(&service_.store(), "ingestion", {first}), IsOk());
  Accept(2);
  const SignedHead before = Head();
  Proposal proposal = Fact("rotate");
  proposal.entry.set_kind(feed::v1::ENTRY_KIND_SIGNING_KEY_CHANGED);
  proposal.next_key = second;
  const Accepted accepted = service_.Accept(std::move(proposal)).value();
  EXPECT_EQ(accepted.receipt.head.key_id, second.verifying_key().key_id());
  EXPECT_THAT(VerifyReceipt(accepted.receipt, second.verifying_key()), IsOk());
  Accept(1);

  const std::optional<KeyHistory> history = ReadKeyHistory(service_.store(), "ingestion").value();
  ASSERT_TRUE(history.has_value());
  ASSERT_EQ(history->entries().size(), 2u);
  EXPECT_EQ(history->entries()[1].from_size, 3u);
  EXPECT_THAT(history->Verify(before), IsOk());
  EXPECT_THAT(history->Verify(Head()), IsOk());
  EXPECT_EQ(ChooseSigningKey(&service_.store(), "ingestion", {first, second})
                .value()
                .verifying_key()
                .key_id(),
            second.verifying_key().key_id());
  EXPECT_THAT(ChooseSigningKey(&service_.store(), "ingestion", {first}),
              StatusIs(absl::StatusCode::kFailedPrecondition));

  // Heads of before the change still count, those of the old key after it do not.
  LedgerStanding standing(&service_.store(), &service_.committer(), nullptr);
  EXPECT_THAT(standing.Judge(before), IsOk());
  TreeHead ahead = Head().head;
  ahead.size = 9;
  EXPECT_THAT(standing.Judge(SignedBy(kTestSeed, ahead)), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(standing.Judge(SignedBy(kOtherSeed, ahead)), HasReason(Reason::kLedgerBehind));
}

// Who followed the first change holds that key for replaced, and would believe nothing from then
// on.
TEST_F(LedgerStandingTest, NoChangeOfKeysLeadsBack) {
  const SigningKey first = KeyFromSeed(kTestSeed);
  const SigningKey second = KeyFromSeed(kOtherSeed);
  const SigningKey third =
      KeyFromSeed("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
  ASSERT_THAT(ChooseSigningKey(&service_.store(), "ingestion", {first}), IsOk());
  const auto change = [](const std::string& id, const SigningKey& next) {
    Proposal proposal = Fact(id);
    proposal.entry.set_kind(feed::v1::ENTRY_KIND_SIGNING_KEY_CHANGED);
    proposal.next_key = next;
    return proposal;
  };
  EXPECT_THAT(service_.Accept(change("same", first)), HasReason(Reason::kKeyNotGiven));
  EXPECT_THAT(service_.Accept(change("second", second)), IsOk());
  EXPECT_THAT(service_.Accept(change("back", first)), HasReason(Reason::kKeyNotGiven));
  // In one group, of whose changes the store knows nothing yet.
  std::vector<std::future<absl::StatusOr<Accepted>>> answers;
  {
    TestService::Hold hold(&service_.committer());
    for (const auto& [id, key] :
         {std::make_pair("third", third), {"back again", second}, {"and again", first}}) {
      auto answer = std::make_shared<std::promise<absl::StatusOr<Accepted>>>();
      answers.push_back(answer->get_future());
      Proposal proposal = change(id, key);
      proposal.done = [answer](absl::StatusOr<Accepted> accepted) {
        answer->set_value(std::move(accepted));
      };
      ASSERT_THAT(service_.committer().Propose(std::move(proposal)), IsOk());
    }
  }
  EXPECT_THAT(answers[0].get(), IsOk());
  EXPECT_THAT(answers[1].get(), HasReason(Reason::kKeyNotGiven));
  EXPECT_THAT(answers[2].get(), HasReason(Reason::kKeyNotGiven));
  EXPECT_EQ(ReadKeyHistory(service_.store(), "ingestion").value()->entries().size(), 3u);
}

TEST_F(LedgerStandingTest, AHeadOfAKeyItWouldTurnToShowsThatTheChangeIsLost) {
  const VerifyingKey other = KeyFromSeed(kOtherSeed).verifying_key();
  Accept(2);
  TreeHead ahead = Head().head;
  ahead.size = 3;
  LedgerStanding stranger(&service_.store(), &service_.committer(), nullptr);
  EXPECT_THAT(stranger.Judge(SignedBy(kOtherSeed, ahead)), HasReason(Reason::kFieldInvalid));
  LedgerStanding standing(&service_.store(), &service_.committer(), nullptr, other);
  EXPECT_THAT(standing.Judge(SignedBy(kOtherSeed, ahead)), HasReason(Reason::kLedgerBehind));
}

TEST_F(LedgerStandingTest, ARememberedKeyThatNoEntryMadeIsDamage) {
  ASSERT_THAT(ChooseSigningKey(&service_.store(), "ingestion", {KeyFromSeed(kTestSeed)}), IsOk());
  Accept(2);
  WriteBatch batch;
  PutSigningKey(*LedgerFamilyOf(service_.store()), KeyFromSeed(kOtherSeed).verifying_key(), 1, 2,
                &batch);
  ASSERT_THAT(service_.store().Write(batch, Durability::kSynced), IsOk());
  EXPECT_THAT(ChooseSigningKey(&service_.store(), "ingestion", {KeyFromSeed(kOtherSeed)}),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(CommitterHeadsTest, EachHeadIsHandedOnBeforeAnyAnswer) {
  CommitterOptions options;
  std::vector<uint64_t> sizes;
  options.on_head = [&sizes](const SignedHead& head) {
    sizes.push_back(head.head.size);
    return absl::OkStatus();
  };
  TestService service(std::move(options));
  for (int i = 1; i <= 3; ++i) {
    ASSERT_THAT(service.Accept(Fact(absl::StrCat("r", i))), IsOk());
    EXPECT_EQ(sizes.back(), static_cast<uint64_t>(i));
  }
  ASSERT_THAT(service.WritePlain({{}, {}, {}}), IsOk());
  EXPECT_EQ(sizes.size(), 4u);  // The start's, and the facts'.
}

// The group is on disk though it was answered with an error: the next must not be placed over it.
TEST(CommitterHeadsTest, AfterAHeadThatIsBehindNothingIsWritten) {
  CommitterOptions options;
  bool behind = false;
  options.on_head = [&behind](const SignedHead&) -> absl::Status {
    // Once: as though the one who freezes the heads had not refused writes yet.
    if (!std::exchange(behind, false)) return absl::OkStatus();
    return Error(Reason::kLedgerBehind, "entries are missing");
  };
  TestService service(std::move(options));
  behind = true;
  EXPECT_THAT(service.Accept(Fact("r1")), HasReason(Reason::kLedgerBehind));
  const std::string first = EntryBytes(service.store(), 1).value();
  EXPECT_THAT(service.Accept(Fact("r2")), HasReason(Reason::kLedgerBehind));
  EXPECT_EQ(LastSequence(service.store()).value(), 1u);
  EXPECT_EQ(EntryBytes(service.store(), 1).value(), first);
  service.Close();
  service.Open();
  const auto later = service.Accept(Fact("r2"));
  ASSERT_THAT(later, IsOk());
  EXPECT_EQ(later->placement.sequence, 2u);
  EXPECT_EQ(EntryBytes(service.store(), 1).value(), first);
}

TEST(CommitterHeadsTest, AHeadThatCannotBeHandedOnIsFatal) {
  CommitterOptions options;
  absl::Status fatal;
  options.on_fatal = [&fatal](const absl::Status& status) { fatal = status; };
  bool broken = false;
  options.on_head = [&broken](const SignedHead&) {
    return broken ? absl::UnavailableError("the disk has failed") : absl::OkStatus();
  };
  TestService service(std::move(options));
  broken = true;
  EXPECT_THAT(service.Accept(Fact("r1")), HasReason(Reason::kStorageFault));
  EXPECT_EQ(fatal.message(), "the disk has failed");
}

}  // namespace
}  // namespace onereturn
