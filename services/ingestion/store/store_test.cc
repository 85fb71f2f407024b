#include "common/storage/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/change_table.h"
#include "services/ingestion/store/families.h"
#include "services/ingestion/store/return_table.h"
#include "services/ingestion/store/timetable_table.h"
#include "services/ingestion/store/unsigned_table.h"
#include "services/ingestion/store/upload_table.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    StoreOptions options;
    options.path = "/store";
    options.service = "ingestion";
    options.column_families = Families();
    options.small_buffers = true;
    options.memory_files = MemoryFiles::Create();
    store_ = Store::Create(options).value();
  }
  void Write(const std::function<void(WriteBatch*)>& fill) {
    WriteBatch batch;
    fill(&batch);
    ASSERT_THAT(store_->Write(batch, Durability::kUnsynced), IsOk());
  }
  std::vector<std::string> KeysOf(Family family) {
    std::vector<std::string> keys;
    EXPECT_THAT(store_->ForEach(family, "", "",
                                [&keys](absl::string_view key, absl::string_view) {
                                  keys.push_back(absl::BytesToHexString(key));
                                  return true;
                                }),
                IsOk());
    return keys;
  }

  std::unique_ptr<Store> store_;
};

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
                                 "chunks", "uploads", "files", "ledger", "rights"));
  EXPECT_EQ(static_cast<uint32_t>(Family::kCatalogue), 3u);
  EXPECT_EQ(static_cast<uint32_t>(Family::kFiles), 8u);
}

TEST_F(StoreTest, DefinitionsAreReadAsOfASequence) {
  EXPECT_EQ(CatalogueSequence(*store_).value(), 0u);
  EXPECT_EQ(CatalogueCheck(0).expected, std::nullopt);
  for (uint64_t sequence : {2, 5, 9}) {
    Write([&](WriteBatch* batch) {
      PutDefinition(DefinitionKind::kItem, "beds", sequence, absl::StrCat("v", sequence), batch);
    });
  }
  struct Case {
    uint64_t sequence;
    std::optional<std::string> bytes;
  };
  for (const Case& one : std::vector<Case>{{1, std::nullopt},
                                           {2, "v2"},
                                           {4, "v2"},
                                           {5, "v5"},
                                           {8, "v5"},
                                           {9, "v9"},
                                           {kNewest, "v9"}}) {
    const auto found = FindDefinition(*store_, DefinitionKind::kItem, "beds", one.sequence).value();
    ASSERT_EQ(found.has_value(), one.bytes.has_value()) << one.sequence;
    if (found.has_value()) {
      EXPECT_EQ(found->bytes, *one.bytes);
      EXPECT_EQ(found->code, "beds");
    }
  }
  // Another kind, and codes that begin with this one, are apart.
  EXPECT_FALSE(FindDefinition(*store_, DefinitionKind::kCollection, "beds", kNewest)->has_value());
  EXPECT_FALSE(FindDefinition(*store_, DefinitionKind::kItem, "bed", kNewest)->has_value());
  EXPECT_FALSE(FindDefinition(*store_, DefinitionKind::kItem, "beds_open", kNewest)->has_value());
  EXPECT_EQ(CatalogueSequence(*store_).value(), 9u);
  for (const ReadCheck& check :
       {CatalogueCheck(9), DefinitionCheck(DefinitionKind::kItem, "beds", 9),
        DefinitionCheck(DefinitionKind::kItem, "bed", 0),
        DefinitionCheck(DefinitionKind::kCollection, "beds", 0)}) {
    EXPECT_EQ(store_->Get(check.family, check.key).value(), check.expected);
  }
}

// By hand again: change 258 of collection "C", and that collection "C" names item "ab".
TEST_F(StoreTest, KeysOfChangesAndNamingsAreThoseOfTheGrammar) {
  Write([](WriteBatch* batch) {
    PutChange({DefinitionKind::kCollection, "C", 258}, {}, batch);
    PutNaming("ab", "C", batch);
  });
  EXPECT_THAT(KeysOf(Family::kHeads), ElementsAre("300343"
                                                  "0001"
                                                  "0000000000000102",
                                                  "316162"
                                                  "0001"
                                                  "43"
                                                  "0001"));
}

TEST_F(StoreTest, ChangesAreCountedForEachDefinition) {
  const auto name = [](const char* text) {
    catalogue::v1::Change change;
    change.set_name(text);
    return change;
  };
  EXPECT_EQ(NextChangeOf(*store_, DefinitionKind::kItem, "beds")->number, 1u);
  Write([&](WriteBatch* batch) {
    PutChange({DefinitionKind::kItem, "beds", 1}, name("a"), batch);
    PutChange({DefinitionKind::kItem, "beds", 2}, name("b"), batch);
    PutChange({DefinitionKind::kItem, "beds_open", 7}, name("c"), batch);
    PutChange({DefinitionKind::kCollection, "beds", 1}, name("d"), batch);
  });
  const NextChange next = NextChangeOf(*store_, DefinitionKind::kItem, "beds").value();
  EXPECT_EQ(next.number, 3u);
  EXPECT_EQ(store_->Get(next.check.family, next.check.key).value(), next.check.expected);
  const ChangeKey second{DefinitionKind::kItem, "beds", 2};
  EXPECT_EQ(FindChange(*store_, second).value()->change.name(), "b");
  EXPECT_FALSE(FindChange(*store_, {DefinitionKind::kItem, "beds", 3}).value().has_value());
  std::vector<std::string> seen;
  EXPECT_THAT(VisitChanges(*store_, ChangeKeyText(second),
                           [&](const ChangeKey&,
                               const catalogue::v1::Change& change) -> absl::StatusOr<bool> {
                             seen.push_back(change.name());
                             return true;
                           }),
              IsOk());
  EXPECT_THAT(seen, ElementsAre("c", "d"));
}

