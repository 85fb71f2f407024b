#include "services/ingestion/app/requests/matching/issue_bounds.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/reuse_rights.h"
#include "services/ingestion/domain/requests/line_plan.h"

namespace onereturn::ingestion {
namespace {

absl::Status TooMuch(const std::string& words) {
  return Error(Reason::kFieldInvalid, "the request asks for more than one issue can hold")
      .Field("data_request.lines",
             absl::StrCat(words, ": ask for fewer items, or in several requests"));
}

void AddFormulaItems(const LineSubject& subject, std::set<std::string>* items) {
  if (subject.versions == nullptr) return;
  for (const KnownItem& version : *subject.versions) {
    if (!version.formula.has_value()) continue;
    const auto& inputs = version.formula->Items();
    items->insert(inputs.begin(), inputs.end());
  }
}

}  // namespace

absl::Status CheckTermsFit(const std::vector<std::string>& terms) {
  size_t bytes = 0;
  for (const std::string& one : terms) bytes += one.size();
  if (bytes <= kMostTermsBytes) return absl::OkStatus();
  return TooMuch(
      absl::StrCat("may be used under terms of ", bytes, " bytes, of at most ", kMostTermsBytes));
}

absl::Status CheckFitsOneIssue(const requests::v1::DataRequest& request, const Ask& ask,
                               const KnownCatalogue& catalogue, CatalogueTime* time) {
  std::set<std::string> items;
  size_t new_items = 0;
  std::vector<std::string> nearest;
  for (const LineSubject& subject : SubjectsOf(ask, catalogue)) {
    if (!subject.is_item) ++new_items;
    if (subject.item.empty()) continue;
    nearest.push_back(subject.item);
    items.insert(subject.item);
    AddFormulaItems(subject, &items);
  }
  if (items.size() + new_items > kMostItemsOfIssue) {
    return TooMuch(absl::StrCat("are made of ", items.size() + new_items, " items, of at most ",
                                kMostItemsOfIssue));
  }
  const absl::StatusOr<std::vector<std::string>> terms =
      ReuseTermsIn(time, nearest, request.requesting_body(), request.purpose(), ask.periods);
  if (terms.ok()) return CheckTermsFit(*terms);
  if (ReasonOf(terms.status()) == Reason::kReuseRefused) return absl::OkStatus();
  return terms.status();
}

}  // namespace onereturn::ingestion
