#include "services/ingestion/app/reviews/review_content.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/functional/function_ref.h"
#include "common/commit/journal.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/judge_return.h"
#include "services/ingestion/app/returns/stored_cells.h"
#include "services/ingestion/app/timetable/window_lists.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/definitions/relationships.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using CellVisit = absl::FunctionRef<void(const CellView& cell)>;

// Who stands for the commissioner, and which providers belong to it, on a day.
struct Commissioned {
  std::set<std::string> sub_icbs;
  std::set<std::string> providers;
  std::set<std::string> commissioners;  // Any: what they send is a commissioner's return.
};

bool Commissions(catalogue::v1::OrganisationType type) {
  return type == catalogue::v1::ORGANISATION_TYPE_ICB ||
         type == catalogue::v1::ORGANISATION_TYPE_SUB_ICB ||
         type == catalogue::v1::ORGANISATION_TYPE_REGION ||
         type == catalogue::v1::ORGANISATION_TYPE_NATIONAL_BODY;
}

absl::StatusOr<Commissioned> CommissionedOn(const Reader& reader, const std::string& commissioner,
                                            const CivilDay& day, uint64_t sequence) {
  Commissioned found;
  RETURN_IF_ERROR(VisitDefinitions(
      reader, DefinitionKind::kOrganisation, "", sequence,
      [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const auto one, DefinitionOf<catalogue::v1::Organisation>(stored));
        if (Commissions(one.type())) found.commissioners.insert(one.code());
        for (const catalogue::v1::Relationship& tie : one.relationships()) {
          if (tie.parent() != commissioner || !IsInForce(tie, day)) continue;
          if (one.type() == catalogue::v1::ORGANISATION_TYPE_SUB_ICB) {
            found.sub_icbs.insert(one.code());
          } else if (tie.kind() == catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB) {
            found.providers.insert(one.code());
          }
        }
        return true;
      }));
  return found;
}

// The collection as it is for the period, and how its items count.
absl::StatusOr<Period> TakeRule(const Reader& reader, const ReturnKey& review, uint64_t sequence,
                                ReviewContent* content) {
  CatalogueTime time(&reader, sequence);
  ASSIGN_OR_RETURN(const CollectionTimeline* timeline, time.Collection(review.collection));
  if (timeline->newest_first.empty()) return NotFound();
  ASSIGN_OR_RETURN(
      Period period,
      PeriodOfReturn(review.period, KindOf(timeline->newest_first.front().period_kind())));
  const Stretch* stretch = StretchOn(timeline->stretches, period.start());
  if (stretch == nullptr) return NotFound();
  const std::optional<DayRange> used = stretch->InUse();
  if (!used.has_value() || !used->Covers(period.start())) return NotFound();
  const ItemLookup items = time.ItemsOn(period.start());
  for (const std::string& code : timeline->newest_first[stretch->version].items()) {
    ASSIGN_OR_RETURN(const std::optional<catalogue::v1::DataItem> item, items(code));
    if (!item.has_value()) continue;
    if (!item->additive_over_organisations()) {
      content->items_not_summed.push_back(code);
      continue;
    }
    const auto names = std::find_if(
        item->dimensions().begin(), item->dimensions().end(),
        [](const catalogue::v1::Dimension& dimension) { return dimension.organisations(); });
    content->rule.dimension_of_item[code] =
        names == item->dimensions().end() ? std::string() : names->code();
  }
  std::sort(content->items_not_summed.begin(), content->items_not_summed.end());
  return period;
}

absl::StatusOr<feed::v1::ReturnAccepted> AcceptedAt(const Reader& reader, uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, sequence));
  return ReturnOfEntry(bytes);
}

absl::Status VisitCounting(const Reader& reader, const ReviewRule& rule, uint64_t sequence,
                           bool belongs, CellVisit visit) {
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, AcceptedAt(reader, sequence));
  return VisitStoredCells(reader, fact.chunk_digests(), [&](const CellView& cell) {
    if (rule.Counts(cell, belongs)) visit(cell);
  });
}

absl::StatusOr<bool> AnyCounts(const Reader& reader, const ReviewRule& rule, uint64_t sequence,
                               bool belongs) {
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, AcceptedAt(reader, sequence));
  return AnyStoredCell(reader, fact.chunk_digests(),
                       [&](const CellView& cell) { return rule.Counts(cell, belongs); });
}

// Makes the content of one review.
class Gathering {
 public:
  Gathering(const Reader& reader, const ReturnKey& review, uint64_t sequence)
      : reader_(reader), review_(review), sequence_(sequence) {}

  absl::StatusOr<ReviewContent> Run() {
    ASSIGN_OR_RETURN(
        const std::optional<StoredDefinition> known,
        FindDefinition(reader_, DefinitionKind::kOrganisation, review_.organisation, sequence_));
    if (!known.has_value()) return NotFound();
    ASSIGN_OR_RETURN(const Period period, TakeRule(reader_, review_, sequence_, &content_));
    review_.period = period.ToString();
    ASSIGN_OR_RETURN(commissioned_,
                     CommissionedOn(reader_, review_.organisation, period.end(), sequence_));
    content_.codes = {review_.organisation};
    content_.codes.insert(content_.codes.end(), commissioned_.sub_icbs.begin(),
                          commissioned_.sub_icbs.end());
    content_.rule.codes = {content_.codes.begin(), content_.codes.end()};
    RETURN_IF_ERROR(TakeReturns());
    RETURN_IF_ERROR(TakeOwn());
    RETURN_IF_ERROR(TakeAwaited(period));
    content_.digest = digest_.Finish();
    return std::move(content_);
  }

