// Rules that read what the organisation returned before: the outlier rule of monthly A&E, the
// change of KH03's available beds, rules of each cell.
#include "services/ingestion/domain/rule_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/domain/testing/ae_collection.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Outside limits and over 30 % and over 50 cases: a reason is asked for.
constexpr char kOutlier[] =
    "not (outside_limits(sum(ae_attendances))"
    " and abs(sum(ae_attendances) - prior(sum(ae_attendances)))"
    "     > 0.3 * prior(sum(ae_attendances))"
    " and abs(sum(ae_attendances) - prior(sum(ae_attendances))) > 50)";

Collection WithOutlierRule() {
  Collection collection = AeCollection();
  collection.rules = {AeRule("AE06", Severity::kExplain, kOutlier, {"department"})};
  return collection;
}

// So many months of type 1 attendances before, `newest` and `other` in turn; 20 of them booked.
ReturnHistory Months(int count, int newest, int other) {
  ReturnHistory history;
  for (int before = 1; before <= count; ++before) {
    const int figure = before % 2 == 1 ? newest : other;
    history.push_back({static_cast<uint32_t>(before),
                       AeCells({{"ae_attendances|type1|no", absl::StrCat(figure - 20)},
                                {"ae_attendances|type1|yes", "20"}})});
  }
  return history;
}

Submission AttendancesOf(int type1) {
  return Submission{"RLQ",
                    Origin::kSubmitted,
                    AeCells({{"ae_attendances|type1|no", absl::StrCat(type1 - 30)},
                             {"ae_attendances|type1|yes", "30"}}),
                    {},
                    {}};
}

std::vector<std::string> CodesFound(const Judgement& judgement) {
  std::vector<std::string> codes;
  for (const Finding& finding : judgement.findings.kept()) codes.push_back(finding.code);
  return codes;
}

bool OutlierFires(const ReturnHistory& history, int type1) {
  const Judgement judgement =
      Judge(WithOutlierRule(), Period::Parse("2023-06").value(), AttendancesOf(type1), history);
  EXPECT_EQ(judgement.verdict,
            judgement.findings.count() > 0 ? Verdict::kValidWithExplanations : Verdict::kValid);
  return judgement.findings.count() > 0;
}

TEST(OutlierRuleTest, FiresWhereAllThreeConditionsHold) {
  // 1000 and 1200 in turn: mean 1100, moving range 200, limits 1100 -/+ 532.
  const ReturnHistory history = Months(12, 1000, 1200);
  EXPECT_TRUE(OutlierFires(history, 1633));
  EXPECT_TRUE(OutlierFires(history, 567));
  EXPECT_FALSE(OutlierFires(history, 1000));
}

TEST(OutlierRuleTest, InsideTheLimitsItDoesNotFire) {
  const ReturnHistory history = Months(12, 1000, 1200);
  EXPECT_FALSE(OutlierFires(history, 1631));  // 63 % and 631 cases more.
  EXPECT_FALSE(OutlierFires(history, 569));   // 43 % and 431 cases fewer.
}

TEST(OutlierRuleTest, UpToThirtyPercentItDoesNotFire) {
  // Limits 1005 -/+ 26.6.
  const ReturnHistory history = Months(12, 1000, 1010);
  EXPECT_FALSE(OutlierFires(history, 1300));  // Outside, 300 cases, 30 %.
  EXPECT_TRUE(OutlierFires(history, 1301));
  EXPECT_FALSE(OutlierFires(history, 700));
  EXPECT_TRUE(OutlierFires(history, 699));
}

TEST(OutlierRuleTest, UpToFiftyCasesItDoesNotFire) {
  // Limits 100.5 -/+ 2.66.
  const ReturnHistory history = Months(12, 100, 101);
  EXPECT_FALSE(OutlierFires(history, 150));  // Outside, 50 %, 50 cases.
  EXPECT_TRUE(OutlierFires(history, 151));
  EXPECT_FALSE(OutlierFires(history, 50));
  EXPECT_TRUE(OutlierFires(history, 49));
}

TEST(OutlierRuleTest, IsNotDecidedWithTooLittleHistory) {
  EXPECT_FALSE(OutlierFires({}, 5000));
  EXPECT_FALSE(OutlierFires(Months(11, 1000, 1200), 5000));
  ReturnHistory history = Months(14, 1000, 1200);
  EXPECT_TRUE(OutlierFires(history, 5000));
  // The month before is not held: no change to be seen, whatever the limits.
  history.erase(history.begin());
  EXPECT_FALSE(OutlierFires(history, 5000));
  // Held, but the figure is not known.
  history.insert(history.begin(),
                 EarlierReturn{1, AeCells({{"ae_attendances|type1|yes", "WITHHELD"}})});
  EXPECT_FALSE(OutlierFires(history, 5000));
}

