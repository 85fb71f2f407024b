// The way of every write of the service: a repeated request gets its first answer, a new one is
// judged and proposed, and judged once more when what it was judged on has changed meanwhile.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_FACT_WRITER_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_FACT_WRITER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/digest/digest.h"
#include "common/rpc/mutation_gate.h"
#include "common/storage/store.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"

namespace onereturn::assessment {

struct WriteRequest {
  feed::v1::EntryKind kind = feed::v1::ENTRY_KIND_UNSPECIFIED;
  std::string actor;         // SPIFFE id.
  std::string organisation;  // The scope of the request id; empty at national scope.
  std::string request_id;
  Digest digest = {};  // Of the received bytes.
};

template <typename Request, typename Response>
WriteRequest WriteRequestOf(const Mutation<Request, Response>& mutation, feed::v1::EntryKind kind) {
  return {kind, mutation.call.caller.spiffe_id, mutation.call.caller.scope.organisation(),
          mutation.request.request_id(), mutation.digest};
}

// What is to be written.
struct Decision {
  std::string name;  // Resource name of what the fact is about.
  std::string fact;  // Serialised.
  std::vector<ReadCheck> read_set;
  std::function<void(const Placement& placement, WriteBatch* batch)> write;
};

struct AcceptedFact {
  feed::v1::Entry entry;
  ledger::v1::Receipt receipt;
  bool replayed = false;
};

// Thread safe. Must outlive every write.
class FactWriter {
 public:
  // nullopt: there is nothing to write. Called once or twice, on a thread that may block.
  using Judge = std::function<absl::StatusOr<std::optional<Decision>>()>;
  // Called once, on any thread; must not block. nullopt when there was nothing to write.
  using Respond = std::function<void(absl::StatusOr<std::optional<AcceptedFact>> accepted)>;
  // Runs work on a bounded pool; false when it is full.
  using Submit = std::function<bool(std::function<void()> work)>;

  FactWriter(const Store* store, Committer* committer, Submit submit)
      : store_(store), committer_(committer), submit_(std::move(submit)) {}

  // Errors, besides those of `judge` and of the committer: REQUEST_ID_REUSED; MESSAGE_TOO_LARGE for
  // a fact that the feed cannot carry. `judge` must refuse a request id that is not of the accepted
  // form.
  void Write(WriteRequest request, Judge judge, Respond respond) const;

 private:
  struct Attempt {
    WriteRequest request;
    Judge judge;
    Respond respond;
  };

  absl::StatusOr<std::optional<AcceptedFact>> Earlier(const WriteRequest& request) const;
  void Try(const std::shared_ptr<Attempt>& attempt, bool may_repeat) const;

  const Store* const store_;
  Committer* const committer_;
  const Submit submit_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_FACT_WRITER_H_
