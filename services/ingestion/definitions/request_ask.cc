#include "services/ingestion/definitions/request_ask.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hierarchy/ods_code.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/definitions/request_lines.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;
using requests::v1::OrganisationSelector;

std::optional<CivilDay> ReadDay(const std::string& text, absl::string_view field, bool required,
                                Error* faults) {
  CheckDay(text, required, field, faults);
  const absl::StatusOr<CivilDay> day = CivilDay::Parse(text);
  return day.ok() ? std::optional(*day) : std::nullopt;
}

void CheckOrganisations(const DataRequest& request, Error* faults) {
  if (request.organisations_size() > 0 && request.has_selector()) {
    faults->Field("selector", "stands beside organisations: give one of the two");
  }
  if (request.organisations_size() > static_cast<int>(kMostAskedOrganisations)) {
    faults->Field("organisations", absl::StrCat("at most ", kMostAskedOrganisations));
    return;
  }
  std::set<std::string> seen;
  for (int i = 0; i < request.organisations_size(); ++i) {
    const std::string path = absl::StrCat("organisations[", i, "]");
    if (const absl::Status code = CheckOdsCode(request.organisations(i)); !code.ok()) {
      faults->Field(path, code.message());
    } else if (!seen.insert(request.organisations(i)).second) {
      faults->Field(path, absl::StrCat(request.organisations(i), " stands twice"));
    }
  }
  if (!request.has_selector()) return;
  for (const int type : request.selector().types()) {
    if (type == catalogue::v1::ORGANISATION_TYPE_UNSPECIFIED ||
        !catalogue::v1::OrganisationType_IsValid(type)) {
      faults->Field("selector.types", "holds what is no type of organisation");
      break;
    }
  }
}

// Everything but organisations and periods, with every fault of its fields.
absl::StatusOr<Ask> ReadFields(const DataRequest& request) {
  Error faults(Reason::kFieldInvalid, "the request is wrong in the fields listed");
  Ask ask;
  if (request.lines_size() > static_cast<int>(kMostAskedLines)) {
    faults.Field("lines", absl::StrCat("at most ", kMostAskedLines));
  } else {
    for (int i = 0; i < request.lines_size(); ++i) {
      ask.lines.push_back(ReadLine(request.lines(i), absl::StrCat("lines[", i, "]"), &faults));
    }
  }
  CheckOrganisations(request, &faults);
  ask.accepted_from = ReadDay(request.freshness().accepted_from(), "freshness.accepted_from",
                              /*required=*/false, &faults);
  ask.final_only = request.freshness().final_only();
  ask.ask_anew = request.ask_anew();
  if (request.has_notice_exception()) {
    ask.excepted_notice_days = request.notice_exception().notice_days();
  }
  const auto due = ReadDay(request.due_date(), "due_date", /*required=*/true, &faults);
  const auto expiry = ReadDay(request.expiry(), "expiry", /*required=*/true, &faults);
  if (due.has_value() && expiry.has_value() && *expiry <= *due) {
    faults.Field("expiry", "must lie after due_date");
  }
  if (faults.fields_total() > 0) return faults;
  ask.due_date = *due;
  return ask;
}

absl::StatusOr<Period> ReadPeriod(const std::string& text, const std::string& field) {
  absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) {
    return Error(Reason::kPeriod,
                 absl::StrCat("the period cannot be read: ", period.status().message()))
        .Field(field, period.status().message());
  }
  if (period->kind() == PeriodKind::kPlan || period->kind() == PeriodKind::kComparison) {
    return Error(Reason::kPeriod, "plans and comparisons are of no figures that are returned")
        .Field(field, absl::StrCat("is of kind ", PeriodKindName(period->kind())));
  }
  return period;
}

absl::StatusOr<Period> LastPeriodOf(const DataRequest& request, const Period& first) {
  if (!request.to_period().empty()) return ReadPeriod(request.to_period(), "to_period");
  if (!request.standing()) {
    return Error(Reason::kPeriod, "the last period is missing")
        .Field("to_period", "is missing: only a standing request may go on until it expires");
  }
  const absl::StatusOr<CivilDay> expiry = CivilDay::Parse(request.expiry());
  const std::optional<Period> last =
      expiry.ok() ? Period::Containing(first.kind(), *expiry) : std::nullopt;
  if (last.has_value()) return *last;
  return Error(Reason::kPeriod, "no last period follows from the expiry")
      .Field("to_period", absl::StrCat("is missing: periods of kind ", PeriodKindName(first.kind()),
                                       " overlap, so the last one must be named"));
}

absl::Status CheckItems(const Ask& ask, const KnownCatalogue& catalogue) {
  Error unknown(Reason::kDefinitionUnknown, "the request asks for items that are not defined");
  Error retired(Reason::kDefinitionRetired,
                "the request asks for items that were retired before its first period");
  const CivilDay first = ask.periods.front().start();
  for (size_t i = 0; i < ask.lines.size(); ++i) {
    const std::string& item = ask.lines[i].item;
    if (item.empty()) continue;
    const std::string field = absl::StrCat("lines[", i, "].item");
    const auto known = catalogue.items.find(item);
    if (known == catalogue.items.end() || known->second.empty()) {
      unknown.Field(field, absl::StrCat(item, " is not defined"));
      continue;
    }
    const std::optional<CivilDay>& end = known->second.back().days.before;
    if (!end.has_value() || *end > first) continue;
    retired.Field(field, absl::StrCat(item, " is retired from ", end->ToString(), " on"));
  }
  if (unknown.fields_total() > 0) return unknown;
  if (retired.fields_total() > 0) return retired;
  return absl::OkStatus();
}

