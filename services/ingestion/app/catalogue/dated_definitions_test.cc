// Definitions over time: versions by period, homes at a time, codes that are never reused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/catalogue/compiled_collections.h"
#include "services/ingestion/app/returns/judge_return.h"
#include "services/ingestion/app/testing/small_catalogue.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;

class DatedDefinitionsTest : public ::testing::Test {
 protected:
  DatedDefinitionsTest() {
    Must(SmallProvider("RLQ"));
    Must(SmallProvider("RCF"));
    for (const char* item : {"beds", "wards", "rooms"}) Must(SmallItem(item));
  }

  template <typename Definition>
  void Must(const Definition& definition) {
    ASSERT_THAT(ingestion_.DefineOne(definition).status(), IsOk());
  }
  template <typename Definition>
  absl::Status Try(const Definition& definition) {
    return ingestion_.DefineOne(definition).status();
  }
  absl::StatusOr<ReturnAnswer> Submit(const std::string& period, int beds,
                                      const std::string& collection = "SitRep") {
    return ingestion_.Submit(SmallReturn(&ingestion_, collection, "RLQ", period, {{"beds", beds}}));
  }
  static std::vector<std::string> PathsOf(const absl::Status& status) {
    std::vector<std::string> paths;
    const std::optional<ErrorDetails> details = DetailsOf(status);
    if (!details.has_value()) return paths;
    for (const FieldViolation& field : details->fields) paths.push_back(field.field);
    return paths;
  }

  TestIngestion ingestion_;
};

// Next year's rule is stored today; last year's refresh is judged by last year's rules.
TEST_F(DatedDefinitionsTest, AReturnIsJudgedByTheVersionOfItsPeriod) {
  catalogue::v1::Collection now = SmallCollection("SitRep", {"beds"});
  *now.add_rules() = SmallRule("S1", "beds <= 100");
  Must(now);
  catalogue::v1::Collection next = SmallCollection("SitRep", {"beds"}, "2027-04");
  *next.add_rules() = SmallRule("S1", "beds <= 10");
  Must(next);
  const auto last_year = Submit("2027-03", 50);
  ASSERT_THAT(last_year, IsOk());
  EXPECT_EQ(last_year->verdict, Verdict::kValid);
  EXPECT_EQ(last_year->fact.collection_version(), 1u);
  const auto refused = Submit("2027-04", 50);
  ASSERT_THAT(refused, IsOk());
  EXPECT_EQ(refused->verdict, Verdict::kInvalid);
  const auto taken = Submit("2027-04", 5);
  ASSERT_THAT(taken, IsOk());
  EXPECT_EQ(taken->fact.collection_version(), 2u);
  // The refresh, long after the new version was stored.
  const auto refresh = Submit("2027-03", 60);
  EXPECT_EQ(refresh->verdict, Verdict::kValid);
  EXPECT_EQ(refresh->fact.collection_version(), 1u);
}

TEST_F(DatedDefinitionsTest, AnItemsVersionGoesByThePeriodToo) {
  Must(SmallCollection("SitRep", {"beds"}));
  catalogue::v1::DataItem item = SmallItem("beds");
  item.set_display_name("Beds by sector");
  item.set_valid_from_period("2027-04");
  auto* sector = item.add_dimensions();
  sector->set_code("sector");
  sector->add_values()->set_code("GA");
  Must(item);
  EXPECT_EQ(Submit("2027-03", 5)->verdict, Verdict::kValid);
  EXPECT_EQ(Submit("2027-04", 5)->verdict, Verdict::kInvalid);  // The dimension is missing.
}

// A folder that holds this year's and next year's definition is applied again.
TEST_F(DatedDefinitionsTest, DefinitionsOfSeveralTimesMayBeSentAgain) {
  const catalogue::v1::Collection now = SmallCollection("SitRep", {"beds"});
  const catalogue::v1::Collection next = SmallCollection("SitRep", {"beds", "wards"}, "2027-04");
  Must(now);
  Must(next);
  const uint64_t before = ingestion_.LastSequence();
  EXPECT_TRUE(ingestion_.DefineOne(now)->unchanged);
  EXPECT_TRUE(ingestion_.DefineOne(next)->unchanged);
  EXPECT_EQ(ingestion_.LastSequence(), before);
  // Withdrawn: what is, from the same period on.
  catalogue::v1::Collection instead = SmallCollection("SitRep", {"beds"}, "2027-04");
  Must(instead);
  EXPECT_EQ(ingestion_.DefineOne(next)->definition.version(), 4u);
}

