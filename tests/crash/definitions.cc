#include "tests/crash/definitions.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "onereturn/requests/v1/requests_service.grpc.pb.h"
#include "onereturn/timetable/v1/timetable_service.grpc.pb.h"
#include "tests/crash/calls.h"

namespace onereturn {

using CatalogueStub = catalogue::v1::CatalogueService::Stub;
using MetricsStub = metrics::v1::MetricsService::Stub;
using RequestsStub = requests::v1::RequestsService::Stub;
using TimetableStub = timetable::v1::TimetableService::Stub;

absl::Status ApplyToIngestion(const config::v1::DefinitionSet& definitions,
                              const std::shared_ptr<grpc::Channel>& steward) {
  auto timetable = timetable::v1::TimetableService::NewStub(steward);
  for (const timetable::v1::Calendar& calendar : definitions.calendars()) {
    timetable::v1::UpdateCalendarRequest request;
    request.set_request_id(absl::StrCat("calendar.", calendar.code()));
    *request.mutable_calendar() = calendar;
    RETURN_IF_ERROR(CallOnce(*timetable, &TimetableStub::UpdateCalendar, request).status());
  }
  auto stub = catalogue::v1::CatalogueService::NewStub(steward);
  for (const catalogue::v1::Organisation& organisation : definitions.organisations()) {
    catalogue::v1::UpdateOrganisationRequest request;
    request.set_request_id(absl::StrCat("organisation.", organisation.code()));
    *request.mutable_organisation() = organisation;
    RETURN_IF_ERROR(CallOnce(*stub, &CatalogueStub::UpdateOrganisation, request).status());
  }
  for (const catalogue::v1::DataItem& item : definitions.items()) {
    catalogue::v1::UpdateItemRequest request;
    request.set_request_id(absl::StrCat("item.", item.code()));
    *request.mutable_item() = item;
    RETURN_IF_ERROR(CallOnce(*stub, &CatalogueStub::UpdateItem, request).status());
  }
  for (const catalogue::v1::Collection& collection : definitions.collections()) {
    catalogue::v1::UpdateCollectionRequest request;
    request.set_request_id(absl::StrCat("collection.", collection.code()));
    *request.mutable_collection() = collection;
    RETURN_IF_ERROR(CallOnce(*stub, &CatalogueStub::UpdateCollection, request).status());
  }
  auto requests = requests::v1::RequestsService::NewStub(steward);
  for (const requests::v1::RequestRules& rules : definitions.request_rules()) {
    requests::v1::UpdateRequestRulesRequest request;
    request.set_request_id(absl::StrCat("request-rules.", rules.code()));
    *request.mutable_rules() = rules;
    RETURN_IF_ERROR(CallOnce(*requests, &RequestsStub::UpdateRequestRules, request).status());
  }
  return absl::OkStatus();
}

absl::Status ApplyToMetrics(const config::v1::DefinitionSet& definitions,
                            const std::shared_ptr<grpc::Channel>& steward) {
  auto stub = metrics::v1::MetricsService::NewStub(steward);
  for (const metrics::v1::Metric& metric : definitions.metrics()) {
    metrics::v1::UpdateMetricRequest request;
    request.set_request_id(absl::StrCat("metric.", metric.code()));
    *request.mutable_metric() = metric;
    RETURN_IF_ERROR(CallOnce(*stub, &MetricsStub::UpdateMetric, request).status());
  }
  return absl::OkStatus();
}

}  // namespace onereturn
