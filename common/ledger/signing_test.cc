// Goal: signatures are those of RFC 8032, keys survive their text forms, and nothing else is
// accepted.
#include "common/ledger/signing.h"

#include <rapidcheck.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/testing_keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// RFC 8032 section 7.1, TEST 1 to 3.
const struct {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
} kPublished[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "659"
     "4a7c15e9716ed28dc027beceea1ec40a"},
};

absl::string_view View(const Signature& signature) {
  return absl::string_view(reinterpret_cast<const char*>(signature.data()), signature.size());
}

TEST(SigningTest, MatchesPublishedVectors) {
  for (const auto& published : kPublished) {
    const SigningKey key = KeyFromSeed(published.seed);
    const std::string message = absl::HexStringToBytes(published.message);
    EXPECT_EQ(absl::BytesToHexString(key.verifying_key().raw_bytes()), published.public_key);
    const auto signature = key.Sign(message);
    ASSERT_TRUE(signature.ok()) << signature.status();
    EXPECT_EQ(absl::BytesToHexString(View(*signature)), published.signature);
    EXPECT_TRUE(key.verifying_key().Verify(message, View(*signature)).ok());
  }
}

TEST(SigningTest, KeyIdIsTheBeginningOfTheDigestOfTheKey) {
  const SigningKey key = KeyFromSeed(kPublished[0].seed);
  // printf d75a98...511a | xxd -r -p | sha256sum
  EXPECT_EQ(key.verifying_key().key_id(), "21fe31dfa154a261");
}

TEST(SigningTest, TextFormsRoundTrip) {
  const auto key = SigningKey::Generate();
  ASSERT_TRUE(key.ok()) << key.status();
  const std::string pem = key->ToPem().value();
  EXPECT_THAT(pem, StartsWith("-----BEGIN PRIVATE KEY-----\n"));
  const SigningKey read = SigningKey::FromPem(pem).value();
  EXPECT_EQ(read.verifying_key().raw_bytes(), key->verifying_key().raw_bytes());
  EXPECT_EQ(read.Sign("message").value(), key->Sign("message").value());

  const VerifyingKey& verifying_key = key->verifying_key();
  EXPECT_THAT(verifying_key.ToPem(), StartsWith("-----BEGIN PUBLIC KEY-----\n"));
  EXPECT_EQ(VerifyingKey::FromPem(verifying_key.ToPem()).value().key_id(), verifying_key.key_id());
  EXPECT_EQ(VerifyingKey::FromRawBytes(verifying_key.raw_bytes()).value().ToPem(),
            verifying_key.ToPem());
  EXPECT_NE(SigningKey::Generate().value().verifying_key().key_id(), verifying_key.key_id());
}

TEST(SigningTest, EveryFlippedBitIsNoticed) {
  const SigningKey key = KeyFromSeed(kPublished[1].seed);
  const std::string message = "what was said";
  const std::string signature(View(key.Sign(message).value()));
  for (size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    std::string flipped = signature;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(key.verifying_key().Verify(message, flipped).code(), absl::StatusCode::kDataLoss);
  }
  for (size_t bit = 0; bit < 8 * message.size(); ++bit) {
    std::string flipped = message;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(key.verifying_key().Verify(flipped, signature).code(), absl::StatusCode::kDataLoss);
  }
  for (const std::string& other : {std::string(), signature.substr(1), signature + "x"}) {
    EXPECT_EQ(key.verifying_key().Verify(message, other).code(), absl::StatusCode::kDataLoss);
  }
  const SigningKey stranger = KeyFromSeed(kPublished[2].seed);
  EXPECT_EQ(stranger.verifying_key().Verify(message, signature).code(),
            absl::StatusCode::kDataLoss);
}

TEST(SigningTest, RefusesWhatIsNoKey) {
  const SigningKey key = KeyFromSeed(kPublished[0].seed);
  const std::string private_pem = key.ToPem().value();
  const std::string public_pem = key.verifying_key().ToPem();
  const std::string bad[] = {"",
                             "no key",
                             private_pem.substr(0, 60),
                             std::string(100 * 1024, 'x'),
                             "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                             "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"};
  for (const std::string& text : bad) {
    EXPECT_EQ(SigningKey::FromPem(text).status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(VerifyingKey::FromPem(text).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_FALSE(SigningKey::FromPem(public_pem).ok());
  EXPECT_FALSE(VerifyingKey::FromPem(private_pem).ok());
  EXPECT_FALSE(VerifyingKey::FromRawBytes(std::string(31, 'x')).ok());
  EXPECT_FALSE(VerifyingKey::FromRawBytes(std::string(33, 'x')).ok());
}

// An encrypted key must be refused at once, not ask for a passphrase on the terminal. The key is a
// sound one of another kind (X25519), with a header that says it is encrypted.
TEST(SigningTest, RefusesOtherKindsOfKeyAndNeverEchoesThem) {
  const std::string body = absl::Base64Escape(
      absl::HexStringToBytes(absl::StrCat("302e020100300506032b656e04220420", kPublished[0].seed)));
  const std::string other_kind =
      absl::StrCat("-----BEGIN PRIVATE KEY-----\n", body, "\n-----END PRIVATE KEY-----\n");
  const absl::Status status = SigningKey::FromPem(other_kind).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr(body.substr(0, 8))));
  const std::string encrypted = absl::StrCat("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", body,
                                             "\n-----END ENCRYPTED PRIVATE KEY-----\n");
  EXPECT_EQ(SigningKey::FromPem(encrypted).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace onereturn
