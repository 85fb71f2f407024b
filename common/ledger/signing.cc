#include "common/ledger/signing.h"

#include <openssl/pem.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/digest/digest.h"
#include "common/digest/openssl_owners.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr size_t kPemBytesMax = 64 * 1024;

// An expected failure must not stay in the library's error queue and be taken for another's.
absl::Status Invalid(absl::string_view message) {
  ERR_clear_error();
  return absl::InvalidArgumentError(message);
}

absl::StatusOr<openssl::Bio> OpenPem(absl::string_view pem) {
  if (pem.empty() || pem.size() > kPemBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("A key file in PEM form is wanted; this one has ", pem.size(), " bytes."));
  }
  openssl::Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) return openssl::Failure("read a key");
  return bio;
}

absl::StatusOr<std::string> RawPublicBytes(const EVP_PKEY* key) {
  std::string raw(kRawKeyBytes, '\0');
  size_t bytes = raw.size();
  if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &bytes) != 1 ||
      bytes != kRawKeyBytes) {
    return openssl::Failure("take the public half of a key");
  }
  return raw;
}

absl::StatusOr<std::string> PublicPem(EVP_PKEY* key) {
  openssl::Bio bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || PEM_write_bio_PUBKEY(bio.get(), key) != 1) {
    return openssl::Failure("write a public key");
  }
  return openssl::TextOf(bio.get());
}

}  // namespace

struct VerifyingKey::State {
  openssl::Key key;
  std::string raw_bytes;
  std::string key_id;
  std::string pem;
};

VerifyingKey::VerifyingKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}

absl::StatusOr<VerifyingKey> VerifyingKey::FromRawBytes(absl::string_view bytes) {
  if (bytes.size() != kRawKeyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("An Ed25519 public key has 32 bytes; here are ", bytes.size(), "."));
  }
  auto state = std::make_shared<State>();
  state->key.reset(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, openssl::Unsigned(bytes),
                                               bytes.size()));
  if (state->key == nullptr) return Invalid("These 32 bytes are no Ed25519 public key.");
  state->raw_bytes = std::string(bytes);
  const Digest digest = Sha256(bytes);
  state->key_id = absl::BytesToHexString(DigestBytes(digest).substr(0, kKeyIdBytes));
  ASSIGN_OR_RETURN(state->pem, PublicPem(state->key.get()));
  return VerifyingKey(std::move(state));
}

absl::StatusOr<VerifyingKey> VerifyingKey::FromPem(absl::string_view pem) {
  ASSIGN_OR_RETURN(const openssl::Bio bio, OpenPem(pem));
  const openssl::Key key(
      PEM_read_bio_PUBKEY(bio.get(), nullptr, openssl::RefusePassphrase, nullptr));
  if (key == nullptr || EVP_PKEY_is_a(key.get(), "ED25519") != 1) {
    return Invalid("The file does not hold an Ed25519 public key (-----BEGIN PUBLIC KEY-----).");
  }
  ASSIGN_OR_RETURN(const std::string raw, RawPublicBytes(key.get()));
  return FromRawBytes(raw);
}

std::string VerifyingKey::ToPem() const { return state_->pem; }
const std::string& VerifyingKey::raw_bytes() const { return state_->raw_bytes; }
const std::string& VerifyingKey::key_id() const { return state_->key_id; }

absl::Status VerifyingKey::Verify(absl::string_view message, absl::string_view signature) const {
  if (signature.size() != kSignatureBytes) {
    return absl::DataLossError(
        absl::StrCat("An Ed25519 signature has 64 bytes; here are ", signature.size(), "."));
  }
  const openssl::DigestContext context(EVP_MD_CTX_new());
  if (context == nullptr ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) != 1) {
    return openssl::Failure("prepare to verify a signature");
  }
  if (EVP_DigestVerify(context.get(), openssl::Unsigned(signature), signature.size(),
                       openssl::Unsigned(message), message.size()) != 1) {
    ERR_clear_error();
    return absl::DataLossError(
        absl::StrCat("The signature is not one of key ", state_->key_id, " on these bytes."));
  }
  return absl::OkStatus();
}

struct SigningKey::State {
  State(openssl::Key private_key, VerifyingKey public_key)
      : key(std::move(private_key)), verifying_key(std::move(public_key)) {}

  static absl::StatusOr<SigningKey> Wrap(openssl::Key key) {
    ASSIGN_OR_RETURN(const std::string raw, RawPublicBytes(key.get()));
    ASSIGN_OR_RETURN(VerifyingKey verifying_key, VerifyingKey::FromRawBytes(raw));
    return SigningKey(std::make_shared<State>(std::move(key), std::move(verifying_key)));
  }

  openssl::Key key;
  VerifyingKey verifying_key;
};

SigningKey::SigningKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}

absl::StatusOr<SigningKey> SigningKey::Generate() {
  openssl::Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (key == nullptr) return openssl::Failure("make a key");
  return State::Wrap(std::move(key));
}

absl::StatusOr<SigningKey> SigningKey::FromPem(absl::string_view pem) {
  ASSIGN_OR_RETURN(const openssl::Bio bio, OpenPem(pem));
  openssl::Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, openssl::RefusePassphrase, nullptr));
  if (key == nullptr || EVP_PKEY_is_a(key.get(), "ED25519") != 1) {
    return Invalid(
        "The file does not hold an unencrypted Ed25519 private key (-----BEGIN PRIVATE KEY-----).");
  }
  return State::Wrap(std::move(key));
}

absl::StatusOr<std::string> SigningKey::ToPem() const {
  const openssl::Bio bio(BIO_new(BIO_s_secmem()));
  if (bio == nullptr || PEM_write_bio_PrivateKey(bio.get(), state_->key.get(), nullptr, nullptr, 0,
                                                 nullptr, nullptr) != 1) {
    return openssl::Failure("write a private key");
  }
  return openssl::TextOf(bio.get());
}

const VerifyingKey& SigningKey::verifying_key() const { return state_->verifying_key; }

absl::StatusOr<Signature> SigningKey::Sign(absl::string_view message) const {
  const openssl::DigestContext context(EVP_MD_CTX_new());
  Signature signature;
  size_t bytes = signature.size();
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &bytes, openssl::Unsigned(message),
                     message.size()) != 1 ||
      bytes != kSignatureBytes) {
    return openssl::Failure("sign");
  }
  return signature;
}

}  // namespace onereturn
