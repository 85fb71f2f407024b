// Between the domain's values and the records on disk. Decoding answers DATA_LOSS for anything that
// encoding cannot have written.
#ifndef ONERETURN_SERVICES_METRICS_STORE_RECORDS_H_
#define ONERETURN_SERVICES_METRICS_STORE_RECORDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/metrics/domain/derived_tables.h"

namespace onereturn::metrics {

std::string EncodeCursor(const FeedCursor& cursor);
absl::StatusOr<FeedCursor> DecodeCursor(absl::string_view bytes);

std::string EncodeEntry(const EntryRecord& entry);
absl::StatusOr<EntryRecord> DecodeEntry(absl::string_view bytes);

std::string EncodeOrganisation(const Organisation& organisation);
absl::StatusOr<Organisation> DecodeOrganisation(absl::string_view bytes);

std::string EncodeItem(const Item& item);
absl::StatusOr<Item> DecodeItem(absl::string_view bytes);

std::string EncodeCollection(const Collection& collection);
absl::StatusOr<Collection> DecodeCollection(absl::string_view bytes);

std::string EncodeDefinition(const DefinitionRecord& record);
absl::StatusOr<DefinitionRecord> DecodeDefinition(absl::string_view bytes);

std::string EncodeLeaf(const Leaf& leaf);
absl::StatusOr<Leaf> DecodeLeaf(absl::string_view bytes);

// 16 bytes, big-endian, two's complement.
std::string EncodeSum(Int128 sum);
absl::StatusOr<Int128> DecodeSum(absl::string_view bytes);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_STORE_RECORDS_H_
