#include "common/commit/fact_writer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include "common/base/thread_pool.h"
#include "common/commit/request_id.h"
#include "common/commit/testing_committer.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using Answer = absl::StatusOr<std::optional<AcceptedFact>>;

constexpr char kFactHead[] = "head";

feed::v1::Entry EntryIn(const Answer& answer) {
  feed::v1::Entry entry;
  EXPECT_TRUE(entry.ParseFromString((*answer)->accepted.receipt.entry));
  return entry;
}

uint64_t SequenceIn(const Answer& answer) { return (*answer)->accepted.placement.sequence; }

// One thing that facts change: its head holds what was last asked for.
class FactWriterTest : public ::testing::Test {
 protected:
  ~FactWriterTest() override {
    pool_.Shutdown();
    service_.committer().Stop();
  }

  static FactRequest Request(const std::string& request_id, const std::string& content) {
    FactRequest request;
    request.kind = feed::v1::ENTRY_KIND_ITEM_DEFINED;
    request.actor = "spiffe://onereturn.example/steward";
    request.organisation = "RCF";
    request.request_id = request_id;
    request.digest = Sha256(content);
    return request;
  }

  std::optional<std::string> Head() {
    return service_.store().Get(TestFamily::kHeads, kFactHead).value();
  }

  // Asks for `content`; judged on a head of long ago when `stale`.
  Decision Decide(const Snapshot& snapshot, const std::string& content, bool stale = false) {
    ++judged_;
    ReadCheck check{TestFamily::kHeads, kFactHead,
                    snapshot.Get(TestFamily::kHeads, kFactHead).value()};
    const std::string now = check.expected.value_or("");
    if (stale) check.expected = "long ago";
    if (!now.empty() && now.substr(now.find('=') + 1) == content) {
      return Unchanged{std::stoull(now), {check}};
    }
    return NewFact{
        "items/A", content, {check}, [content](const Placement& placement, WriteBatch* batch) {
          batch->Put(TestFamily::kHeads, kFactHead,
                     std::to_string(placement.sequence) + "=" + content);
        }};
  }

