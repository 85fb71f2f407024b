// Goal: a circle is found if and only if its edges are in force together on some day.
// Method: small graphs by hand, and the transitive closure of each day as the naive model.
#include "common/hierarchy/cycle_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(CycleSearchTest, FindsCirclesOnTheirDay) {
  EXPECT_THAT(FindCycles(0, {}), IsEmpty());
  EXPECT_THAT(FindCycles(3, {{0, 1, 1, 9}, {1, 2, 1, 9}, {0, 2, 1, 9}}), IsEmpty());

  const std::vector<DatedCycle> self = FindCycles(1, {{0, 0, 5, 9}});
  ASSERT_THAT(self, SizeIs(1));
  EXPECT_THAT(self[0].nodes, ElementsAre(0));
  EXPECT_EQ(self[0].day, 5);

  const std::vector<DatedCycle> circle =
      FindCycles(4, {{3, 1, 1, 9}, {1, 2, 3, 5}, {2, 3, 4, 8}, {0, 1, 1, 9}});
  ASSERT_THAT(circle, SizeIs(1));
  EXPECT_THAT(circle[0].nodes, ElementsAre(1, 2, 3));
  EXPECT_EQ(circle[0].day, 4);
}

TEST(CycleSearchTest, EdgesOfDifferentDaysMakeNoCircle) {
  EXPECT_THAT(FindCycles(2, {{0, 1, 1, 3}, {1, 0, 4, 9}}), IsEmpty());
  EXPECT_THAT(FindCycles(2, {{0, 1, 1, 4}, {1, 0, 4, 9}}), SizeIs(1));
}

TEST(CycleSearchTest, FindsSeparateCirclesInOnePass) {
  EXPECT_THAT(FindCycles(4, {{0, 1, 1, 9}, {1, 0, 1, 9}, {2, 3, 1, 9}, {3, 2, 1, 9}}), SizeIs(2));
}

TEST(CycleSearchTest, WalksLongChainsWithoutDepth) {
  constexpr int32_t kNodes = 100'000;
  std::vector<DatedEdge> chain;
  for (int32_t node = 0; node + 1 < kNodes; ++node) chain.push_back({node, node + 1, 1, 9});
  EXPECT_THAT(FindCycles(kNodes, chain), IsEmpty());
  chain.push_back({kNodes - 1, 0, 2, 2});
  const std::vector<DatedCycle> cycles = FindCycles(kNodes, chain);
  ASSERT_THAT(cycles, SizeIs(1));
  EXPECT_EQ(cycles[0].nodes.size(), static_cast<size_t>(kNodes));
}

bool HasCircleOn(int32_t day, int32_t node_count, const std::vector<DatedEdge>& edges) {
  const size_t n = static_cast<size_t>(node_count);
  std::vector<std::vector<bool>> reach(n, std::vector<bool>(n, false));
  for (const DatedEdge& edge : edges) {
    if (edge.first_day <= day && day <= edge.last_day) {
      reach[static_cast<size_t>(edge.from_node)][static_cast<size_t>(edge.to_node)] = true;
    }
  }
  for (size_t via = 0; via < n; ++via) {
    for (size_t from = 0; from < n; ++from) {
      for (size_t to = 0; to < n; ++to) {
        if (reach[from][via] && reach[via][to]) reach[from][to] = true;
      }
    }
  }
  for (size_t node = 0; node < n; ++node) {
    if (reach[node][node]) return true;
  }
  return false;
}

TEST(CycleSearchPropertyTest, AgreesWithTheClosureOfEachDay) {
  EXPECT_TRUE(rc::check("a circle is reported iff a day has one, and it is real", [] {
    constexpr int32_t kNodes = 6;
    constexpr int32_t kDays = 8;
    const auto node = rc::gen::inRange(0, kNodes);
    std::vector<DatedEdge> edges(*rc::gen::inRange<size_t>(0, 14));
    for (DatedEdge& edge : edges) {
      edge = {*node, *node, *rc::gen::inRange(0, kDays), *rc::gen::inRange(0, kDays)};
      if (edge.last_day < edge.first_day) std::swap(edge.first_day, edge.last_day);
    }
    bool expected = false;
    for (int32_t day = 0; day < kDays; ++day) expected |= HasCircleOn(day, kNodes, edges);
    const std::vector<DatedCycle> cycles = FindCycles(kNodes, edges);
    RC_CLASSIFY(expected);
    RC_ASSERT(cycles.empty() == !expected);
    for (const DatedCycle& cycle : cycles) {
      for (size_t i = 0; i < cycle.nodes.size(); ++i) {
        const int32_t from = cycle.nodes[i];
        const int32_t to = cycle.nodes[(i + 1) % cycle.nodes.size()];
        RC_ASSERT(std::any_of(edges.begin(), edges.end(), [&](const DatedEdge& edge) {
          return edge.from_node == from && edge.to_node == to && edge.first_day <= cycle.day &&
                 cycle.day <= edge.last_day;
        }));
      }
    }
  }));
}

}  // namespace
}  // namespace onereturn
