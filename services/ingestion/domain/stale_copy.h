// Whether a return repeats the figures of an earlier one: what comes of a file that was copied and
// not filled in.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_STALE_COPY_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_STALE_COPY_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "common/cells/cell.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/rule_history.h"

namespace onereturn::ingestion {

// How many periods before stands a return with the same cells and the same figures: the nearest,
// within the periods that `spec` looks back. nullopt when there is none, and for a return with
// fewer figures other than zero than the spec asks for: small returns repeat of themselves.
std::optional<uint32_t> PeriodsSinceCopied(const StaleCopySpec& spec, absl::Span<const Cell> cells,
                                           const PastReturns& past);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_STALE_COPY_H_
