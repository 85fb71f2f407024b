#include "common/rpc/mutation_gate.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/wire_scan.h"
#include "common/status/error.h"

namespace onereturn {

MutationLimits MutationLimits::FromConfig(const config::v1::ServerConfig& config) {
  MutationLimits limits;
  if (config.bytes_in_flight_limit() > 0) limits.bytes_in_flight = config.bytes_in_flight_limit();
  return limits;
}

void MutationGate::Submit(const grpc::ByteBuffer* request, const google::protobuf::Descriptor& type,
                          const grpc::CallbackServerContext& context, Finish finish,
                          Parsed parsed) {
  const uint64_t bytes = request->Length();
  const Visitor nobody;
  if (bytes > limits_.message_bytes) {
    return finish(nullptr, nobody,
                  Error(Reason::kMessageTooLarge,
                        absl::StrCat("the message has ", bytes, " bytes; at most ",
                                     limits_.message_bytes, " are taken: send more as a file"))
                      .With("limit_bytes", static_cast<int64_t>(limits_.message_bytes)));
  }
  // No write says nothing; gRPC also gives an empty message where it could not read one.
  if (bytes == 0) return finish(nullptr, nobody, MalformedRequest());
  if (bytes_in_flight_.fetch_add(bytes) + bytes > limits_.bytes_in_flight) {
    bytes_in_flight_.fetch_sub(bytes);
    return finish(nullptr, nobody,
                  Error(Reason::kOverloaded, "more is being sent than the service can hold at once")
                      .RetryAfter(absl::Milliseconds(500)));
  }
  std::shared_ptr<void> admission(nullptr,
                                  [this, bytes](void*) { bytes_in_flight_.fetch_sub(bytes); });
  auto work = [this, request, &type, &context, finish, admission, parsed = std::move(parsed)] {
    Visitor visitor;
    Admission::Ticket share;
    absl::StatusOr<CallContext> call =
        guard_->Admit(context, type, request->Length(), &visitor, &share);
    if (!call.ok()) return finish(nullptr, visitor, call.status());
    std::vector<grpc::Slice> slices;
    if (!request->Dump(&slices).ok()) return finish(&*call, visitor, MalformedRequest());
    std::string received;
    for (const grpc::Slice& slice : slices) {
      received.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    if (absl::Status scanned = ScanWire(type, received); !scanned.ok())
      return finish(&*call, visitor, scanned);
    parsed(
        *std::move(call), received,
        [this](const CallContext& admitted, const google::protobuf::Message& message) {
          return guard_->CheckScope(admitted, message);
        },
        std::make_shared<std::pair<std::shared_ptr<void>, Admission::Ticket>>(admission,
                                                                              std::move(share)));
  };
  if (!pool_.TrySubmit(std::move(work))) {
    finish(nullptr, nobody,
           Error(Reason::kQueueFull, "more calls wait than the service can hold")
               .RetryAfter(absl::Milliseconds(200)));
  }
}

absl::Status MutationGate::MalformedRequest() {
  return Error(Reason::kMalformed, "the request is not the message this method takes");
}

google::protobuf::ArenaOptions MutationGate::ArenaFor(size_t bytes) {
  // A parsed message is several times its bytes. Blocks stay below the size at which freeing one
  // makes the C library tidy its whole heap.
  constexpr size_t kLeastBlock = 1'024;
  constexpr size_t kMostBlock = 32 * 1'024;
  google::protobuf::ArenaOptions options;
  options.start_block_size = std::clamp(8 * bytes, kLeastBlock, kMostBlock);
  options.max_block_size = kMostBlock;
  return options;
}

void MutationGate::WriteMessage(const google::protobuf::Message& message,
                                grpc::ByteBuffer* buffer) {
  const std::string bytes = message.SerializeAsString();
  grpc::Slice slice(bytes);
  *buffer = grpc::ByteBuffer(&slice, 1);
}

}  // namespace onereturn
