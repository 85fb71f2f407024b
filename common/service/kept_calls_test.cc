#include "common/service/kept_calls.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/authority/authority.h"
#include "common/base/testing/temporary_folder.h"
#include "common/status/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

class KeptCallsTest : public ::testing::Test {
 protected:
  KeptCallsTest() {
    config_.set_rights_file(folder_.File("rights.textproto"));
    std::ofstream(config_.rights_file())
        << R"(principals { spiffe_id: "spiffe://a.example/x" role: ROLE_AUDITOR })";
    const Authority authority = Authority::Create("Test").value();
    auto* tls = config_.mutable_tls();
    tls->set_certificate_file(folder_.File("x.pem"));
    tls->set_key_file(folder_.File("x.key"));
    tls->set_authority_file(folder_.File("authority.pem"));
    std::ofstream(tls->authority_file()) << authority.certificate_pem();
    EXPECT_THAT(
        WriteCertifiedKey(authority.Issue(IssueRequest::ForServer("spiffe://a.example/x")).value(),
                          tls->certificate_file(), tls->key_file()),
        IsOk());
  }

  const TemporaryFolder folder_;
  const SystemClock clock_;
  config::v1::ServerConfig config_;
};

// Inside it, a restore would put the log aside with the store.
TEST_F(KeptCallsTest, TheAccessLogLiesBesideTheDataFolder) {
  for (const char* const ending : {"", "/"}) {
    config_.set_data_folder(absl::StrCat(folder_.File("data"), ending));
    const absl::StatusOr<KeptCalls> kept = KeepCalls(config_, &clock_);
    ASSERT_THAT(kept, IsOk());
    EXPECT_EQ(kept->access_log->folder(), folder_.File("data.access"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.File("data")));
}

TEST_F(KeptCallsTest, TheConfigurationMayPlaceItElsewhere) {
  config_.set_data_folder(folder_.File("data"));
  config_.set_access_log_folder(folder_.File("log"));
  const absl::StatusOr<KeptCalls> kept = KeepCalls(config_, &clock_);
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->access_log->folder(), folder_.File("log"));
}

TEST_F(KeptCallsTest, SaysWhatIsWrongWithTheRightsFile) {
  config_.set_data_folder(folder_.File("data"));
  config_.set_rights_file(folder_.File("none"));
  EXPECT_THAT(KeepCalls(config_, &clock_), HasReason(Reason::kFieldInvalid));
}

}  // namespace
}  // namespace onereturn
