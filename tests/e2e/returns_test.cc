// `returns`: what is held, as it is and as it was, with receipts that are verified here.
#include <sys/wait.h>

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/ledger/signing.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/returns/v1/returns_service.pb.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

using returns::v1::ListReturnsResponse;
using returns::v1::ListRevisionsResponse;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

class ReturnsTest : public DemonstrationTest {
 protected:
  static std::vector<std::string> Of(const std::string& organisation, const std::string& period,
                                     const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments = {"returns", "--collection", "MSitAE"};
    if (!organisation.empty()) arguments.push_back(organisation);
    if (!period.empty()) arguments.insert(arguments.end(), {"--period", period});
    arguments.insert(arguments.end(), options.begin(), options.end());
    return arguments;
  }
  // Sends a provider's return of `period` anew with `amount` more booked-in-advance attendances.
  void Revise(const std::string& organisation, const std::string& period, int64_t amount) {
    DemoFile file = DemoFile::Of(period).Only({organisation});
    file.Add(organisation, "ae_attendances|type1|yes", amount);
    file.WriteTo(File("revised.csv"));
    ASSERT_THAT(demo_.As(kLoader, demo_.Submit({File("revised.csv")})), ExitedWith(0));
  }
};

TEST_F(ReturnsTest, ListsAreTheFilesRows) {
  const ClientRun march = demo_.As(kAnalyst, Of("", "2024-03"));
  EXPECT_THAT(march, AllOf(ExitedWith(0), Field(&ClientRun::out, EndsWith("\n197 returns.\n"))));
  EXPECT_THAT(march.out, ContainsRegex("2024-03  RLQ +1  final +import +18  "));
  const auto list = demo_.Ask<ListReturnsResponse>(kAnalyst, Of("", "2024-03"));
  const DemoFile file = DemoFile::Of("2024-03");
  ASSERT_EQ(static_cast<size_t>(list.returns_size()), file.rows().size());
  for (int i = 0; i < list.returns_size(); ++i) {
    EXPECT_EQ(list.returns(i).organisation(), file.rows()[static_cast<size_t>(i)].front());
  }
  const auto own = demo_.Ask<ListReturnsResponse>(kAnalyst, Of(kOtherIcbProvider, ""));
  ASSERT_EQ(own.returns_size(), 24);
  for (size_t i = 0; i < DemoPeriods().size(); ++i) {
    EXPECT_EQ(own.returns(static_cast<int>(i)).period(), DemoPeriods()[i]);
  }
  EXPECT_THAT(demo_.As(kAnalyst, Of(kIcbProvider, "2030-01")).out,
              HasSubstr("No returns are held that fit."));
}

TEST_F(ReturnsTest, CellsAreTheFilesFigures) {
  // With figures that were not collected, which are no zeros.
  for (const auto& [organisation, period] : std::vector<std::pair<std::string, std::string>>{
           {kIcbProvider, "2024-03"}, {"RVW", "2023-05"}}) {
    const DemoFile file = DemoFile::Of(period);
    const DemoFile::Row& row = file.RowOf(organisation);
    std::map<std::string, std::string> expected;
    for (size_t i = 2; i < row.size(); ++i) expected[file.header()[i]] = row[i];
    const auto list = demo_.Ask<returns::v1::ListCellsResponse>(
        kAnalyst, Of(organisation, period, {"--cells", "--as-of", demo_.loaded()}));
    std::map<std::string, std::string> held;
    for (const common::v1::Cell& cell : list.cells()) {
      std::map<std::string, std::string> dimensions;
      for (const auto& pair : cell.reference().dimensions()) {
        dimensions[pair.dimension()] = pair.value();
      }
      std::string header = cell.reference().item();
      for (const char* dimension : {"department", "booked"}) {
        if (dimensions.count(dimension) > 0) absl::StrAppend(&header, "|", dimensions[dimension]);
      }
      held[header] =
          cell.has_null_reason() ? "NOT_COLLECTED" : absl::StrCat(cell.millionths() / 1'000'000);
      EXPECT_EQ(cell.millionths() % 1'000'000, 0);
      if (cell.has_null_reason()) {
        EXPECT_EQ(cell.null_reason(), common::v1::NULL_REASON_NOT_COLLECTED);
      }
    }
    EXPECT_EQ(held, expected) << organisation;
  }
  EXPECT_THAT(demo_.As(kAnalyst, Of("RVW", "2023-05", {"--cells"})).out,
              ContainsRegex("over_four_hours .booked no, department type1. +not collected"));
}

