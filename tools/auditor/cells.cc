#include "tools/auditor/cells.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace onereturn::auditor {
namespace {

constexpr absl::string_view kMagic("ORC\x01", 4);
constexpr size_t kMostBytes = 48 * 1024;
constexpr uint64_t kMostCells = 4'096;
constexpr uint64_t kMostTextBytes = 256;
constexpr uint64_t kMostPairs = 16;
constexpr int64_t kValueLimit = int64_t{9'200'000'000'000} * 1'000'000;
constexpr uint64_t kMostNullReason = 4;

// RFC 3629, without surrogates and without what lies beyond U+10FFFF.
bool IsUtf8(absl::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<uint8_t>(text[i++]);
    int more = 0;
    uint32_t code = lead;
    if (lead >= 0xf0 && lead <= 0xf4) {
      more = 3;
      code = lead & 0x07;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      more = 2;
      code = lead & 0x0f;
    } else if (lead >= 0xc2 && lead <= 0xdf) {
      more = 1;
      code = lead & 0x1f;
    } else if (lead >= 0x80) {
      return false;
    }
    const int length = more + 1;
    for (; more > 0; --more, ++i) {
      if (i >= text.size() || (static_cast<uint8_t>(text[i]) & 0xc0) != 0x80) return false;
      code = code << 6 | (static_cast<uint8_t>(text[i]) & 0x3f);
    }
    if (length == 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) return false;
    if (length == 4 && (code < 0x10000 || code > 0x10ffff)) return false;
  }
  return true;
}

class Reader {
 public:
  Reader(absl::string_view bytes, std::vector<Cell>* cells) : rest_(bytes), cells_(cells) {}

  bool Read() {
    if (rest_.size() > kMostBytes) return Fail("it has more than 48 KiB");
    if (rest_.substr(0, kMagic.size()) != kMagic) return Fail("it does not begin as a chunk does");
    rest_.remove_prefix(kMagic.size());
    uint64_t count = 0;
    if (!ReadTexts() || !Varint(&count)) return false;
    if (count == 0 || count > kMostCells) return Fail("it has not 1 to 4,096 cells");
    for (uint64_t i = 0; i < count; ++i) {
      if (!ReadCell()) return false;
    }
    if (!rest_.empty()) return Fail("something follows the last cell");
    if (used_.size() != texts_.size()) return Fail("a text is used by no cell");
    return true;
  }

  const std::string& fault() const { return fault_; }

 private:
  bool Fail(absl::string_view fault) {
    fault_ = std::string(fault);
    return false;
  }

  bool Byte(uint8_t* value) {
    if (rest_.empty()) return Fail("it ends too early");
    *value = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return true;
  }

  bool Varint(uint64_t* value) {
    *value = 0;
    for (int shift = 0;; shift += 7) {
      uint8_t byte = 0;
      if (!Byte(&byte)) return false;
      const uint64_t group = byte & 0x7f;
      if (shift == 63 && byte > 1) return Fail("a number has more than 64 bits");
      *value |= group << shift;
      if ((byte & 0x80) != 0) continue;
      if (byte == 0 && shift > 0) return Fail("a number is longer than it needs to be");
      return true;
    }
  }

  bool ReadTexts() {
    uint64_t count = 0;
    if (!Varint(&count)) return false;
    for (uint64_t i = 0; i < count; ++i) {
      uint64_t length = 0;
      if (!Varint(&length)) return false;
      if (length == 0 || length > kMostTextBytes) return Fail("a text has not 1 to 256 bytes");
      if (length > rest_.size()) return Fail("it ends too early");
      std::string text(rest_.substr(0, length));
      rest_.remove_prefix(length);
      if (!IsUtf8(text)) return Fail("a text is not UTF-8");
      if (!texts_.empty() && texts_.back() >= text) return Fail("its texts do not ascend");
      texts_.push_back(std::move(text));
    }
    return true;
  }

  bool Text(std::string* text) {
    uint64_t index = 0;
    if (!Varint(&index)) return false;
    if (index >= texts_.size()) return Fail("a cell names a text that is not there");
    used_.insert(index);
    *text = texts_[index];
    return true;
  }

  bool ReadCell() {
    Cell cell;
    uint64_t pairs = 0;
    if (!Text(&cell.item) || !Varint(&pairs)) return false;
    if (pairs > kMostPairs) return Fail("a cell has more than 16 dimensions");
    for (uint64_t i = 0; i < pairs; ++i) {
      std::string dimension, value;
      if (!Text(&dimension) || !Text(&value)) return false;
      if (!cell.dimensions.empty() && cell.dimensions.rbegin()->first >= dimension) {
        return Fail("a cell's dimensions do not ascend");
      }
      cell.dimensions[dimension] = value;
    }
    if (!ReadContent(&cell)) return false;
    if (!cells_->empty() && !IsBefore(cells_->back(), cell)) {
      return Fail("its cells do not ascend");
    }
    cells_->push_back(std::move(cell));
    return true;
  }

  bool ReadContent(Cell* cell) {
    uint8_t kind = 0;
    if (!Byte(&kind)) return false;
    if (kind > kMostNullReason) return Fail("a cell is of no known kind");
    if (kind != 0) {
      cell->null_reason = kind;
      return true;
    }
    uint64_t zigzag = 0;
    if (!Varint(&zigzag)) return false;
    const int64_t half = static_cast<int64_t>(zigzag >> 1);
    const int64_t value = zigzag % 2 == 0 ? half : -half - 1;
    if (value <= -kValueLimit || value >= kValueLimit) return Fail("a value is out of range");
    cell->millionths = value;
    return true;
  }

  absl::string_view rest_;
  std::vector<Cell>* const cells_;
  std::vector<std::string> texts_;
  std::set<uint64_t> used_;
  std::string fault_;
};

}  // namespace

bool IsBefore(const Cell& a, const Cell& b) {
  return a.item != b.item ? a.item < b.item : a.dimensions < b.dimensions;
}

std::string NameOf(const Cell& cell) {
  std::string name = cell.item;
  for (const auto& [dimension, value] : cell.dimensions) {
    absl::StrAppend(&name, "[", dimension, "=", value, "]");
  }
  return name;
}

std::optional<std::string> ReadChunk(absl::string_view bytes, std::vector<Cell>* cells) {
  Reader reader(bytes, cells);
  if (reader.Read()) return std::nullopt;
  return reader.fault();
}

Hash CellDigest(const std::vector<Hash>& chunk_digests) {
  Hasher hasher;
  hasher.Add(absl::string_view("onereturn cells 1\0", 18));
  for (const Hash& digest : chunk_digests) hasher.Add(View(digest));
  return hasher.Finish();
}

}  // namespace onereturn::auditor
