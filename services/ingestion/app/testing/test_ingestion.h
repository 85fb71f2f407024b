// For tests: ingestion's use cases over a store in memory with a real committer, and the catalogue
// of deploy/england.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TESTING_TEST_INGESTION_H_
#define ONERETURN_SERVICES_INGESTION_APP_TESTING_TEST_INGESTION_H_

#include <google/protobuf/text_format.h>

#include <fstream>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/cells/cell_chunk.h"
#include "common/commit/journal.h"
#include "common/ledger/testing_keys.h"
#include "onereturn/config/v1/definitions.pb.h"
#include "services/ingestion/app/catalogue/define.h"
#include "services/ingestion/app/files/submit_file.h"
#include "services/ingestion/app/files/uploads.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/drafts.h"
#include "services/ingestion/app/returns/sign_return.h"
#include "services/ingestion/app/returns/submit_return.h"
#include "services/ingestion/app/timetable/give_extension.h"
#include "services/ingestion/app/timetable/keep_timetable.h"
#include "services/ingestion/domain/testing/ae_collection.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {

inline constexpr char kLoader[] = "spiffe://onereturn.example/loader";

inline std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  ONERETURN_CHECK(file.good());
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

inline std::string DeployFolder() { return std::string(ONERETURN_SOURCE_DIR) + "/deploy"; }

// The catalogue of deploy/england: calendar, organisations, items, the collection MSitAE.
inline config::v1::DefinitionSet EnglandCatalogue() {
  config::v1::DefinitionSet all;
  for (const char* name : {"calendar", "organisations", "items", "msitae"}) {
    config::v1::DefinitionSet part;
    ONERETURN_CHECK(google::protobuf::TextFormat::ParseFromString(
        FileText(absl::StrCat(DeployFolder(), "/england/", name, ".textproto")), &part));
    all.MergeFrom(part);
  }
  return all;
}

// The same with these organisations only, and without a window: whoever tests time gives one.
inline config::v1::DefinitionSet EnglandOf(const std::set<std::string>& codes) {
  config::v1::DefinitionSet all = EnglandCatalogue();
  auto keep = [&codes](auto* rows, auto code_of) {
    for (int i = rows->size() - 1; i >= 0; --i) {
      if (codes.count(code_of(rows->Get(i))) == 0) rows->DeleteSubrange(i, 1);
    }
  };
  keep(all.mutable_organisations(), [](const auto& row) { return row.code(); });
  catalogue::v1::Collection* collection = all.mutable_collections(0);
  collection->clear_window();
  all.clear_calendars();
  keep(collection->mutable_frames(), [](const auto& row) { return row.organisation(); });
  keep(collection->mutable_not_collected(), [](const auto& row) { return row.organisation(); });
  // Figures of tests are of all departments: each organisation has a type 1 department.
  for (auto& list : *collection->mutable_lists()) {
    list.clear_members();
    for (const auto& organisation : all.organisations()) {
      auto* member = list.add_members();
      member->set_organisation(organisation.code());
      member->set_from_period("2016-04");
    }
  }
  return all;
}

class TestIngestion {
 public:
  explicit TestIngestion(CommitterOptions options = {}) {
    options.service = "ingestion";
    options.on_fatal = [](const absl::Status&) { ONERETURN_CHECK(false); };
    StoreOptions store_options;
    store_options.path = "/store";
    store_options.service = "ingestion";
    store_options.column_families = Families();
    store_options.memory_files = files_;
    store_ = Store::Create(store_options).value();
    committer_ = Committer::Start(store_.get(), &clock_, KeyFromSeed(std::string(64, '7')),
                                  std::move(options))
                     .value();
    collections_ = std::make_unique<CompiledCollections>();
    writer_ = std::make_unique<FactWriter>(store_.get(), committer_.get(),
                                           [this](std::function<void()> work) {
                                             std::lock_guard<std::mutex> lock(mutex_);
                                             threads_.emplace_back(std::move(work));
                                             return true;
                                           });
    define_ = std::make_unique<Define>(writer_.get());
    uploads_ = std::make_unique<Uploads>(store_.get(), committer_.get(), &clock_);
    submit_return_ =
        std::make_unique<SubmitReturn>(committer_.get(), writer_.get(), collections_.get());
    sign_return_ = std::make_unique<SignReturn>(writer_.get(), collections_.get());
    drafts_ = std::make_unique<Drafts>(committer_.get(), writer_.get(), collections_.get());
    submit_file_ = std::make_unique<SubmitFile>(store_.get(), writer_.get(), collections_.get(),
                                                uploads_.get(), submit_return_.get());
  }
  ~TestIngestion() {
    JoinThreads();
    committer_->Stop();
    JoinThreads();  // Of what the last answers began.
  }

