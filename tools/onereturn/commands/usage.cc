// usage, usage keep, usage retire: which items are used and what that costs, and what becomes of
// those that nobody uses.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/status/enum_words.h"
#include "common/status/error.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "onereturn/catalogue/v1/stewardship_service.grpc.pb.h"
#include "onereturn/requests/v1/hours_service.grpc.pb.h"
#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/enum_words.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

using CatalogueClient = ServiceClient<catalogue::v1::CatalogueService>;
using StewardshipClient = ServiceClient<catalogue::v1::StewardshipService>;
using UsageClient = ServiceClient<requests::v1::HoursService>;
using requests::v1::ItemReview;

constexpr TextTable::Align kUsageFigures = TextTable::Align::kRight;
constexpr int kUsersNamed = 3;

struct UsageOptions {
  std::string collection;
  bool review = false;
  std::string body;
  std::string state = "open";
  ReadOptions read;
  std::string item;
  std::string reason;
  std::string from;
  std::vector<std::string> consult;
  std::string request_id;
};

absl::StatusOr<UsageClient> ConnectToUsage(const Environment& environment) {
  return ConnectToIngestion<requests::v1::HoursService>(environment);
}

std::string UsersText(const requests::v1::ItemUsage& usage) {
  std::vector<std::string> parts;
  for (const requests::v1::ItemUser& user : usage.users()) {
    if (static_cast<int>(parts.size()) == kUsersNamed) break;
    parts.push_back(
        absl::StrCat(user.body(), " ", user.product(), " (", EnumWords(user.purpose()), ")"));
  }
  const int more = usage.users_size() - static_cast<int>(parts.size());
  return absl::StrCat(absl::StrJoin(parts, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

absl::StatusOr<requests::v1::ListItemReviewsResponse> ReadReviews(
    const UsageClient& client, requests::v1::ListItemReviewsRequest request) {
  request.set_page_size(kRequestsAPage);
  return AllPages(client, &UsageClient::Stub::ListItemReviews, request);
}

absl::StatusOr<ExitCode> ShowReviews(const UsageOptions& options, Environment& environment) {
  requests::v1::ListItemReviewsRequest request;
  request.set_body(options.body);
  if (options.state != "all") {
    ASSIGN_OR_RETURN(const auto state,
                     EnumOfWord<requests::v1::ItemReviewState>(options.state, "ITEM_REVIEW_STATE_",
                                                               "state of a review"));
    request.set_state(state);
  }
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const UsageClient client, ConnectToUsage(environment));
  ASSIGN_OR_RETURN(auto list, ReadReviews(client, std::move(request)));
  if (!options.collection.empty()) {
    list.mutable_reviews()->erase(
        std::remove_if(
            list.mutable_reviews()->begin(), list.mutable_reviews()->end(),
            [&options](const ItemReview& one) { return one.collection() != options.collection; }),
        list.mutable_reviews()->end());
  }
  TextTable table({{"item"},
                   {"collection"},
                   {"unused since"},
                   {"periods", kUsageFigures},
                   {"users", TextTable::Align::kLeft, true},
                   {"state"},
                   {"why", TextTable::Align::kLeft, true}});
  for (const ItemReview& one : list.reviews()) {
    const std::string why = one.retired_from_period().empty()
                                ? one.kept().reason()
                                : absl::StrCat("from ", one.retired_from_period());
    table.Row({one.item(), one.collection(), one.unused_since(), absl::StrCat(one.periods_unused()),
               absl::StrJoin(one.users(), ", "), EnumWords(one.state()), why});
  }
  return PrintList(list, table, "Nothing is in review.", &environment);
}

absl::StatusOr<ExitCode> ShowUsage(const UsageOptions& options, Environment& environment) {
  if (options.review) return ShowReviews(options, environment);
  requests::v1::ListUsageRequest request;
  request.set_collection(options.collection);
  request.set_page_size(kRequestsAPage);
  ASSIGN_OR_RETURN(const UsageClient client, ConnectToUsage(environment));
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &UsageClient::Stub::ListUsage, request));
  TextTable table({{"item"},
                   {"collection"},
                   {"uses", kUsageFigures},
                   {"actions", kUsageFigures},
                   {"periods unused", kUsageFigures},
                   {"hours", kUsageFigures},
                   {"hours a use", kUsageFigures},
                   {"pounds", kUsageFigures},
                   {"pounds a use", kUsageFigures},
                   {"used by", TextTable::Align::kLeft, true},
                   {"review"}});
  for (const requests::v1::ItemUsage& one : list.items()) {
    table.Row({one.item(), one.collection(), WithThousands(one.uses()), absl::StrCat(one.actions()),
               absl::StrCat(one.periods_unused()), HoursText(one.minutes()),
               HoursText(one.minutes_a_use()), PoundsText(one.cost_pence()),
               PoundsText(one.pence_a_use()), UsersText(one), one.review() ? "REVIEW" : ""});
  }
  return PrintList(list, table, "No items.", &environment);
}

