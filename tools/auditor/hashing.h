// SHA-256, by OpenSSL alone.
#ifndef ONERETURN_TOOLS_AUDITOR_HASHING_H_
#define ONERETURN_TOOLS_AUDITOR_HASHING_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace onereturn::auditor {

using Hash = std::array<uint8_t, 32>;

// SHA-256 of bytes that come piece by piece. Thread-compatible.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& Add(absl::string_view bytes);
  // Once, at the end.
  Hash Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Hash Sha256(absl::string_view bytes);

// The bytes of a hash, valid as long as it.
absl::string_view View(const Hash& hash);
// nullopt unless there are exactly 32 bytes.
std::optional<Hash> ToHash(absl::string_view bytes);
// Lower-case hexadecimal.
std::string Hex(absl::string_view bytes);
std::string Hex(const Hash& hash);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_HASHING_H_
