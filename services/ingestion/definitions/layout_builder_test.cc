#include "services/ingestion/definitions/layout_builder.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/domain/testing/other_files.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

catalogue::v1::DataItem ItemOf(const ItemSpec& spec) {
  catalogue::v1::DataItem item;
  item.set_code(spec.code);
  for (const DimensionSpec& dimension : spec.dimensions) {
    auto* added = item.add_dimensions();
    added->set_code(dimension.code);
    added->set_sparse(dimension.sparse);
    added->set_organisations(dimension.organisations != nullptr);
    for (const std::string& value : dimension.values) added->add_values()->set_code(value);
  }
  return item;
}

// Diagnostics as the catalogue would define them.
catalogue::v1::Collection Diagnostics() {
  catalogue::v1::Collection collection;
  ONERETURN_CHECK(google::protobuf::TextFormat::ParseFromString(
      R"(
        code: "DM01" version: 4 display_name: "Diagnostics" period_kind: PERIOD_KIND_MONTH
        items: "dm01_waiting" items: "dm01_activity"
        layouts {
          code: "published"
          wide {
            organisation_header: "Provider Org Code"
            period_header: "Period"
            period_format: PERIOD_FORMAT_PREFIXED_MONTH_NAME
            period_prefix: "DM01"
            ignored_headers: "Provider Parent Org Code"
            ignored_headers: "Provider Parent Name"
            ignored_headers: "Provider Org Name"
            ignored_headers: "Commissioner Parent Org Code"
            ignored_headers: "Commissioner Parent Name"
            ignored_headers: "Commissioner Org Name"
            ignored_headers: "Diagnostic Tests Sort Order"
            row_dimensions { header: "Commissioner Org Code" dimension: "commissioner" }
            row_dimensions {
              header: "Diagnostic Tests"
              dimension: "test"
              codes { text: "NON_OBSTETRIC_ULTRASOUND" code: "ULTRASOUND" }
              total { text: "TOTAL" rule: "D03" severity: SEVERITY_ERROR }
            }
            series {
              code: "bands"
              dimension: "week_band"
              forms { header: "# < # Week" value: "#-#" }
              forms { header: "# < # Weeks" value: "#-#" }
              forms { header: "#+ Weeks" value: "#+" }
            }
            shapes {
              series { series: "bands" cell { item: "dm01_waiting" } }
              columns {
                header: "Waiting List Activity"
                cell {
                  item: "dm01_activity"
                  dimensions { dimension: "activity" value: "waiting_list" }
                }
              }
              columns {
                header: "Planned Activity"
                cell {
                  item: "dm01_activity"
                  dimensions { dimension: "activity" value: "planned" }
                }
              }
              columns {
                header: "Unscheduled Activity"
                cell {
                  item: "dm01_activity"
                  dimensions { dimension: "activity" value: "unscheduled" }
                }
              }
              checks {
                header: "Total WL" terms: "bands" rule: "D01" severity: SEVERITY_ERROR
              }
              checks {
                header: "Total Activity"
                terms: "Waiting List Activity"
                terms: "Planned Activity"
                terms: "Unscheduled Activity"
                rule: "D02"
                severity: SEVERITY_ERROR
              }
            }
          }
        })",
      &collection));
  for (const std::string& band : DiagnosticBands()) {
    collection.mutable_layouts(0)->mutable_wide()->mutable_series(0)->add_values(band);
  }
  return collection;
}

absl::StatusOr<Collection> Build(const catalogue::v1::Collection& definition,
                                 const Collection& known = DiagnosticsCollection()) {
  return BuildCollection(
      definition,
      [&](const std::string& code) -> absl::StatusOr<std::optional<catalogue::v1::DataItem>> {
        const auto found = known.items.find(code);
        if (found == known.items.end()) return std::optional<catalogue::v1::DataItem>();
        return std::make_optional(ItemOf(found->second));
      },
      [](const OrganisationTypes&) -> absl::StatusOr<OrganisationValues> {
        return OrganisationValues{
            std::make_shared<const std::set<std::string>>(std::set<std::string>{"QWO"})};
      });
}

