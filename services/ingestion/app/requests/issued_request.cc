#include "services/ingestion/app/requests/issued_request.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/enum_words.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/new_home.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/app/requests/reuse_rights.h"

namespace onereturn::ingestion {
namespace {

absl::Status NotToBeRead(const std::string& name, const std::string& why) {
  return Error(Reason::kRequestState, absl::StrCat(name, " ", why)).Precondition(name, why);
}

bool GivesFigures(requests::v1::RequestState state) {
  return state == requests::v1::REQUEST_STATE_ISSUED ||
         state == requests::v1::REQUEST_STATE_ANSWERED ||
         state == requests::v1::REQUEST_STATE_REVIEW;
}

// Issuing made items of these lines: what is asked since then are those.
void AskForNewItems(const requests::v1::DataRequest& request, Ask* ask) {
  const std::set<std::string> made(request.issue().new_items().begin(),
                                   request.issue().new_items().end());
  for (uint32_t line = 0; line < ask->lines.size(); ++line) {
    const std::string code = NewItemOfLine(request, line);
    if (made.count(code) == 0) continue;
    ask->lines[line] = AskLine();
    ask->lines[line].item = code;
  }
}

// Rights are those of each period.
absl::StatusOr<std::vector<std::string>> ReuseTermsIn(const Reader& reader,
                                                      const IssuedRequest& issued) {
  std::vector<std::string> items;
  for (uint32_t line = 0; line < issued.subjects.size(); ++line) {
    if (issued.IsAnswered(line)) items.push_back(issued.subjects[line].item);
  }
  CatalogueTime time(&reader);
  std::set<std::string> terms;
  for (const Period& period : issued.matched.ask.periods) {
    ASSIGN_OR_RETURN(const std::vector<std::string> of_period,
                     ReuseTermsOf(&time, items, issued.request.requesting_body(),
                                  issued.request.purpose(), period.start()));
    terms.insert(of_period.begin(), of_period.end());
  }
  return std::vector<std::string>(terms.begin(), terms.end());
}

}  // namespace

bool IssuedRequest::IsAnswered(uint32_t line) const {
  const LineSubject& subject = subjects[line];
  if (subject.item.empty()) return false;
  return !matched.ask.lines[line].item.empty() || subject.is_item ||
         subject.found.kind == LikenessKind::kSame || subject.found.kind == LikenessKind::kFiner;
}

absl::StatusOr<StoredRequest> FindReadable(const Reader& reader, const OrganisationScope& scope,
                                           const std::string& name, const CivilDay& today) {
  const uint64_t number = DataRequestNumber(name);
  if (number == 0) return NotFound(name);
  ASSIGN_OR_RETURN(std::optional<StoredRequest> stored, FindDataRequest(reader, number));
  if (!stored.has_value()) return NotFound(name);
  const requests::v1::DataRequest& request = stored->request;
  RETURN_IF_ERROR(CheckActsFor(reader, scope, request.requesting_body(), today));
  if (!GivesFigures(request.state())) {
    return NotToBeRead(name, absl::StrCat("is in state ", EnumWords(request.state()),
                                          ": figures are given while it is issued, answered or in "
                                          "review"));
  }
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
  AskForNewItems(request, &ask);
  for (const AskLine& line : ask.lines) {
    issued.subjects.push_back(SubjectOf(line, ask, *issued.matched.catalogue));
  }
  return issued;
}

absl::StatusOr<IssuedRequest> ReadIssued(const Reader& reader, const StoredMatching& matching,
                                         const OrganisationScope& scope, const std::string& name,
                                         const CivilDay& today, uint64_t sequence) {
  ASSIGN_OR_RETURN(const StoredRequest stored, FindReadable(reader, scope, name, today));
  if (stored.request.issued().sequence() > sequence) {
    return NotToBeRead(name, "was not issued yet at that position");
  }
  ASSIGN_OR_RETURN(IssuedRequest issued, MatchIssued(reader, matching, stored.request, sequence));
  ASSIGN_OR_RETURN(issued.reuse_terms, ReuseTermsIn(reader, issued));
  return issued;
}

}  // namespace onereturn::ingestion
