#include "services/ingestion/app/catalogue/change_definitions.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/catalogue/change_decisions.h"
#include "services/ingestion/app/catalogue/define_decision.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/app/token_use.h"
#include "services/ingestion/store/change_table.h"

namespace onereturn::ingestion {
namespace {

using catalogue::v1::Change;

template <typename Request>
FactRequest RequestOf(const OfficerOrigin& origin, const Request& request,
                      feed::v1::EntryKind kind) {
  FactRequest fact{
      kind,          origin.actor.spiffe_id,  origin.scope.organisation(), request.request_id(),
      origin.digest, request.validate_only(), origin.actor.person,         origin.role};
  fact.organisation_of_caller = true;
  return fact;
}

// Which change an entry is a step of. DATA_LOSS for one that is none.
absl::StatusOr<std::string> ChangeIn(const std::string& entry_bytes) {
  feed::v1::Entry entry;
  if (!entry.ParseFromString(entry_bytes)) {
    return absl::DataLossError("a stored entry cannot be read");
  }
  switch (entry.kind()) {
    case feed::v1::ENTRY_KIND_CHANGE_PROPOSED: {
      ASSIGN_OR_RETURN(const auto fact, FactIn<catalogue::v1::ChangeProposed>(entry_bytes));
      return fact.change().name();
    }
    case feed::v1::ENTRY_KIND_CHANGE_ANSWERED: {
      ASSIGN_OR_RETURN(const auto fact, FactIn<catalogue::v1::ChangeAnswered>(entry_bytes));
      return fact.change();
    }
    case feed::v1::ENTRY_KIND_CHANGE_REFUSED:
    case feed::v1::ENTRY_KIND_CHANGE_WITHDRAWN: {
      ASSIGN_OR_RETURN(const auto fact, FactIn<catalogue::v1::ChangeEnded>(entry_bytes));
      return fact.change();
    }
    case feed::v1::ENTRY_KIND_ITEM_DEFINED: {
      ASSIGN_OR_RETURN(const auto fact, FactIn<feed::v1::ItemDefined>(entry_bytes));
      return fact.change();
    }
    case feed::v1::ENTRY_KIND_COLLECTION_DEFINED: {
      ASSIGN_OR_RETURN(const auto fact, FactIn<feed::v1::CollectionDefined>(entry_bytes));
      return fact.change();
    }
    default:
      return absl::DataLossError("a stored entry is no step of a change");
  }
}

absl::StatusOr<Change> ChangeAt(const Reader& reader, const std::string& entry_bytes) {
  ASSIGN_OR_RETURN(const std::string name, ChangeIn(entry_bytes));
  const std::optional<ChangeKey> key = ParseChangeName(name);
  if (!key.has_value()) return absl::DataLossError("a stored entry names no change");
  ASSIGN_OR_RETURN(std::optional<StoredChange> stored, FindChange(reader, *key));
  if (!stored.has_value()) return absl::DataLossError("a stored change is missing");
  return std::move(stored->change);
}

using JudgeStep = std::function<absl::StatusOr<Decision>(const Reader& reader, Change* judged)>;

// `judge` fills the change as it would be and answers the decision.
void Write(const FactWriter& writer, const Reader* store, FactRequest request, JudgeStep judge,
           std::function<void(const std::string& entry)> accepted_entry,
           ChangeDefinitions::Done done, std::function<void()> not_taken = nullptr) {
  auto judged = std::make_shared<Change>();
  writer.Write(
      std::move(request),
      [judge = std::move(judge), judged](const Snapshot& snapshot) {
        judged->Clear();
        return judge(snapshot, judged.get());
      },
      [store, judged, accepted_entry = std::move(accepted_entry), done = std::move(done),
       not_taken = std::move(not_taken)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) {
          if (not_taken) not_taken();
          return done(accepted.status());
        }
        if (!accepted->has_value()) return done(ChangeAnswer{*judged, std::nullopt});
        Accepted& fact = (*accepted)->accepted;
        if (accepted_entry) accepted_entry(fact.receipt.entry);
        absl::StatusOr<Change> now = ChangeAt(*store, fact.receipt.entry);
        if (!now.ok()) return done(now.status());
        done(ChangeAnswer{*std::move(now), std::move(fact)});
      });
}

// The fact that an approval makes is of the definition's kind.
feed::v1::EntryKind KindOfDecision(const catalogue::v1::DecideChangeRequest& request) {
  if (!request.approve()) return feed::v1::ENTRY_KIND_CHANGE_REFUSED;
  const std::optional<ChangeKey> key = ParseChangeName(request.name());
  return key.has_value() && key->kind == DefinitionKind::kItem
             ? feed::v1::ENTRY_KIND_ITEM_DEFINED
             : feed::v1::ENTRY_KIND_COLLECTION_DEFINED;
}

}  // namespace

