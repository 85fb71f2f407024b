// The figures of an answer to a data request, as rows of a file.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_ANSWER_ROWS_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_ANSWER_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "onereturn/requests/v1/answers_service.pb.h"

namespace onereturn::client {

// Names of the columns of AnswerRow.
std::vector<std::string> AnswerHeader();

// Numbers are plain digits without thousands; a ratio stands as its quotient with six digits after
// the point, and exactly beside it. Where there is no number, `reason` says why: a null's reason,
// ZERO_DENOMINATOR, "SUPPRESSED {rule}", or NOT_HELD; a suppressed value is in no column.
// Dimensions are "code=value", by blanks; revisions are names, by blanks, the first 20.
std::vector<std::string> AnswerRow(const requests::v1::AnswerCell& cell);

// "provider hours: 0; 4,866 figures from 4,866 returns; receipt sequence 5,012, verified".
// `proof`: what checking the receipt came to.
std::string AnswerSentence(const requests::v1::AnswerEnd& end, const absl::Status& proof);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_ANSWER_ROWS_H_
