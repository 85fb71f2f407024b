#include "services/ingestion/app/requests/answers/issued_request.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/enum_words.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/app/requests/reuse_rights.h"
#include "services/ingestion/domain/requests/finer_views.h"
#include "services/ingestion/domain/requests/likeness.h"

namespace onereturn::ingestion {
namespace {

const char* RemedyIn(requests::v1::RequestState state) {
  switch (state) {
    case requests::v1::REQUEST_STATE_ENDED:
      return "It has ended: register another one for what is still needed.";
    case requests::v1::REQUEST_STATE_REFUSED:
      return "It was refused: draft it anew, with what its refusal asks for.";
    default:
      return "It is answered once it has been issued: its state says which step is next.";
  }
}

absl::Status NotToBeRead(const requests::v1::DataRequest& request) {
  const std::string why =
      absl::StrCat("is in state ", EnumWords(request.state()),
                   ": figures are given while it is issued, answered or in review");
  return Error(Reason::kRequestState, absl::StrCat(request.name(), " ", why))
      .Precondition(request.name(), why)
      .Remedy(RemedyIn(request.state()));
}

bool GivesFigures(requests::v1::RequestState state) {
  return state == requests::v1::REQUEST_STATE_ISSUED ||
         state == requests::v1::REQUEST_STATE_ANSWERED ||
         state == requests::v1::REQUEST_STATE_REVIEW;
}

// What a description asks of the item that it is: its own dimensions, as the item spells them for
// the last period in which it has them.
AskLine DescriptionOfItem(const DescribedItem& described, const std::string& item, const Ask& ask,
                          const KnownCatalogue& catalogue) {
  AskLine line;
  line.item = item;
  line.as_held = false;
  line.dimensions = described.dimensions;
  for (const Period& period : ask.periods) {
    const KnownItem* known = ItemOn(catalogue, item, period.start());
    if (known == nullptr) continue;
    auto as_held = DimensionsAsHeld(described, *known, catalogue);
    if (as_held.has_value()) line.dimensions = *std::move(as_held);
  }
  return line;
}

// Of the finer view that the line was, what is asked of the item that it names.
AskLine AskForView(AskLine line, const std::string& view, const Ask& ask,
                   const KnownCatalogue& catalogue) {
  const KnownItem* named = nullptr;
  for (const Period& period : ask.periods) {
    if (named == nullptr) named = ItemOn(catalogue, line.item, period.start());
  }
  if (line.as_held && named != nullptr) line.dimensions = AllDimensions(*named);
  line.as_held = false;
  line.item = view;
  return line;
}

// What is asked since the issue is the item that each line became then, whatever a description
// would be taken for today.
void AskForWhatLinesBecame(const requests::v1::IssueStatement& issue,
                           const KnownCatalogue& catalogue, Ask* ask) {
  const std::set<std::string> made(issue.new_items().begin(), issue.new_items().end());
  for (int i = 0; i < issue.line_items_size(); ++i) {
    AskLine& line = ask->lines[static_cast<size_t>(i)];
    const std::string& item = issue.line_items(i);
    if (made.count(item) > 0) {
      line = AskLine();
      line.item = item;
    } else if (line.described.has_value() && !item.empty()) {
      line = DescriptionOfItem(*line.described, item, *ask, catalogue);
    } else if (!item.empty() && line.item != item) {
      line = AskForView(line, item, *ask, catalogue);
    }
  }
}

absl::StatusOr<std::vector<std::string>> TermsOf(const Reader& reader,
                                                 const IssuedRequest& issued) {
  std::vector<std::string> items;
  for (uint32_t line = 0; line < issued.subjects.size(); ++line) {
    if (issued.IsAnswered(line)) items.push_back(issued.subjects[line].item);
  }
  CatalogueTime time(&reader);
  return ReuseTermsIn(&time, items, issued.request.requesting_body(), issued.request.purpose(),
                      issued.matched.ask.periods);
}

}  // namespace

bool IssuedRequest::IsAnswered(uint32_t line) const {
  const LineSubject& subject = subjects[line];
  if (subject.item.empty()) return false;
  return !matched.ask.lines[line].described.has_value();
}

absl::StatusOr<StoredRequest> FindReadable(const Reader& reader, const OrganisationScope& scope,
                                           const std::string& name, const CivilDay& today) {
  const uint64_t number = DataRequestNumber(name);
  if (number == 0) return NotFound(name);
  ASSIGN_OR_RETURN(std::optional<StoredRequest> stored, FindDataRequest(reader, number));
  if (!stored.has_value()) return NotFound(name);
  const requests::v1::DataRequest& request = stored->request;
  RETURN_IF_ERROR(CheckActsFor(reader, scope, request.requesting_body(), today));
  if (!GivesFigures(request.state())) return NotToBeRead(request);
  return *std::move(stored);
}

absl::StatusOr<IssuedRequest> MatchIssued(const Reader& reader, const StoredMatching& matching,
                                          const requests::v1::DataRequest& request,
                                          uint64_t sequence) {
  IssuedRequest issued;
  issued.request = request;
  ASSIGN_OR_RETURN(issued.matched, matching.Read(reader, request, sequence));
  Ask& ask = issued.matched.ask;
  ask.organisations.assign(request.issue().organisations().begin(),
                           request.issue().organisations().end());
  AskForWhatLinesBecame(request.issue(), *issued.matched.catalogue, &ask);
  issued.subjects = SubjectsOf(ask, *issued.matched.catalogue);
  return issued;
}

absl::StatusOr<IssuedRequest> ReadIssued(const Reader& reader, const StoredMatching& matching,
                                         const OrganisationScope& scope, const std::string& name,
                                         const CivilDay& today, uint64_t sequence) {
  ASSIGN_OR_RETURN(const StoredRequest stored, FindReadable(reader, scope, name, today));
  if (stored.request.issued().sequence() > sequence) {
    const std::string why = "was not issued yet at that position";
    return Error(Reason::kRequestState, absl::StrCat(name, " ", why))
        .Precondition(name, why)
        .Remedy("Read it as of a position or time after its issue.");
  }
  ASSIGN_OR_RETURN(IssuedRequest issued, MatchIssued(reader, matching, stored.request, sequence));
  ASSIGN_OR_RETURN(issued.reuse_terms, TermsOf(reader, issued));
  return issued;
}

}  // namespace onereturn::ingestion
