// For tests: the register over attendances that are held, with the real match and issue.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_TESTING_ANSWER_WORLD_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_TESTING_ANSWER_WORLD_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/ingestion/app/requests/answers/read_answer.h"
#include "services/ingestion/app/requests/issue/issue_request.h"
#include "services/ingestion/app/requests/testing/requests_world.h"

namespace onereturn::ingestion {

// Q12 is the ICB of RLQ and RCF, which send "AE" each month: attendances by department (type1,
// other), and deaths, of which 1 to 7 are not shown.
class AnswerWorld : public RequestsWorld {
 public:
  AnswerWorld() {
    Define(Parse<catalogue::v1::Organisation>(
        R"(code: "Q12" display_name: "ICB" type: ORGANISATION_TYPE_ICB)"));
    for (const std::string code : {"RLQ", "RCF"}) {
      Define(Parse<catalogue::v1::Organisation>(absl::StrCat(
          R"(display_name: "Trust" type: ORGANISATION_TYPE_PROVIDER
             relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: "Q12"
                             from_date: "2020-04-01" lead: true } code: ")",
          code, "\"")));
    }
    Define(Attendances());
    Define(Parse<catalogue::v1::DataItem>(
        R"(code: "deaths" display_name: "Deaths" concept_text: "Deaths." unit: "patients"
           additive_over_organisations: true additive_over_time: true
           disclosure { suppressed_to: 7 rule: "1 to 7 are not shown" })"));
    Define(SmallCollection("AE", {"attendances", "deaths"}));
    const auto shipped = Parse<config::v1::DefinitionSet>(
        FileText(absl::StrCat(DeployFolder(), "/england/request_rules.textproto")));
    for (const requests::v1::RequestRules& rules : shipped.request_rules()) Define(rules);
  }

  static catalogue::v1::DataItem Attendances() {
    return Parse<catalogue::v1::DataItem>(
        R"(code: "attendances" display_name: "Attendances" concept_text: "Arrivals at A&E."
           unit: "attendances" additive_over_organisations: true additive_over_time: true
           dimensions { code: "department" display_name: "Department" adds_up: true
                        values { code: "type1" display_name: "Type 1" }
                        values { code: "other" display_name: "Other" } })");
  }

  // A figure below zero stands for a null: it was withheld.
  void Send(const std::string& organisation, const std::string& period, int type1, int other,
            int deaths) {
    ReturnSubmission sent;
    sent.origin = ingestion().FreshOrigin();
    sent.collection = "AE";
    sent.period = period;
    sent.submission.organisation = organisation;
    sent.submission.cells = {CellOf("attendances", "other", other),
                             CellOf("attendances", "type1", type1), CellOf("deaths", "", deaths)};
    const auto answer = ingestion().Submit(std::move(sent));
    ONERETURN_CHECK(answer.ok() && answer->accepted.has_value());
  }
  static Cell CellOf(const std::string& item, const std::string& department, int figure) {
    Cell cell;
    cell.item = item;
    if (!department.empty()) cell.dimensions = {{"department", department}};
    if (figure < 0) {
      cell.null_reason = NullReason::kWithheld;
    } else {
      cell.value = Decimal::Parse(std::to_string(figure)).value();
    }
    return cell;
  }

  // January to March 2025, of both providers.
  void SendQuarter() {
    Send("RLQ", "2025-01", 100, 10, 20);
    Send("RLQ", "2025-02", 200, 20, 30);
    Send("RLQ", "2025-03", 300, 30, 40);
    Send("RCF", "2025-01", 1000, 1, 50);
    Send("RCF", "2025-02", 2000, 2, 60);
    Send("RCF", "2025-03", 3000, 3, 70);
  }

  static requests::v1::DataRequest QuarterOf(const std::string& item,
                                             const std::vector<std::string>& organisations) {
    requests::v1::DataRequest request = Draft();
    request.mutable_lines(0)->set_item(item);
    request.clear_organisations();
    for (const std::string& one : organisations) request.add_organisations(one);
    request.set_from_period("2025-Q1");
    request.set_to_period("2025-Q1");
    return request;
  }

  // Its name.
  std::string Issued(const requests::v1::DataRequest& request) {
    const Answer drafted = RequestsWorld::Draft(request);
    Must(drafted.status());
    const std::string name = drafted->request.name();
    Must(Match(name).status());
    Must(Close(name, true).status());
    Must(Decide(name).status());
    requests::v1::IssueRequestRequest issue;
    issue.set_name(name);
    issue.set_request_id(absl::StrCat("issue-", name));
    OfficerOrigin origin = By("X24");
    origin.digest = Sha256(issue.SerializeAsString());
    std::promise<Answer> promise;
    issue_.Issue(origin, issue,
                 [&promise](Answer answer) { promise.set_value(std::move(answer)); });
    Must(promise.get_future().get().status());
    return name;
  }
  static void Must(const absl::Status& status) {
    if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
    ONERETURN_CHECK(status.ok());
  }

  AnswerParts parts() {
    return AnswerParts{&ingestion().store(), &ingestion().committer(), &stored_, &uses_,
                       &item_uses_};
  }
  static AnswerReader ReaderOf(const std::string& body) {
    return AnswerReader{OrganisationScope::Only(body), body};
  }

  struct Given {
    absl::Status status;
    std::vector<requests::v1::AnswerCell> cells;
    std::optional<requests::v1::AnswerEnd> end;
  };
  // Reads all of it, at the newest entry or at `sequence`.
  Given Read(const std::string& name, const std::string& body = "X24", uint64_t sequence = 0) {
    Given given;
    const ReadPlace place{sequence == 0 ? ingestion().LastSequence() : sequence, "here"};
    given.status = ReadAnswer(parts(), ReaderOf(body), name, place,
                              [&given](const requests::v1::StreamAnswerResponse& message) {
                                Take(message, &given);
                                return absl::OkStatus();
                              });
    return given;
  }
  static void Take(const requests::v1::StreamAnswerResponse& message, Given* given) {
    given->cells.insert(given->cells.end(), message.cells().begin(), message.cells().end());
    if (message.has_end()) given->end = message.end();
  }

  ItemUses& item_uses() { return item_uses_; }
  ReturnUses& return_uses() { return uses_; }
  StoredMatching& stored() { return stored_; }
  CataloguePicture& picture() { return picture_; }
  HeldCoverage& coverage() { return coverage_; }

 private:
  CataloguePicture picture_{ReadSaidForMatching};
  HeldCoverage coverage_;
  StoredMatching stored_{&picture_, &coverage_,
                         [this] { return ingestion().committer().LatestPromise().through_time; }};
  IssueRequest issue_{&ingestion().store(), &ingestion().writer(), &ingestion().committer(),
                      &stored_};
  ReturnUses uses_{&ingestion().store(), &ingestion().committer(), &ingestion().clock()};
  ItemUses item_uses_{&ingestion().store(), &ingestion().committer(), &ingestion().clock()};
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_TESTING_ANSWER_WORLD_H_
