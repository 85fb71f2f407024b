// calendar, completeness, extend, extensions, revoke-extension: when returns are owed, and who sent
// them in time.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"
#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "onereturn/requests/v1/obligations_service.grpc.pb.h"
#include "onereturn/timetable/v1/timetable_service.grpc.pb.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/catalogue_reading.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/printed_answer.h"
#include "tools/onereturn/console/calendar_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using TimetableClient = ServiceClient<timetable::v1::TimetableService>;
using timetable::v1::Standing;

constexpr TextTable::Align kRight = TextTable::Align::kRight;

struct TimetableOptions {
  std::string organisation;
  std::string collection;
  std::string period;
  std::string from;
  std::string to;
  uint32_t weeks = 0;
  std::string until;
  std::string reason;
  std::string name;
  std::string request_id;
  ReadOptions read;
};

absl::StatusOr<TimetableClient> ConnectTimetable(const Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  return session.To<timetable::v1::TimetableService>(kIngestion);
}

std::string ParentOf(const std::string& organisation) {
  return absl::StrCat("organisations/", organisation.empty() ? "-" : organisation);
}

// What requests make the organisation owe and has not come, charged to them or not.
absl::StatusOr<requests::v1::ListObligationsResponse> ObligationsToMeet(
    const Session& session, const TimetableOptions& options) {
  using Obligations = requests::v1::ObligationsService;
  ASSIGN_OR_RETURN(const auto client, session.To<Obligations>(kIngestion));
  requests::v1::ListObligationsResponse all;
  for (const auto state :
       {requests::v1::OBLIGATION_STATE_OUTSTANDING, requests::v1::OBLIGATION_STATE_AWAITED}) {
    requests::v1::ListObligationsRequest request;
    request.set_parent(ParentOf(options.organisation));
    request.set_state(state);
    request.set_page_size(kLargestPage);
    ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
    ASSIGN_OR_RETURN(const auto list,
                     AllPages(client, &Obligations::Stub::ListObligations, request));
    all.MergeFrom(list);
  }
  return all;
}

absl::StatusOr<ExitCode> ShowCalendar(const TimetableOptions& options, Environment& environment) {
  timetable::v1::GetForwardCalendarRequest request;
  request.set_parent(ParentOf(options.organisation));
  request.set_from_date(options.from);
  request.set_weeks(options.weeks);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<timetable::v1::TimetableService>(kIngestion));
  ASSIGN_OR_RETURN(const auto calendar,
                   client.Call(&TimetableClient::Stub::GetForwardCalendar, request));
  if (calendar.entries().empty()) {
    RETURN_IF_ERROR(CheckNamesAreKnown(environment, {options.organisation, "", ""}));
  }
  ASSIGN_OR_RETURN(const auto obligations, ObligationsToMeet(session, options));
  const CivilDay today = LondonDay(SystemClock().Now());
  const std::vector<requests::v1::Obligation> owed =
      OwedToRequests(obligations, options.organisation, calendar, today);
  if (environment.json) {
    environment.console.Print(CalendarJson(calendar, owed));
    return ExitCode::kOk;
  }
  const std::string text = CalendarText(calendar, owed, today, environment.console.width());
  environment.console.Print(!text.empty()
                                ? text
                                : absl::StrCat(options.organisation, " owes nothing from ",
                                               calendar.from_date(), " on in these weeks.\n"));
  return ExitCode::kOk;
}

// Does nobody hold one of these returns, or has been asked for it yet? So it is of periods ahead,
// and of periods that the collection never has.
bool SaysNothing(const timetable::v1::GetCompletenessResponse& matrix) {
  const auto is_silent = [](int standing) {
    return standing == timetable::v1::STANDING_NOT_OWED ||
           standing == timetable::v1::STANDING_EXPECTED;
  };
  return std::all_of(matrix.rows().begin(), matrix.rows().end(), [&is_silent](const auto& row) {
    return std::all_of(row.standings().begin(), row.standings().end(), is_silent);
  });
}

