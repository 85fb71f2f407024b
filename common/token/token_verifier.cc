#include "common/token/token_verifier.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/personal_data.h"
#include "common/base/pseudonym.h"
#include "common/hierarchy/ods_code.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/token/base64url.h"
#include "common/token/json_value.h"

namespace onereturn {
namespace {

// `cnf` is an object within the claims, `aud` may be a list.
constexpr JsonLimits kTokenLimits{.depth = 3, .members = 64};
constexpr size_t kMostIdBytes = 128;
constexpr size_t kLeastTokenIdBytes = 8;
constexpr size_t kMostPurposeBytes = 64;
// What a key id, a token id and a purpose are made of: nothing that means anything to a path, a
// shell, a log or a table.
constexpr char kIdMarks[] = "-_.:=+~";
constexpr int64_t kMostSeconds = 253'402'300'799;  // The year 9999.

struct TokenParts {
  JsonValue header;
  JsonValue claims;
  absl::string_view signed_text;
  std::string signature;
};

absl::Status Fault(absl::string_view what) {
  return Error(Reason::kTokenFormat, absl::StrCat("the token ", what));
}

bool IsMadeOf(absl::string_view text, absl::string_view marks, size_t least, size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  marks.find(c) != absl::string_view::npos;
         });
}

absl::StatusOr<JsonValue> ReadPart(absl::string_view name, absl::string_view part) {
  const std::optional<std::string> text = Base64UrlDecode(part);
  if (!text.has_value()) return Fault(absl::StrCat("has a ", name, " that is not base64url"));
  absl::StatusOr<JsonValue> value = ParseJsonObject(*text, kTokenLimits);
  if (!value.ok())
    return Fault(absl::StrCat("has a faulty ", name, ": ", value.status().message()));
  return value;
}

