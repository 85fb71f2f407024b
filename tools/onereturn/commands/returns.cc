// returns: what is held.
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/digest/digest.h"
#include "common/status/status_macros.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tools/onereturn/commands/catalogue_reading.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/file_upload.h"
#include "tools/onereturn/commands/reuse.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/minutes_text.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/proof_text.h"
#include "tools/onereturn/console/text_table.h"
#include "tools/onereturn/evidence/receipt_check.h"

namespace onereturn::client {
namespace {

constexpr int kCellPageSize = 5'000;

struct ReturnsOptions {
  std::string organisation;
  std::string collection;
  std::string period;
  bool revisions = false;
  bool cells = false;
  std::string purpose;
  bool receipt = false;
  ReadOptions read;
};

std::string ReturnName(const ReturnsOptions& options) {
  return absl::StrCat("organisations/", options.organisation, "/returns/", options.collection, ".",
                      options.period);
}

// Why it was sent, by whom it was signed, what it cost, and how much of it was explained.
std::string WhyText(const returns::v1::Revision& revision) {
  std::string text = Label(revision.reason());
  if (revision.restored_revision() > 0) {
    absl::StrAppend(&text, " (as revision ", revision.restored_revision(), ")");
  }
  if (!revision.reason_text().empty()) absl::StrAppend(&text, ": ", revision.reason_text());
  if (revision.nil()) absl::StrAppend(&text, text.empty() ? "" : ", ", "nil return");
  for (int i = 1; i < revision.sign_offs_size(); ++i) {
    absl::StrAppend(&text,
                    i > 1          ? ", "
                    : text.empty() ? "signed by "
                                   : ", signed by ",
                    WhoText(revision.sign_offs(i)));
  }
  if (revision.has_declared_minutes()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", MinutesText(revision.declared_minutes()));
  }
  if (revision.explanations_size() > 0) {
    absl::StrAppend(&text, text.empty() ? "" : ", ",
                    Count(static_cast<uint64_t>(revision.explanations_size()), "explanation"));
  }
  return text;
}

absl::StatusOr<ExitCode> ListReturns(const ReturnsClient& client, const ReturnsOptions& options,
                                     Environment* environment) {
  returns::v1::ListReturnsRequest request;
  request.set_parent(
      absl::StrCat("organisations/", options.organisation.empty() ? "-" : options.organisation));
  request.set_collection(options.collection);
  request.set_period(options.period);
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &ReturnsClient::Stub::ListReturns, request));
  if (list.returns().empty()) {
    RETURN_IF_ERROR(CheckNamesAreKnown(*environment,
                                       {options.organisation, options.collection, options.period}));
  }
  if (environment->json) {
    environment->console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  TextTable table({{"period"},
                   {"org"},
                   {"revision", TextTable::Align::kRight},
                   {"status"},
                   {"origin"},
                   {"cells", TextTable::Align::kRight},
                   {"accepted"},
                   {"sequence", TextTable::Align::kRight}});
  for (const auto& held : list.returns()) {
    const auto& revision = held.revision();
    table.Row({held.period(), held.organisation(), absl::StrCat(revision.number()),
               Label(revision.status()), Label(revision.origin()),
               WithThousands(revision.cell_count()), TimeText(revision.accept_time()),
               WithThousands(revision.sequence())});
  }
  if (table.empty()) {
    environment->console.Print("No returns are held that fit.\n");
    return ExitCode::kOk;
  }
  environment->console.Print(table.Render(environment->console.width()));
  environment->console.Print(Count(static_cast<uint64_t>(list.returns_size()), "return") + ".\n");
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ListRevisions(const ReturnsClient& client, const ReturnsOptions& options,
                                       Environment* environment) {
  returns::v1::ListRevisionsRequest request;
  request.set_parent(ReturnName(options));
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &ReturnsClient::Stub::ListRevisions, request));
  if (environment->json) {
    environment->console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  TextTable table({{"revision", TextTable::Align::kRight},
                   {"status"},
                   {"origin"},
                   {"cells", TextTable::Align::kRight},
                   {"content"},
                   {"accepted"},
                   {"sequence", TextTable::Align::kRight},
                   {"request"},
                   {"sent by", TextTable::Align::kLeft, true},
                   {"why", TextTable::Align::kLeft, true}});
  for (const auto& revision : list.revisions()) {
    table.Row({absl::StrCat(revision.number()), Label(revision.status()), Label(revision.origin()),
               WithThousands(revision.cell_count()), ShortHex(revision.cell_digest()),
               TimeText(revision.accept_time()), WithThousands(revision.sequence()),
               revision.request_id(), WhoText(revision.sent()), WhyText(revision)});
  }
  environment->console.Print(table.Render(environment->console.width()));
  return ExitCode::kOk;
}

absl::StatusOr<returns::v1::Revision> NewestRevision(const ReturnsClient& client,
                                                     const ReturnsOptions& options) {
  returns::v1::GetReturnRequest request;
  request.set_name(ReturnName(options));
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto held, client.Call(&ReturnsClient::Stub::GetReturn, request));
  return held.return_().revision();
}