  Answer Write(const FactRequest& request, FactWriter::Judge judge) {
    std::promise<Answer> promise;
    writer_.Write(request, std::move(judge),
                  [&promise](Answer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  Answer WriteFresh(const FactRequest& request, const std::string& content = "content") {
    return Write(request,
                 [this, content](const Snapshot& snapshot) { return Decide(snapshot, content); });
  }

  TestService service_;
  BoundedPool pool_{1, 4};
  bool pool_full_ = false;
  std::atomic<int> judged_{0};
  const FactWriter writer_{&service_.store(), &service_.committer(),
                           [this](std::function<void()> work) {
                             return !pool_full_ && pool_.TrySubmit(std::move(work));
                           }};
};

TEST_F(FactWriterTest, WritesTheFactWithItsRows) {
  const Answer answer = WriteFresh(Request("r1", "content"));
  ASSERT_THAT(answer, IsOk());
  ASSERT_TRUE(answer->has_value());
  EXPECT_FALSE((*answer)->accepted.replayed);
  EXPECT_FALSE((*answer)->unchanged);
  EXPECT_EQ(SequenceIn(answer), 1u);
  const feed::v1::Entry entry = EntryIn(answer);
  EXPECT_EQ(entry.request_id(), "r1");
  EXPECT_EQ(entry.organisation(), "RCF");
  EXPECT_EQ(entry.actor(), "spiffe://onereturn.example/steward");
  EXPECT_EQ(entry.name(), "items/A");
  EXPECT_EQ(entry.format(), 1u);
  EXPECT_EQ(Head(), "1=content");
}

TEST_F(FactWriterTest, ARepeatIsNotJudged) {
  ASSERT_THAT(WriteFresh(Request("r1", "content")), IsOk());
  const Answer again = WriteFresh(Request("r1", "content"));
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE((*again)->accepted.replayed);
  EXPECT_EQ(SequenceIn(again), 1u);
  EXPECT_THAT(WriteFresh(Request("r1", "other")), HasReason(Reason::kRequestIdReused));
  FactRequest other_kind = Request("r1", "content");
  other_kind.kind = feed::v1::ENTRY_KIND_STATEMENT_SCORED;
  EXPECT_THAT(WriteFresh(other_kind), HasReason(Reason::kRequestIdReused));
  EXPECT_EQ(judged_, 1);
}

// What a request comes to may be judged: one kind of fact or another.
TEST_F(FactWriterTest, ARequestMayComeToEitherOfTwoKinds) {
  FactRequest request = Request("r1", "content");
  request.other_kind = feed::v1::ENTRY_KIND_STATEMENT_SCORED;
  const auto judge = [this](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
    Decision decision = Decide(snapshot, "content");
    std::get<NewFact>(decision).kind = feed::v1::ENTRY_KIND_STATEMENT_SCORED;
    return decision;
  };
  const Answer first = Write(request, judge);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(EntryIn(first).kind(), feed::v1::ENTRY_KIND_STATEMENT_SCORED);
  const Answer again = Write(request, judge);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE((*again)->accepted.replayed);
  EXPECT_THAT(Write(Request("r1", "content"), judge), HasReason(Reason::kRequestIdReused))
      << "a method that comes to the first kind alone";
}

// The answer was lost, somebody else changed the thing, the caller asks again: nothing is turned
// back.
TEST_F(FactWriterTest, ARepeatOfWhatWasUnchangedStaysSo) {
  ASSERT_THAT(WriteFresh(Request("r1", "X"), "X"), IsOk());
  const Answer unchanged = WriteFresh(Request("r2", "X"), "X");
  ASSERT_THAT(unchanged, IsOk());
  EXPECT_TRUE((*unchanged)->unchanged);
  EXPECT_FALSE((*unchanged)->accepted.replayed);
  EXPECT_EQ(SequenceIn(unchanged), 1u);
  ASSERT_THAT(WriteFresh(Request("r3", "Y"), "Y"), IsOk());
  const Answer repeat = WriteFresh(Request("r2", "X"), "X");
  ASSERT_THAT(repeat, IsOk());
  EXPECT_TRUE((*repeat)->unchanged);
  EXPECT_TRUE((*repeat)->accepted.replayed);
  EXPECT_EQ(SequenceIn(repeat), 1u);
  EXPECT_EQ(Head(), "2=Y");
  EXPECT_THAT(WriteFresh(Request("r2", "Z"), "Z"), HasReason(Reason::kRequestIdReused));
}

TEST_F(FactWriterTest, WhatIsUnchangedIsJudgedAgainWhenItChangesMeanwhile) {
  ASSERT_THAT(WriteFresh(Request("r1", "X"), "X"), IsOk());
  const Answer answer = Write(Request("r2", "X"), [this](const Snapshot& snapshot) {
    return Decide(snapshot, "X", /*stale=*/judged_ == 1);
  });
  ASSERT_THAT(answer, IsOk());
  EXPECT_TRUE((*answer)->unchanged);
  EXPECT_EQ(judged_, 3);
}

TEST_F(FactWriterTest, ValidatingKeepsNothing) {
  FactRequest validate = Request("r1", "X");
  validate.validate_only = true;
  const Answer fresh = WriteFresh(validate, "X");
  ASSERT_THAT(fresh, IsOk());
  EXPECT_FALSE(fresh->has_value());
  ASSERT_THAT(WriteFresh(Request("r2", "X"), "X"), IsOk());
  const Answer held = WriteFresh(validate, "X");
  ASSERT_THAT(held, IsOk());
  EXPECT_TRUE((*held)->unchanged);
  // The id is still free, and once used for a write it can be judged with again.
  ASSERT_THAT(WriteFresh(Request("r1", "Y"), "Y"), IsOk());
  EXPECT_EQ(Head(), "2=Y");
  validate.digest = Sha256("the same with validate_only");
  ASSERT_THAT(WriteFresh(validate, "X"), IsOk());
  EXPECT_EQ(Head(), "2=Y");
}

TEST_F(FactWriterTest, ARequestIdThatIsNoneIsRefusedWhateverTheJudgeSays) {
  for (const std::string& id : {std::string(), std::string("a b"), std::string(129, 'a')}) {
    EXPECT_THAT(WriteFresh(Request(id, "content")), HasReason(Reason::kRequestId));
  }
  EXPECT_EQ(judged_, 3);
  EXPECT_EQ(Head(), std::nullopt);
}

// Two national stewards who both begin at "1" do not stand in each other's way; two systems of one
// organisation share its ids.
TEST_F(FactWriterTest, ARequestIdIsTheOrganisationsOrAtNationalScopeTheSystems) {
  auto ask = [this](const std::string& organisation, const std::string& actor) {
    FactRequest request = Request("1", actor);
    request.organisation = organisation;
    request.actor = actor;
    return WriteFresh(request, organisation + actor);
  };
  ASSERT_THAT(ask("", "spiffe://onereturn.example/first"), IsOk());
  ASSERT_THAT(ask("", "spiffe://onereturn.example/second"), IsOk());
  ASSERT_THAT(ask("RCF", "spiffe://onereturn.example/third"), IsOk());
  EXPECT_THAT(ask("RCF", "spiffe://onereturn.example/fourth"), HasReason(Reason::kRequestIdReused));
}

// A system's grants decide where it stands, and no repeat may take effect for a new one's sake.
TEST_F(FactWriterTest, ARepeatIsOneWhereverItsCallerStandsMeanwhile) {
  auto ask = [this](const std::string& organisation, const std::string& person,
                    const std::string& content = "content") {
    FactRequest request = Request("1", content);
    request.organisation = organisation;
    request.person = person;
    request.organisation_of_caller = true;
    return WriteFresh(request, content);
  };
  ASSERT_THAT(ask("RWP", ""), IsOk());
  for (const char* later : {"QGH", "RWP", ""}) {
    const Answer again = ask(later, "");
    ASSERT_THAT(again, IsOk()) << later;
    EXPECT_TRUE((*again)->accepted.replayed) << later;
    EXPECT_EQ(SequenceIn(again), 1u) << later;
  }
  EXPECT_THAT(ask("QGH", "", "other"), HasReason(Reason::kRequestIdReused));
  // People at one desk, each with ids of his own.
  ASSERT_THAT(ask("RCF", "urn:id#p-0001", "of one"), IsOk());
  ASSERT_THAT(ask("RLQ", "urn:id#p-0002", "of two"), IsOk());
  EXPECT_TRUE((*ask("", "urn:id#p-0001", "of one"))->accepted.replayed);
  EXPECT_TRUE((*ask("RCF", "urn:id#p-0002", "of two"))->accepted.replayed)
      << "also where another has used the id";
}

TEST_F(FactWriterTest, WhatWasUnchangedIsARepeatElsewhereToo) {
  FactRequest request = Request("1", "content");
  request.organisation_of_caller = true;
  ASSERT_THAT(WriteFresh(Request("0", "content")), IsOk());
  EXPECT_TRUE((*WriteFresh(request))->unchanged);
  ASSERT_THAT(WriteFresh(Request("2", "other"), "other"), IsOk());
  request.organisation = "QGH";
  EXPECT_EQ(SequenceIn(WriteFresh(request)), 1u);
  EXPECT_EQ(Head(), "2=other");
}

TEST_F(FactWriterTest, NobodyTakesAnIdThatAServiceMakes) {
  const std::string id = DerivedRequestId("import", "spiffe://onereturn.example/loader", "RCF");
  // SHA-256 of the scope by sha256sum.
  EXPECT_EQ(id, "import#84162df04aa8.RCF");
  EXPECT_THAT(WriteFresh(Request(id, "content")), HasReason(Reason::kRequestId));
  EXPECT_EQ(Head(), std::nullopt);
  FactRequest own = Request(id, "content");
  own.derived_id = true;
  EXPECT_THAT(WriteFresh(own), IsOk());
  for (const char* like :
       {"run#7", "a#b.c", "#84162df04aa8.RCF", "a#84162df04aa8", "a#84162df04aa8."}) {
    EXPECT_THAT(CheckRequestId(like), IsOk()) << like;
  }
}

TEST_F(FactWriterTest, AnIdWithAnNhsNumberIsNotKept) {
  for (const char* id : {"9434765919", "return-943-476-5919", "943-476-5919/1"}) {
    EXPECT_THAT(WriteFresh(Request(id, "content")), HasReason(Reason::kPersonalData)) << id;
  }
  EXPECT_EQ(Head(), std::nullopt);
  for (const char* id : {"9434765918", "19434765919", "a9434765919b"}) {
    EXPECT_THAT(CheckRequestId(id), IsOk()) << id;
  }
}

TEST_F(FactWriterTest, AConflictIsJudgedOnceMore) {
  const Answer answer = Write(Request("r1", "content"), [this](const Snapshot& snapshot) {
    return Decide(snapshot, "content", /*stale=*/judged_ == 0);
  });
  EXPECT_THAT(answer, IsOk());
  EXPECT_EQ(judged_, 2);
  EXPECT_EQ(Head(), "1=content");
}

TEST_F(FactWriterTest, ASecondConflictIsTheCallers) {
  const Answer answer = Write(Request("r1", "content"), [this](const Snapshot& snapshot) {
    return Decide(snapshot, "content", /*stale=*/true);
  });
  EXPECT_THAT(answer, HasReason(Reason::kCommitConflict));
  EXPECT_THAT(answer, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(judged_, 2);
  EXPECT_EQ(Head(), std::nullopt);
  EXPECT_THAT(WriteFresh(Request("r1", "content")), IsOk());  // The id is still free.
}

TEST_F(FactWriterTest, WithoutRoomToJudgeAgainAConflictIsTheCallers) {
  pool_full_ = true;
  const Answer answer = Write(Request("r1", "content"), [this](const Snapshot& snapshot) {
    return Decide(snapshot, "content", /*stale=*/judged_ == 0);
  });
  EXPECT_THAT(answer, HasReason(Reason::kCommitConflict));
  EXPECT_EQ(judged_, 1);
}

TEST_F(FactWriterTest, NothingToKeepAndRefusalsStoreNothing) {
  const Answer nothing =
      Write(Request("r1", "content"), [](const Snapshot&) { return NothingToKeep{}; });
  ASSERT_THAT(nothing, IsOk());
  EXPECT_FALSE(nothing->has_value());
  EXPECT_THAT(Write(Request("r2", "content"),
                    [](const Snapshot&) -> absl::StatusOr<Decision> {
                      return Error(Reason::kMissing, "is missing");
                    }),
              HasReason(Reason::kMissing));
  EXPECT_THAT(WriteFresh(Request("r3", "content"), std::string(60 * 1024 + 1, 'x')),
              HasReason(Reason::kMessageTooLarge));
  EXPECT_EQ(service_.committer().LatestHead().head.size, 0u);
}

TEST_F(FactWriterTest, AStoppedCommitterTakesNothing) {
  service_.committer().Stop();
  EXPECT_THAT(WriteFresh(Request("r1", "content")), HasReason(Reason::kDraining));
}

// A copy of a request that comes while the first is between its sync and its signed head.
TEST_F(FactWriterTest, CopiesAtOnceAllGetTheFirstsReceipt) {
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 64; ++i) {
    answers.push_back(
        std::async(std::launch::async, [this] { return WriteFresh(Request("r1", "content")); }));
  }
  for (std::future<Answer>& future : answers) {
    const Answer answer = future.get();
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(SequenceIn(answer), 1u);
  }
  EXPECT_EQ(service_.committer().LatestHead().head.size, 1u);
}

// A request that comes to facts about two things, "left" and "right", and one of its own.
class FactsTogetherTest : public FactWriterTest {
 protected:
  // What each half is judged on; `stale`: the right one on what never was.
  PartOfFacts Half(const Snapshot& snapshot, const std::string& half, bool stale = false) {
    ReadCheck check{TestFamily::kHeads, half, snapshot.Get(TestFamily::kHeads, half).value()};
    if (stale) check.expected = "long ago";
    return {
        Request("r1." + half, half),
        NewFact{
            "items/" + half, half, {check}, [half](const Placement& placement, WriteBatch* batch) {
              batch->Put(TestFamily::kHeads, half, std::to_string(placement.sequence));
            }}};
  }
  FactsTogether Both(const Snapshot& snapshot, bool stale = false) {
    ++judged_;
    FactsTogether facts;
    facts.parts.push_back(Half(snapshot, "left"));
    facts.parts.push_back(Half(snapshot, "right", stale));
    facts.own = NewFact{"items/both", "both", {}, nullptr};
    return facts;
  }
  std::optional<std::string> Held(const std::string& half) {
    return service_.store().Get(TestFamily::kHeads, half).value();
  }
  uint64_t Last() { return LastSequence(service_.store()).value(); }
};

TEST_F(FactsTogetherTest, AreInOneStepBeforeTheRequestsOwn) {
  const auto judge = [this](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
    return Both(snapshot);
  };
  const Answer answer = Write(Request("r1", "both"), judge);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ((*answer)->parts, (std::vector<uint64_t>{1, 2}));
  EXPECT_EQ(SequenceIn(answer), 3u);
  EXPECT_EQ(EntryIn(answer).name(), "items/both");
  EXPECT_EQ(Held("left"), "1");
  EXPECT_EQ(Held("right"), "2");
  const Answer again = Write(Request("r1", "both"), judge);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE((*again)->accepted.replayed);
  EXPECT_EQ(SequenceIn(again), 3u);
  EXPECT_EQ(judged_, 1);
  EXPECT_EQ(Last(), 3u);
}

TEST_F(FactsTogetherTest, WhereOneWasJudgedOnWhatChangedAllAreJudgedAgain) {
  const Answer answer =
      Write(Request("r1", "both"), [this](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
        return Both(snapshot, /*stale=*/judged_ == 0);
      });
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(judged_, 2);
  EXPECT_EQ((*answer)->parts, (std::vector<uint64_t>{1, 2}));
  EXPECT_EQ(Last(), 3u);
}

TEST_F(FactsTogetherTest, WhereOneCannotBeKeptNoneIs) {
  EXPECT_THAT(Write(Request("r1", "both"),
                    [this](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
                      return Both(snapshot, /*stale=*/true);
                    }),
              HasReason(Reason::kCommitConflict));
  ASSERT_EQ(Last(), 0u);
  EXPECT_EQ(Held("left"), std::nullopt);
  // The id of the second was accepted before, with the same content even.
  ASSERT_THAT(WriteFresh(Request("r1.right", "right"), "right"), IsOk());
  EXPECT_THAT(Write(Request("r1", "both"),
                    [this](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
                      return Both(snapshot);
                    }),
              HasReason(Reason::kRequestIdReused));
  EXPECT_EQ(Last(), 1u);
  EXPECT_EQ(Held("left"), std::nullopt);
}

// The committer itself holds the limit, and sees an id that came after the judging.
TEST_F(FactsTogetherTest, TheCommitterTakesNoMoreThanItSays) {
  const auto propose = [this](size_t parts, size_t bytes) {
    Proposal proposal;
    proposal.entry.set_request_id("many");
    proposal.entry.set_organisation("RCF");
    proposal.parts.resize(parts);
    for (size_t i = 0; i < parts; ++i) {
      proposal.parts[i].entry.set_request_id("many." + std::to_string(i));
      proposal.parts[i].entry.set_fact(std::string(bytes, 'x'));
    }
    auto answer = std::make_shared<std::promise<absl::Status>>();
    auto future = answer->get_future();
    proposal.done = [answer](absl::StatusOr<Accepted> accepted) {
      answer->set_value(accepted.status());
    };
    const absl::Status queued = service_.committer().Propose(std::move(proposal));
    return queued.ok() ? future.get() : queued;
  };
  EXPECT_THAT(propose(kMostFactsTogether + 1, 1), HasReason(Reason::kMessageTooLarge));
  EXPECT_THAT(propose(300, 60 * 1024), HasReason(Reason::kMessageTooLarge));
  EXPECT_EQ(Last(), 0u);
  EXPECT_THAT(propose(kMostFactsTogether, 100), IsOk());
  EXPECT_EQ(Last(), kMostFactsTogether + 1);
}

}  // namespace
}  // namespace onereturn