absl::StatusOr<ExitCode> ShowCompleteness(const TimetableOptions& options,
                                          Environment& environment) {
  timetable::v1::GetCompletenessRequest request;
  request.set_parent(ParentOf(options.organisation));
  request.set_collection(options.collection);
  request.set_from_period(options.from);
  request.set_to_period(options.to.empty() ? options.from : options.to);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const TimetableClient client, ConnectTimetable(environment));
  ASSIGN_OR_RETURN(const auto matrix,
                   client.Call(&TimetableClient::Stub::GetCompleteness, request));
  if (SaysNothing(matrix)) {
    RETURN_IF_ERROR(
        CheckNamesAreKnown(environment, {options.organisation, options.collection, options.from}));
  }
  if (environment.json) {
    environment.console.Print(JsonOf(matrix) + "\n");
    return ExitCode::kOk;
  }
  std::vector<TextTable::Column> columns = {{"org"}};
  for (const std::string& period : matrix.periods()) columns.push_back({period});
  columns.push_back({"on time", kRight});
  TextTable table(columns);
  uint64_t late = 0;
  uint64_t missing = 0;
  for (const auto& row : matrix.rows()) {
    std::vector<std::string> cells = {row.organisation()};
    for (const int standing : row.standings()) {
      cells.push_back(StandingText(static_cast<Standing>(standing)));
      late += standing == timetable::v1::STANDING_LATE ? 1 : 0;
      missing += standing == timetable::v1::STANDING_MISSING ? 1 : 0;
    }
    cells.push_back(row.due() == 0 ? "" : absl::StrCat(row.on_time(), " of ", row.due()));
    table.Row(std::move(cells));
  }
  if (table.empty()) {
    environment.console.Print("Nobody owes or holds a return of these periods.\n");
    return ExitCode::kOk;
  }
  environment.console.Print(table.Render(environment.console.width()));
  environment.console.Print(
      absl::StrCat(Count(static_cast<uint64_t>(matrix.rows_size()), "organisation"), ", ", late,
                   " late, ", missing, " missing.\n"));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Extend(const TimetableOptions& options, Environment& environment) {
  timetable::v1::GiveExtensionRequest request;
  request.set_organisation(options.organisation);
  request.set_collection(options.collection);
  request.set_period(options.period);
  request.set_reason(options.reason);
  const absl::StatusOr<Timestamp> until = ParseTimestamp(options.until);
  if (!until.ok()) return Within("--until", until.status());
  *request.mutable_end_time() = ToWire(*until);
  request.set_request_id(options.request_id.empty() ? ContentId("extend", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const TimetableClient client, ConnectTimetable(environment));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&TimetableClient::Stub::GiveExtension, request));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  environment.console.Print(absl::StrCat(
      answer.extension().name(), answer.replayed() ? " (the same request was taken before)" : "",
      ": until ", TimeText(answer.extension().end_time()), ".\n"));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ListAllExtensions(const TimetableOptions& options,
                                           Environment& environment) {
  timetable::v1::ListExtensionsRequest request;
  request.set_parent(ParentOf(options.organisation));
  request.set_collection(options.collection);
  request.set_period(options.period);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const TimetableClient client, ConnectTimetable(environment));
  ASSIGN_OR_RETURN(const auto list, client.Call(&TimetableClient::Stub::ListExtensions, request));
  TextTable table({{"extension"},
                   {"until"},
                   {"state"},
                   {"given by", TextTable::Align::kLeft, true},
                   {"why", TextTable::Align::kLeft, true}});
  for (const auto& extension : list.extensions()) {
    const std::string state = extension.revoke_sequence() != 0 ? "revoked"
                              : extension.end_sequence() != 0  ? "ended"
                                                               : "in force";
    table.Row({extension.name(), TimeText(extension.end_time()), state, extension.giver(),
               extension.reason()});
  }
  return PrintList(list, table, "No extensions.", &environment);
}

absl::StatusOr<ExitCode> RevokeOne(const TimetableOptions& options, Environment& environment) {
  timetable::v1::RevokeExtensionRequest request;
  request.set_name(options.name);
  request.set_reason(options.reason);
  request.set_request_id(options.request_id.empty() ? ContentId("revoke-extension", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const TimetableClient client, ConnectTimetable(environment));
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&TimetableClient::Stub::RevokeExtension, request));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  environment.console.Print(absl::StrCat(options.name, " is revoked.\n"));
  return ExitCode::kOk;
}

