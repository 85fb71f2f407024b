#include "services/metrics/domain/value.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::metrics {
namespace {

const LeafRecord* FindIn(absl::Span<const LeafRecord> leaves, absl::string_view organisation) {
  const auto found = std::lower_bound(
      leaves.begin(), leaves.end(), organisation,
      [](const LeafRecord& leaf, absl::string_view code) { return leaf.organisation < code; });
  if (found == leaves.end() || found->organisation != organisation) return nullptr;
  return &*found;
}

void AddTo(Leaf* sum, const Leaf& leaf) {
  sum->numerator += leaf.numerator;
  sum->denominator += leaf.denominator;
  sum->eligibility += leaf.eligibility;
  sum->entering_cells += leaf.entering_cells;
  sum->null_cells += leaf.null_cells;
}

}  // namespace

double MetricValue::Number() const {
  return state == ValueState::kValue ? ratio.Value().value_or(0) : 0;
}

std::string DisplayValue(const MetricDefinition& definition, const MetricValue& value) {
  if (value.state != ValueState::kValue) return "";
  const std::string digits =
      value.ratio.Display(static_cast<int>(definition.display_digits)).value_or("");
  return definition.unit.empty() ? digits : absl::StrCat(digits, " ", definition.unit);
}

MetricValue RollUp(const MetricDefinition& definition, const Organisation& organisation,
                   const ProvidersBelow& below, const Period& period,
                   absl::Span<const LeafRecord> leaves, absl::Span<const std::string> owing,
                   bool additive) {
  MetricValue value{{definition.code, definition.version},
                    organisation.code,
                    organisation.name,
                    period,
                    ValueState::kNotApplicable,
                    Ratio(),
                    0,
                    {}};
  const bool rolls_up = !CountsAsProvider(organisation.type);
  if (!below.in_force || (rolls_up && !additive)) return value;
  Leaf sum;
  bool held = false;
  for (const std::string& provider : below.providers) {
    const bool owes = std::binary_search(owing.begin(), owing.end(), provider);
    if (owes) ++value.coverage.expected;
    const LeafRecord* record = FindIn(leaves, provider);
    const bool counts = owes || record != nullptr;
    if (counts && below.HasNoIcbRecorded(provider)) {
      value.coverage.no_icb_recorded.push_back(provider);
    }
    if (record == nullptr) {
      if (owes) value.coverage.missing.push_back(provider);
      continue;
    }
    held = true;
    AddTo(&sum, record->leaf);
    if (record->leaf.entering_cells > 0) {
      if (owes) ++value.coverage.included;
    } else if (record->leaf.null_cells > 0) {
      value.coverage.not_collected.push_back(provider);
    }
  }
  value.state = held ? StateOf(definition, sum) : ValueState::kMissing;
  const Int128 denominator = definition.IsCount() ? Int128{Decimal::kMillion} : sum.denominator;
  value.ratio = Ratio(sum.numerator, denominator, definition.factor);
  value.eligibility = sum.eligibility;
  return value;
}

MetricReader::MetricReader(const DerivedReader* reader, const Position& position,
                           std::shared_ptr<const OrganisationTree> tree)
    : reader_(reader), position_(position), tree_(std::move(tree)) {}

absl::StatusOr<DefinitionRecord> MetricReader::FindDefinition(absl::string_view code,
                                                              uint32_t version) {
  const uint64_t metrics_through = position_.metrics.sequence;
  std::optional<DefinitionRecord> record;
  if (version == 0) {
    ASSIGN_OR_RETURN(record, reader_->NewestDefinition(code, metrics_through));
  } else {
    ASSIGN_OR_RETURN(record, reader_->FindDefinition(DefinitionId{std::string(code), version}));
    if (record.has_value() && record->sequence > metrics_through) record.reset();
  }
  if (!record.has_value()) {
    return Error(Reason::kNotFound,
                 version == 0
                     ? absl::StrCat("no metric \"", code, "\" was defined at this position")
                     : absl::StrCat("no version ", version, " of metric \"", code,
                                    "\" was defined at this position"));
  }
  return *std::move(record);
}

