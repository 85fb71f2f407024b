// What keeps a request from approval, and what lets it through.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/requests_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class DecideRequestTest : public ::testing::Test, protected RequestsWorld {
 protected:
  // A request that was consulted about, of which the match says this now.
  std::string Consulted(const std::string& match,
                        const requests::v1::DataRequest& draft = RequestsWorld::Draft()) {
    matching().Tell(match);
    const std::string name = Draft(draft)->request.name();
    EXPECT_THAT(Match(name), IsOk());
    EXPECT_THAT(Close(name, true), IsOk());
    return name;
  }
  static std::string Asking(int notice_days) {
    return absl::StrCat("summary { change_class: CHANGE_CLASS_NEW_ITEMS notice_days: ", notice_days,
                        " }");
  }
  static requests::v1::DecideRequestRequest WithException(const std::string& name, int days) {
    requests::v1::DecideRequestRequest request = Decision(name);
    request.mutable_notice_exception()->set_notice_days(days);
    request.mutable_notice_exception()->set_approver("Director of data");
    request.mutable_notice_exception()->set_reason("the season begins");
    request.mutable_notice_exception()->set_expiry("2025-08-31");
    return request;
  }
  using RequestsWorld::Draft;
};

std::string RemedyOfError(const absl::Status& status) {
  const auto details = DetailsOf(status);
  if (!details.has_value()) return "";
  for (const auto& [key, value] : details->metadata) {
    if (key == kRemedyKey) return value;
  }
  return "";
}

TEST_F(DecideRequestTest, ConcernsAreToBeSettled) {
  const std::pair<const char*, const char*> kinds[] = {
      {"CONCERN_KIND_NEAR_DUPLICATE", "near duplicate"},
      {"CONCERN_KIND_CONFLICT_DEFINITION", "conflict definition"},
      {"CONCERN_KIND_CONFLICT_GUIDANCE", "conflict guidance"}};
  for (const auto& [kind, words] : kinds) {
    const std::string name = Consulted(
        absl::StrCat("concerns { kind: ", kind, " line: 1 about: 'items/beds' words: 'differs' }"));
    const Answer open = Decide(name);
    EXPECT_THAT(open, HasReason(Reason::kConcernsOpen)) << kind;
    const auto preconditions = DetailsOf(open.status())->preconditions;
    ASSERT_THAT(preconditions, SizeIs(1));
    EXPECT_EQ(preconditions[0].subject, "items/beds");
    EXPECT_EQ(preconditions[0].description, absl::StrCat(words, " of line 1: differs"));
    // It is the match of now that counts, and a refusal needs none of it.
    EXPECT_THAT(Decide(name, false), IsOk());
    const std::string settled = Consulted(absl::StrCat("concerns { kind: ", kind, " line: 1 }"));
    matching().Tell(kAllHeld);
    EXPECT_THAT(Decide(settled), IsOk());
  }
}

// What is to be done is about what is open alone, and of the whole request it is its name.
TEST_F(DecideRequestTest, TheRemedyIsOfWhatIsOpen) {
  const auto remedy = [](const Answer& answer) { return RemedyOfError(answer.status()); };
  const Answer large = Decide(Consulted("concerns { kind: CONCERN_KIND_TOO_LARGE words: 'much' }"));
  EXPECT_EQ(DetailsOf(large.status())->preconditions[0].subject.rfind("requests/", 0), 0u);
  EXPECT_EQ(remedy(large),
            "Ask in several requests, each of some of the periods, organisations or lines.");
  EXPECT_EQ(remedy(Decide(Consulted("concerns { kind: CONCERN_KIND_NEAR_DUPLICATE line: 1 }"))),
            "Decide the likeness.");
  EXPECT_EQ(remedy(Decide(Consulted(Asking(108)))),
            "Draft it with a later due date, or give an exception of notice.");
}

TEST_F(DecideRequestTest, AJustifiedDefinitionIsLetThrough) {
  requests::v1::DataRequest draft = Draft();
  draft.mutable_lines(0)->set_justification("six hours are what the pledge says");
  const std::string name =
      Consulted("concerns { kind: CONCERN_KIND_CONFLICT_DEFINITION line: 1 }", draft);
  EXPECT_THAT(Decide(name), IsOk());
}

