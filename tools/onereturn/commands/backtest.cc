// catalogue backtest: a rule tried on past returns.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "onereturn/catalogue/v1/stewardship_service.grpc.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/definition_plan.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

struct BacktestOptions {
  std::string file;
  std::string rule;
  std::string severity;
  catalogue::v1::BacktestRuleRequest request;
};

absl::StatusOr<catalogue::v1::Collection> CollectionOfRule(const BacktestOptions& options,
                                                           const Session& session) {
  const std::string& code = options.request.collection();
  if (options.file.empty()) {
    ASSIGN_OR_RETURN(const auto client, session.To<catalogue::v1::CatalogueService>(kIngestion));
    catalogue::v1::GetCollectionRequest request;
    request.set_name(absl::StrCat("collections/", code));
    ASSIGN_OR_RETURN(const auto answer,
                     client.Call(&catalogue::v1::CatalogueService::Stub::GetCollection, request));
    return answer.collection();
  }
  ASSIGN_OR_RETURN(const std::vector<Definition> definitions, ReadDefinitions({options.file}));
  for (const Definition& definition : definitions) {
    const auto* collection = std::get_if<catalogue::v1::Collection>(&definition.content);
    if (collection != nullptr && collection->code() == code) return *collection;
  }
  return UsageError(absl::StrCat("\"", options.file, "\" holds no collection ", code),
                    "Give a file of definitions with the collection and its candidate rule.");
}

absl::StatusOr<catalogue::v1::Rule> CandidateRule(const BacktestOptions& options,
                                                  const catalogue::v1::Collection& collection) {
  for (const catalogue::v1::Rule& held : collection.rules()) {
    if (held.code() != options.rule) continue;
    catalogue::v1::Rule rule = held;
    if (options.severity.empty()) return rule;
    std::string name = absl::StrCat("SEVERITY_", options.severity);
    absl::AsciiStrToUpper(&name);
    common::v1::Severity severity = common::v1::SEVERITY_UNSPECIFIED;
    common::v1::Severity_Parse(name, &severity);
    rule.set_severity(severity);
    return rule;
  }
  return UsageError(absl::StrCat("collection ", collection.code(), " has no rule ", options.rule),
                    "Give the code of one of its rules, or a --file that holds it.");
}

std::string WhatSeverityDoes(common::v1::Severity severity) {
  switch (severity) {
    case common::v1::SEVERITY_ERROR:
      return "would have been stopped";
    case common::v1::SEVERITY_EXPLAIN:
      return "would have been asked for a reason";
    default:
      return "would have been told of it";
  }
}

void PrintBacktest(const catalogue::v1::Rule& rule, const catalogue::v1::BacktestRuleResponse& last,
                   Environment* environment) {
  const catalogue::v1::BacktestOutcome& outcome = last.outcome();
  std::string text =
      absl::StrCat(rule.code(), ": of ", last.returns_examined(), " returns ",
                   outcome.returns_found(), " ", WhatSeverityDoes(rule.severity()), ".\n");
  if (outcome.returns_not_fitting() > 0) {
    absl::StrAppend(&text, outcome.returns_not_fitting(),
                    " are of periods whose definition the rule does not fit.\n");
  }
  if (outcome.incomplete()) {
    absl::StrAppend(&text, "Older returns were left out: ask for them with --to.\n");
  }
  TextTable organisations({{"organisation"},
                           {"returns", TextTable::Align::kRight},
                           {"found", TextTable::Align::kRight}});
  for (const catalogue::v1::BacktestOrganisation& row : outcome.organisations()) {
    if (row.found() == 0) continue;
    organisations.Row({row.organisation(), absl::StrCat(row.returns()), absl::StrCat(row.found())});
  }
  TextTable examples({{"organisation"},
                      {"period"},
                      {"revision", TextTable::Align::kRight},
                      {"finding", TextTable::Align::kLeft, true},
                      {"got", TextTable::Align::kLeft, true}});
  for (const catalogue::v1::BacktestExample& one : outcome.examples()) {
    examples.Row({one.organisation(), one.period(), absl::StrCat(one.revision()),
                  one.finding().message(), one.finding().got()});
  }
  if (outcome.returns_found() > 0) {
    absl::StrAppend(&text, "\n", organisations.Render(environment->console.width()), "\n",
                    examples.Render(environment->console.width()));
  }
  environment->console.Print(text);
}

absl::StatusOr<ExitCode> TryRule(const BacktestOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const catalogue::v1::Collection collection, CollectionOfRule(options, session));
  catalogue::v1::BacktestRuleRequest request = options.request;
  ASSIGN_OR_RETURN(*request.mutable_rule(), CandidateRule(options, collection));
  ASSIGN_OR_RETURN(const auto client, session.To<catalogue::v1::StewardshipService>(kIngestion));
  catalogue::v1::BacktestRuleResponse last;
  RETURN_IF_ERROR(
      (client.Stream<catalogue::v1::BacktestRuleRequest, catalogue::v1::BacktestRuleResponse>(
          &catalogue::v1::StewardshipService::Stub::BacktestRule, request, true,
          [&](const catalogue::v1::BacktestRuleResponse& message) {
            last = message;
            environment.console.Progress(absl::StrCat("trying ", request.rule().code(), ": ",
                                                      message.returns_examined(), " of ",
                                                      message.returns_total()));
            return true;
          })));
  environment.console.EndProgress();
  if (!last.has_outcome()) return absl::DataLossError("the service ended without an outcome");
  if (environment.json) {
    environment.console.Print(JsonOf(last) + "\n");
  } else {
    PrintBacktest(request.rule(), last, &environment);
  }
  return ExitCode::kOk;
}

}  // namespace

void AddBacktestCommand(CommandLine* line, CLI::App* catalogue) {
  auto options = std::make_shared<BacktestOptions>();
  CLI::App* command = line->Add(
      catalogue,
      {"backtest", "Try a rule on past returns: how many it would have stopped, and whose.",
       "catalogue backtest MSitAE --rule AE04 --severity error --from 2023-04"},
      [options](Environment& environment) { return TryRule(*options, environment); });
  const auto text = [command](const std::string& option, const std::string& what,
                              const std::string& type,
                              std::function<void(const std::string& value)> set) {
    return command->add_option_function<std::string>(option, std::move(set), what)->type_name(type);
  };
  text("COLLECTION", "Its code", "CODE", [options](const std::string& v) {
    options->request.set_collection(v);
  })->required();
  command->add_option("--rule", options->rule, "Code of the rule")->type_name("CODE")->required();
  command->add_option("--file", options->file, "Definitions with the candidate (else in force)")
      ->type_name("FILE");
  command->add_option("--severity", options->severity, "As if it were error, explain or info")
      ->check(CLI::IsMember({"error", "explain", "info"}));
  text("--from", "First period", "PERIOD",
       [options](const std::string& v) { options->request.set_from_period(v); });
  text("--to", "Last period", "PERIOD",
       [options](const std::string& v) { options->request.set_to_period(v); });
  command->add_option_function<int32_t>(
      "--examples", [options](int32_t v) { options->request.set_most_examples(v); },
      "Findings shown (else 20)");
}

}  // namespace onereturn::client
