// A token that can be spoilt in each way, for tests.
#ifndef ONERETURN_COMMON_TOKEN_TESTING_TOKENS_H_
#define ONERETURN_COMMON_TOKEN_TESTING_TOKENS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/digest/digest.h"
#include "common/token/base64url.h"
#include "common/token/token_signer.h"
#include "common/token/token_verifier.h"

namespace onereturn {

// Members of header and body as JSON texts, in the order of their names; an empty text leaves a
// member out.
struct TokenText {
  std::map<std::string, std::string> header;
  std::map<std::string, std::string> claims;

  static std::string Object(const std::map<std::string, std::string>& members) {
    std::string text;
    for (const auto& [name, value] : members) {
      if (!value.empty()) {
        absl::StrAppend(&text, text.empty() ? "" : ",", "\"", name, "\":", value);
      }
    }
    return absl::StrCat("{", text, "}");
  }
};

inline constexpr char kTestIssuer[] = "https://issuer.example";

// What a good token of that issuer says at `now`.
inline TokenText GoodToken(const TokenSigner& signer, Timestamp now, const Digest& certificate) {
  const int64_t seconds = now.micros / 1'000'000;
  TokenText text;
  text.header = {{"alg", absl::StrCat("\"", NameOf(signer.algorithm()), "\"")},
                 {"typ", "\"at+jwt\""},
                 {"kid", absl::StrCat("\"", signer.key_id(), "\"")}};
  text.claims = {
      {"iss", absl::StrCat("\"", kTestIssuer, "\"")},
      {"aud", "\"onereturn\""},
      {"sub", "\"p-4711\""},
      {"ods", "\"RCF\""},
      {"jti", "\"token-0001\""},
      {"iat", absl::StrCat(seconds)},
      {"nbf", absl::StrCat(seconds)},
      {"exp", absl::StrCat(seconds + 900)},
      {"cnf", absl::StrCat(R"({"x5t#S256":")", Base64UrlEncode(DigestBytes(certificate)), "\"}")}};
  return text;
}

inline std::string Signed(const TokenSigner& signer, const TokenText& text) {
  return signer.SignText(TokenText::Object(text.header), TokenText::Object(text.claims)).value();
}

inline TokenKeySource KeysOf(const TokenSigner& signer) {
  auto keys = std::make_shared<const TokenKeys>(
      ParseTokenKeys(signer.ToKeySet(), signer.algorithm()).value());
  return [keys] { return keys; };
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_TOKEN_TESTING_TOKENS_H_
