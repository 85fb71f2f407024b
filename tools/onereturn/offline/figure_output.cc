#include "tools/onereturn/offline/figure_output.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/csv/csv_writer.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/console/answer_rows.h"
#include "tools/onereturn/console/error_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {

FigureOutput::FigureOutput(std::string file, bool json, Console* console)
    : file_(std::move(file)), json_(json), console_(console) {}

FigureOutput::~FigureOutput() {
  std::error_code ignored;
  if (stream_.is_open() && !finished_) std::filesystem::remove(PartName(), ignored);
}

absl::Status FigureOutput::Open() {
  if (!file_.empty()) stream_.open(PartName(), std::ios::binary | std::ios::trunc);
  return Outcome();
}

// Not before it is known that there is an answer: a refused one writes nothing.
void FigureOutput::WriteHeader() {
  if (json_ || headed_) return;
  headed_ = true;
  std::string header;
  CsvWriter(&header).Row(AnswerHeader());
  Write(header);
}

void FigureOutput::Take(const requests::v1::StreamAnswerResponse& page) {
  WriteHeader();
  cells_ += static_cast<uint64_t>(page.cells_size());
  std::string text;
  if (json_) {
    text = absl::StrCat(JsonOf(page), "\n");
  } else {
    CsvWriter writer(&text);
    for (const auto& cell : page.cells()) writer.Row(AnswerRow(cell));
  }
  Write(text);
  if (finished_) {
    stream_.flush();
  } else if (!file_.empty()) {
    console_->Progress(absl::StrCat(Count(cells_, "figure"), " read"));
  }
}

absl::Status FigureOutput::Finish() {
  console_->EndProgress();
  WriteHeader();
  stream_.flush();
  RETURN_IF_ERROR(Outcome());
  finished_ = true;
  if (file_.empty()) return absl::OkStatus();
  std::error_code error;
  std::filesystem::rename(PartName(), file_, error);
  finished_ = !error;
  return error ? CannotWrite() : absl::OkStatus();
}

absl::Status FigureOutput::Outcome() const {
  if (file_.empty()) return console_->written();
  return stream_.good() ? absl::OkStatus() : CannotWrite();
}

absl::Status FigureOutput::CannotWrite() const {
  return UsageError(absl::StrCat("\"", file_, "\" cannot be written"),
                    "Name a file in a folder that you may write to, with room.");
}

void FigureOutput::Write(absl::string_view text) {
  if (file_.empty()) {
    console_->Print(text);
  } else {
    stream_ << text;
  }
}

}  // namespace onereturn::client
