// The twelve classes of tampering by somebody with root on one store, who also has its signing key.
// Each must be found in one cycle, and called by its name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/cells/cell_chunk.h"
#include "common/commit/journal.h"
#include "common/commit/primary_family.h"
#include "common/storage/key_codec.h"
#include "onereturn/assessment/v1/assessment.pb.h"
#include "services/assessment/store/assessment_tables.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/families.h"
#include "services/ingestion/store/return_table.h"
#include "services/ingestion/store/upload_table.h"
#include "services/metrics/store/metrics_family.h"
#include "tests/tamper/audited_suite.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Entries = std::vector<feed::v1::Entry>;

constexpr char kRlq[] = "organisations/RLQ/returns/MSitAE.2024-03";
constexpr char kRwp[] = "organisations/RWP/returns/MSitAE.2024-03";

class TamperTest : public AuditedSuite {
 protected:
  static size_t ReturnOf(const Entries& entries, const char* name) {
    return StoreEdit::Find(entries, feed::v1::ENTRY_KIND_RETURN_ACCEPTED, name);
  }
  static feed::v1::ReturnAccepted FactOf(const feed::v1::Entry& entry) {
    feed::v1::ReturnAccepted fact;
    EXPECT_TRUE(fact.ParseFromString(entry.fact()));
    return fact;
  }
  static ingestion::ReturnKey KeyOf(const char* organisation) {
    return {"MSitAE", "2024-03", organisation};
  }
  // The first chunk of a return with one figure raised, in its canonical form.
  static std::string RaisedChunk(const StoreEdit& edit, const feed::v1::ReturnAccepted& fact) {
    const Digest digest = DigestFromBytes(fact.chunk_digests(0)).value();
    std::vector<Cell> cells = DecodeChunk(**ingestion::FindChunk(edit.store(), digest)).value();
    const auto number = std::find_if(cells.begin(), cells.end(),
                                     [](const Cell& cell) { return cell.value.has_value(); });
    number->value = Decimal::FromMillionths(number->value->millionths() + Decimal::kMillion);
    return PackCells(std::move(cells)).value().at(0);
  }
};

