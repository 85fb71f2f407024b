#include "tests/conformance/bad_inputs.h"

#include <google/protobuf/text_format.h>
#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <fstream>
#include <future>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/authority/certificate_reading.h"
#include "common/base/check.h"
#include "common/clock/clock.h"
#include "common/digest/digest.h"
#include "common/rpc/people.h"
#include "common/rpc/server.h"
#include "common/rpc/status_conversion.h"
#include "common/status/error.h"
#include "common/status/new_file.h"
#include "common/status/status_macros.h"
#include "onereturn/config/v1/definitions.pb.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"
#include "tests/crash/definitions.h"

namespace onereturn {
namespace {

constexpr size_t kPieceBytes = 64 * 1024;

const char* NameOfCode(int code) {
  static constexpr const char* kNames[] = {"OK",
                                           "CANCELLED",
                                           "UNKNOWN",
                                           "INVALID_ARGUMENT",
                                           "DEADLINE_EXCEEDED",
                                           "NOT_FOUND",
                                           "ALREADY_EXISTS",
                                           "PERMISSION_DENIED",
                                           "RESOURCE_EXHAUSTED",
                                           "FAILED_PRECONDITION",
                                           "ABORTED",
                                           "OUT_OF_RANGE",
                                           "UNIMPLEMENTED",
                                           "INTERNAL",
                                           "UNAVAILABLE",
                                           "DATA_LOSS",
                                           "UNAUTHENTICATED"};
  return code >= 0 && code <= 16 ? kNames[code] : "?";
}

// "VERDICT_INVALID" without its prefix.
template <typename Response>
Answer VerdictOf(const Response& response) {
  const std::string verdict = common::v1::Verdict_Name(response.verdict());
  return {verdict.substr(verdict.find('_') + 1),
          response.findings_size() == 0 ? "" : response.findings(0).code()};
}

void AddCell(const char* item, const char* kind, int64_t number,
             returns::v1::SubmitReturnRequest* request) {
  common::v1::Cell* cell = request->add_cells();
  cell->mutable_reference()->set_item(item);
  common::v1::DimensionValue* dimension = cell->mutable_reference()->add_dimensions();
  dimension->set_dimension("kind");
  dimension->set_value(kind);
  cell->set_millionths(number * 1'000'000);
}

constexpr char kIssuerKeysFile[] = "issuer.jwks.json";

void AddPeople(config::v1::RightsFile* rights) {
  for (config::v1::Principal& principal : *rights->mutable_principals()) {
    if (principal.spiffe_id() == Deployment::SpiffeIdOf(kSecondOfficer))
      principal.set_people_of("*");
    if (principal.organisation() == kForPeopleAlone) principal.set_needs_person(true);
  }
  const auto add = [rights](const char* subject, rights::v1::Role role, const char* organisation) {
    config::v1::Principal* person = rights->add_principals();
    person->set_person(absl::StrCat(kTestIssuer, "#", subject));
    person->set_role(role);
    person->set_organisation(organisation);
  };
  add(kPersonOfRcf, rights::v1::ROLE_SUBMITTER, "RCF");
  add(kRightsOfficer, rights::v1::ROLE_RIGHTS_OFFICER, "");
}

}  // namespace

std::string BadInput::key() const { return absl::StrCat(row, ".", name); }

std::vector<BadInput> ReadBadInputs(const std::string& file) {
  std::ifstream stream(file);
  std::vector<BadInput> inputs;
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    // No field of the file holds a comma or a quote.
    const std::vector<std::string> fields = absl::StrSplit(line, ',');
    ONERETURN_CHECK(fields.size() == 9);
    BadInput input;
    ONERETURN_CHECK(absl::SimpleAtoi(fields[0], &input.row));
    input.name = fields[1];
    input.layer = fields[2];
    input.input = fields[3];
    input.port = fields[4];
    input.code = fields[5];
    input.reason = fields[6];
    input.with = fields[7];
    input.note = fields[8];
    inputs.push_back(std::move(input));
  }
  return inputs;
}

Answer AnswerOf(const grpc::Status& status) {
  if (status.ok()) return {"OK", ""};
  Answer answer{NameOfCode(status.error_code()), ""};
  const std::optional<ErrorDetails> details = DetailsOf(FromGrpcStatus(status));
  if (details.has_value() && !status.error_details().empty()) {
    answer.reason = std::string(NameOf(details->reason));
  }
  return answer;
}

Answer AnswerOf(const returns::v1::SubmitReturnResponse& response) { return VerdictOf(response); }