 private:
  bool Belongs(const std::string& organisation) const {
    return commissioned_.providers.count(organisation) > 0;
  }
  // Providers' returns alone: what commissioners send of the same patients stands beside them.
  bool MayCount(const std::string& organisation) const {
    if (organisation == review_.organisation) return false;
    if (commissioned_.commissioners.count(organisation) > 0) return false;
    return Belongs(organisation) || content_.rule.NamesOrganisations();
  }

  absl::Status TakeReturns() {
    return VisitReturns(
        reader_, OrganisationScope::National(), review_.collection, review_.period, sequence_, "",
        [&](const ReturnKey& key, const RevisionPlace& place) -> absl::StatusOr<bool> {
          held_.insert(key.organisation);
          if (!MayCount(key.organisation)) return true;
          ReviewedReturn one{key.organisation, Belongs(key.organisation), place.number,
                             place.sequence, 0};
          digest_.BeginProvider(key.organisation);
          RETURN_IF_ERROR(VisitCounting(reader_, content_.rule, place.sequence, one.belongs,
                                        [&](const CellView& cell) {
                                          ++one.cell_count;
                                          digest_.Add(cell);
                                          AddTo(&content_.sums, key.organisation, cell);
                                        }));
          if (one.cell_count > 0) content_.providers.push_back(std::move(one));
          return true;
        });
  }

  absl::Status TakeOwn() {
    content_.own.organisation = review_.organisation;
    ASSIGN_OR_RETURN(const std::optional<RevisionPlace> place,
                     FindRevision(reader_, OrganisationScope::National(), review_, sequence_));
    if (!place.has_value()) return absl::OkStatus();
    content_.own.revision = place->number;
    content_.own.sequence = place->sequence;
    digest_.BeginOwn(review_.organisation);
    return VisitCounting(reader_, content_.rule, place->sequence, true, [&](const CellView& cell) {
      ++content_.own.cell_count;
      digest_.Add(cell);
      AddTo(&content_.own_sums, review_.organisation, cell);
    });
  }

  // Those that hold no return, and owe it as the commissioner's own, or had cells that count in the
  // period before.
  absl::Status TakeAwaited(const Period& period) {
    std::set<std::string> awaited;
    ASSIGN_OR_RETURN(const WindowReader windows,
                     WindowReader::Make(&reader_, review_.collection, sequence_));
    for (std::string& owing : OwersOf(windows, period)) {
      if (held_.count(owing) == 0 && Belongs(owing)) awaited.insert(std::move(owing));
    }
    if (const std::optional<Period> before = period.Previous(); before.has_value()) {
      RETURN_IF_ERROR(VisitReturns(
          reader_, OrganisationScope::National(), review_.collection, before->ToString(), sequence_,
          "", [&](const ReturnKey& key, const RevisionPlace& place) -> absl::StatusOr<bool> {
            const std::string& code = key.organisation;
            if (held_.count(code) > 0 || awaited.count(code) > 0 || !MayCount(code)) return true;
            ASSIGN_OR_RETURN(const bool counts,
                             AnyCounts(reader_, content_.rule, place.sequence, Belongs(code)));
            if (counts) awaited.insert(code);
            return true;
          }));
    }
    for (const std::string& code : awaited) {
      content_.providers.push_back(ReviewedReturn{code, Belongs(code), 0, 0, 0});
    }
    std::sort(content_.providers.begin(), content_.providers.end(),
              [](const ReviewedReturn& a, const ReviewedReturn& b) {
                return a.organisation < b.organisation;
              });
    return absl::OkStatus();
  }

  const Reader& reader_;
  ReturnKey review_;
  const uint64_t sequence_;
  ReviewContent content_;
  Commissioned commissioned_;
  std::set<std::string> held_;  // Whoever holds a return of the period.
  ReviewDigest digest_;
};

}  // namespace

absl::StatusOr<ReviewContent> ReadReviewContent(const Reader& reader, const ReturnKey& review,
                                                uint64_t sequence) {
  return Gathering(reader, review, sequence).Run();
}

absl::StatusOr<bool> MayHaveChanged(const Reader& reader, const ReturnKey& review, uint64_t before,
                                    uint64_t sequence) {
  ASSIGN_OR_RETURN(const uint64_t defined, CatalogueSequence(reader));
  if (defined > before) return true;
  bool newer = false;
  RETURN_IF_ERROR(VisitReturns(
      reader, OrganisationScope::National(), review.collection, review.period, sequence, "",
      [&](const ReturnKey& /*key*/, const RevisionPlace& place) -> absl::StatusOr<bool> {
        newer = place.sequence > before;
        return !newer;
      }));
  return newer;
}

}  // namespace onereturn::ingestion
