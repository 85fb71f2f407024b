#include "services/ingestion/app/requests/reuse_rights.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/expression/expression.h"
#include "common/status/enum_words.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {
namespace {

using catalogue::v1::ReuseRight;

bool Permits(const ReuseRight& right, const std::string& body, common::v1::Purpose purpose) {
  const bool of_body = right.body().empty() || right.body() == body;
  const bool for_purpose = right.purposes().empty() ||
                           std::find(right.purposes().begin(), right.purposes().end(), purpose) !=
                               right.purposes().end();
  return of_body && for_purpose;
}

// With the items that a formula reads.
absl::StatusOr<std::set<std::string>> WithTheirItems(CatalogueTime* time,
                                                     const std::vector<std::string>& items,
                                                     const CivilDay& day) {
  std::set<std::string> all(items.begin(), items.end());
  for (const std::string& code : items) {
    ASSIGN_OR_RETURN(const ItemTimeline* timeline, time->Item(code));
    const catalogue::v1::DataItem* item = timeline->On(day);
    if (item == nullptr || item->formula().empty()) continue;
    ASSIGN_OR_RETURN(const Expression formula, Expression::Parse(item->formula()));
    all.insert(formula.Items().begin(), formula.Items().end());
  }
  return all;
}

// As they are for periods that begin on the day.
absl::StatusOr<std::vector<std::string>> ReuseTermsOn(CatalogueTime* time,
                                                      const std::vector<std::string>& items,
                                                      const std::string& body,
                                                      common::v1::Purpose purpose,
                                                      const CivilDay& day) {
  ASSIGN_OR_RETURN(const std::set<std::string> all, WithTheirItems(time, items, day));
  std::set<std::string> terms;
  Error refused(Reason::kReuseRefused,
                absl::StrCat(body, " may not use what it asks for, for this purpose"));
  bool any = false;
  for (const std::string& code : all) {
    ASSIGN_OR_RETURN(const ItemTimeline* timeline, time->Item(code));
    const catalogue::v1::DataItem* item = timeline->On(day);
    if (item == nullptr || item->reuse_rights().empty()) continue;
    const auto right =
        std::find_if(item->reuse_rights().begin(), item->reuse_rights().end(),
                     [&](const ReuseRight& one) { return Permits(one, body, purpose); });
    if (right != item->reuse_rights().end()) {
      terms.insert(right->terms());
      continue;
    }
    any = true;
    refused.Precondition(absl::StrCat("items/", code),
                         absl::StrCat("states no right of reuse for ", body, " for the purpose \"",
                                      EnumWords(purpose), "\""));
  }
  if (any) return refused;
  return std::vector<std::string>(terms.begin(), terms.end());
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReuseTermsIn(CatalogueTime* time,
                                                      const std::vector<std::string>& items,
                                                      const std::string& body,
                                                      common::v1::Purpose purpose,
                                                      const std::vector<Period>& periods) {
  std::set<std::string> terms;
  for (const Period& period : periods) {
    ASSIGN_OR_RETURN(const std::vector<std::string> of_period,
                     ReuseTermsOn(time, items, body, purpose, period.start()));
    terms.insert(of_period.begin(), of_period.end());
  }
  return std::vector<std::string>(terms.begin(), terms.end());
}

}  // namespace onereturn::ingestion
