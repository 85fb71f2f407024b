#include "services/metrics/domain/leaf_program.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/cells/cell_chunk.h"
#include "common/status/status_macros.h"

namespace onereturn::metrics {
namespace {

// The place of an element, which is added when it is not there.
template <typename Element>
size_t PlaceOf(const Element& element, std::vector<Element>* list) {
  const auto found = std::find(list->begin(), list->end(), element);
  const size_t place = static_cast<size_t>(found - list->begin());
  if (found == list->end()) list->push_back(element);
  return place;
}

}  // namespace

LeafProgram::LeafProgram(absl::Span<const MetricDefinition* const> definitions)
    : all_pairing_bits_(definitions.size(), 0) {
  for (size_t i = 0; i < definitions.size(); ++i) {
    const MetricDefinition& definition = *definitions[i];
    AddTerms(definition.numerator, Use::Sum::kNumerator, i);
    AddTerms(definition.denominator, Use::Sum::kDenominator, i);
    AddTerms(definition.eligibility, Use::Sum::kEligibility, i);
    // Last: it holds for every item that the terms name, too.
    if (definition.pairing.has_value()) AddPairing(*definition.pairing, i);
  }
}

LeafProgram::Part* LeafProgram::PartOf(const std::string& item, size_t definition) {
  std::vector<Part>& parts = items_[item].parts;
  // Definitions come one after the other.
  if (parts.empty() || parts.back().definition != definition) {
    parts.push_back(Part{definition, kNoPairing, 0, {}});
  }
  return &parts.back();
}

void LeafProgram::AddTerms(const std::vector<Term>& terms, Use::Sum sum, size_t definition) {
  for (const Term& term : terms) {
    Part* part = PartOf(term.item, definition);
    Item& item = items_[term.item];
    Use use{sum, term.sign, {}};
    for (const DimensionValue& wanted : term.where) {
      const Condition condition{PlaceOf(wanted.dimension, &item.dimensions), wanted.value};
      use.conditions.push_back(PlaceOf(condition, &item.conditions));
    }
    part->uses.push_back(std::move(use));
  }
}

void LeafProgram::AddPairing(const Pairing& pairing, size_t definition) {
  ONERETURN_CHECK(pairing.items.size() <= kMaxPairingItems);
  uint32_t bit = 1;
  for (const std::string& code : pairing.items) {
    PartOf(code, definition)->pairing_bit = bit;
    all_pairing_bits_[definition] |= bit;
    bit <<= 1;
  }
  const size_t place = PlaceOf(pairing.dimensions, &pairings_);
  for (auto& [code, item] : items_) {
    if (item.parts.empty() || item.parts.back().definition != definition) continue;
    auto known = std::find_if(item.pairings.begin(), item.pairings.end(),
                              [place](const ItemPairing& of) { return of.pairing == place; });
    if (known == item.pairings.end()) {
      ItemPairing added{place, {}};
      for (const std::string& dimension : pairing.dimensions) {
        added.dimensions.push_back(PlaceOf(dimension, &item.dimensions));
      }
      known = item.pairings.insert(known, std::move(added));
    }
    item.parts.back().pairing = static_cast<size_t>(known - item.pairings.begin());
  }
}

// Takes the cells of one return one after the other.
class LeafProgram::Sums {
 public:
  explicit Sums(const LeafProgram* program)
      : program_(program),
        tuples_of_(program->pairings_.size()),
        states_(program->all_pairing_bits_.size()) {}

  void Add(const CellView& cell);
  std::vector<Leaf> Finish(uint32_t revision) const;

 private:
  static constexpr size_t kUnpaired = SIZE_MAX;

  // Sums of the cells at one tuple of a pairing's dimensions.
  struct Tuple {
    Int128 numerator = 0;
    Int128 denominator = 0;
    uint32_t entering_cells = 0;
    uint32_t null_cells = 0;
    uint32_t items_with_number = 0;  // Bit i: pairing item i has a cell with a number here.
    uint32_t items_with_null = 0;    // Bit i: pairing item i has a null cell here.
  };
  // Of one definition.
  struct State {
    Tuple unpaired;
    Int128 eligibility = 0;
    std::vector<Tuple> tuples;  // By the number of the tuple; those not met have no bits.
  };

  // Looks at the item, the dimensions' values, the conditions and the tuples.
  bool Look(const CellView& cell);
  size_t TupleOf(const ItemPairing& pairing);
  bool Selects(const Use& use) const {
    return std::all_of(use.conditions.begin(), use.conditions.end(),
                       [this](size_t condition) { return holds_[condition] != 0; });
  }
  static void AddTuple(const Tuple& tuple, Leaf* leaf) {
    leaf->numerator += tuple.numerator;
    leaf->denominator += tuple.denominator;
    leaf->entering_cells += tuple.entering_cells;
  }

  const LeafProgram* const program_;
  // Numbers of the tuples met, by pairing and by their values.
  std::vector<std::unordered_map<std::string, size_t>> tuples_of_;
  std::vector<State> states_;  // By definition.