// Of those that are named by their codes.
absl::Status CheckNamed(const DataRequest& request, const Ask& ask,
                        const KnownCatalogue& catalogue) {
  Error unknown(Reason::kOdsUnknown, "the request names organisations that are not held");
  Error closed(Reason::kOdsClosed,
               "the request names organisations that close before a period begins for which they "
               "are asked: leave them out, or ask for earlier periods");
  for (int i = 0; i < request.organisations_size(); ++i) {
    const std::string& code = request.organisations(i);
    const std::string field = absl::StrCat("organisations[", i, "]");
    const auto known = catalogue.organisations.find(code);
    if (known == catalogue.organisations.end()) {
      unknown.Field(field, absl::StrCat(code, " is not held"));
      continue;
    }
    const std::optional<CivilDay>& end = known->second.open.before;
    const auto late = std::find_if(
        ask.periods.begin(), ask.periods.end(),
        [&end](const Period& period) { return end.has_value() && *end <= period.start(); });
    if (late == ask.periods.end()) continue;
    closed.Field(field, absl::StrCat(code, " is closed from ", end->ToString(), " on, before ",
                                     late->ToString(), " begins"));
  }
  if (unknown.fields_total() > 0) return unknown;
  if (closed.fields_total() > 0) return closed;
  return absl::OkStatus();
}

Error Empty(absl::string_view field, absl::string_view words) {
  Error error(Reason::kEmptySelector, "the request asks for nothing");
  error.Field(field, words);
  return error;
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

absl::StatusOr<std::vector<Period>> PeriodsAsked(const DataRequest& request) {
  if (request.from_period().empty()) return Empty("from_period", "is missing");
  ASSIGN_OR_RETURN(const Period first, ReadPeriod(request.from_period(), "from_period"));
  const absl::StatusOr<CivilDay> expiry = CivilDay::Parse(request.expiry());
  if (expiry.ok() && first.start() > *expiry) {
    return Error(Reason::kFuturePeriod, absl::StrCat("the request ends on ", request.expiry(),
                                                     ", before ", first.ToString(), " begins"))
        .Precondition("from_period", "begins after expiry");
  }
  ASSIGN_OR_RETURN(const Period last, LastPeriodOf(request, first));
  const auto fault = [](absl::string_view words) {
    return Error(Reason::kPeriod, absl::StrCat("the periods cannot be listed: to_period ", words))
        .Field("to_period", words)
        .ToStatus();
  };
  if (last.kind() != first.kind()) {
    return fault(absl::StrCat("must be of kind ", PeriodKindName(first.kind())));
  }
  if (last < first) return fault("lies before from_period");
  std::vector<Period> periods = {first};
  while (periods.back() != last) {
    const std::optional<Period> next = periods.back().Next();
    if (!next.has_value() || *next > last) return fault("is of another length than from_period");
    if (periods.size() == kMostAskedPeriods) {
      return fault(absl::StrCat("must be at most ", kMostAskedPeriods, " periods on"));
    }
    periods.push_back(*next);
  }
  return periods;
}

absl::StatusOr<std::vector<std::string>> OrganisationsChosen(const OrganisationSelector& selector,
                                                             const KnownCatalogue& catalogue,
                                                             const CivilDay& day) {
  if (selector.types().empty()) return Empty("selector.types", "is empty");
  const std::string& within = selector.within();
  if (!within.empty() && catalogue.organisations.count(within) == 0) {
    return Error(Reason::kOdsUnknown, absl::StrCat("organisation ", within, " is not held"))
        .Field("selector.within", "is not held");
  }
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
    return Empty("selector",
                 absl::StrCat("chooses no organisation that is open on ", day.ToString()));
  }
  if (chosen.size() > kMostAskedOrganisations) {
    return Error(Reason::kFieldInvalid, "the request is wrong in the fields listed")
        .Field("selector", absl::StrCat("chooses ", chosen.size(), " organisations: at most ",
                                        kMostAskedOrganisations));
  }
  return chosen;
}

absl::StatusOr<Ask> AskOf(const DataRequest& request, const KnownCatalogue& catalogue) {
  ASSIGN_OR_RETURN(Ask ask, ReadFields(request));
  ASSIGN_OR_RETURN(ask.periods, PeriodsAsked(request));
  if (ask.lines.empty()) return Empty("lines", "is empty: which figures?");
  if (request.has_issue()) {
    ask.organisations.assign(request.issue().organisations().begin(),
                             request.issue().organisations().end());
    return ask;
  }
  if (request.organisations().empty() && !request.has_selector()) {
    return Empty("organisations", "is empty, and there is no selector");
  }
  RETURN_IF_ERROR(CheckItems(ask, catalogue));
  RETURN_IF_ERROR(CheckNamed(request, ask, catalogue));
  if (request.has_selector()) {
    ASSIGN_OR_RETURN(ask.organisations,
                     OrganisationsChosen(request.selector(), catalogue, ask.periods.back().end()));
    return ask;
  }
  ask.organisations.assign(request.organisations().begin(), request.organisations().end());
  std::sort(ask.organisations.begin(), ask.organisations.end());
  return ask;
}

}  // namespace onereturn::ingestion
