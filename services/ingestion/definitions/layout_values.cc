#include "services/ingestion/definitions/layout_values.h"

namespace onereturn::ingestion {

NoFigure NoFigureOf(catalogue::v1::NoFigure no_figure) {
  using Meaning = NoFigure::Meaning;
  switch (no_figure) {
    case catalogue::v1::NO_FIGURE_ZERO:
      return {Meaning::kZero};
    case catalogue::v1::NO_FIGURE_ABSENT:
      return {Meaning::kAbsent};
    case catalogue::v1::NO_FIGURE_NOT_COLLECTED:
      return {Meaning::kNull, NullReason::kNotCollected};
    case catalogue::v1::NO_FIGURE_NOT_APPLICABLE:
      return {Meaning::kNull, NullReason::kNotApplicable};
    case catalogue::v1::NO_FIGURE_WITHHELD:
      return {Meaning::kNull, NullReason::kWithheld};
    case catalogue::v1::NO_FIGURE_SUPPRESSED_AT_SOURCE:
      return {Meaning::kNull, NullReason::kSuppressedAtSource};
    default:
      return {};
  }
}

FigureKind FigureKindOf(catalogue::v1::FigureKind kind) {
  return kind == catalogue::v1::FIGURE_KIND_DAILY_AVERAGE ? FigureKind::kDailyAverage
                                                          : FigureKind::kAsWritten;
}

NumberStyle StyleOf(const catalogue::v1::NumberStyle& style) {
  NumberStyle made;
  made.thousands_separators = style.thousands_separators();
  if (style.percent_sign() == catalogue::v1::PERCENT_SIGN_PERCENTS) {
    made.percent_sign = PercentSign::kPercents;
  } else if (style.percent_sign() == catalogue::v1::PERCENT_SIGN_FRACTIONS) {
    made.percent_sign = PercentSign::kFractions;
  }
  made.dash = NoFigureOf(style.dash());
  return made;
}

PeriodForm PeriodFormOf(catalogue::v1::PeriodFormat format) {
  switch (format) {
    case catalogue::v1::PERIOD_FORMAT_PREFIXED_MONTH_NAME:
      return PeriodForm::kWritten;
    case catalogue::v1::PERIOD_FORMAT_LAST_DAY:
      return PeriodForm::kLastDay;
    case catalogue::v1::PERIOD_FORMAT_GIVEN:
      return PeriodForm::kGiven;
    case catalogue::v1::PERIOD_FORMAT_FIRST_DAY:
      return PeriodForm::kFirstDay;
    default:
      return PeriodForm::kCanonical;
  }
}

Severity SeverityOfCheck(common::v1::Severity severity) {
  switch (severity) {
    case common::v1::SEVERITY_EXPLAIN:
      return Severity::kExplain;
    case common::v1::SEVERITY_INFO:
      return Severity::kInfo;
    default:
      return Severity::kError;
  }
}

}  // namespace onereturn::ingestion
