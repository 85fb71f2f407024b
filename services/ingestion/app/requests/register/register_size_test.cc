// A register of many requests: what a fact costs the scheduler and the table of requesters does not
// grow with it. ONERETURN_REQUESTS and ONERETURN_OBLIGATIONS (of each) make it larger, for a
// measurement.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/hours/kept_request_sums.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

// So many requests share each return.
constexpr int kShare = 20;

int Setting(const char* name, int usual) {
  const char* value = std::getenv(name);
  return value == nullptr ? usual : std::atoi(value);
}

class RegisterSizeTest : public ::testing::Test, protected IssueWorld {
 protected:
  void Write(WriteBatch batch) {
    auto written = std::make_shared<std::promise<absl::Status>>();
    PlainWrite write;
    write.batch = std::move(batch);
    write.done = [written](absl::Status status) { written->set_value(std::move(status)); };
    ONERETURN_CHECK(ingestion().committer().Write(std::move(write)).ok());
    ONERETURN_CHECK(written->get_future().get().ok());
  }
  // Rows as issues would have left them, with the sequence of the one real issue.
  void Fill(int requests, int obligations) {
    requests::v1::DataRequest row = Now(Issued(Asking({"admissions"}, {"RLQ"})));
    const uint64_t sequence = row.issued().sequence();
    storage::v1::ObligationRecord record;
    record.set_issue_sequence(sequence);
    record.add_items("admissions");
    record.add_item_minutes()->set_gathering(10);
    record.mutable_return_minutes()->set_gathering(120);
    const Period first = Period::Parse("2010-01").value();
    for (int number = 2; number <= requests + 1; ++number) {
      WriteBatch batch;
      row.set_name(DataRequestName(static_cast<uint64_t>(number)));
      PutDataRequest(static_cast<uint64_t>(number), sequence, row, &batch);
      Period period = first;
      for (int i = 0; i < number / kShare; ++i) period = *period.Next();
      for (int i = 0; i < obligations; ++i) {
        PutObligation({{"Acute", period.ToString(), absl::StrCat("Q", 1'000 + i)},
                       static_cast<uint64_t>(number)},
                      record, &batch);
      }
      Write(std::move(batch));
    }
    WriteBatch count;
    PutDataRequestCount(static_cast<uint64_t>(requests) + 1, &count);
    Write(std::move(count));
  }
  // The first obligation of the request cannot be read any more.
  void Damage(const std::string& request) {
    std::optional<ObligationKey> first;
    EXPECT_THAT(VisitObligationsOfRequest(ingestion().store(), DataRequestNumber(request), "",
                                          [&](const ObligationKey& key, const auto&) {
                                            first = key;
                                            return false;
                                          }),
                IsOk());
    ASSERT_TRUE(first.has_value());
    const ReadCheck row = FindObligation(ingestion().store(), *first).value()->check;
    WriteBatch damage;
    damage.Put(row.family, row.key, "\xff");
    Write(std::move(damage));
  }
  template <typename Work>
  static void TimeOf(const char* what, Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    std::printf("%s: %.1f ms\n", what,
                std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
                    .count());
  }
};

TEST_F(RegisterSizeTest, AFactIsLookedAtAlone) {
  Fill(Setting("ONERETURN_REQUESTS", 40), Setting("ONERETURN_OBLIGATIONS", 10));
  KeptRequestSums kept;
  const auto look = [&] {
    const uint64_t newest = ingestion().LastSequence();
    EXPECT_THAT(kept.At(ingestion().store(), newest), IsOk());
  };
  TimeOf("scheduler, first", [&] { EXPECT_THAT(Keep(), IsOk()); });
  TimeOf("requesters, first", look);
  // Whoever looked at what no fact bears on would find these.
  Damage("requests/002-00");
  Damage("requests/040-00");
  for (const char* month : {"2025-04", "2025-05"}) {
    ASSERT_THAT(Send("Acute", "RLQ", month, {{"admissions", 40}, {"wards", 3}}), IsOk());
    TimeOf("scheduler, after a return", [&] { EXPECT_THAT(Keep(), IsOk()); });
    TimeOf("requesters, after a return", look);
  }
  EXPECT_EQ(Now("requests/001-00").state(), requests::v1::REQUEST_STATE_ANSWERED);
  EXPECT_EQ(Now("requests/002-00").state(), requests::v1::REQUEST_STATE_ISSUED);
  Restart();
  EXPECT_FALSE(Keep().ok());
  EXPECT_FALSE(KeptRequestSums().At(ingestion().store(), ingestion().LastSequence()).ok());
}

}  // namespace
}  // namespace onereturn::ingestion
