#include "services/ingestion/app/requests/answers/watch_answer.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/period/london_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/requests/answers/answer_figures.h"
#include "services/ingestion/app/requests/obligations/touched_requests.h"

namespace onereturn::ingestion {
namespace {

// The returns that were accepted after `*after`, at most up to `until`: of so many entries and no
// more. `*after` goes on to the last of them.
absl::StatusOr<std::set<PartKey>> AcceptedAfter(const Reader& reader, uint64_t until,
                                                uint64_t most_entries, uint64_t* after) {
  std::set<PartKey> accepted;
  until = std::min(until, *after + most_entries);
  RETURN_IF_ERROR(
      VisitEntries(reader, *after, until, [&](const feed::v1::Entry& entry) -> absl::Status {
        *after = entry.sequence();
        if (entry.kind() != feed::v1::ENTRY_KIND_RETURN_ACCEPTED) return absl::OkStatus();
        feed::v1::ReturnAccepted fact;
        if (!fact.ParseFromString(entry.fact())) {
          return absl::DataLossError("a stored return cannot be read");
        }
        ASSIGN_OR_RETURN(const Period period, Period::Parse(fact.period()));
        accepted.insert({fact.collection(), period, fact.organisation()});
        return absl::OkStatus();
      }));
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
        .Precondition(name_, "answers itself once: read its answer instead")
        .Remedy("Read its answer without --follow; a request that stands has standing: true.");
  }
  uint64_t reached = at_;
  ASSIGN_OR_RETURN(const std::set<PartKey> changed,
                   AcceptedAfter(snapshot, newest, entries_a_step_, &reached));
  if (!changed.empty()) {
    ASSIGN_OR_RETURN(const IssuedRequest issued,
                     ReadIssued(snapshot, *parts_.matching, reader_.scope, name_, today, newest));
    RETURN_IF_ERROR(GiveChanged(parts_, reader_, snapshot, issued, changed, give));
  }
  at_ = reached;
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
