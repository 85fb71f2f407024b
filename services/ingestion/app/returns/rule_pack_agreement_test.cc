// A file checked with a rule pack gets what the service answers as of the pack's position: over
// files made from sound ones by whatever goes wrong in real life.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/returns/read_rule_pack.h"
#include "services/ingestion/app/testing/small_catalogue.h"
#include "services/ingestion/app/testing/small_obligation.h"
#include "services/ingestion/app/testing/test_ingestion.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/definitions/rule_pack.h"
#include "services/ingestion/domain/testing/ae_files.h"

namespace onereturn::ingestion {
namespace {

constexpr int kFilesOfARun = 2'000;
constexpr char kOrganisation[] = "RLQ";
constexpr char kPeriod[] = "2023-06";

uint64_t Wished(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  uint64_t wished = 0;
  return text != nullptr && absl::SimpleAtoi(text, &wished) ? wished : otherwise;
}

// Everything that an answer says, as text.
std::string Words(Verdict verdict, const Findings& findings, const absl::Status& status) {
  std::string words = status.ok() ? absl::StrCat("verdict ", static_cast<int>(verdict), ", ",
                                                 findings.count(), " findings\n")
                                  : absl::StrCat(status.ToString(), "\n");
  for (const Finding& finding : findings.kept()) {
    absl::StrAppend(&words, MessageOf(finding).ShortDebugString(), "\n");
  }
  return words;
}

// Files of one organisation in the wide and the long layout.
class GeneratedFile {
 public:
  explicit GeneratedFile(std::mt19937_64* random) : random_(*random) {
    layout_ = Pick({"onereturn-wide", "onereturn-long"});
    const bool wide = layout_ == "onereturn-wide";
    rows_ = wide ? WideRows() : LongRows();
    for (uint64_t changes = Below(2) * Below(4); changes > 0; --changes) Change();
    text_ = TextOf(rows_);
    if (Below(12) == 0) text_.resize(Below(text_.size() + 1));
    if (Below(12) == 0 && !text_.empty()) {
      text_[Below(text_.size())] = static_cast<char>(Below(256));
    }
  }

  const std::string& layout() const { return layout_; }
  const std::string& text() const { return text_; }

 private:
  uint64_t Below(uint64_t limit) { return random_() % limit; }
  std::string Pick(const std::vector<std::string>& texts) { return texts[Below(texts.size())]; }