TEST_F(ReturnsTest, RevisionsStayAndAreReadAsTheyWere) {
  Revise(kIcbProvider, "2022-08", 11);
  const ClientRun now = demo_.As(kAnalyst, Of(kIcbProvider, "2022-08", {"--revisions"}));
  EXPECT_THAT(now, ExitedWith(0));
  EXPECT_THAT(now.out, ContainsRegex("\n +2  final(.|\n)*\n +1  final"));
  const auto numbers = [&](const std::vector<std::string>& options) {
    std::vector<std::string> all = {"--revisions"};
    all.insert(all.end(), options.begin(), options.end());
    const auto list = demo_.Ask<ListRevisionsResponse>(kAnalyst, Of(kIcbProvider, "2022-08", all));
    std::vector<uint32_t> found;
    for (const auto& revision : list.revisions()) found.push_back(revision.number());
    return found;
  };
  EXPECT_THAT(numbers({}), ::testing::ElementsAre(2, 1));
  EXPECT_THAT(numbers({"--as-of", demo_.loaded()}), ::testing::ElementsAre(1));
  const DemoFile file = DemoFile::Of("2022-08");
  const auto booked = [&](const std::vector<std::string>& options) {
    const ClientRun run = demo_.As(kAnalyst, Of(kIcbProvider, "2022-08", options));
    EXPECT_THAT(run, ExitedWith(0));
    return run.out;
  };
  int64_t before = 0;
  DemoFile own = file.Only({kIcbProvider});
  ASSERT_TRUE(absl::SimpleAtoi(own.At(kIcbProvider, "ae_attendances|type1|yes"), &before));
  const std::string cell = "ae_attendances .booked yes, department type1. +";
  EXPECT_THAT(booked({"--cells"}), ContainsRegex(absl::StrCat(cell, before + 11, "\n")));
  EXPECT_THAT(booked({"--cells", "--as-of", demo_.loaded()}),
              ContainsRegex(absl::StrCat(cell, before, "\n")));
}

TEST_F(ReturnsTest, AReceiptIsVerifiedWithTheProfilesKey) {
  const std::vector<std::string> ask = Of(kIcbProvider, "2024-03", {"--receipt"});
  const ClientRun run = demo_.As(kAnalyst, ask);
  EXPECT_THAT(run,
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("proof      holds, by key"))));
  const auto answer = demo_.Ask<returns::v1::GetReceiptResponse>(kAnalyst, ask);
  EXPECT_EQ(answer.receipt().name(), "organisations/RLQ/returns/MSitAE.2024-03/revisions/1");
  // The key that signs now: others of the binary's tests may have turned to another one.
  const auto key = VerifyingKey::FromPem(answer.public_key_pem());
  ASSERT_THAT(key, IsOk());
  EXPECT_THAT(run.out, HasSubstr("holds, by key " + key->key_id()));
  // Another key, whatever the service says its own is.
  const std::string forged =
      Write("forged.profile.textproto",
            absl::StrCat(ReadWholeFile(demo_.ProfileOf(kAnalyst)),
                         "public_key_files { key: \"ingestion\" value: \"",
                         demo_.suite().File("metrics.signing.pem"), "\" }\n"));
  const ClientRun other = RunClient({ask, forged});
  EXPECT_THAT(other, AllOf(ExitedWith(1), Field(&ClientRun::out, HasSubstr("NOT VERIFIED"))));
}

