#include "services/ingestion/domain/file_examination.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/personal_data.h"
#include "common/base/utf8.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {
namespace {

// More than any map of England has, and a bound on memory and on the answer.
constexpr size_t kMostOrganisations = 10'000;
constexpr size_t kShownCodeBytes = 12;

std::string SuggestionFor(Reason reason, bool all_or_nothing) {
  const absl::string_view others =
      all_or_nothing ? "until then nothing of the file is taken" : "the other rows are not held up";
  switch (reason) {
    case Reason::kOdsUnknown:
    case Reason::kOdsFormat:
      return absl::StrCat("Check the code, or have the organisation added to the catalogue; ",
                          others, ".");
    case Reason::kRequestIdReused:
      return absl::StrCat(
          "Send this organisation's figures again in a file with a request_id of its own; ", others,
          ".");
    default: {
      absl::string_view remedy = RowOf(reason).remedy;
      absl::ConsumeSuffix(&remedy, ".");
      return absl::StrCat(remedy, "; ", others, ".");
    }
  }
}

}  // namespace

Verdict VerdictOf(const Findings& findings) {
  if (findings.has_error()) return Verdict::kInvalid;
  return findings.has_explain() ? Verdict::kValidWithExplanations : Verdict::kValid;
}

std::string ShownCode(absl::string_view organisation) {
  const absl::string_view shown = CutAtCharacter(organisation, kShownCodeBytes);
  return HoldsPersonalData(shown) ? "(withheld)" : std::string(shown);
}

bool RefusesOneReturn(const absl::Status& status) {
  if (status.ok()) return false;
  switch (ReasonOf(status)) {
    case Reason::kOdsUnknown:
    case Reason::kOdsFormat:
    case Reason::kOdsClosed:
    case Reason::kPeriodNotOpen:
    case Reason::kPeriodClosed:
    case Reason::kNotReopened:
    case Reason::kRevisionReason:
    case Reason::kRequestIdReused:
      return true;
    default:
      return false;
  }
}

Finding RefusedRow(uint32_t row, absl::string_view organisation, const absl::Status& why,
                   bool all_or_nothing) {
  Finding finding;
  finding.code = std::string(NameOf(ReasonOf(why)));
  finding.message = absl::StrCat("Row ", row, ": ", why.message(), ".");
  finding.place = Place{row, 0, ""};
  finding.organisation = ShownCode(organisation);
  finding.suggestion = SuggestionFor(ReasonOf(why), all_or_nothing);
  return finding;
}

Joining JoiningOf(const LayoutSpec& layout, SubmitMode mode) {
  Joining joining{mode};
  const auto* wide = std::get_if<WideLayout>(&layout.shape);
  if (wide != nullptr && wide->keeps_other_items) joining.part = wide->Items();
  return joining;
}

Submission ToSubmission(FileReturnRows rows, Origin origin) {
  return Submission{std::move(rows.organisation),
                    origin,
                    std::move(rows.cells),
                    std::move(rows.places),
                    std::move(rows.explanations),
                    /*with_screens=*/origin == Origin::kSubmitted};
}

absl::Status FileExamination::Take(FileReturnRows rows) {
  if (!setting_.covers(rows.organisation)) {
    return Error(Reason::kOrgScope,
                 absl::StrCat("row ", rows.row, " names ", ShownCode(rows.organisation),
                              ", which the caller does not act for"));
  }
  if (first_rows_.size() == kMostOrganisations) {
    return Error(Reason::kTooManyItems,
                 absl::StrCat("a file holds the returns of at most ", kMostOrganisations,
                              " organisations: split it at row ", rows.row))
        .With("row", rows.row);
  }
  JudgedRows judged;
  judged.organisation = ShownCode(rows.organisation);
  judged.row = rows.row;
  auto [first, fresh] = first_rows_.emplace(rows.organisation, rows.row);
  if (!fresh) {
    return Error(Reason::kFileRepeatedRow,
                 absl::StrCat(judged.organisation, " stands in rows ", first->second, " and ",
                              rows.row, ": give each organisation once"))
        .With("row", rows.row);
  }
  ASSIGN_OR_RETURN(Findings findings, JudgeRows(std::move(rows)));
  judged.verdict = VerdictOf(findings);
  findings_.Append(std::move(findings));
  returns_.push_back(std::move(judged));
  return absl::OkStatus();
}

