// For tests: requests that are issued on what is held, of returns whose minutes are primes.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_TESTING_HOURS_WORLD_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_TESTING_HOURS_WORLD_H_

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/ingestion/app/requests/issue/issue_request.h"
#include "services/ingestion/app/requests/testing/requests_world.h"

namespace onereturn::ingestion {

// Ward has no frames and no window. A return costs 101 of gathering and 13 of quality assurance,
// its admissions 11 of gathering, its stays 7 of transmission. Timed is owed by RLQ from May 2025
// on, by the second working day after the month: 53 of gathering, and 3 for visits.
class HoursWorld : public RequestsWorld {
 public:
  HoursWorld() {
    config::v1::DefinitionSet days;
    ONERETURN_CHECK(google::protobuf::TextFormat::ParseFromString(
        FileText(absl::StrCat(DeployFolder(), "/england/calendar.textproto")), &days));
    for (const auto& calendar : days.calendars()) Define(calendar);
    for (const char* code : {"admissions", "stays", "visits"}) Define(SmallItem(code));
    Define(Parse<catalogue::v1::Collection>(R"(
        code: "Ward" display_name: "Ward" period_kind: PERIOD_KIND_MONTH
        items: "admissions" items: "stays"
        estimated_minutes { gathering: 101 quality_assurance: 13 }
        item_minutes { item: "admissions" minutes { gathering: 11 } }
        item_minutes { item: "stays" minutes { transmission: 7 } })"));
    Define(Parse<catalogue::v1::Collection>(R"(
        code: "Timed" display_name: "Timed" period_kind: PERIOD_KIND_MONTH items: "visits"
        estimated_minutes { gathering: 53 }
        item_minutes { item: "visits" minutes { gathering: 3 } }
        frames { organisation: "RLQ" from_period: "2025-05" }
        window { calendar: "england" from_period: "2025-05" open_working_day: 1
                 due_working_day: 2 due_time_of_day: "17:00:00" refresh_working_day: 5
                 close_working_day: 8 })"));
    Define(Parse<requests::v1::RequestRules>(R"(
        code: "england" near_duplicate_from: 450 challenge_days: 10 review_days: 30
        notice { change_class: CHANGE_CLASS_EXISTING_ITEMS days: 17 }
        notice { change_class: CHANGE_CLASS_NEW_DETAIL days: 60 }
        notice { change_class: CHANGE_CLASS_NEW_ITEMS days: 90 }
        pay_bands { lens: "gathering" band: "six" pence_an_hour: 1009 }
        pay_bands { lens: "quality_assurance" band: "seven" pence_an_hour: 2003 }
        budgets { body: "X24" minutes_a_year: 5003 }
        clash_minutes_a_week: 180 capacity_minutes_a_week: 307 source: "made up for tests")"));
  }

  // Of both providers, for April 2025.
  static requests::v1::DataRequest Asking(const std::vector<std::string>& items,
                                          const std::string& body = "X24") {
    requests::v1::DataRequest request = Draft();
    request.set_requesting_body(body);
    request.clear_lines();
    for (const std::string& item : items) request.add_lines()->set_item(item);
    request.set_to_period("2025-04");
    request.set_due_date("2025-07-04");
    return request;
  }

  // Drafted, approved and issued; its name.
  std::string Issue(const requests::v1::DataRequest& draft, uint32_t excepted_days = 0) {
    const std::string& body = draft.requesting_body();
    const std::string other = body == "X24" ? "X30" : "X24";
    matching().Tell(
        "summary { change_class: CHANGE_CLASS_NEW_ITEMS parts: 99999 "
        "outstanding { gathering: 99999 } }");
    const std::string name = RequestsWorld::Draft(draft, body).value().request.name();
    ONERETURN_CHECK(Match(name, body).ok());
    ONERETURN_CHECK(Close(name, true, body).ok());
    requests::v1::DecideRequestRequest decision = Decision(name);
    if (excepted_days > 0) {
      decision.mutable_notice_exception()->set_notice_days(excepted_days);
      decision.mutable_notice_exception()->set_approver("Director of data");
      decision.mutable_notice_exception()->set_reason("the season begins");
      decision.mutable_notice_exception()->set_expiry("2025-08-31");
    }
    ONERETURN_CHECK(Decide(decision, other).ok());
    requests::v1::IssueRequestRequest request;
    request.set_name(name);
    request.set_request_id(absl::StrCat("issue-", name));
    OfficerOrigin origin = By(body);
    origin.digest = Sha256(request.SerializeAsString());
    std::promise<Answer> promise;
    issue_.Issue(origin, request,
                 [&promise](Answer answer) { promise.set_value(std::move(answer)); });
    const Answer answer = promise.get_future().get();
    if (!answer.ok()) std::fprintf(stderr, "%s\n", answer.status().ToString().c_str());
    ONERETURN_CHECK(answer.ok());
    return name;
  }

  const StoredMatching& stored_matching() const { return stored_matching_; }

  // A revision of the organisation's return for Ward, with other figures than any before.
  void Send(const std::string& organisation, const std::string& period,
            returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_FINAL,
            std::optional<uint32_t> declared_gathering = std::nullopt) {
    ReturnSubmission sent;
    sent.origin = ingestion().FreshOrigin();
    sent.collection = "Ward";
    sent.period = period;
    sent.status = status;
    sent.submission.organisation = organisation;
    for (const char* item : {"admissions", "stays"}) {
      Cell cell;
      cell.item = item;
      cell.value = Decimal::Parse(std::to_string(++figures_)).value();
      sent.submission.cells.push_back(std::move(cell));
    }
    if (declared_gathering.has_value()) {
      sent.declared_minutes.emplace().set_gathering(*declared_gathering);
    }
    const auto answer = ingestion().Submit(std::move(sent));
    if (!answer.ok()) std::fprintf(stderr, "%s\n", answer.status().ToString().c_str());
    ONERETURN_CHECK(answer.ok() && answer->accepted.has_value());
  }

 private:
  CataloguePicture picture_{ReadSaidForMatching};
  HeldCoverage coverage_;
  const StoredMatching stored_matching_{
      &picture_, &coverage_,
      [this] { return ingestion().committer().LatestPromise().through_time; }};
  const IssueRequest issue_{&ingestion().store(), &ingestion().writer(), &ingestion().committer(),
                            &stored_matching_};
  int figures_ = 0;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_TESTING_HOURS_WORLD_H_
