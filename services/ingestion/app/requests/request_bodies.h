// For whom a request is: its body, and who it has become.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REQUEST_BODIES_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REQUEST_BODIES_H_

#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/identity/organisation_scope.h"
#include "common/period/civil_day.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/organisation.pb.h"

namespace onereturn::ingestion {

// Of the newest definition; nullopt: the code is not defined.
absl::StatusOr<std::optional<catalogue::v1::Organisation>> FindOrganisation(const Reader& reader,
                                                                            const std::string& code,
                                                                            uint64_t sequence);

// NOT_FOUND for a code that no organisation has, and none has had; "" and "-", which name none, are
// right.
absl::Status CheckOrganisationIsThere(const Reader& reader, const std::string& code);

// Who may act for a body on the day: itself while it is open; once it has closed those who have
// succeeded it by then, and in their turn those who succeeded them. Only bodies that are open, and
// nobody where nothing is known of what became of it.
absl::StatusOr<std::set<std::string>> BodiesActingFor(const Reader& reader, const std::string& body,
                                                      const CivilDay& day);

// The body, and all that have succeeded it by the day as above, whether they are open or not.
absl::StatusOr<std::set<std::string>> BodyAndSuccessors(const Reader& reader,
                                                        const std::string& body,
                                                        const CivilDay& day);

// ORG_SCOPE where the caller acts for none of these.
absl::Status CheckActsFor(const Reader& reader, const OrganisationScope& scope,
                          const std::string& body, const CivilDay& day);

// Is one of them the other, or a predecessor or successor of it, or have both one successor,
// whenever and at however many removes?
absl::StatusOr<bool> AreRelated(const Reader& reader, const std::string& first,
                                const std::string& second);

// The organisation, and all that are below it on the day by ties that carry rights.
absl::StatusOr<std::set<std::string>> WithThoseBelow(const Reader& reader, const std::string& code,
                                                     const CivilDay& day, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REQUEST_BODIES_H_