// The reasons given beside figures, by figure; under "" those for a rule as a whole.
std::map<std::string, std::string> ExplanationsByCell(const returns::v1::Revision& revision) {
  std::map<std::string, std::string> texts;
  for (const auto& given : revision.explanations()) {
    std::string& text = texts[given.has_cell() ? CellText(given.cell()) : ""];
    absl::StrAppend(&text, text.empty() ? "" : "; ",
                    given.rule().empty() ? "" : given.rule() + ": ", given.text());
  }
  return texts;
}

absl::StatusOr<ExitCode> ListCells(const ReturnsClient& client, const ReturnsOptions& options,
                                   Environment* environment) {
  returns::v1::ListCellsRequest request;
  request.set_parent(ReturnName(options));
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  request.set_page_size(kCellPageSize);
  ASSIGN_OR_RETURN(const auto purpose, PurposeOf(options.purpose));
  request.set_purpose(purpose);
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &ReturnsClient::Stub::ListCells, request));
  if (environment->json) {
    environment->console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  ASSIGN_OR_RETURN(const returns::v1::Revision revision, NewestRevision(client, options));
  // Another one may have come meanwhile, whose words are not about these figures.
  const std::map<std::string, std::string> explained = revision.name() == list.revision()
                                                           ? ExplanationsByCell(revision)
                                                           : std::map<std::string, std::string>();
  TextTable table({{"cell"},
                   {"value", TextTable::Align::kRight},
                   {"explanation", TextTable::Align::kLeft, true}});
  for (const auto& cell : list.cells()) {
    const std::string name = CellText(cell.reference());
    const auto words = explained.find(name);
    table.Row({name, CellValueText(cell), words == explained.end() ? "" : words->second});
  }
  std::string text =
      absl::StrCat(list.revision(), "\n\n", table.Render(environment->console.width()));
  if (const auto whole = explained.find(""); whole != explained.end()) {
    absl::StrAppend(&text, "Explained as a whole: ", Printable(whole->second), "\n");
  }
  absl::StrAppend(&text, TermsText(list.reuse_terms()));
  environment->console.Print(text);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ShowReceipt(const ReturnsClient& client, const Session& session,
                                     const ReturnsOptions& options, Environment* environment) {
  returns::v1::GetReceiptRequest request;
  ASSIGN_OR_RETURN(const returns::v1::Revision revision, NewestRevision(client, options));
  request.set_name(revision.name());
  ASSIGN_OR_RETURN(const auto answer, client.Call(&ReturnsClient::Stub::GetReceipt, request));
  if (environment->json) {
    environment->console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  const auto& receipt = answer.receipt();
  std::string text =
      absl::StrCat("Receipt of ", receipt.name(), "\n  accepted   ", TimeText(receipt.time()),
                   " by ", receipt.service(), "\n  sequence   ", WithThousands(receipt.sequence()),
                   " of epoch ", receipt.epoch(), "\n  leaf hash  ", Hex(receipt.leaf_hash()),
                   "\n  head       ", WithThousands(receipt.head().size()), " leaves, root ",
                   Hex(receipt.head().root()), "\n  position   ", receipt.position(), "\n");
  ASSIGN_OR_RETURN(const VerifyingKey key, PublicKeyOf(session.profile(), receipt.service()));
  const absl::StatusOr<KeyHistory> keys = KeysFor(session, receipt, key);
  const absl::Status proof = keys.ok() ? CheckReceipt(receipt, *keys) : keys.status();
  absl::StrAppend(
      &text, "  proof      ",
      proof.ok() ? absl::StrCat("holds, by key ", receipt.head().key_id()) : ProofWords(proof),
      "\n");
  environment->console.Print(text);
  return ProofExitCode(proof);
}

absl::StatusOr<ExitCode> Returns(const ReturnsOptions& options, Environment& environment) {
  const bool one = options.revisions || options.cells || options.receipt;
  if (one && (options.organisation.empty() || options.period.empty())) {
    return UsageError("--revisions, --cells and --receipt are about one return",
                      "Name it: onereturn returns ORG --collection C --period P --revisions");
  }
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::ReturnsService>(kIngestion));
  if (options.revisions) return ListRevisions(client, options, &environment);
  if (options.cells) return ListCells(client, options, &environment);
  if (options.receipt) return ShowReceipt(client, session, options, &environment);
  return ListReturns(client, options, &environment);
}

}  // namespace

void AddReturnsCommand(CommandLine* line) {
  auto options = std::make_shared<ReturnsOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"returns", "Show the returns that are held, a return's revisions, its cells or its receipt.",
       "returns RLQ --collection MSitAE --period 2024-03 --revisions\n"
       "returns --collection MSitAE --period 2024-03"},
      [options](Environment& environment) { return Returns(*options, environment); });
  command->add_option("ORG", options->organisation, "Only this organisation (else all you may see)")
      ->type_name("CODE");
  command->add_option("--collection", options->collection, "Code of the collection")
      ->type_name("CODE")
      ->required();
  command->add_option("--period", options->period, "Only this period")->type_name("PERIOD");
  auto* revisions =
      command->add_flag("--revisions", options->revisions, "Every revision, the newest first");
  auto* cells = command->add_flag("--cells", options->cells, "The cells of the newest revision");
  auto* receipt =
      command->add_flag("--receipt", options->receipt, "The newest revision's receipt, verified");
  cells->excludes(revisions);
  receipt->excludes(revisions)->excludes(cells);
  AddPurposeOption(command, &options->purpose)->needs(cells);
  AddReadOptions(command, &options->read);
}

}  // namespace onereturn::client
