// usage, usage keep: which items are used and what that costs, and what becomes of those that
// nobody uses.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/status/enum_words.h"
#include "common/status/error.h"
#include "onereturn/requests/v1/hours_service.grpc.pb.h"
#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/enum_words.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

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
  uint64_t uses = 0;
  uint64_t minutes = 0;
  uint64_t pence = 0;
  for (const requests::v1::ItemUsage& one : list.items()) {
    uses += one.uses();
    minutes += one.minutes();
    pence += one.cost_pence();
    table.Row({one.item(), one.collection(), WithThousands(one.uses()), absl::StrCat(one.actions()),
               absl::StrCat(one.periods_unused()), HoursText(one.minutes()),
               HoursText(one.minutes_a_use()), PoundsText(one.cost_pence()),
               PoundsText(one.pence_a_use()), UsersText(one), one.review() ? "REVIEW" : ""});
  }
  if (list.items_size() > 1) {
    table.Row({"in all", "", WithThousands(uses), "", "", HoursText(minutes), "", PoundsText(pence),
               "", "", ""});
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
  CLI::App* command = AddWith(line, usage,
                              {"keep", "Keep an item that is in review, as a steward.",
                               "usage keep ae_attendances --reason \"the winter plan needs it\""},
                              KeepItem, keep);
  command->add_option("ITEM", keep->item, "Its code")->type_name("CODE")->required();
  AddReason(command, &keep->reason);
  AddRequestIdOption(command, &keep->request_id);

  AddRetire(line, usage);
}

}  // namespace onereturn::client
