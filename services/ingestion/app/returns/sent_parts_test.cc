// Goal: the parts of a return come together, whether it is accepted at once or waits for
// signatures, and a signature is of the whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/ingestion/app/returns/testing/sign_off_fixture.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kBedsSubmission[] = "organisations/RLQ/returns/KH03.2026-03/submission";

// Beds and wards, each in a layout of its own, of which one person signs.
class SentPartsTest : public ::testing::Test {
 protected:
  SentPartsTest() {
    config::v1::DefinitionSet set;
    *set.add_organisations() = SmallProvider("RLQ");
    catalogue::v1::Collection collection = SmallCollection("KH03", {"beds", "wards"});
    collection.set_sign_off_levels(1);
    for (const char* item : {"beds", "wards"}) {
      *set.add_items() = SmallItem(item);
      AddLayout(item, {item}, &collection)->set_keeps_other_items(true);
    }
    AddLayout("whole", {"beds", "wards"}, &collection);
    *collection.add_rules() = SmallRule("B1", "beds <= 50", common::v1::SEVERITY_EXPLAIN);
    *collection.add_rules() = SmallRule("W1", "wards <= 5", common::v1::SEVERITY_EXPLAIN);
    *set.add_collections() = collection;
    ingestion_.Apply(set);
    ingestion_.clock().Set(ParseTimestamp("2030-01-01T00:00:00Z").value());
  }

  static catalogue::v1::WideLayout* AddLayout(const std::string& code,
                                              const std::vector<std::string>& items,
                                              catalogue::v1::Collection* collection) {
    auto* layout = collection->add_layouts();
    layout->set_code(code);
    auto* wide = layout->mutable_wide();
    wide->set_organisation_header("org");
    wide->set_period_header("period");
    wide->set_period_format(catalogue::v1::PERIOD_FORMAT_CANONICAL);
    for (const std::string& item : items) {
      auto* column = wide->add_columns();
      column->set_header(item);
      column->mutable_cell()->set_item(item);
    }
    return wide;
  }

  RequestOrigin By(const std::string& person) {
    RequestOrigin origin = ingestion_.FreshOrigin();
    origin.actor = kTrustDesk;
    origin.person = person;
    return origin;
  }

  // By RLQ's officer, or by the national loader. True where it was taken.
  bool Send(const std::string& layout, const std::string& figures, bool import = false) {
    const std::string headers = layout == "whole" ? "beds,wards" : layout;
    const std::string owner = import ? kLoader : "RLQ";
    FileSubmission file = ingestion_.AeFile(
        ingestion_.Upload(absl::StrCat("org,period,", headers, "\nRLQ,2026-03,", figures, "\n"),
                          owner),
        layout);
    file.collection = "KH03";
    file.owner = owner;
    file.may_import = import;
    if (!import) {
      file.origin = By(kOfficer);
      file.scope = OrganisationScope::Only("RLQ");
    }
    const absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(file);
    EXPECT_THAT(answer, IsOk());
    return answer.ok() && answer->verdict == Verdict::kValid;
  }

  // In a call, with a reason beside each figure.
  void SendWithReasons(int beds, int wards) {
    ReturnSubmission whole =
        SmallReturn(&ingestion_, "KH03", "RLQ", "2026-03", {{"beds", beds}, {"wards", wards}});
    whole.origin = By(kOfficer);
    for (const Cell& cell : whole.submission.cells) {
      whole.submission.explanations.push_back({"", cell, absl::StrCat("why ", cell.item)});
    }
    ASSERT_THAT(ingestion_.Submit(whole), IsOk());
  }
  // The reasons that wait with the figures.
  std::vector<std::string> Reasons() {
    std::vector<std::string> reasons;
    const returns::v1::Submission waiting = Waiting().value();
    for (const common::v1::Explanation& one : waiting.explanations()) {
      reasons.push_back(one.text());
    }
    return reasons;
  }

  absl::StatusOr<returns::v1::Submission> Waiting() {
    return GetSubmission(ingestion_.store(), OrganisationScope::Only("RLQ"), kBedsSubmission);
  }
  absl::Status Sign(const std::string& digest) {
    returns::v1::SignReturnRequest request;
    request.set_name(kBedsSubmission);
    request.set_cell_digest(digest);
    request.set_level(1);
    std::promise<absl::Status> promise;
    ingestion_.sign_return().Sign(By(kDirector), request,
                                  [&promise](const absl::StatusOr<SignedAnswer>& answer) {
                                    promise.set_value(answer.status());
                                  });
    return promise.get_future().get();
  }
  absl::Status SignWhatWaits() { return Sign(Waiting().value().cell_digest()); }
  void Reopen() {
    returns::v1::ReopenReturnRequest request;
    request.set_name("organisations/RLQ/returns/KH03.2026-03");
    request.set_reason("a ward was left out");
    std::promise<absl::Status> promise;
    ingestion_.sign_return().Reopen(By(kOfficer), request,
                                    [&promise](const absl::StatusOr<SignedAnswer>& answer) {
                                      promise.set_value(answer.status());
                                    });
    ASSERT_THAT(promise.get_future().get(), IsOk());
  }

