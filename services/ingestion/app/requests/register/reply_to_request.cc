#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/utf8.h"
#include "common/identity/message_text.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/register/consultation.h"
#include "services/ingestion/app/requests/register/request_decisions.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;

constexpr size_t kMostReplyBytes = 4'000;
constexpr int kMostReplies = 200;

absl::Status CheckReplyFields(const requests::v1::ReplyToRequestRequest& request) {
  const requests::v1::RequestReply& reply = request.reply();
  if (reply.has_step()) {
    return Error(Reason::kOutputOnly, "the reply has a field that only the service sets")
        .Field("reply.step", "must be left empty");
  }
  Error faults(Reason::kFieldInvalid, "the reply cannot be taken as it is");
  if (!reply.organisation().empty() && reply.organisation() != request.organisation()) {
    faults.Field("reply.organisation", "is another than organisation: leave it empty");
  }
  if (reply.opinion() == catalogue::v1::OPINION_UNSPECIFIED ||
      !catalogue::v1::Opinion_IsValid(reply.opinion())) {
    faults.Field("reply.opinion", "is missing: agree, object or comment");
  }
  if (reply.text().empty() && reply.opinion() != catalogue::v1::OPINION_AGREE) {
    faults.Field("reply.text", "is missing");
  }
  if (reply.text().size() > kMostReplyBytes) {
    faults.Field("reply.text", "is longer than 4,000 bytes");
  }
  if (!IsSafeNarrative(reply.text())) {
    faults.Field("reply.text", "holds a character that cannot be shown");
  }
  if (faults.fields_total() > 0) return faults;
  return CheckNoPersonalData(request, "request");
}

// A consultee, or a region that filters.
absl::Status CheckIsAsked(const Reader& reader, const RequestWorld& world,
                          const DataRequest& request,
                          const requests::v1::ReplyToRequestRequest& asked) {
  const std::string& who = asked.organisation();
  if (!asked.reply().regional_filter()) {
    const auto& consultees = request.consultees();
    if (std::find(consultees.begin(), consultees.end(), who) != consultees.end()) {
      return absl::OkStatus();
    }
    return Error(Reason::kFieldInvalid,
                 absl::StrCat(who, " is not consulted about ", request.name()))
        .Field("organisation", consultees.empty()
                                   ? "is not consulted: nobody is; a region sets regional_filter"
                                   : absl::StrCat("is not one of ", absl::StrJoin(consultees, ", "),
                                                  "; a region sets regional_filter"));
  }
  ASSIGN_OR_RETURN(const requests::v1::Match match,
                   MatchOf(*world.matching, reader, request, kNewest));
  ASSIGN_OR_RETURN(const std::set<std::string> regions,
                   FilteringRegions(reader, match, world.today()));
  if (regions.count(who) > 0) return absl::OkStatus();
  return Error(Reason::kFieldInvalid,
               absl::StrCat(who, " is the region of nobody of whom something is asked"))
      .Field("organisation", regions.empty()
                                 ? "filters nothing: nothing is asked of any provider"
                                 : absl::StrCat("is not one of ", absl::StrJoin(regions, ", ")));
}

}  // namespace

absl::StatusOr<Decision> DecideRequestReply(const Reader& reader, const RequestWorld& world,
                                            const OfficerOrigin& origin,
                                            const requests::v1::ReplyToRequestRequest& request,
                                            JudgedRequest* judged) {
  ASSIGN_OR_RETURN(StoredRequest stored,
                   FindForStep(reader, request.name(), request.etag(), RequestAction::kReply));
  DataRequest& row = stored.request;
  RETURN_IF_ERROR(CheckReplyFields(request));
  RETURN_IF_ERROR(CheckIsAsked(reader, world, row, request));
  // Nobody's last word is dropped, and nobody who still has to reply is refused.
  MakeRoomForReply(kMostReplies, &row);
  requests::v1::RequestReply* reply = row.add_replies();
  *reply = request.reply();
  reply->set_organisation(request.organisation());
  *reply->mutable_step() = RequestStepOf(origin, request.organisation(), "");
  requests::v1::RequestReplied fact;
  fact.set_request(row.name());
  *fact.mutable_reply() = *reply;
  judged->request = row;
  return FactOfRequestStep(
      stored.number, row, fact.SerializeAsString(), {std::move(stored.check)},
      [](DataRequest* replied) {
        return replied->mutable_replies(replied->replies_size() - 1)->mutable_step();
      });
}

}  // namespace onereturn::ingestion