void ChangeDefinitions::Propose(const OfficerOrigin& origin,
                                const catalogue::v1::ProposeChangeRequest& request,
                                Done done) const {
  Write(
      *writer_, store_, RequestOf(origin, request, feed::v1::ENTRY_KIND_CHANGE_PROPOSED),
      [origin, request](const Reader& reader, Change* change) {
        return DecideProposal(reader, origin, request, change);
      },
      nullptr, std::move(done));
}

void ChangeDefinitions::Reply(const OfficerOrigin& origin,
                              const catalogue::v1::ReplyToChangeRequest& request, Done done) const {
  FactRequest fact = RequestOf(origin, request, feed::v1::ENTRY_KIND_CHANGE_ANSWERED);
  fact.organisation = request.organisation();
  fact.organisation_of_caller = false;
  Write(
      *writer_, store_, std::move(fact),
      [origin, request](const Reader& reader, Change* change) {
        return DecideReply(reader, origin, request, change);
      },
      nullptr, std::move(done));
}

void ChangeDefinitions::Decide(const OfficerOrigin& origin,
                               const catalogue::v1::DecideChangeRequest& request, Done done) const {
  auto token = std::make_shared<TokenUse>(origin);
  Write(
      *writer_, store_, RequestOf(origin, request, KindOfDecision(request)),
      [origin, request, token](const Reader& reader, Change* change) {
        return DecideDecision(reader, origin, request, token.get(), change);
      },
      request.approve() ? accepted_ : nullptr, std::move(done), [token] { token->Return(); });
}

void ChangeDefinitions::Withdraw(const OfficerOrigin& origin,
                                 const catalogue::v1::WithdrawChangeRequest& request,
                                 Done done) const {
  Write(
      *writer_, store_, RequestOf(origin, request, feed::v1::ENTRY_KIND_CHANGE_WITHDRAWN),
      [origin, request](const Reader& reader, Change* change) {
        return DecideWithdrawal(reader, origin, request, change);
      },
      nullptr, std::move(done));
}

absl::StatusOr<PageOf<Change>> ListChanges(const Reader& reader,
                                           const catalogue::v1::ListChangesRequest& request,
                                           const std::string& after, size_t limit) {
  PageOf<Change> page;
  size_t bytes = 0;
  std::string last;
  const std::string& of = request.of();
  RETURN_IF_ERROR(VisitChanges(
      reader, after, [&](const ChangeKey& key, const Change& change) -> absl::StatusOr<bool> {
        const bool named = of.empty() || change.name() == of ||
                           absl::StartsWith(change.name(), absl::StrCat(of, "/changes/"));
        const bool asked = request.consultee().empty() ||
                           std::find(change.consultees().begin(), change.consultees().end(),
                                     request.consultee()) != change.consultees().end();
        const bool in_state = request.state() == catalogue::v1::CHANGE_STATE_UNSPECIFIED ||
                              request.state() == change.state();
        if (!named || !asked || !in_state) return true;
        if (page.rows.size() == limit || bytes >= kMaxCataloguePageBytes) {
          page.after = last;
          return false;
        }
        bytes += change.ByteSizeLong();
        last = ChangeKeyText(key);
        page.rows.push_back(change);
        return true;
      }));
  return page;
}

}  // namespace onereturn::ingestion
