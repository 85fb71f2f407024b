// For tests: steps of a grant, as they stand in ingestion's feed.
#ifndef ONERETURN_COMMON_FEED_TESTING_GRANTS_H_
#define ONERETURN_COMMON_FEED_TESTING_GRANTS_H_

#include <string>

#include "common/feed/feed_consumer.h"
#include "onereturn/feed/v1/feed.pb.h"
#include "onereturn/rights/v1/rights.pb.h"

namespace onereturn {

inline constexpr char kCarl[] = "https://id.example#p-0003";

inline FeedFact FactIn(uint64_t sequence, feed::v1::EntryKind kind, const std::string& name,
                       const google::protobuf::Message& fact) {
  FeedFact one;
  one.entry.set_kind(kind);
  one.entry.set_sequence(sequence);
  one.entry.set_name(name);
  one.entry.set_fact(fact.SerializeAsString());
  return one;
}

// The one grant of these tests, to Carl: what may be submitted for QAA and those below it.
inline FeedFact GrantIn(uint64_t sequence, rights::v1::GrantState state) {
  rights::v1::GrantDecided fact;
  fact.mutable_grant()->set_name("grants/1");
  fact.mutable_grant()->set_principal(kCarl);
  fact.mutable_grant()->set_role(rights::v1::ROLE_SUBMITTER);
  fact.mutable_grant()->set_organisation("QAA");
  fact.mutable_grant()->set_reach(rights::v1::REACH_ACT_BELOW);
  fact.mutable_grant()->set_state(state);
  return FactIn(sequence, feed::v1::ENTRY_KIND_GRANT_DECIDED, "grants/1", fact);
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_TESTING_GRANTS_H_
