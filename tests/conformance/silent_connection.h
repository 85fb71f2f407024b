// A TCP connection that says nothing.
#ifndef ONERETURN_TESTS_CONFORMANCE_SILENT_CONNECTION_H_
#define ONERETURN_TESTS_CONFORMANCE_SILENT_CONNECTION_H_

#include <cstdint>
#include <string>

namespace onereturn {

// A connected socket, or -1.
int ConnectTcp(const std::string& address);

class SilentConnection {
 public:
  // "127.0.0.1:7401".
  explicit SilentConnection(const std::string& address);
  ~SilentConnection();
  SilentConnection(const SilentConnection&) = delete;
  SilentConnection& operator=(const SilentConnection&) = delete;

  bool connected() const { return descriptor_ >= 0; }
  // Whether the other side ends it in time.
  bool ClosedWithin(int64_t deadline_ms) const;

 private:
  int descriptor_ = -1;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CONFORMANCE_SILENT_CONNECTION_H_
