// usage retire: proposes that an item ends, and first that its collection leaves it out.
#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/hierarchy/ods_code.h"
#include "common/status/error.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "onereturn/catalogue/v1/stewardship_service.grpc.pb.h"
#include "onereturn/requests/v1/hours_service.grpc.pb.h"
#include "tools/onereturn/commands/collection_without_item.h"
#include "tools/onereturn/commands/consultees.h"
#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/connection/pages.h"

namespace onereturn::client {
namespace {

using RetireCatalogue = ServiceClient<catalogue::v1::CatalogueService>;
using RetireStewardship = ServiceClient<catalogue::v1::StewardshipService>;
using RetireUsage = ServiceClient<requests::v1::HoursService>;
using catalogue::v1::ProposeChangeRequest;
using catalogue::v1::ProposeChangeResponse;

struct RetireOptions {
  std::string item;
  std::string from;
  std::string reason;
  std::vector<std::string> consult;
  std::vector<std::string> without_rules;
  bool validate_only = false;
  std::string request_id;
};

struct Consultees {
  std::vector<std::string> codes;  // Each once: users, then who is named besides.
  std::string users;               // Joined; empty: nobody is known.
  bool in_review = false;

  void Add(const std::string& code) {
    const bool named = std::find(codes.begin(), codes.end(), code) != codes.end();
    if (!named) codes.push_back(code);
  }
};

// Does it ask for the item, by its code or by what issuing took its description for?
bool AsksFor(const requests::v1::DataRequest& request, const std::string& item) {
  const auto& taken_for = request.issue().line_items();
  return std::any_of(request.lines().begin(), request.lines().end(),
                     [&item](const auto& line) { return line.item() == item; }) ||
         std::find(taken_for.begin(), taken_for.end(), item) != taken_for.end();
}

// Those whose requests, neither refused nor ended, ask for the item.
absl::Status AddAskers(const RetireOptions& options, const Environment& environment,
                       Consultees* found) {
  ASSIGN_OR_RETURN(const RequestsClient client,
                   ConnectToIngestion<requests::v1::RequestsService>(environment));
  requests::v1::ListRequestsRequest all;
  all.set_page_size(kRequestsAPage);
  ASSIGN_OR_RETURN(const auto requests, AllPages(client, &RequestsClient::Stub::ListRequests, all));
  for (const requests::v1::DataRequest& one : requests.data_requests()) {
    if (one.state() == requests::v1::REQUEST_STATE_REFUSED ||
        one.state() == requests::v1::REQUEST_STATE_ENDED) {
      continue;
    }
    if (AsksFor(one, options.item)) found->Add(one.requesting_body());
  }
  return absl::OkStatus();
}

// Those it concerns: whom an open review names, who used it, whose requests ask for it, and whoever
// is named besides. A system that acts for no organisation cannot be asked.
absl::StatusOr<Consultees> ConsulteesOf(const RetireOptions& options,
                                        const Environment& environment) {
  ASSIGN_OR_RETURN(const RetireUsage client,
                   ConnectToIngestion<requests::v1::HoursService>(environment));
  requests::v1::ListItemReviewsRequest open;
  open.set_state(requests::v1::ITEM_REVIEW_STATE_OPEN);
  open.set_page_size(kRequestsAPage);
  ASSIGN_OR_RETURN(const auto reviews, AllPages(client, &RetireUsage::Stub::ListItemReviews, open));
  requests::v1::ListUsageRequest used;
  used.set_page_size(kRequestsAPage);
  ASSIGN_OR_RETURN(const auto usage, AllPages(client, &RetireUsage::Stub::ListUsage, used));
  Consultees found;
  for (const requests::v1::ItemReview& one : reviews.reviews()) {
    if (one.item() != options.item) continue;
    found.in_review = true;
    for (const std::string& user : one.users()) found.Add(user);
  }
  for (const requests::v1::ItemUsage& one : usage.items()) {
    if (one.item() != options.item) continue;
    for (const requests::v1::ItemUser& user : one.users()) {
      if (CheckOdsCode(user.body()).ok()) found.Add(user.body());
    }
  }
  RETURN_IF_ERROR(AddAskers(options, environment, &found));
  found.users = absl::StrJoin(found.codes, ", ");
  for (const std::string& code : options.consult) found.Add(code);
  if (!found.codes.empty()) return found;
  return UsageError(
      absl::StrCat("nobody is known to have used ", options.item, ", and no request asks for it"),
      "Name whom it concerns with --consult, such as the body that owns it.");
}

template <typename Definition>
Definition WithoutOutput(Definition definition) {
  definition.clear_name();
  definition.clear_version();
  definition.clear_etag();
  return definition;
}

absl::StatusOr<ProposeChangeResponse> Propose(const RetireOptions& options,
                                              ProposeChangeRequest request,
                                              const RetireStewardship& client) {
  request.set_reason(options.reason);
  request.set_validate_only(options.validate_only);
  request.set_request_id(IdOr(options.request_id, "usage.retire", request));
  return client.Call(&RetireStewardship::Stub::ProposeChange, request);
}

// The change of the definition ("items/x", "collections/Y") that is proposed and would end the
// item, or leave it out; nothing where there is none.
absl::StatusOr<std::optional<catalogue::v1::Change>> PendingChange(const RetireStewardship& client,
                                                                   const std::string& of,
                                                                   const std::string& item) {
  catalogue::v1::ListChangesRequest request;
  request.set_of(of);
  request.set_state(catalogue::v1::CHANGE_STATE_PROPOSED);
  request.set_page_size(kRequestsAPage);
  ASSIGN_OR_RETURN(const auto list,
                   AllPages(client, &RetireStewardship::Stub::ListChanges, request));
  for (const catalogue::v1::Change& one : list.changes()) {
    const auto& items = one.collection().items();
    const bool leaves_out =
        one.has_collection() && std::find(items.begin(), items.end(), item) == items.end();
    if (leaves_out || !one.item().retired_from_period().empty()) return one;
  }
  return std::nullopt;
}

// The same again is told what it came to; anything else waits until that is decided or withdrawn.
absl::StatusOr<ExitCode> TellPending(const RetireOptions& options,
                                     const catalogue::v1::Change& pending,
                                     Environment* environment) {
  const std::string& from = pending.has_item() ? pending.item().retired_from_period()
                                               : pending.collection().valid_from_period();
  if (from != options.from || pending.proposed().reason() != options.reason) {
    return Error(Reason::kChangeState,
                 absl::StrCat(pending.name(), " proposes it already, from ", from, ": \"",
                              pending.proposed().reason(), "\""))
        .Remedy(absl::StrCat("Nothing was proposed. See it: onereturn catalogue changes ",
                             pending.name(),
                             "; who proposed it may take it back: onereturn catalogue withdraw ",
                             pending.name(), " --reason TEXT"));
  }
  ProposeChangeResponse answer;
  *answer.mutable_change() = pending;
  answer.set_replayed(true);
  return PrintStep(answer, pending.name(),
                   absl::StrCat("proposed; asked: ", absl::StrJoin(pending.consultees(), ", ")), "",
                   environment);
}

// Code of the collection for which the item cannot be retired yet; empty: it is not for one.
std::string HomeInTheWay(const absl::Status& status) {
  if (status.ok() || ReasonOf(status) != Reason::kHomeCollection) return "";
  const ErrorDetails details = DetailsOf(status).value_or(ErrorDetails());
  for (const auto& [key, value] : details.metadata) {
    if (key == "home") return value;
  }
  return "";
}

absl::Status MustBeDoneByHand(const RetireOptions& options, const std::string& home,
                              const std::vector<std::string>& places) {
  Error error(Reason::kHomeCollection, absl::StrCat("collection ", home, " reads ", options.item,
                                                    " together with others in the places listed"));
  for (const std::string& place : places) error.Field(place, "say what becomes of it");
  return WithRemedy(
      error, absl::StrCat("Name rules that may go with --without-rule. Or edit them: onereturn "
                          "catalogue show collections/",
                          home, " --textproto > FILE, then onereturn catalogue propose FILE"));
}

// A rule that is mistyped would stay, or go unnoticed.
absl::Status CheckRulesAreThere(const RetireOptions& options,
                                const catalogue::v1::Collection& home) {
  for (const std::string& code : options.without_rules) {
    const bool there = std::any_of(home.rules().begin(), home.rules().end(),
                                   [&code](const auto& rule) { return rule.code() == code; });
    if (there) continue;
    return UsageError(
        absl::StrCat("--without-rule: ", home.code(), " has no rule ", code),
        absl::StrCat("See which it has: onereturn catalogue show collections/", home.code()));
  }
  return absl::OkStatus();
}

// The collection as it is now, but for the item and what is of it alone, from the period on.
absl::StatusOr<catalogue::v1::Collection> HomeWithout(const RetireOptions& options,
                                                      const std::string& home,
                                                      const RetireCatalogue& client,
                                                      Environment* environment) {
  catalogue::v1::GetCollectionRequest get;
  get.set_name(absl::StrCat("collections/", home));
  ASSIGN_OR_RETURN(const auto found, client.Call(&RetireCatalogue::Stub::GetCollection, get));
  RETURN_IF_ERROR(CheckRulesAreThere(options, found.collection()));
  CollectionWithoutItem made =
      WithoutItem(WithoutOutput(found.collection()), options.item,
                  {options.without_rules.begin(), options.without_rules.end()});
  if (!made.left_out.empty()) {
    environment->console.Note(absl::StrCat("Left out of ", home, " with it, from ", options.from,
                                           ":\n  ", absl::StrJoin(made.left_out, "\n  "), "\n"));
  }
  if (!made.by_hand.empty()) return MustBeDoneByHand(options, home, made.by_hand);
  made.collection.set_valid_from_period(options.from);
  return std::move(made.collection);
}

absl::StatusOr<ExitCode> RetireItem(const RetireOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const RetireCatalogue catalogue,
                   ConnectToIngestion<catalogue::v1::CatalogueService>(environment));
  ASSIGN_OR_RETURN(const RetireStewardship stewardship,
                   ConnectToIngestion<catalogue::v1::StewardshipService>(environment));
  catalogue::v1::GetItemRequest get;
  get.set_name(absl::StrCat("items/", options.item));
  ASSIGN_OR_RETURN(const auto found, catalogue.Call(&RetireCatalogue::Stub::GetItem, get));
  if (!found.item().retired_from_period().empty()) {
    return Error(Reason::kDefinitionRetired,
                 absl::StrCat(options.item, " is retired from ", found.item().retired_from_period(),
                              " already"))
        .Precondition(found.item().name(), "is no more from then on: nothing is left to propose");
  }
  ASSIGN_OR_RETURN(auto pending, PendingChange(stewardship, found.item().name(), options.item));
  if (pending.has_value()) return TellPending(options, *pending, &environment);
  ASSIGN_OR_RETURN(Consultees consultees, ConsulteesOf(options, environment));
  if (!consultees.in_review) {
    environment.console.Note(
        absl::StrCat(options.item, " is not in review. ",
                     consultees.users.empty()
                         ? "Nobody is known to have used it, and no request asks for it."
                         : absl::StrCat("It was used or is asked for by ", consultees.users, "."),
                     "\n"));
  }
  environment.console.Note(LeftOutWords(TakeBeyondMost(&consultees.codes)));
  ProposeChangeRequest request;
  for (const std::string& code : consultees.codes) request.mutable_change()->add_consultees(code);
  catalogue::v1::DataItem* item = request.mutable_change()->mutable_item();
  *item = WithoutOutput(found.item());
  item->set_retired_from_period(options.from);
  item->set_retirement_reason(options.reason);
  absl::StatusOr<ProposeChangeResponse> answer = Propose(options, request, stewardship);
  std::string what = options.item;
  std::string next = "Once it is approved the item is no more from then on.\n";
  if (const std::string home = HomeInTheWay(answer.status()); !home.empty()) {
    ASSIGN_OR_RETURN(pending,
                     PendingChange(stewardship, absl::StrCat("collections/", home), options.item));
    if (pending.has_value()) return TellPending(options, *pending, &environment);
    ASSIGN_OR_RETURN(*request.mutable_change()->mutable_collection(),
                     HomeWithout(options, home, catalogue, &environment));
    answer = Propose(options, request, stewardship);
    what = home;
    next =
        "That leaves it out of its collection. Once it is approved, give the same command "
        "again: it proposes to retire the item itself.\n";
  }
  if (!answer.ok()) return answer.status();
  const std::string asked = absl::StrJoin(consultees.codes, ", ");
  if (options.validate_only) {
    return PrintStep(*answer, what, absl::StrCat("could be proposed; to be asked: ", asked), "",
                     &environment);
  }
  return PrintStep(*answer, answer->change().name(), absl::StrCat("proposed; asked: ", asked), next,
                   &environment);
}

}  // namespace

void AddRetire(CommandLine* line, CLI::App* usage) {
  auto options = std::make_shared<RetireOptions>();
  CLI::App* command = AddWith(
      line, usage,
      {"retire",
       "Propose that an item is retired: its users are asked, and a second steward decides. Where "
       "its collection asks for it still, it is proposed first that this leaves it out.",
       "usage retire ae_attendances --from 2027-04 --reason \"nobody reads it\""},
      RetireItem, options);
  command->add_option("ITEM", options->item, "Its code")->type_name("CODE")->required();
  AddReason(command, &options->reason);
  AddRequestIdOption(command, &options->request_id);
  command->add_option("--from", options->from, "First period for which it is no more")
      ->type_name("PERIOD")
      ->required();
  command->add_option("--consult", options->consult, "Ask these as well; may be given again")
      ->type_name("ODS,...")
      ->delimiter(',');
  command
      ->add_option("--without-rule", options->without_rules,
                   "Rules of its collection that go with it, though they read other items too; "
                   "may be given again")
      ->type_name("CODE,...")
      ->delimiter(',');
  command->add_flag("--validate-only", options->validate_only,
                    "Show what would be proposed, and propose nothing");
}

}  // namespace onereturn::client
