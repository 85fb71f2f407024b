// The group that the committer has in hand. Private to the library.
#ifndef ONERETURN_COMMON_COMMIT_COMMIT_GROUP_H_
#define ONERETURN_COMMON_COMMIT_COMMIT_GROUP_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/commit/committer.h"

namespace onereturn {

// What one synced batch holds, and what it will mean once it is written.
struct Committer::Group {
  struct NewFact {
    Proposal* proposal;
    Placement placement;
    std::string entry;
    Digest leaf;
  };
  struct Replay {
    Proposal* proposal;
    uint64_t sequence;
  };

  // Told only once the group is written: whoever judges again must see what it was refused for.
  struct Refusal {
    std::function<void(absl::Status)> done;
    absl::Status status;
  };

  WriteBatch batch;
  explicit Group(SigningKey signing_key) : key(std::move(signing_key)) {}

  Frontier frontier;
  SigningKey key;                          // Signs the head that covers the group.
  std::vector<VerifyingKey> earlier_keys;  // Replaced in this group.
  Timestamp last_time;
  std::map<NodeId, Digest> nodes;  // Completed in this group.
  std::vector<NewFact> facts;
  std::vector<Replay> replays;
  std::vector<PlainWrite*> writes;
  std::vector<Refusal> refusals;

  // Takes over the rows of one more member.
  void Add(const WriteBatch& rows) {
    rows.ForEach([this](WriteBatch::Operation operation, ColumnFamily family, absl::string_view key,
                        absl::string_view second) {
      const std::string at = RowKey(family, key);
      if (operation == WriteBatch::Operation::kPut) {
        rows_[at] = std::string(second);
      } else if (operation == WriteBatch::Operation::kDelete) {
        rows_[at] = std::nullopt;
      } else if (key < second) {
        const std::string end = RowKey(family, second);
        for (auto row = rows_.lower_bound(at); row != rows_.end() && row->first < end; ++row) {
          row->second = std::nullopt;
        }
        ranges_.emplace_back(at, end);
      }
    });
    batch.Append(rows);
  }

  // `member` must outlive the group.
  template <typename Member>
  void Refuse(const Member& member, absl::Status status) {
    refusals.push_back(
        {[&member](absl::Status refused) { member.done(std::move(refused)); }, std::move(status)});
  }

  // What earlier members made of a key; nothing when they left it alone.
  std::optional<std::optional<std::string>> Find(ColumnFamily family, absl::string_view key) const {
    const std::string at = RowKey(family, key);
    if (auto found = rows_.find(at); found != rows_.end()) return found->second;
    for (const auto& [lower, upper] : ranges_) {
      if (lower <= at && at < upper) return std::optional<std::string>();
    }
    return std::nullopt;
  }

 private:
  // Keys of one family are in bytewise order and apart from every other family's.
  static std::string RowKey(ColumnFamily family, absl::string_view key) {
    return absl::StrCat(family.place(), "/", key);
  }

  // Rows of earlier members, for the read sets and request ids of later ones: what they put or
  // deleted, and the ranges they emptied, [first, second).
  std::map<std::string, std::optional<std::string>> rows_;
  std::vector<std::pair<std::string, std::string>> ranges_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_COMMIT_GROUP_H_
