#include "services/assessment/app/read_assessments.h"

#include <optional>
#include <utility>
#include <vector>

#include "common/commit/journal.h"
#include "common/feed/position.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/assessment/app/assessment_view.h"
#include "services/assessment/app/field_faults.h"
#include "services/assessment/app/names.h"
#include "services/assessment/store/assessment_tables.h"
#include "services/assessment/store/facts.h"
#include "services/assessment/store/framework_tables.h"

namespace onereturn::assessment {
namespace {

constexpr int kUsualPage = 50;
constexpr int kMostPage = 200;

absl::Status CheckName(const std::string& name) {
  FieldFaults faults;
  if (name.empty()) faults.Add(Reason::kMissing, "name", "is required");
  return faults.ToStatus();
}

}  // namespace

std::string ReadAssessments::PositionAt(uint64_t sequence) const {
  Position position;
  position.Set(committer_->service(), ServicePosition{committer_->epoch(), sequence});
  return position.ToString();
}

absl::StatusOr<uint64_t> ReadAssessments::SequenceOf(const PagePlace& place) const {
  ASSIGN_OR_RETURN(Position position, Position::Parse(place.position));
  return position.Of(committer_->service()).value_or(ServicePosition()).sequence;
}

absl::Status ReadAssessments::GetFramework(const v1::GetFrameworkRequest& request,
                                           v1::GetFrameworkResponse* response) const {
  RETURN_IF_ERROR(CheckName(request.name()));
  const std::optional<std::string> code = FrameworkCodeOf(request.name());
  if (!code.has_value()) return NotFound();
  const Snapshot snapshot = store_->TakeSnapshot();
  ASSIGN_OR_RETURN(FrameworkHead head, ReadFrameworkHead(snapshot, *code));
  if (!head.newest.has_value()) return NotFound();
  ASSIGN_OR_RETURN(feed::v1::Entry entry, EntryAt(snapshot, head.newest->sequence,
                                                  feed::v1::ENTRY_KIND_FRAMEWORK_DEFINED));
  ASSIGN_OR_RETURN(*response->mutable_framework(), FrameworkOf(entry));
  ASSIGN_OR_RETURN(uint64_t newest, LastSequence(snapshot));
  response->set_position(PositionAt(newest));
  return absl::OkStatus();
}

absl::StatusOr<v1::GetAssessmentResponse> ReadAssessments::Whole(const CallContext& call,
                                                                 const std::string& name) const {
  RETURN_IF_ERROR(CheckName(name));
  const std::optional<uint64_t> number = AssessmentNumberOf(name);
  if (!number.has_value()) return NotFound();
  const Snapshot snapshot = store_->TakeSnapshot();
  ASSIGN_OR_RETURN(uint64_t newest, LastSequence(snapshot));
  const ScopedAssessments tables(&snapshot, call.caller.scope, newest);
  ASSIGN_OR_RETURN(std::optional<AssessmentRow> row, tables.Find(*number));
  if (!row.has_value()) return NotFound();
  v1::GetAssessmentResponse response;
  ASSIGN_OR_RETURN(*response.mutable_assessment(), AssessmentView(tables).Whole(*row));
  response.set_position(PositionAt(newest));
  return response;
}

absl::Status ReadAssessments::Get(const CallContext& call, const v1::GetAssessmentRequest& request,
                                  v1::GetAssessmentResponse* response) const {
  ASSIGN_OR_RETURN(*response, Whole(call, request.name()));
  return absl::OkStatus();
}

absl::Status ReadAssessments::List(const CallContext& call,
                                   const v1::ListAssessmentsRequest& request,
                                   v1::ListAssessmentsResponse* response) const {
  ASSIGN_OR_RETURN(int page_size, PageSize(request.page_size(), kUsualPage, kMostPage));
  ASSIGN_OR_RETURN(PagePlace place,
                   tokens_.Read(request, call.caller.spiffe_id, request.page_token()));
  const Snapshot snapshot = store_->TakeSnapshot();
  ASSIGN_OR_RETURN(uint64_t at, LastSequence(snapshot));
  uint64_t after = 0;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(at, SequenceOf(place));
    ASSIGN_OR_RETURN(after, KeyReader(place.after).U64());
  }
  const ScopedAssessments tables(&snapshot, call.caller.scope, at);
  ASSIGN_OR_RETURN(std::vector<AssessmentRow> rows,
                   tables.After(after, static_cast<size_t>(page_size) + 1));
  const bool more = rows.size() > static_cast<size_t>(page_size);
  if (more) rows.pop_back();
  AssessmentView view(tables);
  for (const AssessmentRow& row : rows) {
    ASSIGN_OR_RETURN(*response->add_assessments(), view.Summary(row));
  }
  response->set_position(PositionAt(at));
  if (more) {
    const PagePlace next{KeyWriter().U64(rows.back().number).Take(), response->position()};
    response->set_next_page_token(tokens_.Write(request, call.caller.spiffe_id, next));
  }
  return absl::OkStatus();
}

}  // namespace onereturn::assessment
