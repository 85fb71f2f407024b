#include "services/ingestion/app/requests/request_bodies.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/identity/roles.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/relationships.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using catalogue::v1::Organisation;

absl::StatusOr<Organisation> OrganisationIn(const StoredDefinition& stored) {
  Organisation organisation;
  if (!organisation.ParseFromString(stored.bytes)) {
    return absl::DataLossError("a stored organisation cannot be read");
  }
  return organisation;
}

// Texts of days are in the order of the days.
bool IsOpenOn(const Organisation& organisation, const std::string& day) {
  return organisation.close_date().empty() || day <= organisation.close_date();
}

// A body and those that have succeeded it by a day. A body that is open has not been succeeded.
struct Succession {
  std::set<std::string> all;
  std::set<std::string> open;  // Of these.
};

absl::StatusOr<Succession> SuccessionOf(const Reader& reader, const std::string& body,
                                        const CivilDay& day) {
  const std::string today = day.ToString();
  Succession found;
  found.all = {body};
  std::vector<std::string> next = {body};
  while (!next.empty()) {
    const std::string code = std::move(next.back());
    next.pop_back();
    ASSIGN_OR_RETURN(const std::optional<Organisation> one,
                     FindOrganisation(reader, code, kNewest));
    if (!one.has_value()) continue;
    if (IsOpenOn(*one, today)) {
      found.open.insert(code);
      continue;
    }
    for (const auto& succession : one->successions()) {
      if (succession.effective_date() <= today && found.all.insert(succession.successor()).second) {
        next.push_back(succession.successor());
      }
    }
  }
  return found;
}

// All that `body` became.
absl::StatusOr<std::set<std::string>> SuccessorsOf(const Reader& reader, const std::string& body) {
  std::set<std::string> found;
  std::vector<std::string> open = {body};
  while (!open.empty()) {
    const std::string code = std::move(open.back());
    open.pop_back();
    ASSIGN_OR_RETURN(const std::optional<Organisation> one,
                     FindOrganisation(reader, code, kNewest));
    if (!one.has_value()) continue;
    for (const auto& succession : one->successions()) {
      if (found.insert(succession.successor()).second) open.push_back(succession.successor());
    }
  }
  return found;
}

}  // namespace

absl::StatusOr<std::optional<Organisation>> FindOrganisation(const Reader& reader,
                                                             const std::string& code,
                                                             uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> stored,
                   FindDefinition(reader, DefinitionKind::kOrganisation, code, sequence));
  if (!stored.has_value()) return std::optional<Organisation>();
  ASSIGN_OR_RETURN(Organisation organisation, OrganisationIn(*stored));
  return std::optional<Organisation>(std::move(organisation));
}

absl::Status CheckOrganisationIsThere(const Reader& reader, const std::string& code) {
  if (code.empty() || code == "-") return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<Organisation> known,
                   FindOrganisation(reader, code, kNewest));
  return known.has_value() ? absl::OkStatus() : NotFound(absl::StrCat("organisation ", code));
}

absl::StatusOr<std::set<std::string>> BodiesActingFor(const Reader& reader, const std::string& body,
                                                      const CivilDay& day) {
  ASSIGN_OR_RETURN(Succession succession, SuccessionOf(reader, body, day));
  return std::move(succession.open);
}

absl::StatusOr<std::set<std::string>> BodyAndSuccessors(const Reader& reader,
                                                        const std::string& body,
                                                        const CivilDay& day) {
  ASSIGN_OR_RETURN(Succession succession, SuccessionOf(reader, body, day));
  return std::move(succession.all);
}

absl::Status CheckActsFor(const Reader& reader, const OrganisationScope& scope,
                          const std::string& body, const CivilDay& day) {
  ASSIGN_OR_RETURN(const std::set<std::string> acting, BodiesActingFor(reader, body, day));
  for (const std::string& one : acting) {
    if (scope.Covers(one)) return absl::OkStatus();
  }
  return Error(Reason::kOrgScope,
               absl::StrCat("the request is one of ", body, ", for which you do not act"))
      .With("acting", absl::StrJoin(acting, ","))
      .Remedy(acting.empty()
                  ? absl::StrCat(body, " has closed: have its successor entered in the catalogue.")
                  : absl::StrCat("Have a requester of ", absl::StrJoin(acting, " or "),
                                 " take the step."));
}

absl::StatusOr<bool> AreRelated(const Reader& reader, const std::string& first,
                                const std::string& second) {
  if (first == second) return true;
  ASSIGN_OR_RETURN(const std::set<std::string> after_first, SuccessorsOf(reader, first));
  ASSIGN_OR_RETURN(const std::set<std::string> after_second, SuccessorsOf(reader, second));
  return after_first.count(second) > 0 || after_second.count(first) > 0 ||
         std::any_of(after_first.begin(), after_first.end(),
                     [&](const std::string& one) { return after_second.count(one) > 0; });
}

absl::StatusOr<std::set<std::string>> WithThoseBelow(const Reader& reader, const std::string& code,
                                                     const CivilDay& day, uint64_t sequence) {
  std::map<std::string, std::vector<std::string>> children;
  RETURN_IF_ERROR(VisitDefinitions(reader, DefinitionKind::kOrganisation, "", sequence,
                                   [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                                     ASSIGN_OR_RETURN(const Organisation one,
                                                      OrganisationIn(stored));
                                     for (const auto& tie : one.relationships()) {
                                       if (CarriesRights(tie.kind()) && IsInForce(tie, day)) {
                                         children[tie.parent()].push_back(one.code());
                                       }
                                     }
                                     return true;
                                   }));
  std::set<std::string> found = {code};
  std::vector<std::string> open = {code};
  while (!open.empty()) {
    const std::string parent = std::move(open.back());
    open.pop_back();
    for (const std::string& child : children[parent]) {
      if (found.insert(child).second) open.push_back(child);
    }
  }
  return found;
}

}  // namespace onereturn::ingestion