void AddExtend(CommandLine* line) {
  auto options = std::make_shared<TimetableOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"extend", "Let one organisation's return come later.",
       "extend RLQ MSitAE 2026-10 --until 2026-11-06T17:00:00Z --reason \"system upgrade\" \\\n"
       "    --profile steward.profile.textproto"},
      [options](Environment& environment) { return Extend(*options, environment); });
  command->add_option("ORGANISATION", options->organisation, "ODS code")->required();
  command->add_option("COLLECTION", options->collection, "Code of the collection")->required();
  command->add_option("PERIOD", options->period, "Such as 2026-10")->required();
  command->add_option("--until", options->until, "The first moment that is late, RFC 3339")
      ->type_name("TIME")
      ->required();
  command->add_option("--reason", options->reason, "Why, without personal data")
      ->type_name("TEXT")
      ->required();
  AddRequestIdOption(command, &options->request_id);
}

void AddExtensions(CommandLine* line) {
  auto options = std::make_shared<TimetableOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"extensions", "List the extensions of a period.",
       "extensions MSitAE 2026-10 --organisation RLQ --profile submitter-RLQ.profile.textproto"},
      [options](Environment& environment) { return ListAllExtensions(*options, environment); });
  command->add_option("COLLECTION", options->collection, "Code of the collection")->required();
  command->add_option("PERIOD", options->period, "Such as 2026-10")->required();
  command->add_option("--organisation", options->organisation, "Only of this one")
      ->type_name("ODS");
  AddReadOptions(command, &options->read);

  auto revoke = std::make_shared<TimetableOptions>();
  CLI::App* revoking =
      line->Add(nullptr,
                {"revoke-extension", "Take an extension back.",
                 "revoke-extension organisations/RLQ/returns/MSitAE.2026-10/extensions/1 \\\n"
                 "    --reason \"no longer needed\" --profile steward.profile.textproto"},
                [revoke](Environment& environment) { return RevokeOne(*revoke, environment); });
  revoking->add_option("EXTENSION", revoke->name, "Its name")->required();
  revoking->add_option("--reason", revoke->reason, "Why, without personal data")
      ->type_name("TEXT")
      ->required();
  revoking->add_option("--request-id", revoke->request_id, "Id of the request")->type_name("ID");
}

}  // namespace

void AddTimetableCommands(CommandLine* line) {
  auto ahead = std::make_shared<TimetableOptions>();
  CLI::App* calendar = line->Add(
      nullptr,
      {"calendar",
       "What an organisation owes in the weeks ahead, to collections and to data requests, and the "
       "hours it costs.",
       "calendar RLQ --weeks 8 --profile submitter-RLQ.profile.textproto"},
      [ahead](Environment& environment) { return ShowCalendar(*ahead, environment); });
  calendar->add_option("ORGANISATION", ahead->organisation, "ODS code")->required();
  calendar
      ->add_option("--from", ahead->from, "First day, YYYY-MM-DD (else the day of the newest fact)")
      ->type_name("DAY");
  calendar->add_option("--weeks", ahead->weeks, "1 to 53 (else 13)")->type_name("N");
  AddReadOptions(calendar, &ahead->read);

  auto matrix = std::make_shared<TimetableOptions>();
  CLI::App* completeness = line->Add(
      nullptr,
      {"completeness", "Who has sent what: organisation by period.",
       "completeness MSitAE 2026-04 2026-10 --profile analyst.profile.textproto"},
      [matrix](Environment& environment) { return ShowCompleteness(*matrix, environment); });
  completeness->add_option("COLLECTION", matrix->collection, "Code of the collection")->required();
  completeness->add_option("FROM", matrix->from, "First period, such as 2026-04")->required();
  completeness->add_option("TO", matrix->to, "Last period (else the first)");
  completeness->add_option("--organisation", matrix->organisation, "Only this one")
      ->type_name("ODS");
  AddReadOptions(completeness, &matrix->read);

  AddExtend(line);
  AddExtensions(line);
}

}  // namespace onereturn::client
