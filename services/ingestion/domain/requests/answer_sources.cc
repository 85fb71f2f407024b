// sources  := "onereturn answer 1" 00 source*
// source   := collection:text period:text organisation:text revision:u32
// text     := length:u32 byte*
// In order of collection, period, organisation; numbers big-endian. Nothing of their cells: whoever
// may not read them could guess until the digest fits.
#include <algorithm>

#include "absl/strings/string_view.h"
#include "common/base/big_endian.h"
#include "services/ingestion/domain/requests/answer.h"

namespace onereturn::ingestion {
namespace {

constexpr absl::string_view kAnswerSourcesHead("onereturn answer 1\0", 19);
constexpr size_t kU32Bytes = 4;

void AppendText(absl::string_view text, std::string* bytes) {
  AppendBigEndian(text.size(), kU32Bytes, bytes);
  bytes->append(text.data(), text.size());
}

}  // namespace

Digest SourcesDigest(const std::vector<AnswerSource>& sources) {
  std::vector<const AnswerSource*> ordered;
  for (const AnswerSource& source : sources) ordered.push_back(&source);
  std::sort(
      ordered.begin(), ordered.end(),
      [](const AnswerSource* left, const AnswerSource* right) { return left->key < right->key; });
  std::string bytes(kAnswerSourcesHead);
  for (const AnswerSource* source : ordered) {
    AppendText(source->key.collection, &bytes);
    AppendText(source->key.period.ToString(), &bytes);
    AppendText(source->key.organisation, &bytes);
    AppendBigEndian(source->revision, kU32Bytes, &bytes);
  }
  return Sha256(bytes);
}

}  // namespace onereturn::ingestion
