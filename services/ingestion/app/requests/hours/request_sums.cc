#include "services/ingestion/app/requests/hours/request_sums.h"

#include <algorithm>
#include <utility>

#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/stewardship.pb.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {
namespace {

constexpr int kAprilOfYear = 4;

struct GuidanceVersion {
  uint64_t sequence = 0;
  catalogue::v1::Guidance guidance;
};

absl::StatusOr<std::vector<GuidanceVersion>> VersionsOfGuidance(const Reader& reader,
                                                                const std::string& code,
                                                                uint64_t sequence) {
  std::vector<GuidanceVersion> versions;
  RETURN_IF_ERROR(VisitVersions(
      reader, DefinitionKind::kGuidance, code, sequence,
      [&versions](const StoredDefinition& stored) -> absl::StatusOr<bool> {
        GuidanceVersion& version = versions.emplace_back();
        version.sequence = stored.sequence;
        ASSIGN_OR_RETURN(version.guidance, DefinitionOf<catalogue::v1::Guidance>(stored));
        return true;
      }));
  std::reverse(versions.begin(), versions.end());
  return versions;
}

bool AnyBetween(const std::map<std::string, std::vector<uint64_t>>& of, const std::string& code,
                uint64_t from, uint64_t until) {
  const auto found = of.find(code);
  if (found == of.end()) return false;
  const auto next = std::upper_bound(found->second.begin(), found->second.end(), from);
  return next != found->second.end() && *next < until;
}

}  // namespace

CivilDay YearBegins(const CivilDay& day) {
  return CivilDay{day.month >= kAprilOfYear ? day.year : day.year - 1, kAprilOfYear, 1};
}

bool IsLateAsk(const requests::v1::DataRequest& request, const CivilDay& issued) {
  const requests::v1::MatchSummary& match = request.issue().match();
  const auto first = issued.PlusDays(match.notice_days());
  return request.has_notice_exception() && match.change_class() > requests::v1::CHANGE_CLASS_NONE &&
         first.has_value() && request.due_date() < first->ToString();
}

absl::StatusOr<GuidanceChanges> GuidanceChanges::Read(const Reader& reader, uint64_t sequence) {
  std::vector<std::string> codes;
  RETURN_IF_ERROR(VisitDefinitions(reader, DefinitionKind::kGuidance, "", sequence,
                                   [&codes](const StoredDefinition& stored) {
                                     codes.push_back(stored.code);
                                     return true;
                                   }));
  GuidanceChanges changes;
  for (const std::string& code : codes) {
    ASSIGN_OR_RETURN(const std::vector<GuidanceVersion> versions,
                     VersionsOfGuidance(reader, code, sequence));
    for (size_t i = 1; i < versions.size(); ++i) {
      const catalogue::v1::Guidance& guidance = versions[i].guidance;
      if (guidance.edition() == versions[i - 1].guidance.edition()) continue;
      for (const std::string& item : guidance.items()) {
        changes.of_item_[item].push_back(versions[i].sequence);
      }
      for (const std::string& collection : guidance.collections()) {
        changes.of_collection_[collection].push_back(versions[i].sequence);
      }
    }
  }
  for (Sequences* of : {&changes.of_item_, &changes.of_collection_}) {
    for (auto& [code, sequences] : *of) std::sort(sequences.begin(), sequences.end());
  }
  return changes;
}

bool GuidanceChanges::Between(const std::string& item, const std::string& collection, uint64_t from,
                              uint64_t until) const {
  return AnyBetween(of_item_, item, from, until) ||
         AnyBetween(of_collection_, collection, from, until);
}

absl::StatusOr<RequestSummer> RequestSummer::Make(const Reader* reader, uint64_t sequence) {
  ASSIGN_OR_RETURN(GuidanceChanges guidance, GuidanceChanges::Read(*reader, sequence));
  return RequestSummer(reader, sequence, std::move(guidance));
}

absl::StatusOr<RequestSums> RequestSummer::Sum(uint64_t request) {
  RequestSums sums;
  RETURN_IF_ERROR(VisitAvoided(
      *reader_, request,
      [&](const std::string&, const storage::v1::AvoidedRecord& record) -> absl::StatusOr<bool> {
        if (record.issue_sequence() <= sequence_) {
          sums.account.avoided += MinutesOf(record.minutes());
        }
        return true;
      }));
  RETURN_IF_ERROR(VisitObligationsOfRequest(
      *reader_, request, "",
      [&](const ObligationKey& key, const storage::v1::ObligationRecord&) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const std::optional<ClaimState> claim, ClaimOf(*reader_, key, sequence_));
        if (claim.has_value()) RETURN_IF_ERROR(Add(*claim, &sums));
        return true;
      }));
  return sums;
}

absl::Status RequestSummer::Add(const ClaimState& claim, RequestSums* sums) {
  const storage::v1::ObligationRecord& record = claim.record;
  sums->account += claim.outcome.account;
  if (!record.owed_to_collection()) {
    const Timestamp due{record.due_micros()};
    sums->first_due = std::min(sums->first_due.value_or(due), due);
    ASSIGN_OR_RETURN(const bool provider, IsProvider(claim.key.key.organisation));
    sums->asks_providers |= provider;
  }
  const uint64_t until = claim.outcome.met != 0 ? claim.outcome.met : sequence_ + 1;
  for (int i = 0; i < record.items_size(); ++i) {
    const std::vector<std::string>& charged = claim.outcome.charged_items;
    if (!std::binary_search(charged.begin(), charged.end(), record.items(i))) continue;
    if (guidance_.Between(record.items(i), claim.key.key.collection, record.issue_sequence(),
                          until)) {
      sums->wasted += MinutesOf(record.item_minutes(i)).Total();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> RequestSummer::IsProvider(const std::string& code) {
  const auto known = providers_.find(code);
  if (known != providers_.end()) return known->second;
  ASSIGN_OR_RETURN(const auto organisation, FindOrganisation(*reader_, code, sequence_));
  return providers_[code] = organisation.has_value() &&
                            organisation->type() == catalogue::v1::ORGANISATION_TYPE_PROVIDER;
}

absl::StatusOr<RequestSumsByNumber> SumsOfRequests(const Reader& reader, uint64_t sequence) {
  ASSIGN_OR_RETURN(RequestSummer summer, RequestSummer::Make(&reader, sequence));
  RequestSumsByNumber sums;
  RETURN_IF_ERROR(VisitDataRequests(
      reader, 0, sequence,
      [&](uint64_t number, const requests::v1::DataRequest& request) -> absl::StatusOr<bool> {
        if (!request.has_issue()) return true;
        ASSIGN_OR_RETURN(sums[number], summer.Sum(number));
        return true;
      }));
  return sums;
}

}  // namespace onereturn::ingestion
