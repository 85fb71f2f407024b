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
  const std::optional<std::string> text = ReadFile(file);
  ASSIGN_OR_RETURN(opened->keys_, opened->KeysIn(text));
  opened->text_ = text.value_or("");
  return opened;
}

absl::StatusOr<std::shared_ptr<const TokenKeys>> TokenKeyFile::KeysIn(
    const std::optional<std::string>& text) const {
  absl::StatusOr<TokenKeys> keys =
      text.has_value() ? ParseTokenKeys(*text, algorithm_)
                       : absl::StatusOr<TokenKeys>(absl::InvalidArgumentError("cannot be read"));
  if (!keys.ok()) {
    return Error(Reason::kFieldInvalid,
                 absl::StrCat("the token issuer's keys \"", file_, "\": ", keys.status().message()))
        .Field("token_issuers", "`keys_file` must be a JWK set with the issuer's public keys");
  }
  return std::make_shared<const TokenKeys>(*std::move(keys));
}

std::shared_ptr<const TokenKeys> TokenKeyFile::Keys() {
  std::unique_lock<std::mutex> looking(looking_, std::try_to_lock);
  const auto now = std::chrono::steady_clock::now();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!looking.owns_lock() || now - looked_ < interval_) return keys_;
    looked_ = now;
  }
  Look();
  std::lock_guard<std::mutex> lock(mutex_);
  return keys_;
}

void TokenKeyFile::Look() {
  // The file is small: reading it whole misses no change, as a time of change might.
  const std::optional<std::string> text = ReadFile(file_);
  if (text.value_or("") == text_) return;
  text_ = text.value_or("");
  absl::StatusOr<std::shared_ptr<const TokenKeys>> keys = KeysIn(text);
  if (!keys.ok()) {
    LogWarning("token.keys_refused", {{"why", keys.status().message()}});
    return;
  }
  LogInfo("token.keys_read", {{"file", file_}, {"keys", (*keys)->size()}});
  std::lock_guard<std::mutex> lock(mutex_);
  keys_ = *std::move(keys);
}

}  // namespace onereturn
