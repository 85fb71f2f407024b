// notices and uses: what was revised after it was used, and by whom it was used.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "onereturn/requests/v1/hours_service.grpc.pb.h"
#include "onereturn/requests/v1/obligations_service.grpc.pb.h"
#include "onereturn/returns/v1/notice_service.grpc.pb.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/catalogue_reading.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/return_name.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/enum_words.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/request_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using NoticeClient = ServiceClient<returns::v1::NoticeService>;
using NoticeHoursClient = ServiceClient<requests::v1::HoursService>;
using ChallengesClient = ServiceClient<requests::v1::ObligationsService>;

struct NoticeOptions {
  std::string collection;
};

// What each service said; absent where the caller has no right to ask it.
struct Told {
  std::optional<returns::v1::ListNoticesResponse> notices;
  std::optional<std::vector<assessment::v1::CheckEvidenceResponse>> evidence;
  uint64_t checked = 0;
  // Of items that the caller's body used or asked for, and that nobody used for long.
  std::optional<requests::v1::ListItemReviewsResponse> reviews;
  // That wait for an answer of the caller's body.
  std::optional<requests::v1::ListObligationsResponse> challenges;
};

bool MayNotAsk(const absl::Status& status) { return ReasonOf(status) == Reason::kPermission; }

absl::Status AskEvidence(const Session& session, Told* told) {
  ASSIGN_OR_RETURN(const auto client, session.To<assessment::v1::AssessmentService>(kAssessment));
  assessment::v1::CheckEvidenceRequest request;
  request.set_name("assessments/-");
  std::vector<assessment::v1::CheckEvidenceResponse> found;
  const std::function<bool(const assessment::v1::CheckEvidenceResponse&)> take =
      [&](const assessment::v1::CheckEvidenceResponse& part) {
        if (part.has_evidence()) {
          found.push_back(part);
        } else {
          told->checked = part.checked();
        }
        return true;
      };
  RETURN_IF_ERROR(client.Stream(&AssessmentClient::Stub::CheckEvidence, request,
                                /*endless=*/false, take));
  told->evidence = std::move(found);
  return absl::OkStatus();
}

absl::Status AskNotices(const Session& session, const NoticeOptions& options, Told* told) {
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::NoticeService>(kIngestion));
  returns::v1::ListNoticesRequest request;
  request.set_collection(options.collection);
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(told->notices, AllPages(client, &NoticeClient::Stub::ListNotices, request));
  return absl::OkStatus();
}

absl::Status AskReviews(const Session& session, Told* told) {
  ASSIGN_OR_RETURN(const auto client, session.To<requests::v1::HoursService>(kIngestion));
  requests::v1::ListItemReviewsRequest request;
  request.set_mine(true);
  request.set_state(requests::v1::ITEM_REVIEW_STATE_OPEN);
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(told->reviews,
                   AllPages(client, &NoticeHoursClient::Stub::ListItemReviews, request));
  return absl::OkStatus();
}

absl::Status AskChallenges(const Session& session, Told* told) {
  ASSIGN_OR_RETURN(const auto client, session.To<requests::v1::ObligationsService>(kIngestion));
  requests::v1::ListObligationsRequest request;
  request.set_parent("organisations/-");
  request.set_waiting_for_me(true);
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(told->challenges,
                   AllPages(client, &ChallengesClient::Stub::ListObligations, request));
  return absl::OkStatus();
}

// Nothing for who was never asked to answer one: most callers ask for no data.
std::string ChallengesText(const requests::v1::ListObligationsResponse& list, size_t width) {
  if (list.obligations().empty()) return "";
  TextTable table({{"obligation"},
                   {"ground"},
                   {"what was said", TextTable::Align::kLeft, true},
                   {"answer by", TextTable::Align::kLeft, true}});
  for (const requests::v1::Obligation& one : list.obligations()) {
    table.Row({ShortObligation(one.name()), WordOf(one.challenge().ground(), "CHALLENGE_GROUND_"),
               one.challenge().text(), TimeText(one.challenge().answer_by())});
  }
  const auto count = static_cast<uint64_t>(list.obligations_size());
  return absl::StrCat("\n", table.Render(width), Count(count, "challenge"), " ",
                      count == 1 ? "waits" : "wait",
                      " for your answer; unanswered, what is challenged lapses:\n"
                      "  onereturn request uphold OBLIGATION --reason TEXT\n"
                      "  onereturn request drop OBLIGATION --reason TEXT\n");
}

