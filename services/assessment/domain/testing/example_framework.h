// For tests: CQC's framework for integrated care systems, as deploy/ has it, without the titles.
#ifndef ONERETURN_SERVICES_ASSESSMENT_DOMAIN_TESTING_EXAMPLE_FRAMEWORK_H_
#define ONERETURN_SERVICES_ASSESSMENT_DOMAIN_TESTING_EXAMPLE_FRAMEWORK_H_

#include "absl/strings/str_cat.h"
#include "services/assessment/domain/framework.h"

namespace onereturn::assessment {

// 3 themes with 6, 3 and 8 statements "QS1" to "QS17", scores 1 to 4, rated.
inline Framework ExampleFramework() {
  Framework framework;
  framework.code = "cqc-ics-demonstration";
  framework.title = "Assessment of integrated care systems";
  framework.source = "Care Quality Commission";
  int number = 0;
  for (const auto& [code, statements] :
       {std::pair{"quality_and_safety", 6}, {"integration", 3}, {"leadership", 8}}) {
    Theme theme{code, code, {}};
    for (int i = 0; i < statements; ++i) {
      const std::string statement = absl::StrCat("QS", ++number);
      theme.statements.push_back({statement, statement});
    }
    framework.themes.push_back(theme);
  }
  framework.evidence_categories = {"Observation", "Processes", "Outcomes"};
  framework.scale = {{1, "Significant shortfalls"},
                     {2, "Some shortfalls"},
                     {3, "Good standard"},
                     {4, "Exceptional standard"}};
  framework.bands = {{"inadequate", "Inadequate", 25},
                     {"requires_improvement", "Requires improvement", 39},
                     {"good", "Good", 63},
                     {"outstanding", "Outstanding", 88}};
  framework.limiters = {{"good", 1, "requires_improvement"}, {"outstanding", 2, "good"}};
  framework.rated = true;
  return framework;
}

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_DOMAIN_TESTING_EXAMPLE_FRAMEWORK_H_
