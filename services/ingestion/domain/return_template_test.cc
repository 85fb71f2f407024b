#include "services/ingestion/domain/return_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/domain/testing/ae_collection.h"
#include "services/ingestion/domain/testing/read_file.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Template(const std::string& layout, const std::vector<Cell>& held,
                     const std::string& period = "2023-06",
                     const std::string& organisation = "RLQ") {
  const Collection collection = AeCollection();
  return WriteTemplate(collection, *collection.FindLayout(layout), Period::Parse(period).value(),
                       organisation, held)
      .value();
}

TEST(ReturnTemplateTest, AnEmptyTemplateHasARowForEachCellAndNoFigures) {
  const std::string file = Template("long", {});
  EXPECT_THAT(file, StartsWith("organisation,period,item,department,booked,value,null_reason,"
                               "explanation\r\n"
                               "RLQ,2023-06,ae_admissions_via_ae,other,,,,\r\n"));
  const ReadFileResult untouched = ReadReturnFile(AeCollection(), "long", file);
  ASSERT_THAT(untouched.status, IsOk());
  EXPECT_EQ(untouched.rows[0].cells.size(), 18u);
  EXPECT_EQ(FindingsOf(untouched), "RETURN_EMPTY 2 6");
  // Once it is begun, each figure that is still to be given is named when the file is checked.
  const ReadFileResult begun = ReadReturnFile(
      AeCollection(), "long", absl::StrReplaceAll(file, {{"via_ae,other,,,", "via_ae,other,,3,"}}));
  ASSERT_THAT(begun.status, IsOk());
  EXPECT_EQ(begun.rows[0].findings.count(), 17u);
}

TEST(ReturnTemplateTest, WhatIsNotCollectedIsFilledIn) {
  const std::string file = Template("long", {}, "2023-05", "RVW");
  EXPECT_THAT(file, HasSubstr("RVW,2023-05,ae_over_four_hours,type1,no,,NOT_COLLECTED,\r\n"));
  EXPECT_THAT(file, HasSubstr("RVW,2023-05,ae_attendances,type1,no,,,\r\n"));
  EXPECT_THAT(Template("wide", {}, "2023-05", "RVW"), HasSubstr("NOT_COLLECTED"));
}

TEST(ReturnTemplateTest, ALayoutWhoseRowsAreUnknownHasNone) {
  const Collection collection = AeCollection();
  const absl::Status status = WriteTemplate(collection, *collection.FindLayout("published"),
                                            Period::Parse("2023-06").value(), "RLQ", {})
                                  .status();
  EXPECT_THAT(status, HasReason(Reason::kFileLayout));
  EXPECT_EQ(LayoutForTemplate(collection)->code, "wide");
}

// Rows of a sparse item are there to choose from, and may stay blank; what stands for any
// organisation is the officer's to write.
TEST(ReturnTemplateTest, SparseItemsHaveRowsToChooseFrom) {
  Collection collection;
  collection.code = "TESTS";
  collection.period_kind = PeriodKind::kMonth;
  const auto organisations =
      std::make_shared<const std::set<std::string>>(std::set<std::string>{"QWO", "RDY"});
  collection.items["tests"] =
      ItemSpec{"tests", {{"commissioner", {"NONC"}, true, organisations}, {"test", {"CT", "MRI"}}}};
  std::set<std::string> many;
  for (int i = 0; i < 301; ++i) many.insert(absl::StrCat("W", i));
  collection.items["waits"] = ItemSpec{"waits", {{"week", many, true}}};
  collection.layouts = {{"long", LongLayout{{"commissioner", "test", "week"}}}};
  const std::vector<Cell> held = {
      {"tests", {{"commissioner", "QWO"}, {"test", "CT"}}, Decimal::FromWhole(3)}};
  const Period period = Period::Parse("2024-08").value();
  const std::string file =
      WriteTemplate(collection, collection.layouts[0], period, "RDY", held).value();
  EXPECT_EQ(file,
            "organisation,period,item,commissioner,test,week,value,null_reason,explanation\r\n"
            "RDY,2024-08,tests,QWO,CT,,3,,\r\n"
            "RDY,2024-08,tests,,CT,,,,\r\n"
            "RDY,2024-08,tests,,MRI,,,,\r\n"
            "RDY,2024-08,waits,,,,,,\r\n");
  const ReadFileResult same = ReadReturnFile(collection, "long", file);
  ASSERT_THAT(same.status, IsOk());
  EXPECT_EQ(same.rows[0].cells, held);
  EXPECT_EQ(FindingsOf(same), "");
  // Left as it came, it is no return of nothing.
  const ReadFileResult untouched =
      ReadReturnFile(collection, "long",
                     WriteTemplate(collection, collection.layouts[0], period, "RDY", {}).value());
  ASSERT_THAT(untouched.status, IsOk());
  EXPECT_THAT(FindingsOf(untouched), HasSubstr("RETURN_EMPTY"));
}

// Whatever is held comes back from the template exactly as it is held.
TEST(ReturnTemplateTest, WhatIsHeldComesBackFromIt) {
  EXPECT_TRUE(rc::check([] {
    std::vector<Cell> held = AeCells();
    for (Cell& cell : held) {
      const int64_t millionths = *rc::gen::inRange<int64_t>(-9'000'000'000'000, 9'000'000'000'000);
      if (*rc::gen::inRange(0, 4) == 0) {
        cell.value.reset();
        cell.null_reason = static_cast<NullReason>(*rc::gen::inRange(1, 5));
      } else {
        cell.value = Decimal::FromMillionths(millionths);
      }
    }
    for (const char* layout : {"long", "wide"}) {
      const ReadFileResult result = ReadReturnFile(AeCollection(), layout, Template(layout, held));
      RC_ASSERT(result.status.ok());
      RC_ASSERT(FindingsOf(result) == "");
      FileReturnRows expected = result.rows[0];
      expected.cells = held;
      RC_ASSERT(CellsOf(result.rows[0]) == CellsOf(expected));
    }
  }));
}

}  // namespace
}  // namespace onereturn::ingestion
