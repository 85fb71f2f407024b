// Prints docs/errors.md from the table of reasons, so that the documentation cannot say another
// thing than the code.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/reason.h"

namespace {

// A bar would end the table's column.
std::string Column(absl::string_view text) {
  std::string column;
  for (const char c : text) {
    if (c == '|') column += '\\';
    column += c;
  }
  return column;
}

constexpr char kBeginning[] = R"(# Errors

Every request that is refused carries a canonical gRPC code and a `google.rpc.ErrorInfo` with the domain
`onereturn` and one of these reasons. Programs switch on the reason; the words are for people and may
change. `BadRequest` lists the fields at fault, `PreconditionFailure` what is in the wrong state, and
`RetryInfo` when trying again makes sense. Details are at most 4 KiB: what was left out is counted in the
metadata (`field_violations_total`, `precondition_violations_total`, `metadata_total`).

Findings about a return's content are no errors: a submission that can be judged is answered `OK` with a
verdict and its findings.

This file is printed by `print_reasons` from `common/status/reason.h`: `ninja write_errors_md`.

| reason | code | meaning | what to do |
|---|---|---|---|
)";

}  // namespace

int main() {
  std::string text = kBeginning;
  for (const onereturn::ReasonRow& row : onereturn::AllReasons()) {
    absl::StrAppend(&text, "| `", row.name, "` | `", absl::StatusCodeToString(row.code), "` | ",
                    Column(row.meaning), " | ", Column(row.remedy), " |\n");
  }
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? EXIT_SUCCESS
                                                                         : EXIT_FAILURE;
}
