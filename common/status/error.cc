#include "common/status/error.h"

#include <algorithm>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/base/check.h"
#include "common/base/personal_data.h"
#include "common/base/utf8.h"

namespace onereturn {
namespace {

// The payload never leaves the process, so its form may change with any version:
//
//   details := reason:text  count:varint (key:text value:text)*
//              total:varint kept:varint (field:text description:text)*
//              total:varint kept:varint (subject:text description:text)*
//              retry:varint    -- 0: none; else 1 + microseconds
constexpr absl::string_view kPayloadKey = "onereturn/error";

void WritePair(absl::string_view first, absl::string_view second, ByteWriter& writer) {
  writer.Text(first);
  writer.Text(second);
}

std::string Encode(const ErrorDetails& details) {
  ByteWriter writer;
  writer.Text(NameOf(details.reason));
  writer.Varint(details.metadata.size());
  for (const auto& [key, value] : details.metadata) WritePair(key, value, writer);
  writer.Varint(details.fields_total);
  writer.Varint(details.fields.size());
  for (const FieldViolation& violation : details.fields) {
    WritePair(violation.field, violation.description, writer);
  }
  writer.Varint(details.preconditions_total);
  writer.Varint(details.preconditions.size());
  for (const PreconditionViolation& violation : details.preconditions) {
    WritePair(violation.subject, violation.description, writer);
  }
  writer.Varint(details.retry_after.has_value()
                    ? 1 + static_cast<uint64_t>(absl::ToInt64Microseconds(*details.retry_after))
                    : 0);
  return writer.Take();
}

bool ReadText(ByteReader& reader, std::string* text) {
  absl::string_view view;
  if (!reader.Text(reader.remaining(), &view)) return false;
  text->assign(view.data(), view.size());
  return true;
}

bool ReadPair(ByteReader& reader, std::string* first, std::string* second) {
  return ReadText(reader, first) && ReadText(reader, second);
}

bool ReadPairs(ByteReader& reader, std::vector<std::pair<std::string, std::string>>* pairs) {
  uint64_t count = 0;
  if (!reader.Varint(&count)) return false;
  for (uint64_t i = 0; i < count; ++i) {
    auto& [first, second] = pairs->emplace_back();
    if (!ReadPair(reader, &first, &second)) return false;
  }
  return true;
}

// Violation is an aggregate of two strings.
template <typename Violation>
bool ReadViolations(ByteReader& reader, uint64_t* total, std::vector<Violation>* violations) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (!reader.Varint(total) || !ReadPairs(reader, &pairs)) return false;
  for (auto& [first, second] : pairs) {
    violations->push_back(Violation{std::move(first), std::move(second)});
  }
  return true;
}

bool Decode(absl::string_view bytes, ErrorDetails* details) {
  ByteReader reader(bytes);
  std::string name;
  uint64_t retry = 0;
  if (!ReadText(reader, &name) || !ReadPairs(reader, &details->metadata) ||
      !ReadViolations(reader, &details->fields_total, &details->fields) ||
      !ReadViolations(reader, &details->preconditions_total, &details->preconditions) ||
      !reader.Varint(&retry) || !reader.AtEnd()) {
    return false;
  }
  const std::optional<Reason> reason = ReasonFromName(name);
  if (!reason.has_value()) return false;
  details->reason = *reason;
  if (retry > 0) details->retry_after = absl::Microseconds(retry - 1);
  return true;
}

}  // namespace

Error::Error(Reason reason, absl::string_view message) : message_(message), general_(reason) {
  details_.reason = reason;
}

Error& Error::With(absl::string_view key, absl::string_view value) {
  for (auto& [known, old] : details_.metadata) {
    if (known != key) continue;
    old = std::string(value);
    return *this;
  }
  details_.metadata.emplace_back(key, value);
  return *this;
}

Error& Error::With(absl::string_view key, int64_t value) { return With(key, absl::StrCat(value)); }

Error& Error::Field(Reason reason, absl::string_view field, absl::string_view description) {
  ONERETURN_CHECK(CodeOf(reason) == CodeOf(general_));
  const bool agrees = details_.fields_total == 0 || details_.reason == reason;
  Field(field, description);
  if (agrees) details_.reason = reason;
  return *this;
}

Error& Error::Field(absl::string_view field, absl::string_view description) {
  details_.reason = general_;
  ++details_.fields_total;
  if (details_.fields.size() < kMaxKeptViolations) {
    details_.fields.push_back({std::string(field), std::string(description)});
  }
  return *this;
}

Error& Error::Precondition(absl::string_view subject, absl::string_view description) {
  ++details_.preconditions_total;
  if (details_.preconditions.size() < kMaxKeptViolations) {
    details_.preconditions.push_back({std::string(subject), std::string(description)});
  }
  return *this;
}

Error& Error::RetryAfter(absl::Duration delay) {
  // An endless delay would tell a client never to come back; a year says as much and fits a number.
  const absl::Duration bounded = std::clamp(delay, absl::ZeroDuration(), absl::Hours(24 * 365));
  details_.retry_after = absl::Microseconds(absl::ToInt64Microseconds(bounded));
  return *this;
}

absl::Status Error::ToStatus() const {
  absl::Status status(CodeOf(details_.reason), message_);
  status.SetPayload(kPayloadKey, absl::Cord(Encode(details_)));
  return status;
}

absl::Status NotFound() {
  return Error(Reason::kNotFound, "there is no such resource, or it is not yours to see");
}

absl::Status NotFound(absl::string_view what) {
  constexpr size_t kShownBytes = 200;
  if (HoldsPersonalData(what)) return NotFound();
  return Error(Reason::kNotFound, absl::StrCat("there is no ", CutAtCharacter(what, kShownBytes),
                                               ", or it is not yours to see"));
}

std::optional<ErrorDetails> DetailsOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadKey);
  if (!payload.has_value()) return std::nullopt;
  ErrorDetails details;
  // Nobody else writes this key.
  ONERETURN_CHECK(Decode(std::string(*payload), &details));
  return details;
}

std::string TextOf(const absl::Status& status) {
  if (status.ok()) return "OK";
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return absl::StrCat(absl::StatusCodeToString(status.code()),
                      details.has_value() ? absl::StrCat(" (", NameOf(details->reason), ")") : "",
                      ": ", status.message());
}

Reason ReasonOf(const absl::Status& status) {
  ONERETURN_CHECK(!status.ok());
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details.has_value() ? details->reason : Reason::kInternal;
}

}  // namespace onereturn