absl::Status FileExamination::Finish() const {
  return returns_.size() == 1 ? refusal_ : absl::OkStatus();
}

absl::StatusOr<Findings> FileExamination::Refuse(uint32_t row, absl::string_view organisation,
                                                 absl::Status why, Findings findings) {
  if (!RefusesOneReturn(why)) return why;
  findings.Add(RefusedRow(row, organisation, why, setting_.all_or_nothing));
  refusal_.Update(std::move(why));
  return findings;
}

absl::StatusOr<Findings> FileExamination::JudgeRows(FileReturnRows rows) {
  Findings findings;
  const absl::Status known = setting_.check_known(rows.organisation);
  if (!known.ok()) {
    if (!RefusesOneReturn(known)) return known;
    findings.Add(RefusedRow(rows.row, rows.organisation, known, setting_.all_or_nothing));
    return findings;
  }
  if (setting_.stored != nullptr) {
    ASSIGN_OR_RETURN(const bool stored, setting_.stored(rows.organisation));
    if (stored) return findings;
  }
  findings.Append(std::move(rows.findings));
  const Period period = rows.period;
  const uint32_t row = rows.row;
  if (absl::Status admitted = setting_.admit(rows.organisation, period); !admitted.ok()) {
    return Refuse(row, rows.organisation, std::move(admitted), std::move(findings));
  }
  RETURN_IF_ERROR(CheckParents(rows, &findings));
  const std::optional<FigureStatus> status = rows.status;
  const std::vector<ExplanationGiven> explanations = rows.explanations;
  Submission sent = ToSubmission(std::move(rows), setting_.origin);
  if (!collection_.Owes(sent.organisation, period)) {
    ASSIGN_OR_RETURN(sent.owed_for_request, setting_.owed_for_request(sent.organisation, period));
  }
  if (joining_.AsksForHeld()) {
    ASSIGN_OR_RETURN(HeldContent held, setting_.held(sent.organisation, period));
    findings.Append(Join(joining_, std::move(held), &sent));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<PastReturns> past,
                   setting_.past(sent.organisation, period));
  Judgement judgement = Judge(collection_, period, sent, *past, setting_.desirable);
  findings.Append(std::move(judgement.findings));
  RETURN_IF_ERROR(past->status());
  if (setting_.accept == nullptr || findings.has_error()) return findings;
  absl::Status accepted = setting_.accept(
      ValidRows{sent.organisation, period, status, explanations, judgement.cell_digest});
  if (accepted.ok()) return findings;
  return Refuse(row, sent.organisation, std::move(accepted), std::move(findings));
}

absl::Status FileExamination::CheckParents(const FileReturnRows& rows, Findings* findings) const {
  if (setting_.parents == nullptr) return absl::OkStatus();
  for (const StatedParent& stated : rows.parents) {
    ASSIGN_OR_RETURN(const std::vector<std::string> parents,
                     setting_.parents(rows.organisation, stated.column.kind, rows.period));
    // Where the catalogue knows of none, nothing can be wrong.
    if (parents.empty() ||
        std::find(parents.begin(), parents.end(), stated.parent) != parents.end()) {
      continue;
    }
    Finding finding;
    finding.code = stated.column.rule;
    finding.severity = stated.column.severity;
    finding.rule_version = collection_.version;
    finding.organisation = rows.organisation;
    finding.place = stated.place;
    finding.got = ShownCode(stated.parent);
    finding.expected = absl::StrJoin(parents, ", ");
    finding.message =
        absl::StrCat("\"", stated.column.header, "\" names ", finding.got, "; on the last day of ",
                     rows.period.ToString(), " the parent of ", rows.organisation, " is ",
                     finding.expected, " by the catalogue.");
    finding.suggestion =
        "Bring the code up to date in the system that writes the file, or ask for the catalogue "
        "to be corrected. The figures are taken as they are.";
    findings->Add(std::move(finding));
  }
  return absl::OkStatus();
}

Verdict FileExamination::verdict() const { return VerdictOf(findings_); }

}  // namespace onereturn::ingestion
