#include "common/rpc/access_server.h"

#include <chrono>
#include <utility>

#include "common/base/bytes.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr int kUsualEntries = 200;
constexpr int kMostEntries = 1'000;
constexpr int64_t kUsualMicros = int64_t{86'400} * 1'000'000;
// What has just been done can be read: the log is asked to write it, and is not waited for longer.
constexpr std::chrono::milliseconds kFlush{500};

std::string ToText(const AccessPlace& place) {
  ByteWriter writer;
  writer.Varint(place.file);
  writer.Varint(place.offset);
  writer.Varint(place.number);
  writer.Text(place.check);
  return writer.Take();
}

bool FromText(absl::string_view text, AccessPlace* place) {
  constexpr size_t kMostCheckBytes = 32;
  ByteReader reader(text);
  absl::string_view check;
  if (!reader.Varint(&place->file) || !reader.Varint(&place->offset) ||
      !reader.Varint(&place->number) || !reader.Text(kMostCheckBytes, &check)) {
    return false;
  }
  place->check = std::string(check);
  return reader.AtEnd();
}

absl::StatusOr<Timestamp> TimeOf(const google::protobuf::Timestamp& wire, absl::string_view field) {
  const Timestamp time{wire.seconds() * 1'000'000 + wire.nanos() / 1'000};
  constexpr int64_t kLeast = kMinTimestamp.micros / 1'000'000;
  constexpr int64_t kMost = kMaxTimestamp.micros / 1'000'000;
  if (wire.seconds() < kLeast || wire.seconds() > kMost || wire.nanos() < 0 ||
      wire.nanos() > 999'999'999) {
    return Error(Reason::kFieldInvalid, "a time cannot be")
        .Field(field, "must lie in the years 0001 to 9999");
  }
  return time;
}

}  // namespace

absl::Status AccessServer::List(const CallContext& call,
                                const access::v1::ListAccessRequest& request,
                                access::v1::ListAccessResponse* response) const {
  AccessQuestion question;
  question.organisation = request.organisation();
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size(), kUsualEntries, kMostEntries));
  question.most_entries = static_cast<size_t>(size);
  question.until = kMaxTimestamp;
  question.from = Timestamp{call.started.micros - kUsualMicros};
  if (request.has_from_time()) {
    ASSIGN_OR_RETURN(question.from, TimeOf(request.from_time(), "from_time"));
  }
  if (request.has_until_time()) {
    ASSIGN_OR_RETURN(question.until, TimeOf(request.until_time(), "until_time"));
  }
  ASSIGN_OR_RETURN(const PagePlace page,
                   pages_.Read(request, call.caller.spiffe_id, request.page_token()));
  AccessPlace place;
  if (page.after.empty()) {
    log_->Flush(kFlush);
  } else if (!FromText(page.after, &place)) {
    return absl::InternalError("a page token of ours cannot be read");
  }
  ASSIGN_OR_RETURN(AccessPage read, ReadAccess(log_->folder(), question, std::move(place)));
  for (access::v1::AccessEntry& entry : read.entries) *response->add_entries() = std::move(entry);
  for (std::string& file : read.incomplete) response->add_incomplete_files(std::move(file));
  if (read.more) {
    response->set_next_page_token(
        pages_.Write(request, call.caller.spiffe_id, PagePlace{ToText(read.next), ""}));
  }
  return absl::OkStatus();
}

grpc::Status AccessServer::ListAccess(grpc::ServerContext* context,
                                      const access::v1::ListAccessRequest* request,
                                      access::v1::ListAccessResponse* response) {
  return guard_->Serve(*context, *request, response,
                       [&](const CallContext& call) { return List(call, *request, response); });
}

}  // namespace onereturn
