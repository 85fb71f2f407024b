#include "common/rpc/status_conversion.h"

#include <grpcpp/support/error_details.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace onereturn {
namespace {

constexpr size_t kMaxDetailBytes = 4'096;
constexpr size_t kMaxMessageBytes = 1'024;
constexpr char kDomain[] = "onereturn";

void AddDetails(const ErrorDetails& details, google::rpc::Status* wire) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(NameOf(details.reason)));
  info.set_domain(kDomain);
  for (const auto& [key, value] : details.metadata) (*info.mutable_metadata())[key] = value;

  google::rpc::BadRequest bad_request;
  google::rpc::PreconditionFailure precondition;
  size_t bytes = info.ByteSizeLong();
  for (const FieldViolation& violation : details.fields) {
    bytes += violation.field.size() + violation.description.size() + 16;
    if (bytes > kMaxDetailBytes) break;
    auto* added = bad_request.add_field_violations();
    added->set_field(violation.field);
    added->set_description(violation.description);
  }
  for (const PreconditionViolation& violation : details.preconditions) {
    bytes += violation.subject.size() + violation.description.size() + 16;
    if (bytes > kMaxDetailBytes) break;
    auto* added = precondition.add_violations();
    added->set_type(std::string(NameOf(details.reason)));
    added->set_subject(violation.subject);
    added->set_description(violation.description);
  }
  if (details.fields_total > static_cast<uint64_t>(bad_request.field_violations_size())) {
    (*info.mutable_metadata())["field_violations_total"] = absl::StrCat(details.fields_total);
  }
  wire->add_details()->PackFrom(info);
  if (bad_request.field_violations_size() > 0) wire->add_details()->PackFrom(bad_request);
  if (precondition.violations_size() > 0) wire->add_details()->PackFrom(precondition);
  if (details.retry_after.has_value()) {
    google::rpc::RetryInfo retry;
    const int64_t micros = absl::ToInt64Microseconds(*details.retry_after);
    retry.mutable_retry_delay()->set_seconds(micros / 1'000'000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1'000);
    wire->add_details()->PackFrom(retry);
  }
}

ErrorDetails DetailsOfOutsider(const absl::Status& status) {
  ErrorDetails details;
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kUnavailable:
      details.reason = Reason::kStorageFault;
      break;
    case absl::StatusCode::kResourceExhausted:
      details.reason = Reason::kStorageLow;
      break;
    default:
      details.reason = Reason::kInternal;
  }
  return details;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::optional<ErrorDetails> details = DetailsOf(status);
  google::rpc::Status wire;
  if (details.has_value()) {
    wire.set_code(static_cast<int>(status.code()));
    wire.set_message(std::string(status.message()).substr(0, kMaxMessageBytes));
  } else {
    // Not one of our reasons: the words stay in the log, the caller gets the reason's own.
    LogError("rpc.internal", {{"status", status.ToString()}});
    details = DetailsOfOutsider(status);
    wire.set_code(static_cast<int>(CodeOf(details->reason)));
    wire.set_message(std::string(RowOf(details->reason).meaning));
  }
  AddDetails(*details, &wire);
  return grpc::Status(static_cast<grpc::StatusCode>(wire.code()), wire.message(),
                      wire.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  google::rpc::Status wire;
  if (status.error_details().empty() || !wire.ParseFromString(status.error_details())) {
    return absl::Status(code, status.error_message());
  }
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::RetryInfo retry;
  google::rpc::PreconditionFailure precondition;
  for (const auto& any : wire.details()) {
    any.UnpackTo(&info) || any.UnpackTo(&bad_request) || any.UnpackTo(&retry) ||
        any.UnpackTo(&precondition);
  }
  std::optional<Reason> reason = ReasonFromName(info.reason());
  if (!reason.has_value() || info.domain() != kDomain) return absl::Status(code, wire.message());
  Error error(*reason, wire.message());
  for (const auto& [key, value] : info.metadata()) error.With(key, value);
  for (const auto& violation : bad_request.field_violations()) {
    error.Field(violation.field(), violation.description());
  }
  for (const auto& violation : precondition.violations()) {
    error.Precondition(violation.subject(), violation.description());
  }
  if (retry.has_retry_delay()) {
    error.RetryAfter(absl::Seconds(retry.retry_delay().seconds()) +
                     absl::Nanoseconds(retry.retry_delay().nanos()));
  }
  return error;
}

}  // namespace onereturn