TEST(OutlierRuleTest, AGapFurtherBackIsLeftOut) {
  ReturnHistory history = Months(13, 1000, 1200);
  history.erase(history.begin() + 6);  // Twelve are left.
  EXPECT_TRUE(OutlierFires(history, 5000));
  history.erase(history.begin() + 6);  // Eleven.
  EXPECT_FALSE(OutlierFires(history, 5000));
}

TEST(OutlierRuleTest, TheFindingIsAsOfAnyRule) {
  Submission submission = AttendancesOf(1700);
  for (uint32_t i = 0; i < submission.cells.size(); ++i) {
    submission.places.push_back(Place{2, i + 5, AeColumns()[i].first});
  }
  const Judgement judgement = Judge(WithOutlierRule(), Period::Parse("2023-06").value(), submission,
                                    Months(12, 1000, 1200));
  ASSERT_THAT(CodesFound(judgement), ElementsAre("AE06"));
  const Finding& finding = judgement.findings.kept()[0];
  EXPECT_EQ(finding.severity, Severity::kExplain);
  EXPECT_EQ(finding.rule_version, 3u);
  // Twelve months of 1,000 and 1,200 in turn: mean 1,100, moving ranges 200, 2.66 x 200 = 532.
  EXPECT_THAT(finding.message, StartsWith("Rule AE06 is broken. [department=type1] (sum(ae_"
                                          "attendances) = 1700, usual 568.0 to 1632.0 by 12 "
                                          "earlier ones; prior(sum(ae_attendances)) = 1"));
  EXPECT_EQ(finding.suggestion,
            "EXPLANATION_OWED: Look at it again. A reason goes into the column \"explanation\" of "
            "layout long.");
  EXPECT_EQ(DescribeCell(*finding.cell), "ae_attendances [booked=no, department=type1]");
  EXPECT_EQ(finding.got, "1670");
  EXPECT_THAT(finding.expected, StartsWith("not (outside_limits(sum(ae_attendances)) and abs("));
  EXPECT_EQ(finding.place.row, 2u);
  EXPECT_EQ(finding.place.column, 5u);
  submission.explanations = {{"AE06", std::nullopt, "The next hospital was closed."}};
  const Judgement explained = Judge(WithOutlierRule(), Period::Parse("2023-06").value(), submission,
                                    Months(12, 1000, 1200));
  EXPECT_EQ(explained.findings.kept()[0].suggestion, "Look at it again.");
}

// KH03, cut down to available beds of two sectors.
Collection BedsWithRule(RuleSpec rule) {
  Collection collection;
  collection.code = "KH03";
  collection.version = 1;
  collection.period_kind = PeriodKind::kQuarter;
  collection.items["available"] =
      ItemSpec{"available", {DimensionSpec{"sector", {"acute", "maternity"}}}};
  collection.rules = {std::move(rule)};
  return collection;
}

std::vector<Cell> Beds(absl::string_view acute, absl::string_view maternity) {
  std::vector<Cell> cells;
  const std::pair<const char*, absl::string_view> sectors[] = {{"acute", acute},
                                                               {"maternity", maternity}};
  for (const auto& [sector, figure] : sectors) {
    Cell cell;
    cell.item = "available";
    cell.dimensions = {{"sector", sector}};
    if (!figure.empty()) cell.value = Decimal::Parse(figure).value();
    cells.push_back(cell);
  }
  return cells;
}

// Of the same meaning, in the two ways to write it.
std::vector<Collection> ChangeOfBeds() {
  return {BedsWithRule(AeRule("K04", Severity::kExplain,
                              "abs(available - prior(available)) <= 0.15 * prior(available)",
                              {"sector"})),
          BedsWithRule(AeRule("K04", Severity::kExplain,
                              "abs(cell - prior(cell)) <= 0.15 * prior(cell)", {}, true))};
}

TEST(ChangeOfBedsTest, AReasonIsAskedForAboveFifteenPercent) {
  const struct {
    const char* acute;
    const char* maternity;
    std::vector<std::string> sectors;
  } rows[] = {
      {"200", "40", {}},
      {"230", "46", {}},
      {"170", "34", {}},
      {"230.000001", "40", {"acute"}},
      {"169.999999", "40", {"acute"}},
      {"200", "46.1", {"maternity"}},
      {"0", "0", {"acute", "maternity"}},
      {"", "100", {"maternity"}},
  };
  for (const Collection& collection : ChangeOfBeds()) {
    for (const auto& row : rows) {
      const Judgement judgement =
          Judge(collection, Period::Parse("2024-Q3").value(),
                Submission{"RLQ", Origin::kSubmitted, Beds(row.acute, row.maternity), {}, {}},
                {{1, Beds("200", "40")}, {2, Beds("1", "1")}});
      std::vector<std::string> sectors;
      for (const Finding& finding : judgement.findings.kept()) {
        EXPECT_EQ(finding.code, "K04");
        sectors.push_back(finding.cell->dimensions[0].value);
      }
      EXPECT_EQ(sectors, row.sectors) << row.acute << " " << row.maternity;
    }
  }
}

