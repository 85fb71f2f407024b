// The ledger as a service serves it, and two services that are each other's witness, over mutual
// TLS on the loopback.
#include "common/feed/ledger_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/signing_keys.h"
#include "common/feed/head_exchange.h"
#include "common/feed/ledger_operations.h"
#include "common/feed/testing_side.h"
#include "common/feed/testing_systems.h"
#include "common/feed/wire.h"
#include "common/rpc/server.h"
#include "common/status/error.h"
#include "common/status/new_file.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ledger::v1::LedgerService;
using ::testing::HasSubstr;

constexpr char kWitness[] = "spiffe://onereturn.example/metrics";
constexpr char kWriter[] = "spiffe://onereturn.example/submitter";

class LedgerServiceTest : public ::testing::Test {
 protected:
  LedgerServiceTest() {
    guard_ = Guard::Create(systems_.rights(), &source_.service.clock(),
                           {ServiceDescriptor<LedgerService>()})
                 .value();
    LedgerSeams seams;
    seams.standing = source_.standing.get();
    seams.witnesses = source_.witnesses.get();
    ledger_ = std::make_unique<LedgerServer>(guard_.get(), &source_.service.store(),
                                             &source_.service.committer(), seams);
    config::v1::ServerConfig config;
    config.set_listen_address("127.0.0.1:0");
    *config.mutable_tls() = systems_.FilesOf(kSource);
    server_ = Server::Start(config, {ledger_.get()}).value();
  }

  std::shared_ptr<grpc::Channel> Channel(const std::string& id) const {
    return systems_.Channel(id, server_->address());
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (LedgerService::Stub::*method)(grpc::ClientContext*,
                                                                            const Request&,
                                                                            Response*),
                                const Request& request, const std::string& id = kWriter) {
    const auto stub = LedgerService::NewStub(Channel(id));
    grpc::ClientContext context;
    Response response;
    RETURN_IF_ERROR(FromGrpcStatus((stub.get()->*method)(&context, request, &response)));
    return response;
  }
  std::unique_ptr<HeadExchange> ExchangeAs(Side& side, const char* id = kWitness) {
    return std::make_unique<HeadExchange>(HeadExchange::Peer{"ingestion", kSource, Channel(id)},
                                          &side.service.store(), &side.service.committer(),
                                          side.standing.get(), side.witnesses.get());
  }
  SignedHead SourceHead() { return source_.service.committer().LatestHead(); }

  const TestSystems systems_{kSource, {kWitness, kOtherSystem}, kWriter};
  Side source_{"ingestion"};
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<LedgerServer> ledger_;
  std::unique_ptr<Server> server_;
};

std::vector<Digest> Nodes(const google::protobuf::RepeatedPtrField<std::string>& wire) {
  std::vector<Digest> nodes;
  for (const std::string& bytes : wire) nodes.push_back(DigestFromBytes(bytes).value());
  return nodes;
}

TEST_F(LedgerServiceTest, EveryEntryIsProvedInEveryTreeThatHoldsIt) {
  source_.Accept(13);
  for (uint64_t size = 1; size <= 13; ++size) {
    const Digest root = source_.service.committer().HeadOfSize(size).value().head.root;
    for (uint64_t sequence = 1; sequence <= size; ++sequence) {
      ledger::v1::GetInclusionProofRequest request;
      request.set_sequence(sequence);
      request.set_tree_size(size == 13 ? 0 : size);
      const auto proof = Call(&LedgerService::Stub::GetInclusionProof, request).value();
      EXPECT_EQ(proof.tree_size(), size);
      const Digest leaf = HashLeaf(EntryBytes(source_.service.store(), sequence).value());
      EXPECT_EQ(proof.leaf_hash(), DigestBytes(leaf));
      EXPECT_THAT(VerifyInclusion(leaf, sequence - 1, size, root, Nodes(proof.proof())), IsOk());
    }
  }
}

