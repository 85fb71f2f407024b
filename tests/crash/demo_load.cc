#include "tests/crash/demo_load.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/digest/digest.h"
#include "common/rpc/server.h"
#include "common/status/status_macros.h"
#include "tests/crash/calls.h"

namespace onereturn {
namespace {

using returns::v1::ReturnsService;

constexpr char kLayout[] = "onereturn-wide";
constexpr char kFilePrefix[] = "MSitAE-";
constexpr auto kMostPatience = std::chrono::minutes(2);

std::string Folder(absl::string_view name) {
  return absl::StrCat(ONERETURN_SOURCE_FOLDER, "/deploy/", name);
}

bool MayPass(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled:
      return true;
    default:
      return false;
  }
}

std::vector<std::string> Lines(const std::string& text) {
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

std::string FileRequestId(const DemoFile& file) { return absl::StrCat("demo-", file.period); }

}  // namespace

absl::StatusOr<std::vector<DemoFile>> ReadDemoFiles() {
  std::vector<DemoFile> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(Folder("demo"), error)) {
    const std::string name = entry.path().stem().string();
    if (!absl::StartsWith(name, kFilePrefix)) continue;
    DemoFile file;
    file.period = name.substr(std::string(kFilePrefix).size());
    ASSIGN_OR_RETURN(file.bytes, ReadTextFile(entry.path().string()));
    const std::vector<std::string> lines = Lines(file.bytes);
    for (size_t i = 1; i < lines.size(); ++i) {
      file.organisations.push_back(lines[i].substr(0, lines[i].find(',')));
    }
    files.push_back(std::move(file));
  }
  if (error) return absl::NotFoundError(error.message());
  std::sort(files.begin(), files.end(),
            [](const DemoFile& a, const DemoFile& b) { return a.period < b.period; });
  return files;
}

absl::StatusOr<config::v1::DefinitionSet> ReadEngland() {
  config::v1::DefinitionSet all;
  for (const char* name : {"organisations", "items", "msitae", "metrics"}) {
    config::v1::DefinitionSet one;
    RETURN_IF_ERROR(ReadTextProto(absl::StrCat(Folder("england"), "/", name, ".textproto"), &one));
    all.MergeFrom(one);
  }
  // What the passing of time commits has its own tests, and no place in an oracle of the load.
  for (auto& collection : *all.mutable_collections()) collection.clear_window();
  return all;
}

absl::StatusOr<std::map<std::string, int64_t>> ExpectedSums(const std::string& item) {
  ASSIGN_OR_RETURN(std::string text, ReadTextFile(absl::StrCat(Folder("demo"), "/expected.csv")));
  const std::vector<std::string> lines = Lines(text);
  const std::vector<std::string> headers = absl::StrSplit(lines.at(0), ',');
  std::map<std::string, int64_t> sums;
  for (size_t row = 1; row < lines.size(); ++row) {
    const std::vector<std::string> fields = absl::StrSplit(lines[row], ',');
    for (size_t column = 1; column < headers.size(); ++column) {
      const std::pair<std::string, std::string> header =
          absl::StrSplit(headers[column], absl::MaxSplits('|', 1));
      int64_t figure = 0;
      if (header.first != item || !absl::SimpleAtoi(fields.at(column), &figure)) continue;
      sums[fields[0]] += figure;
    }
  }
  return sums;
}

absl::Status Persist(const std::function<absl::Status()>& attempt) {
  const auto end = std::chrono::steady_clock::now() + kMostPatience;
  while (true) {
    absl::Status status = attempt();
    if (status.ok() || !MayPass(status) || std::chrono::steady_clock::now() > end) return status;
    // As a client does: not at once.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

absl::Status DemoLoader::Load(const DemoFile& file) {
  std::vector<std::pair<RequestKeyOf, std::string>> sent = {{{"", FileRequestId(file)}, "file"}};
  for (const std::string& organisation : file.organisations) {
    sent.emplace_back(
        RequestKeyOf{organisation, absl::StrCat(FileRequestId(file), ".", organisation)},
        absl::StrCat(organisation, "/", file.period));
  }
  oracle_->SentAll(sent);
  return Persist([&] { return LoadOnce(file); });
}

absl::Status DemoLoader::LoadOnce(const DemoFile& file) {
  auto stub = ReturnsService::NewStub(suite_->Channel(kLoader, "ingestion"));
  returns::v1::CreateUploadRequest create;
  create.set_request_id(absl::StrCat("upload-", file.period));
  create.set_size_bytes(file.bytes.size());
  const Digest digest = Sha256(file.bytes);
  create.set_digest(std::string(DigestBytes(digest)));
  ASSIGN_OR_RETURN(auto created, CallOnce(*stub, &ReturnsService::Stub::CreateUpload, create));
  if (created.held_bytes() < file.bytes.size()) {
    returns::v1::WriteUploadRequest write;
    write.set_name(created.name());
    write.set_offset(created.held_bytes());
    write.set_data(file.bytes.substr(created.held_bytes()));
    RETURN_IF_ERROR(CallOnce(*stub, &ReturnsService::Stub::WriteUpload, write).status());
  }
  returns::v1::SubmitReturnFileRequest submit;
  submit.set_request_id(FileRequestId(file));
  submit.set_upload(created.name());
  submit.set_collection("MSitAE");
  submit.set_layout(kLayout);
  ASSIGN_OR_RETURN(auto response,
                   CallOnce(*stub, &ReturnsService::Stub::SubmitReturnFile, submit, 60'000));
  return TakeAnswer(file, response);
}

absl::Status DemoLoader::TakeAnswer(const DemoFile& file,
                                    const returns::v1::SubmitReturnFileResponse& response) {
  for (const returns::v1::FileReturn& one : response.returns()) {
    if (one.sequence() == 0) {
      return absl::InternalError(
          absl::StrCat(one.organisation(), " was not accepted in ", file.period));
    }
    oracle_->Acknowledged(
        {one.organisation(), absl::StrCat(FileRequestId(file), ".", one.organisation())},
        Promised{one.sequence(), ""});
  }
  if (!response.has_receipt()) return absl::InternalError("a file without a receipt");
  oracle_->Acknowledged({"", FileRequestId(file)}, Promised{response.receipt().sequence(), ""});
  position_ = response.receipt().position();
  return absl::OkStatus();
}

}  // namespace onereturn
