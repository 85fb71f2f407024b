#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/expression/expression.h"
#include "common/expression/expression_tree.h"
#include "common/expression/expression_types.h"
#include "common/expression/lexer.h"

namespace onereturn {
namespace internal {
namespace {

// A part of the text that has been read: its root node and where it began.
struct Part {
  uint16_t node = 0;
  ExpressionType type = ExpressionType::kNumber;
  size_t depth = 0;
  size_t column = 1;
};

// The next level that binds tighter: what the right operand of a left-associative operator must be.
Precedence Tighter(Precedence precedence) {
  return static_cast<Precedence>(static_cast<uint8_t>(precedence) + 1);
}

// Reads one text. Every function answers nullopt once fault_ is set. Recursion is bounded by
// `nesting`.
class Parser {
 public:
  explicit Parser(absl::string_view text) : lexer_(text) { Advance(); }

  std::optional<ExpressionTree> ParseAll() {
    const auto root = ParseOperators(Precedence::kOr, 0);
    if (!root.has_value()) return std::nullopt;
    if (token_.kind != TokenKind::kEnd) return FaultUnexpected("an operator or the end");
    SortItems();
    return std::move(tree_);
  }

  const ExpressionFault& fault() const { return *fault_; }

 private:
  std::optional<Part> ParseOperators(Precedence minimum, size_t nesting);
  std::optional<Part> ParseOperand(Precedence minimum, size_t nesting);
  std::optional<Part> ParsePrefix(const OperationSyntax& syntax, size_t nesting);
  std::optional<Part> ParseWord(size_t nesting);
  std::optional<Part> ParseFunction(const OperationSyntax& syntax, size_t column, size_t nesting);
  std::optional<Part> ParseItemFunction(const OperationSyntax& syntax, size_t column);
  std::optional<Part> ParseHistoryFunction(const OperationSyntax& syntax, size_t column,
                                           size_t nesting);
  std::optional<uint32_t> ParsePeriods();
  std::optional<Part> ParseListed(size_t column);
  // After an item: its selection, if it has one. False after a fault.
  bool ParseSelection(ExpressionNode* node);
  bool ParseSelectedValues(Selection* selection);
  std::optional<Part> Combine(const OperationSyntax& syntax, const std::vector<Part>& operands,
                              size_t column);
  std::optional<Part> AddNode(ExpressionNode node, size_t depth, size_t column);
  uint16_t ItemIndex(absl::string_view item);
  void SortItems();

  void Advance() { token_ = lexer_.Next(); }
  bool IsSymbol(absl::string_view symbol) const {
    return token_.kind == TokenKind::kSymbol && token_.text == symbol;
  }
  bool IsWord(absl::string_view word) const {
    return token_.kind == TokenKind::kWord && token_.text == word;
  }
  bool ExpectSymbol(absl::string_view symbol, absl::string_view expected);

  std::nullopt_t Fault(size_t column, std::string words) {
    if (!fault_.has_value()) fault_ = ExpressionFault{column, std::move(words)};
    return std::nullopt;
  }
  std::nullopt_t FaultUnexpected(absl::string_view expected);

