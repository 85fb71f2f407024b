#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "common/cells/cell_chunk.h"
#include "common/digest/digest.h"

namespace onereturn {
namespace {

// From another implementation of SHA-256, over "onereturn cells 1", a NUL, and the digests.
TEST(CellDigestTest, IsTheHashOfTagAndDigests) {
  EXPECT_EQ(DigestToHex(CellDigest({})),
            "64db97ca4ca4eac141e089efc8eb004e0a37b20f3a3fd609fe5ed28ba879ad42");
  Digest ascending;
  for (size_t i = 0; i < ascending.size(); ++i) ascending[i] = static_cast<uint8_t>(i);
  Digest ones;
  ones.fill(0xFF);
  EXPECT_EQ(DigestToHex(CellDigest({ascending, ones})),
            "c4687d55662119b5da98ee7a2ff016ad5435e823663917a1629a1ac349931f9b");
  EXPECT_NE(CellDigest({ascending, ones}), CellDigest({ones, ascending}));
}

}  // namespace
}  // namespace onereturn
