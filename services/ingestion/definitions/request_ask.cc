#include "services/ingestion/definitions/request_ask.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/request_checks.h"
#include "services/ingestion/definitions/request_lines.h"
#include "services/ingestion/definitions/request_periods.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;
using requests::v1::OrganisationSelector;

// Everything but the organisations, of a request that is sound by itself.
absl::StatusOr<Ask> FieldsOf(const DataRequest& request, const CivilDay& today) {
  Ask ask;
  for (const requests::v1::RequestLine& line : request.lines()) {
    ask.lines.push_back(AskLineOf(line));
  }
  ASSIGN_OR_RETURN(ask.periods, PeriodsAsked(request));
  if (!request.freshness().accepted_from().empty()) {
    ASSIGN_OR_RETURN(ask.accepted_from, CivilDay::Parse(request.freshness().accepted_from()));
  }
  ask.final_only = request.freshness().final_only();
  ask.ask_anew = request.ask_anew();
  if (IsExcepted(request, today)) {
    ask.excepted_notice_days = request.notice_exception().notice_days();
  }
  ASSIGN_OR_RETURN(ask.due_date, CivilDay::Parse(request.due_date()));
  return ask;
}

absl::Status CheckTriples(const Ask& ask) {
  const uint64_t triples =
      uint64_t{ask.lines.size()} * ask.organisations.size() * ask.periods.size();
  if (triples <= kMostTriples) return absl::OkStatus();
  return Error(Reason::kTooManyItems,
               absl::StrCat(ask.lines.size(), " lines of ", ask.organisations.size(),
                            " organisations for ", ask.periods.size(), " periods are ", triples,
                            " figures: one request asks at most ", kMostTriples))
      .Field("data_request",
             "ask for fewer periods, organisations or lines, or in several requests")
      .With("most", absl::StrCat(kMostTriples))
      .Remedy("Ask for fewer periods, organisations or lines, or in several requests.");
}

// Whom each organisation leads to, on a day.
class Leading {
 public:
  Leading(const KnownCatalogue& catalogue, const CivilDay& day) : catalogue_(catalogue) {
    for (const auto& [code, organisation] : catalogue.organisations) {
      if (!organisation.open.Covers(day)) continue;
      for (const Relationship& one : organisation.relationships) {
        if (!one.lead || !Leads(one.kind) || one.from > day) continue;
        if (one.to.has_value() && *one.to < day) continue;
        const auto parent = catalogue_.organisations.find(one.parent);
        if (parent == catalogue_.organisations.end() || !parent->second.open.Covers(day)) continue;
        children_[one.parent].push_back(code);
      }
    }
  }

  // Kinds lead to higher levels alone, so there is no circle.
  std::set<std::string> Below(const std::string& code) const {
    std::set<std::string> below;
    std::vector<std::string> next = {code};
    while (!next.empty()) {
      const auto found = children_.find(next.back());
      next.pop_back();
      if (found == children_.end()) continue;
      for (const std::string& child : found->second) {
        if (below.insert(child).second) next.push_back(child);
      }
    }
    return below;
  }

 private:
  static bool Leads(RelationshipKind kind) {
    return kind == RelationshipKind::kProviderToIcb ||
           kind == RelationshipKind::kProviderToRegion ||
           kind == RelationshipKind::kProviderToNation || kind == RelationshipKind::kIcbToRegion ||
           kind == RelationshipKind::kRegionToNation;
  }

  const KnownCatalogue& catalogue_;
  std::map<std::string, std::vector<std::string>> children_;
};

}  // namespace

absl::StatusOr<std::vector<std::string>> OrganisationsChosen(const OrganisationSelector& selector,
                                                             const KnownCatalogue& catalogue,
                                                             const CivilDay& day) {
  const std::string& within = selector.within();
  std::set<std::string> below;
  if (!within.empty()) below = Leading(catalogue, day).Below(within);
  std::vector<std::string> chosen;
  for (const auto& [code, organisation] : catalogue.organisations) {
    const int type = static_cast<int>(organisation.type);
    if (std::find(selector.types().begin(), selector.types().end(), type) ==
        selector.types().end()) {
      continue;
    }
    if (!organisation.open.Covers(day) || (!within.empty() && below.count(code) == 0)) continue;
    chosen.push_back(code);
  }
  if (chosen.empty()) {
    return Error(Reason::kEmptySelector, "the selector chooses no organisation")
        .Field("data_request.selector",
               absl::StrCat("chooses nobody that is open on ", day.ToString(),
                            ", the last day that is asked for: widen it, or ask for a later "
                            "period"));
  }
  if (chosen.size() > kMostAskedOrganisations) {
    return Error(Reason::kFieldInvalid, "the request cannot be taken as it is")
        .Field("data_request.selector",
               absl::StrCat("chooses ", chosen.size(), " organisations: at most ",
                            kMostAskedOrganisations));
  }
  return chosen;
}

bool IsExcepted(const DataRequest& request, const CivilDay& day) {
  return request.has_notice_exception() && day.ToString() <= request.notice_exception().expiry();
}

absl::StatusOr<Ask> AskOf(const DataRequest& request, const KnownCatalogue& catalogue,
                          const CivilDay& today) {
  RETURN_IF_ERROR(CheckWhatIsAsked(request));
  ASSIGN_OR_RETURN(Ask ask, FieldsOf(request, today));
  if (request.has_issue()) {
    ask.organisations.assign(request.issue().organisations().begin(),
                             request.issue().organisations().end());
    return ask;
  }
  if (request.has_selector()) {
    ASSIGN_OR_RETURN(ask.organisations,
                     OrganisationsChosen(request.selector(), catalogue, ask.periods.back().end()));
  } else {
    ask.organisations.assign(request.organisations().begin(), request.organisations().end());
    std::sort(ask.organisations.begin(), ask.organisations.end());
  }
  RETURN_IF_ERROR(CheckTriples(ask));
  return ask;
}

}  // namespace onereturn::ingestion
