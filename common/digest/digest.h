// SHA-256, the one hash of the project: content addresses, ledger leaves and nodes, content hashes.
#ifndef ONERETURN_COMMON_DIGEST_DIGEST_H_
#define ONERETURN_COMMON_DIGEST_DIGEST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

inline constexpr size_t kDigestBytes = 32;

// A SHA-256 value (FIPS 180-4). Compares bytewise.
using Digest = std::array<uint8_t, kDigestBytes>;

// The digest of `bytes`. Thread safe. Aborts the process if the cryptographic library cannot hash
// at all (out of memory, or no provider): nothing this project promises holds without it.
Digest Sha256(absl::string_view bytes);

// The digest of all the parts, one after the other, without copying them together.
Digest Sha256Concatenated(std::initializer_list<absl::string_view> parts);

// The digest of bytes that arrive in pieces. One thread at a time. A moved-from stream may only be
// destroyed or assigned to.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;

  void Update(absl::string_view bytes);

  // The digest of everything given since construction or since the last Finish(). The stream is
  // then empty and may be used again.
  Digest Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// 64 lower-case hexadecimal digits.
std::string DigestToHex(const Digest& digest);

// The reverse; digits of either case. INVALID_ARGUMENT unless exactly 64 hexadecimal digits.
absl::StatusOr<Digest> DigestFromHex(absl::string_view hex);

// The 32 raw bytes, as a view into `digest`, which must outlive it.
absl::string_view DigestBytes(const Digest& digest);

// A temporary would leave the view dangling.
absl::string_view DigestBytes(Digest&& digest) = delete;

// The reverse. INVALID_ARGUMENT unless exactly 32 bytes.
absl::StatusOr<Digest> DigestFromBytes(absl::string_view bytes);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_DIGEST_DIGEST_H_
