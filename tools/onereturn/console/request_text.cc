#include "tools/onereturn/console/request_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/feed/wire.h"
#include "common/status/enum_words.h"
#include "onereturn/catalogue/v1/stewardship.pb.h"
#include "tools/onereturn/console/appraisal_text.h"
#include "tools/onereturn/console/asked_text.h"
#include "tools/onereturn/console/challenge_text.h"
#include "tools/onereturn/console/enum_words.h"
#include "tools/onereturn/console/error_text.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/match_text.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using requests::v1::DataRequest;
using requests::v1::Obligation;
using requests::v1::RequestReply;
using requests::v1::RequestStep;

constexpr char kRequests[] = "requests/";
constexpr char kOrganisations[] = "organisations/";
constexpr char kObligations[] = "/obligations/";
constexpr size_t kShortestCount = 3;

bool AreDigits(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

std::string OpinionText(const RequestReply& reply) {
  std::string text = WordOf(reply.opinion(), "OPINION_");
  if (!reply.text().empty()) absl::StrAppend(&text, ": ", Printable(reply.text()));
  return reply.regional_filter() ? absl::StrCat(text, " (region's filter)") : text;
}

std::string WhoIsAsked(const DataRequest& request) {
  if (!request.has_selector()) {
    const std::vector<std::string> codes(request.organisations().begin(),
                                         request.organisations().end());
    return codes.empty() ? ""
                         : absl::StrCat(Count(codes.size(), "organisation"), ": ", FirstFew(codes));
  }
  std::vector<std::string> types;
  for (const int type : request.selector().types()) {
    types.push_back(
        WordOf(static_cast<catalogue::v1::OrganisationType>(type), "ORGANISATION_TYPE_"));
  }
  const std::string& within = request.selector().within();
  const auto& chosen = request.issue().organisations();
  return absl::StrCat(
      "every ", absl::StrJoin(types, ", "), within.empty() ? "" : absl::StrCat(" within ", within),
      chosen.empty()
          ? ""
          : absl::StrCat(": ", Count(static_cast<uint64_t>(chosen.size()), "organisation"), ", ",
                         FirstFew({chosen.begin(), chosen.end()})));
}

std::string PeriodsText(const DataRequest& request) {
  if (request.to_period().empty()) return absl::StrCat("from ", request.from_period(), " on");
  if (request.to_period() == request.from_period()) return request.from_period();
  return absl::StrCat(request.from_period(), " to ", request.to_period());
}

void AppendRow(absl::string_view name, absl::string_view value, std::string* text) {
  absl::StrAppend(text, NamedRow(name, value));
}

bool IsToBeSent(const Obligation& obligation) {
  return obligation.state() == requests::v1::OBLIGATION_STATE_OUTSTANDING ||
         obligation.state() == requests::v1::OBLIGATION_STATE_AWAITED;
}

// Its due moment is the first that is late.
bool IsDueBy(const Obligation& obligation, Timestamp now) {
  const absl::StatusOr<Timestamp> due = FromWire(obligation.due_time());
  return due.ok() && *due <= now;
}

// " (6 owed already)": to the collection, or to an earlier request.
std::string OwedAlreadyText(const requests::v1::ListObligationsResponse& obligations) {
  const auto already = std::count_if(
      obligations.obligations().begin(), obligations.obligations().end(), [](const auto& one) {
        return one.state() == requests::v1::OBLIGATION_STATE_AWAITED ||
               one.state() == requests::v1::OBLIGATION_STATE_SHARED;
      });
  return already == 0
             ? ""
             : absl::StrCat(" (", WithThousands(static_cast<uint64_t>(already)), " owed already)");
}

// "refused: 12 May 2026 ..."; what was decided, where it is known, before the step.
std::string DecisionText(const DataRequest& request, requests::v1::RequestState decided) {
  const std::string step = RequestStepText(request.decided());
  if (step.empty()) return step;
  requests::v1::RequestState state =
      request.has_issue() ? requests::v1::REQUEST_STATE_APPROVED : request.state();
  if (decided != requests::v1::REQUEST_STATE_UNSPECIFIED) state = decided;
  const bool is_decision =
      state == requests::v1::REQUEST_STATE_APPROVED || state == requests::v1::REQUEST_STATE_REFUSED;
  return absl::StrCat(is_decision ? RequestStateText(state) + ": " : "", step);
}

// Who withdraws one says why, for a body; the service ends what has expired.
std::string EndText(const DataRequest& request) {
  const std::string step = RequestStepText(request.ended());
  const bool expired = request.ended().body().empty() && request.ended().reason().empty();
  return step.empty() ? step : absl::StrCat(step, expired ? ": it expired" : "");
}

// How it stands with notice, and with work that was for nothing.
void AppendConduct(const DataRequest& request, const requests::v1::Appraisal& appraisal,
                   std::string* text) {
  if (request.has_notice_exception()) {
    const requests::v1::NoticeException& shorter = request.notice_exception();
    AppendRow("notice",
              absl::StrCat(Count(shorter.notice_days(), "day"), " by ", shorter.approver(),
                           " until ", DayText(shorter.expiry()), ": ", shorter.reason()),
              text);
  }
  if (request.notice_exceptions() > 0) {
    AppendRow("exceptions", absl::StrCat(request.notice_exceptions(), " of notice granted"), text);
  }
  if (appraisal.late_ask()) {
    AppendRow("late", "asked with less notice than its class of change demands", text);
  }
  if (appraisal.minutes_wasted() > 0) {
    AppendRow("wasted",
              absl::StrCat(HoursWords(appraisal.minutes_wasted()),
                           " begun under guidance that changed after it was issued"),
              text);
  }
}

}  // namespace

