// The catalogue's enumerations of layouts as the compiled layout has them. What is unspecified
// stands for the default.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_LAYOUT_VALUES_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_LAYOUT_VALUES_H_

#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "services/ingestion/domain/layout.h"

namespace onereturn::ingestion {

NoFigure NoFigureOf(catalogue::v1::NoFigure no_figure);
FigureKind FigureKindOf(catalogue::v1::FigureKind kind);
NumberStyle StyleOf(const catalogue::v1::NumberStyle& style);
PeriodForm PeriodFormOf(catalogue::v1::PeriodFormat format);
// ERROR where it is unspecified.
Severity SeverityOfCheck(common::v1::Severity severity);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_LAYOUT_VALUES_H_
