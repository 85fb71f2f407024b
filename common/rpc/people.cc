#include "common/rpc/people.h"

#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/pseudonym.h"
#include "common/hierarchy/ods_code.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/token/key_file.h"

namespace onereturn {
namespace {

constexpr char kAnybody[] = "*";
constexpr std::chrono::milliseconds kKeysInterval{1'000};
// Some hundred bytes each; a quarter of an hour's approvals.
constexpr size_t kMostTokensUsed = 100'000;

absl::Status IssuerFault(const config::v1::TokenIssuer& issuer, absl::string_view fault) {
  return Error(Reason::kFieldInvalid,
               absl::StrCat("the token issuer \"", issuer.issuer(), "\" ", fault))
      .Field("token_issuers", fault);
}

absl::StatusOr<TrustedIssuer> TrustedOf(const config::v1::TokenIssuer& issuer) {
  // The longest pseudonym there is.
  if (!IsPersonId(absl::StrCat(issuer.issuer(), "#", std::string(63, 'p'), "1"))) {
    return IssuerFault(issuer,
                       "is no name that people's could begin with: it must be visible ASCII "
                       "characters without \"@\", at most 447");
  }
  const std::optional<TokenAlgorithm> algorithm = TokenAlgorithmFromName(issuer.algorithm());
  if (!algorithm.has_value()) {
    return IssuerFault(issuer, "has an algorithm that is neither \"ES256\" nor \"EdDSA\"");
  }
  ASSIGN_OR_RETURN(std::shared_ptr<TokenKeyFile> keys,
                   TokenKeyFile::Open(issuer.keys_file(), *algorithm, kKeysInterval));
  return TrustedIssuer{issuer.issuer(), *algorithm, [keys] { return keys->Keys(); }};
}

}  // namespace

std::unique_ptr<People> People::None() {
  static const SystemClock clock;
  return People::Create({}, {}, &clock).value();
}

absl::StatusOr<std::unique_ptr<People>> People::Create(const config::v1::ServerConfig& config,
                                                       const config::v1::RightsFile& rights,
                                                       const Clock* clock) {
  std::vector<TrustedIssuer> issuers;
  for (const config::v1::TokenIssuer& issuer : config.token_issuers()) {
    ASSIGN_OR_RETURN(TrustedIssuer trusted, TrustedOf(issuer));
    issuers.push_back(std::move(trusted));
  }
  std::unique_ptr<People> people(new People());
  ASSIGN_OR_RETURN(people->verifier_, TokenVerifier::Create(std::move(issuers), clock));
  people->uses_ = std::make_unique<SingleUse>(clock, kMostTokensUsed);
  for (int i = 0; i < rights.principals_size(); ++i) {
    const config::v1::Principal& principal = rights.principals(i);
    if (principal.spiffe_id().empty()) continue;  // A person.
    const std::string& people_of = principal.people_of();
    if (!people_of.empty() && people_of != kAnybody && !CheckOdsCode(people_of).ok()) {
      return Error(Reason::kFieldInvalid,
                   absl::StrCat("the rights file is wrong at principal ", i + 1))
          .Field(absl::StrCat("principals[", i, "].people_of"),
                 "must be an organisation's code, or \"*\"");
    }
    people->carriers_[principal.spiffe_id()] =
        Carrier{people_of.empty() ? principal.organisation() : people_of, principal.needs_person(),
                principal.role() == rights::v1::ROLE_SERVICE};
  }
  return people;
}

absl::StatusOr<std::optional<SignedIn>> People::Of(const grpc::ServerContextBase& context,
                                                   const CallerCertificate& caller) const {
  const auto [first, last] = context.client_metadata().equal_range(kTokenMetadata);
  if (first == last) return Of(nullptr, caller);
  if (std::next(first) != last) {
    return Error(Reason::kTokenFormat, "the call came with more than one authorization");
  }
  const std::string authorization(first->second.data(), first->second.size());
  return Of(&authorization, caller);
}

absl::StatusOr<std::optional<SignedIn>> People::Of(const std::string* authorization,
                                                   const CallerCertificate& caller) const {
  const auto found = carriers_.find(caller.spiffe_id);
  const Carrier carrier = found == carriers_.end() ? Carrier() : found->second;
  if (authorization == nullptr) {
    if (!carrier.needs_person) return std::optional<SignedIn>();
    return Error(Reason::kTokenMissing,
                 "this system calls for people alone: nobody is signed in on this call");
  }
  if (!absl::StartsWithIgnoreCase(*authorization, kTokenScheme)) {
    return Error(Reason::kTokenFormat, "the call's authorization is not \"Bearer {token}\"");
  }
  SignedIn signed_in;
  signed_in.token = authorization->substr(sizeof(kTokenScheme) - 1);
  ASSIGN_OR_RETURN(
      signed_in.holder,
      verifier_->Verify(signed_in.token, caller.sha256,
                        carrier.is_service ? TokenBinding::kForwarded : TokenBinding::kPresenter));
  RETURN_IF_ERROR(CheckOrganisation(signed_in.holder, carrier));
  return std::optional<SignedIn>(std::move(signed_in));
}

absl::Status People::CheckOrganisation(const TokenHolder& holder, const Carrier& carrier) const {
  if (carrier.is_service || carrier.people_of == kAnybody ||
      carrier.people_of == holder.organisation) {
    return absl::OkStatus();
  }
  return Error(Reason::kIdentityMismatch,
               carrier.people_of.empty()
                   ? "the certificate's system carries no people: the rights file gives it none"
                   : "the token names a person of another organisation than the certificate's");
}

}  // namespace onereturn
