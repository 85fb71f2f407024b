#include "services/ingestion/domain/rule_examination.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/expression/cell_table.h"
#include "common/expression/evaluation.h"
#include "common/expression/rule_scope.h"
#include "services/ingestion/domain/cell_order.h"
#include "services/ingestion/domain/judgement_sources.h"
#include "services/ingestion/domain/rule_figures.h"
#include "services/ingestion/domain/stale_copy.h"

namespace onereturn::ingestion {
namespace {

constexpr char kStaleCopy[] = "STALE_COPY";

class RuleExamination {
 public:
  RuleExamination(const Collection& collection, const Period& period, const Submission& submission,
                  absl::Span<const Cell> cells, const PastReturns& past,
                  const std::set<std::string>& left_out, SubmissionFindings* findings)
      : collection_(collection),
        period_(period),
        submission_(submission),
        cells_(cells),
        past_(past),
        left_out_(left_out),
        findings_(*findings),
        cells_are_sound_(!findings->all().has_error()) {}

  void Run() {
    for (const RuleSpec& rule : collection_.rules) {
      if (!rule.values_of.empty()) continue;  // Told of where the cells are checked.
      if (rule.screen && !submission_.with_screens) continue;
      if (ReadsLeftOut(rule)) continue;
      rule.each_cell ? CheckRuleOfEachCell(rule) : CheckRule(rule);
    }
    CheckStaleCopy();
  }

 private:
  bool ReadsLeftOut(const RuleSpec& rule) const {
    const std::vector<std::string>& items = rule.expression.Items();
    return std::any_of(items.begin(), items.end(),
                       [this](const std::string& item) { return left_out_.count(item) > 0; });
  }

  void CheckRuleOfEachCell(const RuleSpec& rule) {
    OneCellHistory history(rule, past_);
    const EvaluationSetting setting{&history, &period_, &lists_};
    for (size_t i = 0; i < cells_.size(); ++i) {
      const Cell& cell = cells_[i];
      history.LookAt(cell);
      const RuleVerdict verdict = VerdictOf(Evaluate(rule.expression, OneCell(cell), {}, setting));
      if (!IsFinding(verdict)) continue;
      // What is seen of the cell alone is what the finding got.
      const bool shown = rule.PriorPeriods() > 0 && WillBeShown();
      Report(rule, verdict, i, {}, shown ? FiguresText(rule, OneCell(cell), {}, setting) : "");
    }
  }

  void CheckRule(const RuleSpec& rule) {
    // Only the cells that the rule reads are laid out for it.
    CellTable table;
    const std::vector<std::string>& items = rule.expression.Items();
    for (const Cell& cell : cells_) {
      if (std::binary_search(items.begin(), items.end(), cell.item)) {
        table.Add(cell.item, cell.dimensions, cell.value);
      }
    }
    const std::vector<Bindings> scope = ScopeOf(rule, table);
    // What stands beside the return makes no tuples: the rule is about the return's own.
    AddBeside(items, &table);
    const ItemHistory history(rule, past_);
    const EvaluationSetting setting{&history, &period_, &lists_};
    for (const Bindings& bindings : scope) {
      const RuleVerdict verdict = VerdictOf(Evaluate(rule.expression, table, bindings, setting));
      if (!IsFinding(verdict)) continue;
      // Looking for the place reads every cell: only for a finding that will be shown.
      const bool looked_for = submission_.nil || WillBeShown();
      const size_t place = looked_for ? FirstCellOf(rule, bindings) : cells_.size();
      if (submission_.nil && place == cells_.size()) continue;
      Report(rule, verdict, place, bindings,
             looked_for ? FiguresText(rule, table, bindings, setting) : "");
    }
  }

  // Will the next finding be kept? Of the others only the count is told.
  bool WillBeShown() const { return findings_.all().kept().size() < Findings::kKept; }

  void AddBeside(const std::vector<std::string>& items, CellTable* table) const {
    const bool reads_beside =
        std::any_of(collection_.beside.begin(), collection_.beside.end(), [&](const auto& beside) {
          return std::any_of(items.begin(), items.end(),
                             [&](const std::string& item) { return beside.items.count(item) > 0; });
        });
    const EarlierReturn* const beside = reads_beside ? past_.Before(0) : nullptr;
    if (beside == nullptr) return;
    for (const Cell& cell : beside->cells) {
      if (std::binary_search(items.begin(), items.end(), cell.item)) {
        table->Add(cell.item, cell.dimensions, cell.value);
      }
    }
  }

  void CheckStaleCopy() {
    const std::optional<uint32_t> copied =
        PeriodsSinceCopied(collection_.stale_copy, cells_, past_);
    if (!copied.has_value()) return;
    Period original = period_;
    for (uint32_t i = 0; i < *copied; ++i) original = original.Previous().value_or(original);
    Finding finding = findings_.Of(
        kStaleCopy,
        absl::StrCat("Every figure is that of ", original.ToString(), ": was it copied?"),
        "Check that the file was filled in for this period; if the figures are right, say so.");
    finding.severity = collection_.stale_copy.severity;
    finding.rule_version = collection_.version;
    if (finding.severity == Severity::kExplain && !ExplainedAsAWhole(kStaleCopy)) Owe(&finding);
    findings_.Add(std::move(finding));
  }

  void Owe(Finding* finding) const {
    finding->explanation_owed = true;
    finding->suggestion = absl::StrCat("EXPLANATION_OWED: ", finding->suggestion);
    if (const LayoutSpec* layout = collection_.FindLongLayout(); layout != nullptr) {
      absl::StrAppend(&finding->suggestion,
                      " A reason goes into the column \"explanation\" of layout ", layout->code,
                      ".");
    }
  }

