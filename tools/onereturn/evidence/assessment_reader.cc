#include "tools/onereturn/evidence/assessment_reader.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "tools/onereturn/evidence/trace_reader.h"

namespace onereturn::client {

absl::StatusOr<AssessmentView> ReadAssessment(const Session& session, const std::string& name) {
  using Client = ServiceClient<assessment::v1::AssessmentService>;
  ASSIGN_OR_RETURN(const auto client, session.To<assessment::v1::AssessmentService>(kAssessment));
  assessment::v1::GetAssessmentRequest request;
  request.set_name(AssessmentName(name));
  ASSIGN_OR_RETURN(auto answer, client.Call(&Client::Stub::GetAssessment, request));
  assessment::v1::GetFrameworkRequest framework;
  framework.set_name(FrameworkName(answer.assessment().framework()));
  framework.set_version(answer.assessment().framework_version());
  ASSIGN_OR_RETURN(auto found, client.Call(&Client::Stub::GetFramework, framework));
  return AssessmentView{std::move(*answer.mutable_assessment()),
                        std::move(*found.mutable_framework())};
}

std::string ScoreText(const assessment::v1::Framework& framework, uint32_t score) {
  for (const auto& step : framework.scale()) {
    if (step.score() == score) return absl::StrCat(score, " ", step.title());
  }
  return score == 0 ? "" : absl::StrCat(score);
}

std::string BandTitle(const assessment::v1::Framework& framework, const std::string& code) {
  for (const auto& band : framework.bands()) {
    if (band.code() == code) return band.title();
  }
  return code;
}

std::string StatementTitle(const assessment::v1::Framework& framework, const std::string& code) {
  for (const auto& theme : framework.themes()) {
    for (const auto& statement : theme.statements()) {
      if (statement.code() == code) return statement.title();
    }
  }
  return "";
}

std::string RatingText(const assessment::v1::Framework& framework,
                       const assessment::v1::Rating& rating) {
  if (!rating.complete()) {
    return absl::StrCat("not complete: ", rating.scored(), " of ", rating.statements(),
                        " statements scored");
  }
  const std::string percent = absl::StrCat(rating.percent(), " %");
  if (rating.rating().empty()) {
    return absl::StrCat(percent, "; the framework gives no rating");
  }
  std::string text = absl::StrCat(BandTitle(framework, rating.rating()), ", ", percent);
  if (!rating.limited_by().empty()) absl::StrAppend(&text, " (", rating.limited_by(), ")");
  return text;
}

}  // namespace onereturn::client
