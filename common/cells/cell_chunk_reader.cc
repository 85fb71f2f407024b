#include <algorithm>
#include <utility>

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
// alone.
class ChunkReader {
 public:
  explicit ChunkReader(absl::string_view bytes) : size_(bytes.size()), reader_(bytes) {}

  absl::Status Read(absl::FunctionRef<void(const CellView&)> visit) {
    if (size_ > kMaxChunkBytes) return Corrupt("it is longer than a chunk can be");
    absl::string_view magic;
    if (!reader_.Raw(cells_internal::kMagicAndFormat.size(), &magic) ||
        magic != cells_internal::kMagicAndFormat) {
      return Corrupt("it does not start as a chunk of format 1 does");
    }
    RETURN_IF_ERROR(ReadTexts());
    uint64_t count = 0;
    if (!reader_.Varint(&count)) return Unreadable();
    if (count == 0 || count > kMaxCellsPerChunk)
      return Corrupt("the number of cells is not 1 to 4096");
    for (uint64_t i = 0; i < count; ++i) {
      CellView cell;
      RETURN_IF_ERROR(ReadKey(&cell));
      RETURN_IF_ERROR(ReadValue(&cell));
      visit(cell);
    }
    if (!reader_.AtEnd()) return Corrupt("something follows the last cell");
    if (used_count_ != texts_.size()) return Corrupt("a text is used by no cell");
    // The writer reckons with two bytes for every index once there are more than 128 texts.
    if (texts_.size() > 128 && size_ + short_references_ > kMaxChunkBytes) {
      return Corrupt("it holds more cells than its writer would have put there");
    }
    return absl::OkStatus();
  }

 private:
  absl::Status ReadTexts() {
    uint64_t count = 0;
    if (!reader_.Varint(&count)) return Unreadable();
    // Each text takes two bytes at least: a false count must not make us reserve memory.
    if (count > reader_.remaining() / 2) return Corrupt("there are fewer texts than it says");
    texts_.reserve(count);
    used_.resize(count);
    for (uint64_t i = 0; i < count; ++i) {
      absl::string_view text;
      if (!reader_.Text(kMaxCellTextBytes, &text)) return Unreadable();
      if (text.empty()) return Corrupt("a text is empty");
      if (!texts_.empty() && texts_.back() >= text) return Corrupt("the texts do not ascend");
      if (!IsValidUtf8(text)) return Corrupt("a text is not UTF-8");
      texts_.push_back(text);
    }
    return absl::OkStatus();
  }

  // The text index at the front, appended to the key.
  absl::Status ReadIndex(absl::string_view* text) {
    uint64_t index = 0;
    if (!reader_.Varint(&index)) return Unreadable();
    if (index >= texts_.size()) return Corrupt("a cell uses a text that is not there");
    used_count_ += used_[index] ? 0 : 1;
    used_[index] = true;
    short_references_ += index < 128 ? 1 : 0;
    key_[key_size_++] = static_cast<uint32_t>(index);
    *text = texts_[index];
    return absl::OkStatus();
  }

  absl::Status ReadKey(CellView* cell) {
    key_size_ = 0;
    RETURN_IF_ERROR(ReadIndex(&cell->item));
    uint64_t pairs = 0;
    if (!reader_.Varint(&pairs)) return Unreadable();
    if (pairs > kMaxDimensionsPerCell) return Corrupt("a cell has more than 16 dimensions");
    for (uint64_t i = 0; i < pairs; ++i) {
      RETURN_IF_ERROR(ReadIndex(&dimensions_[i].dimension));
      RETURN_IF_ERROR(ReadIndex(&dimensions_[i].value));
      const bool ascends = i == 0 || key_[key_size_ - 4] < key_[key_size_ - 2];
      if (!ascends) return Corrupt("the dimensions of a cell do not ascend");
    }
    cell->dimensions = absl::MakeConstSpan(dimensions_.data(), pairs);
    const bool ascends =
        previous_size_ == 0 ||
        std::lexicographical_compare(previous_.begin(), previous_.begin() + previous_size_,
                                     key_.begin(), key_.begin() + key_size_);
    if (!ascends) return Corrupt("the cells do not ascend");
    std::swap(key_, previous_);
    previous_size_ = key_size_;
    return absl::OkStatus();
  }

  absl::Status ReadValue(CellView* cell) {
    uint8_t kind = 0;
    if (!reader_.Byte(&kind)) return Unreadable();
    if (kind != cells_internal::kValueKind) {
      if (!cells_internal::IsNullReason(kind)) return Corrupt("a cell is of no known kind");
      cell->null_reason = static_cast<NullReason>(kind);
      return absl::OkStatus();
    }
    int64_t millionths = 0;
    if (!reader_.ZigZag(&millionths)) return Unreadable();
    if (millionths <= -Decimal::kLimitMillionths || millionths >= Decimal::kLimitMillionths) {
      return Corrupt("a value is out of range");
    }
    cell->value = Decimal::FromMillionths(millionths);
    return absl::OkStatus();
  }

  absl::Status Unreadable() const { return Corrupt(reader_.problem()); }
  absl::Status Corrupt(absl::string_view what) const {
    return Error(Reason::kCellsCorrupt, absl::StrCat("a chunk of cells is damaged: near byte ",
                                                     reader_.position(), " of ", size_, ", ", what))
        .With("byte", static_cast<int64_t>(reader_.position()));
  }

  const size_t size_;
  ByteReader reader_;
  absl::InlinedVector<absl::string_view, 128> texts_;
  absl::InlinedVector<bool, 128> used_;  // By text index.
  size_t used_count_ = 0;
  size_t short_references_ = 0;             // Text indexes of one byte.
  std::array<uint32_t, kMaxKeyTexts> key_;  // Text indexes of the cell that is being read.
  size_t key_size_ = 0;
  std::array<uint32_t, kMaxKeyTexts> previous_;  // And of the one before it.
  size_t previous_size_ = 0;
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
