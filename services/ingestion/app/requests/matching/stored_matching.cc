#include "services/ingestion/app/requests/matching/stored_matching.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/commit/journal.h"
#include "common/period/london_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/app/requests/day_of_entry.h"
#include "services/ingestion/app/requests/matching/draft_checks.h"
#include "services/ingestion/app/requests/matching/issue_bounds.h"
#include "services/ingestion/app/requests/matching/new_home.h"
#include "services/ingestion/app/requests/matching/new_home_checks.h"
#include "services/ingestion/app/requests/matching/split_lines.h"
#include "services/ingestion/app/requests/rules_in_force.h"
#include "services/ingestion/definitions/known_catalogue_builder.h"
#include "services/ingestion/definitions/request_ask.h"
#include "services/ingestion/definitions/request_lines.h"
#include "services/ingestion/definitions/request_match.h"
#include "services/ingestion/domain/requests/likeness.h"
#include "services/ingestion/store/request_table.h"
#include "services/ingestion/store/timetable_table.h"

namespace onereturn::ingestion {

std::optional<OpenedWindow> WindowsOfMatch::Of(const std::string& collection,
                                               const Period& period) {
  const auto [entry, is_new] = windows_.try_emplace({collection, period});
  if (!is_new) return entry->second;
  const absl::StatusOr<StoredWindow> window = FindWindow(*reader_, {collection, period.ToString()});
  status_.Update(window.status());
  if (!window.ok() || !window->facts.has_value()) return std::nullopt;
  const WindowFacts facts = window->facts->At(sequence_);
  if (facts.opened != 0) entry->second = OpenedWindow{facts.moments, facts.closed != 0};
  return entry->second;
}

absl::Status MatchedRequest::status() const {
  RETURN_IF_ERROR(owed->status());
  return windows->status();
}

namespace {

// As AskOf and CheckAskedIsKnown. What is not known is said before that a selector chooses nobody,
// and that too much is asked before anything is looked up.
absl::StatusOr<Ask> AskOfKnown(const Reader& reader, const requests::v1::DataRequest& request,
                               const KnownCatalogue& catalogue, uint64_t sequence,
                               const CivilDay& today) {
  absl::StatusOr<Ask> ask = AskOf(request, catalogue, today);
  const bool looked_up = ask.ok() || ReasonOf(ask.status()) == Reason::kEmptySelector;
  if (looked_up && !request.has_issue()) {
    RETURN_IF_ERROR(CheckAskedIsKnown(reader, request, sequence));
  }
  return ask;
}

}  // namespace

absl::StatusOr<CivilDay> StoredMatching::DayOfMatch(const Reader& reader, uint64_t sequence) const {
  ASSIGN_OR_RETURN(const CivilDay day, DayOf(reader, sequence));
  ASSIGN_OR_RETURN(const uint64_t newest, LastSequence(reader));
  if (sequence < newest) return day;
  return std::max(day, LondonDay(promised_()));
}

absl::StatusOr<MatchedRequest> StoredMatching::Read(const Reader& reader,
                                                    const requests::v1::DataRequest& request,
                                                    uint64_t sequence) const {
  MatchedRequest matched;
  matched.sequence = sequence;
  if (sequence == kNewest) {
    ASSIGN_OR_RETURN(matched.sequence, LastSequence(reader));
  }
  ASSIGN_OR_RETURN(matched.catalogue, picture_->At(reader, matched.sequence));
  ASSIGN_OR_RETURN(matched.coverage, coverage_->At(reader, matched.sequence));
  ASSIGN_OR_RETURN(matched.world.today, DayOfMatch(reader, matched.sequence));
  ASSIGN_OR_RETURN(matched.ask, AskOfKnown(reader, request, *matched.catalogue, matched.sequence,
                                           matched.world.today));
  matched.owed = std::make_shared<OwedForRequests>(&reader, matched.sequence);
  matched.world.catalogue = matched.catalogue.get();
  matched.world.coverage = matched.coverage.get();
  matched.world.bounds = bounds_;
  matched.world.due_for_earlier = [owed = matched.owed](const PartKey& part,
                                                        const std::string& item) {
    return owed->DueOf(part, item);
  };
  matched.windows = std::make_shared<WindowsOfMatch>(&reader, matched.sequence);
  matched.world.opened_window = [windows = matched.windows](const std::string& collection,
                                                            const Period& period) {
    return windows->Of(collection, period);
  };
  return matched;
}

absl::Status StoredMatching::CheckDraft(const Reader& reader,
                                        const requests::v1::DataRequest& request,
                                        uint64_t sequence) const {
  ASSIGN_OR_RETURN(const MatchedRequest matched, Read(reader, request, sequence));
  CatalogueTime time(&reader, matched.sequence);
  ASSIGN_OR_RETURN(const std::optional<NewHome> home,
                   SureHomeOf(request, matched.ask, *matched.catalogue, &time));
  if (home.has_value()) {
    RETURN_IF_ERROR(CheckNewHome(reader, request, *home, matched.sequence));
  }
  return CheckFitsOneIssue(request, matched.ask, *matched.catalogue, &time);
}

absl::StatusOr<AskedOrganisations> StoredMatching::OrganisationsAt(const Reader& reader,
                                                                   uint64_t sequence) const {
  if (sequence == kNewest) {
    ASSIGN_OR_RETURN(sequence, LastSequence(reader));
  }
  ASSIGN_OR_RETURN(const auto catalogue, picture_->At(reader, sequence));
  return AskedOrganisations([catalogue](const requests::v1::DataRequest& request)
                                -> absl::StatusOr<std::vector<std::string>> {
    // Whom it asks depends on no day.
    ASSIGN_OR_RETURN(Ask ask, AskOf(request, *catalogue, CivilDay::Latest()));
    return std::move(ask.organisations);
  });
}

absl::StatusOr<requests::v1::Match> StoredMatching::MatchAt(
    const Reader& reader, const requests::v1::DataRequest& request, uint64_t sequence,
    DueMinutes* due) const {
  ASSIGN_OR_RETURN(MatchedRequest matched, Read(reader, request, sequence));
  matched.world.by_due = due != nullptr;
  MatchResult result = MatchAsk(matched.ask, matched.world);
  RETURN_IF_ERROR(matched.status());
  // What an issued one asks for, it asks for.
  if (!request.has_issue()) RETURN_IF_ERROR(CheckNoLineIsSplit(matched.ask, result));
  if (due != nullptr) *due = std::move(result.due);
  return MessageOf(result, matched.ask, matched.sequence);
}

std::string StoredMatching::DescriptionKeyOf(const requests::v1::DescribedItem& described) const {
  return DescriptionKey(DescribedItemOf(described));
}

absl::StatusOr<SaidForMatching> ReadSaidForMatching(const Reader& reader, uint64_t sequence) {
  SaidForMatching said;
  const absl::StatusOr<requests::v1::RequestRules> rules = RequestRulesAt(reader, sequence);
  if (!rules.ok() && ReasonOf(rules.status()) == Reason::kNotFound) {
    return Error(Reason::kDefinitionUnknown, "no rules of requests are defined")
        .Precondition("requestRules", "are not defined: nothing can be matched without them");
  }
  RETURN_IF_ERROR(rules.status());
  said.rules = MatchingRulesOf(*rules);
  RETURN_IF_ERROR(VisitLikenesses(
      reader, "",
      [&](const LikenessKey& key, const requests::v1::Likeness& likeness) -> absl::StatusOr<bool> {
        const requests::v1::Likeness then = LikenessAt(likeness, sequence);
        if (then.has_decided()) {
          said.likenesses[key.description][key.item] =
              LikenessDecision{then.same(), then.decided().sequence()};
        }
        return true;
      }));
  return said;
}

}  // namespace onereturn::ingestion
