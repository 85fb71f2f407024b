// Owners of OpenSSL's objects for certificates. Private to the library.
#ifndef ONERETURN_COMMON_AUTHORITY_OPENSSL_OBJECTS_H_
#define ONERETURN_COMMON_AUTHORITY_OPENSSL_OBJECTS_H_

#include <openssl/asn1.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/digest/openssl_owners.h"

namespace onereturn::openssl {

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(GENERAL_NAME* name) const { GENERAL_NAME_free(name); }
  void operator()(ASN1_STRING* text) const { ASN1_STRING_free(text); }  // Times too.
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
  void operator()(X509_REVOKED* revoked) const { X509_REVOKED_free(revoked); }
};

using Certificate = std::unique_ptr<X509, FreeCertificate>;
using Names = std::unique_ptr<GENERAL_NAMES, FreeCertificate>;
using Name = std::unique_ptr<GENERAL_NAME, FreeCertificate>;
using Octets = std::unique_ptr<ASN1_OCTET_STRING, FreeCertificate>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeCertificate>;
using Time = std::unique_ptr<ASN1_TIME, FreeCertificate>;
using CertificateList = std::unique_ptr<X509_CRL, FreeCertificate>;
using Revoked = std::unique_ptr<X509_REVOKED, FreeCertificate>;

// FIELD_INVALID for `field`. Empties OpenSSL's error queue.
absl::Status Invalid(absl::string_view field, absl::string_view what);
// To read `pem` from, which must outlive it. Null when there is no memory.
Bio Open(absl::string_view pem);
// FIELD_INVALID for `field` when it is no time.
absl::StatusOr<Timestamp> TimeOf(const ASN1_TIME* time, absl::string_view field);
// Names a certificate for ever: who issued it, and the number it gave.
std::string IssueOf(const X509_NAME* issuer, const ASN1_INTEGER* serial_number);

}  // namespace onereturn::openssl

#endif  // ONERETURN_COMMON_AUTHORITY_OPENSSL_OBJECTS_H_
