#include "common/feed/rights_follower.h"

#include <future>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"

namespace onereturn {
namespace {

constexpr uint8_t kFact = 1;
constexpr uint8_t kCursor = 2;
constexpr uint8_t kCaughtUp = 3;
constexpr int64_t kCursorMicros = 1'000'000;
constexpr char kOrganisationPrefix[] = "organisations/";  // Of their names.

std::string FactKey(absl::string_view name) { return KeyWriter().U8(kFact).String(name).Take(); }
std::string CursorKey() { return KeyWriter().U8(kCursor).Take(); }
std::string CaughtUpKey() { return KeyWriter().U8(kCaughtUp).Take(); }

std::string CursorValue(const FeedProgress& progress) {
  return KeyWriter()
      .U64(progress.epoch)
      .U64(progress.sequence)
      .I64(progress.through_time.micros)
      .String(progress.frontier.Serialize())
      .Take();
}

absl::StatusOr<FeedProgress> CursorIn(absl::string_view value) {
  FeedProgress progress;
  KeyReader reader(value);
  ASSIGN_OR_RETURN(progress.epoch, reader.U64());
  ASSIGN_OR_RETURN(progress.sequence, reader.U64());
  ASSIGN_OR_RETURN(progress.through_time.micros, reader.I64());
  ASSIGN_OR_RETURN(const std::string frontier, reader.String());
  RETURN_IF_ERROR(reader.Finish());
  ASSIGN_OR_RETURN(progress.frontier, Frontier::Parse(frontier));
  return progress;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RightsFollower>> RightsFollower::Open(const Store* store,
                                                                     Committer* committer,
                                                                     ColumnFamily family,
                                                                     RightsSource* rights,
                                                                     const Clock* clock) {
  std::unique_ptr<RightsFollower> follower(
      new RightsFollower(store, committer, family, rights, clock));
  RETURN_IF_ERROR(follower->Load());
  return follower;
}

absl::Status RightsFollower::Load() {
  RETURN_IF_ERROR(store_->ForEach(
      family_, FactKey(""), CursorKey(),
      [this](absl::string_view /*key*/, absl::string_view value) -> absl::StatusOr<bool> {
        feed::v1::Entry entry;
        if (!entry.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
          return absl::DataLossError("a followed fact of rights cannot be read");
        }
        RETURN_IF_ERROR(rights_->Apply(entry));
        return true;
      }));
  ASSIGN_OR_RETURN(const std::optional<std::string> cursor, store_->Get(family_, CursorKey()));
  if (!cursor.has_value()) {
    rights_->NoteHeard(clock_->Now());
    return absl::OkStatus();
  }
  std::lock_guard<std::mutex> lock(mutex_);
  ASSIGN_OR_RETURN(progress_, CursorIn(*cursor));
  ASSIGN_OR_RETURN(const std::optional<std::string> mark, store_->Get(family_, CaughtUpKey()));
  has_caught_up_ = mark.has_value();
  rights_->NoteHeard(progress_.through_time);
  return absl::OkStatus();
}

absl::Status RightsFollower::Write(WriteBatch batch) const {
  std::promise<absl::Status> written;
  PlainWrite write;
  write.batch = std::move(batch);
  write.done = [&written](absl::Status status) { written.set_value(std::move(status)); };
  RETURN_IF_ERROR(committer_->Write(std::move(write)));
  return written.get_future().get();
}

absl::StatusOr<FeedProgress> RightsFollower::Progress() {
  std::lock_guard<std::mutex> lock(mutex_);
  return progress_;
}

absl::Status RightsFollower::Take(const FeedPage& page) {
  std::lock_guard<std::mutex> lock(mutex_);
  WriteBatch batch;
  std::vector<const feed::v1::Entry*> taken;
  for (const FeedFact& fact : page.facts) {
    if (!rights_->IsNew(fact.entry)) continue;
    batch.Put(family_, FactKey(fact.entry.name()), fact.entry.SerializeAsString());
    taken.push_back(&fact.entry);
  }
  const Timestamp now = clock_->Now();
  const bool first_caught_up = page.caught_up && !has_caught_up_;
  if (!taken.empty() || first_caught_up || now.micros - cursor_written_.micros >= kCursorMicros ||
      now < cursor_written_) {
    batch.Put(family_, CursorKey(), CursorValue(page.progress));
    if (first_caught_up) batch.Put(family_, CaughtUpKey(), "");
    const absl::Status written = Write(std::move(batch));
    // Without a fact of rights nothing is lost by a cursor that lags: a full disk must not make
    // rights stale, and with them every read that a grant allows.
    if (!written.ok() && !(taken.empty() && absl::IsResourceExhausted(written))) return written;
    if (written.ok()) {
      cursor_written_ = now;
      has_caught_up_ = has_caught_up_ || page.caught_up;
    }
  }
  for (const feed::v1::Entry* entry : taken) RETURN_IF_ERROR(rights_->Apply(*entry));
  progress_ = page.progress;
  // Whoever is behind has not heard whether a right was taken away since.
  if (page.caught_up) rights_->NoteHeard(now);
  return absl::OkStatus();
}

absl::Status RightsFollower::StartAgain() {
  std::lock_guard<std::mutex> lock(mutex_);
  WriteBatch batch;
  batch.DeleteRange(family_, FactKey(""), CursorKey());
  batch.Delete(family_, CursorKey());
  batch.Delete(family_, CaughtUpKey());
  RETURN_IF_ERROR(Write(std::move(batch)));
  rights_->Forget();
  progress_ = FeedProgress();
  cursor_written_ = Timestamp();
  has_caught_up_ = false;
  return absl::OkStatus();
}

absl::StatusOr<bool> HoldsOrganisation(const Reader& reader, ColumnFamily family,
                                       absl::string_view code) {
  ASSIGN_OR_RETURN(const std::optional<std::string> fact,
                   reader.Get(family, FactKey(absl::StrCat(kOrganisationPrefix, code))));
  if (fact.has_value()) return true;
  ASSIGN_OR_RETURN(const std::optional<std::string> mark, reader.Get(family, CaughtUpKey()));
  if (mark.has_value()) return false;
  return Error(Reason::kNotCaughtUp, "not all was heard yet of what ingestion holds")
      .RetryAfter(absl::Seconds(1));
}

absl::Status RightsFirst::Take(const FeedPage& page) {
  RETURN_IF_ERROR(rights_->Take(page));
  return rest_->Take(page);
}

absl::Status RightsFirst::StartAgain() {
  RETURN_IF_ERROR(rights_->StartAgain());
  return rest_->StartAgain();
}

}  // namespace onereturn
