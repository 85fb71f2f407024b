#include "services/ingestion/domain/commissioner_review.h"

#include <algorithm>

namespace onereturn::ingestion {
namespace {

constexpr absl::string_view kReviewForm("onereturn review 1\0", 19);
constexpr uint8_t kCellFollows = 0x03;
constexpr uint8_t kNumberFollows = 0x00;

void PutBigEndian(uint64_t value, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift & 0xFF));
  }
}

void PutText(absl::string_view text, std::string* out) {
  PutBigEndian(text.size(), 4, out);
  out->append(text.data(), text.size());
}

// A side without a number: it has not the cell, or nothing but nulls.
bool HoldsNumber(const ReviewSum* sum) { return sum != nullptr && sum->numbers > 0; }

bool AreEqual(const ReviewDifferenceOf& one) {
  if (!HoldsNumber(one.providers) && !HoldsNumber(one.compared)) return true;
  const std::optional<Int128> difference = one.Difference();
  return difference.has_value() && *difference == 0;
}

}  // namespace

bool ReviewRule::NamesOrganisations() const {
  return std::any_of(dimension_of_item.begin(), dimension_of_item.end(),
                     [](const auto& item) { return !item.second.empty(); });
}

bool ReviewRule::Counts(const CellView& cell, bool belongs) const {
  const auto item = dimension_of_item.find(cell.item);
  if (item == dimension_of_item.end()) return false;
  if (item->second.empty()) return belongs;
  return std::any_of(cell.dimensions.begin(), cell.dimensions.end(), [&](const DimensionView& one) {
    return one.dimension == item->second && codes.find(one.value) != codes.end();
  });
}

ReviewedCell ReviewedCellOf(const CellView& cell) {
  ReviewedCell reviewed{std::string(cell.item), {}};
  reviewed.dimensions.reserve(cell.dimensions.size());
  for (const DimensionView& one : cell.dimensions) {
    reviewed.dimensions.push_back({std::string(one.dimension), std::string(one.value)});
  }
  return reviewed;
}

void AddTo(ReviewSums* sums, absl::string_view organisation, const CellView& cell) {
  ReviewSum& sum = (*sums)[ReviewedCellOf(cell)];
  if (sum.figures.size() < kMostFigures) {
    sum.figures.push_back({std::string(organisation), cell.value, cell.null_reason});
  }
  if (cell.value.has_value()) {
    sum.millionths += cell.value->wide();
    ++sum.numbers;
  } else if (sum.nulls++ == 0) {
    sum.null_reason = cell.null_reason;
  }
}

std::optional<Int128> ReviewDifferenceOf::Difference() const {
  for (const ReviewSum* side : {providers, compared}) {
    if (side != nullptr && side->numbers == 0) return std::nullopt;
  }
  return (providers == nullptr ? 0 : providers->millionths) -
         (compared == nullptr ? 0 : compared->millionths);
}

std::vector<ReviewDifferenceOf> ReviewDifferences(const ReviewSums& providers,
                                                  const ReviewSums& compared) {
  std::vector<ReviewDifferenceOf> differences;
  const auto take = [&](const ReviewDifferenceOf& one) {
    if (!AreEqual(one)) differences.push_back(one);
  };
  auto ours = providers.begin();
  auto theirs = compared.begin();
  while (ours != providers.end() || theirs != compared.end()) {
    if (theirs == compared.end() || (ours != providers.end() && ours->first < theirs->first)) {
      take({&ours->first, &ours->second, nullptr});
      ++ours;
    } else if (ours == providers.end() || theirs->first < ours->first) {
      take({&theirs->first, nullptr, &theirs->second});
      ++theirs;
    } else {
      take({&ours->first, &ours->second, &theirs->second});
      ++ours;
      ++theirs;
    }
  }
  return differences;
}

ReviewDigest::ReviewDigest() { stream_.Update(kReviewForm); }

void ReviewDigest::Begin(uint8_t kind, absl::string_view organisation) {
  bytes_.assign(1, static_cast<char>(kind));
  PutText(organisation, &bytes_);
}

void ReviewDigest::Add(const CellView& cell) {
  bytes_.push_back(static_cast<char>(kCellFollows));
  PutText(cell.item, &bytes_);
  PutBigEndian(cell.dimensions.size(), 4, &bytes_);
  for (const DimensionView& one : cell.dimensions) {
    PutText(one.dimension, &bytes_);
    PutText(one.value, &bytes_);
  }
  if (cell.value.has_value()) {
    bytes_.push_back(static_cast<char>(kNumberFollows));
    PutBigEndian(static_cast<uint64_t>(cell.value->millionths()), 8, &bytes_);
  } else {
    bytes_.push_back(static_cast<char>(cell.null_reason));
  }
  stream_.Update(bytes_);
  bytes_.clear();
}

}  // namespace onereturn::ingestion
