// catalogue organisations-of: what a published file names and the catalogue does not know yet.
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/utf8.h"
#include "common/csv/csv_reader.h"
#include "common/hierarchy/ods_code.h"
#include "common/period/civil_day.h"
#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "onereturn/config/v1/definitions.pb.h"
#include "services/ingestion/domain/return_file.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/file_upload.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

using CatalogueClient = ServiceClient<catalogue::v1::CatalogueService>;

constexpr size_t kTextsShown = 5;
constexpr size_t kTextShownBytes = 12;
constexpr size_t kMostNameBytes = 200;
constexpr char kOrganisationOfLongFiles[] = "organisation";

struct OrganisationsOfOptions {
  std::string file;
  std::string collection;
  std::string layout;
  std::string nation;
  std::string from;
  std::string name_header;
  std::string out;
};

// Which columns and rows of the file name organisations.
struct NamingColumns {
  std::string code_header;
  std::string name_header;  // Empty: the file gives no names.
  std::string total_label;  // Empty: no row is a total.
};

struct NamedOrganisations {
  std::map<std::string, std::string> names;  // By code; empty where the file gives none.
  std::set<std::string> no_codes;            // What stands in the column and is no code.
};

absl::StatusOr<NamingColumns> ColumnsOf(const catalogue::v1::Collection& collection,
                                        const OrganisationsOfOptions& options) {
  std::vector<std::string> codes;
  for (const catalogue::v1::Layout& layout : collection.layouts()) {
    codes.push_back(layout.code());
    if (layout.code() != options.layout) continue;
    if (layout.has_long_()) return NamingColumns{kOrganisationOfLongFiles, options.name_header, ""};
    if (layout.wide().organisation_header().empty()) {
      return UsageError(
          absl::StrCat("files of the layout ", options.layout,
                       " name no organisation: each is of one, named when it is sent"),
          "Define that organisation with apply.");
    }
    return NamingColumns{layout.wide().organisation_header(), options.name_header,
                         layout.wide().total_label()};
  }
  return UsageError(absl::StrCat("the collection has no layout \"", options.layout, "\""),
                    absl::StrCat("Give one of: ", absl::StrJoin(codes, ", "), "."));
}

// The place of a header; a usage error where the file has no such column.
absl::StatusOr<size_t> PlaceOf(const std::string& header,
                               const std::vector<absl::string_view>& fields) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (absl::StripAsciiWhitespace(fields[i]) == header) return i;
  }
  return UsageError(absl::StrCat("the file has no column \"", header, "\""),
                    "Name the layout that the file has, and for names a column that it has.");
}

absl::StatusOr<NamedOrganisations> ReadNames(const std::string& bytes,
                                             const NamingColumns& columns) {
  NamedOrganisations named;
  std::optional<size_t> code_column;
  std::optional<size_t> name_column;
  CsvReader reader(
      CsvLimits(), [&](int64_t, const std::vector<absl::string_view>& fields) -> absl::Status {
        if (!code_column.has_value()) {
          ASSIGN_OR_RETURN(code_column, PlaceOf(columns.code_header, fields));
          if (columns.name_header.empty()) return absl::OkStatus();
          ASSIGN_OR_RETURN(name_column, PlaceOf(columns.name_header, fields));
          return absl::OkStatus();
        }
        if (*code_column >= fields.size() || ingestion::IsBlankRow(fields)) return absl::OkStatus();
        const absl::string_view code = absl::StripAsciiWhitespace(fields[*code_column]);
        if (!columns.total_label.empty() && absl::EqualsIgnoreCase(code, columns.total_label)) {
          return absl::OkStatus();
        }
        if (!CheckOdsCode(code).ok()) {
          named.no_codes.insert(std::string(CutAtCharacter(code, kTextShownBytes)));
          return absl::OkStatus();
        }
        std::string& name = named.names[std::string(code)];
        if (!name_column.has_value() || *name_column >= fields.size()) return absl::OkStatus();
        // Of several names the last one: a file in order of time ends with the newest.
        name = std::string(
            CutAtCharacter(absl::StripAsciiWhitespace(fields[*name_column]), kMostNameBytes));
        return absl::OkStatus();
      });
  RETURN_IF_ERROR(reader.Feed(bytes));
  RETURN_IF_ERROR(reader.Finish());
  return named;
}

absl::Status RemoveKnown(const CatalogueClient& client, NamedOrganisations* named) {
  catalogue::v1::ListOrganisationsRequest request;
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(const auto list,
                   AllPages(client, &CatalogueClient::Stub::ListOrganisations, request));
  for (const auto& organisation : list.organisations()) named->names.erase(organisation.code());
  return absl::OkStatus();
}

config::v1::DefinitionSet DefinitionsOf(const NamedOrganisations& named,
                                        const OrganisationsOfOptions& options) {
  config::v1::DefinitionSet set;
  for (const auto& [code, name] : named.names) {
    catalogue::v1::Organisation* organisation = set.add_organisations();
    organisation->set_code(code);
    organisation->set_display_name(name.empty() ? code : name);
    organisation->set_type(catalogue::v1::ORGANISATION_TYPE_UNKNOWN);
    organisation->set_note("named by a file of returns alone; type not known, no ICB recorded");
    if (options.nation.empty()) continue;
    catalogue::v1::Relationship* tie = organisation->add_relationships();
    tie->set_kind(catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_NATION);
    tie->set_parent(options.nation);
    tie->set_from_date(options.from);
    tie->set_lead(true);
  }
  return set;
}

