// How many connections one certificate may have open at once: a system that opens ever more would
// take descriptors and memory from all others. Asked at the end of each handshake; gRPC tells
// nobody when a connection ends, so those that are open are counted, in gRPC's own account of its
// sockets (channelz), only when a certificate has been let in as often as it may.
#ifndef ONERETURN_COMMON_RPC_CONNECTION_QUOTA_H_
#define ONERETURN_COMMON_RPC_CONNECTION_QUOTA_H_

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/strings/string_view.h"

namespace onereturn {

// By the certificate's PEM text: how many connections of this process's servers are open.
using OpenConnections = std::map<std::string, int, std::less<>>;

// As gRPC's channelz has it. It holds up calls for as long as it takes: some tens of microseconds a
// connection.
OpenConnections CountOpenConnections();

// Thread safe.
class ConnectionQuota {
 public:
  using Count = std::function<OpenConnections()>;
  using Now = std::function<std::chrono::steady_clock::time_point()>;

  ConnectionQuota(int most, Count count, Now now)
      : most_(most), count_(std::move(count)), now_(std::move(now)) {}

  // Whether one more connection with the certificate may be opened. It then counts as open until
  // the next count, which takes at most a twentieth of the time: between two of them a certificate
  // that has had its share is refused though some of its connections have been closed. What is in
  // the midst of its handshake at a count is not counted.
  bool Admit(absl::string_view certificate_pem);

 private:
  const int most_;
  const Count count_;
  const Now now_;
  std::mutex mutex_;
  OpenConnections open_;  // Guarded by mutex_, and so is what follows.
  std::chrono::steady_clock::time_point next_count_{};
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_CONNECTION_QUOTA_H_