TEST_F(DecideRequestTest, ARegionThatObjectsIsNamedByItsWholeCode) {
  matching().Tell(kSomeAsked);
  const std::string name = Draft(Draft())->request.name();
  ASSERT_THAT(Match(name), IsOk());
  ASSERT_THAT(Reply(name, "Y63", true, catalogue::v1::OPINION_OBJECT), IsOk());
  ASSERT_THAT(Close(name, true), IsOk());
  requests::v1::DecideRequestRequest decision = Decision(name);
  for (const char* reason : {"all is well", "as Y631 has it", "in 2Y63 and Y63X", "Y6 and 3"}) {
    decision.set_reason(reason);
    const Answer open = Decide(decision);
    EXPECT_THAT(open, HasReason(Reason::kConcernsOpen)) << reason;
    EXPECT_EQ(RemedyOfError(open.status()), "Have Y63 agree, or name it in the reason.");
  }
  decision.set_reason("Y631 is none; what (Y63) says is weighed");
  EXPECT_THAT(Decide(decision), IsOk());
}

TEST_F(DecideRequestTest, FiguresThatComeLaterAreWeighedByWhoDecides) {
  EXPECT_THAT(Decide(Consulted("concerns { kind: CONCERN_KIND_CONFLICT_DATE words: 'late' }")),
              IsOk());
}

// The day is 2025-06-15, the request is due on 2025-09-30: 107 days of notice.
TEST_F(DecideRequestTest, NoticeIsToBeLongEnough) {
  EXPECT_THAT(Decide(Consulted(Asking(107))), IsOk());
  const std::string name = Consulted(Asking(108));
  EXPECT_THAT(Decide(name), HasReason(Reason::kConcernsOpen));
  EXPECT_THAT(Decide(WithException(name, 108)), HasReason(Reason::kConcernsOpen));
  const Answer approved = Decide(WithException(name, 60));
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->request.notice_exception().notice_days(), 60u);
  // What asks nothing of anybody needs no notice.
  EXPECT_THAT(Decide(Consulted("summary { change_class: CHANGE_CLASS_NONE notice_days: 200 }")),
              IsOk());
}

TEST_F(DecideRequestTest, AnExceptionIsWhole) {
  const std::string name = Consulted(Asking(200));
  requests::v1::DecideRequestRequest decision = WithException(name, 60);
  decision.mutable_notice_exception()->Clear();
  const Answer faulty = Decide(decision);
  EXPECT_THAT(faulty, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(DetailsOf(faulty.status())->fields, SizeIs(4));
  decision = WithException(name, 60);
  decision.mutable_notice_exception()->set_expiry("2025-06-14");
  EXPECT_THAT(Decide(decision), HasReason(Reason::kFieldInvalid));
  decision = WithException(name, 60);
  decision.mutable_notice_exception()->set_reason("call 943 476 5919");
  EXPECT_THAT(Decide(decision), HasReason(Reason::kPersonalData));
  decision = WithException(name, 60);
  decision.set_approve(false);
  EXPECT_THAT(Decide(decision), HasReason(Reason::kFieldInvalid));
}

TEST_F(DecideRequestTest, WordsAreChecked) {
  const std::string name = Consulted(kAllHeld);
  requests::v1::DecideRequestRequest decision = Decision(name);
  decision.clear_reason();
  EXPECT_THAT(Decide(decision), HasReason(Reason::kFieldInvalid));
  decision.set_reason("as 943 476 5919 said");
  EXPECT_THAT(Decide(decision), HasReason(Reason::kPersonalData));
  decision.set_reason(std::string(1'001, 'a'));
  EXPECT_THAT(Decide(decision), HasReason(Reason::kFieldInvalid));
  requests::v1::EndRequestRequest end;
  end.set_name(name);
  EXPECT_THAT(Ask(&DataRequests::End, By("X24"), end), HasReason(Reason::kFieldInvalid));
  requests::v1::CloseConsultationRequest close;
  matching().Tell(kAllHeld);
  close.set_name(InState(requests::v1::REQUEST_STATE_MATCHED));
  close.set_without_all_replies(true);
  EXPECT_THAT(Ask(&DataRequests::Close, By("X24"), close), HasReason(Reason::kFieldInvalid));
  requests::v1::ReplyToRequestRequest reply;
  reply.set_name(close.name());
  reply.set_organisation("Y63");
  EXPECT_THAT(Ask(&DataRequests::Reply, By("Y63"), reply), HasReason(Reason::kFieldInvalid));
  reply.mutable_reply()->set_opinion(catalogue::v1::OPINION_COMMENT);
  reply.mutable_reply()->set_text("ask 943 476 5919");
  EXPECT_THAT(Ask(&DataRequests::Reply, By("Y63"), reply), HasReason(Reason::kPersonalData));
}

}  // namespace
}  // namespace onereturn::ingestion
