#include "services/ingestion/domain/judgement.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/cells/cell_chunk.h"
#include "common/expression/cell_table.h"
#include "common/expression/evaluation.h"
#include "common/expression/rule_scope.h"
#include "services/ingestion/domain/stale_copy.h"

namespace onereturn::ingestion {
namespace {

constexpr char kStaleCopy[] = "STALE_COPY";

bool SameCell(const Cell& a, const Cell& b) {
  return a.item == b.item && a.dimensions == b.dimensions;
}

bool CellBefore(const Cell& a, const Cell& b) {
  return std::tie(a.item, a.dimensions) < std::tie(b.item, b.dimensions);
}

// Shows one cell under the name `cell`, and nothing else.
class OneCell final : public CellSource {
 public:
  explicit OneCell(const Cell& cell) : cell_(cell) {}
  void Visit(absl::string_view item, const Bindings& /*bindings*/,
             absl::FunctionRef<void(const SourceCell&)> visitor) const override {
    if (item == kCellName) visitor(SourceCell{{}, cell_.value});
  }

 private:
  const Cell& cell_;
};

// The cells of a source that agree with bindings.
class CellsAt final : public CellSource {
 public:
  CellsAt(const CellSource& source, const Bindings& at) : source_(source), at_(at) {}
  void Visit(absl::string_view item, const Bindings& bindings,
             absl::FunctionRef<void(const SourceCell&)> visitor) const override {
    Bindings all = bindings;
    all.insert(all.end(), at_.begin(), at_.end());
    source_.Visit(item, all, [&](const SourceCell& cell) {
      if (Agrees(cell.dimensions, at_)) visitor(cell);
    });
  }

 private:
  const CellSource& source_;
  const Bindings& at_;
};

// One judging of one submission: the findings as they come.
class Examination {
 public:
  Examination(const Collection& collection, const Period& period, const Submission& submission,
              const ReturnHistory& history)
      : collection_(collection),
        period_(period),
        submission_(submission),
        history_(history),
        cells_(submission.cells) {}

  Findings Run() {
    CheckFrame();
    CheckCells();
    if (!findings_.has_error()) CheckWhole();
    TakeOutNotCollected();
    for (const RuleSpec& rule : collection_.rules) {
      rule.each_cell ? CheckRuleOfEachCell(rule) : CheckRule(rule);
    }
    CheckStaleCopy();
    return std::move(findings_);
  }

  // As they will be stored; lives as long as this and the submission.
  absl::Span<const Cell> cells() const { return cells_; }

 private:
  Finding Structural(std::string code, std::string message, std::string suggestion) const {
    Finding finding;
    finding.code = std::move(code);
    finding.message = std::move(message);
    finding.suggestion = std::move(suggestion);
    finding.organisation = submission_.organisation;
    return finding;
  }

  void AddAtCell(Finding finding, size_t index) {
    finding.cell = cells_[index];
    if (index < submission_.places.size()) finding.place = submission_.places[index];
    findings_.Add(std::move(finding));
  }

  void CheckFrame() {
    if (collection_.Owes(submission_.organisation, period_)) return;
    Finding finding =
        Structural("NOT_IN_FRAME",
                   absl::StrCat(submission_.organisation, " does not owe ", collection_.code,
                                " for ", period_.ToString(), "."),
                   "Check organisation and period; ask the collection's owner to add the "
                   "organisation if it should report.");
    // A national body publishes what it was sent, whoever owed it.
    if (submission_.origin == Origin::kImport) finding.severity = Severity::kInfo;
    findings_.Add(std::move(finding));
  }

  // Each cell by itself: known item, its dimensions, known values; then duplicates.
  void CheckCells() {
    for (size_t i = 0; i < cells_.size(); ++i) {
      const Cell& cell = cells_[i];
      auto item = collection_.items.find(cell.item);
      if (item == collection_.items.end()) {
        AddAtCell(Structural("CELL_UNKNOWN_ITEM",
                             absl::StrCat("The collection ", collection_.code, " has no item \"",
                                          cell.item, "\"."),
                             "Use an item code of the collection."),
                  i);
      } else {
        CheckDimensions(item->second, i);
      }
    }
    // Systems send their cells in order, and then nothing stands twice.
    const auto not_before = [](const Cell& a, const Cell& b) { return !CellBefore(a, b); };
    if (std::adjacent_find(cells_.begin(), cells_.end(), not_before) == cells_.end()) return;
    std::vector<size_t> order(cells_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [this](size_t a, size_t b) { return CellBefore(cells_[a], cells_[b]); });
    for (size_t i = 1; i < order.size(); ++i) {
      const Cell& cell = cells_[order[i]];
      if (SameCell(cells_[order[i - 1]], cell)) {
        AddAtCell(DuplicateOf(cells_[order[i - 1]], cell), order[i]);
      }
    }
  }

