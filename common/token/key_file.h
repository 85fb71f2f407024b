// An issuer's keys in a local file, followed as the file changes.
#ifndef ONERETURN_COMMON_TOKEN_KEY_FILE_H_
#define ONERETURN_COMMON_TOKEN_KEY_FILE_H_

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/token/token_key.h"

namespace onereturn {

// Looks at the file at most once in `interval`, when keys are asked for, on the thread that asks;
// whoever asks meanwhile gets the keys that are in force, and waits for no disk. A file that has
// become unreadable or faulty leaves the last good keys in force, and is said once in the log.
// Thread safe.
class TokenKeyFile {
 public:
  // FIELD_INVALID when the file cannot be read or holds no JWK set with a key of the algorithm.
  static absl::StatusOr<std::shared_ptr<TokenKeyFile>> Open(const std::string& file,
                                                            TokenAlgorithm algorithm,
                                                            std::chrono::milliseconds interval);

  std::shared_ptr<const TokenKeys> Keys();

 private:
  TokenKeyFile(std::string file, TokenAlgorithm algorithm, std::chrono::milliseconds interval)
      : file_(std::move(file)), algorithm_(algorithm), interval_(interval) {}

  absl::StatusOr<std::shared_ptr<const TokenKeys>> KeysIn(
      const std::optional<std::string>& text) const;
  // With looking_ held: reads the file, and takes its keys when it has others.
  void Look();

  const std::string file_;
  const TokenAlgorithm algorithm_;
  const std::chrono::milliseconds interval_;
  std::mutex looking_;                            // Held while the file is read.
  std::string text_;                              // Guarded by looking_; as last read, good or not.
  std::mutex mutex_;                              // For moments; locked after looking_.
  std::chrono::steady_clock::time_point looked_;  // Guarded by mutex_.
  std::shared_ptr<const TokenKeys> keys_;         // Guarded by mutex_.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_TOKEN_KEY_FILE_H_
