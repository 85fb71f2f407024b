// What is warned of before a request goes out, and its price: worked by hand.
#include "services/ingestion/app/requests/hours/appraise_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_join.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/hours/burden.h"
#include "services/ingestion/app/requests/hours/due_weeks.h"
#include "services/ingestion/app/requests/hours/requesters.h"
#include "services/ingestion/app/requests/obligations/obligation_message.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/app/requests/rules_in_force.h"
#include "services/ingestion/app/requests/testing/hours_world.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::Appraisal;
using requests::v1::DataRequest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// 200 minutes of RLQ on Friday 4 July 2025, in a match that was told.
constexpr char kToldAsked[] = R"(
  summary { change_class: CHANGE_CLASS_EXISTING_ITEMS outstanding { gathering: 200 } })";
DueMinutes ToldDue() {
  Minutes minutes;
  minutes[Lens::kGathering] = 200;
  return {{"RLQ", {{ParseTimestamp("2025-07-04T16:00:00Z").value(), minutes}}}};
}

// In HoursWorld a week is a clash beyond 180 minutes, and an organisation has 307. The return of
// RLQ for June, 56 minutes, is due on Wednesday 2 July; requests are due on Friday 4 July.
class AppraiseRequestTest : public ::testing::Test, protected HoursWorld {
 protected:
  // Of another month than Asking, so that nothing of it is owed.
  static DataRequest Of(const std::string& month, const std::vector<std::string>& items,
                        const std::string& body = "X24") {
    DataRequest request = Asking(items, body);
    request.set_from_period(month);
    request.set_to_period(month);
    return request;
  }
  std::string Drafted(const DataRequest& request) {
    return RequestsWorld::Draft(request, request.requesting_body()).value().request.name();
  }
  Appraisal Appraised(const std::string& name, uint64_t sequence = kNewest) {
    const uint64_t at = std::min(sequence, ingestion().LastSequence());
    const auto appraisal = AppraiseRequest(ingestion().store(), stored_matching(), Now(name), at);
    EXPECT_THAT(appraisal, IsOk());
    return appraisal.value_or(Appraisal());
  }
  // "CLASH RLQ 2025-W27 from 2025-06-30: 181 + 121 of 180".
  static std::vector<std::string> WeeksOf(const Appraisal& appraisal) {
    std::vector<std::string> texts;
    for (const requests::v1::Warning& one : appraisal.warnings()) {
      if (one.week().empty()) continue;
      texts.push_back(absl::StrCat(requests::v1::WarningKind_Name(one.kind()).substr(13), " ",
                                   one.organisation(), " ", one.week(), " from ", one.week_begins(),
                                   ": ", one.minutes_before(), " + ", one.minutes_added(), " of ",
                                   one.minutes_allowed()));
    }
    return texts;
  }
  // The others.
  static std::vector<std::string> OthersOf(const Appraisal& appraisal) {
    std::vector<std::string> texts;
    for (const requests::v1::Warning& one : appraisal.warnings()) {
      if (one.kind() == requests::v1::WARNING_KIND_BUDGET) {
        texts.push_back(absl::StrCat(one.body(), " since ", one.year_begins(), ": ",
                                     one.minutes_before(), " + ", one.minutes_added(), " of ",
                                     one.minutes_allowed()));
      } else if (one.kind() == requests::v1::WARNING_KIND_ONE_IN_ONE_OUT) {
        texts.push_back(absl::StrCat(one.request(), " frees ", one.minutes_freed(), ", unread ",
                                     absl::StrJoin(one.unused_items(), " "), ", ", one.issue_date(),
                                     " to ", one.expiry()));
      }
    }
    return texts;
  }
  void SetBudget(uint64_t minutes) {
    requests::v1::RequestRules rules = RulesForHours(ingestion().store(), kNewest).value();
    rules.mutable_budgets(0)->set_minutes_a_year(minutes);
    rules.clear_name();
    rules.clear_version();
    rules.clear_etag();
    Define(rules);
  }
};

