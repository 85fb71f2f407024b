// Goal: a configuration under which somebody else could speak for the service starts nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/testing/temporary_folder.h"
#include "common/rpc/server.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

class ServerConfigTest : public ::testing::Test {
 protected:
  ServerConfigTest() {
    for (const char* const key : {"signing.pem", "next.pem", "tls.key"}) {
      std::ofstream(folder_.File(key)) << "a key";
      fs::permissions(folder_.File(key), fs::perms::owner_read | fs::perms::owner_write);
    }
    std::ofstream(folder_.File("config.textproto")) << R"(
        data_folder: "data" listen_address: "127.0.0.1:0" rights_file: "rights.textproto"
        signing_key_file: "signing.pem" next_signing_key_file: "next.pem"
        tls { key_file: "tls.key" })";
  }

  void Add(const std::string& line) const {
    std::ofstream(folder_.File("config.textproto"), std::ios::app) << line << "\n";
  }
  absl::StatusOr<config::v1::ServerConfig> Read() const {
    std::vector<std::string> arguments = {"serviced", "--config", folder_.File("config.textproto")};
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    return ReadServerConfig(static_cast<int>(pointers.size()), pointers.data());
  }

  const TemporaryFolder folder_;
};

TEST_F(ServerConfigTest, PathsAreFromTheFilesFolder) {
  const auto config = Read();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->data_folder(), folder_.File("data"));
  EXPECT_EQ(config->next_signing_key_file(), folder_.File("next.pem"));
}

TEST_F(ServerConfigTest, ALevelOfTheLogIsOneThatThereIs) {
  Add("log_level: \"warning\"");
  EXPECT_THAT(Read(), IsOk());
  std::ofstream(folder_.File("config.textproto"))
      << "data_folder: \"d\" listen_address: \"127.0.0.1:0\" rights_file: \"r\"\n"
      << "signing_key_file: \"signing.pem\" log_level: \"loud\"";
  const auto details = DetailsOf(Read().status());
  ASSERT_TRUE(details.has_value() && details->fields.size() == 1);
  EXPECT_EQ(details->fields[0].field, "log_level");
  EXPECT_THAT(details->fields[0].description, HasSubstr("debug, info, warning, error"));
}

TEST_F(ServerConfigTest, APrivateKeyThatEverybodyMayReadIsRefused) {
  const std::vector<std::pair<std::string, std::string>> keys = {
      {"signing.pem", "signing_key_file"},
      {"next.pem", "next_signing_key_file"},
      {"tls.key", "tls.key_file"}};
  for (const auto& [file, field] : keys) {
    fs::permissions(folder_.File(file), fs::perms::others_read, fs::perm_options::add);
    const absl::Status status = Read().status();
    EXPECT_THAT(status, HasReason(Reason::kFieldInvalid)) << file;
    const auto details = DetailsOf(status);
    ASSERT_TRUE(details.has_value() && details->fields.size() == 1) << file;
    EXPECT_EQ(details->fields[0].field, field);
    EXPECT_THAT(details->fields[0].description, HasSubstr("chmod 600"));
    fs::permissions(folder_.File(file), fs::perms::others_read, fs::perm_options::remove);
  }
  // A group may be that of the service.
  fs::permissions(folder_.File("next.pem"), fs::perms::group_read, fs::perm_options::add);
  EXPECT_THAT(Read(), IsOk());
}

}  // namespace
}  // namespace onereturn
