#include "common/storage/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/change_table.h"
#include "services/ingestion/store/families.h"
#include "services/ingestion/store/finding_reply_table.h"
#include "services/ingestion/store/return_table.h"
#include "services/ingestion/store/review_table.h"
#include "services/ingestion/store/testing/store_fixture.h"
#include "services/ingestion/store/timetable_table.h"
#include "services/ingestion/store/unsigned_table.h"
#include "services/ingestion/store/upload_table.h"
#include "services/ingestion/store/use_table.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using StoreTest = StoreFixture;

// On-disk format, written out by hand from the grammar in families.h and key_codec.h: a string is
// its bytes with 00 as 00 FF, ended by 00 01; a descending number is the complement, big-endian.
TEST_F(StoreTest, KeysAreThoseOfTheGrammar) {
  Write([](WriteBatch* batch) {
    PutDefinition(DefinitionKind::kItem, "ab", 5, "x", batch);
    PutHome("ab", "C", batch);
    PutRevision({"C", "2023-06", "RLQ"}, {1, 7}, Sha256("cells"), batch);
    PutFileOf(Sha256("file"), "u", batch);
    PutUpload("u", {}, batch);
    PutFilePiece("u", 258, "bytes", batch);
    PutWindow({"C", "2023-06"}, {}, batch);
    PutExtensionHead({"C", "2023-06", "RLQ"}, {1, 1, std::nullopt}, batch);
    timetable::v1::Extension extension;
    extension.set_collection("C");
    extension.set_period("2023-06");
    extension.set_organisation("RLQ");
    extension.set_number(258);
    PutExtension(extension, batch);
    PutUse({"QGH", {"C", "2023-06", "RLQ"}}, {1, 7, 9, 0, 0}, batch);
  });
  const std::string stop = "0001";
  EXPECT_THAT(KeysOf(Family::kCatalogue), ElementsAre("026162" + stop + "fffffffffffffffa"));
  EXPECT_THAT(KeysOf(Family::kUploads), ElementsAre("75" + stop));
  EXPECT_THAT(KeysOf(Family::kFiles), ElementsAre("75" + stop + "00000102"));
  const std::string return_key = "43" + stop + "323032332d3036" + stop + "524c51" + stop;
  EXPECT_THAT(KeysOf(Family::kRevisions), ElementsAre(return_key + "fffffffffffffff8"));
  EXPECT_THAT(
      KeysOf(Family::kHeads),
      ElementsAre("01", "026162" + stop, "03" + return_key, "04" + DigestToHex(Sha256("file")),
                  "05026162" + stop, "2043" + stop + "323032332d3036" + stop, "21" + return_key,
                  "22" + return_key + "00000102"));
  const std::string body = "514748" + stop;
  EXPECT_THAT(KeysOf(Family::kUses),
              ElementsAre("01" + body + return_key, "02" + return_key + body));
}

TEST_F(StoreTest, UsesComeBackByBodyAndByReturn) {
  const ReturnKey june{"C", "2023-06", "RLQ"};
  const ReturnKey july{"C", "2023-07", "RLQ"};
  const ReturnKey other{"CD", "2023-06", "RLQ"};
  const ReturnUse use{1, 7, 9, 2, 11};
  Write([&](WriteBatch* batch) {
    for (const char* body : {"QG", "QGH"}) {
      for (const ReturnKey& key : {other, july, june}) PutUse({body, key}, use, batch);
    }
  });
  const auto of_body = [&](const std::string& collection, const std::string& after) {
    std::vector<std::string> found;
    EXPECT_THAT(VisitUsesOfBody(*store_, "QG", collection, after,
                                [&](const ReturnKey& key, const ReturnUse& one) {
                                  EXPECT_EQ(one, use);
                                  found.push_back(key.collection + " " + key.period);
                                  return true;
                                }),
                IsOk());
    return found;
  };
  EXPECT_THAT(of_body("", ""), ElementsAre("C 2023-06", "C 2023-07", "CD 2023-06"));
  EXPECT_THAT(of_body("C", ""), ElementsAre("C 2023-06", "C 2023-07"));
  EXPECT_THAT(of_body("C", KeyText(june)), ElementsAre("C 2023-07"));
  EXPECT_THAT(of_body("", KeyText(july)), ElementsAre("CD 2023-06"));
  const auto of_june = [&](const std::string& after) {
    std::vector<std::string> bodies;
    EXPECT_THAT(VisitUsesOfReturn(*store_, june, after,
                                  [&](const std::string& body, const ReturnUse&) {
                                    bodies.push_back(body);
                                    return true;
                                  }),
                IsOk());
    return bodies;
  };
  EXPECT_THAT(of_june(""), ElementsAre("QG", "QGH"));
  EXPECT_THAT(of_june("QG"), ElementsAre("QGH"));
  EXPECT_FALSE(FindUse(*store_, {"Q", june})->has_value());
}

