#include "common/digest/digest.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/digest/openssl_owners.h"

namespace onereturn {
namespace {

// Fetched once: a fetch takes a lock and searches the providers, which costs more than a small
// hash.
const EVP_MD* Algorithm() {
  static const EVP_MD* const algorithm = [] {
    const EVP_MD* fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    ONERETURN_CHECK(fetched != nullptr);
    return fetched;
  }();
  return algorithm;
}

openssl::DigestContext NewContext() {
  openssl::DigestContext context(EVP_MD_CTX_new());
  ONERETURN_CHECK(context != nullptr);
  return context;
}

void Start(EVP_MD_CTX* context) {
  ONERETURN_CHECK(EVP_DigestInit_ex2(context, Algorithm(), nullptr) == 1);
}

void Add(EVP_MD_CTX* context, absl::string_view bytes) {
  ONERETURN_CHECK(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
}

Digest End(EVP_MD_CTX* context) {
  Digest digest;
  unsigned int written = 0;
  ONERETURN_CHECK(EVP_DigestFinal_ex(context, digest.data(), &written) == 1 &&
                  written == kDigestBytes);
  return digest;
}

}  // namespace

Digest Sha256(absl::string_view bytes) { return Sha256Concatenated({bytes}); }

Digest Sha256Concatenated(std::initializer_list<absl::string_view> parts) {
  thread_local const openssl::DigestContext context = NewContext();
  Start(context.get());
  for (absl::string_view part : parts) Add(context.get(), part);
  return End(context.get());
}

struct Sha256Stream::State {
  openssl::DigestContext context = NewContext();
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) { Start(state_->context.get()); }
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::Update(absl::string_view bytes) { Add(state_->context.get(), bytes); }

Digest Sha256Stream::Finish() {
  const Digest digest = End(state_->context.get());
  Start(state_->context.get());
  return digest;
}

std::string DigestToHex(const Digest& digest) {
  return absl::BytesToHexString(DigestBytes(digest));
}

absl::StatusOr<Digest> DigestFromHex(absl::string_view hex) {
  if (hex.size() != 2 * kDigestBytes ||
      !std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit)) {
    return absl::InvalidArgumentError(
        absl::StrCat("A SHA-256 is written as 64 hexadecimal digits; this text has ", hex.size(),
                     " characters or other characters."));
  }
  return DigestFromBytes(absl::HexStringToBytes(hex));
}

absl::string_view DigestBytes(const Digest& digest) {
  return absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size());
}

absl::StatusOr<Digest> DigestFromBytes(absl::string_view bytes) {
  if (bytes.size() != kDigestBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("A SHA-256 has 32 bytes; here are ", bytes.size(), "."));
  }
  Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

}  // namespace onereturn
