// How alike two figures, or texts, are by their words: docs/collect-once.md, "Which item a line
// is". For those that are compared with many; LikenessOf of likeness.h compares two texts.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_WORD_LIKENESS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_WORD_LIKENESS_H_

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace onereturn::ingestion {

// The words of a text that are compared, each once.
struct ReadWords {
  std::vector<absl::string_view> in_order;
  absl::flat_hash_set<absl::string_view> all;
};

// Reads texts word by word. Immutable.
class WordReader {
 public:
  // As MatchingRules::synonyms. A text without words is passed over; of one that is in several
  // lists the first list counts.
  explicit WordReader(const std::vector<std::vector<std::string>>& synonyms);

  // Of a text in lower case: views into it and into this. A synonym is one word, the words of its
  // list's first text joined by blanks; where several begin at a word, the longest is read. Other
  // words of one letter and stop words are left out; digits stay.
  ReadWords Read(absl::string_view plain) const;

 private:
  struct Synonym {
    std::vector<std::string> words;
    std::string read_as;
  };

  // What is known of a word.
  struct Entry {
    bool is_stop_word = false;
    std::vector<Synonym> begins;  // Synonyms of which it is the first word, the longest first.
  };

  static const Synonym* FindAt(const std::vector<absl::string_view>& words, size_t at,
                               const Entry& entry);

  absl::flat_hash_map<std::string, Entry> entries_;
};

// The share of equal words, in thousandths, rounded down. Symmetric; 0 where one has no words.
uint32_t ShareOfWords(const ReadWords& left, const ReadWords& right);

// Three bytes that follow each other, as a set, of words in lower case. Immutable.
class TrigramSet {
 public:
  explicit TrigramSet(absl::string_view words);

  size_t size() const { return size_; }
  size_t CountShared(const TrigramSet& other) const;

 private:
  // Those of blanks, digits and ASCII letters, by their numbers: nearly all that ever are.
  std::vector<uint64_t> bits_;
  absl::flat_hash_set<uint32_t> others_;
  size_t size_ = 0;
};

// A text made ready. Immutable; the reader must outlive it.
class ComparedText {
 public:
  ComparedText(absl::string_view text, const WordReader& reader);
  ComparedText(const ComparedText&) = delete;
  ComparedText& operator=(const ComparedText&) = delete;

  // In thousandths, rounded down. Symmetric; 1000 for equal texts. Texts without words are like
  // nothing but equal ones.
  uint32_t LikenessTo(const ComparedText& other) const;

 private:
  const std::string plain_;  // Trimmed, in lower case.
  const ReadWords words_;
  const TrigramSet trigrams_;
};

// Of two figures, in thousandths; what comes first tells more. The greater the more alike.
struct FigureLikeness {
  uint32_t likeness = 0;  // The larger of `of_names` and `of_texts`.
  bool same_name = false;
  uint32_t of_names = 0;  // The share of equal words of the display names.
  uint32_t of_texts = 0;  // Of display names and definition texts together.

  friend auto operator<=>(const FigureLikeness&, const FigureLikeness&) = default;
};

// A display name and a definition text made ready. Immutable; the reader must outlive it.
class ComparedFigure {
 public:
  ComparedFigure(absl::string_view display_name, absl::string_view definition_text,
                 const WordReader& reader);
  ComparedFigure(const ComparedFigure&) = delete;
  ComparedFigure& operator=(const ComparedFigure&) = delete;

  // Symmetric.
  FigureLikeness LikenessTo(const ComparedFigure& other) const;

 private:
  const std::string plain_name_;  // Trimmed, in lower case.
  const ReadWords name_;
  const ComparedText text_;  // Both.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_WORD_LIKENESS_H_
