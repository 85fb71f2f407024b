// Goal: every type and kind has one name, and a relationship's name tells its ends.
#include "common/hierarchy/organisation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

TEST(OrganisationTest, NamesRoundTripAndDiffer) {
  std::set<std::string> names;
  for (size_t number = 1; number <= kOrganisationTypeCount; ++number) {
    const OrganisationType type = static_cast<OrganisationType>(number);
    EXPECT_EQ(ParseOrganisationType(OrganisationTypeName(type)).value(), type);
    names.insert(std::string(OrganisationTypeName(type)));
  }
  for (size_t number = 1; number <= kRelationshipKindCount; ++number) {
    const RelationshipKind kind = static_cast<RelationshipKind>(number);
    EXPECT_EQ(ParseRelationshipKind(RelationshipKindName(kind)).value(), kind);
    names.insert(std::string(RelationshipKindName(kind)));
  }
  for (size_t number = 1; number <= kSuccessionKindCount; ++number) {
    const SuccessionKind kind = static_cast<SuccessionKind>(number);
    EXPECT_EQ(ParseSuccessionKind(SuccessionKindName(kind)).value(), kind);
    names.insert(std::string(SuccessionKindName(kind)));
  }
  EXPECT_EQ(names.size(), kOrganisationTypeCount + kRelationshipKindCount + kSuccessionKindCount);
}

TEST(OrganisationTest, StoredNumbersStandFast) {
  EXPECT_EQ(OrganisationTypeName(static_cast<OrganisationType>(2)), "ICB");
  EXPECT_EQ(OrganisationTypeName(static_cast<OrganisationType>(12)), "OTHER");
  EXPECT_EQ(RelationshipKindName(static_cast<RelationshipKind>(1)), "PROVIDER_TO_ICB");
  EXPECT_EQ(RelationshipKindName(static_cast<RelationshipKind>(4)), "REGION_TO_NATION");
  EXPECT_EQ(SuccessionKindName(static_cast<SuccessionKind>(4)), "BOUNDARY");
}

TEST(OrganisationTest, TheNameOfAKindTellsItsEnds) {
  for (const RelationshipKind kind :
       {RelationshipKind::kProviderToIcb, RelationshipKind::kIcbToRegion,
        RelationshipKind::kProviderToRegion, RelationshipKind::kSubIcbToIcb,
        RelationshipKind::kSiteToProvider, RelationshipKind::kPlaceToIcb,
        RelationshipKind::kCouncilToIcb, RelationshipKind::kProviderToCollaborative,
        RelationshipKind::kPracticeToPcn, RelationshipKind::kPcnToSubIcb}) {
    EXPECT_EQ(RelationshipKindName(kind),
              absl::StrCat(OrganisationTypeName(ChildType(kind).value()), "_TO_",
                           OrganisationTypeName(ParentType(kind).value())));
  }
  EXPECT_EQ(ParentType(RelationshipKind::kRegionToNation), OrganisationType::kNationalBody);
  EXPECT_EQ(ChildType(RelationshipKind::kPartOf), std::nullopt);
}

TEST(OrganisationTest, UnknownNamesAreAnsweredWithTheKnownOnes) {
  const absl::StatusOr<OrganisationType> type = ParseOrganisationType("icb");
  ASSERT_FALSE(type.ok());
  EXPECT_THAT(std::string(type.status().message()), HasSubstr("PROVIDER, ICB, REGION"));
  EXPECT_FALSE(ParseRelationshipKind("").ok());
  EXPECT_FALSE(ParseSuccessionKind("MERGER").ok());
}

}  // namespace
}  // namespace onereturn
