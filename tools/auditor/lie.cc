#include "tools/auditor/lie.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace onereturn::auditor {
namespace {

struct Words {
  LieKind kind;
  absl::string_view name;
  absl::string_view meaning;
};

const Words kWords[] = {
    {LieKind::kHeadNotSigned, "HEAD_NOT_SIGNED", "a head that the service's key did not sign"},
    {LieKind::kKeyChanged, "KEY_CHANGED", "another key signs, and no signed change leads to it"},
    {LieKind::kForgedHead, "FORGED_HEAD", "a signed root that the entries served do not have"},
    {LieKind::kForkedLedger, "FORKED_LEDGER", "two signed heads of one size, with unlike roots"},
    {LieKind::kRolledBack, "ROLLED_BACK", "entries that a signed head covers are gone"},
    {LieKind::kHistoryReplaced, "HISTORY_REPLACED", "from an entry on, all entries are others"},
    {LieKind::kEntryAltered, "ENTRY_ALTERED", "an entry has other bytes than before"},
    {LieKind::kEntryDeleted, "ENTRY_DELETED", "an entry is gone, and later ones have moved up"},
    {LieKind::kEntryInserted, "ENTRY_INSERTED", "an entry stands where there was none"},
    {LieKind::kEntriesSwapped, "ENTRIES_SWAPPED", "two entries stand in each other's place"},
    {LieKind::kEntryImpossible, "ENTRY_IMPOSSIBLE", "an entry that no honest service writes"},
    {LieKind::kProofWrong, "PROOF_WRONG", "a proof that does not prove what it should"},
    {LieKind::kChunkAltered, "CHUNK_ALTERED", "cells that are not those their digest names"},
    {LieKind::kFileAltered, "FILE_ALTERED", "a stored file that is not the one that was sent"},
    {LieKind::kReturnMissing, "RETURN_MISSING", "a return the ledger holds is not served"},
    {LieKind::kServedDiffers, "SERVED_DIFFERS", "what is served is not what the ledger holds"},
    {LieKind::kServedUnrecorded, "SERVED_UNRECORDED", "what is served stands in no entry"},
    {LieKind::kRatingDiffers, "RATING_DIFFERS", "a rating that its scores do not give"},
    {LieKind::kFigureDiffers, "FIGURE_DIFFERS", "a figure that the cells do not give"},
    {LieKind::kReceiptAltered, "RECEIPT_ALTERED", "a receipt that says other than its own entry"},
};

const Words& WordsOf(LieKind kind) {
  return *std::find_if(std::begin(kWords), std::end(kWords),
                       [kind](const Words& words) { return words.kind == kind; });
}

// Text from a service, fit for a terminal.
std::string Printable(absl::string_view text) {
  std::string printable;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte >= 0x20 && byte < 0x7f) {
      printable.push_back(letter);
    } else {
      absl::StrAppendFormat(&printable, "\\x%02x", byte);
    }
  }
  return printable;
}

void AppendTable(const Report& report, std::string* text) {
  constexpr char kRow[] = "%-11s %6s %10s  %-16s %9s %8s %6s %7s %7s\n";
  absl::StrAppendFormat(text, kRow, "service", "epoch", "size", "root", "entries", "chunks",
                        "files", "heads", "served");
  for (const Examined& one : report.examined) {
    absl::StrAppendFormat(text, kRow, one.service, absl::StrCat(one.epoch), absl::StrCat(one.size),
                          one.root.substr(0, 16), absl::StrCat(one.entries),
                          absl::StrCat(one.chunks), absl::StrCat(one.files),
                          absl::StrCat(one.heads), absl::StrCat(one.served));
  }
}

using Json = google::protobuf::Struct;

void Put(const char* key, absl::string_view text, Json* json) {
  // Whatever is no ASCII comes from elsewhere and may be no UTF-8.
  (*json->mutable_fields())[key].set_string_value(Printable(text));
}

void Put(const char* key, uint64_t number, Json* json) {
  (*json->mutable_fields())[key].set_string_value(absl::StrCat(number));
}

Json* AddTo(const char* key, Json* json) {
  return (*json->mutable_fields())[key].mutable_list_value()->add_values()->mutable_struct_value();
}

void PutTexts(const char* key, const std::vector<std::string>& texts, Json* json) {
  auto* list = (*json->mutable_fields())[key].mutable_list_value();
  for (const std::string& text : texts) list->add_values()->set_string_value(Printable(text));
}

}  // namespace

absl::string_view NameOf(LieKind kind) { return WordsOf(kind).name; }
absl::string_view MeaningOf(LieKind kind) { return WordsOf(kind).meaning; }

void Report::Add(LieKind kind, absl::string_view service, absl::string_view place,
                 absl::string_view expected, absl::string_view seen) {
  lies.push_back(
      {kind, std::string(service), std::string(place), std::string(expected), std::string(seen)});
}

int Report::ExitCode() const {
  if (!lies.empty()) return 1;
  return unchecked.empty() ? 0 : 3;
}

std::string ReportText(const Report& report) {
  std::string text;
  for (const Lie& lie : report.lies) {
    absl::StrAppend(&text,
                    &lie == &report.lies.front() ? "A LIE WAS FOUND: " : "Also: ", NameOf(lie.kind),
                    ", ", MeaningOf(lie.kind), "\n  service   ", lie.service, "\n  place     ",
                    Printable(lie.place), "\n  expected  ", Printable(lie.expected),
                    "\n  seen      ", Printable(lie.seen), "\n\n");
  }
  for (const std::string& one : report.unchecked) {
    absl::StrAppend(&text, "NOT CHECKED: ", Printable(one), "\n");
  }
  for (const std::string& one : report.notes) absl::StrAppend(&text, Printable(one), "\n");
  if (!report.examined.empty()) AppendTable(report, &text);
  if (report.ExitCode() == 0) absl::StrAppend(&text, "All holds.\n");
  return text;
}

std::string ReportJson(const Report& report) {
  Json json;
  Put("outcome",
      report.ExitCode() == 0   ? "HOLDS"
      : report.ExitCode() == 1 ? "LIE"
                               : "NOT_CHECKED",
      &json);
  for (const Lie& lie : report.lies) {
    Json* one = AddTo("lies", &json);
    Put("class", NameOf(lie.kind), one);
    Put("service", lie.service, one);
    Put("place", lie.place, one);
    Put("expected", lie.expected, one);
    Put("seen", lie.seen, one);
  }
  PutTexts("unchecked", report.unchecked, &json);
  PutTexts("notes", report.notes, &json);
  for (const Examined& examined : report.examined) {
    Json* one = AddTo("examined", &json);
    Put("service", examined.service, one);
    Put("epoch", examined.epoch, one);
    Put("size", examined.size, one);
    Put("root", examined.root, one);
    Put("entries", examined.entries, one);
    Put("chunks", examined.chunks, one);
    Put("files", examined.files, one);
    Put("heads", examined.heads, one);
    Put("served", examined.served, one);
  }
  std::string text;
  const auto written = google::protobuf::util::MessageToJsonString(json, &text);
  return written.ok() ? text + "\n" : "{}\n";
}

}  // namespace onereturn::auditor