TEST_F(LedgerServiceTest, EveryTreeIsProvedToBeTheBeginningOfEveryLaterOne) {
  source_.Accept(9);
  for (uint64_t old_size = 1; old_size <= 9; ++old_size) {
    for (uint64_t new_size = old_size; new_size <= 9; ++new_size) {
      ledger::v1::GetConsistencyProofRequest request;
      request.set_old_size(old_size);
      request.set_new_size(new_size);
      const auto proof = Call(&LedgerService::Stub::GetConsistencyProof, request).value();
      const auto root = [this](uint64_t size) {
        return source_.service.committer().HeadOfSize(size).value().head.root;
      };
      EXPECT_THAT(VerifyConsistency(old_size, root(old_size), new_size, root(new_size),
                                    Nodes(proof.proof())),
                  IsOk());
    }
  }
}

TEST_F(LedgerServiceTest, ProofsOfWhatIsNotThereAreRefused) {
  source_.Accept(5);
  const auto inclusion = [this](uint64_t sequence, uint64_t size) {
    ledger::v1::GetInclusionProofRequest request;
    request.set_sequence(sequence);
    request.set_tree_size(size);
    return Call(&LedgerService::Stub::GetInclusionProof, request).status();
  };
  EXPECT_THAT(inclusion(0, 5), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(inclusion(4, 3), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(inclusion(6, 0), HasReason(Reason::kPositionAhead));
  EXPECT_THAT(inclusion(1, 6), HasReason(Reason::kPositionAhead));
  const auto consistency = [this](uint64_t old_size, uint64_t new_size) {
    ledger::v1::GetConsistencyProofRequest request;
    request.set_old_size(old_size);
    request.set_new_size(new_size);
    return Call(&LedgerService::Stub::GetConsistencyProof, request).status();
  };
  EXPECT_THAT(consistency(0, 5), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(consistency(4, 3), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(consistency(6, 0), HasReason(Reason::kPositionAhead));
  EXPECT_THAT(consistency(1, 6), HasReason(Reason::kPositionAhead));
}

TEST_F(LedgerServiceTest, TheWitnessKeepsWhatHasGrownAndTheOtherKeepsTheWitnesssOwn) {
  source_.Accept(3);
  Side witness("metrics");
  witness.Accept(2);
  const auto exchange = ExchangeAs(witness);
  ASSERT_THAT(exchange->Exchange(), IsOk());
  EXPECT_EQ(witness.witnesses->Held("ingestion")->head.size, 3u);
  EXPECT_EQ(source_.witnesses->Held("metrics")->head.size, 2u);
  // Within a second nothing more is kept; afterwards what has grown, by its proof.
  source_.Accept(4);
  witness.Accept(5);
  ASSERT_THAT(exchange->Exchange(), IsOk());
  EXPECT_EQ(witness.witnesses->Held("ingestion")->head.size, 3u);
  witness.PassASecond();
  source_.PassASecond();
  ASSERT_THAT(exchange->Exchange(), IsOk());
  EXPECT_EQ(witness.witnesses->Held("ingestion")->head.size, 7u);
  EXPECT_EQ(source_.witnesses->Held("metrics")->head.size, 7u);

  // They are there after a restart, and for whoever asks.
  witness.Settle();
  source_.Settle();
  EXPECT_EQ(WitnessedHeads::Load(&witness.service.store(), &witness.service.committer())
                .value()
                ->Held("ingestion")
                ->head.size,
            7u);
  ledger::v1::ListWitnessedHeadsRequest request;
  request.set_service("metrics");
  auto heads = Call(&LedgerService::Stub::ListWitnessedHeads, request).value();
  ASSERT_EQ(heads.heads_size(), 2);
  EXPECT_THAT(VerifyHead(FromWire(heads.heads(1)).value(), KeyFromSeed(kTestSeed).verifying_key()),
              IsOk());
  request.set_epoch(1);
  request.set_above_size(2);
  heads = Call(&LedgerService::Stub::ListWitnessedHeads, request).value();
  ASSERT_EQ(heads.heads_size(), 1);
  EXPECT_EQ(heads.heads(0).size(), 7u);
  request.set_service("ingestion");
  EXPECT_THAT(Call(&LedgerService::Stub::ListWitnessedHeads, request),
              HasReason(Reason::kFieldInvalid));
}

TEST_F(LedgerServiceTest, AServiceBehindWhatAWitnessHoldsAnswersThatAlone) {
  source_.Accept(3);
  ledger::v1::GetHeadRequest request;
  TreeHead ahead = SourceHead().head;
  ahead.size = 4;
  *request.mutable_known_head() = ToWire(SignHead(ahead, KeyFromSeed(kOtherSeed)).value());
  EXPECT_THAT(Call(&LedgerService::Stub::GetHead, request), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(source_.standing->status(), IsOk());
  source_.standing->OnLost([this](const absl::Status& why) { guard_->RefuseAll(why); });
  *request.mutable_known_head() = ToWire(SignHead(ahead, KeyFromSeed(kTestSeed)).value());
  EXPECT_THAT(Call(&LedgerService::Stub::GetHead, request), HasReason(Reason::kLedgerBehind));
  EXPECT_THAT(Call(&LedgerService::Stub::ListSigningKeys, ledger::v1::ListSigningKeysRequest()),
              HasReason(Reason::kLedgerBehind));
}

TEST_F(LedgerServiceTest, AServiceThatAsksLearnsThatItIsBehindItself) {
  Side witness("metrics");
  witness.Accept(5);
  ASSERT_THAT(ExchangeAs(witness)->Exchange(), IsOk());
  Side rolled_back("metrics");
  rolled_back.Accept(3);
  EXPECT_THAT(ExchangeAs(rolled_back)->Exchange(), HasReason(Reason::kLedgerBehind));
  EXPECT_THAT(rolled_back.standing->status(), HasReason(Reason::kLedgerBehind));
}

TEST_F(LedgerServiceTest, OnlyTheSystemThatShowedHeadsFirstLeavesMore) {
  Side witness("metrics");
  witness.Accept(2);
  ASSERT_THAT(ExchangeAs(witness)->Exchange(), IsOk());
  Side forged("metrics");
  forged.Accept(9);
  const auto exchange = ExchangeAs(forged, kOtherSystem);
  EXPECT_THAT(exchange->Exchange(), IsOk());
  EXPECT_THAT(exchange->Exchange(), IsOk());
  EXPECT_EQ(source_.witnesses->Held("metrics")->head.size, 2u);
  EXPECT_THAT(source_.witnesses->FaultOf("metrics"), IsOk());
}

TEST_F(LedgerServiceTest, APersonsSystemLeavesNothing) {
  Side witness("metrics");
  EXPECT_THAT(ExchangeAs(witness, kWriter)->Exchange(), IsOk());
  EXPECT_FALSE(source_.witnesses->Held("metrics").has_value());
}

class RotationTest : public LedgerServiceTest {
 protected:
  absl::StatusOr<operations::v1::RotateSigningKeyResponse> Rotate(const std::string& request_id,
                                                                  const char* next = kOtherSeed) {
    LedgerSeams seams;
    if (next != nullptr) seams.next_key = KeyFromSeed(next);
    const LedgerOperations operations(&source_.service.store(), &source_.service.committer(),
                                      seams);
    CallContext call;
    call.caller.spiffe_id = "spiffe://onereturn.example/operator";
    call.caller.person = "https://id.example#p-0007";
    call.caller.role = rights::v1::ROLE_OPERATOR;
    operations::v1::RotateSigningKeyRequest request;
    request.set_request_id(request_id);
    operations::v1::RotateSigningKeyResponse response;
    RETURN_IF_ERROR(operations.RotateSigningKey(call, request, &response));
    return response;
  }
};

TEST_F(RotationTest, AKeyIsChangedOnceAndTheRepeatGetsTheFirstAnswer) {
  source_.Accept(2);
  EXPECT_THAT(Rotate("k1", nullptr), HasReason(Reason::kKeyNotGiven));
  EXPECT_THAT(Rotate(""), HasReason(Reason::kRequestId));
  const auto first = Rotate("k1").value();
  EXPECT_EQ(first.receipt().sequence(), 3u);
  EXPECT_EQ(first.key_id(), SourceHead().key_id);
  EXPECT_EQ(Rotate("k1").value().receipt().sequence(), 3u);
  EXPECT_THAT(Rotate("k2"), HasReason(Reason::kKeyNotGiven));
  // Whatever is configured by then: nothing more, or another key.
  for (const char* next : {static_cast<const char*>(nullptr), kTestSeed}) {
    const auto repeat = Rotate("k1", next).value();
    EXPECT_EQ(repeat.receipt().entry(), first.receipt().entry());
    EXPECT_EQ(repeat.key_id(), first.key_id());
    EXPECT_EQ(repeat.public_key_pem(), first.public_key_pem());
  }
  EXPECT_EQ(SourceHead().head.size, 3u);
}

TEST_F(RotationTest, TheEntryNamesWhoTurnedToTheKey) {
  feed::v1::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(Rotate("k1").value().receipt().entry()));
  EXPECT_EQ(entry.actor(), "spiffe://onereturn.example/operator");
  EXPECT_EQ(entry.person(), "https://id.example#p-0007");
  EXPECT_EQ(entry.role(), rights::v1::ROLE_OPERATOR);
}

TEST_F(RotationTest, AnIdOfAnotherRequestIsRefused) {
  Proposal other = Fact("k1");
  other.entry.set_actor("spiffe://onereturn.example/operator");
  other.entry.clear_organisation();
  ASSERT_THAT(source_.service.Accept(std::move(other)), IsOk());
  EXPECT_THAT(Rotate("k1"), HasReason(Reason::kRequestIdReused));
}

TEST_F(RotationTest, AWitnessFollowsTheChangeAndBelievesTheOldKeyNoMore) {
  source_.Accept(2);
  Side witness("metrics");
  const auto exchange = ExchangeAs(witness);
  ASSERT_THAT(exchange->Exchange(), IsOk());
  ASSERT_THAT(Rotate("k1"), IsOk());
  source_.Accept(1);
  witness.PassASecond();
  source_.PassASecond();
  ASSERT_THAT(exchange->Exchange(), IsOk());
  EXPECT_EQ(witness.witnesses->Held("ingestion")->head.size, 4u);
  EXPECT_EQ(witness.witnesses->KeysOf("ingestion")->entries().size(), 2u);
  ShownHead stolen;
  stolen.head = SourceHead();
  stolen.head.head.size = 9;
  stolen.head = SignHead(stolen.head.head, KeyFromSeed(kTestSeed)).value();
  stolen.spiffe_id = kSource;
  stolen.asked = true;
  EXPECT_THAT(witness.witnesses->Take(stolen), HasReason(Reason::kFieldInvalid));
  witness.Settle();
  const auto again =
      WitnessedHeads::Load(&witness.service.store(), &witness.service.committer()).value();
  EXPECT_EQ(again->KeysOf("ingestion")->entries().size(), 2u);
}

TEST_F(RotationTest, TheKeysAreListedWithTheEntriesThatProveThem) {
  source_.Accept(2);
  ASSERT_THAT(Rotate("k1"), IsOk());
  const auto keys =
      Call(&LedgerService::Stub::ListSigningKeys, ledger::v1::ListSigningKeysRequest()).value();
  ASSERT_EQ(keys.keys_size(), 2);
  EXPECT_EQ(keys.keys(0).from_size(), 0u);
  EXPECT_EQ(keys.keys(1).from_size(), 3u);
  KeyHistory history(VerifyingKey::FromRawBytes(keys.keys(0).public_key()).value());
  EXPECT_THAT(history.Add(KeyChangeOfBytes(keys.keys(1).entry(), "ingestion").value()), IsOk());
  EXPECT_EQ(history.newest().key_id(), keys.keys(1).key_id());
}

}  // namespace
}  // namespace onereturn