  // Graded by what it takes to mend it: leave one out, choose the one with a figure, or find out
  // which figure is right.
  Finding DuplicateOf(const Cell& first, const Cell& second) const {
    const bool complete = first == second;
    const bool consistent = first.value.has_value() != second.value.has_value();
    Finding finding = Structural(
        "CELL_DUPLICATE",
        absl::StrCat(DescribeCell(second), " stands twice, ",
                     complete     ? "the same both times: a complete duplicate."
                     : consistent ? "once with a figure: a consistent duplicate."
                                  : "with different figures: an inconsistent duplicate."),
        complete     ? "Leave one out."
        : consistent ? "Leave out the one without a figure, if there is one to give."
                     : "Find out which figure is right, and leave the other out.");
    if (second.value.has_value()) finding.got = second.value->ToString();
    if (first.value.has_value()) finding.expected = first.value->ToString();
    return finding;
  }

  void CheckDimensions(const ItemSpec& item, size_t index) {
    const Cell& cell = cells_[index];
    if (item.HasCell(cell.dimensions)) return;
    std::string expected;
    for (const DimensionSpec& dimension : item.dimensions) {
      absl::StrAppend(&expected, expected.empty() ? "" : "; ", dimension.code, ": ",
                      dimension.Description());
    }
    Finding finding = Structural("CELL_DIMENSION",
                                 absl::StrCat(DescribeCell(cell), " is not a cell of ",
                                              collection_.code, ": each dimension of ", item.code,
                                              " must stand once, with a value of its list."),
                                 "Correct the dimension values, or have the missing one added to "
                                 "the catalogue.");
    finding.expected = expected.empty() ? "no dimensions" : expected;
    AddAtCell(std::move(finding), index);
  }

  // Every cell that is owed must be there; runs when each cell present is known and single.
  void CheckWhole() {
    const auto is_owed = [this](const Cell& cell) {
      return !collection_.items.at(cell.item).IsSparse();
    };
    const auto owed_present = std::count_if(cells_.begin(), cells_.end(), is_owed);
    if (static_cast<uint64_t>(owed_present) == collection_.CellCount()) return;
    std::set<std::pair<std::string, std::vector<DimensionValue>>> present;
    for (const Cell& cell : cells_) {
      if (is_owed(cell)) present.emplace(cell.item, cell.dimensions);
    }
    collection_.VisitCells([&](const Cell& cell) {
      if (present.count({cell.item, cell.dimensions}) == 0) {
        Finding finding =
            Structural("CELL_MISSING", absl::StrCat(DescribeCell(cell), " is missing."),
                       "Send the figure, or a null with its reason. A blank is no zero.");
        finding.cell = cell;
        findings_.Add(std::move(finding));
      }
      return true;
    });
  }

  void TakeOutNotCollected() {
    for (size_t i = 0; i < cells_.size(); ++i) {
      const Cell& cell = cells_[i];
      if (!cell.value.has_value() ||
          !collection_.DoesNotCollect(submission_.organisation, period_, cell.item)) {
        continue;
      }
      if (submission_.origin == Origin::kImport) {
        if (changed_cells_.empty()) {
          changed_cells_ = submission_.cells;
          cells_ = changed_cells_;
        }
        changed_cells_[i].value.reset();
        changed_cells_[i].null_reason = NullReason::kNotCollected;
        continue;
      }
      Finding finding = Structural(
          "CELL_NOT_COLLECTED",
          absl::StrCat("The catalogue says that ", submission_.organisation, " does not collect ",
                       cell.item, " in ", period_.ToString(), ", so a number there is no figure."),
          "Send a null with reason NOT_COLLECTED, or ask the collection's owner to correct the "
          "catalogue.");
      finding.got = cell.value->ToString();
      finding.expected = "NOT_COLLECTED";
      AddAtCell(std::move(finding), i);
    }
  }

