#include "tools/onereturn/commands/catalogue_reading.h"

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "tools/onereturn/commands/printed_answer.h"
#include "tools/onereturn/connection/pages.h"

namespace onereturn::client {
namespace {

// What may not be asked, or cannot be now, is not known to be wrong.
absl::Status OnlyAbsence(const absl::Status& status) {
  return absl::IsNotFound(status) ? status : absl::OkStatus();
}

absl::Status CheckPeriodKind(const catalogue::v1::Collection& collection, const std::string& text) {
  constexpr char kPrefix[] = "PERIOD_KIND_";
  const absl::StatusOr<Period> period = Period::Parse(text);
  const std::string& wanted = catalogue::v1::PeriodKind_Name(collection.period_kind());
  if (!period.ok() || wanted == absl::StrCat(kPrefix, PeriodKindName(period->kind()))) {
    return absl::OkStatus();
  }
  return Error(Reason::kPeriod,
               absl::StrCat(text, " is no period of ", collection.code(),
                            ", whose periods are each a ",
                            absl::StrReplaceAll(LowerWordOf(wanted, kPrefix), {{"_", " "}})))
      .Remedy(
          absl::StrCat("Look at one: onereturn catalogue show collections/", collection.code()));
}

}  // namespace

absl::Status CheckNamesAreKnown(const Environment& environment, const ReturnOptions& named) {
  if (named.organisation.empty() && named.collection.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<catalogue::v1::CatalogueService>(kIngestion));
  if (!named.organisation.empty()) {
    catalogue::v1::GetOrganisationRequest request;
    request.set_name(absl::StrCat("organisations/", named.organisation));
    const auto found = client.Call(&CatalogueClient::Stub::GetOrganisation, request);
    RETURN_IF_ERROR(OnlyAbsence(found.status()));
  }
  if (named.collection.empty()) return absl::OkStatus();
  catalogue::v1::GetCollectionRequest request;
  request.set_name(absl::StrCat("collections/", named.collection));
  const auto found = client.Call(&CatalogueClient::Stub::GetCollection, request);
  if (!found.ok()) return OnlyAbsence(found.status());
  return named.period.empty() ? absl::OkStatus()
                              : CheckPeriodKind(found->collection(), named.period);
}

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
