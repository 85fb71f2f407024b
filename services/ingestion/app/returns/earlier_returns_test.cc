// Rules with history over a real store: what is read, and that what was read still holds when a
// return is committed.
#include "services/ingestion/app/returns/earlier_returns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "absl/strings/match.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/small_catalogue.h"
#include "services/ingestion/app/testing/test_ingestion.h"
#include "services/ingestion/domain/testing/ae_files.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using AeFigures = std::map<std::string, std::string>;

catalogue::v1::Rule HistoryRule(const std::string& code, common::v1::Severity severity,
                                const std::string& expression) {
  catalogue::v1::Rule rule;
  rule.set_code(code);
  rule.set_severity(severity);
  rule.set_message("Not what it was.");
  rule.set_suggestion("Look at it again.");
  rule.set_expression(expression);
  return rule;
}

// No more than twice the month before: emergency admissions of the whole return.
constexpr char kTwice[] =
    "ae_other_emergency_admissions <= 2 * prior(ae_other_emergency_admissions)";

class EarlierReturnsTest : public ::testing::Test {
 protected:
  EarlierReturnsTest() { ingestion_.Apply(Definitions()); }

  // England's, without the rules that read earlier periods themselves.
  static config::v1::DefinitionSet Definitions() {
    config::v1::DefinitionSet all = EnglandOf({"RLQ", "RCF"});
    auto* rules = all.mutable_collections(0)->mutable_rules();
    for (int i = rules->size() - 1; i >= 0; --i) {
      if (absl::StrContains(rules->Get(i).expression(), "prior(")) rules->DeleteSubrange(i, 1);
    }
    return all;
  }

  void DefineWith(const std::vector<catalogue::v1::Rule>& rules) {
    catalogue::v1::Collection collection = Definitions().collections(0);
    for (const catalogue::v1::Rule& rule : rules) *collection.add_rules() = rule;
    ASSERT_THAT(ingestion_.DefineOne(collection), IsOk());
  }

  static AeFigures Admissions(int figure) {
    return {{"ae_other_emergency_admissions", absl::StrCat(figure)}};
  }

  ReturnAnswer SubmitAdmissions(const std::string& organisation, const std::string& period,
                                int figure) {
    return ingestion_.Submit(ingestion_.AeReturn(organisation, period, Admissions(figure))).value();
  }

  // What RLQ's return for the period finds of the months before.
  struct Found {
    // "{months before} {figure}" of each that is held, the nearest first.
    std::vector<std::string> figures;
    size_t looked_for = 0;
  };
  Found FindBefore(const std::string& period) {
    const Snapshot snapshot = ingestion_.store().TakeSnapshot();
    const CompiledCollection compiled = ingestion_.collections().Get(snapshot, "MSitAE").value();
    StoredReturns past(&snapshot, compiled.collection.get(), Period::Parse(period).value(), "RLQ");
    Found found;
    for (uint32_t before = 1; before <= 12; ++before) {
      const EarlierReturn* const earlier = past.Before(before);
      if (earlier == nullptr) continue;
      // Of the item that the rule reads, and no other.
      EXPECT_EQ(earlier->cells.size(), 1u);
      found.figures.push_back(
          absl::StrCat(earlier->periods_before, " ", earlier->cells.at(0).value->ToString()));
    }
    EXPECT_THAT(past.status(), IsOk());
    found.looked_for = past.TakeReadSet().size();
    return found;
  }

  TestIngestion ingestion_;
};

std::vector<std::string> CodesIn(const Findings& findings) {
  std::vector<std::string> codes;
  for (const Finding& finding : findings.kept()) codes.push_back(finding.code);
  return codes;
}

TEST_F(EarlierReturnsTest, NothingIsReadWhereNoRuleAsksForIt) {
  SubmitAdmissions("RLQ", "2023-05", 10);
  const Found found = FindBefore("2023-06");
  EXPECT_THAT(found.figures, IsEmpty());
  EXPECT_EQ(found.looked_for, 0u);
}

