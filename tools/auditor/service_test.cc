// Goal: a profile says what the auditor goes by, or is refused.
#include "tools/auditor/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace onereturn::auditor {
namespace {

class ReadProfileTest : public ::testing::Test {
 protected:
  ReadProfileTest() {
    std::string name = "/tmp/onereturn_auditor_XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~ReadProfileTest() override { std::filesystem::remove_all(folder_); }

  absl::StatusOr<config::v1::ClientProfile> Read(const std::string& text) {
    std::ofstream(folder_ / "profile.textproto") << text;
    return ReadProfile((folder_ / "profile.textproto").string());
  }

  std::filesystem::path folder_;
};

TEST_F(ReadProfileTest, PathsAreTakenFromTheProfilesFolder) {
  const auto profile = Read("tls { authority_file: \"authority.pem\" key_file: \"/a.key\" }");
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_EQ(profile->tls().authority_file(), (folder_ / "authority.pem").string());
  EXPECT_EQ(profile->tls().key_file(), "/a.key");
  EXPECT_EQ(profile->tls().certificate_file(), "");
}

TEST_F(ReadProfileTest, WhatTheAuditorDoesNotFollowIsRefused) {
  const auto profile = Read("tls { revocation_file: \"revoked.pem\" }");
  EXPECT_EQ(profile.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(profile.status().message()), ::testing::HasSubstr("revocation_file"));
}

}  // namespace
}  // namespace onereturn::auditor
