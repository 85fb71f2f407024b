#include "services/ingestion/app/returns/read_returns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/feed/position.h"
#include "common/feed/read_position.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/returns/read_unsigned.h"
#include "services/ingestion/app/testing/test_ingestion.h"
#include "services/ingestion/domain/testing/ae_files.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ReadReturnsTest : public ::testing::Test {
 protected:
  ReadReturnsTest() {
    ingestion_.Apply(EnglandOf({"RLQ", "RVW", "RCF", "RDY"}));
    for (const char* organisation : {"RVW", "RLQ", "RCF"}) {
      for (const char* period : {"2023-07", "2023-06"}) Put(organisation, period, "1");
    }
  }
  uint64_t Put(const std::string& organisation, const std::string& period,
               const std::string& figure) {
    return ingestion_
        .Submit(ingestion_.AeReturn(organisation, period, {{"ae_attendances|type1|no", figure}}))
        ->accepted->placement.sequence;
  }
  // All names, read page by page.
  std::vector<std::string> NamesOf(const OrganisationScope& scope, const std::string& period,
                                   uint64_t sequence, size_t limit) {
    std::vector<std::string> names;
    std::string after;
    do {
      const PageOf<returns::v1::Return> page =
          ListReturns(ingestion_.store(), scope, "MSitAE", period, sequence, after, limit).value();
      EXPECT_LE(page.rows.size(), limit);
      for (const returns::v1::Return& row : page.rows) {
        names.push_back(absl::StrCat(row.period(), " ", row.organisation()));
      }
      after = page.after;
    } while (!after.empty());
    return names;
  }

  TestIngestion ingestion_;
};

TEST_F(ReadReturnsTest, AreListedByPeriodAndOrganisationOnPagesOfAnySize) {
  const uint64_t last = ingestion_.LastSequence();
  for (size_t limit = 1; limit <= 7; ++limit) {
    EXPECT_THAT(NamesOf(OrganisationScope::National(), "", last, limit),
                ElementsAre("2023-06 RCF", "2023-06 RLQ", "2023-06 RVW", "2023-07 RCF",
                            "2023-07 RLQ", "2023-07 RVW"));
    EXPECT_THAT(NamesOf(OrganisationScope::National(), "2023-07", last, limit),
                ElementsAre("2023-07 RCF", "2023-07 RLQ", "2023-07 RVW"));
    for (const char* own : {"RCF", "RLQ", "RVW"}) {
      EXPECT_THAT(NamesOf(OrganisationScope::Only(own), "", last, limit),
                  ElementsAre(absl::StrCat("2023-06 ", own), absl::StrCat("2023-07 ", own)));
    }
    EXPECT_THAT(NamesOf(OrganisationScope::Only("RDY"), "", last, limit), IsEmpty());
    EXPECT_THAT(NamesOf(OrganisationScope::Of("", {}), "", last, limit), IsEmpty());
    EXPECT_THAT(NamesOf(OrganisationScope::Of("RDY", {"RDY", "RVW", "RCF"}), "", last, limit),
                ElementsAre("2023-06 RCF", "2023-06 RVW", "2023-07 RCF", "2023-07 RVW"));
  }
  EXPECT_THAT(NamesOf(OrganisationScope::National(), "", last - 6, 10), IsEmpty());
  EXPECT_THAT(NamesOf(OrganisationScope::National(), "", last - 5, 10), ElementsAre("2023-07 RVW"));
}

TEST(ReadQuarterlyReturnsTest, APeriodIsFoundUnderAnyOfItsTexts) {
  config::v1::DefinitionSet quarterly = EnglandOf({"RCF"});
  catalogue::v1::Collection* collection = quarterly.mutable_collections(0);
  collection->set_period_kind(catalogue::v1::PERIOD_KIND_QUARTER);
  collection->clear_layouts();
  collection->clear_frames();
  collection->clear_not_collected();
  TestIngestion ingestion;
  ingestion.Apply(quarterly);
  ASSERT_THAT(ingestion.Submit(ingestion.AeReturn("RCF", "FY2024-Q1")), IsOk());
  const auto listed = [&ingestion](const std::string& period) {
    return ListReturns(ingestion.store(), OrganisationScope::National(), "MSitAE", period,
                       ingestion.LastSequence(), "", 10);
  };
  EXPECT_THAT(listed("2024-Q2")->rows, SizeIs(1));
  EXPECT_THAT(listed("FY2024-Q1")->rows, SizeIs(1)) << "the same quarter";
  EXPECT_THAT(listed("FY2024-Q2")->rows, IsEmpty());
  EXPECT_THAT(listed("2024-Q5"), HasReason(Reason::kPeriod));
}

