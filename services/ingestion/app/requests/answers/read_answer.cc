#include "services/ingestion/app/requests/answers/read_answer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/answers/answer_figures.h"
#include "services/ingestion/app/requests/hours/request_accounts.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kAnswerMessageBytes = 192 << 10;

// What all organisations have collected for the request by then, in minutes.
absl::StatusOr<uint32_t> CollectedFor(const Reader& reader, const std::string& name,
                                      uint64_t sequence) {
  ASSIGN_OR_RETURN(const auto accounts,
                   AccountsOfRequest(reader, DataRequestNumber(name), sequence));
  uint64_t minutes = 0;
  for (const auto& [organisation, account] : accounts) minutes += account.collected.Total();
  return static_cast<uint32_t>(std::min<uint64_t>(minutes, std::numeric_limits<uint32_t>::max()));
}

}  // namespace

void AnswerMessages::Note(uint32_t line, const FigureSource& source) {
  std::set<std::string> items = {issued_.subjects[line].item};
  for (const auto& [item, parts] : source.parts_of_item) {
    items.insert(item);
    for (const FigureSource::Part& part : parts) {
      if (part.held == nullptr || !sources_.emplace(part.key, part.held).second) continue;
      parts_.uses->UsedInAnswer(
          reader_.body,
          ReturnKey{part.key.collection, part.key.period.ToString(), part.key.organisation},
          RevisionPlace{part.held->number, part.held->sequence});
    }
  }
  if (!reader_.body.has_value()) return;
  for (const std::string& item : items) {
    if (!noted_items_.insert(item).second) continue;
    parts_.item_uses->Used(
        ItemUseKey{item, *reader_.body, issued_.request.product(), issued_.request.purpose()});
  }
}

absl::Status AnswerMessages::Add(uint32_t line, const FigureSource& source,
                                 std::vector<requests::v1::AnswerCell> cells) {
  Note(line, source);
  for (requests::v1::AnswerCell& cell : cells) {
    const size_t bytes = cell.ByteSizeLong();
    if (bytes_ > 0 && bytes_ + bytes > kAnswerMessageBytes) {
      RETURN_IF_ERROR(give_(next_));
      next_.Clear();
      bytes_ = 0;
    }
    bytes_ += bytes;
    ++cells_;
    *next_.add_cells() = std::move(cell);
  }
  return absl::OkStatus();
}

absl::Status AnswerMessages::Finish(requests::v1::StreamAnswerResponse last) {
  last.mutable_cells()->Swap(next_.mutable_cells());
  bytes_ = 0;
  return give_(last);
}

std::vector<AnswerSource> AnswerMessages::Sources() const {
  std::vector<AnswerSource> sources;
  for (const auto& [key, held] : sources_) {
    sources.push_back({key, held->number});
  }
  return sources;
}

absl::Status ReadAnswer(const AnswerParts& parts, const AnswerReader& reader,
                        const std::string& name, const ReadPlace& place, GiveAnswer give) {
  const CivilDay today = LondonDay(parts.committer->LatestPromise().through_time);
  const Snapshot snapshot = parts.store->TakeSnapshot();
  ASSIGN_OR_RETURN(const IssuedRequest issued, ReadIssued(snapshot, *parts.matching, reader.scope,
                                                          name, today, place.sequence));
  ASSIGN_OR_RETURN(const Accepted receipt,
                   parts.committer->ReceiptOf(issued.request.issued().sequence()));
  AnswerFigures figures(&snapshot, &issued);
  AnswerMessages messages(parts, reader, issued, give);
  const auto all = [](const FigureSource&) { return true; };
  for (const Period& period : issued.matched.ask.periods) {
    for (uint32_t line = 0; line < issued.matched.ask.lines.size(); ++line) {
      RETURN_IF_ERROR(figures.Visit(
          line, period, all,
          [&](const FigureSource& source, std::vector<requests::v1::AnswerCell> cells) {
            return messages.Add(line, source, std::move(cells));
          }));
    }
  }
  requests::v1::StreamAnswerResponse last;
  requests::v1::AnswerEnd* end = last.mutable_end();
  end->set_cells(messages.cells());
  const std::vector<AnswerSource> sources = messages.Sources();
  const Digest digest = SourcesDigest(sources);
  end->set_sources_digest(std::string(DigestBytes(digest)));
  end->set_sources(sources.size());
  ASSIGN_OR_RETURN(const uint32_t collected,
                   CollectedFor(snapshot, issued.request.name(), place.sequence));
  end->set_provider_minutes(collected);
  *end->mutable_receipt() = ToWire(receipt);
  for (const std::string& terms : issued.reuse_terms) end->add_reuse_terms(terms);
  end->set_position(place.position);
  return messages.Finish(std::move(last));
}

}  // namespace onereturn::ingestion
