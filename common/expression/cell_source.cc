#include "common/expression/cell_source.h"

namespace onereturn {

bool Agrees(absl::Span<const DimensionValue> cell, const Bindings& bindings) {
  for (const DimensionValue& bound : bindings) {
    for (const DimensionValue& own : cell) {
      if (own.dimension == bound.dimension && own.value != bound.value) return false;
    }
  }
  return true;
}

}  // namespace onereturn
