#include "common/token/token_signer.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/digest/openssl_owners.h"
#include "common/status/status_macros.h"
#include "common/token/base64url.h"
#include "common/token/signature_bytes.h"
#include "common/token/token_verifier.h"

namespace onereturn {
namespace {

constexpr size_t kTokenIdBytes = 16;
constexpr size_t kTokenKeyIdBytes = 12;
constexpr size_t kMostPemBytes = 16 * 1024;

// JSON for a text of ours: a quote, a backslash and controls are escaped.
std::string Quoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppend(&quoted, "\\u", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad4));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

int64_t SecondsOf(Timestamp time) { return time.micros / 1'000'000; }

std::string NumberBytes(const EVP_PKEY* key, const char* name) {
  BIGNUM* read = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &read) != 1) return "";
  const openssl::Number number(read);
  std::string bytes(kTokenNumberBytes, '\0');
  if (BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()),
                   static_cast<int>(bytes.size())) != static_cast<int>(bytes.size())) {
    return "";
  }
  return bytes;
}

// The two numbers of ES256, one after the other.
absl::StatusOr<std::string> FromAsn1(absl::string_view asn1) {
  const auto* text = reinterpret_cast<const unsigned char*>(asn1.data());
  const openssl::EcSignature pair(d2i_ECDSA_SIG(nullptr, &text, static_cast<long>(asn1.size())));
  if (pair == nullptr) return openssl::Failure("read a signature");
  std::string bytes(kTokenSignatureBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  if (BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, kTokenNumberBytes) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + kTokenNumberBytes, kTokenNumberBytes) < 0) {
    return openssl::Failure("read a signature");
  }
  return bytes;
}

}  // namespace

struct TokenSigner::State {
  TokenAlgorithm algorithm = TokenAlgorithm::kEs256;
  openssl::Key key;
  std::string x;  // As in a JWK.
  std::string y;  // Empty for EdDSA.
  std::string key_id;
};

absl::StatusOr<TokenSigner> TokenSigner::FromState(std::shared_ptr<State> state) {
  if (state->algorithm == TokenAlgorithm::kEs256) {
    const std::string x = NumberBytes(state->key.get(), OSSL_PKEY_PARAM_EC_PUB_X);
    const std::string y = NumberBytes(state->key.get(), OSSL_PKEY_PARAM_EC_PUB_Y);
    if (x.empty() || y.empty()) return openssl::Failure("take the public half of a key");
    state->x = Base64UrlEncode(x);
    state->y = Base64UrlEncode(y);
  } else {
    std::string raw(kTokenNumberBytes, '\0');
    size_t size = raw.size();
    if (EVP_PKEY_get_raw_public_key(state->key.get(), reinterpret_cast<unsigned char*>(raw.data()),
                                    &size) != 1) {
      return openssl::Failure("take the public half of a key");
    }
    state->x = Base64UrlEncode(raw);
  }
  const Digest digest = Sha256(absl::StrCat(state->x, ".", state->y));
  state->key_id = Base64UrlEncode(DigestBytes(digest).substr(0, kTokenKeyIdBytes));
  return TokenSigner(std::move(state));
}

absl::StatusOr<TokenSigner> TokenSigner::Generate(TokenAlgorithm algorithm) {
  auto state = std::make_shared<State>();
  state->algorithm = algorithm;
  state->key.reset(algorithm == TokenAlgorithm::kEs256
                       ? EVP_EC_gen("P-256")
                       : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (state->key == nullptr) return openssl::Failure("make a key");
  return FromState(std::move(state));
}

absl::StatusOr<TokenSigner> TokenSigner::FromPem(absl::string_view pem) {
  const openssl::Bio bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(std::min(pem.size(), kMostPemBytes))));
  auto state = std::make_shared<State>();
  state->key.reset(bio == nullptr ? nullptr
                                  : PEM_read_bio_PrivateKey(bio.get(), nullptr,
                                                            openssl::RefusePassphrase, nullptr));
  ERR_clear_error();
  if (state->key == nullptr) {
    return absl::InvalidArgumentError("it is not an unencrypted private key in PEM form");
  }
  char group[32] = {};
  size_t size = 0;
  if (EVP_PKEY_is_a(state->key.get(), "ED25519") == 1) {
    state->algorithm = TokenAlgorithm::kEdDsa;
  } else if (EVP_PKEY_is_a(state->key.get(), "EC") != 1 ||
             EVP_PKEY_get_group_name(state->key.get(), group, sizeof(group), &size) != 1 ||
             absl::string_view(group, size) != "prime256v1") {
    ERR_clear_error();
    return absl::InvalidArgumentError("it is a key of neither P-256 nor Ed25519");
  }
  return FromState(std::move(state));
}

