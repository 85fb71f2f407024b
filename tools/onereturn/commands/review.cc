// review: what providers' returns say of a commissioner, where that is not what it holds; and what
// it asks them.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/digest/digest.h"
#include "common/status/status_macros.h"
#include "onereturn/returns/v1/review_service.grpc.pb.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/return_name.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using ReviewClient = ServiceClient<returns::v1::ReviewService>;

constexpr size_t kShortestDigest = 8;
constexpr size_t kShownDigest = 16;
constexpr size_t kFiguresNamed = 6;
constexpr size_t kProvidersNamed = 10;
constexpr int kReviewsPage = 100;
constexpr char kSaidBefore[] =
    "The same was said before, and nothing changed: --request-id says it anew.\n";

struct ReviewOptions {
  ReturnOptions target;
  std::string against;
  size_t limit = 100;
  ReadOptions read;
  std::string hash;
  std::string reason;
  std::vector<std::string> asks;
  bool unanswered = false;
  std::string query;
  std::string text;
  std::string request_id;
};

absl::StatusOr<returns::v1::ReviewBasis> BasisNamed(const std::string& text) {
  if (text.empty()) return returns::v1::REVIEW_BASIS_UNSPECIFIED;
  if (text == "own") return returns::v1::REVIEW_BASIS_OWN_RETURN;
  if (text == "last") return returns::v1::REVIEW_BASIS_LAST_REVIEW;
  if (text == "nothing") return returns::v1::REVIEW_BASIS_NOTHING;
  return UsageError("--against takes own, last or nothing", "See onereturn review show --help.");
}

std::string DigestText(const std::string& bytes) {
  const absl::StatusOr<Digest> digest = DigestFromBytes(bytes);
  return digest.ok() ? DigestToHex(*digest) : "";
}

std::string OutcomeText(const returns::v1::ReviewConclusion& conclusion) {
  const bool agreed = conclusion.outcome() == returns::v1::REVIEW_OUTCOME_AGREED;
  return absl::StrCat(agreed ? "agreed" : "queried",
                      conclusion.stale() ? ", figures have changed since" : "");
}

std::string BasisText(const returns::v1::Review& review) {
  switch (review.basis()) {
    case returns::v1::REVIEW_BASIS_OWN_RETURN:
      return absl::StrCat("its own return, revision ", review.basis_number());
    case returns::v1::REVIEW_BASIS_LAST_REVIEW:
      return absl::StrCat("its review ", review.basis_number());
    default:
      return "nothing";
  }
}

template <typename Side>
std::string FigureText(const Side& side) {
  if (side.content_case() == Side::CONTENT_NOT_SET) return "too large";
  return side.content_case() == Side::kMillionths ? MillionthsText(side.millionths())
                                                  : Label(side.null_reason());
}

// "RAA 10, RBB 5": who says what.
std::string FiguresText(const returns::v1::ReviewDifference& one) {
  std::vector<std::string> parts;
  for (const returns::v1::ReviewFigure& figure : one.figures()) {
    if (parts.size() == kFiguresNamed) break;
    parts.push_back(absl::StrCat(figure.organisation(), " ", FigureText(figure)));
  }
  const uint64_t all = uint64_t{one.number_count()} + one.null_count();
  return absl::StrCat(absl::StrJoin(parts, ", "),
                      all > parts.size() ? absl::StrCat(" and ", all - parts.size(), " more") : "");
}

// Pages until `most` differences are there.
absl::StatusOr<returns::v1::GetReviewResponse> ReadPages(const ReviewClient& client,
                                                         const ReviewOptions& options,
                                                         size_t most) {
  returns::v1::GetReviewRequest request;
  request.set_name(options.target.Name() + "/review");
  ASSIGN_OR_RETURN(const auto against, BasisNamed(options.against));
  request.set_against(against);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  request.set_page_size(static_cast<int>(std::min<size_t>(most, kLargestPage)));
  ASSIGN_OR_RETURN(auto read, client.Call(&ReviewClient::Stub::GetReview, request));
  while (!read.next_page_token().empty() && static_cast<size_t>(read.differences_size()) < most) {
    request.set_page_token(read.next_page_token());
    ASSIGN_OR_RETURN(auto page, client.Call(&ReviewClient::Stub::GetReview, request));
    for (auto& one : *page.mutable_differences()) read.add_differences()->Swap(&one);
    read.set_next_page_token(page.next_page_token());
  }
  return read;
}

