// A metric's value for an organisation and a period at a position: a function of the definition's
// version and the position alone, computed from leaves.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_VALUE_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_VALUE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/decimal/ratio.h"
#include "services/metrics/domain/derived_tables.h"
#include "services/metrics/domain/organisation_tree.h"
#include "services/metrics/domain/position.h"

namespace onereturn::metrics {

// How much of what should be there is there. All lists in order of code.
struct Coverage {
  uint32_t included =
      0;  // Providers that owe the collection in the period and whose figures enter.
  uint32_t expected = 0;                     // Providers that owe it.
  std::vector<std::string> missing;          // Owe it, and no return is held.
  std::vector<std::string> not_collected;    // Sent it, and hold no number the metric needs.
  std::vector<std::string> no_icb_recorded;  // Enter a region or the nation directly.
  friend bool operator==(const Coverage&, const Coverage&) = default;
};

struct MetricValue {
  DefinitionId definition;
  std::string organisation;
  std::string organisation_display_name;
  Period period;
  ValueState state = ValueState::kMissing;
  // Of a count: the count over one. Means something only where the state is kValue, except that the
  // sums of figures that did enter are always there.
  Ratio ratio;
  Int128 eligibility = 0;  // In millionths.
  Coverage coverage;
  // Summed by the hierarchy of this day, and not by that of the period's last one.
  std::optional<CivilDay> restated_on = std::nullopt;
  friend bool operator==(const MetricValue&, const MetricValue&) = default;

  // The double of the ratio; 0 unless the state is kValue.
  double Number() const;
};

// For people, rounded half away from zero, with the unit: "74.3 %"; empty unless the state is
// kValue.
std::string DisplayValue(const MetricDefinition& definition, const MetricValue& value);

// The value over the providers below an organisation. `leaves` are those of the period, in order of
// organisation; `additive` says whether the figures of several organisations may be added.
MetricValue RollUp(const MetricDefinition& definition, const Organisation& organisation,
                   const ProvidersBelow& below, const Period& period,
                   absl::Span<const LeafRecord> leaves, absl::Span<const std::string> owing,
                   bool additive);

// Reads at one position. Everything it answers is a function of the position. One thread at a time;
// short-lived.
class MetricReader {
 public:
  // `reader` must outlive the object, and `position` must have been resolved against it. `tree` is
  // of the position's organisations; null: read when needed.
  MetricReader(const DerivedReader* reader, const Position& position,
               std::shared_ptr<const OrganisationTree> tree = nullptr);

  // From here on everything is summed by the hierarchy of this day, as it is known at the position,
  // in every period; nullopt: each period by that of its own last day.
  void RestateOn(const std::optional<CivilDay>& day) { hierarchy_day_ = day; }

  // A version as defined at or before the position; version 0: the newest. NOT_FOUND when there is
  // none; NOT_CAUGHT_UP when its leaves do not reach the position yet.
  absl::StatusOr<DefinitionRecord> Definition(absl::string_view code, uint32_t version);
  // The same without a look at its leaves, which may still lag behind.
  absl::StatusOr<DefinitionRecord> FindDefinition(absl::string_view code, uint32_t version);
  // The newest version of each, in order of code. Leaves may still lag behind.
  absl::StatusOr<std::vector<DefinitionRecord>> Definitions();

  // NOT_FOUND when no such organisation was defined at the position.
  absl::StatusOr<const Organisation*> FindOrganisation(absl::string_view code);
  absl::StatusOr<const OrganisationTree*> Tree();

  // PERIOD, naming the field, when the metric's collection is returned for another kind of period
  // and no return of the asked kind is held either (before a change of its kind there may be).
  // Nothing is known of a collection that was not defined at the position: then any kind is fine.
  absl::Status CheckKind(const MetricDefinition& definition, absl::string_view field,
                         const Period& period);

  // NOT_FOUND and PERIOD (of the field "period") as above. `definition` comes from Definition().
  absl::StatusOr<MetricValue> Value(const MetricDefinition& definition,
                                    absl::string_view organisation, const Period& period);
  // Of every organisation of the type, in order of code; among the providers also those known by
  // their returns alone. PERIOD as above.
  absl::StatusOr<std::vector<MetricValue>> Values(const MetricDefinition& definition,
                                                  OrganisationType type, const Period& period);
  // The leaves that a value is computed from, in order of organisation.
  absl::StatusOr<std::vector<LeafRecord>> LeavesBelow(const MetricDefinition& definition,
                                                      absl::string_view organisation,
                                                      const Period& period);

  // The kind of period that the metric's collection is returned for; nullopt: not defined at the
  // position.
  absl::StatusOr<std::optional<PeriodKind>> KindOf(const MetricDefinition& definition);
  // The providers that owe the metric's collection in the period, in order. None owes it in a
  // period of another kind.
  absl::StatusOr<std::vector<std::string>> Owing(const MetricDefinition& definition,
                                                 const Period& period);

  const DerivedReader& reader() const { return *reader_; }
  const Position& position() const { return position_; }

 private:
  uint64_t through() const { return position_.ingestion.sequence; }
  absl::StatusOr<bool> Additive(const MetricDefinition& definition);
  // By the hierarchy that is asked for; tree_ has been read.
  MetricValue RollUpOn(const MetricDefinition& definition, const Organisation& organisation,
                       const Period& period, absl::Span<const LeafRecord> leaves,
                       absl::Span<const std::string> owing, bool additive) const;
  // nullptr: not defined at the position.
  absl::StatusOr<const Collection*> CollectionOf(const MetricDefinition& definition);
  // The version that is for the period; nullptr where there is none.
  absl::StatusOr<const Collection*> CollectionFor(const MetricDefinition& definition,
                                                  const Period& period);

  const DerivedReader* const reader_;
  const Position position_;
  std::shared_ptr<const OrganisationTree> tree_;
  std::optional<CivilDay> hierarchy_day_;
  std::string collection_code_;           // The last one asked for.
  std::optional<Collection> collection_;  // That one, where it is defined.
  std::map<std::pair<std::string, Period>, std::optional<Collection>> collections_;  // By period.
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_VALUE_H_
