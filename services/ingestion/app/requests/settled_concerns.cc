#include "services/ingestion/app/requests/settled_concerns.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/ingestion/app/requests/consultation.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;

bool IsOpenConcern(const DataRequest& request, const requests::v1::Concern& concern) {
  const auto line = static_cast<int>(concern.line());
  switch (concern.kind()) {
    case requests::v1::CONCERN_KIND_CONFLICT_DEFINITION:
      return line < 1 || line > request.lines_size() ||
             request.lines(line - 1).justification().empty();
    case requests::v1::CONCERN_KIND_NEAR_DUPLICATE:
    case requests::v1::CONCERN_KIND_CONFLICT_GUIDANCE:
    case requests::v1::CONCERN_KIND_TOO_LARGE:
      return true;
    default:
      // Of dates only notice is demanded; that figures come later is for whoever decides to weigh.
      return false;
  }
}

// How many days of notice it takes.
uint32_t NoticeOf(const DataRequest& request, const requests::v1::Match& match,
                  const CivilDay& today) {
  const requests::v1::NoticeException& exception = request.notice_exception();
  const bool excepted = request.has_notice_exception() && today.ToString() <= exception.expiry();
  return excepted ? exception.notice_days() : match.summary().notice_days();
}

bool IsNoticeTooShort(const DataRequest& request, uint32_t days, const CivilDay& today) {
  const std::optional<CivilDay> first = today.PlusDays(days);
  return days > 0 && first.has_value() && request.due_date() < first->ToString();
}

}  // namespace

absl::Status CheckConcernsSettled(const DataRequest& request, const requests::v1::Match& match,
                                  const CivilDay& today, const std::string& reason) {
  Error open(Reason::kConcernsOpen, absl::StrCat(request.name(), " is not settled yet"));
  bool any = false;
  const auto add = [&](const std::string& subject, const std::string& words) {
    any = true;
    open.Precondition(subject, words);
  };
  for (const requests::v1::Concern& concern : match.concerns()) {
    if (!IsOpenConcern(request, concern)) continue;
    add(concern.about(),
        absl::StrCat(
            requests::v1::ConcernKind_Name(concern.kind()),
            concern.line() == 0 ? std::string() : absl::StrCat(" of line ", concern.line()), ": ",
            concern.words()));
  }
  const bool asks = match.summary().change_class() > requests::v1::CHANGE_CLASS_NONE;
  const uint32_t days = NoticeOf(request, match, today);
  if (asks && IsNoticeTooShort(request, days, today)) {
    add(request.name(), absl::StrCat("is due on ", request.due_date(), ", with less than ", days,
                                     " days of notice: give it a later due date, or an exception"));
  }
  const Replies replies(request);
  for (const std::string& region : replies.objecting()) {
    if (absl::StrContains(reason, region)) continue;
    add(absl::StrCat("organisations/", region),
        absl::StrCat("objects as the region: to approve all the same, name ", region,
                     " in the reason and say why"));
  }
  if (any) return open;
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
