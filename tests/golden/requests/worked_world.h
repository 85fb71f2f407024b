// The state of things in which a worked request is matched: the catalogue of deploy/england and
// what the request says is held.
#ifndef ONERETURN_TESTS_GOLDEN_REQUESTS_WORKED_WORLD_H_
#define ONERETURN_TESTS_GOLDEN_REQUESTS_WORKED_WORLD_H_

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "common/cells/cell.h"
#include "services/ingestion/domain/requests/answer.h"
#include "services/ingestion/domain/requests/match.h"
#include "worked_request.pb.h"

namespace onereturn::ingestion {

struct WorkedWorld {
  KnownCatalogue catalogue;
  Coverage coverage;
  CivilDay today;
  Ask ask;
  std::map<std::string, DisclosureRule> disclosures;  // By item; without one: shown as it is.
  std::map<PartKey, std::vector<Cell>> cells;

  // The world must outlive it.
  MatchWorld ForMatching() const;

  // Items, by part, and when an earlier request has them due.
  std::map<PartKey, std::map<std::string, Timestamp>> owed;
};

// INVALID_ARGUMENT names what cannot be read.
absl::StatusOr<WorkedWorld> WorldOf(const testing::v1::WorkedRequest& worked);

// The figures of one line (from 0), organisation and period; empty where nothing is held that
// serves. `item`: which the line is, by the match.
absl::StatusOr<std::vector<AnswerFigure>> FiguresOf(const WorkedWorld& world, uint32_t line,
                                                    const std::string& item,
                                                    const std::string& organisation,
                                                    const Period& period);

// Reads a file of text protobuf below the source folder.
absl::Status ReadText(const std::string& path, google::protobuf::Message* message);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_TESTS_GOLDEN_REQUESTS_WORKED_WORLD_H_
