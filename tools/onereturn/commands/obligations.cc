// request obligations, challenge, uphold, drop: what requests make organisations owe; and
// simplified, the switch for an emergency.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/clock/clock.h"
#include "common/feed/wire.h"
#include "onereturn/requests/v1/obligations_service.grpc.pb.h"
#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/console/challenge_text.h"
#include "tools/onereturn/console/enum_words.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/match_text.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

using ObligationsClient = ServiceClient<requests::v1::ObligationsService>;
using requests::v1::Obligation;

constexpr int kObligationsAPage = 1'000;

struct ObligationOptions {
  std::string organisation;
  std::string reference;
  std::string state;
  bool waiting = false;
  ReadOptions read;
  std::string obligation;
  std::string ground;
  std::string text;
  std::string request_id;
};

struct SimplifiedOptions {
  std::string until;
  std::string reason;
  std::string request_id;
  ReadOptions read;
};

absl::StatusOr<ObligationsClient> ConnectToObligations(const Environment& environment) {
  return ConnectToIngestion<requests::v1::ObligationsService>(environment);
}

// By which it is told what is late: now, of a read of a time that time. Of a position no time is
// known, and nothing is said.
std::optional<Timestamp> LateBy(const common::v1::ReadAt& read) {
  if (!read.as_of_position().empty()) return std::nullopt;
  if (!read.has_as_of_time()) return SystemClock().Now();
  const absl::StatusOr<Timestamp> time = FromWire(read.as_of_time());
  return time.ok() ? std::optional<Timestamp>(*time) : std::nullopt;
}

uint64_t MinutesOf(const Obligation& one) {
  return AllMinutes(one.return_minutes()) + AllMinutes(one.item_minutes());
}

// Returns still to be sent, and what those that are charged to requests cost.
std::string StillToSend(const requests::v1::ListObligationsResponse& list, uint64_t to_send) {
  uint64_t minutes = 0;
  uint64_t pence = 0;
  for (const Obligation& one : list.obligations()) {
    const bool outstanding = one.state() == requests::v1::OBLIGATION_STATE_OUTSTANDING;
    minutes += outstanding ? AllMinutes(one.charged_minutes()) : 0;
    pence += outstanding ? one.charged_pence() : 0;
  }
  if (to_send == 0) return "Nothing is to be sent.\n";
  return absl::StrCat(Count(to_send, "return"), " to be sent, ", HoursWords(minutes),
                      AboutPounds(pence),
                      " asked by requests.\n"
                      "To send one: onereturn template ORG --collection COLLECTION --period PERIOD "
                      "--layout onereturn-long --out FILE.csv, fill it in, then\n"
                      "  onereturn submit FILE.csv --collection COLLECTION --layout "
                      "onereturn-long\n"
                      "To challenge one: onereturn request challenge OBLIGATION --ground duplicate "
                      "--text TEXT\n");
}

