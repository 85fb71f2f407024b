#include "tools/auditor/feed_reading.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "tools/auditor/entry_rules.h"

namespace onereturn::auditor {
namespace {

// Takes page after page of one reading.
class PageTaker {
 public:
  PageTaker(const LedgerSource& service, const ReadingOptions& options, FeedReading* reading)
      : service_(service),
        options_(options),
        reading_(reading),
        rules_(service.name(), reading->after) {}

  absl::Status Take(const feed::v1::WatchResponse& page) {
    const uint64_t from = reading_->through();
    const uint64_t to = from + static_cast<uint64_t>(page.entries_size());
    if (page.after_sequence() != from || page.through_sequence() != to) {
      reading_->faults.Add(
          LieKind::kEntryImpossible, service_.name(), absl::StrCat("the page after entry ", from),
          absl::StrCat("entries ", from + 1, " to ", to),
          absl::StrCat("a word of ", page.after_sequence() + 1, " to ", page.through_sequence()));
    }
    for (const feed::v1::FeedEntry& wire : page.entries()) {
      if (absl::Status status = TakeEntry(wire); !status.ok()) return status;
    }
    if (page.has_head() && page.entries_size() > 0) reading_->page_heads.push_back(page.head());
    return absl::OkStatus();
  }

 private:
  absl::Status TakeEntry(const feed::v1::FeedEntry& wire) {
    feed::v1::Entry entry;
    const uint64_t sequence = reading_->through() + 1;
    if (!entry.ParseFromString(wire.entry())) {
      reading_->faults.Add(LieKind::kEntryImpossible, service_.name(),
                           absl::StrCat("entry ", sequence), "an entry", "bytes that are none");
    }
    rules_.Check(entry, &reading_->faults);
    reading_->marks.push_back(MarkOf(wire.entry(), entry));
    reading_->names.push_back(Describe(sequence, entry));
    if (options_.contents) {
      reading_->contents.Take(service_.name(), entry, &reading_->faults);
    }
    switch (entry.kind()) {
      case feed::v1::ENTRY_KIND_SIGNING_KEY_CHANGED:
        Place(entry, &reading_->key_changes);
        break;
      case feed::v1::ENTRY_KIND_EPOCH_BEGUN:
        Place(entry, &reading_->epochs);
        break;
      case feed::v1::ENTRY_KIND_RETURN_ACCEPTED:
        return TakeReturn(entry, wire);
      default:
        break;
    }
    return absl::OkStatus();
  }

  template <typename Fact>
  void Place(const feed::v1::Entry& entry, std::vector<Placed<Fact>>* list) {
    Placed<Fact> placed{entry.epoch(), entry.sequence(), {}};
    placed.fact.ParseFromString(entry.fact());
    list->push_back(std::move(placed));
  }

  absl::Status TakeReturn(const feed::v1::Entry& entry, const feed::v1::FeedEntry& wire) {
    feed::v1::ReturnAccepted fact;
    if (!fact.ParseFromString(entry.fact())) return absl::OkStatus();  // Said by the rules.
    if (options_.wanted && !options_.wanted(fact)) return absl::OkStatus();
    std::vector<std::string> chunks(wire.chunks().begin(), wire.chunks().end());
    if (chunks.empty() && fact.chunk_digests_size() > 0) {
      const absl::StatusOr<std::vector<std::string>> fetched = service_.Chunks(
          std::vector<std::string>(fact.chunk_digests().begin(), fact.chunk_digests().end()));
      if (fetched.status().code() == absl::StatusCode::kNotFound) {
        Fault(entry, "its chunks of cells", fetched.status().message());
        return absl::OkStatus();
      }
      if (!fetched.ok()) return fetched.status();
      chunks = *fetched;
    }
    std::vector<Cell> cells;
    if (CheckCells(entry, fact, chunks, &cells) && options_.take_cells) {
      options_.take_cells(entry, fact, cells);
    }
    return absl::OkStatus();
  }

  void Fault(const feed::v1::Entry& entry, absl::string_view expected, absl::string_view seen) {
    reading_->faults.Add(LieKind::kChunkAltered, service_.name(), Describe(entry.sequence(), entry),
                         expected, seen);
  }

  // True when the chunks are those the fact names, whole and canonical.
  bool CheckCells(const feed::v1::Entry& entry, const feed::v1::ReturnAccepted& fact,
                  const std::vector<std::string>& chunks, std::vector<Cell>* cells) {
    if (chunks.size() != static_cast<size_t>(fact.chunk_digests_size())) {
      Fault(entry, absl::StrCat(fact.chunk_digests_size(), " chunks"), absl::StrCat(chunks.size()));
      return false;
    }
    std::vector<Hash> digests;
    for (size_t i = 0; i < chunks.size(); ++i) {
      ++reading_->chunks;
      digests.push_back(Sha256(chunks[i]));
      const std::string& named = fact.chunk_digests(static_cast<int>(i));
      if (View(digests.back()) != named) {
        Fault(entry, absl::StrCat("chunk ", i + 1, " with digest ", Hex(named)),
              Hex(digests.back()));
        return false;
      }
      if (const auto wrong = ReadChunk(chunks[i], cells); wrong.has_value()) {
        Fault(entry, absl::StrCat("chunk ", i + 1, " in canonical form"), *wrong);
        return false;
      }
    }
    if (cells->size() != fact.cell_count()) {
      Fault(entry, absl::StrCat(fact.cell_count(), " cells"), absl::StrCat(cells->size()));
      return false;
    }
    const Hash digest = CellDigest(digests);
    if (View(digest) == fact.cell_digest()) return true;
    Fault(entry, absl::StrCat("cells with the content hash ", Hex(fact.cell_digest())),
          Hex(digest));
    return false;
  }

  const LedgerSource& service_;
  const ReadingOptions& options_;
  FeedReading* const reading_;
  EntryRules rules_;
};

}  // namespace

absl::StatusOr<FeedReading> ReadFeed(const LedgerSource& service, uint64_t after, uint64_t through,
                                     const ReadingOptions& options) {
  FeedReading reading;
  reading.after = after;
  PageTaker taker(service, options, &reading);
  const absl::Status status = service.ReadFeed(
      after, through, [&](const feed::v1::WatchResponse& page) { return taker.Take(page); });
  if (!status.ok()) return status;
  return reading;
}

}  // namespace onereturn::auditor
