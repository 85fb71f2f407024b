// A person's token in the profile's file: written by `onereturn login` for development, and in
// production by what signs people in (docs/sign-in.md).
#ifndef ONERETURN_TOOLS_ONERETURN_CONNECTION_TOKEN_FILE_H_
#define ONERETURN_TOOLS_ONERETURN_CONNECTION_TOKEN_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn::client {

// The token to send with each call; empty when the profile names no file or the file is not there.
// One that has ended, or cannot be read, is an error that says what to do, and no call is made.
absl::StatusOr<std::string> TokenOf(const config::v1::ClientProfile& profile, Timestamp now);

// Puts `token` in the place of what the file holds, readable for its owner alone.
absl::Status WriteToken(const std::string& file, absl::string_view token);

struct SignIn {
  std::string person;        // The claim `sub`.
  std::string organisation;  // ODS code.
  std::string purpose;       // May be empty.
};

// A token of the profile's development issuer, bound to the profile's certificate, for as long as a
// token may last. Usage errors: no such issuer, a person or an organisation that services would
// refuse.
struct IssuedToken {
  std::string token;
  Timestamp expires;
};
absl::StatusOr<IssuedToken> IssueToken(const config::v1::ClientProfile& profile,
                                       const SignIn& sign_in, Timestamp now);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONNECTION_TOKEN_FILE_H_
