// ingestiond: construction only.
#include "common/feed/feed_service.h"
#include "common/feed/ledger_service.h"
#include "common/feed/operations_service.h"
#include "common/log/log.h"
#include "common/rpc/access_server.h"
#include "common/rpc/caller_certificate.h"
#include "common/rpc/limits.h"
#include "common/rpc/server.h"
#include "common/service/backup_server.h"
#include "common/service/foundation.h"
#include "common/service/kept_calls.h"
#include "common/service/ledger_life.h"
#include "common/service/periodic_work.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/answers/item_uses.h"
#include "services/ingestion/app/requests/answers/record_action.h"
#include "services/ingestion/app/requests/hours/item_reviews.h"
#include "services/ingestion/app/requests/hours/open_item_reviews.h"
#include "services/ingestion/app/requests/issue/issue_request.h"
#include "services/ingestion/app/requests/matching/stored_matching.h"
#include "services/ingestion/app/requests/obligations/keep_requests.h"
#include "services/ingestion/app/rights/load_rights.h"
#include "services/ingestion/app/rights/record_rights_file.h"
#include "services/ingestion/app/timetable/keep_timetable.h"
#include "services/ingestion/rpc/answers_server.h"
#include "services/ingestion/rpc/catalogue_server.h"
#include "services/ingestion/rpc/findings_server.h"
#include "services/ingestion/rpc/hours_server.h"
#include "services/ingestion/rpc/notice_server.h"
#include "services/ingestion/rpc/obligations_server.h"
#include "services/ingestion/rpc/requests_server.h"
#include "services/ingestion/rpc/returns_server.h"
#include "services/ingestion/rpc/review_server.h"
#include "services/ingestion/rpc/rights_server.h"
#include "services/ingestion/rpc/sign_off_server.h"
#include "services/ingestion/rpc/stewardship_server.h"
#include "services/ingestion/rpc/timetable_server.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr absl::Duration kUploadSweepInterval = absl::Hours(1);
// How far the end of a window may lag behind its moment.
constexpr absl::Duration kTimetableInterval = absl::Seconds(1);
// As the access log: a kill takes at most so much of who used what.
constexpr absl::Duration kUsesInterval = absl::Seconds(1);

// The service's own SPIFFE id.
absl::StatusOr<std::string> OwnId(const config::v1::ServerConfig& config) {
  ASSIGN_OR_RETURN(const std::string certificate, ReadTextFile(config.tls().certificate_file()));
  const SystemClock clock;
  ASSIGN_OR_RETURN(const CallerCertificate own, CallerCertificates(&clock).Read(certificate));
  return own.spiffe_id;
}

ChunkReader ChunksOf(const Store* store) {
  return [store](const Digest& digest) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(std::optional<std::string> chunk, FindChunk(*store, digest));
    if (!chunk.has_value()) return NotFound();
    return *std::move(chunk);
  };
}

// What is done, over one store. What it is made of must outlive it.
struct UseCases {
  UseCases(Foundation* foundation, MutationGate* gate, RightsSource* rights_source,
           const std::string& own_id)
      : store(foundation->store.get()),
        committer(foundation->committer.get()),
        rights(rights_source),
        uploads(store, committer, &foundation->clock),
        shared_uploads(&uploads, &foundation->clock),
        writer(store, committer,
               [gate](std::function<void()> work) { return gate->TrySubmit(std::move(work)); }),
        uses(store, committer, &foundation->clock),
        item_uses(store, committer, &foundation->clock),
        timetable(store, &writer, &foundation->clock, own_id),
        keep_requests(store, &writer, &foundation->clock, own_id),
        item_reviews(store, &writer, &foundation->clock, &picture, &coverage, own_id) {}

  void Follow(const std::string& bytes) const {
    feed::v1::Entry entry;
    if (entry.ParseFromString(bytes) && rights->Apply(entry).ok()) return;
    LogError("rights.not_followed");
  }
  void Sweep() const {
    const absl::Status swept = uploads.Sweep();
    if (!swept.ok()) LogWarning("uploads.sweep_failed", {{"why", swept.message()}});
  }

