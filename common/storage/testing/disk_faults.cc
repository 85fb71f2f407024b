#include "common/storage/testing/disk_faults.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "common/storage/fault_files.h"

namespace onereturn {
namespace {

namespace fs = std::filesystem;

// Whole or not at all, as the reader needs it.
void Replace(const std::string& path, absl::string_view text) {
  const std::string fresh = path + ".fresh";
  std::ofstream(fresh) << text;
  fs::rename(fresh, path);
}

// One change of a name that its folder's sync would have made lasting.
struct NameChange {
  char kind = 'C';
  std::string path, second, kept;
};

// Reads the journal: what was synced of each file, and which names were not.
class Aftermath {
 public:
  explicit Aftermath(std::string store_path)
      : store_path_(fs::path(store_path).lexically_normal().string()) {}

  absl::Status Take(std::vector<std::string> fields) {
    const std::string kind = fields[0];
    if (kind == "F" && fields.size() == 2) {
      opened_in_ = fields[1];
      return absl::OkStatus();
    }
    for (std::string& field : fields) {
      if (field.rfind(opened_in_, 0) == 0) field.replace(0, opened_in_.size(), store_path_);
    }
    uint64_t bytes = 0;
    if (kind == "S" && fields.size() == 3 && absl::SimpleAtoi(fields[2], &bytes)) {
      if (synced_.count(fields[1]) > 0) synced_[fields[1]] = bytes;
    } else if (kind == "Y" && fields.size() == 2) {
      const std::string folder = fs::path(fields[1] + "/").lexically_normal().parent_path();
      if (folder == store_path_) changes_.clear();
    } else if (kind == "C" && fields.size() == 2) {
      if (!Ours(fields[1])) return absl::OkStatus();
      synced_[fields[1]] = 0;
      changes_.push_back({'C', fields[1], "", "-"});
    } else if (kind == "D" && fields.size() == 3) {
      if (!Ours(fields[1])) return absl::OkStatus();
      Move(fields[1], fields[2]);
      changes_.push_back({'D', fields[1], "", fields[2]});
    } else if (kind == "R" && fields.size() == 4) {
      if (!Ours(fields[1])) return absl::OkStatus();
      Move(fields[2], fields[3]);
      Move(fields[1], fields[2]);
      changes_.push_back({'R', fields[1], fields[2], fields[3]});
    } else if (kind != "L") {  // Links are made in other folders than the store's.
      return absl::DataLossError(absl::StrCat("a line of the journal cannot be read: ", kind));
    }
    return absl::OkStatus();
  }

  void Undo(std::mt19937_64* random, PowerLoss* loss) {
    // Often nothing of it had reached the disk.
    const size_t kept = (*random)() % 2 == 0 ? 0 : (*random)() % (changes_.size() + 1);
    for (; changes_.size() > kept; changes_.pop_back()) {
      UndoOne(changes_.back());
      ++loss->names_undone;
    }
  }

  void Cut(std::mt19937_64* random, PowerLoss* loss) const {
    for (const auto& [path, synced] : synced_) {
      std::error_code error;
      const uint64_t size = fs::file_size(path, error);
      if (error || !Ours(path) || size <= synced) continue;
      const uint64_t torn = (*random)() % 4 == 0 ? 0 : (*random)() % (size - synced + 1);
      fs::resize_file(path, synced + torn);
      ++loss->files_cut;
      loss->bytes_torn += torn;
      loss->bytes_cut += size - synced - torn;
    }
  }

 private:
  bool Ours(const std::string& path) const {
    return fs::path(path).lexically_normal().parent_path() == store_path_;
  }

  void Move(const std::string& from, const std::string& to) {
    const auto found = synced_.find(from);
    if (found == synced_.end()) {
      synced_.erase(to);
      return;
    }
    synced_[to] = found->second;
    synced_.erase(from);
  }

  // The line stands before its event: a kill between the two leaves nothing to undo.
  void UndoOne(const NameChange& change) {
    if (change.kind == 'C') {
      fs::remove(change.path);
      synced_.erase(change.path);
    } else if (change.kind == 'D') {
      if (change.kept != "-" && !fs::exists(change.path)) fs::rename(change.kept, change.path);
      Move(change.kept, change.path);
    } else {
      if (!fs::exists(change.path) && fs::exists(change.second)) {
        fs::rename(change.second, change.path);
        if (change.kept != "-") fs::rename(change.kept, change.second);
      }
      Move(change.second, change.path);
      Move(change.kept, change.second);
    }
  }

  const std::string store_path_;
  std::string opened_in_ = "none";          // Where the folder lay; it may be a copy.
  std::map<std::string, uint64_t> synced_;  // Files made since the journal began.
  std::vector<NameChange> changes_;         // Not yet lasting, in order.
};

}  // namespace

void OrderFault(const std::string& store_path, absl::string_view order) {
  Replace(FaultFiles::SideFolderOf(store_path) + "/order", order);
}

void MakeUpCapacity(const std::string& store_path, std::optional<uint64_t> bytes) {
  const std::string file = FaultFiles::SideFolderOf(store_path) + "/capacity";
  fs::create_directories(FaultFiles::SideFolderOf(store_path));
  if (bytes.has_value()) {
    Replace(file, absl::StrCat(*bytes));
  } else {
    fs::remove(file);
  }
}

absl::StatusOr<PowerLoss> LosePower(const std::string& store_path, std::mt19937_64* random) {
  const std::string side = FaultFiles::SideFolderOf(store_path);
  PowerLoss loss;
  {
    std::ifstream journal(side + "/journal");
    if (!journal) return absl::NotFoundError("there is no journal in " + side);
    Aftermath aftermath(store_path);
    for (std::string line; std::getline(journal, line);) {
      RETURN_IF_ERROR(aftermath.Take(absl::StrSplit(line, '\t')));
    }
    aftermath.Undo(random, &loss);
    aftermath.Cut(random, &loss);
  }
  fs::remove(side + "/journal");
  for (const auto& file : fs::directory_iterator(side)) {
    if (file.path().filename().string().rfind("kept.", 0) == 0) fs::remove(file.path());
  }
  return loss;
}

}  // namespace onereturn
