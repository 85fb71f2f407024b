// What a request asks for, as matching takes it: its organisations chosen, its periods listed.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ASK_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ASK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/period/civil_day.h"
#include "common/period/period.h"
#include "services/ingestion/domain/requests/minutes.h"

namespace onereturn::ingestion {

struct AskedDimension {
  std::string code;
  std::vector<std::string> values;  // Sorted, each once; empty: all.
  friend bool operator==(const AskedDimension&, const AskedDimension&) = default;
};

// As catalogue.v1.ItemMeaning; empty concept or measure: it has none to compare.
struct ItemMeaning {
  std::string concept_code;
  std::string measure;
  std::string population;
  std::string cut_off;
  friend bool operator==(const ItemMeaning&, const ItemMeaning&) = default;
};

struct DescribedItem {
  std::string display_name;
  ItemMeaning meaning;
  std::string unit;
  std::vector<AskedDimension> dimensions;  // In order of code.
  std::string definition_text;
};

struct AskLine {
  std::string item;  // Code; empty with `described`.
  std::optional<DescribedItem> described;
  // Of an item by its code: all its dimensions, or those of `dimensions` alone.
  bool as_held = true;
  std::vector<AskedDimension> dimensions;    // In order of code.
  std::string guidance;                      // Code; empty: none.
  std::string guidance_edition;              // Of guidance that is named, never empty.
  std::string justification;                 // Why another definition is needed; empty: not said.
  std::optional<Minutes> estimated_minutes;  // Of one figure of a new item.
};

struct Ask {
  std::vector<AskLine> lines;
  std::vector<std::string> organisations;  // ODS codes in order, each once.
  std::vector<Period> periods;             // Of one kind, in order, each once.
  std::optional<CivilDay> accepted_from;
  bool final_only = false;
  CivilDay due_date;
  bool ask_anew = false;
  std::optional<uint32_t> excepted_notice_days;  // In place of what the class of change demands.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ASK_H_
