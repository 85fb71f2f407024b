// Reading a feed and looking at everything in it.
#ifndef ONERETURN_TOOLS_AUDITOR_FEED_READING_H_
#define ONERETURN_TOOLS_AUDITOR_FEED_READING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/feed/v1/feed.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "tools/auditor/cells.h"
#include "tools/auditor/contents.h"
#include "tools/auditor/ledger_source.h"
#include "tools/auditor/lie.h"
#include "tools/auditor/memory.h"

namespace onereturn::auditor {

// An entry with its place, for kinds that the ledger itself is ruled by.
template <typename Fact>
struct Placed {
  uint64_t epoch = 0;
  uint64_t sequence = 0;
  Fact fact;
};

// What a reading of entries after `after` found.
struct FeedReading {
  uint64_t after = 0;
  std::vector<Mark> marks;
  std::vector<std::string> names;  // Of each entry, for people.
  std::vector<ledger::v1::SignedHead> page_heads;
  std::vector<Placed<feed::v1::SigningKeyChanged>> key_changes;
  std::vector<Placed<feed::v1::EpochBegun>> epochs;
  Contents contents;
  uint64_t chunks = 0;
  Report faults;  // Entries and cells that cannot be.

  uint64_t through() const { return after + marks.size(); }
};

// The cells of an accepted return, checked against the digests and counts it names.
using TakeCells =
    std::function<void(const feed::v1::Entry& entry, const feed::v1::ReturnAccepted& fact,
                       const std::vector<Cell>& cells)>;

struct ReadingOptions {
  // Only a reading from the beginning can say what a service must serve.
  bool contents = false;
  // Called for each return whose cells are sound. May be empty.
  TakeCells take_cells = {};
  // Cells are looked at for these entries only; empty: for all.
  std::function<bool(const feed::v1::ReturnAccepted& fact)> wanted = {};
};

// Reads the entries after `after` up to `through`. Faults of entries are in the reading; an error
// means that the service does not give the entries.
absl::StatusOr<FeedReading> ReadFeed(const LedgerSource& service, uint64_t after, uint64_t through,
                                     const ReadingOptions& options);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_FEED_READING_H_
