// For tests of data requests: a small catalogue of their own whose minutes can be added up by hand,
// ingestion as a process, and what those who ask and are asked do with the client.
#ifndef ONERETURN_TESTS_E2E_WARD_H_
#define ONERETURN_TESTS_E2E_WARD_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/testing/temporary_folder.h"
#include "tests/e2e/client_run.h"
#include "tests/harness/deployment.h"

namespace onereturn {

// X24 asks, Y63 decides. RLQ and RWP send Ward without frames or window: a return costs 60 minutes
// of gathering, its admissions (essential) 11 of gathering, its stays (desirable) 7 of
// transmission. RLQ owes Timed from May 2025 on, by the second working day after the month: 56 of
// gathering. A clash is more than 70 minutes a week; an hour of gathering costs 12 pounds. An item
// goes to review after two periods without a use. Each test has a deployment of its own.
//
// Held of Ward, as admissions and stays: RLQ's 40 and 4 of April 2025, 50 and 5 of May; RWP's 60
// and 6 of April.
class WardTest : public ::testing::Test {
 protected:
  void SetUp() override;

  ClientRun As(absl::string_view persona, std::vector<std::string> arguments) const;
  // `request` and what follows.
  ClientRun Ask(absl::string_view persona, std::vector<std::string> arguments) const;
  // With --json, as the message that it prints.
  template <typename Message>
  Message Told(absl::string_view persona, std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const ClientRun run = As(persona, std::move(arguments));
    EXPECT_THAT(run, ExitedWith(0));
    return FromJson<Message>(run.out);
  }

  std::string File(const std::string& name) const { return folder_.File(name); }
  std::string Write(const std::string& name, const std::string& text) const;
  // `stays` empty: they are left out.
  ClientRun Send(const std::string& organisation, const std::string& period,
                 const std::string& admissions, const std::string& stays,
                 std::vector<std::string> more = {}) const;
  // X24's request of these items for April and May 2025 of both, due in 300 days; its reference.
  // The same words again are the same request.
  std::string Draft(const std::vector<std::string>& items, bool standing = false,
                    const std::string& title = "Wards") const;
  // Takes it on to its approval, although nobody has replied.
  void Approve(const std::string& reference) const;
  std::string Issued(const std::vector<std::string>& items, bool standing = false) const;

  std::unique_ptr<Deployment> suite_;

 private:
  TemporaryFolder folder_;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_E2E_WARD_H_
