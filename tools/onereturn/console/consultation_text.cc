#include "tools/onereturn/console/consultation_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/period/civil_day.h"
#include "onereturn/catalogue/v1/stewardship.pb.h"
#include "services/ingestion/definitions/relationships.h"
#include "tools/onereturn/console/match_text.h"
#include "tools/onereturn/console/request_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using requests::v1::DataRequest;

constexpr char kConsult[] = "onereturn request consult ";

// What was said of the draft as it is now.
struct RepliesOfDraft {
  std::set<std::string> replied;
  std::set<std::string> filtered;
  std::set<std::string> objecting;  // As a region.
};

RepliesOfDraft RepliesOf(const DataRequest& request) {
  RepliesOfDraft said;
  for (const requests::v1::RequestReply& reply : request.replies()) {
    if (reply.step().sequence() < request.drafted().sequence()) continue;
    said.replied.insert(reply.organisation());
    if (!reply.regional_filter()) continue;
    said.filtered.insert(reply.organisation());
    if (reply.opinion() == catalogue::v1::OPINION_OBJECT) {
      said.objecting.insert(reply.organisation());
    } else if (reply.opinion() == catalogue::v1::OPINION_AGREE) {
      said.objecting.erase(reply.organisation());
    }
  }
  return said;
}

std::string ReplyLine(const std::string& reference, const std::string& organisation,
                      const std::string& as_what, const char* more) {
  return absl::StrCat("Awaited: ", Printable(organisation), as_what,
                      ":\n  onereturn request reply ", reference, " --organisation ",
                      Printable(organisation), " --opinion agree", more, "\n");
}

// Of everybody who has not replied; "" of nobody.
std::string RepliesAwaited(const DataRequest& request, const FilteringRegions& regions) {
  const RepliesOfDraft said = RepliesOf(request);
  const std::string reference = ReferenceOf(request.name());
  std::string text;
  for (const std::string& consultee : request.consultees()) {
    // A region that replies as a filter has replied for itself too.
    const bool filters = regions.count(consultee) > 0 && said.filtered.count(consultee) == 0;
    if (said.replied.count(consultee) > 0 || filters) continue;
    absl::StrAppend(&text, ReplyLine(reference, consultee, "", ""));
  }
  for (const auto& [region, organisations] : regions) {
    if (said.filtered.count(region) > 0) continue;
    absl::StrAppend(&text,
                    ReplyLine(reference, region,
                              absl::StrCat(" (region of ", Printable(FirstFew(organisations)), ")"),
                              " --regional-filter"));
  }
  return text;
}

std::string ApproveText(const DataRequest& request) {
  const std::string reference = ReferenceOf(request.name());
  std::string text =
      absl::StrCat("Next, by a steward of another body: onereturn request show ", reference,
                   ", then\n  onereturn request approve ", reference, " --reason TEXT\n");
  const std::set<std::string> objecting = RepliesOf(request).objecting;
  if (!objecting.empty()) {
    const std::string regions = Printable(absl::StrJoin(objecting, ", "));
    absl::StrAppend(&text, regions, objecting.size() == 1 ? " objects" : " object",
                    " as the region: to approve all the same, name ", regions,
                    " in the reason and say why\n");
  }
  return text;
}

}  // namespace

std::set<std::string> AskedAnew(const requests::v1::Match& match) {
  std::set<std::string> asked;
  for (const requests::v1::Gap& gap : match.gaps()) {
    if (!gap.awaited()) asked.insert(gap.organisations().begin(), gap.organisations().end());
  }
  return asked;
}

FilteringRegions RegionsThatFilter(const std::vector<catalogue::v1::Organisation>& organisations,
                                   const std::set<std::string>& asked, const std::string& day) {
  FilteringRegions regions;
  const absl::StatusOr<CivilDay> on = CivilDay::Parse(day);
  if (!on.ok()) return regions;
  for (const catalogue::v1::Organisation& one : organisations) {
    if (asked.count(one.code()) == 0) continue;
    std::set<std::string> all;
    std::set<std::string> leading;
    for (const catalogue::v1::Relationship& tie : one.relationships()) {
      if (tie.kind() != catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_REGION ||
          !ingestion::IsInForce(tie, *on)) {
        continue;
      }
      all.insert(tie.parent());
      if (tie.lead()) leading.insert(tie.parent());
    }
    for (const std::string& region : leading.empty() ? all : leading) {
      regions[region].push_back(one.code());
    }
  }
  return regions;
}

std::string AwaitedText(const DataRequest& request, const FilteringRegions& regions) {
  if (request.state() != requests::v1::REQUEST_STATE_MATCHED) return "";
  const std::string awaited = RepliesAwaited(request, regions);
  const std::string close = absl::StrCat(kConsult, ReferenceOf(request.name()), " --close");
  if (awaited.empty()) return absl::StrCat("To close it: ", close, "\n");
  return absl::StrCat(awaited, "To close it without them:\n  ", close,
                      " --without-all-replies --reason TEXT\n");
}

std::string NextStepText(const DataRequest& request, const FilteringRegions& regions) {
  const std::string reference = ReferenceOf(request.name());
  switch (request.state()) {
    case requests::v1::REQUEST_STATE_DRAFT:
      return absl::StrCat("Next: onereturn request match ", reference, "\n");
    case requests::v1::REQUEST_STATE_MATCHED:
      return RepliesAwaited(request, regions).empty()
                 ? absl::StrCat("Next: ", kConsult, reference, " --close\n")
                 : AwaitedText(request, regions);
    case requests::v1::REQUEST_STATE_CONSULTED:
      return ApproveText(request);
    case requests::v1::REQUEST_STATE_APPROVED:
      return absl::StrCat("Next, by who asks: onereturn request issue ", reference, "\n");
    default:
      return "";
  }
}

}  // namespace onereturn::client
