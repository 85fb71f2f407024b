#include "tests/conformance/silent_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"

namespace onereturn {

int ConnectTcp(const std::string& address) {
  const std::vector<std::string> parts = absl::StrSplit(address, ':');
  int port = 0;
  ONERETURN_CHECK(parts.size() == 2 && absl::SimpleAtoi(parts[1], &port));
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in target = {};
  target.sin_family = AF_INET;
  target.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, parts[0].c_str(), &target.sin_addr);
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&target), sizeof(target)) == 0) {
    return descriptor;
  }
  close(descriptor);
  return -1;
}

SilentConnection::SilentConnection(const std::string& address) : descriptor_(ConnectTcp(address)) {}

SilentConnection::~SilentConnection() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool SilentConnection::ClosedWithin(int64_t deadline_ms) const {
  pollfd wanted = {descriptor_, POLLIN, 0};
  if (descriptor_ < 0) return true;
  if (poll(&wanted, 1, static_cast<int>(deadline_ms)) <= 0) return false;
  char byte = 0;
  return recv(descriptor_, &byte, 1, 0) <= 0;
}

}  // namespace onereturn