std::string ReviewsText(const requests::v1::ListItemReviewsResponse& list) {
  if (list.reviews().empty()) return "Nothing that you used or asked for is in review.\n";
  std::string text;
  for (const requests::v1::ItemReview& one : list.reviews()) {
    absl::StrAppend(&text, one.item(), " of ", one.collection(),
                    " goes to review: nobody used it since ", one.unused_since(),
                    " (in review since ", TimeText(one.opened_time()),
                    "). It may be retired: you are asked before that.\n");
  }
  return absl::StrCat(text,
                      "What each costs: onereturn usage --review. A steward keeps one: onereturn "
                      "usage keep ITEM --reason TEXT\n");
}

std::string NoticesText(const returns::v1::ListNoticesResponse& list, size_t width) {
  if (list.notices().empty()) return "Nothing that you used was revised since.\n";
  TextTable table({{"org"},
                   {"collection"},
                   {"period"},
                   {"used", TextTable::Align::kRight},
                   {"now", TextTable::Align::kRight},
                   {"cells", TextTable::Align::kRight},
                   {"why", TextTable::Align::kLeft, true},
                   {"accepted", TextTable::Align::kLeft, true}});
  for (const returns::v1::Notice& one : list.notices()) {
    std::string why = Label(one.reason());
    if (!one.reason_text().empty()) {
      absl::StrAppend(&why, why.empty() ? "" : ": ", one.reason_text());
    }
    table.Row({one.organisation(), one.collection(), one.period(),
               absl::StrCat(one.used_revision()), absl::StrCat(one.revision()),
               one.has_changed_cells() ? WithThousands(one.changed_cells()) : "?", why,
               TimeText(one.accept_time())});
  }
  const returns::v1::Notice& first = list.notices(0);
  return absl::StrCat(
      table.Render(width), Count(static_cast<uint64_t>(list.notices_size()), "return"),
      " that you used ", list.notices_size() == 1 ? "was" : "were",
      " revised. What changed, which also settles the notice:\n  onereturn diff ",
      Printable(first.organisation()), " --collection ", Printable(first.collection()),
      " --period ", Printable(first.period()), " --base ", first.used_revision(),
      "\nWhat a request gave you: onereturn request answer REFERENCE gives it as it is now, and "
      "settles the notice too.\n");
}

// What became of the returns behind a piece.
std::string RevisedText(const assessment::v1::CheckEvidenceResponse& one) {
  if (one.has_not_compared()) {
    return absl::StrCat("not compared: ", Printable(one.not_compared().message()));
  }
  std::string revised;
  for (int i = 0; i < one.revised_size() && i < 3; ++i) {
    absl::StrAppend(&revised, i == 0 ? "" : ", ", one.revised(i).organisation());
  }
  if (one.revised_count() > 3) absl::StrAppend(&revised, ", ", one.revised_count() - 3, " more");
  return revised.empty() ? "no return" : revised;
}

std::string EvidenceText(const Told& told, size_t width) {
  if (told.evidence->empty()) {
    return absl::StrCat("Of ", Count(told.checked, "piece"),
                        " of evidence, each still has its pinned value.\n");
  }
  TextTable table({{"evidence", TextTable::Align::kLeft, true},
                   {"metric", TextTable::Align::kLeft, true},
                   {"org"},
                   {"period"},
                   {"pinned", TextTable::Align::kRight},
                   {"now", TextTable::Align::kRight},
                   {"scored"},
                   {"revised", TextTable::Align::kLeft, true}});
  size_t unknown = 0;  // Whose value of today is not known.
  for (const auto& one : *told.evidence) {
    const metrics::v1::MetricValue& pinned = one.evidence().value();
    if (!one.has_value()) ++unknown;
    table.Row({one.evidence().name(), pinned.metric(), pinned.organisation(), pinned.period(),
               ValueText(pinned), one.has_value() ? ValueText(one.value()) : "?",
               one.scored() ? "yes" : "no", RevisedText(one)});
  }
  std::string text = table.Render(width);
  if (const size_t changed = told.evidence->size() - unknown; changed > 0) {
    absl::StrAppend(
        &text, changed, " of ", Count(told.checked, "piece"), " of evidence no longer ",
        changed == 1 ? "has its" : "have their",
        " pinned value. What was pinned stays;\nadd evidence and score anew where it matters.\n");
  }
  if (unknown > 0) {
    absl::StrAppend(&text, unknown, " of ", Count(told.checked, "piece"),
                    " of evidence could not be compared: the reason stands beside it.\n");
  }
  return text;
}

