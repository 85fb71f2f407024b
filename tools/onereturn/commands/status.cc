// status and version.
#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using OperationsClient = ServiceClient<operations::v1::OperationsService>;

std::string CursorText(const operations::v1::FeedCursor& cursor) {
  return absl::StrCat(cursor.service(), " to ", WithThousands(cursor.sequence()),
                      cursor.fault().empty() ? "" : ", STOPPED: ", cursor.fault(),
                      cursor.paused().empty() ? "" : ", WAITS: ", cursor.paused());
}

std::string DiskText(const operations::v1::StorageStatus& storage) {
  return absl::StrCat(BytesText(storage.free_bytes()), " free",
                      storage.writes_refused() ? ", WRITES REFUSED" : "");
}

// What is wrong, in a service's own words; empty when nothing is.
std::vector<std::string> FaultsOf(const operations::v1::GetStatusResponse& status) {
  std::vector<std::string> faults;
  for (const auto& cursor : status.cursors()) {
    if (!cursor.fault().empty()) faults.push_back(cursor.fault());
  }
  for (const auto& witnessed : status.witnessed()) {
    if (!witnessed.fault().empty()) {
      faults.push_back(absl::StrCat(witnessed.service(), "'s ledger: ", witnessed.fault()));
    }
  }
  return faults;
}

// Of a service that did not say how it stands: one that answered with a reason was reached.
std::string StateText(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kDataLoss) return "DATA LOSS";
  const auto details = DetailsOf(status);
  return details.has_value() ? std::string(NameOf(details->reason)) : "NOT REACHED";
}

void AddRow(const config::v1::Peer& peer,
            const absl::StatusOr<operations::v1::GetStatusResponse>& answer, TextTable* table) {
  if (!answer.ok()) {
    table->Row({peer.service(), peer.address(), StateText(answer.status()), "", "", "", "", "",
                std::string(answer.status().message())});
    return;
  }
  std::vector<std::string> parts;
  for (const auto& cursor : answer->cursors()) parts.push_back(CursorText(cursor));
  for (const auto& witnessed : answer->witnessed()) {
    parts.push_back(absl::StrCat(
        "holds ", witnessed.service(), "'s head of ", WithThousands(witnessed.size()),
        witnessed.fault().empty() ? "" : absl::StrCat(", NOT BELIEVED: ", witnessed.fault())));
  }
  table->Row({peer.service(), peer.address(), FaultsOf(*answer).empty() ? "serving" : "FAULT",
              answer->version(), absl::StrCat(answer->epoch()), WithThousands(answer->sequence()),
              absl::StrCat(BytesText(answer->resident_bytes()), " (",
                           BytesText(answer->peak_resident_bytes()), ")"),
              DiskText(answer->storage()), absl::StrJoin(parts, "; ")});
}

// One that refuses this caller refuses it everywhere: that is an error, not a state.
bool IsState(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable ||
         status.code() == absl::StatusCode::kDataLoss;
}

using Answers = std::vector<absl::StatusOr<operations::v1::GetStatusResponse>>;

constexpr std::chrono::milliseconds kLookAgain{250};

// What each service says. Those that are not reached are asked again until `wait_seconds` are over.
Answers Ask(const std::vector<OperationsClient>& services, double wait_seconds, Console* console) {
  const operations::v1::GetStatusRequest request;
  Answers answers;
  for (const OperationsClient& service : services) {
    answers.push_back(service.Call(&OperationsClient::Stub::GetStatus, request));
  }
  const int64_t end = SteadyMicros() + static_cast<int64_t>(wait_seconds * 1'000'000);
  bool told = false;
  const auto silent = [](const auto& answer) {
    return answer.status().code() == absl::StatusCode::kUnavailable;
  };
  while (std::any_of(answers.begin(), answers.end(), silent) && SteadyMicros() < end) {
    if (!std::exchange(told, true)) console->Note("Waiting until every service listens.\n");
    PauseFor(kLookAgain);
    for (size_t i = 0; i < services.size(); ++i) {
      if (!silent(answers[i])) continue;
      answers[i] = services[i].Call(&OperationsClient::Stub::GetStatus, request);
    }
  }
  return answers;
}

absl::StatusOr<ExitCode> Status(double wait_seconds, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  TextTable table({{"service"},
                   {"address"},
                   {"state"},
                   {"version"},
                   {"epoch", TextTable::Align::kRight},
                   {"sequence", TextTable::Align::kRight},
                   {"memory (peak)", TextTable::Align::kRight},
                   {"disk", TextTable::Align::kRight},
                   {"follows", TextTable::Align::kLeft, true}});
  std::vector<OperationsClient> services;
  for (const config::v1::Peer& peer : session.profile().services()) {
    ASSIGN_OR_RETURN(auto client, session.To<operations::v1::OperationsService>(peer.service()));
    services.push_back(std::move(client));
  }
  const Answers answers = Ask(services, wait_seconds, &environment.console);
  JsonWriter json;
  json.BeginObject().Key("services").BeginArray();
  ExitCode code = ExitCode::kOk;
  for (size_t i = 0; i < services.size(); ++i) {
    const config::v1::Peer& peer = services[i].peer();
    const auto& answer = answers[i];
    if (!answer.ok() && !IsState(answer.status())) return answer.status();
    if (!answer.ok() || !FaultsOf(*answer).empty()) code = ExitCode::kRefused;
    AddRow(peer, answer, &table);
    json.BeginObject().Key("service").Text(peer.service()).Key("address").Text(peer.address());
    if (answer.ok()) {
      json.Key("status").Message(*answer);
    } else {
      json.Key("error").Text(answer.status().message());
    }
    json.EndObject();
  }
  json.EndArray().EndObject();
  environment.console.Print(environment.json ? json.Take()
                                             : table.Render(environment.console.width()));
  return code;
}

absl::StatusOr<ExitCode> Version(Environment& environment) {
  if (environment.json) {
    JsonWriter json;
    json.BeginObject().Key("version").Text(ONERETURN_VERSION).EndObject();
    environment.console.Print(json.Take());
  } else {
    environment.console.Print("onereturn " ONERETURN_VERSION "\n");
  }
  return ExitCode::kOk;
}

}  // namespace

void AddStatusCommands(CommandLine* line) {
  auto wait_seconds = std::make_shared<double>(0);
  CLI::App* status = line->Add(
      nullptr,
      {"status",
       "Show where each service stands: version, sequence, memory, disk, how far it has "
       "followed the others,\nand what it holds of their ledgers. Exits with 3 when one is not "
       "reached or has a fault.",
       "status --profile operator.profile.textproto"},
      [wait_seconds](Environment& environment) { return Status(*wait_seconds, environment); });
  constexpr double kLongestWaitSeconds = 3'600;
  status
      ->add_option("--wait", *wait_seconds,
                   "Wait so long at most until every service is reached: they may be starting")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, kLongestWaitSeconds));
  line->Add(nullptr, {"version", "Show the client's version.", "version"}, Version);
}

}  // namespace onereturn::client
