// What is held of a data request, and what the rest would cost, for people.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_MATCH_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_MATCH_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/requests/v1/appraisal.pb.h"
#include "onereturn/requests/v1/match.pb.h"
#include "onereturn/requests/v1/request.pb.h"

namespace onereturn::client {

// "37 of 40 items held, 2 derivable, 1 new"; where not every return is held that is needed, how
// many are, and how many figures are older than was asked: "0 of 5 items held (4,866 of 5,088
// returns)".
std::string HeldSentence(const requests::v1::MatchSummary& summary);

// "37 of 40 items held, 2 derivable, 1 new; 93 h avoided (about £2,790); earliest due date 14 May
// 2026". The earliest date is that on which the last of the gap is due; where nothing is asked, it
// says so. Pounds stand there where `pence` are known.
std::string MatchSentence(const requests::v1::MatchSummary& summary, uint64_t pence = 0);

// "12 h 30 min would be asked of 3 organisations (new items: 84 days of notice).", and how many
// lines are held in part; "" where neither is so.
std::string AskedSentence(const requests::v1::Match& match, uint64_t pence = 0);

// The first of `codes`, and how many more: "RA4, RA7, RA9 and 4 more".
std::string FirstFew(const std::vector<std::string>& codes);

// Collections that are asked, by code: their frames say whom they ever named.
using HomeCollections = std::map<std::string, catalogue::v1::Collection>;

struct MatchTextOptions {
  HomeCollections homes;
  size_t width = 0;     // Of the terminal; 0: as wide as it needs.
  bool hours = false;   // Also the hours of each organisation.
  bool lenses = false;  // Also the minutes of each lens.
};

// The sentences, a table of the lines, why something is not held as it is asked, the concerns with
// what to do, the warnings, the gap by collection and period, and how many of the returns that are
// asked anew the frames of their homes do not name: of a collection that is not among the homes
// none is told. `request` names what its described lines are; it may be empty.
std::string MatchText(const requests::v1::Match& match, const requests::v1::DataRequest& request,
                      const requests::v1::Appraisal& appraisal, const MatchTextOptions& options);

// Why something is not held as it is asked, what is still to be looked at, with what to do, and
// what is missing: whole lines; "" of nothing.
std::string OpenText(const requests::v1::Match& match, const requests::v1::DataRequest& request,
                     const HomeCollections& homes, size_t width);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_MATCH_TEXT_H_
