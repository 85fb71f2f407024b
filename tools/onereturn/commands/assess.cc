// assess: create, evidence, score, load, show, list.
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"
#include "tools/onereturn/evidence/assessment_reader.h"
#include "tools/onereturn/evidence/trace_reader.h"

namespace onereturn::client {
namespace {

using Client = AssessmentClient;

struct AssessOptions {
  std::string assessment;
  std::string request_id;
  assessment::v1::CreateAssessmentRequest create;
  assessment::v1::AddEvidenceRequest evidence;
  assessment::v1::ScoreStatementRequest score;
  std::vector<std::string> score_evidence;
  std::string file;
  std::string name_file;
};

absl::StatusOr<ExitCode> Create(const AssessOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<assessment::v1::AssessmentService>(kAssessment));
  assessment::v1::CreateAssessmentRequest request = options.create;
  request.set_request_id(options.request_id.empty()
                             ? ContentId("assess.create", request.assessment())
                             : options.request_id);
  ASSIGN_OR_RETURN(const auto answer, client.Call(&Client::Stub::CreateAssessment, request));
  environment.console.Print(
      environment.json
          ? JsonOf(answer) + "\n"
          : absl::StrCat(answer.assessment().name(),
                         answer.replayed() ? " was made before by the same request.\n" : " made.\n",
                         "Next: onereturn assess evidence ", answer.assessment().name(),
                         " --statement QS5 ...\n"));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> AddEvidence(const AssessOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<assessment::v1::AssessmentService>(kAssessment));
  assessment::v1::AddEvidenceRequest request = options.evidence;
  request.set_parent(AssessmentName(options.assessment));
  request.set_request_id(options.request_id.empty() ? ContentId("assess.evidence", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const auto answer, client.Call(&Client::Stub::AddEvidence, request));
  const auto& evidence = answer.evidence();
  environment.console.Print(
      environment.json
          ? JsonOf(answer) + "\n"
          : absl::StrCat(evidence.name(), answer.replayed() ? " was pinned before: " : " pinned: ",
                         evidence.value().metric(), " of ", evidence.value().organisation(), ", ",
                         PeriodText(evidence.value().period()), " = ", ValueText(evidence.value()),
                         "\n"));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Score(const AssessOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<assessment::v1::AssessmentService>(kAssessment));
  assessment::v1::GetAssessmentRequest get;
  get.set_name(AssessmentName(options.assessment));
  ASSIGN_OR_RETURN(const auto held, client.Call(&Client::Stub::GetAssessment, get));
  assessment::v1::ScoreStatementRequest request = options.score;
  request.mutable_score()->set_assessment(get.name());
  for (const std::string& name : options.score_evidence)
    request.mutable_score()->add_evidence(name);
  if (options.score_evidence.empty()) {
    AddAllEvidence(held.assessment(), request.mutable_score());
  }
  request.set_request_id(options.request_id.empty() ? ScoreId(held.assessment(), request.score())
                                                    : options.request_id);
  request.set_etag(held.assessment().etag());
  ASSIGN_OR_RETURN(const auto answer, client.Call(&Client::Stub::ScoreStatement, request));
  environment.console.Print(
      environment.json
          ? JsonOf(answer) + "\n"
          : absl::StrCat(answer.score().statement(), " scored ", answer.score().score(),
                         ", resting on ",
                         Count(static_cast<uint64_t>(answer.score().evidence_size()), "piece"),
                         " of evidence.\n"));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Load(const AssessOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const assessment::v1::Assessment wanted, ReadAssessmentFile(options.file));
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<assessment::v1::AssessmentService>(kAssessment));
  ASSIGN_OR_RETURN(const LoadedAssessment loaded,
                   LoadAssessment(client, wanted, [&](const std::string& step) {
                     environment.console.Progress(step);
                   }));
  environment.console.EndProgress();
  RETURN_IF_ERROR(WriteNameFile(options.name_file, loaded.name));
  if (environment.json) {
    JsonWriter json;
    json.BeginObject().Key("assessment").Text(loaded.name);
    json.Key("evidence_added").Number(loaded.evidence_added);
    json.Key("scores_written").Number(loaded.scores_written);
    json.Key("unchanged").Number(loaded.unchanged).EndObject();
    environment.console.Print(json.Take());
    return ExitCode::kOk;
  }
  environment.console.Print(absl::StrCat(
      loaded.name, ": ", Count(loaded.evidence_added, "piece"), " of evidence pinned, ",
      Count(loaded.scores_written, "statement"), " scored, ", loaded.unchanged, " as held.\n"));
  return ExitCode::kOk;
}

void PrintAssessment(const AssessmentView& view, Environment* environment) {
  const auto& assessment = view.assessment;
  std::string text;
  if (!assessment.marking().empty()) {
    absl::StrAppend(&text, "*** ", Printable(assessment.marking()), " ***\n");
  }
  absl::StrAppend(&text, Printable(assessment.title()), "\n", assessment.name(), ", ",
                  assessment.organisation(), ", ", Printable(view.framework.title()), " (version ",
                  assessment.framework_version(),
                  ")\nRating: ", Printable(RatingText(view.framework, assessment.rating())),
                  "\n\n");
  TextTable table({{"theme"},
                   {"statement", TextTable::Align::kLeft, true},
                   {"score"},
                   {"rationale", TextTable::Align::kLeft, true},
                   {"evidence", TextTable::Align::kRight}});
  for (const auto& theme : view.framework.themes()) {
    for (const auto& statement : theme.statements()) {
      std::string score = "–";
      std::string rationale;
      size_t evidence = 0;
      for (const auto& scored : assessment.scores()) {
        if (scored.statement() != statement.code()) continue;
        score = ScoreText(view.framework, scored.score());
        rationale = scored.rationale();
      }
      for (const auto& pinned : assessment.evidence()) {
        evidence += pinned.statement() == statement.code() ? 1 : 0;
      }
      table.Row({theme.title(), absl::StrCat(statement.code(), " ", statement.title()), score,
                 rationale, absl::StrCat(evidence)});
    }
  }
  environment->console.Print(text + table.Render(environment->console.width()));
}

absl::StatusOr<ExitCode> Show(const AssessOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const AssessmentView view, ReadAssessment(session, options.assessment));
  if (environment.json) {
    environment.console.Print(JsonOf(view.assessment) + "\n");
  } else {
    PrintAssessment(view, &environment);
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ListAssessments(Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<assessment::v1::AssessmentService>(kAssessment));
  assessment::v1::ListAssessmentsRequest request;
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &Client::Stub::ListAssessments, request));
  if (environment.json) {
    environment.console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  TextTable table({{"assessment"},
                   {"org"},
                   {"framework"},
                   {"title", TextTable::Align::kLeft, true},
                   {"made"},
                   {"rating"},
                   {"percent", TextTable::Align::kRight},
                   {"marking", TextTable::Align::kLeft, true}});
  for (const auto& assessment : list.assessments()) {
    const auto& rating = assessment.rating();
    table.Row({assessment.name(), assessment.organisation(), assessment.framework(),
               assessment.title(), TimeText(assessment.create_time()), rating.rating(),
               rating.complete() ? absl::StrCat(rating.percent(), " %") : "",
               assessment.marking()});
  }
  environment.console.Print(table.empty() ? "There are no assessments.\n"
                                          : table.Render(environment.console.width()));
  return ExitCode::kOk;
}

