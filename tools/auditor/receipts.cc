#include "tools/auditor/receipts.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "absl/strings/str_cat.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "tools/auditor/entry_rules.h"
#include "tools/auditor/tree.h"
#include "tools/auditor/whole_file.h"

namespace onereturn::auditor {
namespace {

using google::protobuf::Value;
using ledger::v1::Receipt;

bool LooksLikeReceipt(const google::protobuf::Struct& object) {
  const auto& fields = object.fields();
  return fields.count("entry") > 0 && fields.count("head") > 0;
}

// Every receipt anywhere in a JSON value, in order.
void Collect(const Value& value, std::vector<Receipt>* receipts) {
  if (value.has_list_value()) {
    for (const Value& one : value.list_value().values()) Collect(one, receipts);
  }
  if (!value.has_struct_value()) return;
  if (!LooksLikeReceipt(value.struct_value())) {
    for (const auto& [key, one] : value.struct_value().fields()) Collect(one, receipts);
    return;
  }
  std::string json;
  Receipt receipt;
  if (google::protobuf::util::MessageToJsonString(value, &json).ok() &&
      google::protobuf::util::JsonStringToMessage(json, &receipt).ok()) {
    receipts->push_back(receipt);
  }
}

// What a receipt says beside its proof must be what its entry says.
std::optional<std::string> Contradiction(const Receipt& receipt, const feed::v1::Entry& entry) {
  if (receipt.name() != entry.name()) return absl::StrCat("name ", receipt.name());
  if (receipt.sequence() != entry.sequence()) return absl::StrCat("sequence ", receipt.sequence());
  if (receipt.epoch() != entry.epoch()) return absl::StrCat("epoch ", receipt.epoch());
  // An entry of a later epoch stands in no ledger of an earlier one.
  if (receipt.head().epoch() < entry.epoch()) {
    return absl::StrCat("a head of epoch ", receipt.head().epoch());
  }
  if (receipt.service() != receipt.head().service()) {
    return absl::StrCat("service ", receipt.service());
  }
  if (Micros(receipt.time()) != entry.time_micros()) return "another time";
  return std::nullopt;
}

// Does the proof lead from the leaf to the root of the receipt's head?
bool Proves(const Receipt& receipt, const Hash& leaf) {
  Proof proof;
  for (const std::string& bytes : receipt.inclusion_proof()) {
    proof.push_back(ToHash(bytes).value_or(Hash{}));
  }
  const std::optional<Hash> root = ToHash(receipt.head().root());
  return root.has_value() && receipt.sequence() > 0 &&
         ProvesInclusion(leaf, receipt.sequence() - 1, receipt.head().size(), *root, proof);
}

std::string KeyToFetch(const Receipt& receipt, const std::string& place) {
  return absl::StrCat(place, ": key ", receipt.head().key_id(),
                      " signs its head, and is not among --keys. If the ", receipt.service(),
                      " service has changed its key, \"onereturn rotate-key\" printed this one: ",
                      "ask its operator, compare the id, and put the PEM beside the others.");
}

}  // namespace

absl::StatusOr<std::vector<Receipt>> ReadReceipts(const std::string& file) {
  const absl::StatusOr<std::string> contents = WholeFile(file);
  if (!contents.ok()) return contents.status();
  std::vector<Receipt> receipts;
  Value json;
  Receipt receipt;
  if (google::protobuf::util::JsonStringToMessage(*contents, &json).ok()) {
    Collect(json, &receipts);
  } else if (receipt.ParseFromString(*contents) && receipt.has_head()) {
    receipts.push_back(receipt);
  } else if (google::protobuf::TextFormat::ParseFromString(*contents, &receipt)) {
    receipts.push_back(receipt);
  }
  if (!receipts.empty()) return receipts;
  return absl::InvalidArgumentError(absl::StrCat(file, " holds no receipt"));
}

absl::StatusOr<std::map<std::string, PublicKey>> ReadKeys(const std::string& path) {
  std::vector<std::string> files = {path};
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    files.clear();
    for (const auto& one : std::filesystem::directory_iterator(path, error)) {
      if (one.path().extension() == ".pem") files.push_back(one.path().string());
    }
  }
  constexpr absl::string_view kBegin = "-----BEGIN PUBLIC KEY-----";
  std::map<std::string, PublicKey> keys;
  for (const std::string& file : files) {
    const absl::StatusOr<std::string> contents = WholeFile(file);
    if (!contents.ok()) return contents.status();
    const absl::string_view text = *contents;
    for (size_t at = text.find(kBegin); at != absl::string_view::npos;
         at = text.find(kBegin, at + 1)) {
      const std::optional<PublicKey> key = PublicKeyFromPem(text.substr(at));
      if (key.has_value()) keys[key->id()] = *key;
    }
  }
  if (!keys.empty()) return keys;
  return absl::InvalidArgumentError(absl::StrCat(path, " holds no Ed25519 public key in PEM"));
}

void VerifyReceipt(const Receipt& receipt, const std::map<std::string, PublicKey>& keys,
                   absl::string_view source, Report* report) {
  const std::string place = absl::StrCat("the receipt of ", receipt.name(), ", sequence ",
                                         receipt.sequence(), " in ", source);
  const auto lie = [&](LieKind kind, absl::string_view expected, absl::string_view seen) {
    report->Add(kind, receipt.service(), place, expected, seen);
  };
  feed::v1::Entry entry;
  if (!entry.ParseFromString(receipt.entry())) {
    return lie(LieKind::kReceiptAltered, "the bytes of an entry", "bytes that are none");
  }
  const Hash leaf = LeafHash(receipt.entry());
  if (View(leaf) != receipt.leaf_hash()) {
    return lie(LieKind::kReceiptAltered, absl::StrCat("leaf hash ", Hex(leaf), ", its entry's"),
               Hex(receipt.leaf_hash()));
  }
  if (const auto wrong = Contradiction(receipt, entry); wrong.has_value()) {
    return lie(LieKind::kReceiptAltered, Describe(entry.sequence(), entry), *wrong);
  }
  const auto key = keys.find(receipt.head().key_id());
  if (key != keys.end() && !HeadIsSigned(receipt.head(), key->second)) {
    return lie(LieKind::kHeadNotSigned, absl::StrCat("a signature by key ", key->first),
               "one that does not hold");
  }
  if (!Proves(receipt, leaf)) {
    return lie(LieKind::kProofWrong,
               absl::StrCat("a proof that leads to root ", Hex(receipt.head().root())),
               "hashes that do not");
  }
  if (key == keys.end()) report->unchecked.push_back(KeyToFetch(receipt, place));
}

}  // namespace onereturn::auditor
