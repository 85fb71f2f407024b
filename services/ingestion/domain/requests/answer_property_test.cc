// Goal: figures are right, and tell nothing that is suppressed, in stores and for lines that nobody
// thought of. Method: random stores of up to six returns of two items, random lines of them,
// against a naive evaluation of a flat list of cells.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/requests/answer.h"
#include "services/ingestion/domain/requests/figure_sums.h"
#include "services/ingestion/domain/requests/testing/held_figures.h"
#include "services/ingestion/domain/requests/testing/naive_answer.h"

namespace onereturn::ingestion {
namespace {

class ByteTape {
 public:
  explicit ByteTape(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}
  int Pick(int choices) { return place_ < bytes_.size() ? bytes_[place_++] % choices : 0; }

 private:
  std::vector<uint8_t> bytes_;
  size_t place_ = 0;
};

const char* const kLines[] = {"", "(sum(x) - sum(y)) / sum(x)", "sum(x) + sum(y)", "y / x",
                              "sum(y[d = 'p']) / sum(x)"};
constexpr int kSumOfItems = 2;  // The one without a division.
constexpr int kSelecting = 4;
const std::vector<std::string> kValuesOfD = {"p", "q", "total"};
const std::vector<std::string> kValuesOfE = {"1", "2"};

// A store, and a line that is asked of it.
struct Case {
  HeldFigures held;
  NaiveStore naive;
  int line = 0;
  KnownItem item;  // x and y are like it.
  std::vector<AskedDimension> asked;
  DisclosureRule rule;  // Of the line.
  DisclosureRule rule_of_x, rule_of_y;
  FigureParts parts;
  bool sums_a_stock = false;
};

void HoldFlat(FlatCell cell, Case* made) {
  Cell held;
  held.item = cell.item;
  held.dimensions = {{"d", cell.d}, {"e", cell.e}};
  if (cell.null_reason == 0) {
    held.value = Decimal::FromMillionths(cell.value);
  } else {
    held.null_reason = static_cast<NullReason>(cell.null_reason);
  }
  made->held.Hold(cell.organisation, cell.period, held);
  made->naive.cells.push_back(std::move(cell));
}

// Where d does not add up, "total" is the sum of the others.
void FillReturn(const std::string& organisation, const std::string& period, ByteTape* tape,
                Case* made) {
  made->held.Hold(organisation, period);
  for (const char* item : {"x", "y"}) {
    for (const std::string& e : kValuesOfE) {
      int64_t total = 0;
      for (const std::string& d : kValuesOfD) {
        FlatCell cell{organisation, period, item, d, e, 0, 0};
        const int choice = tape->Pick(40);
        const bool is_total = d == "total" && !made->item.dimensions[0].adds_up;
        if (!is_total && choice == 0) cell.null_reason = 1 + tape->Pick(4);
        if (!is_total && choice > 35 && made->naive.sparse) continue;
        if (cell.null_reason == 0)
          cell.value = choice < 24 ? choice / 2 * 500'000 : choice * 3'000'000;
        if (is_total) cell.value = total;
        total += cell.value;
        HoldFlat(std::move(cell), made);
      }
    }
  }
}

DisclosureRule RuleOf(ByteTape* tape, const char* words) {
  const uint32_t suppressed_to[] = {0, 5, 3, 12}, rounded_to[] = {0, 0, 5, 10};
  return {suppressed_to[tape->Pick(4)], rounded_to[tape->Pick(4)], words};
}

void AskDimension(const KnownDimension& dimension, const std::vector<std::string>& values,
                  ByteTape* tape, Case* made) {
  const int how = tape->Pick(3);
  if (how == 0 && dimension.adds_up) return;  // Summed over.
  AskedDimension asked{dimension.code, {}};
  if (how == 2) {
    for (const std::string& value : values) {
      if (tape->Pick(3) > 0) asked.values.push_back(value);
    }
  }
  made->asked.push_back(std::move(asked));
}

Case CaseOf(ByteTape tape) {
  Case made;
  made.line = tape.Pick(6) % 5;
  const int kind = tape.Pick(8);
  made.naive.sparse = kind % 2 == 1;
  made.item.dimensions = {{"d", {"p", "q", "total"}, false, kind % 4 < 2, made.naive.sparse},
                          {"e", {"1", "2"}, false, true, false}};
  made.item.additive_over_organisations = tape.Pick(4) > 0;
  made.item.additive_over_time = tape.Pick(4) > 0;
  made.naive.counts = made.item.additive_over_organisations;
  AskDimension(made.item.dimensions[0], kValuesOfD, &tape, &made);
  AskDimension(made.item.dimensions[1], kValuesOfE, &tape, &made);
  made.rule_of_x = RuleOf(&tape, "rule of x");
  made.rule_of_y = RuleOf(&tape, "rule of y");
  if (made.line == 0) made.rule = made.rule_of_x;
  if (made.line == kSumOfItems) made.rule = RuleOf(&tape, "rule of the sum");
  const int organisations = made.item.additive_over_organisations ? 1 + tape.Pick(3) : 1;
  const bool asks_wrongly = tape.Pick(8) == 7;
  const int periods = made.item.additive_over_time || asks_wrongly ? 1 + tape.Pick(2) : 1;
  made.sums_a_stock = !made.item.additive_over_time && periods > 1;
  for (int period = 0; period < periods; ++period) {
    for (int organisation = 0; organisation < organisations; ++organisation) {
      FlatReturn needed{absl::StrCat("RX", organisation), absl::StrCat("2023-0", 4 + period), true};
      needed.held = tape.Pick(16) < 15;
      if (needed.held) FillReturn(needed.organisation, needed.period, &tape, &made);
      made.parts.push_back(made.held.Part(needed.organisation, needed.period));
      made.naive.needed.push_back(std::move(needed));
    }
  }
  return made;
}

absl::StatusOr<std::vector<AnswerFigure>> Answered(const Case& made, bool reversed) {
  FigureSource source;
  source.coverage = made.line == 0 ? CoverageClass::kRollup : CoverageClass::kDerivable;
  source.dimensions = made.asked;
  source.parts_of_item["x"] = made.parts;
  if (made.line > 0) source.parts_of_item["y"] = made.parts;
  if (reversed) {
    for (auto& [item, parts] : source.parts_of_item) std::reverse(parts.begin(), parts.end());
  }
  KnownItem item = made.item;
  if (made.line > 0) item.formula = Expression::Parse(kLines[made.line]).value();
  const FormulaInputs inputs = {{"x", {&made.item, made.rule_of_x}},
                                {"y", {&made.item, made.rule_of_y}}};
  return EvaluateFigures(source, item, Period::Parse("FY2023-Q1").value(), made.rule, inputs,
                         [&](const FigureSource::Part& part, const std::string& code) {
                           auto cells = made.held.Read(part, code);
                           if (reversed) std::reverse(cells->begin(), cells->end());
                           return cells;
                         });
}

const AskedDimension* AskedOf(const Case& made, const std::string& code) {
  for (const AskedDimension& asked : made.asked) {
    if (asked.code == code) return &asked;
  }
  return nullptr;
}

std::vector<std::string> ValuesAsked(const Case& made, const std::string& code,
                                     const std::vector<std::string>& all) {
  const AskedDimension* asked = AskedOf(made, code);
  if (asked == nullptr) return {""};
  return asked->values.empty() ? all : asked->values;
}

bool IsExpected(const Case& made, const std::string& d, const std::string& e) {
  bool by_name = true;
  for (const AskedDimension& asked : made.asked) by_name = by_name && !asked.values.empty();
  if (by_name || !made.naive.sparse) return true;
  return made.naive.Sum("x", d, e).any_cell ||
         (made.line > 0 && made.naive.Sum("y", d, e).any_cell);
}

bool NaiveIsSmall(int64_t value, uint32_t suppressed_to) {
  return value > 0 && value <= int64_t{suppressed_to} * 1'000'000;
}

std::string ValueAt(const AnswerFigure& figure, const std::string& code) {
  for (const DimensionValue& value : figure.dimensions) {
    if (value.dimension == code) return value.value;
  }
  return "";
}

// How often each kind of figure came up.
std::map<std::string, int> reached;

void CheckNumber(const AnswerFigure& figure, Int128 numerator, Int128 denominator) {
  // A decimal of six places is a value, anything else a ratio.
  const Int128 millionths = numerator * 1'000'000;
  RC_ASSERT(figure.value.has_value() == (millionths % denominator == 0));
  RC_ASSERT(figure.ratio.has_value() != figure.value.has_value());
  if (figure.value.has_value()) {
    RC_ASSERT(figure.value->wide() * denominator == millionths);
  } else {
    RC_ASSERT(figure.ratio->numerator_millionths() * denominator ==
              figure.ratio->denominator_millionths() * numerator);
  }
  ++reached[figure.value.has_value() ? "values" : "ratios"];
}

void CheckNull(const AnswerFigure& figure, int reason) {
  RC_ASSERT(!figure.value.has_value());
  RC_ASSERT(!figure.ratio.has_value());
  RC_ASSERT(!figure.suppressed);
  RC_ASSERT(static_cast<int>(figure.null_reason) == reason);
  ++reached["nulls"];
}

void CheckHidden(const AnswerFigure& figure) {
  RC_ASSERT(figure.suppressed);
  RC_ASSERT(!figure.value.has_value());
  RC_ASSERT(!figure.ratio.has_value());
  RC_ASSERT(!figure.suppressed_by.empty());
  ++reached["suppressed"];
}

uint32_t CountHeld(const NaiveSum& x, const NaiveSum* y) {
  uint32_t held = 0;
  for (size_t i = 0; i < x.parts_held.size(); ++i) {
    held += x.parts_held[i] && (y == nullptr || y->parts_held[i]) ? 1 : 0;
  }
  return held;
}

// Second suppressions happen only where d is asked and does not add up.
bool MayHideMore(const Case& made) { return !made.item.dimensions[0].adds_up; }

void CheckItemFigure(const Case& made, const AnswerFigure& figure) {
  const NaiveSum x = made.naive.Sum("x", ValueAt(figure, "d"), ValueAt(figure, "e"));
  RC_ASSERT(figure.parts == made.parts.size());
  RC_ASSERT(figure.parts_held == CountHeld(x, nullptr));
  if (x.null_reason != 0) return CheckNull(figure, x.null_reason);
  const bool small = NaiveIsSmall(x.value, made.rule.suppressed_to);
  if (small || (figure.suppressed && MayHideMore(made))) return CheckHidden(figure);
  RC_ASSERT(!figure.suppressed);
  CheckNumber(figure, NaiveRounded(x.value, made.rule.rounded_to), 1'000'000);
}

void CheckFormulaNumber(const Case& made, const AnswerFigure& figure, int64_t x, int64_t y) {
  if (made.line == kSumOfItems) {
    const bool small = NaiveIsSmall(x + y, made.rule.suppressed_to);
    if (small || (figure.suppressed && MayHideMore(made))) return CheckHidden(figure);
    return CheckNumber(figure, NaiveRounded(x + y, made.rule.rounded_to), 1'000'000);
  }
  if (figure.suppressed && MayHideMore(made)) return CheckHidden(figure);
  if (x == 0) return CheckNull(figure, 2);
  Int128 numerator = made.line == 1 ? x - y : y;
  CheckNumber(figure, x < 0 ? -numerator : numerator, x < 0 ? -x : x);
}

void CheckFormulaFigure(const Case& made, const AnswerFigure& figure) {
  const std::string d = ValueAt(figure, "d"), e = ValueAt(figure, "e");
  const bool selects = made.line == kSelecting;
  const bool reads_y = !selects || d.empty() || d == "p";
  const NaiveSum x = made.naive.Sum("x", d, e);
  const NaiveSum y = made.naive.Sum("y", selects ? "p" : d, e);
  RC_ASSERT(figure.parts == made.parts.size());
  RC_ASSERT(figure.parts_held == CountHeld(x, reads_y ? &y : nullptr));
  int reason = x.null_reason;
  if (reads_y && y.null_reason != 0) {
    reason = reason == 0 ? y.null_reason : std::min(reason, y.null_reason);
  }
  if (reason != 0) return CheckNull(figure, reason);
  const DisclosureRule& own = made.rule;
  const bool small =
      NaiveIsSmall(x.value, std::max(own.suppressed_to, made.rule_of_x.suppressed_to)) ||
      (reads_y && NaiveIsSmall(y.value, std::max(own.suppressed_to, made.rule_of_y.suppressed_to)));
  if (small) return CheckHidden(figure);
  if (!reads_y) {  // It takes of y what is not here.
    return figure.suppressed && MayHideMore(made) ? CheckHidden(figure) : CheckNull(figure, 2);
  }
  CheckFormulaNumber(made, figure,
                     NaiveRounded(x.value, std::max(own.rounded_to, made.rule_of_x.rounded_to)),
                     NaiveRounded(y.value, std::max(own.rounded_to, made.rule_of_y.rounded_to)));
}

// "total" is the sum of the others: of each e, one that is hidden is not what the rest leaves.
void CheckDifferences(const Case& made, const std::vector<AnswerFigure>& figures) {
  if (made.item.dimensions[0].adds_up) return;
  for (const std::string& e : ValuesAsked(made, "e", kValuesOfE)) {
    int hidden = 0, shown = 0;
    for (const AnswerFigure& figure : figures) {
      if (ValueAt(figure, "e") != e) continue;
      hidden += figure.suppressed ? 1 : 0;
      shown += figure.value.has_value() ? 1 : 0;
    }
    RC_ASSERT(hidden != 1 || shown == 0);
    if (hidden == 2 && shown == 1) ++reached["second suppressions"];
  }
}

void CheckCase(const Case& made) {
  const auto figures = Answered(made, false);
  RC_ASSERT(TextsOf(figures) == TextsOf(Answered(made, true)));
  if (made.sums_a_stock) {
    RC_ASSERT(!figures.ok());
    ++reached["stocks refused"];
    return;
  }
  RC_ASSERT(figures.ok());
  std::vector<std::vector<DimensionValue>> expected;
  for (const std::string& d : ValuesAsked(made, "d", kValuesOfD)) {
    for (const std::string& e : ValuesAsked(made, "e", kValuesOfE)) {
      if (!IsExpected(made, d, e)) continue;
      expected.emplace_back();
      if (!d.empty()) expected.back().push_back({"d", d});
      if (!e.empty()) expected.back().push_back({"e", e});
    }
  }
  RC_ASSERT(figures->size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    RC_ASSERT((*figures)[i].dimensions == expected[i]);
    if (made.line == 0) {
      CheckItemFigure(made, (*figures)[i]);
    } else {
      CheckFormulaFigure(made, (*figures)[i]);
    }
  }
  if (made.line == 0) CheckDifferences(made, *figures);
}

TEST(AnswerPropertyTest, FiguresEqualTheNaiveOnesAndTellNothingThatIsSuppressed) {
  reached.clear();
  int stores = 0;
  // Not shrunk: that would take longer than reading the one that fails.
  const auto tapes = rc::gen::noShrink(rc::gen::resize(
      100, rc::gen::container<std::vector<std::vector<uint8_t>>>(
               100, rc::gen::container<std::vector<uint8_t>>(100, rc::gen::arbitrary<uint8_t>()))));
  EXPECT_TRUE(rc::check("100 random stores", [&] {
    for (auto& bytes : *tapes) CheckCase(CaseOf(ByteTape(std::move(bytes)))), ++stores;
  }));
  std::printf("%d stores:", stores);
  for (const auto& [kind, count] : reached) std::printf(" %d %s;", count, kind.c_str());
  std::printf("\n");
  EXPECT_GE(stores, 10'000);
  // The generator must reach every kind of answer.
  for (const char* kind :
       {"values", "ratios", "nulls", "suppressed", "second suppressions", "stocks refused"}) {
    EXPECT_GT(reached[kind], 50) << kind;
  }
}

}  // namespace
}  // namespace onereturn::ingestion
