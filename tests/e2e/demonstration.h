// Three services with England's definitions, the demonstration's 24 months and its illustrative
// assessment, all loaded by the client: made once for all tests of the binary.
#ifndef ONERETURN_TESTS_E2E_DEMONSTRATION_H_
#define ONERETURN_TESTS_E2E_DEMONSTRATION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/e2e/client_run.h"
#include "tests/e2e/demo_file.h"
#include "tests/harness/deployment.h"

namespace onereturn {

inline constexpr char kNation[] = "X24";
inline constexpr char kFourHours[] = "ae_four_hour_all";
// An ICB of two providers that stand in no other.
inline constexpr char kIcb[] = "QGH";
inline constexpr char kIcbProvider[] = "RLQ";
inline constexpr char kOtherIcbProvider[] = "RWP";

// Tests that revise returns leave March 2024 and the two providers' figures of it as they are, and
// tests that need all figures as they were loaded read them as of loaded().
class Demonstration {
 public:
  // The one that the tests share; made before the first of them.
  static Demonstration& Get();

  Deployment& suite() { return *suite_; }
  // The profile of a persona.
  std::string ProfileOf(absl::string_view persona);
  // Runs the client as a persona.
  ClientRun As(absl::string_view persona, std::vector<std::string> arguments);
  // With --json; the answer must come with exit code 0 and parse as the message.
  template <typename Message>
  Message Ask(absl::string_view persona, std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const ClientRun run = As(persona, std::move(arguments));
    EXPECT_THAT(run, ExitedWith(0));
    return FromJson<Message>(run.out);
  }
  // `submit` of files in the project's own layout.
  std::vector<std::string> Submit(const std::vector<std::string>& files,
                                  const std::vector<std::string>& options = {}) const;
  // How many facts a service has accepted.
  uint64_t SequenceOf(const std::string& service);

  // Position after the 24 months, before anything a test does.
  const std::string& loaded() const { return loaded_; }
  // Name of the illustrative assessment.
  const std::string& assessment() const { return assessment_; }

  // How the load went: the first of each command, with --json.
  const ClientRun& first_apply() const { return first_apply_; }
  const ClientRun& first_submit() const { return first_submit_; }
  const ClientRun& first_assess() const { return first_assess_; }

 private:
  friend class DemonstrationEnvironment;
  void Load();

  std::unique_ptr<Deployment> suite_;
  TemporaryFolder folder_;
  std::string loaded_;
  std::string assessment_;
  ClientRun first_apply_, first_submit_, first_assess_;
};

// For tests that write files of their own.
class DemonstrationTest : public ::testing::Test {
 protected:
  std::string File(const std::string& name) const { return folder_.File(name); }
  // Writes `text` to a file of this name.
  std::string Write(const std::string& name, const std::string& text) const;

  Demonstration& demo_ = Demonstration::Get();

 private:
  TemporaryFolder folder_;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_E2E_DEMONSTRATION_H_
