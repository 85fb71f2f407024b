#include "common/rpc/connection_quota.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <grpc/grpc.h>
#include <grpc/support/alloc.h>

#include <cstdint>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"

namespace onereturn {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// A count may take one part in so many of the time.
constexpr int kCountShare = 20;
// Certificates that are remembered, closed connections' among them, before those that have none are
// forgotten: more than call at a time.
constexpr size_t kMostCertificates = 4'096;

// Of an answer of channelz; empty for none.
Struct TakeJson(char* json) {
  Struct read;
  if (json == nullptr) return read;
  if (!google::protobuf::util::JsonStringToMessage(json, &read).ok()) read.Clear();
  gpr_free(json);
  return read;
}

// Null when there is no such member.
const Value* Member(const Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? nullptr : &found->second;
}

const Struct* ObjectIn(const Struct& object, std::initializer_list<const char*> path) {
  const Struct* current = &object;
  for (const char* name : path) {
    const Value* member = Member(*current, name);
    if (member == nullptr || !member->has_struct_value()) return nullptr;
    current = &member->struct_value();
  }
  return current;
}

// channelz writes its 64-bit ids as texts. 0: none.
intptr_t IdIn(const Struct* object, const char* name) {
  const Value* member = object == nullptr ? nullptr : Member(*object, name);
  int64_t id = 0;
  if (member != nullptr && !absl::SimpleAtoi(member->string_value(), &id)) id = 0;
  return static_cast<intptr_t>(id);
}

void CountSocket(intptr_t socket_id, OpenConnections* open) {
  const Struct answer = TakeJson(grpc_channelz_get_socket(socket_id));
  const Struct* tls = ObjectIn(answer, {"socket", "security", "tls"});
  const Value* certificate = tls == nullptr ? nullptr : Member(*tls, "remote_certificate");
  std::string pem;
  if (certificate == nullptr || !absl::Base64Unescape(certificate->string_value(), &pem)) return;
  ++(*open)[pem];
}

// Calls `each` with the members of the lists that `page` gives, from one page to the next.
void ForEach(const std::function<char*(intptr_t from)>& page, const char* list,
             const std::function<void(const Struct& member, intptr_t* last)>& each) {
  bool end = false;
  for (intptr_t from = 0; !end;) {
    const Struct answer = TakeJson(page(from));
    const Value* members = Member(answer, list);
    const Value* is_end = Member(answer, "end");
    end = members == nullptr || (is_end != nullptr && is_end->bool_value());
    if (members == nullptr) break;
    intptr_t last = from;
    for (const Value& member : members->list_value().values()) each(member.struct_value(), &last);
    if (last <= from && !end) break;
    from = last + 1;
  }
}

}  // namespace

OpenConnections CountOpenConnections() {
  OpenConnections open;
  ForEach(
      grpc_channelz_get_servers, "server", [&open](const Struct& server, intptr_t* last_server) {
        const intptr_t server_id = IdIn(ObjectIn(server, {"ref"}), "serverId");
        *last_server = server_id;
        ForEach([server_id](
                    intptr_t from) { return grpc_channelz_get_server_sockets(server_id, from, 0); },
                "socketRef",
                [&open](const Struct& socket, intptr_t* last_socket) {
                  *last_socket = IdIn(&socket, "socketId");
                  CountSocket(*last_socket, &open);
                });
      });
  return open;
}

bool ConnectionQuota::Admit(absl::string_view certificate_pem) {
  std::lock_guard<std::mutex> lock(mutex_);
  auto found = open_.find(certificate_pem);
  if (found != open_.end() && found->second >= most_) {
    const auto begun = now_();
    if (begun < next_count_) return false;
    open_ = count_();
    const auto ended = now_();
    next_count_ = ended + kCountShare * (ended - begun);
    found = open_.find(certificate_pem);
    if (found != open_.end() && found->second >= most_) return false;
  }
  if (open_.size() >= kMostCertificates && found == open_.end()) open_ = count_();
  if (found == open_.end()) found = open_.try_emplace(std::string(certificate_pem)).first;
  ++found->second;
  return true;
}

}  // namespace onereturn
