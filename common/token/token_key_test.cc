#include "common/token/token_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/testing/status_matchers.h"
#include "common/token/base64url.h"
#include "common/token/token_signer.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

// RFC 7515 appendix A.3.
constexpr char kRfcX[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
constexpr char kRfcY[] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
constexpr char kRfcText[] =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv"
    "bS9pc19yb290Ijp0cnVlfQ";
constexpr char kRfcSignature[] =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
// RFC 8037 appendix A.
constexpr char kEdX[] = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
constexpr char kEdText[] = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
constexpr char kEdSignature[] =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

TEST(TokenKeyTest, VerifiesThePublishedExamples) {
  const TokenKey es256 = TokenKey::FromCoordinates(TokenAlgorithm::kEs256, kRfcX, kRfcY).value();
  EXPECT_TRUE(es256.Verifies(kRfcText, *Base64UrlDecode(kRfcSignature)));
  EXPECT_FALSE(es256.Verifies(std::string(kRfcText) + "A", *Base64UrlDecode(kRfcSignature)));
  const TokenKey eddsa = TokenKey::FromCoordinates(TokenAlgorithm::kEdDsa, kEdX, "").value();
  EXPECT_TRUE(eddsa.Verifies(kEdText, *Base64UrlDecode(kEdSignature)));
  EXPECT_FALSE(eddsa.Verifies(kRfcText, *Base64UrlDecode(kEdSignature)));
}

TEST(TokenKeyTest, ASignatureHas64BytesAndNoOtherForm) {
  const TokenKey key = TokenKey::FromCoordinates(TokenAlgorithm::kEs256, kRfcX, kRfcY).value();
  const std::string good = *Base64UrlDecode(kRfcSignature);
  // Numbers of 0, which once were good for any message (CVE-2022-21449), and ones that are cut.
  EXPECT_FALSE(key.Verifies(kRfcText, std::string(64, '\0')));
  EXPECT_FALSE(key.Verifies(kRfcText, ""));
  EXPECT_FALSE(key.Verifies(kRfcText, good.substr(0, 63)));
  EXPECT_FALSE(key.Verifies(kRfcText, good + std::string(1, '\0')));
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(key.Verifies(kRfcText, bad)) << i;
  }
}

TEST(TokenKeyTest, APointMustLieOnTheCurve) {
  std::string off = *Base64UrlDecode(kRfcY);
  off[31] = static_cast<char>(off[31] ^ 1);
  for (const auto& [x, y] : std::vector<std::pair<std::string, std::string>>{
           {kRfcX, Base64UrlEncode(off)},
           {kRfcX, kRfcX},
           {kRfcX, ""},
           {"", kRfcY},
           {Base64UrlEncode(std::string(32, '\0')), Base64UrlEncode(std::string(32, '\0'))},
           {Base64UrlEncode(std::string(33, '\1')), kRfcY}}) {
    EXPECT_THAT(TokenKey::FromCoordinates(TokenAlgorithm::kEs256, x, y),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

std::string SetOf(const std::string& keys) { return absl::StrCat("{\"keys\":[", keys, "]}"); }

const std::string kRsa = R"({"kty":"RSA","kid":"r","n":"AQAB","e":"AQAB"})";
const std::string kEc =
    absl::StrCat(R"({"kty":"EC","crv":"P-256","kid":"a","x":")", kRfcX, R"(","y":")", kRfcY, "\"}");
const std::string kEd =
    absl::StrCat(R"({"kty":"OKP","crv":"Ed25519","kid":"e","x":")", kEdX, "\"}");

TEST(TokenKeysTest, TakesTheKeysOfTheOneAlgorithm) {
  const std::string set = SetOf(absl::StrCat(kRsa, ",", kEc, ",", kEd));
  EXPECT_TRUE(ParseTokenKeys(set, TokenAlgorithm::kEs256).value().count("a"));
  EXPECT_THAT(ParseTokenKeys(set, TokenAlgorithm::kEs256).value(), SizeIs(1));
  EXPECT_TRUE(ParseTokenKeys(set, TokenAlgorithm::kEdDsa).value().count("e"));
  const std::string for_encryption =
      absl::StrReplaceAll(kEc, {{"\"kid\"", "\"use\":\"enc\",\"kid\""}});
  EXPECT_THAT(ParseTokenKeys(SetOf(for_encryption), TokenAlgorithm::kEs256),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(TokenKeysTest, RefusesWhatIsNoSetOfPublicKeys) {
  const std::string secret = absl::StrReplaceAll(kEc, {{"\"kid\"", "\"d\":\"hush\",\"kid\""}});
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string(R"({"keys":{}})"), SetOf(""), SetOf("1"),
        SetOf(kRsa), SetOf(kEd), SetOf(kEc + "," + kEc), SetOf(secret),
        SetOf(R"({"kty":"oct","kid":"s","k":"hush"})"),
        SetOf(absl::StrReplaceAll(kEc, {{"\"kid\":\"a\",", ""}})),
        SetOf(absl::StrReplaceAll(kEc, {{"\"y\":\"x_", "\"y\":\"y_"}})),
        SetOf(absl::StrReplaceAll(kEc, {{"\"kid\":\"a\"", "\"kid\":\"a\",\"kid\":\"b\""}}))}) {
    const absl::Status status = ParseTokenKeys(text, TokenAlgorithm::kEs256).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << text;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hush")));
  }
}

TEST(TokenSignerTest, SignsWhatItsOwnSetVerifies) {
  for (const TokenAlgorithm algorithm : {TokenAlgorithm::kEs256, TokenAlgorithm::kEdDsa}) {
    const TokenSigner signer = TokenSigner::Generate(algorithm).value();
    const TokenSigner again = TokenSigner::FromPem(signer.ToPem().value()).value();
    EXPECT_EQ(again.algorithm(), algorithm);
    EXPECT_EQ(again.ToKeySet(), signer.ToKeySet());
    const TokenKeys keys = ParseTokenKeys(signer.ToKeySet(), algorithm).value();
    for (int i = 0; i < 50; ++i) {  // ES256's numbers are at times shorter than 32 bytes.
      const std::string token = again.SignText("{}", absl::StrCat("{\"i\":", i, "}")).value();
      const size_t dot = token.rfind('.');
      EXPECT_TRUE(keys.at(signer.key_id())
                      .Verifies(token.substr(0, dot), *Base64UrlDecode(token.substr(dot + 1))));
    }
  }
  EXPECT_THAT(
      TokenSigner::FromPem("-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n"),
      StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace onereturn
