#include "services/ingestion/definitions/rule_pack.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/digest/digest.h"
#include "common/ledger/key_change.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/definitions/relationships.h"

namespace onereturn::ingestion {
namespace {

constexpr absl::string_view kDomain("onereturn rule pack 1\0", 22);

absl::Status Damaged() { return absl::DataLossError("the rule pack cannot be read"); }

template <typename Cells>
absl::StatusOr<std::vector<Cell>> CellsFrom(const Cells& messages) {
  std::vector<Cell> cells;
  cells.reserve(messages.size());
  for (const common::v1::Cell& message : messages) {
    ASSIGN_OR_RETURN(Cell cell, CellFrom(message));
    cells.push_back(std::move(cell));
  }
  return cells;
}

// What is judged of a reason is where it stands and how long it is.
std::vector<ExplanationGiven> ExplanationsFrom(const returns::v1::RulePack& source) {
  std::vector<ExplanationGiven> explanations;
  for (const returns::v1::HeldExplanation& held : source.held_explanations()) {
    const size_t bytes = std::min<size_t>(held.text_bytes(), kMaxExplanationBytes);
    ExplanationGiven given{held.rule(), std::nullopt, std::string(bytes, ' ')};
    if (held.has_cell()) given.cell = CellAt(held.cell());
    explanations.push_back(std::move(given));
  }
  return explanations;
}

FileSetting SettingOf(const RulePack& pack) {
  FileSetting setting;
  setting.origin = Origin::kSubmitted;
  setting.covers = [&pack](absl::string_view organisation) {
    return organisation == pack.organisation;
  };
  setting.check_known = [](const std::string& /*organisation*/) { return absl::OkStatus(); };
  // When it will be sent, nobody knows.
  setting.admit = [](const std::string& /*organisation*/, const Period& /*period*/) {
    return absl::OkStatus();
  };
  setting.held = [&pack](const std::string& /*organisation*/, const Period& period) {
    return absl::StatusOr<HeldContent>(
        period == pack.period ? HeldContent{pack.held, pack.held_explanations} : HeldContent());
  };
  setting.desirable = pack.desirable();
  setting.owed_for_request = [&pack](const std::string& /*organisation*/, const Period& period) {
    return absl::StatusOr<bool>(period == pack.period && pack.owed_for_request());
  };
  setting.past = [&pack](const std::string& /*organisation*/,
                         const Period& period) -> absl::StatusOr<std::unique_ptr<PastReturns>> {
    if (period == pack.period) return std::make_unique<PastReturnsHeld>(pack.history);
    return Error(Reason::kPeriod,
                 absl::StrCat("the file is of ", period.ToString(), ", the rules are for ",
                              pack.period.ToString(), ": take the rules for the file's period"))
        .Field("period", absl::StrCat("must be ", pack.period.ToString()));
  };
  setting.parents = [&pack](const std::string& /*organisation*/, int kind, const Period& period) {
    return absl::StatusOr<std::vector<std::string>>(
        ParentsOn(pack.source.relationships(), kind, period.end()));
  };
  return setting;
}

// What a layout without such a column is told of the file.
GivenWithFile GivenFor(const RulePack& pack, const LayoutSpec& layout) {
  GivenWithFile given;
  const auto* wide = std::get_if<WideLayout>(&layout.shape);
  if (wide == nullptr) return given;
  if (wide->period_header.empty() || wide->several_periods) given.period = pack.period;
  if (wide->organisation_header.empty()) given.organisation = pack.organisation;
  return given;
}

}  // namespace

std::string SignedBytesOf(absl::string_view pack) {
  const Digest digest = Sha256(pack);
  return absl::StrCat(kDomain, DigestBytes(digest));
}

absl::Status VerifyRulePack(const returns::v1::SignedRulePack& signed_pack,
                            const VerifyingKey& trusted) {
  KeyHistory keys(trusted);
  for (const returns::v1::KeyHandover& handover : signed_pack.handovers()) {
    // Those before the trusted key lead to it, not on from it.
    if (handover.old_key() != keys.newest().raw_bytes()) continue;
    RETURN_IF_ERROR(keys.Add(
        KeyChange{handover.service(), handover.epoch(), handover.sequence(), handover.old_key(),
                  handover.new_key(), handover.old_key_signature(), handover.new_key_signature()}));
  }
  if (signed_pack.public_key() != keys.newest().raw_bytes()) {
    return absl::FailedPreconditionError(
        "the rule pack is signed with another key than the one that is trusted");
  }
  return keys.newest().Verify(SignedBytesOf(signed_pack.pack()), signed_pack.signature());
}

absl::StatusOr<Collection> CompileCollection(const returns::v1::RulePack& source) {
  const ItemLookup item = [&source](const std::string& code) {
    using Found = absl::StatusOr<std::optional<catalogue::v1::DataItem>>;
    for (const auto* items : {&source.items(), &source.items_beside()}) {
      const auto found = std::find_if(items->begin(), items->end(),
                                      [&code](const auto& one) { return one.code() == code; });
      if (found != items->end()) return Found(*found);
    }
    return Found(std::nullopt);
  };
  return BuildCollection(source.collection(), item, [&source](const OrganisationTypes& types) {
    const auto ever = std::make_shared<const std::set<std::string>>(source.organisations().begin(),
                                                                    source.organisations().end());
    // What type those have that are closed, the pack does not say: the service saw to it when the
    // collection was defined.
    if (types.empty()) return absl::StatusOr<OrganisationValues>(OrganisationValues{ever, ever});
    auto open = std::make_shared<std::set<std::string>>();
    for (const returns::v1::OpenOrganisation& one : source.open_organisations()) {
      if (types.count(one.type()) > 0) open->insert(one.code());
    }
    return absl::StatusOr<OrganisationValues>(OrganisationValues{std::move(open), ever});
  });
}

absl::StatusOr<RulePack> ReadRulePack(absl::string_view pack) {
  returns::v1::RulePack source;
  if (!source.ParseFromArray(pack.data(), static_cast<int>(pack.size()))) return Damaged();
  ASSIGN_OR_RETURN(const Period period, Period::Parse(source.period()));
  ASSIGN_OR_RETURN(Collection collection, CompileCollection(source));
  ReturnHistory history;
  for (const returns::v1::HeldEarlier& earlier : source.earlier()) {
    ASSIGN_OR_RETURN(std::vector<Cell> cells, CellsFrom(earlier.cells()));
    history.push_back(EarlierReturn{earlier.periods_before(), std::move(cells)});
  }
  ASSIGN_OR_RETURN(std::vector<Cell> held, CellsFrom(source.held()));
  std::vector<ExplanationGiven> explanations = ExplanationsFrom(source);
  return RulePack{source.organisation(), period,          std::move(collection),    //
                  std::move(history),    std::move(held), std::move(explanations),  //
                  std::move(source)};
}

absl::StatusOr<CheckedFile> CheckFile(
    const RulePack& pack, const std::string& layout,
    const std::function<absl::Status(std::function<absl::Status(absl::string_view bytes)> take)>&
        read) {
  ASSIGN_OR_RETURN(const LayoutSpec* found, LayoutNamed(pack.collection, layout));
  FileExamination examination(pack.collection, *found, SettingOf(pack));
  std::unique_ptr<ReturnFileReader> reader = MakeReturnFileReader(
      pack.collection, *found,
      [&examination](FileReturnRows rows) { return examination.Take(std::move(rows)); },
      GivenFor(pack, *found));
  RETURN_IF_ERROR(read([&reader](absl::string_view bytes) { return reader->Feed(bytes); }));
  RETURN_IF_ERROR(reader->Finish());
  CheckedFile checked;
  checked.verdict = examination.verdict();
  checked.findings = std::move(examination.findings());
  checked.returns = std::move(examination.returns());
  return checked;
}

}  // namespace onereturn::ingestion