// Each owes one return in that week; most is asked of RLQ.
TEST_F(AppraiseRequestTest, WhoOwesBeyondTheBoundIsLeftOutLeastAskedFirst) {
  Issue(Asking({"admissions"}));
  DueMinutes due = ToldDue();
  due["RCF"] = due["RLQ"];
  due["RCF"].begin()->second[Lens::kGathering] = 100;
  const auto texts = [&](size_t most_obligations) {
    const auto found =
        DueWeeksOf(ingestion().store(), due, ingestion().LastSequence(), most_obligations).value();
    std::vector<std::string> all = {absl::StrCat(found.organisations_left_out, " left out")};
    for (const DueWeek& one : found.weeks) {
      all.push_back(absl::StrCat(one.organisation, " ", one.before, " + ", one.added));
    }
    return all;
  };
  EXPECT_THAT(texts(2), ElementsAre("0 left out", "RCF 125 + 100", "RLQ 181 + 200"));
  EXPECT_THAT(texts(1), ElementsAre("1 left out", "RLQ 181 + 200"));
  EXPECT_THAT(texts(0), ElementsAre("2 left out"));
}

TEST_F(AppraiseRequestTest, AWeekThatIsFullIsSeenBeforeTheAskGoesOut) {
  const std::string name = Drafted(Of("2025-03", {"stays"}, "X30"));
  const uint64_t before = ingestion().LastSequence();
  // 101 + 13 + 7 of each; RLQ has 56 in that week.
  EXPECT_THAT(WeeksOf(Appraised(name)), IsEmpty());
  Issue(Asking({"admissions"}));  // 125 of each.
  const Appraisal full = Appraised(name);
  EXPECT_THAT(WeeksOf(full), ElementsAre("CLASH RLQ 2025-W27 from 2025-06-30: 181 + 121 of 180",
                                         "CLASH RCF 2025-W27 from 2025-06-30: 125 + 121 of 180"));
  EXPECT_EQ(full.weeks_left_out(), 0u);
  EXPECT_THAT(OthersOf(full), IsEmpty());
  // Of both: (202 of gathering x 1,009 + 26 of assurance x 2,003) / 60 = 4,264.9 pence.
  EXPECT_EQ(full.outstanding_pence(), 4265u);
  EXPECT_EQ(full.avoided_pence(), 0u);
  EXPECT_THAT(WeeksOf(Appraised(name, before)), IsEmpty());  // As it was.
  // With 132 of each, 313 of RLQ's 307.
  const std::string more = Drafted(Of("2025-03", {"admissions", "stays"}, "X30"));
  EXPECT_THAT(WeeksOf(Appraised(more)),
              ElementsAre("CAPACITY RLQ 2025-W27 from 2025-06-30: 181 + 132 of 307",
                          "CLASH RCF 2025-W27 from 2025-06-30: 125 + 132 of 180"));
}

TEST_F(AppraiseRequestTest, WhatIsHeldOrOwedAlreadyAddsNothing) {
  Issue(Asking({"admissions"}));
  const Appraisal same = Appraised(Drafted(Asking({"admissions"}, "X30")));
  EXPECT_THAT(same.warnings(), IsEmpty());
  EXPECT_EQ(same.outstanding_pence(), 0u);
  // (2 x 112 x 1,009 + 2 x 13 x 2,003) / 60 = 278,094 / 60 = 4,634.9.
  EXPECT_EQ(same.avoided_pence(), 4635u);
}

