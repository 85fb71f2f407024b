#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/numeric/bits.h"
#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/base/check.h"
#include "common/base/utf8.h"
#include "common/cells/cell_chunk.h"
#include "common/cells/chunk_format.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

using Key = absl::Span<const uint32_t>;

// The distinct texts of all cells, each known by its rank in bytewise order, and the cells' keys in
// ranks: comparing two cells is then comparing a few numbers.
struct Keys {
  std::vector<absl::string_view> texts;  // By rank.
  std::vector<uint32_t> ranks;           // The keys of all cells, end to end.
  std::vector<size_t> starts;            // Of each cell's key in ranks, and one more: the end.

  Key KeyOf(uint32_t cell) const {
    return absl::MakeConstSpan(ranks).subspan(starts[cell], starts[cell + 1] - starts[cell]);
  }
};

// Room is made at once for as many distinct texts as most returns have.
constexpr size_t kLikelyTexts = 512;

Keys BuildKeys(absl::Span<const Cell> cells) {
  Keys keys;
  absl::flat_hash_map<absl::string_view, uint32_t> known;
  size_t before =
      0;  // Where the key of the cell before stands: neighbours share most of their texts.
  const auto add = [&keys, &known, &before](absl::string_view text) {
    const size_t slot = keys.ranks.size() - keys.starts.back();
    if (before + slot < keys.ranks.size()) {
      const uint32_t likely = keys.ranks[before + slot];
      if (keys.texts[likely] == text) {
        keys.ranks.push_back(likely);
        return;
      }
    }
    const auto [found, is_new] = known.try_emplace(text, keys.texts.size());
    if (is_new) keys.texts.push_back(text);
    keys.ranks.push_back(found->second);
  };
  keys.starts.reserve(cells.size() + 1);
  known.reserve(std::min(cells.size() + 8, kLikelyTexts));
  for (const Cell& cell : cells) {
    before = keys.starts.empty() ? 0 : keys.starts.back();
    keys.starts.push_back(keys.ranks.size());
    add(cell.item);
    for (const DimensionValue& pair : cell.dimensions) {
      add(pair.dimension);
      add(pair.value);
    }
  }
  keys.starts.push_back(keys.ranks.size());

  // Until here a text was known by its first appearance.
  std::vector<uint32_t> by_rank(keys.texts.size());
  std::iota(by_rank.begin(), by_rank.end(), uint32_t{0});
  std::sort(by_rank.begin(), by_rank.end(),
            [&keys](uint32_t a, uint32_t b) { return keys.texts[a] < keys.texts[b]; });
  std::vector<uint32_t> rank_of(keys.texts.size());
  std::vector<absl::string_view> texts(keys.texts.size());
  for (uint32_t rank = 0; rank < by_rank.size(); ++rank) {
    rank_of[by_rank[rank]] = rank;
    texts[rank] = keys.texts[by_rank[rank]];
  }
  keys.texts = std::move(texts);
  for (uint32_t& rank : keys.ranks) rank = rank_of[rank];
  return keys;
}

bool IsGoodText(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxCellTextBytes && IsValidUtf8(text);
}

void CheckText(absl::string_view what, absl::string_view text, std::vector<std::string>* faults) {
  if (text.empty()) {
    faults->push_back(absl::StrCat("the ", what, " is empty"));
  } else if (text.size() > kMaxCellTextBytes) {
    faults->push_back(
        absl::StrCat("the ", what, " has ", text.size(), " bytes; at most 256 are allowed"));
  } else if (!IsValidUtf8(text)) {
    faults->push_back(absl::StrCat("the ", what, " is not UTF-8"));
  }
}

// What is wrong with a cell whose dimensions are sorted, looked at alone.
std::vector<std::string> FaultsOf(const Cell& cell) {
  std::vector<std::string> faults;
  CheckText("item", cell.item, &faults);
  if (cell.dimensions.size() > kMaxDimensionsPerCell) {
    faults.push_back(
        absl::StrCat("it has ", cell.dimensions.size(), " dimensions; at most 16 are allowed"));
  }
  for (size_t i = 0; i < cell.dimensions.size(); ++i) {
    CheckText("name of a dimension", cell.dimensions[i].dimension, &faults);
    CheckText("value of a dimension", cell.dimensions[i].value, &faults);
    if (i > 0 && cell.dimensions[i - 1].dimension == cell.dimensions[i].dimension) {
      faults.push_back("the same dimension is given twice");
    }
  }
  if (!cell.value.has_value() &&
      !cells_internal::IsNullReason(static_cast<uint64_t>(cell.null_reason))) {
    faults.push_back("it has neither a value nor a known reason for none");
  }
  return faults;
}

