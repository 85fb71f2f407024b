#include "absl/strings/string_view.h"
#include "common/cells/cell_chunk.h"
#include "common/digest/digest.h"

namespace onereturn {
namespace {

// With the NUL: no digest of anything else starts so. Part of what approvals name: never change.
constexpr absl::string_view kDomainTag("onereturn cells 1\0", 18);

}  // namespace

std::array<uint8_t, 32> CellDigest(absl::Span<const std::array<uint8_t, 32>> chunk_digests) {
  Sha256Stream stream;
  stream.Update(kDomainTag);
  for (const Digest& digest : chunk_digests) stream.Update(DigestBytes(digest));
  return stream.Finish();
}

}  // namespace onereturn
