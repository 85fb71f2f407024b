#include "tools/onereturn/commands/file_upload.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/read_file.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/console/error_text.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

constexpr uint64_t kPieceBytes = 65'536;
constexpr uint64_t kLargestFileBytes = 268'435'456;
constexpr size_t kLookedAtBytes = 65'536;

// What holds a NUL byte is no text: a picture, a spreadsheet, UTF-16. The service would say the
// same, once all of it is there.
absl::Status CheckIsText(const std::string& path, absl::string_view bytes) {
  if (bytes.substr(0, kLookedAtBytes).find('\0') == absl::string_view::npos) {
    return absl::OkStatus();
  }
  return Error(Reason::kCharset,
               absl::StrCat("\"", path, "\" is no CSV file: there is a NUL byte in it"))
      .Remedy("In a spreadsheet save it as \"CSV UTF-8\", then send that file.");
}

}  // namespace

absl::StatusOr<LocalFile> ReadLocalFile(const std::string& path) {
  constexpr char kRemedy[] = "Check the path, and that you may read the file.";
  constexpr char kEmptyRemedy[] = "Check that the figures were saved to this file.";
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(path, error);
  if (error) {
    return UsageError(absl::StrCat("\"", path, "\" cannot be read: ", error.message()), kRemedy);
  }
  if (size == 0) return UsageError(absl::StrCat("\"", path, "\" holds 0 B"), kEmptyRemedy);
  if (size > kLargestFileBytes) {
    return UsageError(absl::StrCat("\"", path, "\" holds ", BytesText(size),
                                   "; a file holds at most ", BytesText(kLargestFileBytes)),
                      "Send the figures in smaller files, one for each period.");
  }
  std::optional<std::string> bytes = ReadFile(path);
  if (!bytes.has_value()) {
    return UsageError(absl::StrCat("\"", path, "\" cannot be read"), kRemedy);
  }
  RETURN_IF_ERROR(CheckIsText(path, *bytes));
  LocalFile file{path, *std::move(bytes), {}};
  file.digest = Sha256(file.bytes);
  return file;
}

absl::StatusOr<std::string> Upload(const ReturnsClient& client, const LocalFile& file,
                                   const std::function<void(uint64_t)>& on_progress) {
  returns::v1::CreateUploadRequest create;
  create.set_request_id(absl::StrCat("upload.", DigestToHex(file.digest)));
  create.set_size_bytes(file.bytes.size());
  create.set_digest(std::string(DigestBytes(file.digest)));
  ASSIGN_OR_RETURN(const auto created, client.Call(&ReturnsClient::Stub::CreateUpload, create));
  uint64_t held = created.held_bytes();
  while (held < file.bytes.size()) {
    returns::v1::WriteUploadRequest write;
    write.set_name(created.name());
    write.set_offset(held);
    write.set_data(file.bytes.substr(held, kPieceBytes));
    ASSIGN_OR_RETURN(const auto written, client.Call(&ReturnsClient::Stub::WriteUpload, write));
    if (written.held_bytes() <= held || written.held_bytes() > file.bytes.size()) {
      return absl::InternalError("the upload does not advance");
    }
    held = written.held_bytes();
    on_progress(held);
  }
  return created.name();
}

}  // namespace onereturn::client
