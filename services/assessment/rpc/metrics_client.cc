#include "services/assessment/rpc/metrics_client.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"
#include "common/rpc/people.h"
#include "common/rpc/status_conversion.h"
#include "common/status/error.h"

namespace onereturn::assessment {
namespace {

constexpr char kPositionPath[] = "read.as_of_position";

// Faults of the question itself: the caller asked it, so the caller gets them.
bool IsOfTheQuestion(Reason reason) {
  switch (reason) {
    case Reason::kMissing:
    case Reason::kLength:
    case Reason::kCharset:
    case Reason::kFieldInvalid:
    case Reason::kOdsFormat:
    case Reason::kOdsUnknown:
    case Reason::kPeriod:
    case Reason::kDefinitionUnknown:
    case Reason::kPositionInvalid:
    case Reason::kPositionAhead:
    case Reason::kEpochChanged:
    case Reason::kNotCaughtUp:
      return true;
    default:
      return false;
  }
}

// The same fault, in the words of our own request's fields.
absl::Status PassOn(const ErrorDetails& details, absl::string_view message) {
  Error error(details.reason, absl::StrCat("metrics: ", message));
  for (const FieldViolation& violation : details.fields) {
    error.Field(violation.field == kPositionPath ? "position" : violation.field,
                violation.description);
  }
  for (const PreconditionViolation& violation : details.preconditions) {
    error.Precondition(violation.subject, violation.description);
  }
  if (details.retry_after.has_value()) error.RetryAfter(*details.retry_after);
  return error;
}

// Faults of the person's rights or sign-in: were it this service's own, the caller could do
// nothing.
bool IsOfThePerson(Reason reason) {
  return reason == Reason::kPermission || reason == Reason::kTokenExpired ||
         reason == Reason::kRightsStale || reason == Reason::kRoleAmbiguous;
}

absl::Status FromMetrics(const MetricQuestion& question, const grpc::Status& answer) {
  if (answer.ok()) return absl::OkStatus();
  const absl::Status status = FromGrpcStatus(answer);
  const std::optional<ErrorDetails> details = DetailsOf(status);
  if (details.has_value() && !question.person_token.empty() && IsOfThePerson(details->reason)) {
    return PassOn(*details, status.message());
  }
  if (details.has_value() && IsOfTheQuestion(details->reason)) {
    return PassOn(*details, status.message());
  }
  if (details.has_value() && details->reason == Reason::kNotFound) {
    return Error(Reason::kEvidenceState, absl::StrCat("metrics: ", status.message()))
        .Precondition(absl::StrCat("metrics/", question.metric, "/values/", question.organisation,
                                   ".", question.period),
                      "is not held");
  }
  // What stands behind it is for the operator: the caller can only come back.
  LogWarning("metrics.unavailable", {{"status", status.ToString()}});
  return Error(Reason::kDependency,
               "the metrics service cannot be reached or cannot answer: try again later")
      .RetryAfter(absl::Seconds(1));
}

// Until when metrics may answer, and for whom it is asked.
void Prepare(const MetricQuestion& question, int64_t limit_micros, grpc::ClientContext* context) {
  if (!question.person_token.empty()) {
    context->AddMetadata(kTokenMetadata, absl::StrCat(kTokenScheme, question.person_token));
  }
  context->set_deadline(std::chrono::system_clock::now() +
                        std::chrono::microseconds(std::max<int64_t>(limit_micros, 0)));
}

template <typename Request>
Request RequestOf(const MetricQuestion& question) {
  Request request;
  request.set_metric(question.metric);
  request.set_metric_version(question.version);
  request.set_organisation(question.organisation);
  request.set_period(question.period);
  if (!question.position.empty()) {
    request.mutable_read()->set_as_of_position(question.position);
  }
  return request;
}

}  // namespace

absl::StatusOr<PinnedValue> MetricsClient::Value(const MetricQuestion& question,
                                                 int64_t limit_micros) {
  grpc::ClientContext context;
  Prepare(question, limit_micros, &context);
  metrics::v1::GetMetricValueResponse response;
  const grpc::Status answer = stub_->GetMetricValue(
      &context, RequestOf<metrics::v1::GetMetricValueRequest>(question), &response);
  if (!answer.ok()) return FromMetrics(question, answer);
  return PinnedValue{std::move(*response.mutable_value()), response.position()};
}

absl::Status MetricsClient::Trace(const MetricQuestion& question, int64_t limit_micros,
                                  Listener listener) {
  grpc::ClientContext context;
  Prepare(question, limit_micros, &context);
  const auto reader =
      stub_->TraceMetricValue(&context, RequestOf<metrics::v1::TraceMetricValueRequest>(question));
  metrics::v1::TraceMetricValueResponse part;
  while (reader->Read(&part)) {
    absl::StatusOr<bool> listening = listener(part);
    if (listening.ok() && *listening) continue;
    context.TryCancel();
    reader->Finish();
    return listening.status();
  }
  return FromMetrics(question, reader->Finish());
}

}  // namespace onereturn::assessment