TEST_F(ReadReturnsTest, ARevisionIsReadAsItWasThen) {
  const uint64_t first = ingestion_.LastSequence();
  const ReturnKey key{"MSitAE", "2023-06", "RCF"};
  const uint64_t second = Put("RCF", "2023-06", "2");
  const OrganisationScope all = OrganisationScope::National();
  EXPECT_EQ(GetReturn(ingestion_.store(), all, key, first)->revision().number(), 1u);
  EXPECT_EQ(GetReturn(ingestion_.store(), all, key, second)->revision().number(), 2u);
  EXPECT_EQ(GetReturn(ingestion_.store(), all, key, second)->etag(), EtagOf(second));
  EXPECT_THAT(GetReturn(ingestion_.store(), all, key, first - 1).status(),
              HasReason(Reason::kNotFound));
  std::vector<uint32_t> numbers;
  std::string after;
  do {
    const auto page = ListRevisions(ingestion_.store(), all, key, second, after, 1).value();
    for (const auto& revision : page.rows) numbers.push_back(revision.number());
    after = page.after;
  } while (!after.empty());
  EXPECT_THAT(numbers, ElementsAre(2u, 1u));
  EXPECT_EQ(PlaceOfRevision(ingestion_.store(), all, key, 1, second)->sequence, first);
  EXPECT_THAT(PlaceOfRevision(ingestion_.store(), all, key, 3, second).status(),
              HasReason(Reason::kNotFound));
  // The name of a return where that of a revision belongs.
  const absl::Status unnumbered = PlaceOfRevision(ingestion_.store(), all, key, 0, second).status();
  EXPECT_THAT(unnumbered, HasReason(Reason::kNotFound));
  EXPECT_THAT(std::string(unnumbered.message()), Not(HasSubstr("revision 0")));
  EXPECT_THAT(std::string(unnumbered.message()), HasSubstr("/revisions/1"));
}

TEST_F(ReadReturnsTest, WhatIsOutsideTheScopeIsNotThere) {
  const uint64_t last = ingestion_.LastSequence();
  const OrganisationScope own = OrganisationScope::Only("RLQ");
  const ReturnKey other{"MSitAE", "2023-06", "RCF"};
  const ReturnKey none{"MSitAE", "2023-06", "RXX"};
  const absl::Status hidden = GetReturn(ingestion_.store(), own, other, last).status();
  const absl::Status missing = GetReturn(ingestion_.store(), own, none, last).status();
  // The same but for the code that the caller gave.
  EXPECT_EQ(hidden, NotFound("organisation RCF"));
  EXPECT_EQ(missing, NotFound("organisation RXX"));
  EXPECT_EQ(ListRevisions(ingestion_.store(), own, other, last, "", 5).status(), hidden);
  EXPECT_EQ(RevisionState(ingestion_.store(), own, other, 1, last).status(), hidden);
  EXPECT_EQ(PlaceOfRevision(ingestion_.store(), own, other, 1, last).status(), hidden);
}

TEST_F(ReadReturnsTest, CellsComeInOrderOnPagesOfAnySize) {
  const ReturnKey key{"MSitAE", "2023-06", "RCF"};
  for (size_t limit : {1, 5, 17, 18, 19}) {
    std::vector<std::string> cells;
    std::string after;
    do {
      const CellState state = RevisionState(ingestion_.store(), OrganisationScope::National(), key,
                                            1, ingestion_.LastSequence())
                                  .value();
      const auto page = CellsOf(ingestion_.store(), state, after, limit).value();
      for (const common::v1::Cell& cell : page.rows) cells.push_back(cell.SerializeAsString());
      after = page.after;
    } while (!after.empty());
    EXPECT_THAT(cells, SizeIs(18));
    EXPECT_THAT(std::set<std::string>(cells.begin(), cells.end()), SizeIs(18));
  }
}

TEST(ParseReturnNameTest, OnlyTheTwoFormsAreNames) {
  const ParsedName name = ParseReturnName("organisations/RLQ/returns/MSitAE.2024-03").value();
  EXPECT_EQ(name.key.organisation, "RLQ");
  EXPECT_EQ(name.key.collection, "MSitAE");
  EXPECT_EQ(name.key.period, "2024-03");
  EXPECT_EQ(name.revision, 0u);
  EXPECT_EQ(ParseReturnKey("organisations/RLQ/returns/MSitAE.2024-03")->period, "2024-03");
  EXPECT_THAT(ParseReturnKey("organisations/RLQ/returns/MSitAE.2024-03/revisions/1").status(),
              HasReason(Reason::kNotFound));
  EXPECT_EQ(ParseReturnName("organisations/RLQ/returns/MSitAE.2024-03/revisions/12")->revision,
            12u);
  for (const char* bad :
       {"", "/", "organisations/RLQ", "organisations/RLQ/returns/MSitAE.2024-03/",
        "organisations/RLQ/returns/MSitAE.2024-03/revisions/", "orgs/RLQ/returns/MSitAE.2024-03",
        "organisations/RLQ/returns/MSitAE.2024-03/revisions/0",
        "organisations/RLQ/returns/MSitAE.2024-03/revisions/-1",
        "organisations/RLQ/returns/MSitAE.2024-03/revisions/x",
        "organisations/RLQ/returns/MSitAE.2024-03/versions/1",
        "organisations/RLQ/returns/MSitAE.2024-03/revisions/99999999999"}) {
    EXPECT_THAT(ParseReturnName(bad).status(), HasReason(Reason::kNotFound)) << bad;
  }
}

