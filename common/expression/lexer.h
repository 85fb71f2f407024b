// The words of an expression's text. Internal to common/expression.
#ifndef ONERETURN_COMMON_EXPRESSION_LEXER_H_
#define ONERETURN_COMMON_EXPRESSION_LEXER_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace onereturn::internal {

// A fault shows no more than so many bytes of a word.
inline constexpr size_t kWordShownMax = 40;

enum class TokenKind { kEnd, kNumber, kWord, kText, kSymbol, kFault };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  absl::string_view text;  // A part of the lexer's text; plain ASCII. Empty for kEnd and kFault.
                           // Of a kText without its quotes; not empty.
  size_t column = 1;       // In bytes, from 1.
  std::string fault;       // kFault: what is wrong, for people.
};

// Cuts a text into tokens from the left; after kEnd or kFault it answers that again. The text must
// outlive it.
class Lexer {
 public:
  explicit Lexer(absl::string_view text) : text_(text) {}

  Token Next();

 private:
  Token Take(TokenKind kind, size_t length);
  Token TakeSymbol();
  Token TakeText();
  Token Fault(std::string words) const;
  // The length of the run of characters from the current place that `belongs` accepts.
  size_t RunLength(bool (*belongs)(char)) const;

  absl::string_view text_;
  size_t place_ = 0;
};

}  // namespace onereturn::internal

#endif  // ONERETURN_COMMON_EXPRESSION_LEXER_H_
