#include "services/ingestion/app/catalogue/define.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/ledger/receipt.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/test_ingestion.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  if (std::optional<ErrorDetails> details = DetailsOf(status); details.has_value()) {
    for (const FieldViolation& field : details->fields) {
      fields.push_back(absl::StrCat(field.field, ": ", field.description));
    }
  }
  return fields;
}
std::vector<std::string> PathsOf(const absl::Status& status) {
  std::vector<std::string> paths;
  if (std::optional<ErrorDetails> details = DetailsOf(status); details.has_value()) {
    for (const FieldViolation& field : details->fields) paths.push_back(field.field);
  }
  return paths;
}

catalogue::v1::Organisation Provider(const std::string& code) {
  catalogue::v1::Organisation organisation;
  organisation.set_code(code);
  organisation.set_display_name("TRUST " + code);
  organisation.set_type(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  return organisation;
}

catalogue::v1::DataItem Item(const std::string& code) {
  catalogue::v1::DataItem item;
  item.set_code(code);
  item.set_display_name("Item " + code);
  item.set_concept_text("What is counted.");
  item.set_unit("patients");
  return item;
}

catalogue::v1::Collection CollectionOf(const std::string& code,
                                       const std::vector<std::string>& items) {
  catalogue::v1::Collection collection;
  collection.set_code(code);
  collection.set_display_name("Collection " + code);
  collection.set_period_kind(catalogue::v1::PERIOD_KIND_MONTH);
  for (const std::string& item : items) collection.add_items(item);
  return collection;
}

class DefineTest : public ::testing::Test {
 protected:
  TestIngestion ingestion_;
};

TEST_F(DefineTest, EnglandIsDefinedWithReceiptsThatVerify) {
  const config::v1::DefinitionSet england = EnglandCatalogue();
  for (const auto& calendar : england.calendars()) {
    ASSERT_THAT(ingestion_.DefineOne(calendar), IsOk());
  }
  for (const auto& organisation : england.organisations()) {
    ASSERT_THAT(ingestion_.DefineOne(organisation), IsOk()) << organisation.code();
  }
  for (const auto& item : england.items()) ASSERT_THAT(ingestion_.DefineOne(item), IsOk());
  const auto defined = ingestion_.DefineOne(england.collections(0));
  ASSERT_THAT(defined, IsOk());
  EXPECT_EQ(defined->definition.version(), 1u);
  EXPECT_EQ(defined->definition.name(), "collections/MSitAE");
  EXPECT_THAT(VerifyReceipt(defined->accepted->receipt, ingestion_.committer().verifying_key()),
              IsOk());
  EXPECT_EQ(ingestion_.LastSequence(),
            static_cast<uint64_t>(england.calendars_size() + england.organisations_size() +
                                  england.items_size() + 1));
  const CompiledCollection compiled =
      ingestion_.collections().Get(ingestion_.store().TakeSnapshot(), "MSitAE").value();
  EXPECT_EQ(compiled.collection->CellCount(), 18u);
  EXPECT_EQ(compiled.catalogue_sequence, ingestion_.LastSequence());
}

TEST_F(DefineTest, WordsWithMarksOfAPersonAreNotTaken) {
  auto item = Item("beds");
  item.set_purpose("asked for by 943 476 5919");
  EXPECT_THAT(ingestion_.DefineOne(item), HasReason(Reason::kPersonalData));
  auto organisation = EnglandOf({"RLQ"}).organisations(0);
  organisation.set_note("moved to LS1 3EX");
  EXPECT_THAT(ingestion_.DefineOne(organisation), HasReason(Reason::kPersonalData));
}

TEST_F(DefineTest, TheSameAgainChangesNothingAndAChangeMakesAVersion) {
  const auto first = ingestion_.DefineOne(Item("beds"));
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->definition.version(), 1u);
  const auto again = ingestion_.DefineOne(Item("beds"));
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->unchanged);
  EXPECT_EQ(again->accepted->placement.sequence, first->accepted->placement.sequence);
  EXPECT_EQ(again->definition.etag(), first->definition.etag());
  EXPECT_EQ(ingestion_.LastSequence(), 1u);
  catalogue::v1::DataItem changed = Item("beds");
  changed.set_unit("beds");
  const auto second = ingestion_.DefineOne(changed);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->definition.version(), 2u);
  EXPECT_FALSE(second->unchanged);
  EXPECT_EQ(second->definition.etag(), "\"2\"");
}

