// A bound on the requests of reads, kept before they are parsed: Protocol Buffers grow thirtyfold
// and more in memory, gRPC parses a synchronous method's request before anything of ours runs, and
// its own limit is one for the whole server, which writes need much larger.
#ifndef ONERETURN_COMMON_RPC_READ_BOUND_H_
#define ONERETURN_COMMON_RPC_READ_BOUND_H_

#include <grpcpp/impl/service_type.h>

#include <cstddef>

namespace onereturn {

// Every synchronous method of the service answers a request above `bytes` with MESSAGE_TOO_LARGE
// and does not parse it. Before the service is registered with a server.
void BoundReadRequests(grpc::Service* service, size_t bytes);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_READ_BOUND_H_