  // What could not be written is tried again at the next turn; why is said once.
  void TakeTurn() {
    SayOnce("timetable.not_kept", timetable.Run(), &said_of_timetable);
    SayOnce("requests.not_kept", keep_requests.Run(), &said_of_requests);
    SayOnce("item_reviews.not_kept", item_reviews.Run(), &said_of_item_reviews);
    // So that nobody who matches waits for it.
    SayOnce("coverage.not_kept", coverage.Tick(*store), &said_of_coverage);
  }
  void KeepUses() {
    SayOnce("uses.not_kept", uses.Flush(), &said_of_uses);
    SayOnce("item_uses.not_kept", item_uses.Flush(), &said_of_item_uses);
  }
  static void SayOnce(const char* event, const absl::Status& kept, std::string* said) {
    const std::string why = kept.ok() ? "" : onereturn::TextOf(kept);
    if (!why.empty() && why != *said) LogWarning(event, {{"why", why}});
    *said = why;
  }

  Store* const store;
  Committer* const committer;
  RightsSource* const rights;
  CompiledCollections collections;
  const Uploads uploads;
  SharedUploads shared_uploads;
  const FactWriter writer;
  ReturnUses uses;
  ItemUses item_uses;
  KeepTimetable timetable;
  KeepRequests keep_requests;
  CataloguePicture picture{ReadSaidForMatching};
  HeldCoverage coverage;
  OpenItemReviews item_reviews;
  std::string said_of_timetable;
  std::string said_of_requests;
  std::string said_of_item_reviews;
  std::string said_of_coverage;
  std::string said_of_uses;
  std::string said_of_item_uses;
  const SubmitReturn submit_return{committer, &writer, &collections};
  FileProgress progress;
  const SubmitFile submit_file{store, &writer, &collections, &uploads, &submit_return};
  const Define define{&writer, [this](const std::string& bytes) { Follow(bytes); }};
  const ChangeDefinitions changes{store, &writer,
                                  [this](const std::string& bytes) { Follow(bytes); }};
  const GrantRights grants{&writer, rights};
  const GiveExtension extensions{&writer, committer};
  const DelegateSignOff delegations{&writer, rights};
  const Drafts drafts{committer, &writer, &collections};
  const SignReturn sign_return{&writer, &collections};
  const ReplyToFinding replies{&writer};
  KeptRequestSums request_sums;
  const StoredMatching matching{&picture, &coverage,
                                [this] { return committer->LatestPromise().through_time; }};
  const DataRequests data_requests{store, &writer, committer, &matching};
  const IssueRequest issue_request{store, &writer, committer, &matching};
  const ChallengeObligation challenges{store, &writer, committer, &picture, &coverage};
  const RecordAction actions{store, &writer, committer, &matching};
  const SetSimplifiedMode simplified_mode{store, &writer, committer};
  const KeepItems keep_items{store, &writer};
  RecentReviews recent_reviews;
  const ConcludeReview reviews{store, &writer, &recent_reviews};
};

