// Ingestion loses its power while clients submit, and its files are damaged as a disk, or somebody
// with access to it, would: what was promised is there, or the damage is found; nothing wrong is
// served.
//
//   ONERETURN_KILLS=500 ONERETURN_SEED=7 ingestion_kill_test --gtest_filter=PowerLossTest.*
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/exit_code.h"
#include "common/status/status_macros.h"
#include "common/status/testing/status_matchers.h"
#include "common/storage/fault_files.h"
#include "common/storage/testing/disk_faults.h"
#include "tests/crash/ingestion_crash.h"
#include "tests/crash/settings.h"

namespace onereturn {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

enum class Damage {
  kFlippedInLog,
  kFlippedInTable,
  kFlippedInManifest,
  kSwappedTables,
  kLostTable,
  kLostLog,
  kCutLog,
  kEnd,
};

const char* NameOf(Damage damage) {
  switch (damage) {
    case Damage::kFlippedInLog:
      return "a byte of the log flipped";
    case Damage::kFlippedInTable:
      return "a byte of a table flipped";
    case Damage::kFlippedInManifest:
      return "a byte of the manifest flipped";
    case Damage::kSwappedTables:
      return "two tables swapped";
    case Damage::kLostTable:
      return "a table deleted";
    case Damage::kLostLog:
      return "the log deleted";
    default:
      return "the log cut";
  }
}

class PowerLossTest : public IngestionCrashTest {
 protected:
  std::vector<std::string> Environment() const override {
    return {absl::StrCat(kFaultFilesVariable, "=small")};
  }
  // Nothing in the store tells of a log that is gone: the newest head, kept elsewhere, does.
  DeploymentOptions Options() const override {
    DeploymentOptions options;
    options.adjust = [](const std::string& service, config::v1::ServerConfig* config) {
      config->set_high_water_file(absl::StrCat(service, ".high-water"));
    };
    return options;
  }

  std::string Folder() const { return suite_->DataFolderOf(kService); }

  void LosePowerOnce() {
    std::this_thread::sleep_for(std::chrono::microseconds(1'000 + random_() % 300'000));
    world_->ServiceIsDown();
    suite_->Kill9(kService);
    const absl::StatusOr<PowerLoss> lost = LosePower(Folder(), &random_);
    ASSERT_THAT(lost, IsOk());
    ++losses_;
    lost_.names_undone += lost->names_undone;
    lost_.bytes_cut += lost->bytes_cut;
    lost_.bytes_torn += lost->bytes_torn;
  }

