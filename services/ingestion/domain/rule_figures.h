// The figures behind a finding, for people.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_RULE_FIGURES_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_RULE_FIGURES_H_

#include <string>

#include "common/expression/cell_source.h"
#include "common/expression/evaluation.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

// " (sum(x) = 15204, usual 9801.3 to 12345.6 by 24 earlier ones; prior(sum(x)) = 11020)": what the
// rule looked at, at most six figures of it. Empty where nothing was seen.
std::string FiguresText(const RuleSpec& rule, const CellSource& cells, const Bindings& bindings,
                        const EvaluationSetting& setting);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_RULE_FIGURES_H_
