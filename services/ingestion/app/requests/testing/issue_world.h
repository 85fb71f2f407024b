// For tests: requests that are issued, matched with what is held.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_TESTING_ISSUE_WORLD_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_TESTING_ISSUE_WORLD_H_

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/ingestion/app/requests/hours/request_accounts.h"
#include "services/ingestion/app/requests/issue/issue_request.h"
#include "services/ingestion/app/requests/obligations/challenge_obligation.h"
#include "services/ingestion/app/requests/obligations/keep_requests.h"
#include "services/ingestion/app/requests/obligations/obligation_message.h"
#include "services/ingestion/app/requests/testing/requests_world.h"
#include "services/ingestion/app/timetable/testing/timetable_world.h"

namespace onereturn::ingestion {

struct MatchingOnTheStore {
  explicit MatchingOnTheStore(IssueBounds bounds)
      : stored_matching(
            &picture, &coverage, [this] { return promised(); }, bounds) {}
  std::function<Timestamp()> promised;  // Set before anything is matched.
  CataloguePicture picture{ReadSaidForMatching};
  HeldCoverage coverage;
  const StoredMatching stored_matching;
};

// RequestsWorld, and a third provider, RAE, in Y63. Nobody is named by the frames of Acute, which
// is of months and has no window: 120 minutes a return, 10 for admissions, 5 for wards. Timed is
// alike, of visits, 7 minutes; its window of a month is due on the second working day after it and
// closes on the eighth, and from 2025-06 its frames name RAE.
class IssueWorld : private MatchingOnTheStore, public RequestsWorld {
 public:
  explicit IssueWorld(CommitterOptions options = {}, IssueBounds bounds = {})
      : MatchingOnTheStore(bounds), RequestsWorld(&stored_matching, std::move(options)) {
    promised = [this] { return ingestion().committer().LatestPromise().through_time; };
    const config::v1::DefinitionSet working_days = EnglishWorkingDays();
    for (const auto& calendar : working_days.calendars()) Define(calendar);
    Define(Parse<catalogue::v1::Organisation>(
        R"(code: "RAE" display_name: "Trust" type: ORGANISATION_TYPE_PROVIDER
           relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_REGION parent: "Y63"
                           from_date: "2020-04-01" lead: true })"));
    for (const char* code : {"admissions", "wards", "visits"}) {
      catalogue::v1::DataItem item = SmallItem(code);
      item.set_additive_over_organisations(true);
      item.set_additive_over_time(true);
      Define(item);
    }
    Define(Parse<catalogue::v1::Collection>(R"(
        code: "Acute" display_name: "Acute" period_kind: PERIOD_KIND_MONTH
        items: "admissions" items: "wards"
        estimated_minutes { gathering: 90 quality_assurance: 30 }
        item_minutes { item: "admissions" minutes { gathering: 10 } }
        item_minutes { item: "wards" minutes { transmission: 5 } })"));
    Define(Timed());
    Define(Rules());
    Restart();
  }

  static catalogue::v1::Collection Timed() {
    return Parse<catalogue::v1::Collection>(R"(
        code: "Timed" display_name: "Timed" period_kind: PERIOD_KIND_MONTH items: "visits"
        estimated_minutes { gathering: 60 }
        item_minutes { item: "visits" minutes { gathering: 7 } }
        frames { organisation: "RAE" from_period: "2025-06" }
        window { calendar: "england" from_period: "2025-05" open_working_day: 1
                 due_working_day: 2 due_time_of_day: "17:00:00" refresh_working_day: 5
                 close_working_day: 8 })");
  }
  static requests::v1::RequestRules Rules() {
    return Parse<requests::v1::RequestRules>(R"(
        code: "england" near_duplicate_from: 450 challenge_days: 10 review_days: 30
        notice { change_class: CHANGE_CLASS_EXISTING_ITEMS days: 28 }
        notice { change_class: CHANGE_CLASS_NEW_DETAIL days: 60 }
        notice { change_class: CHANGE_CLASS_NEW_ITEMS days: 90 }
        new_item_minutes { gathering: 15 } new_collection_minutes { gathering: 40 }
        source: "made up for tests")");
  }

  // As a service that is started again.
  void Restart() {
    keep_ = KeeperOf(ingestion().writer());
    timetable_ = std::make_unique<KeepTimetable>(&ingestion().store(), &ingestion().writer(),
                                                 &ingestion().clock(), kScheduler);
  }
  std::unique_ptr<KeepRequests> KeeperOf(const FactWriter& writer) {
    return std::make_unique<KeepRequests>(&ingestion().store(), &writer, &ingestion().clock(),
                                          kScheduler);
  }
  absl::Status Keep() { return keep_->Run(); }
  // The clock goes on to `time`, RFC 3339, and both schedulers run.
  absl::Status RunAt(const std::string& time) {
    ingestion().clock().Set(ParseTimestamp(time).value());
    absl::Status status = timetable_->Run();
    status.Update(Keep());
    return status;
  }

  // What is asked of these items, for April and May 2025.
  static requests::v1::DataRequest Asking(const std::vector<std::string>& items,
                                          const std::vector<std::string>& organisations) {
    requests::v1::DataRequest draft = Draft();
    draft.clear_lines();
    draft.clear_organisations();
    for (const std::string& item : items) draft.add_lines()->set_item(item);
    for (const std::string& code : organisations) draft.add_organisations(code);
    return draft;
  }
  using RequestsWorld::Draft;

  std::string Approved(const requests::v1::DataRequest& draft) {
    const Answer drafted = Draft(draft, draft.requesting_body());
    Say(drafted);
    const std::string name = drafted->request.name();
    const std::string& body = draft.requesting_body();
    Say(Match(name, body));
    Say(Close(name, true, body));
    Say(Decide(name, true, body == "X30" ? "X24" : "X30"));
    return name;
  }
  static requests::v1::IssueRequestRequest IssueOf(const std::string& name, const std::string& id) {
    requests::v1::IssueRequestRequest request;
    request.set_name(name);
    request.set_request_id(id);
    return request;
  }
  std::future<Answer> BeginIssue(const requests::v1::IssueRequestRequest& request,
                                 const std::string& body = "X24") {
    OfficerOrigin origin = By(body);
    origin.digest = Sha256(request.SerializeAsString());
    auto promise = std::make_shared<std::promise<Answer>>();
    issue_.Issue(origin, request,
                 [promise](Answer answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }
  Answer Issue(const std::string& name, const std::string& body = "X24") {
    return BeginIssue(IssueOf(name, absl::StrCat("issue-", ++issues_)), body).get();
  }
  // Drafted, approved and issued; its name.
  std::string Issued(const requests::v1::DataRequest& draft) {
    const std::string name = Approved(draft);
    Say(Issue(name, draft.requesting_body()));
    return name;
  }

  absl::StatusOr<ReturnAnswer> Send(
      const std::string& collection, const std::string& organisation, const std::string& period,
      const std::vector<std::pair<std::string, int>>& figures,
      returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_FINAL) {
    ReturnSubmission sent;
    sent.origin = ingestion().FreshOrigin();
    sent.collection = collection;
    sent.period = period;
    sent.status = status;
    sent.submission.organisation = organisation;
    for (const auto& [item, figure] : figures) {
      Cell cell;
      cell.item = item;
      cell.value = Decimal::Parse(std::to_string(figure)).value();
      sent.submission.cells.push_back(std::move(cell));
    }
    return ingestion().Submit(std::move(sent));
  }

  // Others owe what is owed, as many more: A100, A101 and so on.
  void OweLike(const ObligationKey& owed, int others) {
    const auto record = FindObligation(ingestion().store(), owed).value()->record;
    PlainWrite write;
    for (int i = 0; i < others; ++i) {
      ObligationKey key = owed;
      key.key.organisation = absl::StrCat("A", 100 + i);
      PutObligation(key, record, &write.batch);
    }
    std::promise<absl::Status> written;
    write.done = [&written](absl::Status status) { written.set_value(std::move(status)); };
    ONERETURN_CHECK(ingestion().committer().Write(std::move(write)).ok());
    ONERETURN_CHECK(written.get_future().get().ok());
  }

  // "RCF Acute 2025-04 OUTSTANDING", in order.
  std::vector<std::string> ObligationsAt(const std::string& request, uint64_t sequence = kNewest) {
    std::vector<std::string> texts;
    for (const requests::v1::Obligation& one : MessagesAt(request, sequence)) {
      texts.push_back(absl::StrCat(one.organisation(), " ", one.collection(), " ", one.period(),
                                   " ",
                                   requests::v1::ObligationState_Name(one.state()).substr(17)));
    }
    return texts;
  }
  std::vector<requests::v1::Obligation> MessagesAt(const std::string& request,
                                                   uint64_t sequence = kNewest) {
    requests::v1::ListObligationsRequest list;
    list.set_parent("organisations/-");
    list.set_request(request);
    auto page = ListObligations(ingestion().store(), OrganisationScope::National(), list, "",
                                10'000, sequence);
    Say(page);
    return {page->rows.begin(), page->rows.end()};
  }
  // Minutes of "collected avoided outstanding released" of the organisation.
  std::string AccountAt(const std::string& request, const std::string& organisation,
                        uint64_t sequence = kNewest) {
    auto accounts =
        AccountsOfRequest(ingestion().store(), DataRequestNumber(request), sequence).value();
    const Account& one = accounts[organisation];
    return absl::StrCat(one.collected.Total(), " ", one.avoided.Total(), " ",
                        one.outstanding.Total(), " ", one.released.Total());
  }

  absl::StatusOr<ObligationAnswer> Challenge(
      const std::string& name, const std::string& text = "sent last month",
      requests::v1::ChallengeGround ground = requests::v1::CHALLENGE_GROUND_DUPLICATE) {
    return BeginChallenge(name, text, ground).get();
  }
  std::future<absl::StatusOr<ObligationAnswer>> BeginChallenge(
      const std::string& name, const std::string& text = "sent last month",
      requests::v1::ChallengeGround ground = requests::v1::CHALLENGE_GROUND_DUPLICATE) {
    requests::v1::ChallengeObligationRequest request;
    request.set_name(name);
    request.set_ground(ground);
    request.set_text(text);
    return BeginContest(&ChallengeObligation::Challenge, "RLQ", std::move(request));
  }
  absl::StatusOr<ObligationAnswer> AnswerChallenge(const std::string& name, bool uphold,
                                                   const std::string& body = "X24") {
    return BeginAnswer(name, uphold, body).get();
  }
  std::future<absl::StatusOr<ObligationAnswer>> BeginAnswer(const std::string& name, bool uphold,
                                                            const std::string& body = "X24") {
    requests::v1::AnswerChallengeRequest request;
    request.set_name(name);
    request.set_uphold(uphold);
    request.set_reason("it is needed by ward");
    return BeginContest(&ChallengeObligation::Answer, body, std::move(request));
  }

  std::vector<feed::v1::Entry> EntriesOf(feed::v1::EntryKind kind) {
    std::vector<feed::v1::Entry> entries = Entries();
    std::erase_if(entries, [kind](const feed::v1::Entry& entry) { return entry.kind() != kind; });
    return entries;
  }
  std::vector<feed::v1::Entry> Entries() {
    std::vector<feed::v1::Entry> entries;
    const std::vector<std::string> stored =
        EntriesAfter(ingestion().store(), 0, 100'000, 100'000'000).value();
    for (const std::string& bytes : stored) {
      ONERETURN_CHECK(entries.emplace_back().ParseFromString(bytes));
    }
    return entries;
  }
  const StoredMatching& matching_on_the_store() const { return stored_matching; }
  // From here on matches are made at `time`, RFC 3339, whatever the clock says.
  void MatchAsOn(const std::string& time) {
    promised = [time] { return ParseTimestamp(time).value(); };
  }

  // An error is told, and ends the test.
  template <typename Answered>
  static void Say(const Answered& answered) {
    if (!answered.ok()) std::fprintf(stderr, "%s\n", answered.status().ToString().c_str());
    ONERETURN_CHECK(answered.ok());
  }

 private:
  template <typename Request>
  std::future<absl::StatusOr<ObligationAnswer>> BeginContest(
      void (ChallengeObligation::*step)(const OfficerOrigin&, const Request&,
                                        ChallengeObligation::Done) const,
      const std::string& by, Request request) {
    request.set_request_id(absl::StrCat("contest-", ++issues_));
    OfficerOrigin origin = By(by);
    origin.digest = Sha256(request.SerializeAsString());
    auto promise = std::make_shared<std::promise<absl::StatusOr<ObligationAnswer>>>();
    (challenges_.*step)(origin, request,
                        [promise](auto answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }

  const IssueRequest issue_{&ingestion().store(), &ingestion().writer(), &ingestion().committer(),
                            &stored_matching};
  const ChallengeObligation challenges_{&ingestion().store(), &ingestion().writer(),
                                        &ingestion().committer(), &picture, &coverage};
  std::unique_ptr<KeepRequests> keep_;
  std::unique_ptr<KeepTimetable> timetable_;
  int issues_ = 0;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_TESTING_ISSUE_WORLD_H_
