// The key of a description: what it is of, and which descriptions share one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingestion/domain/requests/likeness.h"

namespace onereturn::ingestion {
namespace {

DescribedItem DescribedScans() {
  DescribedItem described;
  described.display_name = "MRI scans";
  described.meaning = {"diagnostic-test", "count", "all-patients", ""};
  described.unit = "tests";
  described.dimensions = {{"group", {"imaging"}}, {"test", {"CT", "MRI"}}};
  described.definition_text = "Scans carried out in the month.";
  return described;
}

// Of the bytes that likeness.h states, worked out apart from it.
TEST(DescriptionKeyTest, IsOfTheStatedBytes) {
  EXPECT_EQ(DescriptionKey(DescribedScans()),
            "b8843040860d5f41f12d7713374769a6edcd389f492f32fcf43b847077900167");
  EXPECT_EQ(DescriptionKey({}), "5478f76b6c6a15016216abcf354e7c12f13f7ac6ad29d5cbb852174c79022938");
}

TEST(DescriptionKeyTest, CaseBlanksAroundAndOrderDoNotMatter) {
  DescribedItem same = DescribedScans();
  same.display_name = "  mri SCANS\n";
  same.meaning = {" Diagnostic-Test", "COUNT ", "All-Patients", " \t"};
  same.unit = "Tests ";
  same.dimensions = {{" TEST", {"mri ", "ct", "MRI"}}, {"Group", {" Imaging"}}};
  same.definition_text = "SCANS carried out in the month. ";
  EXPECT_EQ(DescriptionKey(same), DescriptionKey(DescribedScans()));
}

TEST(DescriptionKeyTest, AnythingElseDoes) {
  const std::string key = DescriptionKey(DescribedScans());
  const auto changed = [](auto change) {
    DescribedItem described = DescribedScans();
    change(&described);
    return DescriptionKey(described);
  };
  EXPECT_NE(changed([](auto* d) { d->display_name = "MRIscans"; }), key);
  EXPECT_NE(changed([](auto* d) { d->meaning.concept_code = "test"; }), key);
  EXPECT_NE(changed([](auto* d) { d->meaning.measure = "waiting"; }), key);
  EXPECT_NE(changed([](auto* d) { d->meaning.population = ""; }), key);
  EXPECT_NE(changed([](auto* d) { d->meaning.cut_off = "6-weeks"; }), key);
  EXPECT_NE(changed([](auto* d) { d->unit = "patients"; }), key);
  EXPECT_NE(changed([](auto* d) { d->dimensions[1].values.pop_back(); }), key);
  EXPECT_NE(changed([](auto* d) { d->dimensions[1].values.clear(); }), key);
  EXPECT_NE(changed([](auto* d) { d->dimensions.pop_back(); }), key);
  EXPECT_NE(changed([](auto* d) { d->definition_text = "Scans carried out in the week."; }), key);
  // What stands in one field is not what stands in the next.
  EXPECT_NE(changed([](auto* d) { std::swap(d->meaning.population, d->meaning.cut_off); }), key);
  EXPECT_NE(changed([](auto* d) { d->dimensions = {{"group", {"imaging", "test"}}}; }), key);
}

}  // namespace
}  // namespace onereturn::ingestion
