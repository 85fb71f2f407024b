// How a store is made and opened.
#include <rocksdb/db.h>
#include <rocksdb/listener.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/failpoint.h"
#include "common/log/log.h"
#include "common/status/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/engine_options.h"
#include "common/storage/engine_status.h"
#include "common/storage/fault_file_system.h"
#include "common/storage/folder.h"
#include "common/storage/store.h"

namespace onereturn {
namespace {

// Closes the gate on errors the engine cannot recover from, and tells the owner of the store of
// all.
class BackgroundErrorListener : public rocksdb::EventListener {
 public:
  BackgroundErrorListener(std::shared_ptr<WriteGate> gate, std::shared_ptr<SpaceWatch> space,
                          std::function<void(const BackgroundError&)> on_background_error)
      : gate_(std::move(gate)),
        space_(std::move(space)),
        on_background_error_(std::move(on_background_error)) {}

  void OnFlushBegin(rocksdb::DB* /*engine*/, const rocksdb::FlushJobInfo& /*info*/) override {
    ONERETURN_FAILPOINT(kStorageFlush);
  }

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override {
    Report(*error, Doing(reason), error->severity() >= rocksdb::Status::Severity::kFatalError);
  }

  // With an error: the engine has given up trying to recover.
  void OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info) override {
    const rocksdb::Status& error = info.new_bg_error;
    if (error.ok() || error.IsShutdownInProgress()) return;
    Report(error, "recover from an earlier failure", /*fatal=*/true);
  }

 private:
  static absl::string_view Doing(rocksdb::BackgroundErrorReason reason) {
    switch (reason) {
      case rocksdb::BackgroundErrorReason::kFlush:
      case rocksdb::BackgroundErrorReason::kFlushNoWAL:
        return "flush";
      case rocksdb::BackgroundErrorReason::kCompaction:
        return "compact";
      case rocksdb::BackgroundErrorReason::kManifestWrite:
      case rocksdb::BackgroundErrorReason::kManifestWriteNoWAL:
        return "write the list of table files";
      default:
        return "write";
    }
  }

  void Report(const rocksdb::Status& error, absl::string_view doing, bool fatal) {
    BackgroundError report;
    report.status = FromEngine(error, doing);
    report.fatal = fatal;
    if (absl::IsResourceExhausted(report.status) && space_ != nullptr) space_->NoteFull();
    if (fatal) report.status = gate_->Pass(report.status);
    if (on_background_error_) on_background_error_(report);
  }

  std::shared_ptr<WriteGate> gate_;
  std::shared_ptr<SpaceWatch> space_;
  std::function<void(const BackgroundError&)> on_background_error_;
};

SchemaRecord WantedSchema(const StoreOptions& options) {
  return {options.service, options.schema_version, options.column_families};
}

std::shared_ptr<SpaceWatch> WatchSpace(const StoreOptions& options) {
  if (options.memory_files != nullptr) return nullptr;
  SpaceWatch::Measure measure = [path = options.path] { return MeasureDiskSpace(path); };
#ifdef ONERETURN_FAILPOINTS
  if (options.fault_files != nullptr) {
    measure = [files = options.fault_files] { return files->Space(); };
  }
#endif
  return std::make_shared<SpaceWatch>(options.path, std::move(measure), options.ballast_bytes);
}

#ifdef ONERETURN_FAILPOINTS
void AddFaultFiles(StoreOptions* options) {
  if (options->memory_files != nullptr || options->fault_files != nullptr) return;
  options->fault_files = FaultFiles::FromEnvironment(options->path, &options->small_buffers);
}
#endif

absl::Status CheckMigrations(const StoreOptions& options) {
  uint32_t last = 0;
  for (const Migration& migration : options.migrations) {
    if (migration.to_version <= last || migration.to_version > options.schema_version) {
      return absl::InvalidArgumentError(
          "A store's migrations ascend, and end at the version of the program.");
    }
    last = migration.to_version;
  }
  return absl::OkStatus();
}

struct Preparation {
  rocksdb::Env* env = nullptr;
  EngineOptions engine;
  std::shared_ptr<Database> database;
};

Preparation Prepare(const StoreOptions& options, rocksdb::Env* env) {
  Preparation preparation;
  preparation.env = env;
  preparation.engine = MakeEngineOptions(options, env);
  auto gate = std::make_shared<WriteGate>();
  auto space = WatchSpace(options);
  preparation.engine.database.listeners.push_back(
      std::make_shared<BackgroundErrorListener>(gate, space, options.on_background_error));
  preparation.database = std::make_shared<Database>(options, std::move(gate), std::move(space));
  return preparation;
}

std::vector<rocksdb::ColumnFamilyDescriptor> Descriptors(
    const std::vector<std::string>& names, const rocksdb::ColumnFamilyOptions& options) {
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names) descriptors.emplace_back(name, options);
  return descriptors;
}

