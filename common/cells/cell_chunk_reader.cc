#include <algorithm>
#include <array>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/base/utf8.h"
#include "common/cells/cell_chunk.h"
#include "common/cells/chunk_format.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

using cells_internal::kMaxKeyTexts;

// Reads one chunk from front to back. Texts ascend, so cells are compared by their text indexes
// alone. The steps return false at a fault, which Fail keeps: a status for each text index would
// cost more than the reading.
class ChunkReader {
 public:
  explicit ChunkReader(absl::string_view bytes) : size_(bytes.size()), reader_(bytes) {}

  absl::Status Read(absl::FunctionRef<void(const CellView&)> visit) {
    if (ReadHead() && ReadTexts() && ReadCells(visit) && CheckWhole()) return absl::OkStatus();
    return Error(Reason::kCellsCorrupt,
                 absl::StrCat("a chunk of cells is damaged: near byte ", reader_.position(), " of ",
                              size_, ", ", fault_))
        .With("byte", static_cast<int64_t>(reader_.position()));
  }

 private:
  struct Key {
    std::array<uint32_t, kMaxKeyTexts> texts;  // Indexes.
    size_t size = 0;
  };

  bool Fail(absl::string_view fault) {
    fault_ = fault;
    return false;
  }
  bool FailToRead() { return Fail(reader_.problem()); }

  bool ReadHead() {
    if (size_ > kMaxChunkBytes) return Fail("it is longer than a chunk can be");
    absl::string_view magic;
    if (!reader_.Raw(cells_internal::kMagicAndFormat.size(), &magic) ||
        magic != cells_internal::kMagicAndFormat) {
      return Fail("it does not start as a chunk of format 1 does");
    }
    return true;
  }

  bool ReadTexts() {
    uint64_t count = 0;
    if (!reader_.Varint(&count)) return FailToRead();
    // Each text takes two bytes at least: a false count must not make us reserve memory.
    if (count > reader_.remaining() / 2) return Fail("there are fewer texts than it says");
    texts_.reserve(count);
    used_.resize(count);
    for (uint64_t i = 0; i < count; ++i) {
      absl::string_view text;
      if (!reader_.Text(kMaxCellTextBytes, &text)) return FailToRead();
      if (text.empty()) return Fail("a text is empty");
      if (!texts_.empty() && texts_.back() >= text) return Fail("the texts do not ascend");
      if (!IsValidUtf8(text)) return Fail("a text is not UTF-8");
      texts_.push_back(text);
    }
    return true;
  }

  bool ReadCells(absl::FunctionRef<void(const CellView&)> visit) {
    uint64_t count = 0;
    if (!reader_.Varint(&count)) return FailToRead();
    if (count == 0 || count > kMaxCellsPerChunk)
      return Fail("the number of cells is not 1 to 4096");
    Key keys[2];  // In turns that of the cell and that of the one before it.
    for (uint64_t i = 0; i < count; ++i) {
      CellView cell;
      Key& key = keys[i % 2];
      if (!ReadKey(&key, &cell)) return false;
      if (i > 0 && !IsBefore(keys[1 - i % 2], key)) return Fail("the cells do not ascend");
      if (!ReadValue(&cell)) return false;
      visit(cell);
    }
    return true;
  }

  bool CheckWhole() {
    if (!reader_.AtEnd()) return Fail("something follows the last cell");
    if (used_count_ != texts_.size()) return Fail("a text is used by no cell");
    // The writer reckons with two bytes for every index once there are more than 128 texts.
    if (texts_.size() > 128 && size_ + short_references_ > kMaxChunkBytes) {
      return Fail("it holds more cells than its writer would have put there");
    }
    return true;
  }

  bool ReadKey(Key* key, CellView* cell) {
    key->size = 0;
    if (!ReadIndex(key, &cell->item)) return false;
    uint64_t pairs = 0;
    if (!reader_.Varint(&pairs)) return FailToRead();
    if (pairs > kMaxDimensionsPerCell) return Fail("a cell has more than 16 dimensions");
    for (uint64_t i = 0; i < pairs; ++i) {
      DimensionView& pair = dimensions_[i];
      if (!ReadIndex(key, &pair.dimension) || !ReadIndex(key, &pair.value)) return false;
      if (i > 0 && key->texts[key->size - 4] >= key->texts[key->size - 2]) {
        return Fail("the dimensions of a cell do not ascend");
      }
    }
    cell->dimensions = absl::MakeConstSpan(dimensions_.data(), pairs);
    return true;
  }

  // The text index at the front, appended to the key, and its text.
  bool ReadIndex(Key* key, absl::string_view* text) {
    uint64_t index = 0;
    if (!reader_.Varint(&index)) return FailToRead();
    if (index >= texts_.size()) return Fail("a cell uses a text that is not there");
    used_count_ += used_[index] ? 0 : 1;
    used_[index] = true;
    short_references_ += index < 128 ? 1 : 0;
    key->texts[key->size++] = static_cast<uint32_t>(index);
    *text = texts_[index];
    return true;
  }

  static bool IsBefore(const Key& a, const Key& b) {
    return std::lexicographical_compare(a.texts.begin(), a.texts.begin() + a.size, b.texts.begin(),
                                        b.texts.begin() + b.size);
  }

  bool ReadValue(CellView* cell) {
    uint8_t kind = 0;
    if (!reader_.Byte(&kind)) return FailToRead();
    if (kind != cells_internal::kValueKind) {
      if (!cells_internal::IsNullReason(kind)) return Fail("a cell is of no known kind");
      cell->null_reason = static_cast<NullReason>(kind);
      return true;
    }
    int64_t millionths = 0;
    if (!reader_.ZigZag(&millionths)) return FailToRead();
    if (millionths <= -Decimal::kLimitMillionths || millionths >= Decimal::kLimitMillionths) {
      return Fail("a value is out of range");
    }
    cell->value = Decimal::FromMillionths(millionths);
    return true;
  }

  const size_t size_;
  ByteReader reader_;
  absl::string_view fault_;
  absl::InlinedVector<absl::string_view, 128> texts_;
  absl::InlinedVector<bool, 128> used_;  // By text index.
  size_t used_count_ = 0;
  size_t short_references_ = 0;  // Text indexes of one byte.
  std::array<DimensionView, kMaxDimensionsPerCell> dimensions_;
};

}  // namespace

absl::Status VisitChunk(absl::string_view bytes, absl::FunctionRef<void(const CellView&)> visit) {
  return ChunkReader(bytes).Read(visit);
}

absl::StatusOr<std::vector<Cell>> DecodeChunk(absl::string_view bytes) {
  std::vector<Cell> cells;
  RETURN_IF_ERROR(VisitChunk(bytes, [&cells](const CellView& view) {
    Cell& cell = cells.emplace_back();
    cell.item = std::string(view.item);
    cell.dimensions.reserve(view.dimensions.size());
    for (const DimensionView& pair : view.dimensions) {
      cell.dimensions.push_back({std::string(pair.dimension), std::string(pair.value)});
    }
    cell.value = view.value;
    cell.null_reason = view.null_reason;
  }));
  return cells;
}

}  // namespace onereturn
