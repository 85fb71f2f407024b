// A peer that writes HTTP/2 frame by frame over TLS: what no honest client library would send.
#ifndef ONERETURN_TESTS_CONFORMANCE_HTTP2_PEER_H_
#define ONERETURN_TESTS_CONFORMANCE_HTTP2_PEER_H_

#include <openssl/ssl.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/config/v1/config.pb.h"

struct nghttp2_hd_inflater;

namespace onereturn {

// RFC 9113, sections 6 and 7.
enum FrameType : uint8_t {
  kDataFrame = 0,
  kHeadersFrame = 1,
  kResetFrame = 3,
  kSettingsFrame = 4,
  kPingFrame = 6,
  kGoAwayFrame = 7,
  kWindowUpdateFrame = 8,
  kContinuationFrame = 9,
};
inline constexpr uint8_t kEndStream = 1;    // Of data and headers.
inline constexpr uint8_t kAcknowledge = 1;  // Of settings and pings.
inline constexpr uint8_t kEndHeaders = 4;

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct PeerOptions {
  std::string address;         // "127.0.0.1:7401".
  config::v1::TlsFiles files;  // No certificate file: none is shown.
  int min_version = 0;         // As OpenSSL's TLS1_2_VERSION; 0: the library's.
  int max_version = 0;
  std::string ciphers = {};  // Of TLS 1.2 and below, in OpenSSL's words; empty: the library's.
  // Whether to acknowledge the server's settings and pings while reading.
  bool polite = true;
};

// What a stream came to.
struct PeerReply {
  HeaderList headers;  // Of the answer and its trailers, in order.
  std::string data;
  std::optional<uint32_t> reset;    // Error code of RST_STREAM.
  std::optional<uint32_t> go_away;  // Error code of GOAWAY.
  bool closed = false;              // The connection ended.
  bool timed_out = false;

  // The value of the last header of the name; "" for none.
  std::string Header(absl::string_view name) const;
};

// Thread-compatible.
class Http2Peer {
 public:
  // Connects and shakes hands; nothing of HTTP/2 yet. UNAVAILABLE when refused. With TLS 1.3 a
  // server refuses a certificate after the client believes all is well: the first read tells.
  static absl::StatusOr<std::unique_ptr<Http2Peer>> Connect(const PeerOptions& options);
  ~Http2Peer();

  // The preface and settings: identifier and value of each.
  void Begin(const std::vector<std::pair<uint16_t, uint32_t>>& settings = {});
  // False once the connection is gone.
  bool Write(absl::string_view bytes);
  bool WriteFrame(uint8_t type, uint8_t flags, uint32_t stream, absl::string_view payload);
  // Headers as HPACK literals.
  static std::string Pack(const HeaderList& headers);
  // A gRPC call's headers; more or other ones replace those of the same name. An empty value takes
  // the header out.
  static HeaderList CallHeaders(const std::string& path, const HeaderList& others = {});
  // A whole call: headers, and one message that ends the stream.
  void Call(uint32_t stream, const HeaderList& headers, absl::string_view data);
  // Five bytes, then the message.
  static std::string Framed(absl::string_view message, uint8_t flag = 0);

  // Reads until the stream has ended or the connection has.
  PeerReply Read(uint32_t stream, int64_t deadline_ms = 15'000);
  // Reads until the connection ends.
  PeerReply ReadToEnd(int64_t deadline_ms = 15'000) { return Read(UINT32_MAX, deadline_ms); }

  // Once all that was written before has been read by the server: it has acknowledged a ping. False
  // when the connection ended, or after the deadline.
  bool Ping(int64_t deadline_ms = 15'000);

  SSL* ssl() { return ssl_; }

 private:
  Http2Peer() = default;
  // Fills the buffer to `bytes`; false when it cannot be.
  bool Fill(size_t bytes, int64_t until_ms, PeerReply* reply);
  // One frame. True when it ends the reading: of stream 0, an acknowledged ping does.
  bool TakeFrame(uint32_t stream, uint8_t type, uint8_t flags, uint32_t of_stream,
                 const std::string& payload, PeerReply* reply);
  void Inflate(absl::string_view block, HeaderList* headers);

  int socket_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  nghttp2_hd_inflater* inflater_ = nullptr;
  bool polite_ = true;
  std::string buffer_;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CONFORMANCE_HTTP2_PEER_H_
