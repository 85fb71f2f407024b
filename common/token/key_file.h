// An issuer's keys in a local file, followed as the file changes.
#ifndef ONERETURN_COMMON_TOKEN_KEY_FILE_H_
#define ONERETURN_COMMON_TOKEN_KEY_FILE_H_

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "common/token/token_key.h"

namespace onereturn {

// Looks at the file at most once in `interval`, when keys are asked for. A file that has become
// unreadable or faulty leaves the last good keys in force, and is said once in the log. Thread
// safe.
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

  absl::StatusOr<std::shared_ptr<const TokenKeys>> Read(std::string* text) const;

  const std::string file_;
  const TokenAlgorithm algorithm_;
  const std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point looked_;  // Guarded by mutex_, as all below.
  std::string text_;                              // As last read, good or not.
  std::shared_ptr<const TokenKeys> keys_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_TOKEN_KEY_FILE_H_
