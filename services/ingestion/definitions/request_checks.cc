#include "services/ingestion/definitions/request_checks.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/hierarchy/ods_code.h"
#include "common/period/civil_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/definitions/request_line_checks.h"
#include "services/ingestion/definitions/request_periods.h"
#include "services/ingestion/definitions/request_text_checks.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;

constexpr int kMostConsultees = 64;
constexpr size_t kMostThemeBytes = 64;

bool IsTheme(absl::string_view text) {
  return text.size() <= kMostThemeBytes && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
         });
}

template <typename List>
void CheckOdsCodes(const List& codes, int most, absl::string_view field, Error* faults) {
  if (codes.size() > most) {
    return static_cast<void>(faults->Field(field, absl::StrCat("has more than ", most)));
  }
  std::set<std::string> seen;
  for (int i = 0; i < codes.size(); ++i) {
    const std::string path = absl::StrCat(field, "[", i, "]");
    if (absl::Status format = CheckOdsCode(codes[i]); !format.ok()) {
      faults->Field(path, format.message());
    } else if (!seen.insert(codes[i]).second) {
      faults->Field(path, "stands twice");
    }
  }
}

void CheckSelector(const DataRequest& request, Error* faults) {
  if (!request.has_selector()) return;
  if (request.organisations_size() > 0) {
    faults->Field("data_request.selector", "stands beside organisations: give one of the two");
  }
  if (request.selector().types_size() == 0) {
    faults->Field("data_request.selector.types", "is empty: give at least one type");
  }
  for (int i = 0; i < request.selector().types_size(); ++i) {
    if (request.selector().types(i) == catalogue::v1::ORGANISATION_TYPE_UNSPECIFIED ||
        !catalogue::v1::OrganisationType_IsValid(request.selector().types(i))) {
      faults->Field(absl::StrCat("data_request.selector.types[", i, "]"), "is no type");
    }
  }
  if (!request.selector().within().empty()) {
    if (absl::Status code = CheckOdsCode(request.selector().within()); !code.ok()) {
      faults->Field("data_request.selector.within", code.message());
    }
  }
}

void CheckChoices(const DataRequest& request, Error* faults) {
  if (request.purpose() == common::v1::PURPOSE_UNSPECIFIED ||
      !common::v1::Purpose_IsValid(request.purpose())) {
    faults->Field("data_request.purpose", "is missing: give one of the closed list");
  }
  if (!requests::v1::Sector_IsValid(request.sector())) {
    faults->Field("data_request.sector", "is no sector");
  }
  if (!requests::v1::Horizon_IsValid(request.horizon())) {
    faults->Field("data_request.horizon", "is no horizon");
  }
  if (!IsTheme(request.theme())) {
    faults->Field("data_request.theme",
                  "must be at most 64 lower-case letters, digits and hyphens");
  }
}

void CheckDates(const DataRequest& request, Error* faults) {
  CheckDay(request.due_date(), true, "data_request.due_date", faults);
  CheckDay(request.expiry(), true, "data_request.expiry", faults);
  CheckDay(request.freshness().accepted_from(), false, "data_request.freshness.accepted_from",
           faults);
  const absl::StatusOr<CivilDay> due = CivilDay::Parse(request.due_date());
  const absl::StatusOr<CivilDay> expiry = CivilDay::Parse(request.expiry());
  if (due.ok() && expiry.ok() && *expiry <= *due) {
    faults->Field("data_request.expiry", "is not after due_date");
  }
}

void CheckWhoAndWhy(const DataRequest& request, Error* faults) {
  if (absl::Status code = CheckOdsCode(request.requesting_body()); !code.ok()) {
    faults->Field("data_request.requesting_body", code.message());
  }
  CheckRequiredText(request.sponsor(), "data_request.sponsor", 200, faults);
  CheckRequiredText(request.title(), "data_request.title", 200, faults);
  CheckRequiredText(request.legal_basis(), "data_request.legal_basis", 500, faults);
  CheckRequiredText(request.planned_use(), "data_request.planned_use", 1'000, faults);
  CheckRequiredText(request.product(), "data_request.product", 200, faults);
  CheckText(request.place_impact(), "data_request.place_impact", 1'000, faults);
  CheckChoices(request, faults);
  CheckOdsCodes(request.consultees(), kMostConsultees, "data_request.consultees", faults);
}

absl::Status NothingAsked(const char* field, const char* words) {
  return Error(Reason::kEmptySelector,
               absl::StrCat("the request asks for nothing: ", field, " ", words))
      .Field(field, words);
}

bool HasReason(const absl::Status& status, Reason reason) {
  return !status.ok() && ReasonOf(status) == reason;
}

// Adds the faults of what matching reads. EMPTY_SELECTOR; else what else there is against its
// periods, FUTURE_PERIOD, for which the faults of its fields go first.
absl::Status AddFaultsOfAsked(const DataRequest& request, absl::Status* periods, Error* faults) {
  if (request.lines().empty()) return NothingAsked("data_request.lines", "is empty");
  if (request.organisations().empty() && !request.has_selector()) {
    return NothingAsked("data_request.organisations", "is empty, and there is no selector");
  }
  *periods = PeriodsAsked(request).status();
  if (HasReason(*periods, Reason::kEmptySelector)) return *periods;
  if (HasReason(*periods, Reason::kFieldInvalid)) {
    const std::optional<ErrorDetails> found = DetailsOf(*periods);
    for (const FieldViolation& fault : found->fields) faults->Field(fault.field, fault.description);
  }
  CheckDates(request, faults);
  CheckSelector(request, faults);
  CheckOdsCodes(request.organisations(), kMostAskedOrganisations, "data_request.organisations",
                faults);
  CheckRequestLines(request, faults);
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckWhatIsAsked(const DataRequest& request) {
  Error faults(Reason::kFieldInvalid, "the request cannot be taken as it is");
  absl::Status periods;
  RETURN_IF_ERROR(AddFaultsOfAsked(request, &periods, &faults));
  if (faults.fields_total() > 0) return faults;
  return periods;
}

absl::Status CheckDataRequest(const DataRequest& request) {
  Error faults(Reason::kFieldInvalid, "the request cannot be taken as it is");
  absl::Status periods;
  RETURN_IF_ERROR(AddFaultsOfAsked(request, &periods, &faults));
  CheckWhoAndWhy(request, &faults);
  if (faults.fields_total() > 0) return faults;
  return periods;
}

}  // namespace onereturn::ingestion