  // The files of a kind, in order of their numbers.
  std::vector<fs::path> Files(const std::string& prefix, const std::string& extension) const {
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator(Folder())) {
      const std::string name = file.path().filename().string();
      if (name.rfind(prefix, 0) == 0 && file.path().extension() == extension &&
          file.file_size() > 0) {
        files.push_back(file.path());
      }
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  void Flip(const fs::path& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto place = static_cast<std::streamoff>(random_() % fs::file_size(path));
    file.seekg(place);
    const char flipped = static_cast<char>(file.get() ^ (1 << random_() % 8));
    file.seekp(place);
    file.put(flipped);
  }

  // False when there is nothing to damage so.
  bool Do(Damage damage) {
    const std::vector<fs::path> logs = Files("", ".log"), tables = Files("", ".sst"),
                                manifests = Files("MANIFEST-", "");
    if (damage == Damage::kFlippedInManifest) {
      Flip(manifests.back());
    } else if (damage == Damage::kFlippedInTable || damage == Damage::kLostTable) {
      if (tables.empty()) return false;
      const fs::path& table = tables[random_() % tables.size()];
      damage == Damage::kLostTable ? static_cast<void>(fs::remove(table)) : Flip(table);
    } else if (damage == Damage::kSwappedTables) {
      if (tables.size() < 2) return false;
      const size_t one = random_() % tables.size();
      const size_t other = (one + 1 + random_() % (tables.size() - 1)) % tables.size();
      fs::rename(tables[one], Folder() + "/swap");
      fs::rename(tables[other], tables[one]);
      fs::rename(Folder() + "/swap", tables[other]);
    } else {
      if (logs.empty()) return false;
      const fs::path& log = logs.back();
      if (damage == Damage::kFlippedInLog) Flip(log);
      if (damage == Damage::kLostLog) fs::remove(log);
      if (damage == Damage::kCutLog) fs::resize_file(log, random_() % fs::file_size(log));
    }
    return true;
  }

  // DATA_LOSS when the service, which says that it is well, lacks or alters what it acknowledged;
  // OUT_OF_RANGE when it knows itself that something is wrong.
  absl::Status CompareEverything() {
    FeedAudit audit(suite_->verifying_key(kService));
    const absl::Status read = audit.ReadOn(suite_->Channel(kAuditor, kService));
    if (!read.ok()) return absl::OutOfRangeError(read.ToString());
    ASSIGN_OR_RETURN(const Histories histories, Oracle::Read(suite_->File("oracle.tsv")));
    for (const auto& [key, history] : histories) {
      uint64_t sequence = 0;
      const AuditedEntry* const entry = audit.Find(key, &sequence);
      for (const Promised& promised : history.promised) {
        if (entry == nullptr || sequence != promised.sequence ||
            (!promised.leaf_hex.empty() &&
             absl::BytesToHexString(DigestBytes(entry->leaf)) != promised.leaf_hex) ||
            (entry->kind == feed::v1::ENTRY_KIND_RETURN_ACCEPTED &&
             ContentOf(entry->accepted) != history.content)) {
          return absl::DataLossError(absl::StrCat(key.request_id, " is lost or altered"));
        }
      }
    }
    return absl::OkStatus();
  }

  static bool IsOfTheLog(Damage damage) {
    return damage == Damage::kFlippedInLog || damage == Damage::kLostLog ||
           damage == Damage::kCutLog;
  }

  // What comes of it: refused at the start, found later, or harmless.
  void TryDamage(Damage damage) {
    if (IsOfTheLog(damage) && !std::filesystem::exists(suite_->File("ingestion.high-water"))) {
      std::printf("not tried, because no high-water file is kept: %s\n", NameOf(damage));
      return;
    }
    const std::string kept = Folder() + ".kept";
    fs::remove_all(kept);
    fs::copy(Folder(), kept, fs::copy_options::recursive);
    if (!Do(damage)) return;
    suite_->SetEnvironment(kService, {});
    if (!suite_->Start(kService).ok()) {
      const auto end = suite_->FailedStart(kService);
      ASSERT_TRUE(end.has_value()) << NameOf(damage) << ": it neither starts nor ends";
      ASSERT_EQ(end->exit_code, kExitStoreDamaged) << NameOf(damage) << "\n" << LastLog();
      ++refused_[damage];
    } else {
      const absl::Status found = CompareEverything();
      if (absl::IsDataLoss(found)) {
        ADD_FAILURE() << NameOf(damage) << " is served: " << found << "\n" << Log();
      }
      ++(found.ok() ? harmless_ : found_later_)[damage];
    }
    suite_->Kill9(kService);
    fs::remove_all(Folder());
    fs::rename(kept, Folder());
  }

  std::string LastLog() const {
    std::ifstream stream(suite_->LogFileOf(kService));
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    return text.substr(text.size() > 2'000 ? text.size() - 2'000 : 0);
  }

  int losses_ = 0, damages_ = 0;
  PowerLoss lost_;
  std::map<Damage, int> refused_, found_later_, harmless_;
};

TEST_F(PowerLossTest, WhatWasPromisedIsThereOrTheDamageIsFound) {
  const int losses = KillsFromEnvironment(static_cast<int>(Damage::kEnd));
  std::printf("seed %llu, %d losses of power\n", static_cast<unsigned long long>(seed_), losses);
  world_->ServiceIsUp();
  StartClients();
  while (losses_ < losses && !HasFailure() && world_->violations().empty()) {
    LosePowerOnce();
    if (!HasFailure()) {
      TryDamage(static_cast<Damage>(damages_++ % static_cast<int>(Damage::kEnd)));
    }
    if (!HasFailure()) StartAgain();
    if (!HasFailure()) CheckPromises();
  }
  StopClients();
  if (HasFailure()) return;
  ReadAllAnew();
  CheckOracle();
  EXPECT_THAT(world_->violations(), IsEmpty());
  EXPECT_GT(lost_.bytes_cut + lost_.bytes_torn + lost_.names_undone, 0u);
  std::string outcomes;
  for (int i = 0; i < static_cast<int>(Damage::kEnd); ++i) {
    const auto damage = static_cast<Damage>(i);
    absl::StrAppend(&outcomes, "; ", NameOf(damage), ": ", refused_[damage], " refused, ",
                    found_later_[damage], " found when read, ", harmless_[damage], " harmless");
  }
  std::printf("%d losses of power, seed %llu: %d names undone, %llu bytes cut, %llu torn; %s%s\n",
              losses_, static_cast<unsigned long long>(seed_), lost_.names_undone,
              static_cast<unsigned long long>(lost_.bytes_cut),
              static_cast<unsigned long long>(lost_.bytes_torn), Figures().c_str(),
              outcomes.c_str());
}

}  // namespace
}  // namespace onereturn
