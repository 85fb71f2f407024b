#include "tools/auditor/hashing.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/escaping.h"

namespace onereturn::auditor {

struct Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher() : state_(std::make_unique<State>()) {
  // Without SHA-256 nothing can be audited at all.
  if (EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1) std::abort();
}

Hasher::~Hasher() = default;

Hasher& Hasher::Add(absl::string_view bytes) {
  if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1) std::abort();
  return *this;
}

Hash Hasher::Finish() {
  Hash hash;
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(state_->context, hash.data(), &size) != 1 || size != hash.size()) {
    std::abort();
  }
  return hash;
}

Hash Sha256(absl::string_view bytes) { return Hasher().Add(bytes).Finish(); }

absl::string_view View(const Hash& hash) {
  return absl::string_view(reinterpret_cast<const char*>(hash.data()), hash.size());
}

std::optional<Hash> ToHash(absl::string_view bytes) {
  Hash hash;
  if (bytes.size() != hash.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }
std::string Hex(const Hash& hash) { return Hex(View(hash)); }

}  // namespace onereturn::auditor
