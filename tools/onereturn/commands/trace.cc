// trace: from a rating to the submitted cells and their receipts.
#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"
#include "tools/onereturn/evidence/assessment_reader.h"
#include "tools/onereturn/evidence/leaf_check.h"
#include "tools/onereturn/evidence/trace_reader.h"

namespace onereturn::client {
namespace {

struct TraceOptions {
  std::string assessment;
  std::string statement;
  bool verify = false;
};

struct Gathered {
  AssessmentView view;
  Trace trace;
  std::map<std::string, RevisionProof> proofs;
  std::vector<Check> checks;
};

std::string LeafText(const metrics::v1::TraceLeaf& leaf, absl::string_view denominator) {
  std::string text = absl::StrCat(leaf.organisation(), "  ");
  if (leaf.state() != metrics::v1::VALUE_STATE_VALUE) {
    absl::StrAppend(&text, Label(leaf.state()));
  } else {
    absl::StrAppend(&text, WithThousands(leaf.numerator()));
    if (denominator != "1") absl::StrAppend(&text, " / ", WithThousands(leaf.denominator()));
  }
  if (!leaf.revision().empty()) {
    absl::StrAppend(&text, "  ", leaf.revision(), "  sequence ", WithThousands(leaf.sequence()));
  }
  return text;
}

std::string EvidenceText(const TracedEvidence& traced) {
  const auto& value = traced.evidence.value();
  std::string text = absl::StrCat("  ├─ ", traced.evidence.name(), "  ", traced.evidence.category(),
                                  "\n  │    ", value.metric(), " version ", value.metric_version(),
                                  ", ", Printable(value.organisation_display_name()), ", ",
                                  PeriodText(value.period()), ": ", ValueText(value));
  if (value.state() == metrics::v1::VALUE_STATE_VALUE && value.denominator() != "1") {
    absl::StrAppend(&text, " = ", value.factor(), " x ", WithThousands(value.numerator()), " / ",
                    WithThousands(value.denominator()));
  }
  absl::StrAppend(&text, "\n  │    coverage ", CoverageText(value.coverage(), 1'000), "\n");
  for (size_t i = 0; i < traced.leaves.size(); ++i) {
    absl::StrAppend(&text, "  │    ", i + 1 < traced.leaves.size() ? "├─ " : "└─ ",
                    LeafText(traced.leaves[i], value.denominator()), "\n");
  }
  return text;
}

std::string ScoresText(const Gathered& gathered) {
  std::string text;
  for (const auto& score : gathered.trace.scores) {
    absl::StrAppend(&text, "\n", score.statement(), " ",
                    StatementTitle(gathered.view.framework, score.statement()), ": ",
                    ScoreText(gathered.view.framework, score.score()), "\n  ",
                    Printable(score.rationale()), "\n");
    for (const TracedEvidence& traced : gathered.trace.evidence) {
      const auto& named = score.evidence();
      const bool rests =
          std::find(named.begin(), named.end(), traced.evidence.name()) != named.end();
      if (rests) absl::StrAppend(&text, EvidenceText(traced));
    }
  }
  return text;
}

// Is a cell among those that any traced metric sums?
bool IsTraced(const std::map<std::string, metrics::v1::Metric>& metrics, const Trace& trace,
              const common::v1::CellReference& cell) {
  for (const TracedEvidence& traced : trace.evidence) {
    const auto metric = metrics.find(traced.evidence.value().metric());
    if (metric != metrics.end() && Selects(metric->second, cell)) return true;
  }
  return false;
}

std::string ProofText(const RevisionProof& proof, const Trace& trace,
                      const std::map<std::string, metrics::v1::Metric>& metrics, size_t width) {
  const auto& receipt = proof.receipt;
  std::string text = absl::StrCat(
      "\n", proof.revision, "\n  receipt: sequence ", WithThousands(receipt.sequence()), " of ",
      receipt.service(), ", accepted ", TimeText(receipt.time()), "\n           leaf ",
      Hex(receipt.leaf_hash()), "\n           under the signed head of ",
      WithThousands(receipt.head().size()), " leaves, key ", receipt.head().key_id(), "\n\n");
  TextTable table({{"submitted cell"}, {"value", TextTable::Align::kRight}});
  for (const auto& cell : proof.cells) {
    if (!IsTraced(metrics, trace, cell.reference())) continue;
    table.Row({CellText(cell.reference()), CellValueText(cell)});
  }
  return text + table.Render(width);
}

std::string ChecksText(const std::vector<Check>& checks, bool* good) {
  std::string text = "\nVerified on this machine, with the public keys of the profile:\n";
  for (const Check& check : checks) {
    absl::StrAppend(
        &text, check.outcome.ok() ? "  ✓ " : "  ✗ ", Printable(check.what),
        check.outcome.ok() ? "" : absl::StrCat("\n      ", Printable(check.outcome.message())),
        "\n");
    *good = *good && check.outcome.ok();
  }
  absl::StrAppend(&text, *good ? "Everything holds.\n"
                               : "NOT EVERYTHING HOLDS. Keep this output and call the operator.\n");
  return text;
}

std::string TraceJson(const Gathered& gathered, bool verified) {
  JsonWriter json;
  json.BeginObject().Key("assessment").Text(gathered.view.assessment.name());
  json.Key("marking").Text(gathered.view.assessment.marking());
  json.Key("rating").Message(gathered.trace.rating).Key("scores").BeginArray();
  for (const auto& score : gathered.trace.scores) json.Message(score);
  json.EndArray().Key("evidence").BeginArray();
  for (const TracedEvidence& traced : gathered.trace.evidence) {
    json.BeginObject().Key("evidence").Message(traced.evidence).Key("leaves").BeginArray();
    for (const auto& leaf : traced.leaves) json.Message(leaf);
    json.EndArray().EndObject();
  }
  json.EndArray().Key("revisions").BeginArray();
  for (const auto& [name, proof] : gathered.proofs) {
    json.BeginObject().Key("name").Text(name).Key("receipt").Message(proof.receipt);
    json.Key("cells").BeginArray();
    for (const auto& cell : proof.cells) json.Message(cell);
    json.EndArray().EndObject();
  }
  json.EndArray();
  if (verified) {
    json.Key("checks").BeginArray();
    for (const Check& check : gathered.checks) {
      json.BeginObject().Key("what").Text(check.what).Key("holds").Truth(check.outcome.ok());
      json.Key("fault").Text(check.outcome.message()).EndObject();
    }
    json.EndArray();
  }
  return json.EndObject().Take();
}

void PrintTrace(const Gathered& gathered, const std::map<std::string, metrics::v1::Metric>& metrics,
                Environment* environment) {
  const auto& assessment = gathered.view.assessment;
  std::string text;
  if (!assessment.marking().empty()) {
    absl::StrAppend(&text, "*** ", Printable(assessment.marking()), " ***\n");
  }
  absl::StrAppend(
      &text, Printable(assessment.title()), ", ", assessment.organisation(),
      "\nRating: ", Printable(RatingText(gathered.view.framework, gathered.trace.rating)), "\n",
      ScoresText(gathered), "\nThe returns these figures come from:\n");
  for (const auto& [name, proof] : gathered.proofs) {
    absl::StrAppend(&text, ProofText(proof, gathered.trace, metrics, environment->console.width()));
  }
  environment->console.Print(text);
}

absl::StatusOr<ExitCode> TraceAll(const TraceOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  Gathered gathered;
  ASSIGN_OR_RETURN(gathered.view, ReadAssessment(session, options.assessment));
  // Nothing would be followed, and so nothing be wrong.
  if (!options.statement.empty() &&
      StatementTitle(gathered.view.framework, options.statement).empty()) {
    return UsageError(
        absl::StrCat("the framework has no statement \"", Printable(options.statement), "\""),
        "`onereturn assess show` lists the statements of the assessment.");
  }
  ASSIGN_OR_RETURN(gathered.trace, ReadTrace(session, options.assessment, options.statement));
  ASSIGN_OR_RETURN(gathered.proofs, ReadProofs(session, gathered.trace));
  ASSIGN_OR_RETURN(const auto metrics, ReadMetrics(session));
  if (options.verify) {
    ASSIGN_OR_RETURN(gathered.checks, VerifyTrace(session, gathered.trace, gathered.proofs));
  }
  bool good = true;
  const std::string checks = ChecksText(gathered.checks, &good);
  if (environment.json) {
    environment.console.Print(TraceJson(gathered, options.verify));
  } else {
    PrintTrace(gathered, metrics, &environment);
    if (options.verify) environment.console.Print(checks);
  }
  return good ? ExitCode::kOk : ExitCode::kInvalidData;
}

}  // namespace

void AddTraceCommand(CommandLine* line) {
  auto options = std::make_shared<TraceOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"trace",
       "Follow an assessment from its rating over scores, evidence and metric values to the\n"
       "submitted cells and the receipts of their returns.",
       "trace assessments/a1 --statement QS5 --verify"},
      [options](Environment& environment) { return TraceAll(*options, environment); });
  command->add_option("ASSESSMENT", options->assessment, "Its name or id")
      ->type_name("NAME")
      ->required();
  command->add_option("--statement", options->statement, "Only this statement")->type_name("CODE");
  command->add_flag("--verify", options->verify,
                    "Check receipts, cells and figures on this machine; exit 1 when one is wrong");
}

}  // namespace onereturn::client
