#include "services/ingestion/definitions/definition_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;

// A provider with these relationships, each "PARENT FROM TO WEIGHT" to an ICB; "-" for an open end.
catalogue::v1::Organisation Provider(const std::vector<std::array<std::string, 4>>& relationships) {
  catalogue::v1::Organisation organisation;
  organisation.set_code("RCF");
  organisation.set_display_name("TRUST");
  organisation.set_type(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  for (const auto& [parent, from, to, weight] : relationships) {
    auto* relationship = organisation.add_relationships();
    relationship->set_kind(catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB);
    relationship->set_parent(parent);
    relationship->set_from_date(from);
    if (to != "-") relationship->set_to_date(to);
    if (weight == "lead") {
      relationship->set_lead(true);
    } else {
      relationship->set_share_millionths(static_cast<uint32_t>(std::stoul(weight)));
    }
  }
  return organisation;
}

TEST(CheckOrganisationTest, WeightsThatAreWholeOnEachDayAreTaken) {
  const std::vector<std::vector<std::array<std::string, 4>>> good = {
      {},
      {{"QWO", "2022-07-01", "-", "lead"}},
      {{"QWO", "2022-07-01", "-", "1000000"}},
      {{"QWO", "2022-07-01", "-", "300000"}, {"QHM", "2022-07-01", "-", "700000"}},
      // One after the other, and with days between.
      {{"QWO", "2022-07-01", "2026-03-31", "lead"}, {"QHM", "2026-04-01", "-", "lead"}},
      {{"QWO", "2022-07-01", "2024-03-31", "1000000"}, {"QWO", "2026-04-01", "-", "lead"}},
      // The shares change hands on one day.
      {{"QWO", "2022-07-01", "2024-03-31", "400000"},
       {"QHM", "2022-07-01", "-", "600000"},
       {"QOQ", "2024-04-01", "-", "400000"}},
      // A lead beside shares, for what is attributed whole.
      {{"QWO", "2022-07-01", "-", "1000000"}, {"QHM", "2022-07-01", "-", "lead"}},
  };
  for (const auto& relationships : good) {
    EXPECT_THAT(CheckOrganisation(Provider(relationships)), IsOk()) << relationships.size();
  }
}

TEST(CheckOrganisationTest, WeightsThatAreNotWholeNameTheirFirstDay) {
  const struct {
    std::vector<std::array<std::string, 4>> relationships;
    const char* words;
  } cases[] = {
      {{{"QWO", "2022-07-01", "-", "999999"}}, "on 2022-07-01 the shares do not total 1000000"},
      {{{"QWO", "2022-07-01", "-", "600000"}, {"QHM", "2022-07-01", "-", "600000"}}, "2022-07-01"},
      {{{"QWO", "2022-07-01", "-", "lead"}, {"QHM", "2024-04-01", "-", "lead"}},
       "on 2024-04-01 the shares do not total"},
      {{{"QWO", "2022-07-01", "2024-03-31", "500000"}, {"QHM", "2022-07-01", "-", "500000"}},
       "on 2024-04-01"},
      // One day of overlap.
      {{{"QWO", "2022-07-01", "2024-04-01", "1000000"}, {"QHM", "2024-04-01", "-", "1000000"}},
       "on 2024-04-01"},
      {{{"QWO", "2022-07-01", "-", "500000"}, {"QWO", "2022-09-01", "2022-09-30", "500000"}},
       "RELATIONSHIP_KIND_PROVIDER_TO_ICB to QWO: stands twice on 2022-09-01"},
  };
  for (const auto& test : cases) {
    const absl::Status status = CheckOrganisation(Provider(test.relationships));
    ASSERT_THAT(status, HasReason(Reason::kDefinitionInvalid)) << test.words;
    std::string all;
    const std::optional<ErrorDetails> details = DetailsOf(status);
    for (const FieldViolation& fault : details->fields) {
      EXPECT_EQ(fault.field, "organisation.relationships");
      absl::StrAppend(&all, fault.description, "\n");
    }
    EXPECT_THAT(all, HasSubstr(test.words));
  }
}

TEST(CheckOrganisationTest, KindsAreWeighedEachByItself) {
  catalogue::v1::Organisation organisation = Provider({{"QWO", "2022-07-01", "-", "1000000"}});
  auto* region = organisation.add_relationships();
  region->set_kind(catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_REGION);
  region->set_parent("Y63");
  region->set_from_date("2022-07-01");
  region->set_lead(true);
  EXPECT_THAT(CheckOrganisation(organisation), IsOk());
}

TEST(CheckItemTest, ADimensionOfOrganisationsIsSparseAndMayNameNoOtherValue) {
  catalogue::v1::DataItem item;
  item.set_code("tests_done");
  item.set_display_name("Tests done");
  item.set_concept_text("Tests by commissioner.");
  item.set_unit("tests");
  auto* commissioner = item.add_dimensions();
  commissioner->set_code("commissioner");
  EXPECT_THAT(CheckItem(item).message(), HasSubstr("is wrong"));
  commissioner->set_organisations(true);
  const absl::Status status = CheckItem(item);
  ASSERT_THAT(status, HasReason(Reason::kDefinitionInvalid));
  const std::optional<ErrorDetails> details = DetailsOf(status);
  ASSERT_EQ(details->fields_total, 1u);
  EXPECT_EQ(details->fields[0].field, "item.dimensions[0].sparse");
  commissioner->set_sparse(true);
  EXPECT_THAT(CheckItem(item), IsOk());
}

// With this no circle can be made of organisations whose parents are of the kind's type.
TEST(CheckOrganisationTest, AKindIsOfOneTypeOfChild) {
  const std::map<catalogue::v1::RelationshipKind, catalogue::v1::OrganisationType> types = {
      {catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB, catalogue::v1::ORGANISATION_TYPE_PROVIDER},
      {catalogue::v1::RELATIONSHIP_KIND_ICB_TO_REGION, catalogue::v1::ORGANISATION_TYPE_ICB},
      {catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_REGION,
       catalogue::v1::ORGANISATION_TYPE_PROVIDER},
      {catalogue::v1::RELATIONSHIP_KIND_REGION_TO_NATION, catalogue::v1::ORGANISATION_TYPE_REGION},
      {catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_NATION,
       catalogue::v1::ORGANISATION_TYPE_PROVIDER},
      {catalogue::v1::RELATIONSHIP_KIND_SUB_ICB_TO_ICB, catalogue::v1::ORGANISATION_TYPE_SUB_ICB},
  };
  EXPECT_EQ(types.size() + 1, catalogue::v1::RelationshipKind_descriptor()->value_count());
  for (const auto& [kind, right] : types) {
    const auto* all = catalogue::v1::OrganisationType_descriptor();
    for (int i = 1; i < all->value_count(); ++i) {
      const auto type = static_cast<catalogue::v1::OrganisationType>(all->value(i)->number());
      catalogue::v1::Organisation organisation = Provider({{"QWO", "2022-07-01", "-", "lead"}});
      organisation.set_type(type);
      organisation.mutable_relationships(0)->set_kind(kind);
      // Known by its returns alone, it may belong to whom a provider may belong to.
      const bool fits = type == right || (type == catalogue::v1::ORGANISATION_TYPE_UNKNOWN &&
                                          right == catalogue::v1::ORGANISATION_TYPE_PROVIDER);
      EXPECT_EQ(CheckOrganisation(organisation).ok(), fits) << kind << " " << type;
    }
  }
}

}  // namespace
}  // namespace onereturn::ingestion
