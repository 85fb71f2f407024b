#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "tests/crash/calls.h"
#include "tests/crash/kill_clients.h"

namespace onereturn {
namespace {

constexpr size_t kPieceBytes = 64 * 1024;

}  // namespace

using returns::v1::ReturnsService;

void UploadingClient::Run() {
  for (int number = 0; world_->WaitUntilUp() && TakeFile(number); ++number) ++files_;
}

bool UploadingClient::TakeFile(int number) {
  const std::string period = MadeUpMonth(number);
  std::vector<std::pair<std::string, uint64_t>> seeds;
  returns::v1::SubmitReturnFileRequest request;
  request.set_request_id(absl::StrCat("file-", number));
  request.set_collection(world_->collection().code);
  request.set_layout(kMadeUpLayout);
  std::vector<std::pair<RequestKeyOf, std::string>> sent = {{{"", request.request_id()}, "file"}};
  for (size_t i = 0; i < organisations_.size(); ++i) {
    const uint64_t seed = seed_ + static_cast<uint64_t>(number) * organisations_.size() + i;
    seeds.emplace_back(organisations_[i], seed);
    sent.emplace_back(
        RequestKeyOf{organisations_[i], absl::StrCat(request.request_id(), ".", organisations_[i])},
        ContentOf(world_->collection(), organisations_[i], period, seed));
  }
  const std::string file = MadeUpFile(world_->collection(), period, seeds);
  std::string upload;
  if (!Upload(absl::StrCat("upload-", number), file, &upload)) return false;
  request.set_upload(upload);
  world_->oracle()->SentAll(sent);
  return SubmitFile(request);
}

bool UploadingClient::Upload(const std::string& request_id, const std::string& file,
                             std::string* upload) {
  uint64_t held = 0;
  while (world_->WaitUntilUp()) {
    stub_ = ReturnsService::NewStub(world_->NewChannel());
    const absl::Status status = UploadOnce(request_id, file, upload, &held);
    if (status.ok()) return true;
    if (status.code() != absl::StatusCode::kUnavailable &&
        status.code() != absl::StatusCode::kDeadlineExceeded) {
      world_->Violation(absl::StrCat(request_id, ": ", status.ToString()));
      return false;
    }
    if (held > 0) ++resumed_;
  }
  return false;
}

absl::Status UploadingClient::UploadOnce(const std::string& request_id, const std::string& file,
                                         std::string* upload, uint64_t* held) {
  returns::v1::CreateUploadRequest create;
  create.set_request_id(request_id);
  create.set_size_bytes(file.size());
  const Digest digest = Sha256(file);
  create.set_digest(std::string(DigestBytes(digest)));
  ASSIGN_OR_RETURN(auto created, CallOnce(*stub_, &ReturnsService::Stub::CreateUpload, create));
  if (created.held_bytes() < *held) {
    return absl::DataLossError(absl::StrCat("of ", *held, " bytes only ", created.held_bytes(),
                                            " are held after a restart"));
  }
  *upload = created.name();
  for (*held = created.held_bytes(); *held < file.size();) {
    returns::v1::WriteUploadRequest write;
    write.set_name(*upload);
    write.set_offset(*held);
    write.set_data(file.substr(*held, kPieceBytes));
    ASSIGN_OR_RETURN(auto written, CallOnce(*stub_, &ReturnsService::Stub::WriteUpload, write));
    *held = written.held_bytes();
  }
  return absl::OkStatus();
}

bool UploadingClient::SubmitFile(const returns::v1::SubmitReturnFileRequest& request) {
  while (world_->WaitUntilUp()) {
    stub_ = ReturnsService::NewStub(world_->NewChannel());
    auto response =
        CallOnce(*stub_, &ReturnsService::Stub::SubmitReturnFile, request, /*deadline_ms=*/30'000);
    if (!response.ok()) {
      if (response.status().code() == absl::StatusCode::kUnavailable ||
          response.status().code() == absl::StatusCode::kResourceExhausted ||
          response.status().code() == absl::StatusCode::kDeadlineExceeded) {
        continue;
      }
      world_->Violation(absl::StrCat(request.request_id(), ": ", response.status().ToString()));
      return false;
    }
    for (const returns::v1::FileReturn& one : response->returns()) {
      const RequestKeyOf key{one.organisation(),
                             absl::StrCat(request.request_id(), ".", one.organisation())};
      if (one.sequence() == 0 || one.unchanged()) {
        world_->Violation(absl::StrCat(key.request_id, " was not accepted"));
      }
      world_->oracle()->Acknowledged(key, Promised{one.sequence(), ""});
    }
    world_->oracle()->Acknowledged({"", request.request_id()},
                                   Promised{response->receipt().sequence(), ""});
    world_->Received(response->receipt());
    return true;
  }
  return false;
}

}  // namespace onereturn
