#include "tools/onereturn/console/error_text.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

constexpr char kUsageMark[] = "onereturn.client/usage";
constexpr char kRemedy[] = "onereturn.client/remedy";

std::string RemedyOf(const absl::Status& status) {
  if (auto remedy = status.GetPayload(kRemedy); remedy.has_value()) return std::string(*remedy);
  if (auto details = DetailsOf(status); details.has_value()) {
    for (const auto& [key, value] : details->metadata) {
      if (key == kRemedyKey) return value;
    }
    return std::string(RowOf(details->reason).remedy);
  }
  switch (status.code()) {
    case absl::StatusCode::kDeadlineExceeded:
      return "Try again, or give it more time with --timeout.";
    case absl::StatusCode::kUnimplemented:
      return "The service is of another version than this client: compare `onereturn version` and "
             "`onereturn status`.";
    default:
      return "";
  }
}

absl::Status Rebuilt(const absl::Status& status, absl::string_view message) {
  absl::Status rebuilt(status.code(), message);
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    rebuilt.SetPayload(type, payload);
  });
  return rebuilt;
}

}  // namespace

absl::Status UsageError(absl::string_view message, absl::string_view remedy) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kUsageMark, absl::Cord("1"));
  return WithRemedy(status, remedy);
}

absl::Status AsUsageError(const absl::Status& status) {
  if (status.ok()) return status;
  absl::Status usage = status;
  usage.SetPayload(kUsageMark, absl::Cord("1"));
  return usage;
}

absl::Status Within(absl::string_view place, const absl::Status& status) {
  if (status.ok()) return status;
  return Rebuilt(status, absl::StrCat(place, ": ", status.message()));
}

absl::Status WithRemedy(const absl::Status& status, absl::string_view remedy) {
  if (status.ok()) return status;
  absl::Status with = status;
  with.SetPayload(kRemedy, absl::Cord(remedy));
  return with;
}

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.GetPayload(kUsageMark).has_value()) return ExitCode::kUsage;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kDataLoss:
      return ExitCode::kInvalidData;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    default:
      return ExitCode::kRefused;
  }
}

std::string ErrorText(const absl::Status& status) {
  std::string text = absl::StrCat("onereturn: ", Printable(status.message()), "\n");
  if (const auto details = DetailsOf(status); details.has_value()) {
    absl::StrAppend(&text, "  reason: ", NameOf(details->reason), " (",
                    absl::StatusCodeToString(status.code()), ")\n");
    for (const auto& [field, description] : details->fields) {
      absl::StrAppend(&text, "  ", Printable(field), ": ", Printable(description), "\n");
    }
    if (details->fields_total > details->fields.size()) {
      absl::StrAppend(&text, "  and ",
                      WithThousands(details->fields_total - details->fields.size()), " more", "\n");
    }
    for (const auto& [subject, description] : details->preconditions) {
      absl::StrAppend(&text, "  ", Printable(subject), ": ", Printable(description), "\n");
    }
    for (const auto& [key, value] : details->metadata) {
      if (key == kRemedyKey) continue;
      absl::StrAppend(&text, "  ", Printable(key), ": ", Printable(value), "\n");
    }
    if (details->retry_after.has_value()) {
      absl::StrAppend(&text, "  again in: ",
                      DurationText(absl::ToInt64Microseconds(*details->retry_after)), "\n");
    }
  }
  const std::string remedy = RemedyOf(status);
  if (!remedy.empty()) absl::StrAppend(&text, "  what to do: ", Printable(remedy), "\n");
  return text;
}

std::string ErrorJson(const absl::Status& status) {
  JsonWriter json;
  json.BeginObject().Key("error");
  WriteError(status, &json);
  return json.EndObject().Take();
}

void WriteError(const absl::Status& status, JsonWriter* json) {
  json->BeginObject().Key("code").Text(absl::StatusCodeToString(status.code()));
  const auto details = DetailsOf(status);
  json->Key("reason").Text(details.has_value() ? NameOf(details->reason) : "");
  json->Key("message").Text(status.message());
  json->Key("fields").BeginArray();
  if (details.has_value()) {
    for (const auto& [field, description] : details->fields) {
      json->BeginObject().Key("field").Text(field);
      json->Key("description").Text(description).EndObject();
    }
  }
  json->EndArray().Key("metadata").BeginObject();
  if (details.has_value()) {
    for (const auto& [key, value] : details->metadata) json->Key(key).Text(value);
  }
  json->EndObject().Key("remedy").Text(RemedyOf(status));
  json->Key("exit_code").Number(static_cast<uint64_t>(ExitCodeOf(status))).EndObject();
}

}  // namespace onereturn::client
