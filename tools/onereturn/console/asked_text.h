// What a data request asks for, and what became of what it asked, for people.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_ASKED_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_ASKED_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "onereturn/requests/v1/obligations_service.pb.h"
#include "onereturn/requests/v1/request.pb.h"

namespace onereturn::client {

// "  due        14 May 2026\n", of what is shown one below the other; "" without a value.
std::string NamedRow(absl::string_view name, absl::string_view value);

// Which figure a line asks for: "ae_over_four_hours by department (type1); guidance ae-2024 2".
std::string LineAskedText(const requests::v1::RequestLine& line);

// A row for each line of a request; of one that was issued also the item that a description became.
// Whole lines.
std::string LinesAskedText(const requests::v1::DataRequest& request);

// What became of the returns that a request made owed: "6 returns: 1 met, 4 outstanding (1
// challenged), 1 released; 4 h 40 min collected, 18 h 40 min outstanding"; "" of none.
std::string BecameText(const requests::v1::ListObligationsResponse& obligations);

// Was something asked, and all of it released before any came?
bool NothingCame(const requests::v1::ListObligationsResponse& obligations);
// Why an answer has no figure, of all that its request made owed: "No figure: nothing is held, and
// of 3 returns asked none came (2 missing, 1 withdrawn)."
std::string NoFigureText(const requests::v1::ListObligationsResponse& obligations);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_ASKED_TEXT_H_