TEST_F(EarlierReturnsTest, PeriodsAreFoundByDistanceWithTheirNewestRevision) {
  DefineWith({HistoryRule("H1", common::v1::SEVERITY_INFO,
                          "ae_other_emergency_admissions >= "
                          "prior(ae_other_emergency_admissions, 4)")});
  SubmitAdmissions("RLQ", "2022-12", 1);
  SubmitAdmissions("RLQ", "2023-01", 2);  // Five before: too far back.
  SubmitAdmissions("RLQ", "2023-03", 3);
  SubmitAdmissions("RLQ", "2023-05", 4);
  SubmitAdmissions("RLQ", "2023-05", 5);
  SubmitAdmissions("RLQ", "2023-07", 6);  // After.
  SubmitAdmissions("RCF", "2023-04", 7);  // Another's.
  const Found found = FindBefore("2023-06");
  EXPECT_THAT(found.figures, ElementsAre("1 5", "3 3"));
  EXPECT_EQ(found.looked_for, 4u);
  // The turn of a year is no border.
  EXPECT_THAT(FindBefore("2023-02").figures, ElementsAre("1 2", "2 1"));
}

// What no rule came to look at is not read, and may change until the commit.
TEST_F(EarlierReturnsTest, OnlyWhatARuleLooksAtIsRead) {
  DefineWith({HistoryRule("H1", common::v1::SEVERITY_INFO,
                          "ae_other_emergency_admissions < 10 or "
                          "prior(ae_other_emergency_admissions, 3) > 0")});
  SubmitAdmissions("RLQ", "2023-03", 3);
  const Snapshot snapshot = ingestion_.store().TakeSnapshot();
  const CompiledCollection compiled = ingestion_.collections().Get(snapshot, "MSitAE").value();
  const Period june = Period::Parse("2023-06").value();
  const auto looked_at = [&](int figure) {
    StoredReturns past(&snapshot, compiled.collection.get(), june, "RLQ");
    const Judgement judgement =
        Judge(*compiled.collection, june,
              Submission{"RLQ", Origin::kSubmitted, AeCells(Admissions(figure)), {}, {}}, past);
    EXPECT_EQ(judgement.verdict, Verdict::kValid);
    EXPECT_THAT(past.status(), IsOk());
    return past.TakeReadSet().size();
  };
  EXPECT_EQ(looked_at(9), 0u);
  EXPECT_EQ(looked_at(10), 1u);  // March alone.
}

TEST_F(EarlierReturnsTest, AReturnIsJudgedOnTheMonthBefore) {
  DefineWith({HistoryRule("H1", common::v1::SEVERITY_ERROR, kTwice)});
  EXPECT_EQ(SubmitAdmissions("RLQ", "2023-05", 100).verdict, Verdict::kValid);
  const ReturnAnswer refused = SubmitAdmissions("RLQ", "2023-06", 201);
  EXPECT_EQ(refused.verdict, Verdict::kInvalid);
  EXPECT_THAT(CodesIn(refused.findings), ElementsAre("H1"));
  EXPECT_FALSE(refused.accepted.has_value());
  EXPECT_EQ(SubmitAdmissions("RLQ", "2023-06", 200).verdict, Verdict::kValid);
  // Another organisation's month before is its own.
  EXPECT_EQ(SubmitAdmissions("RCF", "2023-06", 201).verdict, Verdict::kValid);
  // A revision of the month before is what counts from then on.
  EXPECT_EQ(SubmitAdmissions("RLQ", "2023-05", 101).verdict, Verdict::kValid);
  EXPECT_EQ(SubmitAdmissions("RLQ", "2023-06", 201).verdict, Verdict::kValid);
}