TEST(LayoutBuilderTest, ALayoutOfRowsReadsThePublishedFile) {
  const absl::StatusOr<Collection> built = Build(Diagnostics());
  ASSERT_THAT(built.status(), IsOk()) << WordsOf(built.status());
  const std::string text = TextOf(DiagnosticsRecords());
  const ReadFileResult read = ReadReturnFile(*built, "published", text);
  ASSERT_THAT(read.status, IsOk()) << WordsOf(read.status);
  EXPECT_EQ(FindingsOf(read), "");
  ASSERT_THAT(read.rows, SizeIs(1));
  const ReadFileResult by_hand = ReadReturnFile(DiagnosticsCollection(), "published", text);
  EXPECT_EQ(CellsOf(read.rows[0]), CellsOf(by_hand.rows[0]));
  EXPECT_TRUE(SumOfItem(read.rows[0].cells, "dm01_waiting") == Int128{2'361} * Decimal::kMillion);
}

TEST(LayoutBuilderTest, EveryFaultIsNamedWithItsPlace) {
  using Wide = catalogue::v1::WideLayout;
  struct Case {
    std::function<void(Wide&)> spoil;
    const char* path;  // Below the layout.
    const char* words;
  };
  for (const Case& bad : std::vector<Case>{
           {[](Wide& w) { w.mutable_row_dimensions(1)->set_dimension("tests"); },
            "row_dimensions[1].dimension", "no item has a dimension \"tests\""},
           {[](Wide& w) { w.mutable_row_dimensions(1)->set_dimension("commissioner"); },
            "row_dimensions[1].dimension", "stands twice"},
           {[](Wide& w) { w.mutable_row_dimensions(1)->set_header("Period"); },
            "row_dimensions[1].header", "stands twice"},
           {[](Wide& w) { w.mutable_row_dimensions(1)->mutable_codes(0)->set_code("US"); },
            "row_dimensions[1].codes[0]", "\"US\" is no value"},
           {[](Wide& w) { w.mutable_row_dimensions(1)->mutable_total()->set_text("MRI"); },
            "row_dimensions[1].total.text", "cannot be the total"},
           {[](Wide& w) { w.mutable_row_dimensions(1)->mutable_total()->clear_rule(); },
            "row_dimensions[1].total.rule", "is missing"},
           {[](Wide& w) { w.mutable_series(0)->set_dimension("week"); }, "series[0].dimension",
            "no item has a dimension \"week\""},
           {[](Wide& w) { w.mutable_series(0)->mutable_forms(0)->set_header("Weeks"); },
            "series[0].forms[0].header", "has no number"},
           {[](Wide& w) { w.mutable_series(0)->mutable_forms(0)->set_header("## Week"); },
            "series[0].forms[0].header", "directly beside"},
           {[](Wide& w) { w.mutable_series(0)->mutable_forms(0)->set_value("#"); },
            "series[0].forms[0]", "as many numbers"},
           {[](Wide& w) { w.mutable_series(0)->set_values(13, "13 plus"); }, "series[0].values[13]",
            "no form gives \"13 plus\""},
           {[](Wide& w) { w.mutable_series(0)->set_values(1, "00-01"); }, "series[0].values[1]",
            "stands twice"},
           {[](Wide& w) { w.mutable_shapes(0)->mutable_checks(0)->set_header("14+ Weeks"); },
            "series[0].forms", "matches \"14+ Weeks\", which is another column"},
           {[](Wide& w) { w.mutable_shapes(0)->mutable_series(0)->set_series("weeks"); },
            "shapes[0].series[0].series", "no series \"weeks\""},
           {[](Wide& w) {
              w.mutable_shapes(0)->mutable_series(0)->mutable_cell()->set_item("dm01_waits");
            },
            "shapes[0].series[0].cell", "\"dm01_waits\" is not an item"},
           {[](Wide& w) {
              w.mutable_shapes(0)->mutable_series(0)->mutable_cell()->set_item("dm01_activity");
            },
            "shapes[0].series[0].cell", "is not a cell of the item"},
           {[](Wide& w) {
              *w.mutable_shapes(0)->mutable_columns(0)->mutable_cell() =
                  w.shapes(0).columns(1).cell();
            },
            "shapes[0].columns[1].cell", "has a column already"},
           {[](Wide& w) { *w.mutable_shapes(0)->add_series() = w.shapes(0).series(0); },
            "shapes[0].series[1].cell", "has a column already"},
           {[](Wide& w) { w.mutable_shapes(0)->mutable_columns(0)->set_header("Period"); },
            "shapes[0].columns[0].header", "stands twice"},
           {[](Wide& w) { w.mutable_shapes(0)->mutable_checks(0)->clear_terms(); },
            "shapes[0].checks[0].terms", "is empty"},
           {[](Wide& w) { w.mutable_shapes(0)->mutable_checks(0)->add_terms("Total WL"); },
            "shapes[0].checks[0].terms", "holds the sum itself"},
           {[](Wide& w) { w.mutable_shapes(0)->mutable_checks(0)->clear_severity(); },
            "shapes[0].checks[0].severity", "is missing"},
           {[](Wide& w) { w.mutable_shapes(0)->add_selected_by("A"); }, "shapes[0].selected_by",
            "needs a selector_header"},
           {[](Wide& w) { w.set_selector_header("Kind"); }, "shapes[0].selected_by", "is empty"},
           {[](Wide& w) { *w.add_shapes() = w.shapes(0); }, "selector_header", "is missing"},
           {[](Wide& w) { *w.add_columns() = w.shapes(0).columns(0); }, "columns",
            "belong into the shapes"},
           {[](Wide& w) { w.add_cells_without_column(); }, "cells_without_column[0].cell",
            "is not an item"},
           {[](Wide& w) {
              auto* cell = w.add_cells_without_column()->mutable_cell();
              cell->set_item("dm01_activity");
              for (const auto& [dimension, value] : std::map<std::string, std::string>{
                       {"activity", "planned"}, {"commissioner", "NONC"}, {"test", "ULTRASOUND"}}) {
                auto* added = cell->add_dimensions();
                added->set_dimension(dimension);
                added->set_value(value);
              }
            },
            "cells_without_column[0].cell", "has a column already"},
           {[](Wide& w) { w.set_several_periods(true), w.set_total_label("TOTAL"); },
            "several_periods", "would be of all periods"},
           {[](Wide& w) {
              w.set_several_periods(true);
              w.set_period_format(catalogue::v1::PERIOD_FORMAT_GIVEN);
            },
            "several_periods", "needs a period_header"},
           {[](Wide& w) {
              w.mutable_row_dimensions(1)->set_missing_row(catalogue::v1::NO_FIGURE_ZERO);
            },
            "row_dimensions[1].missing_row", "one dimension"},
           {[](Wide& w) { w.clear_period_header(); }, "period_header", "is missing"},
           {[](Wide& w) { w.set_period_format(catalogue::v1::PERIOD_FORMAT_GIVEN); },
            "period_header", "must be empty"},
           {[](Wide& w) {
              w.clear_organisation_header();
              w.set_total_label("TOTAL");
            },
            "total_label", "needs an organisation_header"},
           {[](Wide& w) {
              for (int i = 0; i < 64; ++i) *w.add_shapes() = w.shapes(0);
            },
            "shapes", "more than 64"},
       }) {
    catalogue::v1::Collection definition = Diagnostics();
    bad.spoil(*definition.mutable_layouts(0)->mutable_wide());
    const absl::Status status = Build(definition).status();
    EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid)) << bad.path;
    const std::string words = WordsOf(status);
    EXPECT_THAT(words, HasSubstr(absl::StrCat("\nlayouts[0].wide.", bad.path, ": "))) << words;
    EXPECT_THAT(words, HasSubstr(bad.words)) << words;
  }
}