TEST_F(StoreTest, WindowsAndExtensionsComeBackAsTheyWere) {
  const WindowKey window{"C", "2023-06"};
  EXPECT_FALSE(FindWindow(*store_, window)->facts.has_value());
  WindowFacts facts;
  facts.moments = {Timestamp{1}, Timestamp{2}, Timestamp{3}, Timestamp{4}};
  facts.opened = 5;
  facts.cut = 6;
  facts.refreshed = 7;
  facts.closed = 8;
  facts.cut_listed = 9;
  facts.refresh_listed = 10;
  facts.close_listed = 11;
  const ReturnKey key{"C", "2023-06", "RLQ"};
  const ExtensionHead none{2, 3, std::nullopt};
  Write([&](WriteBatch* batch) {
    PutWindow(window, facts, batch);
    PutExtensionHead(key, {2, 3, Timestamp{12}}, batch);
    PutExtensionHead({"C", "2023-06", "RCF"}, none, batch);
  });
  const StoredWindow found = FindWindow(*store_, window).value();
  ASSERT_TRUE(found.facts.has_value());
  EXPECT_EQ(found.facts->moments, facts.moments);
  EXPECT_EQ(found.facts->At(8).closed, 8);
  EXPECT_EQ(found.facts->cut_listed, 9);
  EXPECT_EQ(found.facts->refresh_listed, 10);
  EXPECT_EQ(found.facts->close_listed, 11);
  EXPECT_EQ(found.facts->refreshed, 7);
  EXPECT_EQ(store_->Get(found.check.family, found.check.key).value(), found.check.expected);
  const ExtensionHead head = FindExtensionHead(*store_, key)->head;
  EXPECT_EQ(head.count, 2);
  EXPECT_EQ(head.steps, 3);
  EXPECT_EQ(head.until, Timestamp{12});
  std::vector<std::string> in_force;
  ASSERT_THAT(VisitExtensionsInForce(*store_,
                                     [&](const ReturnKey& one, const ExtensionHead&) {
                                       in_force.push_back(one.organisation);
                                       return absl::OkStatus();
                                     }),
              IsOk());
  EXPECT_THAT(in_force, ElementsAre("RLQ"));
}

// Bytes by hand from the grammar in families.h.
TEST_F(StoreTest, KeysOfWhatIsNotAcceptedYet) {
  const ReturnKey key{"C", "2023-06", "RLQ"};
  Write([&key](WriteBatch* batch) {
    storage::v1::SubmissionRecord record;
    record.set_sequence(7);
    PutSubmission(key, record, batch);
    PutDraft(key, 9, batch);
  });
  const std::string stop = "0001";
  const std::string text = "524c51" + stop + "43" + stop + "323032332d3036" + stop;
  EXPECT_THAT(KeysOf(Family::kHeads), ElementsAre("10" + text, "11" + text));
  const HeldSubmission held = SubmissionOf(*store_, key).value();
  EXPECT_TRUE(held.waits());
  EXPECT_EQ(held.record.sequence(), 7u);
  EXPECT_EQ(store_->Get(held.check.family, held.check.key).value(), held.check.expected);
  EXPECT_EQ(DraftOf(*store_, key)->sequence, 9u);
  Write([&key](WriteBatch* batch) {
    DropSubmission(key, batch);
    DropDraft(key, batch);
  });
  EXPECT_THAT(KeysOf(Family::kHeads), ElementsAre());
  EXPECT_FALSE(SubmissionOf(*store_, key)->held());
}

