// An error with its reason and details, as an absl::Status.
//
//   return Error(Reason::kFieldInvalid, "two cells cannot be read")
//       .Field("cells[3].value", "\"1,000\" has a separator: write 1000")
//       .Field("cells[7].item", "is empty");
#ifndef ONERETURN_COMMON_STATUS_ERROR_H_
#define ONERETURN_COMMON_STATUS_ERROR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/status/reason.h"

namespace onereturn {

// More violations than these are counted, not kept: an error is for reading.
inline constexpr size_t kMaxKeptViolations = 64;

// The fact of an error that says what to do about it.
inline constexpr char kRemedyKey[] = "remedy";

struct FieldViolation {
  std::string field;        // A path in the request, such as "cells[3].value".
  std::string description;  // What is wrong there, in plain words.
  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

struct PreconditionViolation {
  std::string subject;      // What is in the wrong state, such as "returns/RCF/AE/2025-04".
  std::string description;  // Which state it is in and which it must be in.
  friend bool operator==(const PreconditionViolation&, const PreconditionViolation&) = default;
};

struct ErrorDetails {
  Reason reason = Reason::kInternal;
  std::vector<std::pair<std::string, std::string>> metadata;  // In the order given; each key once.
  std::vector<FieldViolation> fields;                         // At most kMaxKeptViolations.
  uint64_t fields_total = 0;                                  // All that were found, kept or not.
  std::vector<PreconditionViolation> preconditions;           // At most kMaxKeptViolations.
  uint64_t preconditions_total = 0;
  std::optional<absl::Duration> retry_after;  // Whole microseconds, never negative.
  friend bool operator==(const ErrorDetails&, const ErrorDetails&) = default;
};

// Builds one error; it turns into an absl::Status (and so into an absl::StatusOr) where it is
// returned. The canonical code is that of the reason. Messages are for people and must hold no
// personal data. Thread-compatible.
class [[nodiscard]] Error {
 public:
  Error(Reason reason, absl::string_view message);

  // A fact for programs, such as ("etag", "41"). The last value given for a key stays.
  Error& With(absl::string_view key, absl::string_view value);
  Error& With(absl::string_view key, int64_t value);
  Error& Field(absl::string_view field, absl::string_view description);
  // A violation that has a reason of its own. The error takes it while all its violations have the
  // same one, and otherwise keeps what it was made with. Both have the same canonical code
  // (checked).
  Error& Field(Reason reason, absl::string_view field, absl::string_view description);
  Error& Precondition(absl::string_view subject, absl::string_view description);
  // What to do about this very fault, where the reason's own remedy would be too general: shown in
  // its place. Goes as the fact "remedy".
  Error& Remedy(absl::string_view remedy) { return With(kRemedyKey, remedy); }
  // The earliest time at which trying again makes sense; negative counts as zero.
  Error& RetryAfter(absl::Duration delay);

  // How many field violations were given so far: to return an error only if there is one.
  uint64_t fields_total() const { return details_.fields_total; }

  absl::Status ToStatus() const;
  operator absl::Status() const { return ToStatus(); }  // NOLINT(google-explicit-constructor)

 private:
  std::string message_;
  Reason general_;  // What the error was made with.
  ErrorDetails details_;
};

// The answer to a read of something that is not there, or that is not the caller's to see: always
// the same.
absl::Status NotFound();
// The same, saying what: "collection MSitAE". It must be the same text for what is missing and for
// what is hidden: of an organisation that the caller may not see, nothing more is said than its
// code, which the caller gave. `what` is cut at 200 bytes, and left out where it seems to hold what
// a person could be found by.
absl::Status NotFound(absl::string_view what);

// The details that an Error put into `status`. Nothing for OK, and for a status that did not come
// from an Error.
std::optional<ErrorDetails> DetailsOf(const absl::Status& status);

// "DATA_LOSS (FEED_BROKEN): the words", for logs and for people; without details.
std::string TextOf(const absl::Status& status);

// The reason of an error; kInternal for one that did not come from an Error. `status` must not be
// OK (checked).
Reason ReasonOf(const absl::Status& status);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STATUS_ERROR_H_
