#include "common/token/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <future>

#include "common/base/testing/temporary_folder.h"
#include "common/status/testing/status_matchers.h"
#include "common/token/token_signer.h"

namespace onereturn {
namespace {

constexpr std::chrono::milliseconds kAtOnce{0};

class TokenKeyFileTest : public ::testing::Test {
 protected:
  void Write(const std::string& text) {
    std::ofstream(file_ + ".new") << text;
    ASSERT_EQ(std::rename((file_ + ".new").c_str(), file_.c_str()), 0);
  }

  TemporaryFolder folder_;
  const std::string file_ = folder_.File("keys.json");
  const TokenSigner old_ = TokenSigner::Generate(TokenAlgorithm::kEs256).value();
  const TokenSigner new_ = TokenSigner::Generate(TokenAlgorithm::kEs256).value();
};

TEST_F(TokenKeyFileTest, FollowsItsFile) {
  Write(old_.ToKeySet());
  const auto keys = TokenKeyFile::Open(file_, TokenAlgorithm::kEs256, kAtOnce).value();
  EXPECT_EQ(keys->Keys()->count(old_.key_id()), 1u);
  Write(new_.ToKeySet());
  EXPECT_EQ(keys->Keys()->count(new_.key_id()), 1u);
  EXPECT_EQ(keys->Keys()->count(old_.key_id()), 0u) << "a key that was taken out signs no more";
}

TEST_F(TokenKeyFileTest, ABrokenFileLeavesTheLastGoodKeys) {
  Write(old_.ToKeySet());
  const auto keys = TokenKeyFile::Open(file_, TokenAlgorithm::kEs256, kAtOnce).value();
  for (const std::string& broken :
       {std::string(), std::string("{\"keys\":[]}"), new_.ToKeySet().substr(0, 40)}) {
    Write(broken);
    EXPECT_EQ(keys->Keys()->count(old_.key_id()), 1u);
  }
  ASSERT_EQ(std::remove(file_.c_str()), 0);
  EXPECT_EQ(keys->Keys()->count(old_.key_id()), 1u);
  Write(new_.ToKeySet());
  EXPECT_EQ(keys->Keys()->count(new_.key_id()), 1u);
}

TEST_F(TokenKeyFileTest, LooksOnceInAnInterval) {
  Write(old_.ToKeySet());
  const auto keys =
      TokenKeyFile::Open(file_, TokenAlgorithm::kEs256, std::chrono::hours(1)).value();
  Write(new_.ToKeySet());
  EXPECT_EQ(keys->Keys()->count(old_.key_id()), 1u);
}

// A pipe stands for a disk that stalls: opening it waits for the other end.
TEST_F(TokenKeyFileTest, NobodyWaitsForAnothersReading) {
  Write(old_.ToKeySet());
  const auto keys = TokenKeyFile::Open(file_, TokenAlgorithm::kEs256, kAtOnce).value();
  ASSERT_EQ(std::remove(file_.c_str()), 0);
  ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
  auto reads = std::async(std::launch::async, [&] { return keys->Keys(); });
  std::ofstream pipe(file_);  // Open once the other thread reads.
  auto meanwhile = std::async(std::launch::async, [&] { return keys->Keys(); });
  const bool waited = meanwhile.wait_for(std::chrono::seconds(10)) != std::future_status::ready;
  EXPECT_FALSE(waited);
  pipe << new_.ToKeySet();
  pipe.close();
  EXPECT_EQ(reads.get()->count(new_.key_id()), 1u);
  if (waited) std::ofstream(file_) << new_.ToKeySet();  // The other one reads now.
  EXPECT_EQ(meanwhile.get()->count(old_.key_id()), 1u);
}

TEST_F(TokenKeyFileTest, DoesNotStartWithoutKeys) {
  EXPECT_THAT(TokenKeyFile::Open(file_, TokenAlgorithm::kEs256, kAtOnce),
              HasReason(Reason::kFieldInvalid));
  Write(old_.ToKeySet());
  EXPECT_THAT(TokenKeyFile::Open(file_, TokenAlgorithm::kEdDsa, kAtOnce),
              HasReason(Reason::kFieldInvalid));
}

}  // namespace
}  // namespace onereturn
