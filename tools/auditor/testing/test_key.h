// Keys that sign, for tests: the auditor itself never signs.
#ifndef ONERETURN_TOOLS_AUDITOR_TESTING_TEST_KEY_H_
#define ONERETURN_TOOLS_AUDITOR_TESTING_TEST_KEY_H_

#include <string>

#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "tools/auditor/signed_word.h"

namespace onereturn::auditor {

// A value.
class TestKey {
 public:
  // RFC 8032 section 7.1, test 1: the public key is the published one.
  static TestKey OfRfc8032();
  // Of 32 bytes.
  explicit TestKey(std::string seed) : seed_(std::move(seed)) {}

  PublicKey public_key() const;
  std::string Pem() const;
  std::string Sign(const std::string& message) const;
  // Sets key id and signature.
  void SignHead(ledger::v1::SignedHead* head) const;

 private:
  std::string seed_;
};

// The fact that turns a service's signing from one key to the other, at this place.
feed::v1::SigningKeyChanged ChangeOfKeys(const TestKey& from, const TestKey& to,
                                         const std::string& service, uint64_t epoch,
                                         uint64_t sequence);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_TESTING_TEST_KEY_H_
