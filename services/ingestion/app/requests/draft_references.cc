#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/app/requests/draft_checks.h"
#include "services/ingestion/app/requests/request_bodies.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;

// An item that is in use for none of the periods is asked in vain; one that begins or ends among
// them is matched period by period.
absl::Status CheckItems(const Reader& reader, const DataRequest& request,
                        const std::vector<Period>& periods, uint64_t sequence) {
  CatalogueTime catalogue(&reader, sequence);
  Error unknown(Reason::kDefinitionUnknown, "the request names an item that is not defined");
  Error retired(Reason::kDefinitionRetired,
                "the request names an item that is in use for none of its periods");
  bool any_retired = false;
  for (int i = 0; i < request.lines_size(); ++i) {
    if (!request.lines(i).has_item()) continue;
    const std::string& code = request.lines(i).item();
    const std::string path = absl::StrCat("data_request.lines[", i, "].item");
    ASSIGN_OR_RETURN(const ItemTimeline* item, catalogue.Item(code));
    if (item->newest_first.empty()) {
      unknown.Field(path, absl::StrCat("there is no item ", code));
      continue;
    }
    const bool in_use = std::any_of(periods.begin(), periods.end(), [&](const Period& period) {
      const Stretch* stretch = StretchOn(item->stretches, period.start());
      return stretch != nullptr && stretch->InUse().has_value() &&
             stretch->InUse()->Covers(period.start());
    });
    if (!in_use) {
      any_retired = true;
      retired.Precondition(absl::StrCat("items/", code),
                           absl::StrCat("is not in use from ", periods.front().ToString(), " to ",
                                        periods.back().ToString()));
    }
  }
  if (unknown.fields_total() > 0) return unknown;
  if (any_retired) return retired;
  return absl::OkStatus();
}

absl::Status CheckOneKnown(const Reader& reader, const std::string& code, const std::string& path,
                           uint64_t sequence, Error* unknown) {
  if (code.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto known, FindOrganisation(reader, code, sequence));
  if (!known.has_value()) {
    unknown->Field(path, absl::StrCat("there is no organisation ", code));
  }
  return absl::OkStatus();
}

absl::Status CheckOrganisationsKnown(const Reader& reader, const DataRequest& request,
                                     uint64_t sequence) {
  Error unknown(Reason::kOdsUnknown, "the request names an organisation that is not held");
  RETURN_IF_ERROR(CheckOneKnown(reader, request.requesting_body(), "data_request.requesting_body",
                                sequence, &unknown));
  RETURN_IF_ERROR(CheckOneKnown(reader, request.selector().within(), "data_request.selector.within",
                                sequence, &unknown));
  for (int i = 0; i < request.organisations_size(); ++i) {
    RETURN_IF_ERROR(CheckOneKnown(reader, request.organisations(i),
                                  absl::StrCat("data_request.organisations[", i, "]"), sequence,
                                  &unknown));
  }
  for (int i = 0; i < request.consultees_size(); ++i) {
    RETURN_IF_ERROR(CheckOneKnown(reader, request.consultees(i),
                                  absl::StrCat("data_request.consultees[", i, "]"), sequence,
                                  &unknown));
  }
  if (unknown.fields_total() > 0) return unknown;
  return absl::OkStatus();
}

void NameClosed(const catalogue::v1::Organisation& organisation, Error* closed) {
  std::string words = absl::StrCat("closed on ", organisation.close_date());
  if (organisation.successions_size() > 0) {
    absl::StrAppend(&words, "; its successor is ", organisation.successions(0).successor());
    closed->With("successor", organisation.successions(0).successor());
  }
  closed->Precondition(absl::StrCat("organisations/", organisation.code()), words);
}

// Of those who are asked: before the first period. Of the body, and of those who are consulted:
// today.
absl::Status CheckNotClosed(const Reader& reader, const DataRequest& request,
                            const std::string& first_day, const std::string& today,
                            uint64_t sequence) {
  Error closed(Reason::kOdsClosed, "the request names an organisation that has closed");
  bool any = false;
  const auto look = [&](const std::string& code, const std::string& day) -> absl::Status {
    ASSIGN_OR_RETURN(const auto known, FindOrganisation(reader, code, sequence));
    if (!known.has_value() || known->close_date().empty() || known->close_date() >= day) {
      return absl::OkStatus();
    }
    any = true;
    NameClosed(*known, &closed);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(look(request.requesting_body(), today));
  for (const std::string& code : request.organisations()) RETURN_IF_ERROR(look(code, first_day));
  for (const std::string& code : request.consultees()) RETURN_IF_ERROR(look(code, today));
  if (any) return closed;
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckDraftReferences(const Reader& reader, const RequestMatching& matching,
                                  const DataRequest& request, const CivilDay& today,
                                  uint64_t sequence) {
  if (request.expiry() < today.ToString()) {
    return Error(Reason::kRequestExpired,
                 absl::StrCat("the request would have expired on ", request.expiry()))
        .Precondition("data_request.expiry", "is past");
  }
  ASSIGN_OR_RETURN(const std::vector<Period> periods, PeriodsOf(request));
  const std::string first_day = periods.front().start().ToString();
  if (first_day > request.expiry()) {
    return Error(Reason::kFuturePeriod,
                 absl::StrCat(periods.front().ToString(), " begins after the request expires"))
        .Precondition("data_request.from_period",
                      absl::StrCat("begins on ", first_day, ", after ", request.expiry()));
  }
  RETURN_IF_ERROR(CheckItems(reader, request, periods, sequence));
  RETURN_IF_ERROR(CheckOrganisationsKnown(reader, request, sequence));
  RETURN_IF_ERROR(CheckNotClosed(reader, request, first_day, today.ToString(), sequence));
  ASSIGN_OR_RETURN(const AskedOrganisations organisations,
                   matching.OrganisationsAt(reader, sequence));
  ASSIGN_OR_RETURN(const std::vector<std::string> asked, organisations(request));
  if (!asked.empty()) return absl::OkStatus();
  return Error(Reason::kEmptySelector, "the selector chooses no organisation")
      .Field("data_request.selector", "chooses nobody on the last day of the last period");
}

}  // namespace onereturn::ingestion
