// What the figures are called that have no home, and what each of them costs.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_NEW_FIGURES_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_NEW_FIGURES_H_

#include <cstdint>
#include <map>
#include <string>

#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/line_plan.h"
#include "services/ingestion/domain/requests/minutes.h"

namespace onereturn::ingestion {

// Those of one match, named as LineMatch::new_figure says.
class NewFigures {
 public:
  // Of a line some of which has no home: lines are named in their order. The reference stays.
  const std::string& NameOf(uint32_t line, const AskLine& asked, const LineSubject& subject,
                            const MatchingRules& rules);

  // Empty: it was not named.
  std::string NameOf(uint32_t line) const;
  // What one figure costs, by name: of equal names what the dearest line estimates.
  const std::map<std::string, Minutes>& minutes() const { return minutes_; }

 private:
  struct Named {
    uint32_t line = 0;
    std::string name;
    std::string item;  // Empty: it is no item, and shares its name with none.
    bool as_held = true;
    std::vector<AskedDimension> dimensions;
  };
  void Name(Named* named) const;

  std::map<uint32_t, Named> named_;  // By line.
  std::map<std::string, Minutes> minutes_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_NEW_FIGURES_H_
