// request likenesses, same, different: is what somebody describes an item that is held? And
// request rules: what the register goes by.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/status/enum_words.h"
#include "onereturn/config/v1/definitions.pb.h"
#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/offline/request_file.h"

namespace onereturn::client {
namespace {

using requests::v1::Likeness;
using requests::v1::RequestRules;

constexpr char kLikenesses[] = "likenesses/";
constexpr size_t kDigestDigits = 64;
constexpr size_t kDigitsShown = 12;
constexpr size_t kFewestDigits = 8;

struct LikenessOptions {
  bool decided = false;
  std::string name;
  std::string reason;
  bool replace = false;
  std::string file;
  bool validate_only = false;
  std::string request_id;
  ReadOptions read;
};

absl::StatusOr<requests::v1::ListLikenessesResponse> AllLikenesses(const RequestsClient& client,
                                                                   bool decided) {
  requests::v1::ListLikenessesRequest request;
  request.set_decided(decided);
  request.set_page_size(kRequestsAPage);
  return AllPages(client, &RequestsClient::Stub::ListLikenesses, request);
}

// "5f2a91c07be4.ae_attendances": the first digits of the digest, and the item.
std::string ShortLikeness(const Likeness& one) {
  absl::string_view name = one.name();
  absl::ConsumePrefix(&name, kLikenesses);
  if (name.size() <= kDigestDigits) return std::string(name);
  return absl::StrCat(name.substr(0, kDigitsShown), name.substr(kDigestDigits));
}

std::string DecisionText(const Likeness& one) {
  if (!one.has_decided()) return "";
  return absl::StrCat(one.same() ? "same" : "different", ", ", RequestStepText(one.decided()));
}

absl::StatusOr<ExitCode> ListAllLikenesses(const LikenessOptions& options,
                                           Environment& environment) {
  ASSIGN_OR_RETURN(const RequestsClient client,
                   ConnectToIngestion<requests::v1::RequestsService>(environment));
  ASSIGN_OR_RETURN(const auto list, AllLikenesses(client, options.decided));
  TextTable table({{"likeness"},
                   {"alike", TextTable::Align::kRight},
                   {"is this", TextTable::Align::kLeft, true},
                   {"the item"},
                   {"found in"},
                   {"decided", TextTable::Align::kLeft, true}});
  for (const Likeness& one : list.likenesses()) {
    table.Row({ShortLikeness(one),
               absl::StrFormat("%d.%d %%", one.likeness() / 10, one.likeness() % 10),
               absl::StrCat(one.described().display_name(), ": ", one.described().definition_text(),
                            " (", one.described().unit(), ")"),
               one.item(), absl::StrCat(ReferenceOf(one.request()), " line ", one.line()),
               DecisionText(one)});
  }
  return PrintList(list, table, "Nothing is alike that is not decided.", &environment);
}

// The name that a list's short form stands for; a whole name is taken as it is.
absl::StatusOr<std::string> LikenessName(const RequestsClient& client, absl::string_view text) {
  absl::ConsumePrefix(&text, kLikenesses);
  const absl::string_view digits = text.substr(0, text.find('.'));
  if (digits.size() == kDigestDigits && text.size() > kDigestDigits + 1) {
    return absl::StrCat(kLikenesses, text);
  }
  std::vector<std::string> found;
  ASSIGN_OR_RETURN(const auto list, AllLikenesses(client, /*decided=*/true));
  for (const Likeness& one : list.likenesses()) {
    const bool is_item =
        digits.size() == text.size() || absl::EndsWith(one.name(), text.substr(digits.size()));
    if (absl::StartsWith(one.name(), absl::StrCat(kLikenesses, digits)) && is_item) {
      found.push_back(one.name());
    }
  }
  if (digits.size() < kFewestDigits || found.size() != 1) {
    return UsageError(absl::StrCat("\"", text, "\" is too short, or names not just one likeness"),
                      "Give it as onereturn request likenesses shows it.");
  }
  return found.front();
}

absl::StatusOr<ExitCode> DecideLike(const LikenessOptions& options, bool same,
                                    Environment& environment) {
  ASSIGN_OR_RETURN(const RequestsClient client,
                   ConnectToIngestion<requests::v1::RequestsService>(environment));
  requests::v1::DecideLikenessRequest request;
  ASSIGN_OR_RETURN(*request.mutable_name(), LikenessName(client, options.name));
  request.set_same(same);
  request.set_reason(options.reason);
  request.set_replace(options.replace);
  request.set_request_id(IdOr(options.request_id, "likeness.decide", request));
  if (options.replace && options.request_id.empty()) {
    // What was replaced may be replaced back, and again: the id is also of what was decided before.
    ASSIGN_OR_RETURN(const auto list, AllLikenesses(client, /*decided=*/true));
    for (const Likeness& one : list.likenesses()) {
      if (one.name() != request.name()) continue;
      request.set_request_id(absl::StrCat(request.request_id(), ".", one.decided().sequence()));
    }
  }
  ASSIGN_OR_RETURN(const auto answer, client.Call(&RequestsClient::Stub::DecideLikeness, request));
  return PrintStep(answer, answer.likeness().described().display_name(),
                   absl::StrCat(same ? "is " : "is another figure than ", answer.likeness().item()),
                   "Requests that describe it are matched so from now on.\n", &environment);
}

absl::StatusOr<ExitCode> SameItem(const LikenessOptions& options, Environment& environment) {
  return DecideLike(options, /*same=*/true, environment);
}

absl::StatusOr<ExitCode> DifferentItem(const LikenessOptions& options, Environment& environment) {
  return DecideLike(options, /*same=*/false, environment);
}

std::string RulesText(const RequestRules& rules, size_t width) {
  std::string text = absl::StrCat(rules.code(), ", version ", rules.version(), "\n");
  for (const requests::v1::NoticeRule& rule : rules.notice()) {
    absl::StrAppend(&text, "  notice for ", EnumWords(rule.change_class()), ": ",
                    Count(rule.days(), "day"), "\n");
  }
  absl::StrAppend(
      &text, "  near duplicate from ",
      absl::StrFormat("%d.%d", rules.near_duplicate_from() / 10, rules.near_duplicate_from() % 10),
      " % alike\n  clash above ", HoursWords(rules.clash_minutes_a_week()), " a week; capacity ",
      HoursWords(rules.capacity_minutes_a_week()), " a week\n  unused for ",
      Count(rules.unused_periods(), "period"), ": review\n  a challenge lapses after ",
      Count(rules.challenge_days(), "day"), "; review ", Count(rules.review_days(), "day"),
      " before expiry\n");
  for (const requests::v1::BodyBudget& budget : rules.budgets()) {
    absl::StrAppend(&text, "  budget of ", budget.body(), ": ", HoursWords(budget.minutes_a_year()),
                    " a year\n");
  }
  for (const requests::v1::PayBand& band : rules.pay_bands()) {
    absl::StrAppend(&text, "  ", Printable(absl::StrReplaceAll(band.lens(), {{"_", " "}})), ": ",
                    Printable(band.band()), ", ",
                    absl::StrFormat("%d.%02d pounds an hour", band.pence_an_hour() / 100,
                                    band.pence_an_hour() % 100),
                    "\n");
  }
  absl::StrAppend(&text, "  ", Count(static_cast<uint64_t>(rules.synonyms_size()), "synonym"),
                  "; source: ", Printable(rules.source()), "\n\n",
                  LensTable({{"new item", rules.new_item_minutes()},
                             {"new collection", rules.new_collection_minutes()}},
                            width));
  return text;
}

// A file of the rules alone, or of the catalogue that holds them and nothing else.
absl::StatusOr<RequestRules> RulesOfFile(const std::string& file) {
  config::v1::DefinitionSet set;
  if (ReadMessageFile(file, &set).ok() && set.request_rules_size() == 1) {
    RequestRules rules = std::move(*set.mutable_request_rules(0));
    set.clear_request_rules();
    if (set.ByteSizeLong() == 0) return rules;
    return UsageError(absl::StrCat("\"", file, "\" holds other definitions besides the rules"),
                      "Define all of them with onereturn apply, or take the others out.");
  }
  RequestRules rules;
  RETURN_IF_ERROR(ReadMessageFile(file, &rules));
  return rules;
}

absl::StatusOr<ExitCode> ShowOrDefineRules(const LikenessOptions& options,
                                           Environment& environment) {
  ASSIGN_OR_RETURN(const RequestsClient client,
                   ConnectToIngestion<requests::v1::RequestsService>(environment));
  requests::v1::GetRequestRulesRequest get;
  ASSIGN_OR_RETURN(*get.mutable_read(), ToReadAt(options.read));
  if (options.file.empty()) {
    ASSIGN_OR_RETURN(const auto answer, client.Call(&RequestsClient::Stub::GetRequestRules, get));
    environment.console.Print(environment.json
                                  ? JsonOf(answer) + "\n"
                                  : RulesText(answer.rules(), environment.console.width()));
    return ExitCode::kOk;
  }
  requests::v1::UpdateRequestRulesRequest request;
  ASSIGN_OR_RETURN(*request.mutable_rules(), RulesOfFile(options.file));
  request.set_validate_only(options.validate_only);
  // Going back to earlier rules is a new fact: the id is also of the version that is in force.
  const auto held = client.Call(&RequestsClient::Stub::GetRequestRules, get);
  request.set_request_id(options.request_id.empty()
                             ? absl::StrCat(ContentId("request.rules", request), ".",
                                            held.ok() ? held->rules().version() : 0)
                             : options.request_id);
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&RequestsClient::Stub::UpdateRequestRules, request));
  return PrintStep(answer, answer.rules().code(),
                   options.validate_only ? std::string("they would be taken; nothing was kept")
                                         : absl::StrCat("version ", answer.rules().version(),
                                                        answer.unchanged() ? ", as it was" : ""),
                   "", &environment);
}

}  // namespace

