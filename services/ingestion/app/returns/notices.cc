#include "services/ingestion/app/returns/notices.h"

#include <algorithm>
#include <utility>

#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/read_unsigned.h"

namespace onereturn::ingestion {
namespace {

// Returns that one page looks at: some 20 ms.
constexpr size_t kReturnsAPage = 5'000;
// Cells of one state, and of all that a page compares.
constexpr uint64_t kMostCells = 20'000;
constexpr uint64_t kMostCellsAPage = 200'000;
constexpr size_t kFactsAPage = 512;
constexpr size_t kFactBytesAPage = 1024 * 1024;

}  // namespace

absl::Status Notices::CountChanged(const OrganisationScope& scope, const ReturnKey& key,
                                   uint64_t sequence, uint64_t* cells_left,
                                   returns::v1::Notice* notice) const {
  ASSIGN_OR_RETURN(const CellState before,
                   RevisionState(*store_, scope, key, notice->used_revision(), sequence));
  ASSIGN_OR_RETURN(const CellState now,
                   RevisionState(*store_, scope, key, notice->revision(), sequence));
  if (before.cell_digest == now.cell_digest) {
    notice->set_changed_cells(0);
    return absl::OkStatus();
  }
  const uint64_t cells = before.cell_count + now.cell_count;
  if (std::max(before.cell_count, now.cell_count) > kMostCells || cells > *cells_left) {
    return absl::OkStatus();
  }
  *cells_left -= cells;
  ASSIGN_OR_RETURN(const CellDifferences differences, DifferencesOf(*store_, before, now, "", 1));
  notice->set_changed_cells(differences.count);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<returns::v1::Notice>> Notices::About(const ReturnKey& key,
                                                                  uint64_t sequence,
                                                                  uint64_t* cells_left) const {
  std::optional<returns::v1::Notice> none;
  ASSIGN_OR_RETURN(const std::optional<ReturnUse> use, uses_->Find({*reader_.body, key}));
  if (!use.has_value()) return none;
  const OrganisationScope scope =
      reader_.makes_requests && use->answered ? OrganisationScope::National() : reader_.scope;
  ASSIGN_OR_RETURN(const std::optional<RevisionPlace> newest,
                   FindRevision(*store_, scope, key, sequence));
  if (!newest.has_value() || !IsOutdated(*use, newest->number)) return none;
  ASSIGN_OR_RETURN(const std::string entry, EntryBytes(*store_, newest->sequence));
  ASSIGN_OR_RETURN(const returns::v1::Return held, ReturnMessageOf(entry));
  const returns::v1::Revision& revision = held.revision();
  returns::v1::Notice notice;
  notice.set_return_(ReturnName(key));
  notice.set_organisation(key.organisation);
  notice.set_collection(key.collection);
  notice.set_period(key.period);
  notice.set_body(*reader_.body);
  notice.set_used_revision(use->revision);
  notice.set_used_sequence(use->sequence);
  *notice.mutable_use_time() = ToWire(Timestamp{use->use_micros});
  notice.set_revision(revision.number());
  notice.set_sequence(revision.sequence());
  *notice.mutable_accept_time() = revision.accept_time();
  notice.set_status(revision.status());
  notice.set_reason(revision.reason());
  notice.set_reason_text(revision.reason_text());
  if (use->told_revision == revision.number()) {
    *notice.mutable_told_time() = ToWire(Timestamp{use->told_micros});
  }
  RETURN_IF_ERROR(CountChanged(scope, key, sequence, cells_left, &notice));
  return std::make_optional(std::move(notice));
}

absl::StatusOr<PageOf<returns::v1::Notice>> Notices::Open(uint64_t sequence,
                                                          const std::string& after,
                                                          size_t limit) const {
  PageOf<returns::v1::Notice> page;
  if (!reader_.body.has_value()) return page;
  // Where the disk takes no writes now, what is stored counts, and of that what waits as well.
  uses_->Flush().IgnoreError();
  uint64_t cells_left = kMostCellsAPage;
  size_t looked = 0;
  std::string last;
  RETURN_IF_ERROR(
      VisitUsesOfBody(*store_, *reader_.body, collection_, after,
                      [&](const ReturnKey& key, const ReturnUse&) -> absl::StatusOr<bool> {
                        if (page.rows.size() == limit || looked == kReturnsAPage) {
                          page.after = last;
                          return false;
                        }
                        ++looked;
                        last = KeyText(key);
                        ASSIGN_OR_RETURN(std::optional<returns::v1::Notice> notice,
                                         About(key, sequence, &cells_left));
                        if (notice.has_value()) page.rows.push_back(*std::move(notice));
                        return true;
                      }));
  return page;
}

absl::StatusOr<Notices::OfFacts> Notices::Accepted(uint64_t after, uint64_t newest) const {
  OfFacts found;
  found.sequence = after;
  if (after >= newest) return found;
  if (!reader_.body.has_value()) {
    found.sequence = newest;
    return found;
  }
  uint64_t cells_left = kMostCellsAPage;
  ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                   EntriesAfter(*store_, after, std::min<uint64_t>(kFactsAPage, newest - after),
                                kFactBytesAPage));
  for (const std::string& bytes : entries) {
    feed::v1::Entry entry;
    if (!entry.ParseFromString(bytes)) return absl::DataLossError("a stored entry cannot be read");
    found.sequence = entry.sequence();
    if (entry.kind() != feed::v1::ENTRY_KIND_RETURN_ACCEPTED) continue;
    ASSIGN_OR_RETURN(const ParsedName name, ParseReturnName(entry.name()));
    if (!collection_.empty() && name.key.collection != collection_) continue;
    ASSIGN_OR_RETURN(std::optional<returns::v1::Notice> notice,
                     About(name.key, entry.sequence(), &cells_left));
    if (notice.has_value()) found.notices.push_back(*std::move(notice));
  }
  return found;
}

void Notices::MarkTold(const returns::v1::Notice& notice) const {
  uses_->Told({*reader_.body, {notice.collection(), notice.period(), notice.organisation()}},
              notice.revision());
}

absl::StatusOr<UsesOfReturn> ListUsesOf(const Store& store, const OrganisationScope& scope,
                                        const ReturnKey& key, uint64_t sequence,
                                        const std::string& after, size_t limit) {
  ASSIGN_OR_RETURN(const std::optional<RevisionPlace> newest,
                   FindRevision(store, scope, key, sequence));
  if (!newest.has_value()) return NotFound();
  UsesOfReturn uses;
  uses.newest = newest->number;
  PageOf<returns::v1::Use>& page = uses.page;
  RETURN_IF_ERROR(
      VisitUsesOfReturn(store, key, after,
                        [&](const std::string& body, const ReturnUse& use) -> absl::StatusOr<bool> {
                          if (page.rows.size() == limit) {
                            page.after = page.rows.back().body();
                            return false;
                          }
                          returns::v1::Use& row = page.rows.emplace_back();
                          row.set_body(body);
                          row.set_revision(use.revision);
                          row.set_sequence(use.sequence);
                          *row.mutable_use_time() = ToWire(Timestamp{use.use_micros});
                          if (use.told_revision != 0) {
                            row.set_told_revision(use.told_revision);
                            *row.mutable_told_time() = ToWire(Timestamp{use.told_micros});
                          }
                          row.set_outdated(IsOutdated(use, newest->number));
                          return true;
                        }));
  return uses;
}

}  // namespace onereturn::ingestion
