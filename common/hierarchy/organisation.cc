#include "common/hierarchy/organisation.h"

#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/check.h"

namespace onereturn {
namespace {

// The name of the value numbered n stands at n - 1.
constexpr std::array<const char*, kOrganisationTypeCount> kTypeNames = {
    "PROVIDER",      "ICB", "REGION",  "NATIONAL_BODY", "COUNCIL",  "PLACE",
    "COLLABORATIVE", "PCN", "SUB_ICB", "SITE",          "PRACTICE", "OTHER"};

struct KindRule {
  const char* name;
  std::optional<OrganisationType> child;
  std::optional<OrganisationType> parent;
};

constexpr std::array<KindRule, kRelationshipKindCount> kKindRules = {{
    {"PROVIDER_TO_ICB", OrganisationType::kProvider, OrganisationType::kIcb},
    {"ICB_TO_REGION", OrganisationType::kIcb, OrganisationType::kRegion},
    {"PROVIDER_TO_REGION", OrganisationType::kProvider, OrganisationType::kRegion},
    {"REGION_TO_NATION", OrganisationType::kRegion, OrganisationType::kNationalBody},
    {"SUB_ICB_TO_ICB", OrganisationType::kSubIcb, OrganisationType::kIcb},
    {"SITE_TO_PROVIDER", OrganisationType::kSite, OrganisationType::kProvider},
    {"PLACE_TO_ICB", OrganisationType::kPlace, OrganisationType::kIcb},
    {"COUNCIL_TO_ICB", OrganisationType::kCouncil, OrganisationType::kIcb},
    {"PROVIDER_TO_COLLABORATIVE", OrganisationType::kProvider, OrganisationType::kCollaborative},
    {"PRACTICE_TO_PCN", OrganisationType::kPractice, OrganisationType::kPcn},
    {"PCN_TO_SUB_ICB", OrganisationType::kPcn, OrganisationType::kSubIcb},
    {"PART_OF", std::nullopt, std::nullopt},
}};

constexpr std::array<const char*, kSuccessionKindCount> kSuccessionNames = {"MERGE", "SPLIT",
                                                                            "RENAME", "BOUNDARY"};

const KindRule& RuleOf(RelationshipKind kind) {
  const size_t index = static_cast<size_t>(kind) - 1;
  ONERETURN_CHECK(index < kKindRules.size());
  return kKindRules[index];
}

std::array<const char*, kRelationshipKindCount> KindNames() {
  std::array<const char*, kRelationshipKindCount> names;
  for (size_t i = 0; i < names.size(); ++i) names[i] = kKindRules[i].name;
  return names;
}

template <typename Enum, size_t count>
absl::StatusOr<Enum> FindName(const std::array<const char*, count>& names, absl::string_view name,
                              absl::string_view what) {
  for (size_t i = 0; i < count; ++i) {
    if (name == names[i]) return static_cast<Enum>(i + 1);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown ", what, "; use one of ", absl::StrJoin(names, ", ")));
}

}  // namespace

absl::string_view OrganisationTypeName(OrganisationType type) {
  const size_t index = static_cast<size_t>(type) - 1;
  ONERETURN_CHECK(index < kTypeNames.size());
  return kTypeNames[index];
}

absl::string_view RelationshipKindName(RelationshipKind kind) { return RuleOf(kind).name; }

absl::string_view SuccessionKindName(SuccessionKind kind) {
  const size_t index = static_cast<size_t>(kind) - 1;
  ONERETURN_CHECK(index < kSuccessionNames.size());
  return kSuccessionNames[index];
}

absl::StatusOr<OrganisationType> ParseOrganisationType(absl::string_view name) {
  return FindName<OrganisationType>(kTypeNames, name, "type of organisation");
}

absl::StatusOr<RelationshipKind> ParseRelationshipKind(absl::string_view name) {
  return FindName<RelationshipKind>(KindNames(), name, "kind of relationship");
}

absl::StatusOr<SuccessionKind> ParseSuccessionKind(absl::string_view name) {
  return FindName<SuccessionKind>(kSuccessionNames, name, "kind of succession");
}

std::optional<OrganisationType> ChildType(RelationshipKind kind) { return RuleOf(kind).child; }

std::optional<OrganisationType> ParentType(RelationshipKind kind) { return RuleOf(kind).parent; }

}  // namespace onereturn