// 1
TEST_F(TamperTest, EditACellChunk) {
  {
    StoreEdit edit = Edit("ingestion");
    const Entries entries = edit.Entries();
    const feed::v1::ReturnAccepted fact = FactOf(entries[ReturnOf(entries, kRlq)]);
    edit.Change([&](WriteBatch* batch) {
      batch->Put(ingestion::Family::kChunks, fact.chunk_digests(0), RaisedChunk(edit, fact));
    });
  }
  const Verdict verdict = AuditOf({"ingestion"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_THAT(verdict.first(), AllOf(StartsWith("CHUNK_ALTERED ingestion"), HasSubstr(kRlq)));
}

TEST_F(TamperTest, EditACellChunkAndEverythingThatNamesIt) {
  size_t index = 0;
  {
    StoreEdit edit = Edit("ingestion");
    Entries entries = edit.Entries();
    index = ReturnOf(entries, kRlq);
    feed::v1::ReturnAccepted fact = FactOf(entries[index]);
    const std::string chunk = RaisedChunk(edit, fact);
    const Digest digest = Sha256(chunk);
    const Digest all = CellDigest({digest});
    fact.set_chunk_digests(0, std::string(DigestBytes(digest)));
    fact.set_cell_digest(std::string(DigestBytes(all)));
    entries[index].set_fact(fact.SerializeAsString());
    edit.Rewrite(entries);
    edit.Change([&](WriteBatch* batch) {
      ingestion::PutChunk(digest, chunk, batch);
      ingestion::PutRevision(KeyOf("RLQ"), {1, index + 1}, all, batch);
    });
  }
  const Verdict verdict = AuditOf({"ingestion"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_EQ(verdict.first(), absl::StrCat("ENTRY_ALTERED ingestion entry ", index + 1));
  EXPECT_THAT(verdict.out, HasSubstr(kRlq));
}

// 2
TEST_F(TamperTest, EditAStoredFile) {
  {
    StoreEdit edit = Edit("ingestion");
    const Entries entries = edit.Entries();
    feed::v1::FileImported file;
    ASSERT_TRUE(file.ParseFromString(
        entries[StoreEdit::Find(entries, feed::v1::ENTRY_KIND_FILE_IMPORTED)].fact()));
    const std::string upload =
        *ingestion::HolderCheck(edit.store(), *DigestFromBytes(file.file_digest()))->expected;
    std::string piece;
    ASSERT_TRUE(ingestion::ReadFile(edit.store(), upload, 1, [&](absl::string_view bytes) {
                  piece = std::string(bytes);
                  return absl::OkStatus();
                }).ok());
    piece[piece.size() / 2] ^= 1;
    edit.Change([&](WriteBatch* batch) { ingestion::PutFilePiece(upload, 0, piece, batch); });
  }
  const Verdict verdict = AuditOf({"ingestion"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_THAT(verdict.first(), AllOf(StartsWith("FILE_ALTERED ingestion"), HasSubstr("2024-02")));
}

// 3
TEST_F(TamperTest, DeleteAReturn) {
  {
    StoreEdit edit = Edit("ingestion");
    edit.Change([&](WriteBatch* batch) {
      const std::string key = ingestion::KeyText(KeyOf("RLQ"));
      batch->DeleteRange(ingestion::Family::kRevisions, key, PrefixUpperBound(key));
      const std::string head = ingestion::HeadOf(edit.store(), KeyOf("RLQ"))->check.key;
      batch->Delete(ingestion::Family::kHeads, head);
    });
  }
  const Verdict verdict = AuditOf({"ingestion"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_THAT(verdict.first(), AllOf(StartsWith("RETURN_MISSING ingestion"), HasSubstr(kRlq)));
}

// 4
TEST_F(TamperTest, DeleteAFeedEntryAndFillTheGapAtTheEnd) {
  size_t index = 0;
  {
    StoreEdit edit = Edit("ingestion");
    Entries entries = edit.Entries();
    index = ReturnOf(entries, kRlq);
    feed::v1::Entry filler = entries[index];
    filler.set_salt(std::string(16, 'f'));
    filler.set_request_id("filler");
    entries.erase(entries.begin() + static_cast<ptrdiff_t>(index));
    entries.push_back(filler);
    edit.Rewrite(entries);
  }
  const Verdict verdict = AuditOf({"ingestion"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_EQ(verdict.first(), absl::StrCat("ENTRY_DELETED ingestion entry ", index + 1));
}

// 5
TEST_F(TamperTest, InsertAFeedEntry) {
  size_t index = 0;
  {
    StoreEdit edit = Edit("ingestion");
    Entries entries = edit.Entries();
    index = ReturnOf(entries, kRlq);
    feed::v1::Entry forged = entries[index];
    forged.set_salt(std::string(16, 'f'));
    forged.set_request_id("forged");
    entries.insert(entries.begin() + static_cast<ptrdiff_t>(index), forged);
    edit.Rewrite(entries);
  }
  const Verdict verdict = AuditOf({"ingestion"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_EQ(verdict.first(), absl::StrCat("ENTRY_INSERTED ingestion entry ", index + 1));
}

// 6
TEST_F(TamperTest, SwapFeedEntries) {
  size_t first = 0, second = 0;
  {
    StoreEdit edit = Edit("ingestion");
    Entries entries = edit.Entries();
    first = ReturnOf(entries, kRlq);
    second = ReturnOf(entries, kRwp);
    ASSERT_LT(first, second);
    const int64_t time = entries[first].time_micros();
    entries[first].set_time_micros(entries[second].time_micros());
    entries[second].set_time_micros(time);
    std::swap(entries[first], entries[second]);
    edit.Rewrite(entries);
  }
  const Verdict verdict = AuditOf({"ingestion"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_EQ(verdict.first(),
            absl::StrCat("ENTRIES_SWAPPED ingestion entries ", first + 1, " and ", second + 1));
}

// 7
TEST_F(TamperTest, TruncateTheTail) {
  size_t size = 0;
  {
    StoreEdit edit = Edit("ingestion");
    Entries entries = edit.Entries();
    size = entries.size();
    entries.resize(size - 3);
    edit.Rewrite(entries);
  }
  const Verdict verdict = AuditOf({"ingestion"}, false);
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_EQ(verdict.first(),
            absl::StrCat("ROLLED_BACK ingestion entries ", size - 2, " to ", size));
}

// 8
TEST_F(TamperTest, RollTheStoreBack) {
  Replace(suite().DataFolderOf("ingestion"), EarlierIngestion());
  const Verdict verdict = AuditOf({"ingestion"}, false);
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_THAT(verdict.first(), StartsWith("ROLLED_BACK ingestion"));
}

TEST_F(TamperTest, RollTheStoreBackAndGoOnBeyondWhereItWas) {
  Replace(suite().DataFolderOf("ingestion"), EarlierIngestion());
  Start({"ingestion"});
  for (const char* period : {"2024-01", "2023-12"}) {
    ASSERT_THAT(
        As(kLoader, {"submit", SourcePath(absl::StrCat("deploy/demo/MSitAE-", period, ".csv")),
                     "--collection", "MSitAE", "--layout", "onereturn-wide"}),
        ExitedWith(0));
  }
  suite().Kill9("ingestion");
  const Verdict verdict = AuditOf({"ingestion"}, false);
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_THAT(verdict.first(), StartsWith("HISTORY_REPLACED ingestion"));
}

// 9
TEST_F(TamperTest, ReSignAForgedHeadWithTheStolenKey) {
  {
    StoreEdit edit = Edit("ingestion");
    Entries entries = edit.Entries();
    feed::v1::Entry more = entries.back();
    more.set_salt(std::string(16, 'm'));
    more.set_request_id("more");
    entries.push_back(more);
    edit.Rewrite(entries);
    // The tree is over another entry than is shown.
    std::vector<Digest> leaves;
    for (const feed::v1::Entry& entry : edit.Entries()) {
      leaves.push_back(HashLeaf(entry.SerializeAsString()));
    }
    leaves[ReturnOf(entries, kRlq)] = HashLeaf("another");
    edit.RewriteNodes(leaves);
  }
  const Verdict verdict = AuditOf({"ingestion"}, false);
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_THAT(verdict.first(), StartsWith("FORGED_HEAD ingestion the head of"));
}

// 10
TEST_F(TamperTest, TwoHeadsOfOneSize) {
  {
    StoreEdit edit = Edit("ingestion");
    std::vector<Digest> leaves;
    for (const feed::v1::Entry& entry : edit.Entries()) {
      leaves.push_back(HashLeaf(entry.SerializeAsString()));
    }
    leaves[7] = HashLeaf("another");
    edit.RewriteNodes(leaves);
  }
  const Verdict verdict = AuditOf({"ingestion"}, false);
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_THAT(verdict.first(), StartsWith("FORKED_LEDGER ingestion the head of"));
}

// 11
TEST_F(TamperTest, AlterAPublishedAssessment) {
  size_t index = 0;
  {
    StoreEdit edit = Edit("assessment");
    Entries entries = edit.Entries();
    index = StoreEdit::Find(entries, feed::v1::ENTRY_KIND_STATEMENT_SCORED);
    feed::v1::StatementScored fact;
    ASSERT_TRUE(fact.ParseFromString(entries[index].fact()));
    fact.mutable_score()->set_score(fact.score().score() == 4 ? 1 : 4);
    entries[index].set_fact(fact.SerializeAsString());
    edit.Rewrite(entries);
    edit.Change([&](WriteBatch* batch) {
      assessment::PutScore(1, {fact.score().statement(), index + 1, fact.score().score()}, batch);
    });
  }
  const Verdict verdict = AuditOf({"assessment"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_EQ(verdict.first(), absl::StrCat("ENTRY_ALTERED assessment entry ", index + 1));
  EXPECT_THAT(verdict.out, HasSubstr("STATEMENT_SCORED assessments/"));
}

TEST_F(TamperTest, AlterTheRatingOfAPublishedAssessmentAlone) {
  {
    StoreEdit edit = Edit("assessment");
    const Entries entries = edit.Entries();
    const size_t index = StoreEdit::Find(entries, feed::v1::ENTRY_KIND_STATEMENT_SCORED);
    feed::v1::StatementScored fact;
    ASSERT_TRUE(fact.ParseFromString(entries[index].fact()));
    edit.Change([&](WriteBatch* batch) {
      assessment::PutScore(1, {fact.score().statement(), index + 1, fact.score().score() % 4 + 1},
                           batch);
    });
  }
  const Verdict verdict = AuditOf({"assessment"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_EQ(verdict.first(), "RATING_DIFFERS assessment assessments/a1");
}

// 12
TEST_F(TamperTest, ChangeARuleInThePast) {
  size_t index = 0;
  {
    StoreEdit edit = Edit("ingestion");
    Entries entries = edit.Entries();
    index = StoreEdit::Find(entries, feed::v1::ENTRY_KIND_COLLECTION_DEFINED, "MSitAE");
    feed::v1::CollectionDefined fact;
    ASSERT_TRUE(fact.ParseFromString(entries[index].fact()));
    ASSERT_GT(fact.collection().rules_size(), 0);
    fact.mutable_collection()->mutable_rules(0)->set_severity(common::v1::SEVERITY_INFO);
    entries[index].set_fact(fact.SerializeAsString());
    edit.Rewrite(entries);
    edit.Change([&](WriteBatch* batch) {
      ingestion::PutDefinition(ingestion::DefinitionKind::kCollection, "MSitAE", index + 1,
                               fact.collection().SerializeAsString(), batch);
    });
  }
  const Verdict verdict = AuditOf({"ingestion"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_EQ(verdict.first(), absl::StrCat("ENTRY_ALTERED ingestion entry ", index + 1));
  EXPECT_THAT(verdict.out, HasSubstr("COLLECTION_DEFINED collections/MSitAE"));
}

TEST_F(TamperTest, ChangeARightInThePast) {
  size_t index = 0;
  {
    StoreEdit edit = Edit("ingestion");
    Entries entries = edit.Entries();
    index = StoreEdit::Find(entries, feed::v1::ENTRY_KIND_RIGHTS_CONFIGURED);
    rights::v1::RightsConfigured fact;
    ASSERT_TRUE(fact.ParseFromString(entries[index].fact()));
    ASSERT_GT(fact.principals_size(), 1);
    fact.mutable_principals()->RemoveLast();
    entries[index].set_fact(fact.SerializeAsString());
    edit.Rewrite(entries);
  }
  const Verdict verdict = AuditOf({"ingestion"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_EQ(verdict.first(), absl::StrCat("ENTRY_ALTERED ingestion entry ", index + 1));
  EXPECT_THAT(verdict.out, HasSubstr("RIGHTS_CONFIGURED"));
}

TEST_F(TamperTest, ChangeARuleOnlyWhereItIsServed) {
  {
    StoreEdit edit = Edit("ingestion");
    const Entries entries = edit.Entries();
    const size_t index =
        StoreEdit::Find(entries, feed::v1::ENTRY_KIND_COLLECTION_DEFINED, "MSitAE");
    feed::v1::CollectionDefined fact;
    ASSERT_TRUE(fact.ParseFromString(entries[index].fact()));
    fact.mutable_collection()->mutable_rules(0)->set_severity(common::v1::SEVERITY_INFO);
    edit.Change([&](WriteBatch* batch) {
      ingestion::PutDefinition(ingestion::DefinitionKind::kCollection, "MSitAE", index + 1,
                               fact.collection().SerializeAsString(), batch);
    });
  }
  const Verdict verdict = AuditOf({"ingestion"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_EQ(verdict.first(), "SERVED_DIFFERS ingestion collections/MSitAE");
}

// Beside the twelve: what metrics derives is in no ledger.
TEST_F(TamperTest, AlterADerivedFigure) {
  {
    StoreEdit edit = Edit("metrics");
    std::string key, value;
    ASSERT_TRUE(
        edit.store()
            .ForEach(metrics::MetricsFamily::kLeaves, "", "",
                     [&](absl::string_view found, absl::string_view bytes) -> absl::StatusOr<bool> {
                       const bool wanted = absl::StrContains(found, "ae_attendances") &&
                                           absl::StrContains(found, "2024-03") &&
                                           absl::StrContains(found, "RLQ");
                       if (wanted) key = std::string(found), value = std::string(bytes);
                       return !wanted;
                     })
            .ok());
    storage::v1::LeafRecord leaf;
    ASSERT_TRUE(leaf.ParseFromString(value));
    (*leaf.mutable_numerator())[14] ^= 1;
    edit.Change([&](WriteBatch* batch) {
      batch->Put(metrics::MetricsFamily::kLeaves, key, leaf.SerializeAsString());
    });
  }
  Start({"ingestion", "metrics"});
  const Verdict verdict = Auditor({"recompute", "--metric", "ae_attendances_total", "--period",
                                   "2024-03", "--profile", *suite().ProfileOf(kAuditor)});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_THAT(verdict.lies,
              Contains("FIGURE_DIFFERS metrics ae_attendances_total of RLQ in 2024-03"));
  EXPECT_THAT(verdict.lies,
              Contains("FIGURE_DIFFERS metrics ae_attendances_total of X24 in 2024-03"));
}

}  // namespace
}  // namespace onereturn