Answer AnswerOf(const PeerReply& reply) {
  int code = 0;
  if (absl::SimpleAtoi(reply.Header("grpc-status"), &code)) {
    std::string details;
    absl::Base64Unescape(reply.Header("grpc-status-details-bin"), &details);
    return AnswerOf(grpc::Status(static_cast<grpc::StatusCode>(code), "", details));
  }
  // RFC 9113: CANCEL is 8; ENHANCE_YOUR_CALM, of a whole connection, 11.
  if (reply.reset.has_value()) {
    return {*reply.reset == 8 ? "CANCELLED" : absl::StrCat("RESET ", *reply.reset), ""};
  }
  if (reply.go_away.value_or(0) != 0) return {"CLOSED", absl::StrCat("GOAWAY ", *reply.go_away)};
  if (reply.closed) return {"CLOSED", ""};
  if (!reply.headers.empty()) return {absl::StrCat("HTTP ", reply.Header(":status")), ""};
  return {"NOTHING", ""};
}

Answer CallWith(const PeerOptions& options) {
  absl::StatusOr<std::unique_ptr<Http2Peer>> peer = Http2Peer::Connect(options);
  if (!peer.ok()) return {"CLOSED", ""};
  (*peer)->Begin();
  (*peer)->Call(1, Http2Peer::CallHeaders(kSubmitPath), Http2Peer::Framed(World::GoodBytes()));
  return AnswerOf((*peer)->Read(1));
}

absl::Status DefineWorld(const std::shared_ptr<grpc::Channel>& steward) {
  config::v1::DefinitionSet definitions;
  RETURN_IF_ERROR(ReadTextProto(ONERETURN_SOURCE_FOLDER "/tests/golden/bad_inputs_world.textproto",
                                &definitions));
  return ApplyToIngestion(definitions, steward);
}

std::string DigestText(absl::string_view text) {
  const Digest digest = Sha256(text);
  return std::string(DigestBytes(digest));
}

