#include "services/ingestion/domain/requests/organisation_index.h"

#include <algorithm>

namespace onereturn::ingestion {
namespace {

bool StandsInHierarchy(const KnownOrganisation& organisation) {
  return organisation.type != OrganisationType::kSite &&
         organisation.type != OrganisationType::kPractice;
}

}  // namespace

OrganisationIndex::OrganisationIndex(const KnownCatalogue& catalogue, const Coverage& coverage,
                                     const std::vector<std::string>& asked) {
  for (const auto& [code, organisation] : catalogue.organisations) {
    if (StandsInHierarchy(organisation)) codes_.push_back(&code);
  }
  for (const std::string& code : asked) codes_.push_back(&code);
  for (uint32_t number = 0; number < coverage.organisation_count(); ++number) {
    codes_.push_back(&coverage.CodeOf(number));
  }
  std::sort(codes_.begin(), codes_.end(),
            [](const std::string* left, const std::string* right) { return *left < *right; });
  codes_.erase(std::unique(codes_.begin(), codes_.end(),
                           [](const std::string* left, const std::string* right) {
                             return *left == *right;
                           }),
               codes_.end());
  known_.reserve(codes_.size());
  for (const std::string* code : codes_) {
    const auto found = catalogue.organisations.find(*code);
    known_.push_back(found == catalogue.organisations.end() ? nullptr : &found->second);
  }
  for (uint32_t number = 0; number < coverage.organisation_count(); ++number) {
    of_coverage_.push_back(*NumberOf(coverage.CodeOf(number)));
  }
}

std::optional<uint32_t> OrganisationIndex::NumberOf(absl::string_view code) const {
  const auto found = std::lower_bound(codes_.begin(), codes_.end(), code,
                                      [](const std::string* left, absl::string_view right) {
                                        return absl::string_view(*left) < right;
                                      });
  if (found == codes_.end() || absl::string_view(**found) != code) return std::nullopt;
  return static_cast<uint32_t>(found - codes_.begin());
}

}  // namespace onereturn::ingestion
