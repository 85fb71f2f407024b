#include "services/ingestion/domain/judgement.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/cells/cell_chunk.h"
#include "services/ingestion/domain/cell_order.h"
#include "services/ingestion/domain/rule_examination.h"
#include "services/ingestion/domain/submission_findings.h"

namespace onereturn::ingestion {
namespace {

// One judging of one submission: the findings as they come.
class Examination {
 public:
  Examination(const Collection& collection, const Period& period, const Submission& submission,
              const PastReturns& past, DesirableItems desirable)
      : collection_(collection),
        period_(period),
        submission_(submission),
        past_(past),
        desirable_(desirable),
        cells_(submission.cells) {}

  Findings Run() {
    CheckFrame();
    CheckCells();
    const std::set<std::string> left_out = ItemsLeftOut();
    if (!findings_.all().has_error()) CheckWhole(left_out);
    TakeOutNotCollected();
    ExamineByRules(collection_, period_, submission_, cells_, past_, left_out, &findings_);
    return findings_.Take();
  }

  // As they will be stored; lives as long as this and the submission.
  absl::Span<const Cell> cells() const { return cells_; }

 private:
  Finding Structural(std::string code, std::string message, std::string suggestion) const {
    return findings_.Of(std::move(code), std::move(message), std::move(suggestion));
  }

  void AddAtCell(Finding finding, size_t index) {
    findings_.AddAtCell(std::move(finding), cells_[index], index);
  }

  void CheckFrame() {
    if (submission_.owed_for_request) return;
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
        AddAtCell(UnknownItem(i), i);
      } else if (IsHeld(i) && !item->second.HasCell(cell.dimensions)) {
        AddAtCell(NoLongerAsked("CELL_DIMENSION", DescribeCell(cell)), i);
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

  bool IsHeld(size_t index) const { return index >= submission_.held_from; }

  Finding UnknownItem(size_t index) const {
    const std::string& item = cells_[index].item;
    if (IsHeld(index)) return NoLongerAsked("CELL_UNKNOWN_ITEM", item);
    return Structural(
        "CELL_UNKNOWN_ITEM",
        absl::StrCat("The collection ", collection_.code, " has no item \"", item, "\"."),
        "Use an item code of the collection.");
  }

  // The catalogue changed after it was sent.
  Finding NoLongerAsked(std::string code, absl::string_view what) const {
    return Structural(
        std::move(code),
        absl::StrCat(what, " is held, and the collection ", collection_.code,
                     " no longer asks for it."),
        "Send the whole return without it (--mode replace), or take it out first by a file that "
        "names it (--mode delete).");
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
    if (ReportUnlistedValue(item, index)) return;
    std::string expected;
    for (const DimensionSpec& dimension : item.dimensions) {
      absl::StrAppend(&expected, expected.empty() ? "" : "; ", dimension.code, ": ",
                      dimension.Description());
    }
    Finding finding = Structural("CELL_DIMENSION",
                                 absl::StrCat(DescribeCell(cell), " is not a cell of ",
                                              collection_.code, ": each dimension of ", item.code,
                                              " must stand once, with a value of its list."),
                                 absl::StrCat("Correct the dimension values, or have the missing "
                                              "one added to the catalogue. All that are valid: "
                                              "onereturn catalogue codes ",
                                              collection_.code));
    finding.expected = expected.empty() ? "no dimensions" : expected;
    AddAtCell(std::move(finding), index);
  }

  // Where all that is wrong is the value of a dimension with a rule of its own.
  bool ReportUnlistedValue(const ItemSpec& item, size_t index) {
    const Cell& cell = cells_[index];
    if (cell.dimensions.size() != item.dimensions.size()) return false;
    const RuleSpec* rule = nullptr;
    size_t place = 0;
    for (size_t i = 0; i < item.dimensions.size(); ++i) {
      if (cell.dimensions[i].dimension != item.dimensions[i].code) return false;
      if (item.dimensions[i].Has(cell.dimensions[i].value)) continue;
      const RuleSpec* const own = collection_.RuleOfValues(item.dimensions[i].code);
      if (rule != nullptr || own == nullptr) return false;
      rule = own;
      place = i;
    }
    Finding finding = Structural(
        rule->code, absl::StrCat(rule->message, " [", DescribeCell(cell), "]"), rule->suggestion);
    finding.rule_version = collection_.version;
    finding.expected = item.dimensions[place].Description();
    finding.got = cell.dimensions[place].value;
    AddAtCell(std::move(finding), index);
    return true;
  }

  // The desirable items of which an owed cell is not there, where that is let be.
  std::set<std::string> ItemsLeftOut() const {
    std::set<std::string> left_out;
    if (desirable_ == DesirableItems::kOwed || !collection_.HasDesirable()) return left_out;
    std::map<absl::string_view, uint64_t> present;
    for (const Cell& cell : cells_) ++present[cell.item];
    for (const auto& [code, item] : collection_.items) {
      if (!item.essential && present[code] < item.CellCount()) left_out.insert(code);
    }
    return left_out;
  }

  // Every cell that is owed must be there; runs when each cell present is known and single.
  void CheckWhole(const std::set<std::string>& left_out) {
    const auto is_owed = [this](const Cell& cell) {
      return !collection_.items.at(cell.item).IsSparse();
    };
    const auto owed_present = std::count_if(cells_.begin(), cells_.end(), is_owed);
    if (static_cast<uint64_t>(owed_present) == collection_.CellCount()) return;
    std::set<std::pair<std::string, std::vector<DimensionValue>>> present;
    for (const Cell& cell : cells_) {
      if (is_owed(cell)) present.emplace(cell.item, cell.dimensions);
    }
    uint64_t suspended = 0;
    collection_.VisitCells([&](const Cell& cell) {
      if (present.count({cell.item, cell.dimensions}) > 0) return true;
      if (left_out.count(cell.item) > 0) {
        ++suspended;
        return true;
      }
      Finding finding =
          Structural("CELL_MISSING", absl::StrCat(DescribeCell(cell), " is missing."),
                     "Send the figure, or a null with its reason. A blank is no zero.");
      finding.cell = cell;
      findings_.Add(std::move(finding));
      return true;
    });
    if (suspended > 0) findings_.Add(LeftOut(suspended, left_out));
  }

  Finding LeftOut(uint64_t cells, const std::set<std::string>& items) const {
    Finding finding = Structural(
        "SIMPLIFIED_MODE",
        absl::StrCat("Simplified mode suspends desirable items: ", cells,
                     cells == 1 ? " of their figures is" : " of their figures are", " not there (",
                     *items.begin(), items.size() == 1 ? "" : " and others", ")."),
        "Nothing has to be done. Send them if they are at hand.");
    finding.severity = Severity::kInfo;
    return finding;
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

  const Collection& collection_;
  const Period& period_;
  const Submission& submission_;
  const PastReturns& past_;
  const DesirableItems desirable_;
  absl::Span<const Cell> cells_;     // The submission's, or changed_cells_.
  std::vector<Cell> changed_cells_;  // Filled only where a cell has to be changed: rare.
  SubmissionFindings findings_{submission_};
};

}  // namespace

Judgement Judge(const Collection& collection, const Period& period, const Submission& submission,
                const ReturnHistory& history, DesirableItems desirable) {
  return Judge(collection, period, submission, PastReturnsHeld(history), desirable);
}

Judgement Judge(const Collection& collection, const Period& period, const Submission& submission,
                const PastReturns& past, DesirableItems desirable) {
  Judgement judgement;
  Examination examination(collection, period, submission, past, desirable);
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
