#include "common/token/token_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "common/token/testing_tokens.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Timestamp kNow = Timestamp::FromSeconds(1'750'000'000);

class TokenVerifierTest : public ::testing::Test {
 protected:
  absl::StatusOr<TokenHolder> Verify(const std::string& token) const {
    return verifier_->Verify(token, certificate_, TokenBinding::kPresenter);
  }
  TokenText Good() const { return GoodToken(signer_, kNow, certificate_); }
  // The answer to the good token with one member of its body, or header, so.
  absl::StatusOr<TokenHolder> WithClaim(const std::string& name, const std::string& json) const {
    TokenText text = Good();
    text.claims[name] = json;
    return Verify(Signed(signer_, text));
  }
  absl::StatusOr<TokenHolder> WithHeader(const std::string& name, const std::string& json) const {
    TokenText text = Good();
    text.header[name] = json;
    return Verify(Signed(signer_, text));
  }

  FakeClock clock_{kNow};
  const Digest certificate_ = Sha256("certificate");
  const TokenSigner signer_ = TokenSigner::Generate(TokenAlgorithm::kEs256).value();
  const TokenSigner other_ = TokenSigner::Generate(TokenAlgorithm::kEdDsa).value();
  const std::unique_ptr<TokenVerifier> verifier_ =
      TokenVerifier::Create({{kTestIssuer, TokenAlgorithm::kEs256, KeysOf(signer_)},
                             {"https://other.example", TokenAlgorithm::kEdDsa, KeysOf(other_)}},
                            &clock_)
          .value();
};

