// Goal: every fault of a set of records is reported in one pass, under its kind and its code.
// Method: a sound set of records, spoiled in one way at a time, then in every way at once.
#include "common/hierarchy/hierarchy_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace onereturn {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr RelationshipKind kToIcb = RelationshipKind::kProviderToIcb;

Organisation Make(const std::string& code, OrganisationType type, CivilDay open) {
  Organisation organisation;
  organisation.code = code;
  organisation.name = "Organisation " + code;
  organisation.type = type;
  organisation.open_date = open;
  return organisation;
}

// QAA and QBB, and provider R01 that belongs to both in shares.
std::vector<Organisation> Sound() {
  std::vector<Organisation> records = {
      Make("QAA", OrganisationType::kIcb, {2022, 7, 1}),
      Make("QBB", OrganisationType::kIcb, {2022, 7, 1}),
      Make("R01", OrganisationType::kProvider, {2000, 1, 1}),
      Make("OAA", OrganisationType::kOther, {2000, 1, 1}),
      Make("OBB", OrganisationType::kOther, {2000, 1, 1}),
  };
  records[2].relationships = {
      {"R01", "QAA", kToIcb, {2022, 7, 1}, std::nullopt, 250'000, false},
      {"R01", "QBB", kToIcb, {2022, 7, 1}, std::nullopt, 750'000, false},
  };
  records[3].relationships = {
      {"OAA", "OBB", RelationshipKind::kPartOf, {2020, 1, 1}, CivilDay{2020, 12, 31}, 0, true}};
  return records;
}

struct Spoiling {
  HierarchyFaultKind kind;
  const char* organisation;
  const char* words;
  std::function<void(std::vector<Organisation>&)> spoil;
};

std::vector<Spoiling> Spoilings() {
  using Records = std::vector<Organisation>;
  using Kind = HierarchyFaultKind;
  return {
      {Kind::kInvalidCode, "OBb", "character 3 of the organisation code is a lower-case letter",
       [](Records& r) {
         r[4].code = "OBb";
         r[3].relationships[0].parent = "OBb";
       }},
      {Kind::kDuplicateOrganisation, "QAA", "more than one record",
       [](Records& r) { r.push_back(r[0]); }},
      {Kind::kNoName, "QAA", "no name", [](Records& r) { r[0].name.clear(); }},
      {Kind::kInvalidDay, "OBB", "open or close date",
       [](Records& r) {
         r[4].open_date = {2025, 2, 29};
       }},
      {Kind::kInvalidDay, "OAA", "PART_OF to OBB",
       [](Records& r) {
         r[3].relationships[0].to = CivilDay{2020, 13, 1};
       }},
      {Kind::kInvalidDay, "OAA", "succession",
       [](Records& r) {
         r[3].successions = {{"OAA", "OBB", SuccessionKind::kMerge, {2020, 0, 1}}};
       }},
      {Kind::kCloseBeforeOpen, "QCC", "closes on 2022-06-30, before it opens on 2022-07-01",
       [](Records& r) {
         r.push_back(Make("QCC", OrganisationType::kIcb, {2022, 7, 1}));
         r.back().close_date = CivilDay{2022, 6, 30};
       }},
      {Kind::kForeignRecord, "QAA", "a relationship of OAA",
       [](Records& r) { r[0].relationships = r[3].relationships; }},
      {Kind::kForeignRecord, "QAA", "a succession of QBB",
       [](Records& r) {
         r[0].successions = {{"QBB", "QAA", SuccessionKind::kMerge, {2026, 4, 1}}};
       }},
      {Kind::kUnknownParent, "OAA", "PART_OF of OAA to QZZ from 2020-01-01",
       [](Records& r) { r[3].relationships[0].parent = "QZZ"; }},
      {Kind::kWrongType, "OAA", "the child is of type OTHER, and must be PROVIDER",
       [](Records& r) {
         r[3].relationships = {{"OAA", "QAA", kToIcb, {2023, 1, 1}, std::nullopt, 0, true}};
       }},
      {Kind::kWrongType, "R01", "the parent is of type OTHER, and must be REGION",
       [](Records& r) {
         r[2].relationships.push_back({"R01",
                                       "OAA",
                                       RelationshipKind::kProviderToRegion,
                                       {2023, 1, 1},
                                       std::nullopt,
                                       0,
                                       true});
       }},
      {Kind::kEndBeforeStart, "OAA", "ends on 2019-12-31, before it begins",
       [](Records& r) {
         r[3].relationships[0].to = CivilDay{2019, 12, 31};
       }},
      {Kind::kNeverInForce, "OAA", "never both open",
       [](Records& r) {
         r[4].open_date = {2021, 1, 1};
       }},
      {Kind::kInvalidShare, "OAA", "a share of -1 millionths",
       [](Records& r) { r[3].relationships[0].share_millionths = -1; }},
      {Kind::kOverlap, "OAA", "is recorded twice from 2020-12-31 to 2020-12-31",
       [](Records& r) {
         r[3].relationships.push_back({"OAA",
                                       "OBB",
                                       RelationshipKind::kPartOf,
                                       {2020, 12, 31},
                                       std::nullopt,
                                       1'000'000,
                                       false});
         r[3].relationships[0] = {
             "OAA", "OBB", RelationshipKind::kPartOf, {2020, 1, 1}, CivilDay{2020, 12, 31},
             0,     true};
       }},
      {Kind::kShareTotal, "R01", "from 2022-07-01 on its PROVIDER_TO_ICB shares total 999999",
       [](Records& r) { r[2].relationships[0].share_millionths = 249'999; }},
      {Kind::kShareTotal, "R01", "from 2026-04-01 on its PROVIDER_TO_ICB shares total 750000",
       [](Records& r) {
         r[0].close_date = CivilDay{2026, 3, 31};
       }},
      {Kind::kShareTotal, "R01", "total 1000000 millionths with 2 leads",
       [](Records& r) {
         r[2].relationships[0].lead = true;
         r[2].relationships[1].lead = true;
       }},
      {Kind::kShareTotal, "OAA", "from 2020-01-01 to 2020-12-31 its PART_OF shares total 0",
       [](Records& r) { r[3].relationships[0].lead = false; }},
      {Kind::kCycle, "OAA", "in a circle on 2020-12-31: OAA to OBB to OAA",
       [](Records& r) {
         r[4].relationships = {
             {"OBB", "OAA", RelationshipKind::kPartOf, {2020, 12, 31}, std::nullopt, 0, true}};
       }},
      {Kind::kCycle, "QAA", "in a circle on 2023-01-01: QAA to QAA",
       [](Records& r) {
         r[0].relationships = {
             {"QAA", "QAA", RelationshipKind::kPartOf, {2023, 1, 1}, std::nullopt, 0, true}};
       }},
      {Kind::kInvalidSuccession, "QAA", "its successor QZZ",
       [](Records& r) {
         r[0].successions = {{"QAA", "QZZ", SuccessionKind::kMerge, {2026, 4, 1}}};
       }},
      {Kind::kInvalidSuccession, "QAA", "its successor QAA",
       [](Records& r) {
         r[0].successions = {{"QAA", "QAA", SuccessionKind::kRename, {2026, 4, 1}}};
       }},
  };
}

TEST(HierarchyCheckTest, SoundRecordsHaveNoFault) {
  EXPECT_THAT(CheckOrganisations({}), IsEmpty());
  EXPECT_THAT(CheckOrganisations(Sound()), IsEmpty());
  // The same two organisations in turn, each within the other, are no circle.
  std::vector<Organisation> records = Sound();
  records[4].relationships = {
      {"OBB", "OAA", RelationshipKind::kPartOf, {2021, 1, 1}, std::nullopt, 0, true}};
  EXPECT_THAT(CheckOrganisations(records), IsEmpty());
}

TEST(HierarchyCheckTest, NamesEachFault) {
  for (const Spoiling& spoiling : Spoilings()) {
    std::vector<Organisation> records = Sound();
    spoiling.spoil(records);
    const std::vector<HierarchyFault> faults = CheckOrganisations(records);
    bool found = false;
    for (const HierarchyFault& fault : faults) {
      found |= fault.kind == spoiling.kind && fault.organisation == spoiling.organisation &&
               fault.message.find(spoiling.words) != std::string::npos;
    }
    EXPECT_TRUE(found) << HierarchyFaultKindName(spoiling.kind) << ": " << spoiling.words;
    if (spoiling.kind != HierarchyFaultKind::kOverlap) {
      EXPECT_THAT(faults, SizeIs(1)) << spoiling.words << " / " << faults.back().message;
    }
  }
}

TEST(HierarchyCheckTest, EveryKindOfFaultIsCoveredAndNamed) {
  std::set<HierarchyFaultKind> kinds;
  for (const Spoiling& spoiling : Spoilings()) kinds.insert(spoiling.kind);
  EXPECT_THAT(kinds, SizeIs(15));
  std::set<std::string> names;
  for (const HierarchyFaultKind kind : kinds) {
    names.insert(std::string(HierarchyFaultKindName(kind)));
  }
  EXPECT_THAT(names, SizeIs(15));
  EXPECT_EQ(HierarchyFaultKindName(HierarchyFaultKind::kShareTotal), "SHARE_TOTAL");
}

TEST(HierarchyCheckTest, ReportsAllFaultsAtOnce) {
  std::vector<Organisation> records = Sound();
  records[0].name.clear();
  records[1].close_date = CivilDay{2022, 6, 30};
  records[2].relationships[0].share_millionths = INT64_MAX;
  records[2].relationships[1].parent = "QZZ";
  records[3].relationships[0].lead = false;
  records[4].relationships = {
      {"OBB", "OAA", RelationshipKind::kPartOf, {2020, 6, 1}, std::nullopt, 0, true}};
  std::multiset<std::string> kinds;
  for (const HierarchyFault& fault : CheckOrganisations(records)) {
    kinds.insert(std::string(HierarchyFaultKindName(fault.kind)));
  }
  EXPECT_EQ(kinds, (std::multiset<std::string>{"NO_NAME", "CLOSE_BEFORE_OPEN", "INVALID_SHARE",
                                               "UNKNOWN_PARENT", "SHARE_TOTAL", "CYCLE"}));
}

TEST(HierarchyCheckTest, TheLastDayOfTheCalendarIsNoFault) {
  std::vector<Organisation> records = Sound();
  records[2].relationships[0].to = CivilDay::Latest();
  EXPECT_THAT(CheckOrganisations(records), IsEmpty());
}

}  // namespace
}  // namespace onereturn
