#include "services/ingestion/app/requests/register/settled_concerns.h"

#include <optional>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "common/status/enum_words.h"
#include "common/status/error.h"
#include "services/ingestion/app/requests/register/consultation.h"
#include "services/ingestion/definitions/request_ask.h"

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
  return IsExcepted(request, today) ? request.notice_exception().notice_days()
                                    : match.summary().notice_days();
}

// As a word of its own: Y6 does not stand in "Y63".
bool IsNamed(const std::string& code, absl::string_view words) {
  for (size_t at = words.find(code); at != absl::string_view::npos; at = words.find(code, at + 1)) {
    const size_t end = at + code.size();
    const bool begins = at == 0 || !absl::ascii_isalnum(static_cast<unsigned char>(words[at - 1]));
    const bool ends =
        end == words.size() || !absl::ascii_isalnum(static_cast<unsigned char>(words[end]));
    if (begins && ends) return true;
  }
  return false;
}

// Begins a sentence of the remedy, or goes on with one.
std::string RemedyOf(requests::v1::ConcernKind kind) {
  switch (kind) {
    case requests::v1::CONCERN_KIND_NEAR_DUPLICATE:
      return "decide the likeness";
    case requests::v1::CONCERN_KIND_CONFLICT_DEFINITION:
      return "justify the definition in the line";
    case requests::v1::CONCERN_KIND_CONFLICT_GUIDANCE:
      return "name the edition of the guidance that is in force, or none";
    default:
      return "ask in several requests, each of some of the periods, organisations or lines";
  }
}

std::string InOneSentence(std::string remedies) {
  if (!remedies.empty()) {
    remedies[0] = absl::ascii_toupper(static_cast<unsigned char>(remedies[0]));
  }
  return remedies + ".";
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
  std::set<std::string> remedies;
  const auto add = [&](const std::string& subject, const std::string& words,
                       const std::string& remedy) {
    any = true;
    open.Precondition(subject, words);
    remedies.insert(remedy);
  };
  for (const requests::v1::Concern& concern : match.concerns()) {
    if (!IsOpenConcern(request, concern)) continue;
    add(concern.about().empty() ? request.name() : concern.about(),
        absl::StrCat(
            EnumWords(concern.kind()),
            concern.line() == 0 ? std::string() : absl::StrCat(" of line ", concern.line()), ": ",
            concern.words()),
        RemedyOf(concern.kind()));
  }
  const bool asks = match.summary().change_class() > requests::v1::CHANGE_CLASS_NONE;
  const uint32_t days = NoticeOf(request, match, today);
  if (asks && IsNoticeTooShort(request, days, today)) {
    add(request.name(),
        absl::StrCat("is due on ", request.due_date(), ", with less than ", days,
                     days == 1 ? " day" : " days",
                     " of notice: give it a later due date, or an exception"),
        "draft it with a later due date, or give an exception of notice");
  }
  const Replies replies(request);
  for (const std::string& region : replies.objecting()) {
    if (IsNamed(region, reason)) continue;
    add(absl::StrCat("organisations/", region),
        absl::StrCat("objects as the region: to approve all the same, name ", region,
                     " in the reason and say why"),
        absl::StrCat("have ", region, " agree, or name it in the reason"));
  }
  if (any) return open.Remedy(InOneSentence(absl::StrJoin(remedies, "; ")));
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
