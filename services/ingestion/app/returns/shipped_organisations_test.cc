// Who stands in the shipped returns: commissioners and parents as of the period; and who has
// nothing to count.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/shipped_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ShippedOrganisationsTest = ShippedWorld;

TEST_F(ShippedOrganisationsTest, ACommissionerThatIsNoneIsNamedWithTheRemedy) {
  Records records = DiagnosticsRecords();
  for (size_t row = 1; row < records.size(); ++row) records[row][7] = "99Z";
  const absl::StatusOr<FileAnswer> answer = Send("DM01", "published-30", records);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdict, Verdict::kInvalid);
  const Finding& finding = answer->findings.kept().at(0);
  EXPECT_EQ(finding.code, "D07");
  EXPECT_EQ(finding.got, "99Z");
  EXPECT_EQ(finding.place.row, 2u);
  EXPECT_EQ(finding.place.column, 8u);
  EXPECT_THAT(finding.expected, HasSubstr("an organisation of the catalogue, NONC"));
  EXPECT_THAT(finding.suggestion, HasSubstr("added"));
  // Once the organisation is in the catalogue the same file is taken.
  catalogue::v1::Organisation commissioner;
  commissioner.set_code("99Z");
  commissioner.set_display_name("A commissioner");
  commissioner.set_type(catalogue::v1::ORGANISATION_TYPE_SUB_ICB);
  ASSERT_THAT(ingestion_.DefineOne(commissioner), IsOk());
  EXPECT_EQ(Send("DM01", "published-30", records)->verdict, Verdict::kValid);
  // A provider commissions nothing, and who has closed does so no more: the file is of March 2026.
  EXPECT_EQ(records[1][0], "DM01-MARCH-2026");
  commissioner.set_close_date("2026-03-01");
  ASSERT_THAT(ingestion_.DefineOne(commissioner), IsOk());
  EXPECT_EQ(Send("DM01", "published-30", records)->verdict, Verdict::kValid);
  commissioner.set_close_date("2026-02-28");
  ASSERT_THAT(ingestion_.DefineOne(commissioner), IsOk());
  EXPECT_EQ(Send("DM01", "published-30", records)->findings.kept().at(0).code, "D07");
  for (size_t row = 1; row < records.size(); ++row) records[row][7] = "RN5";
  EXPECT_EQ(Send("DM01", "published-30", records)->findings.kept().at(0).code, "D07");
}

// The ICB that a file names for a provider, against the one that the catalogue has on the last day
// of the month: R06 informs, and takes the figures.
TEST_F(ShippedOrganisationsTest, TheIcbOfAProviderIsThatOfThePeriod) {
  const auto found = [&](const std::string& period, const std::string& icb) {
    Records records = SoundRtt(period);
    for (size_t row = 1; row < records.size(); ++row) records[row][1] = icb;
    const absl::StatusOr<FileAnswer> answer = Send("RTT", "published-104", records);
    EXPECT_THAT(answer, IsOk());
    EXPECT_NE(answer->verdict, Verdict::kInvalid);
    std::vector<Finding> of_rule;
    for (const Finding& finding : answer->findings.kept()) {
      if (finding.code == "R06") of_rule.push_back(finding);
    }
    return of_rule;
  };
  EXPECT_THAT(found("RTT-March-2026", "QVV"), SizeIs(0));
  EXPECT_THAT(found("RTT-April-2026", "QOX"), SizeIs(0));
  const std::vector<Finding> old_code = found("RTT-April-2026", "QVV");
  ASSERT_THAT(old_code, SizeIs(1));  // Of RN5 once; of RDY no ICB is recorded.
  EXPECT_EQ(old_code[0].organisation, "RN5");
  EXPECT_EQ(old_code[0].got, "QVV");
  EXPECT_EQ(old_code[0].expected, "QOX");
  EXPECT_EQ(old_code[0].severity, Severity::kInfo);
  EXPECT_EQ(old_code[0].place.column, 2u);
  EXPECT_GT(old_code[0].place.row, 2u);
  // A file may be without the column.
  Records without = SoundRtt("RTT-May-2026");
  for (auto& fields : without) fields.erase(fields.begin() + 1);
  EXPECT_NE(Send("RTT", "published-104", without)->verdict, Verdict::kInvalid);
}

// Of diagnostics every item is sparse: nothing to count are no cells, and no test is asked for.
TEST_F(ShippedOrganisationsTest, ANilReturnOfSparseItemsHasNoCells) {
  const auto submit = [&](bool nil) {
    ReturnSubmission submission;
    submission.origin = ingestion_.FreshOrigin();
    submission.collection = "DM01";
    submission.period = "2024-03";
    submission.submission.organisation = "RDY";
    submission.nil = nil;
    return ingestion_.Submit(submission);
  };
  const absl::StatusOr<ReturnAnswer> silent = submit(false);
  ASSERT_THAT(silent, IsOk());
  EXPECT_EQ(silent->verdict, Verdict::kValidWithExplanations);  // D04, of each of 15 tests.
  EXPECT_THAT(silent->findings.kept(), SizeIs(15));
  const absl::StatusOr<ReturnAnswer> nil = submit(true);
  ASSERT_THAT(nil, IsOk());
  EXPECT_EQ(nil->verdict, Verdict::kValid);
  EXPECT_THAT(nil->findings.kept(), SizeIs(0));
  ASSERT_TRUE(nil->accepted.has_value());
  EXPECT_TRUE(nil->fact.nil());
  EXPECT_EQ(nil->fact.cell_count(), 0u);
  EXPECT_THAT(ingestion_.CellsOf(nil->fact), SizeIs(0));
}

}  // namespace
}  // namespace onereturn::ingestion
