// Data requests that cannot be asked.
#include <functional>

#include "absl/strings/str_cat.h"
#include "onereturn/requests/v1/requests_service.pb.h"
#include "tests/conformance/bad_inputs.h"
#include "tests/harness/day_ahead.h"

namespace onereturn {
namespace {

const std::string kRequests = "/onereturn.requests.v1.RequestsService/";  // NOLINT

// A draft that is good; nothing of it is kept.
requests::v1::DraftRequestRequest GoodDraft(World& world) {
  requests::v1::DraftRequestRequest draft;
  draft.set_request_id(world.FreshId());
  draft.set_validate_only(true);
  requests::v1::DataRequest& request = *draft.mutable_data_request();
  request.set_requesting_body("X24");
  request.set_sponsor("Director of tests");
  request.set_title("Patients seen");
  request.set_purpose(common::v1::PURPOSE_EVALUATING_TRENDS);
  request.set_legal_basis("None");
  request.set_planned_use("To see what is refused");
  request.set_product("A test");
  request.add_lines()->set_item("seen");
  request.add_organisations("RCF");
  request.set_from_period("2024-01");
  request.set_to_period("2024-03");
  request.set_due_date(DayAhead(400));
  request.set_expiry(DayAhead(800));
  return draft;
}

using Edit = std::function<void(requests::v1::DataRequest*)>;

std::function<Answer(World&)> Drafted(const Edit& edit, const std::string& persona = kRequester) {
  return [edit, persona](World& world) {
    requests::v1::DraftRequestRequest draft = GoodDraft(world);
    edit(draft.mutable_data_request());
    return world.Send(kRequests + "DraftRequest", draft, persona);
  };
}

void AsItIs(requests::v1::DataRequest* /*request*/) {}

}  // namespace

Cases RequestCases() {
  using requests::v1::DataRequest;
  return {
      {"99.as_it_is", Drafted(AsItIs)},
      {"99.month_13", Drafted([](DataRequest* request) { request->set_to_period("2024-13"); })},
      {"99.two_kinds_of_period",
       Drafted([](DataRequest* request) { request->set_to_period("2024-Q1"); })},
      {"99.last_before_first",
       Drafted([](DataRequest* request) { request->set_to_period("2023-12"); })},
      {"99.too_many_periods",
       Drafted([](DataRequest* request) { request->set_from_period("2014-03"); })},
      {"99.too_many_figures", Drafted([](DataRequest* request) {
         request->set_from_period("2014-04");
         for (int i = 1; i < 200; ++i) request->add_lines()->set_item("seen");
         for (int i = 1; i < 84; ++i) request->add_organisations(absl::StrCat("R", 100 + i));
       })},
      {"99.unknown_item",
       Drafted([](DataRequest* request) { request->mutable_lines(0)->set_item("trolleys"); })},
      {"99.no_line", Drafted([](DataRequest* request) { request->clear_lines(); })},
      {"99.unknown_organisation",
       Drafted([](DataRequest* request) { request->set_organisations(0, "RZZ"); })},
      {"99.closed_organisation",
       Drafted([](DataRequest* request) { request->set_organisations(0, "RFW"); })},
      {"99.empty_selector", Drafted([](DataRequest* request) {
         request->clear_organisations();
         request->mutable_selector()->add_types(catalogue::v1::ORGANISATION_TYPE_REGION);
       })},
      {"99.selector_without_types", Drafted([](DataRequest* request) {
         request->clear_organisations();
         request->mutable_selector()->set_within("X24");
       })},
      {"99.expired", Drafted([](DataRequest* request) {
         request->set_due_date("2024-06-30");
         request->set_expiry("2024-12-31");
       })},
      {"99.no_purpose", Drafted([](DataRequest* request) { request->clear_purpose(); })},
      {"99.output_only", Drafted([](DataRequest* request) {
         request->set_state(requests::v1::REQUEST_STATE_APPROVED);
       })},
      {"99.no_right", Drafted(AsItIs, kAnalyst)},
      {"99.another_body",
       Drafted([](DataRequest* request) { request->set_requesting_body("RAE"); })},
      {"99.nhs_number",
       Drafted([](DataRequest* request) { request->set_title("Seen twice: 943 476 5919"); })},
      {"99.issue_of_none",
       [](World& world) {
         requests::v1::IssueRequestRequest issue;
         issue.set_request_id(world.FreshId());
         issue.set_name("requests/999-00");
         return world.Send(kRequests + "IssueRequest", issue, kRequester);
       }},
  };
}

}  // namespace onereturn
