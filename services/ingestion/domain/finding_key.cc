#include "services/ingestion/domain/finding_key.h"

#include "absl/strings/str_cat.h"
#include "common/digest/digest.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kKeyDigits = 16;

void PutPart(const std::string& part, std::string* bytes) {
  absl::StrAppend(bytes, part.size(), ":", part);
}

}  // namespace

std::string FindingKey(const Finding& finding) {
  std::string bytes;
  PutPart(finding.code, &bytes);
  const size_t words = finding.words_bytes == 0 ? finding.message.size() : finding.words_bytes;
  PutPart(finding.message.substr(0, words), &bytes);
  PutPart(finding.got, &bytes);
  if (finding.cell.has_value()) {
    PutPart(finding.cell->item, &bytes);
    for (const DimensionValue& one : finding.cell->dimensions) {
      PutPart(one.dimension, &bytes);
      PutPart(one.value, &bytes);
    }
  }
  const Digest digest = Sha256(bytes);
  return DigestToHex(digest).substr(0, kKeyDigits);
}

}  // namespace onereturn::ingestion
