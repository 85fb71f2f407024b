// Circles in a graph whose edges are in force on some days only.
#ifndef ONERETURN_COMMON_HIERARCHY_CYCLE_SEARCH_H_
#define ONERETURN_COMMON_HIERARCHY_CYCLE_SEARCH_H_

#include <cstdint>
#include <vector>

namespace onereturn {

// An edge between two nodes, in force from first_day to last_day, both inclusive.
struct DatedEdge {
  int32_t from_node = 0;
  int32_t to_node = 0;
  int32_t first_day = 0;
  int32_t last_day = 0;
};

struct DatedCycle {
  std::vector<int32_t> nodes;  // In the direction of the edges, beginning with the least.
  int32_t day = 0;             // The earliest day on which this circle was found closed.
};

// Circles whose edges are all in force on one day, each once, ordered by day. Circles that have
// nodes in common may be reported by one of them. Empty if and only if there is no circle on any
// day. Nodes are 0 to node_count - 1. Linear in the edges where there is no circle.
std::vector<DatedCycle> FindCycles(int32_t node_count, const std::vector<DatedEdge>& edges);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_HIERARCHY_CYCLE_SEARCH_H_
