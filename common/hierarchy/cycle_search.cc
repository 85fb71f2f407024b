#include "common/hierarchy/cycle_search.h"

#include <algorithm>
#include <cstddef>
#include <set>

namespace onereturn {
namespace {

size_t At(int32_t node) { return static_cast<size_t>(node); }

// Takes away the nodes without outgoing edges, one after another, until each that is left has one:
// then every walk along the edges of nodes that are left runs into a circle. The same against the
// edges keeps only what lies on circles or between them.
class Peeling {
 public:
  Peeling(int32_t node_count, const std::vector<DatedEdge>& edges)
      : edges_(edges), left_(At(node_count), true) {
    Peel(/*along=*/true);
    Peel(/*along=*/false);
  }

  const std::vector<bool>& left() const { return left_; }

 private:
  void Peel(bool along) {
    std::vector<int32_t> degree(left_.size(), 0);
    std::vector<std::vector<int32_t>> neighbours(left_.size());
    for (const DatedEdge& edge : edges_) {
      const int32_t source = along ? edge.from_node : edge.to_node;
      const int32_t target = along ? edge.to_node : edge.from_node;
      if (!left_[At(source)] || !left_[At(target)]) continue;
      ++degree[At(source)];
      neighbours[At(target)].push_back(source);
    }
    std::vector<int32_t> loose;
    for (size_t node = 0; node < left_.size(); ++node) {
      if (left_[node] && degree[node] == 0) loose.push_back(static_cast<int32_t>(node));
    }
    while (!loose.empty()) {
      const int32_t node = loose.back();
      loose.pop_back();
      left_[At(node)] = false;
      for (const int32_t neighbour : neighbours[At(node)]) {
        if (--degree[At(neighbour)] == 0) loose.push_back(neighbour);
      }
    }
  }

  const std::vector<DatedEdge>& edges_;
  std::vector<bool> left_;
};

std::vector<DatedEdge> EdgesWithin(const std::vector<DatedEdge>& edges,
                                   const std::vector<bool>& nodes) {
  std::vector<DatedEdge> within;
  for (const DatedEdge& edge : edges) {
    if (nodes[At(edge.from_node)] && nodes[At(edge.to_node)]) within.push_back(edge);
  }
  return within;
}

// One circle of a graph in which every node with edges has an outgoing one.
std::vector<int32_t> WalkIntoCycle(int32_t node_count, const std::vector<DatedEdge>& edges) {
  std::vector<int32_t> next(At(node_count), -1);
  for (const DatedEdge& edge : edges) {
    int32_t& target = next[At(edge.from_node)];
    if (target < 0 || edge.to_node < target) target = edge.to_node;
  }
  std::vector<int32_t> walk;
  std::vector<int32_t> place(At(node_count), -1);
  int32_t node = edges.front().from_node;
  while (place[At(node)] < 0) {
    place[At(node)] = static_cast<int32_t>(walk.size());
    walk.push_back(node);
    node = next[At(node)];
  }
  walk.erase(walk.begin(), walk.begin() + place[At(node)]);
  std::rotate(walk.begin(), std::min_element(walk.begin(), walk.end()), walk.end());
  return walk;
}

}  // namespace

std::vector<DatedCycle> FindCycles(int32_t node_count, const std::vector<DatedEdge>& edges) {
  const std::vector<DatedEdge> suspects = EdgesWithin(edges, Peeling(node_count, edges).left());
  // A circle closes on the day on which its last edge comes into force.
  std::set<int32_t> days;
  for (const DatedEdge& edge : suspects) days.insert(edge.first_day);

  std::vector<DatedCycle> cycles;
  std::set<std::vector<int32_t>> seen;
  for (const int32_t day : days) {
    std::vector<DatedEdge> in_force;
    for (const DatedEdge& edge : suspects) {
      if (edge.first_day <= day && day <= edge.last_day) in_force.push_back(edge);
    }
    while (true) {
      in_force = EdgesWithin(in_force, Peeling(node_count, in_force).left());
      if (in_force.empty()) break;
      const std::vector<int32_t> nodes = WalkIntoCycle(node_count, in_force);
      if (seen.insert(nodes).second) cycles.push_back({nodes, day});
      std::vector<bool> others(At(node_count), true);
      for (const int32_t node : nodes) others[At(node)] = false;
      in_force = EdgesWithin(in_force, others);
    }
  }
  return cycles;
}

}  // namespace onereturn
