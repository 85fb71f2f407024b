#include "common/token/token_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/digest/openssl_owners.h"
#include "common/status/status_macros.h"
#include "common/token/base64url.h"
#include "common/token/json_value.h"
#include "common/token/signature_bytes.h"

namespace onereturn {
namespace {

constexpr JsonLimits kKeySetLimits{.depth = 5, .members = 64};
constexpr size_t kMostKeyIdBytes = 128;

// Leaves nothing in the library's error queue that would be taken for another call's failure.
absl::Status Invalid(absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(what);
}

openssl::Key KeyOfP256(absl::string_view x, absl::string_view y) {
  constexpr char kUncompressed = 0x04;  // SEC 1, 2.3.3: the point's form.
  std::string point = absl::StrCat(std::string(1, kUncompressed), x, y);
  char group[] = "prime256v1";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  const openssl::KeyContext making(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  if (making == nullptr || EVP_PKEY_fromdata_init(making.get()) != 1 ||
      EVP_PKEY_fromdata(making.get(), &made, EVP_PKEY_PUBLIC_KEY,
                        const_cast<OSSL_PARAM*>(parameters)) != 1) {
    return nullptr;
  }
  openssl::Key key(made);
  const openssl::KeyContext checking(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (checking == nullptr || EVP_PKEY_public_check(checking.get()) != 1) return nullptr;
  return key;
}

// ES256 writes the two numbers one after the other; the library wants them as ASN.1.
std::string ToAsn1(absl::string_view signature) {
  const openssl::EcSignature pair(ECDSA_SIG_new());
  openssl::Number r(BN_bin2bn(openssl::Unsigned(signature), kTokenNumberBytes, nullptr));
  openssl::Number s(BN_bin2bn(openssl::Unsigned(signature.substr(kTokenNumberBytes)),
                              kTokenNumberBytes, nullptr));
  if (pair == nullptr || r == nullptr || s == nullptr ||
      ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) {
    return "";
  }
  r.release();
  s.release();
  unsigned char* text = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &text);
  if (size <= 0) return "";
  std::string asn1(reinterpret_cast<char*>(text), static_cast<size_t>(size));
  OPENSSL_free(text);
  return asn1;
}

bool IsOfAlgorithm(const JsonValue& key, TokenAlgorithm algorithm) {
  const std::string* type = key.FindText("kty");
  const std::string* curve = key.FindText("crv");
  if (type == nullptr || curve == nullptr) return false;
  return algorithm == TokenAlgorithm::kEs256 ? *type == "EC" && *curve == "P-256"
                                             : *type == "OKP" && *curve == "Ed25519";
}

// A member that is there must say so.
bool IsOr(const JsonValue& key, absl::string_view member, absl::string_view wanted) {
  const JsonValue* value = key.Find(member);
  return value == nullptr || (value->kind == JsonValue::Kind::kText && value->text == wanted);
}

absl::StatusOr<TokenKey> ReadKey(const JsonValue& key, TokenAlgorithm algorithm) {
  const std::string* x = key.FindText("x");
  const std::string* y = key.FindText("y");
  return TokenKey::FromCoordinates(algorithm, x == nullptr ? "" : *x, y == nullptr ? "" : *y);
}

}  // namespace

struct TokenKey::State {
  TokenAlgorithm algorithm;
  openssl::Key key;
};

absl::string_view NameOf(TokenAlgorithm algorithm) {
  return algorithm == TokenAlgorithm::kEs256 ? "ES256" : "EdDSA";
}

std::optional<TokenAlgorithm> TokenAlgorithmFromName(absl::string_view name) {
  for (const TokenAlgorithm algorithm : {TokenAlgorithm::kEs256, TokenAlgorithm::kEdDsa}) {
    if (NameOf(algorithm) == name) return algorithm;
  }
  return std::nullopt;
}

absl::StatusOr<TokenKey> TokenKey::FromCoordinates(TokenAlgorithm algorithm, absl::string_view x,
                                                   absl::string_view y) {
  const std::optional<std::string> first = Base64UrlDecode(x);
  if (!first.has_value() || first->size() != kTokenNumberBytes) {
    return Invalid("\"x\" is not 32 bytes in base64url");
  }
  auto state = std::make_shared<State>();
  state->algorithm = algorithm;
  if (algorithm == TokenAlgorithm::kEdDsa) {
    state->key.reset(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                 openssl::Unsigned(*first), first->size()));
  } else {
    const std::optional<std::string> second = Base64UrlDecode(y);
    if (!second.has_value() || second->size() != kTokenNumberBytes) {
      return Invalid("\"y\" is not 32 bytes in base64url");
    }
    state->key = KeyOfP256(*first, *second);
  }
  if (state->key == nullptr) return Invalid("it is no point of the curve");
  return TokenKey(std::move(state));
}

bool TokenKey::Verifies(absl::string_view message, absl::string_view signature) const {
  if (signature.size() != kTokenSignatureBytes) return false;
  const bool es256 = state_->algorithm == TokenAlgorithm::kEs256;
  const std::string asn1 = es256 ? ToAsn1(signature) : std::string(signature);
  const openssl::DigestContext context(EVP_MD_CTX_new());
  const bool good = context != nullptr &&
                    EVP_DigestVerifyInit(context.get(), nullptr, es256 ? EVP_sha256() : nullptr,
                                         nullptr, state_->key.get()) == 1 &&
                    EVP_DigestVerify(context.get(), openssl::Unsigned(asn1), asn1.size(),
                                     openssl::Unsigned(message), message.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

absl::StatusOr<TokenKeys> ParseTokenKeys(absl::string_view json, TokenAlgorithm algorithm) {
  ASSIGN_OR_RETURN(const JsonValue set, ParseJsonObject(json, kKeySetLimits));
  const JsonValue* list = set.Find("keys");
  if (list == nullptr || list->kind != JsonValue::Kind::kArray) {
    return Invalid("the JSON has no list \"keys\"");
  }
  TokenKeys keys;
  for (size_t i = 0; i < list->items.size(); ++i) {
    const JsonValue& item = list->items[i];
    const std::string place = absl::StrCat("keys[", i, "]");
    if (item.kind != JsonValue::Kind::kObject) return Invalid(absl::StrCat(place, " is no key"));
    if (item.Find("d") != nullptr || item.Find("k") != nullptr) {
      return Invalid(absl::StrCat(place, " is a secret: this file is for public keys"));
    }
    if (!IsOfAlgorithm(item, algorithm) || !IsOr(item, "use", "sig") ||
        !IsOr(item, "alg", NameOf(algorithm))) {
      continue;
    }
    const std::string* id = item.FindText("kid");
    if (id == nullptr || id->empty() || id->size() > kMostKeyIdBytes) {
      return Invalid(absl::StrCat(place, " has no \"kid\" of 1 to ", kMostKeyIdBytes, " bytes"));
    }
    absl::StatusOr<TokenKey> key = ReadKey(item, algorithm);
    if (!key.ok()) return Invalid(absl::StrCat(place, ": ", key.status().message()));
    if (!keys.emplace(*id, *std::move(key)).second) {
      return Invalid(absl::StrCat(place, " has the \"kid\" of an earlier key"));
    }
  }
  if (keys.empty()) return Invalid(absl::StrCat("there is no key for ", NameOf(algorithm)));
  return keys;
}

}  // namespace onereturn
