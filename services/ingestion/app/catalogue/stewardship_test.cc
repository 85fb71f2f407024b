// Guidance, responsibilities, and what is found and compared in the catalogue.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/catalogue/diff_catalogue.h"
#include "services/ingestion/app/catalogue/message_diff.h"
#include "services/ingestion/app/catalogue/search_catalogue.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

catalogue::v1::Guidance Guide(const std::string& code) {
  catalogue::v1::Guidance guidance;
  guidance.set_code(code);
  guidance.set_reference("DCB2050");
  guidance.set_edition("2.1");
  guidance.set_title("How beds are counted");
  guidance.set_valid_from("2026-04-01");
  guidance.add_items("beds");
  guidance.set_text_reference("Section 3");
  return guidance;
}

catalogue::v1::Responsibility Lead(const std::string& code) {
  catalogue::v1::Responsibility responsibility;
  responsibility.set_code(code);
  responsibility.set_kind(catalogue::v1::RESPONSIBILITY_KIND_METRIC);
  responsibility.set_display_name("Bed occupancy");
  return responsibility;
}

void AddLead(const std::string& organisation, const std::string& from, const std::string& to,
             catalogue::v1::Responsibility* responsibility) {
  auto* lead = responsibility->add_leads();
  lead->set_organisation(organisation);
  lead->set_from_date(from);
  lead->set_to_date(to);
}

class StewardshipTest : public ::testing::Test {
 protected:
  StewardshipTest() {
    for (const char* code : {"RLQ", "RCF"}) Must(SmallProvider(code));
    catalogue::v1::DataItem beds = SmallItem("beds");
    beds.set_display_name("Beds open overnight");
    beds.set_concept_text("Beds in wards that are open overnight.");
    Must(beds);
    catalogue::v1::DataItem wards = SmallItem("wards");
    wards.set_purpose("to know where beds are");
    Must(wards);
    Must(SmallCollection("SitRep", {"beds", "wards"}));
  }

  template <typename Definition>
  void Must(const Definition& definition) {
    ASSERT_THAT(ingestion_.DefineOne(definition).status(), IsOk());
  }
  template <typename Definition>
  absl::Status Try(const Definition& definition) {
    return ingestion_.DefineOne(definition).status();
  }
  static std::vector<std::string> FieldsOf(const absl::Status& status) {
    std::vector<std::string> fields;
    const std::optional<ErrorDetails> details = DetailsOf(status);
    if (!details.has_value()) return fields;
    for (const FieldViolation& field : details->fields) fields.push_back(field.field);
    return fields;
  }
  catalogue::v1::SearchCatalogueResponse Search(const std::string& words, size_t limit = 10) {
    return SearchCatalogue(ingestion_.store(), words, kNewest, limit).value();
  }
  static std::vector<std::string> NamesIn(const catalogue::v1::SearchCatalogueResponse& found) {
    std::vector<std::string> names;
    for (const auto& result : found.results()) names.push_back(result.name());
    return names;
  }
  void Return(const std::string& organisation, const std::string& period, int beds) {
    ASSERT_THAT(ingestion_
                    .Submit(SmallReturn(&ingestion_, "SitRep", organisation, period,
                                        {{"beds", beds}, {"wards", 1}}))
                    .status(),
                IsOk());
  }

  TestIngestion ingestion_;
};

TEST_F(StewardshipTest, GuidanceIsVersionedAndNamesWhatItIsAbout) {
  const auto first = ingestion_.DefineOne(Guide("beds-guide"));
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->definition.name(), "guidance/beds-guide");
  EXPECT_EQ(first->definition.version(), 1u);
  EXPECT_TRUE(ingestion_.DefineOne(Guide("beds-guide"))->unchanged);
  catalogue::v1::Guidance next = Guide("beds-guide");
  next.set_edition("2.2");
  EXPECT_EQ(ingestion_.DefineOne(next)->definition.version(), 2u);
  catalogue::v1::Guidance wrong = Guide("Other guide");
  wrong.clear_items();
  wrong.clear_text_reference();
  wrong.set_valid_until("2026-03-31");
  wrong.set_digest("A1");
  EXPECT_THAT(FieldsOf(Try(wrong)),
              UnorderedElementsAre("guidance.code", "guidance.items", "guidance.valid_until",
                                   "guidance.digest"));
  wrong = Guide("other");
  wrong.add_collections("KH03");
  EXPECT_THAT(Try(wrong), HasReason(Reason::kDefinitionUnknown));
  wrong = Guide("other");
  wrong.add_items("beds");
  EXPECT_THAT(FieldsOf(Try(wrong)), ElementsAre("guidance.items[1]"));
}