absl::StatusOr<std::string> TokenSigner::ToPem() const {
  const openssl::Bio bio(BIO_new(BIO_s_secmem()));
  if (bio == nullptr || PEM_write_bio_PKCS8PrivateKey(bio.get(), state_->key.get(), nullptr,
                                                      nullptr, 0, nullptr, nullptr) != 1) {
    return openssl::Failure("write a private key");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

TokenAlgorithm TokenSigner::algorithm() const { return state_->algorithm; }

const std::string& TokenSigner::key_id() const { return state_->key_id; }

std::string TokenSigner::ToKeySet() const {
  const bool es256 = state_->algorithm == TokenAlgorithm::kEs256;
  return absl::StrCat(
      R"({"keys":[{"kty":)", es256 ? R"("EC","crv":"P-256")" : R"("OKP","crv":"Ed25519")",
      R"(,"use":"sig","alg":")", NameOf(state_->algorithm), R"(","kid":")", state_->key_id,
      R"(","x":")", state_->x, es256 ? absl::StrCat(R"(","y":")", state_->y) : "", "\"}]}\n");
}

absl::StatusOr<std::string> TokenSigner::Sign(const TokenClaims& claims) const {
  const std::string header = absl::StrCat(R"({"alg":")", NameOf(state_->algorithm),
                                          R"(","typ":"at+jwt","kid":")", state_->key_id, "\"}");
  const std::string thumbprint = Base64UrlEncode(DigestBytes(claims.certificate));
  return SignText(
      header,
      absl::StrCat(
          R"({"iss":)", Quoted(claims.issuer), R"(,"aud":)", Quoted(kTokenAudience), R"(,"sub":)",
          Quoted(claims.subject), R"(,"ods":)", Quoted(claims.organisation), R"(,"jti":)",
          Quoted(claims.token_id), R"(,"iat":)", SecondsOf(claims.issued), R"(,"nbf":)",
          SecondsOf(claims.issued), R"(,"exp":)", SecondsOf(claims.expires),
          R"(,"cnf":{"x5t#S256":)", Quoted(thumbprint), "}",
          claims.purpose.empty() ? "" : absl::StrCat(",\"purpose\":", Quoted(claims.purpose)),
          "}"));
}

absl::StatusOr<std::string> TokenSigner::SignText(absl::string_view header,
                                                  absl::string_view body) const {
  const std::string text = absl::StrCat(Base64UrlEncode(header), ".", Base64UrlEncode(body));
  const bool es256 = state_->algorithm == TokenAlgorithm::kEs256;
  const openssl::DigestContext context(EVP_MD_CTX_new());
  const auto* message = reinterpret_cast<const unsigned char*>(text.data());
  size_t size = 0;
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, es256 ? EVP_sha256() : nullptr, nullptr,
                         state_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, message, text.size()) != 1) {
    return openssl::Failure("sign");
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     message, text.size()) != 1) {
    return openssl::Failure("sign");
  }
  signature.resize(size);
  if (es256) {
    ASSIGN_OR_RETURN(signature, FromAsn1(signature));
  }
  return absl::StrCat(text, ".", Base64UrlEncode(signature));
}

std::string NewTokenId() {
  std::string bytes(kTokenIdBytes, '\0');
  ONERETURN_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()),
                             static_cast<int>(bytes.size())) == 1);
  return Base64UrlEncode(bytes);
}

}  // namespace onereturn