void AddText(CLI::App* command, const std::string& name, const std::string& words,
             std::function<void(const std::string&)> set, bool required) {
  auto* option = command->add_option_function<std::string>(name, std::move(set), words);
  option->type_name("TEXT");
  if (required) option->required();
}

void AddAssessment(CLI::App* command, AssessOptions* options) {
  command->add_option("ASSESSMENT", options->assessment, "Its name or id")
      ->type_name("NAME")
      ->required();
}

void AddCreate(CommandLine* line, CLI::App* assess) {
  auto options = std::make_shared<AssessOptions>();
  CLI::App* command = line->Add(
      assess,
      {"create", "Begin an assessment of an organisation.",
       "assess create --organisation QGH --framework cqc-ics --title \"Assessment 2024\""},
      [options](Environment& environment) { return Create(*options, environment); });
  auto* assessment = options->create.mutable_assessment();
  AddText(
      command, "--organisation", "ODS code",
      [assessment](const std::string& v) { assessment->set_organisation(v); }, true);
  AddText(
      command, "--framework", "Code of the framework",
      [assessment](const std::string& v) { assessment->set_framework(v); }, true);
  AddText(
      command, "--title", "What it is called",
      [assessment](const std::string& v) { assessment->set_title(v); }, true);
  AddText(
      command, "--marking", "Printed on every page and record",
      [assessment](const std::string& v) { assessment->set_marking(v); }, false);
  AddRequestIdOption(command, &options->request_id);
}