TEST_F(DefineTest, ARepeatIsReplayedAndOtherContentRefused) {
  const RequestOrigin origin = ingestion_.FreshOrigin();
  const auto first = ingestion_.DefineOne(Item("beds"), origin);
  ASSERT_THAT(first, IsOk());
  catalogue::v1::DataItem changed = Item("beds");
  changed.set_unit("beds");
  ASSERT_THAT(ingestion_.DefineOne(changed), IsOk());
  const auto repeat = ingestion_.DefineOne(Item("beds"), origin);
  ASSERT_THAT(repeat, IsOk());
  EXPECT_TRUE(repeat->accepted->replayed);
  EXPECT_EQ(repeat->accepted->placement.sequence, 1u);
  EXPECT_EQ(repeat->definition.version(), 1u) << "what was accepted then, not what is in force";
  RequestOrigin other = origin;
  other.digest = Sha256("other");
  EXPECT_THAT(ingestion_.DefineOne(changed, other).status(), HasReason(Reason::kRequestIdReused));
  for (const std::string& id :
       {std::string(), std::string("a b"), std::string(129, 'x'), std::string("caf\xC3\xA9")}) {
    RequestOrigin bad = ingestion_.FreshOrigin();
    bad.request_id = id;
    EXPECT_THAT(ingestion_.DefineOne(Item("beds"), bad).status(), HasReason(Reason::kRequestId));
  }
  EXPECT_EQ(ingestion_.LastSequence(), 2u);
}

TEST_F(DefineTest, EtagsAndVersionsAreTheServices) {
  catalogue::v1::DataItem item = Item("beds");
  item.set_etag("\"0\"");  // There is none yet.
  ASSERT_THAT(ingestion_.DefineOne(item), IsOk());
  item.set_unit("beds");
  const absl::Status stale = ingestion_.DefineOne(item).status();
  EXPECT_THAT(stale, HasReason(Reason::kEtagMismatch));
  EXPECT_THAT(stale, StatusIs(absl::StatusCode::kAborted));
  item.set_etag("\"1\"");
  EXPECT_THAT(ingestion_.DefineOne(item), IsOk());
  item = Item("beds");
  item.set_version(7);
  EXPECT_THAT(ingestion_.DefineOne(item).status(), HasReason(Reason::kOutputOnly));
  EXPECT_EQ(ingestion_.LastSequence(), 2u);
}

TEST_F(DefineTest, ValidateOnlyStoresNothing) {
  RequestOrigin origin = ingestion_.FreshOrigin();
  origin.validate_only = true;
  const auto judged = ingestion_.DefineOne(Item("beds"), origin);
  ASSERT_THAT(judged, IsOk());
  EXPECT_FALSE(judged->accepted.has_value());
  EXPECT_EQ(ingestion_.LastSequence(), 0u);
  EXPECT_THAT(ingestion_.DefineOne(Item("Beds"), origin).status(),
              HasReason(Reason::kDefinitionInvalid));
}

TEST_F(DefineTest, EveryFaultOfAnOrganisationAtOnce) {
  catalogue::v1::Organisation organisation = Provider("r1");
  organisation.set_display_name("");
  organisation.set_type(catalogue::v1::ORGANISATION_TYPE_UNSPECIFIED);
  organisation.set_open_date("2022-02-30");
  organisation.set_close_date("2021-01-01");
  auto* relationship = organisation.add_relationships();
  relationship->set_parent("r1");
  relationship->set_from_date("2022-07-01");
  relationship->set_to_date("2022-06-30");
  relationship->set_share_millionths(1'000'001);
  organisation.add_relationships();
  organisation.add_successions()->set_successor("?");
  const absl::Status status = ingestion_.DefineOne(organisation).status();
  EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(
      PathsOf(status),
      IsSupersetOf({"organisation.code", "organisation.display_name", "organisation.type",
                    "organisation.open_date", "organisation.relationships[0].kind",
                    "organisation.relationships[0].parent", "organisation.relationships[0].to_date",
                    "organisation.relationships[0].share_millionths",
                    "organisation.relationships[1].from_date", "organisation.relationships[1]",
                    "organisation.successions[0].successor",
                    "organisation.successions[0].effective_date"}));
  EXPECT_EQ(ingestion_.LastSequence(), 0u);
}