// A reopened return is so until its next revision.
TEST_F(StoreTest, AReopenedReturnIsOpenForOneRevision) {
  const ReturnKey key{"C", "2023-06", "RLQ"};
  Write([&key](WriteBatch* batch) { PutRevision(key, {1, 5}, Sha256("cells"), batch); });
  EXPECT_FALSE(HeadOf(*store_, key)->reopened);
  Write([&](WriteBatch* batch) { PutReopened(HeadOf(*store_, key).value(), 6, batch); });
  EXPECT_TRUE(HeadOf(*store_, key)->reopened);
  EXPECT_EQ(HeadOf(*store_, key)->newest.sequence, 5u);
  Write([&key](WriteBatch* batch) { PutRevision(key, {2, 7}, Sha256("cells"), batch); });
  EXPECT_FALSE(HeadOf(*store_, key)->reopened);
}

TEST_F(StoreTest, TheListOfFamiliesIsAppendOnly) {
  std::vector<std::string> names;
  for (const ColumnFamilySpec& family : Families()) {
    names.push_back(std::string(family.name));
    EXPECT_EQ(family.kind, ColumnFamilyKind::kPrimary);
  }
  EXPECT_THAT(names, ElementsAre("entries", "nodes", "requests", "catalogue", "heads", "revisions",
                                 "chunks", "uploads", "files", "ledger", "rights", "uses",
                                 "data_requests"));
  EXPECT_EQ(static_cast<uint32_t>(Family::kCatalogue), 3u);
  EXPECT_EQ(static_cast<uint32_t>(Family::kFiles), 8u);
}

TEST_F(StoreTest, ReturnsHeldAreCountedByPeriod) {
  Write([](WriteBatch* batch) {
    PutRevision({"C", "2023-05", "RLQ"}, {1, 10}, Sha256("a"), batch);
    PutRevision({"C", "2023-06", "RLQ"}, {1, 11}, Sha256("a"), batch);
    PutRevision({"C", "2023-06", "RLQ"}, {2, 12}, Sha256("b"), batch);
    PutRevision({"C", "2023-06", "RVW"}, {1, 13}, Sha256("a"), batch);
    PutRevision({"CC", "2023-07", "RVW"}, {1, 14}, Sha256("a"), batch);
  });
  const auto counted = [this](uint64_t sequence, size_t most_periods, size_t most_revisions) {
    const PeriodsHeld held =
        CountReturns(*store_, "C", sequence, most_periods, most_revisions).value();
    std::vector<std::string> texts;
    for (const PeriodHeld& one : held.newest_first) {
      texts.push_back(one.period + " " + std::to_string(one.organisations));
    }
    if (held.further_back) texts.push_back("more");
    return texts;
  };
  EXPECT_THAT(counted(kNewest, 9, 100), ElementsAre("2023-06 2", "2023-05 1"));
  EXPECT_THAT(counted(12, 9, 100), ElementsAre("2023-06 1", "2023-05 1"));
  EXPECT_THAT(counted(10, 9, 100), ElementsAre("2023-05 1"));
  EXPECT_THAT(counted(kNewest, 1, 100), ElementsAre("2023-06 2", "more"));
  EXPECT_THAT(counted(kNewest, 9, 2), ElementsAre("2023-06 2", "more"));
  EXPECT_TRUE(HoldsReturns(*store_, "C", "", "").value());
  EXPECT_TRUE(HoldsReturns(*store_, "C", "2023-06", "2023-07").value());
  EXPECT_FALSE(HoldsReturns(*store_, "C", "2023-07", "").value());
  EXPECT_FALSE(HoldsReturns(*store_, "C", "", "2023-05").value());
  EXPECT_FALSE(HoldsReturns(*store_, "B", "", "").value());
}