// The outlier rule of monthly A&E over a year of returns.
TEST_F(EarlierReturnsTest, AnOutlierIsAskedAboutOnceTwelveMonthsAreHeld) {
  const std::string figure = "ae_other_emergency_admissions";
  DefineWith({HistoryRule("AE06", common::v1::SEVERITY_EXPLAIN,
                          absl::StrCat("not (outside_limits(", figure, ") and abs(", figure,
                                       " - prior(", figure, ")) > 0.3 * prior(", figure,
                                       ") and abs(", figure, " - prior(", figure, ")) > 50)"))});
  Period month = Period::Parse("2022-05").value();
  for (int i = 0; i < 12; ++i, month = *month.Next()) {
    // Eleven are held before April 2023: it is not asked about, whatever it is.
    const ReturnAnswer answer = SubmitAdmissions("RLQ", month.ToString(), i % 2 == 0 ? 1000 : 1200);
    EXPECT_EQ(answer.verdict, Verdict::kValid);
  }
  EXPECT_EQ(month.ToString(), "2023-05");
  // 1100 -/+ 532, and 1200 the month before.
  EXPECT_EQ(SubmitAdmissions("RLQ", "2023-05", 1600).verdict, Verdict::kValid);
  const ReturnAnswer asked = SubmitAdmissions("RLQ", "2023-05", 1650);
  EXPECT_EQ(asked.verdict, Verdict::kValidWithExplanations);
  EXPECT_THAT(CodesIn(asked.findings), ElementsAre("AE06"));
  EXPECT_TRUE(asked.accepted.has_value());
}

// May and June in one group, June judged while May was not held: it is judged again.
TEST_F(EarlierReturnsTest, AMonthReadThatChangesBeforeTheCommitIsJudgedAgain) {
  DefineWith({HistoryRule("H1", common::v1::SEVERITY_ERROR, kTwice)});
  for (const bool held_before : {false, true}) {
    const std::string organisation = held_before ? "RCF" : "RLQ";
    if (held_before) SubmitAdmissions(organisation, "2023-05", 1000);
    std::future<absl::StatusOr<ReturnAnswer>> may, june;
    {
      CommitterHold hold(&ingestion_.committer());
      may = ingestion_.BeginSubmit(ingestion_.AeReturn(organisation, "2023-05", Admissions(100)));
      june = ingestion_.BeginSubmit(ingestion_.AeReturn(organisation, "2023-06", Admissions(500)));
    }
    EXPECT_TRUE(may.get()->accepted.has_value());
    const absl::StatusOr<ReturnAnswer> answer = june.get();
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(answer->verdict, Verdict::kInvalid);
    EXPECT_THAT(CodesIn(answer->findings), ElementsAre("H1"));
    EXPECT_FALSE(answer->accepted.has_value());
  }
}

TEST_F(EarlierReturnsTest, AFilesRowsAreJudgedOnTheMonthBeforeOfEach) {
  DefineWith({HistoryRule("H1", common::v1::SEVERITY_ERROR, kTwice)});
  SubmitAdmissions("RLQ", "2023-05", 1);
  SubmitAdmissions("RCF", "2023-05", 2);
  Records records = {PublishedHeader(), PublishedRow("RLQ", 100), PublishedRow("RCF", 20)};
  records.push_back(TotalOf(records));  // Three admissions each.
  const std::string upload = ingestion_.Upload(TextOf(records));
  for (const bool validate_only : {true, false}) {
    FileSubmission submission = ingestion_.AeFile(upload);
    submission.origin.validate_only = validate_only;
    const absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(submission);
    ASSERT_THAT(answer, IsOk());
    ASSERT_EQ(answer->returns.size(), 2u);
    EXPECT_EQ(answer->returns[0].verdict, Verdict::kInvalid);
    EXPECT_EQ(answer->returns[0].sequence, 0u);
    EXPECT_EQ(answer->returns[1].verdict, Verdict::kValid);
    EXPECT_EQ(answer->returns[1].sequence > 0, !validate_only);
    size_t broken = 0;
    for (const Finding& finding : answer->findings.kept()) {
      if (finding.code != "H1") continue;
      ++broken;
      EXPECT_EQ(finding.organisation, "RLQ");
      EXPECT_EQ(finding.place.row, 2u);
      EXPECT_EQ(finding.place.column, 22u);
    }
    EXPECT_EQ(broken, 1u);
  }
}

