// access-log: who called, and what came of it.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/feed/wire.h"
#include "common/identity/roles.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/access/v1/access_service.grpc.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/connection/profile.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using access::v1::AccessEntry;
using access::v1::AccessLogService;
using access::v1::ListAccessRequest;

constexpr int kPage = 1'000;

struct AccessLogOptions {
  std::string service;
  std::string organisation;
  std::string from;
  std::string until;
  int most = 200;
};

absl::StatusOr<google::protobuf::Timestamp> TimeOf(const std::string& option,
                                                   const std::string& text) {
  const absl::StatusOr<Timestamp> time = ParseTimestamp(text);
  if (!time.ok()) {
    return UsageError(absl::StrCat(option, ": ", time.status().message()),
                      "Write a time such as 2024-05-01T09:00:00Z.");
  }
  return ToWire(*time);
}

std::string CallerText(const AccessEntry& entry) {
  const std::string& system = entry.system().empty() ? entry.peer() : entry.system();
  return entry.person().empty() ? system : absl::StrCat(entry.person(), " at ", system);
}

// What came of it, and of how many calls alike.
std::string AnswerText(const AccessEntry& entry) {
  const std::string& answer = entry.reason().empty() ? entry.code() : entry.reason();
  return entry.calls() > 1 ? absl::StrCat(answer, " x ", entry.calls()) : answer;
}

void AddRow(const std::string& service, const AccessEntry& entry, TextTable* table) {
  const std::string method = entry.method().substr(entry.method().rfind('.') + 1);
  const Timestamp time{entry.time().seconds() * 1'000'000 + entry.time().nanos() / 1'000};
  table->Row({FormatTimestamp(time).substr(0, 19), service, method, CallerText(entry),
              entry.role() == rights::v1::ROLE_UNSPECIFIED ? "" : RoleName(entry.role()),
              absl::StrJoin(entry.organisations(), " "), AnswerText(entry),
              absl::StrCat(entry.micros() / 1'000)});
}

// Who acts for one organisation reads of that one alone, and has to name it.
absl::Status NamesNoOrganisation(const absl::Status& status) {
  const auto details = DetailsOf(status);
  if (!details.has_value() || details->reason != Reason::kOrgScope) return status;
  return WithRemedy(
      status,
      "Without --organisation all calls are asked for, which only callers of national "
      "scope may read: give --organisation with the code of yours, which "
      "`onereturn rights mine` lists.");
}

// What one service kept, at most `most` entries.
absl::StatusOr<std::vector<AccessEntry>> EntriesOf(const Session& session,
                                                   const std::string& service,
                                                   ListAccessRequest request, size_t most,
                                                   Environment& environment) {
  ASSIGN_OR_RETURN(const auto client, session.To<AccessLogService>(service));
  const bool all_organisations = request.organisation().empty();
  std::vector<AccessEntry> entries;
  do {
    request.set_page_size(static_cast<int32_t>(std::min<size_t>(kPage, most - entries.size())));
    auto answer = client.Call(&AccessLogService::Stub::ListAccess, request);
    if (!answer.ok() && all_organisations) return NamesNoOrganisation(answer.status());
    ASSIGN_OR_RETURN(auto page, std::move(answer));
    for (AccessEntry& entry : *page.mutable_entries()) entries.push_back(std::move(entry));
    for (const std::string& file : page.incomplete_files()) {
      environment.console.Note(
          absl::StrCat("The ", service, " service cannot read its file ", file, " to the end.\n"));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && entries.size() < most);
  if (!request.page_token().empty()) {
    environment.console.Note(absl::StrCat("The ", service, " service holds more than these ", most,
                                          ": give a later --from, or a larger --most.\n"));
  }
  return entries;
}

absl::StatusOr<ExitCode> List(const AccessLogOptions& options, Environment& environment) {
  ListAccessRequest request;
  request.set_organisation(options.organisation);
  if (!options.from.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_from_time(), TimeOf("--from", options.from));
  }
  if (!options.until.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_until_time(), TimeOf("--until", options.until));
  }
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  if (!options.service.empty()) {
    RETURN_IF_ERROR(PeerOf(session.profile(), options.service).status());
  }
  TextTable table({{"time (UTC)"},
                   {"service"},
                   {"call"},
                   {"caller", TextTable::Align::kLeft, true},
                   {"role"},
                   {"concerns"},
                   {"answer"},
                   {"ms", TextTable::Align::kRight}});
  JsonWriter json;
  json.BeginObject().Key("services").BeginArray();
  for (const config::v1::Peer& peer : session.profile().services()) {
    if (!options.service.empty() && options.service != peer.service()) continue;
    ASSIGN_OR_RETURN(const auto entries, EntriesOf(session, peer.service(), request,
                                                   static_cast<size_t>(options.most), environment));
    json.BeginObject().Key("service").Text(peer.service()).Key("entries").BeginArray();
    for (const AccessEntry& entry : entries) {
      AddRow(peer.service(), entry, &table);
      json.Message(entry);
    }
    json.EndArray().EndObject();
  }
  json.EndArray().EndObject();
  environment.console.Print(environment.json ? json.Take()
                                             : table.Render(environment.console.width()));
  return ExitCode::kOk;
}

}  // namespace

void AddAccessLogCommand(CommandLine* line) {
  auto options = std::make_shared<AccessLogOptions>();
  CLI::App* command =
      line->Add(nullptr,
                {"access-log",
                 "List who called, under which role, whom it concerned, and what came of it. An "
                 "organisation\n"
                 "sees the calls that concerned it or were made for it; the auditor sees all.",
                 "access-log --organisation RLQ --from 2024-05-01T00:00:00Z --profile "
                 "submitter-RLQ.profile.textproto"},
                [options](Environment& environment) { return List(*options, environment); });
  command
      ->add_option("--organisation", options->organisation,
                   "Only what concerns this one; callers of national scope may leave it out")
      ->type_name("CODE");
  command->add_option("--service", options->service, "ingestion, metrics or assessment; else all")
      ->type_name("NAME")
      ->check(CLI::IsMember({kIngestion, kMetrics, kAssessment}));
  command->add_option("--from", options->from, "The first time; else 24 hours ago")
      ->type_name("TIME");
  command->add_option("--until", options->until, "Up to and without this time; else now")
      ->type_name("TIME");
  command->add_option("--most", options->most, "At most so many of each service")
      ->type_name("NUMBER")
      ->check(CLI::Range(1, 100'000));
}

}  // namespace onereturn::client
