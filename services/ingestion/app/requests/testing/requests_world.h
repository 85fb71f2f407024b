// For tests: the register over a small catalogue, with a match that the test decides.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_TESTING_REQUESTS_WORLD_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_TESTING_REQUESTS_WORLD_H_

#include <google/protobuf/text_format.h>

#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/status/error.h"
#include "services/ingestion/app/requests/matching/draft_checks.h"
#include "services/ingestion/app/requests/register/data_requests.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {

// Answers what it was told last, whatever is asked. Thread safe.
class ToldMatching final : public RequestMatching {
 public:
  void Tell(const std::string& match, DueMinutes due = {}) {
    const std::lock_guard<std::mutex> lock(mutex_);
    match_.Clear();
    ONERETURN_CHECK(google::protobuf::TextFormat::ParseFromString(match, &match_));
    due_ = std::move(due);
  }

  absl::Status CheckDraft(const Reader& reader, const requests::v1::DataRequest& request,
                          uint64_t sequence) const override {
    absl::Status status = CheckAskedIsKnown(reader, request, sequence);
    status.Update(ChosenBy(request).status());
    return status;
  }
  absl::StatusOr<AskedOrganisations> OrganisationsAt(const Reader& /*reader*/,
                                                     uint64_t /*sequence*/) const override {
    ++pictures_;
    return AskedOrganisations(ChosenBy);
  }
  // How often whom requests ask was looked up anew.
  int pictures() const { return pictures_; }
  absl::StatusOr<requests::v1::Match> MatchAt(const Reader& /*reader*/,
                                              const requests::v1::DataRequest& /*request*/,
                                              uint64_t /*sequence*/,
                                              DueMinutes* due) const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (due != nullptr) *due = due_;
    return match_;
  }
  std::string DescriptionKeyOf(const requests::v1::DescribedItem& described) const override {
    return DigestToHex(Sha256(described.definition_text()));
  }

 private:
  static absl::StatusOr<std::vector<std::string>> ChosenBy(
      const requests::v1::DataRequest& request) {
    std::vector<std::string> chosen(request.organisations().begin(), request.organisations().end());
    if (!request.has_selector()) return chosen;
    // Of selectors: the providers of this world, unless councils are asked for.
    if (request.selector().types(0) != catalogue::v1::ORGANISATION_TYPE_PROVIDER) {
      return Error(Reason::kEmptySelector, "the selector chooses no organisation").ToStatus();
    }
    return std::vector<std::string>{"RCF", "RLQ"};
  }

  mutable std::atomic<int> pictures_ = 0;
  mutable std::mutex mutex_;
  requests::v1::Match match_;  // Guarded by mutex_.
  DueMinutes due_;             // Guarded by mutex_.
};

// Nothing is asked of anybody.
inline constexpr char kAllHeld[] = "summary { change_class: CHANGE_CLASS_NONE exact: 2 }";
// Something is asked of RLQ, which is in region Y63, and awaited of RCF, which is in Y62.
inline constexpr char kSomeAsked[] = R"(
  summary { change_class: CHANGE_CLASS_EXISTING_ITEMS notice_days: 28 }
  gaps { collection: "SitRep" items: "beds" organisations: "RLQ" periods: "2025-05" }
  gaps { collection: "SitRep" items: "beds" organisations: "RCF" periods: "2025-05" awaited: true }
)";

inline constexpr char kDesk[] = "spiffe://onereturn.example/desk";
inline constexpr char kStewards[] = "spiffe://onereturn.example/stewards";