  bool ExplainedAsAWhole(absl::string_view code) const {
    return std::any_of(submission_.explanations.begin(), submission_.explanations.end(),
                       [&](const ExplanationGiven& given) { return given.rule == code; });
  }

  // The stated values, each combination of them, with the tuples that occur beside them.
  static std::vector<Bindings> ScopeOf(const RuleSpec& rule, const CellTable& table) {
    if (rule.at.empty()) return RuleScope(rule.expression, rule.for_each, table);
    std::vector<Bindings> stated = {{}};
    for (const RuleValues& at : rule.at) {
      std::vector<Bindings> longer;
      for (const Bindings& bindings : stated) {
        for (const std::string& value : at.values) {
          longer.push_back(bindings);
          longer.back().push_back({at.dimension, value});
        }
      }
      stated = std::move(longer);
    }
    std::vector<Bindings> scope;
    for (const Bindings& at : stated) {
      for (Bindings& beside : RuleScope(rule.expression, rule.for_each, CellsAt(table, at))) {
        beside.insert(beside.end(), at.begin(), at.end());
        scope.push_back(std::move(beside));
      }
    }
    return scope;
  }

  static bool IsFinding(RuleVerdict verdict) {
    return verdict == RuleVerdict::kFails || verdict == RuleVerdict::kFaultyRule;
  }

  // The first cell that the rule reads under the bindings, in the order in which cells are stored:
  // where the finding is shown, in whatever order a file brought them.
  size_t FirstCellOf(const RuleSpec& rule, const Bindings& bindings) const {
    size_t first = cells_.size();
    for (size_t i = 0; i < cells_.size(); ++i) {
      const Cell& cell = cells_[i];
      const auto& items = rule.expression.Items();
      if (std::binary_search(items.begin(), items.end(), cell.item) &&
          Agrees(cell.dimensions, bindings) && (first == cells_.size() || StandsBefore(i, first))) {
        first = i;
      }
    }
    return first;
  }

  // What a file gives stands before what was held already and has no row in it.
  bool StandsBefore(size_t a, size_t b) const {
    const auto given = [this](size_t index) {
      return index < submission_.places.size() && submission_.places[index].row != 0;
    };
    return given(a) != given(b) ? given(a) : CellBefore(cells_[a], cells_[b]);
  }

  void Report(const RuleSpec& rule, RuleVerdict verdict, size_t index, const Bindings& bindings,
              absl::string_view figures) {
    if (!IsFinding(verdict)) return;
    if (verdict == RuleVerdict::kFaultyRule && !cells_are_sound_) return;
    Finding finding = findings_.Of(rule.code, rule.message, rule.suggestion);
    finding.severity = rule.severity;
    finding.rule_version = collection_.version;
    finding.screen = rule.screen;
    if (verdict == RuleVerdict::kFaultyRule) {
      finding.code = "RULE_FAULTY";
      finding.severity = Severity::kInfo;
      finding.message = absl::StrCat("Rule ", rule.code, " could not be evaluated.");
      finding.suggestion = "Nothing to do: the rule's owner must mend it.";
    }
    std::string where;
    for (const DimensionValue& binding : bindings) {
      absl::StrAppend(&where, where.empty() ? "" : ", ", binding.dimension, "=", binding.value);
    }
    if (!where.empty()) absl::StrAppend(&finding.message, " [", where, "]");
    finding.words_bytes = finding.message.size();
    absl::StrAppend(&finding.message, figures);
    finding.expected = rule.expression.ToString();
    const Cell* const cell = index < cells_.size() ? &cells_[index] : nullptr;
    if (finding.severity == Severity::kExplain && !Explained(rule, bindings, cell)) {
      Owe(&finding);
    }
    if (cell == nullptr) return findings_.Add(std::move(finding));
    if (cell->value.has_value()) finding.got = cell->value->ToString();
    findings_.AddAtCell(std::move(finding), *cell, index);
  }

  // A reason beside any of the cells that the rule reads together is one for the finding; one that
  // is at no cell is explained by a reason for the rule as a whole.
  bool Explained(const RuleSpec& rule, const Bindings& bindings, const Cell* cell) const {
    const std::vector<std::string>& items = rule.expression.Items();
    return std::any_of(submission_.explanations.begin(), submission_.explanations.end(),
                       [&](const ExplanationGiven& given) {
                         if (!given.rule.empty() && given.rule != rule.code) return false;
                         if (!given.cell.has_value()) return true;
                         if (cell != nullptr && SameCell(*given.cell, *cell)) return true;
                         return !rule.each_cell &&
                                std::binary_search(items.begin(), items.end(), given.cell->item) &&
                                Agrees(given.cell->dimensions, bindings);
                       });
  }

  const Collection& collection_;
  const Period& period_;
  const Submission& submission_;
  const absl::Span<const Cell> cells_;
  const PastReturns& past_;
  const std::set<std::string>& left_out_;
  const OwnLists lists_{collection_, submission_.organisation};
  SubmissionFindings& findings_;
  // No rule has spoken yet. What is wrong with cells, such as a dimension that one lacks, may keep
  // a rule from being evaluated, and is told of by itself.
  const bool cells_are_sound_;
};

}  // namespace

void ExamineByRules(const Collection& collection, const Period& period,
                    const Submission& submission, absl::Span<const Cell> cells,
                    const PastReturns& past, const std::set<std::string>& left_out,
                    SubmissionFindings* findings) {
  RuleExamination(collection, period, submission, cells, past, left_out, findings).Run();
}

}  // namespace onereturn::ingestion
