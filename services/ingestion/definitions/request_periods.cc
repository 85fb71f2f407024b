#include "services/ingestion/definitions/request_periods.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/period/civil_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;

constexpr char kFromPeriod[] = "data_request.from_period";
constexpr char kToPeriod[] = "data_request.to_period";

struct FirstAndLast {
  Period first;
  Period last;
};

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

// The one in which a standing request expires; one that begins later still has its first.
std::optional<Period> PeriodOfExpiry(const std::string& expiry, const Period& first) {
  const absl::StatusOr<CivilDay> day = CivilDay::Parse(expiry);
  const auto last = day.ok() ? Period::Containing(first.kind(), *day) : std::nullopt;
  return last.has_value() && *last < first ? first : last;
}

absl::StatusOr<FirstAndLast> ReadFirstAndLast(const DataRequest& request) {
  Error faults(Reason::kFieldInvalid, "the periods cannot be taken as they are");
  const auto first = ReadAskedPeriod(request.from_period(), kFromPeriod, &faults);
  std::optional<Period> last;
  if (!request.to_period().empty()) {
    last = ReadAskedPeriod(request.to_period(), kToPeriod, &faults);
  } else if (!request.standing()) {
    faults.Field(kToPeriod, "is missing: only a standing request is open");
  } else if (first.has_value()) {
    last = PeriodOfExpiry(request.expiry(), *first);
    if (!last.has_value()) faults.Field(kToPeriod, "cannot be made of the expiry");
  }
  if (first.has_value() && last.has_value() && first->kind() != last->kind()) {
    faults.Field(kToPeriod, absl::StrCat("is not of the kind of from_period, ",
                                         PeriodKindName(first->kind())));
  }
  if (faults.fields_total() > 0) return faults;
  return FirstAndLast{*first, *last};
}

}  // namespace

absl::StatusOr<std::vector<Period>> PeriodsAsked(const DataRequest& request) {
  ASSIGN_OR_RETURN(const FirstAndLast asked, ReadFirstAndLast(request));
  if (asked.last < asked.first) {
    return Error(Reason::kEmptySelector, "the request asks for no period")
        .Field(kToPeriod, "lies before from_period")
        .Remedy("Give a to_period that is from_period or a later one of its kind.");
  }
  const absl::StatusOr<CivilDay> expiry = CivilDay::Parse(request.expiry());
  if (expiry.ok() && asked.first.start() > *expiry) {
    return Error(Reason::kFuturePeriod,
                 absl::StrCat(asked.first.ToString(), " begins after the request expires"))
        .Precondition(kFromPeriod, absl::StrCat("begins on ", asked.first.start().ToString(),
                                                ", after ", request.expiry()));
  }
  std::vector<Period> periods;
  for (std::optional<Period> next = asked.first; next.has_value() && *next <= asked.last;
       next = next->Next()) {
    if (periods.size() == kMostAskedPeriods) {
      return Error(Reason::kFieldInvalid, "the periods cannot be taken as they are")
          .Field(kToPeriod, absl::StrCat("makes more than ", kMostAskedPeriods, " periods"));
    }
    periods.push_back(*next);
  }
  return periods;
}

}  // namespace onereturn::ingestion
