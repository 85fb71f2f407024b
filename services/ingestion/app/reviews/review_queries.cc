#include "services/ingestion/app/reviews/review_queries.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/accepted_return.h"

namespace onereturn::ingestion {
namespace {

constexpr char kQueriesPart[] = "/queries/";

template <typename Fact>
absl::StatusOr<EntryWith<Fact>> ReviewFactAt(const Reader& reader, uint64_t sequence,
                                             feed::v1::EntryKind kind) {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, sequence));
  EntryWith<Fact> read;
  if (!read.entry.ParseFromString(bytes) || read.entry.kind() != kind ||
      !read.fact.ParseFromString(read.entry.fact())) {
    return absl::DataLossError("a stored entry is not what was kept of a review");
  }
  return read;
}

}  // namespace

absl::StatusOr<EntryWith<feed::v1::ReviewConcluded>> ConcludedAt(const Reader& reader,
                                                                 uint64_t sequence) {
  return ReviewFactAt<feed::v1::ReviewConcluded>(reader, sequence,
                                                 feed::v1::ENTRY_KIND_REVIEW_CONCLUDED);
}

absl::StatusOr<ReturnKey> ParseCanonicalReturnKey(absl::string_view name) {
  ASSIGN_OR_RETURN(ReturnKey key, ParseReturnKey(name));
  const absl::StatusOr<Period> period = Period::Parse(key.period);
  if (period.ok()) key.period = period->ToString();
  return key;
}

std::string QueryName(const QueryKey& key) {
  return absl::StrCat(ReturnName(key.key), kQueriesPart, key.commissioner, ".", key.conclusion);
}

absl::StatusOr<QueryKey> ParseQueryName(absl::string_view name) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(name, absl::MaxSplits(absl::string_view(kQueriesPart), 1));
  if (parts.size() != 2) return NotFound();
  QueryKey key;
  ASSIGN_OR_RETURN(key.key, ParseCanonicalReturnKey(parts[0]));
  const std::vector<absl::string_view> id = absl::StrSplit(parts[1], '.');
  if (id.size() != 2 || !absl::SimpleAtoi(id[1], &key.conclusion)) return NotFound();
  key.commissioner = std::string(id[0]);
  return key;
}

absl::StatusOr<PageOf<returns::v1::ReviewQuery>> ListQueries(
    const Reader& reader, const OrganisationScope& scope, const std::string& collection,
    bool unanswered, uint64_t sequence, const std::string& after, size_t limit) {
  PageOf<returns::v1::ReviewQuery> page;
  std::string last;
  size_t looked = 0;
  RETURN_IF_ERROR(VisitQueries(
      reader, scope, after,
      [&](const QueryKey& key,
          const storage::v1::ReviewQueryRecord& record) -> absl::StatusOr<bool> {
        if (page.rows.size() == limit || looked == kQueriesAPage) {
          page.after = last;
          return false;
        }
        last = QueryKeyText(key);
        ++looked;
        if (!collection.empty() && key.key.collection != collection) return true;
        if (record.asked_sequence() > sequence) return true;
        const bool answered =
            record.answered_sequences_size() > 0 && record.answered_sequences(0) <= sequence;
        if (unanswered && answered) return true;
        ASSIGN_OR_RETURN(auto row, LoadQuery(reader, key, record, sequence));
        page.rows.push_back(std::move(row));
        return true;
      }));
  return page;
}

absl::StatusOr<returns::v1::ReviewQuery> LoadQuery(const Reader& reader, const QueryKey& key,
                                                   const storage::v1::ReviewQueryRecord& record,
                                                   uint64_t sequence) {
  ASSIGN_OR_RETURN(const auto concluded, ConcludedAt(reader, record.asked_sequence()));
  returns::v1::ReviewQuery query;
  query.set_name(QueryName(key));
  query.set_organisation(key.key.organisation);
  query.set_commissioner(key.commissioner);
  query.set_collection(key.key.collection);
  query.set_period(key.key.period);
  query.set_conclusion(key.conclusion);
  for (const feed::v1::ReviewQueryAsked& asked : concluded.fact.queries()) {
    if (asked.organisation() == key.key.organisation) query.set_text(asked.text());
  }
  *query.mutable_ask_time() = ToWire(Timestamp{concluded.entry.time_micros()});
  for (const uint64_t at : record.answered_sequences()) {
    if (at > sequence) break;
    ASSIGN_OR_RETURN(const auto answered,
                     ReviewFactAt<feed::v1::ReviewQueryAnswered>(
                         reader, at, feed::v1::ENTRY_KIND_REVIEW_QUERY_ANSWERED));
    returns::v1::ReviewAnswer* answer = query.add_answers();
    answer->set_text(answered.fact.text());
    *answer->mutable_time() = ToWire(Timestamp{answered.entry.time_micros()});
    answer->set_sequence(answered.entry.sequence());
    answer->set_system(answered.entry.actor());
    answer->set_person(answered.entry.person());
  }
  return query;
}

}  // namespace onereturn::ingestion
