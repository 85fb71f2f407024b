// Goal: answers equal what was published. Method: the published files as held cells, in months or
// quarters of providers; sums by hand of the files' rows, and published totals and percentages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "common/base/testing/published_data.h"
#include "common/csv/csv_reader.h"
#include "services/ingestion/domain/requests/answer.h"
#include "services/ingestion/domain/requests/figure_sums.h"
#include "services/ingestion/domain/requests/testing/held_figures.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

using PublishedRows = std::vector<std::vector<std::string>>;

PublishedRows RowsOfFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  PublishedRows rows;
  CsvReader reader(CsvLimits(), [&rows](int64_t, const std::vector<absl::string_view>& fields) {
    rows.emplace_back(fields.begin(), fields.end());
    return absl::OkStatus();
  });
  EXPECT_TRUE(reader.Feed(bytes.str()).ok() && reader.Finish().ok()) << path;
  return rows;
}

std::string PathOfMonth(const std::string& month) {
  const std::string folder = PublishedDataFolder() + "/ae-monthly-2022-24";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().substr(0, month.size()) == month) return entry.path();
  }
  ADD_FAILURE() << "there is no file of " << month;
  return "";
}

KnownDimension PublishedDimension(std::string code, std::set<std::string> values) {
  KnownDimension dimension;
  dimension.code = std::move(code);
  dimension.values = std::move(values);
  dimension.adds_up = true;
  return dimension;
}

// England's monthly A&E returns as they are published, with those attendances over four hours null
// that were not collected.
class PublishedMonthsTest : public PublishedDataTest {
 protected:
  PublishedMonthsTest() : PublishedDataTest("ae-monthly-2022-24") {}

  void SetUp() override {
    PublishedDataTest::SetUp();
    if (!HasData()) return;
    std::set<std::string> not_collecting;
    const std::string folder = PublishedDataFolder() + "/reference/";
    for (const auto& row : RowsOfFile(folder + "ae_four_hour_not_collected.csv")) {
      not_collecting.insert(row[0]);
    }
    for (const char* month : {"2023-04", "2023-05", "2023-06"}) {
      for (const auto& row : RowsOfFile(PathOfMonth(month))) {
        if (row[0] == "Period") continue;
        const std::string code = absl::AsciiStrToUpper(absl::StripAsciiWhitespace(row[1]));
        const bool is_total = absl::AsciiStrToUpper(row[0]).find("TOTAL") == 0 || code == "TOTAL";
        if (is_total) {
          totals_[month] = row;
        } else {
          const bool collected = not_collecting.count(code) == 0 || month == std::string("2023-06");
          Hold(code, month, row, collected);
          providers_.push_back(code);
        }
      }
    }
    for (const auto& row : RowsOfFile(folder + "ref_provider_icb_region.csv")) {
      icb_of_[row[0]] = row[2];
    }
    std::sort(providers_.begin(), providers_.end());
    providers_.erase(std::unique(providers_.begin(), providers_.end()), providers_.end());
    item_.additive_over_organisations = item_.additive_over_time = true;
    item_.dimensions = {PublishedDimension("booked", {"no", "yes"}),
                        PublishedDimension("department", {"other", "type1", "type2"})};
    source_.coverage = CoverageClass::kRollup;
  }

  void Hold(const std::string& code, const std::string& month, const std::vector<std::string>& row,
            bool collected) {
    size_t column = 4;
    for (const char* item : {"ae_attendances", "ae_over_four_hours"}) {
      for (const char* booked : {"no", "yes"}) {
        for (const char* department : {"type1", "type2", "other"}) {
          const std::string& text = row[column++];
          held_.Hold(
              code, month,
              HeldCell(
                  item, {{"booked", booked}, {"department", department}},
                  collected || item == std::string("ae_attendances") ? text : "NOT_COLLECTED"));
        }
      }
    }
  }

  // Providers of the ICB that sent a return in the month, each month its own.
  FigureParts QuarterOf(const std::string& icb) const {
    FigureParts parts;
    for (const char* month : {"2023-04", "2023-05", "2023-06"}) {
      for (const std::string& code : providers_) {
        const auto found = icb_of_.find(code);
        if (!icb.empty() && (found == icb_of_.end() || found->second != icb)) continue;
        if (held_.Part(code, month).held != nullptr) parts.push_back(held_.Part(code, month));
      }
    }
    return parts;
  }

