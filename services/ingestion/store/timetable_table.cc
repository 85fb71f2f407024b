#include "services/ingestion/store/timetable_table.h"

#include <utility>

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kWindowHead = 0x20;
constexpr uint8_t kExtensionHead = 0x21;
constexpr uint8_t kExtension = 0x22;

std::string WindowHeadKey(const WindowKey& key) {
  return KeyWriter().U8(kWindowHead).String(key.collection).String(key.period).Take();
}

std::string OfReturn(uint8_t prefix, const ReturnKey& key) {
  return KeyWriter()
      .U8(prefix)
      .String(key.collection)
      .String(key.period)
      .String(key.organisation)
      .Take();
}

std::string Prefix(uint8_t prefix) { return KeyWriter().U8(prefix).Take(); }

absl::StatusOr<WindowFacts> FactsIn(absl::string_view bytes) {
  storage::v1::WindowRecord record;
  if (!record.ParseFromString(std::string(bytes))) {
    return absl::DataLossError("a stored window cannot be read");
  }
  WindowFacts facts;
  facts.moments.opens = Timestamp{record.open_micros()};
  facts.moments.due = Timestamp{record.due_micros()};
  if (record.refresh_micros() != 0) facts.moments.refresh = Timestamp{record.refresh_micros()};
  facts.moments.closes = Timestamp{record.close_micros()};
  facts.opened = record.open_sequence();
  facts.cut = record.cut_sequence();
  facts.refreshed = record.refresh_sequence();
  facts.closed = record.close_sequence();
  facts.cut_listed = record.cut_list_sequence();
  facts.refresh_listed = record.refresh_list_sequence();
  facts.close_listed = record.close_list_sequence();
  return facts;
}

absl::StatusOr<ExtensionHead> HeadIn(absl::string_view bytes) {
  storage::v1::ExtensionHeadRecord record;
  if (!record.ParseFromString(std::string(bytes))) {
    return absl::DataLossError("a stored head of extensions cannot be read");
  }
  ExtensionHead head{record.count(), record.steps(), std::nullopt};
  if (record.until_micros() != 0) head.until = Timestamp{record.until_micros()};
  return head;
}

absl::Status VisitExtensionsFrom(
    const Reader& reader, const std::string& prefix,
    absl::FunctionRef<absl::Status(const timetable::v1::Extension& extension)> visit) {
  return reader.ForEach(Family::kHeads, prefix, PrefixUpperBound(prefix),
                        [&](absl::string_view, absl::string_view value) -> absl::StatusOr<bool> {
                          timetable::v1::Extension extension;
                          if (!extension.ParseFromString(std::string(value))) {
                            return absl::DataLossError("a stored extension cannot be read");
                          }
                          RETURN_IF_ERROR(visit(extension));
                          return true;
                        });
}

}  // namespace

absl::StatusOr<StoredWindow> FindWindow(const Reader& reader, const WindowKey& key) {
  StoredWindow window{std::nullopt, ReadCheck{Family::kHeads, WindowHeadKey(key), std::nullopt}};
  ASSIGN_OR_RETURN(window.check.expected, reader.Get(Family::kHeads, window.check.key));
  if (!window.check.expected.has_value()) return window;
  ASSIGN_OR_RETURN(window.facts, FactsIn(*window.check.expected));
  return window;
}

absl::Status VisitWindows(
    const Reader& reader,
    absl::FunctionRef<absl::Status(const WindowKey& key, const WindowFacts& facts)> visit) {
  return reader.ForEach(
      Family::kHeads, Prefix(kWindowHead), PrefixUpperBound(Prefix(kWindowHead)),
      [&](absl::string_view stored, absl::string_view value) -> absl::StatusOr<bool> {
        KeyReader key(stored);
        RETURN_IF_ERROR(key.U8().status());
        WindowKey window;
        ASSIGN_OR_RETURN(window.collection, key.String());
        ASSIGN_OR_RETURN(window.period, key.String());
        RETURN_IF_ERROR(key.Finish());
        ASSIGN_OR_RETURN(const WindowFacts facts, FactsIn(value));
        RETURN_IF_ERROR(visit(window, facts));
        return true;
      });
}

