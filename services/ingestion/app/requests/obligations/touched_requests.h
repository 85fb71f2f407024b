// Which requests a fact bears on: so that whoever keeps something about requests looks at those
// alone.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_TOUCHED_REQUESTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_TOUCHED_REQUESTS_H_

#include <cstdint>
#include <set>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/storage/reader.h"
#include "onereturn/feed/v1/entry.pb.h"

namespace onereturn::ingestion {

// Every entry after `after` up to `until`, in order. DATA_LOSS for one that cannot be read.
absl::Status VisitEntries(const Reader& reader, uint64_t after, uint64_t until,
                          absl::FunctionRef<absl::Status(const feed::v1::Entry& entry)> visit);

// Adds the numbers of the requests of which the entry is a step or makes obligations, and of those
// that have an obligation of a return which it accepted or released.
absl::Status AddTouched(const Reader& reader, const feed::v1::Entry& entry,
                        std::set<uint64_t>* requests);
// Adds the requests that have an obligation of a return of which `request` has one.
absl::Status AddSharing(const Reader& reader, uint64_t request, std::set<uint64_t>* requests);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_TOUCHED_REQUESTS_H_