TEST_F(AppraiseRequestTest, ABodyBeyondItsBudgetIsToldWhatCouldEnd) {
  const std::string first = Issue(Asking({"admissions"}));                   // 125 of each.
  const std::string second = Issue(Of("2025-03", {"admissions", "stays"}));  // 132 of each.
  Issue(Of("2025-01", {"admissions"}, "X30"));                               // Another body's.
  const std::string name = Drafted(Of("2025-02", {"stays"}));                // 121 of each.
  SetBudget(756);
  // Nothing of it came yet, so that nothing could be read.
  const std::string ends = ", 2025-06-15 to 2026-03-31";
  EXPECT_THAT(OthersOf(Appraised(name)),
              ElementsAre(absl::StrCat(second, " frees 264, unread ", ends),
                          absl::StrCat(first, " frees 250, unread ", ends)));
  SetBudget(755);
  EXPECT_THAT(OthersOf(Appraised(name)),
              ElementsAre("X24 since 2025-04-01: 514 + 242 of 755",
                          absl::StrCat(second, " frees 264, unread ", ends),
                          absl::StrCat(first, " frees 250, unread ", ends)));
  // What was collected has been used, and cannot be freed.
  Send("RLQ", "2025-03");
  EXPECT_THAT(OthersOf(Appraised(name)),
              ElementsAre("X24 since 2025-04-01: 514 + 242 of 755",
                          absl::StrCat(first, " frees 250, unread ", ends),
                          absl::StrCat(second, " frees 132, unread ", ends)));
  ASSERT_THAT(End(first), IsOk());
  EXPECT_THAT(OthersOf(Appraised(name)),
              ElementsAre(absl::StrCat(second, " frees 132, unread ", ends)));
  // The day after, what came and nobody read is named.
  ingestion().clock().Set(ParseTimestamp("2025-06-16T12:00:00Z").value());
  Send("RLQ", "2025-05");
  EXPECT_THAT(OthersOf(Appraised(name)),
              ElementsAre(absl::StrCat(second, " frees 132, unread admissions stays", ends)));
}

TEST_F(AppraiseRequestTest, WhatCameAlreadyFillsNoWeek) {
  const std::string name = Drafted(Of("2025-03", {"stays"}, "X30"));
  Issue(Asking({"admissions"}));  // 125 of each, beside the 56 of RLQ.
  Send("RLQ", "2025-04");
  EXPECT_THAT(WeeksOf(Appraised(name)),
              ElementsAre("CLASH RCF 2025-W27 from 2025-06-30: 125 + 121 of 180"));
}

TEST_F(AppraiseRequestTest, ItIsSaidUntilTheIssueAndTheMatchStaysTheSame) {
  matching().Tell(kToldAsked, ToldDue());
  const std::string name = Drafted(Draft());
  const auto appraised = [this, &name] {
    return AppraiseRequest(ingestion().store(), matching(), Now(name), kNewest).value();
  };
  const Answer matched = Match(name);
  ASSERT_THAT(matched, IsOk());
  EXPECT_THAT(WeeksOf(appraised()),
              ElementsAre("CLASH RLQ 2025-W27 from 2025-06-30: 56 + 200 of 180"));
  Issue(Asking({"admissions"}, "X30"));
  matching().Tell(kToldAsked, ToldDue());
  const Answer again = Match(name);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->unchanged);
  const auto full = ElementsAre("CAPACITY RLQ 2025-W27 from 2025-06-30: 181 + 200 of 307");
  EXPECT_THAT(WeeksOf(appraised()), full);
  requests::v1::PreviewMatchRequest preview;
  preview.set_name(name);
  const auto shown = PreviewMatchOf(ingestion().store(), data_requests().World(), preview, kNewest);
  ASSERT_THAT(shown, IsOk());
  EXPECT_THAT(WeeksOf(shown->appraisal()), full);
  ASSERT_THAT(Close(name, true), IsOk());
  const Answer approved = Decide(name);
  ASSERT_THAT(approved, IsOk());
  EXPECT_THAT(WeeksOf(appraised()), full);
  // 200 x 1,009 / 60 = 3,363.3.
  EXPECT_EQ(appraised().outstanding_pence(), 3363u);
}

TEST_F(AppraiseRequestTest, ARefusalSaysNothingOfIt) {
  matching().Tell(kToldAsked, ToldDue());
  const std::string name = Drafted(Draft());
  ASSERT_THAT(Match(name), IsOk());
  ASSERT_THAT(Close(name, true), IsOk());
  const Answer refused = Decide(name, /*approve=*/false);
  ASSERT_THAT(refused, IsOk());
  EXPECT_THAT(Appraised(name).warnings(), IsEmpty());
}

