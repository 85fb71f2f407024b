// A suite whose processes reach each other, and are reached, over links that a test cuts off.
#ifndef ONERETURN_TESTS_FAULTS_LINKED_SUITE_H_
#define ONERETURN_TESTS_FAULTS_LINKED_SUITE_H_

#include <grpcpp/channel.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "tests/faults/tcp_link.h"
#include "tests/harness/deployment.h"

namespace onereturn {

// Thread-compatible, but for Channel(), which is thread safe.
class LinkedSuite {
 public:
  // Nothing runs yet.
  static absl::StatusOr<std::unique_ptr<LinkedSuite>> Create();

  Deployment& suite() { return *suite_; }
  // A new channel over the clients' link to the service; suite().Channel() goes past the links.
  std::shared_ptr<grpc::Channel> Channel(absl::string_view persona,
                                         const std::string& service) const;

  // Nothing reaches the service and nothing leaves it: neither the other services' connections to
  // it nor its own to them, nor, if so wished, the clients'.
  void CutOff(const std::string& service, bool clients_too);
  // Takes that back. A link whose other end is cut off too stays dark.
  void Reach(const std::string& service, AfterDark after);

 private:
  // From one service to another; from "" are the clients.
  using Way = std::pair<std::string, std::string>;

  std::map<Way, std::unique_ptr<TcpLink>> links_;
  std::map<Way, std::set<std::string>> cut_by_;  // Services that keep a link dark.
  std::unique_ptr<Deployment> suite_;            // Its services end before the links do.
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_FAULTS_LINKED_SUITE_H_
