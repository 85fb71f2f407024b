// How a server's process ends when it cannot start.
#include "common/base/exit_code.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/rpc/server.h"
#include "common/status/testing/status_matchers.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

constexpr char kExitingService[] = "ingestion";
constexpr char kOther[] = "metrics";

class ExitCodeTest : public ::testing::Test {
 protected:
  ExitCodeTest() {
    DeploymentOptions options;
    for (const std::string& service : Deployment::Services()) {
      options.binaries[service] = "harness_idle_server";
    }
    suite_ = Deployment::Create(std::move(options)).value();
  }

  config::v1::ServerConfig ConfigOf(const std::string& service) {
    config::v1::ServerConfig config;
    EXPECT_THAT(ReadTextProto(suite_->ConfigFileOf(service), &config), IsOk());
    return config;
  }
  // Runs a server that ends by itself.
  std::optional<int> Run(const config::v1::ServerConfig& config) {
    std::string text;
    google::protobuf::TextFormat::PrintToString(config, &text);
    std::ofstream(suite_->File("tried.textproto")) << text;
    ProcessOptions options;
    options.binary = ONERETURN_BINARY_FOLDER "/harness_idle_server";
    options.arguments = {"--config", suite_->File("tried.textproto")};
    options.output_file = suite_->File("tried.log");
    auto process = Process::Start(options).value();
    const auto end = process->Wait(30'000);
    output_ = process->OutputTail();
    return end.ok() ? end->exit_code : std::nullopt;
  }
  std::string ReadyFile() { return suite_->File(ConfigOf(kExitingService).ready_file()); }
  // Makes the store.
  void StartAndStop(const std::string& service) {
    ASSERT_THAT(suite_->Start(service), IsOk());
    ASSERT_THAT(suite_->Stop(service), IsOk());
  }

  std::unique_ptr<Deployment> suite_;
  std::string output_;
};

TEST_F(ExitCodeTest, HelpIsNoFault) {
  ProcessOptions options;
  options.binary = ONERETURN_BINARY_FOLDER "/harness_idle_server";
  options.arguments = {"--help"};
  options.output_file = suite_->File("help.log");
  auto process = Process::Start(options).value();
  EXPECT_EQ(process->Wait(30'000).value().exit_code, kExitInOrder);
  for (const char* text :
       {"--config FILE", "high_water_file", "  78  the configuration is wrong"}) {
    EXPECT_THAT(process->OutputTail(), HasSubstr(text));
  }
}

TEST_F(ExitCodeTest, AnAddressInUse) {
  ASSERT_THAT(suite_->Start(kOther), IsOk());
  config::v1::ServerConfig config = ConfigOf(kExitingService);
  config.set_listen_address(suite_->AddressOf(kOther));
  EXPECT_EQ(Run(config), kExitUnavailable);
  EXPECT_THAT(output_, HasSubstr("cannot listen on " + suite_->AddressOf(kOther)));
}

TEST_F(ExitCodeTest, AMissingOrWrongFile) {
  config::v1::ServerConfig config = ConfigOf(kExitingService);
  config.set_rights_file(suite_->File("missing.textproto"));
  EXPECT_EQ(Run(config), kExitConfiguration);
  EXPECT_THAT(output_, HasSubstr("missing.textproto"));
  config = ConfigOf(kExitingService);
  config.mutable_tls()->set_key_file(suite_->File("missing.key"));
  EXPECT_EQ(Run(config), kExitConfiguration);
  config = ConfigOf(kExitingService);
  config.clear_data_folder();
  EXPECT_EQ(Run(config), kExitConfiguration);
}

TEST_F(ExitCodeTest, WhatIsWrongInTheConfigurationIsSaid) {
  config::v1::ServerConfig config = ConfigOf(kExitingService);
  std::filesystem::permissions(suite_->File(config.signing_key_file()),
                               std::filesystem::perms(0644));
  EXPECT_EQ(Run(config), kExitConfiguration);
  EXPECT_THAT(output_, HasSubstr("\n  signing_key_file: "));
  EXPECT_THAT(output_, HasSubstr("chmod 600 it"));
  EXPECT_THAT(output_, HasSubstr("what to do: "));
  EXPECT_EQ(Run(config::v1::ServerConfig()), kExitConfiguration) << "an empty file";
  for (const char* field : {"data_folder", "listen_address", "signing_key_file", "rights_file"}) {
    EXPECT_THAT(output_, HasSubstr(std::string("  ") + field + ": is missing\n"));
  }
}

TEST_F(ExitCodeTest, WhatIsWrongInTheRightsFileIsSaid) {
  config::v1::ServerConfig config = ConfigOf(kExitingService);
  std::ofstream(suite_->File("wrong.textproto"))
      << "principals { spiffe_id: \"ingestion\" role: ROLE_OPERATOR }";
  config.set_rights_file(suite_->File("wrong.textproto"));
  EXPECT_EQ(Run(config), kExitConfiguration);
  EXPECT_THAT(output_, HasSubstr("principals[0]: spiffe_id is not a SPIFFE id\n"));
}

TEST_F(ExitCodeTest, AStoreInUse) {
  ASSERT_THAT(suite_->Start(kExitingService), IsOk());
  EXPECT_EQ(Run(ConfigOf(kExitingService)), kExitConfiguration);
  EXPECT_THAT(output_, HasSubstr("in use"));
  EXPECT_TRUE(std::filesystem::exists(ReadyFile())) << "it is not ours";
}

TEST_F(ExitCodeTest, NoReadyFileStaysOfWhatEnded) {
  config::v1::ServerConfig config = ConfigOf(kExitingService);
  ASSERT_THAT(suite_->Start(kExitingService), IsOk());
  ASSERT_TRUE(std::filesystem::exists(ReadyFile()));
  ASSERT_THAT(suite_->Stop(kExitingService), IsOk());
  EXPECT_FALSE(std::filesystem::exists(ReadyFile()));
  std::ofstream(ReadyFile()) << "127.0.0.1:1\n";  // A kill left it.
  config.set_rights_file(suite_->File("missing.textproto"));
  EXPECT_EQ(Run(config), kExitConfiguration);
  EXPECT_FALSE(std::filesystem::exists(ReadyFile()));
}

TEST_F(ExitCodeTest, AStoreThatVanished) {
  StartAndStop(kExitingService);
  std::filesystem::remove_all(suite_->DataFolderOf(kExitingService));
  EXPECT_EQ(Run(ConfigOf(kExitingService)), kExitStoreMissing);
  EXPECT_THAT(output_, HasSubstr("\"initialise\"")) << "how a new one is made";
}

TEST_F(ExitCodeTest, ADamagedStore) {
  StartAndStop(kExitingService);
  for (const auto& file :
       std::filesystem::directory_iterator(suite_->DataFolderOf(kExitingService))) {
    if (file.path().filename().string().rfind("MANIFEST-", 0) != 0) continue;
    std::fstream stream(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(20);
    stream << "damage";
  }
  EXPECT_EQ(Run(ConfigOf(kExitingService)), kExitStoreDamaged);
  EXPECT_THAT(output_, HasSubstr("damaged"));
}

}  // namespace
}  // namespace onereturn
