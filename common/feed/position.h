// Positions: how far each service's feed had come when an answer was made. Opaque to callers.
#ifndef ONERETURN_COMMON_FEED_POSITION_H_
#define ONERETURN_COMMON_FEED_POSITION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

struct ServicePosition {
  uint64_t epoch = 0;
  uint64_t sequence = 0;

  friend bool operator==(const ServicePosition&, const ServicePosition&) = default;
};

// {service: (epoch, sequence)}. A service that is absent stands for its latest.
class Position {
 public:
  Position() = default;

  void Set(absl::string_view service, ServicePosition position) {
    services_[std::string(service)] = position;
  }
  std::optional<ServicePosition> Of(absl::string_view service) const;

  // Text that Parse() takes; equal positions have equal texts.
  std::string ToString() const;
  // POSITION_INVALID for anything ToString() cannot have written. The empty text is the empty
  // position.
  static absl::StatusOr<Position> Parse(absl::string_view text);

  friend bool operator==(const Position&, const Position&) = default;

 private:
  std::map<std::string, ServicePosition> services_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_POSITION_H_