bool IsReference(absl::string_view text) {
  absl::ConsumePrefix(&text, kRequests);
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  return parts.size() == 2 && parts[0].size() >= kShortestCount && parts[1].size() == 2 &&
         AreDigits(parts[0]) && AreDigits(parts[1]);
}

bool IsMistypedReference(absl::string_view text) {
  if (IsReference(text)) return false;
  text = absl::StripAsciiWhitespace(text);
  absl::ConsumePrefix(&text, kRequests);
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  return parts.size() == 2 && !parts[0].empty() && AreDigits(parts[0]) && AreDigits(parts[1]);
}

absl::StatusOr<std::string> RequestName(absl::string_view text) {
  if (!IsReference(text)) {
    return UsageError(absl::StrCat("\"", text, "\" is no reference of a data request"),
                      "Give one such as 001-00; onereturn request list has them.");
  }
  return absl::StrCat(absl::StartsWith(text, kRequests) ? "" : kRequests, text);
}

std::string ReferenceOf(absl::string_view name) {
  absl::ConsumePrefix(&name, kRequests);
  return std::string(name);
}

std::string QuotedEtag(absl::string_view text) {
  return text.empty() || text.front() == '"' ? std::string(text) : absl::StrCat("\"", text, "\"");
}

absl::StatusOr<std::string> ObligationName(absl::string_view text) {
  const std::string whole =
      absl::StartsWith(text, kOrganisations)
          ? std::string(text)
          : absl::StrCat(
                kOrganisations,
                absl::StrJoin(absl::StrSplit(text, absl::MaxSplits('/', 1)), kObligations));
  const std::vector<std::string> parts = absl::StrSplit(whole, '/');
  if (parts.size() == 4 && !parts[1].empty() && parts[2] == "obligations") {
    const std::vector<std::string> named = absl::StrSplit(parts[3], absl::MaxSplits('.', 2));
    if (named.size() == 3 && IsReference(named[0]) && !named[1].empty() && !named[2].empty()) {
      return whole;
    }
  }
  return UsageError(absl::StrCat("\"", text, "\" is no name of an obligation"),
                    "Give one such as R0A/001-00.MSitAE.2026-04; onereturn request obligations "
                    "has them.");
}

std::string ShortObligation(absl::string_view name) {
  const absl::string_view whole = name;
  if (!absl::ConsumePrefix(&name, kOrganisations)) return std::string(whole);
  const std::vector<absl::string_view> parts =
      absl::StrSplit(name, absl::MaxSplits(absl::string_view(kObligations), 1));
  return parts.size() == 2 ? absl::StrCat(parts[0], "/", parts[1]) : std::string(whole);
}