// The first of them, and how many more there are.
std::string NamesText(const std::vector<std::string>& codes) {
  std::vector<std::string> named = codes;
  named.resize(std::min(codes.size(), kProvidersNamed));
  std::string text = absl::StrJoin(named, " ");
  if (named.size() < codes.size()) {
    absl::StrAppend(&text, " and ", codes.size() - named.size(), " more");
  }
  return text;
}

std::string ProvidersText(const returns::v1::Review& review) {
  std::vector<std::string> sent;
  std::vector<std::string> awaited;
  for (const returns::v1::ReviewProvider& one : review.providers()) {
    (one.revision() == 0 ? awaited : sent).push_back(one.organisation());
  }
  std::string text =
      absl::StrCat("  returns    ", Count(sent.size(), "provider"), ": ", NamesText(sent), "\n");
  if (!awaited.empty()) absl::StrAppend(&text, "  awaited    ", NamesText(awaited), "\n");
  return text;
}

void AppendQueries(const google::protobuf::RepeatedPtrField<returns::v1::ReviewQuery>& queries,
                   std::string* text) {
  for (const returns::v1::ReviewQuery& query : queries) {
    absl::StrAppend(text, "  asked      ", query.organisation(), ": ", Printable(query.text()),
                    "\n");
    for (const returns::v1::ReviewAnswer& answer : query.answers()) {
      absl::StrAppend(text, "  answered   ", TimeText(answer.time()), "  ",
                      Printable(answer.text()), "\n");
    }
  }
}

std::string HeadText(const returns::v1::Review& review, const std::string& place) {
  std::string text = absl::StrCat(
      review.name(), "\n", ProvidersText(review), "  against    ", BasisText(review),
      "\n  content    ", DigestText(review.content_digest()).substr(0, kShownDigest), "\n");
  if (review.items_not_summed_size() > 0) {
    absl::StrAppend(&text, "  not summed ", absl::StrJoin(review.items_not_summed(), " "), "\n");
  }
  if (review.has_conclusion()) {
    const returns::v1::ReviewConclusion& last = review.conclusion();
    absl::StrAppend(&text, "  review ", last.number(), "   ", OutcomeText(last), "  ",
                    TimeText(last.time()), "\n");
    if (!last.reason().empty()) {
      absl::StrAppend(&text, "  because    ", Printable(last.reason()), "\n");
    }
    AppendQueries(last.queries(), &text);
  }
  absl::StrAppend(&text, Count(review.difference_count(), "difference"), " in ",
                  Count(review.cell_count(), "cell"), ".\nTo agree: onereturn review agree ", place,
                  " --hash ", DigestText(review.content_digest()).substr(0, kShownDigest), "\n");
  return text;
}

