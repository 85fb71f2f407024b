// Looks over the received bytes of a write before they are parsed: protobuf would let unknown
// fields, repeated singular fields and a hundredfold growth in memory through without a word.
#ifndef ONERETURN_COMMON_RPC_WIRE_SCAN_H_
#define ONERETURN_COMMON_RPC_WIRE_SCAN_H_

#include <google/protobuf/descriptor.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/rpc/limits.h"

namespace onereturn {

struct WireLimits {
  // Fields on the wire, at every depth: what parsing would allocate for.
  size_t max_elements = limits::kWireElements;
  // Elements of one list.
  size_t max_items = limits::kListItems;
  // Messages within messages.
  int max_depth = limits::kMessageDepth;
};

// OK when `bytes` are a message of type `descriptor` that a client of this version may write.
// Otherwise the first fault with its path: MALFORMED, TOO_MANY_ITEMS, TOO_DEEP, UNKNOWN_FIELD,
// DUPLICATE_FIELD, ONEOF_CONFLICT, ENUM_VALUE; of a text NOT_UTF8, CHARSET (narrative is allowed
// everywhere: a field of one line is its use case's to check) and NOT_NFC. For input from anywhere;
// allocates no more than a few times its longest text.
absl::Status ScanWire(const google::protobuf::Descriptor& descriptor, absl::string_view bytes,
                      const WireLimits& limits = {});

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_WIRE_SCAN_H_
