#include "services/ingestion/domain/return_use.h"

#include <algorithm>

namespace onereturn::ingestion {
namespace {

constexpr int64_t kHourMicros = int64_t{3'600} * 1'000'000;

}  // namespace

ReturnUse Together(const ReturnUse& left, const ReturnUse& right) {
  ReturnUse both = left.revision >= right.revision ? left : right;
  if (left.revision == right.revision) {
    both.use_micros = std::max(left.use_micros, right.use_micros);
  }
  const ReturnUse& told = left.told_revision >= right.told_revision ? left : right;
  both.told_revision = told.told_revision;
  both.told_micros = left.told_revision == right.told_revision
                         ? std::min(left.told_micros, right.told_micros)
                         : told.told_micros;
  both.answered = left.answered || right.answered;
  return both;
}

bool IsWorthStoring(const ReturnUse& stored, const ReturnUse& now) {
  return now.revision > stored.revision || now.told_revision > stored.told_revision ||
         (now.answered && !stored.answered) || now.use_micros - stored.use_micros >= kHourMicros;
}

}  // namespace onereturn::ingestion