absl::StatusOr<ExitCode> ListObligationsOf(const ObligationOptions& options,
                                           Environment& environment) {
  requests::v1::ListObligationsRequest request;
  request.set_parent(
      absl::StrCat("organisations/", options.organisation.empty() ? "-" : options.organisation));
  if (!options.reference.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_request(), RequestName(options.reference));
  }
  if (!options.state.empty()) {
    ASSIGN_OR_RETURN(const auto state,
                     EnumOfWord<requests::v1::ObligationState>(options.state, "OBLIGATION_STATE_",
                                                               "state of an obligation"));
    request.set_state(state);
  }
  request.set_waiting_for_me(options.waiting);
  request.set_page_size(kObligationsAPage);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const ObligationsClient client, ConnectToObligations(environment));
  ASSIGN_OR_RETURN(const auto list,
                   AllPages(client, &ObligationsClient::Stub::ListObligations, request));
  if (environment.json || list.obligations().empty()) {
    return PrintList(list, TextTable({{"obligation"}}), "No request makes anything owed.",
                     &environment);
  }
  TextTable table({{"obligation"},
                   {"items", TextTable::Align::kLeft, true},
                   {"body"},
                   {"what for", TextTable::Align::kLeft, true},
                   {"due", TextTable::Align::kLeft, true},
                   {"hours charged", TextTable::Align::kRight},
                   {"pounds", TextTable::Align::kRight},
                   {"state"},
                   {"to do", TextTable::Align::kLeft, true}});
  ReturnsToSend to_send;
  const std::optional<Timestamp> late_by = LateBy(request.read());
  for (const Obligation& one : list.obligations()) {
    const std::vector<std::string> items(one.items().begin(), one.items().end());
    table.Row({ShortObligation(one.name()), FirstFew(items), one.requesting_body(), one.title(),
               TimeText(one.due_time()), HoursText(AllMinutes(one.charged_minutes())),
               PoundsText(one.charged_pence()), ObligationStateText(one, late_by),
               to_send.ToDoAbout(one)});
  }
  environment.console.Print(absl::StrCat(table.Render(environment.console.width()), "\n",
                                         ContestedText(list), StillToSend(list, to_send.count())));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ChallengeOne(const ObligationOptions& options, Environment& environment) {
  requests::v1::ChallengeObligationRequest request;
  ASSIGN_OR_RETURN(*request.mutable_name(), ObligationName(options.obligation));
  ASSIGN_OR_RETURN(const auto ground,
                   EnumOfWord<requests::v1::ChallengeGround>(options.ground, "CHALLENGE_GROUND_",
                                                             "ground of a challenge"));
  request.set_ground(ground);
  request.set_text(options.text);
  request.set_request_id(IdOr(options.request_id, "obligation.challenge", request));
  ASSIGN_OR_RETURN(const ObligationsClient client, ConnectToObligations(environment));
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&ObligationsClient::Stub::ChallengeObligation, request));
  return PrintStep(
      answer, ShortObligation(request.name()),
      absl::StrCat("challenged; ", answer.obligation().requesting_body(), " answers by ",
                   TimeText(answer.obligation().challenge().answer_by()), ", else it lapses"),
      HeldAlreadyText(answer.obligation()), &environment);
}

absl::StatusOr<ExitCode> AnswerIt(const ObligationOptions& options, bool uphold,
                                  Environment& environment) {
  requests::v1::AnswerChallengeRequest request;
  ASSIGN_OR_RETURN(*request.mutable_name(), ObligationName(options.obligation));
  request.set_uphold(uphold);
  request.set_reason(options.text);
  request.set_request_id(IdOr(options.request_id, "obligation.answer", request));
  ASSIGN_OR_RETURN(const ObligationsClient client, ConnectToObligations(environment));
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&ObligationsClient::Stub::AnswerChallenge, request));
  return PrintStep(answer, ShortObligation(request.name()),
                   uphold ? "upheld, it is still to be sent"
                          : absl::StrCat("dropped; ", ObligationStateText(answer.obligation())),
                   "", &environment);
}

absl::StatusOr<ExitCode> UpholdOne(const ObligationOptions& options, Environment& environment) {
  return AnswerIt(options, /*uphold=*/true, environment);
}

absl::StatusOr<ExitCode> DropOne(const ObligationOptions& options, Environment& environment) {
  return AnswerIt(options, /*uphold=*/false, environment);
}

std::string ModeText(const requests::v1::SimplifiedMode& mode) {
  if (!mode.on()) return "Simplified mode is off.\n";
  return absl::StrCat("Simplified mode is ON until ", TimeText(mode.end_time()), ": ",
                      Printable(mode.reason()),
                      "\nUntil then figures of desirable items need not be sent. What requests had "
                      "made owed for desirable items alone is released for good:\nit does not come "
                      "back, and who needs it then asks anew.\n");
}