TEST_F(StoreTest, ChangesHaveNames) {
  const ChangeKey key{DefinitionKind::kCollection, "MSitAE", 12};
  EXPECT_EQ(ChangeName(key), "collections/MSitAE/changes/12");
  EXPECT_EQ(ParseChangeName("items/beds/changes/3")->number, 3u);
  EXPECT_EQ(ParseChangeName(ChangeName(key))->code, "MSitAE");
  for (const char* text : {"", "items/beds", "items/beds/changes/", "items/beds/changes/03",
                           "metrics/beds/changes/3", "items/beds/changes/3/x"}) {
    EXPECT_FALSE(ParseChangeName(text).has_value()) << text;
  }
}

TEST_F(StoreTest, VersionsAreVisitedTheNewestFirst) {
  Write([](WriteBatch* batch) {
    PutDefinition(DefinitionKind::kItem, "a", 2, "a2", batch);
    PutDefinition(DefinitionKind::kItem, "a", 4, "a4", batch);
    PutDefinition(DefinitionKind::kItem, "ab", 3, "ab3", batch);
  });
  const auto visit = [this](uint64_t sequence) {
    std::vector<std::string> seen;
    EXPECT_THAT(VisitVersions(*store_, DefinitionKind::kItem, "a", sequence,
                              [&](const StoredDefinition& one) -> absl::StatusOr<bool> {
                                EXPECT_EQ(one.code, "a");
                                seen.push_back(one.bytes);
                                return true;
                              }),
                IsOk());
    return seen;
  };
  EXPECT_THAT(visit(kNewest), ElementsAre("a4", "a2"));
  EXPECT_THAT(visit(3), ElementsAre("a2"));
  EXPECT_THAT(visit(1), IsEmpty());
}

// The home alone names the collection in a store of before namings were kept.
TEST_F(StoreTest, CollectionsThatNameAnItemAreFound) {
  Write([](WriteBatch* batch) {
    PutNaming("beds", "KH03", batch);
    PutNaming("beds_open", "SitRep", batch);
    PutHome("beds", "Old", batch);
  });
  EXPECT_THAT(CollectionsNaming(*store_, "beds").value(), ElementsAre("KH03", "Old"));
  EXPECT_THAT(CollectionsNaming(*store_, "bed").value(), IsEmpty());
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

TEST_F(StoreTest, DefinitionsAreVisitedInOrderEachOnceInItsVersion) {
  Write([](WriteBatch* batch) {
    PutDefinition(DefinitionKind::kOrganisation, "ZZZ", 1, "organisation", batch);
    PutDefinition(DefinitionKind::kItem, "a", 2, "a2", batch);
    PutDefinition(DefinitionKind::kItem, "ab", 3, "ab3", batch);
    PutDefinition(DefinitionKind::kItem, "a", 4, "a4", batch);
    PutDefinition(DefinitionKind::kItem, "b", 5, "b5", batch);
    PutDefinition(DefinitionKind::kCollection, "a", 6, "collection", batch);
  });
  auto visit = [this](absl::string_view after, uint64_t sequence, size_t most = 100) {
    std::vector<std::string> seen;
    EXPECT_THAT(VisitDefinitions(*store_, DefinitionKind::kItem, after, sequence,
                                 [&](const StoredDefinition& one) -> absl::StatusOr<bool> {
                                   seen.push_back(one.bytes);
                                   return seen.size() < most;
                                 }),
                IsOk());
    return seen;
  };
  EXPECT_THAT(visit("", kNewest), ElementsAre("a4", "ab3", "b5"));
  EXPECT_THAT(visit("", 3), ElementsAre("a2", "ab3"));
  EXPECT_THAT(visit("", 2), ElementsAre("a2"));
  EXPECT_THAT(visit("", 1), IsEmpty());
  EXPECT_THAT(visit("a", kNewest), ElementsAre("ab3", "b5"));
  EXPECT_THAT(visit("b", kNewest), IsEmpty());
  EXPECT_THAT(visit("", kNewest, 1), ElementsAre("a4"));
}

TEST_F(StoreTest, AHomeIsTakenAndGivenUp) {
  EXPECT_EQ(HomeOf(*store_, "beds").value(), std::nullopt);
  Write([](WriteBatch* batch) { PutHome("beds", "KH03", batch); });
  EXPECT_EQ(HomeOf(*store_, "beds").value(), "KH03");
  Write([](WriteBatch* batch) { RemoveHome("beds", batch); });
  EXPECT_EQ(HomeOf(*store_, "beds").value(), std::nullopt);
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

}  // namespace
}  // namespace onereturn::ingestion