absl::Status CheckThereIsAStore(const std::string& path, rocksdb::Env* env) {
  ASSIGN_OR_RETURN(const FolderContent content, LookInto(path, env));
  switch (content) {
    case FolderContent::kStore:
      return absl::OkStatus();
    case FolderContent::kMissing:
    case FolderContent::kEmpty:
      return absl::NotFoundError(
          absl::StrCat("There is no store in ", path,
                       ". If the service is new, make one; if it is not, its disk is not mounted "
                       "or its data is gone: restore it."));
    case FolderContent::kOther:
      return absl::DataLossError(
          absl::StrCat("The folder ", path,
                       " is not a whole store: its file CURRENT is missing. Check the path, or "
                       "restore."));
  }
  return absl::OkStatus();
}

// Makes the column families that this program has and the store has not. A crash between the steps
// leaves a column family that no record names yet; it is empty and the next opening takes it.
absl::Status Extend(const SchemaRecord& stored, const SchemaRecord& wanted,
                    const std::vector<std::string>& existing,
                    const rocksdb::ColumnFamilyOptions& options, Database& database) {
  if (stored.column_families.size() == wanted.column_families.size()) return absl::OkStatus();
  const std::set<std::string> exists(existing.begin(), existing.end());
  for (size_t i = stored.column_families.size(); i < wanted.column_families.size(); ++i) {
    const std::string& name = wanted.column_families[i].name;
    if (exists.count(name) == 0) RETURN_IF_ERROR(database.AddColumnFamily(options, name));
  }
  return database.PutSchema({stored.service, stored.schema_version, wanted.column_families});
}

}  // namespace

MemoryFiles::MemoryFiles(std::unique_ptr<State> state) : state_(std::move(state)) {}
MemoryFiles::~MemoryFiles() = default;

std::shared_ptr<MemoryFiles> MemoryFiles::Create() {
  auto state = std::make_unique<State>();
  state->env.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  return std::shared_ptr<MemoryFiles>(new MemoryFiles(std::move(state)));
}

// The file system that the options name; in a test build the environment may name another.
rocksdb::Env* Store::FilesOf(StoreOptions* options) {
  if (options->memory_files != nullptr) return options->memory_files->state_->env.get();
#ifdef ONERETURN_FAILPOINTS
  AddFaultFiles(options);
  if (options->fault_files != nullptr) return options->fault_files->state_->env.get();
#endif
  return rocksdb::Env::Default();
}

