#include "services/ingestion/app/requests/issue/issue_request.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/commit/request_id.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/define_decision.h"
#include "services/ingestion/app/requests/answers/answer_sources.h"
#include "services/ingestion/app/requests/issue/approved_match.h"
#include "services/ingestion/app/requests/matching/issue_bounds.h"
#include "services/ingestion/app/requests/matching/issue_plan.h"
#include "services/ingestion/app/requests/matching/new_home.h"
#include "services/ingestion/app/requests/matching/new_home_checks.h"
#include "services/ingestion/app/requests/matching/split_lines.h"
#include "services/ingestion/app/requests/obligations/suspended_obligations.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/app/requests/register/request_decisions.h"
#include "services/ingestion/app/requests/register/second_body.h"
#include "services/ingestion/app/requests/register/settled_concerns.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/app/requests/reuse_rights.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/definitions/request_ask.h"
#include "services/ingestion/definitions/request_match.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/obligation_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;
using requests::v1::IssueStatement;

FactRequest RequestOf(const OfficerOrigin& origin,
                      const requests::v1::IssueRequestRequest& request) {
  FactRequest fact = FactAskedBy(origin, feed::v1::ENTRY_KIND_REQUEST_ISSUED, request.request_id());
  fact.validate_only = request.validate_only();
  return fact;
}

// Of one of the facts that come with the issue.
FactRequest PartOf(const FactRequest& own, feed::v1::EntryKind kind, const std::string& part) {
  FactRequest request = own;
  request.kind = kind;
  request.request_id =
      DerivedRequestId(own.request_id, RequestScope(own.organisation, own.actor), part);
  request.digest = Sha256(request.request_id);
  request.organisation_of_caller = false;
  request.derived_id = true;
  return request;
}

// The items whose figures are given, and those that new ones are a finer view of: who may use what
// is made of them is said by them.
std::vector<std::string> ItemsOf(const MatchResult& match) {
  std::vector<std::string> items;
  for (const LineMatch& line : match.lines) {
    if (!line.item.empty()) items.push_back(line.item);
  }
  return items;
}

// Which item each line became.
void AddLineItems(const MatchResult& match, const NewHome* home, IssueStatement* statement) {
  for (const LineMatch& line : match.lines) {
    if (!line.new_figure.empty()) {
      statement->add_line_items(home->code_of.at(line.new_figure));
    } else {
      statement->add_line_items(line.is_item ? line.item : "");
    }
  }
}

// As it is asked on the day of the issue, which may be after that of the newest entry, by which it
// is matched: on an exception that has lapsed meanwhile nothing is issued.
DataRequest AskedOn(const DataRequest& row, const CivilDay& today) {
  DataRequest asked = row;
  if (!IsExcepted(row, today)) asked.clear_notice_exception();
  return asked;
}

// Everything that the issue makes, while it is put together.
struct Making {
  FactsTogether together;
  std::vector<ReadCheck> read_set;
  IssueStatement statement;
};

template <typename Definition>
absl::Status AddDefinition(const Snapshot& snapshot, const FactRequest& own, Definition definition,
                           const Supposed& supposed, const std::string& issued, Making* making) {
  const std::string part =
      absl::StrCat(DefinitionTraits<Definition>::kField, ".", definition.code());
  ASSIGN_OR_RETURN(Decision decision,
                   DecideDefinition(snapshot, &definition, nullptr, supposed, issued));
  PartOfFacts fact{PartOf(own, DefinitionTraits<Definition>::kEntry, part), Unchanged{}};
  if (auto* made = std::get_if<NewFact>(&decision)) {
    fact.decision = std::move(*made);
  } else if (auto* unchanged = std::get_if<Unchanged>(&decision)) {
    fact.decision = std::move(*unchanged);
  }
  making->together.parts.push_back(std::move(fact));
  return absl::OkStatus();
}

absl::Status AddHome(const Snapshot& snapshot, const FactRequest& own, const NewHome& home,
                     Making* making) {
  Supposed supposed;
  supposed.items = home.items;
  for (const catalogue::v1::DataItem& item : home.items) {
    RETURN_IF_ERROR(AddDefinition(snapshot, own, item, {}, home.collection.request(), making));
    making->statement.add_new_items(item.code());
  }
  making->statement.set_new_collection(home.collection.code());
  return AddDefinition(snapshot, own, home.collection, supposed, home.collection.request(), making);
}

storage::v1::ObligationTermsRecord TermsOf(const requests::v1::ObligationGroup& group) {
  storage::v1::ObligationTermsRecord terms;
  *terms.mutable_items() = group.items();
  *terms.mutable_item_minutes() = group.item_minutes();
  *terms.mutable_return_minutes() = group.return_minutes();
  return terms;
}

