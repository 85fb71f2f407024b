#include "services/ingestion/app/requests/matching/draft_checks.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/identity/message_text.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/definitions/request_checks.h"
#include "services/ingestion/definitions/request_periods.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;

// The fields from which on only the service sets what stands there.
constexpr int kFirstOutputField = 40;

bool IsInUseOn(const ItemTimeline& item, const CivilDay& day) {
  const Stretch* stretch = StretchOn(item.stretches, day);
  return stretch != nullptr && stretch->InUse().has_value() && stretch->InUse()->Covers(day);
}

// Why the item cannot be asked for all of these periods; empty: it can be. One that begins among
// them is matched period by period; of one that ends no home could be made for what comes after.
std::string WhyNotInUse(const ItemTimeline& item, const std::vector<Period>& periods) {
  const auto first = std::find_if(periods.begin(), periods.end(), [&](const Period& period) {
    return IsInUseOn(item, period.start());
  });
  if (first == periods.end()) {
    return absl::StrCat("is not in use from ", periods.front().ToString(), " to ",
                        periods.back().ToString());
  }
  const auto ended = std::find_if(
      first, periods.end(), [&](const Period& period) { return !IsInUseOn(item, period.end()); });
  if (ended == periods.end()) return "";
  if (ended == first) {
    return absl::StrCat("ends within ", ended->ToString(), ": ask for shorter periods");
  }
  return absl::StrCat("ends among the periods: ask for it up to ", (ended - 1)->ToString());
}

absl::Status CheckItems(const Reader& reader, const DataRequest& request,
                        const std::vector<Period>& periods, uint64_t sequence) {
  CatalogueTime catalogue(&reader, sequence);
  Error unknown(Reason::kDefinitionUnknown, "the request names an item that is not defined");
  Error retired(Reason::kDefinitionRetired,
                "the request names an item that is not in use for its periods");
  bool any_retired = false;
  for (int i = 0; i < request.lines_size(); ++i) {
    if (!request.lines(i).has_item()) continue;
    const std::string& code = request.lines(i).item();
    ASSIGN_OR_RETURN(const ItemTimeline* item, catalogue.Item(code));
    if (item->newest_first.empty()) {
      unknown.Field(absl::StrCat("data_request.lines[", i, "].item"),
                    absl::StrCat("there is no item ", code));
      continue;
    }
    const std::string why = WhyNotInUse(*item, periods);
    if (why.empty()) continue;
    any_retired = true;
    retired.Precondition(absl::StrCat("items/", code), why);
  }
  if (unknown.fields_total() > 0) return unknown;
  if (any_retired) return retired;
  return absl::OkStatus();
}

// Looks organisations up, and gathers those that are not held, had closed, or had not opened.
class OrganisationLook {
 public:
  OrganisationLook(const Reader* reader, uint64_t sequence)
      : reader_(reader), sequence_(sequence) {}

  // Nothing for an empty code. `day`: on which it must still be open, "YYYY-MM-DD"; empty: on none.
  // `opened_by`: the day by which it must have opened; empty: whenever.
  absl::Status LookAt(const std::string& code, const std::string& path, const std::string& day,
                      const std::string& opened_by = "") {
    if (code.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto known, FindOrganisation(*reader_, code, sequence_));
    if (!known.has_value()) {
      unknown_.Field(path, absl::StrCat("there is no organisation ", code));
    } else if (!known->close_date().empty() && known->close_date() < day) {
      NameClosed(*known);
    } else if (!opened_by.empty() && known->open_date() > opened_by) {
      any_closed_ = true;
      closed_.Precondition(absl::StrCat("organisations/", code),
                           absl::StrCat("opened on ", known->open_date()));
    }
    return absl::OkStatus();
  }
  template <typename List>
  absl::Status LookAtAll(const List& codes, absl::string_view path, const std::string& day,
                         const std::string& opened_by = "") {
    for (int i = 0; i < codes.size(); ++i) {
      RETURN_IF_ERROR(LookAt(codes[i], absl::StrCat(path, "[", i, "]"), day, opened_by));
    }
    return absl::OkStatus();
  }

