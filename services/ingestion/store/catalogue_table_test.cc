#include "services/ingestion/store/catalogue_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/change_table.h"
#include "services/ingestion/store/families.h"
#include "services/ingestion/store/return_table.h"
#include "services/ingestion/store/testing/store_fixture.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using CatalogueTableTest = StoreFixture;

TEST_F(CatalogueTableTest, DefinitionsAreReadAsOfASequence) {
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
TEST_F(CatalogueTableTest, KeysOfChangesAndNamingsAreThoseOfTheGrammar) {
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

TEST_F(CatalogueTableTest, ChangesAreCountedForEachDefinition) {
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

TEST_F(CatalogueTableTest, ChangesHaveNames) {
  const ChangeKey key{DefinitionKind::kCollection, "MSitAE", 12};
  EXPECT_EQ(ChangeName(key), "collections/MSitAE/changes/12");
  EXPECT_EQ(ParseChangeName("items/beds/changes/3")->number, 3u);
  EXPECT_EQ(ParseChangeName(ChangeName(key))->code, "MSitAE");
  for (const char* text : {"", "items/beds", "items/beds/changes/", "items/beds/changes/03",
                           "metrics/beds/changes/3", "items/beds/changes/3/x"}) {
    EXPECT_FALSE(ParseChangeName(text).has_value()) << text;
  }
}

TEST_F(CatalogueTableTest, VersionsAreVisitedTheNewestFirst) {
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
TEST_F(CatalogueTableTest, CollectionsThatNameAnItemAreFound) {
  Write([](WriteBatch* batch) {
    PutNaming("beds", "KH03", batch);
    PutNaming("beds_open", "SitRep", batch);
    PutHome("beds", "Old", batch);
  });
  EXPECT_THAT(CollectionsNaming(*store_, "beds").value(), ElementsAre("KH03", "Old"));
  EXPECT_THAT(CollectionsNaming(*store_, "bed").value(), IsEmpty());
}

TEST_F(CatalogueTableTest, DefinitionsAreVisitedInOrderEachOnceInItsVersion) {
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

TEST_F(CatalogueTableTest, AHomeIsTakenAndGivenUp) {
  EXPECT_EQ(HomeOf(*store_, "beds").value(), std::nullopt);
  Write([](WriteBatch* batch) { PutHome("beds", "KH03", batch); });
  EXPECT_EQ(HomeOf(*store_, "beds").value(), "KH03");
  Write([](WriteBatch* batch) { RemoveHome("beds", batch); });
  EXPECT_EQ(HomeOf(*store_, "beds").value(), std::nullopt);
}

}  // namespace
}  // namespace onereturn::ingestion
