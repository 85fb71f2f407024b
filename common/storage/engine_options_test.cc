// Goal: the open engine runs with every setting that a promise hangs on. Method: the engine's own
// record of the options it opened with, in the store's folder.
#include "common/storage/engine_options.h"

#include <rocksdb/utilities/options_util.h>

#include <vector>

#include "common/base/testing/temporary_folder.h"
#include "common/storage/testing_store.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

TEST(EngineOptionsTest, OfTheOpenStore) {
  const TemporaryFolder folder;
  StoreOptions store_options = OptionsAt(folder.File("store"), nullptr);
  store_options.small_buffers = false;
  const auto store = Store::Create(store_options);
  ASSERT_TRUE(store.ok()) << store.status();

  rocksdb::DBOptions options;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  rocksdb::ConfigOptions how;
  ASSERT_TRUE(rocksdb::LoadLatestOptions(how, store_options.path, &options, &families).ok());
  EXPECT_EQ(options.wal_recovery_mode, rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords);
  EXPECT_TRUE(options.track_and_verify_wals_in_manifest);
  EXPECT_FALSE(options.manual_wal_flush);
  EXPECT_FALSE(options.unordered_write);
  EXPECT_FALSE(options.two_write_queues);
  EXPECT_EQ(options.recycle_log_file_num, 0u);
  EXPECT_EQ(options.wal_compression, rocksdb::kNoCompression);
  EXPECT_TRUE(options.paranoid_checks);
  EXPECT_TRUE(options.verify_sst_unique_id_in_manifest);
  EXPECT_TRUE(options.flush_verify_memtable_count);
  EXPECT_EQ(options.max_bgerror_resume_count, 5);
  EXPECT_FALSE(options.allow_mmap_writes);
  EXPECT_FALSE(options.avoid_flush_during_recovery);
  ASSERT_EQ(families.size(), 3u);
  for (const rocksdb::ColumnFamilyDescriptor& family : families) {
    EXPECT_EQ(family.options.memtable_protection_bytes_per_key, 8u) << family.name;
    EXPECT_FALSE(family.options.inplace_update_support) << family.name;
    EXPECT_EQ(family.options.prefix_extractor, nullptr) << family.name;
  }
}

// What the engine's record leaves out.
TEST(EngineOptionsTest, OfEachOpening) {
  const EngineOptions engine =
      MakeEngineOptions(OptionsAt("/store", MemoryFiles::Create()), rocksdb::Env::Default());
  EXPECT_FALSE(engine.database.create_if_missing);
  EXPECT_FALSE(engine.database.create_missing_column_families);
  ASSERT_NE(engine.database.file_checksum_gen_factory, nullptr);
  EXPECT_TRUE(EngineWriteOptions(Durability::kSynced).sync);
  EXPECT_FALSE(EngineWriteOptions(Durability::kSynced).disableWAL);
  EXPECT_FALSE(EngineWriteOptions(Durability::kUnsynced).disableWAL);
  EXPECT_EQ(EngineWriteOptions(Durability::kSynced).protection_bytes_per_key, 8u);
  EXPECT_TRUE(EngineReadOptions().verify_checksums);
}

}  // namespace
}  // namespace onereturn
