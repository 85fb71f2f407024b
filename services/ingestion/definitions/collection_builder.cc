#include "services/ingestion/definitions/collection_builder.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hierarchy/ods_code.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/definitions/layout_builder.h"
#include "services/ingestion/definitions/layout_cells.h"
#include "services/ingestion/definitions/rule_parts.h"
#include "services/ingestion/definitions/window_checks.h"
#include "services/ingestion/domain/sign_off.h"

namespace onereturn::ingestion {

PeriodKind KindOf(catalogue::v1::PeriodKind kind) {
  switch (kind) {
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
      return PeriodKind::kMonth;
  }
}

namespace {

Severity SeverityOf(common::v1::Severity severity) {
  switch (severity) {
    case common::v1::SEVERITY_EXPLAIN:
      return Severity::kExplain;
    case common::v1::SEVERITY_INFO:
      return Severity::kInfo;
    default:
      return Severity::kError;
  }
}

OrganisationTypes TypesOf(const catalogue::v1::Dimension& dimension) {
  OrganisationTypes types;
  for (const int type : dimension.organisation_types()) {
    types.insert(static_cast<catalogue::v1::OrganisationType>(type));
  }
  return types;
}

// Each is an evaluation of the rule for every return.
constexpr uint64_t kMostRuleValues = 1'000;

// Builds one collection, adding faults as it goes.
class Builder {
 public:
  Builder(const catalogue::v1::Collection& definition, const ItemLookup& items,
          const OrganisationLookup& organisations)
      : definition_(definition),
        items_(items),
        organisations_(organisations),
        faults_(Reason::kDefinitionInvalid,
                absl::StrCat("the definition of collection ", definition.code(), " is wrong")) {}

  absl::StatusOr<Collection> Build() {
    collection_.code = definition_.code();
    collection_.version = definition_.version();
    collection_.period_kind = KindOf(definition_.period_kind());
    if (!IsCode(definition_.code(), CodeStyle::kCollection))
      faults_.Field("code", CodeRule(CodeStyle::kCollection));
    if (definition_.display_name().empty()) faults_.Field("display_name", "is missing");
    if (definition_.period_kind() == catalogue::v1::PERIOD_KIND_UNSPECIFIED) {
      faults_.Field("period_kind", "is missing");
    }
    collection_.sign_off_levels = definition_.sign_off_levels();
    collection_.made_by_request = !definition_.request().empty();
    collection_.asks_revision_reason = definition_.asks_revision_reason();
    if (definition_.sign_off_levels() > kMaxSignOffLevels) {
      faults_.Field("sign_off_levels", absl::StrCat("at most ", kMaxSignOffLevels,
                                                    " persons sign; 0: accepted at once"));
    }
    RETURN_IF_ERROR(AddItems());
    if (collection_.CellCount() > kMaxCellsOfReturn) {
      faults_.Field("items", absl::StrCat("a whole return would owe ", collection_.CellCount(),
                                          " cells; at most ", kMaxCellsOfReturn, " are taken"));
    }
    for (int i = 0; i < definition_.frames_size(); ++i) AddFrame(i);
    collection_.lists = BuildLists(definition_, &faults_);
    collection_.beside = BuildBeside(definition_, collection_.items, &faults_);
    RETURN_IF_ERROR(FindItemsForRules());
    for (int i = 0; i < definition_.rules_size(); ++i) AddRule(i);
    AddStaleCopy();
    CheckHistory();
    for (int i = 0; i < definition_.not_collected_size(); ++i) AddNotCollected(i);
    for (int i = 0; i < definition_.layouts_size(); ++i) AddLayout(i);
    if (definition_.has_window()) {
      CheckWindow(definition_.window(), collection_.period_kind, &faults_);
      collection_.window = SpecOf(definition_.window());
    }
    if (faults_.fields_total() == 0 && unknown_items_.empty()) return std::move(collection_);
    return Faults();
  }

