#include "services/ingestion/app/returns/reply_to_finding.h"

#include <algorithm>
#include <utility>

#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/reason_text.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/judge_held.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/domain/finding_key.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/finding_reply_table.h"

namespace onereturn::ingestion {
namespace {

using returns::v1::ReplyToFindingRequest;

absl::StatusOr<common::v1::FindingReply> ReplyOfEntry(const std::string& bytes) {
  feed::v1::Entry entry;
  feed::v1::FindingReplied fact;
  if (!entry.ParseFromString(bytes) || entry.kind() != feed::v1::ENTRY_KIND_FINDING_REPLIED ||
      !fact.ParseFromString(entry.fact())) {
    return absl::DataLossError("a stored entry is not the reply it should be");
  }
  common::v1::FindingReply reply;
  reply.set_text(fact.text());
  *reply.mutable_time() = ToWire(Timestamp{entry.time_micros()});
  reply.set_sequence(entry.sequence());
  reply.set_revision(fact.revision());
  return reply;
}

// The finding that the key names. FIELD_INVALID where there is none.
absl::StatusOr<Finding> FindingNamed(const Reader& reader, const ParsedName& name,
                                     const std::string& finding_key) {
  ASSIGN_OR_RETURN(const RevisionPlace place,
                   PlaceOfRevision(reader, OrganisationScope::Only(name.key.organisation), name.key,
                                   name.revision, kNewest));
  ASSIGN_OR_RETURN(const Judgement judgement, JudgeHeld(reader, name.key, place, true));
  for (const Finding& finding : judgement.findings.kept()) {
    if (finding.screen && FindingKey(finding) == finding_key) return finding;
  }
  return Error(Reason::kFieldInvalid, "there is no such finding to reply to")
      .Field("finding", "is no key of a finding of a screen of this revision: list them again");
}

absl::StatusOr<Decision> DecideFindingReply(const Snapshot& snapshot, const ParsedName& name,
                                            const ReplyToFindingRequest& request) {
  Error faults(Reason::kFieldInvalid, "the reply cannot be taken as it is");
  CheckReason(request.text(), "text", &faults);
  if (request.finding().empty()) faults.Field("finding", "is missing: to which?");
  if (faults.fields_total() > 0) return faults.ToStatus();
  ASSIGN_OR_RETURN(const Finding finding, FindingNamed(snapshot, name, request.finding()));
  feed::v1::FindingReplied replied;
  replied.set_organisation(name.key.organisation);
  replied.set_collection(name.key.collection);
  replied.set_period(name.key.period);
  replied.set_revision(name.revision);
  replied.set_finding(request.finding());
  replied.set_code(finding.code);
  replied.set_text(request.text());
  NewFact fact;
  fact.name = RevisionName(name.key, name.revision);
  fact.fact = replied.SerializeAsString();
  // A revision and its findings never change: there is nothing to check again.
  fact.write = [key = name.key, finding_key = request.finding(), revision = name.revision](
                   const Placement& placement, WriteBatch* batch) {
    PutFindingReply(key, finding_key, FindingReplyPlace{placement.sequence, revision}, batch);
  };
  return fact;
}

}  // namespace

void ReplyToFinding::Reply(const RequestOrigin& origin, const ReplyToFindingRequest& request,
                           Done done) const {
  const absl::StatusOr<ParsedName> name = ParseReturnName(request.name());
  if (!name.ok()) return done(name.status());
  if (name->revision == 0) return done(NotFound());
  FactRequest asked{feed::v1::ENTRY_KIND_FINDING_REPLIED,
                    origin.actor,
                    name->key.organisation,
                    origin.request_id,
                    origin.digest,
                    origin.validate_only,
                    origin.person,
                    origin.role};
  writer_->Write(
      std::move(asked),
      [name = *name, request](const Snapshot& snapshot) {
        return DecideFindingReply(snapshot, name, request);
      },
      [done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return done(accepted.status());
        if (!accepted->has_value()) return done(absl::InternalError("nothing was replied"));
        RepliedAnswer answer;
        absl::StatusOr<common::v1::FindingReply> reply =
            ReplyOfEntry((*accepted)->accepted.receipt.entry);
        if (!reply.ok()) return done(reply.status());
        answer.reply = *std::move(reply);
        answer.accepted = std::move((*accepted)->accepted);
        done(std::move(answer));
      });
}

absl::StatusOr<std::optional<common::v1::FindingReply>> ReplyOf(const Reader& reader,
                                                                const ReturnKey& key,
                                                                const std::string& finding,
                                                                uint32_t revision,
                                                                uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::optional<FindingReplyPlace> place,
                   FindFindingReply(reader, key, finding, revision, sequence));
  if (!place.has_value()) return std::optional<common::v1::FindingReply>();
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, place->sequence));
  ASSIGN_OR_RETURN(common::v1::FindingReply reply, ReplyOfEntry(bytes));
  return std::optional<common::v1::FindingReply>(std::move(reply));
}

}  // namespace onereturn::ingestion