// The item's newest review.
absl::StatusOr<ItemReview> ReviewOf(const std::string& item, const Environment& environment) {
  ASSIGN_OR_RETURN(const UsageClient client, ConnectToUsage(environment));
  ASSIGN_OR_RETURN(const auto list, ReadReviews(client, {}));
  const auto found = std::find_if(list.reviews().begin(), list.reviews().end(),
                                  [&item](const ItemReview& one) { return one.item() == item; });
  if (found != list.reviews().end()) return *found;
  return Error(Reason::kNotFound, absl::StrCat(item, " is not in review"))
      .Remedy("See which items are: onereturn usage --review");
}

absl::StatusOr<ExitCode> KeepItem(const UsageOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const ItemReview review, ReviewOf(options.item, environment));
  requests::v1::KeepItemRequest request;
  request.set_name(review.name());
  request.set_reason(options.reason);
  request.set_request_id(IdOr(options.request_id, "usage.keep", request));
  ASSIGN_OR_RETURN(const UsageClient client, ConnectToUsage(environment));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&UsageClient::Stub::KeepItem, request));
  return PrintStep(answer, options.item,
                   "kept; it goes to review anew once it was unused for as many periods again", "",
                   &environment);
}

// Those it concerns: the review's users, and whoever is named besides.
absl::StatusOr<std::vector<std::string>> ConsulteesOf(const UsageOptions& options,
                                                      const Environment& environment) {
  const absl::StatusOr<ItemReview> review = ReviewOf(options.item, environment);
  if (!review.ok() && !absl::IsNotFound(review.status())) return review.status();
  std::vector<std::string> consultees;
  if (review.ok()) consultees.assign(review->users().begin(), review->users().end());
  for (const std::string& code : options.consult) {
    const bool named = std::find(consultees.begin(), consultees.end(), code) != consultees.end();
    if (!named) consultees.push_back(code);
  }
  if (!consultees.empty()) return consultees;
  return UsageError(absl::StrCat("nobody is known to have used ", options.item),
                    "Name whom it concerns with --consult, such as the body that owns it.");
}

absl::StatusOr<catalogue::v1::ProposeChangeResponse> Propose(
    const UsageOptions& options, catalogue::v1::ProposeChangeRequest request,
    const StewardshipClient& client) {
  request.set_reason(options.reason);
  request.set_request_id(IdOr(options.request_id, "usage.retire", request));
  return client.Call(&StewardshipClient::Stub::ProposeChange, request);
}

template <typename Definition>
Definition WithoutOutput(Definition definition) {
  definition.clear_name();
  definition.clear_version();
  definition.clear_etag();
  return definition;
}

// The collection that asks for the item, whether it is in review or not.
absl::StatusOr<std::string> HomeOf(const std::string& item, const Environment& environment) {
  ASSIGN_OR_RETURN(const UsageClient client, ConnectToUsage(environment));
  requests::v1::ListUsageRequest request;
  request.set_page_size(kRequestsAPage);
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &UsageClient::Stub::ListUsage, request));
  for (const requests::v1::ItemUsage& one : list.items()) {
    if (one.item() == item) return one.collection();
  }
  return Error(Reason::kNotFound, absl::StrCat("no collection asks for ", item));
}

// The collection as it is now, but for the item, from the period on.
absl::StatusOr<catalogue::v1::Collection> HomeWithout(const std::string& item,
                                                      const std::string& from,
                                                      const std::string& home,
                                                      const CatalogueClient& client) {
  catalogue::v1::GetCollectionRequest get;
  get.set_name(absl::StrCat("collections/", home));
  ASSIGN_OR_RETURN(const auto found, client.Call(&CatalogueClient::Stub::GetCollection, get));
  catalogue::v1::Collection collection = WithoutOutput(found.collection());
  auto* items = collection.mutable_items();
  items->erase(std::remove(items->begin(), items->end(), item), items->end());
  auto* minutes = collection.mutable_item_minutes();
  minutes->erase(std::remove_if(minutes->begin(), minutes->end(),
                                [&item](const auto& one) { return one.item() == item; }),
                 minutes->end());
  collection.set_valid_from_period(from);
  return collection;
}

