#include "services/ingestion/definitions/request_match.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <set>
#include <string>
#include <utility>

#include "common/base/check.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/domain/requests/due_moment.h"

namespace onereturn::ingestion {
namespace {

uint64_t TriplesOf(const LineMatch& line, CoverageClass coverage) {
  return line.triples[static_cast<size_t>(coverage)];
}

requests::v1::LineMatch MessageOfLine(const LineMatch& line, uint32_t number) {
  requests::v1::LineMatch message;
  message.set_line(number);
  message.set_item(line.item);
  message.set_exact(TriplesOf(line, CoverageClass::kExact));
  message.set_rollup(TriplesOf(line, CoverageClass::kRollup));
  message.set_derivable(TriplesOf(line, CoverageClass::kDerivable));
  message.set_fresher(TriplesOf(line, CoverageClass::kFresher));
  message.set_finer(TriplesOf(line, CoverageClass::kFiner));
  message.set_new_triples(TriplesOf(line, CoverageClass::kNew));
  message.set_subset(line.subset);
  message.set_source(line.source);
  return message;
}

template <typename Periods>
void AddPeriods(const std::vector<Period>& periods, Periods* texts) {
  for (const Period& period : periods) texts->Add(period.ToString());
}

requests::v1::MatchBlock MessageOfBlock(const MatchBlock& block) {
  requests::v1::MatchBlock message;
  message.set_line(block.line + 1);
  message.set_coverage(static_cast<requests::v1::CoverageClass>(block.coverage));
  message.mutable_organisations()->Assign(block.organisations.begin(), block.organisations.end());
  AddPeriods(block.periods, message.mutable_periods());
  message.set_collection(block.collection);
  message.set_words(block.words);
  message.set_parts(block.parts);
  message.set_parts_held(block.parts_held);
  return message;
}

requests::v1::Concern MessageOfConcern(const Concern& concern) {
  requests::v1::Concern message;
  message.set_kind(static_cast<requests::v1::ConcernKind>(concern.kind));
  if (concern.line.has_value()) message.set_line(*concern.line + 1);
  message.set_about(concern.about);
  message.set_words(concern.words);
  message.set_likeness(concern.likeness);
  return message;
}

requests::v1::Gap MessageOfGap(const Gap& gap) {
  requests::v1::Gap message;
  message.set_collection(gap.collection);
  message.mutable_items()->Assign(gap.items.begin(), gap.items.end());
  message.mutable_organisations()->Assign(gap.organisations.begin(), gap.organisations.end());
  AddPeriods(gap.periods, message.mutable_periods());
  message.set_due_date(DueDayOf(gap.due).ToString());
  message.set_awaited(gap.awaited);
  return message;
}

// A line whose every triple, and every part of it, is held.
bool IsHeld(const LineMatch& line) {
  return !line.subset && TriplesOf(line, CoverageClass::kFiner) == 0 &&
         TriplesOf(line, CoverageClass::kNew) == 0;
}

// A line that is no item, or of which some would be collected anew.
bool IsNew(const LineMatch& line) { return !line.is_item || !line.new_figure.empty(); }

requests::v1::MatchSummary SummaryOf(const MatchResult& result, const Ask& ask) {
  requests::v1::MatchSummary summary;
  uint64_t triples[kCoverageClassCount + 1] = {};
  for (const LineMatch& line : result.lines) {
    for (size_t i = 0; i <= kCoverageClassCount; ++i) triples[i] += line.triples[i];
    if (IsNew(line)) summary.set_lines_new(summary.lines_new() + 1);
    if (!IsHeld(line)) continue;
    summary.set_lines_held(summary.lines_held() + 1);
    if (TriplesOf(line, CoverageClass::kDerivable) > 0) {
      summary.set_lines_derivable(summary.lines_derivable() + 1);
    }
  }
  const auto of = [&triples](CoverageClass one) { return triples[static_cast<size_t>(one)]; };
  summary.set_triples(ask.lines.size() * ask.organisations.size() * ask.periods.size());
  summary.set_exact(of(CoverageClass::kExact));
  summary.set_rollup(of(CoverageClass::kRollup));
  summary.set_derivable(of(CoverageClass::kDerivable));
  summary.set_fresher(of(CoverageClass::kFresher));
  summary.set_finer(of(CoverageClass::kFiner));
  summary.set_new_triples(of(CoverageClass::kNew));
  summary.set_lines(static_cast<uint32_t>(result.lines.size()));
  summary.set_parts(result.parts);
  summary.set_parts_held(result.parts_held);
  OrganisationPrice price;
  for (const auto& [organisation, one] : result.prices) {
    price.avoided += one.avoided;
    price.outstanding += one.outstanding;
  }
  *summary.mutable_avoided() = MessageOf(price.avoided);
  *summary.mutable_outstanding() = MessageOf(price.outstanding);
  summary.set_change_class(static_cast<requests::v1::ChangeClass>(result.change_class));
  summary.set_notice_days(result.notice_days);
  if (result.last_due.has_value()) summary.set_last_due_date(result.last_due->ToString());
  std::set<ConcernKind> kinds;
  for (const Concern& concern : result.concerns) kinds.insert(concern.kind);
  for (const ConcernKind kind : kinds) {
    summary.add_concerns(static_cast<requests::v1::ConcernKind>(kind));
  }
  return summary;
}

}  // namespace

requests::v1::Match MessageOf(const MatchResult& result, const Ask& ask, uint64_t sequence) {
  requests::v1::Match match;
  *match.mutable_summary() = SummaryOf(result, ask);
  for (size_t i = 0; i < result.lines.size(); ++i) {
    *match.add_lines() = MessageOfLine(result.lines[i], static_cast<uint32_t>(i + 1));
  }
  for (const MatchBlock& block : result.blocks) *match.add_blocks() = MessageOfBlock(block);
  for (const Concern& concern : result.concerns) *match.add_concerns() = MessageOfConcern(concern);
  for (const Gap& gap : result.gaps) *match.add_gaps() = MessageOfGap(gap);
  for (const auto& [organisation, price] : result.prices) {
    requests::v1::OrganisationPrice* added = match.add_prices();
    added->set_organisation(organisation);
    *added->mutable_avoided() = MessageOf(price.avoided);
    *added->mutable_outstanding() = MessageOf(price.outstanding);
  }
  const Digest digest = DigestOf(match);
  match.mutable_summary()->set_digest(std::string(DigestBytes(digest)));
  match.mutable_summary()->set_sequence(sequence);
  return match;
}

Digest DigestOf(requests::v1::Match match) {
  match.mutable_summary()->clear_sequence();
  match.mutable_summary()->clear_digest();
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    ONERETURN_CHECK(match.SerializeToCodedStream(&coded));
  }
  return Sha256(bytes);
}

}  // namespace onereturn::ingestion
