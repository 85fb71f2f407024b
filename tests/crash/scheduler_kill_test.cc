// Ingestion ends at failpoints around the commits of its scheduler, while years of windows fall
// due.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/failpoint.h"
#include "common/period/period.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/feed_audit.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;

constexpr char kIngestion[] = "ingestion";
constexpr char kWindowPrefix[] = "collections/QUARTERLY/windows/";

config::v1::DefinitionSet QuarterlyWorld() {
  config::v1::DefinitionSet set;
  timetable::v1::Calendar* calendar = set.add_calendars();
  calendar->set_code("plain");
  calendar->set_display_name("Weekdays");
  calendar->set_from_date("2024-01-01");
  calendar->set_to_date("2099-12-31");
  catalogue::v1::DataItem* item = set.add_items();
  item->set_code("beds");
  item->set_display_name("Beds");
  item->set_concept_text("Beds");
  item->set_unit("beds");
  for (const char* code : {"RAE", "RCF"}) {
    catalogue::v1::Organisation* organisation = set.add_organisations();
    organisation->set_code(code);
    organisation->set_display_name(code);
    organisation->set_type(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  }
  return set;
}

catalogue::v1::Collection QuarterlyCollection() {
  catalogue::v1::Collection collection;
  collection.set_code("QUARTERLY");
  collection.set_display_name("Beds, quarterly");
  collection.set_period_kind(catalogue::v1::PERIOD_KIND_QUARTER);
  collection.add_items("beds");
  for (const char* code : {"RAE", "RCF"}) {
    catalogue::v1::Frame* frame = collection.add_frames();
    frame->set_organisation(code);
    frame->set_from_period("2024-Q1");
  }
  timetable::v1::CollectionWindow* window = collection.mutable_window();
  window->set_calendar("plain");
  window->set_from_period("2024-Q1");
  window->set_open_working_day(1);
  window->set_due_working_day(10);
  window->set_due_time_of_day("17:00:00");
  window->set_close_working_day(20);
  return collection;
}

class SchedulerKillTest : public ::testing::Test {
 protected:
  void Arm(const std::string& name, int nth) {
    suite_->SetEnvironment(kIngestion, {absl::StrCat(kFailpointVariable, "=", name, ":", nth)});
  }

  const std::unique_ptr<Deployment> suite_ = Deployment::Create().value();
};

TEST_F(SchedulerKillTest, EachFactOfTimeIsWrittenOnceAndInOrder) {
  ASSERT_THAT(suite_->Start(kIngestion), IsOk());
  ASSERT_THAT(ApplyToIngestion(QuarterlyWorld(), suite_->Channel(kSteward, kIngestion)), IsOk());
  suite_->Kill9(kIngestion);

  // The definition's own commit is the first.
  Arm("commit.after_write", 4);
  ASSERT_THAT(suite_->Start(kIngestion), IsOk());
  auto stub = catalogue::v1::CatalogueService::NewStub(suite_->Channel(kSteward, kIngestion));
  catalogue::v1::UpdateCollectionRequest request;
  request.set_request_id("quarterly");
  *request.mutable_collection() = QuarterlyCollection();
  ASSERT_THAT(CallOnce(*stub, &catalogue::v1::CatalogueService::Stub::UpdateCollection, request),
              IsOk());
  const auto ended = suite_->process(kIngestion)->Wait(30'000);
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(ended->exit_code, kFailpointExitCode);
  suite_->Kill9(kIngestion);

  // What is past is caught up with before the service answers: it ends meanwhile.
  for (const char* name : {"commit.before_queue", "commit.group_formed", "commit.before_write",
                           "commit.after_write", "commit.before_sign", "commit.before_reply"}) {
    Arm(name, 5);
    ASSERT_FALSE(suite_->Start(kIngestion).ok()) << name;
    const std::optional<ProcessEnd> end = suite_->FailedStart(kIngestion);
    ASSERT_TRUE(end.has_value()) << name;
    ASSERT_EQ(end->exit_code, kFailpointExitCode) << name;
  }
  suite_->SetEnvironment(kIngestion, {});
  ASSERT_THAT(suite_->Start(kIngestion), IsOk());

  FeedAudit audit(suite_->verifying_key(kIngestion));
  ASSERT_THAT(audit.ReadOn(suite_->Channel(kAuditor, kIngestion)), IsOk());
  std::map<std::string, std::vector<feed::v1::EntryKind>> kinds;
  for (const AuditedEntry& entry : audit.entries()) {
    if (absl::StartsWith(entry.name, kWindowPrefix)) kinds[entry.name].push_back(entry.kind);
  }
  // Eleven quarters had closed by November 2026; the newest may be half way.
  ASSERT_GE(kinds.size(), 11u);
  Period period = Period::Parse("2024-Q1").value();
  size_t closed = 0;
  for (size_t i = 0; i < kinds.size(); ++i, period = *period.Next()) {
    const auto found = kinds.find(absl::StrCat(kWindowPrefix, period.ToString()));
    ASSERT_NE(found, kinds.end()) << period.ToString();
    if (i + 1 == kinds.size()) continue;
    EXPECT_THAT(found->second,
                ElementsAre(feed::v1::ENTRY_KIND_WINDOW_OPENED, feed::v1::ENTRY_KIND_RETURN_DUE,
                            feed::v1::ENTRY_KIND_RETURN_DUE, feed::v1::ENTRY_KIND_WINDOW_CLOSED,
                            feed::v1::ENTRY_KIND_WINDOW_CLOSED))
        << period.ToString();
    ++closed;
  }
  std::printf("scheduler: %zu windows closed, 7 ends at failpoints, nothing twice\n", closed);
}

}  // namespace
}  // namespace onereturn