TEST_F(AppraiseRequestTest, OfAnIssuedOneItSaysWhatWasWastedAndWhetherItWasLate) {
  const auto edition = [this](const std::string& text) {
    catalogue::v1::Guidance guidance = Parse<catalogue::v1::Guidance>(R"(
        code: "counting" reference: "DCB1" title: "Counting" valid_from: "2020-01-01"
        items: "admissions" text_reference: "on paper")");
    guidance.set_edition(text);
    Define(guidance);
  };
  edition("1");
  const std::string name = Issue(Asking({"admissions", "stays"}));
  Send("RLQ", "2025-04");
  edition("2");
  const Appraisal wasted = Appraised(name);
  EXPECT_EQ(wasted.minutes_wasted(), 11u);  // RCF's admissions: RLQ's had come.
  EXPECT_FALSE(wasted.late_ask());
  EXPECT_THAT(wasted.warnings(), IsEmpty());
  // As its issue said: (2 x 112 x 1,009 + 2 x 13 x 2,003) / 60; transmission has no band.
  EXPECT_EQ(wasted.outstanding_pence(), 4635u);
  // Five days, where the class demands 17.
  DataRequest late = Of("2024-12", {"stays"});
  late.set_due_date("2025-06-20");
  EXPECT_TRUE(Appraised(Issue(late, 5)).late_ask());
}

TEST_F(AppraiseRequestTest, EveryExceptionThatWasGrantedIsCounted) {
  const auto granted = [this](const std::string& body) {
    const uint64_t sequence = ingestion().LastSequence();
    const auto listed =
        ListRequesters(ingestion().store(), sequence,
                       SumsOfRequests(ingestion().store(), sequence).value(), nullptr);
    for (const auto& one : listed->requesters()) {
      if (one.body() == body) return absl::StrCat(one.notice_exceptions(), " ", one.late_asks());
    }
    return std::string("none");
  };
  // 18 days where 17 are demanded, and 19 are given: granted, and not late.
  const std::string name = Issue(Asking({"admissions"}), 18);
  EXPECT_EQ(Now(name).notice_exceptions(), 1u);
  EXPECT_EQ(granted("X24"), "1 0");
  // One that was granted and drafted anew, and granted again, is two, though it is never issued.
  matching().Tell(kToldAsked);
  const std::string other = Drafted(Of("2025-03", {"stays"}, "X30"));
  requests::v1::DecideRequestRequest decision = Decision(other);
  decision.mutable_notice_exception()->set_notice_days(5);
  decision.mutable_notice_exception()->set_approver("Director of data");
  decision.mutable_notice_exception()->set_reason("the season begins");
  decision.mutable_notice_exception()->set_expiry("2025-08-31");
  for (const uint32_t count : {1, 2}) {
    ASSERT_THAT(Match(other, "X30"), IsOk());
    ASSERT_THAT(Close(other, true, "X30"), IsOk());
    ASSERT_THAT(Decide(decision, "X24"), IsOk());
    EXPECT_EQ(Now(other).notice_exceptions(), count);
    EXPECT_EQ(granted("X30"), absl::StrCat(count, " 0"));
    DataRequest again = Of("2025-03", {"stays"}, "X30");
    again.set_name(other);
    again.set_title(absl::StrCat("Stays, version ", count));
    ASSERT_THAT(RequestsWorld::Draft(again, "X30"), IsOk());
    EXPECT_FALSE(Now(other).has_notice_exception());
    EXPECT_EQ(Now(other).notice_exceptions(), count);
  }
}

TEST_F(AppraiseRequestTest, ObligationsArePriced) {
  const std::string name = Issue(Asking({"admissions"}));
  requests::v1::ListObligationsRequest list;
  list.set_parent("organisations/RLQ");
  const auto page = ListObligations(ingestion().store(), OrganisationScope::National(), list, "",
                                    10, ingestion().LastSequence());
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->rows.size(), 1u);
  // (112 x 1,009 + 13 x 2,003) / 60 = 139,047 / 60 = 2,317.45.
  EXPECT_EQ(page->rows[0].cost_pence(), 2317u);
}

}  // namespace
}  // namespace onereturn::ingestion