  absl::Status Outcome() const {
    if (unknown_.fields_total() > 0) return unknown_;
    if (any_closed_) return closed_;
    return absl::OkStatus();
  }

 private:
  void NameClosed(const catalogue::v1::Organisation& organisation) {
    any_closed_ = true;
    std::string words = absl::StrCat("closed on ", organisation.close_date());
    if (organisation.successions_size() > 0) {
      absl::StrAppend(&words, "; its successor is ", organisation.successions(0).successor());
      closed_.With("successor", organisation.successions(0).successor());
    }
    closed_.Precondition(absl::StrCat("organisations/", organisation.code()), words);
  }

  const Reader* const reader_;
  const uint64_t sequence_;
  Error unknown_{Reason::kOdsUnknown, "the request names an organisation that is not held"};
  Error closed_{Reason::kOdsClosed,
                "the request names an organisation that is not open then: leave it out, or ask for "
                "periods in which it is"};
  bool any_closed_ = false;
};

}  // namespace

DataRequest AskedPartOf(const DataRequest& request) {
  DataRequest asked = request;
  const auto* reflection = asked.GetReflection();
  const auto* type = asked.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    if (type->field(i)->number() >= kFirstOutputField) {
      reflection->ClearField(&asked, type->field(i));
    }
  }
  asked.clear_name();
  asked.clear_reference();
  return asked;
}

absl::Status CheckOutputLeftEmpty(const DataRequest& given) {
  DataRequest rest = given;
  rest.clear_etag();
  DataRequest asked = AskedPartOf(rest);
  asked.set_name(given.name());
  asked.set_reference(given.reference());
  const uint64_t number = DataRequestNumber(given.name());
  const bool reference_fits =
      given.reference().empty() || (number > 0 && given.reference() == RequestReference(number));
  if (reference_fits && asked.SerializeAsString() == rest.SerializeAsString()) {
    return absl::OkStatus();
  }
  return Error(Reason::kOutputOnly, "the request has fields that only the service sets")
      .Field("data_request", "leave reference, state, match, replies and steps empty");
}

absl::Status CheckDraftFields(const DataRequest& request) {
  RETURN_IF_ERROR(CheckDataRequest(request));
  return CheckNoPersonalData(request, "data_request");
}

absl::Status CheckAskedIsKnown(const Reader& reader, const DataRequest& request,
                               uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::vector<Period> periods, PeriodsAsked(request));
  RETURN_IF_ERROR(CheckItems(reader, request, periods, sequence));
  OrganisationLook look(&reader, sequence);
  RETURN_IF_ERROR(look.LookAt(request.selector().within(), "data_request.selector.within", ""));
  // Open when each of the periods begins; who opens among them is asked from then on.
  RETURN_IF_ERROR(look.LookAtAll(request.organisations(), "data_request.organisations",
                                 periods.back().start().ToString(),
                                 periods.back().end().ToString()));
  return look.Outcome();
}

absl::Status CheckDraftReferences(const Reader& reader, const RequestMatching& matching,
                                  const DataRequest& request, const CivilDay& today,
                                  uint64_t sequence) {
  if (request.expiry() < today.ToString()) {
    return Error(Reason::kRequestExpired,
                 absl::StrCat("the request would have expired on ", request.expiry()))
        .Precondition("data_request.expiry", "is past");
  }
  OrganisationLook look(&reader, sequence);
  RETURN_IF_ERROR(
      look.LookAt(request.requesting_body(), "data_request.requesting_body", today.ToString()));
  RETURN_IF_ERROR(
      look.LookAtAll(request.consultees(), "data_request.consultees", today.ToString()));
  RETURN_IF_ERROR(look.Outcome());
  return matching.CheckDraft(reader, request, sequence);
}

}  // namespace onereturn::ingestion
