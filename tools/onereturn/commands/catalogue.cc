// catalogue: search, show, codes, diff.
#include <google/protobuf/text_format.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/stewardship_service.grpc.pb.h"
#include "onereturn/config/v1/definitions.pb.h"
#include "tools/onereturn/commands/catalogue_reading.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/printed_answer.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/definition_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using StewardshipClient = ServiceClient<catalogue::v1::StewardshipService>;

constexpr int kDefinitionsAPage = 100;
constexpr size_t kHeldPeriodsShown = 3;

struct CatalogueOptions {
  ReadOptions read;
  std::string since;
  std::string name;
  bool text_proto = false;
  catalogue::v1::SearchCatalogueRequest search;
  catalogue::v1::DiffDefinitionRequest diff;
};

template <typename Service>
absl::StatusOr<ServiceClient<Service>> ConnectTo(const Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  return session.To<Service>(kIngestion);
}

// "2027-03 (204), 2027-02 (203), ...".
std::string PeriodsHeldText(const catalogue::v1::SearchResult& result) {
  std::vector<std::string> periods;
  for (const catalogue::v1::HeldPeriod& held : result.held()) {
    if (periods.size() == kHeldPeriodsShown) break;
    periods.push_back(absl::StrCat(held.period(), " (", held.organisations(), ")"));
  }
  const bool more =
      static_cast<size_t>(result.held_size()) > kHeldPeriodsShown || result.held_further_back();
  return absl::StrCat(absl::StrJoin(periods, ", "), more ? ", ..." : "");
}

absl::StatusOr<ExitCode> SearchCatalogue(const CatalogueOptions& options,
                                         Environment& environment) {
  catalogue::v1::SearchCatalogueRequest request = options.search;
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto client, ConnectTo<catalogue::v1::StewardshipService>(environment));
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&StewardshipClient::Stub::SearchCatalogue, request));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  if (answer.results_size() == 0) {
    environment.console.Print("Nothing is held about that: try fewer or shorter words.\n");
    return ExitCode::kOk;
  }
  TextTable table({{"what"},
                   {"name", TextTable::Align::kLeft, true},
                   {"collection"},
                   {"held (organisations)", TextTable::Align::kLeft, true},
                   {"guidance", TextTable::Align::kLeft, true},
                   {"retired from"}});
  for (const catalogue::v1::SearchResult& result : answer.results()) {
    table.Row({result.name(), result.display_name(), result.collection(), PeriodsHeldText(result),
               absl::StrJoin(result.guidance(), " "), result.retired_from_period()});
  }
  std::string text = table.Render(environment.console.width());
  if (answer.found() > static_cast<uint32_t>(answer.results_size())) {
    absl::StrAppend(&text, answer.found(), " in all; more words find fewer.\n");
  }
  environment.console.Print(text);
  return ExitCode::kOk;
}

// As a steward would send it: without what the service gives.
template <typename Message>
Message AsSent(Message definition) {
  definition.clear_name();
  definition.clear_version();
  definition.clear_etag();
  return definition;
}

void AddTo(const catalogue::v1::Collection& collection, config::v1::DefinitionSet* set) {
  *set->add_collections() = AsSent(collection);
}

void AddTo(const catalogue::v1::DataItem& item, config::v1::DefinitionSet* set) {
  *set->add_items() = AsSent(item);
}

// For machines, as it is asked for; false where it is for people.
template <typename Message>
bool PrintForMachines(const Message& definition, const CatalogueOptions& options,
                      Environment* environment) {
  if (environment->json) {
    environment->console.Print(JsonOf(definition) + "\n");
  } else if (options.text_proto) {
    config::v1::DefinitionSet set;
    AddTo(definition, &set);
    std::string text;
    google::protobuf::TextFormat::PrintToString(set, &text);
    environment->console.Print(text);
  }
  return environment->json || options.text_proto;
}

absl::StatusOr<ExitCode> ShowDefinition(const CatalogueOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const auto client, ConnectTo<catalogue::v1::CatalogueService>(environment));
  ASSIGN_OR_RETURN(const auto read, ToReadAt(options.read));
  absl::string_view code = options.name;
  if (absl::ConsumePrefix(&code, "collections/")) {
    ASSIGN_OR_RETURN(const DefinedCollection defined,
                     ReadDefinedCollection(client, std::string(code), read));
    if (!PrintForMachines(defined.collection, options, &environment)) {
      environment.console.Print(
          CollectionText(defined.collection, defined.items, environment.console.width()));
    }
    return ExitCode::kOk;
  }
  if (!absl::StartsWith(options.name, "items/")) {
    return UsageError(absl::StrCat("\"", options.name, "\" is neither an item nor a collection"),
                      "Give a name such as items/ae_attendances or collections/MSitAE.");
  }
  catalogue::v1::GetItemRequest request;
  request.set_name(options.name);
  *request.mutable_read() = read;
  ASSIGN_OR_RETURN(const auto answer, client.Call(&CatalogueClient::Stub::GetItem, request));
  if (!PrintForMachines(answer.item(), options, &environment)) {
    environment.console.Print(ItemText(answer.item(), environment.console.width()));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ShowCodes(const CatalogueOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const auto client, ConnectTo<catalogue::v1::CatalogueService>(environment));
  ASSIGN_OR_RETURN(const auto read, ToReadAt(options.read));
  ASSIGN_OR_RETURN(const DefinedCollection defined,
                   ReadDefinedCollection(client, options.name, read));
  if (!environment.json) {
    environment.console.Print(CodesText(defined.items, environment.console.width()));
    return ExitCode::kOk;
  }
  JsonWriter json;
  json.BeginObject().Key("collection").Text(options.name).Key("items").BeginArray();
  for (const catalogue::v1::DataItem& item : defined.items) {
    json.BeginObject().Key("item").Text(item.code()).Key("dimensions").BeginArray();
    for (const auto& dimension : item.dimensions()) json.Message(dimension);
    json.EndArray().EndObject();
  }
  environment.console.Print(json.EndArray().EndObject().Take());
  return ExitCode::kOk;
}