bool HasGoodShape(const Cell& cell) {
  const bool has_repeated_dimension =
      std::adjacent_find(cell.dimensions.begin(), cell.dimensions.end(),
                         [](const DimensionValue& a, const DimensionValue& b) {
                           return a.dimension == b.dimension;
                         }) != cell.dimensions.end();
  const bool has_kind = cell.value.has_value() ||
                        cells_internal::IsNullReason(static_cast<uint64_t>(cell.null_reason));
  return cell.dimensions.size() <= kMaxDimensionsPerCell && !has_repeated_dimension && has_kind;
}

absl::Status CheckCells(absl::Span<const Cell> cells, const Keys& keys) {
  // Distinct texts are few: good cells are known quickly, and only bad ones are looked at closely.
  if (std::all_of(keys.texts.begin(), keys.texts.end(), IsGoodText) &&
      std::all_of(cells.begin(), cells.end(), HasGoodShape)) {
    return absl::OkStatus();
  }
  Error error(Reason::kFieldInvalid, "some cells cannot be kept; correct those that are listed");
  for (size_t i = 0; i < cells.size(); ++i) {
    for (const std::string& fault : FaultsOf(cells[i])) {
      error.Field(absl::StrCat("cells[", i, "]"), fault);
    }
  }
  ONERETURN_CHECK(error.fields_total() > 0);
  return error;
}

// The start of a key as one number that orders as the key does.
struct Prefix {
  absl::uint128 number;
  uint32_t cell;
};

// As many ranks as fit, each one more than it is, so that the end of a short key counts least.
absl::uint128 PrefixOf(Key key, int bits_per_rank) {
  absl::uint128 number = 0;
  int free_bits = 128;
  for (size_t i = 0; i < key.size() && free_bits >= bits_per_rank; ++i) {
    free_bits -= bits_per_rank;
    number |= absl::uint128(uint64_t{key[i]} + 1) << free_bits;
  }
  return number;
}

// The cells' places in the order of a revision; equal cells keep their order.
std::vector<uint32_t> SortedOrder(const Keys& keys, size_t count) {
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), uint32_t{0});
  const auto before = [&keys](uint32_t a, uint32_t b) {
    const Key key_a = keys.KeyOf(a), key_b = keys.KeyOf(b);
    return std::lexicographical_compare(key_a.begin(), key_a.end(), key_b.begin(), key_b.end());
  };
  // Systems mostly send their cells in order.
  if (std::is_sorted(order.begin(), order.end(), before)) return order;
  const int bits_per_rank = absl::bit_width(keys.texts.size());
  std::vector<Prefix> prefixes;
  prefixes.reserve(count);
  for (uint32_t cell = 0; cell < count; ++cell) {
    prefixes.push_back({PrefixOf(keys.KeyOf(cell), bits_per_rank), cell});
  }
  std::sort(prefixes.begin(), prefixes.end(), [&](const Prefix& a, const Prefix& b) {
    if (a.number != b.number) return a.number < b.number;
    if (keys.KeyOf(a.cell) == keys.KeyOf(b.cell)) return a.cell < b.cell;
    return before(a.cell, b.cell);
  });
  for (size_t i = 0; i < count; ++i) order[i] = prefixes[i].cell;
  return order;
}

absl::Status CheckNoDuplicates(absl::Span<const Cell> cells, const Keys& keys,
                               absl::Span<const uint32_t> order) {
  Error error(Reason::kDuplicateCell, "some cells are given more than once; keep one of each");
  for (size_t i = 1, first = 0; i < order.size(); ++i) {
    if (keys.KeyOf(order[first]) != keys.KeyOf(order[i])) {
      first = i;
      continue;
    }
    error.Field(absl::StrCat("cells[", order[i], "]"),
                absl::StrCat(DescribeCell(cells[order[i]]), " was given as cells[", order[first],
                             "] already"));
  }
  return error.fields_total() == 0 ? absl::OkStatus() : error.ToStatus();
}

// Fills one chunk after the other. Which cells share a chunk decides the content hash of a
// revision: the rule in Fits is part of format 1 and must never change.
class ChunkWriter {
 public:
  explicit ChunkWriter(const Keys& keys) : keys_(keys), index_of_(keys.texts.size(), kUnused) {}

  // Adds the next cell in order, beginning another chunk when this one is full.
  void Add(const Cell& cell, Key key) {
    const size_t own_bytes = OwnBytes(cell);
    if (!Fits(key, own_bytes)) {
      FinishChunk();
      ONERETURN_CHECK(Fits(key, own_bytes));  // The limits of a cell see to it.
    }
    for (const uint32_t rank : key) {
      if (index_of_[rank] != kUnused) continue;
      index_of_[rank] = kUsed;
      used_.push_back(rank);
      text_bytes_ += TextBytes(rank);
    }
    references_ += key.size();
    own_bytes_ += own_bytes;
    members_.push_back({&cell, key});
  }

  std::vector<std::string> Finish() {
    if (!members_.empty()) FinishChunk();
    return std::move(chunks_);
  }

