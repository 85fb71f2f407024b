#include "tests/faults/tcp_link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/check.h"

namespace onereturn {
namespace {

constexpr size_t kPieceBytes = 64 * 1024;
// What a service sends until TLS and HTTP/2 stand: certificate, session tickets, settings. Cuts are
// for answers; those in the handshake would only be refused connections.
constexpr uint64_t kHandshakeBytes = 6 * 1024;

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// Closing it tells the peer with a reset, and what it has not read yet is lost.
void ResetOnClose(int descriptor) {
  const linger at_once{1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void SendAtOnce(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

}  // namespace

struct TcpLink::Connection {
  // One way of a connection.
  struct Way {
    int from = -1, to = -1;
    std::string held = {};  // Read, and not written yet.
    bool ended = false;     // The writer will write no more.
    uint64_t bytes = 0;     // Read so far.
  };

  Connection(int client, int service) : ways{{client, service}, {service, client}} {}
  ~Connection() {
    close(ways[0].from);
    close(ways[0].to);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Way ways[2];  // To the service, and back.
  bool dead = false;
};

absl::StatusOr<std::unique_ptr<TcpLink>> TcpLink::To(const std::string& address) {
  int target_port = 0;
  if (!absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &target_port)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", address, "\" has no port"));
  }
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in own = Loopback(0);
  socklen_t size = sizeof(own);
  if (listener < 0 || bind(listener, reinterpret_cast<sockaddr*>(&own), sizeof(own)) != 0 ||
      listen(listener, SOMAXCONN) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    if (listener >= 0) close(listener);
    return absl::UnavailableError("no port can be had");
  }
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  ONERETURN_CHECK(wake >= 0);
  return std::unique_ptr<TcpLink>(
      new TcpLink(listener, wake, absl::StrCat("127.0.0.1:", ntohs(own.sin_port)), target_port));
}

TcpLink::TcpLink(int listener, int wake, std::string address, int target_port)
    : listener_(listener), wake_(wake), address_(std::move(address)), target_port_(target_port) {
  thread_ = std::thread([this] { Run(); });
}

TcpLink::~TcpLink() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
  close(listener_);
  close(wake_);
}

void TcpLink::Wake() {
  const uint64_t one = 1;
  ONERETURN_CHECK(write(wake_, &one, sizeof(one)) == sizeof(one));
}

void TcpLink::CutAnswers(int per_mille, uint64_t seed) {
  std::lock_guard<std::mutex> lock(mutex_);
  cut_per_mille_ = per_mille;
  random_.seed(seed);
}

uint64_t TcpLink::cuts() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return cuts_;
}

void TcpLink::Darken() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    dark_ = true;
  }
  Wake();
}

void TcpLink::Light(AfterDark after) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    dark_ = false;
    if (after == AfterDark::kStayDead) forget_ = true;
  }
  Wake();
}

void TcpLink::Run() {
  // Of the listener, then of each way of each connection: what poll() found at who is read, and at
  // who is written to.
  std::vector<int> events;
  while (WaitForEvents(&events)) {
    if (events[0] != 0) Accept();
    size_t kept = 0;
    for (size_t i = 0; i < connections_.size(); ++i) {
      const size_t place = 1 + 4 * i;
      const bool had_events = place + 3 < events.size();
      if (had_events && !connections_[i]->dead && !Move(connections_[i].get(), events, place)) {
        continue;
      }
      if (kept != i) connections_[kept] = std::move(connections_[i]);
      ++kept;
    }
    connections_.resize(kept);
  }
}

bool TcpLink::WaitForEvents(std::vector<int>* events) {
  bool dark = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return false;
    dark = dark_;
    if (forget_) {
      // Those that connected in the dark and were not taken up yet are forgotten with the others.
      Accept();
      for (auto& connection : connections_) connection->dead = true;
      forget_ = false;
    }
  }
  std::vector<pollfd> polled = {{wake_, POLLIN, 0}, {dark ? -1 : listener_, POLLIN, 0}};
  for (const auto& connection : connections_) {
    const bool off = dark || connection->dead;
    for (const Connection::Way& way : connection->ways) {
      const bool reads = !off && way.held.empty() && !way.ended;
      polled.push_back({reads ? way.from : -1, POLLIN, 0});
      polled.push_back({!off && !way.held.empty() ? way.to : -1, POLLOUT, 0});
    }
  }
  while (poll(polled.data(), polled.size(), -1) < 0 && errno == EINTR) {
  }
  uint64_t woken = 0;
  if (polled[0].revents != 0) ONERETURN_CHECK(read(wake_, &woken, sizeof(woken)) > 0);
  events->clear();
  for (size_t i = 1; i < polled.size(); ++i) events->push_back(polled[i].revents);
  // Told to go dark meanwhile: what was found is left where it is.
  std::lock_guard<std::mutex> lock(mutex_);
  if (dark_) events->assign(events->size(), 0);
  return true;
}

void TcpLink::Accept() {
  while (true) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    const int service = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in target = Loopback(target_port_);
    ONERETURN_CHECK(service >= 0);
    // On the loopback a connection is made or refused at once, also to a process that is stopped.
    if (connect(service, reinterpret_cast<const sockaddr*>(&target), sizeof(target)) != 0) {
      ResetOnClose(client);
      close(client);
      close(service);
      continue;
    }
    SendAtOnce(client);
    SendAtOnce(service);
    connections_.push_back(std::make_unique<Connection>(client, service));
  }
}

bool TcpLink::IsToBeCut(const Connection& connection) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (connection.ways[1].bytes <= kHandshakeBytes) return false;
  if (static_cast<int>(random_() % 1'000) >= cut_per_mille_) return false;
  ++cuts_;
  return true;
}

bool TcpLink::Move(Connection* connection, const std::vector<int>& events, size_t place) {
  for (size_t i = 0; i < 2; ++i) {
    Connection::Way& way = connection->ways[i];
    if (events[place + 2 * i] != 0) {
      way.held.resize(kPieceBytes);
      const ssize_t count = recv(way.from, way.held.data(), way.held.size(), MSG_DONTWAIT);
      way.held.resize(count > 0 ? static_cast<size_t>(count) : 0);
      if (count < 0 && errno != EAGAIN) {
        ResetOnClose(way.from);
        ResetOnClose(way.to);
        return false;
      }
      if (count == 0) {
        way.ended = true;
        shutdown(way.to, SHUT_WR);
      }
      way.bytes += way.held.size();
      if (i == 1 && !way.held.empty() && IsToBeCut(*connection)) {
        ResetOnClose(way.from);
        ResetOnClose(way.to);
        return false;
      }
    }
    if (!way.held.empty()) {
      const ssize_t count =
          send(way.to, way.held.data(), way.held.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN) return false;
      if (count > 0) way.held.erase(0, static_cast<size_t>(count));
    }
  }
  const Connection::Way& there = connection->ways[0];
  const Connection::Way& back = connection->ways[1];
  return !(there.ended && back.ended && there.held.empty() && back.held.empty());
}

}  // namespace onereturn
