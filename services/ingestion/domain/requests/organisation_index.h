// Organisations as numbers, for matching: what is compared a hundred thousand times is no text.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ORGANISATION_INDEX_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ORGANISATION_INDEX_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/ingestion/domain/requests/coverage.h"
#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {

// Whoever is asked, whoever ever sent a return, and whoever stands in the hierarchy: sites and
// practices, thousands of whom are in the catalogue, only where they are asked or have sent. In
// order of code. Refers to what it is made of. Thread safe.
class OrganisationIndex {
 public:
  OrganisationIndex(const KnownCatalogue& catalogue, const Coverage& coverage,
                    const std::vector<std::string>& asked);

  uint32_t count() const { return static_cast<uint32_t>(codes_.size()); }
  const std::string& CodeOf(uint32_t organisation) const { return *codes_[organisation]; }
  // Null: known by its returns alone, or not at all.
  const KnownOrganisation* KnownOf(uint32_t organisation) const { return known_[organisation]; }
  std::optional<uint32_t> NumberOf(absl::string_view code) const;
  // Of an organisation by its number in Coverage.
  uint32_t OfCoverage(uint32_t number) const { return of_coverage_[number]; }

 private:
  std::vector<const std::string*> codes_;
  std::vector<const KnownOrganisation*> known_;
  std::vector<uint32_t> of_coverage_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ORGANISATION_INDEX_H_
