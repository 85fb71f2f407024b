// burden, requesters, and request hours: what asking costs, and who asks.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/status/enum_words.h"
#include "onereturn/requests/v1/hours_service.grpc.pb.h"
#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

using HoursClient = ServiceClient<requests::v1::HoursService>;

constexpr TextTable::Align kFigures = TextTable::Align::kRight;

struct HoursOptions {
  std::string organisation;
  std::string body;
  std::string reference;
  std::string from;
  std::string to;
  bool lenses = false;
  ReadOptions read;
};

absl::StatusOr<HoursClient> ConnectToHours(const Environment& environment) {
  return ConnectToIngestion<requests::v1::HoursService>(environment);
}

std::string ChargedTo(const requests::v1::BurdenItem& item) {
  if (item.request().empty()) return "the collection";
  return absl::StrCat(ReferenceOf(item.request()), " of ", item.requesting_body());
}

// What follows the prefix: collection and period, as returns are named.
std::string ShortReturn(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// Each once, however many requests want it.
size_t ReturnsIn(const requests::v1::BurdenWeek& week) {
  std::set<std::string> returns;
  for (const requests::v1::BurdenItem& item : week.items()) returns.insert(item.return_());
  return returns.size();
}

// What is due is counted in whole weeks; what was avoided, by the days that were given.
std::string BurdenSentence(const HoursOptions& options, uint64_t minutes, uint64_t avoided) {
  const std::string weeks = WholeWeeksText(options.from, options.to);
  const std::string days = absl::StrCat(DayText(options.from), " to ", DayText(options.to));
  return absl::StrCat(
      options.organisation, ", ", weeks, ": ", HoursWords(minutes), " fall due; ",
      HoursWords(avoided), " avoided, because it was held or owed already.\n",
      weeks == days ? ""
                    : absl::StrCat("What is due is of whole weeks, what was avoided of requests "
                                   "that were issued from ",
                                   days, ".\n"));
}

absl::StatusOr<ExitCode> ShowBurden(const HoursOptions& options, Environment& environment) {
  requests::v1::GetBurdenRequest request;
  request.set_parent(absl::StrCat("organisations/", options.organisation));
  request.set_from_date(options.from);
  request.set_to_date(options.to);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const HoursClient client, ConnectToHours(environment));
  ASSIGN_OR_RETURN(const auto burden, client.Call(&HoursClient::Stub::GetBurden, request));
  if (environment.json) {
    environment.console.Print(JsonOf(burden) + "\n");
    return ExitCode::kOk;
  }
  TextTable weeks({{"week"},
                   {"returns", kFigures},
                   {"hours", kFigures},
                   {"to come", kFigures},
                   {"capacity", kFigures},
                   {"pounds", kFigures},
                   {"clash"}});
  TextTable returns({{"due"},
                     {"return", TextTable::Align::kLeft, true},
                     {"charged to", TextTable::Align::kLeft, true},
                     {"hours", kFigures},
                     {"sent"},
                     {"declared", kFigures}});
  MinutesByName lenses;
  uint64_t minutes = 0;
  for (const requests::v1::BurdenWeek& week : burden.weeks()) {
    minutes += week.estimated_minutes();
    weeks.Row({week.week(), absl::StrCat(ReturnsIn(week)), HoursText(week.estimated_minutes()),
               HoursText(week.minutes_to_come()), HoursText(week.capacity_minutes()),
               PoundsText(week.cost_pence()), week.clash() ? "CLASH" : ""});
    for (const requests::v1::BurdenItem& item : week.items()) {
      returns.Row({TimeText(item.due_time()), ShortReturn(item.return_()), ChargedTo(item),
                   HoursText(AllMinutes(item.estimated())), item.sent() ? "yes" : "",
                   item.has_declared() ? HoursText(AllMinutes(item.declared())) : ""});
      lenses.emplace_back(ShortReturn(item.return_()), item.estimated());
    }
  }
  const size_t width = environment.console.width();
  std::string text = BurdenSentence(options, minutes, AllMinutes(burden.avoided()));
  if (!weeks.empty()) {
    absl::StrAppend(&text, "\n", weeks.Render(width), "\n", returns.Render(width));
  } else {
    absl::StrAppend(&text, "This is what falls on ", options.organisation,
                    " itself. What is asked of those below it: onereturn request obligations --of ",
                    options.organisation, "; what falls on one: onereturn burden with its code.\n");
  }
  if (options.lenses) {
    lenses.emplace_back("avoided", burden.avoided());
    absl::StrAppend(&text, "\n", LensTable(lenses, width));
  }
  environment.console.Print(text);
  return ExitCode::kOk;
}

