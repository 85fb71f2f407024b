#include "tests/conformance/http2_peer.h"

#include <nghttp2/nghttp2.h>
#include <openssl/err.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "tests/conformance/silent_connection.h"

namespace onereturn {
namespace {

constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t kFrameHeader = 9;

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string BigEndian(uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text.push_back(static_cast<char>(value >> (8 * i)));
  return text;
}

uint32_t Number(absl::string_view bytes) {
  uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// RFC 7541, section 5.1, with a prefix of seven bits.
std::string PackedLength(size_t length) {
  if (length < 127) return std::string(1, static_cast<char>(length));
  std::string text(1, '\x7f');
  for (length -= 127; length >= 128; length >>= 7) {
    text.push_back(static_cast<char>((length & 127) | 128));
  }
  text.push_back(static_cast<char>(length));
  return text;
}

}  // namespace

std::string PeerReply::Header(absl::string_view name) const {
  std::string value;
  for (const auto& [key, text] : headers) {
    if (key == name) value = text;
  }
  return value;
}

absl::StatusOr<std::unique_ptr<Http2Peer>> Http2Peer::Connect(const PeerOptions& options) {
  signal(SIGPIPE, SIG_IGN);  // A peer that is shut out goes on writing.
  std::unique_ptr<Http2Peer> peer(new Http2Peer());
  peer->polite_ = options.polite;
  peer->socket_ = ConnectTcp(options.address);
  if (peer->socket_ < 0) return absl::UnavailableError("cannot connect");
  // Short reads, so that a deadline is kept.
  const timeval patience{0, 100'000};
  setsockopt(peer->socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  const timeval long_patience{10, 0};
  setsockopt(peer->socket_, SOL_SOCKET, SO_SNDTIMEO, &long_patience, sizeof(long_patience));
  peer->context_ = SSL_CTX_new(TLS_client_method());
  SSL_CTX* const context = peer->context_;
  // What a hostile peer offers, whatever this machine's policy is.
  SSL_CTX_set_security_level(context, 0);
  if (options.min_version != 0) SSL_CTX_set_min_proto_version(context, options.min_version);
  if (options.max_version != 0) SSL_CTX_set_max_proto_version(context, options.max_version);
  if (!options.ciphers.empty()) SSL_CTX_set_cipher_list(context, options.ciphers.c_str());
  if (!options.files.certificate_file().empty()) {
    ONERETURN_CHECK(
        SSL_CTX_use_certificate_chain_file(context, options.files.certificate_file().c_str()) == 1);
    ONERETURN_CHECK(SSL_CTX_use_PrivateKey_file(context, options.files.key_file().c_str(),
                                                SSL_FILETYPE_PEM) == 1);
  }
  const unsigned char protocols[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context, protocols, sizeof(protocols));
  peer->ssl_ = SSL_new(context);
  SSL_set_fd(peer->ssl_, peer->socket_);
  const int64_t until = NowMs() + 10'000;
  while (true) {
    const int made = SSL_connect(peer->ssl_);
    if (made == 1) break;
    const bool waits = SSL_get_error(peer->ssl_, made) == SSL_ERROR_WANT_READ;
    ERR_clear_error();
    if (!waits || NowMs() > until) return absl::UnavailableError("the handshake was refused");
  }
  nghttp2_hd_inflate_new(&peer->inflater_);
  return peer;
}

Http2Peer::~Http2Peer() {
  if (inflater_ != nullptr) nghttp2_hd_inflate_del(inflater_);
  if (ssl_ != nullptr) SSL_free(ssl_);
  if (context_ != nullptr) SSL_CTX_free(context_);
  if (socket_ >= 0) close(socket_);
}

void Http2Peer::Begin(const std::vector<std::pair<uint16_t, uint32_t>>& settings) {
  std::string payload;
  for (const auto& [identifier, value] : settings) {
    payload += BigEndian(identifier, 2) + BigEndian(value, 4);
  }
  Write(kPreface);
  WriteFrame(kSettingsFrame, 0, 0, payload);
}

bool Http2Peer::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const int written = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    if (written <= 0) {
      ERR_clear_error();
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

bool Http2Peer::WriteFrame(uint8_t type, uint8_t flags, uint32_t stream,
                           absl::string_view payload) {
  return Write(absl::StrCat(BigEndian(payload.size(), 3), std::string(1, static_cast<char>(type)),
                            std::string(1, static_cast<char>(flags)), BigEndian(stream, 4),
                            payload));
}

std::string Http2Peer::Pack(const HeaderList& headers) {
  std::string block;
  for (const auto& [name, value] : headers) {
    absl::StrAppend(&block, std::string(1, '\0'), PackedLength(name.size()), name,
                    PackedLength(value.size()), value);
  }
  return block;
}

HeaderList Http2Peer::CallHeaders(const std::string& path, const HeaderList& others) {
  HeaderList headers = {{":method", "POST"}, {":scheme", "https"},
                        {":path", path},     {":authority", "onereturn"},
                        {"te", "trailers"},  {"content-type", "application/grpc"}};
  for (const auto& other : others) {
    auto known = std::find_if(headers.begin(), headers.end(),
                              [&](const auto& header) { return header.first == other.first; });
    if (known == headers.end()) {
      headers.push_back(other);
    } else if (other.second.empty()) {
      headers.erase(known);
    } else {
      known->second = other.second;
    }
  }
  return headers;
}

void Http2Peer::Call(uint32_t stream, const HeaderList& headers, absl::string_view data) {
  WriteFrame(kHeadersFrame, kEndHeaders, stream, Pack(headers));
  constexpr size_t kFrameBytes = 16 * 1024;
  while (data.size() > kFrameBytes) {
    WriteFrame(kDataFrame, 0, stream, data.substr(0, kFrameBytes));
    data.remove_prefix(kFrameBytes);
  }
  WriteFrame(kDataFrame, kEndStream, stream, data);
}

std::string Http2Peer::Framed(absl::string_view message, uint8_t flag) {
  return absl::StrCat(std::string(1, static_cast<char>(flag)), BigEndian(message.size(), 4),
                      message);
}

bool Http2Peer::Fill(size_t bytes, int64_t until_ms, PeerReply* reply) {
  char chunk[16 * 1024];
  while (buffer_.size() < bytes) {
    const int got = SSL_read(ssl_, chunk, sizeof(chunk));
    if (got > 0) {
      buffer_.append(chunk, static_cast<size_t>(got));
      continue;
    }
    const int error = SSL_get_error(ssl_, got);
    ERR_clear_error();
    if (error != SSL_ERROR_WANT_READ) {
      reply->closed = true;
      return false;
    }
    if (NowMs() > until_ms) {
      reply->timed_out = true;
      return false;
    }
  }
  return true;
}

void Http2Peer::Inflate(absl::string_view block, HeaderList* headers) {
  const auto* next = reinterpret_cast<const uint8_t*>(block.data());
  size_t left = block.size();
  while (true) {
    nghttp2_nv header;
    int flags = 0;
    const ssize_t used = nghttp2_hd_inflate_hd2(inflater_, &header, &flags, next, left, 1);
    if (used < 0) return;
    next += used;
    left -= static_cast<size_t>(used);
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      headers->emplace_back(std::string(reinterpret_cast<char*>(header.name), header.namelen),
                            std::string(reinterpret_cast<char*>(header.value), header.valuelen));
    }
    if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) {
      nghttp2_hd_inflate_end_headers(inflater_);
      return;
    }
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && left == 0) return;
  }
}

bool Http2Peer::TakeFrame(uint32_t stream, uint8_t type, uint8_t flags, uint32_t of_stream,
                          const std::string& payload, PeerReply* reply) {
  switch (type) {
    case kSettingsFrame:
      if (polite_ && (flags & kAcknowledge) == 0) WriteFrame(kSettingsFrame, kAcknowledge, 0, "");
      return false;
    case kPingFrame:
      if (polite_ && (flags & kAcknowledge) == 0) WriteFrame(kPingFrame, kAcknowledge, 0, payload);
      return stream == 0 && (flags & kAcknowledge) != 0;
    case kGoAwayFrame:
      if (payload.size() >= 8) reply->go_away = Number(absl::string_view(payload).substr(4, 4));
      return false;
    case kHeadersFrame: {
      HeaderList headers;  // Always inflated: the state is the connection's.
      Inflate(payload, &headers);
      if (of_stream != stream) return false;
      reply->headers.insert(reply->headers.end(), headers.begin(), headers.end());
      return (flags & kEndStream) != 0;
    }
    case kDataFrame:
      if (of_stream != stream) return false;
      reply->data += payload;
      return (flags & kEndStream) != 0;
    case kResetFrame:
      if (of_stream != stream) return false;
      reply->reset = Number(payload);
      return true;
    default:
      return false;
  }
}

bool Http2Peer::Ping(int64_t deadline_ms) {
  if (!WriteFrame(kPingFrame, 0, 0, "12345678")) return false;
  const PeerReply reply = Read(0, deadline_ms);
  return !reply.closed && !reply.timed_out;
}

PeerReply Http2Peer::Read(uint32_t stream, int64_t deadline_ms) {
  PeerReply reply;
  const int64_t until = NowMs() + deadline_ms;
  while (Fill(kFrameHeader, until, &reply)) {
    const std::string header = buffer_.substr(0, kFrameHeader);
    const size_t length = Number(absl::string_view(header).substr(0, 3));
    if (!Fill(kFrameHeader + length, until, &reply)) break;
    const std::string payload = buffer_.substr(kFrameHeader, length);
    buffer_.erase(0, kFrameHeader + length);
    const uint32_t of_stream = Number(absl::string_view(header).substr(5, 4)) & 0x7fffffff;
    if (TakeFrame(stream, static_cast<uint8_t>(header[3]), static_cast<uint8_t>(header[4]),
                  of_stream, payload, &reply)) {
      break;
    }
  }
  return reply;
}

}  // namespace onereturn