TEST_F(StoreTest, AHeadAndItsCheckFollowTheNewestRevision) {
  const ReturnKey key{"MSitAE", "2023-06", "RLQ"};
  ReturnHeadState head = HeadOf(*store_, key).value();
  EXPECT_EQ(head.newest.number, 0u);
  EXPECT_EQ(head.cell_digest, std::nullopt);
  EXPECT_EQ(head.check.expected, std::nullopt);
  Write([&](WriteBatch* batch) { PutRevision(key, {1, 10}, Sha256("one"), batch); });
  Write([&](WriteBatch* batch) { PutRevision(key, {2, 20}, Sha256("two"), batch); });
  head = HeadOf(*store_, key).value();
  EXPECT_EQ(head.newest.number, 2u);
  EXPECT_EQ(head.newest.sequence, 20u);
  EXPECT_EQ(head.cell_digest, Sha256("two"));
  EXPECT_EQ(store_->Get(head.check.family, head.check.key).value(), head.check.expected);
}

TEST_F(StoreTest, RevisionsAreReadAsOfASequenceTheNewestFirst) {
  const ReturnKey key{"MSitAE", "2023-06", "RLQ"};
  for (uint32_t number : {1, 2, 3}) {
    Write([&](WriteBatch* batch) {
      PutRevision(key, {number, number * 10}, Sha256(absl::StrCat(number)), batch);
      // Neighbours that must not be taken for it.
      PutRevision({"MSitAE", "2023-06", "RLQ1"}, {9, number * 10 + 1}, Sha256(""), batch);
      PutRevision({"MSitAE", "2023-06", "RL"}, {9, number * 10 + 2}, Sha256(""), batch);
    });
  }
  auto visit = [&](uint64_t sequence, uint32_t below) {
    std::vector<uint32_t> numbers;
    EXPECT_THAT(VisitRevisions(*store_, OrganisationScope::National(), key, sequence, below,
                               [&](const RevisionPlace& place) -> absl::StatusOr<bool> {
                                 EXPECT_EQ(place.sequence, place.number * 10u);
                                 numbers.push_back(place.number);
                                 return true;
                               }),
                IsOk());
    return numbers;
  };
  EXPECT_THAT(visit(100, 0), ElementsAre(3u, 2u, 1u));
  EXPECT_THAT(visit(29, 0), ElementsAre(2u, 1u));
  EXPECT_THAT(visit(9, 0), IsEmpty());
  EXPECT_THAT(visit(100, 3), ElementsAre(2u, 1u));
  EXPECT_THAT(visit(100, 1), IsEmpty());
  const auto find = [&](const OrganisationScope& scope, uint64_t sequence) {
    return FindRevision(*store_, scope, key, sequence).value();
  };
  EXPECT_EQ(find(OrganisationScope::National(), 20)->number, 2u);
  EXPECT_EQ(find(OrganisationScope::Only("RLQ"), 20)->number, 2u);
  EXPECT_FALSE(find(OrganisationScope::Only("RLQ1"), 20).has_value());
  EXPECT_FALSE(find(OrganisationScope::Only("RL"), 20).has_value());
}