TEST(LayoutBuilderTest, ALayoutMayHaveNeitherPeriodNorOrganisation) {
  catalogue::v1::Collection definition = Diagnostics();
  auto* wide = definition.mutable_layouts(0)->mutable_wide();
  wide->clear_organisation_header();
  wide->clear_period_header();
  wide->set_period_format(catalogue::v1::PERIOD_FORMAT_GIVEN);
  wide->add_ignored_headers("Period");
  wide->add_ignored_headers("Provider Org Code");
  wide->set_keeps_other_items(true);
  const absl::StatusOr<Collection> built = Build(definition);
  ASSERT_THAT(built.status(), IsOk()) << WordsOf(built.status());
  EXPECT_EQ(std::get<WideLayout>(built->layouts[0].shape).Items(),
            (std::set<std::string>{"dm01_activity", "dm01_waiting"}));
  EXPECT_TRUE(std::get<WideLayout>(built->layouts[0].shape).keeps_other_items);
  const ReadFileResult read = ReadReturnFile(*built, "published", TextOf(DiagnosticsRecords()), 0,
                                             {Period::Parse("2026-03").value(), "RDY"});
  ASSERT_THAT(read.status, IsOk()) << WordsOf(read.status);
  EXPECT_EQ(read.rows.at(0).organisation, "RDY");
}

