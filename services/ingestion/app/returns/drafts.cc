#include "services/ingestion/app/returns/drafts.h"

#include <memory>
#include <utility>

#include "common/cells/cell_chunk.h"
#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/returns/chunk_writing.h"
#include "services/ingestion/app/returns/submitted_return.h"
#include "services/ingestion/store/unsigned_table.h"

namespace onereturn::ingestion {
namespace {

FactRequest DraftRequest(feed::v1::EntryKind kind, const RequestOrigin& origin,
                         const std::string& organisation) {
  return FactRequest{kind,          origin.actor,         organisation,  origin.request_id,
                     origin.digest, origin.validate_only, origin.person, origin.role};
}

absl::Status CheckDraftEtag(const std::string& etag, const HeldDraft& held) {
  const std::string newest = EtagOf(held.sequence);
  if (etag.empty() || etag == newest) return absl::OkStatus();
  return Error(Reason::kEtagMismatch, "the draft has changed since you read it: read it again")
      .With("etag", newest)
      .Field("etag", "is that of an earlier draft");
}

absl::StatusOr<PackedCells> Pack(std::vector<Cell> cells) {
  PackedCells packed;
  ASSIGN_OR_RETURN(packed.chunks, PackCells(std::move(cells)));
  for (const std::string& chunk : packed.chunks) packed.digests.push_back(Sha256(chunk));
  return packed;
}

feed::v1::ReturnDrafted FactOfDraft(const ReturnKey& key, const PackedCells& cells,
                                    size_t cell_count) {
  feed::v1::ReturnDrafted fact;
  fact.set_organisation(key.organisation);
  fact.set_collection(key.collection);
  fact.set_period(key.period);
  fact.set_cell_count(cell_count);
  for (const Digest& digest : cells.digests) {
    fact.add_chunk_digests(std::string(DigestBytes(digest)));
  }
  const Digest content = CellDigest(cells.digests);
  fact.set_cell_digest(std::string(DigestBytes(content)));
  return fact;
}

}  // namespace

void Drafts::Save(const ReturnSubmission& draft, Done done) const {
  auto judged = std::make_shared<DraftAnswer>();
  writer_->Write(
      DraftRequest(feed::v1::ENTRY_KIND_RETURN_DRAFTED, draft.origin,
                   draft.submission.organisation),
      [this, draft, judged](const Snapshot& snapshot) {
        return DecideSave(snapshot, draft, judged.get());
      },
      [judged, done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return done(accepted.status());
        DraftAnswer answer = std::move(*judged);
        if (!accepted->has_value()) return done(std::move(answer));
        answer.accepted = std::move((*accepted)->accepted);
        feed::v1::Entry entry;
        feed::v1::ReturnDrafted fact;
        if (!entry.ParseFromString(answer.accepted->receipt.entry) ||
            !fact.ParseFromString(entry.fact())) {
          return done(absl::DataLossError("a stored entry is not the draft it should be"));
        }
        answer.draft = DraftMessage(entry, fact);
        done(std::move(answer));
      });
}

absl::StatusOr<Decision> Drafts::DecideSave(const Snapshot& snapshot, const ReturnSubmission& draft,
                                            DraftAnswer* answer) const {
  // The etag is the draft's, not the return's.
  ReturnSubmission as_return = draft;
  as_return.etag.clear();
  ASSIGN_OR_RETURN(JudgedReturn judged, JudgeReturn(snapshot, collections_, as_return));
  answer->verdict = judged.judgement.verdict;
  answer->findings = std::move(judged.judgement.findings);
  const ReturnKey& key = judged.key;
  ASSIGN_OR_RETURN(HeldDraft held, DraftOf(snapshot, key));
  RETURN_IF_ERROR(CheckDraftEtag(draft.etag, held));
  ASSIGN_OR_RETURN(PackedCells cells, Pack(draft.submission.cells));
  NewFact fact;
  fact.name = DraftName(key);
  fact.fact = FactOfDraft(key, cells, draft.submission.cells.size()).SerializeAsString();
  size_t room_bytes = kBatchChunkBytes;
  ASSIGN_OR_RETURN(cells, WriteAheadIfLarge(committer_, std::move(cells), &room_bytes));
  fact.read_set = {std::move(held.check)};
  fact.write = [key, cells = std::move(cells)](const Placement& placement, WriteBatch* batch) {
    PutDraft(key, placement.sequence, batch);
    PutChunks(cells, batch);
  };
  return fact;
}

void Drafts::Drop(const RequestOrigin& origin, const returns::v1::DropDraftRequest& request,
                  Done done) const {
  const absl::StatusOr<ReturnKey> key = ParseDraftName(request.name());
  if (!key.ok()) return done(key.status());
  writer_->Write(
      DraftRequest(feed::v1::ENTRY_KIND_DRAFT_DROPPED, origin, key->organisation),
      [key = *key, request](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
        ASSIGN_OR_RETURN(HeldDraft held, DraftOf(snapshot, key));
        if (held.sequence == 0) return NotFound(request.name());
        RETURN_IF_ERROR(CheckDraftEtag(request.etag(), held));
        feed::v1::DraftDropped dropped;
        dropped.set_organisation(key.organisation);
        dropped.set_collection(key.collection);
        dropped.set_period(key.period);
        dropped.set_draft(held.sequence);
        return NewFact{
            request.name(),
            dropped.SerializeAsString(),
            {std::move(held.check)},
            [key](const Placement& /*placement*/, WriteBatch* batch) { DropDraft(key, batch); }};
      },
      [done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return done(accepted.status());
        DraftAnswer answer;
        if (accepted->has_value()) answer.accepted = std::move((*accepted)->accepted);
        done(std::move(answer));
      });
}

}  // namespace onereturn::ingestion