absl::StatusOr<ExitCode> SetMode(const SimplifiedOptions& options, bool on,
                                 Environment& environment) {
  requests::v1::SetSimplifiedModeRequest request;
  request.mutable_mode()->set_on(on);
  request.mutable_mode()->set_reason(options.reason);
  if (on) {
    const absl::StatusOr<Timestamp> until = ParseTimestamp(options.until);
    if (!until.ok()) return Within("--until", until.status());
    *request.mutable_mode()->mutable_end_time() = ToWire(*until);
  }
  ASSIGN_OR_RETURN(const ObligationsClient client, ConnectToObligations(environment));
  ASSIGN_OR_RETURN(const auto before, client.Call(&ObligationsClient::Stub::GetSimplifiedMode,
                                                  requests::v1::GetSimplifiedModeRequest()));
  requests::v1::SimplifiedMode held = before.mode();
  held.clear_sequence();
  if (options.request_id.empty() && ContentId("", held) == ContentId("", request.mode())) {
    environment.console.Print(environment.json ? JsonOf(before) + "\n"
                                               : "As it was: " + ModeText(before.mode()));
    return ExitCode::kOk;
  }
  // The same switch a year later is another fact: the id is also of what was set before.
  request.set_request_id(options.request_id.empty() ? absl::StrCat(ContentId("simplified", request),
                                                                   ".", before.mode().sequence())
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&ObligationsClient::Stub::SetSimplifiedMode, request));
  environment.console.Print(
      environment.json ? JsonOf(answer) + "\n"
                       : absl::StrCat(ModeText(answer.mode()),
                                      on ? "That is done within a minute; how much was released: "
                                           "onereturn simplified show\n"
                                         : ""));
  return ExitCode::kOk;
}

struct Released {
  uint64_t returns = 0;
  uint64_t minutes = 0;
};

// What the mode has released since it was set; it is released within a minute of that. Of one that
// is off nothing is counted.
absl::StatusOr<Released> ReleasedBy(const ObligationsClient& client,
                                    const requests::v1::SimplifiedMode& mode,
                                    const common::v1::ReadAt& read) {
  Released released;
  if (!mode.on()) return released;
  requests::v1::ListObligationsRequest request;
  request.set_parent("organisations/-");
  request.set_state(requests::v1::OBLIGATION_STATE_RELEASED);
  request.set_page_size(kObligationsAPage);
  *request.mutable_read() = read;
  ASSIGN_OR_RETURN(const auto list,
                   AllPages(client, &ObligationsClient::Stub::ListObligations, request));
  for (const Obligation& one : list.obligations()) {
    if (one.release_reason() != requests::v1::RELEASE_REASON_SUSPENDED ||
        one.release_sequence() < mode.sequence()) {
      continue;
    }
    ++released.returns;
    released.minutes += MinutesOf(one);
  }
  return released;
}

absl::StatusOr<ExitCode> SwitchOn(const SimplifiedOptions& options, Environment& environment) {
  return SetMode(options, /*on=*/true, environment);
}

absl::StatusOr<ExitCode> SwitchOff(const SimplifiedOptions& options, Environment& environment) {
  return SetMode(options, /*on=*/false, environment);
}

absl::StatusOr<ExitCode> ShowMode(const SimplifiedOptions& options, Environment& environment) {
  requests::v1::GetSimplifiedModeRequest request;
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const ObligationsClient client, ConnectToObligations(environment));
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&ObligationsClient::Stub::GetSimplifiedMode, request));
  ASSIGN_OR_RETURN(const Released released, ReleasedBy(client, answer.mode(), request.read()));
  if (environment.json) {
    JsonWriter json;
    json.BeginObject().Key("mode").Message(answer.mode()).Key("position").Text(answer.position());
    json.Key("released").BeginObject().Key("returns").Number(released.returns);
    json.Key("minutes").Number(released.minutes).EndObject().EndObject();
    environment.console.Print(json.Take());
    return ExitCode::kOk;
  }
  environment.console.Print(absl::StrCat(
      ModeText(answer.mode()),
      answer.mode().on() ? absl::StrCat("Released so far: ", Count(released.returns, "return"),
                                        ", ", HoursWords(released.minutes), ".\n")
                         : ""));
  return ExitCode::kOk;
}

using ObligationPointer = std::shared_ptr<ObligationOptions>;

