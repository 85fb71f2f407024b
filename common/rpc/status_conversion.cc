#include "common/rpc/status_conversion.h"

#include <grpcpp/support/error_details.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace onereturn {
namespace {

// gRPC refuses trailers above 8 KiB. The details travel in base64 (a third more) beside the
// message, of which every byte that is not plain ASCII travels as three.
constexpr size_t kMaxWireBytes = 4'096;
constexpr size_t kMaxMessageBytes = 1'024;
constexpr size_t kMaxEncodedMessageBytes = 1'536;
constexpr size_t kMaxTextBytes = 512;  // Of one field, description, subject or metadata value.
constexpr size_t kMaxMetadata = 16;
// What an Any, its type's name and the framing of one more message or violation take at most.
constexpr size_t kFramingBytes = 96;
constexpr size_t kViolationFramingBytes = 16;
constexpr char kDomain[] = "onereturn";

// A proto3 string must be UTF-8, or the receiver can read nothing of the message at all.
std::string Clean(absl::string_view text, size_t limit) {
  std::string clean;
  while (!text.empty()) {
    const size_t size = FirstCodePoint(text).size;
    const absl::string_view next = size == 0 ? absl::string_view("?") : text.substr(0, size);
    if (clean.size() + next.size() > limit) break;
    clean.append(next.data(), next.size());
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return clean;
}

std::string MessageText(absl::string_view message) {
  std::string clean = Clean(message, kMaxMessageBytes);
  size_t encoded = 0;
  size_t kept = 0;
  while (kept < clean.size()) {
    const size_t size = FirstCodePoint(absl::string_view(clean).substr(kept)).size;
    const char first = clean[kept];
    encoded += size > 1 || first < 0x20 || first > 0x7e || first == '%' ? size * 3 : 1;
    if (encoded > kMaxEncodedMessageBytes) break;
    kept += size;
  }
  clean.resize(kept);
  return clean;
}

// Fills the details while there is room, and counts what was left out.
class WireDetails {
 public:
  explicit WireDetails(google::rpc::Status* wire)
      : wire_(wire), left_(kMaxWireBytes - wire->ByteSizeLong()) {}

  void Add(const ErrorDetails& details) {
    google::rpc::ErrorInfo info;
    info.set_reason(std::string(NameOf(details.reason)));
    info.set_domain(kDomain);
    // Room for the counts, and for the delay, is kept from the beginning.
    Take(info.ByteSizeLong() + 4 * kFramingBytes);
    AddMetadata(details, &info);
    google::rpc::BadRequest bad_request;
    google::rpc::PreconditionFailure precondition;
    AddViolations(details, &bad_request, &precondition);
    const auto count = [&info](const char* key, uint64_t total, int kept) {
      if (total > static_cast<uint64_t>(kept)) {
        (*info.mutable_metadata())[key] = absl::StrCat(total);
      }
    };
    count("field_violations_total", details.fields_total, bad_request.field_violations_size());
    count("precondition_violations_total", details.preconditions_total,
          precondition.violations_size());
    wire_->add_details()->PackFrom(info);
    if (bad_request.field_violations_size() > 0) wire_->add_details()->PackFrom(bad_request);
    if (precondition.violations_size() > 0) wire_->add_details()->PackFrom(precondition);
    if (details.retry_after.has_value()) AddRetry(*details.retry_after);
  }

 private:
  bool Take(size_t bytes) {
    if (bytes > left_) return false;
    left_ -= bytes;
    return true;
  }

  void AddMetadata(const ErrorDetails& details, google::rpc::ErrorInfo* info) {
    size_t kept = 0;
    for (const auto& [key, value] : details.metadata) {
      const std::string clean_key = Clean(key, kMaxTextBytes);
      const std::string clean_value = Clean(value, kMaxTextBytes);
      if (kept == kMaxMetadata ||
          !Take(clean_key.size() + clean_value.size() + kViolationFramingBytes)) {
        (*info->mutable_metadata())["metadata_total"] = absl::StrCat(details.metadata.size());
        return;
      }
      (*info->mutable_metadata())[clean_key] = clean_value;
      ++kept;
    }
  }

  void AddViolations(const ErrorDetails& details, google::rpc::BadRequest* bad_request,
                     google::rpc::PreconditionFailure* precondition) {
    const std::string type(NameOf(details.reason));
    for (const FieldViolation& violation : details.fields) {
      const std::string field = Clean(violation.field, kMaxTextBytes);
      const std::string description = Clean(violation.description, kMaxTextBytes);
      if (!Take(field.size() + description.size() + kViolationFramingBytes)) break;
      auto* added = bad_request->add_field_violations();
      added->set_field(field);
      added->set_description(description);
    }
    for (const PreconditionViolation& violation : details.preconditions) {
      const std::string subject = Clean(violation.subject, kMaxTextBytes);
      const std::string description = Clean(violation.description, kMaxTextBytes);
      if (!Take(subject.size() + description.size() + type.size() + kViolationFramingBytes)) break;
      auto* added = precondition->add_violations();
      added->set_type(type);
      added->set_subject(subject);
      added->set_description(description);
    }
  }

  void AddRetry(absl::Duration delay) {
    google::rpc::RetryInfo retry;
    const int64_t micros = absl::ToInt64Microseconds(delay);
    retry.mutable_retry_delay()->set_seconds(micros / 1'000'000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1'000);
    wire_->add_details()->PackFrom(retry);
  }

  google::rpc::Status* const wire_;
  size_t left_;
};

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
    wire.set_message(MessageText(status.message()));
  } else {
    // Not one of our reasons: the words stay in the log, the caller gets the reason's own.
    LogError("rpc.internal", {{"status", status.ToString()}});
    details = DetailsOfOutsider(status);
    wire.set_code(static_cast<int>(CodeOf(details->reason)));
    wire.set_message(std::string(RowOf(details->reason).meaning));
  }
  WireDetails(&wire).Add(*details);
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
