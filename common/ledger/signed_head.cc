#include "common/ledger/signed_head.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/big_endian.h"
#include "common/ledger/merkle.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr absl::string_view kHeadDomain("onereturn tree head 1\0", 22);
constexpr size_t kServiceBytesMax = 64;
constexpr size_t kFixedBytes = 3 * kU64Bytes + kDigestBytes;  // Epoch, size, root, time.

// Lower case alone, so that a head has one stored form.
bool IsKeyId(absl::string_view key_id) {
  return key_id.size() == 2 * kKeyIdBytes && std::all_of(key_id.begin(), key_id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

absl::string_view SignatureBytes(const Signature& signature) {
  return absl::string_view(reinterpret_cast<const char*>(signature.data()), signature.size());
}

}  // namespace

bool IsServiceName(absl::string_view service) {
  return !service.empty() && service.size() <= kServiceBytesMax &&
         std::all_of(service.begin(), service.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
         });
}

absl::StatusOr<std::string> CanonicalHeadBytes(const TreeHead& head) {
  if (!IsServiceName(head.service)) {
    return absl::InvalidArgumentError(
        "A tree head's service name has 1 to 64 lower-case letters, digits and hyphens; this one "
        "does not.");
  }
  if (head.size >= kTreeSizeLimit) {
    return absl::InvalidArgumentError(absl::StrCat("No ledger can have ", head.size, " leaves."));
  }
  std::string bytes(kHeadDomain);
  bytes.push_back(static_cast<char>(head.service.size()));
  bytes.append(head.service);
  AppendBigEndianU64(head.epoch, &bytes);
  AppendBigEndianU64(head.size, &bytes);
  absl::StrAppend(&bytes, DigestBytes(head.root));
  AppendBigEndianU64(static_cast<uint64_t>(head.time_micros), &bytes);
  return bytes;
}

absl::StatusOr<SignedHead> SignHead(const TreeHead& head, const SigningKey& key) {
  ASSIGN_OR_RETURN(const std::string bytes, CanonicalHeadBytes(head));
  ASSIGN_OR_RETURN(const Signature signature, key.Sign(bytes));
  return SignedHead{head, key.verifying_key().key_id(), signature};
}

absl::Status VerifyHead(const SignedHead& signed_head, const VerifyingKey& key) {
  ASSIGN_OR_RETURN(const std::string bytes, CanonicalHeadBytes(signed_head.head));
  if (signed_head.key_id != key.key_id()) {
    return absl::FailedPreconditionError(
        absl::StrCat("The tree head is not signed by key ", key.key_id(),
                     " but by another; verify it with the key that it names."));
  }
  if (!key.Verify(bytes, SignatureBytes(signed_head.signature)).ok()) {
    return absl::DataLossError(absl::StrCat("The tree head of size ", signed_head.head.size,
                                            " does not carry a true signature of key ",
                                            key.key_id(), "."));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> SerializeSignedHead(const SignedHead& signed_head) {
  ASSIGN_OR_RETURN(std::string bytes, CanonicalHeadBytes(signed_head.head));
  if (!IsKeyId(signed_head.key_id)) {
    return absl::InvalidArgumentError("A key id is 16 lower-case hexadecimal digits.");
  }
  absl::StrAppend(&bytes, absl::HexStringToBytes(signed_head.key_id),
                  SignatureBytes(signed_head.signature));
  return bytes;
}

absl::StatusOr<SignedHead> ParseSignedHead(absl::string_view bytes) {
  const absl::Status malformed = absl::DataLossError(
      absl::StrCat("A stored tree head is malformed (", bytes.size(), " bytes)."));
  if (bytes.substr(0, kHeadDomain.size()) != kHeadDomain) return malformed;
  bytes.remove_prefix(kHeadDomain.size());
  if (bytes.empty()) return malformed;
  const size_t service_bytes = static_cast<uint8_t>(bytes[0]);
  bytes.remove_prefix(1);
  if (bytes.size() != service_bytes + kFixedBytes + kKeyIdBytes + kSignatureBytes) return malformed;

  SignedHead signed_head;
  TreeHead& head = signed_head.head;
  head.service = std::string(bytes.substr(0, service_bytes));
  bytes.remove_prefix(service_bytes);
  head.epoch = TakeBigEndianU64(&bytes);
  head.size = TakeBigEndianU64(&bytes);
  ASSIGN_OR_RETURN(head.root, DigestFromBytes(bytes.substr(0, kDigestBytes)));
  bytes.remove_prefix(kDigestBytes);
  head.time_micros = static_cast<int64_t>(TakeBigEndianU64(&bytes));
  if (!IsServiceName(head.service) || head.size >= kTreeSizeLimit) return malformed;
  signed_head.key_id = absl::BytesToHexString(bytes.substr(0, kKeyIdBytes));
  bytes.remove_prefix(kKeyIdBytes);
  std::copy(bytes.begin(), bytes.end(), signed_head.signature.begin());
  return signed_head;
}

}  // namespace onereturn
