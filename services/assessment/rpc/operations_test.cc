// What every service serves besides its own: operations, feed, ledger.
#include <string>

#include "absl/strings/escaping.h"
#include "common/digest/digest.h"
#include "common/feed/wire.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "services/assessment/rpc/testing/service_under_test.h"

namespace onereturn::assessment {
namespace {

using operations::v1::OperationsService;

class OperationsTest : public ServiceUnderTest {};

TEST_F(OperationsTest, TellsWhereTheServiceStands) {
  DefineFramework();
  MakeAssessment();
  const auto status = CallAs<OperationsService>("operator", &OperationsService::Stub::GetStatus,
                                                operations::v1::GetStatusRequest());
  ASSERT_THAT(status, IsOk());
  EXPECT_EQ(status->service(), "assessment");
  EXPECT_NE(status->version(), "");
  EXPECT_EQ(status->epoch(), 1u);
  EXPECT_EQ(status->sequence(), 2u);
  EXPECT_EQ(status->cursors_size(), 0);
  EXPECT_GT(status->resident_bytes(), 1'000'000u);
  EXPECT_GE(status->peak_resident_bytes(), status->resident_bytes());
  EXPECT_THAT(CallAs<OperationsService>("analyst", &OperationsService::Stub::GetStatus,
                                        operations::v1::GetStatusRequest()),
              HasReason(Reason::kPermission));
}

TEST_F(OperationsTest, DerivesNothing) {
  const auto hash = CallAs<OperationsService>("operator", &OperationsService::Stub::HashDerived,
                                              operations::v1::HashDerivedRequest());
  ASSERT_THAT(hash, IsOk());
  EXPECT_EQ(absl::BytesToHexString(hash->digest()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_NE(hash->position(), "");
  EXPECT_THAT(CallAs<OperationsService>("operator", &OperationsService::Stub::RebuildDerived,
                                        operations::v1::RebuildDerivedRequest()),
              IsOk());
}

TEST_F(OperationsTest, FeedsItsFactsInOrder) {
  DefineFramework();
  const std::string assessment = MakeAssessment();
  MakeScore(assessment, "QS1", 3);
  const auto stub = StubOf<feed::v1::FeedService>("auditor");
  grpc::ClientContext context;
  const auto reader = stub->Watch(&context, feed::v1::WatchRequest());
  feed::v1::WatchResponse page;
  ASSERT_TRUE(reader->Read(&page));
  context.TryCancel();
  ASSERT_EQ(page.entries_size(), 4);
  const feed::v1::EntryKind kinds[] = {
      feed::v1::ENTRY_KIND_FRAMEWORK_DEFINED, feed::v1::ENTRY_KIND_ASSESSMENT_CREATED,
      feed::v1::ENTRY_KIND_EVIDENCE_ADDED, feed::v1::ENTRY_KIND_STATEMENT_SCORED};
  for (int i = 0; i < 4; ++i) {
    feed::v1::Entry entry;
    ASSERT_TRUE(entry.ParseFromString(page.entries(i).entry()));
    EXPECT_EQ(entry.kind(), kinds[i]);
    EXPECT_EQ(entry.format(), 1u);
    EXPECT_EQ(entry.sequence(), static_cast<uint64_t>(i) + 1);
    EXPECT_EQ(entry.actor(), SpiffeId(i == 0 ? "steward" : "assessor"));
    EXPECT_EQ(entry.organisation(), "");
  }
}

TEST_F(OperationsTest, SignsItsLedgerAndHoldsNoChunks) {
  DefineFramework();
  const auto head = CallAs<ledger::v1::LedgerService>(
      "auditor", &ledger::v1::LedgerService::Stub::GetHead, ledger::v1::GetHeadRequest());
  ASSERT_THAT(head, IsOk());
  EXPECT_EQ(head->head().size(), 1u);
  EXPECT_EQ(head->public_key_pem(), verifying_key().ToPem());

  feed::v1::GetChunksRequest request;
  const Digest digest = Sha256("chunk");
  request.add_digests(std::string(DigestBytes(digest)));
  const auto stub = StubOf<feed::v1::FeedService>("auditor");
  grpc::ClientContext context;
  const auto reader = stub->GetChunks(&context, request);
  feed::v1::GetChunksResponse chunk;
  EXPECT_FALSE(reader->Read(&chunk));
  EXPECT_THAT(FromGrpcStatus(reader->Finish()), HasReason(Reason::kNotFound));
}

}  // namespace
}  // namespace onereturn::assessment