absl::StatusOr<DefinitionRecord> MetricReader::Definition(absl::string_view code,
                                                          uint32_t version) {
  ASSIGN_OR_RETURN(DefinitionRecord record, FindDefinition(code, version));
  ASSIGN_OR_RETURN(const std::optional<uint64_t> backfilled, reader_->BackfillThrough(record.id()));
  if (backfilled.has_value() && *backfilled < through()) {
    return Error(Reason::kNotCaughtUp, absl::StrCat("the figures of metric \"", code,
                                                    "\" are being computed: ", *backfilled, " of ",
                                                    through(), " entries are done"));
  }
  return record;
}

absl::StatusOr<std::vector<DefinitionRecord>> MetricReader::Definitions() {
  ASSIGN_OR_RETURN(std::vector<DefinitionRecord> all, reader_->Definitions());
  std::vector<DefinitionRecord> newest;
  for (DefinitionRecord& record : all) {
    if (record.sequence > position_.metrics.sequence) continue;
    if (!newest.empty() && newest.back().definition.code == record.definition.code) {
      newest.back() = std::move(record);
    } else {
      newest.push_back(std::move(record));
    }
  }
  return newest;
}

absl::StatusOr<const OrganisationTree*> MetricReader::Tree() {
  if (tree_ == nullptr) {
    ASSIGN_OR_RETURN(std::vector<Organisation> organisations, reader_->Organisations(through()));
    tree_ = std::make_shared<const OrganisationTree>(std::move(organisations));
  }
  return tree_.get();
}

absl::StatusOr<const Organisation*> MetricReader::FindOrganisation(absl::string_view code) {
  ASSIGN_OR_RETURN(const OrganisationTree* tree, Tree());
  const Organisation* organisation = tree->Find(code);
  if (organisation == nullptr) {
    return Error(Reason::kNotFound,
                 absl::StrCat("no organisation \"", code, "\" was defined at this position"));
  }
  return organisation;
}

absl::StatusOr<const Collection*> MetricReader::CollectionOf(const MetricDefinition& definition) {
  if (collection_code_ != definition.collection) {
    ASSIGN_OR_RETURN(collection_, reader_->FindCollection(definition.collection, through()));
    collection_code_ = definition.collection;
  }
  return collection_.has_value() ? &*collection_ : nullptr;
}

absl::StatusOr<const Collection*> MetricReader::CollectionFor(const MetricDefinition& definition,
                                                              const Period& period) {
  const auto key = std::pair(definition.collection, period);
  auto known = collections_.find(key);
  if (known == collections_.end()) {
    ASSIGN_OR_RETURN(std::optional<Collection> found,
                     reader_->FindCollectionFor(definition.collection, through(), period));
    known = collections_.emplace(key, std::move(found)).first;
  }
  return known->second.has_value() ? &*known->second : nullptr;
}

absl::StatusOr<std::optional<PeriodKind>> MetricReader::KindOf(const MetricDefinition& definition) {
  ASSIGN_OR_RETURN(const Collection* collection, CollectionOf(definition));
  if (collection == nullptr) return std::nullopt;
  return collection->period_kind;
}

absl::Status MetricReader::CheckKind(const MetricDefinition& definition, absl::string_view field,
                                     const Period& period) {
  ASSIGN_OR_RETURN(const std::optional<PeriodKind> kind, KindOf(definition));
  if (!kind.has_value() || *kind == period.kind()) return absl::OkStatus();
  const DefinitionId id{definition.code, definition.version};
  ASSIGN_OR_RETURN(const std::vector<Period> periods, reader_->Periods(id));
  for (const Period& held : periods) {
    if (held.kind() != period.kind()) continue;
    ASSIGN_OR_RETURN(const std::vector<LeafRecord> leaves,
                     reader_->LeavesOfPeriod(id, held, through()));
    if (!leaves.empty()) return absl::OkStatus();
  }
  const std::optional<Period> example = Period::Containing(*kind, period.start());
  return Error(Reason::kPeriod,
               absl::StrCat("metric \"", definition.code, "\" has values for periods of the kind ",
                            PeriodKindName(*kind), ", and ", period.ToString(), " is of the kind ",
                            PeriodKindName(period.kind())))
      .Field(field, example.has_value() ? absl::StrCat("write one such as ", example->ToString())
                                        : absl::StrCat("write a ", PeriodKindName(*kind)));
}

absl::StatusOr<std::vector<std::string>> MetricReader::Owing(const MetricDefinition& definition,
                                                             const Period& period) {
  ASSIGN_OR_RETURN(const Collection* collection, CollectionFor(definition, period));
  std::set<std::string> owing;
  if (collection == nullptr || collection->period_kind != period.kind() ||
      collection->IsRetired(period)) {
    return std::vector<std::string>();
  }
  for (const Frame& frame : collection->frames) {
    if (frame.Owes(period)) owing.insert(frame.organisation);
  }
  return std::vector<std::string>(owing.begin(), owing.end());
}

