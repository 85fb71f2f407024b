#include "services/ingestion/app/requests/draft_checks.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/hierarchy/ods_code.h"
#include "common/identity/message_text.h"
#include "services/ingestion/definitions/definition_checks.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;

constexpr int kMostOrganisations = 2'000;
constexpr int kMostRequestConsultees = 64;
constexpr size_t kMostPeriods = 120;
constexpr size_t kMostThemeBytes = 64;

void CheckRequestText(const std::string& text, absl::string_view field, size_t most, bool required,
                      Error* faults) {
  if (required && absl::StripAsciiWhitespace(text).empty()) faults->Field(field, "is missing");
  if (text.size() > most) faults->Field(field, absl::StrCat("is longer than ", most, " bytes"));
  if (!IsSafeText(text)) faults->Field(field, "holds a character that cannot be shown");
}

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
  if (!request.expiry().empty() && request.expiry() <= request.due_date()) {
    faults->Field("data_request.expiry", "is not after due_date");
  }
}

std::optional<Period> ReadAskedPeriod(const std::string& text, const char* field, Error* faults) {
  const absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) {
    faults->Field(field, text.empty() ? "is missing" : period.status().message());
  } else if (period->kind() > PeriodKind::kFinancialYear) {
    faults->Field(field, "is of a kind for which nothing is returned");
  } else {
    return *period;
  }
  return std::nullopt;
}

absl::Status NothingAsked(const char* field, const char* words) {
  return Error(Reason::kEmptySelector,
               absl::StrCat("the request asks for nothing: ", field, " ", words))
      .Field(field, words);
}

}  // namespace

absl::StatusOr<std::vector<Period>> PeriodsOf(const DataRequest& request) {
  Error faults(Reason::kFieldInvalid, "the periods cannot be taken as they are");
  const auto from = ReadAskedPeriod(request.from_period(), "data_request.from_period", &faults);
  std::optional<Period> to;
  if (!request.to_period().empty()) {
    to = ReadAskedPeriod(request.to_period(), "data_request.to_period", &faults);
  } else if (!request.standing()) {
    faults.Field("data_request.to_period", "is missing: only a standing request is open");
  } else if (const auto expiry = CivilDay::Parse(request.expiry()); from.has_value()) {
    if (expiry.ok()) to = Period::Containing(from->kind(), *expiry);
    if (!to.has_value()) faults.Field("data_request.to_period", "cannot be made of the expiry");
    // One that begins after expiry: FUTURE_PERIOD.
    if (to.has_value() && *to < *from) to = from;
  }
  if (from.has_value() && to.has_value() && from->kind() != to->kind()) {
    faults.Field("data_request.to_period", "is not of the kind of from_period");
  }
  if (faults.fields_total() > 0) return faults;
  if (*to < *from) return NothingAsked("data_request.to_period", "lies before from_period");
  std::vector<Period> periods;
  for (std::optional<Period> next = from; next.has_value() && *next <= *to; next = next->Next()) {
    if (periods.size() == kMostPeriods) {
      return faults.Field("data_request.to_period", "makes more than 120 periods").ToStatus();
    }
    periods.push_back(*next);
  }
  return periods;
}

absl::Status CheckDraftFields(const DataRequest& request) {
  if (request.lines().empty()) return NothingAsked("data_request.lines", "is empty");
  if (request.organisations().empty() && !request.has_selector()) {
    return NothingAsked("data_request.organisations", "is empty, and there is no selector");
  }
  const absl::StatusOr<std::vector<Period>> periods = PeriodsOf(request);
  if (!periods.ok() && ReasonOf(periods.status()) == Reason::kEmptySelector) {
    return periods.status();
  }
  Error faults(Reason::kFieldInvalid, "the request cannot be taken as it is");
  if (!periods.ok()) {
    const std::optional<ErrorDetails> found = DetailsOf(periods.status());
    for (const FieldViolation& fault : found->fields) {
      faults.Field(fault.field, fault.description);
    }
  }
  if (absl::Status code = CheckOdsCode(request.requesting_body()); !code.ok()) {
    faults.Field("data_request.requesting_body", code.message());
  }
  CheckRequestText(request.sponsor(), "data_request.sponsor", 200, true, &faults);
  CheckRequestText(request.title(), "data_request.title", 200, true, &faults);
  CheckRequestText(request.legal_basis(), "data_request.legal_basis", 500, true, &faults);
  CheckRequestText(request.planned_use(), "data_request.planned_use", 1'000, true, &faults);
  CheckRequestText(request.product(), "data_request.product", 200, true, &faults);
  CheckRequestText(request.place_impact(), "data_request.place_impact", 1'000, false, &faults);
  CheckChoices(request, &faults);
  CheckDates(request, &faults);
  CheckSelector(request, &faults);
  CheckOdsCodes(request.organisations(), kMostOrganisations, "data_request.organisations", &faults);
  CheckOdsCodes(request.consultees(), kMostRequestConsultees, "data_request.consultees", &faults);
  CheckRequestLines(request, &faults);
  if (faults.fields_total() > 0) return faults;
  return CheckNoPersonalData(request, "data_request");
}

}  // namespace onereturn::ingestion