TEST_F(DefineTest, EveryFaultOfAnItemAtOnce) {
  catalogue::v1::DataItem item = Item("Beds Open");
  item.set_display_name("Beds\xE2\x80\xAEnepo");  // Turns the direction of the text.
  item.set_concept_text("");
  item.set_unit("");
  item.set_review_date("soon");
  auto* ward = item.add_dimensions();
  ward->set_code("ward");
  ward->add_values()->set_code("a");
  ward->add_values()->set_code("a");
  ward->add_values();
  item.add_dimensions()->set_code("ward");
  for (int i = 0; i < 15; ++i) {
    auto* more = item.add_dimensions();
    more->set_code(absl::StrCat("d", i));
    more->add_values()->set_code("x");
  }
  const absl::Status status = ingestion_.DefineOne(item).status();
  EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(PathsOf(status),
              UnorderedElementsAre("item.code", "item.display_name", "item.concept_text",
                                   "item.unit", "item.review_date", "item.dimensions",
                                   "item.dimensions[0].values", "item.dimensions[0].values",
                                   "item.dimensions[1].code", "item.dimensions[1].values"));
  EXPECT_EQ(ingestion_.LastSequence(), 0u);
}

TEST_F(DefineTest, EveryFaultOfACollectionAtOnce) {
  ingestion_.Apply(EnglandOf({"RLQ"}));
  const uint64_t before = ingestion_.LastSequence();
  catalogue::v1::Collection collection = EnglandOf({"RLQ"}).collections(0);
  collection.set_display_name("");
  collection.set_period_kind(catalogue::v1::PERIOD_KIND_UNSPECIFIED);
  collection.set_sign_off_levels(4);
  collection.add_items("ae_attendances");  // Twice.
  collection.mutable_frames(0)->set_organisation("rlq");
  collection.mutable_frames(0)->set_from_period("April");
  auto* hole = collection.add_not_collected();
  hole->set_organisation("RLQ");
  hole->set_from_period("2023-05");
  hole->set_to_period("2023-04");
  collection.mutable_rules(0)->set_expression("cell + 1");  // No condition.
  collection.mutable_rules(1)->set_code("AE01");            // Twice.
  collection.mutable_rules(1)->set_for_each(0, "ward");
  collection.mutable_rules(2)->set_expression("ae_arrivals > 0 and");
  collection.mutable_rules(3)->set_expression("sum(ae_arrivals) > 0");
  collection.mutable_rules(3)->clear_message();
  auto* each = collection.add_rules();
  *each = collection.rules(0);
  each->set_code("AE09");
  each->set_expression("cell <= ae_attendances");
  auto* wide = collection.mutable_layouts(0)->mutable_wide();
  wide->clear_period_format();
  wide->clear_organisation_header();
  wide->mutable_columns(0)->set_header("Org name");  // An ignored one.
  wide->mutable_columns(1)->mutable_cell()->mutable_dimensions(0)->set_value("type9");
  *wide->mutable_columns(3)->mutable_cell() = wide->columns(2).cell();
  wide->mutable_columns(4)->mutable_cell()->set_item("ae_arrivals");
  collection.mutable_layouts(1)->set_code("published-22");
  collection.mutable_layouts(2)->mutable_long_()->set_dimensions(1, "value");
  collection.add_layouts()->set_code("empty");
  const absl::Status status = ingestion_.DefineOne(collection).status();
  EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(PathsOf(status), IsSupersetOf({"display_name",
                                             "period_kind",
                                             "sign_off_levels",
                                             "items[6]",
                                             "frames[0].organisation",
                                             "frames[0].from_period",
                                             "not_collected[0].items",
                                             "not_collected[0].to_period",
                                             "rules[0].expression",
                                             "rules[1].code",
                                             "rules[1].for_each",
                                             "rules[2].expression",
                                             "rules[3].expression",
                                             "rules[3].message",
                                             "rules[9].expression",
                                             "layouts[0].wide.period_format",
                                             "layouts[0].wide.total_label",
                                             "layouts[0].wide.columns[0].header",
                                             "layouts[0].wide.columns[1].cell",
                                             "layouts[0].wide.columns[3].cell",
                                             "layouts[0].wide.columns[4].cell",
                                             "layouts[1].code",
                                             "layouts[2].long.dimensions",
                                             "layouts[5]"}));
  EXPECT_EQ(ingestion_.LastSequence(), before);
}

