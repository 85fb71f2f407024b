#include "common/authority/certificate_builder.h"

#include <openssl/err.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::openssl {
namespace {

constexpr long kVersion3 = 2;  // X.509 counts from 0.
constexpr int kSerialBits = 127;
constexpr char kOrganisation[] = "Onereturn development";

absl::Status SetSerial(X509* certificate) {
  Number serial(BN_new());
  // RFC 5280 4.1.2.2: positive and at most 20 bytes; random, so that no two authorities' collide.
  if (serial == nullptr ||
      BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1 ||
      BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) == nullptr) {
    return Failure("choose a serial number");
  }
  return absl::OkStatus();
}

absl::Status SetSubject(X509* certificate, absl::string_view common_name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const auto add = [subject](const char* field, absl::string_view text) {
    return X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()), -1, 0) == 1;
  };
  if (!add("O", kOrganisation) || !add("CN", common_name)) {
    return Invalid("name", "must be 1 to 64 bytes of UTF-8");
  }
  return absl::OkStatus();
}

absl::Status SetTimes(X509* certificate, Timestamp not_before, Timestamp not_after) {
  if (not_after <= not_before) return Invalid("not_after", "must be after not_before");
  const auto set = [](ASN1_TIME* field, Timestamp time) {
    return ASN1_TIME_adj(field, static_cast<time_t>(time.micros / 1'000'000), 0, 0) != nullptr;
  };
  if (!set(X509_getm_notBefore(certificate), not_before) ||
      !set(X509_getm_notAfter(certificate), not_after)) {
    return Failure("write the times of a certificate");
  }
  return absl::OkStatus();
}

absl::Status AddText(absl::string_view field, int type, const std::string& text,
                     GENERAL_NAMES* names) {
  const bool printable = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  if (!printable) return Invalid(field, "must be of visible ASCII letters, without blanks");
  Name name(GENERAL_NAME_new());
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  if (name == nullptr || value == nullptr ||
      ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) != 1) {
    ASN1_IA5STRING_free(value);
    return Failure("write a name of a certificate");
  }
  GENERAL_NAME_set0_value(name.get(), type, value);
  if (sk_GENERAL_NAME_push(names, name.get()) == 0) return Failure("add a name");
  name.release();  // The list owns it now.
  return absl::OkStatus();
}

absl::Status AddAddress(const std::string& text, GENERAL_NAMES* names) {
  Octets octets(a2i_IPADDRESS(text.c_str()));
  if (octets == nullptr) return Invalid("ip_addresses", "must be an address such as 127.0.0.1");
  Name name(GENERAL_NAME_new());
  if (name == nullptr) return Failure("write an address of a certificate");
  GENERAL_NAME_set0_value(name.get(), GEN_IPADD, octets.release());
  if (sk_GENERAL_NAME_push(names, name.get()) == 0) return Failure("add an address");
  name.release();
  return absl::OkStatus();
}

absl::Status AddNames(const IssueRequest& request, X509* certificate) {
  Names names(GENERAL_NAMES_new());
  if (names == nullptr) return Failure("hold the names of a certificate");
  for (const std::string& id : request.spiffe_ids) {
    RETURN_IF_ERROR(AddText("spiffe_ids", GEN_URI, id, names.get()));
  }
  for (const std::string& dns : request.dns_names) {
    RETURN_IF_ERROR(AddText("dns_names", GEN_DNS, dns, names.get()));
  }
  for (const std::string& address : request.ip_addresses) {
    RETURN_IF_ERROR(AddAddress(address, names.get()));
  }
  if (sk_GENERAL_NAME_num(names.get()) == 0) return absl::OkStatus();
  if (X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_APPEND) !=
      1) {
    return Failure("add the names to a certificate");
  }
  return absl::OkStatus();
}

absl::Status AddExtensions(const IssueRequest& request, X509* issuer, X509* certificate) {
  const std::pair<int, const char*> leaf[] = {
      {NID_basic_constraints, "critical,CA:FALSE"},
      {NID_key_usage, "critical,digitalSignature"},
      {NID_ext_key_usage, "serverAuth,clientAuth"},
  };
  const std::pair<int, const char*> both[] = {
      {NID_basic_constraints, "critical,CA:TRUE"},
      {NID_key_usage, "critical,digitalSignature,keyCertSign"},
      {NID_ext_key_usage, "serverAuth,clientAuth"},
  };
  const std::pair<int, const char*> authority[] = {
      {NID_basic_constraints, "critical,CA:TRUE"},
      {NID_key_usage, "critical,keyCertSign,cRLSign"},
  };
  const std::pair<int, const char*> identifiers[] = {
      {NID_subject_key_identifier, "hash"},
      {NID_authority_key_identifier, "keyid:always"},
  };
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const auto add = [&](const std::pair<int, const char*>& row) -> absl::Status {
    Extension extension(X509V3_EXT_conf_nid(nullptr, &context, row.first, row.second));
    if (extension == nullptr || X509_add_ext(certificate, extension.get(), -1) != 1) {
      return Failure(absl::StrCat("add ", row.second, " to a certificate"));
    }
    return absl::OkStatus();
  };
  if (request.is_ca) {
    for (const auto& row : authority) RETURN_IF_ERROR(add(row));
  } else if (request.signs_too) {
    for (const auto& row : both) RETURN_IF_ERROR(add(row));
  } else {
    for (const auto& row : leaf) RETURN_IF_ERROR(add(row));
  }
  for (const auto& row : identifiers) RETURN_IF_ERROR(add(row));
  return AddNames(request, certificate);
}

}  // namespace

absl::Status Invalid(absl::string_view field, absl::string_view what) {
  ERR_clear_error();
  return Error(Reason::kFieldInvalid, absl::StrCat(field, " ", what)).Field(field, what);
}

absl::StatusOr<Certificate> BuildCertificate(const CertificateParts& parts,
                                             const IssueRequest& request) {
  Certificate certificate(X509_new());
  if (certificate == nullptr || X509_set_version(certificate.get(), kVersion3) != 1) {
    return Failure("make a certificate");
  }
  RETURN_IF_ERROR(SetSerial(certificate.get()));
  RETURN_IF_ERROR(SetSubject(certificate.get(), parts.subject));
  RETURN_IF_ERROR(SetTimes(certificate.get(), parts.not_before, parts.not_after));
  X509* issuer = parts.issuer != nullptr ? parts.issuer : certificate.get();
  if (X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) != 1 ||
      X509_set_pubkey(certificate.get(), parts.subject_key) != 1) {
    return Failure("fill a certificate");
  }
  RETURN_IF_ERROR(AddExtensions(request, issuer, certificate.get()));
  if (X509_sign(certificate.get(), parts.issuer_key, EVP_sha256()) == 0) {
    return Failure("sign a certificate");
  }
  return certificate;
}

}  // namespace onereturn::openssl