TEST_F(DatedDefinitionsTest, BeforeItsFirstPeriodThereIsNoCollection) {
  Must(SmallCollection("SitRep", {"beds"}, "2027-04"));
  const absl::Status early = Submit("2027-03", 5).status();
  EXPECT_THAT(early, HasReason(Reason::kDefinitionUnknown));
  EXPECT_THAT(std::string(early.message()), HasSubstr("2027-04-01"));
  EXPECT_THAT(Submit("2027-04", 5), IsOk());
  EXPECT_THAT(Submit("April", 5).status(), HasReason(Reason::kPeriod));
  EXPECT_THAT(Submit("April", 5, "Other").status(), HasReason(Reason::kDefinitionUnknown));
  EXPECT_THAT(Submit("2027-Q2", 5).status(), HasReason(Reason::kPeriod));
}

// Whoever writes a period of the wrong kind is shown one of the right kind.
TEST(PeriodOfReturnTest, AFaultShowsAPeriodOfTheCollectionsKind) {
  const std::tuple<const char*, PeriodKind, const char*> cases[] = {
      {"2025-04", PeriodKind::kQuarter, "such as 2025-Q2."},
      {"2025-Q2", PeriodKind::kMonth, "such as 2025-04."},
      {"April", PeriodKind::kWeek, "such as 2025-W14."},
      {"2025-04", PeriodKind::kFinancialYear, "such as FY2025."},
      {"2025-04", PeriodKind::kRollingMonths, "such as 2025-04/P12M."},
  };
  for (const auto& [text, kind, example] : cases) {
    const absl::Status status = PeriodOfReturn(text, kind).status();
    EXPECT_THAT(status, HasReason(Reason::kPeriod));
    EXPECT_THAT(DetailsOf(status)->metadata,
                ::testing::Contains(::testing::Pair("remedy", HasSubstr(example))));
  }
}

TEST_F(DatedDefinitionsTest, AnItemMovesFromAPeriodOn) {
  Must(SmallCollection("SitRep", {"beds", "wards"}));
  // Never two homes in one period: both places are named, and when.
  const absl::Status both = Try(SmallCollection("KH03", {"beds"}, "2027-04"));
  EXPECT_THAT(both, HasReason(Reason::kHomeCollection));
  EXPECT_THAT(std::string(both.message()), HasSubstr("SitRep"));
  EXPECT_THAT(std::string(both.message()), HasSubstr("KH03"));
  Must(SmallCollection("SitRep", {"wards"}, "2027-04"));
  EXPECT_THAT(Try(SmallCollection("KH03", {"beds"}, "2027-03")),
              HasReason(Reason::kHomeCollection));
  Must(SmallCollection("KH03", {"beds"}, "2027-04"));
  EXPECT_EQ(HomeOf(ingestion_.store(), "beds").value(), "KH03");
  // It cannot come back while it has the new one, but what comes before it is free.
  const absl::Status back = Try(SmallCollection("SitRep", {"wards", "beds"}));
  EXPECT_THAT(back, HasReason(Reason::kHomeCollection));
  EXPECT_THAT(std::string(back.message()), HasSubstr("from 2027-04-01 on"));
  EXPECT_EQ(Submit("2027-04", 5, "KH03")->verdict, Verdict::kValid);
  EXPECT_EQ(Submit("2027-04", 5)->verdict, Verdict::kInvalid);
  // It leaves the new one for all time: its home is again the one that had it before.
  Must(SmallCollection("KH03", {"rooms"}));
  EXPECT_EQ(HomeOf(ingestion_.store(), "beds").value(), "SitRep");
}