TEST_F(StoreTest, ReturnsAreVisitedWithinAScope) {
  uint64_t sequence = 0;
  for (const char* collection : {"DM01", "MSitAE", "MSitAE2"}) {
    for (const char* period : {"2023-06", "2023-07"}) {
      for (const char* organisation : {"RCF", "RLQ", "RVW"}) {
        Write([&](WriteBatch* batch) {
          PutRevision({collection, period, organisation}, {1, ++sequence}, Sha256(""), batch);
        });
      }
    }
  }
  auto visit = [&](const OrganisationScope& scope, const std::string& period, uint64_t at,
                   const std::string& after = "") {
    std::vector<std::string> seen;
    EXPECT_THAT(
        VisitReturns(*store_, scope, "MSitAE", period, at, after,
                     [&](const ReturnKey& key, const RevisionPlace&) -> absl::StatusOr<bool> {
                       EXPECT_EQ(key.collection, "MSitAE");
                       seen.push_back(absl::StrCat(key.period.substr(5), key.organisation));
                       return true;
                     }),
        IsOk());
    return seen;
  };
  const OrganisationScope all = OrganisationScope::National();
  EXPECT_THAT(visit(all, "", 100),
              ElementsAre("06RCF", "06RLQ", "06RVW", "07RCF", "07RLQ", "07RVW"));
  EXPECT_THAT(visit(all, "2023-07", 100), ElementsAre("07RCF", "07RLQ", "07RVW"));
  EXPECT_THAT(visit(all, "", 8), ElementsAre("06RCF", "06RLQ"));
  EXPECT_THAT(visit(all, "", 100, KeyText({"MSitAE", "2023-06", "RLQ"})),
              ElementsAre("06RVW", "07RCF", "07RLQ", "07RVW"));
  for (const char* own : {"RCF", "RLQ", "RVW"}) {
    EXPECT_THAT(visit(OrganisationScope::Only(own), "", 100),
                ElementsAre(absl::StrCat("06", own), absl::StrCat("07", own)));
    EXPECT_THAT(visit(OrganisationScope::Only(own), "2023-06", 100),
                ElementsAre(absl::StrCat("06", own)));
  }
  EXPECT_THAT(visit(OrganisationScope::Only("AAA"), "", 100), IsEmpty());
  EXPECT_THAT(visit(OrganisationScope::Only("RZZ"), "", 100), IsEmpty());
}

