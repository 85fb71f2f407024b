// Goal: the indexed answers are those of the plain records, on every day.
// Method: generated records; a naive model that walks all relationships for each day asked.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/hierarchy/hierarchy.h"

namespace onereturn {
namespace {

constexpr int kWindow = 60;  // Days that anything happens on.
constexpr RelationshipKind kToIcb = RelationshipKind::kProviderToIcb;

CivilDay DayAt(int offset) { return CivilDay{2022, 6, 15}.PlusDays(offset).value(); }

Organisation Make(const std::string& code, OrganisationType type, int open) {
  Organisation organisation;
  organisation.code = code;
  organisation.name = code;
  organisation.type = type;
  organisation.open_date = DayAt(open);
  return organisation;
}

struct World {
  std::vector<Organisation> records;

  const Organisation& Get(const std::string& code) const {
    return *std::find_if(records.begin(), records.end(),
                         [&](const Organisation& record) { return record.code == code; });
  }
};

bool NaiveOpen(const Organisation& record, const CivilDay& day) {
  return record.open_date <= day && (!record.close_date || *record.close_date >= day);
}

bool NaiveInForce(const World& world, const Relationship& relationship, const CivilDay& day) {
  return relationship.from <= day && (!relationship.to || *relationship.to >= day) &&
         NaiveOpen(world.Get(relationship.child), day) &&
         NaiveOpen(world.Get(relationship.parent), day);
}

std::vector<Relationship> NaiveParents(const World& world, const std::string& child,
                                       RelationshipKind kind, const CivilDay& day) {
  std::vector<Relationship> parents;
  for (const Relationship& relationship : world.Get(child).relationships) {
    if (relationship.kind == kind && NaiveInForce(world, relationship, day)) {
      parents.push_back(relationship);
    }
  }
  return parents;
}

// Provider -> share under the parent.
std::map<std::string, int64_t> NaiveProviders(const World& world, const std::string& parent,
                                              RelationshipKind kind, const CivilDay& day,
                                              Attribution attribution) {
  std::map<std::string, int64_t> providers;
  for (const Organisation& record : world.records) {
    if (record.type != OrganisationType::kProvider) continue;
    const std::vector<Relationship> parents = NaiveParents(world, record.code, kind, day);
    const bool has_lead =
        std::any_of(parents.begin(), parents.end(), [](const Relationship& r) { return r.lead; });
    const bool has_shares = std::any_of(parents.begin(), parents.end(), [](const Relationship& r) {
      return r.share_millionths > 0;
    });
    const bool use_lead = has_lead && (attribution == Attribution::kLead || !has_shares);
    for (const Relationship& relationship : parents) {
      if (relationship.parent != parent) continue;
      const int64_t share =
          use_lead ? (relationship.lead ? 1'000'000 : 0) : relationship.share_millionths;
      if (share > 0) providers[record.code] = share;
    }
  }
  return providers;
}

// Relationships of one provider to ICBs, segment by segment of its time, sound by construction.
void AddSegments(Organisation& provider, int qcc_close) {
  std::set<int> cuts = {0, qcc_close + 1};
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) cuts.insert(*rc::gen::inRange(0, kWindow));
  for (auto cut = cuts.begin(); cut != cuts.end(); ++cut) {
    const auto next = std::next(cut);
    const CivilDay from = DayAt(*cut);
    std::optional<CivilDay> to;
    if (next != cuts.end()) to = DayAt(*next - 1);
    const bool after_open = !to.has_value() || *to >= provider.open_date;
    const bool before_close = !provider.close_date || from <= *provider.close_date;
    if (!after_open || !before_close) continue;
    std::vector<std::string> parents = {"QAA", "QBB"};
    if (*cut <= qcc_close) parents.push_back("QCC");
    const int64_t first_share = *rc::gen::inRange<int64_t>(1, 999'999);
    const size_t lead = *rc::gen::inRange<size_t>(0, parents.size());
    const int mode = *rc::gen::inRange(0, 4);  // None, lead, shares, both.
    if (mode == 0) continue;
    for (size_t i = 0; i < parents.size(); ++i) {
      const int64_t share = i == 0 ? first_share : i == 1 ? 1'000'000 - first_share : 0;
      Relationship relationship = {provider.code, parents[i], kToIcb, from, to, 0, false};
      if (mode >= 2) relationship.share_millionths = share;
      if (mode != 2) relationship.lead = i == lead;
      provider.relationships.push_back(relationship);
    }
  }
}

World SoundWorld() {
  World world;
  world.records.push_back(Make("ENG", OrganisationType::kNationalBody, 0));
  for (const char* code : {"Y60", "Y61"}) {
    Organisation region = Make(code, OrganisationType::kRegion, *rc::gen::inRange(0, 5));
    region.relationships.push_back(
        {code, "ENG", RelationshipKind::kRegionToNation, DayAt(0), std::nullopt, 0, true});
    world.records.push_back(region);
  }
  const int qcc_close = *rc::gen::inRange(1, kWindow);
  for (const char* code : {"QAA", "QBB", "QCC"}) {
    world.records.push_back(Make(code, OrganisationType::kIcb, 0));
  }
  world.records.back().close_date = DayAt(qcc_close);
  for (int number = 1; number <= 6; ++number) {
    Organisation provider = Make("R0" + std::to_string(number), OrganisationType::kProvider,
                                 *rc::gen::inRange(0, kWindow / 2));
    if (*rc::gen::arbitrary<bool>()) {
      provider.close_date = DayAt(*rc::gen::inRange(kWindow / 2, kWindow));
    }
    provider.relationships.push_back({provider.code, *rc::gen::element<std::string>("Y60", "Y61"),
                                      RelationshipKind::kProviderToRegion, DayAt(0), std::nullopt,
                                      0, true});
    AddSegments(provider, qcc_close);
    world.records.push_back(provider);
  }
  return world;
}

Hierarchy BuiltFrom(const World& world) {
  Hierarchy::Builder builder;
  for (const Organisation& record : world.records) builder.Add(record);
  absl::StatusOr<Hierarchy> built = builder.Build();
  if (!built.ok()) RC_FAIL(std::string(built.status().message()));
  return *std::move(built);
}

std::map<std::string, int64_t> AsMap(
    const absl::StatusOr<std::vector<Hierarchy::ProviderShare>>& providers) {
  RC_ASSERT(providers.ok());
  std::map<std::string, int64_t> by_code;
  std::string previous;
  for (const Hierarchy::ProviderShare& share : *providers) {
    RC_ASSERT(previous < share.provider->code);
    previous = share.provider->code;
    by_code[share.provider->code] = share.share_millionths;
  }
  return by_code;
}

TEST(HierarchyPropertyTest, ProvidersAreThoseOfThePlainRecords) {
  EXPECT_TRUE(rc::check("ProvidersOf equals the naive model at every level on every day", [] {
    const World world = SoundWorld();
    const Hierarchy hierarchy = BuiltFrom(world);
    for (int offset = 0; offset <= kWindow; ++offset) {
      const CivilDay day = DayAt(offset);
      for (const Attribution attribution : {Attribution::kLead, Attribution::kShare}) {
        std::map<std::string, int64_t> over_icbs;
        for (const char* icb : {"QAA", "QBB", "QCC"}) {
          const auto expected = NaiveProviders(world, icb, kToIcb, day, attribution);
          RC_ASSERT(AsMap(hierarchy.ProvidersOf(icb, day, attribution)) == expected);
          for (const auto& [code, share] : expected) over_icbs[code] += share;
        }
        // Nobody counts more or less than once over all ICBs.
        for (const auto& [code, share] : over_icbs) RC_ASSERT(share == 1'000'000);
        std::map<std::string, int64_t> nation;
        for (const char* region : {"Y60", "Y61"}) {
          const auto expected =
              NaiveProviders(world, region, RelationshipKind::kProviderToRegion, day, attribution);
          RC_ASSERT(AsMap(hierarchy.ProvidersOf(region, day, attribution)) == expected);
          for (const Organisation* provider : hierarchy.ProvidersWithoutIcb(region, day)) {
            RC_ASSERT(expected.count(provider->code) == 1u);
            RC_ASSERT(over_icbs.count(provider->code) == 0u);
          }
          nation.insert(expected.begin(), expected.end());
        }
        RC_ASSERT(AsMap(hierarchy.ProvidersOf("ENG", day, attribution)) == nation);
      }
    }
  }));
}

TEST(HierarchyPropertyTest, LinksAndLevelsAreThoseOfThePlainRecords) {
  EXPECT_TRUE(rc::check("Parents, Children and LevelExists equal the naive model", [] {
    const World world = SoundWorld();
    const Hierarchy hierarchy = BuiltFrom(world);
    for (int offset = 0; offset <= kWindow; ++offset) {
      const CivilDay day = DayAt(offset);
      std::set<std::pair<std::string, std::string>> expected;
      std::set<std::pair<std::string, std::string>> upwards;
      std::set<std::pair<std::string, std::string>> downwards;
      for (const Organisation& record : world.records) {
        for (const Relationship& r : NaiveParents(world, record.code, kToIcb, day)) {
          expected.emplace(r.child, r.parent);
        }
        for (const Hierarchy::Link& link : hierarchy.Parents(record.code, kToIcb, day)) {
          upwards.emplace(record.code, link.organisation->code);
        }
        for (const Hierarchy::Link& link : hierarchy.Children(record.code, kToIcb, day)) {
          downwards.emplace(link.organisation->code, record.code);
        }
      }
      RC_ASSERT(upwards == expected);
      RC_ASSERT(downwards == expected);
      for (const OrganisationType type :
           {OrganisationType::kRegion, OrganisationType::kProvider, OrganisationType::kPcn}) {
        const bool any = std::any_of(world.records.begin(), world.records.end(),
                                     [&](const Organisation& record) {
                                       return record.type == type && NaiveOpen(record, day);
                                     });
        RC_ASSERT(hierarchy.LevelExists(type, day) == any);
      }
    }
  }));
}

TEST(HierarchyPropertyTest, CheckFindsBadDaysIfAndOnlyIfThereAreAny) {
  EXPECT_TRUE(rc::check("share and overlap faults equal the naive day-by-day check", [] {
    World world;
    for (const char* code : {"QAA", "QBB"}) {
      world.records.push_back(Make(code, OrganisationType::kIcb, *rc::gen::inRange(0, 4)));
    }
    world.records[1].close_date = DayAt(*rc::gen::inRange(4, 12));
    Organisation provider = Make("R01", OrganisationType::kProvider, *rc::gen::inRange(0, 4));
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
      const int from = *rc::gen::inRange(0, 12);
      std::optional<CivilDay> to;
      if (*rc::gen::arbitrary<bool>()) to = DayAt(from + *rc::gen::inRange(0, 6));
      const int64_t share = *rc::gen::element<int64_t>(0, 0, 400'000, 600'000, 1'000'000);
      provider.relationships.push_back({"R01", *rc::gen::element<std::string>("QAA", "QBB"), kToIcb,
                                        DayAt(from), to, share,
                                        share == 0 || *rc::gen::inRange(0, 3) == 0});
    }
    world.records.push_back(provider);

    bool bad_share = false;
    bool overlap = false;
    for (int offset = 0; offset <= 40; ++offset) {
      const CivilDay day = DayAt(offset);
      const std::vector<Relationship> parents = NaiveParents(world, "R01", kToIcb, day);
      int64_t shares = 0;
      int leads = 0;
      for (const Relationship& r : parents) {
        shares += r.share_millionths;
        leads += r.lead ? 1 : 0;
      }
      const bool good =
          parents.empty() || (shares == 1'000'000 && leads <= 1) || (shares == 0 && leads == 1);
      bad_share |= !good;
      std::map<std::string, int> recorded;
      for (const Relationship& r : provider.relationships) {
        if (r.from <= day && (!r.to || *r.to >= day) && ++recorded[r.parent] > 1) overlap = true;
      }
    }
    bool share_fault = false;
    bool overlap_fault = false;
    for (const HierarchyFault& fault : CheckOrganisations(world.records)) {
      share_fault |= fault.kind == HierarchyFaultKind::kShareTotal;
      overlap_fault |= fault.kind == HierarchyFaultKind::kOverlap;
    }
    RC_CLASSIFY(bad_share);
    RC_CLASSIFY(overlap);
    RC_ASSERT(share_fault == bad_share);
    RC_ASSERT(overlap_fault == overlap);
  }));
}

}  // namespace
}  // namespace onereturn
