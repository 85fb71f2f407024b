#include "common/ledger/signing.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/digest/digest.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr size_t kRawKeyBytes = 32;
constexpr size_t kKeyIdBytes = 8;
constexpr size_t kPemBytesMax = 64 * 1024;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Bio = std::unique_ptr<BIO, FreeBio>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// An expected failure must not stay in the library's error queue and be taken for another's.
absl::Status Invalid(absl::string_view message) {
  ERR_clear_error();
  return absl::InvalidArgumentError(message);
}

absl::Status LibraryFailure(absl::string_view what) {
  ERR_clear_error();
  return absl::InternalError(absl::StrCat("The cryptographic library could not ", what, "."));
}

// Without it the library would ask for the passphrase of an encrypted key on the terminal.
int RefusePassphrase(char*, int, int, void*) { return -1; }

const unsigned char* Unsigned(absl::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

absl::StatusOr<Bio> OpenPem(absl::string_view pem) {
  if (pem.empty() || pem.size() > kPemBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("A key file in PEM form is wanted; this one has ", pem.size(), " bytes."));
  }
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) return LibraryFailure("read a key");
  return bio;
}

std::string BioText(BIO* bio) {
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(bytes));
}

absl::StatusOr<std::string> RawPublicBytes(const EVP_PKEY* key) {
  std::string raw(kRawKeyBytes, '\0');
  size_t bytes = raw.size();
  if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &bytes) != 1 ||
      bytes != kRawKeyBytes) {
    return LibraryFailure("take the public half of a key");
  }
  return raw;
}

absl::StatusOr<std::string> PublicPem(EVP_PKEY* key) {
  Bio bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || PEM_write_bio_PUBKEY(bio.get(), key) != 1) {
    return LibraryFailure("write a public key");
  }
  return BioText(bio.get());
}

}  // namespace

struct VerifyingKey::State {
  Key key;
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
  state->key.reset(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Unsigned(bytes), bytes.size()));
  if (state->key == nullptr) return Invalid("These 32 bytes are no Ed25519 public key.");
  state->raw_bytes = std::string(bytes);
  const Digest digest = Sha256(bytes);
  state->key_id = absl::BytesToHexString(DigestBytes(digest).substr(0, kKeyIdBytes));
  ASSIGN_OR_RETURN(state->pem, PublicPem(state->key.get()));
  return VerifyingKey(std::move(state));
}

absl::StatusOr<VerifyingKey> VerifyingKey::FromPem(absl::string_view pem) {
  ASSIGN_OR_RETURN(const Bio bio, OpenPem(pem));
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, RefusePassphrase, nullptr));
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
  const Context context(EVP_MD_CTX_new());
  if (context == nullptr ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) != 1) {
    return LibraryFailure("prepare to verify a signature");
  }
  if (EVP_DigestVerify(context.get(), Unsigned(signature), signature.size(), Unsigned(message),
                       message.size()) != 1) {
    ERR_clear_error();
    return absl::DataLossError(
        absl::StrCat("The signature is not one of key ", state_->key_id, " on these bytes."));
  }
  return absl::OkStatus();
}

struct SigningKey::State {
  State(Key private_key, VerifyingKey public_key)
      : key(std::move(private_key)), verifying_key(std::move(public_key)) {}

  static absl::StatusOr<SigningKey> Wrap(Key key) {
    ASSIGN_OR_RETURN(const std::string raw, RawPublicBytes(key.get()));
    ASSIGN_OR_RETURN(VerifyingKey verifying_key, VerifyingKey::FromRawBytes(raw));
    return SigningKey(std::make_shared<State>(std::move(key), std::move(verifying_key)));
  }

  Key key;
  VerifyingKey verifying_key;
};

SigningKey::SigningKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}

absl::StatusOr<SigningKey> SigningKey::Generate() {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (key == nullptr) return LibraryFailure("make a key");
  return State::Wrap(std::move(key));
}

absl::StatusOr<SigningKey> SigningKey::FromPem(absl::string_view pem) {
  ASSIGN_OR_RETURN(const Bio bio, OpenPem(pem));
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, RefusePassphrase, nullptr));
  if (key == nullptr || EVP_PKEY_is_a(key.get(), "ED25519") != 1) {
    return Invalid(
        "The file does not hold an unencrypted Ed25519 private key (-----BEGIN PRIVATE KEY-----).");
  }
  return State::Wrap(std::move(key));
}

absl::StatusOr<std::string> SigningKey::ToPem() const {
  const Bio bio(BIO_new(BIO_s_secmem()));
  if (bio == nullptr || PEM_write_bio_PrivateKey(bio.get(), state_->key.get(), nullptr, nullptr, 0,
                                                 nullptr, nullptr) != 1) {
    return LibraryFailure("write a private key");
  }
  return BioText(bio.get());
}

const VerifyingKey& SigningKey::verifying_key() const { return state_->verifying_key; }

absl::StatusOr<Signature> SigningKey::Sign(absl::string_view message) const {
  const Context context(EVP_MD_CTX_new());
  Signature signature;
  size_t bytes = signature.size();
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &bytes, Unsigned(message), message.size()) !=
          1 ||
      bytes != kSignatureBytes) {
    return LibraryFailure("sign");
  }
  return signature;
}

}  // namespace onereturn
