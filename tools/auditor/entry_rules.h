// What every entry of a feed must be, whatever it says.
#ifndef ONERETURN_TOOLS_AUDITOR_ENTRY_RULES_H_
#define ONERETURN_TOOLS_AUDITOR_ENTRY_RULES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "tools/auditor/lie.h"

namespace onereturn::auditor {

// Of each entry.
inline constexpr size_t kSaltBytes = 16;

// "entry 12 (RETURN_ACCEPTED organisations/RLQ/returns/...)".
std::string Describe(uint64_t sequence, const feed::v1::Entry& entry);
// "RETURN_ACCEPTED", or "kind 99".
std::string KindName(uint32_t kind);

// Looks at the entries of one service in their order. Thread-compatible.
class EntryRules {
 public:
  // From the entry after `sequence`.
  EntryRules(std::string service, uint64_t sequence)
      : service_(std::move(service)), sequence_(sequence) {}

  // Adds every fault of the next entry: it follows the one before in place, epoch and time, its
  // request id is free, it is a fact of this service, whole and in a known format. A kind or format
  // of a newer version is no lie: it is named as unchecked.
  void Check(const feed::v1::Entry& entry, Report* report);

 private:
  void CheckPlace(const feed::v1::Entry& entry, Report* report);
  void CheckOrigin(const feed::v1::Entry& entry, Report* report);
  void CheckFact(const feed::v1::Entry& entry, Report* report);

  const std::string service_;
  uint64_t sequence_;
  uint64_t epoch_ = 0;
  int64_t time_micros_ = INT64_MIN;
  std::map<std::pair<std::string, std::string>, uint64_t> requests_;  // Sequence by scope and id.
};

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_ENTRY_RULES_H_