absl::StatusOr<std::unique_ptr<Store>> Store::Create(StoreOptions options) {
  const SchemaRecord schema = WantedSchema(options);
  RETURN_IF_ERROR(CheckSchemaIsSound(schema));
  rocksdb::Env* const env = FilesOf(&options);
  ASSIGN_OR_RETURN(const FolderContent content, LookInto(options.path, env));
  if (content == FolderContent::kStore || content == FolderContent::kOther) {
    return absl::FailedPreconditionError(
        absl::StrCat("The folder ", options.path,
                     " is not empty: a new store is made only in a new or empty folder."));
  }
  RETURN_IF_ERROR(FromEngine(env->CreateDirIfMissing(options.path),
                             absl::StrCat("make the folder ", options.path)));
  Preparation preparation = Prepare(options, env);
  preparation.engine.database.create_if_missing = true;
  preparation.engine.database.create_missing_column_families = true;
  preparation.engine.database.error_if_exists = true;
  std::vector<std::string> names = {rocksdb::kDefaultColumnFamilyName};
  for (const ColumnFamilySpec& spec : options.column_families) names.push_back(spec.name);
  Database& database = *preparation.database;
  RETURN_IF_ERROR(database.OpenEngine(preparation.engine.database,
                                      Descriptors(names, preparation.engine.column_family)));
  if (!database.in_memory()) RETURN_IF_ERROR(SyncParentFolder(options.path));
  // Last: a store without this record is one that was never finished.
  RETURN_IF_ERROR(database.PutSchema(schema));
  RETURN_IF_ERROR(database.UseSchema(schema));
  std::unique_ptr<Store> store(new Store(std::move(preparation.database)));
  store->Space();  // The first look lays the ballast.
  return store;
}

absl::Status Store::Migrate(uint32_t stored_version, const StoreOptions& options) {
  const Migration::Write write = [this](const WriteBatch& batch) -> absl::Status {
    absl::Status status;
    batch.ForEach(
        [&](WriteBatch::Operation, ColumnFamily family, absl::string_view, absl::string_view) {
          const ColumnFamilySpec& spec = database_->Spec(family);
          if (spec.kind == ColumnFamilyKind::kDerived) return;
          status = absl::FailedPreconditionError(absl::StrCat(
              "A migration would change column family \"", spec.name, "\", which is primary."));
        });
    RETURN_IF_ERROR(status);
    return Write(batch, Durability::kUnsynced);
  };
  for (const Migration& migration : options.migrations) {
    if (migration.to_version <= stored_version) continue;
    LogInfo("store.migration", {{"to_version", absl::StrCat(migration.to_version)}});
    RETURN_IF_ERROR(migration.step(*this, write));
    // Synced, and after all that the step wrote in the same log: the version never runs ahead.
    RETURN_IF_ERROR(
        database_->PutSchema({options.service, migration.to_version, options.column_families}));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(StoreOptions options) {
  const SchemaRecord wanted = WantedSchema(options);
  RETURN_IF_ERROR(CheckSchemaIsSound(wanted));
  RETURN_IF_ERROR(CheckMigrations(options));
  rocksdb::Env* const env = FilesOf(&options);
  RETURN_IF_ERROR(CheckThereIsAStore(options.path, env));
  Preparation preparation = Prepare(options, env);
  Database& database = *preparation.database;
  SpaceWatch* const space = database.space();
  if (space != nullptr && space->MakeRoom()) {
    LogWarning("store.ballast_given_up", {{"folder", options.path}});
  }
  // The engine opens only with all column families there are; whether they are ours is judged
  // after.
  std::vector<std::string> existing;
  RETURN_IF_ERROR(FromEngine(
      rocksdb::DB::ListColumnFamilies(preparation.engine.database, options.path, &existing),
      absl::StrCat("open the store in ", options.path)));
  RETURN_IF_ERROR(database.OpenEngine(preparation.engine.database,
                                      Descriptors(existing, preparation.engine.column_family)));
  ASSIGN_OR_RETURN(const SchemaRecord stored, database.GetSchema());
  RETURN_IF_ERROR(CheckSchema(stored, wanted));
  RETURN_IF_ERROR(Extend(stored, wanted, existing, preparation.engine.column_family, database));
  RETURN_IF_ERROR(
      database.UseSchema({stored.service, stored.schema_version, wanted.column_families}));
  std::unique_ptr<Store> store(new Store(std::move(preparation.database)));
  RETURN_IF_ERROR(store->Migrate(stored.schema_version, options));
  store->Space();  // The first look lays the ballast.
  return store;
}

}  // namespace onereturn