  std::vector<std::string> Figures(const KnownItem& item) {
    return TextsOf(EvaluateFigures(source_, item, Period::Parse("FY2023-Q1").value(), {},
                                   [this](const FigureSource::Part& part, const std::string& code) {
                                     return held_.Read(part, code);
                                   }));
  }

  HeldFigures held_;
  std::map<std::string, std::vector<std::string>> totals_;
  std::map<std::string, std::string> icb_of_;
  std::vector<std::string> providers_;
  KnownItem item_;
  FigureSource source_;
};

TEST_F(PublishedMonthsTest, MonthsOfAProviderAreItsQuarter) {
  // RD8, April to June 2023: 7102 + 8183 + 8223 and so on, added by hand from the files.
  source_.parts_of_item["ae_attendances"] = held_.Parts({"RD8"}, {"2023-04", "2023-05", "2023-06"});
  source_.dimensions = {{"booked", {}}, {"department", {}}};
  EXPECT_THAT(Figures(item_),
              ElementsAre("no,other 14611 [3/3]", "no,type1 23508 [3/3]", "no,type2 0 [3/3]",
                          "yes,other 382 [3/3]", "yes,type1 1701 [3/3]", "yes,type2 0 [3/3]"));
  source_.dimensions = {};
  EXPECT_THAT(Figures(item_), ElementsAre("40202 [3/3]"));
}

TEST_F(PublishedMonthsTest, ProvidersAreTheirIcb) {
  // QHG: RC9 21854 + 24116 + 26777, RD8 12485 + 13826 + 13891, Y02428 2656 + 2458 + 2249.
  source_.parts_of_item["ae_attendances"] = QuarterOf("QHG");
  EXPECT_THAT(Figures(item_), ElementsAre("120312 [9/9]"));
  // RC9 did not collect attendances over four hours in April and May.
  source_.parts_of_item["ae_over_four_hours"] = QuarterOf("QHG");
  source_.parts_of_item.erase("ae_attendances");
  EXPECT_THAT(Figures(item_), ElementsAre("NOT_COLLECTED [7/9]"));
}

TEST_F(PublishedMonthsTest, AllProvidersAreThePublishedTotal) {
  source_.parts_of_item["ae_attendances"] = QuarterOf("");
  source_.dimensions = {{"booked", {}}, {"department", {}}};
  std::map<size_t, int64_t> totals;
  for (const auto& [month, row] : totals_) {
    for (size_t column = 4; column < 10; ++column) {
      int64_t value = 0;
      ASSERT_TRUE(absl::SimpleAtoi(row[column], &value));
      totals[column] += value;
    }
  }
  ASSERT_EQ(totals_.size(), 3u);
  const std::string parts = absl::StrCat(" [", source_.parts_of_item["ae_attendances"].size(), "/",
                                         source_.parts_of_item["ae_attendances"].size(), "]");
  EXPECT_THAT(Figures(item_), ElementsAre(absl::StrCat("no,other ", totals[6], parts),
                                          absl::StrCat("no,type1 ", totals[4], parts),
                                          absl::StrCat("no,type2 ", totals[5], parts),
                                          absl::StrCat("yes,other ", totals[9], parts),
                                          absl::StrCat("yes,type1 ", totals[7], parts),
                                          absl::StrCat("yes,type2 ", totals[8], parts)));
}

TEST_F(PublishedMonthsTest, TheShareWithinFourHoursIsARatioOfSums) {
  KnownItem derived;
  derived.formula =
      Expression::Parse("(sum(ae_attendances) - sum(ae_over_four_hours)) / sum(ae_attendances)")
          .value();
  source_.coverage = CoverageClass::kDerivable;
  for (const char* item : {"ae_attendances", "ae_over_four_hours"}) {
    source_.parts_of_item[item] = held_.Parts({"RD8"}, {"2023-04", "2023-05", "2023-06"});
  }
  // 40202 attendances, 3105 + 3659 + 3559 of them over four hours.
  EXPECT_THAT(Figures(derived), ElementsAre("29879/40202 [3/3]"));
  for (const char* item : {"ae_attendances", "ae_over_four_hours"}) {
    source_.parts_of_item[item] = QuarterOf("QHG");
  }
  EXPECT_THAT(Figures(derived), ElementsAre("NOT_COLLECTED [7/9]"));
}

// A line over all organisations of a file.
class PublishedShareTest : public PublishedDataTest {
 protected:
  explicit PublishedShareTest(const std::string& file) : PublishedDataTest(file) {
    source_.coverage = CoverageClass::kDerivable;
  }