std::string FileText(const config::v1::DefinitionSet& set, const OrganisationsOfOptions& options) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(set, &text);
  return absl::StrCat("# proto-file: onereturn/config/v1/definitions.proto\n",
                      "# proto-message: DefinitionSet\n#\n", "# Organisations that a file of ",
                      options.collection, " names and the catalogue did not know.\n",
                      "# Correct what is known better; then: onereturn apply FILE\n\n", text);
}

absl::Status CheckOptions(const OrganisationsOfOptions& options) {
  if (options.nation.empty() != options.from.empty()) {
    return UsageError("--nation and --from go together",
                      "Name the nation whose figures they count in, and the first day of it.");
  }
  if (options.from.empty() || CivilDay::Parse(options.from).ok()) return absl::OkStatus();
  return UsageError(absl::StrCat("\"", options.from, "\" is no day"),
                    "Write a day such as 2016-04-01.");
}

absl::Status WriteOut(const std::string& path, const std::string& text) {
  if (std::ifstream(path).good()) {
    return UsageError(absl::StrCat("\"", path, "\" is there already"),
                      "Name another file with --out: what was corrected by hand is kept.");
  }
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  stream.close();
  if (stream.good()) return absl::OkStatus();
  return UsageError(absl::StrCat("\"", path, "\" cannot be written"),
                    "Name a file in a folder that you may write to.");
}

std::string SummaryText(const NamedOrganisations& named, size_t all,
                        const OrganisationsOfOptions& options) {
  std::string text =
      absl::StrCat(Count(all, "organisation"), " in ", options.file, ": ",
                   WithThousands(all - named.names.size()), " known already, ",
                   WithThousands(named.names.size()), " written to ", options.out, ".\n");
  if (!named.names.empty()) {
    absl::StrAppend(&text, "Look through it, then: onereturn apply ", options.out, "\n");
  }
  return text;
}

std::string LeftOutText(const NamedOrganisations& named) {
  std::vector<std::string> shown(named.no_codes.begin(), named.no_codes.end());
  if (shown.size() > kTextsShown) {
    shown.resize(kTextsShown);
    shown.emplace_back("...");
  }
  return absl::StrCat("Left out, no codes of organisations: ", absl::StrJoin(shown, ", "), "\n");
}

absl::StatusOr<ExitCode> OrganisationsOf(const OrganisationsOfOptions& options,
                                         Environment& environment) {
  RETURN_IF_ERROR(CheckOptions(options));
  ASSIGN_OR_RETURN(const LocalFile file, ReadLocalFile(options.file));
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<catalogue::v1::CatalogueService>(kIngestion));
  catalogue::v1::GetCollectionRequest request;
  request.set_name(absl::StrCat("collections/", options.collection));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&CatalogueClient::Stub::GetCollection, request));
  ASSIGN_OR_RETURN(const NamingColumns columns, ColumnsOf(answer.collection(), options));
  ASSIGN_OR_RETURN(NamedOrganisations named, ReadNames(file.bytes, columns));
  const size_t all = named.names.size();
  RETURN_IF_ERROR(RemoveKnown(client, &named));
  const config::v1::DefinitionSet set = DefinitionsOf(named, options);
  const std::string text = FileText(set, options);
  if (!options.out.empty()) RETURN_IF_ERROR(WriteOut(options.out, text));
  if (!named.no_codes.empty()) environment.console.Note(LeftOutText(named));
  if (environment.json) {
    environment.console.Print(JsonOf(set) + "\n");
  } else if (options.out.empty()) {
    environment.console.Print(text);
  } else {
    environment.console.Print(SummaryText(named, all, options));
  }
  return named.no_codes.empty() ? ExitCode::kOk : ExitCode::kInvalidData;
}

}  // namespace

void AddOrganisationsOfCommand(CommandLine* line, CLI::App* catalogue) {
  auto options = std::make_shared<OrganisationsOfOptions>();
  CLI::App* command = line->Add(
      catalogue,
      {"organisations-of",
       "Write definitions of the organisations that a published file names and the\n"
       "catalogue does not know: type unknown, no ICB. They are sent with apply.",
       "catalogue organisations-of ae_attendances.csv --collection MSitAE \\\n"
       "    --layout months-by-type --nation X24 --from 2016-04-01 --out old.textproto"},
      [options](Environment& environment) { return OrganisationsOf(*options, environment); });
  command->add_option("FILE", options->file, "The published file")->type_name("")->required();
  command->add_option("--collection", options->collection, "Code of the collection")
      ->type_name("CODE")
      ->required();
  command->add_option("--layout", options->layout, "Which of the collection's layouts the file has")
      ->type_name("CODE")
      ->required();
  command
      ->add_option("--nation", options->nation,
                   "In whose figures theirs count; else in nobody's but their own")
      ->type_name("CODE");
  command->add_option("--from", options->from, "From which day on they count there")
      ->type_name("DAY");
  command
      ->add_option("--name-header", options->name_header,
                   "The column that holds their names (else their codes stand for them)")
      ->type_name("TEXT");
  command->add_option("--out", options->out, "The file to write (else the screen)")
      ->type_name("FILE");
}

}  // namespace onereturn::client
