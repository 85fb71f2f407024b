#include "tools/auditor/entry_rules.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "onereturn/requests/v1/answers_service.pb.h"
#include "onereturn/requests/v1/item_review.pb.h"
#include "onereturn/requests/v1/obligation.pb.h"
#include "onereturn/requests/v1/obligations_service.pb.h"
#include "onereturn/requests/v1/request.pb.h"
#include "onereturn/requests/v1/requests_service.pb.h"
#include "onereturn/requests/v1/rules.pb.h"
#include "onereturn/rights/v1/rights.pb.h"
#include "onereturn/timetable/v1/timetable.pb.h"

namespace onereturn::auditor {
namespace {

using feed::v1::Entry;
using feed::v1::EntryKind;

constexpr uint32_t kNewestFormat = 1;
constexpr uint32_t kFirstLedgerKind = 80;
constexpr uint32_t kLastLedgerKind = 89;
constexpr size_t kDigestBytes = 32;

// Can `bytes` be read as a message of this type?
template <typename Message>
bool Reads(const std::string& bytes) {
  return Message().ParseFromString(bytes);
}

struct KindRow {
  EntryKind kind;
  absl::string_view service;  // That writes it; empty: any.
  bool (*reads)(const std::string& fact);
};

const KindRow kKinds[] = {
    {feed::v1::ENTRY_KIND_ORGANISATION_DEFINED, "ingestion", Reads<feed::v1::OrganisationDefined>},
    {feed::v1::ENTRY_KIND_ITEM_DEFINED, "ingestion", Reads<feed::v1::ItemDefined>},
    {feed::v1::ENTRY_KIND_COLLECTION_DEFINED, "ingestion", Reads<feed::v1::CollectionDefined>},
    {feed::v1::ENTRY_KIND_RETURN_ACCEPTED, "ingestion", Reads<feed::v1::ReturnAccepted>},
    {feed::v1::ENTRY_KIND_FILE_IMPORTED, "ingestion", Reads<feed::v1::FileImported>},
    {feed::v1::ENTRY_KIND_RETURN_DRAFTED, "ingestion", Reads<feed::v1::ReturnDrafted>},
    {feed::v1::ENTRY_KIND_DRAFT_DROPPED, "ingestion", Reads<feed::v1::DraftDropped>},
    {feed::v1::ENTRY_KIND_RETURN_SUBMITTED, "ingestion", Reads<feed::v1::ReturnSubmitted>},
    {feed::v1::ENTRY_KIND_RETURN_SIGNED, "ingestion", Reads<feed::v1::ReturnSigned>},
    {feed::v1::ENTRY_KIND_SUBMISSION_ENDED, "ingestion", Reads<feed::v1::SubmissionEnded>},
    {feed::v1::ENTRY_KIND_RETURN_REOPENED, "ingestion", Reads<feed::v1::ReturnReopened>},
    {feed::v1::ENTRY_KIND_CALENDAR_DEFINED, "ingestion", Reads<timetable::v1::CalendarDefined>},
    {feed::v1::ENTRY_KIND_WINDOW_OPENED, "ingestion", Reads<timetable::v1::WindowOpened>},
    {feed::v1::ENTRY_KIND_RETURN_DUE, "ingestion", Reads<timetable::v1::ReturnDue>},
    {feed::v1::ENTRY_KIND_WINDOW_CLOSED, "ingestion", Reads<timetable::v1::WindowClosed>},
    {feed::v1::ENTRY_KIND_EXTENSION_GIVEN, "ingestion", Reads<timetable::v1::ExtensionGiven>},
    {feed::v1::ENTRY_KIND_EXTENSION_REVOKED, "ingestion", Reads<timetable::v1::ExtensionRevoked>},
    {feed::v1::ENTRY_KIND_GUIDANCE_DEFINED, "ingestion", Reads<feed::v1::GuidanceDefined>},
    {feed::v1::ENTRY_KIND_RESPONSIBILITY_DEFINED, "ingestion",
     Reads<feed::v1::ResponsibilityDefined>},
    {feed::v1::ENTRY_KIND_REVIEW_CONCLUDED, "ingestion", Reads<feed::v1::ReviewConcluded>},
    {feed::v1::ENTRY_KIND_REVIEW_QUERY_ANSWERED, "ingestion", Reads<feed::v1::ReviewQueryAnswered>},
    {feed::v1::ENTRY_KIND_FINDING_REPLIED, "ingestion", Reads<feed::v1::FindingReplied>},
    {feed::v1::ENTRY_KIND_CHANGE_PROPOSED, "ingestion", Reads<catalogue::v1::ChangeProposed>},
    {feed::v1::ENTRY_KIND_CHANGE_ANSWERED, "ingestion", Reads<catalogue::v1::ChangeAnswered>},
    {feed::v1::ENTRY_KIND_CHANGE_REFUSED, "ingestion", Reads<catalogue::v1::ChangeEnded>},
    {feed::v1::ENTRY_KIND_CHANGE_WITHDRAWN, "ingestion", Reads<catalogue::v1::ChangeEnded>},
    {feed::v1::ENTRY_KIND_METRIC_DEFINED, "metrics", Reads<feed::v1::MetricDefined>},
    {feed::v1::ENTRY_KIND_FRAMEWORK_DEFINED, "assessment", Reads<feed::v1::FrameworkDefined>},
    {feed::v1::ENTRY_KIND_ASSESSMENT_CREATED, "assessment", Reads<feed::v1::AssessmentCreated>},
    {feed::v1::ENTRY_KIND_EVIDENCE_ADDED, "assessment", Reads<feed::v1::EvidenceAdded>},
    {feed::v1::ENTRY_KIND_STATEMENT_SCORED, "assessment", Reads<feed::v1::StatementScored>},
    {feed::v1::ENTRY_KIND_GRANT_PROPOSED, "ingestion", Reads<rights::v1::GrantProposed>},
    {feed::v1::ENTRY_KIND_GRANT_DECIDED, "ingestion", Reads<rights::v1::GrantDecided>},
    {feed::v1::ENTRY_KIND_GRANT_REVOKED, "ingestion", Reads<rights::v1::GrantRevoked>},
    {feed::v1::ENTRY_KIND_RIGHTS_CONFIGURED, "ingestion", Reads<rights::v1::RightsConfigured>},
    {feed::v1::ENTRY_KIND_REQUEST_DRAFTED, "ingestion", Reads<requests::v1::RequestDrafted>},
    {feed::v1::ENTRY_KIND_REQUEST_MATCHED, "ingestion", Reads<requests::v1::RequestMatched>},
    {feed::v1::ENTRY_KIND_REQUEST_REPLIED, "ingestion", Reads<requests::v1::RequestReplied>},
    {feed::v1::ENTRY_KIND_REQUEST_CONSULTED, "ingestion", Reads<requests::v1::RequestConsulted>},
    {feed::v1::ENTRY_KIND_REQUEST_DECIDED, "ingestion", Reads<requests::v1::RequestDecided>},
    {feed::v1::ENTRY_KIND_REQUEST_ISSUED, "ingestion", Reads<requests::v1::RequestIssued>},
    {feed::v1::ENTRY_KIND_OBLIGATIONS_CREATED, "ingestion",
     Reads<requests::v1::ObligationsCreated>},
    {feed::v1::ENTRY_KIND_REQUEST_ANSWERED, "ingestion", Reads<requests::v1::RequestAnswered>},
    {feed::v1::ENTRY_KIND_REQUEST_REVIEWED, "ingestion", Reads<requests::v1::RequestReviewed>},
    {feed::v1::ENTRY_KIND_REQUEST_ENDED, "ingestion", Reads<requests::v1::RequestEnded>},
    {feed::v1::ENTRY_KIND_OBLIGATION_CHALLENGED, "ingestion",
     Reads<requests::v1::ObligationChallenged>},
    {feed::v1::ENTRY_KIND_CHALLENGE_ANSWERED, "ingestion", Reads<requests::v1::ChallengeAnswered>},
    {feed::v1::ENTRY_KIND_OBLIGATIONS_RELEASED, "ingestion",
     Reads<requests::v1::ObligationsReleased>},
    {feed::v1::ENTRY_KIND_LIKENESS_DECIDED, "ingestion", Reads<requests::v1::LikenessDecided>},
    {feed::v1::ENTRY_KIND_REQUEST_RULES_DEFINED, "ingestion",
     Reads<requests::v1::RequestRulesDefined>},
    {feed::v1::ENTRY_KIND_SIMPLIFIED_MODE_SET, "ingestion", Reads<requests::v1::SimplifiedMode>},
    {feed::v1::ENTRY_KIND_ACTION_RECORDED, "ingestion", Reads<requests::v1::Action>},
    {feed::v1::ENTRY_KIND_ITEM_REVIEW_OPENED, "ingestion", Reads<requests::v1::ItemReviewOpened>},
    {feed::v1::ENTRY_KIND_ITEM_KEPT, "ingestion", Reads<requests::v1::ItemKept>},
    {feed::v1::ENTRY_KIND_SIGNING_KEY_CHANGED, "", Reads<feed::v1::SigningKeyChanged>},
    {feed::v1::ENTRY_KIND_EPOCH_BEGUN, "", Reads<feed::v1::EpochBegun>},
};

}  // namespace

std::string KindName(uint32_t kind) {
  const std::string name = feed::v1::EntryKind_Name(static_cast<EntryKind>(kind));
  if (name.empty()) return absl::StrCat("kind ", kind);
  return std::string(absl::StripPrefix(name, "ENTRY_KIND_"));
}

std::string Describe(uint64_t sequence, const Entry& entry) {
  return absl::StrCat("entry ", sequence, " (", KindName(static_cast<uint32_t>(entry.kind())),
                      entry.name().empty() ? "" : " ", entry.name(), ")");
}

void EntryRules::Check(const Entry& entry, Report* report) {
  ++sequence_;
  CheckPlace(entry, report);
  CheckOrigin(entry, report);
  CheckFact(entry, report);
}

void EntryRules::CheckPlace(const Entry& entry, Report* report) {
  const auto fault = [&](absl::string_view expected, absl::string_view seen) {
    report->Add(LieKind::kEntryImpossible, service_, Describe(sequence_, entry), expected, seen);
  };
  if (entry.sequence() != sequence_) {
    fault(absl::StrCat("sequence ", sequence_), absl::StrCat("sequence ", entry.sequence()));
  }
  if (entry.epoch() == 0 || entry.epoch() < epoch_) {
    fault(absl::StrCat("an epoch of at least ", std::max<uint64_t>(epoch_, 1)),
          absl::StrCat("epoch ", entry.epoch()));
  }
  if (epoch_ != 0 && entry.epoch() > epoch_ && entry.kind() != feed::v1::ENTRY_KIND_EPOCH_BEGUN) {
    fault("an epoch that begins with an entry saying so",
          absl::StrCat("epoch ", entry.epoch(), " after ", epoch_));
  }
  if (entry.time_micros() < time_micros_) {
    fault(absl::StrCat("a time of at least ", time_micros_, " microseconds, its predecessor's"),
          absl::StrCat(entry.time_micros()));
  }
  epoch_ = std::max(epoch_, entry.epoch());
  time_micros_ = std::max(time_micros_, entry.time_micros());
}

void EntryRules::CheckOrigin(const Entry& entry, Report* report) {
  const auto fault = [&](absl::string_view expected, absl::string_view seen) {
    report->Add(LieKind::kEntryImpossible, service_, Describe(sequence_, entry), expected, seen);
  };
  if (entry.salt().size() != kSaltBytes) {
    fault("16 bytes of salt", absl::StrCat(entry.salt().size()));
  }
  // What a service writes by itself answers no request.
  const auto kind = static_cast<uint32_t>(entry.kind());
  const bool own = kind >= kFirstLedgerKind && kind <= kLastLedgerKind;
  if (own && entry.request_id().empty()) return;
  if (!own && (entry.request_digest().size() != kDigestBytes || entry.request_id().empty() ||
               !absl::StartsWith(entry.actor(), "spiffe://"))) {
    fault("an actor, a request id and the digest of the request", "not all of them");
  }
  const std::string& scope = entry.organisation().empty() ? entry.actor() : entry.organisation();
  const auto [earlier, added] =
      requests_.emplace(std::make_pair(scope, entry.request_id()), sequence_);
  if (!added) {
    fault("a request id of its own",
          absl::StrCat("the one of entry ", earlier->second, " in the same scope"));
  }
}

void EntryRules::CheckFact(const Entry& entry, Report* report) {
  const std::string place = Describe(sequence_, entry);
  const auto number = static_cast<uint32_t>(entry.kind());
  if (number == 0 || entry.format() == 0) {
    report->Add(LieKind::kEntryImpossible, service_, place, "a kind and a format",
                absl::StrCat("kind ", number, ", format ", entry.format()));
    return;
  }
  const auto row = std::find_if(std::begin(kKinds), std::end(kKinds),
                                [&](const KindRow& kind) { return kind.kind == entry.kind(); });
  if (row == std::end(kKinds) || entry.format() > kNewestFormat) {
    // Its bytes are in the tree like all others; only what it says is not looked at.
    if (feed::v1::EntryKind_IsValid(static_cast<int>(number)) && entry.format() <= kNewestFormat)
      return;
    report->unchecked.push_back(absl::StrCat(service_, ": ", place, " is of format ",
                                             entry.format(), ", which this auditor does not read"));
    return;
  }
  if (!row->service.empty() && row->service != service_) {
    report->Add(LieKind::kEntryImpossible, service_, place, absl::StrCat("a fact of ", service_),
                absl::StrCat("a fact of ", row->service));
  }
  if (!row->reads(entry.fact())) {
    report->Add(LieKind::kEntryImpossible, service_, place, "a fact of its kind",
                "bytes that cannot be read as one");
  }
}

}  // namespace onereturn::auditor