  // In percent, six places.
  std::string Percentage(const std::string& formula, const std::string& period) {
    KnownItem derived;
    derived.formula = Expression::Parse(formula).value();
    const auto figures =
        EvaluateFigures(source_, derived, Period::Parse(period).value(), {},
                        [this](const FigureSource::Part& part, const std::string& code) {
                          return held_.Read(part, code);
                        });
    if (!figures.ok()) return std::string(figures.status().message());
    if (figures->size() != 1 || !figures->front().ratio.has_value()) return "no ratio";
    const Ratio& ratio = *figures->front().ratio;
    return Ratio(ratio.numerator_millionths(), ratio.denominator_millionths(), 100)
        .Display(6)
        .value();
  }

  HeldFigures held_;
  FigureSource source_;
};

class PublishedMarchTest : public PublishedShareTest {
 protected:
  PublishedMarchTest() : PublishedShareTest("ae_attendances.csv") {}
};

TEST_F(PublishedMarchTest, TheShareWithinFourHoursOfEnglandIsThePublishedOne) {
  std::set<std::string> organisations;
  for (const auto& row : RowsOfFile(PublishedDataFolder() + "/ae_attendances.csv")) {
    if (row[0] != "2019-03-01") continue;
    held_.Hold(row[1], "2019-03", HeldCell("ae_attendances", {{"department", row[2]}}, row[3]));
    held_.Hold(row[1], "2019-03", HeldCell("ae_over_four_hours", {{"department", row[2]}}, row[4]));
    organisations.insert(row[1]);
  }
  // A department that a provider does not have is not in the file.
  for (const char* item : {"ae_attendances", "ae_over_four_hours"}) {
    source_.parts_of_item[item] =
        held_.Parts({organisations.begin(), organisations.end()}, {"2019-03"});
  }
  EXPECT_EQ(Percentage("(sum(ae_attendances) - sum(ae_over_four_hours)) / sum(ae_attendances)",
                       "2019-03"),
            "86.604277");
  source_.dimensions = {{"department", {"1"}}};
  for (const char* item : {"ae_attendances", "ae_over_four_hours"}) {
    FigureParts& parts = source_.parts_of_item[item];
    parts.erase(std::remove_if(parts.begin(), parts.end(),
                               [&](const FigureSource::Part& part) {
                                 const auto cells = held_.Read(part, "ae_attendances").value();
                                 return std::none_of(cells.begin(), cells.end(),
                                                     [](const Cell& cell) {
                                                       return cell.dimensions[0].value == "1";
                                                     });
                               }),
                parts.end());
  }
  EXPECT_EQ(source_.parts_of_item["ae_attendances"].size(), 134u) << "as published";
  EXPECT_EQ(Percentage("(sum(ae_attendances) - sum(ae_over_four_hours)) / sum(ae_attendances)",
                       "2019-03"),
            "79.486257");
}

class PublishedBedsTest : public PublishedShareTest {
 protected:
  PublishedBedsTest() : PublishedShareTest("other-returns/kh03_2024-25_q2.csv") {}

  // To six places, as the cells of the return are held.
  static std::string SixPlaces(const std::string& text) {
    double value = 0;
    EXPECT_TRUE(absl::SimpleAtod(text, &value)) << text;
    return MillionthsToString(static_cast<Int128>(std::llround(value * 1e6)));
  }
};

TEST_F(PublishedBedsTest, OccupancyOfEnglandIsThePublishedOne) {
  std::set<std::string> organisations;
  for (const auto& row : RowsOfFile(PublishedDataFolder() + "/other-returns/kh03_2024-25_q2.csv")) {
    if (row[0] == "period") continue;
    held_.Hold(row[4], "2024-Q3", HeldCell("beds_available", {}, SixPlaces(row[7])));
    held_.Hold(row[4], "2024-Q3", HeldCell("beds_occupied", {}, SixPlaces(row[12])));
    organisations.insert(row[4]);
  }
  for (const char* item : {"beds_available", "beds_occupied"}) {
    source_.parts_of_item[item] =
        held_.Parts({organisations.begin(), organisations.end()}, {"2024-Q3"});
  }
  EXPECT_EQ(Percentage("sum(beds_occupied) / sum(beds_available)", "2024-Q3"), "90.360612");
}

}  // namespace
}  // namespace onereturn::ingestion
