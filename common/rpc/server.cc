#include "common/rpc/server.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>
#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/base/read_file.h"
#include "common/base/utf8.h"
#include "common/log/log.h"
#include "common/rpc/credentials.h"
#include "common/rpc/read_bound.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr auto kDrainTime = std::chrono::seconds(limits::kDrainSeconds);

class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty())
      text_ = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// The path of the first text that is not UTF-8, such as "lines[1].item"; "" where all are. It can
// be written in a text proto, by its bytes or escaped, and could not be sent.
std::string PathOfWrongText(const google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    const bool is_text = field->type() == google::protobuf::FieldDescriptor::TYPE_STRING;
    if (!is_text && field->message_type() == nullptr) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string path =
          field->is_repeated() ? absl::StrCat(field->name(), "[", i, "]") : field->name();
      if (is_text) {
        if (!IsValidUtf8(field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                              : reflection.GetString(message, field))) {
          return path;
        }
        continue;
      }
      const std::string below =
          PathOfWrongText(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                               : reflection.GetMessage(message, field));
      if (!below.empty()) return absl::StrCat(path, ".", below);
    }
  }
  return "";
}

void ToAbsolute(const std::filesystem::path& folder, std::string* path) {
  if (!path->empty() && std::filesystem::path(*path).is_relative())
    *path = (folder / *path).string();
}

void LogFromGrpc(gpr_log_func_args* arguments) {
  if (arguments->severity == GPR_LOG_SEVERITY_ERROR) {
    LogWarning("grpc", {{"message", arguments->message}});
  }
}

std::optional<LogSeverity> ThresholdOf(const std::string& level) {
  if (level == "debug") return LogSeverity::kDebug;
  if (level == "info" || level.empty()) return LogSeverity::kInfo;
  if (level == "warning") return LogSeverity::kWarning;
  if (level == "error") return LogSeverity::kError;
  return std::nullopt;
}

// A reader of the ready file sees it whole or not at all.
absl::Status WriteReadyFile(const std::string& file, const std::string& address) {
  const std::string draft = file + ".draft";
  std::ofstream stream(draft);
  stream << address << "\n";
  stream.close();
  if (!stream) return absl::UnavailableError(absl::StrCat("cannot write ", draft));
  std::error_code error;
  std::filesystem::rename(draft, file, error);
  if (error)
    return absl::UnavailableError(absl::StrCat("cannot write ", file, ": ", error.message()));
  return absl::OkStatus();
}

// A compressed request may grow a thousandfold before anything of ours sees its size. Answers are
// small, and go uncompressed.
void RefuseCompression(grpc::ServerBuilder* builder) {
  for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder->SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
}

// Who can read a private key can speak for its owner.
void CheckPrivate(const std::string& field, const std::string& file, Error* faults) {
  struct stat found = {};
  if (file.empty() || stat(file.c_str(), &found) != 0) return;  // Missing files are told when read.
  if ((found.st_mode & S_IRWXO) == 0) return;
  faults->Field(field, absl::StrCat("\"", file, "\" is open to everybody: chmod 600 it"));
}

// Connections that say nothing must not take the descriptors that the store and the listener need:
// gRPC does not take up listening again after it once found none.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < limits::kFewDescriptors) {
    LogWarning("process.few_descriptors", {{"limit", static_cast<uint64_t>(limit.rlim_cur)}});
  }
}

}  // namespace

absl::StatusOr<std::string> ReadTextFile(const std::string& file) {
  if (std::optional<std::string> text = ReadFile(file)) return *std::move(text);
  return Error(Reason::kFieldInvalid, absl::StrCat("\"", file, "\" cannot be read"))
      .Field("file", file);
}

absl::Status ReadTextProto(const std::string& file, google::protobuf::Message* message) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadTextFile(file));
  // Editors write the mark of UTF-8 before a text: it is none of it.
  const std::string text(absl::StripPrefix(bytes, "\xEF\xBB\xBF"));
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(text, message)) {
    return Error(Reason::kFieldInvalid, absl::StrCat("\"", file, "\" is wrong at ", error.text()))
        .Field("file", error.text());
  }
  if (const std::string path = PathOfWrongText(*message); !path.empty()) {
    return Error(Reason::kFieldInvalid,
                 absl::StrCat("\"", file, "\" is wrong: ", path,
                              " is not UTF-8; save the file as UTF-8 and write the text anew"))
        .Field(path, "is not UTF-8");
  }
  return absl::OkStatus();
}

