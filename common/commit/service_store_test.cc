#include "common/commit/service_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/base/testing/temporary_folder.h"
#include "common/commit/primary_family.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

class ServiceStoreTest : public ::testing::Test {
 protected:
  absl::Status Open(const std::string& service = "ingestion") {
    return OpenServiceStore(data_, service, PrimaryFamilies()).status();
  }
  void Put(const std::string& name) { std::ofstream(data_ + "/" + name) << "x"; }

  TemporaryFolder folder_;
  const std::string data_ = folder_.File("data");
};

TEST_F(ServiceStoreTest, AMarkedFolderBecomesAStoreOnce) {
  std::filesystem::create_directory(data_);
  Put(kInitialiseMarker);
  ASSERT_THAT(Open(), IsOk());
  EXPECT_FALSE(std::filesystem::exists(data_ + "/" + kInitialiseMarker));
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(ServiceStoreTest, NothingIsMadeWithoutTheMarker) {
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_FALSE(std::filesystem::exists(data_));
  std::filesystem::create_directory(data_);
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_TRUE(std::filesystem::is_empty(data_));
}

TEST_F(ServiceStoreTest, NothingIsMadeBesideOtherFiles) {
  std::filesystem::create_directory(data_);
  Put(kInitialiseMarker);
  Put("notes");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_TRUE(std::filesystem::exists(data_ + "/" + kInitialiseMarker));
}

TEST_F(ServiceStoreTest, AMarkerInAStoreIsNoReasonToMakeItAnew) {
  std::filesystem::create_directory(data_);
  Put(kInitialiseMarker);
  ASSERT_THAT(Open(), IsOk());
  Put(kInitialiseMarker);
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(ServiceStoreTest, AnotherServicesStoreIsRefused) {
  std::filesystem::create_directory(data_);
  Put(kInitialiseMarker);
  ASSERT_THAT(Open(), IsOk());
  EXPECT_THAT(Open("metrics"), StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace onereturn