storage::v1::ObligationRecord RecordOf(const requests::v1::ObligationGroup& group, uint32_t number,
                                       uint64_t sequence) {
  storage::v1::ObligationRecord record;
  record.set_issue_sequence(sequence);
  record.set_group(number);
  record.set_due_micros(FromWire(group.due_time()).value_or(Timestamp{}).micros);
  if (group.has_close_time()) {
    record.set_close_micros(FromWire(group.close_time()).value_or(Timestamp{}).micros);
  }
  record.set_owed_to_collection(group.owed_to_collection());
  return record;
}

// `groups`: how many stand in earlier parts.
void WritePart(uint64_t number, const requests::v1::ObligationsCreated& part, uint32_t groups,
               const Placement& placement, WriteBatch* batch) {
  for (const requests::v1::ObligationGroup& group : part.groups()) {
    PutObligationTerms(number, ++groups, TermsOf(group), batch);
    const storage::v1::ObligationRecord record = RecordOf(group, groups, placement.sequence);
    for (const std::string& organisation : group.organisations()) {
      PutObligation({{group.collection(), group.period(), organisation}, number}, record, batch);
    }
  }
  for (const requests::v1::OrganisationPrice& price : part.avoided()) {
    storage::v1::AvoidedRecord record;
    record.set_issue_sequence(placement.sequence);
    *record.mutable_minutes() = price.avoided();
    PutAvoided(number, price.organisation(), record, batch);
  }
}

void AddObligations(const FactRequest& own, uint64_t number, const std::string& name,
                    IssuePlan plan, Making* making) {
  making->statement.set_obligation_parts(static_cast<uint32_t>(plan.parts.size()));
  making->statement.set_obligations(plan.obligations);
  uint32_t count = 0;
  uint32_t groups = 0;
  for (requests::v1::ObligationsCreated& of_plan : plan.parts) {
    of_plan.set_request(name);
    of_plan.set_part(++count);
    // Shared: what writes the rows is copied with the proposal.
    const auto part = std::make_shared<const requests::v1::ObligationsCreated>(std::move(of_plan));
    PartOfFacts fact{
        PartOf(own, feed::v1::ENTRY_KIND_OBLIGATIONS_CREATED, absl::StrCat("obligations.", count)),
        Unchanged{}};
    fact.decision = NewFact{name,
                            part->SerializeAsString(),
                            {},
                            [number, part, groups](const Placement& placement, WriteBatch* batch) {
                              WritePart(number, *part, groups, placement, batch);
                            }};
    groups += static_cast<uint32_t>(part->groups_size());
    making->together.parts.push_back(std::move(fact));
  }
}

// That the returns it was answered from are still the newest ones need not be checked: an answer is
// read at a position. What is owed by whom must be: each missing return is as it was,
// and no other request was issued since.
absl::Status AddReadSet(const Snapshot& snapshot, const IssuePlan& plan, Making* making) {
  ASSIGN_OR_RETURN(ReadCheck newest_issue, NewestIssueCheck(snapshot));
  making->read_set.push_back(std::move(newest_issue));
  ASSIGN_OR_RETURN(const uint64_t catalogue, CatalogueSequence(snapshot));
  making->read_set.push_back(CatalogueCheck(catalogue));
  for (const requests::v1::ObligationsCreated& part : plan.parts) {
    for (const requests::v1::ObligationGroup& group : part.groups()) {
      for (const std::string& organisation : group.organisations()) {
        ASSIGN_OR_RETURN(ReturnHeadState head,
                         HeadOf(snapshot, {group.collection(), group.period(), organisation}));
        making->read_set.push_back(std::move(head.check));
      }
    }
  }
  return absl::OkStatus();
}

// What the issue makes of the match: the home of what nobody collects, and the obligations.
absl::Status AddWhatIsOwed(const Snapshot& snapshot, const FactRequest& own, uint64_t number,
                           const DataRequest& row, const MatchedRequest& matched,
                           const MatchResult& result, Making* making) {
  CatalogueTime time(&snapshot);
  ASSIGN_OR_RETURN(const std::vector<std::string> terms,
                   ReuseTermsIn(&time, ItemsOf(result), row.requesting_body(), row.purpose(),
                                matched.ask.periods));
  RETURN_IF_ERROR(CheckTermsFit(terms));
  for (const std::string& one : terms) making->statement.add_reuse_terms(one);
  ASSIGN_OR_RETURN(const std::optional<NewHome> made,
                   NewHomeOf(row, matched.ask, result, *matched.catalogue, &time));
  const NewHome* const home = made.has_value() ? &*made : nullptr;
  if (home != nullptr) {
    RETURN_IF_ERROR(CheckNewHome(snapshot, row, *home, kNewest));
    RETURN_IF_ERROR(AddHome(snapshot, own, *home, making));
  }
  AddLineItems(result, home, &making->statement);
  IssuePlan plan = PlanIssue(result, matched.world, home);
  RETURN_IF_ERROR(AddReadSet(snapshot, plan, making));
  RETURN_IF_ERROR(
      CheckNotSuspended(snapshot, row.name(), plan,
                        home != nullptr ? home->items : std::vector<catalogue::v1::DataItem>(),
                        &time, &making->read_set));
  AddObligations(own, number, row.name(), std::move(plan), making);
  return absl::OkStatus();
}

