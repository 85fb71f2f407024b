// Goal: who belongs to whom is answered for the day that is asked, across the creation of ICBs on
// 1 July 2022, their merger on 1 April 2026, and mergers of providers.
// Method: a small map with codes and days as they happened, and shares made up for the test.
#include "common/hierarchy/hierarchy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CivilDay Day(absl::string_view text) { return CivilDay::Parse(text).value(); }

std::optional<CivilDay> OptionalDay(absl::string_view text) {
  if (text.empty()) return std::nullopt;
  return Day(text);
}

Organisation Make(absl::string_view code, OrganisationType type, absl::string_view open,
                  absl::string_view close = "") {
  Organisation organisation;
  organisation.code = std::string(code);
  organisation.name = absl::StrCat("Organisation ", code);
  organisation.type = type;
  organisation.open_date = Day(open);
  organisation.close_date = OptionalDay(close);
  return organisation;
}

// A lead relationship, or one with a share if it is given.
void Relate(Organisation& child, absl::string_view parent, RelationshipKind kind,
            absl::string_view from, absl::string_view to = "", int64_t share = 0) {
  child.relationships.push_back({child.code, std::string(parent), kind, Day(from), OptionalDay(to),
                                 share, /*lead=*/share == 0});
}

constexpr RelationshipKind kToIcb = RelationshipKind::kProviderToIcb;
constexpr RelationshipKind kToRegion = RelationshipKind::kProviderToRegion;

