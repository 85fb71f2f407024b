#include "services/ingestion/app/requests/watch_answer.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/period/london_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/requests/answer_figures.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kWatchedEntriesAPage = 512;
constexpr size_t kWatchedBytesAPage = 1 << 20;

// The returns that were accepted after one entry, and at or before another.
absl::StatusOr<std::set<PartKey>> AcceptedBetween(const Reader& reader, uint64_t after,
                                                  uint64_t until) {
  std::set<PartKey> accepted;
  while (after < until) {
    ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                     EntriesAfter(reader, after, kWatchedEntriesAPage, kWatchedBytesAPage));
    if (entries.empty()) break;
    for (const std::string& bytes : entries) {
      feed::v1::Entry entry;
      if (!entry.ParseFromString(bytes)) {
        return absl::DataLossError("a stored entry cannot be read");
      }
      after = entry.sequence();
      if (after > until) break;
      if (entry.kind() != feed::v1::ENTRY_KIND_RETURN_ACCEPTED) continue;
      feed::v1::ReturnAccepted fact;
      if (!fact.ParseFromString(entry.fact())) {
        return absl::DataLossError("a stored return cannot be read");
      }
      ASSIGN_OR_RETURN(const Period period, Period::Parse(fact.period()));
      accepted.insert({fact.collection(), period, fact.organisation()});
    }
  }
  return accepted;
}

bool Overlaps(const std::set<PartKey>& changed, const Period& period) {
  return std::any_of(changed.begin(), changed.end(), [&](const PartKey& key) {
    return key.period.start() <= period.end() && period.start() <= key.period.end();
  });
}

bool IsMadeOf(const FigureSource& source, const std::set<PartKey>& changed) {
  for (const auto& [item, parts] : source.parts_of_item) {
    for (const FigureSource::Part& part : parts) {
      if (changed.count(part.key) > 0) return true;
    }
  }
  return false;
}

absl::Status GiveChanged(const AnswerParts& parts, const AnswerReader& reader,
                         const Snapshot& snapshot, const IssuedRequest& issued,
                         const std::set<PartKey>& changed, GiveAnswer give) {
  AnswerFigures figures(&snapshot, &issued);
  AnswerMessages messages(parts, reader, issued, give);
  for (const Period& period : issued.matched.ask.periods) {
    if (!Overlaps(changed, period)) continue;
    for (uint32_t line = 0; line < issued.matched.ask.lines.size(); ++line) {
      RETURN_IF_ERROR(figures.Visit(
          line, period, [&](const FigureSource& source) { return IsMadeOf(source, changed); },
          [&](const FigureSource& source, std::vector<requests::v1::AnswerCell> cells) {
            return messages.Add(line, source, std::move(cells));
          }));
    }
  }
  return messages.cells() == 0 ? absl::OkStatus() : messages.Finish({});
}

}  // namespace

absl::Status WatchAnswer::Step(uint64_t newest, GiveAnswer give) {
  const CivilDay today = LondonDay(parts_.committer->LatestPromise().through_time);
  const Snapshot snapshot = parts_.store->TakeSnapshot();
  ASSIGN_OR_RETURN(const StoredRequest stored, FindReadable(snapshot, reader_.scope, name_, today));
  if (!stored.request.standing()) {
    return Error(Reason::kRequestState, absl::StrCat(name_, " is not a standing request"))
        .Precondition(name_, "answers itself once: read its answer instead");
  }
  ASSIGN_OR_RETURN(const std::set<PartKey> changed, AcceptedBetween(snapshot, at_, newest));
  if (!changed.empty()) {
    ASSIGN_OR_RETURN(const IssuedRequest issued,
                     ReadIssued(snapshot, *parts_.matching, reader_.scope, name_, today, newest));
    RETURN_IF_ERROR(GiveChanged(parts_, reader_, snapshot, issued, changed, give));
  }
  at_ = std::max(at_, newest);
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