std::string AttentionText(const requests::v1::ListRequestersResponse& list, size_t width) {
  TextTable table({{"attention to"}, {"is"}, {"issued requests", kFigures}, {"hours", kFigures}});
  for (const requests::v1::AttentionShare& share : list.attention()) {
    table.Row({share.of(), share.value().empty() ? "not said" : share.value(),
               WithThousands(share.requests()), HoursText(share.minutes())});
  }
  return table.empty() ? ""
                       : absl::StrCat("\nOf all bodies, requests that were issued alone:\n",
                                      table.Render(width));
}

// A body that has caused more than its year allows is told so, and what it could do.
std::string BudgetWarnings(const requests::v1::ListRequestersResponse& list) {
  std::string text;
  for (const requests::v1::RequesterStanding& one : list.requesters()) {
    if (one.budget_minutes() == 0 || one.budget_used_minutes() <= one.budget_minutes()) continue;
    absl::StrAppend(&text, "\n", one.body(), " is ",
                    HoursWords(one.budget_used_minutes() - one.budget_minutes()),
                    " beyond its budget of the year: for what it asks next, something else should "
                    "end. See: onereturn request hours --body ",
                    one.body(), "\n");
  }
  return text;
}

// A body that has caused nothing may have no day on which anything was due.
std::string MedianNotice(const requests::v1::RequesterStanding& one) {
  if (one.median_notice_days() == 0 && one.minutes_caused() == 0) return "-";
  return Count(one.median_notice_days(), "day");
}

absl::StatusOr<ExitCode> ShowRequesters(const HoursOptions& options, Environment& environment) {
  requests::v1::ListRequestersRequest request;
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const HoursClient client, ConnectToHours(environment));
  ASSIGN_OR_RETURN(const auto list, client.Call(&HoursClient::Stub::ListRequesters, request));
  TextTable table({{"body"},
                   {"requests", kFigures},
                   {"hours caused", kFigures},
                   {"hours avoided", kFigures},
                   {"hours wasted", kFigures},
                   {"median notice", kFigures},
                   {"late asks", kFigures},
                   {"exceptions", kFigures},
                   {"direct asks", kFigures},
                   {"figures held when asked", kFigures},
                   {"items unused", kFigures},
                   {"budget used", kFigures}});
  for (const requests::v1::RequesterStanding& one : list.requesters()) {
    table.Row({one.body(), WithThousands(one.requests()), HoursText(one.minutes_caused()),
               HoursText(one.minutes_avoided()), HoursText(one.minutes_wasted()), MedianNotice(one),
               WithThousands(one.late_asks()), WithThousands(one.notice_exceptions()),
               WithThousands(one.direct_asks()), WithThousands(one.duplicates_avoided()),
               WithThousands(one.unused_items()),
               one.budget_minutes() == 0 ? ""
                                         : absl::StrCat(HoursWords(one.budget_used_minutes()),
                                                        " of ", HoursWords(one.budget_minutes()))});
  }
  if (environment.json || table.empty()) {
    return PrintList(list, table, "Nobody has asked for anything.", &environment);
  }
  environment.console.Print(absl::StrCat(table.Render(environment.console.width()),
                                         AttentionText(list, environment.console.width()),
                                         BudgetWarnings(list)));
  return ExitCode::kOk;
}