CLI::App* AddObligationStep(CommandLine* line, CLI::App* parent, const CommandLine::Words& words,
                            absl::StatusOr<ExitCode> (*run)(const ObligationOptions&, Environment&),
                            const ObligationPointer& options) {
  CLI::App* command = AddWith(line, parent, words, run, options);
  command->add_option("OBLIGATION", options->obligation, "Such as R0A/001-00.MSitAE.2026-04")
      ->type_name("NAME")
      ->required();
  AddRequestIdOption(command, &options->request_id);
  return command;
}

}  // namespace

void AddObligations(CommandLine* line, CLI::App* request) {
  auto list = std::make_shared<ObligationOptions>();
  CLI::App* command = AddWith(
      line, request,
      {"obligations",
       "What requests make organisations owe: for whom, why, by when, at which cost, and "
       "what to do.",
       "request obligations --of R0A\nrequest obligations --of QGH --state outstanding\n"
       "request obligations --request 001-00 --state "
       "outstanding\nrequest obligations --waiting --profile requester-X24.profile.textproto"},
      ListObligationsOf, list);
  command
      ->add_option("--of", list->organisation,
                   "Only of this organisation, and of those below it: of an ICB its providers")
      ->type_name("ODS");
  command->add_option("--request", list->reference, "Only of this request")->type_name("REFERENCE");
  command
      ->add_option(
          "--state", list->state,
          "Only in this state: " + AllWords<requests::v1::ObligationState>("OBLIGATION_STATE_"))
      ->type_name("STATE");
  command->add_flag("--waiting", list->waiting,
                    "Only those whose challenge waits for your body's answer");
  AddReadOptions(command, &list->read);

  auto contested = std::make_shared<ObligationOptions>();
  command = AddObligationStep(
      line, request,
      {"challenge", "Challenge what a request makes an organisation owe, once, as its officer.",
       "request challenge R0A/001-00.MSitAE.2026-04 --ground duplicate \\\n"
       "    --text \"sent on 3 May as part of UEC\""},
      ChallengeOne, contested);
  command->add_option("--ground", contested->ground, "duplicate or disproportionate")
      ->type_name("GROUND")
      ->required();
  command->add_option("--text", contested->text, "Why, without personal data")
      ->type_name("TEXT")
      ->required();

  auto upheld = std::make_shared<ObligationOptions>();
  AddReason(
      AddObligationStep(line, request,
                        {"uphold", "Keep up an obligation that was challenged, as who asks.",
                         "request uphold R0A/001-00.MSitAE.2026-04 --reason \"another month\""},
                        UpholdOne, upheld),
      &upheld->text);
  auto dropped = std::make_shared<ObligationOptions>();
  AddReason(AddObligationStep(line, request,
                              {"drop", "Agree to a challenge, as who asks: nothing is owed.",
                               "request drop R0A/001-00.MSitAE.2026-04 --reason \"it is held\""},
                              DropOne, dropped),
            &dropped->text);
}

void AddSimplifiedCommands(CommandLine* line) {
  CLI::App* simplified = line->Add(
      nullptr,
      {"simplified", "The switch for an emergency: suspend what is desirable alone, until a day.",
       "simplified show"},
      nullptr);
  auto on = std::make_shared<SimplifiedOptions>();
  CLI::App* command =
      AddWith(line, simplified,
              {"on", "Suspend what is desirable alone.",
               "simplified on --until 2027-03-31T23:00:00Z --reason \"a pandemic\""},
              SwitchOn, on);
  command->add_option("--until", on->until, "When it ends by itself, RFC 3339")
      ->type_name("TIME")
      ->required();
  AddReason(command, &on->reason);
  AddRequestIdOption(command, &on->request_id);
  auto off = std::make_shared<SimplifiedOptions>();
  command = AddWith(
      line, simplified,
      {"off", "End it before its time.", "simplified off --reason \"the emergency is over\""},
      SwitchOff, off);
  AddReason(command, &off->reason);
  AddRequestIdOption(command, &off->request_id);
  auto show = std::make_shared<SimplifiedOptions>();
  AddReadOptions(AddWith(line, simplified, {"show", "Is it on, and until when?", "simplified show"},
                         ShowMode, show),
                 &show->read);
}

}  // namespace onereturn::client
