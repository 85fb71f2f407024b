// Goal: whatever is done to a return, in whatever order and by whom, it is accepted exactly when
// its last signature says so. Method: random steps, and a model that knows of one return no more
// than a few numbers; after each step both answer the same, and so does what is stored.
#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <set>
#include <string>

#include "services/ingestion/app/returns/testing/sign_off_fixture.h"

namespace onereturn::ingestion {
namespace {

constexpr uint32_t kLevels = 2;
constexpr int kSteps = 400;
const char* const kPersons[] = {kOfficer, kDirector, kChief};

class SignOffModelTest : public SignOffTest {
 protected:
  // What a step must answer: "OK", or the reason's name.
  static std::string AnswerOf(const absl::Status& status) {
    return status.ok() ? "OK" : std::string(NameOf(ReasonOf(status)));
  }
  int Any(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  struct Model {
    int accepted = -1;  // The figure of the newest revision; -1: there is none.
    uint32_t revisions = 0;
    bool reopened = false;
    int waiting = -1;  // The figure that waits; -1: none.
    std::set<std::string> took_part;
    uint32_t signatures = 0;
  };

  void Send(int figure, const std::string& person) {
    ReturnSubmission submission = March({{"ae_attendances|type1|no", absl::StrCat(figure)}});
    submission.origin.person = person;
    const absl::StatusOr<ReturnAnswer> answer = ingestion_.Submit(submission);
    std::string expected = "OK";
    // What is held counts as sent again only while nothing else waits.
    const bool unchanged =
        model_.waiting < 0 ? model_.accepted == figure : model_.waiting == figure;
    if (!unchanged) {
      if (model_.revisions > 0 && !model_.reopened) {
        expected = "NOT_REOPENED";
      } else {
        model_.waiting = figure;
        model_.took_part = {person};
        model_.signatures = 0;
      }
    }
    ASSERT_EQ(AnswerOf(answer.status()), expected);
    if (!answer.ok()) return;
    EXPECT_EQ(answer->unchanged, unchanged);
    digests_[figure] = answer->fact.cell_digest();
  }
  void SignFigure(int figure, const std::string& person, uint32_t level) {
    std::string expected = "OK";
    if (model_.waiting < 0) {
      expected = "SIGN_OFF_STATE";
    } else if (figure != model_.waiting) {
      expected = "CONTENT_CHANGED";
    } else if (level != model_.signatures + 1) {
      expected = "SIGN_OFF_STATE";
    } else if (model_.took_part.count(person) > 0) {
      expected = "SELF_APPROVAL";
    } else {
      model_.took_part.insert(person);
      if (++model_.signatures == kLevels) {
        model_.accepted = model_.waiting;
        ++model_.revisions;
        model_.reopened = false;
        model_.waiting = -1;
      }
    }
    ASSERT_EQ(AnswerOf(Sign(By(person), digests_[figure], level).status()), expected);
  }
  void EndIt(int figure, bool back) {
    std::string expected = "OK";
    if (model_.waiting < 0) {
      expected = "SIGN_OFF_STATE";
    } else if (figure != model_.waiting) {
      expected = "CONTENT_CHANGED";
    } else {
      model_.waiting = -1;
    }
    const Answer answer = back ? SendBack(digests_[figure], "not yet") : Withdraw(digests_[figure]);
    ASSERT_EQ(AnswerOf(answer.status()), expected);
  }
  void Open() {
    std::string expected = "OK";
    if (model_.revisions == 0) {
      expected = "NOT_FOUND";
    } else if (model_.reopened) {
      expected = "SIGN_OFF_STATE";
    } else {
      model_.reopened = true;
    }
    ASSERT_EQ(AnswerOf(Reopen(kMarch).status()), expected);
  }
  void CompareStored() {
    const auto accepted = Accepted();
    ASSERT_EQ(accepted.ok() ? accepted->revision().number() : 0, model_.revisions);
    if (accepted.ok()) {
      ASSERT_EQ(accepted->revision().cell_digest(), digests_[model_.accepted]);
      std::set<std::string> persons;
      for (const auto& one : accepted->revision().sign_offs()) persons.insert(one.person());
      ASSERT_EQ(persons.size(), kLevels + 1) << "each another person";
    }
    const auto waiting = Waiting();
    const bool waits = waiting.ok() && waiting->state() == returns::v1::SUBMISSION_STATE_WAITING;
    ASSERT_EQ(waits, model_.waiting >= 0);
    if (waits) {
      ASSERT_EQ(waiting->next_level(), model_.signatures + 1);
    }
  }

  Model model_;
  std::map<int, std::string> digests_;
  std::mt19937 random_{20261122};
};

TEST_F(SignOffModelTest, AsAFewNumbersSay) {
  // So that each figure's hash is known: it waits, and is taken back.
  for (int figure = 1; figure <= 3; ++figure) {
    ASSERT_NO_FATAL_FAILURE(Send(figure, kOfficer));
    ASSERT_NO_FATAL_FAILURE(EndIt(figure, false));
  }
  for (int step = 0; step < kSteps; ++step) {
    SCOPED_TRACE(absl::StrCat("step ", step));
    const int figure = 1 + Any(3);
    const std::string person = kPersons[Any(3)];
    switch (Any(12)) {
      case 0:
      case 1:
      case 2:
        ASSERT_NO_FATAL_FAILURE(Send(figure, person));
        break;
      case 3:
        ASSERT_NO_FATAL_FAILURE(EndIt(figure, Any(2) == 0));
        break;
      case 4:
      case 5:
        ASSERT_NO_FATAL_FAILURE(Open());
        break;
      default:
        // Mostly what waits and the level that is next; else it would never be whole.
        ASSERT_NO_FATAL_FAILURE(
            SignFigure(model_.waiting > 0 && Any(4) > 0 ? model_.waiting : figure, person,
                       Any(4) > 0 ? model_.signatures + 1 : 1 + static_cast<uint32_t>(Any(3))));
    }
    ASSERT_NO_FATAL_FAILURE(CompareStored());
  }
  std::printf("sign-off: %d steps, %u revisions\n", kSteps, model_.revisions);
  EXPECT_GT(model_.revisions, 5u);
}

}  // namespace
}  // namespace onereturn::ingestion