TEST_F(ReturnsTest, AProviderSeesItsOwnAlone) {
  const auto own = demo_.Ask<ListReturnsResponse>(Submitter(kIcbProvider), Of("", "2024-03"));
  ASSERT_EQ(own.returns_size(), 1);
  EXPECT_EQ(own.returns(0).organisation(), kIcbProvider);
  // What is another's looks like what is not there.
  const ClientRun others = demo_.As(Submitter(kIcbProvider), Of("RWP", "2024-03", {"--cells"}));
  const ClientRun nobodys = demo_.As(Submitter(kIcbProvider), Of("ZZZ", "2024-03", {"--cells"}));
  EXPECT_THAT(others, AllOf(ExitedWith(4), Field(&ClientRun::err, HasSubstr("reason: NOT_FOUND"))));
  EXPECT_THAT(nobodys, ExitedWith(4));
  EXPECT_THAT(others.err, HasSubstr("there is no organisation RWP, or it is not yours to see"));
  EXPECT_EQ(absl::StrReplaceAll(others.err, {{"RWP", "ZZZ"}}), nobodys.err);
}

// What is not found is named: the part of the name that leads nowhere.
TEST_F(ReturnsTest, WhatIsNotFoundIsNamed) {
  const auto told = [this](const std::string& organisation, const std::string& collection,
                           const std::string& period, const std::vector<std::string>& more) {
    std::vector<std::string> ask = {"diff",     organisation, "--collection",
                                    collection, "--period",   period};
    ask.insert(ask.end(), more.begin(), more.end());
    const ClientRun run = demo_.As(kAnalyst, ask);
    EXPECT_THAT(run, ExitedWith(4));
    return run.err;
  };
  EXPECT_THAT(told("ZZZ", "MSitAE", "2024-03", {}), HasSubstr("no organisation ZZZ"));
  EXPECT_THAT(told(kIcbProvider, "Nope", "2024-03", {}), HasSubstr("no collection Nope"));
  EXPECT_THAT(told(kIcbProvider, "MSitAE", "1999-01", {}),
              HasSubstr("no return of RLQ for MSitAE 1999-01"));
  EXPECT_THAT(told(kIcbProvider, "MSitAE", "2024-03", {"--revision", "9"}),
              HasSubstr("no revision 9 of the return of RLQ for MSitAE 2024-03"));
}

TEST_F(ReturnsTest, WhoSentItStandsWithTheRevision) {
  EXPECT_THAT(demo_.As(kAnalyst, Of(kIcbProvider, "2024-03", {"--revisions"})).out,
              AllOf(HasSubstr("sent by"), HasSubstr("loader")));
}

// A disk that is full is no answer.
TEST_F(ReturnsTest, AnAnswerThatCannotBeWrittenIsAFailure) {
  for (const char* form : {"", " --json"}) {
    const std::string run = absl::StrCat(
        "ONERETURN_PROFILE=", demo_.ProfileOf(kAnalyst), " ", ONERETURN_BINARY_FOLDER "/onereturn",
        " returns --collection MSitAE --period 2024-03", form, " > /dev/full");
    const int ended = std::system(run.c_str());
    EXPECT_EQ(WEXITSTATUS(ended), 3) << run;
  }
}

TEST_F(ReturnsTest, ACollectionThatIsNoneAndAPeriodThatIsNone) {
  EXPECT_THAT(demo_.As(kAnalyst, {"returns", "--collection", "nope"}),
              AllOf(ExitedWith(4), Field(&ClientRun::err, HasSubstr("reason: NOT_FOUND"))));
  EXPECT_THAT(demo_.As(kAnalyst, Of("", "2024-3")),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("a month of two digits"))));
  // A period of which nothing is held is no fault.
  EXPECT_THAT(demo_.As(kAnalyst, Of("", "1999-01")),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("No returns are held"))));
}

TEST_F(ReturnsTest, OptionsThatDoNotFit) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           Of("", "2024-03", {"--cells"}),
           Of(kIcbProvider, "", {"--receipt"}),
           Of(kIcbProvider, "2024-03", {"--cells", "--revisions"}),
           {"returns"}}) {
    EXPECT_THAT(demo_.As(kAnalyst, arguments),
                AllOf(ExitedWith(2), Field(&ClientRun::err, Not(::testing::IsEmpty()))))
        << absl::StrJoin(arguments, " ");
  }
}

}  // namespace
}  // namespace onereturn