std::string ObligationStateText(const Obligation& obligation, std::optional<Timestamp> now) {
  const char* late =
      IsToBeSent(obligation) && now.has_value() && IsDueBy(obligation, *now) ? ", LATE" : "";
  if (obligation.state() == requests::v1::OBLIGATION_STATE_OUTSTANDING) {
    return absl::StrCat("OUTSTANDING", late);
  }
  const std::string state = EnumWords(obligation.state());
  const std::string why = EnumWords(obligation.release_reason());
  return why.empty() ? absl::StrCat(state, late) : absl::StrCat(state, ": ", why);
}

std::string ObligationToDo(const Obligation& obligation) {
  if (!IsToBeSent(obligation)) return "";
  const bool awaited = obligation.state() == requests::v1::OBLIGATION_STATE_AWAITED;
  const requests::v1::Challenge& challenge = obligation.challenge();
  if (ChallengeWaits(obligation)) {
    return absl::StrCat(
        awaited ? "send it to whom it is owed already; " : "wait: ", obligation.requesting_body(),
        " answers the challenge by ", TimeText(challenge.answer_by()));
  }
  if (awaited) return "send it: it is owed already, and costs nothing more";
  return challenge.upheld() ? "send it: the challenge was not agreed to"
                            : "send it; or challenge it";
}

std::string ReturnsToSend::ToDoAbout(const Obligation& obligation) {
  const std::string to_do = ObligationToDo(obligation);
  if (!IsToBeSent(obligation)) return to_do;
  const auto [first, is_new] = requests_.try_emplace(
      {obligation.organisation(), obligation.collection(), obligation.period()},
      ReferenceOf(obligation.request()));
  if (is_new) return to_do;
  const std::string same = absl::StrCat("the same return as ", first->second, "'s");
  const bool awaited = obligation.state() == requests::v1::OBLIGATION_STATE_AWAITED;
  if (awaited && !ChallengeWaits(obligation)) {
    return absl::StrCat(same, ": it costs nothing more");
  }
  return absl::StrCat(to_do, " (", same, ")");
}

std::string RequestStateText(requests::v1::RequestState state) { return EnumWords(state); }

bool MayBeAnsweredByNothing(const DataRequest& request) {
  return request.state() == requests::v1::REQUEST_STATE_ANSWERED &&
         request.issue().sources() == 0 && request.issue().obligations() > 0;
}

std::string RequestStateText(const DataRequest& request,
                             const requests::v1::ListObligationsResponse& obligations) {
  const std::string state = RequestStateText(request.state());
  if (!MayBeAnsweredByNothing(request) || !NothingCame(obligations)) return state;
  return absl::StrCat(state, ": nothing came");
}

std::string RequestStepText(const RequestStep& step) {
  if (step.sequence() == 0 && !step.has_time()) return "";
  std::string text = TimeText(step.time());
  if (!step.body().empty()) absl::StrAppend(&text, ", ", step.body());
  if (!step.reason().empty()) absl::StrAppend(&text, ": ", step.reason());
  return text;
}

// What it said last for itself, or as a region that filters: its newest opinion, which a comment
// does not change, and what it remarked since. Empty: nothing of the draft as it is now, as what
// was said of an earlier one does not count.
std::string LastWords(const DataRequest& request, const std::string& organisation, bool filters) {
  std::string opinion;
  std::string comment;
  for (const RequestReply& reply : request.replies()) {
    if (reply.organisation() != organisation || reply.regional_filter() != filters) continue;
    if (reply.step().sequence() < request.drafted().sequence()) continue;
    if (reply.opinion() == catalogue::v1::OPINION_COMMENT) {
      comment = OpinionText(reply);
    } else {
      opinion = OpinionText(reply);
      comment.clear();
    }
  }
  return absl::StrCat(opinion, opinion.empty() || comment.empty() ? "" : ", ", comment);
}

std::string RequestRepliesText(const DataRequest& request) {
  std::vector<std::string> asked(request.consultees().begin(), request.consultees().end());
  for (const RequestReply& reply : request.replies()) {
    if (std::find(asked.begin(), asked.end(), reply.organisation()) == asked.end()) {
      asked.push_back(reply.organisation());
    }
  }
  std::vector<std::string> parts;
  for (const std::string& organisation : asked) {
    const std::string own = LastWords(request, organisation, /*filters=*/false);
    const std::string filter = LastWords(request, organisation, /*filters=*/true);
    const std::string words = absl::StrCat(own, own.empty() || filter.empty() ? "" : ", ", filter);
    parts.push_back(absl::StrCat(organisation, " ", words.empty() ? "no answer" : words));
  }
  return absl::StrJoin(parts, "; ");
}