TEST_F(ReadReturnsTest, AReadSaysWhereItStands) {
  auto resolve = [this](const ReadWish& wish) {
    return ResolveRead(ingestion_.store(), ingestion_.committer(), ingestion_.clock(), wish);
  };
  auto position = [](uint64_t epoch, uint64_t sequence) {
    Position made;
    made.Set("ingestion", ServicePosition{epoch, sequence});
    return made.ToString();
  };
  const uint64_t last = ingestion_.LastSequence();
  EXPECT_EQ(resolve({})->sequence, last);
  EXPECT_EQ(resolve({})->position, position(1, last));
  ReadWish wish;
  wish.as_of_position = position(1, 3);
  EXPECT_EQ(resolve(wish)->sequence, 3u);
  wish.as_of_position = position(1, last + 1);
  EXPECT_THAT(resolve(wish).status(), HasReason(Reason::kPositionAhead));
  wish.as_of_position = position(2, 3);
  EXPECT_THAT(resolve(wish).status(), HasReason(Reason::kEpochChanged));
  wish.as_of_position = "?";
  EXPECT_THAT(resolve(wish).status(), HasReason(Reason::kPositionInvalid));
  wish = {};
  wish.at_least = position(1, last);
  EXPECT_EQ(resolve(wish)->sequence, last);
  wish.at_least = position(1, last + 1);
  EXPECT_THAT(resolve(wish).status(), HasReason(Reason::kPositionAhead));
}

TEST_F(ReadReturnsTest, ATimeIsAnsweredOnceNothingEarlierCanCome) {
  auto resolve = [this](Timestamp time) {
    ReadWish wish;
    wish.as_of_time = time;
    return ResolveRead(ingestion_.store(), ingestion_.committer(), ingestion_.clock(), wish);
  };
  const Timestamp then = ingestion_.clock().Now();
  const uint64_t last = ingestion_.LastSequence();
  EXPECT_THAT(resolve(then).status(), HasReason(Reason::kNotCaughtUp)) << "more may come now";
  ingestion_.clock().AdvanceMicros(1);
  EXPECT_EQ(resolve(then)->sequence, last);
  ingestion_.clock().AdvanceSeconds(10);

  // A fact that has its time, and is not in the ledger yet.
  std::promise<void> reached;
  std::promise<void> released;
  std::promise<absl::Status> done;
  Proposal proposal;
  proposal.entry.set_kind(feed::v1::ENTRY_KIND_FILE_IMPORTED);
  proposal.entry.set_format(1);
  proposal.entry.set_actor(kLoader);
  proposal.entry.set_request_id("slow");
  const Digest digest = Sha256("slow");
  proposal.entry.set_request_digest(std::string(DigestBytes(digest)));
  proposal.write = [&](const Placement&, WriteBatch*) {
    reached.set_value();
    released.get_future().wait();
  };
  proposal.done = [&done](absl::StatusOr<Accepted> accepted) { done.set_value(accepted.status()); };
  const Timestamp fact_time = ingestion_.clock().Now();
  ASSERT_THAT(ingestion_.committer().Propose(std::move(proposal)), IsOk());
  reached.get_future().wait();
  ingestion_.clock().AdvanceSeconds(10);
  EXPECT_THAT(resolve(fact_time).status(), HasReason(Reason::kNotCaughtUp));
  EXPECT_EQ(resolve(then)->sequence, last);
  released.set_value();
  ASSERT_THAT(done.get_future().get(), IsOk());
  EXPECT_EQ(resolve(fact_time)->sequence, last + 1);
}

TEST_F(ReadReturnsTest, AFileIsSeenByWhoeverSentItAndNationally) {
  const std::string bytes = TextOf(SoundRecords());
  const std::string upload = ingestion_.Upload(bytes);
  ASSERT_THAT(ingestion_.submit_file().Run(ingestion_.AeFile(upload)), IsOk());
  const auto find = [&](const OrganisationScope& scope, const std::string& owner,
                        const std::string& of) {
    return FindFile(ingestion_.store(), scope, owner, Sha256(of));
  };
  const auto seen = find(OrganisationScope::National(), "spiffe://x/auditor", bytes);
  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->id, upload);
  EXPECT_EQ(seen->size_bytes, bytes.size());
  EXPECT_THAT(find(OrganisationScope::Only("RLQ"), "RLQ", bytes).status(),
              HasReason(Reason::kNotFound));
  EXPECT_THAT(find(OrganisationScope::National(), kLoader, bytes + "x").status(),
              HasReason(Reason::kNotFound));
}

}  // namespace
}  // namespace onereturn::ingestion