absl::StatusOr<ExitCode> Show(const ReviewOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::ReviewService>(kIngestion));
  ASSIGN_OR_RETURN(const auto read,
                   ReadPages(client, options, environment.json ? SIZE_MAX : options.limit));
  if (environment.json) {
    environment.console.Print(JsonOf(read) + "\n");
    return ExitCode::kOk;
  }
  const ReturnOptions& target = options.target;
  environment.console.Print(
      HeadText(read.review(), absl::StrCat(target.organisation, " --collection ", target.collection,
                                           " --period ", target.period)));
  TextTable table({{"cell", TextTable::Align::kLeft, true},
                   {"providers", TextTable::Align::kRight},
                   {"compared", TextTable::Align::kRight},
                   {"difference", TextTable::Align::kRight},
                   {"who says what", TextTable::Align::kLeft, true}});
  size_t shown = 0;
  for (const auto& one : read.differences()) {
    if (shown++ == options.limit) break;
    table.Row({CellText(one.cell()), one.has_providers() ? FigureText(one.providers()) : "-",
               one.has_compared() ? FigureText(one.compared()) : "-",
               one.has_difference_millionths() ? MillionthsText(one.difference_millionths()) : "",
               FiguresText(one)});
  }
  if (!table.empty()) {
    environment.console.Print("\n" + table.Render(environment.console.width()));
  }
  if (read.review().difference_count() > shown) {
    environment.console.Print(
        absl::StrCat("The first ", shown, " are shown: --limit shows more, --json all of them.\n"));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Conclude(const ReviewOptions& options, bool agree,
                                  Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::ReviewService>(kIngestion));
  ASSIGN_OR_RETURN(const auto read, ReadPages(client, options, 1));
  const returns::v1::Review& review = read.review();
  if (options.hash.size() < kShortestDigest ||
      !absl::StartsWith(DigestText(review.content_digest()), absl::AsciiStrToLower(options.hash))) {
    return UsageError("--hash is not that of what the returns say now, or has fewer than 8 digits",
                      "Read the review again (onereturn review show), and name its content.");
  }
  returns::v1::ConcludeReviewRequest request;
  request.set_name(review.name());
  request.set_content_digest(review.content_digest());
  request.set_outcome(agree ? returns::v1::REVIEW_OUTCOME_AGREED
                            : returns::v1::REVIEW_OUTCOME_QUERIED);
  request.set_reason(options.reason);
  for (const std::string& ask : options.asks) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(ask, absl::MaxSplits('=', 1));
    returns::v1::QueryToAsk* query = request.add_queries();
    query->set_organisation(parts.first);
    query->set_text(parts.second);
  }
  request.set_request_id(options.request_id.empty() ? ContentId("review.conclude", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const auto answer, client.Call(&ReviewClient::Stub::ConcludeReview, request));
  environment.console.Print(environment.json
                                ? JsonOf(answer) + "\n"
                                : absl::StrCat("Review ", answer.conclusion().number(), ": ",
                                               OutcomeText(answer.conclusion()), ", sequence ",
                                               WithThousands(answer.receipt().sequence()), ".\n",
                                               answer.replayed() ? kSaidBefore : ""));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> List(const ReviewOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::ReviewService>(kIngestion));
  returns::v1::ListReviewsRequest request;
  request.set_parent(options.target.Parent());
  request.set_collection(options.target.collection);
  request.set_page_size(kReviewsPage);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &ReviewClient::Stub::ListReviews, request));
  if (environment.json) {
    environment.console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  TextTable table({{"org"},
                   {"collection"},
                   {"period"},
                   {"review", TextTable::Align::kRight},
                   {"when"},
                   {"outcome", TextTable::Align::kLeft, true},
                   {"answered", TextTable::Align::kRight}});
  for (const auto& one : list.reviews()) {
    const auto& queries = one.conclusion().queries();
    const auto answered = std::count_if(queries.begin(), queries.end(),
                                        [](const auto& query) { return query.answers_size() > 0; });
    table.Row({one.commissioner(), one.collection(), one.period(),
               absl::StrCat(one.conclusion().number()), TimeText(one.conclusion().time()),
               OutcomeText(one.conclusion()),
               queries.empty() ? "" : absl::StrCat(answered, " of ", queries.size())});
  }
  environment.console.Print(table.empty() ? "No review was concluded.\n"
                                          : table.Render(environment.console.width()));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Queries(const ReviewOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::ReviewService>(kIngestion));
  returns::v1::ListReviewQueriesRequest request;
  request.set_parent(options.target.Parent());
  request.set_collection(options.target.collection);
  request.set_unanswered(options.unanswered);
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto list,
                   AllPages(client, &ReviewClient::Stub::ListReviewQueries, request));
  if (environment.json) {
    environment.console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  if (list.queries_size() == 0) environment.console.Print("Nothing is asked.\n");
  for (const auto& query : list.queries()) {
    std::string text =
        absl::StrCat(query.name(), "\n  ", query.commissioner(), " asked ",
                     TimeText(query.ask_time()), ": ", Printable(query.text()), "\n");
    for (const auto& answer : query.answers()) {
      absl::StrAppend(&text, "  answered ", TimeText(answer.time()), ": ", Printable(answer.text()),
                      "\n");
    }
    environment.console.Print(text);
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Answer(const ReviewOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::ReviewService>(kIngestion));
  returns::v1::AnswerReviewQueryRequest request;
  request.set_name(options.query);
  request.set_text(options.text);
  request.set_request_id(options.request_id.empty() ? ContentId("review.answer", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const auto answer, client.Call(&ReviewClient::Stub::AnswerReviewQuery, request));
  environment.console.Print(environment.json
                                ? JsonOf(answer) + "\n"
                                : absl::StrCat("Answered: ", answer.query().commissioner(),
                                               " sees it beside its question.\n",
                                               answer.replayed() ? kSaidBefore : ""));
  return ExitCode::kOk;
}

using Options = std::shared_ptr<ReviewOptions>;

CLI::App* AddReviewCommand(CommandLine* line, CLI::App* parent, const CommandLine::Words& words,
                           absl::StatusOr<ExitCode> (*run)(const ReviewOptions&, Environment&),
                           const Options& options) {
  return line->Add(parent, words,
                   [options, run](Environment& environment) { return run(*options, environment); });
}

void AddShow(CommandLine* line, CLI::App* review) {
  const auto options = std::make_shared<ReviewOptions>();
  CLI::App* command =
      AddReviewCommand(line, review,
                       {"show",
                        "Sum what providers' returns say of a commissioner, and show where that "
                        "is not what it\nholds itself or last reviewed.",
                        "review show QE1 --collection DM01 --period 2026-03"},
                       Show, options);
  AddReturnOptions(command, &options->target, /*required=*/true);
  command
      ->add_option("--against", options->against,
                   "own (its own return), last (its last review) or nothing; else the first that "
                   "there is")
      ->type_name("WHAT");
  command->add_option("--limit", options->limit, "Differences shown (100)")
      ->check(CLI::Range(1, 100'000))
      ->type_name("N");
  AddReadOptions(command, &options->read);
}

void AddConclude(CommandLine* line, CLI::App* review, bool agree) {
  const auto options = std::make_shared<ReviewOptions>();
  const CommandLine::Words words =
      agree ? CommandLine::Words{"agree", "Agree with what the providers' returns say.",
                                 "review agree QE1 --collection DM01 --period 2026-03 "
                                 "--hash 5f2a91c07be4d813"}
            : CommandLine::Words{"query", "Ask providers about what their returns say.",
                                 "review query QE1 --collection DM01 --period 2026-03 "
                                 "--hash 5f2a91c07be4d813 \\\n"
                                 "    --reason \"MRI is above contract\" "
                                 "--ask \"RLQ=is the mobile scanner in it?\""};
  CLI::App* command = line->Add(review, words, [options, agree](Environment& environment) {
    return Conclude(*options, agree, environment);
  });
  AddReturnOptions(command, &options->target, /*required=*/true);
  command
      ->add_option("--hash", options->hash,
                   "Content that was read and is concluded on: its first digits")
      ->type_name("HEX")
      ->required();
  command->add_option("--reason", options->reason, "Why, without personal data")
      ->type_name("TEXT")
      ->required(!agree);
  AddRequestIdOption(command, &options->request_id);
  if (agree) return;
  command
      ->add_option("--ask", options->asks, "A provider's code, = and the question; once for each")
      ->type_name("CODE=TEXT")
      ->required();
}

void AddLists(CommandLine* line, CLI::App* review) {
  auto options = std::make_shared<ReviewOptions>();
  CLI::App* command = AddReviewCommand(
      line, review,
      {"list", "List the reviews that were concluded, and which are stale.", "review list QE1"},
      List, options);
  AddReturnOptions(command, &options->target, /*required=*/false);
  AddReadOptions(command, &options->read);
  options = std::make_shared<ReviewOptions>();
  command = AddReviewCommand(line, review,
                             {"queries", "List what commissioners ask about a provider's returns.",
                              "review queries RLQ --unanswered"},
                             Queries, options);
  AddReturnOptions(command, &options->target, /*required=*/false);
  command->add_flag("--unanswered", options->unanswered, "Only those without an answer");
  AddReadOptions(command, &options->read);
}

}  // namespace

void AddReviewCommands(CommandLine* line) {
  CLI::App* review =
      line->Add(nullptr,
                {"review", "Commissioner review: show, agree, query, list; and queries, answer.",
                 "review show QE1 --collection DM01 --period 2026-03"},
                nullptr);
  AddShow(line, review);
  AddConclude(line, review, /*agree=*/true);
  AddConclude(line, review, /*agree=*/false);
  AddLists(line, review);
  const auto options = std::make_shared<ReviewOptions>();
  CLI::App* command = AddReviewCommand(
      line, review,
      {"answer", "Answer what a commissioner asks, as the provider.",
       "review answer organisations/RLQ/returns/DM01.2026-03/queries/QE1.1 --text \"it is\""},
      Answer, options);
  command->add_option("QUERY", options->query, "Its name, from review queries")
      ->type_name("NAME")
      ->required();
  command->add_option("--text", options->text, "The answer, on one line, without personal data")
      ->type_name("TEXT")
      ->required();
  AddRequestIdOption(command, &options->request_id);
}

}  // namespace onereturn::client
