#include "services/ingestion/app/returns/read_unsigned.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/cells/cell_chunk.h"
#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/stored_cells.h"
#include "services/ingestion/app/returns/submitted_return.h"
#include "services/ingestion/domain/cell_difference.h"
#include "services/ingestion/store/unsigned_table.h"

namespace onereturn::ingestion {
namespace {

constexpr char kWaiting[] = "submission that waits";
constexpr char kDraft[] = "draft";

absl::StatusOr<returns::v1::Draft> LoadDraft(const Reader& reader, uint64_t sequence) {
  ASSIGN_OR_RETURN(const auto drafted, DraftedAt(reader, sequence));
  return DraftMessage(drafted.entry, drafted.fact);
}

template <typename Fact>
void TakeCells(const Fact& fact, CellState* state) {
  state->chunk_digests.assign(fact.chunk_digests().begin(), fact.chunk_digests().end());
  state->cell_count = fact.cell_count();
  state->cell_digest = fact.cell_digest();
}

ChunkSource ChunksOf(const Reader& reader, const std::vector<std::string>& digests) {
  return [&reader, &digests,
          next = size_t{0}]() mutable -> absl::StatusOr<std::optional<std::string>> {
    if (next == digests.size()) return std::optional<std::string>();
    ASSIGN_OR_RETURN(std::string chunk, StoredChunk(reader, digests[next++]));
    return std::optional<std::string>(std::move(chunk));
  };
}

uint64_t CountGiven(const std::string& after) {
  uint64_t count = 0;
  return absl::SimpleAtoi(after, &count) ? count : 0;
}

void FillCell(const Cell& cell, common::v1::Cell* wire) {
  wire->mutable_reference()->set_item(cell.item);
  for (const DimensionValue& dimension : cell.dimensions) {
    common::v1::DimensionValue* added = wire->mutable_reference()->add_dimensions();
    added->set_dimension(dimension.dimension);
    added->set_value(dimension.value);
  }
  if (cell.value.has_value()) {
    wire->set_millionths(cell.value->millionths());
  } else {
    wire->set_null_reason(static_cast<common::v1::NullReason>(cell.null_reason));
  }
}

// Rows of a list that are of `collection`, at most `limit`.
template <typename Row>
class ListPage {
 public:
  ListPage(const std::string& collection, size_t limit) : collection_(collection), limit_(limit) {}

  bool Wants(const ReturnKey& key) const {
    return collection_.empty() || key.collection == collection_;
  }
  bool full() const { return page_.rows.size() == limit_; }
  // There is more, and it does not fit.
  void End() { page_.after = UnsignedKeyText(last_); }
  void Add(const ReturnKey& key, Row row) {
    page_.rows.push_back(std::move(row));
    last_ = key;
  }
  PageOf<Row> Take() { return std::move(page_); }

