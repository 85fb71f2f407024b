#include "tools/onereturn/connection/token_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/authority/certificate_reading.h"
#include "common/base/read_file.h"
#include "common/hierarchy/ods_code.h"
#include "common/status/error.h"
#include "common/status/new_file.h"
#include "common/status/status_macros.h"
#include "common/token/base64url.h"
#include "common/token/json_value.h"
#include "common/token/token_signer.h"
#include "common/token/token_verifier.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

constexpr JsonLimits kLimits{.depth = 8, .members = 256};
constexpr unsigned kPrivateMode = 0600;

// What the token says of itself: for words to its owner, so without looking at the signature.
struct Said {
  std::string person;
  std::string organisation;
  Timestamp expires;
};

std::optional<Said> Read(absl::string_view token) {
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  const std::optional<std::string> body =
      parts.size() == 3 ? Base64UrlDecode(parts[1]) : std::nullopt;
  if (!body.has_value()) return std::nullopt;
  const absl::StatusOr<JsonValue> claims = ParseJsonObject(*body, kLimits);
  if (!claims.ok()) return std::nullopt;
  const JsonValue* expires = claims->Find("exp");
  if (expires == nullptr || expires->kind != JsonValue::Kind::kInteger || expires->integer < 0 ||
      expires->integer > kMaxTimestamp.micros / 1'000'000) {
    return std::nullopt;
  }
  const std::string* person = claims->FindText("sub");
  const std::string* organisation = claims->FindText("ods");
  return Said{person == nullptr ? "PERSON" : *person,
              organisation == nullptr ? "CODE" : *organisation,
              Timestamp::FromSeconds(expires->integer)};
}

}  // namespace

absl::StatusOr<std::string> TokenOf(const config::v1::ClientProfile& profile, Timestamp now) {
  const std::string& file = profile.token_file();
  if (file.empty() || !std::filesystem::exists(file)) return std::string();
  const std::optional<std::string> text = ReadFile(file);
  const std::string token(absl::StripAsciiWhitespace(text.value_or("")));
  const std::optional<Said> said = Read(token);
  if (!said.has_value()) {
    return UsageError(absl::StrCat("\"", file, "\" holds no token that can be read"),
                      "Sign in again (onereturn login), or sign out (onereturn logout).");
  }
  if (said->expires > now) return token;
  const std::string again =
      profile.issuer_key_file().empty()
          ? "Sign in again with your organisation's identity provider"
          : absl::StrCat("Sign in again: onereturn login --person ", said->person,
                         " --organisation ", said->organisation);
  return WithRemedy(Error(Reason::kTokenExpired,
                          absl::StrCat("nobody is signed in any more: the token in \"", file,
                                       "\" ended at ", FormatTimestamp(said->expires))),
                    absl::StrCat(again, "; or go on as the system alone: onereturn logout."));
}

absl::Status WriteToken(const std::string& file, absl::string_view token) {
  const std::string draft = file + ".draft";
  std::error_code ignored;
  std::filesystem::remove(draft, ignored);
  RETURN_IF_ERROR(WriteNewFile(draft, absl::StrCat(token, "\n"), kPrivateMode));
  if (std::rename(draft.c_str(), file.c_str()) == 0) return absl::OkStatus();
  return UsageError(absl::StrCat("\"", file, "\" cannot be written: ", std::strerror(errno)),
                    "Check the path `token_file` in the profile.");
}

absl::StatusOr<IssuedToken> IssueToken(const config::v1::ClientProfile& profile,
                                       const SignIn& sign_in, Timestamp now) {
  if (profile.token_file().empty() || profile.issuer_key_file().empty()) {
    return UsageError("this profile names no development issuer and token file",
                      "Sign in with your organisation's identity provider (docs/sign-in.md); "
                      "`onereturn init` makes profiles that can sign in here.");
  }
  if (!CheckSubject(sign_in.person).ok()) {
    return UsageError(
        "--person is no pseudonym",
        "Give 6 to 64 letters, digits, \"-\" and \"_\" with a digit, such as analyst-1; never a "
        "name, an e-mail address or an NHS number.");
  }
  if (!CheckOdsCode(sign_in.organisation).ok()) {
    return UsageError(absl::StrCat("\"", sign_in.organisation, "\" is no organisation code"),
                      "Give a code of 3 to 12 upper-case letters and digits, such as RLQ.");
  }
  const absl::StatusOr<TokenSigner> signer =
      TokenSigner::FromPem(ReadFile(profile.issuer_key_file()).value_or(""));
  if (!signer.ok()) {
    return UsageError(absl::StrCat("the issuer's key \"", profile.issuer_key_file(),
                                   "\": ", signer.status().message()),
                      "Check the path `issuer_key_file` in the profile, and that you may read it.");
  }
  const absl::StatusOr<CertificateFacts> certificate = ReadCertificate(
      ReadFile(profile.tls().certificate_file()).value_or(""), profile.tls().certificate_file());
  if (!certificate.ok()) {
    return UsageError(certificate.status().message(),
                      "Check the paths under `tls` in the profile.");
  }
  TokenClaims claims;
  claims.issuer = profile.issuer();
  claims.subject = sign_in.person;
  claims.organisation = sign_in.organisation;
  claims.token_id = NewTokenId();
  claims.issued = Timestamp::FromSeconds(now.micros / 1'000'000);
  claims.expires = Timestamp{claims.issued.micros + kMaxTokenSeconds * 1'000'000};
  claims.certificate = certificate->sha256;
  claims.purpose = sign_in.purpose;
  ASSIGN_OR_RETURN(std::string token, signer->Sign(claims));
  return IssuedToken{std::move(token), claims.expires};
}

}  // namespace onereturn::client