absl::Status Serve(const config::v1::ServerConfig& config) {
  ASSIGN_OR_RETURN(const config::v1::RightsFile rights_file, ReadRightsFile(config));
  ASSIGN_OR_RETURN(Rights configured, Rights::FromProto(rights_file));
  ASSIGN_OR_RETURN(const std::string own_id, OwnId(config));
  ASSIGN_OR_RETURN(std::unique_ptr<Foundation> foundation,
                   LayFoundation(config, "ingestion", Families()));
  Store* const store = foundation->store.get();
  Committer* const committer = foundation->committer.get();
  const auto rights = std::make_shared<RightsSource>(std::move(configured));
  RETURN_IF_ERROR(LoadRights(*store, rights.get()));
  ASSIGN_OR_RETURN(const KeptCalls kept, KeepCalls(config, &foundation->clock));
  const std::vector<const google::protobuf::ServiceDescriptor*> described = {
      ServiceDescriptor<returns::v1::ReturnsService>(),
      ServiceDescriptor<returns::v1::FindingsService>(),
      ServiceDescriptor<returns::v1::NoticeService>(),
      ServiceDescriptor<returns::v1::SignOffService>(),
      ServiceDescriptor<returns::v1::ReviewService>(),
      ServiceDescriptor<rights::v1::RightsService>(),
      ServiceDescriptor<timetable::v1::TimetableService>(),
      ServiceDescriptor<catalogue::v1::CatalogueService>(),
      ServiceDescriptor<catalogue::v1::StewardshipService>(),
      ServiceDescriptor<requests::v1::RequestsService>(),
      ServiceDescriptor<requests::v1::ObligationsService>(),
      ServiceDescriptor<requests::v1::AnswersService>(),
      ServiceDescriptor<requests::v1::HoursService>()};
  ASSIGN_OR_RETURN(const std::unique_ptr<Guard> guard,
                   MakeGuard(config, kept, rights, &foundation->clock, described));
  MutationGate gate(guard.get(), MutationLimits::FromConfig(config));
  const PageTokens pages = PageTokens::Random();
  UseCases use(foundation.get(), &gate, rights.get(), own_id);
  RETURN_IF_ERROR(use.shared_uploads.Load(*store));
  RETURN_IF_ERROR(RecordRightsFile(rights_file, own_id, *store, use.writer).status());
  // Before the first call: what fell due while the service was down is so for it.
  use.TakeTurn();
  const PeriodicWork scheduler(kTimetableInterval, [&use] { use.TakeTurn(); });
  const PeriodicWork sweep(kUploadSweepInterval, [&use] { use.Sweep(); });
  const PeriodicWork use_keeper(kUsesInterval, [&use] { use.KeepUses(); });
  Places watches(limits::kOtherWatchers, 0, limits::kWatchersACaller);

  const IngestionParts parts{guard.get(),
                             &gate,
                             &pages,
                             store,
                             committer,
                             &use.collections,
                             &use.shared_uploads,
                             &use.submit_return,
                             &use.submit_file,
                             &use.progress,
                             &use.uses,
                             &watches};
  ReturnsServer returns_server(parts);
  FindingsServer findings_server(parts, &use.replies);
  NoticeServer notice_server(parts);
  CatalogueServer catalogue_server(parts, &use.define);
  StewardshipServer stewardship_server(parts, &use.define, &use.changes);
  SignOffServer sign_off_server(parts, &use.drafts, &use.sign_return);
  ReviewServer review_server(parts, &use.reviews, &use.recent_reviews);
  RightsServer rights_server(parts, &use.grants, &use.delegations, rights);
  TimetableServer timetable_server(parts, &use.define, &use.extensions);
  RequestsServer requests_server(parts, &use.define, &use.data_requests, &use.issue_request);
  ObligationsServer obligations_server(parts, &use.challenges, &use.simplified_mode);
  AnswersServer answers_server(
      parts, AnswerParts{store, committer, &use.matching, &use.uses, &use.item_uses}, &use.actions);
  HoursServer hours_server(parts, &use.picture, &use.coverage, &use.request_sums, &use.keep_items);
  const ChunkReader chunks = ChunksOf(store);
  // Ingestion calls nobody: others leave their heads here.
  ASSIGN_OR_RETURN(const std::unique_ptr<LedgerLife> life,
                   LedgerLife::Create(config, foundation.get(), {}, chunks));
  PlainOperationsServer operations_server(guard.get(), committer, store, life->seams());
  BackupServer backup_server(guard.get(), foundation->backups.get());
  AccessServer access_server(guard.get(), kept.access_log.get());
  LedgerServer ledger_server(guard.get(), store, committer, life->seams());
  FeedServer feed_server(guard.get(), store, committer, chunks, life->seams().standing);
  const std::vector<grpc::Service*> services = {
      &returns_server,   &findings_server,   &notice_server,      &sign_off_server,
      &review_server,    &catalogue_server,  &stewardship_server, &rights_server,
      &timetable_server, &operations_server, &backup_server,      &ledger_server,
      &feed_server,      &access_server,     &requests_server,    &obligations_server,
      &answers_server,   &hours_server};
  ASSIGN_OR_RETURN(const std::unique_ptr<Server> server, Server::Start(config, services));
  const auto end_waits = [&] {
    feed_server.Drain();
    timetable_server.Drain();
    returns_server.DrainWatches();
    notice_server.Drain();
    answers_server.Drain();
    committer->WakeWaiters();
  };
  life->Begin([&](const absl::Status& why) {
    guard->RefuseAll(why);
    server->SayNotServing();
    end_waits();
  });
  WaitForStopSignal();
  life->End();
  server->Drain(end_waits);
  returns_server.Drain();
  gate.Drain();
  if (const absl::Status kept_uses = use.uses.Flush(); !kept_uses.ok()) {
    LogWarning("uses.lost", {{"why", onereturn::TextOf(kept_uses)}});
  }
  if (const absl::Status kept_uses = use.item_uses.Flush(); !kept_uses.ok()) {
    LogWarning("item_uses.lost", {{"why", onereturn::TextOf(kept_uses)}});
  }
  committer->Stop();
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn::ingestion

int main(int argument_count, char** arguments) {
  return onereturn::RunService(argument_count, arguments, onereturn::ingestion::Serve);
}
