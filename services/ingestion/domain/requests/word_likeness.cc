#include "services/ingestion/domain/requests/word_likeness.h"

#include <algorithm>
#include <utility>

#include "absl/numeric/bits.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ingestion/domain/catalogue_search.h"

namespace onereturn::ingestion {
namespace {

// Not "no", "not", "than", "over": they tell figures apart.
constexpr absl::string_view kStopWords[] = {
    "an", "and", "are", "as",   "at",  "be",    "by", "for", "from", "in",    "is",  "it",
    "of", "on",  "or",  "that", "the", "their", "to", "was", "were", "which", "who", "with"};

constexpr size_t kLongestLetter = 4;  // Bytes of UTF-8.

// Of UTF-8; of other bytes, one that begins no letter counts for none.
bool IsOneLetter(absl::string_view word) {
  if (word.size() > kLongestLetter) return false;
  if (absl::ascii_isdigit(static_cast<unsigned char>(word[0]))) return false;
  const auto begins_letter = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return std::count_if(word.begin(), word.end(), begins_letter) <= 1;
}

// Of two sets: in thousandths, rounded down. Without members nothing is shared.
uint32_t Thousandths(size_t shared, size_t of) {
  return of == 0 ? 0 : static_cast<uint32_t>(1000 * shared / of);
}

// The bytes of ASCII that words in lower case and the blanks between them are made of.
constexpr uint32_t kPlainBytes = 1 + 10 + 26;
constexpr uint32_t kPlainTrigrams = kPlainBytes * kPlainBytes * kPlainBytes;

// Of such a byte: 0 to 36.
uint32_t NumberOf(unsigned char byte) {
  if (byte >= 'a') return byte - 'a' + 11u;
  return byte >= '0' ? byte - '0' + 1u : 0;
}

std::vector<std::string> WordsInLowerCase(absl::string_view text) {
  std::vector<std::string> words;
  for (const absl::string_view word : SplitWords(text)) {
    words.push_back(absl::AsciiStrToLower(word));
  }
  return words;
}

}  // namespace

WordReader::WordReader(const std::vector<std::vector<std::string>>& synonyms) {
  for (const absl::string_view word : kStopWords) entries_[word].is_stop_word = true;
  absl::flat_hash_set<std::string> known;
  for (const std::vector<std::string>& list : synonyms) {
    if (list.empty()) continue;
    const std::string read_as = absl::StrJoin(WordsInLowerCase(list.front()), " ");
    if (read_as.empty()) continue;
    for (const std::string& text : list) {
      std::vector<std::string> words = WordsInLowerCase(text);
      if (words.empty() || !known.insert(absl::StrJoin(words, " ")).second) continue;
      std::vector<Synonym>& begins = entries_[words.front()].begins;
      begins.push_back({std::move(words), read_as});
    }
  }
  for (auto& [word, entry] : entries_) {
    std::sort(entry.begins.begin(), entry.begins.end(),
              [](const Synonym& left, const Synonym& right) {
                return left.words.size() > right.words.size();
              });
  }
}

const WordReader::Synonym* WordReader::FindAt(const std::vector<absl::string_view>& words,
                                              size_t at, const Entry& entry) {
  for (const Synonym& synonym : entry.begins) {
    if (synonym.words.size() > words.size() - at) continue;
    if (std::equal(synonym.words.begin(), synonym.words.end(), words.begin() + at)) return &synonym;
  }
  return nullptr;
}

ReadWords WordReader::Read(absl::string_view plain) const {
  const std::vector<absl::string_view> split = SplitWords(plain);
  ReadWords read;
  read.all.reserve(split.size());
  read.in_order.reserve(split.size());
  for (size_t at = 0; at < split.size();) {
    const auto entry = entries_.find(split[at]);
    const bool known = entry != entries_.end();
    const Synonym* const synonym = known ? FindAt(split, at, entry->second) : nullptr;
    const absl::string_view word = synonym != nullptr ? synonym->read_as : split[at];
    const bool left_out = (known && entry->second.is_stop_word) || IsOneLetter(word);
    if ((synonym != nullptr || !left_out) && read.all.insert(word).second)
      read.in_order.push_back(word);
    at += synonym != nullptr ? synonym->words.size() : 1;
  }
  return read;
}

uint32_t ShareOfWords(const ReadWords& left, const ReadWords& right) {
  if (left.all.empty() || right.all.empty()) return 0;
  size_t shared = 0;
  for (const absl::string_view word : left.in_order) shared += right.all.contains(word) ? 1 : 0;
  return Thousandths(shared, left.all.size() + right.all.size() - shared);
}

TrigramSet::TrigramSet(absl::string_view words) : bits_(kPlainTrigrams / 64 + 1) {
  for (size_t at = 0; at + 3 <= words.size(); ++at) {
    const auto first = static_cast<unsigned char>(words[at]);
    const auto second = static_cast<unsigned char>(words[at + 1]);
    const auto third = static_cast<unsigned char>(words[at + 2]);
    if ((first | second | third) >= 0x80) {
      others_.insert(uint32_t{first} << 16 | uint32_t{second} << 8 | third);
      continue;
    }
    const uint32_t number =
        (NumberOf(first) * kPlainBytes + NumberOf(second)) * kPlainBytes + NumberOf(third);
    bits_[number / 64] |= uint64_t{1} << number % 64;
  }
  size_ = others_.size();
  for (const uint64_t bits : bits_) size_ += static_cast<size_t>(absl::popcount(bits));
}

size_t TrigramSet::CountShared(const TrigramSet& other) const {
  size_t shared = 0;
  for (const uint32_t trigram : others_) shared += other.others_.contains(trigram) ? 1 : 0;
  for (size_t i = 0; i < bits_.size(); ++i) {
    shared += static_cast<size_t>(absl::popcount(bits_[i] & other.bits_[i]));
  }
  return shared;
}

ComparedText::ComparedText(absl::string_view text, const WordReader& reader)
    : plain_(absl::AsciiStrToLower(absl::StripAsciiWhitespace(text))),
      words_(reader.Read(plain_)),
      trigrams_(absl::StrJoin(words_.in_order, " ")) {}

uint32_t ComparedText::LikenessTo(const ComparedText& other) const {
  if (words_.all.empty() || other.words_.all.empty()) return plain_ == other.plain_ ? 1000 : 0;
  const uint32_t dice = Thousandths(2 * trigrams_.CountShared(other.trigrams_),
                                    trigrams_.size() + other.trigrams_.size());
  return std::max(ShareOfWords(words_, other.words_), dice);
}

ComparedFigure::ComparedFigure(absl::string_view display_name, absl::string_view definition_text,
                               const WordReader& reader)
    : plain_name_(absl::AsciiStrToLower(absl::StripAsciiWhitespace(display_name))),
      name_(reader.Read(plain_name_)),
      text_(absl::StrCat(display_name, " ", definition_text), reader) {}

FigureLikeness ComparedFigure::LikenessTo(const ComparedFigure& other) const {
  const uint32_t of_names = ShareOfWords(name_, other.name_);
  const uint32_t of_texts = text_.LikenessTo(other.text_);
  return {std::max(of_names, of_texts), plain_name_ == other.plain_name_, of_names, of_texts};
}

}  // namespace onereturn::ingestion