// A return of many commissioners is as large as what it holds, not as what it could hold.
TEST(CollectionBuilderTest, SparseItemsAndOrganisationsAreCompiled) {
  Collection known = DiagnosticsCollection();
  for (auto& [code, item] : known.items) {
    for (DimensionSpec& dimension : item.dimensions) {
      if (dimension.code != "commissioner") continue;
      dimension = DimensionSpec{
          "commissioner", {"NONC"}, true, std::make_shared<const std::set<std::string>>()};
    }
  }
  const absl::StatusOr<Collection> built = Build(Diagnostics(), known);
  ASSERT_THAT(built.status(), IsOk()) << WordsOf(built.status());
  EXPECT_EQ(built->CellCount(), 0u);
  const DimensionSpec& commissioner = built->items.at("dm01_waiting").dimensions[0];
  EXPECT_TRUE(commissioner.sparse);
  EXPECT_TRUE(commissioner.Has("QWO") && commissioner.Has("NONC"));
  EXPECT_FALSE(commissioner.Has("11A"));
}

TEST(CollectionBuilderTest, FaultsOfRuleValuesAndOfLayoutPeriods) {
  using Definition = catalogue::v1::Collection;
  struct Case {
    std::function<void(Definition&)> spoil;
    const char* path;
    const char* words;
  };
  for (const Case& bad : std::vector<Case>{
           {[](Definition& c) { c.mutable_rules(0)->mutable_at(0)->set_values(0, "XRAY"); },
            "rules[0].at[0].values", "\"XRAY\" stands twice, or no item"},
           {[](Definition& c) { c.mutable_rules(0)->mutable_at(0)->add_values("MRI"); },
            "rules[0].at[0].values", "\"MRI\" stands twice"},
           {[](Definition& c) { c.mutable_rules(0)->mutable_at(0)->clear_values(); },
            "rules[0].at[0].values", "is empty"},
           {[](Definition& c) { c.mutable_rules(0)->add_for_each("test"); }, "rules[0].at[0]",
            "dimension \"test\" stands twice"},
           {[](Definition& c) {
              c.mutable_rules(0)->set_each_cell(true);
              c.mutable_rules(0)->set_expression("cell >= 0");
            },
            "rules[0]", "each_cell and at cannot stand together"},
           {[](Definition& c) { c.mutable_layouts(0)->set_from_period("April"); },
            "layouts[0].from_period", ""},
           {[](Definition& c) { c.mutable_layouts(0)->set_from_period("2024-Q1"); },
            "layouts[0].from_period", "is not of the collection's kind"},
           {[](Definition& c) {
              c.mutable_layouts(0)->set_from_period("2024-02");
              c.mutable_layouts(0)->set_to_period("2024-01");
            },
            "layouts[0].to_period", "lies before from_period"},
       }) {
    Definition definition = Diagnostics();
    auto* rule = definition.add_rules();
    rule->set_code("D04");
    rule->set_severity(common::v1::SEVERITY_EXPLAIN);
    rule->set_message("No figures.");
    rule->set_expression("count_present(dm01_waiting) > 0");
    auto* at = rule->add_at();
    at->set_dimension("test");
    at->add_values("CT");
    at->add_values("MRI");
    EXPECT_THAT(Build(definition).status(), IsOk());
    bad.spoil(definition);
    const absl::Status status = Build(definition).status();
    EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid)) << bad.path;
    const std::string words = WordsOf(status);
    EXPECT_THAT(words, HasSubstr(absl::StrCat("\n", bad.path, ": "))) << words;
    EXPECT_THAT(words, HasSubstr(bad.words)) << words;
  }
}

}  // namespace
}  // namespace onereturn::ingestion