// The zero-hours receipt.
void AddWhatIsGiven(const MatchedRequest& matched, const requests::v1::MatchSummary& summary,
                    IssueStatement* statement) {
  *statement->mutable_match() = summary;
  for (const std::string& one : matched.ask.organisations) statement->add_organisations(one);
  const std::vector<AnswerSource> sources = SourcesOf(matched);
  statement->set_sources(sources.size());
  const Digest sources_digest = SourcesDigest(sources);
  statement->set_sources_digest(std::string(DigestBytes(sources_digest)));
  *statement->mutable_avoided() = summary.avoided();
  *statement->mutable_outstanding() = summary.outstanding();
}

NewFact FactOfIssue(uint64_t number, const DataRequest& row, std::vector<ReadCheck> read_set) {
  requests::v1::RequestIssued fact;
  fact.set_request(row.name());
  *fact.mutable_issue() = row.issue();
  *fact.mutable_step() = row.issued();
  return FactOfRequestStep(
      number, row, fact.SerializeAsString(), std::move(read_set),
      [](DataRequest* issued) { return issued->mutable_issued(); },
      [](const Placement& placement, WriteBatch* batch) {
        PutNewestIssue(placement.sequence, batch);
      });
}

}  // namespace

void IssueRequest::Issue(const OfficerOrigin& origin,
                         const requests::v1::IssueRequestRequest& request,
                         DataRequests::Done done) const {
  auto judged = std::make_shared<DataRequest>();
  writer_->Write(
      RequestOf(origin, request),
      [this, origin, request, judged](const Snapshot& snapshot) {
        judged->Clear();
        return Decide(snapshot, origin, request, judged.get());
      },
      [this, judged, done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return done(accepted.status());
        if (!accepted->has_value()) {
          return done(DataRequestAnswer{std::move(*judged), {}, std::nullopt, false});
        }
        Accepted& fact = (*accepted)->accepted;
        feed::v1::Entry entry;
        if (!entry.ParseFromString(fact.receipt.entry)) {
          return done(absl::DataLossError("a stored entry cannot be read"));
        }
        absl::StatusOr<DataRequest> issued =
            GetDataRequest(*store_, entry.name(), entry.sequence());
        if (!issued.ok()) return done(issued.status());
        done(DataRequestAnswer{*std::move(issued), {}, std::move(fact), false});
      });
}

absl::StatusOr<Decision> IssueRequest::Decide(const Snapshot& snapshot, const OfficerOrigin& origin,
                                              const requests::v1::IssueRequestRequest& request,
                                              DataRequest* judged) const {
  const CivilDay today = LondonDay(committer_->LatestPromise().through_time);
  ASSIGN_OR_RETURN(StoredRequest stored,
                   FindForStep(snapshot, request.name(), request.etag(), RequestAction::kIssue));
  DataRequest& row = stored.request;
  RETURN_IF_ERROR(CheckActsFor(snapshot, origin.scope, row.requesting_body(), today));
  RETURN_IF_ERROR(CheckNotExpired(row, today));
  RETURN_IF_ERROR(CheckApprovedByAnother(snapshot, row));
  ASSIGN_OR_RETURN(const MatchedRequest matched,
                   matching_->Read(snapshot, AskedOn(row, today), kNewest));
  const MatchResult result = MatchAsk(matched.ask, matched.world);
  RETURN_IF_ERROR(matched.status());
  RETURN_IF_ERROR(CheckNoLineIsSplit(matched.ask, result));
  const requests::v1::Match match = MessageOf(result, matched.ask, matched.sequence);
  RETURN_IF_ERROR(CheckConcernsSettled(row, match, today, row.decided().reason()));
  RETURN_IF_ERROR(CheckAsksNoMore(row, match.summary()));
  ASSIGN_OR_RETURN(const MatchedRequest approved,
                   matching_->Read(snapshot, row, row.match().sequence()));
  RETURN_IF_ERROR(CheckAsksNobodyElse(row, MatchAsk(approved.ask, approved.world), result));
  RETURN_IF_ERROR(approved.status());

  Making making;
  RETURN_IF_ERROR(AddWhatIsOwed(snapshot, RequestOf(origin, request), stored.number, row, matched,
                                result, &making));
  AddWhatIsGiven(matched, match.summary(), &making.statement);
  row.set_state(requests::v1::REQUEST_STATE_ISSUED);
  *row.mutable_issue() = std::move(making.statement);
  *row.mutable_issued() = RequestStepOf(origin, origin.scope.organisation(), "");
  *judged = row;
  making.read_set.push_back(std::move(stored.check));
  making.together.own = FactOfIssue(stored.number, row, std::move(making.read_set));
  return std::move(making.together);
}

}  // namespace onereturn::ingestion
