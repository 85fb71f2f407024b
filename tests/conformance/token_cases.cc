// Certificates that are no system's, and people's tokens.
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>

#include <chrono>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/authority/authority.h"
#include "common/base/check.h"
#include "common/clock/clock.h"
#include "common/rpc/server.h"
#include "common/status/new_file.h"
#include "tests/conformance/bad_inputs.h"

namespace onereturn {
namespace {

std::string ReadOfKnownReturn() {
  returns::v1::GetReturnRequest request;
  request.set_name(kKnownReturn);
  return request.SerializeAsString();
}

// A read at RCF's system with a token.
Answer ReadWith(World& world, const std::string& token) {
  return world.SendFor(token, kGetPath, ReadOfKnownReturn());
}

using SpoilToken = std::function<void(World& world, TokenText* token)>;

// The same with a token that is good but for one thing.
std::function<Answer(World&)> Spoilt(const SpoilToken& spoil) {
  return [spoil](World& world) {
    TokenText token = world.TokenAt(Submitter("RCF"));
    spoil(world, &token);
    return ReadWith(world, Signed(world.issuer(), token));
  };
}

std::function<Answer(World&)> Claims(const std::string& name, const std::string& value) {
  return Spoilt([name, value](World&, TokenText* token) { token->claims[name] = value; });
}

std::function<Answer(World&)> InHeader(const std::string& name, const std::string& value) {
  return Spoilt([name, value](World&, TokenText* token) { token->header[name] = value; });
}

// All its times moved by so many seconds.
std::function<Answer(World&)> Moved(int64_t seconds) {
  return Spoilt([seconds](World&, TokenText* token) {
    for (const char* name : {"iat", "nbf", "exp"}) {
      token->claims[name] = absl::StrCat(std::stoll(token->claims[name]) + seconds);
    }
  });
}

// A token of these parts, whoever signed it.
std::string Compact(const TokenText& token, absl::string_view signature) {
  return absl::StrCat(Base64UrlEncode(TokenText::Object(token.header)), ".",
                      Base64UrlEncode(TokenText::Object(token.claims)), ".",
                      Base64UrlEncode(signature));
}

// Signed with what everybody knows: the issuer's public key as the secret of an HMAC.
std::string SignedWithThePublicKey(World& world) {
  TokenText token = world.TokenAt(Submitter("RCF"));
  token.header["alg"] = "\"HS256\"";
  const std::string unsigned_text = Compact(token, "");
  const std::string text = unsigned_text.substr(0, unsigned_text.size() - 1);
  const std::string secret = world.issuer().ToKeySet();
  unsigned char code[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  ONERETURN_CHECK(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(), code,
                       &length) != nullptr);
  return Compact(token, absl::string_view(reinterpret_cast<char*>(code), length));
}

Answer CallOfRcfWith(World& world, const IssueRequest& request) {
  PeerOptions options = world.OptionsOf(Submitter("RCF"));
  options.files =
      world.suite().WriteTlsFiles(world.FreshId(), request, world.suite().authority()).value();
  return CallWith(options);
}

// In a deployment of its own, whose authority takes RCF's certificate back while it is served.
Answer CallWithOneTakenBack(World& /*world*/) {
  static constexpr char kList[] = "revoked.pem";
  DeploymentOptions options;
  options.submitters = {"RCF", "RAE"};
  options.adjust = [](const std::string&, config::v1::ServerConfig* config) {
    config->mutable_tls()->set_revocation_file(kList);
  };
  const auto suite = Deployment::Create(std::move(options)).value();
  const auto revoke = [&suite](const std::vector<std::string>& certificates) {
    const std::string next = suite->File("revoked.next");
    const std::string list = suite->authority().Revoke(certificates, SystemClock().Now()).value();
    ONERETURN_CHECK(WriteNewFile(next, list, 0644).ok());
    std::filesystem::rename(next, suite->File(kList));
  };
  revoke({});
  ONERETURN_CHECK(suite->Start(kIngestion).ok());
  const auto call = [&suite](const std::string& persona) {
    return CallWith({suite->AddressOf(kIngestion), suite->TlsFilesOf(persona)});
  };
  if (call(Submitter("RCF")).code == "CLOSED") return {"CLOSED BEFORE", ""};
  revoke({ReadTextFile(suite->TlsFilesOf(Submitter("RCF")).certificate_file()).value()});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  Answer answer;
  do {
    answer = call(Submitter("RCF"));
  } while (answer.code != "CLOSED" && std::chrono::steady_clock::now() < end);
  return call(Submitter("RAE")).code == "CLOSED" ? Answer{"ANOTHER TOO", ""} : answer;
}

Cases CertificateAndTokenCases() {
  return {
      {"5.revoked", CallWithOneTakenBack},
      {"6.authority_as_leaf",
       [](World& world) {
         IssueRequest request = IssueRequest::ForClient(Deployment::SpiffeIdOf(Submitter("RCF")));
         request.signs_too = true;
         return CallOfRcfWith(world, request);
       }},
      {"6.subordinate_authority",
       [](World& world) {
         IssueRequest request = IssueRequest::ForClient(Deployment::SpiffeIdOf(Submitter("RCF")));
         request.is_ca = true;
         return CallOfRcfWith(world, request);
       }},
      {"7.not_aead",
       [](World& world) {
         PeerOptions options = world.OptionsOf(Submitter("RCF"));
         options.max_version = TLS1_2_VERSION;
         options.ciphers =
             "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:"
             "@SECLEVEL=0";
         return CallWith(options);
       }},
  };
}

Cases WrongTokenCases() {
  const std::string path = "\"../../etc/passwd\"";
  const std::string address = "\"https://attacker.example/keys.json\"";
  return {
      {"68.missing",
       [](World& world) {
         return world.Send(kGetPath, ReadOfKnownReturn(), Submitter(kForPeopleAlone));
       }},
      {"68.good", Spoilt([](World&, TokenText*) {})},
      {"68.expired", Moved(-2'000)},
      {"68.not_yet", Moved(600)},
      {"68.audience", Claims("aud", "\"another\"")},
      {"68.issuer", Claims("iss", "\"https://other.example\"")},
      {"69.none", InHeader("alg", "\"none\"")},
      {"69.none_unsigned",
       [](World& world) {
         TokenText token = world.TokenAt(Submitter("RCF"));
         token.header["alg"] = "\"none\"";
         return ReadWith(world, Compact(token, ""));
       }},
      {"69.public_key_as_secret",
       [](World& world) { return ReadWith(world, SignedWithThePublicKey(world)); }},
      {"69.key_id_is_a_path", InHeader("kid", path)},
      {"69.jku", InHeader("jku", address)},
      {"69.x5u", InHeader("x5u", address)},
      {"69.jwk", InHeader("jwk", "{\"kty\":\"EC\"}")},
      {"69.altered",
       [](World& world) {
         const TokenText token = world.TokenAt(Submitter("RCF"));
         const std::string good = Signed(world.issuer(), token);
         TokenText other = token;
         other.claims["sub"] = "\"p-4712\"";
         return ReadWith(world, Compact(other, "").append(good, good.rfind('.') + 1));
       }},
      {"70.large", Claims("purpose", absl::StrCat("\"", std::string(4'000, 'x'), "\""))},
      {"70.100_kib",
       [](World& world) {
         const Answer answer = ReadWith(world, std::string(100 * 1024, 'x'));
         // gRPC may end the connection that so much came over: others are served all the same.
         world.Reconnect();
         return answer;
       }},
      {"70.claims_twice",
       [](World& world) {
         const TokenText token = world.TokenAt(Submitter("RCF"));
         std::string claims = TokenText::Object(token.claims);
         claims.insert(claims.size() - 1, ",\"ods\":\"RAE\"");
         return ReadWith(world,
                         world.issuer().SignText(TokenText::Object(token.header), claims).value());
       }},
      {"70.deep",
       Claims("purpose", absl::StrCat(std::string(1'000, '['), std::string(1'000, ']')))},
      {"71.other_organisation", Claims("ods", "\"RAE\"")},
      {"71.other_certificate",
       [](World& world) {
         return ReadWith(world, Signed(world.issuer(), world.TokenAt(kAnalyst)));
       }},
  };
}

}  // namespace

Cases TokenCases() {
  Cases cases = CertificateAndTokenCases();
  cases.merge(WrongTokenCases());
  return cases;
}

}  // namespace onereturn
