#include "tools/onereturn/commands/catalogue_reading.h"

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "tools/onereturn/connection/pages.h"

namespace onereturn::client {

absl::StatusOr<DefinedCollection> ReadDefinedCollection(const CatalogueClient& client,
                                                        const std::string& code,
                                                        const onereturn::common::v1::ReadAt& read) {
  DefinedCollection defined;
  catalogue::v1::GetCollectionRequest request;
  request.set_name(absl::StrCat("collections/", code));
  *request.mutable_read() = read;
  ASSIGN_OR_RETURN(auto answer, client.Call(&CatalogueClient::Stub::GetCollection, request));
  defined.collection = std::move(*answer.mutable_collection());
  for (const std::string& item : defined.collection.items()) {
    catalogue::v1::GetItemRequest wanted;
    wanted.set_name(absl::StrCat("items/", item));
    *wanted.mutable_read() = read;
    ASSIGN_OR_RETURN(auto found, client.Call(&CatalogueClient::Stub::GetItem, wanted));
    defined.items.push_back(std::move(*found.mutable_item()));
  }
  return defined;
}

absl::StatusOr<ingestion::Collection> CompileDefined(const CatalogueClient& client,
                                                     const DefinedCollection& defined) {
  const ingestion::ItemLookup item = [&defined](const std::string& code) {
    using Found = absl::StatusOr<std::optional<catalogue::v1::DataItem>>;
    for (const catalogue::v1::DataItem& one : defined.items) {
      if (one.code() == code) return Found(one);
    }
    return Found(std::nullopt);
  };
  return ingestion::BuildCollection(
      defined.collection, item,
      [&client](const ingestion::OrganisationTypes& types)
          -> absl::StatusOr<ingestion::OrganisationValues> {
        catalogue::v1::ListOrganisationsRequest request;
        request.set_page_size(kLargestPage);
        ASSIGN_OR_RETURN(const auto list,
                         AllPages(client, &CatalogueClient::Stub::ListOrganisations, request));
        auto codes = std::make_shared<std::set<std::string>>();
        // Which of them are open in a period is for the service to judge.
        for (const auto& organisation : list.organisations()) {
          const bool stands = types.empty() || types.count(organisation.type()) > 0;
          if (stands) codes->insert(organisation.code());
        }
        return ingestion::OrganisationValues{std::move(codes)};
      });
}

}  // namespace onereturn::client