  void CheckRuleOfEachCell(const RuleSpec& rule) {
    OneCellHistory history(rule, history_);
    for (size_t i = 0; i < cells_.size(); ++i) {
      const Cell& cell = cells_[i];
      history.LookAt(cell);
      Report(rule, VerdictOf(Evaluate(rule.expression, OneCell(cell), {}, &history)), i, {});
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
    const ItemHistory history(rule, history_);
    for (const Bindings& bindings : ScopeOf(rule, table)) {
      const RuleVerdict verdict = VerdictOf(Evaluate(rule.expression, table, bindings, &history));
      if (!IsFinding(verdict)) continue;
      // Looking for the place reads every cell: only for a finding that will be shown.
      const bool shown = findings_.kept().size() < Findings::kKept;
      Report(rule, verdict, shown ? FirstCellOf(rule, bindings) : cells_.size(), bindings);
    }
  }

  void CheckStaleCopy() {
    const std::optional<uint32_t> copied =
        PeriodsSinceCopied(collection_.stale_copy, cells_, history_);
    if (!copied.has_value()) return;
    Period original = period_;
    for (uint32_t i = 0; i < *copied; ++i) original = original.Previous().value_or(original);
    Finding finding = Structural(
        kStaleCopy,
        absl::StrCat("Every figure is that of ", original.ToString(), ": was it copied?"),
        "Check that the file was filled in for this period; if the figures are right, say so.");
    finding.severity = collection_.stale_copy.severity;
    finding.rule_version = collection_.version;
    if (finding.severity == Severity::kExplain && !ExplainedAsAWhole(kStaleCopy)) Owe(&finding);
    findings_.Add(std::move(finding));
  }

  static void Owe(Finding* finding) {
    finding->explanation_owed = true;
    finding->suggestion = absl::StrCat("EXPLANATION_OWED: ", finding->suggestion);
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

  // The first cell, as it came, that the rule reads under the bindings: where the finding is shown.
  size_t FirstCellOf(const RuleSpec& rule, const Bindings& bindings) const {
    for (size_t i = 0; i < cells_.size(); ++i) {
      const Cell& cell = cells_[i];
      const auto& items = rule.expression.Items();
      if (std::binary_search(items.begin(), items.end(), cell.item) &&
          Agrees(cell.dimensions, bindings))
        return i;
    }
    return cells_.size();
  }

  void Report(const RuleSpec& rule, RuleVerdict verdict, size_t index, const Bindings& bindings) {
    if (!IsFinding(verdict) || (rule.screen && !submission_.with_screens)) return;
    Finding finding = Structural(rule.code, rule.message, rule.suggestion);
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
    finding.expected = rule.expression.ToString();
    const Cell* const cell = index < cells_.size() ? &cells_[index] : nullptr;
    if (finding.severity == Severity::kExplain && !Explained(rule, bindings, cell)) {
      Owe(&finding);
    }
    if (cell == nullptr) return findings_.Add(std::move(finding));
    if (cell->value.has_value()) finding.got = cell->value->ToString();
    AddAtCell(std::move(finding), index);
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
  const ReturnHistory& history_;
  absl::Span<const Cell> cells_;     // The submission's, or changed_cells_.
  std::vector<Cell> changed_cells_;  // Filled only where a cell has to be changed: rare.
  Findings findings_;
};

}  // namespace

Judgement Judge(const Collection& collection, const Period& period, const Submission& submission,
                const ReturnHistory& history) {
  Judgement judgement;
  Examination examination(collection, period, submission, history);
  judgement.findings = examination.Run();
  if (judgement.findings.has_error()) return judgement;
  judgement.verdict =
      judgement.findings.has_explain() ? Verdict::kValidWithExplanations : Verdict::kValid;
  judgement.cell_count = examination.cells().size();
  absl::StatusOr<std::vector<std::string>> chunks = PackOrderedCells(examination.cells());
  if (!chunks.ok()) {
    Finding finding;
    finding.code = "CELL_UNPACKABLE";
    finding.message = std::string(chunks.status().message());
    finding.organisation = submission.organisation;
    judgement.findings.Add(std::move(finding));
    judgement.verdict = Verdict::kInvalid;
    return judgement;
  }
  judgement.chunks = *std::move(chunks);
  for (const std::string& chunk : judgement.chunks)
    judgement.chunk_digests.push_back(Sha256(chunk));
  judgement.cell_digest = CellDigest(judgement.chunk_digests);
  return judgement;
}

}  // namespace onereturn::ingestion
