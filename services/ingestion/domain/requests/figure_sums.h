// The sums of one item's cells over the parts of a figure, at the values of some dimensions.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURE_SUMS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURE_SUMS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/cells/cell.h"
#include "common/decimal/decimal.h"
#include "services/ingestion/domain/requests/answer.h"

namespace onereturn::ingestion {

// One value of each of some dimensions. Sorted by dimension.
using FigurePlace = std::vector<DimensionValue>;
using FigureParts = std::vector<FigureSource::Part>;

bool IsSparse(const KnownItem& item);
// Null: the item has no such dimension.
const KnownDimension* FindDimension(const KnownItem& item, const std::string& code);
// The values of `place` in the dimensions of which `codes` has the code.
FigurePlace ProjectedPlace(const FigurePlace& place, const std::set<std::string>& codes);
// Every combination of the values, one of each dimension.
std::set<FigurePlace> AllPlaces(const std::vector<AskedDimension>& dimensions);

struct FigureSum {
  // Of parts that hold a number; not a figure where there is a null reason.
  Int128 millionths = 0;
  // Of several the first in the order of the enumeration.
  std::optional<NullReason> null_reason;
  // Positions of the parts that hold a number for it or, of a sparse item, no cell.
  std::set<uint32_t> parts_held;
};

class FigureSums {
 public:
  // Of a held part without a cell at a place.
  enum class Absence {
    kMissing,        // It is owed there: NOT_COLLECTED.
    kNone,           // There is none of it: zero.
    kNotApplicable,  // There is none of it, and no zero means that.
  };

  // Cells are summed over all dimensions but `level`, of which those with values admit these alone.
  // An error of `read` is the outcome.
  static absl::StatusOr<FigureSums> Read(const FigureParts& parts, const std::string& item,
                                         const std::vector<AskedDimension>& level, Absence absence,
                                         CellReader read);

  // Where some part has a cell.
  std::set<FigurePlace> Places() const;
  // Dimensions of the level that its cells have; all of them where there is no cell.
  const std::set<std::string>& dimensions() const { return dimensions_; }
  // `place` has the dimensions() and no more.
  FigureSum At(const FigurePlace& place) const;

 private:
  struct OfPart {
    Int128 millionths = 0;
    std::optional<NullReason> null_reason;
  };

  FigureSums(size_t parts, Absence absence) : absence_(absence), is_held_(parts, false) {}
  void Take(uint32_t part, const std::vector<Cell>& cells,
            const std::vector<AskedDimension>& level);

  Absence absence_;
  std::vector<bool> is_held_;  // By position of the part.
  std::set<std::string> dimensions_;
  std::map<FigurePlace, std::map<uint32_t, OfPart>> sums_;
};

// The places of the line's figures: those of `held`, and those that are asked for whether or not
// anything is held there: by names in every dimension, or of an item of which every value is owed.
std::set<FigurePlace> PlacesAsked(const std::vector<AskedDimension>& asked, const KnownItem& item,
                                  std::set<FigurePlace> held);

// The dimensions that are asked of whose values one may be the total of others.
std::set<std::string> DimensionsWithTotals(const std::vector<AskedDimension>& level,
                                           const KnownItem& item);

// How its parts' returns without a cell are to be read.
FigureSums::Absence AbsenceOf(const KnownItem& item);

// INTERNAL where the parts are of several periods or organisations, or dimensions are left out, and
// the item may not be added over them.
absl::Status CheckSummable(const KnownItem& item, const FigureParts& parts,
                           const std::vector<AskedDimension>& level);

// DEFINITION_INVALID where it is too great to be a figure.
absl::StatusOr<Decimal> FigureOfSum(Int128 millionths);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURE_SUMS_H_
