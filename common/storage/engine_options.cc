#include "common/storage/engine_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <memory>
#include <string>

#include "common/storage/engine_log.h"

namespace onereturn {
namespace {

constexpr size_t kMebibyte = size_t{1} << 20;
constexpr size_t kKibibyte = size_t{1} << 10;

rocksdb::DBOptions DatabaseOptions(const StoreOptions& store, rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  // A folder that has vanished must not come back as an empty store.
  options.create_if_missing = false;
  options.create_missing_column_families = false;

  // Of the four modes the only one that both opens after a kill in the middle of a record and
  // refuses a log damaged before its end, instead of dropping acknowledged records.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  // With manual flushing a killed process would lose what it acknowledged.
  options.manual_wal_flush = false;
  // Each of these weakens the order of writes or recovery.
  options.unordered_write = false;
  options.two_write_queues = false;
  options.recycle_log_file_num = 0;
  options.wal_compression = rocksdb::kNoCompression;

  // Without paranoid checks a failed write to the log is no error.
  options.paranoid_checks = true;
  options.verify_sst_unique_id_in_manifest = true;
  options.flush_verify_memtable_count = true;
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  options.max_bgerror_resume_count = 5;  // Then it is fatal; the default never gives up.

  options.max_open_files = 1024;
  options.max_background_jobs = 2;
  options.max_total_wal_size = 256 * kMebibyte;  // Else a quiet column family keeps every log.
  options.db_write_buffer_size = 64 * kMebibyte;
  options.info_log_level = rocksdb::InfoLogLevel::INFO_LEVEL;
  options.keep_log_file_num = 10;
  options.info_log = std::make_shared<EngineLog>(
      store.memory_files == nullptr ? store.path : std::string(), 16 * kMebibyte);
  return options;
}

rocksdb::ColumnFamilyOptions FamilyOptions(uint64_t cache_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  // So that the cache's size bounds them too.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;

  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // With one, a seek between two prefixes finds nothing.
  options.prefix_extractor = nullptr;
  options.compression = rocksdb::kLZ4Compression;
  options.bottommost_compression = rocksdb::kZSTD;
  options.level_compaction_dynamic_level_bytes = true;
  options.write_buffer_size = 32 * kMebibyte;
  options.memtable_protection_bytes_per_key = kProtectionBytes;
  return options;
}

}  // namespace

EngineOptions MakeEngineOptions(const StoreOptions& options, rocksdb::Env* env) {
  EngineOptions engine;
  engine.database = DatabaseOptions(options, env);
  engine.column_family = FamilyOptions(options.cache_bytes);
  if (options.small_buffers) {
    engine.column_family.write_buffer_size = 64 * kKibibyte;
    engine.column_family.arena_block_size = 4 * kKibibyte;
    engine.column_family.target_file_size_base = 64 * kKibibyte;
    engine.column_family.max_bytes_for_level_base = 256 * kKibibyte;
  }
  return engine;
}

rocksdb::WriteOptions EngineWriteOptions(Durability durability) {
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSynced;
  options.disableWAL = false;
  options.protection_bytes_per_key = kProtectionBytes;
  return options;
}

rocksdb::ReadOptions EngineReadOptions() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.total_order_seek = true;
  return options;
}

}  // namespace onereturn