TEST_F(DefineTest, ItemsThatAreNotDefinedAreAllNamed) {
  ASSERT_THAT(ingestion_.DefineOne(Item("beds")), IsOk());
  catalogue::v1::Collection collection = CollectionOf("KH03", {"beds", "wards", "rooms"});
  absl::Status status = ingestion_.DefineOne(collection).status();
  EXPECT_THAT(status, HasReason(Reason::kDefinitionUnknown));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("items[1]: \"wards\" is not defined",
                                                     "items[2]: \"rooms\" is not defined"));
  // Beside a fault of the definition itself they are listed with it, and do not make others.
  collection.clear_display_name();
  auto* rule = collection.add_rules();
  rule->set_code("K1");
  rule->set_severity(common::v1::SEVERITY_ERROR);
  rule->set_message("No.");
  rule->set_expression("wards <= beds");
  rule->add_for_each("site");
  status = ingestion_.DefineOne(collection).status();
  EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(PathsOf(status), UnorderedElementsAre("display_name", "items[1]", "items[2]"));
}

TEST_F(DefineTest, OrganisationsThatAreNotDefinedAreAllNamed) {
  ASSERT_THAT(ingestion_.DefineOne(Item("beds")), IsOk());
  ASSERT_THAT(ingestion_.DefineOne(Provider("RLQ")), IsOk());
  catalogue::v1::Collection collection = CollectionOf("KH03", {"beds"});
  for (const char* code : {"RLQ", "RVW", "RCF"}) {
    auto* frame = collection.add_frames();
    frame->set_organisation(code);
    frame->set_from_period("2023-04");
  }
  const absl::Status status = ingestion_.DefineOne(collection).status();
  EXPECT_THAT(status, HasReason(Reason::kDefinitionUnknown));
  EXPECT_THAT(PathsOf(status),
              UnorderedElementsAre("collection.frames[1]", "collection.frames[2]"));
}

TEST_F(DefineTest, AnItemHasOneHomeAndTheRefusalNamesBothPlaces) {
  for (const char* item : {"beds", "wards", "rooms"}) {
    ASSERT_THAT(ingestion_.DefineOne(Item(item)), IsOk());
  }
  ASSERT_THAT(ingestion_.DefineOne(CollectionOf("KH03", {"beds", "wards"})), IsOk());
  const uint64_t before = ingestion_.LastSequence();
  const absl::Status status =
      ingestion_.DefineOne(CollectionOf("SitRep", {"rooms", "wards", "beds"})).status();
  EXPECT_THAT(status, HasReason(Reason::kHomeCollection));
  EXPECT_THAT(status.message(), HasSubstr("wards"));
  EXPECT_THAT(status.message(), HasSubstr("KH03"));
  EXPECT_THAT(status.message(), HasSubstr("SitRep"));
  EXPECT_THAT(FieldsOf(status),
              UnorderedElementsAre("collection.items[1]: the home of wards is KH03",
                                   "collection.items[2]: the home of beds is KH03"));
  EXPECT_EQ(ingestion_.LastSequence(), before);
  EXPECT_EQ(HomeOf(ingestion_.store(), "rooms").value(), std::nullopt);
}

TEST_F(DefineTest, AnItemThatItsCollectionGaveUpMayFindAnotherHome) {
  for (const char* item : {"beds", "wards"}) ASSERT_THAT(ingestion_.DefineOne(Item(item)), IsOk());
  ASSERT_THAT(ingestion_.DefineOne(CollectionOf("KH03", {"beds", "wards"})), IsOk());
  ASSERT_THAT(ingestion_.DefineOne(CollectionOf("KH03", {"beds"})), IsOk());
  EXPECT_EQ(HomeOf(ingestion_.store(), "beds").value(), "KH03");
  EXPECT_EQ(HomeOf(ingestion_.store(), "wards").value(), std::nullopt);
  EXPECT_THAT(ingestion_.DefineOne(CollectionOf("SitRep", {"wards"})), IsOk());
  EXPECT_THAT(ingestion_.DefineOne(CollectionOf("KH03", {"beds", "wards"})).status(),
              HasReason(Reason::kHomeCollection));
}