  // Mostly what an A&E department might return, so that rules decide as often as they do not.
  std::string Figure(absl::string_view cell = "") {
    switch (Below(200)) {
      case 0:
        return Pick({"-1", "1.5", "", "n/a", "1,234", "9223372036854", "LS1 3EX", "NOT_COLLECTED",
                     "１２", "1e3", "-0", "NaN"});
      case 1:
        return absl::StrCat(Below(30'000));
      default:
        return absl::StrCat(Below(100) + (absl::StartsWith(cell, "ae_attendances") ? 9'950 : 0));
    }
  }

  Records WideRows() {
    Records rows = {{"organisation", "period"}, {kOrganisation, kPeriod}};
    for (const auto& [header, name] : AeColumns()) {
      rows[0].push_back(header);
      rows[1].push_back(Figure(name));
    }
    return rows;
  }

  Records LongRows() {
    Records rows = {{"organisation", "period", "item", "department", "booked", "value",
                     "null_reason", "status", "explanation"}};
    const bool leaves_out = Below(8) == 0;
    for (const auto& [header, name] : AeColumns()) {
      if (leaves_out && Below(8) == 0) continue;
      const Cell cell = AeCell(name, "0");
      std::string department;
      std::string booked;
      for (const DimensionValue& value : cell.dimensions) {
        (value.dimension == "booked" ? booked : department) = value.value;
      }
      rows.push_back({kOrganisation, kPeriod, cell.item, department, booked, Figure(name), "", "",
                      Below(10) == 0 ? "As agreed." : ""});
    }
    return rows;
  }

  void Change() {
    std::vector<std::string>& row = rows_[Below(rows_.size())];
    switch (Below(8)) {
      case 0:
        row[Below(row.size())] = Pick({"RCF", "2023-07", "final", "estimated", "", "type9", " "});
        break;
      case 1:
        rows_.push_back(rows_[Below(rows_.size())]);
        break;
      case 2:
        std::swap(rows_[Below(rows_.size())], rows_[Below(rows_.size())]);
        break;
      case 3:
        row.pop_back();
        if (row.empty()) row.push_back("");
        break;
      case 4:
        rows_.erase(rows_.begin() + static_cast<long>(Below(rows_.size())));
        if (rows_.empty()) rows_ = {{""}};
        break;
      default:
        row[Below(row.size())] = Figure();
    }
  }

  std::mt19937_64& random_;
  std::string layout_;
  Records rows_;
  std::string text_;
};

class RulePackAgreementTest : public ::testing::Test {
 protected:
  RulePackAgreementTest() {
    config::v1::DefinitionSet set = EnglandOf({kOrganisation, "RCF"});
    AddRules(set.mutable_collections(0));
    collection_ = set.collections(0);
    for (catalogue::v1::DataItem& item : *set.mutable_items()) {
      item.set_essential(item.code() == "ae_attendances");
    }
    ingestion_.Apply(set);
    for (int month = 1; month < 6; ++month) {
      const ReturnAnswer answer =
          ingestion_
              .Submit(ingestion_.AeReturn(
                  kOrganisation, absl::StrCat("2023-0", month),
                  {{"ae_attendances|type1|no", absl::StrCat(10'000 + 100 * month)},
                   {"ae_other_emergency_admissions", absl::StrCat(200 + month)}}))
              .value();
      ONERETURN_CHECK(answer.accepted.has_value());
    }
  }

  // Rules that look back, one of each cell and one of the whole, besides those that are shipped.
  static void AddRules(catalogue::v1::Collection* collection) {
    static constexpr char kRules[] =
        "rules { code: 'T01' severity: SEVERITY_EXPLAIN message: 'Far from the month before.' "
        "        suggestion: 'Say why.' each_cell: true "
        "        expression: 'cell <= 2 * prior(cell) + 50' } "
        "rules { code: 'T02' severity: SEVERITY_INFO message: 'Outside its limits.' "
        "        suggestion: 'Look again.' "
        "        expression: 'not outside_limits(ae_other_emergency_admissions)' }";
    ONERETURN_CHECK(google::protobuf::TextFormat::MergeFromString(kRules, collection));
  }

  // One after the other: what the organisation owes, and what it may leave out.
  static constexpr int kSettings = 5;
  void Enter(int setting) {
    switch (setting) {
      case 1:
        return Simplify(&ingestion_, true);
      case 2: {  // Out of the frames.
        auto* frames = collection_.mutable_frames();
        frames->erase(
            std::remove_if(frames->begin(), frames->end(),
                           [](const auto& frame) { return frame.organisation() == kOrganisation; }),
            frames->end());
        ONERETURN_CHECK(ingestion_.DefineOne(collection_).ok() && !frames->empty());
        return;
      }
      case 3:
        return Owe(&ingestion_, {{"MSitAE", kPeriod, kOrganisation}, 1}, {"ae_attendances"});
      case 4:
        return Simplify(&ingestion_, false);
      default:
        return;
    }
  }

  RulePack PackAt(uint64_t sequence) {
    const returns::v1::RulePack pack =
        ReadRulePackOf(ingestion_.store(), {"MSitAE", kPeriod, kOrganisation}, sequence).value();
    const returns::v1::SignedRulePack signed_pack =
        SignRulePack(pack, ingestion_.store(), ingestion_.committer()).value();
    ONERETURN_CHECK(VerifyRulePack(signed_pack, ingestion_.committer().verifying_key()).ok());
    return ReadRulePack(signed_pack.pack()).value();
  }

  static std::string Offline(const RulePack& pack, const GeneratedFile& file) {
    const absl::StatusOr<CheckedFile> checked = CheckFile(
        pack, file.layout(), [&](const auto& take) -> absl::Status { return take(file.text()); });
    if (!checked.ok()) return Words(Verdict::kInvalid, {}, checked.status());
    return Words(checked->verdict, checked->findings, absl::OkStatus());
  }

  // As the organisation's own officer.
  std::string FromService(const GeneratedFile& file) {
    FileSubmission submission =
        ingestion_.AeFile(ingestion_.Upload(file.text(), kOrganisation), file.layout());
    submission.may_import = false;
    submission.scope = OrganisationScope::Only(kOrganisation);
    submission.owner = kOrganisation;
    submission.origin.validate_only = true;
    const absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(submission);
    if (!answer.ok()) return Words(Verdict::kInvalid, {}, answer.status());
    return Words(answer->verdict, answer->findings, absl::OkStatus());
  }

  TestIngestion ingestion_;
  catalogue::v1::Collection collection_;
};

TEST_F(RulePackAgreementTest, AFileCheckedOfflineGetsWhatTheServiceAnswers) {
  const uint64_t seed = Wished("ONERETURN_SEED", std::random_device{}());
  const uint64_t files = Wished("ONERETURN_FILES", kFilesOfARun);
  SCOPED_TRACE(absl::StrCat("ONERETURN_SEED=", seed));
  std::mt19937_64 random(seed);
  std::optional<RulePack> pack;
  uint64_t sound = 0;
  uint64_t refused = 0;
  std::map<std::string, uint64_t> met;
  for (uint64_t i = 0; i < files; ++i) {
    if (const uint64_t in_each = files / kSettings; i % in_each == 0 && i < in_each * kSettings) {
      Enter(static_cast<int>(i / in_each));
      pack = PackAt(ingestion_.LastSequence());
    }
    GeneratedFile file(&random);
    if (file.text().empty()) continue;  // No upload is empty.
    const std::string offline = Offline(*pack, file);
    // A pack is of one period: of another it gives no findings where the service does.
    if (offline.find("the rules are for 2023-06") != std::string::npos) continue;
    ASSERT_EQ(offline, FromService(file)) << "file " << i << " in " << file.layout() << ":\n"
                                          << file.text();
    for (const char* code : {"CELL_MISSING", "SIMPLIFIED_MODE", "NOT_IN_FRAME"}) {
      met[code] += absl::StrContains(offline, code);
    }
    if (offline.find("verdict 3") != 0) ++(offline.find("verdict") == 0 ? sound : refused);
  }
  std::printf("offline checks: seed %llu: %llu files, %llu sound, %llu refused whole, 0 differ\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(files),
              static_cast<unsigned long long>(sound), static_cast<unsigned long long>(refused));
  // Both ways of ending are met, or the files show nothing.
  EXPECT_GT(sound, files / 10);
  EXPECT_GT(refused, files / 50);
  for (const auto& [code, count] : met) EXPECT_GT(count, files / 200) << code;
}

TEST_F(RulePackAgreementTest, APackIsWhatWasHeldAtItsPosition) {
  const uint64_t before = ingestion_.LastSequence();
  const RulePack earlier = PackAt(before);
  ASSERT_EQ(earlier.history.size(), 5u);
  EXPECT_TRUE(earlier.held.empty());
  EXPECT_EQ(earlier.source.held_revision(), "");
  ASSERT_TRUE(ingestion_.Submit(ingestion_.AeReturn(kOrganisation, kPeriod))->accepted.has_value());
  ASSERT_TRUE(
      ingestion_.Submit(ingestion_.AeReturn(kOrganisation, "2023-05"))->accepted.has_value());
  const RulePack later = PackAt(ingestion_.LastSequence());
  EXPECT_EQ(later.held.size(), 18u);
  EXPECT_EQ(later.source.held_revision(), "organisations/RLQ/returns/MSitAE.2023-06/revisions/1");
  EXPECT_EQ(PackAt(before).source.SerializeAsString(), earlier.source.SerializeAsString());
  EXPECT_NE(later.source.earlier(0).SerializeAsString(),
            earlier.source.earlier(0).SerializeAsString());
}

// A part of a return leaves the reasons beside other figures: offline no less than in the service,
// and without telling what they are.
TEST_F(RulePackAgreementTest, APartIsCheckedWithTheReasonsThatAreHeld) {
  catalogue::v1::Collection collection = SmallCollection("UNITS", {"units", "places"});
  for (const std::string item : {"units", "places"}) {
    ASSERT_THAT(ingestion_.DefineOne(SmallItem(item)), IsOk());
    *collection.add_rules() = SmallRule("R" + item, item + " <= 5", common::v1::SEVERITY_EXPLAIN);
  }
  ONERETURN_CHECK(google::protobuf::TextFormat::MergeFromString(
      "layouts { code: 'part' wide { organisation_header: 'org' period_header: 'period' "
      "  period_format: PERIOD_FORMAT_CANONICAL keeps_other_items: true "
      "  columns { header: 'units' cell { item: 'units' } } } }",
      &collection));
  ASSERT_THAT(ingestion_.DefineOne(collection), IsOk());
  ReturnSubmission whole =
      SmallReturn(&ingestion_, "UNITS", kOrganisation, kPeriod, {{"units", 6}, {"places", 7}});
  for (const Cell& cell : whole.submission.cells) {
    whole.submission.explanations.push_back({"", cell, "as agreed"});
  }
  ASSERT_TRUE(ingestion_.Submit(whole)->accepted.has_value());

  const std::string text = absl::StrCat("org,period,units\n", kOrganisation, ",", kPeriod, ",8\n");
  FileSubmission file = ingestion_.AeFile(ingestion_.Upload(text, kOrganisation), "part");
  file.collection = "UNITS";
  file.may_import = false;
  file.scope = OrganisationScope::Only(kOrganisation);
  file.owner = kOrganisation;
  file.origin.validate_only = true;
  const FileAnswer online = ingestion_.submit_file().Run(file).value();
  const returns::v1::RulePack source =
      ReadRulePackOf(ingestion_.store(), {"UNITS", kPeriod, kOrganisation},
                     ingestion_.LastSequence())
          .value();
  EXPECT_THAT(source.SerializeAsString(), ::testing::Not(::testing::HasSubstr("as agreed")));
  const CheckedFile offline =
      CheckFile(ReadRulePack(source.SerializeAsString()).value(), "part",
                [&text](const auto& take) -> absl::Status { return take(text); })
          .value();
  EXPECT_EQ(Words(offline.verdict, offline.findings, absl::OkStatus()),
            Words(online.verdict, online.findings, absl::OkStatus()));
  std::vector<std::string> owed;
  for (const Finding& finding : offline.findings.kept()) {
    if (finding.explanation_owed) owed.push_back(finding.code);
  }
  EXPECT_THAT(owed, ::testing::ElementsAre("Runits"));
}

TEST_F(RulePackAgreementTest, APackOfNothingThatIsDefined) {
  const auto read = [&](const ReturnKey& key) {
    return ReadRulePackOf(ingestion_.store(), key, ingestion_.LastSequence()).status();
  };
  EXPECT_TRUE(absl::IsNotFound(read({"MSitAE", kPeriod, "RZZ"})));
  EXPECT_TRUE(absl::IsNotFound(read({"DM99", kPeriod, kOrganisation})));
  EXPECT_THAT(read({"MSitAE", "2023-Q1", kOrganisation}), HasReason(Reason::kPeriod));
  EXPECT_THAT(read({"MSitAE", "June", kOrganisation}), HasReason(Reason::kPeriod));
  // Before anything was defined.
  EXPECT_TRUE(absl::IsNotFound(
      ReadRulePackOf(ingestion_.store(), {"MSitAE", kPeriod, kOrganisation}, 0).status()));
}

TEST_F(RulePackAgreementTest, APackThatWasAlteredOrThatAnotherSignedIsRefused) {
  const returns::v1::RulePack pack =
      ReadRulePackOf(ingestion_.store(), {"MSitAE", kPeriod, kOrganisation},
                     ingestion_.LastSequence())
          .value();
  returns::v1::SignedRulePack signed_pack =
      SignRulePack(pack, ingestion_.store(), ingestion_.committer()).value();
  const VerifyingKey trusted = ingestion_.committer().verifying_key();
  EXPECT_THAT(VerifyRulePack(signed_pack, trusted), IsOk());
  const VerifyingKey other = KeyFromSeed(std::string(64, '8')).verifying_key();
  EXPECT_TRUE(absl::IsFailedPrecondition(VerifyRulePack(signed_pack, other)));
  for (const size_t place :
       {size_t{0}, signed_pack.pack().size() / 2, signed_pack.pack().size() - 1}) {
    returns::v1::SignedRulePack altered = signed_pack;
    (*altered.mutable_pack())[place] ^= 1;
    EXPECT_TRUE(absl::IsDataLoss(VerifyRulePack(altered, trusted))) << place;
  }
  signed_pack.mutable_signature()->at(5) ^= 1;
  EXPECT_TRUE(absl::IsDataLoss(VerifyRulePack(signed_pack, trusted)));
}

}  // namespace
}  // namespace onereturn::ingestion