TEST_F(TokenVerifierTest, NamesThePerson) {
  TokenText text = Good();
  text.claims["purpose"] = "\"sign-off\"";
  text.claims["name"] = "\"is not looked at\"";
  const TokenHolder person = Verify(Signed(signer_, text)).value();
  EXPECT_EQ(person.name(), "https://issuer.example#p-4711");
  EXPECT_EQ(person.organisation, "RCF");
  EXPECT_EQ(person.token_id, "token-0001");
  EXPECT_EQ(person.purpose, "sign-off");
  EXPECT_EQ(person.issued, kNow);
  EXPECT_EQ(person.expires, Timestamp::FromSeconds(1'750'000'900));
}

TEST_F(TokenVerifierTest, WhatASignerSignsIsTaken) {
  TokenClaims claims{"https://other.example",
                     "p-1234",
                     "QWO",
                     NewTokenId(),
                     kNow,
                     Timestamp::FromSeconds(1'750'000'900),
                     certificate_,
                     ""};
  EXPECT_THAT(Verify(other_.Sign(claims).value()), IsOk());
}

TEST_F(TokenVerifierTest, TheAlgorithmIsTheIssuersWhateverTheTokenSays) {
  for (const char* algorithm : {"\"none\"", "\"None\"", "\"HS256\"", "\"RS256\"", "\"EdDSA\"",
                                "\"ES256K\"", "\"es256\"", "256", "null", ""}) {
    EXPECT_THAT(WithHeader("alg", algorithm), HasReason(Reason::kTokenAlg)) << algorithm;
  }
  // Without any signature.
  TokenText text = Good();
  text.header["alg"] = "\"none\"";
  std::string token = Signed(signer_, text);
  token.resize(token.rfind('.') + 1);
  EXPECT_THAT(Verify(token), HasReason(Reason::kTokenAlg));
  // The public key taken as a shared secret.
  text.header["alg"] = "\"HS256\"";
  const std::string body = absl::StrCat(Base64UrlEncode(TokenText::Object(text.header)), ".",
                                        Base64UrlEncode(TokenText::Object(text.claims)));
  const std::string secret = signer_.ToKeySet();
  unsigned char code[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), code, &size);
  EXPECT_THAT(
      Verify(absl::StrCat(body, ".", Base64UrlEncode({reinterpret_cast<char*>(code), size}))),
      HasReason(Reason::kTokenAlg));
  // Another issuer's key, algorithm and all, under this issuer's name.
  EXPECT_THAT(Verify(Signed(other_, GoodToken(other_, kNow, certificate_))),
              HasReason(Reason::kTokenAlg));
}

TEST_F(TokenVerifierTest, AHeaderThatSaysHowToVerifyIsRefused) {
  for (const char* member :
       {"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty", "KID"}) {
    EXPECT_THAT(WithHeader(member, "\"https://attacker.example\""), HasReason(Reason::kTokenHeader))
        << member;
  }
  for (const char* type : {"\"JWT\"", "\"at+jwt+x\"", "\"\"", "1", ""}) {
    EXPECT_THAT(WithHeader("typ", type), HasReason(Reason::kTokenHeader)) << type;
  }
  for (const char* id : {R"("../../etc/passwd")", R"("a b")", R"("a' OR '1")", "\"\"", "1", ""}) {
    EXPECT_THAT(WithHeader("kid", id), HasReason(Reason::kTokenHeader)) << id;
  }
  EXPECT_THAT(WithHeader("typ", "\"application/AT+JWT\""), IsOk());
  EXPECT_THAT(WithHeader("x5t", "\"abc\""), IsOk());
}

TEST_F(TokenVerifierTest, OnlyTheIssuersOwnKeysSign) {
  EXPECT_THAT(WithHeader("kid", "\"unknown\""), HasReason(Reason::kTokenSignature));
  const TokenSigner thief = TokenSigner::Generate(TokenAlgorithm::kEs256).value();
  EXPECT_THAT(Verify(Signed(thief, Good())), HasReason(Reason::kTokenSignature));
  const std::string good = Signed(signer_, Good());
  TokenText altered = Good();
  altered.claims["ods"] = "\"RAE\"";
  const std::string swapped = absl::StrCat(good.substr(0, good.find('.') + 1),
                                           Base64UrlEncode(TokenText::Object(altered.claims)),
                                           good.substr(good.rfind('.')));
  EXPECT_THAT(Verify(swapped), HasReason(Reason::kTokenSignature));
}

TEST_F(TokenVerifierTest, OfAnIssuerThatIsTrusted) {
  for (const char* issuer : {"\"https://issuer.example/\"", "\"HTTPS://issuer.example\"", "\"\"",
                             "[\"https://issuer.example\"]", ""}) {
    EXPECT_THAT(WithClaim("iss", issuer), HasReason(Reason::kTokenIssuer)) << issuer;
  }
}

TEST_F(TokenVerifierTest, ForThisService) {
  for (const char* audience :
       {"\"other\"", "\"Onereturn\"", "[]", "[\"other\"]", "1", R"({"onereturn":1})", ""}) {
    EXPECT_THAT(WithClaim("aud", audience), HasReason(Reason::kTokenAudience)) << audience;
  }
  EXPECT_THAT(WithClaim("aud", R"(["other","onereturn"])"), IsOk());
}

TEST_F(TokenVerifierTest, WithinItsTime) {
  const std::string token = Signed(signer_, Good());
  clock_.AdvanceSeconds(899);
  EXPECT_THAT(Verify(token), IsOk());
  clock_.AdvanceSeconds(1);
  EXPECT_THAT(Verify(token), HasReason(Reason::kTokenExpired));
  clock_.Set(Timestamp{kNow.micros - 60'000'000});
  EXPECT_THAT(Verify(token), IsOk());
  clock_.AdvanceMicros(-1);
  EXPECT_THAT(Verify(token), HasReason(Reason::kTokenNotYet));
  clock_.Set(kNow);
  EXPECT_THAT(WithClaim("nbf", "1750000061"), HasReason(Reason::kTokenNotYet));
  EXPECT_THAT(WithClaim("nbf", ""), IsOk());
}

TEST_F(TokenVerifierTest, NotForLongerThanAQuarterOfAnHour) {
  EXPECT_THAT(WithClaim("exp", "1750000901"), HasReason(Reason::kTokenFormat));
  EXPECT_THAT(WithClaim("exp", "1750000000"), HasReason(Reason::kTokenFormat));
  for (const char* time : {"", "\"1750000900\"", "1750000900.5", "0", "-1", "9223372036854775807",
                           "18446744073709551615", "null", "[1750000900]"}) {
    EXPECT_THAT(WithClaim("exp", time), HasReason(Reason::kTokenFormat)) << time;
    EXPECT_THAT(WithClaim("iat", time), HasReason(Reason::kTokenFormat)) << time;
  }
}

TEST_F(TokenVerifierTest, ASubjectIsAPseudonymAndIsNeverSaid) {
  for (const char* subject :
       {"jane.doe@nhs.net", "Jane Doe", "JaneDoe", "jane.doe1", "9434765919", "943-476-5919",
        "943_476_5919", "943 476 5919", "p-1", "", "p-4711\\n", "p#4711", "<b>p4711</b>"}) {
    const absl::Status status = WithClaim("sub", absl::StrCat("\"", subject, "\"")).status();
    EXPECT_THAT(status, HasReason(Reason::kTokenFormat)) << subject;
    if (*subject == '\0') continue;
    EXPECT_THAT(status.ToString(), Not(HasSubstr(subject)));
  }
  EXPECT_THAT(WithClaim("sub", absl::StrCat("\"", std::string(65, '1'), "\"")),
              HasReason(Reason::kTokenFormat));
  for (const char* subject :
       {"p-4711", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "94347659190", "Zx9_kQ", "943476591"}) {
    EXPECT_THAT(WithClaim("sub", absl::StrCat("\"", subject, "\"")), IsOk()) << subject;
  }
}

TEST_F(TokenVerifierTest, EachClaimIsThereAndOfItsKind) {
  for (const char* name : {"sub", "ods", "jti", "iat", "exp", "cnf"}) {
    for (const char* json : {"", "null", "1", "[]", "{}", "true", "\"\""}) {
      EXPECT_THAT(WithClaim(name, json), HasReason(Reason::kTokenFormat)) << name << " " << json;
    }
  }
  EXPECT_THAT(WithClaim("ods", "\"rcf\""), HasReason(Reason::kTokenFormat));
  EXPECT_THAT(WithClaim("jti", "\"short\""), HasReason(Reason::kTokenFormat));
  EXPECT_THAT(WithClaim("purpose", "\"to see\""), HasReason(Reason::kTokenFormat));
  EXPECT_THAT(WithClaim("purpose", "\"9434765919\""), HasReason(Reason::kTokenFormat));
  EXPECT_THAT(WithClaim("cnf", R"({"x5t#S256":"AAAA"})"), HasReason(Reason::kTokenFormat));
}

TEST_F(TokenVerifierTest, BoundToTheCallersCertificate) {
  const std::string token = Signed(signer_, Good());
  const Digest stolen_to = Sha256("another certificate");
  EXPECT_THAT(verifier_->Verify(token, stolen_to, TokenBinding::kPresenter),
              HasReason(Reason::kIdentityMismatch));
  EXPECT_THAT(verifier_->Verify(token, stolen_to, TokenBinding::kForwarded), IsOk());
}

TEST_F(TokenVerifierTest, RefusesOtherForms) {
  const std::string good = Signed(signer_, Good());
  TokenText large = Good();
  large.claims["x"] = absl::StrCat("\"", std::string(kMaxTokenBytes, 'x'), "\"");
  TokenText deep = Good();
  deep.claims["x"] = std::string(1'000, '[') + std::string(1'000, ']');
  const std::string twice =
      signer_
          .SignText(TokenText::Object(Good().header),
                    absl::StrCat("{\"ods\":\"RAE\",", TokenText::Object(Good().claims).substr(1)))
          .value();
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("..."),
        std::string("a.b.c"), good + ".", "." + good, good + "=", good + "\n", " " + good,
        good.substr(0, good.rfind('.')), Signed(signer_, large), Signed(signer_, deep), twice,
        std::string(100 * 1'024, 'a'), std::string(3'000, '.')}) {
    const absl::Status status = Verify(token).status();
    EXPECT_THAT(status, HasReason(Reason::kTokenFormat)) << token.substr(0, 50);
  }
}

TEST_F(TokenVerifierTest, EachIssuerHasItsName) {
  EXPECT_THAT(TokenVerifier::Create({{"", TokenAlgorithm::kEs256, KeysOf(signer_)}}, &clock_),
              HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(TokenVerifier::Create({{"a", TokenAlgorithm::kEs256, KeysOf(signer_)},
                                     {"a", TokenAlgorithm::kEdDsa, KeysOf(other_)}},
                                    &clock_),
              HasReason(Reason::kFieldInvalid));
}

}  // namespace
}  // namespace onereturn
