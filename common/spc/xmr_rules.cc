#include "common/spc/xmr_rules.h"

namespace onereturn {
namespace {

int8_t SignOfChange(double from, double to) {
  return static_cast<int8_t>((to > from) - (to < from));
}

}  // namespace

Signs TrendEnds(absl::Span<const double> values, size_t points) {
  Signs ends(values.size(), 0);
  size_t run = 0;  // Successive differences of one sign that end here.
  int8_t run_sign = 0;
  for (size_t i = 1; i < values.size(); ++i) {
    const int8_t sign = SignOfChange(values[i - 1], values[i]);
    run = sign == 0 ? 0 : (sign == run_sign ? run + 1 : 1);
    run_sign = sign;
    if (sign != 0 && run + 1 >= points) ends[i] = sign;
  }
  return ends;
}

Signs ShiftEnds(absl::Span<const int8_t> relative, size_t points) {
  Signs ends(relative.size(), 0);
  size_t run = 0;
  for (size_t i = 0; i < relative.size(); ++i) {
    const int8_t sign = relative[i];
    const bool continues = i > 0 && sign == relative[i - 1];
    run = sign == 0 ? 0 : (continues ? run + 1 : 1);
    if (sign != 0 && run >= points) ends[i] = sign;
  }
  return ends;
}

Signs TwoInThreeEnds(absl::Span<const int8_t> relative, absl::Span<const uint8_t> close) {
  Signs ends(relative.size(), 0);
  for (size_t i = 2; i < relative.size(); ++i) {
    const int8_t sign = relative[i];
    const bool one_side = sign != 0 && relative[i - 1] == sign && relative[i - 2] == sign;
    const int near_limit = (close[i - 2] != 0) + (close[i - 1] != 0) + (close[i] != 0);
    if (one_side && near_limit >= 2) ends[i] = sign;
  }
  return ends;
}

Signs SpreadBack(absl::Span<const int8_t> ends, size_t points) {
  Signs flags(ends.size(), 0);
  for (size_t i = 0; i < ends.size(); ++i) {
    if (ends[i] == 0) continue;
    const size_t first = i + 1 >= points ? i + 1 - points : 0;
    for (size_t j = first; j <= i; ++j) flags[j] = ends[i];
  }
  return flags;
}

}  // namespace onereturn
