// A synchronous gRPC server over mutual TLS whose one method answers what it was sent. gRPC's own
// settings, nothing of ours in the way: what a submission is measured against.
#include <grpcpp/server_builder.h>

#include <fstream>

#include "common/rpc/credentials.h"
#include "common/rpc/server.h"
#include "common/service/foundation.h"
#include "common/status/status_macros.h"
#include "tests/bench/echo.grpc.pb.h"

namespace onereturn {
namespace {

class EchoServer final : public bench::v1::EchoService::Service {
 public:
  grpc::Status Echo(grpc::ServerContext* /*context*/,
                    const returns::v1::SubmitReturnRequest* request,
                    returns::v1::SubmitReturnRequest* response) override {
    *response = *request;
    return grpc::Status::OK;
  }
};

absl::Status Serve(const config::v1::ServerConfig& config) {
  ASSIGN_OR_RETURN(auto credentials, MutualTlsServerCredentials(config.tls()));
  EchoServer echo;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(config.listen_address(), credentials);
  builder.RegisterService(&echo);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return absl::UnavailableError("cannot listen");
  std::ofstream(config.ready_file()) << config.listen_address() << "\n";
  WaitForStopSignal();
  server->Shutdown();
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn

int main(int argument_count, char** arguments) {
  return onereturn::RunService(argument_count, arguments, onereturn::Serve);
}