  Lexer lexer_;
  Token token_;
  ExpressionTree tree_;
  std::map<std::string, uint16_t, std::less<>> item_indexes_;
  const OperationSyntax* history_ = nullptr;  // Of the history function that is being read.
  std::optional<ExpressionFault> fault_;
};

std::nullopt_t Parser::FaultUnexpected(absl::string_view expected) {
  switch (token_.kind) {
    case TokenKind::kFault:
      return Fault(token_.column, token_.fault);
    case TokenKind::kEnd:
      return Fault(token_.column, absl::StrCat("the text ends where ", expected, " is expected"));
    default:
      return Fault(token_.column, absl::StrCat("expected ", expected, " but found '",
                                               token_.text.substr(0, kWordShownMax), "'"));
  }
}

bool Parser::ExpectSymbol(absl::string_view symbol, absl::string_view expected) {
  if (!IsSymbol(symbol)) {
    FaultUnexpected(expected);
    return false;
  }
  Advance();
  return true;
}

std::optional<Part> Parser::ParseOperators(Precedence minimum, size_t nesting) {
  if (nesting > kExpressionDepthMax) {
    return Fault(token_.column, absl::StrCat("more than ", kExpressionDepthMax,
                                             " levels deep; split the rule into several"));
  }
  auto left = ParseOperand(minimum, nesting);
  while (left.has_value()) {
    const bool may_be_infix = token_.kind == TokenKind::kSymbol || token_.kind == TokenKind::kWord;
    const OperationSyntax* infix = may_be_infix ? FindInfix(token_.text) : nullptr;
    if (infix == nullptr || infix->precedence < minimum) break;
    Advance();
    const auto right = ParseOperators(Tighter(infix->precedence), nesting + 1);
    if (!right.has_value()) return std::nullopt;
    left = Combine(*infix, {*left, *right}, left->column);
    if (infix->precedence != Precedence::kComparison || token_.kind != TokenKind::kSymbol) continue;
    const OperationSyntax* next = FindInfix(token_.text);
    if (next != nullptr && next->precedence == Precedence::kComparison) {
      return Fault(token_.column, "comparisons cannot be chained; join two comparisons with 'and'");
    }
  }
  return left;
}

std::optional<Part> Parser::ParseOperand(Precedence minimum, size_t nesting) {
  const size_t column = token_.column;
  if (IsSymbol("-")) return ParsePrefix(*FindSyntax(Operation::kNegate), nesting);
  if (IsWord("not")) {
    if (minimum > Precedence::kNot) {
      return Fault(column, "put 'not' and what it applies to in parentheses here");
    }
    return ParsePrefix(*FindSyntax(Operation::kNot), nesting);
  }
  if (token_.kind == TokenKind::kNumber) {
    const auto decimal = Decimal::Parse(token_.text);
    if (!decimal.ok()) return Fault(column, std::string(decimal.status().message()));
    Advance();
    ExpressionNode node;
    node.literal = *decimal;
    return AddNode(node, 1, column);
  }
  if (token_.kind == TokenKind::kWord) return ParseWord(nesting);
  if (!ExpectSymbol("(", "a number, an item, a function or '('")) return std::nullopt;
  auto inner = ParseOperators(Precedence::kOr, nesting + 1);
  if (!inner.has_value() || !ExpectSymbol(")", "an operator or ')'")) return std::nullopt;
  inner->column = column;
  return inner;
}

std::optional<Part> Parser::ParsePrefix(const OperationSyntax& syntax, size_t nesting) {
  const size_t column = token_.column;
  Advance();
  const auto operand = ParseOperators(syntax.precedence, nesting + 1);
  if (!operand.has_value()) return std::nullopt;
  return Combine(syntax, {*operand}, column);
}

std::optional<Part> Parser::ParseWord(size_t nesting) {
  const Token word = token_;
  const auto shown = word.text.substr(0, kWordShownMax);
  if (FindInfix(word.text) != nullptr) return FaultUnexpected("a number, an item or '('");
  Advance();
  const OperationSyntax* function = FindFunction(word.text);
  if (function == nullptr && IsSymbol("(")) {
    return Fault(word.column,
                 absl::StrCat("there is no function '", shown,
                              "'; there are sum, sum_present, count_present, coalesce, abs, min, "
                              "max, round, is_whole, is_null, if, prior, outside_limits, "
                              "days_in_period, financial_month and listed"));
  }
  if (function == nullptr) {
    ExpressionNode node;
    node.operation = Operation::kItem;
    node.item = ItemIndex(word.text);
    if (!ParseSelection(&node)) return std::nullopt;
    return AddNode(node, 1, word.column);
  }
  if (!IsSymbol("(")) {
    return Fault(word.column, absl::StrCat("'", shown, "' is a function: write ", shown, "(...)"));
  }
  Advance();
  if (IsItemFunction(function->operation)) return ParseItemFunction(*function, word.column);
  if (function->operation == Operation::kListed) return ParseListed(word.column);
  if (IsConstant(function->operation)) {
    const std::string expected = absl::StrCat("')' (", function->word, " takes no value)");
    if (!ExpectSymbol(")", expected)) return std::nullopt;
    return Combine(*function, {}, word.column);
  }
  if (IsHistoryFunction(function->operation)) {
    return ParseHistoryFunction(*function, word.column, nesting);
  }
  return ParseFunction(*function, word.column, nesting);
}

std::optional<Part> Parser::ParseItemFunction(const OperationSyntax& syntax, size_t column) {
  const bool is_item = token_.kind == TokenKind::kWord && FindFunction(token_.text) == nullptr &&
                       FindInfix(token_.text) == nullptr && token_.text != "not";
  if (!is_item) return FaultUnexpected(absl::StrCat("the name of one item to ", syntax.word));
  ExpressionNode node;
  node.operation = syntax.operation;
  node.item = ItemIndex(token_.text);
  Advance();
  if (!ParseSelection(&node)) return std::nullopt;
  if (!ExpectSymbol(")", "')' after the one item")) return std::nullopt;
  return AddNode(node, 1, column);
}

std::optional<Part> Parser::ParseListed(size_t column) {
  if (token_.kind != TokenKind::kText) return FaultUnexpected("the code of a list in quotes");
  ExpressionNode node;
  node.operation = Operation::kListed;
  node.type = ExpressionType::kBoolean;
  node.list = static_cast<uint16_t>(tree_.lists.size());
  tree_.lists.emplace_back(token_.text);
  Advance();
  if (!ExpectSymbol(")", "')' after the one list")) return std::nullopt;
  return AddNode(node, 1, column);
}

bool Parser::ParseSelection(ExpressionNode* node) {
  if (!IsSymbol("[")) return true;
  Selection selection;
  do {
    Advance();
    if (!ParseSelectedValues(&selection)) return false;
  } while (IsSymbol(","));
  if (!ExpectSymbol("]", "'or', ',' or ']' after the values of a dimension")) return false;
  std::sort(selection.begin(), selection.end(),
            [](const auto& a, const auto& b) { return a.dimension < b.dimension; });
  tree_.selections.push_back(std::move(selection));
  node->selection = static_cast<uint16_t>(tree_.selections.size());
  return true;
}

bool Parser::ParseSelectedValues(Selection* selection) {
  if (token_.kind != TokenKind::kWord) {
    FaultUnexpected("a dimension, as in item[dimension = 'value']");
    return false;
  }
  SelectedValues selected{std::string(token_.text), {}, token_.column};
  for (const SelectedValues& before : *selection) {
    if (before.dimension != selected.dimension) continue;
    Fault(token_.column, absl::StrCat("dimension '", token_.text.substr(0, kWordShownMax),
                                      "' stands twice; name its values with 'or'"));
    return false;
  }
  Advance();
  if (!ExpectSymbol("=", "'=' after the dimension")) return false;
  while (true) {
    if (token_.kind != TokenKind::kText) {
      FaultUnexpected("a value of the dimension in single quotes");
      return false;
    }
    selected.values.emplace_back(token_.text);
    Advance();
    if (!IsWord("or")) break;
    Advance();
  }
  std::sort(selected.values.begin(), selected.values.end());
  const auto twice = std::adjacent_find(selected.values.begin(), selected.values.end());
  if (twice != selected.values.end()) {
    Fault(selected.column,
          absl::StrCat("value '", twice->substr(0, kWordShownMax), "' stands twice"));
    return false;
  }
  selection->push_back(std::move(selected));
  return true;
}

std::optional<Part> Parser::ParseFunction(const OperationSyntax& syntax, size_t column,
                                          size_t nesting) {
  std::vector<Part> operands;
  while (true) {
    const auto operand = ParseOperators(Precedence::kOr, nesting + 1);
    if (!operand.has_value()) return std::nullopt;
    operands.push_back(*operand);
    if (operands.size() == syntax.operand_count) break;
    if (!ExpectSymbol(",", absl::StrCat("an operator or ',' (", syntax.word, " takes ",
                                        static_cast<int>(syntax.operand_count), " values)"))) {
      return std::nullopt;
    }
  }
  if (!ExpectSymbol(")", absl::StrCat("an operator or ')' (", syntax.word, " takes ",
                                      static_cast<int>(syntax.operand_count),
                                      syntax.operand_count == 1 ? " value)" : " values)"))) {
    return std::nullopt;
  }
  return Combine(syntax, operands, column);
}

std::optional<Part> Parser::ParseHistoryFunction(const OperationSyntax& syntax, size_t column,
                                                 size_t nesting) {
  if (history_ != nullptr) {
    const bool outer_is_prior = history_->operation == Operation::kPrior;
    return Fault(column,
                 absl::StrCat("'", syntax.word, "' cannot stand inside '", history_->word,
                              "', for both read earlier periods; give '", history_->word,
                              "' an expression of one period",
                              outer_is_prior ? ", and how far back as in prior(x, 2)" : ""));
  }
  history_ = &syntax;
  const auto operand = ParseOperators(Precedence::kOr, nesting + 1);
  history_ = nullptr;
  if (!operand.has_value()) return std::nullopt;
  const bool is_prior = syntax.operation == Operation::kPrior;
  std::optional<uint32_t> periods = is_prior ? 1 : 0;
  if (is_prior && IsSymbol(",")) periods = ParsePeriods();
  if (!periods.has_value()) return std::nullopt;
  const absl::string_view takes = is_prior ? "an operator, ')', or ',' and how many periods before"
                                           : "an operator or ')' (outside_limits takes 1 value)";
  if (!ExpectSymbol(")", takes)) return std::nullopt;
  const auto part = Combine(syntax, {*operand}, column);
  if (part.has_value()) tree_.nodes[part->node].periods_before = *periods;
  return part;
}

std::optional<uint32_t> Parser::ParsePeriods() {
  const std::string expected = absl::StrCat("a whole number from 1 to ", kPriorPeriodsMax);
  Advance();
  if (token_.kind != TokenKind::kNumber) return FaultUnexpected(expected);
  const auto periods = Decimal::Parse(token_.text);
  if (!periods.ok() || !periods->IsWhole() || *periods < Decimal::FromWhole(1) ||
      *periods > Decimal::FromWhole(kPriorPeriodsMax)) {
    return Fault(token_.column,
                 absl::StrCat("'prior' counts whole periods back: write ", expected));
  }
  Advance();
  return static_cast<uint32_t>(periods->millionths() / Decimal::kMillion);
}

std::optional<Part> Parser::Combine(const OperationSyntax& syntax,
                                    const std::vector<Part>& operands, size_t column) {
  std::vector<TypedPart> typed;
  for (const Part& operand : operands) typed.push_back({operand.type, operand.column});
  ExpressionFault fault;
  const auto type = TypeOfOperation(syntax, typed, &fault);
  if (!type.has_value()) return Fault(fault.column, std::move(fault.words));
  ExpressionNode node;
  node.operation = syntax.operation;
  node.type = *type;
  size_t depth = 0;
  for (size_t i = 0; i < operands.size(); ++i) {
    node.operands[i] = operands[i].node;
    depth = std::max(depth, operands[i].depth);
  }
  return AddNode(node, depth + 1, column);
}

std::optional<Part> Parser::AddNode(ExpressionNode node, size_t depth, size_t column) {
  if (tree_.nodes.size() >= kExpressionNodesMax) {
    return Fault(column,
                 absl::StrCat("more than ", kExpressionNodesMax,
                              " items, numbers and operators; split the rule into several"));
  }
  if (depth > kExpressionDepthMax) {
    return Fault(column, absl::StrCat("more than ", kExpressionDepthMax,
                                      " levels deep; split the rule into several"));
  }
  tree_.nodes.push_back(node);
  return Part{static_cast<uint16_t>(tree_.nodes.size() - 1), node.type, depth, column};
}

uint16_t Parser::ItemIndex(absl::string_view item) {
  const auto next = static_cast<uint16_t>(tree_.items.size());
  const auto [entry, is_new] = item_indexes_.try_emplace(std::string(item), next);
  if (is_new) tree_.items.emplace_back(item);
  return entry->second;
}

void Parser::SortItems() {
  std::vector<uint16_t> position(tree_.items.size());
  uint16_t next = 0;
  tree_.items.clear();
  for (const auto& [item, index] : item_indexes_) {
    position[index] = next++;
    tree_.items.push_back(item);
  }
  for (ExpressionNode& node : tree_.nodes) {
    if (node.operation == Operation::kItem || IsItemFunction(node.operation)) {
      node.item = position[node.item];
    }
  }
}

}  // namespace
}  // namespace internal

absl::StatusOr<Expression> Expression::Parse(absl::string_view text, ExpressionFault* fault) {
  const auto refuse = [fault](ExpressionFault found) {
    absl::Status status =
        absl::InvalidArgumentError(absl::StrCat("column ", found.column, ": ", found.words));
    if (fault != nullptr) *fault = std::move(found);
    return status;
  };
  const std::string too_long =
      absl::StrCat("longer than ", kExpressionBytesMax, " bytes; split the rule into several");
  if (text.size() > kExpressionBytesMax) return refuse({kExpressionBytesMax + 1, too_long});
  internal::Parser parser(text);
  auto tree = parser.ParseAll();
  if (!tree.has_value()) return refuse(parser.fault());
  Expression expression(std::make_shared<const internal::ExpressionTree>(*std::move(tree)));
  // A text without blanks grows when it is written canonically; that text must parse too.
  if (expression.ToString().size() > kExpressionBytesMax) return refuse({1, too_long});
  return expression;
}

}  // namespace onereturn
