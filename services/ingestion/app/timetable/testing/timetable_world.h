// For tests: three providers that owe MSitAE, with windows from June 2025 on. The window of June
// opens on Tuesday 1 July, is due at 17:00 on the 2nd, is refreshed until the 7th and closes on the
// 10th.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_TESTING_TIMETABLE_WORLD_H_
#define ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_TESTING_TIMETABLE_WORLD_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/feed/wire.h"
#include "services/ingestion/app/testing/test_ingestion.h"

namespace onereturn::ingestion {

inline constexpr char kScheduler[] = "spiffe://onereturn.example/ingestion";

inline config::v1::DefinitionSet EnglishWorkingDays() {
  config::v1::DefinitionSet set;
  ONERETURN_CHECK(google::protobuf::TextFormat::ParseFromString(
      FileText(absl::StrCat(DeployFolder(), "/england/calendar.textproto")), &set));
  return set;
}

inline config::v1::DefinitionSet WithWindows(const std::string& from_period = "2025-06") {
  config::v1::DefinitionSet set = EnglandOf({"RAE", "RCF", "RLQ"});
  set.MergeFrom(EnglishWorkingDays());
  timetable::v1::CollectionWindow* window = set.mutable_collections(0)->mutable_window();
  window->set_calendar("england");
  window->set_from_period(from_period);
  window->set_open_working_day(1);
  window->set_due_working_day(2);
  window->set_due_time_of_day("17:00:00");
  window->set_refresh_working_day(5);
  window->set_close_working_day(8);
  // 90 minutes of gathering, 10 of them of one item; what England's collections state is left out.
  catalogue::v1::Collection* collection = set.mutable_collections(0);
  collection->clear_estimated_minutes();
  collection->clear_item_minutes();
  collection->mutable_estimated_minutes()->set_gathering(80);
  collection->mutable_estimated_minutes()->set_quality_assurance(30);
  catalogue::v1::ItemMinutes* item = collection->add_item_minutes();
  item->set_item("ae_attendances");
  item->mutable_minutes()->set_gathering(10);
  return set;
}

class TimetableWorld {
 public:
  explicit TimetableWorld(CommitterOptions options = {}) : ingestion(std::move(options)) {
    Restart();
  }

  // As a service that is started again: nothing is remembered but what is stored.
  void Restart() {
    timetable = std::make_unique<KeepTimetable>(&ingestion.store(), &ingestion.writer(),
                                                &ingestion.clock(), kScheduler);
  }
  // The clock goes on to `time`, RFC 3339, and the scheduler runs.
  absl::Status RunAt(const std::string& time) {
    ingestion.clock().Set(ParseTimestamp(time).value());
    return timetable->Run();
  }

  absl::StatusOr<ReturnAnswer> Submit(const std::string& organisation, const std::string& period,
                                      const std::string& attendances = "100") {
    return ingestion.Submit(
        ingestion.AeReturn(organisation, period, {{"ae_attendances|type1|no", attendances}}));
  }

  absl::StatusOr<ExtensionAnswer> Extend(const std::string& organisation, const std::string& period,
                                         const std::string& until,
                                         const std::string& reason = "a fault of the line") {
    timetable::v1::GiveExtensionRequest request;
    request.set_organisation(organisation);
    request.set_collection("MSitAE");
    request.set_period(period);
    request.set_reason(reason);
    *request.mutable_end_time() = ToWire(ParseTimestamp(until).value());
    std::promise<absl::StatusOr<ExtensionAnswer>> promise;
    extensions.Give(ingestion.FreshOrigin(), request,
                    [&promise](auto answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  absl::Status Revoke(const std::string& name, const std::string& reason = "sent after all") {
    timetable::v1::RevokeExtensionRequest request;
    request.set_name(name);
    request.set_reason(reason);
    std::promise<absl::Status> promise;
    extensions.Revoke(ingestion.FreshOrigin(), request,
                      [&promise](auto answer) { promise.set_value(answer.status()); });
    return promise.get_future().get();
  }

  std::vector<feed::v1::Entry> Entries() const {
    std::vector<feed::v1::Entry> entries;
    const std::vector<std::string> stored =
        EntriesAfter(ingestion.store(), 0, 100'000, 100'000'000).value();
    for (const std::string& bytes : stored) {
      ONERETURN_CHECK(entries.emplace_back().ParseFromString(bytes));
    }
    return entries;
  }
  // What the scheduler wrote: "OPENED 2025-06", "CUT 2025-06 DUE", "LIST 2025-06 DUE RAE=8".
  std::vector<std::string> Facts() const;

  mutable TestIngestion ingestion;
  std::unique_ptr<KeepTimetable> timetable;
  const ingestion::GiveExtension extensions{&ingestion.writer(), &ingestion.committer()};
};

inline std::vector<std::string> TimetableWorld::Facts() const {
  std::vector<std::string> facts;
  for (const feed::v1::Entry& entry : Entries()) {
    timetable::v1::WindowOpened opened;
    timetable::v1::ReturnDue due;
    timetable::v1::WindowClosed closed;
    switch (entry.kind()) {
      case feed::v1::ENTRY_KIND_WINDOW_OPENED:
        ONERETURN_CHECK(opened.ParseFromString(entry.fact()));
        facts.push_back(absl::StrCat("OPENED ", opened.period()));
        break;
      case feed::v1::ENTRY_KIND_RETURN_DUE: {
        ONERETURN_CHECK(due.ParseFromString(entry.fact()));
        const std::string stage = timetable::v1::CutStage_Name(due.stage()).substr(10);
        std::string text =
            absl::StrCat(due.cut_sequence() == 0 ? "CUT " : "LIST ", due.period(), " ", stage);
        for (const auto& one : due.standings()) {
          absl::StrAppend(&text, " ", one.organisation(), "=",
                          timetable::v1::Standing_Name(one.standing()).substr(9));
        }
        facts.push_back(text);
        break;
      }
      case feed::v1::ENTRY_KIND_WINDOW_CLOSED: {
        ONERETURN_CHECK(closed.ParseFromString(entry.fact()));
        std::string text =
            absl::StrCat(closed.close_sequence() == 0 ? "CLOSED " : "LIST ", closed.period());
        for (const std::string& missing : closed.missing()) absl::StrAppend(&text, " ", missing);
        facts.push_back(text);
        break;
      }
      default:
        break;
    }
  }
  return facts;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_TESTING_TIMETABLE_WORLD_H_