absl::StatusOr<config::v1::ServerConfig> ReadServerConfig(int argument_count, char** arguments) {
  if (argument_count != 3 || std::string(arguments[1]) != "--config") {
    return Error(Reason::kFieldInvalid,
                 absl::StrCat("usage: ", arguments[0], " --config FILE | --help"));
  }
  const std::string file = arguments[2];
  config::v1::ServerConfig config;
  RETURN_IF_ERROR(ReadTextProto(file, &config));
  const auto folder = std::filesystem::absolute(file).parent_path();
  for (std::string* path :
       {config.mutable_data_folder(), config.mutable_ready_file(),
        config.mutable_signing_key_file(), config.mutable_rights_file(),
        config.mutable_high_water_file(), config.mutable_next_signing_key_file(),
        config.mutable_backup_folder(), config.mutable_tls()->mutable_certificate_file(),
        config.mutable_tls()->mutable_key_file(), config.mutable_tls()->mutable_authority_file(),
        config.mutable_tls()->mutable_revocation_file()}) {
    ToAbsolute(folder, path);
  }
  for (config::v1::TokenIssuer& issuer : *config.mutable_token_issuers()) {
    ToAbsolute(folder, issuer.mutable_keys_file());
  }
  ToAbsolute(folder, config.mutable_access_log_folder());
  Error faults(Reason::kFieldInvalid, absl::StrCat("\"", file, "\" is not what the service needs"));
  if (config.data_folder().empty()) faults.Field("data_folder", "is missing");
  if (config.listen_address().empty()) faults.Field("listen_address", "is missing");
  if (config.signing_key_file().empty()) faults.Field("signing_key_file", "is missing");
  if (config.rights_file().empty()) faults.Field("rights_file", "is missing");
  if (!ThresholdOf(config.log_level()).has_value()) {
    faults.Field("log_level", absl::StrCat("\"", config.log_level(),
                                           "\" is none of debug, info, warning, error"));
  }
  CheckPrivate("signing_key_file", config.signing_key_file(), &faults);
  CheckPrivate("next_signing_key_file", config.next_signing_key_file(), &faults);
  CheckPrivate("tls.key_file", config.tls().key_file(), &faults);
  if (faults.fields_total() > 0) return faults;
  return config;
}

void PrepareProcess(const config::v1::ServerConfig& config) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // Figures before their publication, and who called for what: a group may read along, no others.
  umask(S_IWGRP | S_IRWXO);
  mallopt(M_ARENA_MAX, limits::kMallocArenas);
  RaiseDescriptorLimit();
  SetLogThreshold(ThresholdOf(config.log_level()).value_or(LogSeverity::kInfo));
  gpr_set_log_function(LogFromGrpc);
}

const google::protobuf::ServiceDescriptor* FindService(const std::string& full_name) {
  const auto* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(full_name);
  ONERETURN_CHECK(service != nullptr);
  return service;
}

void WaitForStopSignal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  int received = 0;
  sigwait(&signals, &received);
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const config::v1::ServerConfig& config,
                                                      const std::vector<grpc::Service*>& services,
                                                      int connection_age_ms) {
  ASSIGN_OR_RETURN(auto credentials, MutualTlsServerCredentials(config.tls()));
  grpc::EnableDefaultHealthCheckService(true);
  if (config.reflection()) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(config.listen_address(), credentials, &port);
  // Without this a second server on the port would start happily and take half the traffic.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits::kStreamsAConnection);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, limits::kMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, limits::kHandshakeMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, limits::kSilenceMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, limits::kSilenceAnswerMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             limits::kQuestionIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, limits::kIdleConnectionMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, connection_age_ms);
  RefuseCompression(&builder);
  builder.SetMaxReceiveMessageSize(limits::kReceiveBytes);
  grpc::ResourceQuota quota("server");
  quota.SetMaxThreads(limits::kServerThreads);
  quota.Resize(limits::kTransportBytes);
  builder.SetResourceQuota(quota);
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 2);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 4);
  for (grpc::Service* service : services) {
    BoundReadRequests(service, limits::kReadBytes);
    builder.RegisterService(service);
  }

  std::unique_ptr<Server> server(new Server());
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", config.listen_address(), ": is another server there?"));
  }
  const std::string host = config.listen_address().substr(0, config.listen_address().rfind(':'));
  server->address_ = absl::StrCat(host, ":", port);
  if (!config.ready_file().empty())
    RETURN_IF_ERROR(WriteReadyFile(config.ready_file(), server->address_));
  LogInfo("server.ready", {{"address", server->address_}});
  return server;
}

Server::~Server() {
  if (server_ != nullptr) server_->Shutdown();
}

void Server::SayNotServing() { server_->GetHealthCheckService()->SetServingStatus(false); }

void Server::Drain(const std::function<void()>& wake_streams) {
  LogInfo("server.draining", {});
  server_->GetHealthCheckService()->SetServingStatus(false);
  wake_streams();
  server_->Shutdown(std::chrono::system_clock::now() + kDrainTime);
  server_->Wait();
}

}  // namespace onereturn