void AddLikenesses(CommandLine* line, CLI::App* request) {
  auto list = std::make_shared<LikenessOptions>();
  AddWith(line, request,
          {"likenesses", "Descriptions that are like an item, for a steward to decide.",
           "request likenesses"},
          ListAllLikenesses, list)
      ->add_flag("--decided", list->decided, "Also those that were decided");
  for (const bool same : {true, false}) {
    auto options = std::make_shared<LikenessOptions>();
    CLI::App* command = AddWith(
        line, request,
        same
            ? CommandLine::Words{"same", "Say that a description means the item it is like.",
                                 "request same 5f2a91c07be4.ae_attendances --reason \"same count\""}
            : CommandLine::Words{"different", "Say that a description is another figure.",
                                 "request different 5f2a91c07be4.ae_attendances "
                                 "--reason \"other clock\""},
        same ? SameItem : DifferentItem, options);
    command->add_option("LIKENESS", options->name, "As request likenesses shows it")->required();
    AddReason(command, &options->reason);
    command->add_flag("--replace", options->replace, "What was decided before was wrong");
    AddRequestIdOption(command, &options->request_id);
  }
  auto rules = std::make_shared<LikenessOptions>();
  CLI::App* command =
      AddWith(line, request,
              {"rules", "What the register goes by: notice, minutes, budgets, likeness.",
               "request rules\nrequest rules rules.textproto"},
              ShowOrDefineRules, rules);
  auto* file =
      command->add_option("FILE", rules->file,
                          "Define them anew: text protobuf or .json, alone or as apply takes them");
  command
      ->add_flag("--validate-only", rules->validate_only,
                 "Say what defining them would say, and keep nothing")
      ->needs(file);
  AddReadOptions(command, &rules->read);
  AddRequestIdOption(command, &rules->request_id);
}

}  // namespace onereturn::client