void AddEvidenceCommand(CommandLine* line, CLI::App* assess) {
  auto options = std::make_shared<AssessOptions>();
  CLI::App* command = line->Add(
      assess,
      {"evidence", "Pin a metric value, as it is now, as evidence for a statement.",
       "assess evidence a1 --statement QS5 --category Outcomes --metric ae_four_hour_all \\\n"
       "    --organisation QGH --period 2024-03"},
      [options](Environment& environment) { return AddEvidence(*options, environment); });
  AddAssessment(command, options.get());
  auto* evidence = &options->evidence;
  AddText(
      command, "--statement", "Code of the statement it bears on",
      [evidence](const std::string& v) { evidence->set_statement(v); }, true);
  AddText(
      command, "--category", "One of the framework's evidence categories",
      [evidence](const std::string& v) { evidence->set_category(v); }, true);
  AddText(
      command, "--metric", "Code of the metric",
      [evidence](const std::string& v) { evidence->set_metric(v); }, true);
  AddText(
      command, "--organisation", "ODS code",
      [evidence](const std::string& v) { evidence->set_organisation(v); }, true);
  AddText(
      command, "--period", "Such as 2024-03",
      [evidence](const std::string& v) { evidence->set_period(v); }, true);
  AddText(
      command, "--position", "Position to pin it at (else the latest)",
      [evidence](const std::string& v) { evidence->set_position(v); }, false);
  AddText(
      command, "--note", "What it shows",
      [evidence](const std::string& v) { evidence->set_note(v); }, false);
  AddRequestIdOption(command, &options->request_id);
}

void AddScore(CommandLine* line, CLI::App* assess) {
  auto options = std::make_shared<AssessOptions>();
  CLI::App* command = line->Add(
      assess,
      {"score", "Score a statement, or score it anew. It rests on evidence pinned before.",
       "assess score a1 --statement QS5 --score 2 --rationale \"Waits are longer than "
       "elsewhere.\""},
      [options](Environment& environment) { return Score(*options, environment); });
  AddAssessment(command, options.get());
  auto* score = options->score.mutable_score();
  AddText(
      command, "--statement", "Code of the statement",
      [score](const std::string& v) { score->set_statement(v); }, true);
  command
      ->add_option_function<uint32_t>(
          "--score", [score](const uint32_t& v) { score->set_score(v); },
          "On the framework's scale")
      ->type_name("N")
      ->required();
  AddText(
      command, "--rationale", "Why", [score](const std::string& v) { score->set_rationale(v); },
      true);
  command
      ->add_option("--evidence", options->score_evidence,
                   "Names of the evidence it rests on (else all of the statement's)")
      ->type_name("NAME,...")
      ->delimiter(',');
  AddRequestIdOption(command, &options->request_id);
}

}  // namespace

void AddAssessCommands(CommandLine* line) {
  CLI::App* assess =
      line->Add(nullptr,
                {"assess", "Make and read assessments: create, evidence, score, load, show, list.",
                 "assess list"},
                nullptr);
  AddCreate(line, assess);
  AddEvidenceCommand(line, assess);
  AddScore(line, assess);

  auto load = std::make_shared<AssessOptions>();
  CLI::App* load_command = line->Add(
      assess,
      {"load",
       "Make an assessment from a file: its evidence and scores, as text protobuf. Loading it "
       "again changes nothing.",
       "assess load deploy/demo/illustrative_assessment.txtpb"},
      [load](Environment& environment) { return Load(*load, environment); });
  load_command->add_option("FILE", load->file, "An onereturn.assessment.v1.Assessment")
      ->type_name("FILE")
      ->required();
  load_command->add_option("--name-file", load->name_file, "Write the assessment's name here")
      ->type_name("FILE");

  auto show = std::make_shared<AssessOptions>();
  CLI::App* show_command = line->Add(
      assess, {"show", "Show an assessment: rating, statements, scores.", "assess show a1"},
      [show](Environment& environment) { return Show(*show, environment); });
  AddAssessment(show_command, show.get());

  line->Add(assess, {"list", "Show all assessments.", "assess list"}, ListAssessments);
}

}  // namespace onereturn::client
