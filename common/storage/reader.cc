#include "common/storage/reader.h"

#include <rocksdb/iterator.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/engine_options.h"
#include "common/storage/engine_status.h"
#include "common/storage/key_codec.h"

namespace onereturn {

// Declared in the order of need: the iterator dies first, then its bounds, then the view.
struct Cursor::State {
  State(std::shared_ptr<const Reader::View> of, ColumnFamily column_family, absl::string_view from,
        absl::string_view to, bool backwards, bool fill_cache)
      : view(std::move(of)), lower(from), upper(to), reverse(backwards) {
    if (!upper.empty() && lower >= upper) {
      finished = true;
      return;
    }
    lower_slice = lower;
    upper_slice = upper;
    rocksdb::ReadOptions options = EngineReadOptions();
    options.snapshot = view->snapshot;
    options.fill_cache = fill_cache;
    if (!lower.empty()) options.iterate_lower_bound = &lower_slice;
    if (!upper.empty()) options.iterate_upper_bound = &upper_slice;
    const Database& database = *view->database;
    iterator.reset(database.engine().NewIterator(options, database.Handle(column_family)));
  }

  void Move() {
    if (!started) {
      started = true;
      reverse ? iterator->SeekToLast() : iterator->SeekToFirst();
    } else {
      reverse ? iterator->Prev() : iterator->Next();
    }
  }

  std::shared_ptr<const Reader::View> view;
  const std::string lower;
  const std::string upper;
  rocksdb::Slice lower_slice;
  rocksdb::Slice upper_slice;
  const bool reverse;
  bool started = false;
  bool finished = false;
  bool on_entry = false;
  absl::Status error;
  std::unique_ptr<rocksdb::Iterator> iterator;
};

Cursor::Cursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Cursor::~Cursor() = default;
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;

absl::StatusOr<bool> Cursor::Next() {
  State& state = *state_;
  state.on_entry = false;
  if (!state.error.ok()) return state.error;
  if (state.finished) return false;
  state.Move();
  if (state.iterator->Valid()) {
    state.on_entry = true;
    return true;
  }
  state.finished = true;
  state.error = FromEngine(state.iterator->status(), "read the store");
  if (!state.error.ok()) return state.error;
  return false;
}

absl::string_view Cursor::key() const {
  return state_->on_entry ? FromSlice(state_->iterator->key()) : absl::string_view();
}

absl::string_view Cursor::value() const {
  return state_->on_entry ? FromSlice(state_->iterator->value()) : absl::string_view();
}

Reader::Reader(std::shared_ptr<const View> view) : view_(std::move(view)) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

Snapshot::Snapshot(std::shared_ptr<const View> view) : Reader(std::move(view)) {}
Snapshot::~Snapshot() = default;
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;

absl::StatusOr<std::optional<std::string>> Reader::Get(ColumnFamily column_family,
                                                       absl::string_view key) const {
  return Find(column_family, key, /*fill_cache=*/true);
}

absl::StatusOr<std::optional<std::string>> Reader::GetOnce(ColumnFamily column_family,
                                                           absl::string_view key) const {
  return Find(column_family, key, /*fill_cache=*/false);
}

absl::StatusOr<std::optional<std::string>> Reader::Find(ColumnFamily column_family,
                                                        absl::string_view key,
                                                        bool fill_cache) const {
  rocksdb::ReadOptions options = EngineReadOptions();
  options.snapshot = view_->snapshot;
  options.fill_cache = fill_cache;
  const Database& database = *view_->database;
  std::string value;
  const rocksdb::Status status =
      database.engine().Get(options, database.Handle(column_family), ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  RETURN_IF_ERROR(FromEngine(status, "read the store"));
  return std::optional<std::string>(std::move(value));
}

absl::StatusOr<std::vector<std::optional<std::string>>> Reader::MultiGet(
    ColumnFamily column_family, const std::vector<std::string>& keys) const {
  rocksdb::ReadOptions options = EngineReadOptions();
  options.snapshot = view_->snapshot;
  const Database& database = *view_->database;
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> found(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database.engine().MultiGet(options, database.Handle(column_family), slices.size(), slices.data(),
                             found.data(), statuses.data());
  std::vector<std::optional<std::string>> values(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    RETURN_IF_ERROR(FromEngine(statuses[i], "read the store"));
    values[i] = found[i].ToString();
  }
  return values;
}

Cursor Reader::Scan(ColumnFamily column_family, absl::string_view lower,
                    absl::string_view upper) const {
  return Cursor(std::make_unique<Cursor::State>(view_, column_family, lower, upper,
                                                /*backwards=*/false, /*fill_cache=*/true));
}

Cursor Reader::ScanReverse(ColumnFamily column_family, absl::string_view lower,
                           absl::string_view upper) const {
  return Cursor(std::make_unique<Cursor::State>(view_, column_family, lower, upper,
                                                /*backwards=*/true, /*fill_cache=*/true));
}

absl::Status Reader::ForEach(ColumnFamily column_family, absl::string_view lower,
                             absl::string_view upper, Visitor visitor) const {
  Cursor cursor = Scan(column_family, lower, upper);
  while (true) {
    ASSIGN_OR_RETURN(const bool more, cursor.Next());
    if (!more) return absl::OkStatus();
    ASSIGN_OR_RETURN(const bool go_on, visitor(cursor.key(), cursor.value()));
    if (!go_on) return absl::OkStatus();
  }
}

namespace {

absl::StatusOr<std::optional<StoredEntry>> FirstOf(Cursor cursor) {
  ASSIGN_OR_RETURN(const bool found, cursor.Next());
  if (!found) return std::optional<StoredEntry>();
  return std::optional<StoredEntry>(
      StoredEntry{std::string(cursor.key()), std::string(cursor.value())});
}

void AddWithLength(Sha256Stream& stream, absl::string_view bytes) {
  stream.Update(KeyWriter().U64(bytes.size()).key());
  stream.Update(bytes);
}

}  // namespace

absl::StatusOr<std::optional<StoredEntry>> Reader::SeekFirst(ColumnFamily column_family,
                                                             absl::string_view lower,
                                                             absl::string_view upper) const {
  return FirstOf(Scan(column_family, lower, upper));
}

absl::StatusOr<std::optional<StoredEntry>> Reader::SeekLast(ColumnFamily column_family,
                                                            absl::string_view lower,
                                                            absl::string_view upper) const {
  return FirstOf(ScanReverse(column_family, lower, upper));
}

absl::StatusOr<Digest> Reader::ContentHash(const std::vector<ColumnFamily>& column_families) const {
  // All column families must be seen at one moment.
  const std::shared_ptr<const View> view =
      view_->snapshot != nullptr ? view_ : View::Fixed(view_->database);
  const Database& database = *view->database;
  std::vector<ColumnFamily> ordered = column_families;
  std::sort(ordered.begin(), ordered.end(), [&database](ColumnFamily a, ColumnFamily b) {
    return database.Spec(a).name < database.Spec(b).name;
  });
  Sha256Stream stream;
  for (ColumnFamily column_family : ordered) {
    const std::string& name = database.Spec(column_family).name;
    // Once through everything: it would only push what is in use out of the cache.
    Cursor cursor(std::make_unique<Cursor::State>(view, column_family, "", "", /*backwards=*/false,
                                                  /*fill_cache=*/false));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, cursor.Next());
      if (!more) break;
      AddWithLength(stream, name);
      AddWithLength(stream, cursor.key());
      AddWithLength(stream, cursor.value());
    }
  }
  return stream.Finish();
}

}  // namespace onereturn
