// For the tests of this library: one service's side of an exchange of heads.
#ifndef ONERETURN_COMMON_FEED_TESTING_SIDE_H_
#define ONERETURN_COMMON_FEED_TESTING_SIDE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/ledger_standing.h"
#include "common/commit/signing_keys.h"
#include "common/commit/testing_committer.h"
#include "common/feed/witnessed_heads.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {

inline constexpr char kSource[] = "spiffe://onereturn.example/ingestion";
inline constexpr char kOtherSystem[] = "spiffe://onereturn.example/assessment";
inline constexpr char kOtherSeed[] =
    "2112131415161718191a1b1c1d1e1f2021222324252627282930313233343536";

inline CommitterOptions Named(const char* service) {
  CommitterOptions options;
  options.service = service;
  return options;
}

// A service's own side: committer, standing, and what it holds of others.
struct Side {
  explicit Side(const char* name) : Side(Named(name)) {}
  // As TestService; on disk where a folder is given.
  explicit Side(CommitterOptions options, std::string folder = "")
      : service(std::move(options), std::move(folder)) {
    Start();
  }
  void Start() {
    EXPECT_THAT(
        ChooseSigningKey(&service.store(), service.committer().service(), {KeyFromSeed(kTestSeed)}),
        IsOk());
    standing = std::make_unique<LedgerStanding>(&service.store(), &service.committer(), nullptr);
    witnesses = WitnessedHeads::Load(&service.store(), &service.committer(), [this] {
                  return elapsed_micros.load();
                }).value();
  }
  void Accept(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_THAT(service.Accept(Fact(absl::StrCat("r", ++accepted))), IsOk());
    }
  }
  // All writes that were queued before are done.
  void Settle() { ASSERT_THAT(service.WritePlain({{}, {}, {}}), IsOk()); }

  // From now on another head may be kept.
  void PassASecond() { elapsed_micros += 1'000'000; }

  int accepted = 0;
  std::atomic<int64_t> elapsed_micros = 0;
  TestService service;
  std::unique_ptr<LedgerStanding> standing;
  std::unique_ptr<WitnessedHeads> witnesses;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_TESTING_SIDE_H_
