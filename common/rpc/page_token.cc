#include "common/rpc/page_token.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "common/base/check.h"
#include "common/digest/digest.h"
#include "common/status/error.h"
#include "onereturn/storage/v1/records.pb.h"

namespace onereturn {
namespace {

constexpr size_t kCodeBytes = 32;

std::string Authenticate(const std::string& secret, absl::string_view bytes) {
  unsigned char code[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  ONERETURN_CHECK(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), code,
                       &length) != nullptr);
  return std::string(reinterpret_cast<char*>(code), length);
}

// What the list is: the request without its page fields, and who asks.
Digest ListDigest(const google::protobuf::Message& request, absl::string_view caller) {
  std::unique_ptr<google::protobuf::Message> list(request.New());
  list->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    if (const auto* field = list->GetDescriptor()->FindFieldByName(name); field != nullptr) {
      list->GetReflection()->ClearField(list.get(), field);
    }
  }
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    list->SerializeToCodedStream(&coded);
  }
  return Sha256Concatenated({request.GetDescriptor()->full_name(), absl::string_view("\0", 1),
                             caller, absl::string_view("\0", 1), bytes});
}

}  // namespace

PageTokens PageTokens::Random() {
  std::string secret(kCodeBytes, '\0');
  ONERETURN_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()), kCodeBytes) == 1);
  return PageTokens(std::move(secret));
}

std::string PageTokens::Write(const google::protobuf::Message& request, absl::string_view caller,
                              const PagePlace& place) const {
  storage::v1::PageToken token;
  const Digest list = ListDigest(request, caller);
  token.set_request_digest(std::string(DigestBytes(list)));
  token.set_after(place.after);
  token.set_position(place.position);
  const std::string bytes = token.SerializeAsString();
  return absl::WebSafeBase64Escape(Authenticate(secret_, bytes) + bytes);
}

absl::StatusOr<PagePlace> PageTokens::Read(const google::protobuf::Message& request,
                                           absl::string_view caller,
                                           absl::string_view token) const {
  if (token.empty()) return PagePlace{};
  std::string bytes;
  storage::v1::PageToken record;
  const Digest list = ListDigest(request, caller);
  if (absl::WebSafeBase64Unescape(token, &bytes) && bytes.size() > kCodeBytes) {
    const std::string code = Authenticate(secret_, absl::string_view(bytes).substr(kCodeBytes));
    if (CRYPTO_memcmp(code.data(), bytes.data(), kCodeBytes) == 0 &&
        record.ParseFromString(bytes.substr(kCodeBytes)) &&
        record.request_digest() == DigestBytes(list)) {
      return PagePlace{record.after(), record.position()};
    }
  }
  return Error(
      Reason::kPageToken,
      "the page token is not one this list gave you, or the service was restarted: start again "
      "from the first page");
}

absl::StatusOr<int> PageSize(int32_t asked, int usual, int most) {
  if (asked < 0) return Error(Reason::kPageSize, "page_size is negative");
  return asked == 0 ? usual : std::min<int>(asked, most);
}

}  // namespace onereturn
