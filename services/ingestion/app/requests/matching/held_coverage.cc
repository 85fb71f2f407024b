#include "services/ingestion/app/requests/matching/held_coverage.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/commit/journal.h"
#include "common/identity/rights.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kEntriesAPage = 512;
constexpr size_t kBytesAPage = 1024 * 1024;

absl::Status UnreadableReturn() {
  return absl::DataLossError("a stored entry is not the return it should be");
}

// Takes an accepted return.
absl::Status TakeReturn(const feed::v1::Entry& entry, Coverage* coverage) {
  feed::v1::ReturnAccepted fact;
  if (entry.kind() != feed::v1::ENTRY_KIND_RETURN_ACCEPTED || !fact.ParseFromString(entry.fact())) {
    return UnreadableReturn();
  }
  const absl::StatusOr<Period> period = Period::Parse(fact.period());
  if (!period.ok()) return UnreadableReturn();
  HeldRevision revision;
  revision.number = fact.revision();
  revision.sequence = entry.sequence();
  revision.collection_version = fact.collection_version();
  revision.is_final = fact.status() == returns::v1::REVISION_STATUS_FINAL;
  revision.accepted_on = LondonDay(Timestamp{entry.time_micros()});
  coverage->Take(fact.collection(), *period, fact.organisation(), revision);
  return absl::OkStatus();
}

absl::Status TakeReturnsOf(const Reader& reader, const std::string& collection, uint64_t sequence,
                           Coverage* coverage, uint64_t* last_return) {
  return VisitReturns(
      reader, OrganisationScope::National(), collection, /*period=*/"", sequence, /*after=*/"",
      [&](const ReturnKey&, const RevisionPlace& place) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, place.sequence));
        feed::v1::Entry entry;
        if (!entry.ParseFromString(bytes)) return UnreadableReturn();
        RETURN_IF_ERROR(TakeReturn(entry, coverage));
        *last_return = std::max(*last_return, place.sequence);
        return true;
      });
}

}  // namespace

absl::StatusOr<HeldCoverage::State> HeldCoverage::LookAtAll(const Reader& reader,
                                                            uint64_t sequence) {
  auto coverage = std::make_shared<Coverage>();
  State state;
  state.looked_to = sequence;
  RETURN_IF_ERROR(VisitDefinitions(reader, DefinitionKind::kCollection, "", sequence,
                                   [&](const StoredDefinition& collection) -> absl::StatusOr<bool> {
                                     RETURN_IF_ERROR(TakeReturnsOf(reader, collection.code,
                                                                   sequence, coverage.get(),
                                                                   &state.last_return));
                                     return true;
                                   }));
  state.coverage = std::move(coverage);
  return state;
}

absl::StatusOr<HeldCoverage::State> HeldCoverage::CatchUp(const Reader& reader, uint64_t sequence,
                                                          State* known) {
  State state = *known;
  std::shared_ptr<Coverage> changed;  // A copy, once there is something new.
  while (state.looked_to < sequence) {
    ASSIGN_OR_RETURN(
        const std::vector<std::string> entries,
        EntriesAfter(reader, state.looked_to,
                     std::min<uint64_t>(kEntriesAPage, sequence - state.looked_to), kBytesAPage));
    if (entries.empty()) return absl::DataLossError("the journal ends before its newest entry");
    for (const std::string& bytes : entries) {
      feed::v1::Entry entry;
      if (!entry.ParseFromString(bytes)) {
        return absl::DataLossError("a stored entry cannot be read");
      }
      state.looked_to = entry.sequence();
      if (entry.kind() != feed::v1::ENTRY_KIND_RETURN_ACCEPTED) {
        if (changed == nullptr) known->looked_to = state.looked_to;
        continue;
      }
      if (changed == nullptr) changed = std::make_shared<Coverage>(*known->coverage);
      RETURN_IF_ERROR(TakeReturn(entry, changed.get()));
      state.last_return = entry.sequence();
    }
  }
  if (changed != nullptr) state.coverage = std::move(changed);
  return state;
}

absl::StatusOr<std::shared_ptr<const Coverage>> HeldCoverage::At(const Reader& reader,
                                                                 uint64_t sequence) {
  ASSIGN_OR_RETURN(const uint64_t last, LastSequence(reader));
  const uint64_t wanted = std::min(sequence, last);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (newest_.Holds(wanted)) return newest_.coverage;
    if (earlier_.Holds(wanted)) return earlier_.coverage;
    if (newest_.coverage == nullptr || wanted > newest_.looked_to) {
      // Locked: others wait, and find it done.
      ASSIGN_OR_RETURN(State state, newest_.coverage == nullptr
                                        ? LookAtAll(reader, wanted)
                                        : CatchUp(reader, wanted, &newest_));
      if (state.coverage != newest_.coverage) earlier_ = std::move(newest_);
      newest_ = std::move(state);
      return newest_.coverage;
    }
  }
  ASSIGN_OR_RETURN(State state, LookAtAll(reader, wanted));
  return std::move(state.coverage);
}

}  // namespace onereturn::ingestion
