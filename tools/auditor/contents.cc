#include "tools/auditor/contents.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/auditor/entry_rules.h"

namespace onereturn::auditor {
namespace {

using feed::v1::Entry;
using rights::v1::Grant;

google::protobuf::Timestamp TimeOf(const Entry& entry) {
  constexpr int64_t kMillion = 1'000'000;
  google::protobuf::Timestamp time;
  int64_t seconds = entry.time_micros() / kMillion;
  int64_t micros = entry.time_micros() % kMillion;
  if (micros < 0) {
    micros += kMillion;
    --seconds;
  }
  time.set_seconds(seconds);
  time.set_nanos(static_cast<int32_t>(micros * 1'000));
  return time;
}

std::string EtagOf(const Entry& entry) { return absl::StrCat("\"", entry.sequence(), "\""); }

// One entry on its way into the contents.
class Taker {
 public:
  Taker(const std::string& service, const Entry& entry, Contents* contents, Report* report)
      : service_(service), entry_(entry), contents_(contents), report_(report) {}

  void Take() {
    switch (entry_.kind()) {
      case feed::v1::ENTRY_KIND_ORGANISATION_DEFINED:
        return Define(Fact<feed::v1::OrganisationDefined>().organisation(),
                      &contents_->organisations);
      case feed::v1::ENTRY_KIND_ITEM_DEFINED:
        ApproveChange(Fact<feed::v1::ItemDefined>().change());
        return DefineVersion(Fact<feed::v1::ItemDefined>().item(), &contents_->items);
      case feed::v1::ENTRY_KIND_COLLECTION_DEFINED:
        ApproveChange(Fact<feed::v1::CollectionDefined>().change());
        return DefineVersion(Fact<feed::v1::CollectionDefined>().collection(),
                             &contents_->collections);
      case feed::v1::ENTRY_KIND_GUIDANCE_DEFINED:
        return DefineVersion(Fact<feed::v1::GuidanceDefined>().guidance(), &contents_->guidance);
      case feed::v1::ENTRY_KIND_RESPONSIBILITY_DEFINED:
        return DefineVersion(Fact<feed::v1::ResponsibilityDefined>().responsibility(),
                             &contents_->responsibilities);
      case feed::v1::ENTRY_KIND_CHANGE_PROPOSED:
        return StepChange(Fact<catalogue::v1::ChangeProposed>().change().name(),
                          catalogue::v1::CHANGE_STATE_UNSPECIFIED,
                          catalogue::v1::CHANGE_STATE_PROPOSED);
      case feed::v1::ENTRY_KIND_CHANGE_ANSWERED:
        return StepChange(Fact<catalogue::v1::ChangeAnswered>().change(),
                          catalogue::v1::CHANGE_STATE_PROPOSED,
                          catalogue::v1::CHANGE_STATE_PROPOSED);
      case feed::v1::ENTRY_KIND_CHANGE_REFUSED:
        return StepChange(Fact<catalogue::v1::ChangeEnded>().change(),
                          catalogue::v1::CHANGE_STATE_PROPOSED,
                          catalogue::v1::CHANGE_STATE_REFUSED);
      case feed::v1::ENTRY_KIND_CHANGE_WITHDRAWN:
        return StepChange(Fact<catalogue::v1::ChangeEnded>().change(),
                          catalogue::v1::CHANGE_STATE_PROPOSED,
                          catalogue::v1::CHANGE_STATE_WITHDRAWN);
      case feed::v1::ENTRY_KIND_RETURN_ACCEPTED:
        return TakeReturn(Fact<feed::v1::ReturnAccepted>());
      case feed::v1::ENTRY_KIND_RETURN_SUBMITTED:
        return contents_->sign_offs.TakeSubmitted(entry_, Fact<feed::v1::ReturnSubmitted>());
      case feed::v1::ENTRY_KIND_RETURN_SIGNED:
        return CheckSignOff(
            contents_->sign_offs.TakeSigned(entry_, Fact<feed::v1::ReturnSigned>()));
      case feed::v1::ENTRY_KIND_SUBMISSION_ENDED:
        return CheckSignOff(contents_->sign_offs.TakeEnded(Fact<feed::v1::SubmissionEnded>()));
      case feed::v1::ENTRY_KIND_FILE_IMPORTED: {
        const auto file = Fact<feed::v1::FileImported>();
        contents_->files[file.file_digest()] = file;
        return;
      }
      case feed::v1::ENTRY_KIND_METRIC_DEFINED:
        return DefineVersion(Fact<feed::v1::MetricDefined>().metric(), &contents_->metrics);
      case feed::v1::ENTRY_KIND_FRAMEWORK_DEFINED: {
        const auto framework = Fact<feed::v1::FrameworkDefined>().framework();
        DefineVersion(framework, &contents_->frameworks);
        contents_->framework_versions[{framework.code(), framework.version()}] = framework;
        return;
      }
      case feed::v1::ENTRY_KIND_ASSESSMENT_CREATED:
        return TakeAssessment(Fact<feed::v1::AssessmentCreated>().assessment());
      case feed::v1::ENTRY_KIND_EVIDENCE_ADDED:
        return TakeEvidence(Fact<feed::v1::EvidenceAdded>().evidence());
      case feed::v1::ENTRY_KIND_STATEMENT_SCORED:
        return TakeScore(Fact<feed::v1::StatementScored>().score());
      case feed::v1::ENTRY_KIND_GRANT_PROPOSED:
        return TakeGrant(Fact<rights::v1::GrantProposed>().grant(), &Grant::mutable_proposed);
      case feed::v1::ENTRY_KIND_GRANT_DECIDED:
        return TakeGrant(Fact<rights::v1::GrantDecided>().grant(), &Grant::mutable_decided);
      case feed::v1::ENTRY_KIND_GRANT_REVOKED:
        return TakeGrant(Fact<rights::v1::GrantRevoked>().grant(), &Grant::mutable_revoked);
      default:
        return;  // Served in no form of its own.
    }
  }

 private:
  template <typename Message>
  Message Fact() const {
    Message fact;
    fact.ParseFromString(entry_.fact());  // EntryRules has said so where it cannot be read.
    return fact;
  }

  void Fault(absl::string_view expected, absl::string_view seen) {
    report_->Add(LieKind::kEntryImpossible, service_, Describe(entry_.sequence(), entry_), expected,
                 seen);
  }

  void CheckSignOff(const std::optional<SignOffFault>& fault) {
    if (fault.has_value()) Fault(fault->expected, fault->seen);
  }

  void CheckName(const std::string& name) {
    if (entry_.name() != name) Fault(absl::StrCat("the name ", name), entry_.name());
  }

  template <typename Definition>
  void Define(Definition definition, std::map<std::string, Definition>* map) {
    CheckName(definition.name());
    definition.set_etag(EtagOf(entry_));
    (*map)[definition.name()] = std::move(definition);
  }

  template <typename Definition>
  void DefineVersion(const Definition& definition, std::map<std::string, Definition>* map) {
    const auto before = map->find(definition.name());
    const uint32_t next = before == map->end() ? 1 : before->second.version() + 1;
    if (definition.version() != next) {
      Fault(absl::StrCat("version ", next), absl::StrCat("version ", definition.version()));
    }
    Define(definition, map);
  }

  void TakeReturn(const feed::v1::ReturnAccepted& fact) {
    const std::string name = absl::StrCat("organisations/", fact.organisation(), "/returns/",
                                          fact.collection(), ".", fact.period());
    returns::v1::Return& held = contents_->returns[name];
    if (fact.revision() != held.revision().number() + 1) {
      Fault(absl::StrCat("revision ", held.revision().number() + 1),
            absl::StrCat("revision ", fact.revision()));
    }
    held.set_name(name);
    held.set_organisation(fact.organisation());
    held.set_collection(fact.collection());
    held.set_period(fact.period());
    held.set_etag(EtagOf(entry_));
    returns::v1::Revision* revision = held.mutable_revision();
    revision->Clear();
    revision->set_name(absl::StrCat(name, "/revisions/", fact.revision()));
    revision->set_number(fact.revision());
    revision->set_status(fact.status());
    revision->set_origin(fact.origin());
    revision->set_collection_version(fact.collection_version());
    revision->set_cell_count(fact.cell_count());
    revision->set_cell_digest(fact.cell_digest());
    revision->set_file_digest(fact.file_digest());
    *revision->mutable_accept_time() = TimeOf(entry_);
    revision->set_sequence(entry_.sequence());
    revision->set_request_id(entry_.request_id());
    *revision->mutable_explanations() = fact.explanations();
    revision->set_verdict(fact.verdict());
    revision->set_reason(fact.reason());
    revision->set_reason_text(fact.reason_text());
    revision->set_nil(fact.nil());
    revision->set_restored_revision(fact.restored_revision());
    *revision->mutable_sign_offs() = fact.sign_offs();
    if (fact.submission() != 0) {
      returns::v1::SignOff* last = revision->add_sign_offs();
      last->set_level(static_cast<uint32_t>(fact.sign_offs_size()));
      last->set_system(entry_.actor());
      last->set_person(entry_.person());
      *last->mutable_time() = TimeOf(entry_);
      last->set_sequence(entry_.sequence());
      *revision->mutable_sent() = revision->sign_offs(0);
    } else {
      revision->mutable_sent()->set_system(entry_.actor());
      revision->mutable_sent()->set_person(entry_.person());
      *revision->mutable_sent()->mutable_time() = TimeOf(entry_);
      revision->mutable_sent()->set_sequence(entry_.sequence());
    }
    CheckName(revision->name());
    const auto collection = contents_->collections.find("collections/" + fact.collection());
    CheckSignOff(contents_->sign_offs.TakeAccepted(entry_, fact,
                                                   collection == contents_->collections.end()
                                                       ? UINT32_MAX
                                                       : collection->second.sign_off_levels()));
  }

  void TakeAssessment(const assessment::v1::Assessment& made) {
    CheckName(made.name());
    HeldAssessment& held = contents_->assessments[made.name()];
    if (!held.made.name().empty()) Fault("an assessment of its own", "the name of an earlier one");
    held = HeldAssessment{made, {}};
    *held.made.mutable_create_time() = TimeOf(entry_);
    held.made.set_etag(EtagOf(entry_));
  }

  // The assessment that a part belongs to; null, with a lie, when there is none.
  HeldAssessment* Of(const std::string& name) {
    const auto found = contents_->assessments.find(name);
    if (found != contents_->assessments.end()) {
      found->second.made.set_etag(EtagOf(entry_));
      return &found->second;
    }
    Fault("an assessment that was made before", name);
    return nullptr;
  }

  void TakeEvidence(const assessment::v1::Evidence& evidence) {
    CheckName(evidence.name());
    const std::string name = evidence.name().substr(0, evidence.name().find("/evidence/"));
    HeldAssessment* held = Of(name);
    if (held == nullptr) return;
    const std::string next = absl::StrCat(name, "/evidence/", held->made.evidence_size() + 1);
    if (evidence.name() != next) Fault(next, evidence.name());
    *held->made.add_evidence() = evidence;
  }

  void TakeScore(const assessment::v1::Score& score) {
    HeldAssessment* held = Of(score.assessment());
    if (held != nullptr) held->scores[score.statement()] = score;
  }

  // A change that must stand at `before` comes to stand at `after`.
  void MoveChange(const std::string& name, catalogue::v1::ChangeState before,
                  catalogue::v1::ChangeState after) {
    catalogue::v1::ChangeState& state = contents_->changes[name];
    if (state != before) {
      Fault(absl::StrCat("a change in ", catalogue::v1::ChangeState_Name(before)),
            absl::StrCat(name, " in ", catalogue::v1::ChangeState_Name(state)));
      return;
    }
    state = after;
  }

  void StepChange(const std::string& name, catalogue::v1::ChangeState before,
                  catalogue::v1::ChangeState after) {
    CheckName(name);
    MoveChange(name, before, after);
  }

  // A definition that comes from a change names it.
  void ApproveChange(const std::string& name) {
    if (name.empty()) return;
    MoveChange(name, catalogue::v1::CHANGE_STATE_PROPOSED, catalogue::v1::CHANGE_STATE_APPROVED);
  }

  // May a grant that stands at `before` come to stand at `after` by this entry?
  bool Allowed(rights::v1::GrantState before, const Grant& grant) const {
    const rights::v1::GrantState after = grant.state();
    switch (entry_.kind()) {
      case feed::v1::ENTRY_KIND_GRANT_PROPOSED:
        // A sign-off is delegated in one step, by whoever took it.
        if (!grant.delegated_by().empty()) {
          return before == rights::v1::GRANT_STATE_UNSPECIFIED &&
                 after == rights::v1::GRANT_STATE_APPROVED &&
                 grant.role() == rights::v1::ROLE_APPROVER &&
                 grant.delegated_by() ==
                     (entry_.person().empty() ? entry_.actor() : entry_.person());
        }
        return before == rights::v1::GRANT_STATE_UNSPECIFIED &&
               after == rights::v1::GRANT_STATE_PROPOSED;
      case feed::v1::ENTRY_KIND_GRANT_DECIDED:
        return before == rights::v1::GRANT_STATE_PROPOSED &&
               (after == rights::v1::GRANT_STATE_APPROVED ||
                after == rights::v1::GRANT_STATE_REFUSED);
      default:
        return (before == rights::v1::GRANT_STATE_PROPOSED ||
                before == rights::v1::GRANT_STATE_APPROVED) &&
               after == rights::v1::GRANT_STATE_REVOKED;
    }
  }

  // What a grant gives, and to whom: no step changes that.
  static std::string SubstanceOf(Grant grant) {
    grant.clear_state();
    grant.clear_proposed();
    grant.clear_decided();
    grant.clear_revoked();
    grant.clear_etag();
    return grant.SerializeAsString();
  }

  void TakeGrant(Grant grant, rights::v1::GrantStep* (Grant::*step)()) {
    CheckName(grant.name());
    const auto before = contents_->grants.find(grant.name());
    const bool known = before != contents_->grants.end();
    const auto state = known ? before->second.state() : rights::v1::GRANT_STATE_UNSPECIFIED;
    if (!Allowed(state, grant)) {
      Fault(
          absl::StrCat("a step that a grant in ", rights::v1::GrantState_Name(state), " can take"),
          absl::StrCat("one to ", rights::v1::GrantState_Name(grant.state())));
    }
    if (known && SubstanceOf(grant) != SubstanceOf(before->second)) {
      Fault("the grant as it was proposed", "another one under its name");
    }
    *(grant.*step)()->mutable_time() = TimeOf(entry_);
    grant.set_etag(EtagOf(entry_));
    std::string name = grant.name();
    contents_->grants[std::move(name)] = std::move(grant);
  }

  const std::string& service_;
  const Entry& entry_;
  Contents* const contents_;
  Report* const report_;
};

}  // namespace

void Contents::Take(const std::string& service, const Entry& entry, Report* report) {
  Taker(service, entry, this, report).Take();
}

}  // namespace onereturn::auditor
