#include "tools/onereturn/commands/assessment_file.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/digest/digest.h"
#include "common/rpc/server.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

constexpr size_t kDigitsOfRequestId = 40;

bool IsPinned(const assessment::v1::Assessment& held, const assessment::v1::Evidence& wanted) {
  return std::any_of(held.evidence().begin(), held.evidence().end(), [&](const auto& pinned) {
    return pinned.statement() == wanted.statement() && pinned.category() == wanted.category() &&
           pinned.note() == wanted.note() && pinned.value().metric() == wanted.value().metric() &&
           pinned.value().organisation() == wanted.value().organisation() &&
           pinned.value().period() == wanted.value().period();
  });
}

bool IsScored(const assessment::v1::Assessment& held, const assessment::v1::Score& wanted) {
  return std::any_of(held.scores().begin(), held.scores().end(), [&](const auto& scored) {
    return scored.statement() == wanted.statement() && scored.score() == wanted.score() &&
           scored.rationale() == wanted.rationale() &&
           std::equal(scored.evidence().begin(), scored.evidence().end(), wanted.evidence().begin(),
                      wanted.evidence().end());
  });
}

absl::StatusOr<assessment::v1::Assessment> Get(const AssessmentClient& client,
                                               const std::string& name) {
  assessment::v1::GetAssessmentRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(const auto answer, client.Call(&AssessmentClient::Stub::GetAssessment, request));
  return answer.assessment();
}

absl::Status Pin(const AssessmentClient& client, const assessment::v1::Assessment& held,
                 const assessment::v1::Evidence& wanted) {
  assessment::v1::AddEvidenceRequest request;
  request.set_parent(held.name());
  request.set_statement(wanted.statement());
  request.set_category(wanted.category());
  request.set_metric(wanted.value().metric());
  request.set_organisation(wanted.value().organisation());
  request.set_period(wanted.value().period());
  request.set_position(wanted.position());
  request.set_note(wanted.note());
  request.set_request_id(ContentId("assess.evidence", request));
  return client.Call(&AssessmentClient::Stub::AddEvidence, request).status();
}

}  // namespace

std::string ContentId(absl::string_view prefix, const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return absl::StrCat(prefix, ".", DigestToHex(Sha256(bytes)).substr(0, kDigitsOfRequestId));
}

std::string ScoreId(const assessment::v1::Assessment& seen, const assessment::v1::Score& score) {
  const Digest state = Sha256(seen.etag());
  return absl::StrCat(ContentId("assess.score", score), ".",
                      DigestToHex(state).substr(0, kDigitsOfRequestId));
}

void AddAllEvidence(const assessment::v1::Assessment& assessment, assessment::v1::Score* score) {
  for (const auto& pinned : assessment.evidence()) {
    if (pinned.statement() == score->statement()) score->add_evidence(pinned.name());
  }
}

absl::StatusOr<assessment::v1::Assessment> ReadAssessmentFile(const std::string& file) {
  constexpr char kRemedy[] =
      "Correct the file: it is an onereturn.assessment.v1.Assessment as text, with evidence and "
      "scores.";
  assessment::v1::Assessment assessment;
  if (absl::Status status = ReadTextProto(file, &assessment); !status.ok()) {
    return UsageError(status.message(), kRemedy);
  }
  const bool output_only = !assessment.name().empty() || assessment.has_rating() ||
                           assessment.has_create_time() || !assessment.etag().empty();
  if (output_only) {
    return UsageError(absl::StrCat("\"", file, "\" sets name, rating, create_time or etag, which ",
                                   "only the service may set"),
                      kRemedy);
  }
  return assessment;
}

absl::StatusOr<LoadedAssessment> LoadAssessment(
    const AssessmentClient& client, const assessment::v1::Assessment& wanted,
    const std::function<void(const std::string&)>& on_step) {
  assessment::v1::CreateAssessmentRequest create;
  create.mutable_assessment()->set_organisation(wanted.organisation());
  create.mutable_assessment()->set_framework(wanted.framework());
  create.mutable_assessment()->set_title(wanted.title());
  create.mutable_assessment()->set_marking(wanted.marking());
  create.set_request_id(ContentId("assess.create", create));
  ASSIGN_OR_RETURN(const auto created,
                   client.Call(&AssessmentClient::Stub::CreateAssessment, create));
  LoadedAssessment loaded;
  loaded.name = created.assessment().name();
  ASSIGN_OR_RETURN(assessment::v1::Assessment held, Get(client, loaded.name));
  int done = 0;
  for (const auto& evidence : wanted.evidence()) {
    on_step(absl::StrCat("evidence ", ++done, " of ", wanted.evidence_size()));
    if (IsPinned(held, evidence)) {
      ++loaded.unchanged;
      continue;
    }
    RETURN_IF_ERROR(Within(absl::StrCat("evidence ", done, " (", evidence.statement(), ")"),
                           Pin(client, held, evidence)));
    ++loaded.evidence_added;
  }
  ASSIGN_OR_RETURN(held, Get(client, loaded.name));
  done = 0;
  std::string etag = held.etag();
  for (const auto& score : wanted.scores()) {
    on_step(absl::StrCat("score ", ++done, " of ", wanted.scores_size()));
    assessment::v1::ScoreStatementRequest request;
    *request.mutable_score() = score;
    request.mutable_score()->set_assessment(loaded.name);
    request.mutable_score()->clear_evidence();
    AddAllEvidence(held, request.mutable_score());
    if (IsScored(held, request.score())) {
      ++loaded.unchanged;
      continue;
    }
    request.set_request_id(ScoreId(held, request.score()));
    request.set_etag(etag);
    const auto answer = client.Call(&AssessmentClient::Stub::ScoreStatement, request);
    RETURN_IF_ERROR(Within(absl::StrCat("score of ", score.statement()), answer.status()));
    etag = answer->etag();
    ++loaded.scores_written;
  }
  return loaded;
}

absl::Status WriteNameFile(const std::string& file, const std::string& name) {
  if (file.empty()) return absl::OkStatus();
  std::ofstream stream(file);
  stream << name << "\n";
  stream.close();
  if (stream.good()) return absl::OkStatus();
  return UsageError(absl::StrCat("\"", file, "\" cannot be written"),
                    "Name a file in a folder that you may write to.");
}

}  // namespace onereturn::client
