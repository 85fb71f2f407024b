// For tests: two ICBs, their sub-ICB locations and providers, with returns that name commissioners
// and others; and reviews of them.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REVIEWS_TESTING_REVIEW_FIXTURE_H_
#define ONERETURN_SERVICES_INGESTION_APP_REVIEWS_TESTING_REVIEW_FIXTURE_H_

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/reviews/conclude_review.h"
#include "services/ingestion/app/reviews/read_review.h"
#include "services/ingestion/app/reviews/review_queries.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {

inline constexpr char kCommissionerDesk[] = "spiffe://onereturn.example/organisation/QE1/desk";
inline constexpr char kCommissionerOfficer[] = "https://id.example#p-0077";

// Two ICBs, QE1 with the sub-ICB location 00L and QE2 with 01A. RAA belongs to QE1, RBB to QE2; RCC
// moved from QE1 to QE2 on 1 April 2025.
class ReviewTest : public ::testing::Test {
 protected:
  ReviewTest() : reviews_(&ingestion_.store(), &ingestion_.writer(), &recent_) {
    Organisation("QE1", catalogue::v1::ORGANISATION_TYPE_ICB, {});
    Organisation("QE2", catalogue::v1::ORGANISATION_TYPE_ICB, {});
    constexpr auto kSub = catalogue::v1::RELATIONSHIP_KIND_SUB_ICB_TO_ICB;
    constexpr auto kProvider = catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB;
    const auto sub = catalogue::v1::ORGANISATION_TYPE_SUB_ICB;
    const auto provider = catalogue::v1::ORGANISATION_TYPE_PROVIDER;
    Organisation("00L", sub, {{kSub, "QE1", "2022-07-01", ""}});
    Organisation("01A", sub, {{kSub, "QE2", "2022-07-01", ""}});
    Organisation("RAA", provider, {{kProvider, "QE1", "2022-07-01", ""}});
    Organisation("RBB", provider, {{kProvider, "QE2", "2022-07-01", ""}});
    Organisation(
        "RCC", provider,
        {{kProvider, "QE1", "2022-07-01", "2025-03-31"}, {kProvider, "QE2", "2025-04-01", ""}});
    catalogue::v1::DataItem waits = SmallItem("waits");
    waits.set_additive_over_organisations(true);
    Dimension(&waits, "commissioner", {"NONC"})->set_organisations(true);
    Dimension(&waits, "test", {"MRI", "CT"});
    Define(waits);
    catalogue::v1::DataItem beds = SmallItem("beds");
    beds.set_additive_over_organisations(true);
    Define(beds);
    Define(SmallItem("longest_stay"));  // Cannot be added.
    catalogue::v1::Collection waiting = SmallCollection("Waits", {"waits"});
    for (const char* code : {"RAA", "RBB", "RCC", "QE1"}) {
      catalogue::v1::Frame* frame = waiting.add_frames();
      frame->set_organisation(code);
      frame->set_from_period("2025-01");
    }
    Define(waiting);
    Define(SmallCollection("Beds", {"beds", "longest_stay"}));
  }

  struct Tie {
    catalogue::v1::RelationshipKind kind;
    std::string parent, from, to;
  };
  void Organisation(const std::string& code, catalogue::v1::OrganisationType type,
                    const std::vector<Tie>& ties) {
    catalogue::v1::Organisation one;
    one.set_code(code);
    one.set_display_name("ORGANISATION " + code);
    one.set_type(type);
    for (const Tie& tie : ties) {
      catalogue::v1::Relationship* added = one.add_relationships();
      added->set_kind(tie.kind);
      added->set_parent(tie.parent);
      added->set_from_date(tie.from);
      added->set_to_date(tie.to);
      added->set_lead(true);
    }
    Define(one);
  }
  static catalogue::v1::Dimension* Dimension(catalogue::v1::DataItem* item, const std::string& code,
                                             const std::vector<std::string>& values) {
    catalogue::v1::Dimension* dimension = item->add_dimensions();
    dimension->set_code(code);
    dimension->set_display_name(code);
    dimension->set_sparse(true);
    for (const std::string& value : values) {
      catalogue::v1::DimensionCode* added = dimension->add_values();
      added->set_code(value);
      added->set_display_name(value);
    }
    return dimension;
  }
  template <typename Definition>
  void Define(const Definition& definition) {
    const absl::Status status = ingestion_.DefineOne(definition).status();
    ONERETURN_CHECK(status.ok());
  }

  struct Wait {
    std::string commissioner, test;
    std::string figure;  // Empty: a null.
  };
  void SendWaits(const std::string& organisation, const std::vector<Wait>& waits,
                 const std::string& period = "2025-03") {
    Send(WaitsOf(organisation, waits, period));
  }
  ReturnSubmission WaitsOf(const std::string& organisation, const std::vector<Wait>& waits,
                           const std::string& period) {
    ReturnSubmission submission = SmallReturn(&ingestion_, "Waits", organisation, period, {});
    for (const Wait& wait : waits) {
      Cell cell{"waits", {{"commissioner", wait.commissioner}, {"test", wait.test}}, std::nullopt};
      if (!wait.figure.empty()) cell.value = Decimal::Parse(wait.figure).value();
      submission.submission.cells.push_back(std::move(cell));
    }
    return submission;
  }
  void SendBeds(const std::string& organisation, const std::string& period, int beds) {
    Send(SmallReturn(&ingestion_, "Beds", organisation, period,
                     {{"beds", beds}, {"longest_stay", 40}}));
  }
  void Send(ReturnSubmission submission) {
    const auto answer = ingestion_.Submit(std::move(submission));
    ASSERT_TRUE(answer.ok() && answer->accepted.has_value()) << answer.status();
  }

