// Goal: damage is told to whoever must act on it, at the pace that was set, and stopping never
// waits for the work's end.
#include "common/service/table_verification.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>

#include "common/base/testing/temporary_folder.h"
#include "common/commit/primary_family.h"

namespace onereturn {
namespace {

using std::chrono::steady_clock;

class TableVerificationTest : public ::testing::Test {
 protected:
  TableVerificationTest() {
    options_.path = folder_.File("store");
    options_.service = "ingestion";
    options_.column_families = PrimaryFamilies();
    store_ = Store::Create(options_).value();
    WriteBatch batch;
    batch.Put(PrimaryFamily::kEntries, "a", std::string(3 << 20, 'x'));
    EXPECT_TRUE(store_->Write(batch, Durability::kUnsynced).ok());
    EXPECT_TRUE(store_->Flush().ok());
  }

  const TemporaryFolder folder_;
  StoreOptions options_;
  std::unique_ptr<Store> store_;
};

TEST_F(TableVerificationTest, TellsOfDamageAgainAndAgain) {
  std::filesystem::path table;
  for (const auto& file : std::filesystem::directory_iterator(options_.path)) {
    if (file.path().extension() == ".sst") table = file.path();
  }
  std::promise<absl::Status> told;
  int times = 0;
  auto on_damage = [&](const absl::Status& status) {
    if (++times == 2) told.set_value(status);
  };
  std::fstream stream(table, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(10);
  stream << "damage";
  stream.close();
  const TableVerification verification(store_.get(), on_damage, absl::Milliseconds(1));
  EXPECT_EQ(told.get_future().get().code(), absl::StatusCode::kDataLoss);
}

TEST_F(TableVerificationTest, StopsInTheMiddle) {
  const auto begin = steady_clock::now();
  {
    const TableVerification slow(
        store_.get(), [](const absl::Status& status) { ADD_FAILURE() << status; }, absl::Hours(1),
        /*bytes_a_second=*/1);
  }
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(20));
}

}  // namespace
}  // namespace onereturn
