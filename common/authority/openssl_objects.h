// Owners of OpenSSL's objects and the errors of its calls. Private to the library.
#ifndef ONERETURN_COMMON_AUTHORITY_OPENSSL_OBJECTS_H_
#define ONERETURN_COMMON_AUTHORITY_OPENSSL_OBJECTS_H_

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onereturn::openssl {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(GENERAL_NAME* name) const { GENERAL_NAME_free(name); }
  void operator()(ASN1_OCTET_STRING* text) const { ASN1_OCTET_STRING_free(text); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};

using Key = std::unique_ptr<EVP_PKEY, Free>;
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Number = std::unique_ptr<BIGNUM, Free>;
using Names = std::unique_ptr<GENERAL_NAMES, Free>;
using Name = std::unique_ptr<GENERAL_NAME, Free>;
using Octets = std::unique_ptr<ASN1_OCTET_STRING, Free>;
using Extension = std::unique_ptr<X509_EXTENSION, Free>;

// INTERNAL. Empties the library's error queue, so that this failure is not taken for another's.
absl::Status Failure(absl::string_view what);
// FIELD_INVALID for `field`. Empties the queue too.
absl::Status Invalid(absl::string_view field, absl::string_view what);

}  // namespace onereturn::openssl

#endif  // ONERETURN_COMMON_AUTHORITY_OPENSSL_OBJECTS_H_
