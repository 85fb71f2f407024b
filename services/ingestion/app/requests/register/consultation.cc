#include "services/ingestion/app/requests/register/consultation.h"

#include <optional>
#include <tuple>
#include <utility>

#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/definitions/relationships.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

// The leading one; of shares without a lead every one.
std::set<std::string> RegionsOf(const catalogue::v1::Organisation& provider, const CivilDay& day) {
  std::set<std::string> leading;
  std::set<std::string> all;
  for (const auto& tie : provider.relationships()) {
    if (tie.kind() != catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_REGION || !IsInForce(tie, day)) {
      continue;
    }
    all.insert(tie.parent());
    if (tie.lead()) leading.insert(tie.parent());
  }
  return leading.empty() ? all : leading;
}

}  // namespace

absl::StatusOr<std::set<std::string>> FilteringRegions(const Reader& reader,
                                                       const requests::v1::Match& match,
                                                       const CivilDay& day) {
  std::set<std::string> asked;
  for (const requests::v1::Gap& gap : match.gaps()) {
    if (!gap.awaited()) asked.insert(gap.organisations().begin(), gap.organisations().end());
  }
  std::set<std::string> regions;
  for (const std::string& code : asked) {
    ASSIGN_OR_RETURN(const std::optional<catalogue::v1::Organisation> provider,
                     FindOrganisation(reader, code, kNewest));
    if (provider.has_value()) regions.merge(RegionsOf(*provider, day));
  }
  return regions;
}

void MakeRoomForReply(int most, requests::v1::DataRequest* request) {
  if (request->replies_size() < most) return;
  // Who spoke, as what, and whether it was an opinion: from the newest on.
  std::set<std::tuple<std::string, bool, bool>> later;
  std::vector<bool> counts(static_cast<size_t>(request->replies_size()));
  for (int i = request->replies_size() - 1; i >= 0; --i) {
    const requests::v1::RequestReply& reply = request->replies(i);
    if (reply.step().sequence() < request->drafted().sequence()) continue;
    const bool says = reply.opinion() != catalogue::v1::OPINION_COMMENT;
    const bool last = later.insert({reply.organisation(), reply.regional_filter(), false}).second;
    const bool last_opinion =
        says && later.insert({reply.organisation(), reply.regional_filter(), true}).second;
    counts[static_cast<size_t>(i)] = last || last_opinion;
  }
  int surplus = request->replies_size() - most + 1;
  google::protobuf::RepeatedPtrField<requests::v1::RequestReply> kept;
  for (int i = 0; i < request->replies_size(); ++i) {
    if (surplus > 0 && !counts[static_cast<size_t>(i)]) {
      --surplus;
    } else {
      *kept.Add() = std::move(*request->mutable_replies(i));
    }
  }
  request->mutable_replies()->Swap(&kept);
}

Replies::Replies(const requests::v1::DataRequest& request) {
  for (const requests::v1::RequestReply& reply : request.replies()) {
    if (reply.step().sequence() < request.drafted().sequence()) continue;
    replied_.insert(reply.organisation());
    if (!reply.regional_filter()) continue;
    filtered_.insert(reply.organisation());
    if (reply.opinion() == catalogue::v1::OPINION_OBJECT) {
      objecting_.insert(reply.organisation());
    } else if (reply.opinion() == catalogue::v1::OPINION_AGREE) {
      objecting_.erase(reply.organisation());
    }
  }
}

}  // namespace onereturn::ingestion
