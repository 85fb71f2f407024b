#include "common/status/reason.h"

#include <cstddef>

#include "common/base/check.h"

namespace onereturn {
namespace {

constexpr ReasonRow kRows[] = {
#define ONERETURN_REASON_ROW(enumerator, name, code, meaning, remedy) \
  {Reason::enumerator, name, absl::StatusCode::code, meaning, remedy},
    ONERETURN_REASONS(ONERETURN_REASON_ROW)
#undef ONERETURN_REASON_ROW
};

}  // namespace

absl::Span<const ReasonRow> AllReasons() { return kRows; }

const ReasonRow& RowOf(Reason reason) {
  const size_t index = static_cast<size_t>(reason);
  ONERETURN_CHECK(index < AllReasons().size());
  return kRows[index];
}

std::optional<Reason> ReasonFromName(absl::string_view name) {
  for (const ReasonRow& row : kRows) {
    if (row.name == name) return row.reason;
  }
  return std::nullopt;
}

}  // namespace onereturn
