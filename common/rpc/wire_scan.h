// Looks over the received bytes of a write before they are parsed: protobuf would let unknown
// fields, repeated singular fields and a hundredfold growth in memory through without a word.
#ifndef ONERETURN_COMMON_RPC_WIRE_SCAN_H_
#define ONERETURN_COMMON_RPC_WIRE_SCAN_H_

#include <google/protobuf/descriptor.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onereturn {

struct WireLimits {
  size_t max_elements =
      200'000;         // Fields on the wire, at every depth: what parsing would allocate for.
  int max_depth = 16;  // Messages within messages; the v1 API needs 6.
};

// OK when `bytes` are a message of type `descriptor` that a client of this version may write.
// Otherwise the first fault with its path: MALFORMED, TOO_MANY_ITEMS, TOO_DEEP, UNKNOWN_FIELD,
// DUPLICATE_FIELD (also for two members of a oneof), ENUM_VALUE, NOT_UTF8. For input from anywhere;
// allocates nothing that grows with the input.
absl::Status ScanWire(const google::protobuf::Descriptor& descriptor, absl::string_view bytes,
                      const WireLimits& limits = {});

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_WIRE_SCAN_H_