TEST_F(DatedDefinitionsTest, ARetiredCollectionTakesNothingAfterItsEnd) {
  catalogue::v1::Collection retired = SmallCollection("SitRep", {"beds"});
  retired.set_retired_from_period("2027-04");
  EXPECT_THAT(Try(retired), HasReason(Reason::kDefinitionInvalid));  // No reason.
  retired.set_retirement_reason("KH03 asks for the same");
  Must(retired);
  EXPECT_EQ(Submit("2027-03", 5)->verdict, Verdict::kValid);
  const absl::Status after = Submit("2027-04", 5).status();
  EXPECT_THAT(after, HasReason(Reason::kDefinitionRetired));
  EXPECT_THAT(std::string(after.message()), HasSubstr("2027-04-01"));
  // Its item is free from then on.
  Must(SmallCollection("KH03", {"beds"}, "2027-04"));
  // A quarter is something else, whether figures are held or not.
  catalogue::v1::Collection other = SmallCollection("SitRep", {"rooms"}, "");
  EXPECT_THAT(Try(other), HasReason(Reason::kCodeReused));
  other = SmallCollection("SitRep", {"wards", "beds"}, "2027-01");
  other.set_retired_from_period("2027-03");
  other.set_retirement_reason("a month earlier");
  Must(other);
}

TEST_F(DatedDefinitionsTest, PeriodsOfADefinitionAreChecked) {
  catalogue::v1::Collection collection = SmallCollection("SitRep", {"beds"}, "2027-Q2");
  collection.set_retired_from_period("next year");
  const absl::Status status = Try(collection);
  EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(PathsOf(status),
              ::testing::UnorderedElementsAre("valid_from_period", "retired_from_period",
                                              "retirement_reason"));
  catalogue::v1::DataItem item = SmallItem("trolleys");
  item.set_valid_from_period("2027-04");
  item.set_retired_from_period("2027-03");
  item.set_retirement_reason("never begun");
  EXPECT_THAT(Try(item), HasReason(Reason::kDefinitionInvalid));
  item.set_retired_from_period("2027-04/P12M");
  EXPECT_THAT(Try(item), HasReason(Reason::kDefinitionInvalid));
}

TEST_F(DatedDefinitionsTest, OnceFiguresAreHeldAnItemMeansWhatItMeant) {
  Must(SmallCollection("SitRep", {"beds"}));
  catalogue::v1::DataItem item = SmallItem("beds");
  item.set_unit("bed days");
  Must(item);  // Nothing is held yet.
  ASSERT_THAT(Submit("2027-03", 5), IsOk());
  item.set_display_name("Beds open");
  item.set_purpose("for planning");
  Must(item);  // Words to be shown.
  item.set_unit("beds");
  item.set_concept_text("Beds that are made.");
  const absl::Status reused = Try(item);
  EXPECT_THAT(reused, HasReason(Reason::kCodeReused));
  EXPECT_THAT(PathsOf(reused), ::testing::ElementsAre("item.concept_text", "item.unit"));
  // Nor from a later period on.
  item.set_valid_from_period("2028-04");
  EXPECT_THAT(Try(item), HasReason(Reason::kCodeReused));
  // One whose collection holds nothing is free.
  catalogue::v1::DataItem wards = SmallItem("wards");
  wards.set_unit("rooms");
  Must(wards);
  // Returned by the month, so never by the quarter.
  catalogue::v1::Collection quarterly = SmallCollection("SitRep", {"beds"});
  quarterly.set_period_kind(catalogue::v1::PERIOD_KIND_QUARTER);
  EXPECT_THAT(Try(quarterly), HasReason(Reason::kCodeReused));
}

// The meaning is changed while the first figures are on their way.
TEST_F(DatedDefinitionsTest, AMeaningAndTheFirstFiguresRaceWithoutHarm) {
  Must(SmallCollection("SitRep", {"beds"}));
  catalogue::v1::DataItem item = SmallItem("beds");
  item.set_unit("bed days");
  std::promise<absl::Status> told;
  std::future<absl::StatusOr<ReturnAnswer>> answer;
  {
    CommitterHold hold(&ingestion_.committer());
    answer =
        ingestion_.BeginSubmit(SmallReturn(&ingestion_, "SitRep", "RLQ", "2027-03", {{"beds", 5}}));
    ingestion_.Begin(ingestion_.FreshOrigin(), item,
                     [&told](auto defined) { told.set_value(defined.status()); });
  }
  ASSERT_THAT(answer.get(), IsOk());
  EXPECT_THAT(told.get_future().get(), HasReason(Reason::kCodeReused));
}

