// Owners of OpenSSL's objects for certificates. Private to the library.
#ifndef ONERETURN_COMMON_AUTHORITY_OPENSSL_OBJECTS_H_
#define ONERETURN_COMMON_AUTHORITY_OPENSSL_OBJECTS_H_

#include <openssl/asn1.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/digest/openssl_owners.h"

namespace onereturn::openssl {

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(GENERAL_NAME* name) const { GENERAL_NAME_free(name); }
  void operator()(ASN1_OCTET_STRING* text) const { ASN1_OCTET_STRING_free(text); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};

using Certificate = std::unique_ptr<X509, FreeCertificate>;
using Names = std::unique_ptr<GENERAL_NAMES, FreeCertificate>;
using Name = std::unique_ptr<GENERAL_NAME, FreeCertificate>;
using Octets = std::unique_ptr<ASN1_OCTET_STRING, FreeCertificate>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeCertificate>;

// FIELD_INVALID for `field`. Empties OpenSSL's error queue.
absl::Status Invalid(absl::string_view field, absl::string_view what);

}  // namespace onereturn::openssl

#endif  // ONERETURN_COMMON_AUTHORITY_OPENSSL_OBJECTS_H_