void AddChangedFields(const google::protobuf::RepeatedPtrField<catalogue::v1::FieldChange>& changes,
                      TextTable* table) {
  for (const catalogue::v1::FieldChange& change : changes) {
    table->Row({change.path(), change.before(), change.after()});
  }
}

TextTable TableOfChangedFields() {
  return TextTable({{"field", TextTable::Align::kLeft, true},
                    {"before", TextTable::Align::kLeft, true},
                    {"after", TextTable::Align::kLeft, true}});
}

absl::StatusOr<ExitCode> DiffCatalogueSince(const CatalogueOptions& options,
                                            Environment& environment) {
  catalogue::v1::DiffCatalogueRequest request;
  request.set_from_position(options.since);
  request.set_page_size(kDefinitionsAPage);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto client, ConnectTo<catalogue::v1::StewardshipService>(environment));
  ASSIGN_OR_RETURN(const auto answer,
                   AllPages(client, &StewardshipClient::Stub::DiffCatalogue, request));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  std::string text;
  for (const catalogue::v1::DefinitionChange& one : answer.definitions()) {
    TextTable table = TableOfChangedFields();
    AddChangedFields(one.changes(), &table);
    absl::StrAppend(&text, one.name(), ", version ", one.from_version(), " to ", one.to_version(),
                    "\n", table.Render(environment.console.width()), "\n");
  }
  environment.console.Print(text.empty() ? "Nothing has changed since then.\n" : text);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> DiffDefinition(const CatalogueOptions& options, Environment& environment) {
  if (!options.since.empty() && options.diff.name().empty())
    return DiffCatalogueSince(options, environment);
  if (options.diff.name().empty() || !options.since.empty()) {
    return UsageError("what is to be compared is not said",
                      "Give a name such as collections/MSitAE, or --since POSITION for all.");
  }
  catalogue::v1::DiffDefinitionRequest request = options.diff;
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto client, ConnectTo<catalogue::v1::StewardshipService>(environment));
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&StewardshipClient::Stub::DiffDefinition, request));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  TextTable table = TableOfChangedFields();
  AddChangedFields(answer.changes(), &table);
  environment.console.Print(absl::StrCat(
      request.name(), ", version ", answer.from_version(), " to ", answer.to_version(), ": ",
      answer.changes_total(), " fields differ.\n", table.Render(environment.console.width())));
  return ExitCode::kOk;
}

void AddCatalogueReads(CommandLine* line, CLI::App* catalogue) {
  auto search = std::make_shared<CatalogueOptions>();
  CLI::App* command = line->Add(
      catalogue,
      {"search", "What is held about something: words of codes, names, concepts, owners.",
       "catalogue search \"emergency admissions\""},
      [search](Environment& environment) { return SearchCatalogue(*search, environment); });
  AddTextOption(command, "WORDS", "The words, or the beginnings of words", "TEXT",
                [search](const std::string& v) { search->search.set_words(v); })
      ->required();
  AddReadOptions(command, &search->read);

  auto show = std::make_shared<CatalogueOptions>();
  command =
      line->Add(catalogue,
                {"show", "Show an item or a collection as it is defined.",
                 "catalogue show collections/MSitAE"},
                [show](Environment& environment) { return ShowDefinition(*show, environment); });
  command->add_option("NAME", show->name, "Such as items/ae_attendances")->required();
  command->add_flag("--textproto", show->text_proto,
                    "As a file of definitions, which `apply` and `propose` take");
  AddReadOptions(command, &show->read);

  auto codes = std::make_shared<CatalogueOptions>();
  command =
      line->Add(catalogue,
                {"codes", "Every code that may stand in the dimensions of a collection's files.",
                 "catalogue codes DM01"},
                [codes](Environment& environment) { return ShowCodes(*codes, environment); });
  command->add_option("COLLECTION", codes->name, "Its code")->type_name("CODE")->required();
  AddReadOptions(command, &codes->read);

  auto diff = std::make_shared<CatalogueOptions>();
  command = line->Add(
      catalogue,
      {"diff",
       "Compare two versions of a definition, or the whole catalogue with an earlier state.",
       "catalogue diff collections/MSitAE --from 1 --to 2"},
      [diff](Environment& environment) { return DiffDefinition(*diff, environment); });
  AddTextOption(command, "NAME", "The definition (else --since)", "NAME",
                [diff](const std::string& v) { diff->diff.set_name(v); });
  command->add_option_function<uint32_t>(
      "--from", [diff](uint32_t v) { diff->diff.set_from_version(v); },
      "Version (else the one before)");
  command->add_option_function<uint32_t>(
      "--to", [diff](uint32_t v) { diff->diff.set_to_version(v); }, "Version (else the newest)");
  command->add_option("--since", diff->since, "A position from a receipt or an answer")
      ->type_name("POSITION");
  AddReadOptions(command, &diff->read);
}

}  // namespace

void AddCatalogueCommands(CommandLine* line) {
  CLI::App* catalogue =
      line->Add(nullptr,
                {"catalogue",
                 "What is collected: search, show, codes, diff, propose, changes, reply, decide, "
                 "withdraw, backtest,\n"
                 "organisations-of.",
                 "catalogue search \"beds\""},
                nullptr);
  AddCatalogueReads(line, catalogue);
  AddChangeCommands(line, catalogue);
  AddBacktestCommand(line, catalogue);
  AddOrganisationsOfCommand(line, catalogue);
}

}  // namespace onereturn::client
