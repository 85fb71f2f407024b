#include "common/base/read_file.h"

#include <fstream>

namespace onereturn {

std::optional<std::string> ReadFile(const std::string& path) {
  constexpr size_t kPieceBytes = 64 * 1024;
  std::ifstream stream(path, std::ios::binary);
  std::string bytes;
  std::string piece(kPieceBytes, '\0');
  while (stream) {
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    bytes.append(piece, 0, static_cast<size_t>(stream.gcount()));
  }
  // A folder opens, and fails at the first read.
  if (stream.bad() || !stream.eof()) return std::nullopt;
  return bytes;
}

}  // namespace onereturn