void PutWindow(const WindowKey& key, const WindowFacts& facts, WriteBatch* batch) {
  storage::v1::WindowRecord record;
  record.set_open_micros(facts.moments.opens.micros);
  record.set_due_micros(facts.moments.due.micros);
  if (facts.moments.refresh.has_value()) record.set_refresh_micros(facts.moments.refresh->micros);
  record.set_close_micros(facts.moments.closes.micros);
  record.set_open_sequence(facts.opened);
  record.set_cut_sequence(facts.cut);
  record.set_refresh_sequence(facts.refreshed);
  record.set_close_sequence(facts.closed);
  record.set_cut_list_sequence(facts.cut_listed);
  record.set_refresh_list_sequence(facts.refresh_listed);
  record.set_close_list_sequence(facts.close_listed);
  batch->Put(Family::kHeads, WindowHeadKey(key), record.SerializeAsString());
}

absl::StatusOr<StoredExtensionHead> FindExtensionHead(const Reader& reader, const ReturnKey& key) {
  StoredExtensionHead stored{
      {}, ReadCheck{Family::kHeads, OfReturn(kExtensionHead, key), std::nullopt}};
  ASSIGN_OR_RETURN(stored.check.expected, reader.Get(Family::kHeads, stored.check.key));
  if (!stored.check.expected.has_value()) return stored;
  ASSIGN_OR_RETURN(stored.head, HeadIn(*stored.check.expected));
  return stored;
}

absl::Status VisitExtensionsInForce(
    const Reader& reader,
    absl::FunctionRef<absl::Status(const ReturnKey& key, const ExtensionHead& head)> visit) {
  return reader.ForEach(
      Family::kHeads, Prefix(kExtensionHead), PrefixUpperBound(Prefix(kExtensionHead)),
      [&](absl::string_view stored, absl::string_view value) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const ExtensionHead head, HeadIn(value));
        if (!head.until.has_value()) return true;
        KeyReader key(stored);
        RETURN_IF_ERROR(key.U8().status());
        ReturnKey of;
        ASSIGN_OR_RETURN(of.collection, key.String());
        ASSIGN_OR_RETURN(of.period, key.String());
        ASSIGN_OR_RETURN(of.organisation, key.String());
        RETURN_IF_ERROR(key.Finish());
        RETURN_IF_ERROR(visit(of, head));
        return true;
      });
}

absl::StatusOr<std::vector<timetable::v1::Extension>> ExtensionsOf(const Reader& reader,
                                                                   const ReturnKey& key) {
  std::vector<timetable::v1::Extension> extensions;
  RETURN_IF_ERROR(VisitExtensionsFrom(reader, OfReturn(kExtension, key),
                                      [&](const timetable::v1::Extension& extension) {
                                        extensions.push_back(extension);
                                        return absl::OkStatus();
                                      }));
  return extensions;
}

absl::Status VisitExtensions(
    const Reader& reader, const WindowKey& key,
    absl::FunctionRef<absl::Status(const timetable::v1::Extension& extension)> visit) {
  return VisitExtensionsFrom(
      reader, KeyWriter().U8(kExtension).String(key.collection).String(key.period).Take(), visit);
}

void PutExtensionHead(const ReturnKey& key, const ExtensionHead& head, WriteBatch* batch) {
  storage::v1::ExtensionHeadRecord record;
  record.set_count(head.count);
  record.set_steps(head.steps);
  if (head.until.has_value()) record.set_until_micros(head.until->micros);
  batch->Put(Family::kHeads, OfReturn(kExtensionHead, key), record.SerializeAsString());
}

void PutExtension(const timetable::v1::Extension& extension, WriteBatch* batch) {
  const std::string key = KeyWriter()
                              .U8(kExtension)
                              .String(extension.collection())
                              .String(extension.period())
                              .String(extension.organisation())
                              .U32(extension.number())
                              .Take();
  batch->Put(Family::kHeads, key, extension.SerializeAsString());
}

}  // namespace onereturn::ingestion