std::string ToldJson(const Told& told) {
  JsonWriter json;
  json.BeginObject();
  if (told.notices.has_value()) {
    json.Key("notices").BeginArray();
    for (const auto& one : told.notices->notices()) json.Message(one);
    json.EndArray().Key("position").Text(told.notices->position());
  }
  if (told.evidence.has_value()) {
    json.Key("evidence").BeginArray();
    for (const auto& one : *told.evidence) json.Message(one);
    json.EndArray().Key("evidence_checked").Number(told.checked);
  }
  if (told.challenges.has_value()) {
    json.Key("challenges").BeginArray();
    for (const auto& one : told.challenges->obligations()) json.Message(one);
    json.EndArray();
  }
  if (told.reviews.has_value()) {
    json.Key("reviews").BeginArray();
    for (const auto& one : told.reviews->reviews()) json.Message(one);
    json.EndArray();
  }
  return json.EndObject().Take();
}

absl::StatusOr<ExitCode> ShowNotices(const NoticeOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  Told told;
  const absl::Status noticed = AskNotices(session, options, &told);
  if (!noticed.ok() && !MayNotAsk(noticed)) return noticed;
  if (told.notices.has_value() && told.notices->notices().empty()) {
    RETURN_IF_ERROR(CheckNamesAreKnown(environment, {"", options.collection, ""}));
  }
  const absl::Status checked = AskEvidence(session, &told);
  const absl::Status reviewed = AskReviews(session, &told);
  if (!reviewed.ok() && !MayNotAsk(reviewed)) return reviewed;
  const absl::Status challenged = AskChallenges(session, &told);
  if (!challenged.ok() && !MayNotAsk(challenged)) return challenged;
  if (!noticed.ok() && !checked.ok() && !reviewed.ok()) return noticed;
  if (environment.json) {
    environment.console.Print(ToldJson(told));
  } else {
    const size_t width = environment.console.width();
    environment.console.Print(told.notices.has_value()
                                  ? NoticesText(*told.notices, width)
                                  : "Of figures that were revised you are not told: your role "
                                    "reads no figures.\n");
    if (told.evidence.has_value()) environment.console.Print("\n");
    if (told.evidence.has_value()) environment.console.Print(EvidenceText(told, width));
    if (told.reviews.has_value()) environment.console.Print(ReviewsText(*told.reviews));
    if (told.challenges.has_value()) {
      environment.console.Print(ChallengesText(*told.challenges, width));
    }
  }
  // What could be told is told; what could not is an error all the same.
  if (!checked.ok() && !MayNotAsk(checked)) return Within("the evidence", checked);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ShowUses(const ReturnOptions& options, Environment& environment) {
  if (const auto period = Period::Parse(options.period); !period.ok()) {
    return UsageError(absl::StrCat("--period: ", period.status().message()),
                      "Give a period such as 2024-03.");
  }
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::NoticeService>(kIngestion));
  returns::v1::ListUsesRequest request;
  request.set_parent(options.Name());
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &NoticeClient::Stub::ListUses, request));
  if (environment.json) {
    environment.console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  if (list.uses().empty()) {
    environment.console.Print("No other body has used its figures.\n");
    return ExitCode::kOk;
  }
  TextTable table({{"body", TextTable::Align::kLeft, true},
                   {"used", TextTable::Align::kRight},
                   {"at", TextTable::Align::kLeft, true},
                   {"told", TextTable::Align::kLeft, true}});
  for (const returns::v1::Use& one : list.uses()) {
    const std::string used = absl::StrCat(one.revision());
    table.Row({one.body(), one.outdated() ? absl::StrCat(used, " of ", list.revision()) : used,
               TimeText(one.use_time()),
               one.told_revision() == 0
                   ? "-"
                   : absl::StrCat("of ", one.told_revision(), " at ", TimeText(one.told_time()))});
  }
  environment.console.Print(absl::StrCat(options.Name(), ", now revision ", list.revision(), "\n\n",
                                         table.Render(environment.console.width())));
  return ExitCode::kOk;
}

}  // namespace

void AddNoticeCommands(CommandLine* line) {
  auto notices = std::make_shared<NoticeOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"notices",
       "Show which figures that your organisation used were revised since, which evidence no "
       "longer "
       "has the value that was pinned, which items it used or asked for nobody uses now, and which "
       "challenges of what it asked wait for its answer. "
       "`watch notices` says of figures as it happens.",
       "notices --profile analyst.profile.textproto\n"
       "notices --collection MSitAE --json"},
      [notices](Environment& environment) { return ShowNotices(*notices, environment); });
  command->add_option("--collection", notices->collection, "Only of this one")->type_name("CODE");

  auto uses = std::make_shared<ReturnOptions>();
  CLI::App* of_return = line->Add(
      nullptr,
      {"uses",
       "Show which other bodies used a return's figures, which revision, and what they were told "
       "of since.",
       "uses RLQ --collection MSitAE --period 2024-03 --profile submitter-RLQ.profile.textproto"},
      [uses](Environment& environment) { return ShowUses(*uses, environment); });
  AddReturnOptions(of_return, uses.get(), /*required=*/true);
}

}  // namespace onereturn::client
