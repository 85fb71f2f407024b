// The wire between somebody and a service, in a test's hands: it passes bytes on until it is told
// to cut connections in the middle of an answer, or to go dark. TLS goes through it untouched.
#ifndef ONERETURN_TESTS_FAULTS_TCP_LINK_H_
#define ONERETURN_TESTS_FAULTS_TCP_LINK_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

namespace onereturn {

// What becomes of connections that a darkness met.
enum class AfterDark {
  kGoOn,      // As after a cable that was pulled for a while: what was held back arrives.
  kStayDead,  // As with a firewall that forgot them: nothing arrives ever again, and nobody is
              // told.
};

// Thread safe. Has a thread of its own, and a port on the loopback.
class TcpLink {
 public:
  // To "127.0.0.1:{port}", where nobody need listen yet. UNAVAILABLE when no port can be had.
  static absl::StatusOr<std::unique_ptr<TcpLink>> To(const std::string& address);
  // Closes all connections.
  ~TcpLink();
  TcpLink(const TcpLink&) = delete;
  TcpLink& operator=(const TcpLink&) = delete;

  // Where to connect instead.
  const std::string& address() const { return address_; }

  // From now on a connection is reset, on both sides, in place of `per_mille` of a thousand pieces
  // of what the service sends on it, once the handshake is over. The piece is lost.
  void CutAnswers(int per_mille, uint64_t seed);
  // So many connections were reset.
  uint64_t cuts() const;

  // Nothing goes through: no byte, no end, no reset. Who connects is kept waiting.
  void Darken();
  void Light(AfterDark after);

 private:
  struct Connection;

  TcpLink(int listener, int wake, std::string address, int target_port);
  void Run();
  void Wake();
  // Waits for something to do; false at the end.
  bool WaitForEvents(std::vector<int>* events);
  void Accept();
  // False when the connection is at its end.
  bool Move(Connection* connection, const std::vector<int>& events, size_t place);
  bool IsToBeCut(const Connection& connection);

  const int listener_;
  const int wake_;  // An eventfd.
  const std::string address_;
  const int target_port_;
  std::vector<std::unique_ptr<Connection>> connections_;  // Only the thread touches it.

  mutable std::mutex mutex_;
  bool stopping_ = false;  // Guarded by mutex_, as all below.
  bool dark_ = false;
  bool forget_ = false;
  int cut_per_mille_ = 0;
  uint64_t cuts_ = 0;
  std::mt19937_64 random_;
  std::thread thread_;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_FAULTS_TCP_LINK_H_