// England in small: regions Y61 (East of England) and Y56 (London).
Hierarchy::Builder SmallEngland() {
  Hierarchy::Builder builder;
  builder.Add(Make("ENG", OrganisationType::kNationalBody, "1948-07-05"));
  for (const char* code : {"Y56", "Y61"}) {
    Organisation region = Make(code, OrganisationType::kRegion, "2019-04-01");
    Relate(region, "ENG", RelationshipKind::kRegionToNation, "2019-04-01");
    builder.Add(region);
  }
  // Three ICBs of 2022; on 1 April 2026 QHG and QUE become S1Y5D, and QMJ becomes Z9B2Z.
  for (const char* code : {"QHG", "QUE", "QMJ"}) {
    Organisation icb = Make(code, OrganisationType::kIcb, "2022-07-01", "2026-03-31");
    const std::string region = std::string(code) == "QMJ" ? "Y56" : "Y61";
    const std::string successor = std::string(code) == "QMJ" ? "Z9B2Z" : "S1Y5D";
    Relate(icb, region, RelationshipKind::kIcbToRegion, "2022-07-01");
    icb.successions.push_back({code, successor, SuccessionKind::kMerge, Day("2026-04-01")});
    builder.Add(icb);
  }
  for (const char* code : {"S1Y5D", "Z9B2Z"}) {
    Organisation icb = Make(code, OrganisationType::kIcb, "2026-04-01");
    Relate(icb, std::string(code) == "Z9B2Z" ? "Y56" : "Y61", RelationshipKind::kIcbToRegion,
           "2026-04-01");
    builder.Add(icb);
  }
  const auto provider = [](const char* code, const char* region, const char* open,
                           const char* close = "") {
    Organisation made = Make(code, OrganisationType::kProvider, open, close);
    Relate(made, region, kToRegion, open > std::string("2019-04-01") ? open : "2019-04-01");
    return made;
  };
  Organisation bedfordshire = provider("RC9", "Y61", "2000-01-01");
  Relate(bedfordshire, "QHG", kToIcb, "2022-07-01", "2026-03-31");
  Relate(bedfordshire, "S1Y5D", kToIcb, "2026-04-01");
  builder.Add(bedfordshire);

  Organisation north_west_anglia = provider("RGN", "Y61", "2000-01-01");
  Relate(north_west_anglia, "QUE", kToIcb, "2022-07-01", "", 700'000);
  Relate(north_west_anglia, "QHG", kToIcb, "2022-07-01", "", 300'000);
  Relate(north_west_anglia, "S1Y5D", kToIcb, "2026-04-01");
  builder.Add(north_west_anglia);

  builder.Add(provider("NNF", "Y61", "2000-01-01"));  // Never related to an ICB.

  // Two providers of London merge into G6V2S on 1 November 2024.
  for (const char* code : {"RRP", "TAF"}) {
    Organisation merged = provider(code, "Y56", "2001-04-01", "2024-10-31");
    Relate(merged, "QMJ", kToIcb, "2022-07-01");
    merged.successions.push_back({code, "G6V2S", SuccessionKind::kMerge, Day("2024-11-01")});
    builder.Add(merged);
  }
  Organisation north_london = provider("G6V2S", "Y56", "2024-11-01");
  Relate(north_london, "QMJ", kToIcb, "2024-11-01", "2026-03-31");
  Relate(north_london, "Z9B2Z", kToIcb, "2026-04-01");
  builder.Add(north_london);
  builder.Add(Make("GPX01", OrganisationType::kPractice, "2000-01-01"));
  return builder;
}

Hierarchy Built(const Hierarchy::Builder& builder) {
  absl::StatusOr<Hierarchy> built = builder.Build();
  EXPECT_TRUE(built.ok()) << built.status();
  return *std::move(built);
}

std::vector<std::string> Providers(const Hierarchy& hierarchy, absl::string_view code,
                                   absl::string_view day,
                                   Attribution attribution = Attribution::kLead) {
  const auto providers = hierarchy.ProvidersOf(code, Day(day), attribution);
  EXPECT_TRUE(providers.ok()) << providers.status();
  std::vector<std::string> texts;
  for (const Hierarchy::ProviderShare& share : providers.value()) {
    texts.push_back(share.share_millionths == kWholeShareMillionths
                        ? share.provider->code
                        : absl::StrCat(share.provider->code, ":", share.share_millionths));
  }
  return texts;
}

std::vector<std::string> Codes(const std::vector<Hierarchy::Link>& links) {
  std::vector<std::string> codes;
  for (const Hierarchy::Link& link : links) codes.push_back(link.organisation->code);
  return codes;
}

TEST(HierarchyTest, FindsOrganisations) {
  const Hierarchy hierarchy = Built(SmallEngland());
  ASSERT_NE(hierarchy.Find("RC9"), nullptr);
  EXPECT_EQ(hierarchy.Find("RC9")->name, "Organisation RC9");
  EXPECT_EQ(hierarchy.Find("RC"), nullptr);
  EXPECT_EQ(hierarchy.Find("RC99"), nullptr);
  EXPECT_EQ(hierarchy.Find(""), nullptr);
  EXPECT_EQ(hierarchy.organisations().size(), 15u);
  EXPECT_EQ(hierarchy.organisations().front().code, "ENG");
  EXPECT_TRUE(Hierarchy::IsOpen(*hierarchy.Find("RRP"), Day("2024-10-31")));
  EXPECT_FALSE(Hierarchy::IsOpen(*hierarchy.Find("RRP"), Day("2024-11-01")));
  EXPECT_FALSE(Hierarchy::IsOpen(*hierarchy.Find("G6V2S"), Day("2024-10-31")));
}

TEST(HierarchyTest, NoIcbBeforeJuly2022) {
  const Hierarchy hierarchy = Built(SmallEngland());
  EXPECT_FALSE(hierarchy.LevelExists(OrganisationType::kIcb, Day("2022-06-30")));
  EXPECT_TRUE(hierarchy.LevelExists(OrganisationType::kIcb, Day("2022-07-01")));
  EXPECT_TRUE(hierarchy.LevelExists(OrganisationType::kIcb, Day("2026-03-31")));
  EXPECT_TRUE(hierarchy.LevelExists(OrganisationType::kIcb, Day("2026-04-01")));
  EXPECT_FALSE(hierarchy.LevelExists(OrganisationType::kRegion, Day("2019-03-31")));
  EXPECT_FALSE(hierarchy.LevelExists(OrganisationType::kCouncil, Day("2025-01-01")));

  EXPECT_THAT(Providers(hierarchy, "QHG", "2022-06-30"), IsEmpty());
  EXPECT_THAT(Providers(hierarchy, "QHG", "2022-07-01"), ElementsAre("RC9", "RGN:300000"));
  // Regions and the nation do not need ICBs.
  EXPECT_THAT(Providers(hierarchy, "Y61", "2022-06-30"), ElementsAre("NNF", "RC9", "RGN"));
  EXPECT_THAT(Providers(hierarchy, "ENG", "2022-06-30"),
              ElementsAre("NNF", "RC9", "RGN", "RRP", "TAF"));
  EXPECT_THAT(Providers(hierarchy, "ENG", "2019-03-31"), IsEmpty());
}

TEST(HierarchyTest, IcbsMergeInApril2026) {
  const Hierarchy hierarchy = Built(SmallEngland());
  EXPECT_THAT(Providers(hierarchy, "QUE", "2026-03-31"), ElementsAre("RGN:700000"));
  EXPECT_THAT(Providers(hierarchy, "QUE", "2026-04-01"), IsEmpty());
  EXPECT_THAT(Providers(hierarchy, "S1Y5D", "2026-03-31"), IsEmpty());
  EXPECT_THAT(Providers(hierarchy, "S1Y5D", "2026-04-01"), ElementsAre("RC9", "RGN"));
  EXPECT_THAT(Codes(hierarchy.Children("Y61", RelationshipKind::kIcbToRegion, Day("2026-03-31"))),
              ElementsAre("QHG", "QUE"));
  EXPECT_THAT(Codes(hierarchy.Children("Y61", RelationshipKind::kIcbToRegion, Day("2026-04-01"))),
              ElementsAre("S1Y5D"));
  EXPECT_THAT(Codes(hierarchy.Parents("RGN", kToIcb, Day("2025-01-01"))),
              ElementsAre("QHG", "QUE"));
  EXPECT_THAT(Codes(hierarchy.Parents("RGN", kToIcb, Day("2026-04-01"))), ElementsAre("S1Y5D"));
  const std::vector<Succession> predecessors = hierarchy.Predecessors("S1Y5D");
  ASSERT_EQ(predecessors.size(), 2u);
  EXPECT_EQ(predecessors[0].old_code, "QHG");
  EXPECT_EQ(predecessors[1].old_code, "QUE");
  ASSERT_EQ(hierarchy.Successors("QUE").size(), 1u);
  EXPECT_EQ(hierarchy.Successors("QUE")[0].new_code, "S1Y5D");
  EXPECT_THAT(hierarchy.Successors("XXX"), IsEmpty());
}

TEST(HierarchyTest, ProvidersMerge) {
  const Hierarchy hierarchy = Built(SmallEngland());
  EXPECT_THAT(Providers(hierarchy, "QMJ", "2024-10-31"), ElementsAre("RRP", "TAF"));
  EXPECT_THAT(Providers(hierarchy, "QMJ", "2024-11-01"), ElementsAre("G6V2S"));
  EXPECT_THAT(Providers(hierarchy, "Y56", "2024-10-31"), ElementsAre("RRP", "TAF"));
  EXPECT_THAT(Providers(hierarchy, "Y56", "2024-11-01"), ElementsAre("G6V2S"));
  EXPECT_THAT(Providers(hierarchy, "RRP", "2024-10-31"), ElementsAre("RRP"));
  EXPECT_THAT(Providers(hierarchy, "RRP", "2024-11-01"), IsEmpty());
  EXPECT_THAT(Providers(hierarchy, "ENG", "2024-11-01"), ElementsAre("G6V2S", "NNF", "RC9", "RGN"));
}

TEST(HierarchyTest, ARegionIsItsIcbsAndItsProvidersWithoutOne) {
  const Hierarchy hierarchy = Built(SmallEngland());
  const auto without = [&](absl::string_view day) {
    std::vector<std::string> codes;
    for (const Organisation* provider : hierarchy.ProvidersWithoutIcb("Y61", Day(day))) {
      codes.push_back(provider->code);
    }
    return codes;
  };
  EXPECT_THAT(without("2022-06-30"), ElementsAre("NNF", "RC9", "RGN"));
  EXPECT_THAT(without("2022-07-01"), ElementsAre("NNF"));
  EXPECT_THAT(without("2026-04-01"), ElementsAre("NNF"));
  EXPECT_THAT(hierarchy.ProvidersWithoutIcb("XXX", Day("2022-07-01")), IsEmpty());
}

TEST(HierarchyTest, AttributesByLeadOrByShare) {
  Hierarchy::Builder builder = SmallEngland();
  Organisation both = Make("RDD", OrganisationType::kProvider, "2020-01-01");
  both.relationships = {
      {"RDD", "QHG", kToIcb, Day("2022-07-01"), Day("2026-03-31"), 400'000, false},
      {"RDD", "QUE", kToIcb, Day("2022-07-01"), Day("2026-03-31"), 600'000, true},
  };
  Organisation lead_only = Make("REE", OrganisationType::kProvider, "2020-01-01");
  lead_only.relationships = {
      {"REE", "QHG", kToIcb, Day("2022-07-01"), Day("2026-03-31"), 0, false},
      {"REE", "QUE", kToIcb, Day("2022-07-01"), Day("2026-03-31"), 0, true},
  };
  builder.Add(both).Add(lead_only);
  const Hierarchy hierarchy = Built(builder);
  EXPECT_THAT(Providers(hierarchy, "QUE", "2025-01-01", Attribution::kLead),
              ElementsAre("RDD", "REE", "RGN:700000"));
  EXPECT_THAT(Providers(hierarchy, "QHG", "2025-01-01", Attribution::kLead),
              ElementsAre("RC9", "RGN:300000"));
  EXPECT_THAT(Providers(hierarchy, "QUE", "2025-01-01", Attribution::kShare),
              ElementsAre("RDD:600000", "REE", "RGN:700000"));
  EXPECT_THAT(Providers(hierarchy, "QHG", "2025-01-01", Attribution::kShare),
              ElementsAre("RC9", "RDD:400000", "RGN:300000"));
  // The record itself is seen through the links, followers included.
  const std::vector<Hierarchy::Link> links = hierarchy.Parents("RDD", kToIcb, Day("2025-01-01"));
  ASSERT_EQ(links.size(), 2u);
  EXPECT_EQ(links[0].share_millionths, 400'000);
  EXPECT_FALSE(links[0].lead);
  EXPECT_TRUE(links[1].lead);
}

TEST(HierarchyTest, RefusesUnknownCodesAndLevelsWithoutProviders) {
  const Hierarchy hierarchy = Built(SmallEngland());
  EXPECT_EQ(hierarchy.ProvidersOf("XXX", Day("2025-01-01")).status().code(),
            absl::StatusCode::kNotFound);
  const absl::Status practice = hierarchy.ProvidersOf("GPX01", Day("2025-01-01")).status();
  EXPECT_EQ(practice.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(practice.message()), HasSubstr("PRACTICE"));
  EXPECT_THAT(hierarchy.Parents("XXX", kToIcb, Day("2025-01-01")), IsEmpty());
  EXPECT_THAT(hierarchy.Children("XXX", kToIcb, Day("2025-01-01")), IsEmpty());
}

TEST(HierarchyTest, AMovedHierarchyKeepsItsPointers) {
  Hierarchy first = Built(SmallEngland());
  const Organisation* found = first.Find("RC9");
  const Hierarchy second = std::move(first);
  EXPECT_EQ(second.Find("RC9"), found);
  const Hierarchy empty = Built(Hierarchy::Builder());
  EXPECT_EQ(empty.Find("RC9"), nullptr);
  EXPECT_FALSE(empty.LevelExists(OrganisationType::kProvider, Day("2025-01-01")));
}

TEST(HierarchyTest, BuildSaysWhatCheckFinds) {
  Hierarchy::Builder builder = SmallEngland();
  builder.Add(Make("RC9", OrganisationType::kProvider, "2025-01-01"));
  EXPECT_EQ(builder.Check().size(), 1u);
  const absl::StatusOr<Hierarchy> built = builder.Build();
  ASSERT_FALSE(built.ok());
  EXPECT_EQ(built.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(built.status().message()), HasSubstr("1 faults; the first, of RC9"));
}

}  // namespace
}  // namespace onereturn