TEST_F(StoreTest, ADamagedRowIsDataLossAndNotAnAbsence) {
  const ReturnKey key{"MSitAE", "2023-06", "RLQ"};
  const ReturnHeadState head = HeadOf(*store_, key).value();
  Write([&](WriteBatch* batch) { batch->Put(head.check.family, head.check.key, "\xFF"); });
  EXPECT_THAT(HeadOf(*store_, key).status(), StatusIs(absl::StatusCode::kDataLoss));
  const ReadCheck upload = NoUploadCheck("u");
  Write([&](WriteBatch* batch) { batch->Put(upload.family, upload.key, "\xFF"); });
  EXPECT_THAT(FindUpload(*store_, "u").status(), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(StoreTest, ChunksAreFoundByDigest) {
  EXPECT_EQ(FindChunk(*store_, Sha256("chunk")).value(), std::nullopt);
  Write([](WriteBatch* batch) { PutChunk(Sha256("chunk"), "chunk", batch); });
  EXPECT_EQ(FindChunk(*store_, Sha256("chunk")).value(), "chunk");
}

TEST_F(StoreTest, AFileIsReadInItsOrderAndAMissingPieceIsDataLoss) {
  storage::v1::UploadRecord record;
  record.set_size_bytes(kFilePieceBytes * 300 + 1);
  Write([&](WriteBatch* batch) {
    PutUpload("u", record, batch);
    for (uint64_t i = 0; i < 300; ++i) {
      PutFilePiece("u", i, std::string(kFilePieceBytes, static_cast<char>('a' + i % 26)), batch);
    }
    PutFilePiece("u", 300, "z", batch);
    PutFilePiece("u1", 0, "another", batch);
  });
  uint64_t pieces = 0;
  bool in_order = true;
  ASSERT_THAT(ReadFile(*store_, "u", record.size_bytes(),
                       [&](absl::string_view piece) {
                         const char expected =
                             pieces == 300 ? 'z' : static_cast<char>('a' + pieces % 26);
                         in_order = in_order && piece[0] == expected;
                         ++pieces;
                         return absl::OkStatus();
                       }),
              IsOk());
  EXPECT_EQ(pieces, 301u);
  EXPECT_TRUE(in_order);
  EXPECT_THAT(ReadFile(*store_, "u", record.size_bytes() + 1,
                       [](absl::string_view) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kDataLoss));
  Write([](WriteBatch* batch) { DeleteUpload("u", batch); });
  EXPECT_FALSE(FindUpload(*store_, "u")->has_value());
  EXPECT_THAT(ReadFile(*store_, "u", 1, [](absl::string_view) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(ReadFile(*store_, "u1", 7, [](absl::string_view) { return absl::OkStatus(); }),
              IsOk());
}

// Written by hand from the grammar of families.h.
TEST_F(StoreTest, KeysOfReviewsQueriesAndReplies) {
  Write([](WriteBatch* batch) {
    PutConclusion({"C", "P", "QE1"}, {1, 7}, batch);
    PutQuery({{"C", "P", "RAA"}, "QE1", 1}, {}, batch);
    PutFindingReply({"C", "P", "RAA"}, "ab", {7, 2}, batch);
  });
  EXPECT_THAT(
      KeysOf(Family::kHeads),
      ElementsAre("40514531000143000150000100000001", "415241410001430001500001514531000100000001",
                  "42524141000143000150000161620001fffffffffffffff8"));
}

TEST_F(StoreTest, ReviewsAndQueriesAreSeenWithinTheScopeAndAsOfASequence) {
  Write([](WriteBatch* batch) {
    PutConclusion({"C", "P", "QE1"}, {1, 7}, batch);
    PutConclusion({"C", "P", "QE1"}, {2, 9}, batch);
    PutConclusion({"D", "P", "QE1"}, {1, 12}, batch);
    PutConclusion({"C", "P", "QE3"}, {1, 8}, batch);
    PutQuery({{"C", "P", "RAA"}, "QE1", 1}, {}, batch);
    PutQuery({{"C", "P", "RCC"}, "QE1", 1}, {}, batch);
  });
  const auto reviews = [&](const OrganisationScope& scope, uint64_t sequence,
                           const std::string& after) {
    std::vector<std::string> found;
    EXPECT_THAT(
        VisitReviews(
            *store_, scope, sequence, after,
            [&](const ReturnKey& key, const ConclusionPlace& place) -> absl::StatusOr<bool> {
              found.push_back(absl::StrCat(key.organisation, key.collection, " ", place.number));
              return true;
            }),
        IsOk());
    return found;
  };
  const OrganisationScope both = OrganisationScope::Of("QE1", {"QE1", "QE3"});
  EXPECT_THAT(reviews(both, 20, ""), ElementsAre("QE1C 2", "QE1D 1", "QE3C 1"));
  EXPECT_THAT(reviews(both, 8, ""), ElementsAre("QE1C 1", "QE1D 0", "QE3C 1"));
  EXPECT_THAT(reviews(both, 20, ReviewKeyText({"C", "P", "QE1"})), ElementsAre("QE1D 1", "QE3C 1"));
  EXPECT_THAT(reviews(OrganisationScope::Only("QE2"), 20, ""), ElementsAre());
  EXPECT_THAT(reviews(OrganisationScope::Only("QE3"), 20, ""), ElementsAre("QE3C 1"));
  std::vector<std::string> asked;
  EXPECT_THAT(VisitQueries(*store_, OrganisationScope::Only("RCC"), "",
                           [&](const QueryKey& key,
                               const storage::v1::ReviewQueryRecord&) -> absl::StatusOr<bool> {
                             asked.push_back(key.key.organisation + key.commissioner);
                             return true;
                           }),
              IsOk());
  EXPECT_THAT(asked, ElementsAre("RCCQE1"));
}

}  // namespace
}  // namespace onereturn::ingestion
