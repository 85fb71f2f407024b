#include "tools/onereturn/evidence/leaf_check.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace onereturn::client {
namespace {

using metrics::v1::Metric;
using metrics::v1::Term;
using Terms = google::protobuf::RepeatedPtrField<Term>;

const std::string* ValueOf(const common::v1::CellReference& cell, const std::string& dimension) {
  for (const auto& pair : cell.dimensions()) {
    if (pair.dimension() == dimension) return &pair.value();
  }
  return nullptr;
}

bool Takes(const Term& term, const common::v1::CellReference& cell) {
  if (term.item() != cell.item()) return false;
  return std::all_of(term.where().begin(), term.where().end(), [&](const auto& wanted) {
    const std::string* value = ValueOf(cell, wanted.dimension());
    return value != nullptr && *value == wanted.value();
  });
}

Int128 Amount(const Terms& terms, const common::v1::Cell& cell) {
  Int128 amount = 0;
  for (const Term& term : terms) {
    if (Takes(term, cell.reference()))
      amount += static_cast<Int128>(term.sign()) * cell.millionths();
  }
  return amount;
}

// The cell's tuple of paired dimensions; empty where it has none of them, and so stands alone.
std::vector<std::string> TupleOf(const Metric& metric, const common::v1::CellReference& cell) {
  std::vector<std::string> tuple;
  for (const std::string& dimension : metric.pairing().dimensions()) {
    const std::string* value = ValueOf(cell, dimension);
    if (value == nullptr) return {};
    tuple.push_back(*value);
  }
  return tuple;
}

struct Pair {
  LeafSums sums;
  std::set<std::string> numbers;
  bool null = false;
};

// Text of a sum, which may be too great for a Decimal, in millionths.
bool ParseSum(absl::string_view text, Int128* sum) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('.', 1));
  std::string digits = parts[0] + (parts.size() > 1 ? parts[1] : "");
  const size_t fraction = parts.size() > 1 ? parts[1].size() : 0;
  constexpr size_t kFractionDigits = 6;
  constexpr size_t kMostDigits = 36;
  if (parts[0].empty() || fraction > kFractionDigits || digits.size() > kMostDigits) return false;
  digits.append(kFractionDigits - fraction, '0');
  Int128 total = 0;
  for (char digit : digits) {
    if (digit < '0' || digit > '9') return false;
    total = total * 10 + (digit - '0');
  }
  *sum = negative ? -total : total;
  return true;
}

absl::Status Differs(absl::string_view what, Int128 own, absl::string_view stated) {
  return absl::DataLossError(
      absl::StrCat(what, " is ", MillionthsToString(own), " by the cells; stated is ", stated));
}

bool Same(Int128 own, absl::string_view stated) {
  Int128 sum = 0;
  return ParseSum(stated, &sum) && sum == own;
}

}  // namespace

bool Selects(const Metric& metric, const common::v1::CellReference& cell) {
  const auto takes = [&](const Term& term) { return Takes(term, cell); };
  return std::any_of(metric.numerator().begin(), metric.numerator().end(), takes) ||
         std::any_of(metric.denominator().begin(), metric.denominator().end(), takes);
}

LeafSums ComputeLeaf(const Metric& metric, const Cells& cells) {
  std::map<std::vector<std::string>, Pair> pairs;
  for (const common::v1::Cell& cell : cells) {
    Pair& pair = pairs[TupleOf(metric, cell.reference())];
    const auto& items = metric.pairing().items();
    const bool paired =
        std::find(items.begin(), items.end(), cell.reference().item()) != items.end();
    if (cell.has_null_reason()) {
      pair.null = pair.null || paired;
      continue;
    }
    if (paired) pair.numbers.insert(cell.reference().item());
    pair.sums.numerator += Amount(metric.numerator(), cell);
    pair.sums.denominator += Amount(metric.denominator(), cell);
  }
  const std::set<std::string> wanted(metric.pairing().items().begin(),
                                     metric.pairing().items().end());
  LeafSums total;
  for (const auto& [tuple, pair] : pairs) {
    const bool alone = tuple.empty();
    if (!alone && (pair.null || pair.numbers != wanted)) continue;
    total.numerator += pair.sums.numerator;
    total.denominator += pair.sums.denominator;
  }
  return total;
}

absl::Status CheckLeaf(const Metric& metric, const metrics::v1::TraceLeaf& leaf,
                       const Cells& cells) {
  const LeafSums own = ComputeLeaf(metric, cells);
  if (!Same(own.numerator, leaf.numerator())) {
    return Differs("the numerator", own.numerator, leaf.numerator());
  }
  if (metric.denominator_size() > 0 && !Same(own.denominator, leaf.denominator())) {
    return Differs("the denominator", own.denominator, leaf.denominator());
  }
  return absl::OkStatus();
}

absl::Status CheckValue(const metrics::v1::MetricValue& value,
                        absl::Span<const metrics::v1::TraceLeaf> leaves) {
  LeafSums total;
  for (const metrics::v1::TraceLeaf& leaf : leaves) {
    LeafSums sums;
    if (leaf.state() != metrics::v1::VALUE_STATE_VALUE) continue;
    if (!ParseSum(leaf.numerator(), &sums.numerator) ||
        !ParseSum(leaf.denominator(), &sums.denominator)) {
      return absl::DataLossError(
          absl::StrCat("the sums of ", leaf.organisation(), " are no numbers"));
    }
    total.numerator += sums.numerator;
    total.denominator += sums.denominator;
  }
  // A count has the denominator 1, however many leaves.
  const bool count = value.denominator() == "1";
  if (count) total.denominator = Decimal::kMillion;
  if (!Same(total.numerator, value.numerator())) {
    return Differs("the sum of the numerators", total.numerator, value.numerator());
  }
  if (!Same(total.denominator, value.denominator())) {
    return Differs("the sum of the denominators", total.denominator, value.denominator());
  }
  if (value.state() != metrics::v1::VALUE_STATE_VALUE || total.denominator == 0) {
    return absl::OkStatus();
  }
  // The one division that the value is defined as; the factor is exact in both orders it may be
  // taken in only up to the last bit, hence the tolerance.
  const double own = static_cast<double>(value.factor()) * static_cast<double>(total.numerator) /
                     static_cast<double>(total.denominator);
  constexpr double kTolerance = 1e-12;
  if (std::abs(own - value.value()) > kTolerance * std::max(1.0, std::abs(own))) {
    return absl::DataLossError(
        absl::StrCat("the value is ", own, " by the sums; stated is ", value.value()));
  }
  return absl::OkStatus();
}

}  // namespace onereturn::client