  absl::StatusOr<ReviewRead> Read(
      const std::string& commissioner, const std::string& collection, const std::string& period,
      returns::v1::ReviewBasis against = returns::v1::REVIEW_BASIS_UNSPECIFIED,
      uint64_t sequence = 0, const std::string& after = "", size_t limit = 100) {
    return ReadReview(ingestion_.store(), &recent_, OrganisationScope::Only(commissioner),
                      {collection, period, commissioner}, against,
                      sequence == 0 ? ingestion_.LastSequence() : sequence, after, limit);
  }
  // "waits 00L MRI: 15 (RAA 10, RBB 5) against 14 by 1".
  static std::string TextOf(const returns::v1::ReviewDifference& one) {
    const auto figure = [](const auto& from) -> std::string {
      constexpr int64_t kOne = 1'000'000;
      return from.content_case() == std::decay_t<decltype(from)>::kMillionths
                 ? absl::StrCat(from.millionths() / kOne)
                 : absl::StrCat("null", static_cast<int>(from.null_reason()));
    };
    std::string text = one.cell().item();
    for (const auto& dimension : one.cell().dimensions()) {
      absl::StrAppend(&text, " ", dimension.value());
    }
    absl::StrAppend(&text, ": ", one.has_providers() ? figure(one.providers()) : "-", " (");
    std::vector<std::string> parts;
    for (const auto& part : one.figures()) {
      parts.push_back(absl::StrCat(part.organisation(), " ", figure(part)));
    }
    absl::StrAppend(&text, absl::StrJoin(parts, ", "), ") against ",
                    one.has_compared() ? figure(one.compared()) : "-", " by ",
                    one.has_difference_millionths()
                        ? absl::StrCat(one.difference_millionths() / 1'000'000)
                        : "?");
    return text;
  }
  static std::vector<std::string> Texts(const ReviewRead& read) {
    std::vector<std::string> texts;
    for (const auto& one : read.differences.rows) texts.push_back(TextOf(one));
    return texts;
  }
  static std::vector<std::string> Providers(const ReviewRead& read) {
    std::vector<std::string> texts;
    for (const auto& one : read.review.providers()) {
      texts.push_back(absl::StrCat(one.organisation(), " ", one.revision(), " ", one.cell_count()));
    }
    return texts;
  }

  returns::v1::ConcludeReviewRequest Agreement(const std::string& digest) {
    returns::v1::ConcludeReviewRequest request;
    request.set_name("organisations/QE1/returns/Waits.2025-03/review");
    request.set_content_digest(digest);
    request.set_outcome(returns::v1::REVIEW_OUTCOME_AGREED);
    return request;
  }
  returns::v1::ConcludeReviewRequest Question(const std::string& digest,
                                              const std::string& provider) {
    returns::v1::ConcludeReviewRequest request = Agreement(digest);
    request.set_outcome(returns::v1::REVIEW_OUTCOME_QUERIED);
    request.set_reason("MRI is not what our contract says");
    returns::v1::QueryToAsk* query = request.add_queries();
    query->set_organisation(provider);
    query->set_text("is the mobile scanner in it?");
    return request;
  }
  RequestOrigin ByCommissioner() {
    RequestOrigin origin = ingestion_.FreshOrigin();
    origin.actor = kCommissionerDesk;
    origin.person = kCommissionerOfficer;
    return origin;
  }
  absl::StatusOr<ConcludedAnswer> Conclude(const returns::v1::ConcludeReviewRequest& request,
                                           const RequestOrigin& origin) {
    std::promise<absl::StatusOr<ConcludedAnswer>> promise;
    reviews_.Conclude(origin, request, [&promise](absl::StatusOr<ConcludedAnswer> answer) {
      promise.set_value(std::move(answer));
    });
    return promise.get_future().get();
  }
  absl::StatusOr<ConcludedAnswer> Conclude(const returns::v1::ConcludeReviewRequest& request) {
    return Conclude(request, ByCommissioner());
  }
  absl::StatusOr<AnsweredQuery> Answer(const std::string& name, const std::string& text) {
    returns::v1::AnswerReviewQueryRequest request;
    request.set_name(name);
    request.set_text(text);
    std::promise<absl::StatusOr<AnsweredQuery>> promise;
    reviews_.Answer(
        ingestion_.FreshOrigin(), request,
        [&promise](absl::StatusOr<AnsweredQuery> answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  std::vector<returns::v1::ReviewQuery> Queries(const std::string& provider, bool unanswered) {
    return ListQueries(ingestion_.store(), OrganisationScope::Only(provider), "", unanswered,
                       ingestion_.LastSequence(), "", 10)
        .value()
        .rows;
  }
  // RAA and RBB report for QE1 and for 01A; QE1 sends what it knows itself.
  void SendMarch() {
    SendWaits("RAA", {{"00L", "MRI", "10"}, {"QE1", "CT", "3"}, {"01A", "MRI", "100"}});
    SendWaits("RBB", {{"00L", "MRI", "5"}, {"00L", "CT", ""}, {"01A", "CT", "50"}});
    SendWaits("QE1", {{"00L", "MRI", "14"}, {"QE1", "CT", "3"}, {"01A", "MRI", "7"}});
  }
  std::string DigestNow() {
    return Read("QE1", "Waits", "2025-03").value().review.content_digest();
  }

  TestIngestion ingestion_;
  RecentReviews recent_;
  ConcludeReview reviews_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REVIEWS_TESTING_REVIEW_FIXTURE_H_
