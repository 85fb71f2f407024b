// Somebody else's memory of what a service promised: one line an event in a file of the test's own,
// on disk before the client goes on. What the service says later is held against it.
#ifndef ONERETURN_TESTS_CRASH_ORACLE_H_
#define ONERETURN_TESTS_CRASH_ORACLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

// The id of a request, and the organisation within which it is unique.
struct RequestKeyOf {
  std::string organisation;
  std::string request_id;
  friend auto operator<=>(const RequestKeyOf&, const RequestKeyOf&) = default;
};

// Where a fact was placed, as its acknowledgement said.
struct Promised {
  uint64_t sequence = 0;
  std::string leaf_hex;  // Empty where the answer does not tell.
};

// What the file knows of one request.
struct RequestHistory {
  std::string content;  // As given to Sent(): what must be found in the store.
  std::vector<Promised> promised;
  bool refused = false;  // The last answer said for certain that nothing was stored.
};
using Histories = std::map<RequestKeyOf, RequestHistory>;

// Thread safe: lines are appended whole, and synced when a call returns. A failure to write aborts.
class Oracle {
 public:
  explicit Oracle(const std::string& file);
  ~Oracle();
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  // Before a request leaves. A request whose outcome stays unknown has no further line.
  void Sent(const RequestKeyOf& key, absl::string_view content);
  void SentAll(const std::vector<std::pair<RequestKeyOf, std::string>>& requests);
  // Its answers.
  void Acknowledged(const RequestKeyOf& key, const Promised& promised);
  void Refused(const RequestKeyOf& key);

  // All that the file holds. DATA_LOSS for a line that cannot be read, or contradicts another.
  static absl::StatusOr<Histories> Read(const std::string& file);

 private:
  void Append(const std::string& lines);
  const int descriptor_;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_ORACLE_H_