TEST_F(StewardshipTest, OneLeadsAtATime) {
  catalogue::v1::Responsibility responsibility = Lead("bed_occupancy");
  AddLead("RLQ", "2026-04-01", "2027-03-31", &responsibility);
  AddLead("RCF", "2027-03-31", "", &responsibility);
  const absl::Status both = Try(responsibility);
  EXPECT_THAT(both, HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(DetailsOf(both)->fields.at(0).description, HasSubstr("RCF and RLQ both lead on "
                                                                   "2027-03-31"));
  responsibility.mutable_leads(1)->set_from_date("2027-04-01");
  auto* contributor = responsibility.add_contributors();
  contributor->set_organisation("RLQ");
  contributor->set_part("sends figures");
  contributor->set_from_date("2027-04-01");
  Must(responsibility);
  responsibility.set_kind(catalogue::v1::RESPONSIBILITY_KIND_TASK);
  EXPECT_THAT(Try(responsibility), HasReason(Reason::kCodeReused));
  responsibility = Lead("other");
  AddLead("RVW", "2026-04-01", "", &responsibility);
  EXPECT_THAT(Try(responsibility), HasReason(Reason::kDefinitionUnknown));
}

TEST_F(StewardshipTest, WhatIsHeldAboutBeds) {
  Must(Guide("beds-guide"));
  catalogue::v1::Guidance over = Guide("old-guide");
  over.set_valid_until("2026-06-30");
  Must(over);
  Return("RLQ", "2027-03", 5);
  Return("RCF", "2027-03", 6);
  Return("RCF", "2027-03", 7);  // Again: one organisation all the same.
  Return("RLQ", "2027-02", 5);
  const catalogue::v1::SearchCatalogueResponse found = Search("beds");
  EXPECT_EQ(found.found(), 2u);
  ASSERT_THAT(NamesIn(found), ElementsAre("items/beds", "items/wards"));
  const catalogue::v1::SearchResult& beds = found.results(0);
  EXPECT_EQ(beds.weight(), 8u);
  EXPECT_THAT(beds.found_in(), ElementsAre("code", "display_name", "concept"));
  EXPECT_EQ(beds.collection(), "SitRep");
  EXPECT_EQ(beds.period_kind(), catalogue::v1::PERIOD_KIND_MONTH);
  ASSERT_EQ(beds.held_size(), 2);
  EXPECT_EQ(beds.held(0).period(), "2027-03");
  EXPECT_EQ(beds.held(0).organisations(), 2u);
  EXPECT_EQ(beds.held(1).organisations(), 1u);
  EXPECT_FALSE(beds.held_further_back());
  EXPECT_THAT(beds.guidance(), ElementsAre("guidance/beds-guide"));
  EXPECT_THAT(found.results(1).found_in(), ElementsAre("purpose"));
  EXPECT_EQ(found.results(1).weight(), 1u);
  EXPECT_THAT(NamesIn(Search("beds", 1)), ElementsAre("items/beds"));
  EXPECT_THAT(NamesIn(Search("collection sitrep")), ElementsAre("collections/SitRep"));
  EXPECT_THAT(NamesIn(Search("trolleys")), IsEmpty());
}

TEST_F(StewardshipTest, WordsThatCannotBeLookedForAreRefused) {
  for (const std::string& words : {std::string(), std::string("&"), std::string(401, 'x')}) {
    EXPECT_THAT(SearchCatalogue(ingestion_.store(), words, kNewest, 10).status(),
                HasReason(Reason::kFieldInvalid));
  }
}

TEST_F(StewardshipTest, VersionsOfADefinitionDiffer) {
  catalogue::v1::Collection next = SmallCollection("SitRep", {"beds"}, "2027-04");
  *next.add_rules() = SmallRule("S1", "beds <= 10");
  Must(next);
  const auto diff = DiffDefinition(ingestion_.store(), "collections/SitRep", 0, 0, kNewest);
  ASSERT_THAT(diff, IsOk());
  EXPECT_EQ(diff->from_version(), 1u);
  EXPECT_EQ(diff->to_version(), 2u);
  std::vector<std::string> lines;
  for (const auto& change : diff->changes()) {
    lines.push_back(change.path() + ": " + change.before() + " -> " + change.after());
  }
  EXPECT_THAT(lines, ElementsAre("items[wards]: wards -> ", "rules[S1].code:  -> S1",
                                 "rules[S1].expression:  -> beds <= 10",
                                 "rules[S1].message:  -> Rule S1 is broken.",
                                 "rules[S1].severity:  -> SEVERITY_ERROR",
                                 "valid_from_period:  -> 2027-04"));
  // The first version, beside nothing.
  EXPECT_EQ(DiffDefinition(ingestion_.store(), "items/beds", 0, 0, kNewest)->from_version(), 0u);
  for (const auto& [name, from, to] : std::vector<std::tuple<std::string, uint32_t, uint32_t>>{
           {"items/none", 0, 0}, {"items/beds", 0, 2}, {"items/beds", 2, 1}, {"metrics/x", 0, 0}}) {
    EXPECT_THAT(DiffDefinition(ingestion_.store(), name, from, to, kNewest).status(),
                HasReason(Reason::kNotFound))
        << name;
  }
}

TEST_F(StewardshipTest, TheCatalogueAtTwoPositionsDiffers) {
  const uint64_t before = ingestion_.LastSequence();
  catalogue::v1::DataItem wards = SmallItem("wards");
  wards.set_display_name("Wards");
  Must(wards);
  Must(Guide("beds-guide"));
  Must(SmallProvider("RVW"));
  const auto page = DiffCatalogue(ingestion_.store(), before, kNewest, "", 10).value();
  std::vector<std::string> names;
  for (const auto& row : page.rows) {
    names.push_back(row.name() + " " + std::to_string(row.from_version()) + " " +
                    std::to_string(row.to_version()));
  }
  EXPECT_THAT(names,
              ElementsAre("organisations/RVW 0 1", "items/wards 1 2", "guidance/beds-guide 0 1"));
  EXPECT_EQ(page.rows[1].changes(0).path(), "display_name");
  const auto first = DiffCatalogue(ingestion_.store(), before, kNewest, "", 2).value();
  EXPECT_EQ(first.after, "items/wards");
  const auto rest = DiffCatalogue(ingestion_.store(), before, kNewest, first.after, 2).value();
  ASSERT_EQ(rest.rows.size(), 1u);
  EXPECT_EQ(rest.rows[0].name(), "guidance/beds-guide");
  EXPECT_THAT(DiffCatalogue(ingestion_.store(), kNewest, kNewest, "", 10)->rows, IsEmpty());
}

TEST(MessageDiffTest, ListsAreMatchedByWhatNamesTheirElements) {
  catalogue::v1::Collection before = SmallCollection("C", {"a", "b"});
  *before.add_rules() = SmallRule("R1", "a >= 0");
  *before.add_rules() = SmallRule("R2", "b >= 0");
  catalogue::v1::Collection after = SmallCollection("C", {"b", "a"});
  *after.add_rules() = SmallRule("R2", "b >= 1");
  *after.add_rules() = SmallRule("R1", "a >= 0");
  const std::vector<FieldDifference> expected = {
      {"items", "(order)", "(another order)"},
      {"rules", "(order)", "(another order)"},
      {"rules[R2].expression", "b >= 0", "b >= 1"},
  };
  EXPECT_EQ(DifferencesOf(before, after), expected);
  EXPECT_THAT(DifferencesOf(before, before), IsEmpty());
}

TEST(MessageDiffTest, ElementsThatShareANameAreMatchedByTheirNumber) {
  catalogue::v1::Collection before = SmallCollection("C", {"a"});
  for (const char* from : {"2023-01", "2024-01"}) {
    auto* frame = before.add_frames();
    frame->set_organisation("RLQ");
    frame->set_from_period(from);
  }
  catalogue::v1::Collection after = before;
  after.mutable_frames(1)->set_to_period("2024-12");
  after.mutable_layouts()->Add()->mutable_wide()->set_null_reasons_written(true);
  EXPECT_EQ(DifferencesOf(before, after),
            (std::vector<FieldDifference>{{"frames[1].to_period", "", "2024-12"},
                                          {"layouts[0].wide.null_reasons_written", "", "true"}}));
}

}  // namespace
}  // namespace onereturn::ingestion