// What goes beyond the bound counts as not held, and so does what comes after it; of the months
// before as many again are read.
TEST_F(EarlierReturnsTest, NoMoreIsReadBesideAReturnThanIsBounded) {
  for (const char* item : {"beds", "staff", "rooms", "wards"}) {
    ASSERT_THAT(ingestion_.DefineOne(SmallItem(item)), IsOk());
  }
  catalogue::v1::Collection beds = SmallCollection("BEDS", {"beds"});
  *beds.add_rules() = SmallRule("B1", "beds >= prior(beds)", common::v1::SEVERITY_INFO);
  for (const auto& [code, items] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"STAFF", {"staff"}}, {"ROOMS", {"rooms", "wards"}}}) {
    ASSERT_THAT(ingestion_.DefineOne(SmallCollection(code, items)), IsOk());
    catalogue::v1::ReadBeside* beside = beds.add_beside();
    beside->set_collection(code);
    for (const std::string& item : items) beside->add_items(item);
  }
  ASSERT_THAT(ingestion_.DefineOne(beds), IsOk());
  const auto submit = [&](const std::string& collection, const std::string& period,
                          const std::vector<std::pair<std::string, int>>& figures) {
    EXPECT_TRUE(ingestion_.Submit(SmallReturn(&ingestion_, collection, "RLQ", period, figures))
                    ->accepted.has_value());
  };
  submit("BEDS", "2023-05", {{"beds", 1}});
  submit("STAFF", "2023-06", {{"staff", 2}});
  submit("ROOMS", "2023-06", {{"rooms", 3}, {"wards", 4}});

  const Snapshot snapshot = ingestion_.store().TakeSnapshot();
  const CompiledCollection compiled = ingestion_.collections().Get(snapshot, "BEDS").value();
  const Period june = Period::Parse("2023-06").value();
  for (const uint64_t most : {1, 2, 3}) {
    const StoredReturns past(&snapshot, compiled.collection.get(), june, "RLQ", std::nullopt, most);
    const EarlierReturn* const beside = past.Before(0);
    ASSERT_NE(beside, nullptr);
    std::vector<std::string> items;
    for (const Cell& cell : beside->cells) items.push_back(cell.item);
    EXPECT_EQ(items, most < 3 ? std::vector<std::string>({"staff"})
                              : std::vector<std::string>({"staff", "rooms", "wards"}))
        << most;
    EXPECT_NE(past.Before(1), nullptr) << most;
    EXPECT_THAT(past.status(), IsOk());
  }
  const StoredReturns none(&snapshot, compiled.collection.get(), june, "RLQ", std::nullopt, 0);
  EXPECT_EQ(none.Before(0), nullptr);
  EXPECT_EQ(none.Before(1), nullptr);
}

TEST_F(EarlierReturnsTest, RulesThatWouldReadTooManyCellsAreRefused) {
  catalogue::v1::DataItem item;
  item.set_code("tests_done");
  item.set_display_name("Tests done");
  item.set_concept_text("Tests done by ward.");
  item.set_unit("tests");
  for (const auto& [code, values] : {std::pair("ward", 250), std::pair("test", 200)}) {
    auto* dimension = item.add_dimensions();
    dimension->set_code(code);
    for (int i = 0; i < values; ++i) dimension->add_values()->set_code(absl::StrCat("v", i));
  }
  ASSERT_THAT(ingestion_.DefineOne(item), IsOk());
  catalogue::v1::Collection collection;
  collection.set_code("WARDS");
  collection.set_display_name("Tests by ward");
  collection.add_items("tests_done");
  collection.set_period_kind(catalogue::v1::PERIOD_KIND_MONTH);
  // 20 x 50,000 is a million.
  *collection.add_rules() =
      HistoryRule("W1", common::v1::SEVERITY_INFO, "sum(tests_done) >= prior(sum(tests_done), 20)");
  EXPECT_THAT(ingestion_.DefineOne(collection), IsOk());
  collection.mutable_rules(0)->set_expression("sum(tests_done) >= prior(sum(tests_done), 21)");
  const absl::Status refused = ingestion_.DefineOne(collection).status();
  EXPECT_THAT(refused, HasReason(Reason::kDefinitionInvalid));
  const std::optional<ErrorDetails> details = DetailsOf(refused);
  ASSERT_EQ(details->fields.size(), 1u);
  EXPECT_EQ(details->fields[0].field, "rules");
  EXPECT_THAT(details->fields[0].description,
              HasSubstr("read 1050000 cells of earlier periods, 21 periods back"));
}

}  // namespace
}  // namespace onereturn::ingestion
