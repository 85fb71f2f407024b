// Three cells and their chunk, written by hand from the grammar in cell_chunk.h.
#ifndef ONERETURN_COMMON_CELLS_TESTING_EXAMPLE_CELLS_H_
#define ONERETURN_COMMON_CELLS_TESTING_EXAMPLE_CELLS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/cells/cell.h"

namespace onereturn {

// A literal that may hold NUL bytes.
template <size_t kSize>
std::string Bytes(const char (&literal)[kSize]) {
  return std::string(literal, kSize - 1);
}

inline std::vector<Cell> ExampleCells() {
  return {
      Cell{.item = "AE01",
           .dimensions = {},
           .value = std::nullopt,
           .null_reason = NullReason::kWithheld},
      Cell{.item = "AE01",
           .dimensions = {{"age", "0-17"}},
           .value = Decimal::FromMillionths(12'500'000)},
      Cell{.item = "AE02",
           .dimensions = {{"age", "0-17"}, {"sex", "F"}},
           .value = Decimal::FromWhole(-1)},
  };
}

// The head and the six texts of ExampleChunk, in bytewise order: digits, upper case, lower case.
inline std::string ExampleTexts() {
  return Bytes("ORC\x01") + Bytes("\x06") + Bytes("\x04") + "0-17" +  // 0
         Bytes("\x04") + "AE01" +                                     // 1
         Bytes("\x04") + "AE02" +                                     // 2
         Bytes("\x01") + "F" +                                        // 3
         Bytes("\x03") + "age" +                                      // 4
         Bytes("\x03") + "sex";                                       // 5
}

inline std::string ExampleChunk() {
  return ExampleTexts() + Bytes("\x03") +
         // AE01, no pairs, kind 3: withheld.
         Bytes("\x01\x00\x03") +
         // AE01, one pair (age, 0-17), kind 0, 12,500,000 millionths: zigzag 25,000,000.
         Bytes("\x01\x01\x04\x00\x00\xC0\xF0\xF5\x0B") +
         // AE02, two pairs (age, 0-17) (sex, F), kind 0, -1,000,000 millionths: zigzag 1,999,999.
         Bytes("\x02\x02\x04\x00\x05\x03\x00\xFF\x88\x7A");
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_CELLS_TESTING_EXAMPLE_CELLS_H_