std::string IssueText(const requests::v1::IssueStatement& issue,
                      const requests::v1::Appraisal& appraisal,
                      const requests::v1::ListObligationsResponse& obligations) {
  std::string text;
  AppendRow(
      "given",
      absl::StrCat(HeldSentence(issue.match()), ", from ", Count(issue.sources(), "return"), "; ",
                   HoursWords(AllMinutes(issue.avoided())), " avoided",
                   AboutPounds(appraisal.avoided_pence()), "; provider hours: ",
                   issue.provider_minutes() == 0 ? "0" : HoursWords(issue.provider_minutes())),
      &text);
  AppendRow("asked",
            issue.obligations() == 0
                ? "nothing of anybody"
                : absl::StrCat(Count(issue.obligations(), "return"), OwedAlreadyText(obligations),
                               ", ", HoursWords(AllMinutes(issue.outstanding())),
                               AboutPounds(appraisal.outstanding_pence()), ", by ",
                               DayText(issue.match().last_due_date())),
            &text);
  AppendRow("made",
            issue.new_collection().empty()
                ? ""
                : absl::StrCat("collection ", issue.new_collection(), " with ",
                               absl::StrJoin(issue.new_items(), ", ")),
            &text);
  for (const std::string& terms : issue.reuse_terms()) AppendRow("terms", terms, &text);
  return text;
}

std::string RequestText(const DataRequest& request, const requests::v1::Appraisal& appraisal,
                        const requests::v1::ListObligationsResponse& obligations,
                        requests::v1::RequestState decided) {
  std::string text =
      absl::StrCat(ReferenceOf(request.name()), "  ", Printable(request.title()), "\n");
  AppendRow("state", RequestStateText(request, obligations), &text);
  AppendRow("etag", absl::StrReplaceAll(request.etag(), {{"\"", ""}}), &text);
  AppendRow("asked by", absl::StrCat(request.requesting_body(), ", ", request.sponsor()), &text);
  AppendRow("purpose", EnumWords(request.purpose()), &text);
  AppendRow("basis", request.legal_basis(), &text);
  AppendRow("use", request.planned_use(), &text);
  AppendRow("product", request.product(), &text);
  AppendRow("places", request.place_impact(), &text);
  absl::StrAppend(&text, LinesAskedText(request));
  AppendRow("of", WhoIsAsked(request), &text);
  AppendRow("periods", PeriodsText(request), &text);
  AppendRow("due", DayText(request.due_date()), &text);
  AppendRow("expires", DayText(request.expiry()), &text);
  if (request.standing()) AppendRow("standing", "answers itself again until it ends", &text);
  AppendRow("replies", RequestRepliesText(request), &text);
  AppendRow("drafted", RequestStepText(request.drafted()), &text);
  AppendRow("matched", RequestStepText(request.matched()), &text);
  AppendRow("consulted", RequestStepText(request.consulted()), &text);
  AppendRow("decided", DecisionText(request, decided), &text);
  AppendConduct(request, appraisal, &text);
  AppendRow("issued", RequestStepText(request.issued()), &text);
  AppendRow("answered", RequestStepText(request.answered()), &text);
  AppendRow("review", RequestStepText(request.reviewed()), &text);
  AppendRow("ended", EndText(request), &text);
  if (request.has_issue()) {
    absl::StrAppend(&text, IssueText(request.issue(), appraisal, obligations));
    AppendRow("since then", BecameText(obligations), &text);
  } else if (request.has_match()) {
    const requests::v1::MatchSummary& match = request.match();
    AppendRow("held", MatchSentence(match, appraisal.avoided_pence()), &text);
    if (match.change_class() > requests::v1::CHANGE_CLASS_NONE) {
      AppendRow("would ask",
                absl::StrCat(HoursWords(AllMinutes(match.outstanding())),
                             AboutPounds(appraisal.outstanding_pence())),
                &text);
    }
  }
  const std::string warnings = WarningsText(appraisal);
  if (!warnings.empty()) absl::StrAppend(&text, "\n", warnings);
  return text;
}

}  // namespace onereturn::client