 private:
  const std::string& collection_;
  const size_t limit_;
  PageOf<Row> page_;
  ReturnKey last_;
};

}  // namespace

absl::StatusOr<returns::v1::Submission> GetSubmission(const Reader& reader,
                                                      const OrganisationScope& scope,
                                                      const std::string& name) {
  ASSIGN_OR_RETURN(const ReturnKey key, ParseSubmissionName(name));
  ASSIGN_OR_RETURN(const HeldSubmission held, SubmissionOf(reader, key));
  if (!scope.Covers(key.organisation) || !held.held()) {
    return NoSuchReturn(reader, scope, key, kWaiting);
  }
  return LoadSubmission(reader, held.record);
}

absl::StatusOr<returns::v1::Draft> GetDraft(const Reader& reader, const OrganisationScope& scope,
                                            const std::string& name) {
  ASSIGN_OR_RETURN(const ReturnKey key, ParseDraftName(name));
  ASSIGN_OR_RETURN(const HeldDraft held, DraftOf(reader, key));
  if (!scope.Covers(key.organisation) || held.sequence == 0) {
    return NoSuchReturn(reader, scope, key, kDraft);
  }
  return LoadDraft(reader, held.sequence);
}

absl::StatusOr<PageOf<returns::v1::Submission>> ListSubmissions(const Reader& reader,
                                                                const OrganisationScope& scope,
                                                                const std::string& collection,
                                                                const std::string& after,
                                                                size_t limit) {
  ListPage<returns::v1::Submission> page(collection, limit);
  RETURN_IF_ERROR(VisitSubmissions(
      reader, scope, after,
      [&](const ReturnKey& key,
          const storage::v1::SubmissionRecord& record) -> absl::StatusOr<bool> {
        if (!page.Wants(key)) return true;
        if (page.full()) {
          page.End();
          return false;
        }
        ASSIGN_OR_RETURN(returns::v1::Submission row, LoadSubmission(reader, record));
        page.Add(key, std::move(row));
        return true;
      }));
  return page.Take();
}

absl::StatusOr<PageOf<returns::v1::Draft>> ListDrafts(const Reader& reader,
                                                      const OrganisationScope& scope,
                                                      const std::string& collection,
                                                      const std::string& after, size_t limit) {
  ListPage<returns::v1::Draft> page(collection, limit);
  RETURN_IF_ERROR(VisitDrafts(
      reader, scope, after, [&](const ReturnKey& key, uint64_t sequence) -> absl::StatusOr<bool> {
        if (!page.Wants(key)) return true;
        if (page.full()) {
          page.End();
          return false;
        }
        ASSIGN_OR_RETURN(returns::v1::Draft row, LoadDraft(reader, sequence));
        page.Add(key, std::move(row));
        return true;
      }));
  return page.Take();
}

absl::StatusOr<CellState> UnsignedState(const Reader& reader, const OrganisationScope& scope,
                                        const std::string& name) {
  CellState state;
  absl::StatusOr<ReturnKey> submission = ParseSubmissionName(name);
  if (submission.ok()) {
    state.key = *std::move(submission);
    ASSIGN_OR_RETURN(const HeldSubmission held, SubmissionOf(reader, state.key));
    if (!scope.Covers(state.key.organisation) || !held.held()) {
      return NoSuchReturn(reader, scope, state.key, kWaiting);
    }
    ASSIGN_OR_RETURN(const auto submitted, SubmittedAt(reader, held.record.sequence()));
    TakeCells(submitted.fact.content(), &state);
    state.sequence = held.record.sequence();
    return state;
  }
  ASSIGN_OR_RETURN(state.key, ParseDraftName(name));
  ASSIGN_OR_RETURN(const HeldDraft held, DraftOf(reader, state.key));
  if (!scope.Covers(state.key.organisation) || held.sequence == 0) {
    return NoSuchReturn(reader, scope, state.key, kDraft);
  }
  ASSIGN_OR_RETURN(const auto drafted, DraftedAt(reader, held.sequence));
  TakeCells(drafted.fact, &state);
  state.sequence = held.sequence;
  return state;
}

absl::StatusOr<CellState> RevisionState(const Reader& reader, const OrganisationScope& scope,
                                        const ReturnKey& key, uint32_t revision,
                                        uint64_t sequence) {
  ASSIGN_OR_RETURN(const RevisionPlace place,
                   PlaceOfRevision(reader, scope, key, revision, sequence));
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, place.sequence));
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(bytes));
  CellState state;
  state.key = key;
  state.sequence = place.sequence;
  TakeCells(fact, &state);
  return state;
}

absl::StatusOr<PageOf<common::v1::Cell>> CellsOf(const Reader& reader, const CellState& state,
                                                 const std::string& after, size_t limit) {
  PageOf<common::v1::Cell> page;
  const uint64_t skip = CountGiven(after);
  uint64_t seen = 0;
  for (const std::string& digest : state.chunk_digests) {
    ASSIGN_OR_RETURN(const std::string chunk, StoredChunk(reader, digest));
    RETURN_IF_ERROR(VisitChunk(chunk, [&](const CellView& cell) {
      if (seen++ >= skip && page.rows.size() < limit) page.rows.push_back(ToWireCell(cell));
    }));
    if (page.rows.size() == limit) break;
  }
  if (skip + page.rows.size() < state.cell_count) {
    page.after = absl::StrCat(skip + page.rows.size());
  }
  return page;
}

absl::StatusOr<CellDifferences> DifferencesOf(const Reader& reader,
                                              const std::optional<CellState>& before,
                                              const CellState& state, const std::string& after,
                                              size_t limit) {
  const std::vector<std::string> none;
  CellDifferences differences;
  const uint64_t skip = CountGiven(after);
  RETURN_IF_ERROR(VisitDifferences(
      ChunksOf(reader, before.has_value() ? before->chunk_digests : none),
      ChunksOf(reader, state.chunk_digests), [&](const Cell* old_cell, const Cell* new_cell) {
        if (differences.count++ < skip || differences.page.rows.size() == limit) return;
        returns::v1::CellDifference difference;
        if (old_cell != nullptr) FillCell(*old_cell, difference.mutable_before());
        if (new_cell != nullptr) FillCell(*new_cell, difference.mutable_after());
        differences.page.rows.push_back(std::move(difference));
      }));
  const uint64_t given = skip + differences.page.rows.size();
  if (given < differences.count) differences.page.after = absl::StrCat(given);
  return differences;
}

}  // namespace onereturn::ingestion