TEST_F(DefineTest, AReturnThatCouldNotBeHeldIsNotDefined) {
  catalogue::v1::DataItem item = Item("beds");
  for (int i = 0; i < 4; ++i) {
    auto* dimension = item.add_dimensions();
    dimension->set_code(absl::StrCat("d", i));
    for (int value = 0; value < 100; ++value)
      dimension->add_values()->set_code(absl::StrCat(value));
  }
  ASSERT_THAT(ingestion_.DefineOne(item), IsOk());
  const absl::Status status = ingestion_.DefineOne(CollectionOf("KH03", {"beds"})).status();
  EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre(HasSubstr("100000000 cells")));
}

TEST_F(DefineTest, ADefinitionTooLargeForAFactIsRefused) {
  catalogue::v1::DataItem item = Item("beds");
  item.set_concept_text(std::string(61 * 1024, 'x'));
  EXPECT_THAT(ingestion_.DefineOne(item).status(), HasReason(Reason::kMessageTooLarge));
  EXPECT_EQ(ingestion_.LastSequence(), 0u);
}

// Definitions of different things do not stand in each other's way.
TEST_F(DefineTest, ManyItemsInOneGroupAreAllTaken) {
  std::vector<std::future<absl::Status>> answers;
  {
    CommitterHold hold(&ingestion_.committer());
    for (int i = 0; i < 50; ++i) {
      auto promise = std::make_shared<std::promise<absl::Status>>();
      answers.push_back(promise->get_future());
      ingestion_.Begin(ingestion_.FreshOrigin(), Item(absl::StrCat("item", i)),
                       [promise](auto defined) { promise->set_value(defined.status()); });
    }
  }
  for (auto& answer : answers) EXPECT_THAT(answer.get(), IsOk());
  EXPECT_EQ(ingestion_.LastSequence(), 50u);
  EXPECT_EQ(CatalogueSequence(ingestion_.store()).value(), 50u);
}

// Of one thing: the second is judged again, on the first.
TEST_F(DefineTest, TwoOfOneItemInOneGroupBecomeTwoVersions) {
  std::vector<std::future<uint32_t>> versions;
  {
    CommitterHold hold(&ingestion_.committer());
    for (const char* unit : {"beds", "patients in beds"}) {
      catalogue::v1::DataItem item = Item("beds");
      item.set_unit(unit);
      auto promise = std::make_shared<std::promise<uint32_t>>();
      versions.push_back(promise->get_future());
      ingestion_.Begin(ingestion_.FreshOrigin(), item, [promise](auto defined) {
        promise->set_value(defined.ok() ? defined->definition.version() : 0);
      });
    }
  }
  EXPECT_EQ(versions[0].get(), 1u);
  EXPECT_EQ(versions[1].get(), 2u);
}

TEST_F(DefineTest, RacingForOneHomeLeavesOneWinner) {
  ASSERT_THAT(ingestion_.DefineOne(Item("beds")), IsOk());
  std::vector<std::future<absl::Status>> answers;
  {
    CommitterHold hold(&ingestion_.committer());
    for (int i = 0; i < 5; ++i) {
      auto promise = std::make_shared<std::promise<absl::Status>>();
      answers.push_back(promise->get_future());
      ingestion_.Begin(ingestion_.FreshOrigin(), CollectionOf(absl::StrCat("C", i), {"beds"}),
                       [promise](auto defined) { promise->set_value(defined.status()); });
    }
  }
  int winners = 0;
  for (auto& answer : answers) {
    const absl::Status status = answer.get();
    if (status.ok()) {
      ++winners;
    } else {
      EXPECT_THAT(status, HasReason(Reason::kHomeCollection));
    }
  }
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(ingestion_.LastSequence(), 2u);
}

}  // namespace
}  // namespace onereturn::ingestion
