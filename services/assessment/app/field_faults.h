// Everything that is wrong with the fields of a request, in one error.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_FIELD_FAULTS_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_FIELD_FAULTS_H_

#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"

namespace onereturn::assessment {

// Lengths in characters.
inline constexpr size_t kMaxTitle = 200;
inline constexpr size_t kMaxCategory = 200;
inline constexpr size_t kMaxNarrative = 4'000;

// One thread at a time.
class FieldFaults {
 public:
  void Add(Reason reason, absl::string_view field, absl::string_view words);
  // The fields of an error of another check, below `path`.
  void AddAll(const absl::Status& status, absl::string_view path);

  // MISSING, LENGTH, CHARSET, PERSONAL_DATA. A line is one-line text; a narrative may have several.
  void CheckLine(absl::string_view field, absl::string_view text, bool required, size_t most);
  void CheckNarrative(absl::string_view field, absl::string_view text, bool required);
  void CheckRequestId(absl::string_view text);                              // As its own
  void CheckOrganisation(absl::string_view field, absl::string_view text);  // MISSING, ODS_FORMAT
  void CheckPeriod(absl::string_view field, absl::string_view text);        // MISSING, PERIOD
  void CheckOutputOnly(absl::string_view field, bool given);                // OUTPUT_ONLY

  bool empty() const { return !reason_.has_value(); }
  // OK without faults. Otherwise an error that names each field; its reason is the faults' own when
  // they share one, and FIELD_INVALID when they do not.
  absl::Status ToStatus() const;

 private:
  void CheckText(absl::string_view field, absl::string_view text, bool required, size_t most,
                 bool safe);

  Error fields_{Reason::kFieldInvalid, ""};
  std::optional<Reason> reason_;
  bool mixed_ = false;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_FIELD_FAULTS_H_