World::World() {
  DeploymentOptions options;
  options.submitters = {"RCF", "RAE", "RFW", "RX1", kForPeopleAlone};
  // One system sends some hundred of the cases within seconds.
  options.adjust = [](const std::string&, config::v1::ServerConfig* config) {
    config->mutable_caller_shares()->mutable_organisation()->set_calls_a_second(50);
    config->mutable_caller_shares()->mutable_organisation()->set_burst(1'000);
    config::v1::TokenIssuer* issuer = config->add_token_issuers();
    issuer->set_issuer(kTestIssuer);
    issuer->set_algorithm("ES256");
    issuer->set_keys_file(kIssuerKeysFile);
  };
  options.adjust_rights = AddPeople;
  suite_ = Deployment::Create(std::move(options)).value();
  ONERETURN_CHECK(WriteNewFile(suite_->File(kIssuerKeysFile), issuer_.ToKeySet(), 0644).ok());
  ONERETURN_CHECK(suite_->Start(kIngestion).ok());
  const absl::Status applied = DefineWorld(suite_->Channel(kSteward, kIngestion));
  if (!applied.ok()) std::fprintf(stderr, "%s\n", applied.ToString().c_str());
  ONERETURN_CHECK(applied.ok());
  // A start writes what time has caused before it answers: the windows of past years have closed,
  // and the ledger grows by what is sent alone.
  ONERETURN_CHECK(suite_->Stop(kIngestion).ok());
  ONERETURN_CHECK(suite_->Start(kIngestion).ok());
  returns::v1::SubmitReturnRequest request = GoodReturn();
  request.set_validate_only(false);
  for (const char* organisation : {"RCF", "RAE"}) {
    request.set_request_id("first");
    request.set_organisation(organisation);
    ONERETURN_CHECK(Submit(request, Submitter(organisation)) == (Answer{"VALID", ""}));
  }
}

returns::v1::SubmitReturnRequest World::GoodReturn() {
  returns::v1::SubmitReturnRequest request;
  request.set_request_id("good");
  request.set_organisation("RCF");
  request.set_collection("SEEN");
  request.set_period("2024-01");
  AddCell("late", "t1", 10, &request);
  AddCell("late", "t2", 20, &request);
  AddCell("seen", "t1", 100, &request);
  AddCell("seen", "t2", 200, &request);
  request.set_validate_only(true);
  return request;
}

std::string World::GoodBytes(absl::string_view more) {
  return absl::StrCat(GoodReturn().SerializeAsString(), more);
}

grpc::Status World::Exchange(const std::string& path, const std::string& bytes,
                             const std::string& persona, std::string* response, int64_t deadline_ms,
                             const std::string& token) {
  std::shared_ptr<grpc::Channel>& channel = channels_[persona];
  if (channel == nullptr) channel = suite_->Channel(persona, kIngestion);
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(deadline_ms));
  if (!token.empty()) context.AddMetadata(kTokenMetadata, absl::StrCat(kTokenScheme, token));
  grpc::Slice slice(bytes);
  grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, path, grpc::StubOptions(), &sent, &received,
                 [&](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  std::vector<grpc::Slice> slices;
  if (status.ok() && received.Dump(&slices).ok()) {
    for (const grpc::Slice& part : slices) {
      response->append(reinterpret_cast<const char*>(part.begin()), part.size());
    }
  }
  return status;
}

Answer World::Send(const std::string& path, const std::string& bytes, const std::string& persona,
                   int64_t deadline_ms) {
  std::string received;
  const grpc::Status status = Exchange(path, bytes, persona, &received, deadline_ms);
  if (!status.ok() || path != kSubmitPath) return AnswerOf(status);
  returns::v1::SubmitReturnResponse response;
  ONERETURN_CHECK(response.ParseFromString(received));
  return AnswerOf(response);
}

Answer World::Submit(const returns::v1::SubmitReturnRequest& request, const std::string& persona) {
  return Send(kSubmitPath, request.SerializeAsString(), persona);
}

Answer World::SendFor(const std::string& token, const std::string& path, const std::string& bytes,
                      const std::string& persona) {
  std::string received;
  return AnswerOf(Exchange(path, bytes, persona, &received, 15'000, token));
}

TokenText World::TokenAt(const std::string& persona) const {
  const std::string pem = ReadTextFile(suite_->TlsFilesOf(persona).certificate_file()).value();
  // Its second is the next one: a token from before the service's start serves no approval.
  const Timestamp now{SystemClock().Now().micros + 1'000'000};
  TokenText text = GoodToken(issuer_, now, ReadCertificate(pem, "certificate").value().sha256);
  text.claims["jti"] = absl::StrCat("\"token-of-the-world-", ++next_token_, "\"");
  return text;
}

std::string World::FreshId() { return absl::StrCat("id-", ++next_id_); }

Answer World::SubmitFile(const std::string& text, const std::string& persona) {
  const std::string service = "/onereturn.returns.v1.ReturnsService/";
  returns::v1::CreateUploadRequest create;
  create.set_request_id(FreshId());
  create.set_size_bytes(text.size());
  create.set_digest(DigestText(text));
  returns::v1::WriteUploadRequest write;
  write.set_name(
      MustGet<returns::v1::CreateUploadResponse>(service + "CreateUpload", create, persona).name());
  for (size_t at = 0; at < text.size(); at += kPieceBytes) {
    write.set_offset(at);
    write.set_data(text.substr(at, kPieceBytes));
    const Answer written = Send(service + "WriteUpload", write, persona);
    if (written.code != "OK") return written;
  }
  returns::v1::SubmitReturnFileRequest submit;
  submit.set_request_id(FreshId());
  submit.set_upload(write.name());
  submit.set_collection("SEEN");
  submit.set_layout("wide");
  std::string received;
  const grpc::Status status =
      Exchange(service + "SubmitReturnFile", submit.SerializeAsString(), persona, &received);
  if (!status.ok()) return AnswerOf(status);
  returns::v1::SubmitReturnFileResponse response;
  ONERETURN_CHECK(response.ParseFromString(received));
  return VerdictOf(response);
}

PeerOptions World::OptionsOf(const std::string& persona) const {
  PeerOptions options;
  options.address = suite_->AddressOf(kIngestion);
  options.files = suite_->TlsFilesOf(persona);
  return options;
}

std::unique_ptr<Http2Peer> World::Peer(const std::string& persona) {
  absl::StatusOr<std::unique_ptr<Http2Peer>> peer = Http2Peer::Connect(OptionsOf(persona));
  return peer.ok() ? *std::move(peer) : nullptr;
}

Answer World::RawCall(const HeaderList& headers, absl::string_view data,
                      const std::string& persona) {
  const std::unique_ptr<Http2Peer> peer = Peer(persona);
  if (peer == nullptr) return {"CLOSED", ""};
  peer->Begin();
  peer->Call(1, headers, data);
  return AnswerOf(peer->Read(1));
}

void World::Restart() {
  suite_->Kill9(kIngestion);
  ONERETURN_CHECK(suite_->Start(kIngestion).ok());
  channels_.clear();  // A new channel skips the reconnection's delay.
}

uint64_t World::LedgerSize() {
  const auto response = MustGet<ledger::v1::GetHeadResponse>(
      "/onereturn.ledger.v1.LedgerService/GetHead", ledger::v1::GetHeadRequest(), kOperator);
  return response.head().size();
}

}  // namespace onereturn