  // Defines everything in the set; a fault ends the test.
  void Apply(const config::v1::DefinitionSet& set) {
    for (const auto& calendar : set.calendars()) MustDefine(calendar);
    for (const auto& organisation : set.organisations()) MustDefine(organisation);
    for (const auto& item : set.items()) {
      if (item.formula().empty()) MustDefine(item);
    }
    for (const auto& item : set.items()) {
      if (!item.formula().empty()) MustDefine(item);
    }
    for (const auto& collection : set.collections()) MustDefine(collection);
  }

  template <typename Definition>
  absl::StatusOr<Defined<Definition>> DefineOne(const Definition& definition,
                                                RequestOrigin origin) {
    std::promise<absl::StatusOr<Defined<Definition>>> promise;
    Begin(origin, definition, [&promise](absl::StatusOr<Defined<Definition>> answer) {
      promise.set_value(std::move(answer));
    });
    return promise.get_future().get();
  }
  // Under a request id of its own.
  template <typename Definition>
  absl::StatusOr<Defined<Definition>> DefineOne(const Definition& definition) {
    return DefineOne(definition, FreshOrigin());
  }
  void Begin(const RequestOrigin& origin, const catalogue::v1::Organisation& definition,
             DefinedDone<catalogue::v1::Organisation> done) {
    define_->Organisation(origin, definition, std::move(done));
  }
  void Begin(const RequestOrigin& origin, const catalogue::v1::DataItem& definition,
             DefinedDone<catalogue::v1::DataItem> done) {
    define_->Item(origin, definition, std::move(done));
  }
  void Begin(const RequestOrigin& origin, const catalogue::v1::Collection& definition,
             DefinedDone<catalogue::v1::Collection> done) {
    define_->Collection(origin, definition, std::move(done));
  }

  void Begin(const RequestOrigin& origin, const timetable::v1::Calendar& definition,
             DefinedDone<timetable::v1::Calendar> done) {
    define_->Calendar(origin, definition, std::move(done));
  }
  void Begin(const RequestOrigin& origin, const catalogue::v1::Guidance& definition,
             DefinedDone<catalogue::v1::Guidance> done) {
    define_->Guidance(origin, definition, std::move(done));
  }
  void Begin(const RequestOrigin& origin, const catalogue::v1::Responsibility& definition,
             DefinedDone<catalogue::v1::Responsibility> done) {
    define_->Responsibility(origin, definition, std::move(done));
  }

  void Begin(const RequestOrigin& origin, const requests::v1::RequestRules& definition,
             DefinedDone<requests::v1::RequestRules> done) {
    define_->RequestRules(origin, definition, std::move(done));
  }

  RequestOrigin FreshOrigin() {
    const std::string id = absl::StrCat("request-", ++requests_);
    return RequestOrigin{kLoader, id, Sha256(id), false};
  }

