// A collection with the items that it names, as the service has it.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_CATALOGUE_READING_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_CATALOGUE_READING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "services/ingestion/domain/collection.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/return_name.h"
#include "tools/onereturn/connection/session.h"

namespace onereturn::client {

using CatalogueClient = ServiceClient<catalogue::v1::CatalogueService>;

struct DefinedCollection {
  catalogue::v1::Collection collection;
  std::vector<catalogue::v1::DataItem> items;  // In the collection's order.
};

// The newest versions at `read`. A usage error never; NOT_FOUND as the service says it.
absl::StatusOr<DefinedCollection> ReadDefinedCollection(const CatalogueClient& client,
                                                        const std::string& code,
                                                        const onereturn::common::v1::ReadAt& read);

// As files are read by it; asks for the organisations of the catalogue where they are values.
absl::StatusOr<ingestion::Collection> CompileDefined(const CatalogueClient& client,
                                                     const DefinedCollection& defined);

// For an answer in which nothing stands, whether what was asked for is known at all; what is empty
// is not looked at. NOT_FOUND for an organisation or a collection that the catalogue does not have,
// PERIOD for a period of a kind that the collection does not take. OK where the caller may not ask.
absl::Status CheckNamesAreKnown(const Environment& environment, const ReturnOptions& named);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_CATALOGUE_READING_H_
