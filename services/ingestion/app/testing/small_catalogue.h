// For tests: definitions of a few words.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TESTING_SMALL_CATALOGUE_H_
#define ONERETURN_SERVICES_INGESTION_APP_TESTING_SMALL_CATALOGUE_H_

#include <string>
#include <vector>

#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "services/ingestion/app/testing/test_ingestion.h"

namespace onereturn::ingestion {

inline catalogue::v1::Organisation SmallProvider(const std::string& code) {
  catalogue::v1::Organisation organisation;
  organisation.set_code(code);
  organisation.set_display_name("TRUST " + code);
  organisation.set_type(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  return organisation;
}

inline catalogue::v1::DataItem SmallItem(const std::string& code) {
  catalogue::v1::DataItem item;
  item.set_code(code);
  item.set_display_name("Item " + code);
  item.set_concept_text("What is counted.");
  item.set_unit("patients");
  return item;
}

// Of months, from `valid_from` on (empty: of all).
inline catalogue::v1::Collection SmallCollection(const std::string& code,
                                                 const std::vector<std::string>& items,
                                                 const std::string& valid_from = "") {
  catalogue::v1::Collection collection;
  collection.set_code(code);
  collection.set_display_name("Collection " + code);
  collection.set_period_kind(catalogue::v1::PERIOD_KIND_MONTH);
  for (const std::string& item : items) collection.add_items(item);
  collection.set_valid_from_period(valid_from);
  return collection;
}

inline catalogue::v1::Rule SmallRule(const std::string& code, const std::string& expression,
                                     common::v1::Severity severity = common::v1::SEVERITY_ERROR) {
  catalogue::v1::Rule rule;
  rule.set_code(code);
  rule.set_severity(severity);
  rule.set_message("Rule " + code + " is broken.");
  rule.set_expression(expression);
  return rule;
}

// A return with one figure of each of these items. It is later than any period of these tests: a
// period is taken once it has begun.
inline ReturnSubmission SmallReturn(TestIngestion* ingestion, const std::string& collection,
                                    const std::string& organisation, const std::string& period,
                                    const std::vector<std::pair<std::string, int>>& figures) {
  ingestion->clock().Set(ParseTimestamp("2030-01-01T00:00:00Z").value());
  ReturnSubmission submission;
  submission.origin = ingestion->FreshOrigin();
  submission.collection = collection;
  submission.period = period;
  submission.submission.organisation = organisation;
  for (const auto& [item, figure] : figures) {
    Cell cell;
    cell.item = item;
    cell.value = Decimal::Parse(std::to_string(figure)).value();
    submission.submission.cells.push_back(std::move(cell));
  }
  return submission;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TESTING_SMALL_CATALOGUE_H_
