// Verifies any bytes as a person's token: refused with a reason, and only what the one signer
// signed is ever taken. The first byte chooses what the bytes after it are:
//   t  a token as it comes with a call
//   s  header, a line end, body: signed with the issuer's key, so that what lies behind the
//      signature is reached
//   k  a set of keys

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/base/check.h"
#include "common/status/error.h"
#include "common/token/testing_tokens.h"

namespace onereturn {
namespace {

constexpr Timestamp kNow = Timestamp::FromSeconds(1'750'000'000);

// Any key does: this one is that of RFC 8037's appendix A.1, no secret.
constexpr char kKey[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";

struct World {
  FakeClock clock{kNow};
  const Digest certificate = Sha256("certificate");
  const TokenSigner signer = TokenSigner::FromPem(kKey).value();
  const std::unique_ptr<TokenVerifier> verifier =
      TokenVerifier::Create({{kTestIssuer, TokenAlgorithm::kEdDsa, KeysOf(signer)}}, &clock)
          .value();
};

void Judge(const World& world, absl::string_view token, bool signed_by_us) {
  const absl::StatusOr<TokenHolder> holder =
      world.verifier->Verify(token, world.certificate, TokenBinding::kPresenter);
  if (!holder.ok()) {
    ONERETURN_CHECK(holder.status().code() == absl::StatusCode::kUnauthenticated);
    ONERETURN_CHECK(DetailsOf(holder.status()).has_value());
    return;
  }
  ONERETURN_CHECK(signed_by_us);
  ONERETURN_CHECK(holder->issuer == kTestIssuer);
  ONERETURN_CHECK(CheckSubject(holder->subject).ok());
  ONERETURN_CHECK(holder->expires > kNow);
  ONERETURN_CHECK(holder->expires.micros - holder->issued.micros <= kMaxTokenSeconds * 1'000'000);
}

}  // namespace
}  // namespace onereturn

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const onereturn::World world;
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 't') {
    // A token that the corpus holds and our key signed is none of chance.
    static const std::string good = onereturn::Signed(
        world.signer, onereturn::GoodToken(world.signer, onereturn::kNow, world.certificate));
    onereturn::Judge(world, bytes, bytes == good);
  } else if (data[0] == 's') {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    const absl::string_view body = end == bytes.size() ? "" : bytes.substr(end + 1);
    onereturn::Judge(world, world.signer.SignText(bytes.substr(0, end), body).value(), true);
  } else if (data[0] == 'k') {
    for (const auto algorithm :
         {onereturn::TokenAlgorithm::kEs256, onereturn::TokenAlgorithm::kEdDsa}) {
      const auto keys = onereturn::ParseTokenKeys(bytes, algorithm);
      ONERETURN_CHECK(!keys.ok() || !keys->empty());
    }
  }
  return 0;
}
