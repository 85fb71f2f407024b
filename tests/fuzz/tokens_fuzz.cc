// Feeds any bytes to the small readers: page tokens, position tokens, keys, periods, ODS codes,
// texts. The first byte chooses. What a reader takes, its writer writes again, byte for byte where
// the form is canonical; a page token that was not given out is refused.

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/base/check.h"
#include "common/base/nfc.h"
#include "common/base/utf8.h"
#include "common/feed/position.h"
#include "common/hierarchy/ods_code.h"
#include "common/period/period.h"
#include "common/rpc/page_token.h"
#include "common/storage/key_codec.h"
#include "onereturn/returns/v1/returns_service.pb.h"

namespace onereturn {
namespace {

void TryPageToken(absl::string_view bytes) {
  static const PageTokens& tokens = *new PageTokens("a secret of the fuzzer's own");
  const returns::v1::ListReturnsRequest request;
  ONERETURN_CHECK(bytes.empty() || !tokens.Read(request, "spiffe://a/b", bytes).ok());
  const std::string given =
      tokens.Write(request, "spiffe://a/b", {std::string(bytes), std::string(bytes)});
  const absl::StatusOr<PagePlace> read = tokens.Read(request, "spiffe://a/b", given);
  ONERETURN_CHECK(read.ok() && read->after == bytes && read->position == bytes);
  ONERETURN_CHECK(!tokens.Read(request, "spiffe://a/c", given).ok());
}

void TryPosition(absl::string_view text) {
  const absl::StatusOr<Position> position = Position::Parse(text);
  if (position.ok()) ONERETURN_CHECK(Position::Parse(position->ToString()).value() == *position);
}

void TryKey(absl::string_view bytes) {
  KeyReader reader(bytes);
  const auto kind = reader.U8();
  const auto text = reader.String();
  const auto number = reader.U32();
  const auto large = reader.U64();
  const auto signed_number = reader.I64();
  const auto descending = reader.DescendingU64();
  const auto fixed = reader.Fixed(4);
  if (!kind.ok() || !text.ok() || !number.ok() || !large.ok() || !signed_number.ok() ||
      !descending.ok() || !fixed.ok() || !reader.Finish().ok()) {
    return;
  }
  KeyWriter writer;
  writer.U8(*kind).String(*text).U32(*number).U64(*large).I64(*signed_number);
  writer.DescendingU64(*descending).Fixed(*fixed);
  ONERETURN_CHECK(writer.key() == bytes);
  ONERETURN_CHECK(PrefixUpperBound(bytes).empty() || PrefixUpperBound(bytes) > bytes);
}

void TryText(absl::string_view text) {
  const absl::StatusOr<Period> period = Period::Parse(text);
  if (period.ok()) ONERETURN_CHECK(Period::Parse(period->ToString()).value() == *period);
  if (CheckOdsCode(text).ok()) ONERETURN_CHECK(text.size() >= 3 && text.size() <= 12);
  if (IsSafeText(text)) ONERETURN_CHECK(IsValidUtf8(text) && IsSafeNarrative(text));
  if (IsNfc(text)) ONERETURN_CHECK(IsValidUtf8(text));
  ONERETURN_CHECK(CutAtCharacter(text, 7).size() <= 7);
}

}  // namespace
}  // namespace onereturn

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 4) {
    case 0:
      onereturn::TryPageToken(bytes);
      break;
    case 1:
      onereturn::TryPosition(bytes);
      break;
    case 2:
      onereturn::TryKey(bytes);
      break;
    default:
      onereturn::TryText(bytes);
  }
  return 0;
}
