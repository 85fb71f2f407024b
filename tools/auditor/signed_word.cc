#include "tools/auditor/signed_word.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "tools/auditor/hashing.h"

namespace onereturn::auditor {
namespace {

constexpr absl::string_view kHeadDomain("onereturn tree head 1\0", 22);
constexpr absl::string_view kChangeDomain("onereturn key change 1\0", 23);
constexpr size_t kKeyBytes = 32;
constexpr size_t kMostServiceLetters = 64;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using OwnedKey = std::unique_ptr<EVP_PKEY, FreeKey>;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

OwnedKey Load(absl::string_view bytes) {
  return OwnedKey(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
}

void AppendBigEndian(uint64_t number, std::string* bytes) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes->push_back(static_cast<char>(number >> shift & 0xff));
  }
}

bool IsServiceName(absl::string_view name) {
  if (name.empty() || name.size() > kMostServiceLetters) return false;
  for (const char letter : name) {
    const bool good =
        (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
    if (!good) return false;
  }
  return true;
}

}  // namespace

std::string PublicKey::id() const {
  constexpr size_t kIdBytes = 8;
  return Hex(View(Sha256(bytes)).substr(0, kIdBytes));
}

bool PublicKey::Signed(absl::string_view message, absl::string_view signature) const {
  const OwnedKey key = Load(bytes);
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  if (key == nullptr ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) {
    return false;
  }
  return EVP_DigestVerify(context.get(), reinterpret_cast<const uint8_t*>(signature.data()),
                          signature.size(), reinterpret_cast<const uint8_t*>(message.data()),
                          message.size()) == 1;
}

std::optional<PublicKey> PublicKeyFromPem(absl::string_view pem) {
  const std::unique_ptr<BIO, FreeBio> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const OwnedKey key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (key == nullptr || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519) return std::nullopt;
  std::string bytes(kKeyBytes, '\0');
  size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<uint8_t*>(bytes.data()), &size) !=
      1) {
    return std::nullopt;
  }
  return PublicKeyFromBytes(bytes);
}

std::optional<PublicKey> PublicKeyFromBytes(absl::string_view bytes) {
  if (bytes.size() != kKeyBytes || Load(bytes) == nullptr) return std::nullopt;
  return PublicKey{std::string(bytes)};
}

std::optional<int64_t> Micros(const google::protobuf::Timestamp& time) {
  constexpr int64_t kMillion = 1'000'000;
  // The years 1 to 9999.
  constexpr int64_t kFirst = -62'135'596'800;
  constexpr int64_t kLast = 253'402'300'799;
  if (time.seconds() < kFirst || time.seconds() > kLast) return std::nullopt;
  if (time.nanos() < 0 || time.nanos() >= 1'000 * kMillion || time.nanos() % 1'000 != 0) {
    return std::nullopt;
  }
  return time.seconds() * kMillion + time.nanos() / 1'000;
}

std::optional<std::string> HeadBytes(const ledger::v1::SignedHead& head) {
  const std::optional<int64_t> micros = Micros(head.time());
  if (!IsServiceName(head.service()) || !ToHash(head.root()).has_value() || !micros.has_value()) {
    return std::nullopt;
  }
  std::string bytes(kHeadDomain);
  bytes.push_back(static_cast<char>(head.service().size()));
  bytes.append(head.service());
  AppendBigEndian(head.epoch(), &bytes);
  AppendBigEndian(head.size(), &bytes);
  bytes.append(head.root());
  AppendBigEndian(static_cast<uint64_t>(*micros), &bytes);
  return bytes;
}

bool HeadIsSigned(const ledger::v1::SignedHead& head, const PublicKey& key) {
  const std::optional<std::string> bytes = HeadBytes(head);
  return bytes.has_value() && head.key_id() == key.id() && key.Signed(*bytes, head.signature());
}

bool KeyChangeIsSigned(const feed::v1::SigningKeyChanged& change, absl::string_view service,
                       uint64_t epoch, uint64_t sequence) {
  const std::optional<PublicKey> old_key = PublicKeyFromBytes(change.old_public_key());
  const std::optional<PublicKey> new_key = PublicKeyFromBytes(change.new_public_key());
  if (!old_key.has_value() || !new_key.has_value() || !IsServiceName(service)) return false;
  std::string bytes(kChangeDomain);
  bytes.push_back(static_cast<char>(service.size()));
  bytes.append(service.data(), service.size());
  AppendBigEndian(epoch, &bytes);
  AppendBigEndian(sequence, &bytes);
  bytes += old_key->bytes + new_key->bytes;
  return old_key->Signed(bytes, change.old_key_signature()) &&
         new_key->Signed(bytes, change.new_key_signature());
}

}  // namespace onereturn::auditor
