// For tests: a server that takes the tokens of the issuer of testing_tokens.h.
#ifndef ONERETURN_COMMON_RPC_TESTING_TEST_ISSUER_H_
#define ONERETURN_COMMON_RPC_TESTING_TEST_ISSUER_H_

#include <gtest/gtest.h>

#include "common/rpc/testing/test_certificates.h"
#include "common/status/new_file.h"
#include "common/status/testing/status_matchers.h"
#include "common/token/testing_tokens.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn {

// Writes the keys into the certificates' folder, where they were not yet.
inline void TrustTestIssuer(const TestCertificates& certificates, const TokenSigner& signer,
                            config::v1::ServerConfig* config) {
  const std::string keys_file = certificates.File("keys.json");
  EXPECT_THAT(WriteNewFile(keys_file, signer.ToKeySet(), 0644), IsOk());
  auto* issuer = config->add_token_issuers();
  issuer->set_issuer(kTestIssuer);
  issuer->set_keys_file(keys_file);
  issuer->set_algorithm("ES256");
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_TESTING_TEST_ISSUER_H_