 private:
  struct Member {
    const Cell* cell;
    Key key;
  };
  static constexpr uint32_t kUnused = std::numeric_limits<uint32_t>::max();
  static constexpr uint32_t kUsed = kUnused - 1;  // And its index is given when the chunk is full.

  size_t TextBytes(uint32_t rank) const {
    const size_t size = keys_.texts[rank].size();
    return VarintSize(size) + size;
  }

  // Of a cell without its text indexes.
  static size_t OwnBytes(const Cell& cell) {
    const size_t dimension_count_and_kind = 1 + 1;
    return dimension_count_and_kind +
           (cell.value.has_value() ? VarintSize(ZigZagEncode(cell.value->millionths())) : 0);
  }

  // Whether the chunk keeps within both limits with this cell. Its size is reckoned with two bytes
  // for every text index once there are more than 128 texts, as if none were short: an upper bound
  // that does not need the texts' final indexes.
  bool Fits(Key key, size_t own_bytes) const {
    if (members_.size() == kMaxCellsPerChunk) return false;
    size_t text_count = used_.size();
    size_t text_bytes = text_bytes_;
    for (size_t i = 0; i < key.size(); ++i) {
      // A text that stands twice in the key of one cell is new only once.
      const bool seen = index_of_[key[i]] != kUnused ||
                        std::find(key.begin(), key.begin() + i, key[i]) != key.begin() + i;
      if (seen) continue;
      ++text_count;
      text_bytes += TextBytes(key[i]);
    }
    const size_t index_bytes = text_count <= 128 ? 1 : 2;
    const size_t size = cells_internal::kMagicAndFormat.size() + VarintSize(text_count) +
                        text_bytes + VarintSize(members_.size() + 1) +
                        (references_ + key.size()) * index_bytes + own_bytes_ + own_bytes;
    return size <= kMaxChunkBytes;
  }

  void FinishChunk() {
    std::sort(used_.begin(), used_.end());
    ByteWriter writer;
    writer.Reserve(kMaxChunkBytes);
    writer.Raw(cells_internal::kMagicAndFormat);
    writer.Varint(used_.size());
    for (uint32_t index = 0; index < used_.size(); ++index) {
      index_of_[used_[index]] = index;
      writer.Text(keys_.texts[used_[index]]);
    }
    writer.Varint(members_.size());
    for (const Member& member : members_) WriteCell(member, writer);
    ONERETURN_CHECK(writer.size() <= kMaxChunkBytes);
    std::string chunk = writer.Take();
    chunk.shrink_to_fit();
    chunks_.push_back(std::move(chunk));

    for (const uint32_t rank : used_) index_of_[rank] = kUnused;
    used_.clear();
    members_.clear();
    text_bytes_ = references_ = own_bytes_ = 0;
  }

  void WriteCell(const Member& member, ByteWriter& writer) const {
    writer.Varint(index_of_[member.key[0]]);
    writer.Varint(member.cell->dimensions.size());
    for (const uint32_t rank : member.key.subspan(1)) writer.Varint(index_of_[rank]);
    if (member.cell->value.has_value()) {
      writer.Byte(cells_internal::kValueKind);
      writer.ZigZag(member.cell->value->millionths());
    } else {
      writer.Byte(static_cast<uint8_t>(member.cell->null_reason));
    }
  }

  const Keys& keys_;
  std::vector<std::string> chunks_;
  // Of the chunk that is being filled:
  std::vector<uint32_t> index_of_;  // By rank: the text's index.
  std::vector<uint32_t> used_;      // Ranks of its texts.
  std::vector<Member> members_;
  size_t text_bytes_ = 0;
  size_t references_ = 0;
  size_t own_bytes_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<std::string>> PackCells(std::vector<Cell> cells) {
  for (Cell& cell : cells) {
    if (cell.dimensions.size() > 1) std::sort(cell.dimensions.begin(), cell.dimensions.end());
  }
  return PackOrderedCells(cells);
}

absl::StatusOr<std::vector<std::string>> PackOrderedCells(absl::Span<const Cell> cells) {
  ONERETURN_CHECK(cells.size() < std::numeric_limits<uint32_t>::max());
  for (const Cell& cell : cells) {
    ONERETURN_CHECK(std::is_sorted(cell.dimensions.begin(), cell.dimensions.end()));
  }
  const Keys keys = BuildKeys(cells);
  RETURN_IF_ERROR(CheckCells(cells, keys));
  const std::vector<uint32_t> order = SortedOrder(keys, cells.size());
  RETURN_IF_ERROR(CheckNoDuplicates(cells, keys, order));
  ChunkWriter writer(keys);
  for (const uint32_t place : order) writer.Add(cells[place], keys.KeyOf(place));
  return writer.Finish();
}

}  // namespace onereturn
