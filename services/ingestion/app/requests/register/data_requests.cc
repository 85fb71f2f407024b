#include "services/ingestion/app/requests/register/data_requests.h"

#include <memory>
#include <utility>

#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/requests/register/likenesses.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

absl::StatusOr<feed::v1::Entry> EntryIn(const AcceptedFact& fact) {
  feed::v1::Entry entry;
  if (entry.ParseFromString(fact.accepted.receipt.entry)) return entry;
  return absl::DataLossError("a stored entry cannot be read");
}

absl::StatusOr<DataRequestAnswer> AnswerTo(const Reader& store, AcceptedFact fact,
                                           JudgedRequest judged) {
  ASSIGN_OR_RETURN(const feed::v1::Entry entry, EntryIn(fact));
  const bool newest = fact.unchanged && !fact.accepted.replayed;
  ASSIGN_OR_RETURN(requests::v1::DataRequest request,
                   GetDataRequest(store, entry.name(), newest ? kNewest : entry.sequence()));
  // A repeat was not judged.
  if (!judged.match.has_summary()) *judged.match.mutable_summary() = request.match();
  return DataRequestAnswer{std::move(request), std::move(judged.match), std::move(fact.accepted),
                           fact.unchanged};
}

using JudgeRequest =
    std::function<absl::StatusOr<Decision>(const Reader& reader, JudgedRequest* judged)>;

void WriteStep(const FactWriter& writer, const Reader* store, FactRequest request,
               JudgeRequest judge, DataRequests::Done done,
               std::function<void()> not_taken = nullptr) {
  auto judged = std::make_shared<JudgedRequest>();
  writer.Write(
      std::move(request),
      [judge = std::move(judge), judged](const Snapshot& snapshot) {
        *judged = JudgedRequest();
        return judge(snapshot, judged.get());
      },
      [store, judged, done = std::move(done),
       not_taken = std::move(not_taken)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) {
          if (not_taken) not_taken();
          return done(accepted.status());
        }
        if (accepted->has_value()) {
          return done(AnswerTo(*store, **std::move(accepted), std::move(*judged)));
        }
        done(DataRequestAnswer{std::move(judged->request), {}, std::nullopt, false});
      });
}

}  // namespace

RequestWorld DataRequests::World() const {
  return RequestWorld{matching_, committer_->LatestPromise().through_time};
}

void DataRequests::Draft(const OfficerOrigin& origin,
                         const requests::v1::DraftRequestRequest& request, Done done) const {
  FactRequest fact =
      FactAskedBy(origin, feed::v1::ENTRY_KIND_REQUEST_DRAFTED, request.request_id());
  fact.validate_only = request.validate_only();
  WriteStep(
      *writer_, store_, std::move(fact),
      [this, origin, request](const Reader& reader, JudgedRequest* judged) {
        return DecideDraft(reader, World(), origin, request, judged);
      },
      std::move(done));
}

void DataRequests::Match(const OfficerOrigin& origin,
                         const requests::v1::MatchRequestRequest& request, Done done) const {
  WriteStep(
      *writer_, store_,
      FactAskedBy(origin, feed::v1::ENTRY_KIND_REQUEST_MATCHED, request.request_id()),
      [this, origin, request](const Reader& reader, JudgedRequest* judged) {
        return DecideMatch(reader, World(), origin, request, judged);
      },
      std::move(done));
}

void DataRequests::Reply(const OfficerOrigin& origin,
                         const requests::v1::ReplyToRequestRequest& request, Done done) const {
  FactRequest fact =
      FactAskedBy(origin, feed::v1::ENTRY_KIND_REQUEST_REPLIED, request.request_id());
  fact.organisation = request.organisation();
  fact.organisation_of_caller = false;
  WriteStep(
      *writer_, store_, std::move(fact),
      [this, origin, request](const Reader& reader, JudgedRequest* judged) {
        return DecideRequestReply(reader, World(), origin, request, judged);
      },
      std::move(done));
}

void DataRequests::Close(const OfficerOrigin& origin,
                         const requests::v1::CloseConsultationRequest& request, Done done) const {
  WriteStep(
      *writer_, store_,
      FactAskedBy(origin, feed::v1::ENTRY_KIND_REQUEST_CONSULTED, request.request_id()),
      [this, origin, request](const Reader& reader, JudgedRequest* judged) {
        return DecideClose(reader, World(), origin, request, judged);
      },
      std::move(done));
}

void DataRequests::Decide(const OfficerOrigin& origin,
                          const requests::v1::DecideRequestRequest& request, Done done) const {
  auto token = std::make_shared<TokenUse>(origin);
  WriteStep(
      *writer_, store_,
      FactAskedBy(origin, feed::v1::ENTRY_KIND_REQUEST_DECIDED, request.request_id()),
      [this, origin, request, token](const Reader& reader, JudgedRequest* judged) {
        return DecideApproval(reader, World(), origin, request, token.get(), judged);
      },
      std::move(done), [token] { token->Return(); });
}

void DataRequests::End(const OfficerOrigin& origin, const requests::v1::EndRequestRequest& request,
                       Done done) const {
  WriteStep(
      *writer_, store_,
      FactAskedBy(origin, feed::v1::ENTRY_KIND_REQUEST_ENDED, request.request_id()),
      [this, origin, request](const Reader& reader, JudgedRequest* judged) {
        return DecideEnd(reader, World(), origin, request, judged);
      },
      std::move(done));
}

void DataRequests::DecideLikeness(const OfficerOrigin& origin,
                                  const requests::v1::DecideLikenessRequest& request,
                                  LikenessDone done) const {
  auto token = std::make_shared<TokenUse>(origin);
  writer_->Write(
      FactAskedBy(origin, feed::v1::ENTRY_KIND_LIKENESS_DECIDED, request.request_id()),
      [matching = matching_, origin, request, token](const Snapshot& snapshot) {
        requests::v1::Likeness judged;
        return DecideOnLikeness(snapshot, *matching, origin, request, token.get(), &judged);
      },
      [store = store_, token,
       done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) {
          token->Return();
          return done(accepted.status());
        }
        const absl::StatusOr<feed::v1::Entry> entry = EntryIn(**accepted);
        if (!entry.ok()) return done(entry.status());
        const std::optional<LikenessKey> key = ParseLikenessName(entry->name());
        if (!key.has_value()) return done(absl::DataLossError("a stored entry is no likeness"));
        absl::StatusOr<std::optional<StoredLikeness>> stored = FindStoredLikeness(*store, *key);
        if (!stored.ok()) return done(stored.status());
        if (!stored->has_value()) return done(absl::DataLossError("a stored likeness is missing"));
        done(LikenessAnswer{LikenessAt(std::move((*stored)->likeness), entry->sequence()),
                            std::move((*accepted)->accepted)});
      });
}

}  // namespace onereturn::ingestion
