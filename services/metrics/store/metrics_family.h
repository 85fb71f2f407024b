// The column families of metrics' store, and the keys in them. This folder is the only code that
// knows them.
//
// Components are those of common/storage/key_codec.h; values are messages of
// onereturn/storage/v1/records.proto, serialised deterministically.
//
// clang-format off
//   metric_heads  code:string                           -> MetricHeadRecord    primary
//   cursors       feed:u8                               -> FollowedFeedRecord  derived, holds a time
//   feed_entries  feed:u8 sequence:u64                  -> FollowedEntryRecord
//   catalogue     01 code:string ~sequence:u64          -> OrganisationRecord
//                 02 code:string ~sequence:u64          -> ItemRecord
//                 03 code:string ~sequence:u64          -> CollectionRecord
//                 04 ~sequence:u64                      -> nothing: an organisation was defined there
//   chunks        sequence:u64 index:u32                -> a chunk of common/cells/cell_chunk.h
//   definitions   01 code:string version:u32            -> MetricRecord
//                 02 code:string ~sequence:u64          -> version:u32
//   backfills     code:string version:u32               -> through:u64; no row: up to the cursor
//   rights        see common/feed/rights_follower.h
//   leaves        code:string version:u32 period organisation:string ~sequence:u64 -> LeafRecord
//
//   period        = first_day:i64 canonical:string, so that periods lie in order of time
//   ~             = descending, the newest first
// clang-format on
//
// A sequence is one of ingestion's feed, but in `definitions` one of metrics' own, and in
// `feed_entries` one of the feed named.
#ifndef ONERETURN_SERVICES_METRICS_STORE_METRICS_FAMILY_H_
#define ONERETURN_SERVICES_METRICS_STORE_METRICS_FAMILY_H_

#include <cstdint>
#include <vector>

#include "common/commit/primary_family.h"
#include "common/storage/column_family.h"

namespace onereturn::metrics {

// On-disk format: append only. DO NOT CHANGE THE NUMBERS.
enum class MetricsFamily : uint32_t {
  kMetricHeads = kFirstOwnFamily,
  kCursors = kFirstOwnFamily + 1,
  kFeedEntries = kFirstOwnFamily + 2,
  kCatalogue = kFirstOwnFamily + 3,
  kChunks = kFirstOwnFamily + 4,
  kDefinitions = kFirstOwnFamily + 5,
  kBackfills = kFirstOwnFamily + 6,
  kLeaves = kFirstOwnFamily + 7,
  kLedger = kFirstOwnFamily + 8,  // See common/commit/primary_family.h.
  kRights = kFirstOwnFamily + 9,  // Followed beside the tables, and not dropped with them.
};

// The whole list for StoreOptions.
std::vector<ColumnFamilySpec> MetricsFamilies();

// Everything a rebuild drops.
std::vector<ColumnFamily> DerivedFamilies();

// What the hash of what is derived covers: all of that but the cursors, which hold the time of the
// last heartbeat.
std::vector<ColumnFamily> HashedFamilies();

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_STORE_METRICS_FAMILY_H_
