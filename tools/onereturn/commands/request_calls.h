// What the commands about data requests share.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_REQUEST_CALLS_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_REQUEST_CALLS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/status_macros.h"
#include "onereturn/requests/v1/obligations_service.pb.h"
#include "onereturn/requests/v1/requests_service.grpc.pb.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/printed_answer.h"
#include "tools/onereturn/connection/session.h"
#include "tools/onereturn/console/consultation_text.h"
#include "tools/onereturn/console/match_text.h"
#include "tools/onereturn/console/request_text.h"

namespace onereturn::client {

using RequestsClient = ServiceClient<requests::v1::RequestsService>;

// Of the lists of requests, obligations and hours: each service takes more as its most.
inline constexpr int kRequestsAPage = 100;

// One service of ingestion.
template <typename Service>
absl::StatusOr<ServiceClient<Service>> ConnectToIngestion(const Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  return session.To<Service>(kIngestion);
}

inline absl::StatusOr<requests::v1::DataRequest> ReadRequest(const RequestsClient& client,
                                                             const std::string& name) {
  requests::v1::GetRequestRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(const auto answer, client.Call(&RequestsClient::Stub::GetRequest, request));
  return answer.data_request();
}

// What is to be weighed of a registered request.
inline absl::StatusOr<requests::v1::Appraisal> ReadAppraisal(const RequestsClient& client,
                                                             const std::string& name) {
  requests::v1::GetRequestRequest request;
  request.set_name(name);
  request.set_with_appraisal(true);
  ASSIGN_OR_RETURN(const auto answer, client.Call(&RequestsClient::Stub::GetRequest, request));
  return answer.appraisal();
}

// All that an issued request made owed, and what became of it.
absl::StatusOr<requests::v1::ListObligationsResponse> ObligationsOfRequest(
    const Session& session, const std::string& name, const common::v1::ReadAt& read);

// Whose regions filter what a match asks anew of them, as organisations are today.
absl::StatusOr<FilteringRegions> RegionsOfMatch(const Session& session,
                                                const requests::v1::Match& match);

// The collections that would be asked anew, as they are now.
absl::StatusOr<HomeCollections> HomesAskedAnew(const Session& session,
                                               const requests::v1::Match& match);

// `given`, or an id from the content.
inline std::string IdOr(const std::string& given, absl::string_view prefix,
                        const google::protobuf::Message& request) {
  return given.empty() ? ContentId(prefix, request) : given;
}

// REFERENCE, required.
inline void AddReference(CLI::App* command, std::string* reference) {
  command->add_option("REFERENCE", *reference, "Of the request, such as 001-00")
      ->type_name("NAME")
      ->required();
}

// --reason, required.
inline void AddReason(CLI::App* command, std::string* reason) {
  command->add_option("--reason", *reason, "Why, without personal data")
      ->type_name("TEXT")
      ->required();
}

// A command whose options are in `options`, which it keeps.
template <typename Options>
CLI::App* AddWith(CommandLine* line, CLI::App* parent, const CommandLine::Words& words,
                  absl::StatusOr<ExitCode> (*run)(const Options&, Environment&),
                  const std::shared_ptr<Options>& options) {
  return line->Add(parent, words,
                   [options, run](Environment& environment) { return run(*options, environment); });
}

// The families below `request`.
void AddRequestReads(CommandLine* line, CLI::App* request);
void AddRequestSteps(CommandLine* line, CLI::App* request);
void AddRequestAnswers(CommandLine* line, CLI::App* request);
void AddRequestActions(CommandLine* line, CLI::App* request);
void AddObligations(CommandLine* line, CLI::App* request);
void AddLikenesses(CommandLine* line, CLI::App* request);
void AddRequestHours(CommandLine* line, CLI::App* request);
// `usage`, and what is below it.
void AddUsage(CommandLine* line);
// `usage retire`.
void AddRetire(CommandLine* line, CLI::App* usage);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_REQUEST_CALLS_H_
