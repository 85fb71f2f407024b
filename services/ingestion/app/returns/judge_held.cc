#include "services/ingestion/app/returns/judge_held.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/commit/journal.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/earlier_returns.h"
#include "services/ingestion/app/returns/held_content.h"
#include "services/ingestion/app/returns/read_rule_pack.h"
#include "services/ingestion/app/returns/what_was_owed.h"
#include "services/ingestion/definitions/rule_pack.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

// What one page judges at most: each costs as much as a submission. And so many findings end it.
constexpr size_t kMostLookedAt = 200;
constexpr size_t kMostFindingsOfPage = 1'000;

absl::StatusOr<feed::v1::ReturnAccepted> FactAt(const Reader& reader, uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, sequence));
  return ReturnOfEntry(bytes);
}

absl::StatusOr<Submission> SubmissionOf(const Reader& reader, const RevisionPlace& place,
                                        const feed::v1::ReturnAccepted& fact) {
  Submission submission;
  submission.organisation = fact.organisation();
  submission.origin =
      fact.origin() == returns::v1::ORIGIN_IMPORT ? Origin::kImport : Origin::kSubmitted;
  submission.nil = fact.nil();
  ASSIGN_OR_RETURN(submission.cells, CellsOfReturn(reader, place.sequence));
  submission.explanations = ExplanationsOf(fact);
  return submission;
}

std::vector<Finding> OwedAmong(const Findings& findings) {
  std::vector<Finding> owed;
  for (const Finding& finding : findings.kept()) {
    if (finding.explanation_owed) owed.push_back(finding);
  }
  return owed;
}

}  // namespace

absl::StatusOr<Judgement> JudgeHeld(const Reader& reader, const ReturnKey& key,
                                    const RevisionPlace& place, bool with_screens) {
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, FactAt(reader, place.sequence));
  ASSIGN_OR_RETURN(Submission submission, SubmissionOf(reader, place, fact));
  submission.with_screens = with_screens;
  // The commit saw to it that nothing the return was judged on had changed: it is all there as of
  // the entry before.
  ASSIGN_OR_RETURN(const returns::v1::RulePack source,
                   ReadRulePackOf(reader, key, JudgedAt(fact, place)));
  ASSIGN_OR_RETURN(const RulePack pack, ReadRulePack(source.SerializeAsString()));
  submission.owed_for_request = pack.owed_for_request();
  return Judge(pack.collection, pack.period, submission, pack.history, pack.desirable());
}

absl::StatusOr<bool> SeesScreens(const Reader& reader, rights::v1::Role role,
                                 const OrganisationScope& scope) {
  if (scope.national() || !GrantableByOrganisation(role)) return false;
  for (const std::string& code : scope.organisations()) {
    ASSIGN_OR_RETURN(const std::optional<StoredDefinition> stored,
                     FindDefinition(reader, DefinitionKind::kOrganisation, code, kNewest));
    if (!stored.has_value()) continue;
    ASSIGN_OR_RETURN(const auto one, DefinitionOf<catalogue::v1::Organisation>(*stored));
    if (one.type() == catalogue::v1::ORGANISATION_TYPE_NATIONAL_BODY) return false;
  }
  return true;
}

namespace {

// Of one collection.
absl::StatusOr<PageOf<OwedOf>> OwedOfCollection(const Reader& reader,
                                                const OrganisationScope& scope,
                                                const std::string& collection,
                                                const std::string& period, uint64_t sequence,
                                                const std::string& after, size_t limit) {
  ASSIGN_OR_RETURN(const PageOf<returns::v1::Return> held,
                   ListReturns(reader, scope, collection, period, sequence, after, kMostLookedAt));
  PageOf<OwedOf> page;
  page.after = held.after;
  size_t findings = 0;
  for (const returns::v1::Return& one : held.rows) {
    const returns::v1::Revision& revision = one.revision();
    if (revision.verdict() != common::v1::VERDICT_VALID_WITH_EXPLANATIONS) continue;
    const ReturnKey key{one.collection(), one.period(), one.organisation()};
    const RevisionPlace place{revision.number(), revision.sequence()};
    ASSIGN_OR_RETURN(const Judgement judgement,
                     JudgeHeld(reader, key, place, /*with_screens=*/false));
    std::vector<Finding> owed = OwedAmong(judgement.findings);
    if (owed.empty()) continue;
    findings += owed.size();
    page.rows.push_back(OwedOf{key, place, std::move(owed)});
    if (page.rows.size() < limit && findings < kMostFindingsOfPage) continue;
    // The next page looks on behind this one, if there is any behind it.
    if (&one != &held.rows.back() || !held.after.empty()) page.after = KeyText(key);
    break;
  }
  return page;
}

// The first collection that was defined after `after_code`; empty: there is none.
absl::StatusOr<std::string> NextCollection(const Reader& reader, const std::string& after_code,
                                           uint64_t sequence) {
  std::string next;
  RETURN_IF_ERROR(VisitDefinitions(reader, DefinitionKind::kCollection, after_code, sequence,
                                   [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                                     next = stored.code;
                                     return false;
                                   }));
  return next;
}

}  // namespace

absl::StatusOr<PageOf<OwedOf>> ListOwed(const Reader& reader, const OrganisationScope& scope,
                                        const std::string& collection, const std::string& period,
                                        uint64_t sequence, const std::string& after, size_t limit) {
  if (!collection.empty()) {
    return OwedOfCollection(reader, scope, collection, period, sequence, after, limit);
  }
  // "{collection}/{where to go on in it}"; nothing behind the stroke: from its first.
  std::pair<std::string, std::string> place = absl::StrSplit(after, absl::MaxSplits('/', 1));
  if (after.empty()) {
    ASSIGN_OR_RETURN(place.first, NextCollection(reader, "", sequence));
  }
  if (place.first.empty()) return PageOf<OwedOf>();
  ASSIGN_OR_RETURN(PageOf<OwedOf> page, OwedOfCollection(reader, scope, place.first, period,
                                                         sequence, place.second, limit));
  if (!page.after.empty()) {
    page.after = absl::StrCat(place.first, "/", page.after);
    return page;
  }
  ASSIGN_OR_RETURN(const std::string next, NextCollection(reader, place.first, sequence));
  if (!next.empty()) page.after = absl::StrCat(next, "/");
  return page;
}

}  // namespace onereturn::ingestion
