// The tables on disk: that every record comes back as it went in, that keys lie as documented, and
// that reads as of a sequence find what stood there. Tiny buffers, so that everything crosses
// files.
#include "services/metrics/store/stored_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/metrics/domain/testing/ae_metrics.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/metric_heads.h"
#include "services/metrics/store/metrics_family.h"
#include "services/metrics/store/records.h"

namespace onereturn::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Period Month(const std::string& text) { return Period::Parse(text).value(); }

Leaf LeafOf(int64_t numerator) {
  Leaf leaf;
  leaf.numerator = numerator;
  leaf.entering_cells = 1;
  return leaf;
}

class StoredTablesTest : public ::testing::Test {
 protected:
  StoredTablesTest() : files_(MemoryFiles::Create()), store_(Open(true)), tables_(store_.get()) {}

  std::unique_ptr<Store> Open(bool create) {
    StoreOptions options;
    options.path = "/store";
    options.service = "metrics";
    options.column_families = MetricsFamilies();
    options.small_buffers = true;
    options.memory_files = files_;
    return create ? Store::Create(options).value() : Store::Open(options).value();
  }

  template <typename Put>
  void Commit(Put put) {
    std::unique_ptr<DerivedBatch> batch = tables_.NewBatch();
    put(batch.get());
    ASSERT_TRUE(tables_.Commit(std::move(batch)).ok());
  }

  std::shared_ptr<MemoryFiles> files_;
  std::unique_ptr<Store> store_;
  StoredTables tables_;
};