  // Of the cell before: cells come in order of item, and the texts of a chunk lie in one place.
  const char* item_text_ = nullptr;
  const Item* item_ = nullptr;  // nullptr: no definition names it.
  // Of the cell looked at, by place in its item's lists.
  std::vector<absl::string_view> values_;  // No data: the cell lacks the dimension.
  std::vector<size_t> slots_;              // Where in the cell before the dimension was.
  std::vector<uint8_t> holds_;
  std::vector<size_t> tuples_;
  std::string key_;
};

size_t LeafProgram::Sums::TupleOf(const ItemPairing& pairing) {
  key_.clear();
  for (const size_t dimension : pairing.dimensions) {
    const absl::string_view value = values_[dimension];
    if (value.data() == nullptr) return kUnpaired;
    // Each value carries its length, two bytes of it: texts of cells are shorter than 65,536.
    key_.push_back(static_cast<char>(value.size() >> 8));
    key_.push_back(static_cast<char>(value.size() & 0xff));
    key_.append(value.data(), value.size());
  }
  std::unordered_map<std::string, size_t>& numbers = tuples_of_[pairing.pairing];
  return numbers.try_emplace(key_, numbers.size()).first->second;
}

bool LeafProgram::Sums::Look(const CellView& cell) {
  if (cell.item.data() != item_text_) {
    item_text_ = cell.item.data();
    const auto found = program_->items_.find(cell.item);
    item_ = found == program_->items_.end() ? nullptr : &found->second;
    if (item_ != nullptr) {
      values_.resize(item_->dimensions.size());
      slots_.assign(item_->dimensions.size(), 0);
      holds_.resize(item_->conditions.size());
      tuples_.resize(item_->pairings.size());
    }
  }
  if (item_ == nullptr) return false;
  for (size_t i = 0; i < values_.size(); ++i) {
    const absl::string_view wanted = item_->dimensions[i];
    size_t slot = slots_[i];
    if (slot >= cell.dimensions.size() || cell.dimensions[slot].dimension != wanted) {
      for (slot = 0; slot < cell.dimensions.size(); ++slot) {
        if (cell.dimensions[slot].dimension == wanted) break;
      }
      slots_[i] = slot;
    }
    values_[i] = slot < cell.dimensions.size() ? cell.dimensions[slot].value : absl::string_view();
  }
  for (size_t i = 0; i < holds_.size(); ++i) {
    const Condition& condition = item_->conditions[i];
    const absl::string_view value = values_[condition.dimension];
    holds_[i] = value.data() != nullptr && value == absl::string_view(condition.value);
  }
  for (size_t i = 0; i < tuples_.size(); ++i) tuples_[i] = TupleOf(item_->pairings[i]);
  return true;
}

void LeafProgram::Sums::Add(const CellView& cell) {
  if (!Look(cell)) return;
  const bool has_number = cell.value.has_value();
  for (const Part& part : item_->parts) {
    State& state = states_[part.definition];
    Tuple* tuple = &state.unpaired;
    if (part.pairing != kNoPairing && tuples_[part.pairing] != kUnpaired) {
      const size_t number = tuples_[part.pairing];
      if (number >= state.tuples.size()) state.tuples.resize(number + 1);
      tuple = &state.tuples[number];
      (has_number ? tuple->items_with_number : tuple->items_with_null) |= part.pairing_bit;
    }
    bool in_sums = false;
    for (const Use& use : part.uses) {
      if (!Selects(use)) continue;
      in_sums = in_sums || use.sum != Use::Sum::kEligibility;
      if (!has_number) continue;
      const Int128 amount = use.sign * cell.value->wide();
      switch (use.sum) {
        case Use::Sum::kNumerator:
          tuple->numerator += amount;
          break;
        case Use::Sum::kDenominator:
          tuple->denominator += amount;
          break;
        case Use::Sum::kEligibility:
          state.eligibility += amount;
          break;
      }
    }
    if (in_sums) ++(has_number ? tuple->entering_cells : tuple->null_cells);
  }
}

std::vector<Leaf> LeafProgram::Sums::Finish(uint32_t revision) const {
  std::vector<Leaf> leaves(states_.size());
  for (size_t i = 0; i < states_.size(); ++i) {
    const State& state = states_[i];
    Leaf& leaf = leaves[i];
    leaf.revision = revision;
    leaf.eligibility = state.eligibility;
    leaf.null_cells = state.unpaired.null_cells;
    AddTuple(state.unpaired, &leaf);
    for (const Tuple& tuple : state.tuples) {
      leaf.null_cells += tuple.null_cells;
      const bool complete =
          tuple.items_with_number == program_->all_pairing_bits_[i] && tuple.items_with_null == 0;
      if (complete) AddTuple(tuple, &leaf);
    }
  }
  return leaves;
}

absl::StatusOr<std::vector<Leaf>> LeafProgram::Run(absl::Span<const std::string> chunks,
                                                   uint32_t revision) const {
  Sums sums(this);
  if (!all_pairing_bits_.empty()) {
    for (const std::string& chunk : chunks) {
      RETURN_IF_ERROR(VisitChunk(chunk, [&sums](const CellView& cell) { sums.Add(cell); }));
    }
  }
  return sums.Finish(revision);
}

}  // namespace onereturn::metrics
