#include "tests/e2e/demonstration.h"

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

std::unique_ptr<Demonstration>& Shared() {
  static auto& shared = *new std::unique_ptr<Demonstration>();
  return shared;
}

}  // namespace

class DemonstrationEnvironment : public ::testing::Environment {
 public:
  void SetUp() override {
    Shared() = std::make_unique<Demonstration>();
    Shared()->Load();
  }
  void TearDown() override { Shared().reset(); }
};

namespace {
const auto* const kEnvironment =
    ::testing::AddGlobalTestEnvironment(new DemonstrationEnvironment);  // GoogleTest owns it.
}  // namespace

Demonstration& Demonstration::Get() {
  ONERETURN_CHECK(Shared() != nullptr);
  return *Shared();
}

void Demonstration::Load() {
  auto suite = Deployment::Create({.submitters = {kIcbProvider, kOtherIcbProvider}});
  ASSERT_THAT(suite, IsOk());
  suite_ = *std::move(suite);
  ASSERT_THAT(suite_->StartAll(), IsOk());
  first_apply_ =
      As(kSteward, {"apply", SourcePath("deploy/england"), SourcePath("deploy/demo"), "--json"});
  ASSERT_THAT(first_apply_, ExitedWith(0));
  std::vector<std::string> files;
  for (const std::string& period : DemoPeriods()) files.push_back(DemoPath(period));
  first_submit_ =
      As(kLoader, Submit(files, {"--position-file", folder_.File("position"), "--json"}));
  ASSERT_THAT(first_submit_, ExitedWith(0));
  loaded_ = std::string(absl::StripAsciiWhitespace(ReadWholeFile(folder_.File("position"))));
  // Metrics must have taken it all before evidence is pinned.
  ASSERT_THAT(As(kAnalyst, {"metrics", "--at-least", loaded_}), ExitedWith(0));
  first_assess_ =
      As(kAssessor, {"assess", "load", SourcePath("deploy/demo/illustrative_assessment.txtpb"),
                     "--name-file", folder_.File("assessment"), "--json"});
  ASSERT_THAT(first_assess_, ExitedWith(0));
  assessment_ = std::string(absl::StripAsciiWhitespace(ReadWholeFile(folder_.File("assessment"))));
}

std::string Demonstration::ProfileOf(absl::string_view persona) {
  absl::StatusOr<std::string> profile = suite_->ProfileOf(persona);
  ONERETURN_CHECK(profile.ok());
  return *profile;
}

ClientRun Demonstration::As(absl::string_view persona, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--profile", ProfileOf(persona)});
  return RunClient({std::move(arguments)});
}

std::vector<std::string> Demonstration::Submit(const std::vector<std::string>& files,
                                               const std::vector<std::string>& options) const {
  std::vector<std::string> arguments = {"submit"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  arguments.insert(arguments.end(), {"--collection", "MSitAE", "--layout", "onereturn-wide"});
  arguments.insert(arguments.end(), options.begin(), options.end());
  return arguments;
}

uint64_t Demonstration::SequenceOf(const std::string& service) {
  const auto status = Ask<google::protobuf::Struct>(kOperator, {"status"});
  for (const auto& one : JsonList(status, {"services"})) {
    if (JsonPart(one.struct_value(), {"service"}).string_value() != service) continue;
    uint64_t sequence = 0;
    EXPECT_TRUE(absl::SimpleAtoi(
        JsonPart(one.struct_value(), {"status", "sequence"}).string_value(), &sequence));
    return sequence;
  }
  ADD_FAILURE() << "there is no status of " << service;
  return 0;
}

std::string DemonstrationTest::Write(const std::string& name, const std::string& text) const {
  std::ofstream stream(File(name), std::ios::binary);
  stream << text;
  stream.close();
  EXPECT_TRUE(stream.good());
  return File(name);
}

}  // namespace onereturn