absl::StatusOr<bool> MetricReader::Additive(const MetricDefinition& definition) {
  std::set<std::string> items;
  for (const std::vector<Term>* terms : {&definition.numerator, &definition.denominator}) {
    for (const Term& term : *terms) items.insert(term.item);
  }
  for (const std::string& code : items) {
    ASSIGN_OR_RETURN(const std::optional<Item> item, reader_->FindItem(code, through()));
    // No return can hold an item that is not defined, so there is nothing to add wrongly.
    if (item.has_value() && !item->additive_over_organisations) return false;
  }
  return true;
}

MetricValue MetricReader::RollUpOn(const MetricDefinition& definition,
                                   const Organisation& organisation, const Period& period,
                                   absl::Span<const LeafRecord> leaves,
                                   absl::Span<const std::string> owing, bool additive) const {
  const CivilDay day = hierarchy_day_.value_or(period.end());
  MetricValue value = RollUp(definition, organisation, tree_->Below(organisation, day), period,
                             leaves, owing, additive);
  // A provider's own figures are nobody's sum: nothing of them is restated.
  if (!CountsAsProvider(organisation.type)) value.restated_on = hierarchy_day_;
  return value;
}

absl::StatusOr<MetricValue> MetricReader::Value(const MetricDefinition& definition,
                                                absl::string_view organisation,
                                                const Period& period) {
  ASSIGN_OR_RETURN(const Organisation* found, FindOrganisation(organisation));
  RETURN_IF_ERROR(CheckKind(definition, "period", period));
  ASSIGN_OR_RETURN(const std::vector<LeafRecord> leaves,
                   LeavesBelow(definition, organisation, period));
  ASSIGN_OR_RETURN(const std::vector<std::string> owing, Owing(definition, period));
  ASSIGN_OR_RETURN(const bool additive, Additive(definition));
  return RollUpOn(definition, *found, period, leaves, owing, additive);
}

absl::StatusOr<std::vector<MetricValue>> MetricReader::Values(const MetricDefinition& definition,
                                                              OrganisationType type,
                                                              const Period& period) {
  RETURN_IF_ERROR(CheckKind(definition, "period", period));
  ASSIGN_OR_RETURN(const OrganisationTree* tree, Tree());
  ASSIGN_OR_RETURN(
      const std::vector<LeafRecord> leaves,
      reader_->LeavesOfPeriod({definition.code, definition.version}, period, through()));
  ASSIGN_OR_RETURN(const std::vector<std::string> owing, Owing(definition, period));
  ASSIGN_OR_RETURN(const bool additive, Additive(definition));
  std::vector<MetricValue> values;
  for (const auto& [code, organisation] : tree->organisations()) {
    const bool of_type = type == OrganisationType::kProvider ? CountsAsProvider(organisation.type)
                                                             : organisation.type == type;
    if (!of_type) continue;
    values.push_back(RollUpOn(definition, organisation, period, leaves, owing, additive));
  }
  return values;
}

absl::StatusOr<std::vector<LeafRecord>> MetricReader::LeavesBelow(
    const MetricDefinition& definition, absl::string_view organisation, const Period& period) {
  ASSIGN_OR_RETURN(const Organisation* found, FindOrganisation(organisation));
  const DefinitionId id{definition.code, definition.version};
  std::vector<LeafRecord> leaves;
  if (CountsAsProvider(found->type)) {
    ASSIGN_OR_RETURN(std::optional<LeafRecord> leaf,
                     reader_->FindLeaf(id, period, organisation, through()));
    if (leaf.has_value()) leaves.push_back(*std::move(leaf));
    return leaves;
  }
  const ProvidersBelow below = tree_->Below(*found, hierarchy_day_.value_or(period.end()));
  ASSIGN_OR_RETURN(std::vector<LeafRecord> all, reader_->LeavesOfPeriod(id, period, through()));
  for (LeafRecord& leaf : all) {
    if (std::binary_search(below.providers.begin(), below.providers.end(), leaf.organisation)) {
      leaves.push_back(std::move(leaf));
    }
  }
  return leaves;
}

}  // namespace onereturn::metrics
