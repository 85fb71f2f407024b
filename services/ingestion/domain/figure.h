// Figures as files write them.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_FIGURE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_FIGURE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/decimal/decimal.h"

namespace onereturn::ingestion {

// What stands for a text that holds no number: a blank, or a dash.
struct NoFigure {
  enum class Meaning {
    kFault = 0,   // Nothing: it is a finding.
    kZero = 1,    // 0.
    kAbsent = 2,  // Nothing was sent: no cell.
    kNull = 3,    // A null with `reason`.
  };
  Meaning meaning = Meaning::kFault;
  NullReason reason = NullReason::kNotCollected;
};

enum class PercentSign {
  kRefused = 0,
  kPercents = 1,   // "84.3%" is 84.3.
  kFractions = 2,  // "84.3%" is 0.843.
};

// What a layout accepts besides plain digits. By default nothing.
struct NumberStyle {
  bool thousands_separators = false;  // "1,234,567.8": groups of three; "1234567.8" as well.
  PercentSign percent_sign = PercentSign::kRefused;
  NoFigure dash = {};  // "-", an en dash or an em dash alone.
};

enum class FigureKind {
  kAsWritten = 0,
  // The file gives the average of the period's days, the cell is the sum over them: average x days,
  // rounded to a whole number, half away from zero. Up to 18 fractional digits are read.
  kDailyAverage = 1,
};

// What a text was read as.
struct Figure {
  enum class State { kValue, kNull, kAbsent, kFault };
  State state = State::kFault;
  Decimal value;                                       // Of kValue.
  NullReason null_reason = NullReason::kNotCollected;  // Of kNull.
  std::string fault;                                   // Of kFault: what is wrong, a sentence.
};

struct FigureReading {
  NumberStyle style;
  NoFigure blank;
  FigureKind kind = FigureKind::kAsWritten;
  bool null_reasons_written = false;  // NOT_COLLECTED and the others, in place of a number.
  int days_in_period = 0;             // For kDailyAverage.
};

// "NOT_COLLECTED" and the others; nullopt for another text.
std::optional<NullReason> NullReasonOf(absl::string_view text);
// The reason as files write it.
absl::string_view TextOf(NullReason reason);

// `text` without blanks at its ends. Total: any text has one of the four states.
Figure ReadFigure(absl::string_view text, const FigureReading& reading);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_FIGURE_H_