  // "beds=1"; nothing where no revision is accepted.
  std::vector<std::string> Accepted() {
    const ReturnHeadState head =
        HeadOf(ingestion_.store(), ReturnKey{"KH03", "2026-03", "RLQ"}).value();
    std::vector<std::string> figures;
    if (head.newest.number == 0) return figures;
    const std::string bytes = EntryBytes(ingestion_.store(), head.newest.sequence).value();
    for (const Cell& cell : ingestion_.CellsOf(ReturnOfEntry(bytes).value())) {
      figures.push_back(absl::StrCat(cell.item, "=", cell.value->ToString()));
    }
    return figures;
  }

  TestIngestion ingestion_;
};

TEST_F(SentPartsTest, APartComesToWhatWaits) {
  EXPECT_FALSE(Send("wards", "2")) << "alone it is no whole return";
  ASSERT_TRUE(Send("whole", "10,2"));
  const std::string first = Waiting().value().cell_digest();
  ASSERT_TRUE(Send("beds", "11"));
  ASSERT_TRUE(Send("wards", "3"));
  EXPECT_THAT(Sign(first), HasReason(Reason::kContentChanged));
  EXPECT_THAT(Accepted(), IsEmpty());
  ASSERT_THAT(SignWhatWaits(), IsOk());
  EXPECT_THAT(Accepted(), ElementsAre("beds=11", "wards=3"));
}

TEST_F(SentPartsTest, WhereNothingWaitsItComesToWhatIsAccepted) {
  ASSERT_TRUE(Send("whole", "10,2"));
  ASSERT_THAT(SignWhatWaits(), IsOk());
  Reopen();
  ASSERT_TRUE(Send("beds", "11"));
  ASSERT_TRUE(Send("wards", "3"));
  EXPECT_THAT(Accepted(), ElementsAre("beds=10", "wards=2"));
  ASSERT_THAT(SignWhatWaits(), IsOk());
  EXPECT_THAT(Accepted(), ElementsAre("beds=11", "wards=3"));
}

TEST_F(SentPartsTest, APartLeavesTheReasonsBesideTheOtherFigures) {
  SendWithReasons(60, 9);
  EXPECT_THAT(Reasons(), ElementsAre("why beds", "why wards"));
  EXPECT_FALSE(Send("beds", "61")) << "nothing was said of the new figure";
  EXPECT_THAT(Reasons(), ElementsAre("why wards"));
  ASSERT_THAT(SignWhatWaits(), IsOk());
  EXPECT_THAT(Accepted(), ElementsAre("beds=61", "wards=9"));
  // From what is accepted they come to what waits again.
  Reopen();
  EXPECT_FALSE(Send("beds", "11"));
  EXPECT_THAT(Reasons(), ElementsAre("why wards"));
}

// A part that says what is accepted takes back what waits of it, and leaves the other part waiting.
TEST_F(SentPartsTest, APartAsItIsAcceptedTakesOnlyItselfBack) {
  ASSERT_TRUE(Send("whole", "10,2"));
  ASSERT_THAT(SignWhatWaits(), IsOk());
  Reopen();
  ASSERT_TRUE(Send("whole", "11,3"));
  ASSERT_TRUE(Send("beds", "10"));
  ASSERT_THAT(SignWhatWaits(), IsOk());
  EXPECT_THAT(Accepted(), ElementsAre("beds=10", "wards=3"));
}

// An import is never signed: it is of what is accepted, and what waits is overtaken by it.
TEST_F(SentPartsTest, AnImportedPartComesToWhatIsAccepted) {
  ASSERT_TRUE(Send("whole", "10,2", /*import=*/true));
  EXPECT_THAT(Accepted(), ElementsAre("beds=10", "wards=2"));
  Reopen();
  ASSERT_TRUE(Send("beds", "11"));
  ASSERT_TRUE(Send("wards", "3", /*import=*/true));
  EXPECT_THAT(Accepted(), ElementsAre("beds=10", "wards=3"));
  Reopen();
  ASSERT_TRUE(Send("beds", "12"));
  ASSERT_THAT(SignWhatWaits(), IsOk());
  EXPECT_THAT(Accepted(), ElementsAre("beds=12", "wards=3"));
}

}  // namespace
}  // namespace onereturn::ingestion
