#include "services/ingestion/app/returns/accepted_return.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/feed/wire.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {
namespace {

void FillExplanation(const ExplanationGiven& given, common::v1::Explanation* explanation) {
  explanation->set_rule(given.rule);
  explanation->set_text(given.text);
  if (!given.cell.has_value()) return;
  explanation->mutable_cell()->set_item(given.cell->item);
  for (const DimensionValue& dimension : given.cell->dimensions) {
    auto* value = explanation->mutable_cell()->add_dimensions();
    value->set_dimension(dimension.dimension);
    value->set_value(dimension.value);
  }
}

}  // namespace

feed::v1::ReturnAccepted FactOf(const ReturnSubmission& submission, const JudgedReturn& judged,
                                uint32_t number) {
  const ReturnKey& key = judged.key;
  const Judgement& judgement = judged.judgement;
  feed::v1::ReturnAccepted fact;
  fact.set_organisation(key.organisation);
  fact.set_collection(key.collection);
  fact.set_collection_version(judged.compiled.collection->version);
  fact.set_period(key.period);
  fact.set_revision(number);
  fact.set_status(judged.status);
  fact.set_origin(submission.submission.origin == Origin::kImport ? returns::v1::ORIGIN_IMPORT
                                                                  : returns::v1::ORIGIN_SUBMITTED);
  fact.set_cell_count(judgement.cell_count);
  for (const Digest& digest : judgement.chunk_digests) {
    fact.add_chunk_digests(std::string(DigestBytes(digest)));
  }
  fact.set_cell_digest(std::string(DigestBytes(judgement.cell_digest)));
  if (submission.file.has_value()) {
    fact.set_file_digest(std::string(DigestBytes(submission.file->digest)));
  }
  for (const ExplanationGiven& given : judged.explanations) {
    FillExplanation(given, fact.add_explanations());
  }
  fact.set_verdict(static_cast<common::v1::Verdict>(judgement.verdict));
  fact.set_reason(submission.reason);
  fact.set_reason_text(submission.reason_text);
  fact.set_nil(submission.nil);
  fact.set_restored_revision(submission.restored_revision);
  if (submission.declared_minutes.has_value()) {
    *fact.mutable_declared_minutes() = *submission.declared_minutes;
  }
  return fact;
}

bool HoldsExplanations(const feed::v1::ReturnAccepted& fact,
                       const std::vector<ExplanationGiven>& given) {
  return std::all_of(given.begin(), given.end(), [&fact](const ExplanationGiven& one) {
    common::v1::Explanation wanted;
    FillExplanation(one, &wanted);
    const std::string bytes = wanted.SerializeAsString();
    return std::any_of(fact.explanations().begin(), fact.explanations().end(),
                       [&bytes](const common::v1::Explanation& held) {
                         return held.SerializeAsString() == bytes;
                       });
  });
}

returns::v1::SignOff SignOffOf(const feed::v1::Entry& entry, uint32_t level) {
  returns::v1::SignOff sign_off;
  sign_off.set_level(level);
  sign_off.set_system(entry.actor());
  sign_off.set_person(entry.person());
  *sign_off.mutable_time() = ToWire(Timestamp{entry.time_micros()});
  sign_off.set_sequence(entry.sequence());
  return sign_off;
}

absl::StatusOr<feed::v1::ReturnAccepted> ReturnOfEntry(const std::string& entry_bytes) {
  feed::v1::Entry entry;
  feed::v1::ReturnAccepted fact;
  if (!entry.ParseFromString(entry_bytes) || entry.kind() != feed::v1::ENTRY_KIND_RETURN_ACCEPTED ||
      !fact.ParseFromString(entry.fact())) {
    return absl::DataLossError("a stored entry is not the return it should be");
  }
  return fact;
}

absl::StatusOr<returns::v1::Return> ReturnMessageOf(const std::string& entry_bytes) {
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(entry_bytes));
  feed::v1::Entry entry;
  entry.ParseFromString(entry_bytes);
  const ReturnKey key{fact.collection(), fact.period(), fact.organisation()};
  returns::v1::Return message;
  message.set_name(ReturnName(key));
  message.set_organisation(key.organisation);
  message.set_collection(key.collection);
  message.set_period(key.period);
  message.set_etag(EtagOf(entry.sequence()));
  returns::v1::Revision* revision = message.mutable_revision();
  revision->set_name(RevisionName(key, fact.revision()));
  revision->set_number(fact.revision());
  revision->set_status(fact.status());
  revision->set_origin(fact.origin());
  revision->set_collection_version(fact.collection_version());
  revision->set_cell_count(fact.cell_count());
  revision->set_cell_digest(fact.cell_digest());
  revision->set_file_digest(fact.file_digest());
  *revision->mutable_accept_time() = ToWire(Timestamp{entry.time_micros()});
  revision->set_sequence(entry.sequence());
  revision->set_request_id(entry.request_id());
  *revision->mutable_explanations() = fact.explanations();
  revision->set_verdict(fact.verdict());
  revision->set_reason(fact.reason());
  revision->set_reason_text(fact.reason_text());
  revision->set_nil(fact.nil());
  revision->set_restored_revision(fact.restored_revision());
  if (fact.has_declared_minutes()) *revision->mutable_declared_minutes() = fact.declared_minutes();
  *revision->mutable_sign_offs() = fact.sign_offs();
  if (fact.submission() != 0) {
    // The entry itself says who signed last.
    *revision->add_sign_offs() = SignOffOf(entry, static_cast<uint32_t>(fact.sign_offs_size()));
  }
  // Of a signed one the entry is the last signature's, and the first of the list the sender's.
  *revision->mutable_sent() =
      revision->sign_offs().empty() ? SignOffOf(entry, 0) : revision->sign_offs(0);
  return message;
}

std::string ReturnName(const ReturnKey& key) {
  return absl::StrCat("organisations/", key.organisation, "/returns/", key.collection, ".",
                      key.period);
}

std::string RevisionName(const ReturnKey& key, uint32_t number) {
  return absl::StrCat(ReturnName(key), "/revisions/", number);
}

}  // namespace onereturn::ingestion
