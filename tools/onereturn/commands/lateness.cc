#include "tools/onereturn/commands/lateness.h"

#include "absl/strings/str_cat.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/timetable/v1/timetable_service.grpc.pb.h"
#include "tools/onereturn/console/labels.h"

namespace onereturn::client {
namespace {

using TimetableStub = timetable::v1::TimetableService::Stub;

// Windows do not apply to what is imported for others.
bool IsImport(const ledger::v1::Receipt& receipt) {
  feed::v1::Entry entry;
  return entry.ParseFromString(receipt.entry()) && entry.role() == rights::v1::ROLE_NATIONAL_LOADER;
}

}  // namespace

std::string LateSentence(const Session& session, const std::string& collection,
                         const returns::v1::SubmitReturnFileResponse& answer) {
  if (answer.returns_size() != 1 || IsImport(answer.receipt())) return "";
  const returns::v1::FileReturn& sent = answer.returns(0);
  const bool came = !sent.revision().empty() || !sent.submission().empty();
  if (!came || sent.unchanged() || sent.replayed()) return "";
  const auto client = session.To<timetable::v1::TimetableService>(kIngestion);
  if (!client.ok()) return "";
  timetable::v1::GetCompletenessRequest asked;
  asked.set_parent(absl::StrCat("organisations/", sent.organisation()));
  asked.set_collection(collection);
  asked.set_from_period(answer.period());
  asked.set_to_period(answer.period());
  const auto matrix = client->Call(&TimetableStub::GetCompleteness, asked);
  if (!matrix.ok() || matrix->rows_size() != 1 || matrix->rows(0).standings_size() != 1) return "";
  // What waits to be signed is not held yet.
  const int standing = matrix->rows(0).standings(0);
  if (standing != timetable::v1::STANDING_HELD_LATE && standing != timetable::v1::STANDING_LATE) {
    return "";
  }
  timetable::v1::GetWindowRequest window;
  window.set_name(absl::StrCat("collections/", collection, "/windows/", answer.period()));
  const auto found = client->Call(&TimetableStub::GetWindow, window);
  if (!found.ok()) return "  late.\n";
  return absl::StrCat("  late: it was due before ", TimeText(found->window().moments().due_time()),
                      ".\n");
}

}  // namespace onereturn::client