 private:
  // Every fault in one error. Items that are not defined decide the reason only where nothing else
  // is wrong.
  absl::Status Faults() {
    if (faults_.fields_total() == 0) {
      faults_ = Error(Reason::kDefinitionUnknown,
                      absl::StrCat("collection ", definition_.code(),
                                   " names items that are not defined: define them first"));
    }
    for (int i = 0; i < definition_.items_size(); ++i) {
      if (unknown_items_.count(definition_.items(i)) == 0) continue;
      faults_.Field(absl::StrCat("items[", i, "]"),
                    absl::StrCat("\"", definition_.items(i), "\" is not defined"));
    }
    return faults_;
  }

  absl::Status AddItems() {
    if (definition_.items().empty()) faults_.Field("items", "a collection has at least one item");
    for (int i = 0; i < definition_.items_size(); ++i) {
      ASSIGN_OR_RETURN(std::optional<catalogue::v1::DataItem> item, items_(definition_.items(i)));
      if (!item.has_value()) {
        unknown_items_.insert(definition_.items(i));
        continue;
      }
      ASSIGN_OR_RETURN(ItemSpec spec, SpecOfItem(*item));
      if (!collection_.items.emplace(item->code(), std::move(spec)).second) {
        faults_.Field(absl::StrCat("items[", i, "]"), "stands twice");
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ItemSpec> SpecOfItem(const catalogue::v1::DataItem& item) {
    ItemSpec spec{item.code(), {}, item.essential()};
    for (const catalogue::v1::Dimension& dimension : item.dimensions()) {
      DimensionSpec added{dimension.code(), {}, dimension.sparse()};
      for (const catalogue::v1::DimensionCode& value : dimension.values())
        added.values.insert(value.code());
      if (dimension.organisations()) {
        ASSIGN_OR_RETURN(const OrganisationValues values, Organisations(TypesOf(dimension)));
        added.organisations = values.now;
        added.organisations_ever = values.ever;
      }
      spec.dimensions.push_back(std::move(added));
    }
    std::sort(spec.dimensions.begin(), spec.dimensions.end(),
              [](const DimensionSpec& a, const DimensionSpec& b) { return a.code < b.code; });
    return spec;
  }

  // The collection's own, and those that it reads beside. Of these one may be gone by now: then
  // there are no cells of it, which decides nothing.
  absl::Status FindItemsForRules() {
    items_for_rules_ = collection_.items;
    for (const BesideSpec& beside : collection_.beside) {
      for (const std::string& code : beside.items) {
        ASSIGN_OR_RETURN(std::optional<catalogue::v1::DataItem> item, items_(code));
        if (!item.has_value()) {
          gone_beside_.insert(code);
        } else {
          ASSIGN_OR_RETURN(ItemSpec spec, SpecOfItem(*item));
          items_for_rules_.emplace(code, std::move(spec));
        }
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<OrganisationValues> Organisations(const OrganisationTypes& types) {
    OrganisationValues& known = known_organisations_[types];
    if (known.now != nullptr) return known;
    if (organisations_ != nullptr) {
      ASSIGN_OR_RETURN(known, organisations_(types));
    } else {
      known.now = std::make_shared<const std::set<std::string>>();
    }
    return known;
  }

  void AddFrame(int i) {
    const catalogue::v1::Frame& frame = definition_.frames(i);
    const std::string path = absl::StrCat("frames[", i, "]");
    if (absl::Status code = CheckOdsCode(frame.organisation()); !code.ok())
      faults_.Field(absl::StrCat(path, ".organisation"), code.message());
    std::optional<PeriodSpan> span =
        ReadSpan(path, frame.from_period(), frame.to_period(), &faults_);
    if (span.has_value()) collection_.frames[frame.organisation()].push_back(*span);
  }

  void AddNotCollected(int i) {
    const catalogue::v1::NotCollected& hole = definition_.not_collected(i);
    const std::string path = absl::StrCat("not_collected[", i, "]");
    if (absl::Status code = CheckOdsCode(hole.organisation()); !code.ok())
      faults_.Field(absl::StrCat(path, ".organisation"), code.message());
    if (hole.items().empty()) faults_.Field(absl::StrCat(path, ".items"), "is empty");
    std::optional<PeriodSpan> span = ReadSpan(path, hole.from_period(), hole.to_period(), &faults_);
    for (const std::string& item : hole.items()) CheckItemKnown(path, item);
    if (!span.has_value()) return;
    collection_.not_collected[hole.organisation()].push_back(
        NotCollectedSpec{*span, {hole.items().begin(), hole.items().end()}});
  }

  void CheckItemKnown(const std::string& path, const std::string& item) {
    if (collection_.items.count(item) == 0 && unknown_items_.count(item) == 0) {
      faults_.Field(path, absl::StrCat("\"", item, "\" is not an item of the collection"));
    }
  }

  // Does one of the items have the dimension? Items that are not defined may.
  bool AnyHasDimension(const std::vector<std::string>& items, const std::string& dimension) const {
    return std::any_of(items.begin(), items.end(), [&](const std::string& code) {
      auto item = items_for_rules_.find(code);
      if (item == items_for_rules_.end()) return true;  // Named as a fault already, or gone.
      const std::vector<DimensionSpec>& own = item->second.dimensions;
      return std::any_of(own.begin(), own.end(),
                         [&](const DimensionSpec& spec) { return spec.code == dimension; });
    });
  }

  // As above, of a value of the dimension.
  bool AnyHasValue(const std::vector<std::string>& items, const std::string& dimension,
                   const std::string& value) const {
    return std::any_of(items.begin(), items.end(), [&](const std::string& code) {
      auto item = items_for_rules_.find(code);
      if (item == items_for_rules_.end()) return true;
      const std::vector<DimensionSpec>& own = item->second.dimensions;
      return std::any_of(own.begin(), own.end(), [&](const DimensionSpec& spec) {
        return spec.code == dimension && spec.HasEver(value);
      });
    });
  }

  void AddRule(int i) {
    const catalogue::v1::Rule& rule = definition_.rules(i);
    const std::string path = absl::StrCat("rules[", i, "]");
    if (rule.code().empty()) faults_.Field(absl::StrCat(path, ".code"), "is missing");
    if (!rule.code().empty() && !rule_codes_.insert(rule.code()).second) {
      faults_.Field(absl::StrCat(path, ".code"), "stands twice");
    }
    if (rule.severity() == common::v1::SEVERITY_UNSPECIFIED)
      faults_.Field(absl::StrCat(path, ".severity"), "is missing");
    if (rule.screen() && rule.severity() != common::v1::SEVERITY_INFO) {
      faults_.Field(absl::StrCat(path, ".severity"), "of a screen is INFO");
    }
    if (rule.message().empty()) faults_.Field(absl::StrCat(path, ".message"), "is missing");
    if (rule.each_cell() && rule.for_each_size() > 0) {
      faults_.Field(path, "each_cell and for_each cannot stand together");
    }
    if (!rule.values_of().empty()) return AddRuleOfValues(path, rule);
    absl::StatusOr<Expression> expression = Expression::Parse(rule.expression());
    if (!expression.ok()) {
      faults_.Field(absl::StrCat(path, ".expression"), expression.status().message());
      return;
    }
    if (expression->type() != ExpressionType::kBoolean) {
      faults_.Field(absl::StrCat(path, ".expression"), "must be a condition, not a number");
    }
    for (const std::string& item : expression->Items()) {
      if (rule.each_cell() && item != "cell") {
        faults_.Field(absl::StrCat(path, ".expression"),
                      absl::StrCat("a rule of each cell reads only \"cell\", not \"", item, "\""));
      }
      if (!rule.each_cell() && items_for_rules_.count(item) == 0 && gone_beside_.count(item) == 0) {
        CheckItemKnown(absl::StrCat(path, ".expression"), item);
      }
    }
    CheckReferences(absl::StrCat(path, ".expression"), *expression, items_for_rules_, collection_,
                    &faults_);
    for (const std::string& dimension : rule.for_each()) {
      if (!AnyHasDimension(expression->Items(), dimension)) {
        faults_.Field(
            absl::StrCat(path, ".for_each"),
            absl::StrCat("no item of the expression has a dimension \"", dimension, "\""));
      }
    }
    std::vector<RuleValues> at = ReadRuleValues(path, rule, expression->Items());
    collection_.rules.push_back(RuleSpec{rule.code(),
                                         SeverityOf(rule.severity()),
                                         rule.message(),
                                         rule.suggestion(),
                                         *std::move(expression),
                                         {rule.for_each().begin(), rule.for_each().end()},
                                         rule.each_cell(),
                                         rule.screen(),
                                         std::move(at)});
  }

  void AddRuleOfValues(const std::string& path, const catalogue::v1::Rule& rule) {
    if (!rule.expression().empty() || rule.each_cell() || rule.for_each_size() > 0 ||
        rule.at_size() > 0 || rule.screen()) {
      faults_.Field(path,
                    "values_of stands alone: without expression, each_cell, for_each, at and "
                    "screen");
    }
    if (rule.severity() != common::v1::SEVERITY_ERROR) {
      faults_.Field(absl::StrCat(path, ".severity"), "of a rule with values_of is ERROR");
    }
    if (collection_.RuleOfValues(rule.values_of()) != nullptr) {
      faults_.Field(absl::StrCat(path, ".values_of"), "has another rule already");
    }
    std::vector<std::string> own;
    for (const auto& [code, item] : collection_.items) own.push_back(code);
    if (unknown_items_.empty() && !AnyHasDimension(own, rule.values_of())) {
      faults_.Field(absl::StrCat(path, ".values_of"),
                    absl::StrCat("no item has a dimension \"", rule.values_of(), "\""));
    }
    RuleSpec spec{rule.code(),
                  Severity::kError,
                  rule.message(),
                  rule.suggestion(),
                  Expression::Parse("1 = 1").value(),
                  {}};
    spec.values_of = rule.values_of();
    collection_.rules.push_back(std::move(spec));
  }

  std::vector<RuleValues> ReadRuleValues(const std::string& path, const catalogue::v1::Rule& rule,
                                         const std::vector<std::string>& items) {
    std::vector<RuleValues> read;
    std::set<std::string> bound(rule.for_each().begin(), rule.for_each().end());
    uint64_t combinations = 1;
    if (rule.each_cell() && rule.at_size() > 0) {
      faults_.Field(path, "each_cell and at cannot stand together");
    }
    for (int i = 0; i < rule.at_size(); ++i) {
      const catalogue::v1::RuleValues& at = rule.at(i);
      const std::string at_path = absl::StrCat(path, ".at[", i, "]");
      if (!bound.insert(at.dimension()).second) {
        faults_.Field(at_path, absl::StrCat("dimension \"", at.dimension(), "\" stands twice"));
      }
      if (at.values().empty()) faults_.Field(absl::StrCat(at_path, ".values"), "is empty");
      std::set<std::string> seen;
      for (const std::string& value : at.values()) {
        if (!seen.insert(value).second || !AnyHasValue(items, at.dimension(), value)) {
          faults_.Field(absl::StrCat(at_path, ".values"),
                        absl::StrCat("\"", value,
                                     "\" stands twice, or no item of the expression has "
                                     "it as a value of ",
                                     at.dimension()));
        }
      }
      if (__builtin_mul_overflow(combinations, uint64_t(at.values_size()), &combinations) ||
          combinations > kMostRuleValues) {
        faults_.Field(absl::StrCat(path, ".at"),
                      absl::StrCat("names more than ", kMostRuleValues, " combinations of values"));
        return {};
      }
      read.push_back(RuleValues{at.dimension(), {at.values().begin(), at.values().end()}});
    }
    return read;
  }

  void AddStaleCopy() {
    if (!definition_.has_stale_copy()) return;
    const catalogue::v1::StaleCopy& stale = definition_.stale_copy();
    if (stale.periods() == 0 || stale.periods() > kPriorPeriodsMax) {
      faults_.Field("stale_copy.periods", absl::StrCat("must be 1 to ", kPriorPeriodsMax));
    }
    if (stale.least_figures() == 0) faults_.Field("stale_copy.least_figures", "must be at least 1");
    if (stale.severity() != common::v1::SEVERITY_EXPLAIN &&
        stale.severity() != common::v1::SEVERITY_INFO) {
      faults_.Field("stale_copy.severity", "must be EXPLAIN or INFO");
    }
    collection_.stale_copy = {stale.periods(), stale.least_figures(), SeverityOf(stale.severity())};
  }

  void CheckHistory() {
    const uint64_t cells = collection_.HistoryCellCount();
    if (cells <= kMaxCellsOfHistory) return;
    faults_.Field("rules", absl::StrCat("read ", cells, " cells of earlier periods, ",
                                        collection_.PriorPeriods(), " periods back; at most ",
                                        kMaxCellsOfHistory,
                                        " are held: let prior and outside_limits read fewer or "
                                        "smaller items, or fewer periods"));
  }

  void AddLayout(int i) {
    const catalogue::v1::Layout& layout = definition_.layouts(i);
    const std::string path = absl::StrCat("layouts[", i, "]");
    if (layout.code().empty()) faults_.Field(absl::StrCat(path, ".code"), "is missing");
    if (collection_.FindLayout(layout.code()) != nullptr)
      faults_.Field(absl::StrCat(path, ".code"), "stands twice");
    if (layout.has_wide()) {
      collection_.layouts.push_back(
          {layout.code(), BuildWideLayout(layout.wide(), absl::StrCat(path, ".wide"), collection_,
                                          unknown_items_, &faults_)});
    } else if (layout.has_long_()) {
      collection_.layouts.push_back(
          {layout.code(), BuildLongLayout(layout.long_(), path, collection_, &faults_)});
    } else {
      faults_.Field(path, "has neither a wide nor a long shape");
      return;
    }
    collection_.layouts.back().from =
        ReadLayoutPeriod(absl::StrCat(path, ".from_period"), layout.from_period());
    collection_.layouts.back().to =
        ReadLayoutPeriod(absl::StrCat(path, ".to_period"), layout.to_period());
    const LayoutSpec& made = collection_.layouts.back();
    if (made.from.has_value() && made.to.has_value() && made.to->end() < made.from->start()) {
      faults_.Field(absl::StrCat(path, ".to_period"), "lies before from_period");
    }
  }

  // nullopt for an empty text.
  std::optional<Period> ReadLayoutPeriod(const std::string& path, const std::string& text) {
    if (text.empty()) return std::nullopt;
    absl::StatusOr<Period> period = Period::Parse(text);
    if (!period.ok()) {
      faults_.Field(path, period.status().message());
      return std::nullopt;
    }
    if (period->kind() != collection_.period_kind) {
      faults_.Field(path, "is not of the collection's kind of period");
    }
    return *period;
  }

  const catalogue::v1::Collection& definition_;
  const ItemLookup& items_;
  const OrganisationLookup& organisations_;
  std::map<OrganisationTypes, OrganisationValues> known_organisations_;
  ItemSpecs items_for_rules_;
  std::set<std::string> gone_beside_;
  Error faults_;
  std::set<std::string> unknown_items_;
  std::set<std::string> rule_codes_;
  Collection collection_;
};

}  // namespace

absl::StatusOr<Collection> BuildCollection(const catalogue::v1::Collection& definition,
                                           const ItemLookup& items,
                                           const OrganisationLookup& organisations) {
  return Builder(definition, items, organisations).Build();
}

}  // namespace onereturn::ingestion
