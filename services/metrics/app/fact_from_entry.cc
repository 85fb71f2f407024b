#include "services/metrics/app/fact_from_entry.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/metrics/app/convert.h"

namespace onereturn::metrics {
namespace {

absl::Status Broken(uint64_t sequence, absl::string_view what) {
  return Error(Reason::kFeedBroken, absl::StrCat("entry ", sequence, ": ", what));
}

absl::StatusOr<std::optional<CivilDay>> OptionalDay(uint64_t sequence, const std::string& text) {
  if (text.empty()) return std::nullopt;
  absl::StatusOr<CivilDay> day = CivilDay::Parse(text);
  if (!day.ok()) return Broken(sequence, "a day cannot be read");
  return *day;
}

absl::StatusOr<Organisation> OrganisationOf(uint64_t sequence,
                                            const catalogue::v1::Organisation& wire) {
  Organisation organisation;
  organisation.code = wire.code();
  organisation.name = wire.display_name();
  const absl::StatusOr<OrganisationType> type = FromWire(wire.type());
  if (!type.ok()) return Broken(sequence, "an organisation has no known type");
  organisation.type = *type;
  ASSIGN_OR_RETURN(const std::optional<CivilDay> open, OptionalDay(sequence, wire.open_date()));
  organisation.open_date = open.value_or(CivilDay::Earliest());
  ASSIGN_OR_RETURN(organisation.close_date, OptionalDay(sequence, wire.close_date()));
  for (const catalogue::v1::Relationship& tie : wire.relationships()) {
    const int kind = static_cast<int>(tie.kind());
    if (kind < 1 || kind > static_cast<int>(kRelationshipKindCount)) {
      return Broken(sequence, "a relationship has no known kind");
    }
    Relationship relationship;
    relationship.child = wire.code();
    relationship.parent = tie.parent();
    relationship.kind = static_cast<RelationshipKind>(kind);
    ASSIGN_OR_RETURN(const std::optional<CivilDay> from, OptionalDay(sequence, tie.from_date()));
    relationship.from = from.value_or(CivilDay::Earliest());
    ASSIGN_OR_RETURN(relationship.to, OptionalDay(sequence, tie.to_date()));
    relationship.share_millionths = tie.share_millionths();
    relationship.lead = tie.lead();
    organisation.relationships.push_back(std::move(relationship));
  }
  return organisation;
}

absl::StatusOr<PeriodKind> PeriodKindOf(uint64_t sequence, catalogue::v1::PeriodKind kind) {
  switch (kind) {
    case catalogue::v1::PERIOD_KIND_MONTH:
      return PeriodKind::kMonth;
    case catalogue::v1::PERIOD_KIND_QUARTER:
      return PeriodKind::kQuarter;
    case catalogue::v1::PERIOD_KIND_WEEK:
      return PeriodKind::kWeek;
    case catalogue::v1::PERIOD_KIND_DAY:
      return PeriodKind::kDay;
    case catalogue::v1::PERIOD_KIND_CALENDAR_YEAR:
      return PeriodKind::kCalendarYear;
    case catalogue::v1::PERIOD_KIND_FINANCIAL_YEAR:
      return PeriodKind::kFinancialYear;
    default:
      return Broken(sequence, "a collection has no known kind of period");
  }
}

absl::StatusOr<std::optional<Period>> OptionalPeriod(uint64_t sequence, const std::string& text) {
  if (text.empty()) return std::nullopt;
  absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) return Broken(sequence, "a collection's period cannot be read");
  return *period;
}

absl::StatusOr<Collection> CollectionOf(uint64_t sequence, const catalogue::v1::Collection& wire) {
  Collection collection{wire.code(), wire.version(), {}};
  ASSIGN_OR_RETURN(collection.period_kind, PeriodKindOf(sequence, wire.period_kind()));
  ASSIGN_OR_RETURN(collection.valid_from, OptionalPeriod(sequence, wire.valid_from_period()));
  ASSIGN_OR_RETURN(collection.retired_from, OptionalPeriod(sequence, wire.retired_from_period()));
  for (const catalogue::v1::Frame& owed : wire.frames()) {
    absl::StatusOr<Period> from = Period::Parse(owed.from_period());
    if (!from.ok()) return Broken(sequence, "a frame's period cannot be read");
    Frame frame{owed.organisation(), *std::move(from), std::nullopt};
    if (!owed.to_period().empty()) {
      absl::StatusOr<Period> to = Period::Parse(owed.to_period());
      if (!to.ok()) return Broken(sequence, "a frame's period cannot be read");
      frame.to = *std::move(to);
    }
    collection.frames.push_back(std::move(frame));
  }
  return collection;
}

template <typename Message>
absl::StatusOr<Message> FactOf(const feed::v1::Entry& entry) {
  Message message;
  if (!message.ParseFromString(entry.fact())) {
    return Broken(entry.sequence(), "the fact cannot be read");
  }
  return message;
}

}  // namespace

absl::StatusOr<Fact> FactFromEntry(const feed::v1::Entry& entry, std::vector<std::string> chunks) {
  Fact fact{entry.epoch(), entry.sequence(), entry.time_micros(), UnusedFact{}};
  switch (entry.kind()) {
    case feed::v1::ENTRY_KIND_ORGANISATION_DEFINED: {
      ASSIGN_OR_RETURN(const auto defined, FactOf<feed::v1::OrganisationDefined>(entry));
      ASSIGN_OR_RETURN(fact.content, OrganisationOf(entry.sequence(), defined.organisation()));
      break;
    }
    case feed::v1::ENTRY_KIND_ITEM_DEFINED: {
      ASSIGN_OR_RETURN(const auto defined, FactOf<feed::v1::ItemDefined>(entry));
      fact.content = Item{defined.item().code(), defined.item().additive_over_organisations()};
      break;
    }
    case feed::v1::ENTRY_KIND_COLLECTION_DEFINED: {
      ASSIGN_OR_RETURN(const auto defined, FactOf<feed::v1::CollectionDefined>(entry));
      ASSIGN_OR_RETURN(fact.content, CollectionOf(entry.sequence(), defined.collection()));
      break;
    }
    case feed::v1::ENTRY_KIND_RETURN_ACCEPTED: {
      ASSIGN_OR_RETURN(const auto accepted, FactOf<feed::v1::ReturnAccepted>(entry));
      absl::StatusOr<Period> period = Period::Parse(accepted.period());
      if (!period.ok()) return Broken(entry.sequence(), "the return's period cannot be read");
      fact.content = AcceptedReturn{accepted.organisation(), accepted.collection(), *period,
                                    accepted.revision(), std::move(chunks)};
      break;
    }
    case feed::v1::ENTRY_KIND_METRIC_DEFINED: {
      ASSIGN_OR_RETURN(const auto defined, FactOf<feed::v1::MetricDefined>(entry));
      absl::StatusOr<MetricDefinition> definition = AcceptedDefinitionFromWire(defined.metric());
      if (!definition.ok())
        return Broken(entry.sequence(), "the metric's definition cannot be read");
      fact.content = *std::move(definition);
      break;
    }
    default:
      break;  // Of no use to metrics, and still one of the sequence.
  }
  return fact;
}

}  // namespace onereturn::metrics