// Minutes of all accounts.
struct AccountSums {
  uint64_t asked = 0;
  uint64_t collected = 0;
  uint64_t avoided = 0;
  uint64_t outstanding = 0;
  uint64_t released = 0;
};

absl::StatusOr<ExitCode> ShowAccounts(const HoursOptions& options, Environment& environment) {
  requests::v1::ListAccountsRequest request;
  request.set_requesting_body(options.body);
  request.set_organisation(options.organisation);
  if (!options.reference.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_request(), RequestName(options.reference));
  }
  request.set_page_size(kRequestsAPage);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const HoursClient client, ConnectToHours(environment));
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &HoursClient::Stub::ListAccounts, request));
  TextTable table({{"body"},
                   {"org"},
                   {"asked", kFigures},
                   {"collected", kFigures},
                   {"avoided", kFigures},
                   {"outstanding", kFigures},
                   {"released", kFigures}});
  AccountSums sums;
  for (const requests::v1::Account& one : list.accounts()) {
    sums.asked += AllMinutes(one.asked());
    sums.collected += AllMinutes(one.collected());
    sums.avoided += AllMinutes(one.avoided());
    sums.outstanding += AllMinutes(one.outstanding());
    sums.released += AllMinutes(one.released());
    table.Row({one.requesting_body(), one.organisation(), HoursText(AllMinutes(one.asked())),
               HoursText(AllMinutes(one.collected())), HoursText(AllMinutes(one.avoided())),
               HoursText(AllMinutes(one.outstanding())), HoursText(AllMinutes(one.released()))});
  }
  if (list.accounts_size() > 1) {
    table.Row({"in all", "", HoursText(sums.asked), HoursText(sums.collected),
               HoursText(sums.avoided), HoursText(sums.outstanding), HoursText(sums.released)});
  }
  return PrintList(list, table, "No request has asked for anything.", &environment);
}

}  // namespace

void AddHoursCommands(CommandLine* line) {
  auto burden = std::make_shared<HoursOptions>();
  CLI::App* command =
      AddWith(line, nullptr,
              {"burden",
               "What falls on an organisation week by week, by collections and by requests, and "
               "what was avoided. Of an ICB or a region it is what falls on itself: what its "
               "providers are asked\nis in request obligations --of, and what falls on each in the "
               "burden of each.",
               "burden R0A --from 2026-04-01 --to 2026-06-30"},
              ShowBurden, burden);
  command->add_option("ORGANISATION", burden->organisation, "ODS code")->required();
  command->add_option("--from", burden->from, "First day, YYYY-MM-DD")
      ->type_name("DAY")
      ->required();
  command->add_option("--to", burden->to, "Last day, at most 366 days on")
      ->type_name("DAY")
      ->required();
  command->add_flag("--lenses", burden->lenses, "Also the minutes by lens");
  AddReadOptions(command, &burden->read);

  AddUsage(line);
  auto requesters = std::make_shared<HoursOptions>();
  AddReadOptions(
      AddWith(line, nullptr,
              {"requesters", "Who asks, what it causes and avoids, and how attention is spread.",
               "requesters"},
              ShowRequesters, requesters),
      &requesters->read);
}

void AddRequestHours(CommandLine* line, CLI::App* request) {
  auto accounts = std::make_shared<HoursOptions>();
  CLI::App* command = AddWith(
      line, request,
      {"hours",
       "The accounts: of each body and organisation asked = collected + avoided + outstanding + "
       "released.",
       "request hours --body X24\nrequest hours --request 001-00"},
      ShowAccounts, accounts);
  command->add_option("--body", accounts->body, "Only of this requesting body")->type_name("ODS");
  command->add_option("--of", accounts->organisation, "Only of this organisation")
      ->type_name("ODS");
  command->add_option("--request", accounts->reference, "Only of this request")
      ->type_name("REFERENCE");
  AddReadOptions(command, &accounts->read);
}

}  // namespace onereturn::client
