#include "services/assessment/app/update_framework.h"

#include <memory>
#include <utility>

#include "common/identity/message_text.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/app/assessment_view.h"
#include "services/assessment/app/convert.h"
#include "services/assessment/app/etag.h"
#include "services/assessment/app/field_faults.h"
#include "services/assessment/app/names.h"
#include "services/assessment/store/framework_tables.h"

namespace onereturn::assessment {
namespace {

absl::Status CheckFields(const v1::UpdateFrameworkRequest& request) {
  FieldFaults faults;
  faults.CheckRequestId(request.request_id());
  if (!request.has_framework()) {
    faults.Add(Reason::kMissing, "framework", "is required");
    return faults.ToStatus();
  }
  const v1::Framework& framework = request.framework();
  faults.CheckOutputOnly("framework.version", framework.version() != 0);
  if (!framework.name().empty() && framework.name() != FrameworkName(framework.code())) {
    faults.Add(Reason::kFieldInvalid, "framework.name", "is not \"frameworks/\" and the code");
  }
  faults.AddAll(FromWire(framework).Check(), "framework");
  RETURN_IF_ERROR(faults.ToStatus());
  return CheckNoPersonalData(framework, "framework");
}

absl::StatusOr<Judged<v1::Framework>> Judge(const Reader& reader,
                                            const v1::UpdateFrameworkRequest& request) {
  RETURN_IF_ERROR(CheckFields(request));
  Framework framework = FromWire(request.framework());
  ASSIGN_OR_RETURN(FrameworkHead head, ReadFrameworkHead(reader, framework.code));
  RETURN_IF_ERROR(CheckEtag(request.framework().etag(),
                            head.newest.has_value() ? head.newest->sequence : 0, "the framework"));
  Judged<v1::Framework> judged;
  framework.version = 1;
  if (head.newest.has_value()) {
    ASSIGN_OR_RETURN(Framework newest, LoadFramework(reader, framework.code, head.newest->version));
    framework.version = newest.version;
    if (framework == newest) {
      judged.resource = ToWire(newest);
      judged.resource.set_etag(EtagOf(head.newest->sequence));
      judged.decision = Unchanged{head.newest->sequence, {head.check}};
      return judged;
    }
    framework.version = newest.version + 1;
  }
  judged.resource = ToWire(framework);
  feed::v1::FrameworkDefined fact;
  *fact.mutable_framework() = judged.resource;
  NewFact decision;
  decision.name = judged.resource.name();
  decision.fact = fact.SerializeAsString();
  decision.read_set = {head.check};
  decision.write = [code = framework.code, version = framework.version](const Placement& placement,
                                                                        WriteBatch* batch) {
    PutFramework(code, FrameworkVersion{version, placement.sequence}, batch);
  };
  judged.decision = std::move(decision);
  return judged;
}

}  // namespace

void UpdateFramework::Run(const WriteOrigin& origin, v1::UpdateFrameworkRequest request,
                          Respond<v1::Framework> respond) const {
  auto asked = std::make_shared<const v1::UpdateFrameworkRequest>(std::move(request));
  WriteFact<v1::Framework>(
      writer_, feed::v1::ENTRY_KIND_FRAMEWORK_DEFINED, origin, *asked,
      [asked](const Reader& reader) { return Judge(reader, *asked); }, FrameworkOf,
      std::move(respond));
}

}  // namespace onereturn::assessment
