// Owners of OpenSSL's objects, and what each caller of it needs. For the sources of the libraries
// that use OpenSSL; no public header shows it.
#ifndef ONERETURN_COMMON_DIGEST_OPENSSL_OWNERS_H_
#define ONERETURN_COMMON_DIGEST_OPENSSL_OWNERS_H_

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace onereturn::openssl {

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

// For reading PEM. Without it OpenSSL would ask for the passphrase of an encrypted key on the
// terminal.
inline int RefusePassphrase(char*, int, int, void*) { return -1; }

inline const unsigned char* Unsigned(absl::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// What was written to a memory BIO.
inline std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(bytes));
}

// INTERNAL: "The cryptographic library could not `what`." Empties OpenSSL's error queue, so that
// this failure is not taken for another's.
inline absl::Status Failure(absl::string_view what) {
  ERR_clear_error();
  return absl::InternalError(absl::StrCat("The cryptographic library could not ", what, "."));
}

}  // namespace onereturn::openssl

#endif  // ONERETURN_COMMON_DIGEST_OPENSSL_OWNERS_H_
