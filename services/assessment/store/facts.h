// Reading accepted facts back from the ledgered entries.
#ifndef ONERETURN_SERVICES_ASSESSMENT_STORE_FACTS_H_
#define ONERETURN_SERVICES_ASSESSMENT_STORE_FACTS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/reader.h"
#include "onereturn/feed/v1/entry.pb.h"

namespace onereturn::assessment {

// The newest format of every kind this version writes and reads.
inline constexpr uint32_t kFactFormat = 1;

// Entry bytes as they are in the ledger. DATA_LOSS when they are no entry, or of a newer format
// than this version reads.
absl::StatusOr<feed::v1::Entry> ParseEntry(absl::string_view bytes);

// Entry of a sequence that a row of an index names; DATA_LOSS when it is not there or not of
// `kind`.
absl::StatusOr<feed::v1::Entry> EntryAt(const Reader& reader, uint64_t sequence,
                                        feed::v1::EntryKind kind);

// The fact in an entry: `Fact` must be the message of the entry's kind.
template <typename Fact>
absl::StatusOr<Fact> FactIn(const feed::v1::Entry& entry) {
  Fact fact;
  if (fact.ParseFromString(entry.fact())) return fact;
  return absl::DataLossError("a stored fact cannot be read");
}

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_STORE_FACTS_H_