absl::StatusOr<TokenParts> Split(absl::string_view token) {
  if (token.size() > kMaxTokenBytes) {
    return Fault(
        absl::StrCat("has ", token.size(), " bytes; at most ", kMaxTokenBytes, " are taken"));
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  if (parts.size() != 3) return Fault("is not of three parts with a full stop between them");
  TokenParts read;
  ASSIGN_OR_RETURN(read.header, ReadPart("header", parts[0]));
  ASSIGN_OR_RETURN(read.claims, ReadPart("body", parts[1]));
  const std::optional<std::string> signature = Base64UrlDecode(parts[2]);
  if (!signature.has_value()) return Fault("has a signature that is not base64url");
  read.signature = *signature;
  read.signed_text = token.substr(0, parts[0].size() + 1 + parts[1].size());
  return read;
}

// A member that is not here could say how to verify (jku, jwk, x5u, x5c), what must be understood
// (crit), or that the body is other than it looks (b64, zip, enc).
absl::Status CheckHeader(const JsonValue& header) {
  static const std::set<absl::string_view> kKnown = {"alg", "typ", "kid", "x5t", "x5t#S256"};
  for (const JsonMember& member : header.members) {
    if (kKnown.count(member.name) == 0) {
      return Error(Reason::kTokenHeader,
                   "the token's header has a member other than alg, typ and kid");
    }
  }
  const std::string* type = header.FindText("typ");
  const std::string lower = type == nullptr ? "" : absl::AsciiStrToLower(*type);
  if (lower != "at+jwt" && lower != "application/at+jwt") {
    return Error(Reason::kTokenHeader, "the token's \"typ\" is not at+jwt");
  }
  const std::string* key_id = header.FindText("kid");
  if (key_id == nullptr || !IsMadeOf(*key_id, kIdMarks, 1, kMostIdBytes)) {
    return Error(Reason::kTokenHeader, "the token's header has no usable key id \"kid\"");
  }
  return absl::OkStatus();
}

bool IsForUs(const JsonValue& claims) {
  const JsonValue* audience = claims.Find("aud");
  const auto is_us = [](const JsonValue& value) {
    return value.kind == JsonValue::Kind::kText && value.text == kTokenAudience;
  };
  if (audience == nullptr) return false;
  if (audience->kind != JsonValue::Kind::kArray) return is_us(*audience);
  return std::any_of(audience->items.begin(), audience->items.end(), is_us);
}

absl::StatusOr<int64_t> SecondsAt(const JsonValue& claims, absl::string_view name) {
  const JsonValue* value = claims.Find(name);
  if (value == nullptr || value->kind != JsonValue::Kind::kInteger || value->integer <= 0 ||
      value->integer > kMostSeconds) {
    return Fault(absl::StrCat("has no time \"", name, "\" in whole seconds"));
  }
  return value->integer;
}

absl::Status CheckTimes(const JsonValue& claims, Timestamp now, TokenHolder* person) {
  ASSIGN_OR_RETURN(const int64_t issued, SecondsAt(claims, "iat"));
  ASSIGN_OR_RETURN(const int64_t expires, SecondsAt(claims, "exp"));
  int64_t begins = issued;
  if (claims.Find("nbf") != nullptr) {
    ASSIGN_OR_RETURN(begins, SecondsAt(claims, "nbf"));
  }
  if (expires <= issued || expires - issued > kMaxTokenSeconds) {
    return Fault(absl::StrCat("does not end within ", kMaxTokenSeconds, " seconds of its issue"));
  }
  const Timestamp latest{now.micros + kTokenSkewSeconds * 1'000'000};
  if (Timestamp::FromSeconds(std::max(issued, begins)) > latest) {
    return Error(Reason::kTokenNotYet, "the token is from the future");
  }
  person->issued = Timestamp::FromSeconds(issued);
  person->expires = Timestamp::FromSeconds(expires);
  if (now >= person->expires) {
    return Error(Reason::kTokenExpired,
                 absl::StrCat("the token ended at ", FormatTimestamp(person->expires)));
  }
  return absl::OkStatus();
}

absl::Status ReadWho(const JsonValue& claims, TokenHolder* person) {
  const std::string* subject = claims.FindText("sub");
  if (subject == nullptr) return Fault("has no \"sub\"");
  RETURN_IF_ERROR(CheckSubject(*subject));
  person->subject = *subject;
  const std::string* organisation = claims.FindText("ods");
  if (organisation == nullptr || !CheckOdsCode(*organisation).ok()) {
    return Fault("has no organisation code \"ods\"");
  }
  person->organisation = *organisation;
  const std::string* id = claims.FindText("jti");
  if (id == nullptr || !IsMadeOf(*id, kIdMarks, kLeastTokenIdBytes, kMostIdBytes)) {
    return Fault(absl::StrCat("has no id \"jti\" of ", kLeastTokenIdBytes, " to ", kMostIdBytes,
                              " letters, digits and ", kIdMarks));
  }
  person->token_id = *id;
  if (claims.Find("purpose") == nullptr) return absl::OkStatus();
  const std::string* purpose = claims.FindText("purpose");
  if (purpose == nullptr || !IsMadeOf(*purpose, kIdMarks, 1, kMostPurposeBytes)) {
    return Fault("has a \"purpose\" that is no code");
  }
  if (HoldsPersonalData(*purpose)) {
    return Fault("has a \"purpose\" that seems to hold an NHS number");
  }
  person->purpose = *purpose;
  return absl::OkStatus();
}

absl::Status CheckBinding(const JsonValue& claims, const Digest& certificate,
                          TokenBinding binding) {
  const JsonValue* confirmation = claims.Find("cnf");
  const std::string* thumbprint =
      confirmation == nullptr ? nullptr : confirmation->FindText("x5t#S256");
  const std::optional<std::string> bytes =
      thumbprint == nullptr ? std::nullopt : Base64UrlDecode(*thumbprint);
  if (!bytes.has_value() || bytes->size() != kDigestBytes) {
    return Fault("is bound to no certificate: \"cnf\" has no \"x5t#S256\"");
  }
  if (binding == TokenBinding::kPresenter && *bytes != DigestBytes(certificate)) {
    return Error(Reason::kIdentityMismatch,
                 "the token is bound to another certificate than the caller's");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSubject(absl::string_view subject) {
  if (IsPseudonym(subject)) return absl::OkStatus();
  return Fault(
      "has a \"sub\" that is no pseudonym of 6 to 64 letters, digits, \"-\" and \"_\" with a "
      "digit, "
      "or has ten digits as an NHS number has");
}

absl::StatusOr<std::unique_ptr<TokenVerifier>> TokenVerifier::Create(
    std::vector<TrustedIssuer> issuers, const Clock* clock) {
  std::set<std::string> seen;
  for (const TrustedIssuer& issuer : issuers) {
    if (issuer.issuer.empty() || !seen.insert(issuer.issuer).second) {
      return Error(Reason::kFieldInvalid, "a token issuer has no name or another's")
          .Field("token_issuers", "give each its own `issuer`");
    }
  }
  return std::unique_ptr<TokenVerifier>(new TokenVerifier(std::move(issuers), clock));
}

const TrustedIssuer* TokenVerifier::Find(absl::string_view issuer) const {
  const auto found = std::find_if(issuers_.begin(), issuers_.end(),
                                  [&](const TrustedIssuer& i) { return i.issuer == issuer; });
  return found == issuers_.end() ? nullptr : &*found;
}

absl::StatusOr<TokenHolder> TokenVerifier::Verify(absl::string_view token,
                                                  const Digest& certificate,
                                                  TokenBinding binding) const {
  ASSIGN_OR_RETURN(const TokenParts parts, Split(token));
  RETURN_IF_ERROR(CheckHeader(parts.header));
  const std::string* name = parts.claims.FindText("iss");
  const TrustedIssuer* issuer = name == nullptr ? nullptr : Find(*name);
  if (issuer == nullptr) {
    return Error(Reason::kTokenIssuer, "the token is of no issuer that is trusted here");
  }
  const std::string* algorithm = parts.header.FindText("alg");
  if (algorithm == nullptr || *algorithm != NameOf(issuer->algorithm)) {
    return Error(Reason::kTokenAlg,
                 absl::StrCat("the token's issuer signs with ", NameOf(issuer->algorithm),
                              "; this token says otherwise"));
  }
  const std::shared_ptr<const TokenKeys> keys = issuer->keys();
  const auto key = keys->find(*parts.header.FindText("kid"));
  if (key == keys->end() || !key->second.Verifies(parts.signed_text, parts.signature)) {
    return Error(Reason::kTokenSignature, "the token is not signed by a key of its issuer");
  }
  TokenHolder person;
  person.issuer = issuer->issuer;
  if (!IsForUs(parts.claims)) {
    return Error(Reason::kTokenAudience,
                 absl::StrCat("the token is not for \"", kTokenAudience, "\""));
  }
  RETURN_IF_ERROR(CheckTimes(parts.claims, clock_->Now(), &person));
  RETURN_IF_ERROR(ReadWho(parts.claims, &person));
  RETURN_IF_ERROR(CheckBinding(parts.claims, certificate, binding));
  return person;
}

}  // namespace onereturn
