#include "common/token/key_file.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/read_file.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {

absl::StatusOr<std::shared_ptr<TokenKeyFile>> TokenKeyFile::Open(
    const std::string& file, TokenAlgorithm algorithm, std::chrono::milliseconds interval) {
  std::shared_ptr<TokenKeyFile> opened(new TokenKeyFile(file, algorithm, interval));
  opened->looked_ = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(opened->keys_, opened->Read(&opened->text_));
  return opened;
}

absl::StatusOr<std::shared_ptr<const TokenKeys>> TokenKeyFile::Read(std::string* text) const {
  std::optional<std::string> read = ReadFile(file_);
  *text = read.value_or("");
  absl::StatusOr<TokenKeys> keys =
      read.has_value() ? ParseTokenKeys(*read, algorithm_)
                       : absl::StatusOr<TokenKeys>(absl::InvalidArgumentError("cannot be read"));
  if (!keys.ok()) {
    return Error(Reason::kFieldInvalid,
                 absl::StrCat("the token issuer's keys \"", file_, "\": ", keys.status().message()))
        .Field("token_issuers", "`keys_file` must be a JWK set with the issuer's public keys");
  }
  return std::make_shared<const TokenKeys>(*std::move(keys));
}

std::shared_ptr<const TokenKeys> TokenKeyFile::Keys() {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < interval_) return keys_;
  looked_ = now;
  // The file is small: reading it whole misses no change, as a time of change might.
  if (ReadFile(file_).value_or("") == text_) return keys_;
  absl::StatusOr<std::shared_ptr<const TokenKeys>> keys = Read(&text_);
  if (!keys.ok()) {
    LogWarning("token.keys_refused", {{"why", keys.status().message()}});
    return keys_;
  }
  keys_ = *std::move(keys);
  LogInfo("token.keys_read", {{"file", file_}, {"keys", keys_->size()}});
  return keys_;
}

}  // namespace onereturn