TEST_F(DatedDefinitionsTest, AnItemIsRetiredOnceNobodyAsksForIt) {
  Must(SmallCollection("SitRep", {"beds", "wards"}));
  catalogue::v1::DataItem item = SmallItem("wards");
  item.set_retired_from_period("2027-04");
  item.set_retirement_reason("wards are no more");
  const absl::Status asked = Try(item);
  EXPECT_THAT(asked, HasReason(Reason::kHomeCollection));
  EXPECT_THAT(std::string(asked.message()), HasSubstr("SitRep"));
  Must(SmallCollection("SitRep", {"beds"}, "2027-04"));
  Must(item);
  // Nobody may ask for it again after that.
  const absl::Status again = Try(SmallCollection("KH03", {"wards"}, "2028-04"));
  EXPECT_THAT(again, HasReason(Reason::kDefinitionRetired));
  EXPECT_THAT(PathsOf(again), ::testing::ElementsAre("collection.items[0]"));
  // The code never stands for something else, though no figure was held.
  item.clear_retired_from_period();
  item.clear_retirement_reason();
  item.set_concept_text("Groups of rooms.");
  EXPECT_THAT(Try(item), HasReason(Reason::kCodeReused));
  item = SmallItem("wards");
  Must(item);  // The retirement was a mistake.
  Must(SmallCollection("KH03", {"wards"}, "2028-04"));
}

TEST_F(DatedDefinitionsTest, ACollectionNeedsItsItemsForAllItsPeriods) {
  catalogue::v1::DataItem later = SmallItem("trolleys");
  later.set_valid_from_period("2027-04");
  Must(later);
  EXPECT_THAT(Try(SmallCollection("SitRep", {"beds", "trolleys"})),
              HasReason(Reason::kDefinitionUnknown));
  Must(SmallCollection("SitRep", {"beds", "trolleys"}, "2027-04"));
}

TEST_F(DatedDefinitionsTest, AFileIsReadAsItsPeriodsVersionReadsIt) {
  catalogue::v1::Collection first = SmallCollection("SitRep", {"beds"});
  const auto lay_out = [](catalogue::v1::Collection* collection, const std::string& header) {
    auto* layout = collection->add_layouts();
    layout->set_code("wide");
    auto* wide = layout->mutable_wide();
    wide->set_organisation_header("Org");
    wide->set_period_header("Month");
    wide->set_period_format(catalogue::v1::PERIOD_FORMAT_CANONICAL);
    auto* column = wide->add_columns();
    column->set_header(header);
    column->mutable_cell()->set_item("beds");
  };
  lay_out(&first, "Beds");
  Must(first);
  catalogue::v1::Collection second = SmallCollection("SitRep", {"beds"}, "2027-04");
  lay_out(&second, "Beds open");
  Must(second);
  const auto send = [this](const std::string& text) {
    FileSubmission submission = ingestion_.AeFile(ingestion_.Upload(text));
    submission.collection = "SitRep";
    submission.layout = "wide";
    return ingestion_.submit_file().Run(submission);
  };
  const auto old_form = send("Org,Month,Beds\nRLQ,2027-03,5\nRCF,2027-03,6\n");
  ASSERT_THAT(old_form, IsOk());
  EXPECT_EQ(old_form->verdict, Verdict::kValid);
  EXPECT_EQ(old_form->returns.size(), 2u);
  ASSERT_THAT(send("Org,Month,Beds open\nRLQ,2027-04,5\n"), IsOk());
  // Each period's form alone.
  EXPECT_THAT(send("Org,Month,Beds open\nRLQ,2027-03,5\n").status(),
              HasReason(Reason::kFileLayout));
  EXPECT_THAT(send("Org,Month,Beds\nRLQ,2027-04,5\n").status(), HasReason(Reason::kFileLayout));
}

}  // namespace
}  // namespace onereturn::ingestion