absl::StatusOr<ExitCode> RetireItem(const UsageOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const std::vector<std::string> consultees, ConsulteesOf(options, environment));
  ASSIGN_OR_RETURN(const CatalogueClient catalogue,
                   ConnectToIngestion<catalogue::v1::CatalogueService>(environment));
  ASSIGN_OR_RETURN(const StewardshipClient stewardship,
                   ConnectToIngestion<catalogue::v1::StewardshipService>(environment));
  catalogue::v1::GetItemRequest get;
  get.set_name(absl::StrCat("items/", options.item));
  ASSIGN_OR_RETURN(const auto found, catalogue.Call(&CatalogueClient::Stub::GetItem, get));
  catalogue::v1::ProposeChangeRequest request;
  for (const std::string& code : consultees) request.mutable_change()->add_consultees(code);
  catalogue::v1::DataItem* item = request.mutable_change()->mutable_item();
  *item = WithoutOutput(found.item());
  item->set_retired_from_period(options.from);
  item->set_retirement_reason(options.reason);
  absl::StatusOr<catalogue::v1::ProposeChangeResponse> answer =
      Propose(options, request, stewardship);
  std::string next = "Once it is approved the item is no more from then on.\n";
  if (!answer.ok() && ReasonOf(answer.status()) == Reason::kHomeCollection) {
    // First its collection leaves it out.
    ASSIGN_OR_RETURN(const std::string home, HomeOf(options.item, environment));
    ASSIGN_OR_RETURN(*request.mutable_change()->mutable_collection(),
                     HomeWithout(options.item, options.from, home, catalogue));
    answer = Propose(options, request, stewardship);
    next =
        "That leaves it out of its collection. Once it is approved, give the same command "
        "again: it proposes to retire the item itself.\n";
  }
  if (!answer.ok()) return answer.status();
  return PrintStep(*answer, answer->change().name(),
                   absl::StrCat("proposed; asked: ", absl::StrJoin(consultees, ", ")), next,
                   &environment);
}

void AddItem(CLI::App* command, UsageOptions* options) {
  command->add_option("ITEM", options->item, "Its code")->type_name("CODE")->required();
  command->add_option("--reason", options->reason, "Why, without personal data")
      ->type_name("TEXT")
      ->required();
  AddRequestIdOption(command, &options->request_id);
}

}  // namespace

void AddUsage(CommandLine* line) {
  auto options = std::make_shared<UsageOptions>();
  CLI::App* usage = AddWith(
      line, nullptr,
      {"usage", "Which items are used, by whom, for what and at which cost, and which are not.",
       "usage --collection MSitAE\nusage --review --body X24"},
      ShowUsage, options);
  usage->add_option("--collection", options->collection, "Only of this one")->type_name("CODE");
  CLI::Option* review = usage->add_flag("--review", options->review,
                                        "The reviews of items that nobody used for long");
  usage->add_option("--body", options->body, "Only those that name this body")
      ->type_name("ODS")
      ->needs(review);
  usage
      ->add_option("--state", options->state,
                   absl::StrCat("Only in this state, or \"all\" (else open): ",
                                AllWords<requests::v1::ItemReviewState>("ITEM_REVIEW_STATE_")))
      ->type_name("STATE")
      ->needs(review);
  AddReadOptions(usage, &options->read);
  for (const char* read : {"--at-least", "--as-of"}) usage->get_option(read)->needs(review);

  auto keep = std::make_shared<UsageOptions>();
  AddItem(AddWith(line, usage,
                  {"keep", "Keep an item that is in review, as a steward.",
                   "usage keep ae_attendances --reason \"the winter plan needs it\""},
                  KeepItem, keep),
          keep.get());

  auto retire = std::make_shared<UsageOptions>();
  CLI::App* command = AddWith(
      line, usage,
      {"retire",
       "Propose that an item is retired: its users are asked, and a second steward decides.",
       "usage retire ae_attendances --from 2027-04 --reason \"nobody reads it\""},
      RetireItem, retire);
  AddItem(command, retire.get());
  command->add_option("--from", retire->from, "First period for which it is no more")
      ->type_name("PERIOD")
      ->required();
  command->add_option("--consult", retire->consult, "Ask these as well; may be given again")
      ->type_name("ODS");
}

}  // namespace onereturn::client
