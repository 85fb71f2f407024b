#include "common/expression/lexer.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace onereturn::internal {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNumberPart(char c) { return IsDigit(c) || c == '.'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsWordPart(char c) { return IsLower(c) || IsUpper(c) || IsDigit(c) || c == '_'; }
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// What people write from the habit of other languages, and what to write instead.
struct Habit {
  absl::string_view written;
  absl::string_view words;
};

constexpr Habit kHabits[] = {
    {"==", "write '=' for equal, not '=='"},
    {"<>", "write '!=' for not equal, not '<>'"},
    {"=<", "write '<=' for at most, not '=<'"},
    {"=>", "write '>=' for at least, not '=>'"},
    {"**", "there are no powers; multiply instead"},
    {"&", "write 'and', not '&'"},
    {"|", "write 'or', not '|'"},
    {"%", "there is no '%'; divide by 100 or multiply by 100 instead"},
    {"^", "there are no powers; multiply instead"},
    {"\"", "write the values of a dimension in single quotes, and items without quotes"},
    {";", "write one expression, without ';'"},
};

constexpr absl::string_view kSymbols[] = {"<=", ">=", "!=", "<", ">", "=", "+", "-",
                                          "*",  "/",  "(",  ")", ",", "[", "]"};

}  // namespace

Token Lexer::Take(TokenKind kind, size_t length) {
  Token token;
  token.kind = kind;
  token.text = text_.substr(place_, length);
  token.column = place_ + 1;
  place_ += length;
  return token;
}

Token Lexer::Fault(std::string words) const {
  Token token;
  token.kind = TokenKind::kFault;
  token.column = place_ + 1;
  token.fault = std::move(words);
  return token;
}

size_t Lexer::RunLength(bool (*belongs)(char)) const {
  size_t end = place_;
  while (end < text_.size() && belongs(text_[end])) ++end;
  return end - place_;
}

Token Lexer::Next() {
  place_ += RunLength(IsBlank);
  if (place_ == text_.size()) return Take(TokenKind::kEnd, 0);
  const char first = text_[place_];
  if (IsDigit(first)) return Take(TokenKind::kNumber, RunLength(IsNumberPart));
  if (first == '.') return Fault("write a digit before the point, as in 0.5");
  if (first == '\'') return TakeText();
  if (!IsWordPart(first)) return TakeSymbol();
  const size_t length = RunLength(IsWordPart);
  if (first == '_') return Fault("the name of an item begins with a letter from a to z");
  for (char c : text_.substr(place_, length)) {
    if (IsUpper(c)) return Fault("write items, functions, and, or, not in lower case");
  }
  return Take(TokenKind::kWord, length);
}

Token Lexer::TakeText() {
  const size_t end = text_.find('\'', place_ + 1);
  if (end == absl::string_view::npos) return Fault("the text has no end: close it with a quote");
  const absl::string_view inside = text_.substr(place_ + 1, end - place_ - 1);
  if (inside.empty()) return Fault("there is nothing between the quotes");
  for (const char c : inside) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) {
      return Fault("a character in the quotes is not plain ASCII");
    }
  }
  Token token = Take(TokenKind::kText, inside.size() + 2);
  token.text = inside;
  return token;
}

Token Lexer::TakeSymbol() {
  const absl::string_view rest = text_.substr(place_);
  for (const Habit& habit : kHabits) {
    if (absl::StartsWith(rest, habit.written)) return Fault(std::string(habit.words));
  }
  for (absl::string_view symbol : kSymbols) {
    if (absl::StartsWith(rest, symbol)) return Take(TokenKind::kSymbol, symbol.size());
  }
  const char first = rest.front();
  if (first == '!') return Fault("write 'not', or '!=' for not equal");
  if (!absl::ascii_isascii(static_cast<unsigned char>(first))) {
    return Fault("a character outside plain ASCII; type operators and names with a plain keyboard");
  }
  if (!absl::ascii_isprint(static_cast<unsigned char>(first))) {
    return Fault("a control character; remove it");
  }
  return Fault(
      absl::StrCat("the character '", absl::string_view(&first, 1), "' has no meaning here"));
}

}  // namespace onereturn::internal
