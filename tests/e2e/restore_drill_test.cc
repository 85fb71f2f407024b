// The drill of an operator whose disk is lost: back up, lose it, restore, go on. A deployment of
// its own, since it loses facts.
#include <google/protobuf/util/message_differencer.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/status/testing/status_matchers.h"
#include "tests/e2e/demo_file.h"
#include "tests/e2e/demonstration.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;

constexpr char kKeptMonth[] = "2022-04";
constexpr char kLostMonth[] = "2022-05";

class RestoreDrillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto suite = Deployment::Create(
        {.submitters = {},
         .adjust = [](const std::string& service, config::v1::ServerConfig* config) {
           config->set_backup_folder(absl::StrCat("backups-", service));
         }});
    ASSERT_THAT(suite, IsOk());
    suite_ = *std::move(suite);
    ASSERT_THAT(suite_->StartAll(), IsOk());
    ASSERT_THAT(As(kSteward, {"apply", SourcePath("deploy/england")}), ExitedWith(0));
  }
  ClientRun As(absl::string_view persona, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--profile", suite_->ProfileOf(persona).value()});
    return RunClient({std::move(arguments)});
  }
  // Submits a month and waits until metrics has it; the position after it.
  std::string Submit(const std::string& period) {
    EXPECT_THAT(As(kLoader, {"submit", DemoPath(period), "--collection", "MSitAE", "--layout",
                             "onereturn-wide", "--position-file", suite_->File("position")}),
                ExitedWith(0));
    std::string position(absl::StripAsciiWhitespace(ReadWholeFile(suite_->File("position"))));
    EXPECT_THAT(As(kAnalyst, {"metrics", "--at-least", position}), ExitedWith(0));
    return position;
  }
  google::protobuf::Struct League(const std::string& period,
                                  const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments = {"league", kFourHours, "--period", period, "--json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const ClientRun run = As(kAnalyst, arguments);
    EXPECT_THAT(run, ExitedWith(0));
    auto answer = FromJson<google::protobuf::Struct>(run.out);
    answer.mutable_fields()->erase("position");
    return answer;
  }

  std::unique_ptr<Deployment> suite_;
};

TEST_F(RestoreDrillTest, AServiceWhoseDiskIsLostComesBackInANewEpoch) {
  const std::string kept = Submit(kKeptMonth);
  const google::protobuf::Struct league = League(kKeptMonth);
  const ClientRun made = As(kOperator, {"backup", "--service", "ingestion", "--json"});
  ASSERT_THAT(made, ExitedWith(0));
  const auto backup = JsonPart(FromJson<google::protobuf::Struct>(made.out), {"services"})
                          .list_value()
                          .values(0)
                          .struct_value()
                          .fields()
                          .at("backups")
                          .struct_value()
                          .fields()
                          .at("backups")
                          .list_value()
                          .values(0)
                          .struct_value();
  const std::string name = backup.fields().at("name").string_value();
  const std::string sequence = backup.fields().at("sequence").string_value();
  const std::string lost = Submit(kLostMonth);
  const google::protobuf::Struct lost_league = League(kLostMonth);

  suite_->Kill9("ingestion");
  std::filesystem::remove_all(suite_->DataFolderOf("ingestion"));
  // It says what is wrong and what there is to restore, and serves nothing.
  EXPECT_THAT(suite_->Start("ingestion").ToString(), AllOf(HasSubstr("restore"), HasSubstr(name)));

  // What could never be carried out is refused at once, and leaves no order.
  const auto order = [&](const std::string& loss_after, const std::string& reason) {
    return As(kOperator, {"restore", "--config", suite_->ConfigFileOf("ingestion"), "--copy", name,
                          "--accept-loss-after", loss_after, "--reason", reason});
  };
  EXPECT_THAT(order(sequence, " "), ExitedWith(2));
  EXPECT_THAT(order("-1", "the disk is lost"), ExitedWith(2));
  ASSERT_THAT(order(sequence, "the disk is lost"), ExitedWith(0));
  ASSERT_THAT(suite_->Start("ingestion"), IsOk());

  // What the month that was lost had told is gone, and is told anew when it is sent anew.
  const std::string again = Submit(kLostMonth);
  EXPECT_TRUE(MessageDifferencer::Equals(League(kLostMonth), lost_league));
  // What was kept is as it was, now and at the position given out before the loss.
  EXPECT_TRUE(MessageDifferencer::Equals(League(kKeptMonth), league));
  EXPECT_TRUE(MessageDifferencer::Equals(League(kKeptMonth, {"--as-of", kept}), league));
  // Its receipts hold, though the heads are of the new epoch.
  EXPECT_THAT(As(kAnalyst,
                 {"returns", "RLQ", "--collection", "MSitAE", "--period", kKeptMonth, "--receipt"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("proof      holds"))));
  // A position among what was lost is no position any more.
  EXPECT_THAT(As(kAnalyst, {"league", kFourHours, "--period", kLostMonth, "--as-of", lost}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("restored"))));
  // The first that is not in the copy: windows may have opened while it was made, which it holds
  // beyond the sequence that it is named by.
  const auto first_entry_after_the_copy = [&] {
    ClientRun run;
    std::string after = sequence;
    for (int seen = 0; seen < 100; ++seen) {
      run = As(kAuditor, {"watch", "feed", "--after", after, "--limit", "1", "--json"});
      if (run.out.empty()) break;
      const auto entry = FromJson<google::protobuf::Struct>(run.out);
      if (JsonPart(entry, {"epoch"}).number_value() != 1) break;
      after = absl::StrCat(static_cast<uint64_t>(JsonPart(entry, {"sequence"}).number_value()));
    }
    return run;
  };
  EXPECT_THAT(first_entry_after_the_copy(),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("epochs/2"))));

  // The copy knows nothing of that epoch, and whoever followed must not meet it a second time.
  suite_->Kill9("ingestion");
  ASSERT_THAT(As(kOperator, {"restore", "--config", suite_->ConfigFileOf("ingestion"), "--copy",
                             name, "--accept-loss-after", sequence, "--reason", "once more"}),
              ExitedWith(0));
  ASSERT_THAT(suite_->Start("ingestion"), IsOk());
  Submit(kLostMonth);
  EXPECT_TRUE(MessageDifferencer::Equals(League(kLostMonth), lost_league));
  EXPECT_TRUE(MessageDifferencer::Equals(League(kKeptMonth), league));
  EXPECT_THAT(first_entry_after_the_copy(),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("epochs/3"))));
  EXPECT_THAT(As(kAnalyst, {"league", kFourHours, "--period", kLostMonth, "--as-of", again}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("restored"))));
  EXPECT_THAT(As(kOperator, {"status"}), ExitedWith(0)) << "every service serves";
}

}  // namespace
}  // namespace onereturn