// The day is 2025-06-15. Bodies: X24 asks; X26 merged into it on 2023-02-01, after X25 had merged
// into X26; X30 stands alone. RVW closed on 2024-03-31, for RLQ.
class RequestsWorld {
 public:
  // `matching`: in place of ToldMatching; must outlive it. Null: none.
  explicit RequestsWorld(const RequestMatching* matching = nullptr, CommitterOptions options = {})
      : ingestion_(std::move(options)),
        register_(&ingestion_.store(), &ingestion_.writer(), &ingestion_.committer(),
                  matching == nullptr ? &matching_ : matching) {
    for (const char* text :
         {R"(code: "X24" display_name: "NHS England" type: ORGANISATION_TYPE_NATIONAL_BODY)",
          R"(code: "X26" display_name: "NHS Digital" type: ORGANISATION_TYPE_NATIONAL_BODY
             close_date: "2023-01-31" successions { successor: "X24" effective_date: "2023-02-01" })",
          R"(code: "X25" display_name: "Health Education" type: ORGANISATION_TYPE_NATIONAL_BODY
             close_date: "2020-03-31" successions { successor: "X26" effective_date: "2020-04-01" })",
          R"(code: "X30" display_name: "Department" type: ORGANISATION_TYPE_NATIONAL_BODY)",
          R"(code: "X31" display_name: "Closed" type: ORGANISATION_TYPE_NATIONAL_BODY
             close_date: "2024-12-31")",
          R"(code: "Y62" display_name: "North West" type: ORGANISATION_TYPE_REGION)",
          R"(code: "Y63" display_name: "North East" type: ORGANISATION_TYPE_REGION)",
          R"(code: "RLQ" display_name: "Trust" type: ORGANISATION_TYPE_PROVIDER
             relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_REGION parent: "Y63"
                             from_date: "2020-04-01" lead: true })",
          R"(code: "RCF" display_name: "Trust" type: ORGANISATION_TYPE_PROVIDER
             relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_REGION parent: "Y62"
                             from_date: "2020-04-01" lead: true })",
          R"(code: "RVW" display_name: "Trust" type: ORGANISATION_TYPE_PROVIDER
             close_date: "2024-03-31" successions { successor: "RLQ" effective_date: "2024-04-01" })"}) {
      Define(Parse<catalogue::v1::Organisation>(text));
    }
    Define(SmallItem("beds"));
    catalogue::v1::DataItem old = SmallItem("old_beds");
    old.set_retired_from_period("2024-04");
    old.set_retirement_reason("counted otherwise now");
    Define(old);
    Define(SmallCollection("SitRep", {"beds"}));
    ingestion_.clock().Set(ParseTimestamp("2025-06-15T12:00:00Z").value());
    matching_.Tell(kAllHeld);
  }

  template <typename Message>
  static Message Parse(const std::string& text) {
    Message message;
    ONERETURN_CHECK(google::protobuf::TextFormat::ParseFromString(text, &message));
    return message;
  }
  template <typename Definition>
  void Define(const Definition& definition) {
    const absl::Status status = ingestion_.DefineOne(definition).status();
    if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
    ONERETURN_CHECK(status.ok());
  }

  static requests::v1::DataRequest Draft() {
    return Parse<requests::v1::DataRequest>(R"(
      requesting_body: "X24" sponsor: "Director of beds" title: "Beds" legal_basis: "Section 259"
      purpose: PURPOSE_ACCOUNTABILITY_TO_PARLIAMENT lines { item: "beds" }
      organisations: "RLQ" organisations: "RCF" from_period: "2025-04" to_period: "2025-05"
      due_date: "2025-09-30" planned_use: "to see beds" product: "Beds monthly"
      expiry: "2026-03-31")");
  }

  OfficerOrigin By(const std::string& body, const std::string& system = kDesk) {
    OfficerOrigin origin;
    origin.actor = Actor{system, ""};
    origin.role = rights::v1::ROLE_REQUESTER;
    if (!body.empty()) origin.scope = OrganisationScope::Only(body);
    return origin;
  }

  using Answer = absl::StatusOr<DataRequestAnswer>;
  template <typename Request>
  std::future<Answer> Begin(void (DataRequests::*step)(const OfficerOrigin&, const Request&,
                                                       DataRequests::Done) const,
                            OfficerOrigin origin, Request request) {
    if (request.request_id().empty()) request.set_request_id(absl::StrCat("r", ++ids_));
    origin.digest = Sha256(request.SerializeAsString());
    auto promise = std::make_shared<std::promise<Answer>>();
    (register_.*step)(origin, request,
                      [promise](Answer answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }
  template <typename Request>
  Answer Ask(void (DataRequests::*step)(const OfficerOrigin&, const Request&, DataRequests::Done)
                 const,
             const OfficerOrigin& origin, const Request& request) {
    return Begin(step, origin, request).get();
  }

  Answer Draft(const requests::v1::DataRequest& request, const std::string& body = "X24") {
    requests::v1::DraftRequestRequest draft;
    *draft.mutable_data_request() = request;
    return Ask(&DataRequests::Draft, By(body), draft);
  }
  Answer Match(const std::string& name, const std::string& body = "X24") {
    requests::v1::MatchRequestRequest request;
    request.set_name(name);
    return Ask(&DataRequests::Match, By(body), request);
  }
  Answer Reply(const std::string& name, const std::string& organisation, bool filter = false,
               catalogue::v1::Opinion opinion = catalogue::v1::OPINION_AGREE) {
    requests::v1::ReplyToRequestRequest request;
    request.set_name(name);
    request.set_organisation(organisation);
    request.mutable_reply()->set_opinion(opinion);
    request.mutable_reply()->set_regional_filter(filter);
    if (opinion != catalogue::v1::OPINION_AGREE) request.mutable_reply()->set_text("as it is");
    return Ask(&DataRequests::Reply, By(organisation), request);
  }
  Answer Close(const std::string& name, bool without = false, const std::string& body = "X24") {
    requests::v1::CloseConsultationRequest request;
    request.set_name(name);
    request.set_without_all_replies(without);
    if (without) request.set_reason("the season begins");
    return Ask(&DataRequests::Close, By(body), request);
  }
  static requests::v1::DecideRequestRequest Decision(const std::string& name, bool approve = true) {
    requests::v1::DecideRequestRequest request;
    request.set_name(name);
    request.set_approve(approve);
    request.set_reason("worth its hours");
    return request;
  }
  Answer Decide(const requests::v1::DecideRequestRequest& request,
                const std::string& body = "X30") {
    return Ask(&DataRequests::Decide, By(body, kStewards), request);
  }
  Answer Decide(const std::string& name, bool approve = true, const std::string& body = "X30") {
    return Decide(Decision(name, approve), body);
  }
  Answer End(const std::string& name, const std::string& body = "X24") {
    requests::v1::EndRequestRequest request;
    request.set_name(name);
    request.set_reason("no longer needed");
    return Ask(&DataRequests::End, By(body), request);
  }

  // A new request in the state; its name. Of those after APPROVED: the row alone is put there, for
  // issuing is not of this library.
  std::string InState(requests::v1::RequestState state) {
    const std::string name = Draft(Draft())->request.name();
    using requests::v1::RequestState;
    if (state >= requests::v1::REQUEST_STATE_MATCHED) ONERETURN_CHECK(Match(name).ok());
    if (state >= requests::v1::REQUEST_STATE_CONSULTED) ONERETURN_CHECK(Close(name, true).ok());
    if (state >= requests::v1::REQUEST_STATE_APPROVED) {
      ONERETURN_CHECK(Decide(name, state != requests::v1::REQUEST_STATE_REFUSED).ok());
    }
    if (state == requests::v1::REQUEST_STATE_ENDED) {
      ONERETURN_CHECK(End(name).ok());
    } else if (state >= requests::v1::REQUEST_STATE_ISSUED) {
      const uint64_t number = DataRequestNumber(name);
      requests::v1::DataRequest row = FindDataRequest(ingestion_.store(), number).value()->request;
      row.set_state(state);
      auto written = std::make_shared<std::promise<absl::Status>>();
      PlainWrite write;
      PutDataRequest(number, ingestion_.LastSequence(), row, &write.batch);
      write.done = [written](absl::Status status) { written->set_value(std::move(status)); };
      ONERETURN_CHECK(ingestion_.committer().Write(std::move(write)).ok());
      ONERETURN_CHECK(written->get_future().get().ok());
    }
    return name;
  }

  requests::v1::DataRequest Now(const std::string& name) {
    return FindDataRequest(ingestion_.store(), DataRequestNumber(name)).value()->request;
  }

  TestIngestion& ingestion() { return ingestion_; }
  ToldMatching& matching() { return matching_; }
  const DataRequests& data_requests() const { return register_; }

 private:
  TestIngestion ingestion_;
  ToldMatching matching_;
  DataRequests register_;
  int ids_ = 0;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_TESTING_REQUESTS_WORLD_H_
