// For the tests of this library: signing keys that are the same in every run.
#ifndef ONERETURN_COMMON_LEDGER_TESTING_KEYS_H_
#define ONERETURN_COMMON_LEDGER_TESTING_KEYS_H_

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/ledger/signing.h"

namespace onereturn {

// The key with this seed (64 hexadecimal digits), by way of its PEM form: RFC 8410 section 7.
inline SigningKey KeyFromSeed(absl::string_view seed_hex) {
  const std::string der =
      absl::HexStringToBytes(absl::StrCat("302e020100300506032b657004220420", seed_hex));
  return SigningKey::FromPem(absl::StrCat("-----BEGIN PRIVATE KEY-----\n", absl::Base64Escape(der),
                                          "\n-----END PRIVATE KEY-----\n"))
      .value();
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_LEDGER_TESTING_KEYS_H_
