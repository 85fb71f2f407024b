#include "common/expression/rule_scope.h"

#include <algorithm>
#include <set>

namespace onereturn {
namespace {

// The cell's values of `dimensions`, or nothing where it lacks one.
std::vector<std::string> TupleOf(absl::Span<const DimensionValue> cell,
                                 const std::vector<std::string>& dimensions) {
  std::vector<std::string> tuple;
  tuple.reserve(dimensions.size());
  for (const std::string& dimension : dimensions) {
    for (const DimensionValue& own : cell) {
      if (own.dimension != dimension) continue;
      tuple.push_back(own.value);
      break;
    }
  }
  if (tuple.size() != dimensions.size()) tuple.clear();
  return tuple;
}

}  // namespace

std::vector<Bindings> RuleScope(const Expression& expression,
                                absl::Span<const std::string> for_each, const CellSource& source) {
  std::vector<std::string> dimensions;
  for (const std::string& dimension : for_each) {
    if (std::find(dimensions.begin(), dimensions.end(), dimension) == dimensions.end()) {
      dimensions.push_back(dimension);
    }
  }
  if (dimensions.empty()) return {Bindings{}};
  std::set<std::vector<std::string>> tuples;
  for (const std::string& item : expression.Items()) {
    source.Visit(item, {}, [&](const SourceCell& cell) {
      std::vector<std::string> tuple = TupleOf(cell.dimensions, dimensions);
      if (!tuple.empty()) tuples.insert(std::move(tuple));
    });
  }
  std::vector<Bindings> scope;
  scope.reserve(tuples.size());
  for (const std::vector<std::string>& tuple : tuples) {
    Bindings& bindings = scope.emplace_back();
    for (size_t i = 0; i < tuple.size(); ++i) bindings.push_back({dimensions[i], tuple[i]});
  }
  return scope;
}

}  // namespace onereturn
