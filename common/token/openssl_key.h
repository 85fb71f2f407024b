// Owners of OpenSSL's objects. Private to the library.
#ifndef ONERETURN_COMMON_TOKEN_OPENSSL_KEY_H_
#define ONERETURN_COMMON_TOKEN_OPENSSL_KEY_H_

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include <memory>

namespace onereturn::token_openssl {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(BIGNUM* number) const { BN_free(number); }
};

using Key = std::unique_ptr<EVP_PKEY, Free>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Free>;
using Bio = std::unique_ptr<BIO, Free>;
using Number = std::unique_ptr<BIGNUM, Free>;

// Both algorithms' signatures have 64 bytes; ES256's are two numbers of 32.
inline constexpr size_t kSignatureBytes = 64;
inline constexpr size_t kNumberBytes = 32;

}  // namespace onereturn::token_openssl

#endif  // ONERETURN_COMMON_TOKEN_OPENSSL_KEY_H_