TEST(ChangeOfBedsTest, NothingIsAskedWhereTheQuarterBeforeIsNotKnown) {
  const std::vector<Cell> acute_only = {Beds("200", "40")[0]};
  for (const Collection& collection : ChangeOfBeds()) {
    const auto found = [&](const ReturnHistory& history) {
      return CodesFound(Judge(collection, Period::Parse("2024-Q3").value(),
                              Submission{"RLQ", Origin::kSubmitted, Beds("900", "900"), {}, {}},
                              history));
    };
    EXPECT_THAT(found({}), IsEmpty());
    EXPECT_THAT(found({{2, Beds("200", "40")}}), IsEmpty());
    EXPECT_THAT(found({{1, Beds("", "")}}), IsEmpty());
    EXPECT_THAT(found({{1, {}}}), IsEmpty());
    EXPECT_THAT(found({{1, acute_only}}), ElementsAre("K04"));
    EXPECT_THAT(found({{1, Beds("200", "40")}}), ElementsAre("K04", "K04"));
  }
}

TEST(RuleHistoryTest, ACollectionSaysWhatItNeedsOfEarlierPeriods) {
  Collection collection = AeCollection();
  EXPECT_EQ(collection.PriorPeriods(), 0u);
  EXPECT_THAT(collection.HistoryItems(), IsEmpty());
  collection.rules.push_back(AeRule("H1", Severity::kInfo, "prior(ae_attendances, 3) > 0"));
  EXPECT_EQ(collection.rules.back().PriorPeriods(), 3u);
  EXPECT_EQ(collection.PriorPeriods(), 3u);
  EXPECT_THAT(collection.HistoryItems(), ElementsAre("ae_attendances"));
  collection.rules.push_back(
      AeRule("H2", Severity::kInfo, "not outside_limits(ae_waits_over_twelve_hours)"));
  EXPECT_EQ(collection.PriorPeriods(), 24u);
  EXPECT_THAT(collection.HistoryItems(),
              ElementsAre("ae_attendances", "ae_waits_over_twelve_hours"));
  collection.rules.push_back(AeRule("H3", Severity::kInfo, "cell = prior(cell, 36)", {}, true));
  EXPECT_EQ(collection.PriorPeriods(), 36u);
  EXPECT_EQ(collection.HistoryItems().size(), collection.items.size());
}

TEST(RuleHistoryTest, HowManyCellsOfEarlierPeriodsRulesMayRead) {
  Collection collection = AeCollection();
  EXPECT_EQ(collection.HistoryCellCount(), 0u);
  collection.rules = {AeRule("H1", Severity::kInfo, "prior(sum(ae_attendances), 3) > 0")};
  EXPECT_EQ(collection.HistoryCellCount(), 3u * 6u);
  // All items, as far back as any rule reads.
  collection.rules.push_back(AeRule("H2", Severity::kInfo, "cell = prior(cell, 2)", {}, true));
  EXPECT_EQ(collection.HistoryCellCount(), 3u * 18u);
  DimensionSpec wide{"wide", {}};
  for (int i = 0; i < 100'000; ++i) wide.values.insert(absl::StrCat(i));
  collection.items["ae_attendances"].dimensions.assign(4, wide);
  EXPECT_EQ(collection.HistoryCellCount(), UINT64_MAX);
  collection.items["ae_attendances"].dimensions.resize(3);  // 10^15, times 3 it still fits.
  EXPECT_EQ(collection.HistoryCellCount(), 3u * (1'000'000'000'000'000u + 12u));
}

TEST(RuleHistoryTest, AnEarlierReturnThatARuleCannotReadIsTheOwnersFault) {
  Collection collection = AeCollection();
  collection.rules = {
      AeRule("BAD", Severity::kError, "prior(ae_attendances) >= 0", {"department"})};
  const Judgement judgement =
      Judge(collection, Period::Parse("2023-06").value(), AttendancesOf(100), Months(1, 100, 100));
  EXPECT_EQ(judgement.verdict, Verdict::kValid);
  EXPECT_THAT(CodesFound(judgement), ElementsAre("RULE_FAULTY", "RULE_FAULTY", "RULE_FAULTY"));
}

}  // namespace
}  // namespace onereturn::ingestion
