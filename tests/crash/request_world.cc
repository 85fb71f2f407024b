#include "tests/crash/request_world.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/requests/v1/obligations_service.grpc.pb.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/harness/day_ahead.h"

namespace onereturn {
namespace {

using requests::v1::ObligationsService;

constexpr int kObligationsAPage = 1'000;

}  // namespace

absl::Status DefineRequesters(const std::shared_ptr<grpc::Channel>& steward) {
  config::v1::DefinitionSet definitions;
  for (const char* code : {"X24", "Y63"}) {
    catalogue::v1::Organisation* body = definitions.add_organisations();
    body->set_code(code);
    body->set_display_name(absl::StrCat("Body ", code));
    body->set_type(catalogue::v1::ORGANISATION_TYPE_NATIONAL_BODY);
  }
  requests::v1::RequestRules* rules = definitions.add_request_rules();
  rules->set_code("made-up");
  rules->set_near_duplicate_from(1'000);
  rules->mutable_new_item_minutes()->set_gathering(10);
  rules->mutable_new_collection_minutes()->set_transmission(5);
  rules->set_clash_minutes_a_week(900);
  rules->set_capacity_minutes_a_week(2'250);
  rules->set_unused_periods(12);
  rules->set_challenge_days(28);
  rules->set_review_days(56);
  rules->set_source("Made up for a test");
  return ApplyToIngestion(definitions, steward);
}

requests::v1::DataRequest MadeUpAsk(int number, const std::vector<std::string>& organisations,
                                    int months) {
  requests::v1::DataRequest ask;
  ask.set_requesting_body("X24");
  ask.set_sponsor("Director of tests");
  ask.set_title(absl::StrCat("Handovers of ward ", number));
  ask.set_purpose(common::v1::PURPOSE_EVALUATING_TRENDS);
  ask.set_legal_basis("None");
  ask.set_planned_use("To see what is left of it");
  ask.set_product("A test");
  ask.add_lines()->set_item("figure_01");
  requests::v1::DescribedItem* described = ask.add_lines()->mutable_described();
  described->set_display_name(absl::StrCat("Handovers of ward ", number));
  described->set_unit("handovers");
  described->set_definition_text("Handovers that took longer than an hour");
  for (const std::string& code : organisations) ask.add_organisations(code);
  ask.set_from_period(MadeUpMonth(0));
  ask.set_to_period(MadeUpMonth(months - 1));
  ask.set_due_date(DayAhead(400));
  ask.set_expiry(DayAhead(800));
  return ask;
}

void PrintTo(const IssueLeft& left, std::ostream* stream) {
  *stream << left.issues << " issues, " << left.obligation_parts << " parts of obligations, "
          << left.definitions << " definitions, " << left.obligations << " obligations";
}

absl::StatusOr<IssueLeft> LeftOf(const std::string& name, const FeedAudit& audit,
                                 const std::shared_ptr<grpc::Channel>& reader) {
  IssueLeft left;
  const std::string reference = name.substr(name.find('/') + 1);
  const std::string collection = absl::StrCat("collections/R", reference);
  const std::string items =
      absl::StrCat("items/r", reference.substr(0, reference.find('-')), "_00_");
  for (const AuditedEntry& entry : audit.entries()) {
    const bool of_it = entry.name == name;
    left.issues += of_it && entry.kind == feed::v1::ENTRY_KIND_REQUEST_ISSUED ? 1 : 0;
    left.obligation_parts += of_it && entry.kind == feed::v1::ENTRY_KIND_OBLIGATIONS_CREATED;
    left.definitions += entry.name == collection || absl::StartsWith(entry.name, items) ? 1 : 0;
  }
  const auto stub = ObligationsService::NewStub(reader);
  requests::v1::ListObligationsRequest list;
  list.set_parent("organisations/-");
  list.set_request(name);
  list.set_page_size(kObligationsAPage);
  do {
    ASSIGN_OR_RETURN(const auto page,
                     CallOnce(*stub, &ObligationsService::Stub::ListObligations, list, 60'000));
    left.obligations += static_cast<uint64_t>(page.obligations_size());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  return left;
}

IssueLeft WholeOf(const requests::v1::IssueStatement& statement) {
  IssueLeft whole;
  whole.issues = 1;
  whole.obligation_parts = static_cast<int>(statement.obligation_parts());
  whole.definitions = statement.new_items_size() + (statement.new_collection().empty() ? 0 : 1);
  whole.obligations = statement.obligations();
  return whole;
}

}  // namespace onereturn
