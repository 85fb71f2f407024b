// Giving the figures of a request that was issued, as they are held at a position.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_READ_ANSWER_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_READ_ANSWER_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/commit/committer.h"
#include "common/feed/read_position.h"
#include "common/identity/organisation_scope.h"
#include "common/storage/store.h"
#include "onereturn/requests/v1/answers_service.pb.h"
#include "services/ingestion/app/requests/answers/issued_request.h"
#include "services/ingestion/app/requests/answers/item_uses.h"
#include "services/ingestion/app/requests/matching/stored_matching.h"
#include "services/ingestion/app/returns/return_uses.h"
#include "services/ingestion/domain/requests/answer.h"

namespace onereturn::ingestion {

// What answers are read from, and where reading is noted. All must outlive what uses it.
struct AnswerParts {
  const Store* store = nullptr;
  const Committer* committer = nullptr;
  const StoredMatching* matching = nullptr;
  ReturnUses* uses = nullptr;
  ItemUses* item_uses = nullptr;
};

struct AnswerReader {
  OrganisationScope scope;
  std::optional<std::string> body;  // As BodyOf of app/returns/return_uses.h.
};

// Gives one message; an error ends the answer.
using GiveAnswer = absl::FunctionRef<absl::Status(const requests::v1::StreamAnswerResponse&)>;

// Puts cells into messages of at most some 256 KiB, and notes who read what before it is given.
class AnswerMessages {
 public:
  AnswerMessages(const AnswerParts& parts, const AnswerReader& reader, const IssuedRequest& issued,
                 GiveAnswer give)
      : parts_(parts), reader_(reader), issued_(issued), give_(give) {}

  absl::Status Add(uint32_t line, const FigureSource& source,
                   std::vector<requests::v1::AnswerCell> cells);
  // What is left, also where it is nothing but `last`.
  absl::Status Finish(requests::v1::StreamAnswerResponse last);

  // Of all that was added.
  uint64_t cells() const { return cells_; }
  std::vector<AnswerSource> Sources() const;

 private:
  void Note(uint32_t line, const FigureSource& source);

  const AnswerParts parts_;
  const AnswerReader& reader_;
  const IssuedRequest& issued_;
  const GiveAnswer give_;
  requests::v1::StreamAnswerResponse next_;
  size_t bytes_ = 0;  // Of next_, about.
  uint64_t cells_ = 0;
  std::map<PartKey, const HeldRevision*> sources_;
  std::set<std::string> noted_items_;
};

// All figures, by period, line and organisation (AnswerFigures::Visit), and the end. Errors: those
// of ReadIssued, of EvaluateTogether, and of `give`.
absl::Status ReadAnswer(const AnswerParts& parts, const AnswerReader& reader,
                        const std::string& name, const ReadPlace& place, GiveAnswer give);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_READ_ANSWER_H_
