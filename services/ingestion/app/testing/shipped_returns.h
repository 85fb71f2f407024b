// For tests: every return of deploy/england, as it is shipped.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TESTING_SHIPPED_RETURNS_H_
#define ONERETURN_SERVICES_INGESTION_APP_TESTING_SHIPPED_RETURNS_H_

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "services/ingestion/app/testing/test_ingestion.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/domain/testing/other_files.h"

namespace onereturn::ingestion {

// Calendars, items and collections of all files of deploy/england; no organisations.
inline config::v1::DefinitionSet ShippedReturns() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(DeployFolder() + "/england")) {
    if (entry.path().extension() == ".textproto") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  config::v1::DefinitionSet all;
  for (const std::string& file : files) {
    config::v1::DefinitionSet part;
    ONERETURN_CHECK(google::protobuf::TextFormat::ParseFromString(FileText(file), &part));
    all.mutable_calendars()->MergeFrom(part.calendars());
    all.mutable_items()->MergeFrom(part.items());
    all.mutable_collections()->MergeFrom(part.collections());
  }
  return all;
}

// Compiled, by code; commissioners are those of the tests' files.
inline std::map<std::string, Collection> ShippedCollections() {
  const config::v1::DefinitionSet shipped = ShippedReturns();
  std::map<std::string, catalogue::v1::DataItem> items;
  for (const catalogue::v1::DataItem& item : shipped.items()) items[item.code()] = item;
  const OrganisationCodes organisations = std::make_shared<const std::set<std::string>>(
      std::set<std::string>{"11A", "15E", "15N", "92G", "QWO", "Y60"});
  std::map<std::string, Collection> collections;
  for (const catalogue::v1::Collection& definition : shipped.collections()) {
    absl::StatusOr<Collection> built = BuildCollection(
        definition,
        [&](const std::string& code) -> absl::StatusOr<std::optional<catalogue::v1::DataItem>> {
          const auto found = items.find(code);
          if (found == items.end()) return std::optional<catalogue::v1::DataItem>();
          return std::make_optional(found->second);
        },
        [&](const OrganisationTypes&) -> absl::StatusOr<OrganisationValues> {
          return OrganisationValues{organisations};
        });
    if (!built.ok()) std::fprintf(stderr, "%s\n", WordsOf(built.status()).c_str());
    ONERETURN_CHECK(built.ok());
    collections.emplace(definition.code(), *std::move(built));
  }
  return collections;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TESTING_SHIPPED_RETURNS_H_