TEST(RecordsTest, ComeBackAsTheyWentIn) {
  const Int128 greatest = ((Int128{1} << 126) - 1) * 2 + 1;
  for (const Int128 sum :
       {Int128{0}, Int128{1}, Int128{-1}, Int128{-256}, greatest, -greatest - 1}) {
    EXPECT_TRUE(DecodeSum(EncodeSum(sum)).value() == sum);
  }
  EXPECT_EQ(absl::BytesToHexString(EncodeSum(-2)), "fffffffffffffffffffffffffffffffe");
  EXPECT_EQ(absl::BytesToHexString(EncodeSum(258)), "00000000000000000000000000000102");
  EXPECT_FALSE(DecodeSum("short").ok());

  const Leaf leaf{-5, Int128{1} << 100, 7, 3, 2, 9};
  EXPECT_EQ(DecodeLeaf(EncodeLeaf(leaf)).value(), leaf);
  const DefinitionRecord definition{FourHour("four_hour", {{"department", "type1"}}), 12};
  EXPECT_EQ(DecodeDefinition(EncodeDefinition(definition)).value(), definition);
  const FeedCursor cursor{2, 3, 4, "frontier", true};
  EXPECT_EQ(DecodeCursor(EncodeCursor(cursor)).value(), cursor);
  const EntryRecord entry{2, 5, ReturnHead{"RC9", "MSitAE", Month("2024-03"), 4, 1}};
  EXPECT_EQ(DecodeEntry(EncodeEntry(entry)).value(), entry);
  const Collection collection{
      "MSitAE",
      3,
      {{"RC9", Month("2022-04"), std::nullopt}, {"RA4", Month("2022-04"), Month("2023-01")}},
      PeriodKind::kWeek};
  EXPECT_EQ(DecodeCollection(EncodeCollection(collection)).value(), collection);
  EXPECT_EQ(DecodeItem(EncodeItem(Item{"attendances", true})).value(), (Item{"attendances", true}));
  Organisation organisation;
  organisation.code = "RC9";
  organisation.name = "Bedfordshire";
  organisation.type = OrganisationType::kProvider;
  organisation.open_date = CivilDay{1948, 7, 5};
  organisation.close_date = CivilDay{2030, 1, 1};
  organisation.relationships = {{"RC9", "QHG", RelationshipKind::kProviderToIcb,
                                 CivilDay{2022, 7, 1}, CivilDay{2026, 3, 31}, 400'000, true},
                                {"RC9", "Y61", RelationshipKind::kProviderToRegion,
                                 CivilDay{1950, 1, 1}, std::nullopt, 0, true}};
  organisation.successions = {{"RC9", "RX9", SuccessionKind::kMerge, CivilDay{2030, 1, 2}}};
  EXPECT_EQ(DecodeOrganisation(EncodeOrganisation(organisation)).value(), organisation);
}

TEST(RecordsTest, DamageIsDataLoss) {
  EXPECT_EQ(DecodeLeaf("\xff").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeLeaf("").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeOrganisation("").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeCollection("").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeDefinition("").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeEntry("\x1a\x02\x1a\x00").status().code(), absl::StatusCode::kDataLoss);
}

// By hand from the grammar of metrics_family.h. 2024-03-01 is day 19,783 = 0x4d47.
TEST(KeysTest, GoldenBytes) {
  const std::string key =
      AtSequence(LeavesOfOrganisationPrefix({"m", 2}, Month("2024-03"), "RC9"), 1);
  EXPECT_EQ(absl::BytesToHexString(key),
            "6d0001"              // "m"
            "00000002"            // version
            "8000000000004d47"    // first day, sign flipped
            "323032342d30330001"  // "2024-03"
            "5243390001"          // "RC9"
            "fffffffffffffffe");  // descending 1
  EXPECT_EQ(absl::BytesToHexString(FeedEntryKey(Feed::kIngestion, 258)), "010000000000000102");
  EXPECT_EQ(absl::BytesToHexString(ChunkKey(1, 2)), "000000000000000100000002");
  EXPECT_EQ(absl::BytesToHexString(AtSequence(CatalogueCodePrefix(CatalogueTag::kItem, "a"), 0)),
            "02610001ffffffffffffffff");
}

TEST(FamiliesTest, TheListIsAppendOnly) {
  std::vector<std::string> names;
  for (const ColumnFamilySpec& family : MetricsFamilies()) names.push_back(family.name);
  EXPECT_THAT(names, ElementsAre("entries", "nodes", "requests", "metric_heads", "cursors",
                                 "feed_entries", "catalogue", "chunks", "definitions", "backfills",
                                 "leaves", "ledger", "rights"));
}

TEST_F(StoredTablesTest, LeavesAsOfASequence) {
  const DefinitionId id{"four_hour", 1};
  Commit([&](DerivedBatch* batch) {
    // Many revisions, so that reads skip and seek; neighbours in every component, so that bounds
    // are tested.
    for (uint64_t sequence = 1; sequence <= 100; ++sequence) {
      batch->PutLeaf({id, Month("2024-03"), "RA1", sequence},
                     LeafOf(static_cast<int64_t>(sequence)));
    }
    batch->PutLeaf({id, Month("2024-03"), "RA10", 50}, LeafOf(1'050));
    batch->PutLeaf({id, Month("2024-03"), "RA2", 70}, LeafOf(2'070));
    batch->PutLeaf({id, Month("2024-02"), "RA1", 5}, LeafOf(5'005));
    batch->PutLeaf({{"four_hour", 2}, Month("2024-03"), "RA1", 1}, LeafOf(6'000));
    batch->PutLeaf({{"four_hour_type1", 1}, Month("2024-03"), "RA1", 1}, LeafOf(7'000));
  });
  ASSERT_TRUE(store_->Flush().ok());
  const auto reader = tables_.Snapshot();
  const auto at = [&](uint64_t through) {
    std::string text;
    const auto leaves = reader->LeavesOfPeriod(id, Month("2024-03"), through).value();
    for (const LeafRecord& leaf : leaves) {
      absl::StrAppend(&text, leaf.organisation, "@", leaf.sequence, "=",
                      static_cast<int64_t>(leaf.leaf.numerator), " ");
    }
    return text;
  };
  EXPECT_EQ(at(0), "");
  EXPECT_EQ(at(1), "RA1@1=1 ");
  EXPECT_EQ(at(49), "RA1@49=49 ");
  EXPECT_EQ(at(50), "RA1@50=50 RA10@50=1050 ");
  EXPECT_EQ(at(1'000), "RA1@100=100 RA10@50=1050 RA2@70=2070 ");
  EXPECT_EQ(reader->FindLeaf(id, Month("2024-03"), "RA1", 33).value()->sequence, 33u);
  EXPECT_FALSE(reader->FindLeaf(id, Month("2024-03"), "RA1", 0).value().has_value());
  EXPECT_FALSE(reader->FindLeaf(id, Month("2024-03"), "RA", 99).value().has_value());
  EXPECT_THAT(reader->Periods(id).value(), ElementsAre(Month("2024-02"), Month("2024-03")));
  EXPECT_THAT(reader->Periods({"four", 1}).value(), IsEmpty());
}

TEST_F(StoredTablesTest, CatalogueAsOfASequence) {
  Organisation organisation;
  organisation.type = OrganisationType::kProvider;
  Commit([&](DerivedBatch* batch) {
    for (const char* code : {"RA1", "RA2"}) {
      organisation.code = code;
      for (const uint64_t sequence : {3, 8}) {
        organisation.name = absl::StrCat(code, " of ", sequence);
        batch->PutOrganisation(sequence + (organisation.code == "RA2" ? 1 : 0), organisation);
      }
    }
    batch->PutItem(4, Item{"ab", true});  // Begins like the other.
    batch->PutItem(5, Item{"a", true});
    batch->PutCollection(6, Collection{"c", 1, {}});
    const Period april = Period::Parse("2024-04").value();
    batch->PutCollection(10, Collection{"c", 2, {}, PeriodKind::kMonth, april, april.Next()});
  });
  const auto reader = tables_.Snapshot();
  EXPECT_THAT(reader->Organisations(2).value(), IsEmpty());
  EXPECT_THAT(reader->Organisations(3).value(), SizeIs(1));
  EXPECT_EQ(reader->Organisations(8).value()[0].name, "RA1 of 8");
  EXPECT_EQ(reader->Organisations(8).value()[1].name, "RA2 of 3");
  EXPECT_EQ(reader->Organisations(9).value()[1].name, "RA2 of 8");
  EXPECT_EQ(reader->LastOrganisationChange(2).value(), 0u);
  EXPECT_EQ(reader->LastOrganisationChange(7).value(), 4u);
  EXPECT_EQ(reader->LastOrganisationChange(100).value(), 9u);
  EXPECT_FALSE(reader->FindItem("a", 4).value().has_value());
  EXPECT_TRUE(reader->FindItem("a", 5).value().has_value());
  EXPECT_TRUE(reader->FindCollection("c", 6).value().has_value());
  const Period march = Period::Parse("2024-03").value();
  EXPECT_FALSE(reader->FindCollectionFor("c", 5, march).value().has_value());
  EXPECT_EQ(reader->FindCollectionFor("c", 10, march).value()->version, 1u);
  EXPECT_EQ(reader->FindCollectionFor("c", 9, *march.Next()).value()->version, 1u);
  const Collection second = *reader->FindCollectionFor("c", 10, *march.Next()).value();
  EXPECT_EQ(second.version, 2u);
  EXPECT_FALSE(second.IsRetired(*march.Next()));
  EXPECT_TRUE(second.IsRetired(*march.Next()->Next()));
}

TEST_F(StoredTablesTest, DefinitionsBackfillsEntriesAndChunks) {
  DefinitionRecord first{FourHour("four_hour"), 4};
  DefinitionRecord second = first;
  second.definition.version = 2;
  second.sequence = 9;
  Commit([&](DerivedBatch* batch) {
    batch->PutDefinition(first);
    batch->PutDefinition(second);
    batch->PutBackfillThrough(second.id(), 17);
    batch->PutEntry(Feed::kIngestion, 1, EntryRecord{1, 5, std::nullopt});
    batch->PutChunk(1, 0, "chunk zero");
    batch->PutChunk(1, 1, "chunk one");
    batch->PutCursor(Feed::kIngestion, FeedCursor{1, 1, 5, "f", true});
  });
  auto reader = tables_.Snapshot();
  EXPECT_FALSE(reader->NewestDefinition("four_hour", 3).value().has_value());
  EXPECT_EQ(reader->NewestDefinition("four_hour", 8).value(), first);
  EXPECT_EQ(reader->NewestDefinition("four_hour", 9).value(), second);
  EXPECT_THAT(reader->Definitions().value(), ElementsAre(first, second));
  EXPECT_EQ(reader->BackfillThrough(second.id()).value(), 17u);
  EXPECT_EQ(reader->BackfillThrough(first.id()).value(), std::nullopt);
  EXPECT_TRUE(reader->Entry(Feed::kIngestion, 1).value().has_value());
  EXPECT_FALSE(reader->Entry(Feed::kMetrics, 1).value().has_value());
  EXPECT_THAT(reader->Chunks(1, 2).value(), ElementsAre("chunk zero", "chunk one"));
  EXPECT_EQ(reader->Chunks(1, 3).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(tables_.Hash().status()), Reason::kNotCaughtUp);
  Commit([&](DerivedBatch* batch) { batch->DeleteBackfill(second.id()); });
  EXPECT_EQ(tables_.Hash().value().ingestion.sequence, 1u);
}

TEST_F(StoredTablesTest, TheHashIsOfContentAloneAndDroppingEmptiesIt) {
  const auto fill = [&](bool one_batch) {
    for (uint64_t sequence = 1; sequence <= 20; ++sequence) {
      Commit([&](DerivedBatch* batch) {
        batch->PutEntry(Feed::kIngestion, sequence, EntryRecord{1, 5, std::nullopt});
        // The time of a heartbeat is no part of it.
        batch->PutCursor(Feed::kIngestion,
                         FeedCursor{1, sequence, one_batch ? 7 : 8, "", one_batch});
      });
      if (!one_batch) {
        EXPECT_TRUE(store_->Flush().ok());
      }
    }
  };
  const Digest empty = tables_.Hash().value().digest;
  fill(true);
  const Digest full = tables_.Hash().value().digest;
  EXPECT_NE(full, empty);
  WriteBatch primary;
  PutMetricHead("four_hour", MetricHead{3, 9}, &primary);
  ASSERT_TRUE(store_->Write(primary, Durability::kSynced).ok());
  ASSERT_TRUE(tables_.Drop().ok());
  EXPECT_EQ(tables_.Hash().value().digest, empty);
  EXPECT_EQ(tables_.Snapshot()->Cursor(Feed::kIngestion).value(), FeedCursor{});
  fill(false);
  EXPECT_EQ(tables_.Hash().value().digest, full);
  EXPECT_EQ(FindMetricHead(*store_, "four_hour").value().head.version, 3u);
  EXPECT_FALSE(FindMetricHead(*store_, "other").value().bytes.has_value());
}

}  // namespace
}  // namespace onereturn::metrics
