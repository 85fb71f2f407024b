// Bringing a service up and down: what every main.cc shares.
#ifndef ONERETURN_COMMON_RPC_SERVER_H_
#define ONERETURN_COMMON_RPC_SERVER_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/limits.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn {

// Reads `--config FILE`, the only argument of a server; relative paths in it become paths from the
// file's folder. Unknown or repeated fields, missing files and wrong arguments are one line each.
absl::StatusOr<config::v1::ServerConfig> ReadServerConfig(int argument_count, char** arguments);

// FIELD_INVALID when the file cannot be read.
absl::StatusOr<std::string> ReadTextFile(const std::string& file);
// Reads a text protobuf file. FIELD_INVALID with file, line and column.
absl::Status ReadTextProto(const std::string& file, google::protobuf::Message* message);

// Blocks SIGTERM and SIGINT, keeps what is written from everybody but the owner and its group,
// bounds what the C library keeps of freed memory, and raises the limit of open files as far as it
// goes; to be called before any thread starts. Also sends gRPC's own
// errors, such as a refused handshake and why, to our log.
void PrepareProcess(const config::v1::ServerConfig& config);

// The descriptor of a generated service, by its full name, for Guard::Create. All protos are linked
// whole.
const google::protobuf::ServiceDescriptor* FindService(const std::string& full_name);
template <typename Service>
const google::protobuf::ServiceDescriptor* ServiceDescriptor() {
  return FindService(Service::service_full_name());
}

// Waits for SIGTERM or SIGINT.
void WaitForStopSignal();

// A running gRPC server.
class Server {
 public:
  // Binds, serves, writes the ready file. UNAVAILABLE when the address cannot be had.
  // `connection_age_ms`: another one for tests.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const config::v1::ServerConfig& config, const std::vector<grpc::Service*>& services,
      int connection_age_ms = limits::kConnectionAgeMs);
  ~Server();

  // "127.0.0.1:7401": with the port that was bound.
  const std::string& address() const { return address_; }

  // Health turns to NOT_SERVING; calls still come.
  void SayNotServing();

  // Health turns to NOT_SERVING, `wake_streams` ends what would never end, running calls get five
  // seconds.
  void Drain(const std::function<void()>& wake_streams);

 private:
  Server() = default;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_SERVER_H_
