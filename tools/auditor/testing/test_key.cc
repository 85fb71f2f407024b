#include "tools/auditor/testing/test_key.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdlib>

#include "absl/strings/escaping.h"

namespace onereturn::auditor {
namespace {

EVP_PKEY* Load(const std::string& seed) {
  return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                      reinterpret_cast<const uint8_t*>(seed.data()), seed.size());
}

std::string BigEndian(uint64_t number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
  return bytes;
}

}  // namespace

TestKey TestKey::OfRfc8032() {
  return TestKey(
      absl::HexStringToBytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
}

PublicKey TestKey::public_key() const {
  EVP_PKEY* key = Load(seed_);
  std::string bytes(32, '\0');
  size_t size = bytes.size();
  EVP_PKEY_get_raw_public_key(key, reinterpret_cast<uint8_t*>(bytes.data()), &size);
  EVP_PKEY_free(key);
  return PublicKey{bytes};
}

std::string TestKey::Pem() const {
  EVP_PKEY* key = Load(seed_);
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<size_t>(size));
  BIO_free(bio);
  EVP_PKEY_free(key);
  return pem;
}

std::string TestKey::Sign(const std::string& message) const {
  EVP_PKEY* key = Load(seed_);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::string signature(64, '\0');
  size_t size = signature.size();
  if (EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key) != 1 ||
      EVP_DigestSign(context, reinterpret_cast<uint8_t*>(signature.data()), &size,
                     reinterpret_cast<const uint8_t*>(message.data()), message.size()) != 1) {
    std::abort();
  }
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return signature;
}

void TestKey::SignHead(ledger::v1::SignedHead* head) const {
  head->set_key_id(public_key().id());
  head->set_signature(Sign(HeadBytes(*head).value_or("")));
}

feed::v1::SigningKeyChanged ChangeOfKeys(const TestKey& from, const TestKey& to,
                                         const std::string& service, uint64_t epoch,
                                         uint64_t sequence) {
  feed::v1::SigningKeyChanged change;
  change.set_old_public_key(from.public_key().bytes);
  change.set_new_public_key(to.public_key().bytes);
  // From the grammar of common/ledger/key_change.h.
  const std::string bytes = std::string("onereturn key change 1") + '\0' +
                            static_cast<char>(service.size()) + service + BigEndian(epoch) +
                            BigEndian(sequence) + from.public_key().bytes + to.public_key().bytes;
  change.set_old_key_signature(from.Sign(bytes));
  change.set_new_key_signature(to.Sign(bytes));
  return change;
}

}  // namespace onereturn::auditor
