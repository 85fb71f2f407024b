#include "common/feed/position.h"

#include "absl/strings/escaping.h"
#include "common/status/error.h"
#include "onereturn/storage/v1/records.pb.h"

namespace onereturn {

std::optional<ServicePosition> Position::Of(absl::string_view service) const {
  auto found = services_.find(std::string(service));
  if (found == services_.end()) return std::nullopt;
  return found->second;
}

std::string Position::ToString() const {
  if (services_.empty()) return "";
  storage::v1::PositionToken token;
  for (const auto& [service, position] : services_) {
    storage::v1::ServicePosition* added = token.add_services();
    added->set_service(service);
    added->set_epoch(position.epoch);
    added->set_sequence(position.sequence);
  }
  return absl::WebSafeBase64Escape(token.SerializeAsString());
}

absl::StatusOr<Position> Position::Parse(absl::string_view text) {
  Position position;
  std::string bytes;
  storage::v1::PositionToken token;
  if (absl::WebSafeBase64Unescape(text, &bytes) && token.ParseFromString(bytes)) {
    for (const storage::v1::ServicePosition& service : token.services()) {
      position.Set(service.service(), ServicePosition{service.epoch(), service.sequence()});
    }
    // Only the one text of a position is taken: a changed one is no position.
    if (position.ToString() == text) return position;
  }
  return Error(Reason::kPositionInvalid,
               "the position is not one these services gave out; pass it on unchanged");
}

}  // namespace onereturn
