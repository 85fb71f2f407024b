// Goal: requests and obligations are named as people write them, and say what is to be done.
#include "tools/onereturn/console/request_text.h"

#include "absl/strings/str_cat.h"
#include "common/status/enum_words.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tools/onereturn/console/enum_words.h"

namespace onereturn::client {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Message>
Message Read(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

TEST(RequestText, References) {
  EXPECT_EQ(*RequestName("001-00"), "requests/001-00");
  EXPECT_EQ(*RequestName("requests/1234-07"), "requests/1234-07");
  EXPECT_EQ(ReferenceOf("requests/001-00"), "001-00");
  for (const char* text :
       {"", "001", "01-00", "001-0", "001-000", "001-00-00", "0a1-00", "-", "winter.textproto",
        "requests/", "request/001-00", "2024-03", "requests/requests/001-00"}) {
    // A month is a reference's form: nobody names a file so.
    EXPECT_EQ(IsReference(text), std::string(text) == "2024-03") << text;
  }
  EXPECT_EQ(ExitCodeOf(RequestName("winter").status()), ExitCode::kUsage);
}

TEST(RequestText, EtagsNeedNoQuotes) {
  EXPECT_EQ(QuotedEtag("7"), "\"7\"");
  EXPECT_EQ(QuotedEtag("\"7\""), "\"7\"");
  EXPECT_EQ(QuotedEtag(""), "");
}

TEST(RequestText, Obligations) {
  constexpr char kName[] = "organisations/R0A/obligations/001-00.MSitAE.2026-04";
  EXPECT_EQ(*ObligationName(kName), kName);
  EXPECT_EQ(*ObligationName("R0A/001-00.MSitAE.2026-04"), kName);
  EXPECT_EQ(ShortObligation(kName), "R0A/001-00.MSitAE.2026-04");
  EXPECT_EQ(ShortObligation("elsewhere"), "elsewhere");
  for (const char* text : {"", "001-00", "R0A", "R0A/001-00", "R0A/001-00.MSitAE", "/001-00.C.P",
                           "R0A/001-00..2026-04", "R0A/x.MSitAE.2026-04",
                           "organisations/R0A/returns/MSitAE.2026-04"}) {
    EXPECT_EQ(ExitCodeOf(ObligationName(text).status()), ExitCode::kUsage) << text;
  }
}

TEST(RequestText, WordsOfEnumerations) {
  using common::v1::Purpose;
  EXPECT_EQ(WordOf(common::v1::PURPOSE_HOLDING_TO_ACCOUNT, "PURPOSE_"), "holding-to-account");
  EXPECT_EQ(EnumWords(common::v1::PURPOSE_HOLDING_TO_ACCOUNT), "holding to account");
  EXPECT_EQ(WordOf(common::v1::PURPOSE_UNSPECIFIED, "PURPOSE_"), "");
  EXPECT_EQ(WordOf(static_cast<Purpose>(99), "PURPOSE_"), "");
  EXPECT_EQ(*EnumOfWord<Purpose>("Holding to account", "PURPOSE_", "purpose"),
            common::v1::PURPOSE_HOLDING_TO_ACCOUNT);
  for (const char* word : {"unspecified", "curiosity", ""}) {
    const auto none = EnumOfWord<Purpose>(word, "PURPOSE_", "purpose");
    EXPECT_EQ(ExitCodeOf(none.status()), ExitCode::kUsage) << word;
    EXPECT_THAT(ErrorText(none.status()), HasSubstr("funding, accountability-to-parliament"));
  }
}

// One return owed to three requests is sent once; what came, or need not come, is not sent.
TEST(RequestText, AReturnThatSeveralRequestsWantIsSentOnce) {
  ReturnsToSend to_send;
  const auto to_do = [&to_send](const std::string& request, const std::string& rest) {
    return to_send.ToDoAbout(Read<requests::v1::Obligation>(
        absl::StrCat("request: 'requests/", request, "' collection: 'DM01' ", rest).c_str()));
  };
  EXPECT_EQ(to_do("005-00", "organisation: 'RLQ' period: '2024-01' state: OBLIGATION_STATE_SHARED"),
            "");
  EXPECT_EQ(
      to_do("006-00", "organisation: 'RLQ' period: '2024-01' state: OBLIGATION_STATE_OUTSTANDING"),
      "send it; or challenge it");
  EXPECT_EQ(
      to_do("007-00", "organisation: 'RLQ' period: '2024-01' state: OBLIGATION_STATE_AWAITED"),
      "the same return as 006-00's: it costs nothing more");
  EXPECT_EQ(
      to_do("008-00", "organisation: 'RLQ' period: '2024-01' state: OBLIGATION_STATE_OUTSTANDING"),
      "send it; or challenge it (the same return as 006-00's)");
  EXPECT_EQ(
      to_do("008-00", "organisation: 'RLQ' period: '2024-02' state: OBLIGATION_STATE_OUTSTANDING"),
      "send it; or challenge it");
  EXPECT_EQ(
      to_do("008-00", "organisation: 'RWP' period: '2024-01' state: OBLIGATION_STATE_OUTSTANDING"),
      "send it; or challenge it");
  EXPECT_EQ(to_send.count(), 3u);
}

TEST(RequestText, WhatAnOfficerDoes) {
  auto owed =
      Read<requests::v1::Obligation>("state: OBLIGATION_STATE_OUTSTANDING requesting_body: 'X24'");
  EXPECT_EQ(ObligationToDo(owed), "send it; or challenge it");
  EXPECT_EQ(ObligationStateText(owed), "OUTSTANDING");
  // 2026-06-01T12:00:00Z.
  owed.mutable_challenge()->mutable_answer_by()->set_seconds(1'780'315'200);
  EXPECT_EQ(ObligationToDo(owed), "wait: X24 answers the challenge by 2026-06-01 13:00:00 BST");
  owed.mutable_challenge()->mutable_answer();
  owed.mutable_challenge()->set_upheld(true);
  EXPECT_EQ(ObligationToDo(owed), "send it: the challenge was not agreed to");
  owed = Read<requests::v1::Obligation>(
      "state: OBLIGATION_STATE_AWAITED requesting_body: 'X24' "
      "challenge { answer_by { seconds: 1780315200 } }");
  EXPECT_EQ(ObligationToDo(owed),
            "send it to whom it is owed already; X24 answers the challenge by 2026-06-01 13:00:00 "
            "BST");
  EXPECT_EQ(ReturnsToSend().ToDoAbout(owed), ObligationToDo(owed));
  owed = Read<requests::v1::Obligation>("state: OBLIGATION_STATE_AWAITED");
  EXPECT_THAT(ObligationToDo(owed), HasSubstr("costs nothing more"));
  owed = Read<requests::v1::Obligation>(
      "state: OBLIGATION_STATE_RELEASED release_reason: RELEASE_REASON_WITHDRAWN");
  EXPECT_EQ(ObligationToDo(owed), "");
  EXPECT_EQ(ObligationStateText(owed), "released: withdrawn");
}

TEST(RequestText, WhatIsDueAndHasNotComeIsLate) {
  const Timestamp now{1'780'315'200'000'000};
  const auto state = [&](const char* text) {
    return ObligationStateText(Read<requests::v1::Obligation>(text), now);
  };
  constexpr char kDueNow[] = "state: OBLIGATION_STATE_OUTSTANDING due_time { seconds: 1780315200 }";
  EXPECT_EQ(state(kDueNow), "OUTSTANDING, LATE");
  EXPECT_EQ(ObligationStateText(Read<requests::v1::Obligation>(kDueNow)), "OUTSTANDING");
  EXPECT_EQ(state("state: OBLIGATION_STATE_OUTSTANDING due_time { seconds: 1780315201 }"),
            "OUTSTANDING");
  EXPECT_EQ(state("state: OBLIGATION_STATE_AWAITED due_time { seconds: 1780315200 }"),
            "awaited, LATE");
  EXPECT_EQ(state("state: OBLIGATION_STATE_COLLECTED due_time { seconds: 1780315200 }"),
            "collected");
}

TEST(RequestText, WhatWasDecidedAndHowItEndedIsSaid) {
  auto request = Read<requests::v1::DataRequest>(R"(
    name: "requests/001-00" state: REQUEST_STATE_REFUSED
    decided { sequence: 9 time { seconds: 1780315200 } body: "Y63" reason: "all of it is held" })");
  constexpr char kDecided[] = "2026-06-01 13:00:00 BST, Y63: all of it is held\n";
  EXPECT_THAT(RequestText(request, {}), HasSubstr(absl::StrCat("decided    refused: ", kDecided)));
  request.set_state(requests::v1::REQUEST_STATE_ENDED);
  EXPECT_THAT(RequestText(request, {}), HasSubstr(absl::StrCat("decided    ", kDecided)));
  EXPECT_THAT(RequestText(request, {}, {}, requests::v1::REQUEST_STATE_REFUSED),
              HasSubstr(absl::StrCat("decided    refused: ", kDecided)));
  request.mutable_issue();
  request.mutable_ended()->mutable_time()->set_seconds(1'780'315'200);
  EXPECT_THAT(RequestText(request, {}),
              AllOf(HasSubstr(absl::StrCat("decided    approved: ", kDecided)),
                    HasSubstr("ended      2026-06-01 13:00:00 BST: it expired\n")));
  request.mutable_ended()->set_body("X24");
  request.mutable_ended()->set_reason("is over");
  EXPECT_THAT(RequestText(request, {}),
              HasSubstr("ended      2026-06-01 13:00:00 BST, X24: is over\n"));
}

TEST(RequestText, TheNewestReplyOfEachCounts) {
  const auto request = Read<requests::v1::DataRequest>(R"(
    consultees: ["QGH", "QOC"]
    replies { organisation: "QGH" opinion: OPINION_OBJECT text: "too soon" }
    replies { organisation: "Y60" opinion: OPINION_AGREE regional_filter: true }
    replies { organisation: "QGH" opinion: OPINION_AGREE })");
  EXPECT_EQ(RequestRepliesText(request), "QGH agree; QOC no answer; Y60 agree (region's filter)");
}

TEST(RequestText, WhatWasSaidOfAnEarlierDraftDoesNotCount) {
  const auto request = Read<requests::v1::DataRequest>(R"(
    consultees: ["QGH", "QOC"] drafted { sequence: 7 }
    replies { organisation: "QGH" opinion: OPINION_AGREE step { sequence: 6 } }
    replies { organisation: "QOC" opinion: OPINION_AGREE step { sequence: 5 } }
    replies { organisation: "QOC" opinion: OPINION_COMMENT text: "why?" step { sequence: 9 } })");
  EXPECT_EQ(RequestRepliesText(request), "QGH no answer; QOC comment: why?");
}

TEST(RequestText, ACommentStandsBesideTheOpinionThatWasGiven) {
  const auto request = Read<requests::v1::DataRequest>(R"(
    consultees: "QGH" consultees: "QOC"
    replies { organisation: "QGH" opinion: OPINION_COMMENT text: "first" }
    replies { organisation: "QGH" opinion: OPINION_AGREE }
    replies { organisation: "QGH" opinion: OPINION_COMMENT text: "but soon" }
    replies { organisation: "QOC" opinion: OPINION_COMMENT text: "why?" }
    replies { organisation: "Y60" opinion: OPINION_OBJECT text: "no" regional_filter: true }
    replies { organisation: "Y60" opinion: OPINION_COMMENT text: "hm" regional_filter: true })");
  EXPECT_EQ(RequestRepliesText(request),
            "QGH agree, comment: but soon; QOC comment: why?; "
            "Y60 object: no (region's filter), comment: hm (region's filter)");
}

TEST(RequestText, AllOfARequest) {
  const auto request = Read<requests::v1::DataRequest>(R"(
    name: "requests/001-00" title: "Winter" etag: "\"7\"" requesting_body: "X24" sponsor: "Director of care"
    purpose: PURPOSE_EVALUATING_TRENDS state: REQUEST_STATE_ISSUED
    selector { types: ORGANISATION_TYPE_PROVIDER within: "QGH" }
    from_period: "2026-01" to_period: "2026-03" due_date: "2026-05-14"
    issue { match { lines: 2 lines_held: 1 avoided { gathering: 120 } last_due_date: "2026-05-14" }
            sources: 6 avoided { gathering: 120 } outstanding { gathering: 90 } obligations: 3
            reuse_terms: "for oversight alone" })");
  const std::string text = RequestText(request, {});
  EXPECT_THAT(text, HasSubstr("001-00  Winter\n"));
  EXPECT_THAT(text, HasSubstr("  etag       7\n"));
  EXPECT_THAT(text, HasSubstr("  of         every provider within QGH\n"));
  EXPECT_THAT(text, HasSubstr("  periods    2026-01 to 2026-03\n"));
  EXPECT_THAT(text, HasSubstr("  given      1 of 2 items held, from 6 returns; 2 h avoided; "
                              "provider hours: 0\n"));
  EXPECT_THAT(text, HasSubstr("  asked      3 returns, 1 h 30 min, by 14 May 2026\n"));
  EXPECT_THAT(text, HasSubstr("  terms      for oversight alone\n"));
  EXPECT_THAT(text, Not(HasSubstr("refused")));
  EXPECT_THAT(text, Not(HasSubstr("ended")));
  EXPECT_THAT(text, Not(HasSubstr("wasted")));
  EXPECT_THAT(text, Not(HasSubstr("late")));
}

TEST(RequestText, OneThatIsAnsweredByNothingSaysSo) {
  auto request = Read<requests::v1::DataRequest>(R"(
    name: "requests/001-00" state: REQUEST_STATE_ANSWERED issue { obligations: 1 })");
  auto owed = Read<requests::v1::ListObligationsResponse>(
      "obligations { state: OBLIGATION_STATE_RELEASED release_reason: RELEASE_REASON_MISSING }");
  EXPECT_THAT(RequestText(request, {}, owed), HasSubstr("  state      answered: nothing came\n"));
  owed.mutable_obligations(0)->set_state(requests::v1::OBLIGATION_STATE_COLLECTED);
  EXPECT_EQ(RequestStateText(request, owed), "answered");
  owed.mutable_obligations(0)->set_state(requests::v1::OBLIGATION_STATE_RELEASED);
  request.mutable_issue()->set_sources(1);
  EXPECT_EQ(RequestStateText(request, owed), "answered");
}

TEST(RequestText, ItsPriceAndHowItsBodyWentAboutIt) {
  const auto request = Read<requests::v1::DataRequest>(R"(
    name: "requests/001-00" state: REQUEST_STATE_ISSUED notice_exceptions: 2
    issue { match { lines: 2 lines_held: 1 last_due_date: "2026-05-14" }
            sources: 6 avoided { gathering: 5580 } outstanding { gathering: 90 } obligations: 3 })");
  const auto appraisal = Read<requests::v1::Appraisal>(
      "avoided_pence: 279000 outstanding_pence: 4500 minutes_wasted: 75 late_ask: true");
  const std::string text = RequestText(request, appraisal);
  EXPECT_THAT(text, HasSubstr("; 93 h avoided (about £2,790); "));
  EXPECT_THAT(text, HasSubstr("  asked      3 returns, 1 h 30 min (about £45), by 14 May 2026\n"));
  EXPECT_THAT(text, HasSubstr("  exceptions 2 of notice granted\n"));
  EXPECT_THAT(text, HasSubstr("  late       asked with less notice"));
  EXPECT_THAT(text, HasSubstr("  wasted     1 h 15 min begun under guidance that changed"));
}

TEST(RequestText, WhatToWeighStandsAtTheEndOfOneThatMayBeIssued) {
  const auto request = Read<requests::v1::DataRequest>(R"(
    name: "requests/001-00" state: REQUEST_STATE_CONSULTED
    match { lines: 2 lines_held: 1 outstanding { gathering: 240 }
            change_class: CHANGE_CLASS_EXISTING_ITEMS })");
  const auto appraisal = Read<requests::v1::Appraisal>(R"(
    outstanding_pence: 8000
    warnings { kind: WARNING_KIND_CLASH organisation: "R0A" week: "2026-W16"
               week_begins: "2026-04-13" minutes_before: 1860 minutes_added: 240
               minutes_allowed: 900 })");
  const std::string text = RequestText(request, appraisal);
  EXPECT_THAT(text, HasSubstr("  would ask  4 h (about £80)\n"));
  EXPECT_THAT(text, EndsWith("\nTo weigh before it goes out:\n"
                             "  the week of 13 April 2026 already holds 31 h for R0A; this adds "
                             "4 h: a clash is more than 15 h\n"));
}

}  // namespace
}  // namespace onereturn::client