  // Begins a submission; the answer comes to the future.
  std::future<absl::StatusOr<ReturnAnswer>> BeginSubmit(ReturnSubmission submission) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<ReturnAnswer>>>();
    std::future<absl::StatusOr<ReturnAnswer>> answer = promise->get_future();
    submit_return_->Run(std::move(submission), [promise](absl::StatusOr<ReturnAnswer> one) {
      promise->set_value(std::move(one));
    });
    return answer;
  }
  absl::StatusOr<ReturnAnswer> Submit(ReturnSubmission submission) {
    return BeginSubmit(std::move(submission)).get();
  }
  // A whole A&E return of zeros but these figures, under an id of its own.
  ReturnSubmission AeReturn(const std::string& organisation, const std::string& period,
                            const std::map<std::string, std::string>& figures = {}) {
    ReturnSubmission submission;
    submission.origin = FreshOrigin();
    submission.collection = "MSitAE";
    submission.period = period;
    submission.submission.organisation = organisation;
    submission.submission.cells = AeCells(figures);
    return submission;
  }

  absl::StatusOr<UploadState> CreateUpload(const std::string& owner, const std::string& request_id,
                                           uint64_t size_bytes, const std::string& digest) {
    std::promise<absl::StatusOr<UploadState>> promise;
    uploads_->Create(owner, request_id, size_bytes, digest, Fulfil(&promise));
    return promise.get_future().get();
  }
  absl::StatusOr<UploadState> WriteUpload(const std::string& owner, const std::string& id,
                                          uint64_t offset, absl::string_view data) {
    std::promise<absl::StatusOr<UploadState>> promise;
    uploads_->Write(owner, id, offset, data, Fulfil(&promise));
    return promise.get_future().get();
  }
  // Uploads the whole file; its id.
  std::string Upload(absl::string_view bytes, const std::string& owner = kLoader) {
    const Digest digest = Sha256(bytes);
    const UploadState state = CreateUpload(owner, FreshOrigin().request_id, bytes.size(),
                                           std::string(DigestBytes(digest)))
                                  .value();
    for (size_t offset = 0; offset < bytes.size(); offset += kFilePieceBytes) {
      ONERETURN_CHECK(
          WriteUpload(owner, state.id, offset, bytes.substr(offset, kFilePieceBytes)).ok());
    }
    return state.id;
  }

  // A national loader's submission of an uploaded file, under an id of its own.
  FileSubmission AeFile(const std::string& upload, const std::string& layout = "published-22") {
    FileSubmission submission;
    submission.origin = FreshOrigin();
    submission.may_import = true;
    submission.owner = kLoader;
    submission.upload = upload;
    submission.collection = "MSitAE";
    submission.layout = layout;
    return submission;
  }

  std::vector<Cell> CellsOf(const feed::v1::ReturnAccepted& fact) const {
    std::vector<Cell> cells;
    for (const std::string& digest : fact.chunk_digests()) {
      const std::string chunk = FindChunk(*store_, DigestFromBytes(digest).value()).value().value();
      const std::vector<Cell> part = DecodeChunk(chunk).value();
      cells.insert(cells.end(), part.begin(), part.end());
    }
    return cells;
  }

  uint64_t LastSequence() const { return onereturn::LastSequence(*store_).value(); }
  // Theirs too that they begin.
  void JoinThreads() {
    while (true) {
      std::vector<std::thread> begun;
      {
        std::lock_guard<std::mutex> lock(mutex_);
        begun.swap(threads_);
      }
      if (begun.empty()) return;
      for (std::thread& thread : begun) thread.join();
    }
  }

  Store& store() { return *store_; }
  Committer& committer() { return *committer_; }
  FakeClock& clock() { return clock_; }
  CompiledCollections& collections() { return *collections_; }
  const Uploads& uploads() const { return *uploads_; }
  const FactWriter& writer() const { return *writer_; }
  const SubmitReturn& submit_return() const { return *submit_return_; }
  const SubmitFile& submit_file() const { return *submit_file_; }
  const SignReturn& sign_return() const { return *sign_return_; }
  const Drafts& drafts() const { return *drafts_; }

 private:
  template <typename Definition>
  void MustDefine(const Definition& definition) {
    const absl::Status status = DefineOne(definition).status();
    if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
    ONERETURN_CHECK(status.ok());
  }
  static UploadDone Fulfil(std::promise<absl::StatusOr<UploadState>>* promise) {
    return [promise](absl::StatusOr<UploadState> state) { promise->set_value(std::move(state)); };
  }

  FakeClock clock_{Timestamp::FromSeconds(1'750'000'000)};
  std::shared_ptr<MemoryFiles> files_ = MemoryFiles::Create();
  std::unique_ptr<Store> store_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<FactWriter> writer_;
  std::unique_ptr<CompiledCollections> collections_;
  std::unique_ptr<Define> define_;
  std::unique_ptr<Uploads> uploads_;
  std::unique_ptr<SubmitReturn> submit_return_;
  std::unique_ptr<SubmitFile> submit_file_;
  std::unique_ptr<SignReturn> sign_return_;
  std::unique_ptr<Drafts> drafts_;
  std::atomic<int> requests_{0};
  std::mutex mutex_;
  std::vector<std::thread> threads_;  // Guarded by mutex_.
};

// Keeps the committer's thread inside an answer until it is released, so that what is proposed
// meanwhile shares one group.
class CommitterHold {
 public:
  explicit CommitterHold(Committer* committer) {
    PlainWrite write;
    auto reached = std::make_shared<std::promise<void>>();
    std::shared_future<void> released = released_.get_future().share();
    write.done = [reached, released](absl::Status) {
      reached->set_value();
      released.wait();
    };
    ONERETURN_CHECK(committer->Write(std::move(write)).ok());
    reached->get_future().wait();
  }
  ~CommitterHold() { Release(); }
  void Release() {
    if (!std::exchange(done_, true)) released_.set_value();
  }

 private:
  bool done_ = false;
  std::promise<void> released_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TESTING_TEST_INGESTION_H_
